"""A form as its template shows it: its subject, its controls, and the faults of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from events.catalogue import CARD_TYPES
from events.decision import FIXED
from events.errors import BadDate
from events.stream import Stream
from events.vocabulary import countries
from service.pages.desk import words as desk_words
from service.pages.desk.faults import plain_fault
from service.pages.desk.form import RARE, SPARE, Member, Value, values_of
from service.pages.desk.lines import rows_of
from service.pages.desk.room import Desk
from service.pages.desk.task import SOURCE, WHY, Filled, Task
from service.pages.desk.values import date_and_days, value_words
from service.pages.shell.layout import Members
from service.words import language, places
from service.words.names import text_in
from service.words.speech import Speech


def subject(desk: Desk, task: Task) -> Members:
    """What the head of a form shows: `title`, `word` of the type, `name`, `id`, `record`,
    `space`, and the rows of what `stands`."""
    before = task.before
    name = text_in(before, "title", desk.lang) or text_in(before, "name", desk.lang)
    of_source = task.stream is not None and not Stream.parse(task.stream).is_record
    return {
        "title": desk.say("Amend a source") if of_source else _title(task.type, desk.say),
        "word": desk_words.type_of_line(task.type, desk.lang),
        "name": name,
        "id": task.said.get("statement") or task.record,
        "record": task.record,
        "space": "source" if of_source else "record",
        "stands": _stands(desk, task),
    }


def _stands(desk: Desk, task: Task) -> list[Members]:
    """What stands and cannot be changed: of a correction what is fixed, of a withdrawal all."""
    if task.type == "correction":
        return rows_of(desk, {name: task.before[name] for name in FIXED if name in task.before})
    return [] if task.members else rows_of(desk, task.before)


def _title(type: str, say: Speech) -> str:
    """The title of the form of a type of line; the name of the type where it has no title yet."""
    named = {
        "source": say("Register a source"),
        "facility": say("Register a facility"),
        "series": say("Register a series of readings"),
        "milestone": say("Record a milestone"),
        "discovery": say("Record a discovery"),
        "policy": say("Record a policy decision"),
        "indicator": say("Record a reading of an indicator"),
        "observation": say("Record an observation"),
        "correction": say("Correct a statement"),
        "withdrawal": say("Withdraw a statement"),
        "reinstatement": say("Reinstate a statement"),
        "amendment": say("Amend a card"),
    }
    return named.get(type, type)


def form_members(desk: Desk, task: Task, filled: Filled, faults: Sequence[Members] = ()) -> Members:
    """The variables of the template of a form: its controls, each with its faults; `rare` are those
    that it folds, `why` those of the change itself, `source` those of a source that is entered in
    place, `faults` those of the whole form."""
    here = _by_control(desk, task, faults)
    values, why, of_source = filled
    controls = [_control(desk, task, each, values[each.name]) for each in task.members]
    own = [_control(desk, task, each, why[each.name], prefix=WHY) for each in task.why]
    source = [
        _control(desk, task, _wanted(each, task, filled), of_source[each.name], prefix=SOURCE)
        for each in task.source_members
    ]
    everything = (*controls, *own, *source)
    for each in everything:
        refused = here.pop(each["name"], [])
        each["faults"] = _plainly(desk, each) or refused if faults else refused
    rare = [each for each in controls if each["rare"]]
    return {
        "controls": [each for each in controls if not each["rare"]],
        "rare": rare,
        "rare_open": any(each["filled"] or each["faults"] for each in rare),
        "why": own,
        "source": source,
        "source_open": any(each["filled"] or each["faults"] for each in source),
        "summary": [
            {"id": each["id"], "label": _in_summary(desk, each), "faults": each["faults"]}
            for each in everything
            if each["faults"]
        ],
        "faults": [fault for left in here.values() for fault in left],
    }


def _in_summary(desk: Desk, control: Members) -> str:
    """What a control is called among all of a form: two may have one label."""
    label = str(control["label"])
    if control["name"].startswith(SOURCE):
        return desk.say("%(name)s of the new source", name=label)
    return label


def _wanted(member: Member, task: Task, filled: Filled) -> Member:
    """A member of a source, needed only where a source is entered at all."""
    return member if task.has_source(filled) else member._replace(required=False)


def _plainly(desk: Desk, control: Members) -> list[Members]:
    """What is plainly wrong with the text in a control."""
    words = plain_fault(control["member"], control["value"], desk.say)
    return [{"text": words, "lang": language.TAGS[desk.lang], "row": None}] if words else []


def _by_control(desk: Desk, task: Task, faults: Iterable[Members]) -> dict[str, list[Members]]:
    """The faults by the name of their control; "" is the whole form. Those of a list of sources
    say of which, and have the number of their `row`: facts have names, be they numbers."""
    of_thing = {each.name for each in task.members}
    of_change = {each.name for each in task.why}
    of_source = {each.name for each in task.source_members}
    of_rows = {each.name for each in (*task.members, *task.why) if each.kind == "citations"}
    found: dict[str, list[Members]] = {}
    for fault in faults:
        steps = fault["pointer"].split("/")[1:]
        name = ""
        if fault.get("of_source"):
            name = SOURCE + steps[0] if steps and steps[0] in of_source else ""
        elif task.is_change and len(steps) > 1 and steps[0] == "changes" and steps[1] in of_thing:
            name, steps = steps[1], steps[1:]
        elif task.is_change and steps and steps[0] in of_change:
            name = WHY + steps[0]
        elif not task.is_change and steps and steps[0] in of_thing:
            name = steps[0]
        in_row = name and len(steps) > 1 and steps[0] in of_rows
        row = int(steps[1]) if in_row else None
        words = fault["text"]
        if row is not None:
            words = desk.say("Source %(number)s: %(fault)s", number=row + 1, fault=words)
        found.setdefault(name, []).append({**fault, "text": words, "row": row})
    return found


def _control(desk: Desk, task: Task, member: Member, value: Value, *, prefix: str = "") -> Members:
    lang, name = desk.lang, member.name
    shape = task.type if prefix == WHY else str(task.before.get("type", task.type))
    shape = "source" if prefix == SOURCE else shape
    rows = member.kind in ("citations", "facts")
    long = member.kind == "long" or (member.kind == "text" and "\n" in value)
    if is_new_id := name == "id" and not task.is_change:
        member = member._replace(required=False)  # one is suggested if none is written
    return {
        "member": member,
        "name": prefix + name,
        "id": f"f-{prefix.replace('.', '-')}{name}",
        "kind": "long" if long else member.kind,
        "label": desk_words.member(prefix + name, lang, shape),
        "hint": desk_words.hint(shape, prefix + name, lang),
        "required": member.required,
        "of": member.of,
        "new": is_new_id,
        "space": _space(task.type),
        "value": "" if rows else value,
        "rows": [*value, *[("", "")] * SPARE] if rows else [],
        "choices": _choices(member, lang),
        "words": _date_hint(str(value), desk.say) if member.kind == "date" else "",
        "rare": name in RARE and not prefix,
        "filled": bool(value),
        "was": _was(desk, task, member, value) if task.changes_members and not prefix else None,
    }


def _date_hint(text: str, say: Speech) -> str:
    try:
        return date_and_days(text, say) if text else ""
    except BadDate:
        return ""  # what is wrong with it stands beside it anyway


def _was(desk: Desk, task: Task, member: Member, value: Value) -> str | None:
    """The value before it was changed, in words; None where it was not."""
    before = values_of((member,), task.before)[member.name]
    if before == value:
        return None
    stood = task.before.get(member.name)
    return value_words(task.before["type"], member.name, stood, desk.lang) or desk.say("nothing")


def _choices(member: Member, lang: str) -> list[tuple[str, str]]:
    if member.kind == "country":
        named = [(code, places.country(code, lang)) for code in countries()]
        return sorted(named, key=lambda each: places.name_order(each[1], lang))
    return [(each, desk_words.choice(member.name, each, lang)) for each in member.choices]


def _space(type: str) -> str:
    """The space in which the id of a new line of a type must be free."""
    return CARD_TYPES[type].SPACE if type in CARD_TYPES else "statement"
