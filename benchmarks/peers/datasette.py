"""Datasette: the rows of one state in a plain table, of which it gives a country as JSON.

It answers how things are, not how they were: each request is for the same rows.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

TABLE = """
    CREATE TABLE facilities (
        id TEXT PRIMARY KEY, name TEXT, country TEXT, field TEXT, status TEXT, since TEXT,
        alternatives TEXT, statement TEXT, certainty TEXT, expected TEXT, overdue TEXT
    )
"""
INDEX = "CREATE INDEX facilities_of_country ON facilities (country)"
INSERT = """
    INSERT INTO facilities
    VALUES (
        :id, :name, :country, :field, :status, :since,
        :alternatives, :statement, :certainty, :expected, :overdue
    )
"""


def fill(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write the facilities of an answer of ours; what is no text in them is JSON."""
    with closing(sqlite3.connect(path)) as peer, peer:
        peer.execute(TABLE)
        peer.execute(INDEX)
        peer.executemany(
            INSERT,
            (
                {
                    name: value if isinstance(value, str | None) else json.dumps(value)
                    for name, value in row.items()
                }
                for row in rows
            ),
        )


def path_of(country: str, rows: int) -> str:
    """Where the rows of a country stand, all on one page, neither counted nor grouped."""
    plain = "_shape=array&_nocount=1&_nofacet=1"
    return f"/peer/facilities.json?country={country}&_size={rows}&{plain}"
