"""What a command would change, in words, for whoever is about to record it.

The figures are those of the API's dry run (`service.writing.proposal`); here they get words,
the members from what to what, and why a statement would hold or give way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from events.catalogue import BY_TYPE, STATEMENT_TYPES
from events.clocks import utc_day
from events.dates import Date, Language, display, iso, parse, parse_iso
from events.decision import Decision
from events.errors import BadDate
from events.fact import Line
from events.record import Record, changed
from events.statement import Statement
from events.store.transcoding import line_of
from projections.account import Account, account
from service.archive import Archive
from service.audit import Standing, standing_of
from service.pages import desk_words, labels, language
from service.pages.desk_form import Kind, members_of
from service.pages.here import Here
from service.pages.page import Members
from service.pages.speech import Speech
from service.preview import Change, changes
from service.writing import proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What all that is shown at the desk needs: the archive, the language, the links."""

    service: Archive
    here: Here
    lang: Language
    say: Speech

    @property
    def today(self) -> int:
        """The day by the clock of the archive."""
        return utc_day(self.service.chronicle.now())


def seen(desk: Desk, decision: Decision) -> Members:
    """What the template shows of a decision that is not kept yet."""
    told = proposal(decision)
    changing = list(changes(desk.service, decision))
    weighed: dict[str, list[Members]] = {
        change.stream: list(_weighed(desk, change)) for change in changing
    }
    return {
        "events": [event for change in changing for event in _events(desk, change)],
        "warnings": [
            {
                "line": each["line"],
                "code": each["code"],
                "text": desk_words.warning(each["code"], each["text"], desk.lang),
            }
            for each in told["warnings"]
        ],
        "records": [
            {
                "id": each["record"],
                "ends": [span_words(desk, span) for span in each["ends"]],
                "begins": [span_words(desk, span) for span in each["begins"]],
                "weighed": weighed[f"record:{each['record']}"],
                "alike": [_rival_row(desk, rival) for rival in each["rivals"] if not rival["same"]],
            }
            for each in told["changes"]
        ],
        "revisions": {
            str(each["line"]): _before(told["events"], each["stream"]) for each in told["events"]
        },
        "count": len(told["events"]),
    }


def _before(events: Sequence[Members], stream: str) -> int:
    """The revision that a stream has before the first of the events in it."""
    return min(int(each["revision"]) for each in events if each["stream"] == stream) - 1


def meanwhile(desk: Desk, stream: str, revision: int) -> list[Members]:
    """What happened to a stream after a revision: who, when, why, and from what to what."""
    stood = Life(desk)
    found = []
    for event in desk.service.chronicle.log.select_stream(stream):
        told = stood.take(line_of(event.topic, event.state))
        if event.version > revision:
            found.append(
                {
                    **told,
                    "position": event.position,
                    "actor": event.commit.actor,
                    "recorded_at": event.commit.recorded_at,
                }
            )
    return found


class Life:
    """The lines of a stream as they stand, event by event, and what each event changed."""

    def __init__(self, desk: Desk, record: Record | None = None) -> None:
        self._desk = desk
        self._lines: dict[str | None, Line] = {}
        if record is not None:
            self._lines = {id: kept.line for id, kept in record.kept.items()}
            if record.card is not None:
                self._lines[None] = record.card

    def take(self, line: Line) -> Members:
        """The event in words, with its members from what to what."""
        kind = line["type"]
        about = line.get("statement") or (line["id"] if kind in STATEMENT_TYPES else None)
        stood = self._lines.get(about, {})
        if "changes" in line:
            shape = stood.get("type", "")
            after = changed(stood, line["changes"])
            rows = [
                self._row(shape, name, stood.get(name), after.get(name)) for name in line["changes"]
            ]
            self._lines[about] = after
        elif kind in ("withdrawal", "reinstatement"):
            say = self._desk.say
            words = [say("stands"), say("withdrawn")]
            was, now = words if kind == "withdrawal" else reversed(words)
            rows = [{"label": say("standing"), "was": was, "now": now}]
        else:
            self._lines[about] = line
            rows = [
                self._row(kind, name, None, line[name])
                for name in in_order(kind, line)
                if name != "type"
            ]
        subject = self._lines.get(about, {})
        return {
            "type": kind,
            "word": desk_words.type_of_line(kind, self._desk.lang),
            "about": about or line.get("record") or line.get("source") or line.get("id"),
            "title": subject.get("title") or subject.get("name") or "",
            "reason": line.get("reason"),
            "rows": rows,
        }

    def _row(self, type: str, name: str, was: Any, now: Any) -> Members:
        return {
            "label": desk_words.member(name, self._desk.lang),
            "was": told_value(type, name, was, self._desk.lang),
            "now": told_value(type, name, now, self._desk.lang),
        }


def in_order(type: str, names: Collection[str]) -> list[str]:
    """Names of members in the order in which a form asks for them."""
    shape = BY_TYPE.get(type)
    places = {each.name: place for place, each in enumerate(members_of(shape))} if shape else {}
    return sorted(names, key=lambda name: places.get(name, len(places)))


def told_value(type: str, name: str, value: Any, lang: Language) -> str | None:
    """A member of a line as a person reads it."""
    if value is None:
        return None
    kind = _kind_of(type, name)
    if kind == "date":
        words = date_words(str(value), lang)
        return words if words == value else f"{words} ({value})"
    if kind == "choice":
        return desk_words.choice(name, str(value), lang)
    if kind == "country":
        return f"{language.country(str(value), lang)} ({value})"
    if kind == "citations":
        return "; ".join(
            ", ".join(filter(None, (each.get("id"), each.get("locator")))) for each in value
        )
    if kind == "facts":
        return "; ".join(f"{name}: {_text(each)}" for name, each in value.items())
    if kind == "ids":
        return ", ".join(value)
    return _text(value)


def _kind_of(type: str, name: str) -> Kind:
    if type not in BY_TYPE:
        return "text"
    kinds = {each.name: each.kind for each in members_of(BY_TYPE[type])}
    return kinds.get(name, "text")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "✓" if value else "–"
    return str(value)


def date_words(text: str, lang: Language) -> str:
    """A date in words; the text itself where it is none."""
    try:
        return display(parse(text), lang)
    except BadDate:
        return text


def told_date(text: str, say: Speech) -> str:
    """A date in words, and the days that it leaves open. Raises BadDate."""
    date = parse(text)
    return f"{display(date, say.lang)}{say(': ')}{_bounds(date, say)}"


def _bounds(date: Date, say: Speech) -> str:
    """From which day to which a date may be: "some day from 1 May to 31 May 2025"."""
    first = None if date.earliest is None else _day_words(date.earliest, say.lang)
    last = None if date.latest is None else _day_words(date.latest, say.lang)
    if first is None:
        return say("any day until %(last)s", last=last)
    if last is None:
        return say("any day from %(first)s on", first=first)
    if first == last:
        return say("on %(day)s", day=first)
    return say("some day from %(first)s to %(last)s", first=first, last=last)


def _day_words(on: int, lang: Language) -> str:
    text = iso(on)
    return display(Date(text, on, on, "day"), lang)


def span_words(desk: Desk, span: Mapping[str, Any]) -> Members:
    """A span of a record's life: what it tells, and from when to when."""
    say, lang = desk.say, desk.lang
    first, last = span.get("from"), span.get("to")
    days = {
        "first": _day_words(parse_iso(first), lang) if first else "",
        "last": _day_words(parse_iso(last), lang) if last else "",
    }
    if first and last:
        when = say("%(first)s to %(last)s", **days)
    elif first:
        when = say("from %(first)s on", **days)
    else:
        when = say("until %(last)s", **days) if last else say("always")
    value = span.get("value")
    said = labels.milestone if span["facet"] == "overdue" else labels.label
    return {
        "facet": desk_words.facet(span["facet"], lang),
        "value": said(value, lang) if value else "",
        "when": when,
        "statement": span.get("statement"),
        "unsure": span.get("certainty") == "possible",
    }


# --- what holds, and why


def _events(desk: Desk, change: Change) -> Iterator[Members]:
    stood = Life(desk, change.before)
    for decided in change.events:
        yield {
            "line": decided.number,
            "stream": change.stream,
            **stood.take(decided.event.fact.line()),
        }


def _weighed(desk: Desk, change: Change) -> Iterator[Members]:
    """Each statement that the events touch, and how it stands beside its rivals afterwards."""
    before, after = change.before, change.after
    told = account(after.id, after.card, after.statements(), desk.today)
    held = account(before.id, before.card, before.statements(), desk.today).told
    for ours in after.statements():
        if ours.id not in change.touched:
            continue
        standing = standing_of(told, ours)
        held_before = held.get(ours.entry)
        yield {
            "id": ours.id,
            "entry": ours.entry,
            "title": ours.line["title"],
            "standing": standing.word,
            "word": labels.standing(standing.word, desk.lang),
            "why": _why(desk, standing),
            "held": held_before.statement.id if held_before else None,
            "rivals": [
                _beside(desk, rival, told)
                for rival in after.statements()
                if rival.entry == ours.entry and rival.id != ours.id
            ],
        }


def _why(desk: Desk, standing: Standing) -> str:
    """What becomes of a statement, in a sentence."""
    say, best = desk.say, standing.best.id if standing.best else ""
    if standing.word == "effective":
        return say("It would hold.")
    if standing.shown:
        return say("It would be shown and move nothing: only disputed statements tell of this.")
    if standing.word == "withdrawn" and not best:
        return say("It would be withdrawn, and nothing else tells of this.")
    if standing.word == "withdrawn":
        return say("It would be withdrawn, and %(id)s holds.", id=best)
    if standing.word == "not-visible":
        return say("It would not be seen yet.")
    why = labels.why(standing.word, desk.lang)
    return say("It would not hold: %(why)s. %(id)s holds.", why=why, id=best)


def _beside(desk: Desk, rival: Statement, told: Account) -> Members:
    standing = standing_of(told, rival)
    return {
        "id": rival.id,
        "title": rival.line["title"],
        "date": date_words(rival.line["date"], desk.lang) if "date" in rival.line else "",
        "planned": rival.planned,
        "said": _day_words(rival.said, desk.lang),
        "standing": standing.word,
        "word": labels.standing(standing.word, desk.lang),
        "why": "" if standing.shown else labels.why(standing.word, desk.lang),
    }


def _rival_row(desk: Desk, rival: Mapping[str, Any]) -> Members:
    return {
        **rival,
        "id": rival["statement"],
        "date": date_words(rival["date"], desk.lang) if rival["date"] else "",
    }
