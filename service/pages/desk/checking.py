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
from events.fact import LONGEST_ID, Line, is_id
from events.orders import Command, Order
from events.record import changed
from service.archive import Archive
from service.pages.desk.faults import fault_of, id_fault, unfit
from service.pages.desk.form import Member, Value
from service.pages.desk.page import found
from service.pages.desk.room import Desk
from service.pages.desk.task import Filled, Task
from service.pages.shell.layout import Members
from service.words import language

CHANGES = "/changes"

MOST_NEAR = 3
"""So many sources are offered for one that there is not."""


def faults_of_lines(
    desk: Desk, lines: Sequence[Line], refusal: Refusal, *, before: Line
) -> list[Members]:
    """Why the lines of a form were refused: faults as of `fault_of`, each with whether it is
    `of_source`, the line before the last. `before` is what stood there, of a change."""
    refused = refusal.refusals if isinstance(refusal, BatchRefused) else [(len(lines), refusal)]
    by_number: dict[int, list[Refusal]] = {number: [each] for number, each in refused}
    shown: list[Members] = []
    for number, line in enumerate(lines, start=1):
        of_source = number < len(lines)
        theirs = by_number.get(number, [])
        known: set[str] = set() if of_source or len(lines) == 1 else {str(lines[0].get("id"))}
        all_faults = _all_faults(desk.service, line, theirs, before=before, known=known)
        shown += [{**fault_of(each, desk.say), "of_source": of_source} for each in all_faults]
    return shown


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
        for pointer, text in {
            **unfit(member, values[member.name], desk.say),
            **dict(_no_sources(desk, member, values[member.name])),
        }.items()
    ]


def _no_sources(desk: Desk, member: Member, value: Value) -> Iterator[tuple[str, str]]:
    """The rows of a list of sources that name none, by the pointer, with those that are near."""
    if member.kind != "citations" or isinstance(value, str):
        return
    for index, (id, _) in enumerate(value):
        if is_id(id):
            continue
        words = id_fault(id, desk.say) if id else desk.say("Which source? Its id is missing.")
        near = found(desk, id[:LONGEST_ID]) if id else ()
        ids = [each["id"] for each in near if each["space"] == "source"]
        if ids:
            meant = desk.say(", ").join(ids[:MOST_NEAR])
            words = desk.say("%(fault)s Is one of these meant: %(ids)s?", fault=words, ids=meant)
        yield f"/{member.name}/{index}/id", words


def _all_faults(
    service: Archive, line: Line, refused: Sequence[Refusal], *, before: Line, known: set[str]
) -> list[Refusal]:
    """What is wrong with a line, each place once; `known` are ids of sources that come with it."""
    by_place = {each.pointer: each for each in refused}
    shape = BY_TYPE.get(str(line.get("type")))
    if shape is None:
        return list(by_place.values())
    said = {name: value for name, value in line.items() if name not in ("type", "revision")}
    more: list[Refusal] = [
        *shape.faults(said),
        *faults_of_characters(line),
        *_faults_of_changes(service, line, before),
    ]
    for each in (*more, *_against_the_log(service, line, [*by_place.values(), *more])):
        if not (isinstance(each, UnknownReference) and each.id in known):
            by_place.setdefault(each.pointer, each)
    return list(by_place.values())


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
