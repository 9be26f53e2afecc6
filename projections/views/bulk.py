"""What a question over many rows needs beside their columns, read at once.

A world has a hundred thousand rows of a kind. What is counted of them are small integers; only
what an answer shows becomes objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from projections.views.columns import Columns, Indexes
from projections.views.file import Database
from projections.views.lines import unpacked
from projections.views.rows import numbers_in
from projections.views.view import as_json

Numbers = npt.NDArray[np.int64]
"""Numbers of records, or days, one for each row."""

PIECE = 10_000
"""Of how many rows more than numbers is in memory at once."""

TEXTS = """
    SELECT text
    FROM json_each(:keys) AS key
    CROSS JOIN spans ON record = key.value >> 32 AND seq = key.value & 0xFFFFFFFF
"""

OTHERS = """
    SELECT others
    FROM json_each(:keys) AS key
    CROSS JOIN spans ON record = key.value >> 32 AND seq = key.value & 0xFFFFFFFF
"""

OF_CARDS = """
    SELECT stream, card ->> :member
    FROM cards
    WHERE stream IN (SELECT value FROM json_each(:streams))
      AND kf <= :known
      AND (kt IS NULL OR kt > :known)
      AND card ->> :member <> ''
"""

DATES = """
    SELECT DISTINCT date
    FROM statements
    WHERE record IN (SELECT value FROM json_each(:records))
      AND kf <= :known
      AND (kt IS NULL OR kt > :known)
      AND date IS NOT NULL
"""

DATED = """
    SELECT DISTINCT record
    FROM statements
    WHERE record IN (SELECT value FROM json_each(:records))
      AND kf <= :known
      AND (kt IS NULL OR kt > :known)
      AND date IN (SELECT value FROM json_each(:dates))
"""


def pieces(found: Indexes) -> Iterator[tuple[slice, Indexes]]:
    """Many rows in pieces, each with its place among them: what is read of the rows of a world
    would take as much memory as all else."""
    for begin in range(0, len(found), PIECE):
        yield slice(begin, begin + PIECE), found[begin : begin + PIECE]


def texts(db: Database, columns: Columns, found: Indexes) -> list[str]:
    """The texts of rows, in the order of their indexes; every one of them has one."""
    return _written(db, columns, found, TEXTS)


def others(db: Database, columns: Columns, found: Indexes) -> list[list[int]]:
    """The numbers of the other statements that rows name; every one of them names some."""
    return [numbers_in(each).tolist() for each in _written(db, columns, found, OTHERS)]


class Tied(NamedTuple):
    """Rows that come into a stretch of an order, and those that tie with them.

    `groups` has the same number for those that tie; `within` is where the stretch lies among them.
    """

    rows: Indexes
    groups: list[int]
    within: slice


def stretch(keys: Sequence[npt.NDArray[Any]], page: slice) -> Tied:
    """A stretch of rows in the order of their keys, of which the last one decides first."""
    order = np.lexsort(keys)
    first, stop, _ = page.indices(len(order))
    if first >= stop:
        return Tied(order[:0], [], slice(0))
    differs = np.logical_or.reduce([np.diff(key[order]) != 0 for key in keys])
    groups = np.concatenate([[0], np.cumsum(differs)])
    low = int(np.searchsorted(groups, groups[first], "left"))
    high = int(np.searchsorted(groups, groups[stop - 1], "right"))
    return Tied(order[low:high], groups[low:high].tolist(), slice(first - low, stop - low))


def of_cards(db: Database, member: str, records: Iterable[int], *, known: int) -> dict[int, str]:
    """What the cards of records say in a member, by number; without those that say nothing."""
    asked = {"member": member, "streams": as_json(list(records)), "known": known}
    return dict(db.execute(OF_CARDS, asked).fetchall())


def dated(
    db: Database, records: Iterable[int], *, known: int, is_meant: Callable[[str], bool]
) -> list[int]:
    """Those of some records with a statement that stands at a position and whose date is meant.
    Every date is looked at once, however many have it."""
    asked = {"records": as_json(list(records)), "known": known}
    dates = [date for (date,) in db.execute(DATES, asked) if is_meant(unpacked(date) or "")]
    return [record for (record,) in db.execute(DATED, {**asked, "dates": as_json(dates)})]


def _written(db: Database, columns: Columns, found: Indexes, sql: str) -> list[Any]:
    keys = (columns["record"][found].astype(np.int64) << 32) | columns["seq"][found]
    rows = db.execute(sql, {"keys": as_json(keys.tolist())})
    return [written for (written,) in rows]
