"""Parquet: every statement in every version that ever stood, with its clocks as columns.

A row is a statement as the log had it from one commit to another, so that whoever has the file can
ask it at any three clocks by themselves: `known_from` to `known_to`, `said`, and the bounds of its
date. It is made row group by row group, of as many records at a time as have a few thousand
versions, and sent as it is made; no more than that is held.

Days are `date32` in the years 1 to 9999, which every reader has; a day beyond is null, and so is an
open bound: the text of the date (EDTF) stands beside them. The file names the question that it
answers and no moment, so that a pinned URL has the same bytes as long as the same release of
pyarrow writes them, which the file names too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.util import find_spec
from io import RawIOBase
from typing import Any, NamedTuple

import msgspec

from events.area import Area, area_of
from events.catalogue import STATEMENT_TYPES
from events.clocks import AsOf
from events.commit import microseconds
from events.dates import Date, Day, day, parse
from events.fact import Line
from events.statement import Statement
from events.stream import Stream
from projections.views.history import names_of_streams, numbers_of_streams
from projections.views.lines import Version
from projections.views.reading import Reading
from service.asking.errors import NotInstalled
from service.feeds.feed import Context, Feed
from service.feeds.parameters import STATEMENTS, choice
from service.words.word import word

ROWS = 8_192
"""About how many rows a row group has."""

FIRST_DAY, LAST_DAY = day(1, 1, 1), day(9999, 12, 31)
"""The days that every reader has."""

EXTRA = "parquet"
"""What setup.cfg calls that which writes it."""


def render(context: Context) -> Iterator[bytes]:
    """The file, part by part. Raises NotInstalled, NotFound and TooCostly, before the first."""
    if find_spec("pyarrow") is None:
        raise NotInstalled(EXTRA, "pyarrow")
    wanted = _Wanted(context)
    groups = list(_groups(wanted.records()))
    return _written(context, (wanted.rows(group) for group in groups))


class Told(NamedTuple):
    """A statement in one version, with the area that it belongs to and the instants of its commits;
    an end that has not come is None."""

    version: Version
    statement: Statement
    area: Area
    begun: int
    ended: tuple[int, int] | None

    @property
    def line(self) -> Line:
        """What it says."""
        return self.statement.line


class Column(NamedTuple):
    """A column: what it is called, its type in Arrow, what it says, and its value."""

    name: str
    type: str
    meaning: str
    of: Callable[[Told], Any]


def _member(name: str, type: str, meaning: str) -> Column:
    return Column(name, type, meaning, lambda told: told.line.get(name))


def _date(name: str, of: Callable[[Told], Date | None], meaning: str) -> tuple[Column, ...]:
    """A date as its source gave it, and its first and its last possible day."""

    def bound(end: str) -> Callable[[Told], Day | None]:
        def value(told: Told) -> Day | None:
            date = of(told)
            return None if date is None else _day(getattr(date, end))

        return value

    def text(told: Told) -> str | None:
        date = of(told)
        return None if date is None else date.text

    return (
        Column(f"{name}_edtf", "string", f"{meaning} (EDTF).", text),
        Column(f"{name}_earliest", "date32", f"{meaning}: its first day.", bound("earliest")),
        Column(f"{name}_latest", "date32", f"{meaning}: its last day.", bound("latest")),
    )


def _until(told: Told) -> Date | None:
    text = told.line.get("until")
    return None if text is None else parse(text)


def _value(told: Told) -> float | None:
    value = told.line.get("value")
    return None if value is None else float(value)


def _value_text(told: Told) -> str | None:
    value = told.line.get("value")
    return None if value is None else str(value)


def _attributes(told: Told) -> str | None:
    attributes = told.line.get("attributes")
    return msgspec.json.encode(attributes).decode() if attributes else None


COLUMNS: tuple[Column, ...] = (
    Column("statement", "string", "The id of the statement.", lambda told: told.statement.id),
    Column("record", "string", "The record that it lies in.", lambda told: told.statement.record),
    Column("kind", "string", "What kind of statement.", lambda told: told.statement.kind),
    Column("entry", "string", "What it claims to fill.", lambda told: told.statement.entry),
    _member("modality", "string", "`actual` or `planned`."),
    _member("rank", "string", "`disputed`, or null."),
    *_date("date", lambda told: told.statement.date, "When it was so in the world"),
    *_date("until", _until, "How long it is to hold"),
    *_date("stated", lambda told: told.statement.stated, "When its source said it"),
    Column("said", "date32", "From when it is heard (rule 3).", lambda t: _day(t.statement.said)),
    Column("known_from", "int64", "The commit that made it so.", lambda told: told.version.kf),
    Column("known_from_at", "timestamp", "The instant of that.", lambda told: told.begun),
    Column("known_to", "int64", "The commit that ended it.", lambda t: t.ended and t.ended[0]),
    Column("known_to_at", "timestamp", "The instant of that.", lambda t: t.ended and t.ended[1]),
    Column("recorded", "int64", "Where it was first recorded.", lambda t: t.version.number),
    Column("country", "string", "Its own, else its facility's.", lambda t: t.area.country or None),
    Column("field", "string", "Its own, else its facility's.", lambda t: t.area.field or None),
    _member("facility", "string", "The facility that it is about."),
    _member("milestone", "string", "The step of a facility."),
    _member("decision", "string", "`ended`, where a policy ends another."),
    _member("series", "string", "The series that it is a reading of."),
    Column("value", "double", "What was read.", _value),
    Column("value_text", "string", "The same with every digit.", _value_text),
    _member("unit", "string", "The unit of the value."),
    _member("title", "string", "What it says in a line."),
    _member("title_zh", "string", "The same in Chinese."),
    _member("summary", "string", "More of it."),
    _member("summary_zh", "string", "The same in Chinese."),
    _member("said_by", "string", "Who said it."),
    _member("dropped", "bool", "Whether it gives a plan up."),
    _member("supersedes", "string", "The statement that it takes the place of."),
    _member("contradicts", "strings", "The statements that it speaks against."),
    Column(
        "sources",
        "strings",
        "The ids of its sources.",
        lambda told: [each["id"] for each in told.line.get("sources", ())],
    ),
    _member("evidence", "string", "What kind of evidence it has."),
    _member("evidence_url", "string", "Where that is."),
    Column("attributes", "string", "Whatever else it says, as JSON.", _attributes),
)

PARQUET = Feed(
    name="parquet",
    media_type="application/vnd.apache.parquet",
    suffix="parquet",
    summary=word(
        "feed", "All statements in all versions, their clocks as columns; an optional extra."
    ),
    reader="DuckDB, pandas, R (arrow), Polars, Spark",
    of=STATEMENTS,
    own=(choice("kind", ("all", *STATEMENT_TYPES), "Only statements of this kind."),),
    render=render,
    alternate=False,
    extra=EXTRA,
)


class _Wanted:
    """The versions that a question is about."""

    def __init__(self, context: Context) -> None:
        self._archive = context.archive
        self._as_of: AsOf = context.query.as_of
        self._record = context.wanted.record
        kind = context.options["kind"]
        self._kind = None if kind == "all" else kind
        self._has = context.slice.scope.has
        self._reading = context.reading

    def records(self) -> list[tuple[int, int]]:
        """The records to look into, by number, each with how many versions it has. All of them are
        counted in the budget."""
        reading, known = self._reading, self._as_of.known
        counts = reading.lines.count_told(reading.db, known=known)
        reading.budget.spend(rows=len(counts))
        if self._record is not None:
            stream = str(Stream.record(self._record))
            reading.history.check_exists(reading.db, stream, known=known)
            among = [self._record, *reading.lines.belonging(reading.db, self._record)]
            names = [str(Stream.record(id)) for id in among]
            numbers = {*numbers_of_streams(reading.db, names).values()}
            counts = [each for each in counts if each[0] in numbers]
        if not self._has(Area("", "")):
            counts = [each for group in _groups(counts) for each in self._there(group)]
        reading.budget.spend(texts=sum(count for _, count in counts))
        return counts

    def _there(self, counts: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Without the facilities that lie elsewhere, with all their milestones."""
        reading, known = self._reading, self._as_of.known
        names = names_of_streams(reading.db, (number for number, _ in counts))
        cards = reading.lines.cards(reading.db, names.values(), known=known)
        elsewhere = {
            name
            for name, card in cards.items()
            if card["type"] == "facility" and not self._has(area_of(card, cards.get))
        }
        return [each for each in counts if names[each[0]] not in elsewhere]

    def rows(self, group: list[tuple[int, int]]) -> list[Told]:
        """The rows of some records; by whatever thread sends them, so with its own connection."""
        known = self._as_of.known
        reading = self._archive.reading_at(known)
        told = [
            (version, statement)
            for version, statement in reading.lines.told(
                reading.db, (number for number, _ in group), known=known
            )
            if self._is_wanted(statement)
        ]
        cards = _cards(reading, self._as_of, (each.line for _, each in told))
        ends = {each.kf for each, _ in told} | {each.kt for each, _ in told if each.kt is not None}
        instants = reading.history.instants(reading.db, {end for end in ends if end <= known})
        rows = []
        for version, statement in told:
            area = area_of(statement.line, cards.get)
            if self._has(area):
                until = version.kt if version.kt is not None and version.kt <= known else None
                ended = None if until is None else (until, microseconds(instants[until]))
                begun = microseconds(instants[version.kf])
                rows.append(Told(version, statement, area, begun, ended))
        return rows

    def _is_wanted(self, statement: Statement) -> bool:
        if self._kind not in (None, statement.kind):
            return False
        return self._record in (None, statement.record, statement.line.get("facility"))


def _cards(reading: Reading, as_of: AsOf, lines: Iterable[Line]) -> Mapping[str, Line]:
    """The cards of the facilities that lines are about."""
    return reading.at(as_of).cards({line["facility"] for line in lines if "facility" in line})


def _groups(counts: Iterable[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Records in groups that have about `ROWS` versions each."""
    group: list[tuple[int, int]] = []
    rows = 0
    for number, count in counts:
        group.append((number, count))
        rows += count
        if rows >= ROWS:
            yield group
            group, rows = [], 0
    if group:
        yield group


def _day(number: Day | None) -> Day | None:
    """A day that every reader has; else None."""
    return number if number is not None and FIRST_DAY <= number <= LAST_DAY else None


def _written(context: Context, groups: Iterable[list[Told]]) -> Iterator[bytes]:
    """The bytes of the file, as many at a time as a row group has."""
    import pyarrow as pa  # noqa: PLC0415 -- half a second, and not everybody has it
    from pyarrow import parquet  # noqa: PLC0415

    types = {
        "string": pa.string(),
        "date32": pa.date32(),
        "int64": pa.int64(),
        "double": pa.float64(),
        "bool": pa.bool_(),
        "timestamp": pa.timestamp("us", tz="UTC"),
        "strings": pa.list_(pa.string()),
    }
    schema = pa.schema(
        [
            pa.field(each.name, types[each.type], metadata={"description": each.meaning})
            for each in COLUMNS
        ],
        metadata={"title": context.title, "annales": msgspec.json.encode(context.about())},
    )
    sink = _Sink()
    with parquet.ParquetWriter(sink, schema, compression="zstd") as writer:
        for rows in groups:
            if rows:
                columns = {each.name: [each.of(told) for told in rows] for each in COLUMNS}
                writer.write_batch(pa.RecordBatch.from_pydict(columns, schema=schema))
                yield sink.taken()
    yield sink.taken()


class _Sink(RawIOBase):
    """A file that is only written, and taken away as it is."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._length = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Keep some bytes until they are taken."""
        part = bytes(data)
        self._parts.append(part)
        self._length += len(part)
        return len(part)

    def tell(self) -> int:
        """How many bytes were written, those that were taken included."""
        return self._length

    def taken(self) -> bytes:
        """What was written since it was taken last."""
        parts, self._parts = self._parts, []
        return b"".join(parts)
