"""The feeds of what a page is about: its head leads programs there, its foot people."""

from __future__ import annotations

from events.dates import iso, parse_period
from service.asking.query import located
from service.feeds import FEEDS
from service.feeds.answering import CLOCKS
from service.pages.shell.here import Here
from service.pages.shell.page import Format


def feeds_of(here: Here, **given: str) -> list[Format]:
    """Every feed at the clocks of a page, with those of its filters that it takes, and `given`.

    A feed has no period: it is drawn to the last day of the page's.
    """
    asked = dict(here.texts)
    if "during" in asked:
        asked["at"] = iso(parse_period(asked["during"]).last)
    found = []
    for feed in FEEDS:
        if not feed.alternate:
            continue
        taken = (*CLOCKS, *feed.takes)
        texts = {name: asked[name] for name in taken if name in asked} | given
        found.append(Format(feed.name, feed.media_type, located(feed.path, texts.items())))
    return found
