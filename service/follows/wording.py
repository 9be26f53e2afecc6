"""The changes of a followed answer in words, a line each: in English, or in pieces that the page
of a reader says in another language.

Rows come first, by what they are called: what is new, what is gone, and what moved in a row from
what to what. The figures, which follow from rows, come after them. What no reader needs beside
that (bounds beside their date, scores of a search, counts of groups) stands only where nothing
else does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from projections.views.patch import Operation
from service.follows.feed import Alteration
from service.follows.followable import FOLLOWABLE
from service.state.answer import SECTIONS
from service.words.number import number_text
from service.words.pieces import Piece, Place, Value, listed, n, say

LISTS = {kind: section for section, kind in SECTIONS.items()}
"""The list of a state in which rows of a kind stand."""

KEYED = {name for kind in FOLLOWABLE for name in kind.rows}
"""The lists of answers that documents hold by the names of their rows."""

LEFT_OUT = {"bounds", "alternatives", "score", "hits", "matches", "said"}
"""Members of a row that say again, or more finely, what another one says."""

CAUSES = {
    "record": "what was recorded here was mended",
    "sources": "the sources gave a new word",
    "world": "it came to pass",
}
"""What the cause of a difference means."""

ENDS = ("earliest", "latest")
"""The ends of an interval, which move together."""

NAMES = ("id", "entry", "milestone", "series", "record", "field", "status", "key")
"""The members that may name an object in a list: the first that differs in all of them."""

SAID_ELSEWHERE = {"to", "a", "b", "by", "by_field"}
"""Members that count what the rows say, or say where the answer stands."""

CHANGES = {"+": "came", "-": "ended", "~": "went on", "=": "the same"}
"""The signs of a comparison in words."""

MOST_LINES = 20
"""How many lines of changes an item has, at most."""

LONGEST = 120
"""Characters that a value has at most."""

FEW = 3
"""So many points of a series, or entries of a list, are named one by one."""

Members = dict[str, Any]


def changes(item: Alteration) -> Iterator[str]:
    """The first `MOST_LINES` changes of an item, a sentence each, and how many more there are."""
    return map(str, told(item))


def told(item: Alteration) -> Iterator[Piece]:
    """The same in pieces."""
    found = item.members["changes"]
    lines = [
        *(_new(named(row["row"])) for row in found["added"]),
        *(_gone(named(row["row"])) for row in found["removed"]),
    ]
    for row in found["changed"]:
        before, after = (
            document[LISTS[row["kind"]]][row["id"]] for document in (item.before, item.after)
        )
        lines.append(_moved(called(after, row["id"]), _moves(row["patch"], before, after)))
    lines += _patched(found["patch"], item.before, item.after)
    yield from lines[:MOST_LINES]
    more = len(lines[MOST_LINES:]) + sum(
        number - len(found[name]) for name, number in _counted(found)
    )
    if more:
        yield n("And %(num)s more.", "And %(num)s more.", more)


def _new(what: Piece) -> Piece:
    return say("New: %(what)s.", what=what)


def _gone(what: Piece) -> Piece:
    return say("No longer there: %(what)s.", what=what)


def _moved(what: Piece, moves: Piece) -> Piece:
    return say("%(what)s: %(moves)s.", what=what, moves=moves)


def _counted(found: Members) -> Iterator[tuple[str, int]]:
    """How many rows and operations there are, of which an item shows the first."""
    return ((name, found["counts"][name]) for name in ("added", "removed", "changed", "patch"))


def reasons(item: Alteration) -> Iterator[str]:
    """Why: the reasons that were given, what moved, and who recorded it."""
    members = item.members
    for reason in members["reasons"]:
        yield f"Reason: {reason}"
    causes = {cause["cause"]: None for row in rows(members["changes"]) for cause in row["causes"]}
    for cause in causes:
        yield f"Cause: {CAUSES[cause]}."
    if members["events"]:
        events = dict.fromkeys(
            event["event"] + (f" {event['statement']}" if event["statement"] else "")
            for event in members["events"]
        )
        yield f"Recorded by {members['actor']} at @{item.position}: {', '.join(events)}."


def rows(changes: Members) -> list[Members]:
    """The rows of a state that the member `changes` of an item has: added, removed, changed."""
    return [*changes["added"], *changes["removed"], *changes["changed"]]


# --- a row


def called(row: Mapping[str, Any], key: str) -> Piece:
    """The name and the id of a row, or what names it among the others.

    >>> called({"id": "juno", "name": "JUNO"}, "juno")
    'JUNO (juno)'
    >>> str(called({"name": "JUNO", "milestone": "first-light", "plans": []}, "juno/first-light"))
    'JUNO, first light'
    >>> str(called({"key": {"status": "operating", "country": "CN"}}, "operating:CN"))
    'operating, CN'
    """
    name = row.get("name") or row.get("title")
    if isinstance(row.get("key"), dict):
        parts = [Value(value) for value in row["key"].values() if value is not None]
        return listed(parts) if parts else say("all")
    if "event" in row and "position" in row:
        position = str(row["position"])
        return say("%(event)s at @%(position)s", event=str(row["event"]), position=position)
    if not name:
        return str(row.get("id", key))
    if "milestone" in row and "plans" in row:
        return listed([str(name), Value(_words(row["milestone"]))])
    return f"{name} ({row['id']})" if "id" in row else str(name)


def named(row: Mapping[str, Any], key: str = "") -> Piece:
    """The name of a row, with its status or its date."""
    name = called(row, key)
    if row.get("status"):
        return listed([name, *_standing(row)])
    if expected := row.get("expected"):
        status, when = Value(expected["status"]), Value(expected["date"])
        return listed([name, say("%(status)s expected for %(date)s", status=status, date=when)])
    if row.get("overdue"):
        return listed([name, say("overdue")])
    date = row.get("date")
    # A milestone has its date as text, a transition with its bounds beside it.
    day = date.get("date") if isinstance(date, Mapping) else date
    return listed([name, *_step(row), *([Value(day)] if "date" in row else ())])


def _step(row: Mapping[str, Any]) -> Iterator[Piece]:
    """What began or ended in a transition; nothing where the row is none, or a discovery.

    >>> [str(step) for step in _step({"was": "in-force", "became": None})]
    ['no longer in force']
    """
    if row.get("became"):
        yield Value(_words(row["became"]))
    elif row.get("was") and "became" in row:
        yield say("no longer %(what)s", what=Value(_words(row["was"])))


# --- a patch


class _Move(NamedTuple):
    """From what to what a member led; `steps` are the names that lead to it."""

    steps: tuple[str, ...]
    was: Any
    now: Any

    def text(self) -> Piece:
        """The member and what it was and is, in words."""
        # A date within a date is one.
        names = tuple(map(_words, dict.fromkeys(self.steps)))
        place = Place(names) if names else say("the answer")
        if (points := _points(self.was, self.now)) is not None:
            is_all = names == ("points",)
            return points if is_all else say("%(what)s %(points)s", what=place, points=points)
        if _are_words(self.was) and _are_words(self.now):
            lists = _between_lists(self.was or [], self.now or [])
            return say("%(what)s: %(lists)s", what=place, lists=lists)
        was, now = value(self.was), value(self.now)
        if str(was) == str(now):
            return say("%(what)s altered", what=place)
        return _from_to(place, was, now)

    def is_clear(self) -> bool:
        """Whether its words say what moved, and not only that something did."""
        sides = [side for side in (self.was, self.now) if side not in (None, [], {})]
        return self.steps[0] not in SAID_ELSEWHERE and all(
            _is_plain(side) or bool(_named(side)) for side in sides
        )


def _from_to(what: Piece, was: Piece, now: Piece) -> Piece:
    return say("%(what)s from %(was)s to %(now)s", what=what, was=was, now=now)


def _patched(patch: Sequence[Operation], before: Members, after: Members) -> Iterator[Piece]:
    """What the operations of a patch over an answer lead to."""
    if not before or not after:
        # There was no answer before, or there is none any more: what it is of came or went.
        there = after or before
        of = there.get("card") or there.get("statement") or there.get("source") or there
        yield _new(_whole(of)) if after else _gone(_whole(of))
        return
    of_rows: dict[tuple[str, str], list[Operation]] = {}
    moves: list[_Move] = []
    for operation in patch:
        name, *more = _steps(operation["path"])
        if more and name in KEYED and isinstance(after.get(name, before.get(name)), dict):
            of_rows.setdefault((name, more[0]), []).append(operation)
        elif not _is_left_out([name, *more], after):
            move = _move(operation, before, after)
            moves += [] if move in moves else [move]
    # The end of every item lists which events were recorded.
    events = [place for place in of_rows if place[0] == "events"]
    listed = [place for place in of_rows if place[0] != "events"]
    lines = [_row_moved(*place, of_rows[place], before, after) for place in listed]
    lines += _moves_apart(moves, alone=not lines)
    yield from lines or [_row_moved(*place, of_rows[place], before, after) for place in events]


def _row_moved(
    name: str, key: str, operations: Sequence[Operation], before: Members, after: Members
) -> Piece:
    """What operations on a row of a list lead to."""
    was, now = (side.get(name, {}).get(key) for side in (before, after))
    if was is None:
        return _new(named(now, key))
    if now is None:
        return _gone(named(was, key))
    inner = [_below(operation, 2) for operation in operations]
    return _moved(called(now, key), _moves(inner, was, now))


def _moves_apart(moves: Iterable[_Move], *, alone: bool) -> Iterator[Piece]:
    """What moved beside the rows: lists by what is in them, then figures, and the rest where it is
    clear or there is nothing else."""
    figures: list[Piece] = []
    rest: list[_Move] = []
    for move in moves:
        lists = [_by_name(side) for side in (move.was, move.now)]
        if lists[0] is not None and lists[1] is not None and move.steps[0] not in SAID_ELSEWHERE:
            alone = False
            yield from _rows_between(lists[0], lists[1])
        elif _is_plain(move.was) and _is_plain(move.now):
            figures.append(say("%(what)s.", what=move.text()))
        else:
            rest.append(move)
    yield from figures
    alone = alone and not figures
    for move in rest:
        if alone or move.is_clear():
            yield say("%(what)s.", what=move.text())


def _rows_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Piece]:
    """What differs between two lists whose rows have ids."""
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        if was is None:
            yield _new(named(after[key], key))
        elif now is None:
            yield _gone(named(was, key))
        elif was != now:
            moved = [
                {"op": "replace", "path": f"/{name}", "value": now.get(name)}
                for name in now
                if was.get(name) != now.get(name)
            ]
            yield _moved(called(now, key), _moves(moved, was, now))


def _moves(patch: Sequence[Operation], before: Any, after: Any) -> Piece:
    """From what to what the operations within a row lead."""
    news = [each for each in patch if not _is_left_out(_steps(each["path"]), after)] or patch
    texts = (_move(operation, before, after).text() for operation in news)
    return listed({str(text): text for text in texts}.values(), "; ")


def _is_left_out(steps: Sequence[str], row: Any) -> bool:
    if LEFT_OUT & set(steps):
        return True
    # The first and the last possible day stand beside the date that they follow from.
    beside = _at(row, steps[:-1])
    return bool(steps) and steps[-1] in ENDS and "date" in (beside or {})


def _move(operation: Operation, before: Any, after: Any) -> _Move:
    """What an operation does; one on an end of an interval moves the interval."""
    steps = _steps(operation["path"])
    if steps and steps[-1] in ENDS:
        steps = steps[:-1]
    return _Move(tuple(steps), _at(before, steps), _at(after, steps))


def _below(operation: Operation, depth: int) -> Operation:
    """The same operation, seen from so many steps down."""
    path = "".join(f"/{step}" for step in operation["path"].split("/")[1 + depth :])
    below: Operation = {**operation, "path": path}
    return below


def _steps(pointer: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _at(document: Any, steps: Iterable[str]) -> Any:
    """What stands at a place; None where nothing does."""
    for step in steps:
        if isinstance(document, list) and step.isdigit() and int(step) < len(document):
            document = document[int(step)]
        elif isinstance(document, dict) and step in document:
            document = document[step]
        else:
            return None
    return document


# --- a value


def value(of: Any) -> Piece:
    """A value in few words: what it is called, if it is an object.

    >>> [str(value(each)) for each in ({"earliest": 1699, "latest": 2064}, ["juno", "lhaaso"], [])]
    ['1699–2064', 'juno, lhaaso', 'nothing']
    >>> runs = {"status": "operating", "since": {"date": "2025-08-26"}, "statement": "juno-runs"}
    >>> str(value(runs))
    'operating since 2025-08-26'
    """
    if of is None or of in ([], {}):
        return say("nothing")
    if isinstance(of, bool):
        return say("yes") if of else say("no")
    if isinstance(of, dict):
        return _of_object(of)
    if isinstance(of, list):
        is_few = len(of) <= FEW and all(isinstance(each, str) or _named(each) for each in of)
        return listed(map(value, of)) if is_few else n("%(num)s entry", "%(num)s entries", len(of))
    if isinstance(of, int | float):
        return number_text(of, grouped=False)
    text = of if isinstance(of, str) else msgspec.json.encode(of).decode()
    return Value(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…")


def _of_object(of: Mapping[str, Any]) -> Piece:
    if all(isinstance(each, int) for each in of.values()):
        return _interval(of) or ", ".join(f"{name} {number}" for name, number in of.items())
    if "status" in of:
        return listed(_standing(of))
    return _named(of) or n("%(num)s member", "%(num)s members", len(of))


def _standing(row: Mapping[str, Any]) -> Iterator[Piece]:
    """The status of a facility, since when, and what was expected of it."""
    since, expected = (row.get("since") or {}).get("date"), row.get("expected")
    status = Value(row["status"]) if row["status"] else say("no status")
    yield say("%(what)s since %(when)s", what=status, when=Value(since)) if since else status
    if expected:
        what, when = Value(expected["status"]), Value(expected["date"])
        yield say("expected %(status)s from %(date)s", status=what, date=when)
    if row.get("overdue"):
        yield say("overdue")


def _named(of: Any) -> Piece:
    """An interval by its ends, an object by what it is called; empty where it is neither."""
    if not isinstance(of, dict):
        return ""
    names = ("title", "name", "date", "id", "effective")
    named = (Value(of[name]) for name in names if isinstance(of.get(name), str))
    return _interval(of) or next(named, "")


def _interval(of: Mapping[str, Any]) -> Piece:
    """An interval by its ends; empty where it is none."""
    for ends in (ENDS, ("certain", "possible"), ("from", "to")):
        if of.keys() == set(ends):
            texts = (say("open") if of[end] is None else Value(of[end]) for end in ends)
            return listed(texts, "–")
    return ""


def _whole(of: Mapping[str, Any]) -> Piece:
    """What an answer is of: a card, a statement or a source, or a list of so many."""
    name = of.get("name") or of.get("title") or of.get("id")
    return str(name) if name else say("the answer")


def _is_plain(of: Any) -> bool:
    """Whether a value stands in a line as it is: a word, number, interval, or list of words."""
    if isinstance(of, list):
        return _are_words(of)
    return not isinstance(of, dict) or bool(_interval(of))


def _are_words(of: Any) -> bool:
    """Whether a value is a list of words that says something; None is an empty one."""
    return of is None or (isinstance(of, list) and all(isinstance(each, str) for each in of))


def _between_lists(was: Sequence[str], now: Sequence[str]) -> Piece:
    """What a list of words gained and lost."""
    gained = [each for each in now if each not in was]
    lost = [each for each in was if each not in now]
    parts = [
        *([say("new %(what)s", what=value(gained))] if gained else ()),
        *([say("without %(what)s", what=value(lost))] if lost else ()),
    ]
    return listed(parts) if parts else say("in another order")


def _by_name(of: Any) -> dict[str, Any] | None:
    """A list of objects by the member that names each of them; None for anything else."""
    if not isinstance(of, list) or not all(isinstance(each, dict) for each in of):
        return None
    for name in NAMES:
        keys = [each.get(name) for each in of]
        if all(isinstance(key, str) for key in keys) and len(set(keys)) == len(keys):
            return dict(zip(map(str, keys), of, strict=True))
    return None


def _points(was: Any, now: Any) -> Piece | None:
    """From what to what the points of a series moved; None where these are no points."""
    before, after = ({each["at"]: each for each in _dated(side)} for side in (was, now))
    if not before.keys() | after.keys():
        return None
    moved = [
        _from_to(Value(at), *(value(_number(side.get(at))) for side in (before, after)))
        for at in sorted(before.keys() | after.keys())
        if before.get(at) != after.get(at)
    ]
    left = len(moved) - FEW
    more = [n("and %(num)s more points", "and %(num)s more points", left)] if left > 0 else []
    return listed([*moved[:FEW], *more])


def _dated(of: Any) -> list[Members]:
    """The points in a list of points."""
    listed = of if isinstance(of, list) else []
    return [each for each in listed if isinstance(each, dict) and "at" in each]


def _number(point: Mapping[str, Any] | None) -> Any:
    return None if point is None else point.get("count", point.get("value"))


def _words(name: str) -> str:
    """The name of a member as words.

    >>> _words("slip_days"), _words("operation-started")
    ('slip days', 'operation started')
    """
    return CHANGES.get(name) or name.replace("_", " ").replace("-", " ")
