"""An alteration as the page of a citation tells it, in the language of the reader.

The changes come from `service.follows.wording` in pieces: feeds write them as they are, in English,
and here they are said in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import islice

from events.dates import Language
from events.vocabulary import MILESTONES, STATUSES
from service.follows.feed import Alteration
from service.follows.wording import rows, told
from service.pages.desk.words import member
from service.words import labels, language
from service.words.pieces import Listed, Phrase, Piece, Place, Value
from service.words.speech import Speech

MOST_EVENTS = 5
"""So many events are named."""


def changes_told(item: Alteration, say: Speech, *, most: int) -> list[str]:
    """The first changes of an alteration, a line each."""
    return [said(line, say) for line in islice(told(item), most)]


def reasons_told(item: Alteration, say: Speech) -> Iterator[str]:
    """Why: the reasons that were given, what moved, and who recorded it."""
    members = item.members
    for reason in members["reasons"]:
        yield say("Reason: %(reason)s", reason=reason)
    causes = {
        "record": say("Cause: what was recorded here was mended."),
        "sources": say("Cause: the sources gave a new word."),
        "world": say("Cause: it came to pass."),
    }
    moved = {cause["cause"]: None for row in rows(members["changes"]) for cause in row["causes"]}
    yield from (causes[cause] for cause in moved)
    events = dict.fromkeys(
        labels.event(event["event"], say.lang)
        + (f" {event['statement']}" if event["statement"] else "")
        for event in members["events"]
    )
    if events:
        named = list(events)[:MOST_EVENTS]
        what = say(", ").join(named) + ("…" if len(events) > len(named) else "")
        yield say("Recorded by %(who)s: %(what)s.", who=members["actor"], what=what)


def said(piece: Piece, speech: Speech) -> str:
    """A piece of a change in the language of a reader, its dates and codes in words.

    >>> said(Listed(("JUNO: the detector", Value("2025-08-26")), ", "), Speech("en"))
    'JUNO: the detector, 26 August 2025'
    """
    if isinstance(piece, Phrase):
        slots = {name: said(each, speech) for name, each in piece.slots}
        if piece.many:
            return speech.n(piece.text, piece.many, piece.number, **slots)
        return speech(piece.text, **slots)
    if isinstance(piece, Listed):
        return speech(piece.between).join(said(each, speech) for each in piece.pieces)
    if isinstance(piece, Place):
        between = " " if speech.lang == "en" else ""
        return between.join(_member(name, speech) for name in piece.names)
    if isinstance(piece, Value):
        return _codes(speech.lang).get(piece) or language.date(piece, speech.lang)
    return piece


def _member(name: str, say: Speech) -> str:
    """What a member is called within a sentence."""
    own = {
        "status": say("status"), "since": say("since"), "expected": say("expected"),
        "overdue": say("overdue"), "statement": say("statement"), "totals": say("totals"),
        "certainty": say("certainty"),
    }  # fmt: skip
    if name in own or say.lang == "en":
        return own.get(name, name)
    return member(name.replace(" ", "_"), say.lang)


@cache
def _codes(lang: Language) -> dict[str, str]:
    """The words of milestones and statuses, by their codes, as the log has them and in words."""
    codes = {code: labels.milestone(code, lang) for code in MILESTONES}
    codes |= {code: labels.label(code, lang) for code in STATUSES}
    return codes | {code.replace("-", " "): word for code, word in codes.items()}
