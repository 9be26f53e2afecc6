"""Atom: what was recorded, for feed readers. What it tells stands in `service.feeds.recorded`."""

from __future__ import annotations

from service.feeds.feed import Context, Feed
from service.feeds.parameters import OF_CHANGES
from service.feeds.recorded import LIMIT, MOST, OWN, told
from service.feeds.syndication import ATOM as MEDIA_TYPE
from service.feeds.syndication import atom_text


def render(context: Context) -> bytes:
    """The newest entries, or a page of the past; withdrawals come with a tombstone."""
    return atom_text(*told(context))


ATOM = Feed(
    name="atom",
    media_type=MEDIA_TYPE,
    summary="What was recorded, mended and withdrawn, for feed readers.",
    suffix="atom",
    reader="any feed reader",
    render=render,
    limit=LIMIT,
    most=MOST,
    filters=OF_CHANGES,
    own=OWN,
)
