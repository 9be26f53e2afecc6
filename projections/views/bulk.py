"""What a question over many rows needs beside their columns, read at once.

A world has a hundred thousand rows of a kind. What is counted of them are small integers; only
what an answer shows becomes objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from projections.views.columns import Columns, Indexes
from projections.views.file import Database
from projections.views.view import as_json

Numbers = npt.NDArray[np.int64]
"""Numbers of records, or days, one for each row."""

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

BY_NAME = """
    SELECT number
    FROM streams
    WHERE number IN (SELECT value FROM json_each(:numbers))
    ORDER BY name
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


def texts(db: Database, columns: Columns, found: Indexes) -> list[str]:
    """The texts of rows, in the order of their indexes; every one of them has one."""
    return _written(db, columns, found, TEXTS)


def others(db: Database, columns: Columns, found: Indexes) -> list[list[int]]:
    """The numbers of the other statements that rows name; every one of them names some."""
    listed = ",".join(f"[{each}]" for each in _written(db, columns, found, OTHERS))
    return msgspec.json.decode(f"[{listed}]", type=list[list[int]])


def places_by_name(db: Database, records: npt.NDArray[np.integer]) -> Numbers:
    """The place of the record of each row among those of all, in the order of their ids."""
    different, of_rows = np.unique(records, return_inverse=True)
    ordered = db.execute(BY_NAME, {"numbers": as_json(different.tolist())}).fetchall()
    places = np.argsort(np.array(ordered, np.int64).ravel())
    return places[of_rows]


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
    dates = [date for (date,) in db.execute(DATES, asked) if is_meant(date)]
    return [record for (record,) in db.execute(DATED, {**asked, "dates": as_json(dates)})]


def _written(db: Database, columns: Columns, found: Indexes, sql: str) -> list[str]:
    keys = (columns["record"][found].astype(np.int64) << 32) | columns["seq"][found]
    rows = db.execute(sql, {"keys": as_json(keys.tolist())})
    return [text for (text,) in rows]
