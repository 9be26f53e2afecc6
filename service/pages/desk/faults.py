"""The faults of a line, in the language of the page, each with its member.

A line is refused for its first fault. Faults that the text of a member shows by itself are listed
as well, so that a line has to be mended only once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from events.catalogue import BY_TYPE
from events.dates import parse
from events.errors import (
    AmbiguousDate,
    BadDate,
    BadSupersedes,
    BatchRefused,
    EventTooLarge,
    IdTaken,
    IsWithdrawn,
    KeyReused,
    MalformedLine,
    NotChangeable,
    NothingChanges,
    NotWithdrawn,
    Refusal,
    StaleRevision,
    UnknownReference,
    WrongRecord,
)
from events.fact import Line, is_id
from events.orders import Order
from events.sheets.dates import edtf
from events.source import is_address
from service.pages.desk import words as desk_words
from service.pages.desk.form import Member, Value, members_of, number
from service.pages.shell.layout import Members
from service.words import language
from service.words.number import number_text
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


def unfit(member: Member, value: Value, say: Speech) -> dict[str, str]:
    """What the format takes and a form does not, in words, by the pointer from the line."""
    rows = () if isinstance(value, str) else value
    if member.kind == "facts" and not all(name for name, _ in rows):
        return {f"/{member.name}": say("A fact needs a name, such as cost_usd.")}
    if member.name == "evidence_url" and value and not is_address(str(value)):
        return {f"/{member.name}": say("An address begins with http:// or https://.")}
    return {}


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
    text = refused.text[:80]
    try:
        meant = edtf(refused.text)
    except AmbiguousDate as two:
        return say(
            "%(date)s could be %(first)s or %(second)s: write the one that is meant.",
            date=text,
            first=two.allowed[0],
            second=two.allowed[1],
        )
    except BadDate as again:
        why = _plain_why(again.why, say) or desk_words.no_date(again.why, say.lang)
        return say("%(date)s is not a date: %(why)s", date=text, why=why)
    return say("%(date)s: write %(meant)s, if that is meant.", date=text, meant=meant)


def _plain_why(why: str, say: Speech) -> str:
    """Why a text is no date, for who knows nothing of EDTF; "" where that is told plainly
    anyway."""
    if why.startswith("write 2013,"):
        return say("write 2013, 2013-05 or 2013-05-06; about 2013: 2013~")
    if found := re.match("([0-9]{2}) is no month", why):
        return say("%(number)s is no month", number=found[1])
    return ""


def _words_of(refusal: Refusal, say: Speech) -> str | None:
    """A refusal in the language of the page; None where only its own English is exact enough."""
    match refusal:
        case IdTaken():
            return say("The id %(id)s is taken: choose another.", id=refusal.id)
        case UnknownReference(kind="source"):
            return say(
                "No source %(id)s is recorded: look for another, or enter it first.", id=refusal.id
            )
        case UnknownReference():
            return say("Nothing is recorded under %(id)s.", id=refusal.id)
        case BadDate():
            return _no_date(refusal, say)
        case BadSupersedes():
            return say(
                "Nothing of the id %(id)s was recorded earlier in the same record.",
                id=refusal.named,
            )
        case WrongRecord():
            return say("It does not fit that record, or its entry lies in another one.")
        case EventTooLarge():
            return say(
                "It is too long by %(number)s bytes: shorten its texts.",
                number=refusal.size - refusal.limit,
            )
    return _of_change(refusal, say)


def _of_change(refusal: Refusal, say: Speech) -> str | None:
    """The same of what is the matter with a change."""
    match refusal:
        case NothingChanges():
            return say("Nothing was changed.")
        case NotChangeable():
            return say("This can never change: record a new statement instead.")
        case IsWithdrawn():
            return say("%(id)s is withdrawn: reinstate it first.", id=refusal.statement)
        case NotWithdrawn():
            return say("%(id)s is not withdrawn.", id=refusal.statement)
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
    if isinstance(refusal, MalformedLine) and refusal.why.startswith("Invalid enum value"):
        return say("It takes one of: %(words)s.", words=say(", ").join(refusal.allowed))
    said = known.get(str(refusal)) or _of_form(str(refusal), say)
    return said or desk_words.no_sheet(str(refusal), say.lang)


def _of_form(why: str, say: Speech) -> str | None:
    """What is wrong with the form of a value, in the words of a person; None where there are
    none."""
    if found := re.match(r"Expected `(?:int|float)[^`]*` (<=|>=) (-?[0-9.]+)", why):
        bound = number_text(float(found[2]), grouped=False)
        if found[1] == "<=":
            return say("It is at most %(number)s.", number=bound)
        return say("It is at least %(number)s.", number=bound)
    if re.match("Expected `(?:int|float)", why):
        return say("It is a number, such as 2.69.")
    lengths = "Expected `str` of length <= ([0-9]+)|it has [0-9]+ characters, and ([0-9]+) is"
    if found := re.match(lengths, why):
        return say("It has at most %(number)s characters.", number=found[1] or found[2])
    if found := re.search(r"the character (U\+[0-9A-F]+) cannot be shown", why):
        return say(
            "It has a character that cannot be shown, or that changes what stands beside it"
            " (%(character)s): take it out.",
            character=found[1],
        )
    if found := re.match("'([A-Z]{2})' is no country", why):
        return say("%(code)s is no country.", code=found[1])
    beginnings = {
        "Expected `str` of length >=": say("It is missing."),
        "an id is lower-case": say(
            "An id takes lower-case letters and digits, joined by single hyphens."
        ),
        "an absolute URI": say(
            "An address begins with its scheme, such as https://, and has no blanks."
        ),
        "a url starts with": say("An address begins with http:// or https://."),
        "a digest is": say("A digest has 64 digits, 0 to 9 and a to f."),
        "it is one line": say("It is one line: take the line breaks out."),
        "a reading without a date": say("It has no date: then it must say which entry it fills."),
    }
    return next((said for begun, said in beginnings.items() if why.startswith(begun)), None)
