"""What differs between two points of the clocks, and what made the difference.

A point is `at`, `stated` and `known`. What is compared is one document, made of
the answers of `/v1/state` at the two points: each of its five lists becomes an
object by the `id` of the rows,

    {section: {row["id"]: row for row in state[section]}
     for section in ("facilities", "policies", "indicators", "discoveries", "observations")}

so that patches (RFC 6902) name what they change. `patch_answer` is the one patch
over that document; `diff_answer` says of each row how and why it changed.

Causes are found by moving one clock at a time, always along the same path:

1. `known`, at the old `at` and `stated`. What changes here was recorded between
   the two positions: "record" where our own record was mended (a correction, a
   withdrawal, a reinstatement, an amendment), "sources" where a statement was
   recorded that was not known here before, whenever it was said;
2. `stated`, at the old `at` and the new `known`: "sources", by what was said
   between the two days;
3. `at`, at the new `stated` and `known`: "world".

The causes of a row are those of the steps in which it changed (`service.comparing.causes`
finds who or what did it within a step). A row that is the same at both points
has no entry, whatever happened to it on the way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from events.clocks import AsOf, as_of
from events.dates import iso
from events.errors import BadClock
from projections.views.patch import Operation, patch_between
from projections.views.reading import Reading
from service.asking.errors import NothingToCompare, TooMuchToCompare
from service.asking.filters import LARGEST_LIMIT, TO_AT, TO_KNOWN, TO_STATED, Wanted
from service.asking.json_text import Fragment
from service.asking.parameter import values_of, written
from service.asking.query import Arguments, Query, clock_members
from service.asking.question import Question
from service.comparing.causes import Causes, Clock, Step
from service.sentences.diff import diff_sentence
from service.state.answer import SECTIONS, Rows, state_rows

TO_CLOCKS = (TO_AT.name, TO_STATED.name, TO_KNOWN.name)

MOST = LARGEST_LIMIT
"""How many facilities the state may have at a point that is compared."""

PATH: tuple[Clock, ...] = ("known", "stated", "at")
"""The order in which the clocks are moved."""

Members = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two points, and the part of the world that is compared at them."""

    start: AsOf
    to: AsOf
    wanted: Wanted

    @property
    def position(self) -> int:
        """How far the views must have read to answer."""
        return max(self.start.known, self.to.known)

    def steps(self) -> list[Step]:
        """The moves that lead from one point to the other, those of clocks that differ."""
        steps = []
        before = self.start
        for clock in PATH:
            if getattr(before, clock) != getattr(self.to, clock):
                moved: dict[str, Any] = {clock: getattr(self.to, clock)}
                if clock == "known":
                    moved["known_at"] = self.to.known_at
                after = replace(before, **moved)
                steps.append(Step(clock, before, after))
                before = after
        return steps


def end_of(start: AsOf, arguments: Arguments) -> AsOf:
    """The point that is compared with `start`: a `to_` clock that is absent stands where that one
    stood. Raises BadClock and PositionAhead."""
    texts = arguments.texts
    try:
        end = as_of(
            at=texts.get("to_at"),
            stated=texts.get("to_stated"),
            known=texts.get("to_known", f"@{start.known}"),
            log=arguments.log,
            now=arguments.now,
        )
    except BadClock as refused:
        raise BadClock(f"to_{refused.clock}", refused.value, refused.why) from None
    if "to_at" not in texts:
        end = replace(end, at=start.at)
    if "to_stated" not in texts:
        end = replace(end, stated=start.stated)
    return end


def end_filters(end: AsOf) -> dict[str, str]:
    """The point that is compared with, as a pinned URL writes it."""
    return {"to_at": iso(end.at), "to_stated": iso(end.stated), "to_known": f"@{end.known}"}


def read_points(question: Question, arguments: Arguments) -> Query:
    """A query about the `Comparison` of two points.

    Raises NothingToCompare where no second one is given, BadClock and PositionAhead for a
    clock, BadFilter for a filter.
    """
    start = arguments.clocks()
    if not arguments.texts.keys() & {*TO_CLOCKS}:
        raise NothingToCompare(TO_CLOCKS)
    end = end_of(start, arguments)
    about = Wanted(**values_of(question.filters, arguments.texts))
    compared = Comparison(start, end, about)
    return Query(
        arguments.path,
        start,
        {**written(question.filters, about), **end_filters(end)},
        about=compared,
        position=compared.position,
    )


class Difference(NamedTuple):
    """A row that differs; None where there is no row."""

    section: str
    id: str
    before: Any
    after: Any
    patch: list[Operation]


def diff_answer(reading: Reading, query: Query) -> Members:
    """The members of `DiffSchema`, less the clocks of the first point; rows by section, then by id.

    Raises TooMuchToCompare.
    """
    compared: Comparison = query.about
    found = changed_rows(reading, compared)
    causes = Counter(
        word
        for rows in found.values()
        for row in rows
        for word in {cause["cause"] for cause in row["causes"]}
    )
    sentence = diff_sentence(
        start=compared.start,
        to=compared.to,
        added=len(found["added"]),
        removed=len(found["removed"]),
        changed=len(found["changed"]),
        causes=causes,
    )
    return {"to": clock_members(compared.to), "sentence": sentence.members(), **found, "next": None}


def changed_rows(reading: Reading, compared: Comparison) -> dict[str, list[Members]]:
    """The rows that were `added`, `removed` and `changed`, as `/v1/diff` lists them, with their
    causes. Raises TooMuchToCompare."""
    steps = compared.steps()
    documents = _documents(reading, compared, [step.after for step in steps])
    causes = Causes(reading, compared.wanted)
    listed: dict[str, list[Members]] = {"added": [], "removed": [], "changed": []}
    for found in _differences(documents[0], documents[-1]):
        kind = SECTIONS[found.section]
        because = [
            cause
            for index, step in enumerate(steps)
            if _differs(documents[index], documents[index + 1], found)
            for cause in causes.of(kind, found.id, step)
        ]
        words = {cause["cause"] for cause in because}
        why = {"cause": words.pop() if len(words) == 1 else None, "causes": because}
        named = {"id": found.id, "kind": kind}
        if found.before is None:
            listed["added"].append({**named, "row": found.after, **why})
        elif found.after is None:
            listed["removed"].append({**named, "row": found.before, **why})
        else:
            listed["changed"].append({**named, "patch": found.patch, **why})
    return listed


def patch_answer(reading: Reading, query: Query) -> list[Operation]:
    """The one patch from the document at the one point to that at the other. Raises
    TooMuchToCompare."""
    compared: Comparison = query.about
    before, after = _documents(reading, compared, [compared.to])
    operations: list[Operation] = []
    for found in _differences(before, after):
        path = f"/{found.section}/{found.id}"
        if found.before is None:
            operations.append({"op": "add", "path": path, "value": found.after})
        elif found.after is None:
            operations.append({"op": "remove", "path": path})
        else:
            operations += ({**each, "path": path + each["path"]} for each in found.patch)
    return operations


def _documents(reading: Reading, compared: Comparison, points: Sequence[AsOf]) -> list[Rows]:
    """The rows of the state at the start and at some points, as far as they can differ: where
    `known` alone is moved, of the facilities that were touched. Raises TooMuchToCompare."""
    start, to = compared.start, compared.to
    among: list[int] | None = None
    if (start.at, start.stated) == (to.at, to.stated):
        after, last = sorted((start.known, to.known))
        among = reading.history.touched(reading.db, after=after, last=last)
    documents = []
    for point in (start, *points):
        wanted = replace(compared.wanted, limit=MOST, beside=MOST)
        rows, there_are_more = state_rows(reading, point, wanted, among=among)
        if there_are_more:
            raise TooMuchToCompare(MOST)
        documents.append(rows)
    return documents


def _differences(before: Rows, after: Rows) -> Iterator[Difference]:
    """The rows that differ, by section, then by id."""
    for section in SECTIONS:
        old, new = before[section], after[section]
        for id in sorted(old.keys() | new.keys()):
            rows = old.get(id), new.get(id)
            if rows[0] is None or rows[1] is None or rows[0].text != rows[1].text:
                one, other = map(_read, rows)
                patch = patch_between(one, other)
                if patch:
                    yield Difference(section, id, one, other, patch)


def _differs(before: Rows, after: Rows, found: Difference) -> bool:
    """Whether a row changed within a step; the order of its members is no change."""
    one, other = (_read(rows[found.section].get(found.id)) for rows in (before, after))
    return bool(patch_between(one, other))


def _read(row: Fragment | None) -> Any:
    return None if row is None else row.members
