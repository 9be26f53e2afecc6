"""What a line says, as a person reads it: its members in their order, values and dates in words."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from events.catalogue import BY_TYPE
from events.dates import Date, Language, display, iso, parse
from events.statement import Statement
from service.pages.desk import words as desk_words
from service.pages.desk.form import ControlKind, members_of
from service.pages.shell.layout import Members
from service.records.audit import Over, Standing
from service.words import labels, language, places
from service.words.names import text_in
from service.words.number import number_text
from service.words.speech import Speech


def in_order(type: str, names: Collection[str]) -> list[str]:
    """Names of members in the order of a form."""
    shape = BY_TYPE.get(type)
    places = {each.name: place for place, each in enumerate(members_of(shape))} if shape else {}
    return sorted(names, key=lambda name: places.get(name, len(places)))


def value_words(type: str, name: str, value: Any, lang: Language) -> str | None:
    """The value of a member of a line in words; None where it has none."""
    if value is None:
        return None
    kind, say = _kind_of(type, name), Speech(lang)
    if kind == "date":
        words = language.date(str(value), lang)
        return words if words == value else words + say(" (%(what)s)", what=value)
    if kind == "choice":
        return desk_words.choice(name, str(value), lang)
    if kind == "country":
        return places.country(str(value), lang) + say(" (%(what)s)", what=value)
    if kind == "citations":
        return say("; ").join(
            say(", ").join(filter(None, (each.get("id"), each.get("locator")))) for each in value
        )
    if kind == "facts":
        return say("; ").join(
            labels.fact_name(each, lang) + say(": ") + _fact(each, value[each], lang)
            for each in value
        )
    if kind in ("ids", "uris"):
        return say(", ").join(value)
    if name == "medium":
        return labels.medium(str(value), lang)
    return _text(value)


def difference(type: str, name: str, was: Any, now: Any, lang: Language) -> Members:
    """From what to what a member changed, in words: `was` and `now`; of a list what was taken out
    and what was put in, and whether something `stays` in it besides."""
    stays = False
    if isinstance(was, list) and isinstance(now, list):
        gone = [each for each in was if each not in now]
        come = [each for each in now if each not in was]
        if gone or come:
            was, now, stays = gone or None, come or None, True
    return {
        "label": desk_words.member(name, lang),
        "was": value_words(type, name, was, lang),
        "now": value_words(type, name, now, lang),
        "stays": stays,
    }


def _kind_of(type: str, name: str) -> ControlKind:
    if type not in BY_TYPE:
        return "text"
    kinds = {each.name: each.kind for each in members_of(BY_TYPE[type])}
    return kinds.get(name, "text")


def _fact(name: str, value: Any, lang: Language) -> str:
    """The value of a further fact."""
    text = _text(value)
    return labels.FACT_EVENTS.of(text, lang) if name == "event" else text


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "✓" if value else "–"
    return number_text(value, grouped=False) if isinstance(value, int | float) else str(value)


def said_words(statement: Statement, say: Speech) -> str:
    """The date on which a statement was made, in words, as its source gives it."""
    stated = statement.line.get("stated")
    return (
        say("not given; counted as said at the time")
        if stated is None
        else language.date(stated, say.lang)
    )


def statement_row(
    statement: Statement, standing: Standing, over: Over | None, lang: Language
) -> Members:
    """A statement in a table: `id`, `title`, `date` in words, `planned`, and how it stands, in a
    code and a word, as the page of its record says it."""
    code, word = standing.word, labels.standing(standing.word, lang)
    if standing.shown and over is not None:
        code, word = "planned", labels.outcome(over.outcome, lang)
    return {
        "id": statement.id,
        "title": text_in(statement.line, "title", lang),
        "date": language.date(statement.line.get("date") or "", lang),
        "planned": statement.planned,
        "standing": code,
        "word": word,
    }


def date_and_days(text: str, say: Speech) -> str:
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
