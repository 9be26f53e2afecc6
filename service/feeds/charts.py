"""What the charts of trends and slips are drawn from: the answers of those questions, as rows."""

from __future__ import annotations

from collections import Counter
from typing import Any

from events.dates import iso
from events.errors import BadFilter
from events.stream import Stream
from service.asking.query import Arguments
from service.feeds.feed import Context
from service.items.home import home_of
from service.promises.filters import Promised
from service.promises.slips import ladders
from service.trends.answer import trends_answer
from service.trends.question import TRENDS
from service.words.labels import MILESTONE_WORDS, OUTCOME_WORDS, STATUS_WORDS
from service.words.word import word

Rows = list[dict[str, Any]]


SHARED = ("country", "field", "from", "to")
"""The filters that a trend takes as the feed does."""

DAYS = word("unit", "days")


def trend_rows(context: Context) -> tuple[Rows, list[str]]:
    """How many facilities had each status at the end of each year: a row a status and year.

    And the first and the last of the days. Raises BadFilter for a filter that a trend cannot have.
    """
    _refuse(context, "trends", ("kind", "limit", "record"))
    as_of = context.query.as_of
    filters = context.query.filters
    texts = {
        "measure": "status",
        "stated": iso(as_of.stated),
        "known": f"@{as_of.known}",
        **{name: filters[name] for name in SHARED if name in filters},
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
    _refuse(context, "slips", ("from", "kind", "to"))
    wanted = context.wanted
    if wanted.record is not None:
        known = context.query.as_of.known
        context.reading.history.check_exists(
            context.reading.db, str(Stream.record(wanted.record)), known=known
        )
    slice = context.reading.at(
        context.query.as_of,
        country=wanted.country if wanted.record is None else None,
        field=wanted.field if wanted.record is None else None,
    )
    rows: Rows = []
    for each in ladders(slice, Promised(sort="slip"), record=wanted.record):
        slip = each.ladder.slip
        if slip is None or slip.earliest is None or slip.latest is None:
            context.omit("no-slip")
            continue
        if len(rows) == context.limit:
            context.omit("limit")
            continue
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


def _refuse(context: Context, chart: str, names: tuple[str, ...]) -> None:
    for name in names:
        if (value := context.query.filters.get(name)) is not None:
            raise BadFilter(name, value, f"not with chart={chart}")
