"""Answers to an auditor: how a record changed, why a statement holds, what rests on a source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from events.catalogue import BY_TYPE
from events.clocks import AsOf, utc_day
from events.dates import Day
from events.errors import NotFound
from events.statement import Statement
from events.statement_warnings import warnings_of
from events.stream import Stream
from projections.engine.account import Account, counting_entries, is_plan, weight
from projections.engine.spans import AFTER_ALL
from projections.kinds.facility import FACILITY, as_promised
from projections.kinds.ladders import ladder_of
from projections.views.history import Entry
from projections.views.lines import statement_text
from projections.views.reading import Reading
from service.asking.filters import position_after
from service.asking.json_text import Fragment
from service.asking.paging import page_of_lists
from service.asking.query import Query
from service.records.answer import RecordAt

Members = dict[str, Any]


def history_answer(reading: Reading, query: Query) -> Members:
    """The members of `HistorySchema`, less the clocks: one entry an event, the oldest first.

    Raises NotFound, and BadFilter for a page that begins at no position.
    """
    stream, known = str(Stream.record(query.id)), query.as_of.known
    after, limit = position_after(query.about.after), query.about.limit
    reading.history.check_exists(reading.db, stream, known=known)
    entries = list(reading.entries(stream, known=known, after=after, limit=limit + 1))
    page = entries[:limit]
    return {
        "id": query.id,
        "entries": list(map(entry_members, page)),
        "next": query.url(after=str(page[-1].position)) if len(entries) > limit else None,
    }


def statement_answer(reading: Reading, query: Query) -> Members:
    """The members of `ExplanationSchema`, less the clocks: the statement, its rivals and why they
    lost, its events and its sources. Raises NotFound."""
    id, as_of = query.id, query.as_of
    record = reading.lines.record_of(reading.db, id, known=as_of.known)
    if record is None:
        raise NotFound("statement", id)
    found = RecordAt.read(reading, record, as_of)
    rivals = {
        statement.id: statement
        for statement in found.all
        if statement.entry == found.record.statement(id).entry
    }
    statement = rivals.pop(id)
    contradicting = reading.lines.contradicting(
        reading.db, [id], stated=as_of.stated, known=as_of.known
    )
    events = reading.entries(
        str(Stream.record(record)), known=as_of.known, after=0, limit=AFTER_ALL
    )
    page, rest = page_of_lists(
        query,
        {
            "warnings": warnings_of(statement, found.visible()),
            "contradicts": sorted(
                {
                    *statement.line.get("contradicts", ()),
                    *(rival["id"] for rival in contradicting[id]),
                }
            ),
            "sources": statement.line.get("sources", ()),
            "rivals": list(rivals.values()),
            "events": [event for event in events if event.statement == id],
        },
    )
    winner = found.account.effective.get(statement.entry)
    best = winner.statement if winner else None
    return {
        "id": id,
        "record": record,
        "kind": found.record.kind,
        "entry": statement.entry,
        "withdrawn": statement.withdrawn,
        "counts": statement.entry in counting_entries(found.all),
        "effective": best.id if best else None,
        **verdict(statement, best, stated=as_of.stated),
        "warnings": [{"code": warning.code, "text": warning.text} for warning in page["warnings"]],
        "contradicts": page["contradicts"],
        "sources": _sources(reading, page["sources"], known=as_of.known),
        "statement": Fragment(statement_text(statement)),
        "rivals": [
            {
                **verdict(rival, best, stated=as_of.stated),
                "withdrawn": rival.withdrawn,
                "statement": Fragment(statement_text(rival)),
            }
            for rival in page["rivals"]
        ],
        "events": list(map(entry_members, page["events"])),
        **rest,
    }


class Standing(NamedTuple):
    """How a statement stands: in a word, whether it is what its entry shows, and what is."""

    word: str
    shown: bool
    best: Statement | None


def standing_of(account: Account, statement: Statement) -> Standing:
    """How a statement stands in an account of its record.

    The best of its entry is `effective`, or `disputed` where the entry moves nothing.
    """
    winner = account.effective.get(statement.entry)
    best = winner.statement if winner else None
    word: str = verdict(statement, best, stated=account.horizon)["standing"]
    shown = word == "effective"
    if winner is not None and shown and not winner.counts:
        word = "disputed"
    return Standing(word, shown, best)


class Over(NamedTuple):
    """What became of a plan that is over: `dropped` or `replaced`, and by which statement."""

    outcome: str
    by: str | None


def plans_over(account: Account, kind: str) -> dict[str, Over]:
    """The plans that are over though their entries may show them, by their ids.

    They are the current ones of ladders that were dropped or replaced (rule 12), and those that
    an effective plan replaces (rule 8). Of other kinds than facilities nothing is promised.
    """
    if kind != FACILITY.kind or account.horizon is None:
        return {}
    spans = FACILITY.heard(account, account.horizon)
    account = as_promised(account)
    ladders = [
        (span.value, ladder_of(account.record, span)) for span in spans if span.facet == "slip"
    ]
    rungs = {plan for _, ladder in ladders for plan in ladder.plans}
    plans = filter(is_plan, (each.statement for each in account.effective.values()))
    replaced = {plan.line.get("supersedes"): plan.id for plan in sorted(plans, key=weight)}
    return {
        **{plan: Over("replaced", by) for plan, by in replaced.items() if plan in rungs},
        **{
            ladder.current: Over(outcome, ladder.by)
            for outcome, ladder in ladders
            if outcome in ("dropped", "replaced")
        },
    }


def verdict(statement: Statement, best: Statement | None, *, stated: Day | None) -> Members:
    """Whether a statement is the effective one of its entry, else what decided against it."""
    if best is not None and statement.id == best.id:
        return {"standing": "effective", "why": "it outweighs every rival that is visible"}
    if statement.withdrawn:
        return {"standing": "withdrawn", "why": "it was withdrawn"}
    if best is None or stated is None or statement.said > stated:
        return {"standing": "not-visible", "why": "it had not been said by then"}
    ours, theirs = weight(statement), weight(best)
    lost = next(
        index for index, pair in enumerate(zip(ours, theirs, strict=True)) if len({*pair}) > 1
    )
    standing, why = LOST[lost]
    return {"standing": standing, "why": f"{why} ({best.id})"}


LOST = (
    ("disputed", "it is disputed, and gives way to an undisputed statement"),
    ("planned", "it is a plan, and gives way to what came"),
    ("said-earlier", "something was said later"),
    ("recorded-earlier", "of two said on one day, the other was recorded later"),
)
"""What decided against a statement, in the order in which rivals are weighed."""


def source_answer(reading: Reading, query: Query) -> Members:
    """The members of `SourceSchema`, less the clocks: the source, and what rests on it.

    Raises NotFound.
    """
    id, as_of = query.id, query.as_of
    record = reading.record(str(Stream.source(id)), known=as_of.known)
    if record.card is None:
        raise NotFound("source", id)
    statements, records = _resting(reading, id, as_of)
    page, rest = page_of_lists(query, {"statements": statements, "records": records})
    texts = reading.at(as_of).statements(page["statements"])
    page["statements"] = [_resting_shown(texts[each], id) for each in page["statements"]]
    return {
        "id": id,
        "revision": record.revision,
        "source": record.card,
        **page,
        **rest,
    }


def _resting(reading: Reading, source: str, as_of: AsOf) -> tuple[list[str], list[str]]:
    """The ids of the statements that name a source, and of the records whose card does."""
    resting = reading.lines.resting(reading.db, source, known=as_of.known)
    reading.budget.spend(rows=len(resting))
    records, numbers = [record for record, _ in resting], [number for _, number in resting]
    ids = reading.state.ids(reading.db, records, numbers)
    statements = {number: ids[-number] for number in numbers if -number in ids}
    said = {*statements}
    # All that is recorded was said by the day on which it was.
    if as_of.known_at is None or as_of.stated < utc_day(as_of.known_at):
        clocks = {"stated": as_of.stated, "known": as_of.known}
        said = reading.search.said(reading.db, statements, **clocks)
    return (
        sorted(statements[number] for number in said),
        sorted(ids[record] for record, number in resting if number not in statements),
    )


def _resting_shown(text: str, source: str) -> Members:
    line = msgspec.json.decode(text)
    places = [
        each["locator"] for each in line["sources"] if each["id"] == source and "locator" in each
    ]
    shown = {name: line[name] for name in ("id", "title", "title_zh") if name in line}
    return {**shown, "locator": "; ".join(places) or None}


def _sources(reading: Reading, cited: Sequence[Members], *, known: int) -> list[Members]:
    """The sources that a statement cites, each with its card and the place in it."""
    streams = [str(Stream.source(citation["id"])) for citation in cited]
    records = reading.records(streams, known=known)
    cards = {stream: record.card or {} for stream, record in records.items()}
    return [
        {**cards.get(stream, {}), "locator": citation.get("locator")}
        for stream, citation in zip(streams, cited, strict=True)
    ]


def entry_members(entry: Entry) -> Members:
    """An event as answers show it, ready to be written as JSON."""
    line = msgspec.json.decode(entry.line)
    return {
        "position": entry.position,
        "commit": entry.commit_position,
        "revision": entry.version,
        "event": BY_TYPE[entry.type].EVENT,
        "statement": entry.statement,
        "recorded_at": entry.recorded_at,
        "actor": entry.actor,
        "request": entry.request,
        "reason": entry.reason,
        "sources": line.get("sources", []),
        "line": Fragment(entry.line),
        "patch": msgspec.Raw(entry.patch.encode()),
    }
