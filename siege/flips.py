"""One flipped bit in a file: `annales verify` finds every one that changes what the file holds.

What it holds are the rows of all its tables, and each word of the full text with its places; a
flip in bytes that are free, or that no question comes by, changes nothing. A folder in which
nothing was flipped is whole.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from itertools import chain
from pathlib import Path
from random import Random

from click.testing import CliRunner

from events.orders import Command, orders
from projections.views.file import POINTER
from service.archive import LOG, Archive
from service.archive.keys import KEYS, ROLES
from service.cli.command import annales
from service.cli.exits import DAMAGED
from siege.attack import Bar, Tooth, every, none, told
from siege.ground import Ground, first_edition, key

LINES = 150
"""Of the shipped chronicle, so that each file is soon read."""

CLEAN = 20
"""Copies in which nothing was flipped."""

Verify = Callable[[Path], int]


def run(ground: Ground) -> Iterator[Bar]:
    """As many flips in the log, the keys, the views and the columns beside them."""
    yield from _flipped(ground, flips=ground.many(short=20, long=300), verify=_verify)


def _flipped(ground: Ground, *, flips: int, verify: Verify) -> Iterator[Bar]:
    whole = _whole(ground)
    false = 0
    for number in range(ground.many(short=3, long=CLEAN)):
        copy = _copy(whole, ground.folder / f"clean-{number}")
        false += verify(copy) != 0
    yield none("false alarms", false)
    views = (whole / POINTER).read_text("utf-8").strip()
    for title, file in (("log", LOG), ("keys", KEYS), ("views", views)):
        changing, overlooked = 0, []
        before = contents(whole / file)
        for place, bit in _places(title, whole / file, flips):
            copy = _copy(whole, ground.folder / "flipped")
            _flip(copy / file, place, bit)
            if contents(copy / file) == before:
                continue
            changing += 1
            if (exit_code := verify(copy)) != DAMAGED:
                overlooked.append(f"byte {place} bit {bit}: exit {exit_code}")
        bar = every(f"flips found that change the {title}", changing - len(overlooked), of=changing)
        yield bar._replace(measured="; ".join((bar.measured, *overlooked[:3])))
    columns = f"{views}.columns"
    found = 0
    for place, bit in _places("columns", whole / columns, flips):
        copy = _copy(whole, ground.folder / "flipped")
        _flip(copy / columns, place, bit)
        found += verify(copy) == DAMAGED
    yield told("flips found in the columns, free bytes with them", f"{found} of {flips}")


def contents(path: Path) -> str | None:
    """A digest of every row of every table and view of a file; None where they cannot be read."""
    digest = sha256()
    try:
        with closing(sqlite3.connect(path)) as db:
            db.text_factory = bytes
            tables = db.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()
            for name, sql in tables:
                digest.update(repr((name, sql)).encode())
            for (name,) in db.execute(
                "SELECT name FROM pragma_table_list WHERE type IN ('table', 'view') ORDER BY 1"
            ).fetchall():
                rows = db.execute(f'SELECT * FROM "{name.decode()}"')
                for row in chain([name], rows):
                    digest.update(repr(row).encode())
    except (sqlite3.Error, UnicodeDecodeError):
        return None
    return digest.hexdigest()


def _whole(ground: Ground) -> Path:
    """A folder with a small chronicle and some keys, which nobody has open."""
    folder = ground.folder / "whole"
    lines = first_edition()[:LINES]
    with Archive(folder) as archive:
        archive.chronicle.execute(
            Command(orders=tuple(orders(lines)), actor="siege", request="flips")
        )
        archive.catch_up()
    for role in ROLES * 10:
        key(folder, role)
    return folder


def _places(title: str, path: Path, many: int) -> Iterator[tuple[int, int]]:
    chance = Random(title)
    size = path.stat().st_size
    for _ in range(many):
        yield chance.randrange(size), chance.randrange(8)


def _copy(whole: Path, to: Path) -> Path:
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(whole, to)
    return to


def _flip(path: Path, place: int, bit: int) -> None:
    with path.open("r+b") as file:
        file.seek(place)
        [byte] = file.read(1)
        file.seek(place)
        file.write(bytes([byte ^ 1 << bit]))


def _verify(folder: Path) -> int:
    """How `annales verify` ends."""
    return CliRunner().invoke(annales, ["--data", str(folder), "verify", "--json"]).exit_code


def _looks_away(ground: Ground) -> Iterator[Bar]:
    """A verify that finds all whole."""
    yield from _flipped(ground, flips=5, verify=lambda _: 0)


def _cries_wolf(ground: Ground) -> Iterator[Bar]:
    """A verify that finds all damaged."""
    yield from _flipped(ground, flips=1, verify=lambda _: DAMAGED)


TEETH = {
    "verify looks away": Tooth(_looks_away, misses="flips found that change the log"),
    "verify cries wolf": Tooth(_cries_wolf, misses="false alarms"),
}
