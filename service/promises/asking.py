"""Which promises a question is about, and what all answers about promises have in common.

All of it is told by the horizon, `stated`: a plan that nobody had made by then
is none. What came of promises is told by `service.promises.slips`, those that are still open by
`service.promises.overdue`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from events.clocks import last_day
from events.dates import Day, civil, iso, parse_iso
from events.dates import day as day_of
from events.errors import BadFilter
from events.fact import Line
from projections.kinds.ladders import OUTCOMES
from projections.views.file import Database
from projections.views.state import Row, State
from service.asking.errors import BadCursor
from service.asking.filters import Wanted, given, wanted
from service.asking.query import Query
from service.sentences.sentence import Name
from service.sentences.slips import About

GROUPS = ("country", "field", "operator", "decade")
"""What slips are counted by; the decade is that in which the first plan was said."""

SORTS = ("record", "slip")

SLIPS_FILTERS = (
    "country",
    "field",
    "operator",
    "outcome",
    "came_by",
    "by",
    "sort",
    "limit",
    "after",
)
RECORD_SLIPS_FILTERS = ("limit", "after")
OVERDUE_FILTERS = ("country", "field", "limit", "after")
DUE_FILTERS = ("country", "field", "within", "limit", "after")

Members = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """Which promises a question is about; `skipped` are those of the pages before.

    `operator` is the operator of the card as a whole, or one of several that it names;
    `came_by` is the day by which certainly something had come.
    """

    wanted: Wanted
    record: str | None = None
    operator: str | None = None
    outcome: str | None = None
    came_by: Day | None = None
    by: tuple[str, ...] = GROUPS
    sort: str = "record"
    within: str | None = None
    skipped: int = 0


def promised(texts: Mapping[str, str], *, record: str | None = None) -> Promised:
    """Read which promises are meant. Raises BadFilter, BadClock, BadCursor."""
    page = wanted(country=texts.get("country"), field=texts.get("field"), limit=texts.get("limit"))
    outcome = texts.get("outcome")
    if outcome is not None and outcome not in OUTCOMES:
        raise BadFilter("outcome", outcome, "no outcome of that name", allowed=OUTCOMES)
    if texts.get("operator") == "":
        raise BadFilter("operator", "", "give the name of an operator")
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
        after_period(0, within)
    return Promised(
        wanted=page,
        record=record,
        operator=texts.get("operator"),
        outcome=outcome,
        came_by=last_day("came_by", texts["came_by"]) if "came_by" in texts else None,
        by=by,
        sort=sort,
        within=within,
        skipped=_skipped(texts.get("after", "0")),
    )


def is_run_by(card: Line, operator: str) -> bool:
    """Whether a facility has an operator, which may be one of several between semicolons.

    >>> card = {"operator": "Neo Fusion; Institute of Plasma Physics, CAS"}
    >>> is_run_by(card, "Neo Fusion"), is_run_by(card, "Fusion")
    (True, False)
    """
    whole = card.get("operator") or ""
    return operator in (whole, *(part.strip() for part in whole.split(";")))


def given_of(asked: Promised) -> dict[str, str]:
    """The filters that differ from their defaults, as a URL writes them."""
    named = {
        "operator": asked.operator,
        "outcome": asked.outcome,
        "came_by": None if asked.came_by is None else iso(asked.came_by),
        "by": None if asked.by == GROUPS else ",".join(asked.by),
        "sort": None if asked.sort == SORTS[0] else asked.sort,
        "within": asked.within,
        "after": str(asked.skipped) if asked.skipped else None,
    }
    told = {name: value for name, value in named.items() if value is not None}
    return {**given(asked.wanted), **told}


# --- from the views


def stab(
    view: State, db: Database, facet: str, question: Query, asked: Promised, *, day: Day
) -> list[Row]:
    """The rows of a facet that hold on a day, of the facilities that are meant."""
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


def cards_of(view: State, db: Database, rows: Iterable[Row], *, known: int) -> dict[str, Line]:
    """The cards of the facilities of some rows, by record."""
    streams = {f"record:{row.record}" for row in rows}
    cards = view.cards(db, streams, known=known)
    return {stream.partition(":")[2]: card for stream, card in cards.items()}


# --- in an answer


def about(asked: Promised) -> About:
    """What a sentence says that its promises have in common."""
    return About(
        country=asked.wanted.country,
        field=asked.wanted.field,
        operator=asked.operator,
        came_by=asked.came_by,
    )


def name_of(question: Query, record: str, card: Line) -> Name:
    """What a facility is called, with the path of its record."""
    return Name.of(card, Query(f"/v1/records/{record}", question.as_of, {}).pinned)


def rung(line: Line) -> Members:
    """A milestone of a ladder, planned or come."""
    return {
        "statement": line["id"],
        "milestone": line["milestone"],
        "date": line["date"],
        "bounds": line["bounds"],
        "sources": line.get("sources", []),
    }


def bounds(line: Line) -> tuple[Day | None, Day | None]:
    """The first and the last possible day of a statement, None where it is open."""
    first, last = line["bounds"]["earliest"], line["bounds"]["latest"]
    return (
        None if first is None else parse_iso(first),
        None if last is None else parse_iso(last),
    )


def next_of(question: Query, asked: Promised, total: int) -> str | None:
    """The path of the next page, None after the last."""
    reached = asked.skipped + asked.wanted.limit
    if reached >= total:
        return None
    following = replace(asked, skipped=reached)
    return replace(question, filters=given_of(following)).pinned


# --- how its texts are read


_PERIOD = re.compile(
    r"P(?=[0-9])(?:([0-9]{1,4})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,6})D)?|P([0-9]{1,5})W"
)


def after_period(start: Day, text: str) -> Day:
    """The day so long after another, by the calendar. Raises BadFilter.

    >>> civil(after_period(parse_iso("2024-02-29"), "P1Y"))
    (2025, 2, 28)
    """
    read = _PERIOD.fullmatch(text)
    if read is None:
        raise BadFilter(
            "within",
            text,
            "a period of ISO 8601, such as P1Y, P6M, P2W or P90D,"
            " of at most four digits of years and months, five of weeks and six of days",
        )
    years, months, days, weeks = (int(part or 0) for part in read.groups())
    year, month, day = civil(start)
    months += (year + years) * 12 + month - 1
    first = day_of(months // 12, months % 12 + 1, 1)
    end = day_of((months + 1) // 12, (months + 1) % 12 + 1, 1)
    return min(first + day, end) - 1 + days + weeks * 7


def _skipped(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise BadCursor(text, "it is no number, as the `next` of the page before has it")
    return int(text)
