"""Whether the views of a folder are whole, as far as their files alone tell.

A file is looked at without being opened for use, so that nothing is mended or made anew that
somebody wants to see first. What the rows say is compared with the log by `following.verify`.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from events.store.inspection import damaged_file, damaged_schema, of_the_file, one_state
from projections import VIEW
from projections.views.file import CREATE_TRACKING, DAMAGED, MADE_BY, POINTER, shape

TREES = "SELECT rootpage, tbl_name FROM sqlite_schema"

TREE = re.compile(r"\btree (?:page )?(\d+)", re.IGNORECASE)
"""How SQLite names the tree of a table or an index: by its root."""

ATTEMPTS = 3
"""How often the file in use is looked for, where a rebuild puts another in its place."""


class Finding(NamedTuple):
    """Something that is wrong: in which file, where in it (a position `@5`, a table), and what."""

    file: str
    place: str | None
    why: str


def damaged_views(folder: Path, creates: Sequence[str]) -> Iterator[Finding]:
    """What is wrong with the files of the views; nothing where there are none."""
    try:
        path = named(folder)
        for _ in range(ATTEMPTS):
            if path is None or path.is_file():
                break
            path = named(folder)
    except OSError as error:
        yield Finding(POINTER, None, f"the file cannot be read: {error.strerror}")
        return
    if path is None:
        if (folder / DAMAGED).exists():
            why = (folder / DAMAGED).read_text(errors="replace").strip()
            yield Finding(DAMAGED, None, f"the views are to be made anew: {why}")
        return
    if not path.is_file():
        yield Finding(POINTER, None, "it names a file that is not there")
        return
    try:
        with one_state(path) as connection:
            yield from _damaged(connection, path.name, creates)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        yield Finding(path.name, None, f"the file cannot be read: {of_the_file(error)}")


def named(folder: Path) -> Path | None:
    """The file of views that is in use in a folder, which may be gone; None where none is."""
    try:
        return folder / (folder / POINTER).read_bytes().decode(errors="replace").strip()
    except FileNotFoundError:
        return None


def _damaged(
    connection: sqlite3.Connection, file: str, creates: Sequence[str]
) -> Iterator[Finding]:
    tables = dict(connection.execute(TREES))
    for why in damaged_file(connection):
        tree = TREE.search(why)
        table = tables.get(int(tree[1])) if tree else None
        yield Finding(file, None if table is None else table.decode(errors="replace"), why)
    rows = connection.execute(MADE_BY).fetchall()
    if rows != [(VIEW, shape(creates).encode())]:
        views = ", ".join(str(view) for view, _ in rows)
        why = f"the views are of another form ({views}) than this version makes ({VIEW})"
        yield Finding(file, "tracking", why)
        return
    for why in damaged_schema(connection, {0: (CREATE_TRACKING, *creates)}):
        yield Finding(file, None, why)
