"""Which promises a question is about: its filters, and what they are read into."""

from __future__ import annotations

import re
from dataclasses import dataclass

from events.clocks import last_day
from events.dates import Day, civil, iso
from events.dates import day as day_of
from events.errors import BadFilter
from projections.kinds.ladders import OUTCOMES
from service.asking import forms
from service.asking.filters import AFTER_ROW, LIMIT, LIMIT_OF_PAGE
from service.asking.parameter import Filter, choice, choices, quoted
from service.sentences.slips import About

GROUPS = ("country", "field", "class", "operator", "decade")
"""What slips are counted by; the decade is that in which the first plan was said."""

USUAL_GROUPS = tuple(name for name in GROUPS if name != "class")
"""What they are counted by where nothing is said of it."""

SORTS = ("record", "slip", "due")


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised(About):
    """Which promises a question is about, and which page of them.

    `operator` is the operator of the card as a whole, or one of several that it names. With
    `came_by`, only ladders for which something had certainly come by this day are meant. `skipped`
    is how many stand on earlier pages.
    """

    outcomes: tuple[str, ...] = ()
    by: tuple[str, ...] = USUAL_GROUPS
    sort: str = SORTS[0]
    within: str | None = None
    limit: int = LIMIT
    skipped: int = 0


def is_run_by(whole: str, operator: str) -> bool:
    """Whether the operator on a card is another, or one of several between semicolons is.

    >>> whole = "Neo Fusion; Institute of Plasma Physics, CAS"
    >>> is_run_by(whole, "Neo Fusion"), is_run_by(whole, "Fusion")
    (True, False)
    """
    return operator in (whole, *(part.strip() for part in whole.split(";")))


# --- how their texts are parsed


_PERIOD = re.compile(
    r"P(?=[0-9])(?:([0-9]{1,4})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,6})D)?|P([0-9]{1,5})W"
)


def after_period(start: Day, text: str) -> Day:
    """The day so long after another, by the calendar. Raises BadFilter.

    >>> civil(after_period(day_of(2024, 2, 29), "P1Y"))
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


def _period(text: str) -> str:
    after_period(0, text)
    return text


def _operator(text: str) -> str:
    if not text:
        raise BadFilter("operator", text, "give the name of an operator")
    return text


# --- the filters

PAGE: tuple[Filter, ...] = (
    LIMIT_OF_PAGE.but(meaning="How many a page has at most."),
    AFTER_ROW,
)

OPERATOR = Filter(
    name="operator",
    form={"type": "string", "minLength": 1, "examples": ["Institute of Plasma Physics, CAS"]},
    meaning=(
        "Only facilities whose card names this operator: its text as a whole, or what stands "
        "between its semicolons where there are several."
    ),
    parse=_operator,
)
OUTCOME = choices(
    "outcome",
    OUTCOMES,
    f"Only ladders that came to one of these, of {quoted(OUTCOMES)}.",
    why="no outcome of that name",
    example="late,overdue",
    sort=True,
    member="outcomes",
)
CAME_BY = Filter(
    name="came_by",
    form={**forms.DAY, "examples": ["2013"]},
    meaning="Only ladders of which something had come by this day, by its last possible day.",
    parse=lambda text: last_day("came_by", text),
    write=iso,
)
BY = choices(
    "by",
    GROUPS,
    f"What to count by: {quoted(GROUPS)}. Default: all but `class`.",
    why="nothing that slips are counted by",
    example="country,decade",
    default=USUAL_GROUPS,
)
SORT = choice(
    "sort",
    SORTS,
    "`slip` puts the ladder that certainly slipped the most first, of those that came; `due` those "
    "that are open, by the last possible days of their current plans.",
    what="order",
    default=SORTS[0],
)
WITHIN = Filter(
    name="within",
    form={**forms.DURATION, "examples": ["P1Y"]},
    meaning="Only what is due within this period after the horizon, by its last possible day.",
    parse=_period,
)
