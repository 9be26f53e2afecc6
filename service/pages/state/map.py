"""The map of a state: every facility that has a place, or every country by what runs there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from statistics import mean
from typing import Any

from projections.kinds.facility import FOR_GOOD
from service.drawing.crowds import Crowd, draw_crowds
from service.drawing.lanes import Drawing
from service.drawing.map import Place, draw_map
from service.drawing.marks import icon
from service.pages.shell.answering import Visit
from service.pages.shell.layout import Members
from service.pages.state.tables import ORDER
from service.words import labels, places


def state_map(visit: Visit, rows: Sequence[Members]) -> Members:
    """The `map` of the facilities of a page with a disc for each, or for each country where there
    are several, which are `crowds`; `off_map` lists facilities that have no place on it and are
    counted by no disc."""
    here, lang, say = visit.here, visit.lang, visit.say
    shown = _once([row for row in rows if row["shown"]])
    if not shown:
        return {"map": None, "crowds": False, "off_map": []}
    if visit.query.about.place.single is None and len({row["country"] for row in shown}) > 1:
        # The mark of a country counts all of its facilities, so just those of the others are off.
        marked = {row["country"] for row in shown if _is_placed(row)}
        without = [
            row for row in shown if row["shown"] not in FOR_GOOD and row["country"] not in marked
        ]
        return {
            "map": _world(visit, shown),
            "crowds": True,
            "off_map": [
                _off_map(row["id"], row["short"], row["shown"], row["hoped"]) for row in without
            ],
        }
    towns = _towns(shown)
    if lang == "zh":
        towns = _in_chinese(shown, towns)
    places = [
        Place(
            record=row["id"],
            name=row["short"],
            status=row["shown"],
            href=here.record(row["id"]),
            latitude=row["latitude"],
            longitude=row["longitude"],
            town=towns.get(row["id"], ""),
            title=say(
                "%(name)s: %(value)s", name=row["short"], value=labels.label(row["shown"], lang)
            ),
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


def _once(rows: Iterable[Members]) -> list[Members]:
    """Each facility by the status nearest to running, of several that it held in a period."""
    found: dict[str, Members] = {}
    for row in rows:
        other = found.setdefault(row["id"], row)
        if ORDER.index(row["shown"]) < ORDER.index(other["shown"]):
            found[row["id"]] = row
    return list(found.values())


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
                shorter=places.short_names(code, lang),
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


def _in_chinese(rows: Iterable[Mapping[str, Any]], towns: Mapping[str, str]) -> dict[str, str]:
    """The same towns by their Chinese names; as they are where no Chinese place is known."""
    held: dict[tuple[str, str], set[str]] = defaultdict(set)
    of: dict[str, tuple[str, str]] = {}
    for row in rows:
        if row["id"] in towns:
            of[row["id"]] = (towns[row["id"]], row["country"])
            held[of[row["id"]]].add(row["place_zh"])
    names = {key: town_of(places_zh, key[1]) for key, places_zh in held.items()}
    return {id: names[key] or key[0] for id, key in of.items()}


def town_of(places_zh: Iterable[str], code: str) -> str:
    """The town that Chinese places of a country have in common, which are written from the largest
    part to the smallest; empty where there is none.

    >>> town_of(["安徽合肥"], "CN"), town_of(["北京石景山", "北京怀柔"], "CN")
    ('合肥', '北京')
    >>> town_of(["日本茨城县筑波市"], "JP"), town_of(["北京", ""], "CN")
    ('筑波市', '')
    """
    same = takewhile(lambda letters: len({*letters}) == 1, zip(*places_zh, strict=False))
    shared = "".join(letters[0] for letters in same).removeprefix(places.country(code, "zh"))
    return _PROVINCE.sub("", shared)


_PROVINCE = re.compile(
    "^(?:(?:北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川"
    "|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门)|[^州省县府郡]{1,6}[州省县府郡])(?=.)"
)
"""The province before a town: of China by name, else by what it ends in."""
