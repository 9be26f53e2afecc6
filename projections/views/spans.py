"""Spans: follows the log for the state, and keeps its rows at all three clocks.

Of each record that a commit touched it asks the engine what it now comes to, and lets the open rows
become that (`projections.views.rows`). What is on the disk then goes into the columns
(`projections.views.columns`), by which `projections.views.state` answers.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Iterable
from typing import ClassVar

from sqlite_utils import Database

from events.area import Area, area_of
from events.dates import Day
from events.record import Record
from events.statement import Statement
from events.store.sqlite import ChronicleRecorder
from events.stream import Stream
from projections import PROJECTIONS
from projections.engine.account import Walk
from projections.engine.spans import AFTER_ALL, BEFORE_ALL, Span, boxes
from projections.views import columns as shared
from projections.views.columns import Columns, Shelf
from projections.views.folding import Change, CommitRead, Reader
from projections.views.lines import Lines
from projections.views.rows import ALL, CREATE, Rows, as_they_were
from projections.views.view import Written

log = logging.getLogger(__name__)

LOOK = 1.0
"""Seconds, at least, from one look at all columns to the next."""


class Spans:
    """The view: its table, and how it follows the log."""

    tables: ClassVar[tuple[str, ...]] = ("spans",)
    create: ClassVar[str] = CREATE

    def __init__(self, log: ChronicleRecorder) -> None:
        self._log = log
        self._lines = Lines(log)
        self._rows = Rows()
        self._reader: Reader | None = None
        self._mentions: dict[str, dict[str, None]] = defaultdict(dict)
        self._shelf = Shelf()
        self._looks = 0.0

    def begin(self, db: Database, reader: Reader) -> None:
        """A page begins: the rows before it lie in `db`, other records are read from `reader`."""
        self._reader = reader
        self._rows.begin(db)
        self._mentions.clear()

    def take(self, commit: CommitRead) -> None:
        """Work out what a commit closes and opens."""
        news = {stream: _News() for stream in commit.touched if stream.startswith("record:")}
        for change in commit.changes:
            stream = change.event.stream
            if stream in news:
                record = commit.touched[stream]
                news[stream].add(change, record)
                named = record.kept[change.of].line if change.of is not None else {}
                facility = named.get("facility")
                if facility is not None and facility != record.id:
                    self._mentions[facility][record.id] = None
        for change in (*commit.changes, *commit.elsewhere):
            if _moved(change):
                for stream in self._mentioning(change.line["record"]):
                    news[stream] = _News(BEFORE_ALL)
        for stream, each in news.items():
            self._project(stream, each, known=commit.commit.position)

    def finish(self) -> list[Written]:
        """What is to be written to the table."""
        return self._rows.written()

    def kept(self, db: Database, position: int, *, more: bool) -> None:
        """The page is on the disk: write it to the columns, too. `more` says that another follows,
        so that what came since need not be sorted yet."""
        columns = self._shelf.of(db)
        if columns is None or columns.position == position:
            raise RuntimeError("the columns were not made whole before the page")
        columns.begin()
        rows = self._rows
        new = rows.page()
        if not columns.apply(new, rows.cuts, rows.closed):
            # While a long log is read, more is to come than was sorted before.
            columns = self._sorted_again(db, columns, room=max(len(new), columns.count // 8))
            columns.begin()
            columns.apply(new, rows.cuts, rows.closed)
        columns.end(position)
        rows.drop_page()
        if not more and columns.tail > shared.TAIL:
            self._sorted_again(db, columns, room=0)

    def forget(self) -> None:
        """Drop what is kept of open rows, because the views moved on without this one."""
        self._rows.forget()
        self._reader = None

    def differs(self, db: Database, position: int) -> str | None:
        """In what the columns are not those of the table; None where they are to be made anew."""
        try:
            columns = Columns.mapped(self._shelf.path(db))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            return f"the columns cannot be read: {error}"
        if not columns.is_whole:
            return None
        read = columns.position
        # Whoever was killed after a page was on the disk left them at the end of the one before.
        commit = self._log.commit_at(read) if 0 < read <= position else None
        if read != position and (commit is None or commit.position != read):
            return f"the columns say that they have read @{read}, and the tables @{position}"
        rows = db.execute(ALL)
        if not columns.has_just(rows if read == position else as_they_were(rows, read)):
            return "the columns are not what the table holds"
        return None

    def make_whole(self, db: Database, position: int) -> None:
        """Make the columns anew if they are not those of the table, which has read so far."""
        columns = self._shelf.of(db)
        if (
            columns is None
            or not columns.is_whole
            or columns.position != position
            or not columns.lies_there()
            or self._were_changed(columns)
        ):
            if columns is not None:
                columns.give_up()
            made = shared.make(self._shelf.path(db), db.execute(ALL), position)
            self._shelf.put(db, made)

    def _were_changed(self, columns: Columns) -> bool:
        """Whether somebody else has written to the columns; not looked at each time, so that it
        takes a hundredth of one core at most, however many rows there are."""
        begun = time.monotonic()
        if begun < self._looks:
            return False
        is_right = columns.is_right()
        self._looks = time.monotonic() + max(LOOK, 100 * (time.monotonic() - begun))
        if not is_right:
            log.error("%s was changed by somebody else, and is made anew", columns.path)
        return not is_right

    def _sorted_again(self, db: Database, before: Columns, *, room: int) -> Columns:
        # First: if this process ends in between, nobody stays with the file that is replaced.
        before.give_up()
        made = before.sorted_again(room=room)
        self._shelf.put(db, made)
        return made

    def _mentioning(self, facility: str) -> list[str]:
        """The streams of other records whose statements belong to a facility."""
        written = self._lines.belonging(self._rows.db, facility)
        return [str(Stream.record(id)) for id in {*written, *self._mentions.get(facility, ())}]

    def _project(self, stream: str, news: _News, *, known: int) -> None:
        """Compare what the record comes to with its open rows."""
        if self._reader is None:
            raise RuntimeError("no page was begun")
        record, card_of, since = self._reader.record(stream), self._reader.card, news.since
        open, said = self._rows.open(record, since), news.statements
        if said is None or open.walk is None or not open.walk.goes_on(since):
            open.walk, said = Walk(record.id, record.card), record.statements()
        projection = PROJECTIONS[record.kind]
        found = boxes(projection, open.walk, said, since=since, before=open.rows)
        # The card of a series has no place; its readings do.
        facility = record.card if record.kind == "facility" else None
        of_card = area_of(facility, card_of) if facility else None
        kept = record.kept

        def area(span: Span) -> Area:
            if of_card is not None:
                return of_card
            line = kept[span.statement].line if span.statement else {}
            return area_of(line, card_of)

        # A card takes its rows to another area only where it changes itself.
        may_move = of_card is None or since == BEFORE_ALL
        self._rows.settle(record, open, found, area, known=known, may_move=may_move)


class _News:
    """What a commit says of a record: `since` is the first day of `stated` on which anything can
    have changed; `statements` are those that were recorded, None where others were mended."""

    __slots__ = ("since", "statements")

    def __init__(self, since: Day = AFTER_ALL) -> None:
        self.since = since
        self.statements: list[Statement] | None = []

    def add(self, change: Change, record: Record) -> None:
        """A change of the record, which is folded to the end of the commit."""
        if change.of is None or self.since == BEFORE_ALL:
            self.since, self.statements = BEFORE_ALL, None
            return
        versions = _versions(change, change.of, record)
        rivals = _disputed_beside(versions, record)
        self.since = min(self.since, *[each.said for each in (*versions, *rivals)])
        if rivals or record.kept[change.of].position != change.event.position:
            self.statements = None
        elif self.statements is not None:
            self.statements += versions


def _versions(change: Change, id: str, record: Record) -> list[Statement]:
    """What a change made of a statement: before, and after."""
    now = record.kept[id].line
    return [
        record.statement(id) if line is now else record.statement_as(id, line)
        for line in (change.before, change.after)
        if line is not None
    ]


def _disputed_beside(versions: Iterable[Statement], record: Record) -> list[Statement]:
    """The disputed statements of the same entries. Each counts or not by what else its entry
    holds, whenever that was said."""
    disputed = [id for id, kept in record.kept.items() if "rank" in kept.line]
    if not disputed:
        return []
    entries = {version.entry for version in versions}
    return [each for each in map(record.statement, disputed) if each.entry in entries]


def _moved(change: Change) -> bool:
    """Whether a facility's card came to another country, field or class."""
    before, after = change.before, change.after
    if change.of is not None or before is None or after is None or after["type"] != "facility":
        return False
    return any(before.get(each) != after.get(each) for each in ("country", "field", "class"))
