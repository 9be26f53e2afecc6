"""The feeds: what each is for, how to try it, what it takes."""

from __future__ import annotations

from service.feeds import FEEDS
from service.feeds.routes import listed
from service.pages.shell.answering import Asked
from service.pages.shell.page import Format, Members


def feeds_page(asked: Asked) -> Members:
    """What the template of the feeds shows."""
    return {
        "page": asked.page(
            "feeds", formats=[Format("JSON", "application/json", "/v1/feeds")], skip_to="feeds",
        ),
        "feeds": [listed(feed) for feed in FEEDS],
        "texts": asked.texts,
    }  # fmt: skip
