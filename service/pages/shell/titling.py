"""Titles of pages: which part of the world, what there is of it, and by when it was said.

A title stands in lists of results, in tabs, and under links that others send, where nothing else
says what the page is about.
"""

from __future__ import annotations

from events.clocks import AsOf, utc_day
from events.fact import Line
from service.pages.shell.clockbar import written
from service.words import labels, language
from service.words.names import text_in
from service.words.places import Place, place_title
from service.words.speech import Speech


def part_of_the_world(
    place: Place, say: Speech, *, field: str | None = None, class_: str | None = None
) -> str:
    """A place, a field and a class of facilities as a title begins with them; empty for all."""
    parts = [place_title(place, say.lang)] if place else []
    if field is not None:
        parts.append(labels.field_phrase(field, say.lang))
    if class_ is not None:
        parts.append(labels.class_phrase(class_, say.lang))
    return say(", ").join(parts)


def headed(part: str, what: str, say: Speech) -> str:
    """What there is, of a part of the world if it is of one."""
    if not part:
        return _capital(what)
    return say("%(part)s: %(what)s", part=_capital(part), what=what)


def as_told(title: str, as_of: AsOf, say: Speech) -> str:
    """A title with the day by which all was said, where more has been said since."""
    if as_of.known_at is None or as_of.stated >= utc_day(as_of.known_at):
        return title
    day = language.date(written(as_of.stated), say.lang)
    return say("%(title)s, as stated by %(day)s", title=title, day=day)


def titled(line: Line, say: Speech) -> str:
    """What the statement of a line is called, with the date that it gives."""
    title, date = text_in(line, "title", say.lang), line.get("date")
    if date is None:
        return title
    return title + say(" (%(what)s)", what=language.brief_date(date, say.lang))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
