"""What a row of a facility shows, wherever one stands: in a state, a record, a hindsight, a
difference.

It shows what holds on one day: the day asked about, and beyond the horizon the day of the horizon.
Beyond the horizon, and only there, what is expected is looked up on the day asked about.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Protocol

import numpy.typing as npt

from events.dates import Day, parse
from projections.engine.spans import FOR_LISTS
from projections.kinds.facility import alternatives
from projections.views.columns import Found
from projections.views.lines import Version
from projections.views.reading import Slice, status_day
from projections.views.state import Gist, Row
from service.asking.json_text import date_text, json_of
from service.asking.table import Members

NO_STATUS = '"status":null,"since":null,"alternatives":[null],"statement":null'
"""The members of a facility without a status."""


CONTESTED = ',"contested":true'
"""What follows where the date that is shown is contested (rule 23)."""


class Shown(Protocol):
    """A span, or a row of the views."""

    @property
    def facet(self) -> str:
        """What it is about."""

    @property
    def value(self) -> str:
        """What holds."""

    @property
    def odds(self) -> int:
        """The alternatives as bits."""

    @property
    def statement(self) -> str | None:
        """The id of the statement behind it."""


class Held(Protocol):
    """A row or a span of a status."""

    @property
    def odds(self) -> int:
        """The alternatives as bits."""


def day_shown(facet: str, *, at: Day, stated: Day) -> Day | None:
    """The day on which something of a facet must hold to be shown; None where none is."""
    if facet in FOR_LISTS:
        return None
    if facet == "expected":
        return at if at > stated else None
    return status_day(at=at, stated=stated)


def certainty(odds: int, *, beyond: bool) -> str:
    """Whether a status is "certain" or "possible", by its odds; those of no status are 0. Beyond
    the horizon it is "last-known"."""
    if beyond:
        return "last-known"
    return "certain" if odds & (odds - 1) == 0 else "possible"


def certainties(odds: npt.NDArray[Any], *, beyond: bool) -> list[str]:
    """The same of many."""
    if beyond:
        return ["last-known"] * len(odds)
    several = (odds & (odds - 1)) != 0
    return ["possible" if each else "certain" for each in several.tolist()]


def texts_of(slice: Slice, found: Found) -> list[str]:
    """What the row of a facility shows of each row of the views: JSON members without braces."""
    return slice.texts_of(found, _text_of)


def row_texts(slice: Slice, rows: Sequence[Row]) -> dict[int, str]:
    """The same, by the id of the row; also of what is expected."""
    texts = slice.texts_of_rows(rows, _text_of)
    return {
        row.id: f'"status":{json_of(row.value or None)},{text}' if row.facet == "expected" else text
        for row, text in zip(rows, texts, strict=True)
    }


def _text_of(row: Gist | Row, version: Version | None) -> str:
    """What is shown of a row; of what is expected, the part that goes with the plan behind it."""
    date, stated = (version.date, version.stated) if version else (None, None)
    if row.facet == "expected":
        return f'"statement":{_quoted(row.statement)},"date":{_quoted(date)}'
    return shown_members(row, date, stated)


def shown_members(shown: Shown, date: str | None, stated: str | None) -> str:
    """What is shown of a span or a row, with the dates of its statement."""
    value, statement = _quoted(shown.value), _quoted(shown.statement)
    if shown.facet == "status":
        since, odds = _since(date), _alternatives(shown.odds)
        return f'"status":{value},"since":{since},"alternatives":{odds},"statement":{statement}'
    if shown.facet == "overdue":
        dates = f'"date":{_quoted(date)},"stated":{_quoted(stated)}'
        return f'"statement":{statement},"milestone":{value},{dates}'
    if shown.facet == "expected":
        return f'"status":{value},"statement":{statement},"date":{_quoted(date)}'
    return ""


def _quoted(text: str | None) -> str:
    """The JSON of an id, a date or a word of the vocabulary, in which nothing has to be escaped."""
    return f'"{text}"' if text else "null"


@lru_cache(maxsize=8192)
def _since(date: str | None) -> str:
    return json_of(None if date is None else date_text(parse(date)))


@lru_cache(maxsize=1024)
def _alternatives(odds: int) -> str:
    return json_of(alternatives(odds))


def status_members(status: Held | None, text: str, *, beyond: bool) -> str:
    """What a facility shows of its status, as JSON members without braces; `text` is what the
    views keep of it, empty where there is none."""
    odds = 0 if status is None else status.odds
    return f'{text or NO_STATUS},"certainty":"{certainty(odds, beyond=beyond)}"'


def expected_status(row: Members) -> str | None:
    """The status that is expected of the facility of a row, else the one that it has."""
    status: str | None = (row["expected"] or row)["status"]
    return status
