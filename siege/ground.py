"""Where an attack takes place: in a folder of its own, which is gone afterwards."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from benchmarks.kept import kept, world_of
from events.orders import Command, orders
from service.archive import Archive
from service.archive.keys import Keyring
from service.data import editions

STATEMENTS = 100_000
"""How many a large chronicle has."""

IN_MEMORY = Path("/dev/shm")  # noqa: S108 -- a folder of its own is made in it
ENOUGH = 4_000_000_000
"""Bytes that have to be free there."""

Of = TypeVar("Of")


def first_edition() -> tuple[bytes, ...]:
    """The lines of the shipped chronicle's first edition."""
    return next(editions()).lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The folder of an attack, and whether it is to be short."""

    folder: Path
    short: bool

    def many(self, *, short: Of, long: Of) -> Of:
        """One value for the short form, another for the long."""
        return short if self.short else long

    def time(self, bar: float) -> float:
        """A bar of time; the short form allows more, as it runs where others are busy too."""
        return self.many(short=10 * bar, long=bar)

    def shipped(self, name: str = "chronicle") -> Path:
        """A folder with the shipped chronicle's first edition, one commit, and its views."""
        folder = self.folder / name
        with Archive(folder) as archive:
            lines = first_edition()
            archive.chronicle.execute(
                Command(orders=tuple(orders(lines)), actor="siege", request="shipped")
            )
            archive.catch_up()
        return folder

    def large(self) -> Path:
        """A folder with a large chronicle; in the short form the shipped one does."""
        if self.short:
            return self.shipped()
        folder = self.folder / "chronicle"
        shutil.copytree(kept(world_of(STATEMENTS)).folder, folder)
        return folder


@contextmanager
def ground(*, short: bool) -> Iterator[Ground]:
    """A ground, in memory where that has room: no disk is asked what it does when power goes."""
    there = IN_MEMORY if _has_room(IN_MEMORY) else None
    with tempfile.TemporaryDirectory(
        prefix="annales-siege-", dir=there, ignore_cleanup_errors=True
    ) as folder:
        yield Ground(folder=Path(folder), short=short)


def key(folder: Path, role: str = "curator") -> str:
    """A new key of a chronicle."""
    with closing(Keyring(folder)) as ring:
        return ring.issue(name=f"a {role}", role=role, by="siege")


def _has_room(folder: Path) -> bool:
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > ENOUGH
