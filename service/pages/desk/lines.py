"""A line as rows: what each of its members is called, and what it says; sources by their titles."""

from __future__ import annotations

from collections.abc import Container

from events.fact import Line
from events.stream import Stream
from service.pages.desk import words as desk_words
from service.pages.desk.room import Desk
from service.pages.desk.task import folded_at
from service.pages.desk.values import in_order, value_words
from service.pages.shell.layout import Members


def rows_of(desk: Desk, line: Line, *, without: Container[str] = ("type", "id")) -> list[Members]:
    """The members of a line that is recorded, in the order of a form."""
    type = line.get("type", "")
    return [
        {"label": desk_words.member(name, desk.lang), "text": _text(desk, type, name, line)}
        for name in in_order(type, line)
        if name not in without
    ]


def _text(desk: Desk, type: str, name: str, line: Line) -> str | None:
    if name != "sources":
        return value_words(type, name, line[name], desk.lang)
    return "; ".join(_cited(desk, each["id"], each.get("locator")) for each in line[name])


def _cited(desk: Desk, id: str, locator: str | None) -> str:
    card = folded_at(desk.service, str(Stream.source(id)), None)[0].card or {}
    return f"{card.get('title', '')} ({id}){f', {locator}' if locator else ''}"
