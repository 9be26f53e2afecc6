"""What a command would change, in words, before it is recorded.

The figures are those of the API's dry run (`service.orders.writing.proposal`); here they get words,
the members from what to what, and why a statement would hold or give way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from events.dates import parse_iso
from events.decision import Decision
from events.fact import Line
from events.record import Record, changed, touched
from events.statement import Statement
from events.store.transcoding import line_of
from events.stream import Stream
from projections.engine.account import Account, account
from service.orders.preview import Touched, changes
from service.orders.writing import proposal
from service.pages.desk import words as desk_words
from service.pages.desk.oddities import oddities
from service.pages.desk.room import Desk
from service.pages.desk.values import (
    day_words,
    difference,
    in_order,
    said_words,
    statement_row,
    value_words,
)
from service.pages.shell.layout import Members
from service.records.audit import Over, Standing, plans_over, standing_of
from service.words import labels, language
from service.words.names import text_in
from service.words.warnings import warning_words

MOST_WEIGHED = 20
"""How many statements are shown beside their rivals, and beside how many of them each."""


def preview_of(desk: Desk, decision: Decision) -> Members:
    """The variables of the template for a decision that is not recorded: its `events`, `warnings`,
    the `readings` of what it changes, and the `revisions` before it by the number of a line."""
    proposed = proposal(decision)
    changing = list(changes(desk.service, decision))
    derived = {str(Stream.record(each["record"])): each for each in proposed["changes"]}
    readings = [_reading(desk, change, derived.get(change.stream)) for change in changing]
    lines = {id: kept.line for change in changing for id, kept in change.after.kept.items()}
    return {
        "events": [event for change in changing for event in _events(desk, change)],
        "warnings": [
            {
                "line": number,
                "code": each.code,
                "text": warning_words(
                    each, lambda id: text_in(lines.get(id, {}), "title", desk.lang) or id, desk.say
                ),
            }
            for number, each in decision.warnings
        ]
        + [*oddities(desk, changing)],
        "readings": readings,
        "weighs": any(each["weighed"] for each in readings),
        "revisions": {
            str(each["line"]): _before(proposed["events"], each["stream"])
            for each in proposed["events"]
        },
        "count": len(proposed["events"]),
    }


def _before(events: Sequence[Members], stream: str) -> int:
    """The revision that a stream has before the first of the events in it."""
    return min(int(each["revision"]) for each in events if each["stream"] == stream) - 1


def meanwhile(desk: Desk, stream: str, revision: int) -> list[Members]:
    """The events of a stream after a revision: `position`, `actor`, `recorded_at`, and the words of
    `Life.take`."""
    stood = Life(desk)
    found = []
    for event in desk.service.chronicle.log.select_stream(stream):
        shown = stood.take(line_of(event.topic, event.state))
        if event.version > revision:
            found.append(
                {
                    **shown,
                    "position": event.position,
                    "actor": event.commit.actor,
                    "recorded_at": event.commit.recorded_at,
                }
            )
    return found


class Life:
    """The lines of a stream as they stand, event by event, and what each event changed."""

    def __init__(self, desk: Desk, record: Record | None = None) -> None:
        self._desk = desk
        self._lines: dict[str | None, Line] = {}
        if record is not None:
            self._lines = {id: kept.line for id, kept in record.kept.items()}
            if record.card is not None:
                self._lines[None] = record.card

    def take(self, line: Line) -> Members:
        """Applies the line of an event; returns its words, with `rows` of what it changed."""
        kind, lang = line["type"], self._desk.lang
        about = touched(line)
        of = about.id if about.space == "statement" else None
        stood = self._lines.get(of, {})
        if "changes" in line:
            shape = stood.get("type", "")
            after = changed(stood, line["changes"])
            rows = [
                self._row(shape, name, stood.get(name), after.get(name)) for name in line["changes"]
            ]
            self._lines[of] = after
        elif kind in ("withdrawal", "reinstatement"):
            say = self._desk.say
            words = [say("stands"), say("withdrawn")]
            was, now = words if kind == "withdrawal" else reversed(words)
            rows = [{"label": say("standing"), "was": was, "now": now}]
        else:
            self._lines[of] = line
            rows = [
                self._row(kind, name, None, line[name])
                for name in in_order(kind, line)
                if name != "type"
            ]
        subject = self._lines.get(of, {})
        return {
            "type": kind,
            "word": desk_words.type_of_line(kind, lang),
            "about": about.id,
            "title": text_in(subject, "title", lang) or text_in(subject, "name", lang),
            "reason": line.get("reason"),
            "rows": rows,
        }

    def _row(self, type: str, name: str, was: Any, now: Any) -> Members:
        return difference(type, name, was, now, self._desk.lang)


# --- how a record or a source would read


def _reading(desk: Desk, change: Touched, derived: Members | None) -> Members:
    """What ends and what begins with a change of a stream; of a record, how its statements
    stand."""
    before, after = change.before.card, change.after.card
    spans = derived or {"ends": (), "begins": (), "rivals": ()}
    return {
        "id": change.after.id,
        "is_new": change.before.revision == 0,
        "is_record": derived is not None,
        "ends": _card_lines(desk, before, after)
        + [_span_line(desk, span) for span in spans["ends"]],
        "begins": _card_lines(desk, after, before)
        + [_span_line(desk, span) for span in spans["begins"]],
        "weighed": [] if derived is None else list(islice(_weighed(desk, change), MOST_WEIGHED)),
        "left": max(len(change.touched) - MOST_WEIGHED, 0),
        "alike": [_rival_row(desk, rival) for rival in spans["rivals"] if not rival["same"]],
    }


def _card_lines(desk: Desk, card: Line | None, other: Line | None) -> list[str]:
    """The members in which a card differs from the other, in words; none of only one card."""
    if card is None or other is None:
        return []
    type = card["type"]
    return [
        desk.say(
            "%(name)s: %(value)s",
            name=desk_words.member(name, desk.lang),
            value=value_words(type, name, card[name], desk.lang),
        )
        for name in in_order(type, card)
        if card[name] != other.get(name)
    ]


def _span_line(desk: Desk, span: Mapping[str, Any]) -> str:
    """A span of a record's life in words: what holds, from when to when."""
    say, lang, value = desk.say, desk.lang, span.get("value")
    what = desk_words.facet(span["facet"], lang)
    if value:
        said = labels.milestone if span["facet"] == "overdue" else labels.label
        what = say("%(name)s: %(value)s", name=what, value=said(value, lang))
    elif span["facet"] == "status":
        before_any = labels.STATUS_PHRASES.of("", lang)
        what = say("%(name)s: %(value)s", name=what, value=before_any)
    if span.get("certainty") == "possible":
        what = " ".join((what, say("(one of several possible)")))
    return say("%(what)s, %(when)s", what=what, when=_span_days(desk, span))


def _span_days(desk: Desk, span: Mapping[str, Any]) -> str:
    say, first, last = desk.say, span.get("from"), span.get("to")
    days = {
        "first": day_words(parse_iso(first), desk.lang) if first else "",
        "last": day_words(parse_iso(last), desk.lang) if last else "",
    }
    if first and last:
        return say("%(first)s to %(last)s", **days)
    if first:
        return say("from %(first)s on", **days)
    return say("until %(last)s", **days) if last else say("always")


# --- what holds, and why


def _events(desk: Desk, change: Touched) -> Iterator[Members]:
    stood = Life(desk, change.before)
    for decided in change.events:
        yield {
            "line": decided.number,
            "stream": change.stream,
            **stood.take(decided.event.fact.line()),
        }


def _weighed(desk: Desk, change: Touched) -> Iterator[Members]:
    """Each statement that the events touch, and how it stands beside its rivals afterwards."""
    before, after = change.before, change.after
    derived = account(after.id, after.card, after.statements(), desk.today)
    over = plans_over(derived, after.kind)
    held = account(before.id, before.card, before.statements(), desk.today).effective
    by_entry: dict[str, list[Statement]] = {}
    for statement in after.statements():
        by_entry.setdefault(statement.entry, []).append(statement)
    for ours in after.statements():
        if ours.id not in change.touched:
            continue
        standing = standing_of(derived, ours)
        rivals = [rival for rival in by_entry[ours.entry] if rival.id != ours.id]
        held_before = held.get(ours.entry)
        yield {
            **statement_row(ours, standing, over.get(ours.id), desk.lang),
            "entry": ours.entry,
            "why": _why(desk, standing, over.get(ours.id)),
            "held": held_before.statement.id if held_before else None,
            "rivals": [
                _beside(desk, rival, derived, over.get(rival.id)) for rival in rivals[:MOST_WEIGHED]
            ],
            "left": max(len(rivals) - MOST_WEIGHED, 0),
        }


def _why(desk: Desk, standing: Standing, over: Over | None) -> str:
    """What becomes of a statement, in a sentence."""
    say, best = desk.say, standing.best.id if standing.best else ""
    if standing.shown and over is not None:
        return say("It would be shown, but the plan is over.")
    if standing.word == "effective":
        return say("It would hold.")
    if standing.shown:
        return say("It would be shown and move nothing: only disputed statements tell of this.")
    if standing.word == "withdrawn" and not best:
        return say("It would be withdrawn, and nothing else tells of this.")
    if standing.word == "withdrawn":
        return say("It would be withdrawn, and %(id)s holds.", id=best)
    if standing.word == "not-visible":
        return say("It would not be seen yet.")
    why = labels.why(standing.word, desk.lang)
    return say("It would not hold: %(why)s. %(id)s holds.", why=why, id=best)


def _beside(desk: Desk, rival: Statement, derived: Account, over: Over | None) -> Members:
    standing = standing_of(derived, rival)
    return {
        **statement_row(rival, standing, over, desk.lang),
        "said": said_words(rival, desk.say),
        "why": "" if standing.shown else labels.why(standing.word, desk.lang),
    }


def _rival_row(desk: Desk, rival: Mapping[str, Any]) -> Members:
    date = language.date(rival["date"] or "", desk.lang)
    return {**rival, "id": rival["statement"], "date": date}
