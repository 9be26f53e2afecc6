"""What a question over many rows needs beside their columns, read at once.

A world has a hundred thousand rows of a kind. What is counted of them are small integers; only
what an answer shows becomes objects.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import numpy as np
import numpy.typing as npt

from projections.views.columns import Columns, Indexes
from projections.views.file import Database

Numbers = npt.NDArray[np.int64]
"""Numbers of records, or days, one for each row."""

WRITTEN = """
    SELECT {member}
    FROM json_each(:keys) AS key
    CROSS JOIN spans ON record = key.value >> 32 AND seq = key.value & 0xFFFFFFFF
"""

RECORDS_BY_NAME = """
    SELECT number
    FROM streams
    WHERE name > 'record:' AND name < 'record;'
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


def texts(db: Database, columns: Columns, found: Indexes) -> list[str]:
    """The texts of rows, in the order of their indexes; every one of them has one."""
    return _written(db, columns, found, "text")


def others(db: Database, columns: Columns, found: Indexes) -> list[list[int]]:
    """The numbers of the other statements that rows name; every one of them names some."""
    listed = ",".join(f"[{each}]" for each in _written(db, columns, found, "others"))
    return msgspec.json.decode(f"[{listed}]", type=list[list[int]])


def places_by_name(db: Database, records: npt.NDArray[np.integer]) -> Numbers:
    """The place of each record among all that there are, in the order of their ids."""
    ordered = np.array(db.execute(RECORDS_BY_NAME).fetchall(), np.int64).ravel()
    places = np.zeros(int(ordered.max(initial=0)) + 1, np.int64)
    places[ordered] = np.arange(len(ordered))
    return places[records]


def of_cards(db: Database, member: str, records: Iterable[int], *, known: int) -> dict[int, str]:
    """What the cards of records say in a member, by number; without those that say nothing."""
    asked = {"member": member, "streams": _json(list(records)), "known": known}
    return dict(db.execute(OF_CARDS, asked).fetchall())


def _written(db: Database, columns: Columns, found: Indexes, member: str) -> list[str]:
    keys = (columns["record"][found].astype(np.int64) << 32) | columns["seq"][found]
    rows = db.execute(WRITTEN.format(member=member), {"keys": _json(keys.tolist())})
    return [text for (text,) in rows]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
