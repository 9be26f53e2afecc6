"""Views can be thrown away: however the log is read, live or again, the same rows come of it."""

from __future__ import annotations

import itertools
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from sqlite_utils import Database

from events.commit import microseconds
from events.errors import NotProjected
from projections.views import following as runner
from projections.views.file import digest, open_file, remove, tracked
from projections.views.following import TABLES, Differs, Follower, rebuild, verify
from service.archive import Archive
from tests.naive.histories import random_history, random_instants
from tests.story.another_process import another_process
from tests.story.telling import (
    CITED,
    Clock,
    Teller,
    command,
    correction,
    facility,
    milestone,
    state_text,
    statement,
    withdrawal,
)

WHOLE = 10_000


DOUBT = {
    "type": "observation",
    "id": "a-doubt",
    "modality": "actual",
    "date": "2020",
    "title": "Somebody doubts it",
    "contradicts": ["whatever"],
}
"""Random histories contradict nothing, and every table is to have a row."""


@pytest.fixture(params=[1, 2, 3])
def told(request: pytest.FixtureRequest, archive: Archive, clock: Clock) -> Archive:
    """An archive with a random history in its log, and nothing read of it yet."""
    chance = Random(request.param)
    batches = random_history(chance, lines=60)
    for batch, instant in zip(batches, random_instants(chance, len(batches)), strict=True):
        clock.now = microseconds(instant)
        archive.chronicle.execute(command(*batch))
    archive.chronicle.execute(command(DOUBT))
    return archive


@contextmanager
def empty_views(archive: Archive) -> Iterator[Database]:
    """A file of views beside the live one, with nothing in it."""
    path = archive.views.make_beside()
    db = open_file(path)
    try:
        yield db
    finally:
        db.conn.close()
        remove(path)


def follower_into(archive: Archive, db: Database) -> Follower:
    """A follower that writes by this connection."""
    return Follower(archive.chronicle, lambda: db)


def tell_of_juno(teller: Teller) -> None:
    """Two commits more, @3 and @4, so that no table of the views is empty."""
    teller.tell(milestone("approved", "approved", "2013"))
    doubted = {"contradicts": ["approved"]}
    teller.tell(statement("discovery", "oscillation", "2026", facility="juno", **doubted))


def commits(archive: Archive) -> list[int]:
    """The position of each commit of the log."""
    log = archive.chronicle.log
    return sorted({event.commit.position for event in log.select_log(after=0, limit=WHOLE)})


def replayed(archive: Archive, *, until: int | None = None) -> str:
    """The digest of the views of a replay in one page, up to a position."""
    with empty_views(archive) as db:
        follower_into(archive, db).catch_up(until=until)
        return digest(db, TABLES)


def files(archive: Archive) -> list[str]:
    """The files of views in the folder, without what SQLite keeps beside them."""
    return sorted(path.name for path in archive.folder.glob("views-*.sqlite"))


# The same rows, however the log is read.


def test_replay_equals_live_at_every_commit(told: Archive) -> None:
    """Views that follow commit by commit are, after each, what a replay of the log so far gives."""
    with empty_views(told) as db:
        live = follower_into(told, db)
        for position in commits(told):
            assert live.catch_up(until=position) == position
            assert digest(db, TABLES) == replayed(told, until=position)


@pytest.mark.parametrize("size", [1, 2, 7, WHOLE])
def test_pages_of_any_size_give_the_same_rows(
    told: Archive, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """How many events a transaction takes leaves no trace."""
    expected = replayed(told)
    monkeypatch.setattr(runner, "PAGE", size)
    pages: list[int] = []
    with empty_views(told) as db:
        follower_into(told, db).catch_up(progress=pages.append)
        assert digest(db, TABLES) == expected
    assert pages[-1] == commits(told)[-1]
    assert len(pages) == 1 if size == WHOLE else len(pages) > 5


def test_a_fresh_follower_goes_on_where_another_ended(told: Archive) -> None:
    """At every split of the log: one follower reads the first part, another one the rest."""
    expected = replayed(told)
    for position in commits(told):
        with empty_views(told) as db:
            follower_into(told, db).catch_up(until=position)
            follower_into(told, db).catch_up()
            assert digest(db, TABLES) == expected


@contextmanager
def two_followers(archive: Archive) -> Iterator[tuple[Follower, Follower, Database]]:
    """Two followers into one file beside the live one, each with a connection of its own."""
    path = archive.views.make_beside()
    one, two = open_file(path), open_file(path)
    try:
        yield (
            follower_into(archive, one),
            follower_into(archive, two),
            one,
        )
    finally:
        one.conn.close()
        two.conn.close()
        remove(path)


def test_two_followers_take_turns_in_one_file(told: Archive) -> None:
    """Each goes on from where the other ended, whatever it still remembers of before."""
    expected = replayed(told)
    with two_followers(told) as (first, second, db):
        turns = itertools.cycle((first, second, second, first, first))
        for position, follower in zip(commits(told), turns, strict=False):
            assert follower.catch_up(until=position) == position
        assert digest(db, TABLES) == expected


def test_a_follower_that_found_nothing_new_forgets_what_is_old(juno: Teller) -> None:
    """The other one came first, so this one has nothing to read; yet its records moved on."""
    archive = juno.archive
    with two_followers(archive) as (first, second, db):
        first.catch_up()
        juno.tell(milestone("lit", "first-light", "2024"))
        second.catch_up()
        first.catch_up()
        juno.tell(correction("lit", {"date": "2025"}))
        first.catch_up()
        assert digest(db, TABLES) == replayed(archive)


def test_a_follower_that_found_nothing_new_closes_what_is_open(juno: Teller) -> None:
    """The rows that it knows to be open the other one has closed, and opened others."""
    archive = juno.archive
    juno.tell(milestone("lit", "first-light", "2024"))
    with two_followers(archive) as (first, second, db):
        first.catch_up()
        juno.tell(correction("lit", {"date": "2025"}))
        second.catch_up()
        first.catch_up()
        juno.tell(withdrawal("lit"))
        first.catch_up()
        assert digest(db, TABLES) == replayed(archive)


def test_two_followers_that_both_look_at_each_commit(told: Archive) -> None:
    """Whoever comes second finds nothing; that changes no row, now or later."""
    expected = replayed(told)
    chance = Random(0)
    with two_followers(told) as (first, second, db):
        for position in commits(told):
            for follower in chance.choices((first, second), k=chance.choice((1, 2, 2, 3))):
                follower.catch_up(until=position)
        assert digest(db, TABLES) == expected


def test_every_process_comes_to_the_same_rows(archive: Archive) -> None:
    """Nothing in a row depends on how a process hashes, or verify would differ from live."""
    for batch in random_history(Random(0), lines=60):
        archive.chronicle.execute(command(*batch))
    digests = set()
    for seed in ("1", "2", "3"):
        with another_process(archive.folder, "replay", PYTHONHASHSEED=seed) as process:
            assert process.stdout is not None
            digests.add(process.stdout.readline())
    assert len(digests) == 1


def test_catching_up_after_each_commit_equals_catching_up_at_once(
    tmp_path: Path, archive: Archive, clock: Clock
) -> None:
    """Live views, as they are used, are those of a chronicle that was loaded in one go."""
    chance = Random(7)
    batches = random_history(chance, lines=60)
    with Archive(tmp_path / "later", clock=clock) as later:
        for batch, instant in zip(batches, random_instants(chance, len(batches)), strict=True):
            for each in (archive, later):
                clock.now = microseconds(instant)
                each.chronicle.execute(command(*batch))
            archive.catch_up()
        later.catch_up()
        assert digest(archive.views.db(), TABLES) == digest(later.views.db(), TABLES)


@pytest.mark.parametrize("table", [*sorted({*TABLES} - {"found_words"}), "search", "tracking"])
def test_a_page_that_failed_is_read_again(juno: Teller, table: str) -> None:
    """Whichever table cannot be written, nothing of the page is left: the next try succeeds."""
    archive = juno.archive
    follower = Follower(archive.chronicle, archive.views.db)
    db = archive.views.db()
    follower.catch_up()
    tell_of_juno(juno)
    juno.tell(facility("fast", country="JP", sources=CITED))

    def deny(action: int, written: str | None, *_: object) -> int:
        writes = action in (sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE)
        return sqlite3.SQLITE_DENY if writes and written == table else sqlite3.SQLITE_OK

    db.conn.set_authorizer(deny)
    with pytest.raises(sqlite3.DatabaseError):
        follower.catch_up()
    db.conn.set_authorizer(None)
    assert tracked(db) == 2
    assert follower.catch_up() == 5
    assert verify(archive.chronicle, archive.views).position == 5


# Verify and rebuild.


def test_verify_agrees_and_changes_nothing(told: Archive) -> None:
    """A replay beside the live views comes to the same digest, and leaves no file."""
    told.catch_up()
    before, live = files(told), digest(told.views.db(), TABLES)
    found = verify(told.chronicle, told.views)
    assert found.position == commits(told)[-1]
    assert (files(told), digest(told.views.db(), TABLES)) == (before, live)
    assert rebuild(told.chronicle, told.views) == found


def test_views_that_lag_are_verified_as_far_as_they_are(told: Archive) -> None:
    """What the views have not read yet makes no difference."""
    half = commits(told)[len(commits(told)) // 2]
    Follower(told.chronicle, told.views.db).catch_up(until=half)
    assert verify(told.chronicle, told.views).position == half
    assert rebuild(told.chronicle, told.views).position == half


def test_a_rebuild_is_swapped_in(told: Archive) -> None:
    """The new file takes the place of the old one, which is removed."""
    told.catch_up()
    (before,) = files(told)
    rebuilt = rebuild(told.chronicle, told.views)
    (after,) = files(told)
    assert before != after
    assert told.views.tracked() == rebuilt.position == commits(told)[-1]
    assert verify(told.chronicle, told.views).digest == rebuilt.digest


TABLES_OF_THE_FILE = """
    SELECT name
    FROM pragma_table_list
    WHERE schema = 'main' AND type = 'table' AND name NOT IN ('tracking', 'sqlite_schema')
    ORDER BY name
"""
"""The ordinary ones: a full text is compared by its words, a table that is made of it."""

BY_OTHER_MEANS = {"found_words": "INSERT INTO search (search) VALUES ('delete-all')"}
"""How to tamper with what is no ordinary table."""


def test_the_digest_is_over_every_table(archive: Archive) -> None:
    """No table of the views is left out of what is compared."""
    found = [name for (name,) in archive.views.db().execute(TABLES_OF_THE_FILE)]
    assert found == sorted({*TABLES} - {*BY_OTHER_MEANS})


@pytest.mark.parametrize("table", TABLES)
def test_tampering_is_found_refused_and_mended(juno: Teller, table: str) -> None:
    """With a row missing in any table, verify and rebuild say so; `replace` mends it."""
    archive = juno.archive
    tell_of_juno(juno)
    archive.catch_up()
    before = juno.text()
    good = verify(archive.chronicle, archive.views).digest
    db = archive.views.db()
    changes = db.conn.total_changes
    db.conn.execute(BY_OTHER_MEANS.get(table, f"DELETE FROM {table}"))
    assert db.conn.total_changes > changes or table in BY_OTHER_MEANS
    live = files(archive)

    for checked in (verify, rebuild):
        with pytest.raises(Differs) as refused:
            checked(archive.chronicle, archive.views)
        assert refused.value.position == 4
        assert refused.value.rebuilt == good != refused.value.live
        assert files(archive) == live

    assert rebuild(archive.chronicle, archive.views, replace=True).digest == good
    assert verify(archive.chronicle, archive.views).digest == good
    assert juno.text() == before


def test_a_changed_value_is_found_too(juno: Teller) -> None:
    """One character in one row is enough."""
    archive = juno.archive
    archive.catch_up()
    archive.views.db().conn.execute("UPDATE cards SET name = 'JUNo' WHERE name = 'JUNO'")
    with pytest.raises(Differs):
        verify(archive.chronicle, archive.views)


# Whoever reads meanwhile.


def pinned_answers(archive: Archive) -> list[str]:
    """The answers at every commit, as seen from three days."""
    return [
        state_text(archive, at=at, stated=stated, known=f"@{position}")
        for position in commits(archive)
        for at, stated in (("2005", "2005"), ("2010-06-15", "2030"), ("2031", "2012"))
    ]


def test_pinned_answers_are_the_same_bytes_after_a_rebuild(told: Archive) -> None:
    """Whatever was answered once is answered so by views that were made anew."""
    told.catch_up()
    before = pinned_answers(told)
    rebuild(told.chronicle, told.views)
    assert pinned_answers(told) == before
    for path in told.folder.glob("views*"):
        path.unlink()
    folder = told.folder
    told.close()
    with Archive(folder) as reopened:
        with pytest.raises(NotProjected):
            pinned_answers(reopened)
        reopened.catch_up()
        assert pinned_answers(reopened) == before


def test_a_reader_in_the_middle_of_an_answer_does_not_notice_a_rebuild(told: Archive) -> None:
    """Its rows come from the file that it began with, its next question goes to the new one."""
    told.catch_up()
    with Archive(told.folder) as reader:
        db = reader.views.db()
        expected = db.execute("SELECT * FROM history ORDER BY position").fetchall()
        begun = db.execute("SELECT * FROM history ORDER BY position")
        rows = [begun.fetchone()]
        rebuild(told.chronicle, told.views)
        rows += begun.fetchall()
        assert rows == expected
        assert reader.views.db() is not db
        assert reader.views.db().execute("SELECT * FROM history").fetchall() == expected


def test_readers_ask_on_while_the_views_are_rebuilt(told: Archive) -> None:
    """Questions asked all the time, from another thread and archive, get the same answers."""
    told.catch_up()
    expected = pinned_answers(told)
    enough = threading.Event()
    failures: list[BaseException] = []
    rounds = 0

    def ask() -> None:
        nonlocal rounds
        try:
            with Archive(told.folder) as reader:
                while not enough.is_set() or rounds == 0:
                    assert pinned_answers(reader) == expected
                    rounds += 1
        except BaseException as failure:  # noqa: BLE001 - it is raised again by the test
            failures.append(failure)

    thread = threading.Thread(target=ask)
    thread.start()
    for _ in range(5):
        rebuild(told.chronicle, told.views)
    enough.set()
    thread.join()
    assert not failures, failures[0]
    assert rounds > 0


def test_a_reader_between_the_pointer_and_the_file_does_not_notice_a_rebuild(
    told: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is removed after its name was read and before it is opened is passed over."""
    told.catch_up()
    with Archive(told.folder) as reader:
        path, rebuilds = reader.views.path, iter([rebuild])

        def overtaken() -> Path | None:
            found = path()
            for late in rebuilds:
                late(told.chronicle, told.views)
            return found

        monkeypatch.setattr(reader.views, "path", overtaken)
        # So that the reader looks for the file anew.
        rebuild(told.chronicle, told.views)
        assert reader.views.tracked() == told.views.tracked()
        assert pinned_answers(reader) == pinned_answers(told)
