"""The feeds: what each is for, how to try it, what it takes."""

from __future__ import annotations

from service.feeds import FEEDS
from service.feeds.routes import listed
from service.pages.shell.answering import Visit
from service.pages.shell.layout import FormatLink, Members


def feeds_page(visit: Visit) -> Members:
    """What the template of the feeds shows."""
    return {
        "page": visit.page(
            "feeds", formats=[FormatLink("JSON", "application/json", "/v1/feeds")], skip_to="feeds",
        ),
        "feeds": [{**listed(feed), "summary": feed.summary[visit.lang]} for feed in FEEDS],
        "texts": visit.texts,
    }  # fmt: skip
