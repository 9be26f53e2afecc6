"""The feeds of what a page is about: its head leads programs there, its foot people."""

from __future__ import annotations

from service.asking import CLOCKS
from service.feeds import FEEDS
from service.pages.here import Here
from service.pages.page import Format
from service.question import located


def feeds_of(here: Here, **given: str) -> list[Format]:
    """Every feed at the clocks of a page, with those of its filters that it takes, and `given`."""
    found = []
    for feed in FEEDS:
        if not feed.alternate:
            continue
        taken = (*CLOCKS, *feed.takes)
        texts = {name: here.texts[name] for name in taken if name in here.texts} | given
        found.append(Format(feed.name, feed.media_type, located(feed.path, texts.items())))
    return found
