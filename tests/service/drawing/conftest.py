"""The shipped chronicle as lanes and places, as a page would draw it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import pytest

from events.dates import day, parse_iso, year_of
from service.app import create_app
from service.archive import Archive
from service.drawing.lanes import Bar, Dot, Edge, Frame, Heading, Lane, Rung, Staircase, on
from service.drawing.map import Place
from service.drawing.strip import Tally


class Scene(NamedTuple):
    """What there is to draw at a year, as stated by a day."""

    lanes: list[Lane]
    frame: Frame
    headings: dict[str, Heading]
    places: list[Place]
    tallies: list[Tally]
    abroad: list[Place]


@pytest.fixture(scope="session")
def scene(shipped: Archive) -> Callable[[int, str], Scene]:
    """Gives the scene of a year, as stated by a day."""
    client = create_app(shipped).test_client()
    listed = client.get("/v1/records?at=2026&kind=facility&limit=500").get_json()["items"]

    @cache
    def told(stated: str) -> list[tuple[Any, Any]]:
        return [
            (
                client.get(f"/v1/records/{item['id']}?stated={stated}").get_json(),
                client.get(f"/v1/records/{item['id']}/timeline?stated={stated}").get_json(),
            )
            for item in listed
        ]

    def at(year: int, stated: str) -> Scene:
        answers = [answer for answer in told(stated) if "card" in answer[0]]
        lanes = [_lane(record, life["spans"]) for record, life in answers]
        horizon = parse_iso(stated)
        frame = Frame(
            first=day(1970, 1, 1),
            last=day(2032, 12, 31),
            cursor=day(year, 12, 31),
            horizon=horizon if year_of(horizon) < 2026 else None,
            today=horizon,
        )
        fields = sorted({lane.group for lane in lanes})
        headings = {
            field: Heading(title=field, other_title="粒子物理", note="4 of 10 ran")
            for field in fields
        }
        tallies = [
            Tally(year_of(parse_iso(said["bounds"]["earliest"])), "milestone", 1)
            for record, _ in answers
            for said in record["statements"]
            if said["bounds"]["earliest"]
        ]
        places = [_place(record) for record, _ in answers if record["country"] == "CN"]
        abroad = [_place(record) for record, _ in answers if record["country"] != "CN"]
        lanes = [lane for lane in lanes if lane.bars or lane.promises]
        return Scene(lanes, frame, headings, places, tallies, abroad)

    return at


def _lane(record: Any, spans: list[Any]) -> Lane:
    card = record["card"]
    held: list[Any] = []
    for span in spans:
        if span["facet"] == "status" and span["value"]:
            same = held and held[-1]["statement"] == span["statement"]
            held = held if same else [*held, span]
    ends = [*(_edge(span["since"]) for span in held[1:]), None]
    bars = [
        Bar(
            status=span["value"],
            start=_edge(span["since"]),
            end=end,
            title=f"{card['name']}: {span['value']}",
            statement=span["statement"],
        )
        for span, end in zip(held, ends, strict=False)
    ]
    said = [line for line in record["statements"] if line["type"] == "milestone"]
    entries = sorted({line["entry"] for line in said if line["modality"] == "planned"})
    dots = [
        Dot(kind="upgrade", date=_edge(line["bounds"]), title=line["title"])
        for line in said
        if line["milestone"] == "upgraded" and line["modality"] == "actual"
    ]
    return Lane(
        record=record["id"],
        name=card.get("acronym") or card["name"],
        other_name=card.get("name_zh", ""),
        href=f"/records/{record['id']}",
        group=card["field"],
        bars=tuple(bars),
        promises=tuple(_ladder([line for line in said if line["entry"] == e]) for e in entries),
        dots=tuple(dots),
        remark="+4.7 y so far" if entries else "",
        late=bool(entries),
    )


def _ladder(said: list[Any]) -> Staircase:
    plans = [line for line in said if line["modality"] == "planned"]
    plans.sort(key=lambda line: line["said"]["day"])
    came = next((_edge(line["bounds"]) for line in said if line["modality"] == "actual"), None)
    rungs = tuple(
        Rung(
            said=on(parse_iso(line["said"]["day"])),
            due=_edge(line["bounds"]),
            text=f"said {line['said']['day']}, for {line['date']}",
            note=line["sources"][0]["id"],
            slip="+4.7 y",
            title=line["title"],
            statement=line["id"],
        )
        for line in plans
    )
    return Staircase(
        rungs=rungs, came=came, pending=came is None, came_text="came" if came else "", result="+1"
    )


def _place(record: Any) -> Place:
    card = record["card"]
    return Place(
        record=record["id"],
        name=card.get("acronym") or card["name"],
        status=record["status"] or "proposed",
        href=f"/records/{record['id']}",
        latitude=card.get("latitude"),
        longitude=card.get("longitude"),
        town=card.get("place", "").split(",")[-1].strip(),
    )


def _edge(bounds: Any) -> Edge:
    earliest, latest = bounds["earliest"], bounds["latest"]
    return Edge(earliest and parse_iso(earliest), latest and parse_iso(latest))
