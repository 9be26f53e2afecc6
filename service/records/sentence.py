"""What a record says in one sentence, from what its answer was made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from events import dates
from events.clocks import AsOf
from events.dates import Date, Day
from events.fact import Line
from events.statement import Statement
from projections.engine.account import Account
from projections.engine.spans import Span
from projections.kinds.ladders import OUTCOMES, Ladder, Outcome, ladder_of
from service.sentences.record import (
    AnyRecord,
    Came,
    Discovery,
    Facility,
    Indicator,
    Observation,
    Policy,
    Promise,
    Reading,
    record_sentence,
)
from service.sentences.sentence import Name
from service.sentences.times import Lateness
from service.words.labels import RUNNING, step

Members = dict[str, Any]


def facility_in_words(
    card: Line,
    as_of: AsOf,
    members: Members,
    spans: Sequence[Span],
    statements: Sequence[Statement],
) -> Members:
    """The `sentence` of a facility: the members of its answer, its spans, all its statements."""
    since, expected = members["since"], members["expected"]
    ladder = _main_promise(card, spans, statements, as_of)
    overdue = len(members["overdue"])
    return record_sentence(
        Facility(
            name=Name.of(card),
            at=as_of.at,
            stated=as_of.stated,
            status=members["status"],
            since=None if since is None else dates.parse(since["date"]),
            certainty=members["certainty"],
            alternatives=members["alternatives"],
            expected=None if expected is None else expected["status"],
            overdue=overdue - (ladder is not None and ladder.outcome == "overdue" and overdue > 0),
            ladder=ladder,
            is_untold=all(each.withdrawn or each.said > as_of.stated for each in statements),
            ran=has_run(spans, min(as_of.at, as_of.stated)),
        )
    ).members()


def has_run(spans: Sequence[Span], by: Day) -> bool:
    """Whether a facility had run by a day, by the spans of its record."""
    return any(
        span.facet == "status" and span.value in RUNNING and span.has_begun(by) for span in spans
    )


def other_in_words(
    account: Account, as_of: AsOf, spans: Sequence[Span], kind: str
) -> Members | None:
    """The `sentence` of any other record; None while nothing had been said of it."""
    said = [each.statement for each in account.effective.values()]
    if not said:
        return None
    first = min(said, key=lambda each: (each.planned, each.disputed, each.position))
    by_id = {each.id: each for each in said}
    holding = [span for span in spans if span.facet == kind and span.covers(as_of.at)]
    about: AnyRecord
    if kind == "policy":
        about = _policy(first, as_of, spans, holding, by_id)
    elif kind == "indicator":
        about = _indicator(first, as_of, spans, holding, by_id)
        if account.card is not None:
            about = replace(about, title=Name.of(account.card))
    elif first.date is None:
        return None
    elif kind == "discovery":
        about = Discovery(title=Name.titled(first.line), date=first.date, disputed=first.disputed)
    else:
        about = Observation(
            title=Name.titled(first.line), date=first.date, said_by=first.line.get("said_by")
        )
    return record_sentence(about).members()


def _policy(
    first: Statement,
    as_of: AsOf,
    spans: Sequence[Span],
    holding: Sequence[Span],
    by_id: dict[str, Statement],
) -> Policy | Observation:
    """The decision that holds, else the one that held last, else the first."""
    past = [span for span in spans if span.facet == "policy" and span.has_begun(as_of.at)]
    span = holding[-1] if holding else past[-1] if past else None
    decision = first if span is None or span.statement is None else by_id[span.statement]
    title = Name.titled(decision.line)
    start = decision.date
    if start is None:
        return Observation(title=title, date=_day(decision.said))
    has_come = start.earliest is None or start.earliest <= as_of.at
    is_made = has_come and not decision.planned
    return Policy(
        title=title,
        at=as_of.at,
        start=start,
        until=None if span is None or span.end is None else _day(span.end - 1),
        holds="yes" if holding else "no-longer" if past else "never" if is_made else "not-yet",
    )


def _indicator(
    first: Statement,
    as_of: AsOf,
    spans: Sequence[Span],
    holding: Sequence[Span],
    by_id: dict[str, Statement],
) -> Indicator:
    """The series by the reading that held last, else by the first."""
    past = [span for span in spans if span.facet == "indicator" and span.has_begun(as_of.at)]
    said = [
        statement
        for span in past
        if span.statement is not None and (statement := by_id.get(span.statement)) is not None
    ]
    readings = [
        Reading(statement.line["value"], statement.line["unit"], statement.date)
        for statement in said
        if statement.date is not None
    ]
    return Indicator(
        title=Name.titled((said[-1] if said else first).line),
        at=as_of.at,
        reading=readings[-1] if readings and holding else None,
        previous=readings[-2] if len(readings) > 1 and holding else None,
    )


def main_ladder(record: str, spans: Iterable[Span]) -> tuple[Outcome, Ladder] | None:
    """The ladder that says most, and what came of it: of the start of operation, else of those that
    were not given up the one with most plans."""
    ladders = (
        (_outcome(span.value), ladder_of(record, span)) for span in spans if span.facet == "slip"
    )
    return max(
        ladders,
        key=lambda each: (
            each[0] != "replaced",
            each[1].milestone == "operation-started",
            each[0] != "dropped",
            len(each[1].plans),
            each[1].plans,
        ),
        default=None,
    )


def _main_promise(
    card: Line, spans: Sequence[Span], statements: Sequence[Statement], as_of: AsOf
) -> Promise | None:
    """The main ladder as the sentence takes it."""
    found = main_ladder(card["id"], spans)
    if found is None:
        return None
    outcome, ladder = found
    by_id = {each.id: each for each in statements}
    first, last = by_id[ladder.plans[0]].date, by_id[ladder.current].date
    if first is None or last is None:
        return None
    date = None if ladder.came is None else by_id[ladder.came].date
    came = None
    if date is not None and ladder.slip is not None:
        came = Came(date, Lateness(ladder.slip.earliest, ladder.slip.latest))
    return Promise(
        milestone=step(
            ladder.milestone, card.get("class"), by_id[ladder.current].line.get("title_zh", "")
        ),
        first=first,
        last=last,
        promises=len(ladder.plans),
        outcome=outcome,
        came=came,
        horizon=as_of.stated if outcome == "overdue" else None,
    )


def _outcome(value: str) -> Outcome:
    for outcome in OUTCOMES:
        if outcome == value:
            return outcome
    raise ValueError(f"{value} is no outcome")


def _day(day: int) -> Date:
    """A day of the log or of a span as a date; EDTF has no form for one in a far year."""
    return Date(dates.iso(day), day, day, "day")
