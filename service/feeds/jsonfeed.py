"""JSON Feed: the entries of `service.feeds.atom`, for readers that take JSON."""

from __future__ import annotations

from service.feeds.recorded import feed_of_changes
from service.feeds.syndication import JSON_FEED, json_feed_text
from service.words.word import word

JSONFEED = feed_of_changes(
    json_feed_text,
    name="jsonfeed",
    media_type=JSON_FEED,
    summary=word("feed", "What was recorded, mended and withdrawn, for readers of JSON Feed."),
    suffix="json",
    reader="NetNewsWire, Feedbin and other readers of JSON Feed",
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
