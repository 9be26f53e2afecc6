"""What is wrong with a line, in the language of the page, with the member that is at fault."""

from __future__ import annotations

from events.errors import (
    BadDate,
    BadSupersedes,
    BatchRefused,
    IdTaken,
    IsWithdrawn,
    KeyReused,
    NothingChanges,
    NotWithdrawn,
    Refusal,
    StaleRevision,
    UnknownReference,
)
from service.pages import language
from service.pages.page import Members
from service.pages.speech import Speech


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
