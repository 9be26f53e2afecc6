"""What a benchmark prints: small tables, and the machine that they were taken on."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple


class Figures(NamedTuple):
    """A table: what it tells, the names of its columns, its rows, and what to know of it."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    def __str__(self) -> str:
        """The table as text, the first column to the left and the others to the right."""
        table = [self.columns, *self.rows]
        widths = [max(len(row[place]) for row in table) for place in range(len(self.columns))]
        lines = [self.title]
        for row in table:
            first, *others = (
                cell.rjust(width) if place else cell.ljust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            lines.append("  " + "  ".join((first, *others)).rstrip())
        if self.note:
            lines.append(f"  {self.note}")
        return "\n".join(lines)

    def markdown(self) -> str:
        """The same as Markdown."""
        ruler = ["---", *("---:" for _ in self.columns[1:])]
        rows = (f"| {' | '.join(row)} |" for row in (self.columns, ruler, *self.rows))
        return "\n".join((f"**{self.title}**", "", *rows, *(("", self.note) if self.note else ())))


def machine() -> str:
    """Processor cores, Python and SQLite: figures of two machines do not compare."""
    return (
        f"{os.cpu_count()} cores ({_processor()}), Python {platform.python_version()},"
        f" SQLite {sqlite3.sqlite_version}; other load on them counts too"
    )


def _processor() -> str:
    """The model of the processor where the system tells it, and its architecture."""
    architecture = platform.machine()
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return f"{value.strip()}, {architecture}"
    return architecture


def quantile(seconds: Sequence[float], share: float) -> float:
    """The time that a share of the times does not exceed.

    >>> quantile([4.0, 1.0, 3.0, 2.0], 0.5)
    2.0
    """
    ordered = sorted(seconds)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def per_second(count: int, seconds: float) -> str:
    """A rate, in whole ones a second."""
    return f"{count / seconds:,.0f}/s"


def milliseconds(seconds: float) -> str:
    """A time in milliseconds, finer where it is short."""
    return f"{seconds * 1000:,.{3 if seconds < 0.001 else 1}f} ms"
