"""The map: discs apart, names that meet nothing, the right part of the Earth."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from math import hypot
from pathlib import Path

import pytest

from service import drawing
from service.drawing.crowds import Crowd, draw_crowds
from service.drawing.lanes import as_written
from service.drawing.map import Map, Place, draw_map
from service.drawing.projection import CHINA, Bounds, bounds_of, view
from tests.service.drawing.conftest import Scene
from tests.service.drawing.seeing import classed, leaving, meeting, texts, tree


def drawn(*places: Place, width: int = 500) -> Map:
    """The map of the places."""
    return draw_map(places, words=as_written, label="Facilities", width=width)


def place(record: str, latitude: float | None, longitude: float | None, town: str = "") -> Place:
    """A facility that runs, named by its id."""
    return Place(
        record=record,
        name=record,
        status="operating",
        href=f"/records/{record}",
        latitude=latitude,
        longitude=longitude,
        town=town,
    )


def discs(shown: Map) -> list[tuple[float, float]]:
    """The middle of each disc."""
    halos = classed(tree(shown.drawing), "halo")
    return [(float(halo.get("cx", "")), float(halo.get("cy", ""))) for halo in halos]


@pytest.mark.parametrize("world", [False, True])
@pytest.mark.parametrize("width", [340, 500, 1000])
def test_no_discs_and_no_names_meet_on_the_shipped_chronicle(
    scene: Callable[[int, str], Scene], width: int, world: bool
) -> None:
    """Discs of the shipped chronicle do not overlap, and names meet no name and no disc."""
    found = scene(2024, "2026-11-25")
    places = [*found.places, *found.abroad] if world else found.places
    shown = drawn(*places, width=width)
    radius = 3.6 if world else 5.0
    assert len(discs(shown)) + len(shown.off_the_map) == len(places)
    assert len(discs(shown)) > 40
    apart = [hypot(a[0] - b[0], a[1] - b[1]) for a, b in combinations(discs(shown), 2)]
    assert min(apart) >= 2 * radius
    assert not meeting(shown.drawing)
    assert not leaving(shown.drawing)
    assert len(list(texts(shown.drawing))) > 8
    for box in texts(shown.drawing):
        for x, y in discs(shown):
            beside = box.right < x - radius or x + radius < box.left
            assert beside or box.bottom < y - radius or y + radius < box.top, box.text


def crowd(key: str, name: str, latitude: float, longitude: float, all: int) -> Crowd:
    """A country of which two thirds run."""
    return Crowd(
        key=key, name=name, href=f"/state?country={key}", latitude=latitude, longitude=longitude,
        all=all, running=2 * all // 3, shorter=(key,),
    )  # fmt: skip


def test_the_largest_countries_are_named_on_their_discs() -> None:
    """In one line or in two; one amid others has its code where its name finds no room."""
    around = [
        crowd(f"X{at}", "Some long name of a country", 38 + at % 3 * 6, -5 + at // 3 * 9, 9)
        for at in range(12)
    ]
    shown = draw_crowds(
        [
            crowd("CN", "China", 35, 110, 85), crowd("JP", "Japan", 36, 138, 24),
            crowd("KR", "South Korea", 36, 127, 5), crowd("TW", "Taiwan", 24, 121, 2),
            crowd("IN", "India", 20, 78, 6), crowd("US", "United States", 38, -98, 130),
            *around, crowd("DE", "Germany", 47, 9, 12),
        ],
        words=as_written, label="Countries",
    )  # fmt: skip
    named = [box.text for box in texts(shown)]
    assert {"China", "56", "DE"} <= set(named)
    assert named.index("China") < named.index("DE")
    assert not meeting(shown)
    assert not leaving(shown)


@pytest.mark.parametrize(("all", "named"), [(34, "德国"), (9, "德")])
def test_a_disc_without_room_has_the_longest_name_that_fits(all: int, named: str) -> None:
    """Two characters where the disc is wide enough, else the one that is short for the country."""
    around = [
        crowd(f"X{at}", "Some long name of a country", 38 + at % 3 * 6, -5 + at // 3 * 9, 9)
        for at in range(12)
    ]
    germany = replace(crowd("DE", "德意志联邦共和国", 47, 9, all), shorter=("德国", "德"))
    shown = draw_crowds([*around, germany], words=as_written, label="Countries")
    texts_on_it = [box.text for box in texts(shown) if box.text.startswith("德")]
    assert texts_on_it == [named]


def test_a_lone_disc_stands_where_its_place_is() -> None:
    """A disc that nothing crowds is not moved."""
    ((x, y),) = discs(drawn(place("juno", 22.1, 112.5)))
    expected = view(CHINA, 500).xy(112.5, 22.1)
    assert [x, y] == pytest.approx(list(expected), abs=0.06)


def test_places_of_one_town_are_named_once_with_their_number() -> None:
    """Several facilities of a town have its name and how many; a single one has its own."""
    shown = drawn(
        *(place(f"b{n}", 40.0, 116.4, "Beijing") for n in range(5)),
        place("juno", 22.1, 112.5, "Kaiping"),
    )
    assert {"Beijing 5", "juno"} <= {box.text for box in texts(shown.drawing)}


def test_what_has_no_place_is_told_beside() -> None:
    """A mission in space and a site beyond the rim are off the map, in the order given."""
    given = [place("dampe", None, None), *(place(f"c{n}", 30 + n, 110.0) for n in range(10))]
    shown = drawn(*given, place("dome-a", -80.4, 77.1))
    assert [each.record for each in shown.off_the_map] == ["dampe", "dome-a"]
    assert len(discs(shown)) == 10


@pytest.mark.parametrize(
    ("points", "west", "east"),
    [
        ([], CHINA.west, CHINA.east),
        ([(40.0, 116.0), (22.0, 112.0)], CHINA.west, CHINA.east),
        ([(46.2, 6.1), (40.0, 116.0), (41.8, -88.2)], -170, 190),
        ([(40.0, 116.0), (36.0, 140.0), (41.8, -88.2)], -30, 330),
    ],
)
def test_what_is_shown_of_the_earth_follows_from_the_places(
    points: list[tuple[float, float]], west: float, east: float
) -> None:
    """China by default, the world where places are spread, cut in an ocean."""
    bounds = bounds_of(points)
    assert (bounds.west, bounds.east) == (west, east)


@pytest.mark.parametrize(
    "points",
    [
        [(46.2, 6.1), (53.6, 9.9), (42.4, 13.5), (51.6, -1.3)],
        [(-3.0, -44.0)],
        [(-26.7, 116.6), (-35.3, 149.0)],
        [(19.8, -155.5), (52.0, 178.0), (60.0, -170.0)],
        [(78.2, 15.6), (69.3, 16.0)],
        [(-80.4, 77.1), (-69.4, 76.4)],
        [(25.0, 100.0), (55.0, 10.0), (60.0, 60.0)],
    ],
)
def test_every_place_of_a_region_lies_on_its_map(points: list[tuple[float, float]]) -> None:
    """Whatever part of the Earth is shown, all the places that chose it are on the sheet."""
    shown = drawn(*(place(f"p{n}", *point) for n, point in enumerate(points)))
    assert not shown.off_the_map
    assert 100 < shown.drawing.height < 1500


@pytest.mark.parametrize("bounds", [CHINA, bounds_of([(0, 0), (0, 179)]), Bounds(-20, -20, 20, 20)])
def test_north_is_up_and_east_is_right(bounds: Bounds) -> None:
    """On the meridian in the middle, y falls to the north; on a parallel, x grows to the east."""
    sheet = view(bounds, 500)
    _, south = sheet.xy(sheet.centre, bounds.south + 2)
    _, north = sheet.xy(sheet.centre, bounds.north - 2)
    left, _ = sheet.xy(sheet.centre - 10, 10)
    right, _ = sheet.xy(sheet.centre + 10, 10)
    assert north < south
    assert left < right


def test_the_land_is_small_closed_and_holds_the_cities() -> None:
    """The outline is under 120 KB; Beijing and Chicago lie on land, the Pacific does not."""
    path = Path(drawing.__file__).parent / "land.json"
    assert path.stat().st_size < 120_000
    rings = []
    for steps in json.loads(path.read_text("utf-8"))["rings"]:
        x = y = 0
        ring = []
        for across, up in zip(steps[::2], steps[1::2], strict=True):
            x, y = x + across, y + up
            ring.append((x / 20, y / 20))
        rings.append(ring)
    assert max(len(ring) for ring in rings) == len(rings[0])
    on_land = {"Beijing": (116.4, 39.9), "Chicago": (-88, 42), "Taipei": (121.3, 24.8)}
    at_sea = {"the Pacific": (-150, 10), "the Caspian": (51, 41), "the Atlantic": (-30, 30)}
    points = {**on_land, **at_sea}
    assert {name for name, point in points.items() if _inside(rings, *point)} == set(on_land)


def test_the_same_places_in_any_order_give_the_same_map(
    scene: Callable[[int, str], Scene],
) -> None:
    """A map depends on what it shows alone."""
    places = scene(2024, "2026-11-25").places
    assert drawn(*places).drawing == drawn(*places[::-1]).drawing


def test_whatever_is_given_is_escaped() -> None:
    """Names, links and titles with signs of markup come back as they were given."""
    nasty = "<i>\"&'"
    root = tree(drawn(place(nasty, 30.0, 110.0)).drawing)
    assert next(root.iter("a")).get("href") == f"/records/{nasty}"
    assert [title.text for title in root.iter("title")] == [nasty]


def test_an_empty_map_is_a_map() -> None:
    """Without any place there is land, and nothing beside."""
    shown = drawn()
    assert shown.off_the_map == ()
    assert len(classed(tree(shown.drawing), "land")) == 1


def _inside(rings: list[list[tuple[float, float]]], x: float, y: float) -> bool:
    """By the even-odd rule."""
    inside = False
    for ring in rings:
        for turned in (x, x + 360):
            for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
                if (ay > y) != (by > y) and turned < ax + (y - ay) / (by - ay) * (bx - ax):
                    inside = not inside
    return inside
