"""Promises: how far plans slipped, which are overdue, which are due.

All of it is told by the horizon, `stated`: a plan that nobody had made by then
is none. The ladders stand in the views (`projections.ladders`); here they are
given their statements, counted, and put into pages.

`at` moves the overdue alone, which are those of the earlier of `at` and the
horizon. What is due is counted from the horizon, by the last possible day of
each plan: `within=P1Y` are the plans that will be overdue in a year if nothing
comes of them.

A median is told as an interval, from the median of the least possible slips to
that of the greatest, and of how many. Ladders whose slip is open on one side
are not counted in it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec
from flask import Response, request

from events.dates import Day, civil, parse_iso, year_of
from events.dates import day as day_of
from events.errors import BadFilter, NotFound
from events.fact import Line
from events.milestone import MilestoneRecorded
from projections.ladders import OUTCOMES, Ladder, Slip, ladder_of
from projections.spans import AFTER_ALL, BEFORE_ALL
from projections.state import Row, State
from projections.views import Database
from service.archive import Archive
from service.asking import CLOCKS, archive, clocks, parameters, respond
from service.filters import given, wanted
from service.question import Question
from service.sentences.sentence import Name
from service.sentences.slips import Worst, overdue_sentence, slips_sentence
from service.state import Wanted

GROUPS = ("country", "field", "operator", "decade")
"""What slips are counted by; the decade is that in which the first plan was said."""

SORTS = ("record", "slip")

SLIPS_TAKE = ("country", "field", "operator", "outcome", "by", "sort", "limit", "after")
DUE_TAKES = ("country", "field", "within", "limit", "after")
OVERDUE_TAKES = ("country", "field", "limit", "after")
OF_RECORD_TAKES = ("limit", "after")

Members = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """Which promises a question is about; `skipped` are those of the pages before."""

    wanted: Wanted
    record: str | None = None
    operator: str | None = None
    outcome: str | None = None
    by: tuple[str, ...] = GROUPS
    sort: str = "record"
    within: str | None = None
    skipped: int = 0


def slips_response() -> Response:
    """The response to `/v1/slips`. Raises what every question raises."""
    service = archive()
    texts, question, asked = _asked(SLIPS_TAKE)
    return respond(
        texts,
        question,
        lambda db: slips_answer(service.state, db, question, asked),
    )


def record_slips_response(id: str) -> Response:
    """The response to `/v1/records/{id}/slips`. Raises NotFound, and what every question raises."""
    service = archive()
    texts, question, asked = _asked(OF_RECORD_TAKES, record=id)

    def make(db: Database) -> str:
        exists(service, db, id, known=question.as_of.known)
        return slips_answer(service.state, db, question, asked)

    return respond(texts, question, make, revision=f"record:{id}")


def overdue_response() -> Response:
    """The response to `/v1/overdue`. Raises what every question raises."""
    service = archive()
    texts, question, asked = _asked(OVERDUE_TAKES)
    return respond(
        texts,
        question,
        lambda db: overdue_answer(service.state, db, question, asked),
    )


def due_response() -> Response:
    """The response to `/v1/due`. Raises what every question raises."""
    service = archive()
    texts, question, asked = _asked(DUE_TAKES)
    return respond(
        texts,
        question,
        lambda db: due_answer(service.state, db, question, asked),
    )


def exists(service: Archive, db: Database, id: str, *, known: int) -> None:
    """Raises NotFound where the log had no such record."""
    if service.history.revision(db, f"record:{id}", known=known) == 0:
        raise NotFound("record", id)


def _asked(
    takes: tuple[str, ...], record: str | None = None
) -> tuple[Mapping[str, str], Question, Promised]:
    texts = parameters((*CLOCKS, *takes, "view"))
    asked = promised(texts, record=record)
    return texts, Question(request.path, clocks(texts), given_of(asked)), asked


def promised(texts: Mapping[str, str], *, record: str | None = None) -> Promised:
    """Read which promises are meant. Raises BadFilter."""
    page = wanted(country=texts.get("country"), field=texts.get("field"), limit=texts.get("limit"))
    outcome = texts.get("outcome")
    if outcome is not None and outcome not in OUTCOMES:
        raise BadFilter("outcome", outcome, "no outcome of that name", allowed=OUTCOMES)
    sort = texts.get("sort", SORTS[0])
    if sort not in SORTS:
        raise BadFilter("sort", sort, "no order of that name", allowed=SORTS)
    by: tuple[str, ...] = GROUPS
    if "by" in texts:
        by = tuple(dict.fromkeys(texts["by"].split(",")))
        for name in by:
            if name not in GROUPS:
                raise BadFilter("by", name, "nothing that slips are counted by", allowed=GROUPS)
    within = texts.get("within")
    if within is not None:
        _after_duration(0, within)
    return Promised(
        wanted=page,
        record=record,
        operator=texts.get("operator"),
        outcome=outcome,
        by=by,
        sort=sort,
        within=within,
        skipped=_skipped(texts.get("after", "0")),
    )


def given_of(asked: Promised) -> dict[str, str]:
    """The filters that differ from their defaults, as a URL writes them."""
    named = {
        "operator": asked.operator,
        "outcome": asked.outcome,
        "by": None if asked.by == GROUPS else ",".join(asked.by),
        "sort": None if asked.sort == SORTS[0] else asked.sort,
        "within": asked.within,
        "after": str(asked.skipped) if asked.skipped else None,
    }
    told = {name: value for name, value in named.items() if value is not None}
    return {**given(asked.wanted), **told}


# --- slips


class Counted(NamedTuple):
    """A ladder with its outcome, and the card of its facility."""

    record: str
    outcome: str
    ladder: Ladder
    card: Line


def ladders(view: State, db: Database, question: Question, asked: Promised) -> list[Counted]:
    """The ladders that are meant, by record and entry, or the greatest slip first."""
    as_of = question.as_of
    if asked.record is not None:
        rows = view.stab_records(
            db, "slip", [asked.record], day=as_of.stated, stated=as_of.stated, known=as_of.known
        )
    else:
        rows = _stab(view, db, "slip", question, asked, day=as_of.stated)
    if asked.outcome is not None:
        rows = [row for row in rows if row.value == asked.outcome]
    texts = view.texts(db, (row.id for row in rows))
    cards = _cards(view, db, rows, known=as_of.known)
    found = [
        Counted(row.record, row.value, ladder_of(texts[row.id]), cards[row.record]) for row in rows
    ]
    if asked.operator is not None:
        found = [each for each in found if each.card.get("operator") == asked.operator]
    found.sort(key=lambda each: (each.record, each.ladder.entry, each.ladder.plans))
    if asked.sort == "slip":
        found.sort(key=_greatest_first)
    return found


def slips_answer(view: State, db: Database, question: Question, asked: Promised) -> str:
    """The JSON text of `/v1/slips`, or of the slips of one record."""
    found = ladders(view, db, question, asked)
    page = found[asked.skipped : asked.skipped + asked.wanted.limit]
    ids = {id for each in page for id in (*each.ladder.plans, each.ladder.came) if id is not None}
    lines = {
        id: msgspec.json.decode(text)
        for id, text in view.statements(db, ids, known=question.as_of.known).items()
    }
    totals = slip_totals(found)
    members: Members = {
        "sentence": _slips_sentence(question, asked, found, totals),
        "totals": totals,
    }
    if asked.record is None:
        members["by"] = {name: _groups(name, found) for name in asked.by}
    members["items"] = [_slip_item(each, lines) for each in page]
    members["next"] = _next(question, asked, len(found))
    return _answer(question, members)


def _slips_sentence(
    question: Question, asked: Promised, found: Sequence[Counted], totals: Members
) -> Members:
    slipped = [each for each in found if _closed(each.ladder.slip)]
    worst = None
    if slipped:
        farthest = min(slipped, key=_greatest_first)
        days = farthest.ladder.slip.earliest if farthest.ladder.slip else None
        worst = Worst(_name(question, farthest.record, farthest.card), days or 0)
    whole = replace(question, filters=given_of(replace(asked, skipped=0)))
    return slips_sentence(
        outcomes=totals["outcomes"],
        median_days=totals["median"] and totals["median"]["earliest"],
        median_of=totals["of"],
        worst=worst,
        country=asked.wanted.country,
        field=asked.wanted.field,
        links=None
        if asked.record is not None
        else {name: whole.url(outcome=name) for name in OUTCOMES},
    ).members()


def _name(question: Question, record: str, card: Line) -> Name:
    return Name.of(card, Question(f"/v1/records/{record}", question.as_of, {}).pinned)


def slip_totals(found: Sequence[Counted]) -> Members:
    """How many ladders came to what, and how far those slipped that came to something."""
    outcomes = Counter(each.outcome for each in found)
    slipped = [each for each in found if _closed(each.ladder.slip)]
    members: Members = {
        "ladders": len(found),
        "outcomes": {name: outcomes[name] for name in OUTCOMES if outcomes[name]},
        "of": len(slipped),
        "median": None,
        "lower_quartile": None,
        "upper_quartile": None,
        "worst": None,
    }
    if slipped:
        slips = [each.ladder.slip for each in slipped if each.ladder.slip is not None]
        for name, share in (("lower_quartile", 1), ("median", 2), ("upper_quartile", 3)):
            members[name] = {
                "earliest": _quantile([slip.earliest or 0 for slip in slips], share),
                "latest": _quantile([slip.latest or 0 for slip in slips], share),
            }
        worst = min(slipped, key=_greatest_first)
        members["worst"] = {
            "record": worst.record,
            "entry": worst.ladder.entry,
            "slip_days": _days(worst.ladder.slip),
        }
    return members


def _groups(name: str, found: Sequence[Counted]) -> list[Members]:
    groups: dict[str, list[Counted]] = defaultdict(list)
    for each in found:
        groups[_key(name, each)].append(each)
    return [{"key": key or None, **slip_totals(groups[key])} for key in sorted(groups)]


def _key(name: str, counted: Counted) -> str:
    if name == "decade":
        year = year_of(counted.ladder.said)
        return f"{year - year % 10}s"
    return str(counted.card.get(name) or "")


def _closed(slip: Slip | None) -> bool:
    return slip is not None and slip.earliest is not None and slip.latest is not None


def _quantile(numbers: list[int], quarters: int) -> float:
    """A quartile by linear interpolation between the nearest two, in days and halves of them.

    >>> _quantile([4, 0, 10, 3], 2), _quantile([7], 1)
    (3.5, 7.0)
    """
    ordered = sorted(numbers)
    place, rest = divmod((len(ordered) - 1) * quarters, 4)
    if rest == 0:
        return float(ordered[place])
    return ordered[place] + (ordered[place + 1] - ordered[place]) * rest / 4


def _greatest_first(counted: Counted) -> tuple[bool, int, int, str]:
    """By the slip that is certain, then by the possible one; what has none comes last."""
    slip = counted.ladder.slip
    if slip is None or slip.earliest is None:
        return (True, 0, 0, counted.record)
    return (False, -slip.earliest, -(slip.latest or 0), counted.record)


def _slip_item(counted: Counted, lines: Mapping[str, Line]) -> Members:
    ladder, card = counted.ladder, counted.card
    plans = [lines[id] for id in ladder.plans]
    return {
        "entry": ladder.entry,
        "record": counted.record,
        "name": card["name"],
        "country": card["country"],
        "field": card["field"],
        "milestone": ladder.milestone,
        "plans": [
            {
                **_rung(plan),
                "said": plan["said"]["day"],
                "stated": plan["stated"],
                "slip_days": _between(plans[0], plan) if index else None,
                "slip_days_before": _between(plans[index - 1], plan) if index else None,
            }
            for index, plan in enumerate(plans)
        ],
        "came": None if ladder.came is None else _rung(lines[ladder.came]),
        "slip_days": _days(ladder.slip),
        "slip_days_before": _days(ladder.slip_before),
        "outcome": counted.outcome,
        "ended_by": ladder.by,
    }


def _rung(line: Line) -> Members:
    return {
        "statement": line["id"],
        "milestone": line["milestone"],
        "date": line["date"],
        "bounds": line["bounds"],
        "sources": line.get("sources", []),
    }


def _between(plan: Line, later: Line) -> Members:
    (first, last), (earliest, latest) = _bounds(plan), _bounds(later)
    return {
        "earliest": None if earliest is None or last is None else earliest - last,
        "latest": None if latest is None or first is None else latest - first,
    }


def _days(slip: Slip | None) -> Members | None:
    return None if slip is None else {"earliest": slip.earliest, "latest": slip.latest}


# --- overdue and due


def overdue_answer(view: State, db: Database, question: Question, asked: Promised) -> str:
    """The JSON text of `/v1/overdue`: the longest first."""
    as_of = question.as_of
    day = min(as_of.at, as_of.stated)
    rows = _stab(view, db, "overdue", question, asked, day=day)
    rows.sort(key=lambda row: (row.vf, row.record, row.statement))

    def days(earliest: Day | None, latest: Day | None) -> Members:
        return {
            "earliest": None if latest is None else day - latest,
            "latest": None if earliest is None else day - earliest,
        }

    sentence = overdue_sentence(
        at=day,
        overdue=len(rows),
        longest=_longest(view, db, question, rows[0], day) if rows else None,
        country=asked.wanted.country,
        field=asked.wanted.field,
        href=question.pinned,
    )
    more = {"sentence": sentence.members()}
    return _promises(view, db, question, asked, rows=rows, days=days, more=more)


def _longest(view: State, db: Database, question: Question, row: Row, day: Day) -> Worst:
    card = _cards(view, db, [row], known=question.as_of.known)[row.record]
    return Worst(_name(question, row.record, card), day - row.vf)


def due_answer(view: State, db: Database, question: Question, asked: Promised) -> str:
    """The JSON text of `/v1/due`: the soonest first."""
    horizon = question.as_of.stated
    rows = view.stab(
        db,
        "due",
        first=BEFORE_ALL,
        last=AFTER_ALL,
        stated=horizon,
        known=question.as_of.known,
        country=asked.wanted.country,
        field=asked.wanted.field,
    )
    if asked.within is not None:
        last = _after_duration(horizon, asked.within)
        rows = [row for row in rows if row.vt <= last + 1]
    rows.sort(key=lambda row: (row.vt, row.vf, row.record, row.statement))

    def days(earliest: Day | None, latest: Day | None) -> Members:
        return {
            "earliest": None if earliest is None else earliest - horizon,
            "latest": None if latest is None else latest - horizon,
        }

    return _promises(view, db, question, asked, rows=rows, days=days)


def _promises(
    view: State,
    db: Database,
    question: Question,
    asked: Promised,
    *,
    rows: Sequence[Row],
    days: Callable[[Day | None, Day | None], Members],
    more: Mapping[str, Any] = MappingProxyType({}),
) -> str:
    """An answer that lists open plans; `days` counts by the bounds of one, `more` goes before."""
    known = question.as_of.known
    page = rows[asked.skipped : asked.skipped + asked.wanted.limit]
    cards = _cards(view, db, page, known=known)
    texts = view.statements(db, {row.statement for row in page}, known=known)
    items = []
    for row in page:
        line = msgspec.json.decode(texts[row.statement])
        card = cards[row.record]
        items.append(
            {
                "record": row.record,
                "name": card["name"],
                "country": card["country"],
                "field": card["field"],
                "entry": MilestoneRecorded.entry_of(line),
                **_rung(line),
                "title": line["title"],
                "stated": line["stated"],
                "said": line["said"]["day"],
                "days": days(*_bounds(line)),
            }
        )
    return _answer(
        question,
        {**more, "total": len(rows), "items": items, "next": _next(question, asked, len(rows))},
    )


# --- what both need


def _stab(
    view: State, db: Database, facet: str, question: Question, asked: Promised, *, day: Day
) -> list[Row]:
    return view.stab(
        db,
        facet,
        first=day,
        last=day,
        stated=question.as_of.stated,
        known=question.as_of.known,
        country=asked.wanted.country,
        field=asked.wanted.field,
    )


def _cards(view: State, db: Database, rows: Iterable[Row], *, known: int) -> dict[str, Line]:
    streams = {f"record:{row.record}" for row in rows}
    cards = view.cards(db, streams, known=known)
    return {stream.partition(":")[2]: card for stream, card in cards.items()}


def _bounds(line: Line) -> tuple[Day | None, Day | None]:
    first, last = line["bounds"]["earliest"], line["bounds"]["latest"]
    return (
        None if first is None else parse_iso(first),
        None if last is None else parse_iso(last),
    )


_DURATION = re.compile(
    r"P(?=[0-9])(?:([0-9]{1,4})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,6})D)?|P([0-9]{1,5})W"
)


def _after_duration(start: Day, text: str) -> Day:
    """The day so long after another, by the calendar. Raises BadFilter.

    >>> civil(_after_duration(parse_iso("2024-02-29"), "P1Y"))
    (2025, 2, 28)
    """
    read = _DURATION.fullmatch(text)
    if read is None:
        raise BadFilter("within", text, "a period of ISO 8601, such as P1Y, P6M, P2W or P90D")
    years, months, days, weeks = (int(part or 0) for part in read.groups())
    year, month, day = civil(start)
    months += (year + years) * 12 + month - 1
    first = day_of(months // 12, months % 12 + 1, 1)
    end = day_of((months + 1) // 12, (months + 1) % 12 + 1, 1)
    return min(first + day, end) - 1 + days + weeks * 7


def _skipped(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise BadFilter("after", text, "a number, as the `next` of the page before has it")
    return int(text)


def _next(question: Question, asked: Promised, total: int) -> str | None:
    reached = asked.skipped + asked.wanted.limit
    if reached >= total:
        return None
    following = replace(asked, skipped=reached)
    return replace(question, filters=given_of(following)).pinned


def _answer(question: Question, members: Members) -> str:
    return f"{{{question.head()},{msgspec.json.encode(members)[1:-1].decode()}}}"
