"""The map of a state: every facility that has a place, or every country by what runs there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import mean
from typing import Any

from projections.kinds.facility import FOR_GOOD
from service.drawing.crowds import Crowd, draw_crowds
from service.drawing.lanes import Drawing
from service.drawing.map import Place, draw_map
from service.drawing.marks import icon
from service.pages.shell.answering import Visit
from service.pages.shell.layout import Members
from service.words import labels, places


def state_map(visit: Visit, rows: Sequence[Members]) -> Members:
    """The `map` of the facilities of a page with a disc for each, or for each country where there
    are several, which are `crowds`; `off_map` lists facilities that have no place on it."""
    here, lang, say = visit.here, visit.lang, visit.say
    shown = [row for row in rows if row["shown"]]
    if not shown:
        return {"map": None, "crowds": False, "off_map": []}
    if visit.query.about.place.single is None and len({row["country"] for row in shown}) > 1:
        without = [row for row in shown if row["shown"] not in FOR_GOOD and not _is_placed(row)]
        return {
            "map": _world(visit, shown),
            "crowds": True,
            "off_map": [
                _off_map(row["id"], row["short"], row["shown"], row["hoped"]) for row in without
            ],
        }
    towns = _towns(shown)
    places = [
        Place(
            record=row["id"],
            name=row["short"],
            status=row["shown"],
            href=here.record(row["id"]),
            latitude=row["latitude"],
            longitude=row["longitude"],
            town=towns.get(row["id"], ""),
            title=f"{row['short']}: {labels.label(row['shown'], lang)}",
            expected=row["hoped"],
        )
        for row in shown
        if row["shown"] not in FOR_GOOD or row["latitude"] is not None
    ]
    label = say.n(
        "Map of %(num)s facility by status",
        "Map of %(num)s facilities by status",
        sum(place.latitude is not None for place in places),
    )
    found = draw_map(places, words=labels.drawn(say), label=label)
    return {
        "map": found.drawing,
        "crowds": False,
        "off_map": [
            _off_map(place.record, place.name, place.status, place.expected)
            for place in found.off_the_map
        ],
    }


def _off_map(id: str, name: str, status: str, hoped: bool) -> Members:
    return {"id": id, "short": name, "icon": icon(status, expected=hoped)}


def _is_placed(row: Mapping[str, Any]) -> bool:
    return row["latitude"] is not None and row["longitude"] is not None


def _world(visit: Visit, rows: Sequence[Members]) -> Drawing:
    """The countries of which a facility has a place, each as one disc amid these. It counts all of
    its facilities, as the figures of the page do, and has the number of those that run."""
    here, lang, say = visit.here, visit.lang, visit.say
    by_country: dict[str, list[Members]] = defaultdict(list)
    for row in rows:
        by_country[row["country"]].append(row)
    crowds = []
    for code, found in by_country.items():
        placed = [row for row in found if _is_placed(row)]
        if not placed:
            continue
        alive = [row for row in found if row["shown"] not in FOR_GOOD]
        running = sum(row["shown"] == "operating" for row in alive)
        name = places.country(code, lang)
        crowds.append(
            Crowd(
                key=code,
                name=name,
                href=here.url(country=code, region=None),
                latitude=mean(row["latitude"] for row in placed),
                longitude=mean(row["longitude"] for row in placed),
                all=len(alive),
                running=running,
                title=say(
                    "%(country)s: %(running)s of %(all)s run",
                    country=name, running=running, all=len(alive),
                ),
            )
        )  # fmt: skip
    return draw_crowds(
        [crowd for crowd in crowds if crowd.all],
        words=labels.drawn(say),
        label=say("Map: running facilities by country"),
    )


NEAR = 1.2
"""Within so many degrees, places that name one city are one town on the map."""


def _towns(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The towns of facilities by id: the city, or its part where a city is spread wide."""
    by_last: dict[str, list[tuple[str, list[str], float, float]]] = {}
    for row in rows:
        if row["latitude"] is None or row["longitude"] is None or not row["place"]:
            continue
        parts = [part.strip() for part in row["place"].split(",")]
        by_last.setdefault(parts[-1], []).append(
            (row["id"], parts, row["latitude"], row["longitude"])
        )
    towns: dict[str, str] = {}
    for last, found in by_last.items():
        near = all(
            max(degrees) - min(degrees) <= NEAR
            for degrees in ([each[2] for each in found], [each[3] for each in found])
        )
        whole = near and len({parts[0] for _, parts, _, _ in found}) > 1
        towns |= {id: last if whole else parts[0] for id, parts, _, _ in found}
    return towns
