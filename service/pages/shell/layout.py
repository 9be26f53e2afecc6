"""What all pages share: name, pinned link, formats, navigation, and the pieces of a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from events.clocks import epoch_at
from events.commit import Epoch
from events.dates import Language
from service.asking.query import located
from service.pages.shell.here import Here
from service.pages.shell.pictured import Pictures
from service.words.speech import Speech

Members = dict[str, Any]


class FormatLink(NamedTuple):
    """A link to another form of what a page shows, with its media type."""

    name: str
    type: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """A page's own facts, for the template that all share.

    `title` says what is there, and `description` more of it. `url` is the whole address by which
    the page is known: a live page by its own, so that nobody takes it for one of a day. `copied` is
    the one that a reader sends on, which names the language too; `pictures` is None where there
    are none.

    `pinned` is None where there is nothing to pin. `events` is how many events the log has up to
    the position of the page, None where it is not signed; `epochs` are its later ones; `begun` is
    when the log began, where the page is as of before. `skip_to` is the id that the first link
    leads to, `subject` what stands beside the name of the service.
    """

    name: str
    subject: str
    title: str = ""
    url: str = ""
    copied: str = ""
    pictures: Pictures | None = None
    pinned: str | None = None
    position: int | None = None
    recorded: str | None = None
    formats: Sequence[FormatLink] = ()
    skip_to: str = "main"
    description: str = ""
    events: int | None = None
    epochs: Sequence[Epoch] = ()
    begun: str | None = None

    def event(self, position: int, of_it: str = "") -> str:
        """Where an event of the log is told as it was signed, or what there is `of_it`."""
        epoch = epoch_at(self.epochs, position)
        pins = [("epoch", str(epoch))] if epoch > 1 else []
        return located(f"/v1/events/{position}{of_it}", pins)


FIRST = ("state", "compare", "slips", "trends", "about")
"""The pages that the head of every page leads to; its foot leads to all."""


def navigation(here: Here, say: Speech) -> list[Members]:
    """The links of the navigation: `name`, `url`, `text`, and whether it is of the `first`."""
    texts = {
        "state": say("State"),
        "compare": say("Compare"),
        "slips": say("Delays"),
        "trends": say("Trends"),
        "about": say("About"),
        "search": say("Search"),
        "disputed": say("What is disputed"),
        "activity": say("Activity"),
        "feeds": say("Feeds"),
        "viewers": say("Viewers"),
        "desk": say("Desk"),
    }
    return [
        {"name": name, "url": here.to(f"/{name}"), "text": text, "first": name in FIRST}
        for name, text in texts.items()
    ]


class Piece(NamedTuple):
    """A piece of a sentence; a figure is a link, or bold where it has no `href`."""

    text: str
    href: str | None
    figure: bool
    status: str = ""


def pieces(
    sentence: Mapping[str, Any] | None,
    lang: Language,
    here: Here,
    table: Callable[[str], str] | None = None,
) -> list[Piece]:
    """A generated sentence in a language, its figures with the pages that they lead to.

    `table` gives the place on this very page of the facilities of a status, if they are on it.
    """
    if sentence is None:
        return []
    text: str = sentence[lang]
    found, place = [], 0
    for figure in sentence["figures"][lang]:
        start, end = figure["start"], figure["end"]
        if start > place:
            found.append(Piece(text[place:start], None, figure=False))
        href, status = _leads(figure["href"], here, table)
        found.append(Piece(text[start:end], href, figure=True, status=status))
        place = end
    if place < len(text):
        found.append(Piece(text[place:], None, figure=False))
    return found


def _leads(
    href: str | None, here: Here, table: Callable[[str], str] | None
) -> tuple[str | None, str]:
    if href is None:
        return None, ""
    parts = urlsplit(href)
    filters = parse_qs(parts.query)
    (statuses,) = filters.get("expected") or filters.get("status") or [""]
    first = statuses.partition(",")[0]
    if first and parts.path == "/v1/state" and table is not None:
        return table(first), first
    return here.page_of(href), first
