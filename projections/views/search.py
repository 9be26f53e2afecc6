"""Search: the words of every card, statement and source, as they stood at any `known`.

A row of `passages` is one version of a card, a statement or a source: from the
event that made it, whose position is its number, until the commit that changed
its texts or withdrew it (`kt`, NULL while it stands). `first` is the number of
what it is a version of, where an earlier event made that: the position of the
event that first recorded it. A day `said` is a statement's alone, and `size` is
the length of the name. `search` is a contentless FTS5 index over the words, by
the same number; a version's words stay in it for good, since an earlier `known`
needs them, and the join with `passages` leaves out what does not stand at the
clocks. The texts themselves are read from the log when a hit is shown; `names`
has only what lists are sorted by and show of each record: its name and its place.

How well a text answers follows from what stands at the clocks alone (`Hit`), not
by FTS5's own rank: that weighs a word by its frequency in the whole index,
later versions included, while a pinned answer must never change.

One index serves both scripts. Each Chinese character is a word of its own
(`projections.views.search_words`), so that one or two characters find something, which a
trigram index cannot do; on the shipped chronicle trigrams also took twice the
time to write and twice the room. Beginnings of words have no index of their own:
they are found in the order of the words. Most words are in `told`, so it is the
first column, which the index need not name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, ClassVar, NamedTuple

from sqlite_utils import Database

from events.fact import Line
from events.record import Record
from events.store.sqlite import ChronicleRecorder
from events.stream import Stream
from projections.views.budget import Budget
from projections.views.folding import Change, CommitRead, Reader, changes_at
from projections.views.search_words import Phrase, folded
from projections.views.view import Written, as_json

CREATE = """
    CREATE TABLE passages (
        position INTEGER PRIMARY KEY,
        stream INTEGER NOT NULL,
        first INTEGER,
        said INTEGER,
        kt INTEGER,
        size INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX passages_by_first ON passages (first) WHERE first IS NOT NULL;

    CREATE TABLE names (
        stream INTEGER NOT NULL,
        statement TEXT NOT NULL,
        position INTEGER NOT NULL,
        name TEXT NOT NULL,
        name_zh TEXT,
        latitude REAL,
        longitude REAL,
        PRIMARY KEY (stream, statement, position)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX names_placed ON names (latitude) WHERE latitude IS NOT NULL;

    CREATE VIRTUAL TABLE search USING fts5 (
        told,
        named,
        content = '',
        columnsize = 0,
        tokenize = "unicode61 remove_diacritics 2"
    );

    CREATE VIRTUAL TABLE search_words USING fts5vocab (search, row);
    CREATE VIRTUAL TABLE search_places USING fts5vocab (search, instance);
    CREATE VIEW found_words AS
        SELECT found.term, found.doc, found.col, found.offset
        FROM search_words AS every
        CROSS JOIN search_places AS found ON found.term = every.term;
"""
"""`found_words` is all that the full text holds, each word looked up as a question does: in the
order of the words, then in that of the texts and of their places there."""

INSERT_PASSAGE = "INSERT INTO passages VALUES (?, ?, ?, ?, ?, max(length(?), 1))"
CLOSE_PASSAGE = "UPDATE passages SET kt = ? WHERE kt IS NULL AND (position = ? OR first = ?)"
INSERT_NAME = "INSERT INTO names VALUES (?, ?, ?, ?, ?, ?, ?)"
INSERT_WORDS = "INSERT INTO search (rowid, told, named) VALUES (?, ?, ?)"

HITS = """
    SELECT passages.position, streams.name, passages.said IS NULL, passages.size,
           passages.position IN (SELECT rowid FROM search WHERE search MATCH :named)
    FROM search
    CROSS JOIN passages ON passages.position = search.rowid
    CROSS JOIN streams ON streams.number = passages.stream
    WHERE search MATCH :expression
      AND passages.position <= :known
      AND (passages.kt IS NULL OR passages.kt > :known)
      AND (passages.said IS NULL OR passages.said <= :stated)
      AND (:streams IS NULL OR passages.stream IN (SELECT value FROM json_each(:streams)))
    LIMIT :most
"""
"""The texts that match. CROSS JOIN, so that the index of words leads."""

STREAMS = """
    SELECT streams.name
    FROM search
    CROSS JOIN passages ON passages.position = search.rowid
    CROSS JOIN streams ON streams.number = passages.stream
    WHERE search MATCH :expression
      AND passages.position <= :known
      AND (passages.kt IS NULL OR passages.kt > :known)
      AND (passages.said IS NULL OR passages.said <= :stated)
    LIMIT :most
"""

SAID = """
    SELECT coalesce(first, position)
    FROM passages
    WHERE (
        position IN (SELECT value FROM json_each(:numbers))
        OR first IN (SELECT value FROM json_each(:numbers))
      )
      AND position <= :known
      AND (kt IS NULL OR kt > :known)
      AND said <= :stated
"""

NAMES = """
    SELECT streams.name, json_each.value ->> 1, names.name, names.name_zh
    FROM json_each(:keys)
    CROSS JOIN streams ON streams.name = json_each.value ->> 0
    CROSS JOIN names
      ON names.stream = streams.number
     AND names.statement IN ('', json_each.value ->> 1)
     AND names.position <= :known
    CROSS JOIN passages ON passages.position = names.position
    WHERE passages.kt IS NULL OR passages.kt > :known
    ORDER BY names.statement DESC
"""
"""The name on the card comes last, of a series that has one beside its readings."""

PLACES = """
    SELECT streams.name, names.latitude, names.longitude
    FROM names
    CROSS JOIN passages ON passages.position = names.position
    CROSS JOIN streams ON streams.number = names.stream
    WHERE names.latitude BETWEEN :south AND :north
      AND names.position <= :known
      AND (passages.kt IS NULL OR passages.kt > :known)
"""

NAMED = ("name", "name_zh", "acronym", "title", "title_zh")
"""The members that name a thing; a word found in them weighs more."""

DESCRIBING = (
    *("operator", "operator_zh", "place", "place_zh", "summary", "summary_zh", "said_by", "series"),
    *("author", "publisher", "unit_zh"),
)

PLACED = ("latitude", "longitude")

APART = " \ue000 "
"""Between the texts of a column, so that no phrase reaches from one into the next."""


class Hit(NamedTuple):
    """A version of a text that matches.

    `card` is true for cards and sources; `named` where the words stand in what
    names it, whose length is `size`.
    """

    position: int
    stream: str
    card: bool
    size: int
    named: bool


class Passage(NamedTuple):
    """A text as it was indexed. `statement` is None for a card or a source."""

    position: int
    stream: str
    statement: str | None
    texts: dict[str, str]


class Search:
    """The view: its tables, how it follows the log, and what it answers."""

    tables: ClassVar[tuple[str, ...]] = ("passages", "names", "found_words")
    create: ClassVar[str] = CREATE

    def __init__(self, log: ChronicleRecorder) -> None:
        self._log = log
        self._closed: list[tuple[int, int, int]] = []
        self._new: dict[_Key, _Version] = {}
        self._done: list[_Version] = []

    # --- following the log

    def begin(self, db: Database, reader: Reader) -> None:
        """A page begins: a text follows from its own record, so nothing else is read."""

    def take(self, commit: CommitRead) -> None:
        """Work out which texts a commit closes and opens."""
        known = commit.commit.position
        changed: dict[_Key, tuple[Line | None, Change]] = {}
        for change in commit.changes:
            key = _Key(change.event.stream, change.of)
            before = changed[key][0] if key in changed else change.before
            changed[key] = (before, change)
        for key, (before, change) in changed.items():
            after, record = change.after, commit.touched[key.stream]
            if before is not None:
                if after is not None and _findable(before) == _findable(after):
                    continue
                self._close(key, record, known)
            if after is not None:
                self._new[key] = _version(key, record, change.event.position, after)

    def finish(self) -> list[Written]:
        """What is to be written of the page."""
        versions = sorted((*self._done, *self._new.values()), key=lambda each: each.position)
        written: list[Written] = [
            (CLOSE_PASSAGE, self._closed),
            (INSERT_PASSAGE, [version.passage for version in versions]),
            (INSERT_NAME, [version.naming for version in versions if version.names]),
            (INSERT_WORDS, [version.words for version in versions]),
        ]
        self.forget()
        return written

    def forget(self) -> None:
        """Drop the page: nothing is kept between pages."""
        self._closed = []
        self._new.clear()
        self._done.clear()

    def _close(self, key: _Key, record: Record, known: int) -> None:
        pending = self._new.pop(key, None)
        if pending is None:
            thing = _thing(key, record)
            self._closed.append((known, thing, thing))
        else:
            self._done.append(pending._replace(kt=known))

    # --- queries

    def hits(
        self,
        db: Database,
        phrases: Sequence[Phrase],
        *,
        stated: int,
        known: int,
        budget: Budget,
        streams: Sequence[int] | None = None,
    ) -> list[Hit]:
        """The texts that stand at the clocks and have all the phrases; of some streams, by number,
        if they are given."""
        expression = " AND ".join(phrase.expression() for phrase in phrases)
        rows = db.execute(
            HITS,
            {
                "expression": expression,
                "named": f"named : ({expression})",
                "stated": stated,
                "known": known,
                "streams": None if streams is None else as_json(streams),
                "most": _one_more(budget),
            },
        ).fetchall()
        budget.spend(rows=len(rows))
        return [Hit._make(row) for row in rows]

    def streams(
        self, db: Database, phrases: Sequence[Phrase], *, stated: int, known: int, budget: Budget
    ) -> set[str]:
        """The streams of which a text that stands at the clocks has any of the phrases."""
        expression = " OR ".join(phrase.expression() for phrase in phrases)
        clocks = {"stated": stated, "known": known}
        rows = db.execute(
            STREAMS, {"expression": expression, **clocks, "most": _one_more(budget)}
        ).fetchall()
        budget.spend(rows=len(rows))
        return {stream for (stream,) in rows}

    def passages(self, db: Database, positions: Iterable[int]) -> dict[int, Passage]:  # noqa: ARG002 - as every question to a view
        """Texts by the positions that hits gave, read from the log."""
        return {
            change.event.position: Passage(
                change.event.position, change.event.stream, change.of, _texts(change)
            )
            for change in changes_at(self._log, positions)
        }

    def said(self, db: Database, numbers: Iterable[int], *, stated: int, known: int) -> set[int]:
        """Those of some statements, by number, that stand at `known` and were said by a day."""
        asked = {"numbers": as_json(list(numbers)), "stated": stated, "known": known}
        return {number for (number,) in db.execute(SAID, asked)}

    def names(
        self, db: Database, keys: Iterable[tuple[str, str]], *, known: int
    ) -> dict[tuple[str, str], tuple[str, str | None]]:
        """The name on the card, else the title of the statement, and the same in Chinese, by stream
        and statement ("")."""
        rows = db.execute(NAMES, {"keys": as_json(list(keys)), "known": known})
        return {(stream, statement): (name, zh) for stream, statement, name, zh in rows}

    def places(
        self, db: Database, *, south: float, north: float, known: int
    ) -> dict[str, tuple[float, float]]:
        """Latitude and longitude of each stream whose card has a place between two parallels."""
        rows = db.execute(PLACES, {"south": south, "north": north, "known": known})
        return {stream: (latitude, longitude) for stream, latitude, longitude in rows}


def _one_more(budget: Budget) -> int:
    """How many rows tell whether there are more than a budget has left; -1 is all there are."""
    return -1 if budget.left is None else budget.left + 1


class _Key(NamedTuple):
    """What a text is of: a statement of a stream, or its card."""

    stream: str
    statement: str | None


class _Version(NamedTuple):
    """What is written of a version: where it began, of which stream and which thing in it."""

    position: int
    stream: int
    thing: int
    statement: str
    said: int | None
    kt: int | None
    names: bool
    name: str
    name_zh: str | None
    latitude: float | None
    longitude: float | None
    told: str
    named: str

    @property
    def passage(self) -> tuple[Any, ...]:
        """Its row among the passages."""
        first = None if self.thing == self.position else self.thing
        return (self.position, self.stream, first, self.said, self.kt, self.name)

    @property
    def naming(self) -> tuple[Any, ...]:
        """Its row among the names."""
        where = self.latitude, self.longitude
        name = self.name, self.name_zh
        return (self.stream, self.statement, self.position, *name, *where)

    @property
    def words(self) -> tuple[Any, ...]:
        """Its row in the index of words."""
        return (self.position, self.told, self.named)


def _thing(key: _Key, record: Record) -> int:
    """The number of a statement or of a card: the position of the event that first made it."""
    return record.card_number if key.statement is None else record.kept[key.statement].position


def _version(key: _Key, record: Record, position: int, after: Line) -> _Version:
    """The version that the event at a position made."""
    naming = [after[member] for member in NAMED if member in after]
    latitude, longitude = (after.get(member) for member in PLACED)
    if latitude is None or longitude is None:
        latitude = longitude = None
    return _Version(
        position=position,
        stream=record.number,
        thing=_thing(key, record),
        statement=key.statement or "",
        said=None if key.statement is None else record.statement(key.statement).said,
        kt=None,
        # Where a record has no card, its statements give it its name.
        names=key.statement is None or record.card is None,
        name=naming[0],
        name_zh=after.get("name_zh") or after.get("title_zh"),
        latitude=latitude,
        longitude=longitude,
        told=_words([after[member] for member in DESCRIBING if member in after]),
        named=_words(naming),
    )


def _findable(line: Line) -> list[Any]:
    """What a passage depends on: the same before and after is no new version."""
    return [line.get(member) for member in (*NAMED, *DESCRIBING, "date", "stated", *PLACED)]


def _words(texts: Collection[str]) -> str:
    """The texts of a column. FTS5 itself parts and folds what is ASCII, just as `folded` would."""
    return APART.join(text if text.isascii() else folded(text) for text in texts)


def _texts(change: Change) -> dict[str, str]:
    """The texts of what an event left, by their members; the name comes first."""
    line = change.after or {}
    name = next(line[member] for member in NAMED if member in line)
    others = (*(member for member in NAMED if member not in ("name", "title")), *DESCRIBING)
    is_card = change.of is None and Stream.parse(change.event.stream).is_record
    return {
        "name" if is_card else "title": name,
        **{member: line[member] for member in others if member in line},
    }
