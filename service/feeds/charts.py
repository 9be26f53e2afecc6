"""What the charts of trends and slips are drawn from: the answers of those questions, as rows."""

from __future__ import annotations

from collections import Counter
from typing import Any

from events.dates import iso
from events.errors import BadFilter
from events.stream import Stream
from projections.kinds.ladders import Slip
from projections.views.reading import Slice
from service.asking.query import Arguments
from service.feeds.feed import Context
from service.items.home import home_of
from service.promises.filters import Promised
from service.promises.slips import greatest_first, ladders
from service.promises.tally import Counted, Tally
from service.trends.answer import trends_answer
from service.trends.question import TRENDS
from service.words.labels import MILESTONE_WORDS, OUTCOME_WORDS, STATUS_WORDS
from service.words.word import word

Rows = list[dict[str, Any]]


SHARED = ("field", "class", "from", "to")
"""The filters that a trend takes as the feed does."""

DAYS = word("unit", "days")


def trend_rows(context: Context) -> tuple[Rows, list[str]]:
    """How many facilities had each status at the end of each year: a row a status and year.

    And the first and the last of the days. Raises BadFilter for a filter that a trend cannot have.
    """
    _refuse(context, "trends", ("kind", "limit", "record", "status"))
    as_of = context.query.as_of
    filters = context.query.filters
    texts = {
        "measure": "status",
        "stated": iso(as_of.stated),
        "known": f"@{as_of.known}",
        **{name: filters[name] for name in SHARED if name in filters},
        # To a trend a region is a series of its own.
        **({"country": ",".join(context.wanted.place.codes)} if context.wanted.place else {}),
    }
    chronicle = context.archive.chronicle
    query = TRENDS.query(
        Arguments(path=TRENDS.path, texts=texts, log=chronicle.log, now=chronicle.now())
    )
    answer = trends_answer(context.reading, query)
    rows = []
    for series in answer["series"]:
        status = series["key"]["status"] or ""
        for point in series["points"]:
            word = STATUS_WORDS[status][context.lang]
            rows.append(
                {
                    "status": status,
                    "at": point["at"],
                    "count": point["count"],
                    "text": f"{point['at']}: {word} {point['count']}",
                }
            )
    return rows, [answer["from"], answer["to"]]


def slip_rows(context: Context) -> Rows:
    """How late each promise came, the latest first: a row a ladder of plans.

    Ladders of which nothing came, or not on known days, are left out and counted.
    Raises BadFilter for a filter that a slip cannot have, and NotFound.
    """
    _refuse(context, "slips", ("from", "kind", "status", "to"))
    wanted = context.wanted
    if wanted.record is not None:
        known = context.query.as_of.known
        context.reading.history.check_exists(
            context.reading.db, str(Stream.record(wanted.record)), known=known
        )
    view = context.reading.at(
        context.query.as_of,
        countries=wanted.place.codes if wanted.record is None else (),
        field=wanted.field if wanted.record is None else None,
        class_=wanted.class_ if wanted.record is None else None,
    )
    found, total, slipped = _slipped(view, record=wanted.record, limit=context.limit)
    context.omit("no-slip", total - slipped)
    context.omit("limit", slipped - len(found))
    rows: Rows = []
    for each in found:
        slip = each.ladder.slip or Slip(None, None)
        name = home_of(each.card).short[context.lang]
        outcome = OUTCOME_WORDS[each.outcome][context.lang]
        milestone = MILESTONE_WORDS[each.ladder.milestone][context.lang]
        days = DAYS[context.lang]
        rows.append(
            {
                "entry": f"{name} · {milestone}",
                "ladder": each.ladder.entry,
                "record": each.record,
                "outcome": outcome,
                "earliest_days": slip.earliest,
                "latest_days": slip.latest,
                "plans": len(each.ladder.plans),
                "text": f"{name}: {outcome}, {slip.earliest}–{slip.latest} {days}",
                "url": context.url(f"/records/{each.record}"),
            }
        )
    twice = Counter(row["entry"] for row in rows)
    for row in rows:
        if twice[row["entry"]] > 1:
            row["entry"] = f"{row['entry']} ({row['ladder']})"
    return rows


def _slipped(view: Slice, *, record: str | None, limit: int) -> tuple[list[Counted], int, int]:
    """The ladders whose slip is open on neither side, the greatest first, so many at most; how
    many ladders there are, and how many of them have such a slip."""
    if record is None:
        tally = Tally(view, Promised())
        closed = tally.closed(tally.every)
        return tally.by_slip(closed, slice(limit)), len(tally), len(closed)
    every = ladders(view, records=[record])
    slipped = [
        each
        for each in every
        if (slip := each.ladder.slip) and slip.earliest is not None and slip.latest is not None
    ]
    return sorted(slipped, key=greatest_first)[:limit], len(every), len(slipped)


def _refuse(context: Context, chart: str, names: tuple[str, ...]) -> None:
    for name in names:
        if (value := context.query.filters.get(name)) is not None:
            raise BadFilter(name, value, f"not with chart={chart}")
