"""What is on the pictures of a page: what the page shows, at its clocks, in its language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from events.clocks import AsOf
from events.dates import Language
from projections import VIEW
from service.drawing.picture import Told, page_picture
from service.drawing.poster import poster
from service.pages.kinds import PAGES
from service.pages.shell.answering import Visit
from service.pages.shell.clockbar import written
from service.pages.shell.kind import PageKind
from service.pages.shell.layout import PageFacts
from service.pages.shell.pictured import POSTERS, Pictured
from service.sentences.times import during, moment
from service.web.root import root
from service.words import language


def poster_svg(kind: PageKind, visit: Visit) -> str:
    """The poster of a page, as SVG. Raises what the page does."""
    shown = kind.show(visit)
    pictured = _pictured(kind, shown)
    told = _told(visit, shown, pictured)
    return poster(told, pictured.small, heading=pictured.heading, lang=visit.lang)


def picture_svg(kind: PageKind, visit: Visit) -> str:
    """The picture of a page that is drawn, as SVG. Raises what the page does."""
    shown = kind.show(visit)
    pictured = _pictured(kind, shown)
    return page_picture(
        _told(visit, shown, pictured),
        pictured.drawings,
        lang=visit.lang,
        under=pictured.under,
        beside=pictured.beside,
        base=root(),
    )


def poster_at(address: str) -> str | None:
    """The poster of the page at a pinned address of today's views; None where there is no page."""
    parts = urlsplit(address)
    if dict(parse_qsl(parts.query)).get("view") != str(VIEW):
        return None
    for kind in PAGES:
        if re.fullmatch(kind.path.replace("{id}", "[^/]+"), parts.path):
            path = kind.pictured if kind.path == "/" else parts.path
            return f"{POSTERS}{path}.png?{parts.query}"
    return None


def _pictured(kind: PageKind, shown: Mapping[str, Any]) -> Pictured:
    return Pictured(of_a_day=False) if kind.picture is None else kind.picture(shown)


def _told(visit: Visit, shown: Mapping[str, Any], pictured: Pictured) -> Told:
    page: PageFacts = shown["page"]
    between = "" if visit.lang == "zh" else " "
    return Told(
        title=page.title,
        sentence=between.join(filter(None, (page.description, pictured.further))),
        clocks=_clocks(visit, pictured.second, of_a_day=pictured.of_a_day),
        coverage=between.join(filter(None, (pictured.note, shown.get("coverage", "")))),
        address=root() + visit.itself.pinned,
    )


def _clocks(visit: Visit, second: AsOf | None, *, of_a_day: bool) -> str:
    """As of when a picture is: the clocks of its page in words, and those of its second side."""
    as_of, say, lang = visit.itself.as_of, visit.say, visit.lang
    parts = []
    if of_a_day:
        day = moment(as_of.at, lang) if as_of.during is None else during(as_of.during, lang)
        parts.append(say("Date: %(day)s", day=day))
    said, known = _day(as_of.stated, lang), f"@{as_of.known}"
    if second is None or second.stated == as_of.stated:
        parts.append(say("according to sources up to %(day)s", day=said))
    else:
        later = _day(second.stated, lang)
        parts.append(
            say("according to sources up to %(day)s beside those up to %(later)s",
                day=said, later=later)
        )  # fmt: skip
    if second is not None and second.known != as_of.known:
        later = f"@{second.known}"
        parts.append(
            say("as recorded at %(position)s beside %(later)s", position=known, later=later)
        )
    elif as_of.known_at is None:
        parts.append(say("as recorded at %(position)s", position=known))
    else:
        recorded = language.date(as_of.known_at[:10], lang)
        parts.append(say("as recorded at %(position)s, %(day)s", position=known, day=recorded))
    text = say("; ").join(parts)
    return text[:1].upper() + text[1:]


def _day(day: int, lang: Language) -> str:
    """A day in words; the last one of a year as that year."""
    return language.date(written(day), lang)
