"""What the stories share: an archive in a folder of its own, with a clock that can be set."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.archive import Archive
from tests.postgres import bare, database, postgres  # noqa: F401 -- fixtures, for every room
from tests.story.telling import JUNO, SOURCE, Clock, Teller

ONCE = (
    *("benchmarks", "browser", "naive", "service", "story", "upgrades"),
    *(
        f"service/{room}"
        for room in (
            *("asking", "changes", "comparing", "desk", "drawing", "feeds", "follows", "items"),
            *("linked", "lists", "memento", "pages", "promises", "records", "sentences", "state"),
            "trends",
        )
    ),
)
"""Folders of tests that ask the same code the same questions on every Python: one is enough."""

NOT_COUNTED = ("story", "upgrades", "service/follows")
"""Folders whose tests go where others have been: which lines run is told without them."""

COUNTED_CASES = 3
"""Of how many cases of one test it is counted which lines run: counting takes half as long again as
a test, and the others go the same way."""


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what lies in one of these folders."""
    folder = item.path.relative_to(Path(__file__).parent).parent.as_posix()
    if folder in ONCE:
        item.add_marker("once")
    test = item.nodeid.partition("[")[0]
    _cases[test] += 1
    if folder in NOT_COUNTED or _cases[test] > COUNTED_CASES:
        item.add_marker("no_cover")


_cases: Counter[str] = Counter()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes a minute goes first: the other cores would wait for one that began it last."""
    items.sort(key=lambda item: item.get_closest_marker("once") is None)


def pytest_collection_finish() -> None:
    """What was collected stays to the end: looked through for cycles over and over, it would cost
    a fifth of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture
def clock() -> Clock:
    """The clock of the archive under test; noon of 25 November 2026 until it is set."""
    return Clock()


@pytest.fixture
def archive(tmp_path: Path, clock: Clock) -> Iterator[Archive]:
    """An empty archive."""
    with Archive(tmp_path / "archive", clock=clock) as opened:
        yield opened


@pytest.fixture
def teller(archive: Archive, clock: Clock) -> Teller:
    """Somebody who tells the empty archive lines."""
    return Teller(archive, clock)


@pytest.fixture
def juno(teller: Teller) -> Teller:
    """The same with a source and JUNO recorded, at @1 and @2."""
    teller.tell(SOURCE)
    teller.tell(JUNO)
    return teller
