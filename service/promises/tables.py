"""The lists of promises as tables, for CSV and for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from projections.kinds.ladders import OUTCOMES
from service.asking.format import Format
from service.asking.question import sentence_of
from service.asking.table import Column, Members, Table, columns, dated, within
from service.promises.filters import GROUPS
from service.words.cells import date_cell, interval_cell
from service.words.csv_text import MEDIA_TYPE as CSV
from service.words.labels import outcome


def slip_lines(answer: Members) -> Iterator[str]:
    """What the answer says, and the median slip to the day."""
    yield from sentence_of(answer)
    totals = answer["totals"]
    if totals["median"]:
        median, still = interval_cell(totals["median"]), totals["still_open"]
        yield f"Median slip {median} days, of {totals['of']}; {still} still open."


def _of_plan(index: int, value: Callable[[Members], object]) -> Callable[[Members], object]:
    return lambda row: value(row["plans"][index])


def _bound_of_what_came(name: str) -> Callable[[Members], object]:
    return lambda row: None if row["came"] is None else row["came"]["bounds"][name]


def _days(member: str) -> Callable[[Members], object]:
    return lambda row: interval_cell(row[member])


def _sources(row: Members) -> str:
    """The ids of the sources of all plans, and of what came, each once."""
    rungs = [*row["plans"], *filter(None, [row["came"]])]
    return " ".join(dict.fromkeys(each["id"] for rung in rungs for each in rung["sources"]))


LADDERS = Table(
    rows="items",
    key=("record", "entry"),
    title="Ladders of plans",
    columns=(
        Column(name="record"),
        Column(name="name", words=True),
        *columns("country", "field", "class"),
        *columns("entry", "milestone", "outcome"),
        Column(name="plans", value=lambda row: len(row["plans"])),
        Column(name="first_plan", value=_of_plan(0, lambda plan: plan["date"])),
        Column(name="first_plan_earliest", value=_of_plan(0, within("bounds", "earliest"))),
        Column(name="first_plan_latest", value=_of_plan(0, within("bounds", "latest"))),
        Column(name="last_plan", value=_of_plan(-1, lambda plan: plan["date"])),
        Column(name="came", value=within("came", "date")),
        Column(name="came_earliest", value=_bound_of_what_came("earliest")),
        Column(name="came_latest", value=_bound_of_what_came("latest")),
        Column(name="slip_days_earliest", value=within("slip_days", "earliest")),
        Column(name="slip_days_latest", value=within("slip_days", "latest")),
        Column(name="put_off_days_earliest", value=_of_plan(-1, within("slip_days", "earliest"))),
        Column(name="put_off_days_latest", value=_of_plan(-1, within("slip_days", "latest"))),
        Column(name="sources", value=_sources),
    ),
    shown=(
        Column(name="entry"),
        Column(name="plans", value=lambda row: len(row["plans"])),
        Column(name="first for", value=_of_plan(0, lambda plan: date_cell(plan["date"]))),
        Column(name="last for", value=_of_plan(-1, lambda plan: date_cell(plan["date"]))),
        Column(
            name="came", value=lambda row: date_cell(row["came"]["date"]) if row["came"] else ""
        ),
        Column(name="slip in days", value=_days("slip_days")),
        Column(name="outcome", value=lambda row: outcome(row["outcome"], "en")),
    ),
)
"""One ladder a row."""


def _group(name: str) -> Table:
    return Table(
        rows="by",
        title=f"By {name}",
        spread=lambda answer: answer["by"].get(name, ()),
        shown=(
            Column(name=name, value=lambda group: group["key"]),
            Column(name="promises", value=lambda group: group["ladders"]),
            Column(name="came", value=lambda group: group["of"]),
            Column(name="median slip in days", value=_days("median")),
            Column(name="still open", value=lambda group: group["still_open"]),
        ),
    )


BY_GROUP = tuple(map(_group, GROUPS))
"""What the ladders of a country, a field, an operator and a decade came to, one a row."""


def _groups(answer: Members) -> Iterator[Members]:
    """The totals of all, then those of each group."""
    yield {"by": "all", "key": None, **answer["totals"]}
    for name, groups in answer["by"].items():
        for group in groups:
            yield {"by": name, **group}


def _came_to(outcome: str) -> Column:
    return Column(name=outcome, value=lambda group: group["outcomes"].get(outcome, 0))


TOTALS = Table(
    rows="by",
    each="group that slips are counted by",
    spread=_groups,
    columns=(
        Column(name="by"),
        Column(name="key", words=True),
        Column(name="ladders"),
        *map(_came_to, OUTCOMES),
        *columns("of", "still_open"),
        *(
            Column(name=f"{quartile}_days_{end}", value=within(quartile, end))
            for quartile in ("lower_quartile", "median", "upper_quartile")
            for end in ("earliest", "latest")
        ),
    ),
)
"""The medians of all and of each group, one a row."""

MEDIANS = Format(
    name="medians",
    media_type=CSV,
    text=lambda _, answer: TOTALS.csv(answer),
    meaning="`medians` is CSV too: a row for all, then one for each group of `by`, with how many "
    "came to what and the quartiles of their slips in days",
)

OPEN_PLANS = Table(
    rows="items",
    key=("record", "statement"),
    columns=(
        Column(name="record"),
        Column(name="name", words=True),
        *columns("country", "field", "class", "entry", "milestone", "date"),
        Column(name="earliest", value=within("bounds", "earliest")),
        Column(name="latest", value=within("bounds", "latest")),
        *columns("stated", "said"),
        Column(name="days_earliest", value=within("days", "earliest")),
        Column(name="days_latest", value=within("days", "latest")),
        Column(name="statement"),
        Column(name="title", words=True),
    ),
)
"""One plan a row."""


def _open_plans(title: str, days: str) -> Table:
    return replace(
        OPEN_PLANS,
        title=title,
        shown=(
            Column(name="record"),
            Column(name="promised", value=lambda plan: plan["milestone"]),
            Column(name="for", value=lambda plan: date_cell(plan["date"])),
            dated("said", "stated"),
            Column(name=days, value=_days("days")),
            Column(name="statement"),
        ),
    )


OVERDUE_PLANS = _open_plans("Overdue", "days late")
DUE_PLANS = _open_plans("Due", "days to go")
