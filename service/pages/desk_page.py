"""The curator's desk: what its pages show, and what its forms would record.

A `Task` is one thing that can be recorded: its path says the type of line and what the line
is of, its form follows from the catalogue. The desk makes lines, and nothing more: whether
they may be recorded is decided where the API's are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from werkzeug.datastructures import MultiDict

from events.catalogue import BY_TYPE, STATEMENT_TYPES, fact_of
from events.clocks import as_of
from events.decision import FIXED, stream_of
from events.errors import (
    BadDate,
    BadSupersedes,
    BatchRefused,
    IdTaken,
    IsWithdrawn,
    KeyReused,
    MalformedLine,
    NotFound,
    NothingChanges,
    NotWithdrawn,
    Refusal,
    StaleRevision,
    UnknownReference,
)
from events.fact import Line
from events.record import Record, changed
from events.vocabulary import countries
from projections.account import account
from service.archive import Archive
from service.audit import standing_of
from service.filters import given, wanted
from service.finding import search_answer
from service.pages import desk_words, labels, language
from service.pages.desk_form import (
    RARE,
    SPARE,
    Member,
    Value,
    Values,
    changes_of,
    line_of,
    members_of,
    sent,
    values_of,
)
from service.pages.desk_preview import Desk, date_words, in_order, told_date, told_value
from service.pages.page import Members
from service.pages.speech import Speech
from service.question import Question

REGISTERED = ("facility", "source")
"""Types of line that begin something with a card of its own."""

WHY = "why."
"""What the names of a change's own members begin with in a form, `sources` being in both."""

PREFILLED = ("facility", "record", "series", "source", "supersedes", "milestone")
"""What a link to an empty form may fill in; `source` is the first of its sources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing to record. `said` is what the path says of the line.

    Of a change, `stream` is what it changes, `revision` the one that its form was filled at,
    and `before` the line that stood there then.
    """

    said: Line
    members: tuple[Member, ...]
    why: tuple[Member, ...] = ()
    prefilled: Line = field(default_factory=dict)
    stream: str | None = None
    revision: int | None = None
    before: Line = field(default_factory=dict)
    record: str = ""

    @property
    def type(self) -> str:
        """The type of the line."""
        return str(self.said["type"])

    @property
    def is_change(self) -> bool:
        """Whether it changes something that is recorded."""
        return self.stream is not None

    @property
    def changes_members(self) -> bool:
        """Whether it sets members anew, as a correction and an amendment do."""
        return self.is_change and self.type in ("correction", "amendment")

    def filled(self) -> tuple[Values, Values]:
        """What the empty form shows: of the thing, and of the change."""
        line = self.before if self.is_change else self.prefilled
        return values_of(self.members, line), values_of(self.why, {})

    def sent(self, form: MultiDict[str, str]) -> tuple[Values, Values]:
        """What a form sent, of the thing and of the change."""
        return sent(self.members, form), sent(self.why, form, WHY)

    def shows(self, line: Line) -> tuple[Values, Values]:
        """What the form shows of a line that it once made. Raises Refusal for any other."""
        if any(line.get(name) != value for name, value in self.said.items()):
            raise MalformedLine(f"the path says {self.said['type']!r}", pointer="/type")
        fact_of(line)
        shown = changed(self.before, line["changes"]) if self.changes_members else line
        return values_of(self.members, shown), values_of(self.why, line)

    def line(self, values: Values, why: Values) -> Line:
        """The line that a form says: of a change, only what somebody changed."""
        own = line_of(self.why, why)
        if self.changes_members:
            before = values_of(self.members, self.before)
            return {**self.said, "changes": changes_of(self.members, before, values), **own}
        return {**self.said, **line_of(self.members, values), **own}


def new_task(type: str, prefill: Mapping[str, str]) -> Task:
    """Registering something, or recording a statement. Raises NotFound for another type."""
    if type not in (*REGISTERED, *STATEMENT_TYPES):
        raise NotFound("type", type)
    members = members_of(BY_TYPE[type])
    names = {each.name for each in members}
    line: Line = {name: text for name, text in prefill.items() if name in names}
    if "source" in prefill and "sources" in names:
        line["sources"] = [{"id": prefill["source"]}]
    return Task(said={"type": type}, members=members, prefilled=line)


def statement_task(service: Archive, type: str, id: str, revision: int | None) -> Task:
    """Changing a statement, as it stood at a revision (None: now). Raises NotFound."""
    record = service.chronicle.claimed("statement", [id]).get(id)
    if record is None:
        raise NotFound("statement", id)
    stream = stream_of("record", record)
    folded, at = folded_at(service, stream, revision)
    if id not in folded.kept:
        folded, at = folded_at(service, stream, None)
    before = folded.kept[id].line
    shape = BY_TYPE[before["type"]]
    return Task(
        said={"type": type, "statement": id},
        members=members_of(shape, FIXED) if type == "correction" else (),
        why=members_of(BY_TYPE[type], ("id", "statement", "changes")),
        stream=stream, revision=at, before=before, record=record,
    )  # fmt: skip


def card_task(service: Archive, space: str, id: str, revision: int | None) -> Task:
    """Amending a card or a source, as it stood at a revision (None: now). Raises NotFound."""
    stream = stream_of(space, id)
    folded, at = folded_at(service, stream, revision)
    if folded.card is None:
        raise NotFound(space, id)
    return Task(
        said={"type": "amendment", space: id},
        members=members_of(BY_TYPE[folded.card["type"]], ("id", "type")),
        why=members_of(BY_TYPE["amendment"], ("id", "record", "source", "changes")),
        stream=stream, revision=at, before=folded.card, record=id,
    )  # fmt: skip


def again(service: Archive, task: Task) -> Task:
    """The same task, of what stands now. Raises NotFound."""
    if "statement" in task.said:
        return statement_task(service, task.type, task.said["statement"], None)
    if task.stream is None:
        return task
    space, _, id = task.stream.partition(":")
    return card_task(service, space, id, None)


def folded_at(service: Archive, stream: str, revision: int | None) -> tuple[Record, int]:
    """What a stream came to at a revision (None: all of it), and that revision."""
    record = Record(stream.partition(":")[2])
    for line, position, recorded_on in service.chronicle.stream(stream)[:revision]:
        record.apply(line, position=position, recorded_on=recorded_on)
    return record, record.revision


# --- a form, and what is wrong with it


def form_members(
    desk: Desk, task: Task, values: Values, why: Values, faults: Sequence[Members] = ()
) -> Members:
    """What the template shows of a form: its controls, each with what is wrong there."""
    here = _by_control(task, faults)
    controls = [_control(desk, task, each, values[each.name]) for each in task.members]
    own = [_control(desk, task, each, why[each.name], prefix=WHY) for each in task.why]
    for each in (*controls, *own):
        each["faults"] = here.pop(each["name"], [])
    rare = [each for each in controls if each["rare"]]
    return {
        "controls": [each for each in controls if not each["rare"]],
        "rare": rare,
        "rare_open": any(each["filled"] or each["faults"] for each in rare),
        "why": own,
        "summary": [
            {"id": each["id"], "label": each["label"], "faults": each["faults"]}
            for each in (*controls, *own)
            if each["faults"]
        ],
        "faults": [fault for left in here.values() for fault in left],
    }


def faults_of(refusal: Refusal, say: Speech) -> list[Members]:
    """What is wrong, each with the pointer to its member and, of a batch, its line."""
    if isinstance(refusal, BatchRefused):
        return [{"line": line, **_fault(each, say)} for line, each in refusal.refusals]
    return [_fault(refusal, say)]


def _fault(refusal: Refusal, say: Speech) -> Members:
    words = _words_of(refusal, say)
    lang = "en" if words is None else language.TAGS[say.lang]
    return {"pointer": refusal.pointer, "text": words or str(refusal), "lang": lang}


def _words_of(refusal: Refusal, say: Speech) -> str | None:
    """A refusal in the language of the page; None where only its own English is exact enough."""
    match refusal:
        case IdTaken():
            return say("The id %(id)s is taken: choose another.", id=refusal.id)
        case UnknownReference():
            return say("Nothing is recorded under %(id)s.", id=refusal.id)
        case BadDate():
            return say("%(date)s is not a date of the format.", date=refusal.text[:80])
        case NothingChanges():
            return say("Nothing was changed.")
        case IsWithdrawn():
            return say("%(id)s is withdrawn: reinstate it first.", id=refusal.statement)
        case NotWithdrawn():
            return say("%(id)s is not withdrawn.", id=refusal.statement)
        case BadSupersedes():
            return say(
                "Nothing of the id %(id)s was recorded earlier in the same record.",
                id=refusal.named,
            )
        case StaleRevision():
            return say("The record of %(id)s changed in the meantime.", id=refusal.record)
        case KeyReused():
            return say("This form was recorded already, at @%(at)s.", at=refusal.position)
    return None


def _by_control(task: Task, faults: Iterable[Members]) -> dict[str, list[Members]]:
    """The faults by the name of the control that they point at; "" is the whole form."""
    of_thing = {each.name for each in task.members}
    of_change = {each.name for each in task.why}
    found: dict[str, list[Members]] = {}
    for fault in faults:
        steps = fault["pointer"].split("/")[1:]
        name = ""
        if task.is_change and len(steps) > 1 and steps[0] == "changes" and steps[1] in of_thing:
            name, steps = steps[1], steps[1:]
        elif task.is_change and steps and steps[0] in of_change:
            name = WHY + steps[0]
        elif not task.is_change and steps and steps[0] in of_thing:
            name = steps[0]
        row = int(steps[1]) if name and len(steps) > 1 and steps[1].isdigit() else None
        found.setdefault(name, []).append({**fault, "row": row})
    return found


def _control(desk: Desk, task: Task, member: Member, value: Value, *, prefix: str = "") -> Members:
    lang, name = desk.lang, member.name
    shape = task.type if prefix else str(task.before.get("type", task.type))
    rows = member.kind in ("citations", "facts")
    long = member.kind == "long" or (member.kind == "text" and "\n" in value)
    required = member.required or name == "modality"
    return {
        "name": prefix + name,
        "id": f"f-{prefix.replace('.', '-')}{name}",
        "kind": "long" if long else member.kind,
        "label": desk_words.member(name, lang),
        "hint": desk_words.hint(shape, name, lang),
        "required": required,
        "of": member.of,
        "new": name == "id" and not task.is_change,
        "space": _space(task.type),
        "value": "" if rows else value,
        "rows": [*value, *[("", "")] * SPARE] if rows else [],
        "choices": _choices(member, lang),
        "words": _date_words(str(value), desk.say) if member.kind == "date" else "",
        "rare": name in RARE and not prefix,
        "filled": bool(value),
        "was": _was(desk, task, member, value) if task.changes_members and not prefix else None,
    }


def _date_words(text: str, say: Speech) -> str:
    try:
        return told_date(text, say) if text else ""
    except BadDate:
        return ""  # what is wrong with it stands beside it anyway


def _was(desk: Desk, task: Task, member: Member, value: Value) -> str | None:
    """What stood there before somebody changed it; None where nobody did."""
    before = values_of((member,), task.before)[member.name]
    if before == value:
        return None
    stood = task.before.get(member.name)
    return told_value(task.before["type"], member.name, stood, desk.lang) or desk.say("nothing")


def _choices(member: Member, lang: str) -> list[tuple[str, str]]:
    if member.kind == "country":
        named = [(code, language.country(code, lang)) for code in countries()]
        return sorted(named, key=lambda each: each[1])
    return [(each, desk_words.choice(member.name, each, lang)) for each in member.choices]


def _space(type: str) -> str:
    """The space in which the id of a new line of a type must be free."""
    if type == "source":
        return "source"
    return "record" if type == "facility" else "statement"


# --- finding something, and looking at it


def found(desk: Desk, q: str) -> list[Members]:
    """Records and sources that have these words, the best first."""
    chronicle = desk.service.chronicle
    # What the views have not read yet cannot be found; the desk itself reads the log.
    known = f"@{desk.service.views.tracked()}"
    clocks = as_of(
        at=None, during=None, stated=None, known=known, log=chronicle.log, now=chronicle.now()
    )
    asked = wanted(q=q, limit="20")
    db = desk.service.db_at(clocks.known)
    question = Question("/v1/search", clocks, given(asked))
    answer = msgspec.json.decode(
        search_answer(desk.service.state, desk.service.search, db, question, asked)
    )
    return [
        {
            "id": each["id"],
            "name": each["name"],
            "kind": labels.kind(each["kind"], desk.lang),
            "space": "source" if each["kind"] == "source" else "record",
        }
        for each in answer["items"]
    ]


def record_members(desk: Desk, id: str) -> Members:
    """A record at the desk: its card, and every statement with how it stands. Raises NotFound."""
    record, revision = folded_at(desk.service, stream_of("record", id), None)
    if revision == 0:
        raise NotFound("record", id)
    told = account(id, record.card, record.statements(), desk.today)
    entries: dict[str, list[Members]] = {}
    for statement in record.statements():
        standing = standing_of(told, statement).word
        entries.setdefault(statement.entry, []).append(
            {
                "id": statement.id,
                "title": statement.line["title"],
                "date": date_words(statement.line["date"], desk.lang)
                if "date" in statement.line
                else "",
                "planned": statement.planned,
                "withdrawn": statement.withdrawn,
                "standing": standing,
                "word": labels.standing(standing, desk.lang),
            }
        )
    return {
        "id": id,
        "space": "record",
        "kind": record.kind,
        "word": labels.kind(record.kind, desk.lang),
        "name": _name(record, desk.lang),
        "revision": revision,
        "card": _card(desk, record),
        "entries": entries,
        "new": _new_links(record, id),
    }


def source_members(desk: Desk, id: str) -> Members:
    """A source at the desk. Raises NotFound."""
    record, revision = folded_at(desk.service, stream_of("source", id), None)
    if record.card is None:
        raise NotFound("source", id)
    return {
        "id": id,
        "space": "source",
        "kind": "source",
        "word": labels.kind("source", desk.lang),
        "name": record.card["title"],
        "revision": revision,
        "card": _card(desk, record),
        "entries": {},
        "new": [(type, {"source": id}) for type in STATEMENT_TYPES],
    }


def _new_links(record: Record, id: str) -> list[tuple[str, dict[str, str]]]:
    """What can be recorded of a record, with what a form of it is filled with."""
    if record.kind == "facility":
        return [(type, {"facility": id}) for type in STATEMENT_TYPES]
    name = "series" if record.kind == "indicator" else "record"
    return [(record.kind, {name: id})]


def _name(record: Record, lang: str) -> str:
    if record.card is not None:
        return labels.names_of(record.card, lang)[0]
    last = record.statements()[-1]
    return str(last.line["title"])


def _card(desk: Desk, record: Record) -> list[Members]:
    card = record.card or {}
    return [
        {
            "label": desk_words.member(name, desk.lang),
            "text": told_value(card["type"], name, card[name], desk.lang),
        }
        for name in in_order(card.get("type", ""), card)
        if name not in ("type", "id")
    ]


def subject(desk: Desk, task: Task) -> Members:
    """What a form is of, for its head."""
    before = task.before
    name = before.get("title") or before.get("name") or ""
    return {
        "word": desk_words.type_of_line(task.type, desk.lang),
        "type": task.type,
        "name": name,
        "id": task.said.get("statement") or task.record,
        "record": task.record,
        "space": "source" if task.stream and task.stream.startswith("source:") else "record",
        "fixed": [
            {
                "label": desk_words.member(each, desk.lang),
                "text": told_value(before["type"], each, before[each], desk.lang),
            }
            for each in FIXED
            if each in before and each != "type" and task.type == "correction"
        ],
    }


def titles(say: Speech) -> dict[str, str]:
    """What stands over the form of a type of line; its name for a type that nobody named yet."""
    named = {
        "source": say("Register a source"),
        "facility": say("Register a facility"),
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
    return {type: named.get(type, type) for type in BY_TYPE}


def roles(say: Speech) -> dict[str, str]:
    """The roles in words."""
    return {
        "reader": say("reader"),
        "contributor": say("contributor"),
        "curator": say("curator"),
        "admin": say("administrator"),
    }
