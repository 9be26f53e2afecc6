"""Single bits that flip in the files of a folder, and whether `verify` finds those that matter.

What matters is decided without `verify`: a flip has changed the content of a file where what the
file gives to whoever asks is another than before. A database is asked for every row, from each
table and again by each of its indexes, for its definitions and for every word of its full text;
the columns for their rows, and for those of each facet and country.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np

from projections import FACETS
from projections.views.columns import HEADER, MEMBERS, Columns, places_of
from service.archive import LOG
from service.archive.keys import KEYS
from service.archive.verifying import verified

DEFINED = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name"
ROWS = 'SELECT * FROM "{table}" NOT INDEXED'
LOOKED_UP = """
    SELECT found.*
    FROM "{table}" AS every NOT INDEXED
    CROSS JOIN "{table}" AS found ON found.rowid = every.rowid
"""
INDEXED = 'SELECT {columns} FROM "{table}" INDEXED BY "{index}" WHERE {condition}'
COLUMNS_OF_INDEX = "SELECT coalesce(name, 'rowid') FROM pragma_index_xinfo(?)"
WORDS = "SELECT DISTINCT term FROM search_words"
BEGINNINGS = "SELECT DISTINCT substr(term, 1, 2) FROM search_words"
EVERY_WORD = "SELECT * FROM search_places"
MATCHES = "SELECT rowid FROM search WHERE search MATCH ?"

HEADER_IN_USE = 64
"""Bytes of the eight numbers at the beginning of columns."""


class Flips(NamedTuple):
    """How many bits were flipped in a file, how many of them changed its content, how many were
    found, and where those were that changed it and were not."""

    flipped: int
    changed: int
    found: int
    missed: list[tuple[int, int]]


def files(folder: Path) -> list[Path]:
    """The files of a folder that is closed, in which bits may flip."""
    views = next(folder.glob("views-*.sqlite"))
    return [folder / LOG, folder / KEYS, views, views.with_name(f"{views.name}.columns")]


def found_by_verify(folder: Path) -> bool:
    """Whether `verify` finds anything wrong in a folder."""
    return bool(verified(folder).findings)


def flips(
    path: Path, count: int, *, seed: int, find: Callable[[Path], bool] = found_by_verify
) -> Flips:
    """Flip so many bits of a file of a folder that is closed, one at a time, and look for each."""
    chance = Random(seed)
    sound, before, places = path.read_bytes(), content(path), in_use(path)
    changed, found, missed = 0, 0, []
    for _ in range(count):
        place, bit = chance.choice(places), chance.randrange(8)
        rotten = bytearray(sound)
        rotten[place] ^= 1 << bit
        path.write_bytes(rotten)
        try:
            differs = content(path) != before
            is_found = find(path.parent)
        finally:
            path.write_bytes(sound)
        changed, found = changed + differs, found + is_found
        if differs and not is_found:
            missed.append((place, bit))
    return Flips(count, changed, found, missed)


def in_use(path: Path) -> Sequence[int]:
    """The bytes of a file that may say anything: of columns, those without the room for more."""
    if path.suffix != ".columns":
        return range(path.stat().st_size)
    columns = Columns.mapped(path)
    places, offset = list(range(HEADER_IN_USE)), HEADER
    for member, kind in MEMBERS.items():
        width = np.dtype(kind).itemsize
        places += range(offset, offset + columns.count * width)
        offset += len(columns[member]) * width
    return places


def content(path: Path) -> object:
    """What a file gives to whoever asks it, or why it gives nothing."""
    try:
        return list(_of_columns(path) if path.suffix == ".columns" else _of_database(path))
    except (sqlite3.Error, ValueError, ArithmeticError, LookupError) as error:
        return f"{type(error).__name__}: {error}"


def _of_database(path: Path) -> Iterator[object]:
    address = f"{path.as_uri()}?mode=rw"
    with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as connection:
        # Also of a text that is no UTF-8 every byte, and no text is the same as a blob.
        connection.text_factory = lambda raw: raw.decode(errors="surrogateescape")
        ask = connection.execute
        defined = ask(DEFINED).fetchall()
        yield defined
        for kind, *told in defined:
            name, table, sql = map(str, told)  # also where a damaged definition has none
            if name.startswith("search") or kind not in {"table", "index"}:
                continue
            if kind == "table":
                yield name, ask(ROWS.format(table=name)).fetchall()
                if "WITHOUT ROWID" not in sql:
                    yield name, ask(LOOKED_UP.format(table=name)).fetchall()
            else:
                columns = ", ".join(column for (column,) in ask(COLUMNS_OF_INDEX, (name,)))
                condition = sql.partition(" WHERE ")[2] or "1"
                rows = INDEXED.format(columns=columns, table=table, index=name, condition=condition)
                yield name, ask(rows).fetchall()
        if any(name == "search" for _, name, *_ in defined):
            yield from _of_full_text(connection)


def _of_full_text(connection: sqlite3.Connection) -> Iterator[object]:
    yield connection.execute(EVERY_WORD).fetchall()
    for words, expression in ((WORDS, '"{}"'), (BEGINNINGS, '"{}"*')):
        for (word,) in connection.execute(words).fetchall():
            found = connection.execute(MATCHES, (expression.format(word),))
            yield word, found.fetchall()


def _of_columns(path: Path) -> Iterator[object]:
    columns = Columns.mapped(path)
    yield columns.position, columns.count
    yield [columns[member][: columns.count].tobytes() for member in MEMBERS]
    far = {"first": -(2**61), "last": 2**61, "stated": 2**61, "known": columns.position}
    for facet in FACETS:
        for places in (None, *map(places_of, (("CN",), ("CH",), ("JP",), ("CH", "JP", "US")))):
            for field in (None, 0, 1):
                found = columns.find(facet, places=places, field=field, class_=None, **far)
                yield np.sort(found).tolist()
