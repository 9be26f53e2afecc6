"""Trends by the rules, word by word: the state is asked anew at each point, and its rows counted.

It shares nothing with the service but the question: no stored row, no sweep.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from itertools import product
from types import MappingProxyType
from typing import Any, NamedTuple

from .model import (
    STATUSES,
    Cards,
    Facility,
    Line,
    Logged,
    Naive,
    day_number,
    day_of,
    fill,
    happened,
    iso,
    length,
    read,
)

Point = dict[str, Any]
Series = dict[str, list[Point]]
"""The points of each series, by the JSON of its key."""

Passes = Callable[[str | None, str | None], bool]
"""Whether something with a country and a field is asked for."""

Counted = list[tuple[dict[str, Any], Point]]
"""Things, each with the members that a key may have and with what it adds to a point."""

OWN = {
    "status": ("status",),
    "discoveries": (),
    "policies": (),
    "indicator": ("series", "country", "unit"),
}

NOTHING: dict[str, Point] = {
    "status": {"count": 0},
    "discoveries": {"count": 0, "new": 0},
    "policies": {"count": 0},
    "indicator": {"value": None, "date": None, "statement": None},
}
"""What a point says of a key that nothing has there."""


def trends(
    log: list[Logged],
    *,
    measure: str,
    steps: list[tuple[str, str]],
    stated: str,
    known: int,
    by: Iterable[str] = (),
    country: Iterable[str] = (),
    field: Iterable[str] = (),
    status: Iterable[str] = (),
    series: Iterable[str] = (),
    regions: Mapping[str, Iterable[str]] = MappingProxyType({}),
) -> Series:
    """Every series that is not nothing throughout, and those of which the filters name all that
    tells them apart. `steps` are the first and the last day of each, as ISO 8601 writes them; a
    filter that is empty lets everything through; `regions` are countries that count together."""
    fields = set(field)

    def within(countries: set[str]) -> Passes:
        return lambda country_of_it, field_of_it: (
            (not countries or country_of_it in countries) and (not fields or field_of_it in fields)
        )

    own = (*OWN[measure], *(name for name in sorted(set(by)) if name not in OWN[measure]))
    names = (*own, *(["region"] if regions else []))
    points = []
    for step in steps:
        ask = Asked(log, measure, step, stated, known, set(status), set(series))
        found = counted(ask, within(set(country)))
        for name, countries in regions.items():
            part = counted(ask, within(set(countries)))
            found += [({**of, "country": None, "region": name}, told) for of, told in part]
        points.append(grouped(found, names, measure))
    named: dict[str, list[Any]] = {"country": [*country], "field": [*field], "status": [*status]}
    keys = {key for point in points for key in point}
    if own:
        keys |= whole({name: named.get(name, []) for name in own}, {"region": [None]}, names)
    if regions:
        others = {name: named.get(name, []) for name in own if name != "country"}
        keys |= whole(others, {"country": [None], "region": [*regions]}, names)
    return {
        key: [
            {
                "at": last,
                **point.get(key, NOTHING[measure]),
                **({"certainty": "last-known"} if day_of(last) > day_of(stated) else {}),
            }
            for (_, last), point in zip(steps, points, strict=True)
        ]
        for key in keys
    }


def whole(
    named: dict[str, list[Any]], more: dict[str, list[Any]], names: Iterable[str]
) -> set[str]:
    """All keys there are of some values of each member."""
    values = {**named, **more}
    told = {name: values[name] for name in names}
    return {key_text(dict(zip(told, key, strict=True))) for key in product(*told.values())}


class Asked(NamedTuple):
    """What is asked of one point."""

    log: list[Logged]
    measure: str
    step: tuple[str, str]
    stated: str
    known: int
    statuses: set[str]
    series: set[str]


def counted(asked: Asked, passes: Passes) -> Counted:
    """The things of a measure on the last day of a step."""
    first, last = asked.step
    state = Naive(asked.log).state(at=last, stated=asked.stated, known=asked.known)
    cards, claims = read(asked.log, asked.known)
    horizon = day_of(asked.stated)
    if asked.measure == "status":
        slots = fill(claims, horizon)
        possible = {
            id: Facility(card, [slot for slot in slots if slot.record == id], horizon).alternatives(
                day_of(last)
            )
            for id, card in cards.items()
        }
        return facilities(state, cards, possible, passes, asked.statuses)
    if asked.measure == "discoveries":
        found = happened(fill(claims, horizon), "discovery")
        to_date = [claim for claim in found if claim.bounds.earliest <= day_of(last)]
        assert len(to_date) == state["discoveries_to_date"]
        new = {claim.id for claim in to_date if claim.bounds.earliest >= day_of(first)}
        return discoveries([claim.line for claim in to_date], cards, passes, new)
    if asked.measure == "policies":
        return policies(state, cards, passes)
    return readings(state, cards, passes, asked.series)


def steps_of(first: tuple[int, int], last: tuple[int, int], step: str) -> list[tuple[str, str]]:
    """The first and the last day of each step, from a year and month to another."""
    months = [(year, month) for year in range(first[0], last[0] + 1) for month in range(1, 13)]
    if step == "year":
        return [
            (str(iso(day_number(year, 1, 1))), str(iso(day_number(year, 12, 31))))
            for year in range(first[0], last[0] + 1)
        ]
    return [
        (str(iso(day_number(*each, 1))), str(iso(day_number(*each, length(*each)))))
        for each in months
        if first <= each <= last
    ]


def facilities(
    state: dict[str, Any],
    cards: Cards,
    possible: dict[str, list[str | None]],
    passes: Passes,
    statuses: set[str],
) -> Counted:
    """Each facility once for its status, and once for each that is possible."""
    status_of = {row["id"]: row["status"] for row in state["facilities"]}
    found: Counted = []
    for id, card in cards.items():
        if not passes(card["country"], card["field"]):
            continue
        for status in STATUSES:
            if statuses and status not in statuses:
                continue
            if status in possible[id] or status == status_of.get(id):
                members = {**card, "operator": card.get("operator"), "status": status}
                counts = {
                    "count": int(status == status_of.get(id)),
                    "certain": int(possible[id] == [status]),
                    "possible": int(status in possible[id]),
                }
                found.append((members, counts))
    return found


def discoveries(lines: list[Line], cards: Cards, passes: Passes, new: set[str]) -> Counted:
    """Each discovery to date, and whether it is new in the step."""
    homes = [(home_of(line, cards), line["id"]) for line in lines]
    return [
        (home, {"count": 1, "new": int(id in new)})
        for home, id in homes
        if passes(home["country"], home["field"])
    ]


def policies(state: dict[str, Any], cards: Cards, passes: Passes) -> Counted:
    """Each policy that holds on the day."""
    homes = [home_of(row, cards) for row in state["policies"]]
    return [(home, {"count": 1}) for home in homes if passes(home["country"], home["field"])]


def readings(state: dict[str, Any], cards: Cards, passes: Passes, series: set[str]) -> Counted:
    """The reading of each series that holds on the day."""
    found: Counted = []
    for row in state["indicators"]:
        home = {**home_of(row, cards), "series": row["series"], "unit": row["unit"]}
        if passes(home["country"], home["field"]) and (not series or row["series"] in series):
            found.append(
                (home, {"value": row["value"], "date": row["date"], "statement": row["id"]})
            )
    return found


def home_of(line: Line, cards: Cards) -> dict[str, Any]:
    """The country and the field of a statement: its own, else those of its facility."""
    card = cards.get(line.get("facility", ""), {})
    return {name: line.get(name) or card.get(name) for name in ("country", "field")}


def grouped(found: Counted, names: tuple[str, ...], measure: str) -> dict[str, Point]:
    """What is told of the things of each key: counts summed up, or the one reading."""
    points: dict[str, Point] = {}
    for members, told in found:
        key = key_text({name: members.get(name) for name in names})
        if measure == "indicator":
            assert key not in points, "one reading of a series holds"
            points[key] = told
        else:
            point = points.setdefault(key, dict.fromkeys(told, 0))
            for name, count in told.items():
                point[name] += count
    if measure == "status":
        for point in points.values():
            if point["certain"] == point["possible"]:
                del point["certain"], point["possible"]
    return points


def key_text(key: dict[str, Any]) -> str:
    """A key as a text, its members in order."""
    return json.dumps(key, ensure_ascii=False, sort_keys=True)
