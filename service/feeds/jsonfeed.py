"""JSON Feed: what `service.feeds.atom` tells, for those that would rather have JSON."""

from __future__ import annotations

from service.feeds.feed import Context, Feed
from service.feeds.parameters import OF_CHANGES
from service.feeds.recorded import LIMIT, MOST, OWN, told
from service.feeds.syndication import JSON_FEED, json_feed_text


def render(context: Context) -> bytes:
    """The newest entries, or a page of the past."""
    return json_feed_text(*told(context))


JSONFEED = Feed(
    name="jsonfeed",
    media_type=JSON_FEED,
    summary="What was recorded, mended and withdrawn, for readers of JSON Feed.",
    suffix="json",
    reader="NetNewsWire, Feedbin and other readers of JSON Feed",
    render=render,
    limit=LIMIT,
    most=MOST,
    filters=OF_CHANGES,
    own=OWN,
    schema={
        "type": "object",
        "required": ["version", "title", "items"],
        "properties": {
            "version": {"const": "https://jsonfeed.org/version/1.1"},
            "title": {"type": "string"},
            "items": {"type": "array", "items": {"type": "object"}},
        },
    },
)
