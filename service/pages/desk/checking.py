"""All that is wrong with the lines of a form, told at once.

The chronicle refuses a line for its first fault. Here each member is looked at by itself too, and
what the line names is held against the log, so that a form has to be mended only once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from events.catalogue import BY_TYPE
from events.characters import faults_of_characters
from events.clocks import utc_day
from events.decision import decide
from events.errors import BadSupersedes, BatchRefused, CellsRefused, Refusal, UnknownReference
from events.fact import Line
from events.orders import Command, Order
from events.record import changed
from service.archive import Archive
from service.pages.desk.faults import fault_of, unfit
from service.pages.desk.room import Desk
from service.pages.desk.task import Filled, Task
from service.pages.shell.layout import Members
from service.words import language

CHANGES = "/changes"


def faults_of_lines(
    desk: Desk, lines: Sequence[Line], refusal: Refusal, *, before: Line
) -> list[Members]:
    """Why the lines of a form were refused: faults as of `fault_of`, each with whether it is
    `of_source`, the line before the last. `before` is what stood there, of a change."""
    refused = refusal.refusals if isinstance(refusal, BatchRefused) else [(len(lines), refusal)]
    by_number: dict[int, list[Refusal]] = {number: [each] for number, each in refused}
    found: list[Members] = []
    for number, line in enumerate(lines, start=1):
        of_source = number < len(lines)
        theirs = by_number.get(number, [])
        known: set[str] = set() if of_source or len(lines) == 1 else {str(lines[0].get("id"))}
        all_faults = _all_faults(desk.service, line, theirs, before=before, known=known)
        found += [{**fault_of(each, desk.say), "of_source": of_source} for each in all_faults]
    return found


def unfit_of_form(desk: Desk, task: Task, filled: Filled) -> list[Members]:
    """What stands in a form that the format would take and the form does not, as faults; what stood
    in it from the first is let be."""
    first, tag = task.filled(), language.TAGS[desk.lang]
    under = CHANGES if task.changes_members else ""
    parts = (
        (task.members, filled.values, first.values, under),
        (task.why, filled.why, first.why, ""),
    )
    return [
        {"pointer": prefix + pointer, "text": text, "lang": tag, "of_source": False}
        for members, values, before, prefix in parts
        for member in members
        if values[member.name] != before[member.name]
        for pointer, text in unfit(member, values[member.name], desk.say).items()
    ]


def _all_faults(
    service: Archive, line: Line, refused: Sequence[Refusal], *, before: Line, known: set[str]
) -> list[Refusal]:
    """What is wrong with a line, each place once; `known` are ids of sources that come with it."""
    found = {each.pointer: each for each in refused}
    shape = BY_TYPE.get(str(line.get("type")))
    if shape is None:
        return list(found.values())
    said = {name: value for name, value in line.items() if name not in ("type", "revision")}
    more: list[Refusal] = [
        *shape.faults(said),
        *faults_of_characters(line),
        *_faults_of_changes(service, line, before),
    ]
    for each in (*more, *_against_the_log(service, line, [*found.values(), *more])):
        if not (isinstance(each, UnknownReference) and each.id in known):
            found.setdefault(each.pointer, each)
    return list(found.values())


def _faults_of_changes(service: Archive, line: Line, before: Line) -> Iterator[Refusal]:
    """What is wrong with the members that a change sets anew."""
    changes, shape = line.get("changes"), BY_TYPE.get(str(before.get("type")))
    if not isinstance(changes, dict) or shape is None:
        return
    after = changed(before, changes)
    after.pop("type", None)
    for each in shape.faults(after):
        if each.pointer[1:].partition("/")[0] in {*changes, "date", "stated"}:
            each.pointer = CHANGES + each.pointer
            yield each
    earlier = changes.get("supersedes")
    if isinstance(earlier, str) and not service.chronicle.claimed("statement", [earlier]):
        yield BadSupersedes(
            str(before.get("id")), earlier, str(line.get("record")), pointer=f"{CHANGES}/supersedes"
        )
    cited = changes.get("sources")
    for index, each in enumerate(cited if isinstance(cited, list) else ()):
        id = each.get("id") if isinstance(each, dict) else None
        if isinstance(id, str) and not service.chronicle.claimed("source", [id]):
            yield UnknownReference("source", id, pointer=f"{CHANGES}/sources/{index}/id")


def _against_the_log(
    service: Archive, line: Line, refused: Sequence[Refusal]
) -> tuple[Refusal, ...]:
    """What the log has against the members that can be read, as it has of a row of a sheet."""
    chronicle = service.chronicle
    if not refused:
        return ()
    order = Order(1, CellsRefused(refused, line))
    command = Command(orders=(order,), actor="", request="")
    try:
        decide(command, chronicle, today=utc_day(chronicle.now()))
    except CellsRefused as all_of_them:
        return all_of_them.refusals
    except Refusal:
        return ()
    return ()
