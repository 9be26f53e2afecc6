"""Search: the words of every card, statement and source, as they stood at any `known`.

A row of `passages` is one version of a card, a statement or a source: from the
commit that made it (`kf`) until the one that changed its texts or withdrew it
(`kt`). Its number is the position of the event that made it, so a replay
numbers alike. `search` is a contentless FTS5 index over the words, by that
number; a version's words stay in it for good, since an earlier `known` needs
them, and the join with `passages` leaves out what does not stand at the clocks.

How well a text answers follows from what stands at the clocks alone (`Hit`), not
by FTS5's own rank: that weighs a word by its frequency in the whole index,
later versions included, while a pinned answer must never change.

One index serves both scripts. Each Chinese character is a word of its own
(`projections.views.search_words`), so that one or two characters find something, which a
trigram index cannot do; on the shipped chronicle trigrams also took twice the
time to write and twice the room. Beginnings of two letters have an index of
their own; longer ones are found as fast without, in 55,000 texts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, ClassVar, NamedTuple

import msgspec
from sqlite_utils import Database

from events.fact import Line
from events.stream import Stream
from projections.engine.spans import AFTER_ALL, BEFORE_ALL
from projections.views.folding import Change, CommitRead, Reader
from projections.views.search_words import Phrase, folded

CREATE = """
    CREATE TABLE passages (
        position INTEGER PRIMARY KEY,
        stream TEXT NOT NULL,
        statement TEXT NOT NULL,
        said INTEGER NOT NULL,
        kf INTEGER NOT NULL,
        kt INTEGER NOT NULL,
        latitude REAL,
        longitude REAL,
        name TEXT NOT NULL,
        texts TEXT NOT NULL
    ) STRICT;
    CREATE INDEX passages_of_stream ON passages (stream, statement, kt);
    CREATE INDEX passages_placed ON passages (latitude) WHERE latitude IS NOT NULL;

    CREATE VIRTUAL TABLE search USING fts5 (
        named,
        told,
        content = '',
        columnsize = 0,
        prefix = '2',
        tokenize = "unicode61 remove_diacritics 2"
    );

    CREATE VIRTUAL TABLE search_words USING fts5vocab (search, instance);
"""

INSERT_PASSAGE = "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
CLOSE_PASSAGE = """
    UPDATE passages SET kt = ?
    WHERE stream = ? AND statement = ? AND kt = 4611686018427387904
"""
INSERT_WORDS = "INSERT INTO search (rowid, named, told) VALUES (?, ?, ?)"

HITS = """
    SELECT passages.position, passages.stream, passages.statement = '', length(passages.name),
           passages.position IN (SELECT rowid FROM search WHERE search MATCH :named)
    FROM search
    CROSS JOIN passages ON passages.position = search.rowid
    WHERE search MATCH :expression
      AND passages.kt > :known
      AND passages.kf <= :known
      AND passages.said <= :stated
"""
"""The texts that match. CROSS JOIN, so that the index of words leads."""

STREAMS = """
    SELECT DISTINCT passages.stream
    FROM search
    CROSS JOIN passages ON passages.position = search.rowid
    WHERE search MATCH :expression
      AND passages.kt > :known
      AND passages.kf <= :known
      AND passages.said <= :stated
"""

PASSAGES = """
    SELECT position, stream, statement, name, texts
    FROM passages
    WHERE position IN (SELECT value FROM json_each(:positions))
"""

NAMES = """
    SELECT passages.stream, passages.statement, passages.name
    FROM json_each(:keys)
    CROSS JOIN passages
      ON passages.stream = json_each.value ->> 0
     AND passages.statement = json_each.value ->> 1
     AND passages.kt > :known
    WHERE passages.kf <= :known
"""

PLACES = """
    SELECT stream, latitude, longitude
    FROM passages
    WHERE latitude BETWEEN :south AND :north
      AND kt > :known
      AND kf <= :known
"""

NAMED = ("name", "name_zh", "acronym", "title")
"""The members that name a thing; a word found in them weighs more."""

DESCRIBING = ("operator", "place", "summary", "said_by", "series", "author", "publisher")

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

    tables: ClassVar[tuple[str, ...]] = ("passages", "search_words")
    create: ClassVar[str] = CREATE

    def __init__(self) -> None:
        self._db: Database | None = None
        self._closed: list[tuple[int, str, str]] = []
        self._new: dict[tuple[str, str], _Version] = {}
        self._done: list[_Version] = []

    # --- following the log

    def begin(self, db: Database, reader: Reader) -> None:  # noqa: ARG002 - a text follows from its own record
        """A page begins: rows will be written to `db`."""
        self._db = db

    def take(self, commit: CommitRead) -> None:
        """Work out which texts a commit closes and opens."""
        known = commit.commit.position
        changed: dict[tuple[str, str], tuple[Line | None, Change]] = {}
        for change in commit.changes:
            key = (change.event.stream, change.of or "")
            before = changed[key][0] if key in changed else change.before
            changed[key] = (before, change)
        for key, (before, change) in changed.items():
            after = change.after
            if before is not None:
                if after is not None and _findable(before) == _findable(after):
                    continue
                self._close(key, known)
            if after is not None:
                self._new[key] = _version(key, commit, change, after)

    def finish(self) -> None:
        """Write the page. Raises RuntimeError outside a page."""
        if self._db is None:
            raise RuntimeError("no page was begun")
        execute = self._db.conn.executemany
        versions = [*self._done, *self._new.values()]
        execute(CLOSE_PASSAGE, self._closed)
        execute(INSERT_PASSAGE, [version.row for version in versions])
        execute(INSERT_WORDS, [version.words for version in versions])
        self.forget()

    def forget(self) -> None:
        """Drop the page: nothing is kept between pages."""
        self._db = None
        self._closed.clear()
        self._new.clear()
        self._done.clear()

    def _close(self, key: tuple[str, str], known: int) -> None:
        pending = self._new.pop(key, None)
        if pending is None:
            self._closed.append((known, *key))
        else:
            pending.row[5] = known
            self._done.append(pending)

    # --- queries

    def hits(
        self, db: Database, phrases: Sequence[Phrase], *, stated: int, known: int
    ) -> list[Hit]:
        """The texts that stand at the clocks and have all the phrases."""
        expression = " AND ".join(phrase.expression() for phrase in phrases)
        rows = db.execute(
            HITS,
            {
                "expression": expression,
                "named": f"named : ({expression})",
                "stated": stated,
                "known": known,
            },
        )
        return [Hit._make(row) for row in rows]

    def streams(
        self, db: Database, phrases: Sequence[Phrase], *, stated: int, known: int
    ) -> set[str]:
        """The streams of which a text that stands at the clocks has any of the phrases."""
        expression = " OR ".join(phrase.expression() for phrase in phrases)
        rows = db.execute(STREAMS, {"expression": expression, "stated": stated, "known": known})
        return {stream for (stream,) in rows}

    def passages(self, db: Database, positions: Iterable[int]) -> dict[int, Passage]:
        """Texts by the positions that hits gave."""
        rows = db.execute(PASSAGES, {"positions": _json(list(positions))})
        return {
            position: Passage(
                position, stream, statement or None, _texts(statement, stream, name, texts)
            )
            for position, stream, statement, name, texts in rows
        }

    def names(
        self, db: Database, keys: Iterable[tuple[str, str]], *, known: int
    ) -> dict[tuple[str, str], str]:
        """The name of each card or title of each statement, by stream and statement ("")."""
        rows = db.execute(NAMES, {"keys": _json(list(keys)), "known": known})
        return {(stream, statement): name for stream, statement, name in rows}

    def places(
        self, db: Database, *, south: float, north: float, known: int
    ) -> dict[str, tuple[float, float]]:
        """Latitude and longitude of each stream whose card has a place between two parallels."""
        rows = db.execute(PLACES, {"south": south, "north": north, "known": known})
        return {stream: (latitude, longitude) for stream, latitude, longitude in rows}


class _Version(NamedTuple):
    """A row of `passages`, and its words."""

    row: list[Any]
    words: tuple[int, str, str]


def _version(key: tuple[str, str], commit: CommitRead, change: Change, after: Line) -> _Version:
    stream, statement = key
    said = BEFORE_ALL if change.of is None else commit.touched[stream].statement(statement).said
    position = change.event.position
    latitude, longitude = after.get("latitude"), after.get("longitude")
    if latitude is None or longitude is None:
        latitude = longitude = None
    naming = [after[member] for member in NAMED if member in after]
    describing = {member: after[member] for member in DESCRIBING if member in after}
    others = {member: after[member] for member in ("name_zh", "acronym") if member in after}
    row = [
        position, stream, statement, said, commit.commit.position, AFTER_ALL,
        latitude, longitude, naming[0], _json(others | describing),
    ]  # fmt: skip
    return _Version(row, (position, _words(naming), _words(describing.values())))


def _findable(line: Line) -> list[Any]:
    """What a passage depends on: the same before and after is no new version."""
    return [line.get(member) for member in (*NAMED, *DESCRIBING, "date", "stated", *PLACED)]


def _words(texts: Collection[str]) -> str:
    """The texts of a column. FTS5 itself parts and folds what is ASCII, just as `folded` would."""
    return APART.join(text if text.isascii() else folded(text) for text in texts)


def _texts(statement: str, stream: str, name: str, texts: str) -> dict[str, str]:
    named = "name" if not statement and Stream.parse(stream).is_record else "title"
    return {named: name, **msgspec.json.decode(texts)}


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
