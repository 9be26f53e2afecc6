"""What the stories share: an archive in a folder of its own, with a clock that can be set."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from service.archive import LOG, Archive, node
from tests.postgres import Database, bare, database, postgres  # noqa: F401 -- fixtures, for every room
from tests.story.telling import JUNO, SOURCE, Clock, Teller

ONCE = (
    *("benchmarks", "browser", "naive", "service", "story", "upgrades"),
    *(
        f"service/{room}"
        for room in (
            *("asking", "changes", "citations", "comparing", "desk", "drawing", "feeds"),
            *("follows", "items", "linked", "lists", "memento", "pages", "promises", "records"),
            *("sentences", "state", "suggestions", "trends", "web"),
        )
    ),
)
"""Folders of tests that ask the same code the same questions on every Python: one is enough."""

NOT_COUNTED = ("story", "upgrades", "service/follows")
"""Folders whose tests go where others have been: which lines run is told without them."""

ON_A_NODE_TOO = (
    *(
        f"service/orders/test_orders.py::{test}"
        for test in (
            "test_a_statement_is_recorded_and_found_at_its_location",
            "test_what_was_written_is_read_at_once",
            "test_a_correction_needs_the_revision_that_was_read",
            "test_withdrawn_and_reinstated",
            "test_cards_and_sources_are_amended",
            "test_the_same_request_under_a_key_records_once",
            "test_an_honest_retry_is_answered_though_its_revision_is_stale_by_now",
            "test_two_actors_may_use_one_key",
            "test_a_dry_run_tells_all_and_records_nothing",
            "test_a_batch_is_all_or_nothing",
            "test_contributors_mend_their_own_and_curators_anything",
        )
    ),
    "story/test_series.py",
    "story/test_two_writers.py::test_of_two_batches_one_wins_whole",
    "story/test_two_writers.py::test_one_request_sent_twice_at_once_is_recorded_once",
)
"""Stories whose archive has its log in a file, and again, as a node, in PostgreSQL."""

COUNTED_CASES = 1
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

# What takes milliseconds takes more on a busy machine.
hypothesis.settings.register_profile("annales", deadline=None)
hypothesis.settings.load_profile("annales")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tell each of those stories twice."""
    path = Path(metafunc.module.__file__).relative_to(Path(__file__).parent).as_posix()
    named = {path, f"{path}::{metafunc.function.__name__}"}
    if "archive" in metafunc.fixturenames and named & set(ON_A_NODE_TOO):
        metafunc.parametrize("archive", ["in a file", "of a node"], indirect=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes a minute goes first: the other cores would wait for one that began it last."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


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
def archive(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Archive]:
    """An empty archive; a node, where a story is told of one."""
    folder = tmp_path / "archive"
    if getattr(request, "param", "in a file") == "of a node":
        shared: Database = request.getfixturevalue("database")
        node.become(folder, shared.address, log=LOG)
    with Archive(folder, clock=clock) as opened:
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
