"""The points of a trend as tables, for CSV and for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from service.asking.table import Column, Members, Table, columns
from service.trends.trend import Measure
from service.words.number import number_text

VALUES: Mapping[Measure, tuple[str, ...]] = {
    "status": ("count", "certain", "possible"),
    "discoveries": ("count", "new"),
    "policies": ("count",),
    "indicator": ("value", "date", "statement"),
}
"""The columns of CSV between the key and `certainty`, by measure."""


def _columns(answer: Members) -> tuple[Column, ...]:
    key = answer["by"]
    return columns("at", *key, *VALUES[answer["measure"]], "certainty", words=key)


def _points(answer: Members) -> Iterator[Members]:
    """Each point of each series with its key; `certain` and `possible` are always there."""
    for series in answer["series"]:
        for point in series["points"]:
            sure = dict.fromkeys(("certain", "possible"), point.get("count"))
            yield {**series["key"], **sure, **point}


POINTS = Table(
    rows="series",
    key=("key",),
    each="point of each series",
    columns=_columns,
    spread=_points,
)


def trend_lines(answer: Members) -> Iterator[str]:
    """That there is nothing, where there is nothing."""
    if not answer["series"]:
        yield f"There is nothing of {answer['measure']} from {_span(answer)}."


def _title(answer: Members) -> str:
    title = f"{answer['measure'].capitalize()} from {_span(answer)}"
    if not answer["series"]:
        return title
    key = answer["series"][0]["key"]
    shared = ", ".join(_word(key[name]) for name in _common(answer))
    return f"{title}: {shared}" if shared else title


def _headed(answer: Members) -> tuple[Column, ...]:
    common = _common(answer)
    only = "value" if answer["measure"] == "indicator" else "count"
    return (
        Column(name=answer["step"]),
        *(
            Column(name=str(place), heading=_heading(series["key"], common) or only)
            for place, series in enumerate(answer["series"])
        ),
    )


def _steps(answer: Members) -> Iterator[Members]:
    """A row for each step, with the value of each series by its place."""
    for points in zip(*(series["points"] for series in answer["series"]), strict=True):
        values = {str(place): _value(point) for place, point in enumerate(points)}
        yield {answer["step"]: _label(points[0], answer["step"]), **values}


STEPS_OF_SERIES = Table(rows="series", title=_title, shown=_headed, widest=11, spread=_steps)
"""A row for each step and a column for each series; what all of these share stands in the title."""


def _common(answer: Members) -> list[str]:
    """The members of the key in which all series are alike."""
    return [
        name
        for name in answer["by"]
        if len({series["key"][name] for series in answer["series"]}) == 1
    ]


def _span(answer: Members) -> str:
    first, last = (_step(answer[end], answer["step"]) for end in ("from", "to"))
    return f"{first} to {last}"


def _heading(key: Members, common: Sequence[str]) -> str:
    """What tells a series from the others; nothing where there is no other."""
    if set(key) <= set(common):
        return ""
    words = [
        _word(value)
        for name, value in key.items()
        if name not in common and (value is not None or "region" not in key)
    ]
    return ", ".join(words) or "all"


def _word(value: str | None) -> str:
    return "(none)" if value is None else value


def _label(point: Members, step: str) -> str:
    """The step of a point, and whether it lies beyond the horizon."""
    shown = _step(point["at"], step)
    return f"{shown} (last known)" if "certainty" in point else shown


def _step(iso_day: str, step: str) -> str:
    """The year or the month of a day."""
    year, month, _ = iso_day.rsplit("-", 2)
    return year if step == "year" else f"{year}-{month}"


def _value(point: Members) -> str:
    """A count with its range, or a reading."""
    if "count" not in point:
        return "" if point["value"] is None else number_text(point["value"])
    if "certain" in point:
        return f"{point['count']} ({point['certain']} to {point['possible']})"
    if point.get("new"):
        return f"{point['count']} (+{point['new']})"
    return str(point["count"])
