"""What a view of an earlier horizon leaves out: the same day as it is known now, beside it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from events.clocks import AsOf, utc_day
from events.dates import Day
from service.asking.filters import Wanted
from service.asking.query import Query
from service.comparing.diff import Comparison
from service.comparing.hindsight import hindsight_answer
from service.pages.shell.answering import Asked
from service.pages.shell.clockbar import written
from service.pages.shell.page import Members
from service.words import labels

MOST_NAMED = 60
"""How many facilities each list names, at most."""


def left_out(asked: Asked) -> Members | None:
    """Then beside now, where the sources are heard only up to a day; None where all is heard.

    The lists name the first of many; `totals` count them all.
    """
    as_of = asked.query.as_of
    if as_of.during is not None:
        return None
    whole = _everything_said(as_of)
    if "stated" not in asked.here.texts or as_of.stated >= whole:
        return None
    now = AsOf(at=as_of.at, during=None, stated=whole, known=as_of.known, known_at=as_of.known_at)
    part = Wanted(country=asked.query.about.country, field=asked.query.about.field)
    query = Query("/v1/hindsight", as_of, {}, about=Comparison(as_of, now, part))
    found = hindsight_answer(asked.reading, query)
    rows = {row["id"]: row for row in found["rows"]}
    cards = asked.reading.at(as_of).cards(rows)

    def named(ids: Iterable[str]) -> list[Members]:
        return [
            {
                "id": id,
                "name": labels.names_of(cards[id], asked.lang)[0],
                "now": rows[id]["now"],
            }
            for id in islice((id for id in ids if id in rows), MOST_NAMED)
        ]

    unexpected = found["unexpected"]
    return {
        "totals": found["totals"],
        "to_stated": written(whole),
        "unnamed": named(id for id in unexpected if id in rows and not rows[id]["named"]),
        "named": named(id for id in unexpected if id in rows and rows[id]["named"]),
        "missed": named(found["expected_not_come"]),
    }


def _everything_said(as_of: AsOf) -> Day:
    """The default of `stated` at this place of the log."""
    return utc_day(as_of.known_at) if as_of.known_at else as_of.stated
