"""Views answer only for the log that they were made from."""

from __future__ import annotations

import shutil
from pathlib import Path

from service.archive import LOG, Archive
from tests.story.telling import JUNO, SOURCE, Clock, Teller


def log_files(folder: Path) -> list[Path]:
    """The files of the log of a folder."""
    return sorted(folder.glob(f"{LOG}*"))


def test_views_of_another_log_are_made_anew(tmp_path: Path, clock: Clock) -> None:
    """A log put in place of the one that was read: its own records answer, none of the other's."""
    for name, facility in (("one", JUNO), ("two", {**JUNO, "id": "heps", "name": "HEPS"})):
        with Archive(tmp_path / name, clock=clock) as archive:
            teller = Teller(archive, clock)
            teller.tell(SOURCE)
            teller.tell(facility, on="2026-11-26" if name == "two" else None)
            archive.catch_up()
    for path in log_files(tmp_path / "one"):
        path.unlink()
    for path in log_files(tmp_path / "two"):
        shutil.copy(path, tmp_path / "one" / path.name)
    with Archive(tmp_path / "one", clock=clock, new_epoch=True) as archive:
        assert archive.views.tracked() == 0
        assert archive.catch_up() == 2
        db = archive.db_at(2)
        assert archive.history.revision(db, "record:heps", known=2) == 1
        assert archive.history.revision(db, "record:juno", known=2) == 0


def test_views_ahead_of_a_shorter_log_are_made_anew(tmp_path: Path, clock: Clock) -> None:
    """An earlier copy of the log, put back: the views read it again from the beginning."""
    folder = tmp_path / "archive"
    with Archive(folder, clock=clock) as archive:
        Teller(archive, clock).tell(SOURCE)
    kept = tmp_path / "kept"
    kept.mkdir()
    for path in log_files(folder):
        shutil.copy(path, kept / path.name)
    with Archive(folder, clock=clock) as archive:
        Teller(archive, clock).tell(JUNO)
        assert archive.catch_up() == 2
    for path in log_files(folder):
        path.unlink()
    for path in log_files(kept):
        shutil.copy(path, folder / path.name)
    with Archive(folder, clock=clock, new_epoch=True) as archive:
        assert archive.catch_up() == 1


def test_views_of_the_same_log_are_kept(tmp_path: Path, clock: Clock) -> None:
    """Opening again reads nothing again."""
    with Archive(tmp_path / "archive", clock=clock) as archive:
        Teller(archive, clock).tell(SOURCE, JUNO)
        archive.catch_up()
    with Archive(tmp_path / "archive", clock=clock) as archive:
        assert archive.views.tracked() == 2
