"""Views that are made anew part by part, in any number of processes, are those that follow."""

from __future__ import annotations

import os
import signal
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from events.commit import microseconds
from events.store.sqlite import ChronicleRecorder
from projections.views import following as runner
from projections.views import making
from projections.views.file import digest, open_file, tracked
from projections.views.folding import CommitRead
from projections.views.following import TABLES, VIEWS, Differs, Follower, rebuild, verify
from projections.views.history import History
from projections.views.making import make
from projections.views.processes import WorkerFailed
from service.archive import Archive
from tests.naive.histories import random_history, random_instants
from tests.story.telling import (
    CITED,
    Clock,
    Teller,
    amendment,
    command,
    correction,
    facility,
    statement,
    withdrawal,
)


@pytest.fixture(params=[1, 2, 3, 4])
def told(request: pytest.FixtureRequest, archive: Archive, clock: Clock) -> Archive:
    """An archive with a random history in its log, and nothing read of it yet."""
    chance = Random(request.param)
    batches = random_history(chance, lines=80)
    for batch, instant in zip(batches, random_instants(chance, len(batches)), strict=True):
        clock.now = microseconds(instant)
        archive.chronicle.execute(command(*batch))
    return archive


def made(archive: Archive, until: int) -> str:
    """The digest of views that are made anew up to a position."""
    with archive.views.beside() as path:
        make(archive.chronicle.log, VIEWS, path, until=until)
        db = open_file(path)
        with closing(db.conn):
            assert tracked(db) == until
            return digest(db, TABLES)


def head_of(archive: Archive) -> int:
    """The position of the last commit."""
    head = archive.chronicle.log.head()
    assert head is not None
    return head.position


def parts_of(archive: Archive) -> list[tuple[int, int, int]]:
    """The parts in which the log is worked out."""
    return archive.chronicle.log.parts(up_to=head_of(archive), events=making.PART)


@pytest.mark.parametrize("events", [1, 5, 40])
def test_made_in_parts_equals_followed_at_every_commit(
    told: Archive, monkeypatch: pytest.MonkeyPatch, events: int
) -> None:
    """Parts of single streams, of a few and of many: after each commit, the same rows."""
    monkeypatch.setattr(making, "PART", events)
    monkeypatch.setattr(making, "MOST_WORKERS", 1)
    commits = told.chronicle.log.commits()
    # With several streams a part, every other commit tells as much.
    for commit in commits[:: 1 if events == 5 else 4] + commits[-1:]:
        Follower(told.chronicle, told.views.db).catch_up(until=commit.position)
        assert made(told, commit.position) == digest(told.views.db(), TABLES)
    assert len(parts_of(told)) > 1


@pytest.mark.parametrize("told", [1, 2], indirect=True)
def test_workers_make_the_same(told: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes that take turns send what one works out, and say how far they are."""
    told.catch_up()
    monkeypatch.setattr(making, "PART", 10)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    # A third one works out the digest of the live views.
    monkeypatch.setattr(runner, "FAR", 0)
    written: list[int] = []
    verified = verify(told.chronicle, told.views, progress=written.append)
    assert verified.position == head_of(told) == written[-1]
    assert len(written) == len(parts_of(told)) > 2
    told.views.db().conn.execute("UPDATE spans SET seq = seq + 1000 WHERE seq = 1")
    with pytest.raises(Differs):
        rebuild(told.chronicle, told.views)


def test_a_part_hears_of_the_cards_of_another(
    juno: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What belongs to a facility of another part moves with its card, and back."""
    monkeypatch.setattr(making, "PART", 1)
    monkeypatch.setattr(making, "MOST_WORKERS", 1)
    archive = juno.archive
    juno.tell(facility("far", country="JP", sources=CITED))
    juno.tell(statement("discovery", "seen", "2026", facility="juno"))
    juno.tell(amendment("juno", {"country": "JP"}), amendment("far", {"field": "astronomy"}))
    juno.tell(statement("observation", "noted", "2027", facility="juno"))
    juno.tell(correction("seen", {"date": "2025"}))
    juno.tell(amendment("juno", {"country": "FR", "field": "astronomy"}))
    juno.tell(withdrawal("noted"))
    juno.tell(amendment("juno", {"country": "CN"}))
    for commit in archive.chronicle.log.commits():
        Follower(archive.chronicle, archive.views.db).catch_up(until=commit.position)
        assert made(archive, commit.position) == digest(archive.views.db(), TABLES)
    countries = "SELECT DISTINCT country FROM spans JOIN streams ON number = record WHERE name = ?"
    moved = archive.views.db().execute(countries, ["record:seen"]).fetchall()
    assert {country for (country,) in moved} == {"CN", "JP", "FR"}


class Failing(History):
    """A view that cannot take a commit."""

    def take(self, commit: CommitRead) -> None:
        raise ValueError(f"no @{commit.commit.position} today")


class Killed(History):
    """A view whose process is killed in the middle of a part."""

    def take(self, commit: CommitRead) -> None:
        assert commit
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(("view", "said"), [(Failing, "ValueError: no @"), (Killed, "was killed")])
@pytest.mark.parametrize("told", [1], indirect=True)
def test_a_worker_that_fails_is_told_of(
    told: Archive, monkeypatch: pytest.MonkeyPatch, view: type[History], said: str
) -> None:
    """Its error is that of the rebuild, which leaves the live views and no file."""
    told.catch_up()
    before = sorted(told.folder.glob("views-*.sqlite"))
    monkeypatch.setattr(making, "PART", 10)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr(runner, "VIEWS", (view,))
    with pytest.raises(WorkerFailed, match=said):
        rebuild(told.chronicle, told.views)
    assert sorted(told.folder.glob("views-*.sqlite")) == before
    monkeypatch.undo()
    assert verify(told.chronicle, told.views).position == head_of(told)


def test_what_a_killed_rebuild_left_is_swept(told: Archive) -> None:
    """At the next start of one; but not what another one is making at the moment."""
    told.catch_up()
    left = told.views.make_beside()
    left.with_name(f"{left.name}.columns").touch()
    with told.views.beside() as another:
        verify(told.chronicle, told.views)
        assert not list(told.folder.glob(f"{left.name}*"))
        assert another.exists()
    assert not another.exists()
    assert len(list(told.folder.glob("views-*.sqlite"))) == 1


def age(archive: Archive) -> Path:
    """Close an archive and let its views be those of another version."""
    archive.views.db().conn.execute("UPDATE tracking SET view = 0")
    archive.close()
    return archive.folder


def test_views_of_another_form_are_made_anew_on_opening(
    told: Archive, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said, and is done in parts where that is quicker than to follow from the beginning."""
    told.catch_up()
    expected = digest(told.views.db(), TABLES)
    folder = age(told)
    monkeypatch.setattr(runner, "FAR", 0)
    with Archive(folder) as reopened:
        assert "another form" in caplog.text
        assert reopened.views.tracked() == 0
        written: list[int] = []
        assert reopened.catch_up(written.append) == head_of(reopened) == written[-1]
        assert digest(reopened.views.db(), TABLES) == expected


def test_whoever_follows_goes_on_in_views_that_were_made_anew(
    told: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A follower that waited for its turn finds other views in use, and writes into these."""
    monkeypatch.setattr(runner, "FAR", 0)
    follower = Follower(told.chronicle, told.views.db)
    first, *_ = told.chronicle.log.commits()
    follower.catch_up(until=first.position)
    told.catch_up()
    assert follower.catch_up() == head_of(told)
    assert verify(told.chronicle, told.views).position == head_of(told)


def test_whoever_is_told_to_end_does_not_read_all_before(
    told: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was made so far is removed; the next one makes it."""
    monkeypatch.setattr(runner, "FAR", 0)
    monkeypatch.setattr(making, "PART", 1)
    monkeypatch.setattr(making, "MOST_WORKERS", 1)
    told.follow()
    folder = told.folder
    told.close()
    assert len(list(folder.glob("views-*.sqlite"))) == 1
    with Archive(folder) as reopened:
        reopened.catch_up()
        assert verify(reopened.chronicle, reopened.views).position == head_of(reopened)


def test_no_table_is_sorted_for_the_digest(archive: Archive) -> None:
    """Rows lie in the order of their columns; only the words are no table of ours."""
    db = archive.views.db()
    for table in sorted({*TABLES} - {"found_words"}):
        listed = ", ".join(f'"{column.name}"' for column in db[table].columns)
        plan = db.execute(
            f"EXPLAIN QUERY PLAN SELECT {listed} FROM {table} NOT INDEXED ORDER BY {listed}"
        )
        assert not any("TEMP B-TREE" in step for *_, step in plan), table


def test_a_log_without_a_commit_makes_empty_views(archive: Archive) -> None:
    """There is nothing to work out."""
    log: ChronicleRecorder = archive.chronicle.log
    assert log.parts(up_to=0, events=10) == []
    assert rebuild(archive.chronicle, archive.views).position == 0
