"""What people see: text without tricks, tables of any width, progress on a terminal.

Into a pipe goes everything in full width and without colour. What was
recorded is shown as text, whatever it holds: it moves no cursor and sets no
colour. `rich` is imported where something is drawn: JSON needs none of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

Advance = Callable[[int], None]
"""Sets how much of a bar is done, counted from the beginning."""

AddBar = Callable[[str, "int | None"], Advance]
"""Adds a bar: what is done, and how much there is to do."""

UNBOUNDED = 1_000_000
"""Columns of a pipe: more than any table has."""

CONTROLS = {
    **dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), "\ufffd"),
    **dict.fromkeys(map(ord, "\t\n\r"), " "),
}


def plain(text: str) -> str:
    """A text in one line, its control characters made visible.

    >>> plain("a\\n\\x1b[31mb")
    'a �[31mb'
    """
    return text.translate(CONTROLS)


def screen() -> Console:
    """Where answers for people go."""
    from rich.console import Console  # noqa: PLC0415 -- see above

    console = Console(markup=False, emoji=False, highlight=False)
    if not console.is_terminal:
        console.width = UNBOUNDED
    return console


def show_table(
    console: Console, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    """Print a table under a title; nothing where it has no rows."""
    from rich import box  # noqa: PLC0415 -- see above
    from rich.table import Table  # noqa: PLC0415 -- see above

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(plain, row))
    if table.row_count:
        console.print(f"\n{title}")
        console.print(table)


@contextmanager
def bar(doing: str, total: int | None = None) -> Iterator[Advance]:
    """A progress bar on stderr while the block runs, if that is a terminal.

    Without a total it only shows that something goes on.
    """
    with bars() as add:
        yield add(doing, total)


@contextmanager
def bars() -> Iterator[AddBar]:
    """Progress bars, one below the other. One that is added again takes the place of the first."""
    from rich.console import Console  # noqa: PLC0415 -- see above
    from rich.progress import (  # noqa: PLC0415 -- see above
        BarColumn,
        Progress,
        TaskID,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(
        *columns,
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        tasks: dict[str, TaskID] = {}

        def add(doing: str, total: int | None) -> Advance:
            if doing not in tasks:
                tasks[doing] = progress.add_task(doing)
            task = tasks[doing]
            progress.update(task, total=total)
            return lambda done: progress.update(task, completed=done)

        yield add
