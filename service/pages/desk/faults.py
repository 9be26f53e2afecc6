"""The faults of a line, in the language of the page, each with its member.

A line is refused for its first fault. Faults that the text of a member shows by itself are listed
as well, so that a line has to be mended only once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from events.catalogue import BY_TYPE
from events.dates import parse
from events.errors import (
    BadDate,
    BadSupersedes,
    BatchRefused,
    IdTaken,
    IsWithdrawn,
    KeyReused,
    MalformedLine,
    NothingChanges,
    NotWithdrawn,
    Refusal,
    StaleRevision,
    UnknownReference,
)
from events.fact import Line, is_id
from events.orders import Order
from service.pages.desk import words as desk_words
from service.pages.desk.form import Member, members_of, number
from service.pages.shell.layout import Members
from service.words import language
from service.words.speech import Speech


def fault_of(refusal: Refusal, say: Speech) -> Members:
    """Why a line was refused: `pointer` to the member, `text`, and the `lang` of the text."""
    words = (_malformed if isinstance(refusal, MalformedLine) else _words_of)(refusal, say)
    lang = "en" if words is None else language.TAGS[say.lang]
    return {"pointer": refusal.pointer, "text": words or str(refusal), "lang": lang}


def batch_faults(refusal: Refusal, batch: Sequence[Order], say: Speech) -> list[Members]:
    """Why a batch was refused: faults as of `fault_of`, each with the number of its `line`."""
    lines = {order.number: order for order in batch}
    alone = batch[0].number if len(batch) == 1 else 0
    refused = refusal.refusals if isinstance(refusal, BatchRefused) else [(alone, refusal)]
    return [
        {"line": at, **fault}
        for at, each in refused
        for fault in _of_order(lines.get(at), fault_of(each, say), say)
    ]


def _of_order(order: Order | None, refused: Members, say: Speech) -> Iterator[Members]:
    """Why an order was refused, and what else is plainly wrong with the members of its line."""
    plain = {} if order is None or isinstance(order.line, Refusal) else _plainly(order.line, say)
    if refused["pointer"] not in plain:
        yield refused
    for pointer, text in plain.items():
        yield {"pointer": pointer, "text": text, "lang": language.TAGS[say.lang]}


def _plainly(line: Line, say: Speech) -> dict[str, str]:
    """The faults that the texts of a line show by themselves, by the pointer to the member."""
    shape = BY_TYPE.get(str(line.get("type")))
    texts = {each: line.get(each.name, "") for each in members_of(shape)} if shape else {}
    found = {
        f"/{member.name}": plain_fault(member, text, say)
        for member, text in texts.items()
        if isinstance(text, str)
    }
    return {pointer: words for pointer, words in found.items() if words}


def plain_fault(member: Member, text: str, say: Speech) -> str:
    """What is wrong with the text of a member by itself; "" where nothing is."""
    if not text:
        return say("It is missing.") if member.required else ""
    if member.kind == "date":
        return date_fault(text, say)
    if member.kind == "number" and isinstance(number(text), str):
        return say("%(value)s is not a number.", value=text[:80])
    ids = {"id": [text], "ids": text.split()}.get(member.kind, [])
    return next((id_fault(id, say) for id in ids if not is_id(id)), "")


def date_fault(text: str, say: Speech) -> str:
    """Why a text is not a date; "" where it is one."""
    try:
        parse(text)
    except BadDate as refused:
        return _no_date(refused, say)
    return ""


def id_fault(text: str, say: Speech) -> str:
    """Why a text cannot be an id."""
    return say(
        "%(id)s is not an id: it takes lower-case letters and digits, joined by single hyphens.",
        id=text[:80],
    )


def _no_date(refused: BadDate, say: Speech) -> str:
    why = desk_words.no_date(refused.why, say.lang)
    return say("%(date)s is not a date: %(why)s", date=refused.text[:80], why=why)


def _words_of(refusal: Refusal, say: Speech) -> str | None:
    """A refusal in the language of the page; None where only its own English is exact enough."""
    match refusal:
        case IdTaken():
            return say("The id %(id)s is taken: choose another.", id=refusal.id)
        case UnknownReference():
            return say("Nothing is recorded under %(id)s.", id=refusal.id)
        case BadDate():
            return _no_date(refusal, say)
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


def _malformed(refusal: Refusal, say: Speech) -> str | None:
    """The same of a line that lacks the form of its type."""
    if str(refusal).endswith(" is missing"):
        return say("It is missing.")
    known = {
        "a planned statement must say when it was stated": say(
            "A plan must say when it was stated."
        ),
        "only a planned statement can be dropped": say("Only a plan can be given up."),
        "a plan that is dropped has no date": say("A plan that is given up has no date."),
    }
    return known.get(str(refusal)) or desk_words.no_sheet(str(refusal), say.lang)
