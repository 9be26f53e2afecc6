"""Atom: what was recorded, for feed readers; `service.feeds.recorded` makes the entries."""

from __future__ import annotations

from service.feeds.recorded import feed_of_changes
from service.feeds.syndication import ATOM as MEDIA_TYPE
from service.feeds.syndication import atom_text
from service.words.word import word

ATOM = feed_of_changes(
    atom_text,
    name="atom",
    media_type=MEDIA_TYPE,
    summary=word("feed", "What was recorded, mended and withdrawn, for feed readers."),
    suffix="atom",
    reader="any feed reader",
)
