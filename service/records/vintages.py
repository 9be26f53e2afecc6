"""What was effective in each entry of a record, at every point of the clocks `stated` and `known`.

The stream of the record is folded commit by commit, and after each commit only
the entries that it touched are weighed anew, so a long stream costs little more
than it has events. The clock `at` plays no part: an entry is looked at, not a day.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from marshmallow import Schema, fields

from events.dates import Day, iso
from events.errors import NotFound
from events.record import Record
from events.statement import Statement
from events.stream import Stream
from projections.engine.account import weight
from projections.engine.spans import AFTER_ALL
from projections.views.history import Entry
from projections.views.reading import Reading
from service.asking import forms
from service.asking.errors import TooManyPoints
from service.asking.filters import AFTER_ROW, KNOWN, LIMIT_OF_PAGE
from service.asking.following import Never
from service.asking.format import Format
from service.asking.paging import page_of_rows
from service.asking.parameter import Filter, values_of, written
from service.asking.query import Arguments, Query
from service.asking.question import Example, Question
from service.asking.schemas import (
    AnswerSchema,
    HoldsSchema,
    choice_field,
    count_field,
    flag_field,
    list_field,
    part_field,
    text_field,
)
from service.asking.table import Column, Members, Table, columns, within
from service.words.csv_text import MEDIA_TYPE as CSV
from service.words.csv_text import csv_text

OF = ("record", "entry", "series")
"""What the vintages may be of."""

MOST_CELLS = 1_000_000
"""How many cells a triangle has at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the vintages are of, one of `record`, `entry` and `series`; and which page of them."""

    record: str | None
    entry: str | None
    series: str | None
    limit: int
    skipped: int

    @property
    def of(self) -> tuple[str, str]:
        """The name of the one that is given, and its text."""
        texts = ((name, getattr(self, name)) for name in OF)
        return next((name, text) for name, text in texts if text is not None)


def read_known(question: Question, arguments: Arguments) -> Query:
    """A query at `known` alone. Raises BadFilter, BadCursor, BadClock, PositionAhead."""
    about = About(**values_of(question.filters, arguments.texts))
    filters = written(question.filters, about)
    return Query(arguments.path, arguments.clocks(), filters, about=about, clocks=("known",))


def vintages_answer(reading: Reading, query: Query) -> Members:
    """The members of `VintagesSchema`, less the clock: by entry, then by commit, then by day.

    Raises NotFound.
    """
    lives = _lives(reading, query)
    vintages = [vintage for life in lives.values() for vintage in life.vintages()]
    page, following = page_of_rows(query, vintages)
    return {"total": len(vintages), "items": list(map(_item, page)), "next": following}


def triangle_answer(reading: Reading, query: Query) -> Members:
    """What the entries show by the last commit: the names of the `columns`, `rows` of cells.

    A row stands for an entry and a modality, and a column for a day on which something was said
    of the entries of the page. Raises NotFound, TooManyPoints.
    """
    lives = _lives(reading, query)
    shown: dict[tuple[str, str], list[Stretch]] = defaultdict(list)
    for entry, life in lives.items():
        for stretch in life.stretches():
            shown[entry, stretch.shown.modality].append(stretch)
    page, following = page_of_rows(query, sorted(shown))
    days = sorted(set().union(*(lives[entry].days for entry, _ in page)))
    if len(page) * len(days) > MOST_CELLS:
        raise TooManyPoints(len(page) * len(days), MOST_CELLS, ("entry", "limit"))
    return {
        "columns": ["entry", "modality", *map(iso, days)],
        "rows": [[*key, *_cells(shown[key], days)] for key in page],
        "next": following,
    }


def _lives(reading: Reading, query: Query) -> dict[str, Life]:
    """The entries that a query is about, by their names. Raises NotFound."""
    name, id = query.about.of
    record = Record(id if name != "entry" else reading.record_of_entry(id) or "")
    stream, known = str(Stream.record(record.id)), query.as_of.known
    lives = lives_of(record, reading.entries(stream, known=known, after=0, limit=AFTER_ALL))
    if name == "entry":
        lives = {entry: life for entry, life in lives.items() if entry == id}
    is_there = {"record": record.revision, "entry": lives, "series": record.kind == "indicator"}
    if not is_there[name]:
        raise NotFound(name, id)
    return lives


def _item(vintage: Vintage) -> Members:
    """An item of the answer. Its days are the first and the last, both included."""
    shown, first, end = vintage.stretch
    since, until = vintage.since, vintage.until
    return {
        **shown._asdict(),
        "stated": {"from": iso(first), "to": None if end is None else iso(end - 1)},
        "known": {"from": f"@{since}", "to": None if until is None else f"@{until}"},
    }


def _cells(row: Iterable[Stretch], days: Sequence[Day]) -> list[object]:
    """The value of a row, else its date, on each of the days; None where it shows neither."""
    cells: list[object] = [None] * len(days)
    for shown, first, end in row:
        last = len(days) if end is None else bisect_left(days, end)
        for place in range(bisect_left(days, first), last):
            cells[place] = shown.date if shown.value is None else shown.value
    return cells


# --- the vintages of a record


class Shown(NamedTuple):
    """What an item shows of the effective statement of an entry.

    `date` is None of a plan that is given up, which is `dropped`; `value` and `unit` are those
    of a reading. `counts` is False where the entry has no undisputed statement at all.
    """

    entry: str
    record: str
    modality: str
    date: str | None
    value: float | None
    unit: str | None
    statement: str
    counts: bool
    dropped: bool


class Stretch(NamedTuple):
    """The same was shown from the day `first` up to, not including, `end`; None: to this day."""

    shown: Shown
    first: Day
    end: Day | None


class Vintage(NamedTuple):
    """A stretch, with the commit that began it and the one that ended it.

    `until` is None while it lasts.
    """

    stretch: Stretch
    since: int
    until: int | None


class _Rival(NamedTuple):
    """A statement that stands, in the order of the days on which rivals were said."""

    said: Day
    weight: tuple[bool, bool, Day, int]
    id: str


class Life:
    """An entry through the commits of its record: the statements that fill it, what it showed.

    The effective statement goes from day to day to the strongest said so far, so those that were
    ever effective are steps, each stronger than the one before. What a commit changes moves only
    the steps between the days on which its statements were said and the next ones.
    """

    def __init__(self) -> None:
        """Before its first commit."""
        self._rivals: dict[str, Statement] = {}
        self._standing: list[_Rival] = []
        self._steps: list[_Rival] = []
        self._undisputed = 0
        self._counts = False
        self._moved: set[Day] = set()
        self._running: dict[Day, tuple[Stretch, int]] = {}
        self._over: list[Vintage] = []

    def put(self, statement: Statement) -> None:
        """A statement fills the entry, which did not before."""
        self._rivals[statement.id] = statement
        if statement.withdrawn:
            return
        rival = _Rival(statement.said, weight(statement), statement.id)
        insort(self._standing, rival)
        self._undisputed += not statement.disputed
        self._step_anew(rival)

    def drop(self, id: str) -> None:
        """A statement of the entry does not fill it any more, at least not as it was."""
        before = self._rivals.pop(id)
        if before.withdrawn:
            return
        rival = _Rival(before.said, weight(before), id)
        del self._standing[bisect_left(self._standing, rival)]
        self._undisputed -= not before.disputed
        self._step_anew(rival)

    def go_on(self, commit: int) -> None:
        """Note what the statements show now, as a commit has left them."""
        if self._counts != (self._undisputed > 0):
            self._counts = self._undisputed > 0
            self._moved |= {step.said for step in self._steps}
        for first in self._moved:
            now = self._stretch(first)
            before = self._running.get(first)
            if before is not None and before[0] != now:
                self._over.append(Vintage(*before, commit))
                del self._running[first]
            if now is not None and first not in self._running:
                self._running[first] = now, commit
        self._moved.clear()

    def vintages(self) -> list[Vintage]:
        """All of them, by the commit that began them, then by their first day."""
        running = [Vintage(*each, None) for each in self._running.values()]
        return sorted(
            [*self._over, *running], key=lambda vintage: (vintage.since, vintage.stretch.first)
        )

    def stretches(self) -> list[Stretch]:
        """What it shows by the last commit, from day to day."""
        return [stretch for _, (stretch, _) in sorted(self._running.items())]

    @property
    def days(self) -> set[Day]:
        """The days on which anything was said that stands."""
        return {each.said for each in self._standing}

    def _step_anew(self, changed: _Rival) -> None:
        """Find the steps anew from the day on which a rival came or went up to the next one that
        it does not touch."""
        steps = self._steps
        first = bisect_left(steps, changed.said, key=_said)
        stop = first
        while stop < len(steps) and (
            steps[stop].said == changed.said or steps[stop].weight < changed.weight
        ):
            stop += 1
        low = bisect_left(self._standing, changed.said, key=_said)
        high = (
            bisect_left(self._standing, steps[stop].said, key=_said) if stop < len(steps) else None
        )
        found: list[_Rival] = steps[first - 1 : first] if first else []
        known = len(found)
        for rival in self._standing[low:high]:
            if found and rival.weight < found[-1].weight:
                continue
            if len(found) > known and found[-1].said == rival.said:
                found.pop()
            found.append(rival)
        # The end of the step before moves with them.
        self._moved |= {step.said for step in (*steps[max(first - 1, 0) : stop], *found)}
        steps[first:stop] = found[known:]

    def _stretch(self, first: Day) -> Stretch | None:
        """The stretch that begins on a day, if one does."""
        place = bisect_left(self._steps, first, key=_said)
        if place == len(self._steps) or self._steps[place].said != first:
            return None
        end = self._steps[place + 1].said if place + 1 < len(self._steps) else None
        statement = self._rivals[self._steps[place].id]
        return Stretch(_shown(statement, counts=self._counts), first, end)


_said = attrgetter("said")


def lives_of(record: Record, events: Iterable[Entry]) -> dict[str, Life]:
    """Every entry that a record ever had, in the order of their names.

    `record` is as it was before the events of its stream, and they are applied to it. Only the
    entries that a commit touches are weighed anew.
    """
    lives: dict[str, Life] = defaultdict(Life)
    for commit, made in itertools.groupby(events, key=attrgetter("commit_position")):
        for entry in _applied(record, made, lives):
            lives[entry].go_on(commit)
    return dict(sorted(lives.items()))


def _applied(record: Record, events: Iterable[Entry], lives: dict[str, Life]) -> set[str]:
    """Write down the events of a commit; returns the entries that they touched."""
    touched = set()
    for event in events:
        id = event.statement
        if id in record.kept:
            before = record.statement(id).entry
            touched.add(before)
            lives[before].drop(id)
        record.fold([event.of_stream])
        if id is not None:
            after = record.statement(id)
            touched.add(after.entry)
            lives[after.entry].put(after)
    return touched


def _shown(statement: Statement, *, counts: bool) -> Shown:
    line = statement.line
    return Shown(
        entry=statement.entry,
        record=statement.record,
        modality=line["modality"],
        date=line.get("date"),
        value=line.get("value"),
        unit=line.get("unit"),
        statement=statement.id,
        counts=counts,
        dropped=line.get("dropped", False),
    )


# --- its declaration


class CommitsSchema(Schema):
    """The commit that began something and the one that ended it, as positions `@n`."""

    since = text_field("The first at which it was so.", key="from")
    to = text_field("The first at which it was so no more; null where it still is.", null=True)


class VintageSchema(Schema):
    """What an entry showed, on a stretch of each of the clocks `stated` and `known`."""

    entry = text_field("The entry.")
    record = text_field("The record that it lies in.")
    modality = choice_field(("actual", "planned"))
    date = text_field("EDTF; null where a plan was given up.", null=True)
    value = fields.Float(
        required=True, allow_none=True, metadata={"description": "That of a reading, else null."}
    )
    unit = text_field("What the value is counted in.", null=True)
    statement = text_field("The effective statement.")
    counts = flag_field("False where the entry is disputed throughout.")
    dropped = flag_field("Whether it is a plan that was given up.")
    stated = part_field(HoldsSchema)
    known = part_field(CommitsSchema)


class VintagesSchema(AnswerSchema):
    """What was effective in entries, at every point of the clocks `stated` and `known`."""

    class Meta:
        """It is an answer at the clock `known` alone."""

        exclude = ("at", "during", "stated")

    total = count_field("The items of all pages.")
    items = list_field(VintageSchema, "By entry, then by commit, then by day.")
    next = text_field("The path of the next page.", null=True)


def _commit(end: str, heading: str) -> Column:
    """A column with a commit as a number: what begins with @ a spreadsheet takes for a formula."""
    return Column(
        name=f"known_{end}",
        value=lambda row: (row["known"][end] or "@")[1:],
        heading=heading,
    )


ITEMS = Table(
    rows="items",
    key=("entry", "stated", "known"),
    title="What was effective",
    columns=(
        Column(name="entry", words=True, heading="Entry"),
        Column(name="record"),
        Column(name="modality", heading="Modality"),
        Column(name="date", heading="Date"),
        Column(name="value", heading="Value"),
        Column(name="unit", words=True, heading="Unit"),
        Column(name="statement", heading="Statement"),
        *columns("counts", "dropped"),
        Column(name="stated_from", value=within("stated", "from"), heading="Stated from"),
        Column(name="stated_to", value=within("stated", "to"), heading="to"),
        _commit("from", "Known from @"),
        _commit("to", "before @"),
    ),
)

TRIANGLE = Format(
    name="triangle",
    media_type=CSV,
    answer=triangle_answer,
    text=lambda _, answer: csv_text(answer["columns"], answer["rows"], texts=("entry",)),
    meaning=(
        "`triangle` is CSV too: a row for each entry and modality, a column for each day on which "
        "something was said. `limit` counts rows"
    ),
)

VINTAGES = Question(
    name="vintages",
    path="/v1/vintages",
    summary="What was effective in each entry, at every point of the clocks `stated` and `known`.",
    clocks=(KNOWN,),
    filters=(
        Filter(
            name="record",
            form={**forms.ID, "examples": ["juno"]},
            meaning="All entries of this record. One of `record`, `entry`, `series` is given.",
        ),
        Filter(
            name="entry",
            form={"type": "string", "minLength": 1, "examples": ["juno/operation-started"]},
            meaning="This entry alone.",
        ),
        Filter(
            name="series",
            form={**forms.ID, "examples": ["rd-share-of-gdp"]},
            meaning="All entries of this series of readings.",
        ),
        LIMIT_OF_PAGE,
        AFTER_ROW,
    ),
    one_of=OF,
    read=read_known,
    answer=vintages_answer,
    schema=VintagesSchema,
    tables=(ITEMS,),
    formats=(TRIANGLE,),
    follow=Never("it runs along `known` already"),
    command="vintages",
    examples=(
        Example(
            name="vintages",
            path="/v1/vintages?entry=rd-share-of-gdp/2024",
            shows="how a reading was revised",
        ),
    ),
)
