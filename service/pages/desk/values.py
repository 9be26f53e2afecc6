"""What a line says, as a person reads it: its members in their order, values and dates in words."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from events.catalogue import BY_TYPE
from events.dates import Date, Language, display, iso, parse
from events.errors import BadDate
from events.statement import Statement
from service.pages.desk import words as desk_words
from service.pages.desk.form import Kind, members_of
from service.pages.shell.page import Members
from service.records.audit import Over, Standing
from service.words import labels, places
from service.words.number import number_text
from service.words.speech import Speech


def in_order(type: str, names: Collection[str]) -> list[str]:
    """Names of members in the order in which a form asks for them."""
    shape = BY_TYPE.get(type)
    places = {each.name: place for place, each in enumerate(members_of(shape))} if shape else {}
    return sorted(names, key=lambda name: places.get(name, len(places)))


def told_value(type: str, name: str, value: Any, lang: Language) -> str | None:
    """A member of a line as a person reads it."""
    if value is None:
        return None
    kind = _kind_of(type, name)
    if kind == "date":
        words = date_words(str(value), lang)
        return words if words == value else f"{words} ({value})"
    if kind == "choice":
        return desk_words.choice(name, str(value), lang)
    if kind == "country":
        return f"{places.country(str(value), lang)} ({value})"
    if kind == "citations":
        return "; ".join(
            ", ".join(filter(None, (each.get("id"), each.get("locator")))) for each in value
        )
    if kind == "facts":
        return "; ".join(f"{name}: {_text(each)}" for name, each in value.items())
    if kind == "ids":
        return ", ".join(value)
    return _text(value)


def _kind_of(type: str, name: str) -> Kind:
    if type not in BY_TYPE:
        return "text"
    kinds = {each.name: each.kind for each in members_of(BY_TYPE[type])}
    return kinds.get(name, "text")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "✓" if value else "–"
    return number_text(value, grouped=False) if isinstance(value, int | float) else str(value)


def date_words(text: str, lang: Language) -> str:
    """A date in words; the text itself where it is none."""
    try:
        return display(parse(text), lang)
    except BadDate:
        return text


def said_words(statement: Statement, say: Speech) -> str:
    """When it was said, as its source gives it."""
    stated = statement.line.get("stated")
    return say("as it happened") if stated is None else date_words(stated, say.lang)


def standing_words(standing: Standing, over: Over | None, lang: Language) -> Members:
    """How a statement stands, in a word, as the page of its record says it."""
    if standing.shown and over is not None:
        return {"standing": "planned", "word": labels.outcome(over.outcome, lang)}
    return {"standing": standing.word, "word": labels.standing(standing.word, lang)}


def told_date(text: str, say: Speech) -> str:
    """A date in words, and the days that it leaves open. Raises BadDate."""
    date = parse(text)
    words = display(date, say.lang)
    if date.earliest == date.latest:
        return words
    return words + say(": ") + _bounds(date, say)


def _bounds(date: Date, say: Speech) -> str:
    """From which day to which a date may be: "some day from 1 May to 31 May 2025"."""
    first = None if date.earliest is None else day_words(date.earliest, say.lang)
    last = None if date.latest is None else day_words(date.latest, say.lang)
    if first is None:
        return say("any day until %(last)s", last=last)
    if last is None:
        return say("any day from %(first)s on", first=first)
    return say("some day from %(first)s to %(last)s", first=first, last=last)


def day_words(on: int, lang: Language) -> str:
    """A day in words."""
    text = iso(on)
    return display(Date(text, on, on, "day"), lang)
