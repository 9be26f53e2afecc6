"""`scripts/bench scale`: what is computed follows from what was measured, and has its place."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from benchmarks import scale
from benchmarks.cluster.parts import Seen, Small
from benchmarks.figures import Figures
from benchmarks.growth import Measured, Told, Worked
from benchmarks.kept import Kept, Loading, world_of
from benchmarks.scale import Grown, Law, held_against, laws, predicted, sufficient, tables
from benchmarks.simulated import Costs
from benchmarks.typical import OF_THE_WORLD, TYPICAL

COSTS = Costs(
    answered=0.002,
    decided=0.002,
    awaited=0.0005,
    kept=0.0003,
    heard=0.0002,
    page=0.001,
    copied=0.0002,
    views=0.002,
    followed=0.0004,
    read=0.005,
    given=0.00005,
)
SEEN = Seen(300, 250, 0.005, 0.02, 150, 200, 20_000, 3_000)


def grown(size: int) -> Grown:
    """A world whose questions about the world, bytes and rebuild grow as it does; others do not."""
    questions = {name: Told(0.005, 100) for name in TYPICAL}
    questions |= {name: Told(size * 1e-7, 100) for name in OF_THE_WORLD}
    loading = Loading(size / 5_000, size / 3_000, 1_000_000, 600 * size, 700 * size)
    kept = Kept(Path("kept"), world_of(size), loading)
    worked = Worked(size / 4_000, 0.05)
    return Grown(Measured(kept, questions, 1_000_000, worked, 1_000_000), 2.0, size * 5e-6)


@pytest.fixture(scope="module")
def found() -> list[Law]:
    """The laws of worlds of ten and of a hundred thousand statements."""
    return laws([grown(10_000), grown(100_000)], replayed=30.0, table=60_000_000)


@pytest.fixture(scope="module")
def told(found: list[Law]) -> dict[str, Figures]:
    """The tables of all that."""
    return tables(found, Small(COSTS, SEEN), seconds=0.1)


def test_what_grows_with_the_log_is_computed_by_its_slope(found: list[Law]) -> None:
    """At a billion it is ten thousand times what it was at a hundred thousand, or as it was."""
    at = {law.title: law.at(10**9) for law in found}
    assert at["rebuild the views"] == pytest.approx(250_000)
    assert at["trends of the world"] == pytest.approx(100)
    assert at["a new node, by replay"] == pytest.approx(300_000)
    assert at["the table of events in PostgreSQL"] == pytest.approx(6e11)
    assert at["a record"] == pytest.approx(0.005)


def test_what_breaks_first_stands_first(told: dict[str, Figures]) -> None:
    """By the size at which it costs what is held out; what does not grow never does."""
    breaks = told["breaks"].rows
    sizes = [row[2] for row in breaks]
    assert sizes[0] == "10^8"
    assert breaks[0][0] == "a new node, by replay"
    assert [row[0] for row in breaks if row[2] == "not by its size"] == [
        "memory, every question asked",
        "a start until /readyz",
    ]
    assert all(row[3] for row in breaks)
    flat = Law("a start", [1, 100], [2.0, 2.0], str, adds_up=False, holds=60.0)
    assert flat.breaks_at() == math.inf


def test_the_model_is_told_beside_what_was_seen() -> None:
    """With the ratio of the two, which is 1 where it says what was seen."""
    told = predicted(COSTS)
    same = held_against(Small(COSTS, told))
    assert {row[-1] for row in same.rows} == {"1.00"}
    twice = held_against(Small(COSTS, told._replace(orders_by_one=told.orders_by_one / 2)))
    assert [row[-1] for row in twice.rows].count("2.00") == 1


def test_a_cluster_is_as_large_as_its_reads_want(told: dict[str, Figures]) -> None:
    """It answers what is asked and works no more than it is to; what is kept needs fewer nodes."""
    assert sufficient(COSTS, 0.99).nodes < sufficient(COSTS, 0.9).nodes
    rows = told["reads"].rows
    assert [row[0].partition(",")[0] for row in rows[::2]] == ["10^6", "10^7", "10^8", "10^9"]
    for row in rows:
        assert int(row[3].rstrip("/s").replace(",", "")) > 0.9 * scale.READS
        assert int(row[-1].rstrip("%")) <= 100 * scale.FULL + 5


def test_every_table_has_its_place_in_the_document(told: dict[str, Figures]) -> None:
    """And each place its table, so that the command leaves nothing as it was."""
    page = scale.DOCUMENT.read_text("utf-8")
    for name in told:
        assert page.count(f"<!-- table of scripts/bench scale: {name}: begin -->") == 1
        assert page.count(f"<!-- table of scripts/bench scale: {name}: end -->") == 1
    assert page.count("<!-- table of scripts/bench scale: ") == 2 * len(told)
