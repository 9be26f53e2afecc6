"""What began and ended in the world between two days, `/v1/transitions`: rule 17.

A difference of two states cannot see what came and went between them, so each facility is folded
anew. The views hold from which day a status counts, but an item has the bounds of its milestone,
and of two milestones on one day the views hold the later alone. Policies and discoveries are the
rows of the views, with the bounds of their statements.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from marshmallow import Schema

from events.dates import Day, day, iso, year_of
from events.errors import ClashingClocks
from events.vocabulary import ENDINGS, MILESTONES, STATUSES
from projections import VALUES
from projections.engine.spans import AFTER_ALL, BEFORE_ALL
from projections.kinds.facility import NOTHING, after
from projections.views import bulk
from projections.views.reading import Reading, Slice
from projections.views.state import Row, Scope
from service.asking import forms
from service.asking.filters import (
    AFTER_ROW,
    KNOWN,
    LIMIT_OF_PAGE,
    PART,
    STATED,
    STATUS,
    Wanted,
)
from service.asking.following import Follow
from service.asking.paging import page_of_rows
from service.asking.parameter import Parameter, choice, values_of, written
from service.asking.query import Arguments, Query
from service.asking.question import Example, Question
from service.asking.schemas import (
    AnswerSchema,
    SinceSchema,
    choice_field,
    count_field,
    counts_field,
    list_field,
    part_field,
    text_field,
)
from service.asking.table import Column, Members, Table, within
from service.asking.turning import between
from service.items.claim import Claim, claim_of, claims_of, effective
from service.items.when import When, when
from service.trends.trend import last_told, period_named, period_query
from service.words.cells import date_cell

KINDS = ("facility", "policy", "discovery")
FACILITY, POLICY, DISCOVERY = KINDS

IN_FORCE = "in-force"
"""What a policy is while it holds."""


class Transition(NamedTuple):
    """Something that began or ended on one day from `earliest` to `latest`.

    These are BEFORE_ALL and AFTER_ALL where they are open. `was` and `became` are what held before
    and after, None where nothing did. `place` orders those of a record by rule 7.
    """

    kind: str
    record: str
    date: str
    earliest: Day
    latest: Day
    claim: Claim
    place: tuple[Day, int, str]
    was: str | None = None
    became: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Period(Wanted):
    """The days from `first` to `last`, and which part of the world is meant in them.

    `skipped` is how many items stand on earlier pages.
    """

    first: Day
    last: Day
    skipped: int = 0

    def has(self, kind: str) -> bool:
        """Whether any of a kind are meant: with a filter of statuses, only facilities are."""
        return self.kind in (None, kind) and (kind == FACILITY or not self.statuses)


def transitions_answer(reading: Reading, query: Query) -> Members:
    """The members of `TransitionsSchema`, less the clocks; items as `transitions` orders them."""
    period: Period = query.about
    views = reading.at(
        query.as_of, countries=period.place.codes, field=period.field, class_=period.class_
    )
    listed = transitions(views, period)
    kinds = Counter(each.kind for each in listed)
    statuses = Counter(each.became for each in listed)
    page, following = page_of_rows(query, listed)
    return {
        "from": iso(period.first),
        "to": iso(period.last),
        "total": len(listed),
        "totals": {
            "kind": {kind: kinds[kind] for kind in KINDS if kinds[kind]},
            "status": {status: statuses[status] for status in STATUSES if statuses[status]},
        },
        "items": _items(views, period, page),
        "next": following,
    }


def transitions(views: Slice, period: Period) -> list[Transition]:
    """All that lie in the period for certain or possibly, not after the horizon.

    They are in the order of their earliest possible days (open ones first), of their records, and
    of rule 7.
    """
    found: list[Transition] = []
    if period.has(FACILITY):
        found += _of_facilities(views, period)
    if period.has(POLICY):
        found += _of_policies(views, period)
    if period.has(DISCOVERY):
        found += (discovery for _, discovery in _begun(views, period, DISCOVERY))
    horizon = views.as_of.stated
    meeting = (
        each
        for each in found
        if max(each.earliest, period.first) <= min(each.latest, period.last, horizon)
        and (not period.statuses or each.became in period.statuses)
    )
    return sorted(meeting, key=lambda each: (each.earliest, each.record, each.place))


def _items(views: Slice, period: Period, page: Collection[Transition]) -> list[dict[str, Any]]:
    """A facility goes by the name on its card, all else by the title of its statement."""
    briefs = views.briefs({each.record for each in page if each.kind == FACILITY})
    return [
        {
            "kind": each.kind,
            "record": each.record,
            "name": briefs[each.record][0] if each.kind == FACILITY else each.claim.title,
            "was": each.was,
            "became": each.became,
            "date": {
                "date": each.date,
                "earliest": None if each.earliest == BEFORE_ALL else iso(each.earliest),
                "latest": None if each.latest == AFTER_ALL else iso(each.latest),
            },
            "within": "certain"
            if period.first <= each.earliest and each.latest <= period.last
            else "possible",
            "statement": each.claim.id,
        }
        for each in page
    ]


# --- facilities


def _of_facilities(views: Slice, period: Period) -> Iterator[Transition]:
    """Every milestone of a facility that changes its status, by rule 7; of those facilities alone
    of which any statement has a date in the period."""
    for record, claims in claims_of(views, _dated_in(views, period)).items():
        state = NOTHING
        for step in sorted(
            _steps(record, claims.values(), views.as_of.stated), key=lambda step: step.place
        ):
            before, state = state, after(state, step.claim.milestone or "")
            if before.status != state.status:
                yield step._replace(was=before.status, became=state.status)


def _dated_in(views: Slice, period: Period) -> list[str]:
    """The facilities of which a statement has a date that meets the period."""
    found = views.find("record", views.as_of.stated)
    found = found.where(found["value"] == VALUES.index(FACILITY))
    numbers: list[int] = found["record"].tolist()
    last = min(period.last, views.as_of.stated)
    db, known = views.reading.db, views.as_of.known
    views.reading.budget.spend(rows=views.reading.lines.count(db, numbers, known=known))

    def meets(date: str) -> bool:
        of = when(date)
        begins_by = of.earliest is None or of.earliest <= last
        return begins_by and (of.latest is None or of.latest >= period.first)

    some = bulk.dated(db, numbers, known=known, is_meant=meets)
    return [row.record for row in views.rows(found.where(np.isin(found["record"], some)))]


def _steps(record: str, claims: Collection[Claim], horizon: Day) -> Iterator[Transition]:
    """The effective actual milestones that count, in no order."""
    # An entry counts if any of its statements is undisputed, whenever it was said.
    counting = {claim.entry for claim in claims if not claim.disputed}
    for entry, claim in effective(claims, horizon).items():
        if entry in counting and not claim.planned and claim.when is not None:
            step = _dated(FACILITY, record, claim, claim.when)
            counts_from = step.latest if claim.milestone in ENDINGS else step.earliest
            order = MILESTONES.index(claim.milestone or "")
            yield step._replace(place=(counts_from, order, entry))


# --- the others


def _of_policies(views: Slice, period: Period) -> Iterator[Transition]:
    for row, began in _begun(views, period, POLICY):
        yield began._replace(became=IN_FORCE)
        if row.vt != AFTER_ALL:
            yield began._replace(
                was=IN_FORCE,
                date=iso(row.vt),
                earliest=row.vt,
                latest=row.vt,
                # What ended on a day stands before what began on it.
                place=(row.vt, 0, began.claim.entry),
            )


def _begun(views: Slice, period: Period, kind: str) -> Iterator[tuple[Row, Transition]]:
    """The rows of a kind that had begun by the end of the period, each with what began."""
    rows = views.begun(kind, min(period.last, views.as_of.stated))
    texts = views.statements({row.statement for row in rows})
    for row in rows:
        claim = claim_of(texts[row.statement])
        if claim.when is not None:
            yield row, _dated(kind, row.record, claim, claim.when)


def _dated(kind: str, record: str, claim: Claim, when: When) -> Transition:
    earliest = BEFORE_ALL if when.earliest is None else when.earliest
    return Transition(
        kind=kind,
        record=record,
        date=when.edtf,
        earliest=earliest,
        latest=AFTER_ALL if when.latest is None else when.latest,
        claim=claim,
        place=(earliest, 1, claim.entry),
    )


# --- its declaration


FROM = Parameter(
    name="from",
    form={**forms.DAY, "examples": ["2010", "2010-05"]},
    meaning="A year, month or day, meaning its first day. Default: the start of the year of `to`.",
)
TO = Parameter(
    name="to",
    form={**forms.DAY, "examples": ["2013", "2013-11"]},
    meaning=(
        "A year, month or day, meaning its last day. Default: the end of the year of today or of "
        "`stated`, whichever is earlier."
    ),
)


def _read(question: Question, arguments: Arguments) -> Query:
    """A query about a `Period`. Raises BadClock, ClashingClocks, BadFilter and PositionAhead."""
    values = values_of(question.filters, arguments.texts)
    clocks, texts = arguments.clocks(), arguments.texts
    first = period_named("from", texts["from"]) if "from" in texts else None
    if "to" in texts:
        _, last = period_named("to", texts["to"])
    else:
        today = last_told(clocks)
        last = day(year_of(today if first is None else max(today, first[1])), 12, 31)
    start = day(year_of(last), 1, 1) if first is None else first[0]
    if start > last:
        raise ClashingClocks("from", texts["from"], f"it is after to, {texts['to'][:80]}")
    period = Period(first=start, last=last, **values)
    return period_query(arguments, clocks, written(question.filters, period), period)


def _turns(reading: Reading, query: Query, *, after: int, known: int) -> list[int]:
    """Any change of a facility's statements can matter, also of a statement without a row, because
    a later milestone of the same day hides it."""
    period: Period = query.about
    found: set[int] = set()
    if period.has(FACILITY):
        scope = Scope(query.as_of.stated, known, period.place.codes, period.field, period.class_)
        found |= {*reading.turns.of_statements(reading.db, FACILITY, scope, after=after)}
    if facets := [kind for kind in (POLICY, DISCOVERY) if period.has(kind)]:
        last = min(period.last, query.as_of.stated)
        found |= {
            *between(
                reading, query, first=BEFORE_ALL, last=last, after=after, known=known, facets=facets
            )
        }
    return sorted(found)


class TransitionSchema(Schema):
    """Something that began or ended: a step of a facility, a policy, or a discovery."""

    kind = choice_field(KINDS)
    record = text_field("The record that it is of.")
    name = text_field("The name on the card of a facility, else the title of the statement.")
    was = text_field("The status before, or `in-force`; null where there was none.", null=True)
    became = text_field(
        "The status after, or `in-force`; null where there is none, and of a discovery.", null=True
    )
    date = part_field(SinceSchema)
    within = choice_field(
        ("certain", "possible"), "Whether all its possible days lie in the period, or only some."
    )
    statement = text_field("The milestone, the decision that began or ended, or the discovery.")


class TransitionTotalsSchema(Schema):
    """How many there are, whatever the page."""

    kind = counts_field(of=KINDS)
    status = counts_field("How many facilities came to each status.", of=STATUSES)


class TransitionsSchema(AnswerSchema):
    """What began and ended between two days."""

    first = text_field("The first day of the period.", key="from")
    to = text_field("The last day of the period.")
    total = count_field("How many there are, whatever the page.")
    totals = part_field(TransitionTotalsSchema)
    items = list_field(TransitionSchema)
    next = text_field("The path of the next page.", null=True)


TRANSITIONS = Question(
    name="transitions",
    path="/v1/transitions",
    summary="What began and ended in the world between two days, also what came and went.",
    clocks=(STATED, KNOWN, FROM, TO),
    filters=(
        *PART,
        STATUS.but(meaning="Only what became one of these statuses, and so facilities alone."),
        choice("kind", KINDS, "Only what began and ended of this kind."),
        LIMIT_OF_PAGE,
        AFTER_ROW,
    ),
    read=_read,
    answer=transitions_answer,
    schema=TransitionsSchema,
    tables=(
        Table(
            rows="items",
            key=("record", "statement", "became"),
            title="What began and ended",
            columns=(
                Column(name="date", value=within("date", "date"), heading="When"),
                Column(name="earliest", value=within("date", "earliest")),
                Column(name="latest", value=within("date", "latest")),
                Column(name="within", heading="In the period"),
                Column(name="kind", heading="Kind"),
                Column(name="record", heading="Record"),
                Column(name="name", words=True, heading="Name"),
                Column(name="was", heading="Was"),
                Column(name="became", heading="Became"),
                Column(name="statement"),
            ),
        ),
    ),
    follow=Follow(settled=(("stated",), ("to",)), turns=_turns),
    command="transitions",
    lead=lambda answer: (
        f"From {date_cell(answer['from'])} to {date_cell(answer['to'])}: {answer['total']}.",
    ),
    examples=(
        Example(
            name="transitions",
            path="/v1/transitions?from=2005&to=2008&country=CN&field=fusion",
            shows="what began and ended in four years",
        ),
    ),
)
