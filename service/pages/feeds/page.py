"""The feeds: what each is for, how to try it, what it takes."""

from __future__ import annotations

from service.feeds import FEEDS
from service.feeds.routes import listed
from service.pages.shell.answering import Visit
from service.pages.shell.layout import FormatLink, Members
from service.words.speech import Speech


def feeds_page(visit: Visit) -> Members:
    """What the template of the feeds shows."""
    said = visit.say(
        "The chronicle as other tools read it, each at the three clocks and with the filters of its"
        " question. What a format cannot carry is counted and told."
    )
    return {
        "page": visit.page(
            "feeds", formats=[FormatLink("JSON", "application/json", "/v1/feeds")], skip_to="feeds",
            title=visit.say("Feeds"), description=said,
        ),
        "feeds": [
            {
                **listed(feed),
                "summary": feed.summary[visit.lang],
                "reader": _readers(visit.say).get(
                    feed.reader, feed.reader.replace(", ", visit.say(", "))
                ),
            }
            for feed in FEEDS
        ],
        "said": said,
        "texts": visit.texts,
    }  # fmt: skip


def _readers(say: Speech) -> dict[str, str]:
    """What reads the feeds, where that is more than the names of tools."""
    return {
        "any feed reader": say("any feed reader"),
        "the timeline of these pages": say("the timeline of these pages"),
        "NetNewsWire, Feedbin and other readers of JSON Feed": say(
            "NetNewsWire, Feedbin and other readers of JSON Feed"
        ),
        "everything": say("everything"),
        "browsers, Inkscape, Word": say("browsers, Inkscape, Word"),
        "spreadsheets, pandas, R": say("spreadsheets, pandas, R"),
        "csvlint and other readers of CSV on the Web": say(
            "csvlint and other readers of CSV on the Web"
        ),
    }
