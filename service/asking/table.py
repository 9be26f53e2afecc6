"""The tables of an answer: what names a row, and what a row has in each column.

A declaration names its tables. Of them come the CSV of a question, what people see on the command
line, and the names by which the patches of a followed question call its rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from service.words.cells import date_cell
from service.words.csv_text import csv_text

Members = Mapping[str, Any]
"""An answer without the clocks that begin it, or a row of one: members by their names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table: its name, and the value that a row has in it.

    `words` says that it holds words of others, which no spreadsheet may take for a formula;
    `heading` is what people read above it, if not the name.
    """

    name: str
    value: Callable[[Members], object] | None = None
    words: bool = False
    heading: str = ""

    def of(self, row: Members) -> object:
        """The value of a row."""
        return row.get(self.name) if self.value is None else self.value(row)


def columns(*names: str, words: Iterable[str] = ()) -> tuple[Column, ...]:
    """Columns that hold the members of the same names; `words` names those with words of others."""
    return tuple(Column(name=name, words=name in set(words)) for name in names)


CONTESTED = Column(name="contested", value=lambda row: "true" if row.get("contested") else None)
"""Whether the date of a row is contested; empty where it is not."""


def dated(name: str, member: str = "date") -> Column:
    """A column for people, with the date that a member has, in words."""
    return Column(name=name, value=lambda row: date_cell(row.get(member)))


def within(member: str, name: str) -> Callable[[Members], object]:
    """The value of a member of a member; None where either is null or absent."""
    return lambda row: (row.get(member) or {}).get(name)


Columns = tuple[Column, ...] | Callable[[Members], tuple[Column, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A list of an answer whose rows can stand in a table.

    `rows` is the member that lists them, and `key` the members that name one. A patch names a row
    by them; without a key, by its place in the list. `columns` are those of its CSV, made from the
    answer where they depend on it, and `each` says what has a row there; `spread` makes its rows of
    the answer where they are not the list itself.

    People see the tables that have a `title`, which stands above. `shown` are the columns that
    they read, with dates and numbers in words; without it they read those of the CSV that have a
    heading, or all where none has. What has more columns than `widest` is shown in parts.
    """

    rows: str
    key: tuple[str, ...] = ()
    title: str | Callable[[Members], str] = ""
    each: str = "of its rows"
    columns: Columns = ()
    shown: Columns = ()
    widest: int = 13
    spread: Callable[[Members], Iterable[Members]] | None = None

    def rows_of(self, answer: Members) -> Iterable[Members]:
        """The rows of an answer."""
        if self.spread is not None:
            return self.spread(answer)
        rows: Iterable[Members] = answer[self.rows]
        return rows

    def columns_of(self, answer: Members) -> tuple[Column, ...]:
        """The columns of the CSV of an answer."""
        return _columns_of(self.columns, answer)

    def title_of(self, answer: Members) -> str:
        """What stands above it for people."""
        return self.title(answer) if callable(self.title) else self.title

    def shown_of(self, answer: Members) -> tuple[Column, ...]:
        """The columns of an answer that people read."""
        if self.shown:
            return _columns_of(self.shown, answer)
        found = self.columns_of(answer)
        return tuple(each for each in found if each.heading) or found

    def csv(self, answer: Members) -> str:
        """The table as CSV: a row of names, then a row for each."""
        found = self.columns_of(answer)
        return csv_text(
            [each.name for each in found],
            ([each.of(row) for each in found] for row in self.rows_of(answer)),
            texts=[each.name for each in found if each.words],
        )


def _columns_of(columns: Columns, answer: Members) -> tuple[Column, ...]:
    return columns(answer) if callable(columns) else columns
