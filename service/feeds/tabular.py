"""CSV: a row an item, with every bound as a day of ISO 8601; and what its columns mean (CSVW).

The metadata lists the columns that have a guard against formulas (`events.sheets.guard`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from events.dates import Day, iso
from events.sheets.guard import FORMULA
from service.asking.query import located
from service.feeds.feed import MOST, Context, Feed
from service.feeds.titles import title_of
from service.items.item import Item
from service.items.when import When
from service.words.csv_text import csv_text
from service.words.word import word

_ISO_DAY = "^(?:[0-9]{4}|[+-][0-9]{6,16})-[0-9]{2}-[0-9]{2}$"

Type = Literal["text", "word", "day", "number", "integer", "boolean", "instant"]

DATATYPES: dict[Type, Any] = {
    "text": "string",
    "word": "string",
    # A year outside 0000 to 9999 has a sign and six digits, which xsd:date does not read.
    "day": {"base": "string", "format": _ISO_DAY},
    "number": "number",
    "integer": "integer",
    "boolean": {"base": "boolean", "format": "true|false"},
    "instant": "dateTime",
}

Value = str | int | float | bool | None


class Column(NamedTuple):
    """A column: what it is called, of which type it is, what it says, and its value."""

    name: str
    type: Type
    meaning: str
    of: Callable[[Item], Value]


def _render(context: Context) -> str:
    return csv_text(
        [column.name for column in COLUMNS],
        ([column.of(item) for column in COLUMNS] for item in context.items),
        texts=[column.name for column in COLUMNS if column.type == "text"],
    )


def _metadata(context: Context) -> bytes:
    pinned = context.query.pairs(dict(context.query.filters))
    body = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": context.lang}],
        # Readers pass over metadata of any other address, so it is the pinned CSV that they take.
        "url": located("csv", pinned),
        "dc:title": context.title,
        "dc:source": context.url(located("/v1/feeds/csv", pinned)),
        "dialect": {"encoding": "utf-8", "header": True, "lineTerminators": ["\r\n"]},
        "notes": [
            {
                "type": "formula-guard",
                "columns": [column.name for column in COLUMNS if column.type == "text"],
                "prefixes": list(FORMULA),
                "guard": "'",
                "description": "A text that begins with one of the prefixes has the guard in "
                "front, so that no spreadsheet takes it for a formula.",
            }
        ],
        "tableSchema": {
            "primaryKey": "id",
            "aboutUrl": context.url("/v1/records/{record}"),
            "columns": [
                {
                    "name": column.name,
                    "titles": column.name,
                    "dc:description": column.meaning,
                    "datatype": DATATYPES[column.type],
                    "required": column.name in ("id", "record", "kind"),
                    **({"separator": " "} if column.name in LISTS else {}),
                }
                for column in COLUMNS
            ],
        },
    }
    return msgspec.json.encode(body)


CSV = Feed(
    name="csv",
    media_type="text/csv",
    suffix="csv",
    summary=word("feed", "CSV for spreadsheets and data frames: a row an item."),
    reader="spreadsheets, pandas, R",
    render=_render,
    limit=MOST,
    links=(("/v1/feeds/csv-metadata.json", "describedby", "application/csvm+json"),),
)

CSV_METADATA = Feed(
    name="csv-metadata.json",
    media_type="application/csvm+json",
    suffix="csv-metadata.json",
    summary=word("feed", "CSV on the Web: what the columns of the CSV mean."),
    reader="csvlint and other readers of CSV on the Web",
    render=_metadata,
    limit=MOST,
    links=(("/v1/feeds/csv", "describes", "text/csv"),),
    alternate=False,
)


def _iso(day: Day | None) -> str | None:
    return None if day is None else iso(day)


def _of(end: str, member: str) -> Callable[[Item], Value]:
    """A member of one end of an item; a day as ISO 8601."""

    def value(item: Item) -> Value:
        when: When | None = getattr(item, end)
        if when is None:
            return None
        found: Value = getattr(when, member)
        return iso(found) if isinstance(found, int) and not isinstance(found, bool) else found

    return value


def _end(end: str, what: str) -> Sequence[Column]:
    return (
        Column(f"{end}_edtf", "word", f"{what}, as the source gave it (EDTF).", _of(end, "edtf")),
        Column(f"{end}_earliest", "day", f"{what}: the first possible day.", _of(end, "earliest")),
        Column(f"{end}_latest", "day", f"{what}: the last possible day.", _of(end, "latest")),
        Column(f"{end}_precision", "word", f"{what}: its precision.", _of(end, "precision")),
        Column(f"{end}_approximate", "boolean", f"{what} is circa.", _of(end, "approximate")),
        Column(f"{end}_uncertain", "boolean", f"{what} is doubtful.", _of(end, "uncertain")),
    )


LISTS = ("plans", "sources")
"""Columns with several values, separated by blanks."""

COLUMNS: tuple[Column, ...] = (
    Column("id", "word", "Unique in the feed, and stable.", lambda item: item.id),
    Column("record", "word", "The record that it belongs to.", lambda item: item.record),
    Column("kind", "word", "What kind of item.", lambda item: item.kind),
    Column("lane", "word", "The facility, else the kind.", lambda i: i.home.facility or i.kind),
    Column("country", "word", "ISO 3166-1 alpha-2.", lambda item: item.country or None),
    Column("field", "word", "The field of science.", lambda item: item.field or None),
    Column("status", "word", "The status held, or given.", lambda item: item.status),
    Column("milestone", "word", "The step that was made.", lambda item: item.milestone),
    Column("title_en", "text", "In English.", lambda item: title_of(item, "en")),
    Column("title_zh", "text", "In Chinese where there is one.", lambda item: title_of(item, "zh")),
    Column("name_en", "text", "The facility.", lambda item: item.name.get("en")),
    Column("name_zh", "text", "The facility in Chinese.", lambda item: item.name.get("zh")),
    Column("summary", "text", "More of it.", lambda item: item.summary["en"] or None),
    *_end("start", "The date on which it happened or began"),
    *_end("end", "The date of what ended it"),
    Column("first", "day", "The first day by the rules.", lambda item: _iso(item.first)),
    Column("last", "day", "The last day, included.", lambda item: _iso(item.last)),
    Column("open", "boolean", "No end is known.", lambda item: item.open),
    Column("point", "boolean", "It happened on one day, perhaps a vague one.", lambda i: i.point),
    Column("planned", "boolean", "It is only promised.", lambda item: item.planned),
    Column("overdue", "boolean", "It was promised for a day now past.", lambda i: i.overdue),
    Column("disputed", "boolean", "Its sources are disputed.", lambda item: item.disputed),
    Column("contested", "boolean", "Others date it otherwise.", lambda item: item.contested),
    Column("said", "day", "The day by which it was said.", lambda item: _iso(item.said)),
    Column("value", "number", "What was read of an indicator.", lambda item: item.claim.value),
    Column("unit", "text", "The unit of the value.", lambda item: item.claim.unit),
    Column("latitude", "number", "Degrees.", lambda item: item.place[0] if item.place else None),
    Column("longitude", "number", "Degrees.", lambda item: item.place[1] if item.place else None),
    Column(
        "plans",
        "word",
        "The statements that promised it before, in the order said.",
        lambda item: " ".join(plan.statement for plan in item.plans) or None,
    ),
    Column("statement", "word", "The statement behind it.", lambda item: item.statement),
    Column(
        "sources",
        "word",
        "The ids of its sources.",
        lambda item: " ".join(source.id for source in item.sources) or None,
    ),
    Column("recorded", "instant", "When its last event was recorded.", lambda i: i.recorded),
    Column("position", "integer", "The commit of that event.", lambda item: item.position),
    Column("class", "word", "The class of the facility.", lambda i: i.home.class_ or None),
    Column("summary_zh", "text", "The summary in Chinese.", lambda item: item.claim.summary_zh),
)
