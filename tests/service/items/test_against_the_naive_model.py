"""Random histories, read as items and told by the naive model: every item agrees."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from events.clocks import as_of
from events.dates import iso
from service.archive import Archive
from service.asking.filters import COUNTRY, REGION
from service.asking.parameter import values_of
from service.items.completing import completed
from service.items.item import Item
from service.items.reading import items
from service.items.selection import Selection
from tests.naive import items as naive
from tests.naive.histories import (
    FIELDS,
    logged,
    random_history,
    random_instants,
    random_question,
)
from tests.naive.model import Logged
from tests.naive.places import random_place, within
from tests.naive.promised_histories import promised_history
from tests.story.telling import kept

pytestmark = pytest.mark.no_cover
"""Which lines run is found by the other tests; tracing these would take half as long again."""

HISTORIES = [(kind, seed) for seed in range(25) for kind in (random_history, promised_history)]

POINTS = 6
"""Points of the clocks at which a history is read."""

FAR_AHEAD = "2999-01-01T00:00:00.000000Z"

Answer = dict[str, Any]


def told(item: Item) -> Answer:
    """An item as the model has it."""
    return {
        "record": item.record,
        "kind": item.kind,
        "lane": item.lane,
        "country": item.country,
        "field": item.field,
        "statement": item.statement,
        "status": item.status,
        "first": None if item.first is None else iso(item.first),
        "last": None if item.stop is None else iso(item.stop - 1),
        "start": None if item.start is None else item.start.edtf,
        "end": None if item.end is None else item.end.edtf,
        "open": item.open,
        "point": item.point,
        "planned": item.planned,
        "overdue": item.overdue,
        "disputed": item.disputed,
        "contested": item.contested,
        "said": iso(item.said),
        "plans": [plan.statement for plan in item.plans],
        "sources": [source.id for source in item.sources],
    }


def read(archive: Archive, log: list[Logged], chance: Random) -> None:
    """Read one point in all ways, and compare."""
    asked = random_question(chance, log)
    clocks = as_of(
        stated=asked["stated"],
        known=f"@{asked['known']}",
        log=archive.chronicle.log,
        now=FAR_AHEAD,
    )
    reading = archive.reading(archive.db_at(asked["known"]))
    expected = naive.items(log, stated=asked["stated"], known=asked["known"])

    def found(**wanted: Any) -> dict[str, Answer]:
        chosen = items(reading, clocks, Selection(**wanted))
        return {item.id: told(item) for item in completed(reading, clocks, chosen)}

    assert found() == expected
    place, field = random_place(chance), chance.choice(FIELDS)
    is_there = within(place.get("country"), place.get("region"))
    there = values_of((COUNTRY, REGION), place)
    for wanted in (there, {"field": field}, {**there, "field": field}):
        assert found(**wanted) == {
            id: item
            for id, item in expected.items()
            if (wanted.keys().isdisjoint(there) or is_there(item["country"]))
            and item["field"] == wanted.get("field", item["field"])
        }
    if expected:
        record = chance.choice([item["record"] for item in expected.values()])
        assert found(record=record) == {
            id: item for id, item in expected.items() if record in (item["record"], item["lane"])
        }
    for kind in ("phase", "milestone", "policy"):
        of_kind = {id: item for id, item in expected.items() if item["kind"] == kind}
        assert found(kinds=(kind,)) == of_kind


@pytest.mark.parametrize(
    ("history", "seed"), HISTORIES, ids=lambda each: getattr(each, "__name__", each)
)
def test_items_are_those_of_the_rules(tmp_path: Path, history: Any, seed: int) -> None:
    """At any clocks, of all, of a country or a field, of a record, and of a kind alone."""
    chance = Random(f"items {seed}")
    batches = history(chance)
    instants = random_instants(chance, len(batches))
    with kept(tmp_path, batches, instants) as archive:
        archive.catch_up()
        log = logged(batches, instants)
        for _ in range(POINTS):
            read(archive, log, chance)
