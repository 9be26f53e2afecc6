"""The feeds of what a page shows, which its head links for programs and its foot for people."""

from __future__ import annotations

from events.dates import iso, parse_period
from service.asking.query import located
from service.feeds import FEEDS
from service.feeds.answering import CLOCKS
from service.pages.shell.here import Here
from service.pages.shell.layout import FormatLink


def feeds_of(here: Here, **given: str) -> list[FormatLink]:
    """Every feed at the clocks of a page, with those of its filters that it takes, and `given`.

    A feed has no period: it is drawn to the last day of the page's.
    """
    texts = dict(here.texts)
    if "during" in texts:
        texts["at"] = iso(parse_period(texts["during"]).last)
    found = []
    for feed in FEEDS:
        if not feed.alternate:
            continue
        taken = (*CLOCKS, *feed.takes)
        given_here = {name: texts[name] for name in taken if name in texts} | given
        found.append(FormatLink(feed.name, feed.media_type, located(feed.path, given_here.items())))
    return found
