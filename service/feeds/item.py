"""What every feed is made of: one shape for whatever can stand on a timeline.

`items` reads it from the chronicle at three clocks; a format maps from it and
asks nothing else. An item keeps a date as the source gave it, with its bounds
and a text for people, so that a tool which cannot show a vague day can say it.

Days are those of `events.dates`. `first` and `stop` are what the rules make of
the dates, half-open: a phase holds from `first` up to, not including, `stop`.
An open end is None and never a far day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from events import dates
from events.clocks import AsOf
from events.dates import Date, Day, Precision
from events.errors import NotFound
from events.fact import Line
from events.record import Record
from events.statement import Statement
from events.vocabulary import ENDINGS, MILESTONES
from projections import PROJECTIONS
from projections.account import Account, Told, account
from projections.facility import FOR_GOOD
from projections.ladders import ladder_of
from projections.spans import Span
from projections.views import Database
from service.archive import Archive
from service.feeds.words import MILESTONE_WORDS, STATUS_WORDS

Kind = Literal["phase", "milestone", "discovery", "policy", "indicator", "observation"]

KINDS: tuple[Kind, ...] = (
    "phase",
    "milestone",
    "discovery",
    "policy",
    "indicator",
    "observation",
)
"""The kinds of items: the phases of facilities, and five kinds of statements."""

Texts = Mapping[str, str]
"""A text in English (`en`) and Chinese (`zh`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A date as its source gave it. `earliest` and `latest` are both possible; None is open."""

    edtf: str
    earliest: Day | None
    latest: Day | None
    precision: Precision
    approximate: bool
    uncertain: bool
    text: Texts

    @property
    def vague(self) -> bool:
        """Whether more than one day is possible, or the source itself was not sure."""
        return self.earliest != self.latest or self.approximate or self.uncertain

    @property
    def day(self) -> Day | None:
        """The one day to put it on where a tool takes but one: the earliest, else the latest."""
        return self.latest if self.earliest is None else self.earliest


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An earlier promise: the statement, the day it was said, and for when."""

    statement: str
    said: Day
    date: When
    milestone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a statement rests on. `url` and `date` (EDTF) are None where there is none."""

    id: str
    title: str
    url: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something that stands on a timeline.

    `id` is unique in a feed and stable: `<record>/<status>/<n>` for the nth
    phase of a facility in that status (`<record>/expected/<status>/<n>` where it
    is only promised), else the id of the statement. `lane` is the
    facility in whose row it is drawn, else its kind; `group` its field of
    science, else empty. `start` is None where only the end is known; `end` is
    the date of what ended it, `open` says that no end is known, `point` that it
    happened on one day, perhaps a vague one. `name` is the facility's, and
    empty where there is none. `planned` items are only promised,
    `overdue` ones were promised for a day that has passed. `place` is latitude
    and longitude. `recorded` is the instant of its last event (RFC 3339), in
    the commit at `position`.
    """

    id: str
    record: str
    kind: Kind
    lane: str
    title: Texts
    name: Texts
    acronym: str = ""
    statement: str | None = None
    entry: str | None = None
    group: str = ""
    country: str = ""
    field: str = ""
    status: str | None = None
    milestone: str | None = None
    summary: str = ""
    value: float | None = None
    unit: str | None = None
    start: When | None = None
    end: When | None = None
    first: Day | None = None
    stop: Day | None = None
    open: bool = False
    point: bool = False
    planned: bool = False
    overdue: bool = False
    disputed: bool = False
    said: Day | None = None
    plans: tuple[Plan, ...] = ()
    place: tuple[float, float] | None = None
    sources: tuple[Source, ...] = ()
    recorded: str | None = None
    position: int | None = None

    @property
    def dated(self) -> bool:
        """Whether any day of it is known at all."""
        return self.first is not None or self.stop is not None

    @property
    def short(self) -> Texts:
        """The facility's name where there is little room: its acronym, or its Chinese name."""
        return _shortened(self.name, self.acronym)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which items are wanted. Days `first` to `last` of valid time, both included; None is all.

    `record` wants one record and, of a facility, what was done with it; `among` looks
    into these records alone.
    """

    kinds: tuple[Kind, ...] = KINDS
    country: str | None = None
    field: str | None = None
    record: str | None = None
    among: frozenset[str] | None = None
    first: Day | None = None
    last: Day | None = None


def items(archive: Archive, db: Database, as_of: AsOf, wanted: Selection) -> list[Item]:
    """The items at `stated` and `known`, by their first day; those without one come first.

    They carry the ids of their sources alone: `completed` adds the rest, which
    costs more than all else, so that it is asked for those that are shown.
    Raises NotFound where the log had no record of the id that is wanted.
    """
    reading = _Reading(archive, db, as_of)
    if wanted.record is not None and reading.record(wanted.record).revision == 0:
        raise NotFound("record", wanted.record)
    found = [
        item
        for id in (reading.records() if wanted.among is None else sorted(wanted.among))
        for item in reading.items(id, wanted)
        if _is_wanted(item, wanted)
    ]
    return sorted(found, key=in_time)


def completed(archive: Archive, db: Database, as_of: AsOf, found: Iterable[Item]) -> list[Item]:
    """The same items with the titles of their sources, and when they were last recorded."""
    found = list(found)
    known = as_of.known
    cited = {source.id for item in found for source in item.sources}
    cards = archive.state.cards(db, (f"source:{id}" for id in cited), known=known)
    moved = archive.state.changed(
        db, {id for item in found for id in _statements(item)}, known=known
    )
    instants = {
        position: archive.history.recorded_at(db, position) for position in set(moved.values())
    }
    done = []
    for item in found:
        positions = [moved[id] for id in _statements(item) if id in moved]
        position = max(positions, default=None)
        sources = tuple(_source(each.id, cards.get(f"source:{each.id}")) for each in item.sources)
        done.append(
            replace(
                item,
                sources=sources,
                position=position,
                recorded=None if position is None else instants[position],
            )
        )
    return done


def short_name(card: Line) -> Texts:
    """The name of a facility where there is little room, by its card."""
    home = _home_of(card, card["id"])
    return _shortened(home.name, home.acronym)


def _shortened(name: Texts, acronym: str) -> Texts:
    if not acronym:
        return name
    return {"en": acronym, "zh": acronym if name["zh"] == name["en"] else name["zh"]}


def in_time(item: Item) -> tuple[bool, Day, Day, str]:
    """The order of a timeline: by first day, longer before shorter, then by id."""
    first = item.first if item.first is not None else item.stop
    return (
        item.first is not None,
        0 if first is None else first,
        0 if item.stop is None else -item.stop,
        item.id,
    )


def significance(item: Item) -> tuple[int, int, int, Day, str]:
    """What is kept where a feed has no room for all: the lowest come first.

    Steps that gave a facility its status, its phases, and discoveries come before decisions,
    these before other steps and open plans, and all before readings, observations and
    whatever is disputed; among steps, the further one; then what has more sources, and the later.
    """
    return (
        4 if item.disputed else _weight(item),
        _advance(item),
        -len(item.sources),
        0 if item.first is None else -item.first,
        item.id,
    )


@lru_cache(maxsize=65_536)
def when(text: str) -> When:
    """A date of a statement. Raises BadDate.

    >>> when("1987~").text["en"], when("-0240").text["zh"]
    ('c. 1987', '公元前241年')
    """
    return _when(dates.parse(text))


def _when(date: Date) -> When:
    return When(
        edtf=date.text,
        earliest=date.earliest,
        latest=date.latest,
        precision=date.precision,
        approximate=date.approximate,
        uncertain=date.uncertain,
        text={"en": dates.display(date, "en"), "zh": dates.display(date, "zh")},
    )


_LATE = len(MILESTONES)


def _weight(item: Item) -> int:
    if item.planned:
        return 2
    if item.kind == "discovery" or item.status is not None:
        return 0
    if item.kind == "policy":
        return 1
    return 2 if item.kind == "milestone" else 3


_FURTHEST = {
    "operating": 0,
    "operation-started": 0,
    "decommissioned": 1,
    "cancelled": 1,
    "commissioning": 2,
    "first-light": 2,
    "completed": 3,
    "under-construction": 4,
    "construction-started": 4,
    "approved": 5,
    "suspended": 6,
    "proposed": 7,
}


def _advance(item: Item) -> int:
    """How far a step is, the furthest first. A discovery stands beside the start of operation."""
    return _FURTHEST.get(item.milestone or item.status or "", 0 if item.status is None else _LATE)


def _is_wanted(item: Item, wanted: Selection) -> bool:
    if wanted.country not in (None, item.country) or wanted.field not in (None, item.field):
        return False
    if wanted.record not in (None, item.record, item.lane):
        return False
    begins, ends = item.first, item.stop
    if wanted.first is not None and ends is not None and ends <= wanted.first:
        return False
    return not (wanted.last is not None and begins is not None and begins > wanted.last)


def _statements(item: Item) -> tuple[str, ...]:
    """The statements on whose last events it rests."""
    return () if item.statement is None else (item.statement,)


def _source(id: str, card: Line | None) -> Source:
    if card is None:
        return Source(id=id, title=id)
    return Source(id=id, title=card["title"], url=card.get("url"), date=card.get("date"))


class _Home(NamedTuple):
    """Where a statement belongs: its facility, the names of that, and where it lies."""

    facility: str | None
    name: Texts
    acronym: str
    country: str
    field: str
    place: tuple[float, float] | None


class _Reading:
    """The records of the log at the clocks, folded once each."""

    def __init__(self, archive: Archive, db: Database, as_of: AsOf) -> None:
        self._archive = archive
        self._db = db
        self._as_of = as_of
        self._folded: dict[str, Record] = {}

    def record(self, id: str) -> Record:
        """A record as the log had it; without a revision where it had none."""
        record = self._folded.get(id)
        if record is None:
            record = self._archive.history.record(self._db, f"record:{id}", known=self._as_of.known)
            self._folded[id] = record
        return record

    def records(self) -> list[str]:
        """The ids of all records that exist at the clocks."""
        rows = self._archive.state.stab(
            self._db,
            "record",
            first=self._as_of.stated,
            last=self._as_of.stated,
            stated=self._as_of.stated,
            known=self._as_of.known,
            country=None,
            field=None,
        )
        return sorted({row.record for row in rows})

    def items(self, id: str, wanted: Selection) -> Iterator[Item]:
        """The items of a record that are of the kinds wanted."""
        record = self.record(id)
        if not _gives(record.kind, wanted.kinds):
            return
        card = record.card or {}
        if record.card is not None and (
            wanted.country not in (None, card["country"])
            or wanted.field not in (None, card["field"])
        ):
            return
        statements = record.statements()
        told = account(id, record.card, statements, self._as_of.stated)
        life = _Life(record, told, statements, list(PROJECTIONS[record.kind].spans(told)))
        if record.kind == "facility":
            home = _home_of(record.card or {}, id)
            if "phase" in wanted.kinds:
                yield from _phases(life, home, self._as_of.stated)
            if "milestone" in wanted.kinds:
                yield from _milestones(life, home)
        else:
            yield from _others(life, self._home)

    def _home(self, line: Line) -> _Home:
        facility = line.get("facility")
        if facility is None:
            return _Home(None, {}, "", line.get("country", ""), line.get("field", ""), None)
        card = self.record(facility).card or {}
        of = _home_of(card, facility)
        return of._replace(
            country=line.get("country") or of.country, field=line.get("field") or of.field
        )


class _Life:
    """A record as it is told at the clocks, with what follows from that."""

    def __init__(
        self, record: Record, told: Account, statements: Sequence[Statement], spans: list[Span]
    ) -> None:
        self.record = record
        self.account = told
        self.spans = spans
        horizon = told.horizon
        self.visible = {
            statement.id: statement
            for statement in statements
            if not statement.withdrawn and horizon is not None and statement.said <= horizon
        }
        self._ladders: dict[str, tuple[str, ...]] = {}
        for span in self.of("slip"):
            ladder = ladder_of(span.text)
            for id in (*ladder.plans, *filter(None, (ladder.came,))):
                self._ladders[id] = ladder.plans

    def told(self) -> list[Told]:
        """The effective statements, in the order of their entries."""
        return [told for _, told in sorted(self.account.told.items())]

    def of(self, *facets: str) -> list[Span]:
        """The spans of some facets."""
        return [span for span in self.spans if span.facet in facets]

    def plans(self, statement: Statement) -> tuple[Plan, ...]:
        """The promises on the ladder of a statement that came before it, in the order said."""
        before = []
        for id in self._ladders.get(statement.id, ()):
            if id == statement.id:
                break
            before.append(_plan(self.visible[id]))
        return tuple(before)


def _gives(kind: str, wanted: Collection[str]) -> bool:
    if kind == "facility":
        return "phase" in wanted or "milestone" in wanted
    return kind in wanted


def _home_of(card: Line, id: str) -> _Home:
    name = card.get("name", id)
    place = None
    if "latitude" in card and "longitude" in card:
        place = (card["latitude"], card["longitude"])
    return _Home(
        id,
        {"en": name, "zh": card.get("name_zh") or name},
        card.get("acronym", ""),
        card.get("country", ""),
        card.get("field", ""),
        place,
    )


def _plan(plan: Statement) -> Plan:
    return Plan(
        statement=plan.id,
        said=plan.said,
        date=when(plan.line["date"]),
        milestone=plan.line.get("milestone", ""),
    )


# --- the phases of a facility


class _Stretch(NamedTuple):
    """Neighbouring spans of one status that one statement gave."""

    status: str
    giver: Statement
    first: Day | None
    stop: Day | None


def _phases(life: _Life, home: _Home, horizon: Day) -> Iterator[Item]:
    held = _stretches(life, "status")
    yield from _in_phases(life, home, held, "", planned=False)
    expected = [
        # What is expected begins after the horizon, and on no day before it.
        stretch._replace(first=horizon + 1 if stretch.first is None else stretch.first)
        for stretch in _stretches(life, "expected")
    ]
    yield from _in_phases(life, home, expected, "expected/", planned=True)


def _in_phases(
    life: _Life, home: _Home, stretches: list[_Stretch], part: str, *, planned: bool
) -> Iterator[Item]:
    counted: dict[str, int] = defaultdict(int)
    for stretch, following in zip(stretches, [*stretches[1:], None], strict=False):
        counted[stretch.status] += 1
        start = when(stretch.giver.line["date"])
        if planned and stretch.first is not None and start.earliest is not None:
            start = replace(start, earliest=max(start.earliest, stretch.first))
        for_good = stretch.status in FOR_GOOD
        ends = None if following is None or for_good else when(following.giver.line["date"])
        first = stretch.first
        yield Item(
            id=f"{life.record.id}/{part}{stretch.status}/{counted[stretch.status]}",
            record=life.record.id,
            kind="phase",
            lane=life.record.id,
            title={
                lang: _joined(name, STATUS_WORDS[stretch.status][lang], lang)
                for lang, name in home.name.items()
            },
            statement=stretch.giver.id,
            entry=stretch.giver.entry,
            group=home.field,
            country=home.country,
            field=home.field,
            status=stretch.status,
            name=home.name,
            acronym=home.acronym,
            summary=stretch.giver.line.get("summary", ""),
            start=start,
            end=ends,
            first=first,
            stop=(None if first is None else first + 1) if for_good else stretch.stop,
            open=stretch.stop is None and not for_good,
            point=for_good,
            planned=planned,
            said=stretch.giver.said,
            plans=life.plans(stretch.giver),
            place=home.place,
            sources=_cited(stretch.giver.line),
        )


def _stretches(life: _Life, facet: str) -> list[_Stretch]:
    """The spans of a facet in their order; those that differ in their odds alone are one."""
    joined: list[_Stretch] = []
    for span in life.of(facet):
        if not span.value or span.statement is None:
            continue
        giver = life.visible[span.statement]
        last = joined[-1] if joined else None
        if (
            last is not None
            and (last.status, last.giver.id) == (span.value, giver.id)
            and last.stop == span.first
        ):
            joined[-1] = last._replace(stop=span.end)
        else:
            joined.append(_Stretch(span.value, giver, span.first, span.end))
    return joined


# --- statements


def _milestones(life: _Life, home: _Home) -> Iterator[Item]:
    """The steps that were made, and the plans that are open."""
    overdue = {span.statement for span in life.of("overdue")}
    pending = overdue | {span.statement for span in life.of("due", "expected")}
    gave = {stretch.giver.id: stretch.status for stretch in _stretches(life, "status")}
    for told in life.told():
        statement = told.statement
        if statement.date is None or (statement.planned and statement.id not in pending):
            continue
        what = statement.line["milestone"]
        words = MILESTONE_WORDS[what]
        yield replace(
            _event(life, told, home),
            milestone=what,
            status=gave.get(statement.id),
            title={
                "en": statement.line["title"],
                "zh": _joined(home.name["zh"], words["zh"], "zh"),
            },
            overdue=statement.id in overdue,
        )


def _others(life: _Life, home_of: Any) -> Iterator[Item]:
    """The effective statements of a record without a card."""
    holding = {span.statement: span for span in life.of("policy")}
    superseded = life.account.superseded()
    for told in life.told():
        statement = told.statement
        if statement.date is None or (statement.planned and statement.id in superseded):
            continue
        item = _event(life, told, home_of(statement.line))
        if statement.planned:
            horizon = life.account.horizon
            latest = statement.latest
            late = latest is not None and horizon is not None and latest <= horizon
            item = replace(item, overdue=late)
        span = holding.get(statement.id)
        yield item if span is None else _holding(item, life, span)


def _event(life: _Life, told: Told, home: _Home) -> Item:
    statement, line = told.statement, told.statement.line
    start = when(line["date"])
    title = line["title"]
    return Item(
        id=statement.id,
        record=life.record.id,
        kind=line["type"],
        lane=home.facility or line["type"],
        title={"en": title, "zh": title},
        statement=statement.id,
        entry=statement.entry,
        group=home.field,
        country=home.country,
        field=home.field,
        name=home.name,
        acronym=home.acronym,
        summary=line.get("summary", ""),
        value=line.get("value"),
        unit=line.get("unit"),
        start=start,
        first=_counts_from(start, line),
        stop=None if start.latest is None else start.latest + 1,
        point=True,
        planned=statement.planned,
        disputed=statement.disputed or not told.counts,
        said=statement.said,
        plans=life.plans(statement),
        place=home.place,
        sources=_cited(line),
    )


def _counts_from(start: When, line: Line) -> Day | None:
    """A beginning counts from its first possible day, an ending from its last."""
    return start.latest if line.get("milestone") in ENDINGS else start.earliest


def _holding(item: Item, life: _Life, span: Span) -> Item:
    """A decision that holds for a time, until a date of its own or until the next."""
    line = life.visible[item.id].line
    end = None
    if span.end is not None:
        until = when(line["until"]) if "until" in line else None
        if until is not None and until.latest is not None and until.latest + 1 == span.end:
            end = until
        else:
            end = next(
                when(each.statement.line["date"])
                for each in life.told()
                if each.statement.line.get("supersedes") == item.id
                and each.statement.earliest == span.end
            )
    return replace(
        item, end=end, first=span.first, stop=span.end, open=span.end is None, point=False
    )


def _cited(line: Line) -> tuple[Source, ...]:
    return tuple(
        Source(id=id, title=id)
        for id in dict.fromkeys(each["id"] for each in line.get("sources", ()))
    )


def _joined(name: str, word: str, lang: str) -> str:
    return f"{name}：{word}" if lang == "zh" else f"{name}: {word}"
