"""A suggestion as pages show it: what it would change, from what to what, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial

from events.fact import Line
from events.record import Record, touched
from events.stream import Stream
from service.archive.suggestions import Suggestion
from service.pages.desk import words as desk_words
from service.pages.desk.preview import Life, meanwhile
from service.pages.desk.room import PATH, Desk
from service.pages.desk.task import folded_at
from service.pages.shell.layout import Members
from service.web.access import EVERYONE
from service.words import labels
from service.words.names import text_in

Fold = Callable[[str, int | None], tuple[Record, int]]
"""Gives what a stream folds to at a revision (None: the last), and that revision."""


def suggestion_members(desk: Desk, suggestion: Suggestion, fold: Fold | None = None) -> Members:
    """The variables of the template for a suggestion: what it says, beside what stood there when it
    was made; it has `moved` where something else stands there now, and the `title` that what it
    would change has now."""
    stream = Stream.parse(suggestion.stream)
    fold = fold or partial(folded_at, desk.service)
    record, now = fold(suggestion.stream, None)
    stood, _ = fold(suggestion.stream, suggestion.revision)
    shown = Life(desk, stood).take(suggestion.order)
    card = record.card or {}
    about = f"{'source' if stream.space == 'source' else 'record'}s/{stream.id}"
    return {
        "id": suggestion.id,
        "state": suggestion.state,
        "reason": suggestion.reason,
        "where": suggestion.where,
        "link": suggestion.link,
        "made_at": suggestion.made_at,
        "actor": desk.say("a reader without an account")
        if suggestion.actor == EVERYONE.name
        else suggestion.actor,
        "closed_at": suggestion.closed_at,
        "closed_by": suggestion.closed_by,
        "recorded": suggestion.recorded,
        "answer": suggestion.answer,
        "of": {"id": stream.id, "name": _name(desk, card) or stream.id, "exists": now > 0},
        "about": f"/{about}",
        "url": desk.here.to(f"{PATH}/suggestions/{suggestion.id}"),
        "moved": now != suggestion.revision
        and shown["rows"] != Life(desk, record).take(suggestion.order)["rows"],
        "title": _title(desk, record, suggestion.order) or shown["title"],
        **{name: shown[name] for name in ("type", "word", "rows")},
    }


def waiting_members(desk: Desk, waiting: Iterable[Suggestion]) -> list[Members]:
    """The same of all that waits; many may be of one record, which is folded once."""
    fold = cache(partial(folded_at, desk.service))
    return [suggestion_members(desk, each, fold) for each in waiting]


def so_since(desk: Desk, suggestion: Suggestion) -> Members | None:
    """What was recorded since a suggestion was made, and says what that does, as of `meanwhile`."""
    about, changes = touched(suggestion.order), suggestion.order.get("changes", ())
    changed = {desk_words.member(name, desk.lang) for name in changes}
    found = [
        event
        for event in meanwhile(desk, suggestion.stream, suggestion.revision)
        if event["about"] == about.id and changed & {row["label"] for row in event["rows"]}
    ]
    return found[-1] if found else None


def _title(desk: Desk, record: Record, order: Line) -> str:
    """The title or the name of what an order changes, as it stands; "" for something new."""
    about = touched(order)
    if order.get("id") == about.id:
        return ""
    kept = record.kept.get(about.id) if about.space == "statement" else None
    line = kept.line if kept is not None else record.card or {}
    return text_in(line, "title", desk.lang) or text_in(line, "name", desk.lang)


def _name(desk: Desk, card: Members) -> str:
    """What a record or a source is called for short."""
    if "title" in card:
        return text_in(card, "title", desk.lang)
    return labels.names_of(card, desk.lang)[0] if card else ""
