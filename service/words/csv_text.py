"""CSV (RFC 4180), as every answer that is a table writes it.

What others wrote gets an apostrophe in front where a spreadsheet would take it for a formula
(`events.sheets.guard`); ids, numbers and dates are ours, cannot be formulas, and stay as they are:
-0240 is a year.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Sequence
from io import StringIO

from events.sheets.guard import guarded
from service.words.printable import printable

MEDIA_TYPE = "text/csv"


def csv_text(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, texts: Collection[str] = ()
) -> str:
    r"""A row of names, then a row for each; `texts` are the columns that hold words of others.

    >>> csv_text(("year", "title", "open"), [("-0240", "=1+1", None)], texts=("title",))
    "year,title,open\r\n-0240,'=1+1,\r\n"
    """
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(columns)
    guarded_places = {place for place, name in enumerate(columns) if name in texts}
    for row in rows:
        writer.writerow(
            guarded(cell) if place in guarded_places and isinstance(cell, str) else _plain(cell)
            for place, cell in enumerate(row)
        )
    return printable(written.getvalue())


def _plain(cell: object) -> object:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "" if cell is None else cell
