"""Spans: follows the log for the state, and keeps its rows at all three clocks.

Of each record that a commit touched it asks the engine what it now comes to, and lets the open rows
become that (`projections.views.rows`). What is on the disk then goes into the columns
(`projections.views.columns`), by which `projections.views.state` answers.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from typing import ClassVar

from sqlite_utils import Database

from events.area import area_of
from events.dates import Day
from events.record import Record
from events.store.sqlite import ChronicleRecorder
from events.stream import Stream
from projections import PROJECTIONS
from projections.engine.spans import AFTER_ALL, BEFORE_ALL, boxes
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
        since = {stream: AFTER_ALL for stream in commit.touched if stream.startswith("record:")}
        for change in commit.changes:
            stream = change.event.stream
            if change.of is not None:
                record = commit.touched[stream]
                facility = record.kept[change.of].line.get("facility")
                if facility is not None and facility != record.id:
                    self._mentions[facility][record.id] = None
                if since[stream] > BEFORE_ALL:
                    since[stream] = min(since[stream], _since(change, change.of, record))
            elif stream in since:
                since[stream] = BEFORE_ALL
        for change in (*commit.changes, *commit.elsewhere):
            if _moved(change):
                since |= dict.fromkeys(self._mentioning(change.line["record"]), BEFORE_ALL)
        for stream, day in since.items():
            self._project(stream, known=commit.commit.position, since=day)

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

    def _project(self, stream: str, *, known: int, since: Day) -> None:
        """Compare what the record comes to with its open rows.

        `since` is the first day of `stated` on which anything can have changed.
        """
        if self._reader is None:
            raise RuntimeError("no page was begun")
        record, card_of = self._reader.record(stream), self._reader.card
        said = record.statements()
        reaching = self._rows.reaching(record, since)
        # The card of a series has no place; its readings do.
        facility = record.card if record.kind == "facility" else None
        of_card = area_of(facility, card_of) if facility else None
        found = boxes(
            PROJECTIONS[record.kind],
            record.id,
            record.card,
            said,
            since=since,
            before=reaching,
        )
        if of_card is not None:
            wanted = dict.fromkeys(found, of_card)
        else:
            statements = {statement.id: statement.line for statement in said}
            wanted = {
                box: area_of(statements.get(box.span.statement or "", {}), card_of) for box in found
            }
        self._rows.settle(record, reaching, wanted, known=known)


def _since(change: Change, id: str, record: Record) -> Day:
    """The first day of `stated` on which a change to a statement can change anything else.

    A disputed rival counts or not by what else its entry holds, whenever that was said.
    """
    now = record.kept[id].line
    versions = [
        record.statement(id) if line is now else record.statement_as(id, line)
        for line in (change.before, change.after)
        if line is not None
    ]
    entries = {version.entry for version in versions}
    disputed = [other for other, kept in record.kept.items() if "rank" in kept.line]
    rivals = [rival for rival in map(record.statement, disputed) if rival.entry in entries]
    return min(each.said for each in (*versions, *rivals))


def _moved(change: Change) -> bool:
    """Whether a facility's card came to another country, field or class."""
    before, after = change.before, change.after
    if change.of is not None or before is None or after is None or after["type"] != "facility":
        return False
    return any(before.get(each) != after.get(each) for each in ("country", "field", "class"))
