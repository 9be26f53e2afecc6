"""An alteration as the page of a citation tells it, in the language of the reader.

The changes come from `service.follows.wording`, whose lines are English as the feeds are. What
these are made of is known: here their few forms, and the codes in them, are said again in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from events.vocabulary import MILESTONES, STATUSES
from service.follows.feed import Alteration
from service.follows.wording import changes, rows
from service.words import labels, language
from service.words.speech import Speech

MOST_EVENTS = 5
"""So many events are named."""


def changes_told(item: Alteration, say: Speech, *, most: int) -> list[str]:
    """The first changes of an alteration, a line each."""
    return [change_told(line, say) for line in list(changes(item))[:most]]


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


def change_told(line: str, say: Speech) -> str:
    """One line of a change, its dates and codes in words.

    >>> change_told("New: JUNO (juno), operating since 2025-08-26.", Speech("en"))
    'New: JUNO (juno), operating since 26 August 2025.'
    >>> change_told("JUNO (juno): status from commissioning to operating.", Speech("zh"))
    'JUNO (juno)：状态由调试变为运行。'
    """
    text = line.removesuffix(".")
    if text.startswith("New: "):
        return say("New: %(what)s.", what=_value(text[5:], say))
    if text.startswith("No longer there: "):
        return say("No longer there: %(what)s.", what=_value(text[17:], say))
    if (more := re.fullmatch(r"And (\d+) more", text)) is not None:
        return say.n("And %(num)s more.", "And %(num)s more.", int(more[1]))
    name, colon, moves = text.partition(": ")
    if not colon:
        name, moves = "", text
    told = say("; ").join(_move(move, say) for move in moves.split("; "))
    lead = [name, say(": ")] if name else []
    return "".join([*lead, told, say(".")])


def _move(text: str, say: Speech) -> str:
    """From what to what a member moved."""
    if (found := re.fullmatch(r"(.*?) from (.*) to (.*)", text)) is not None:
        what, was, now = (_value(each, say) for each in found.groups())
        return say("%(what)s from %(was)s to %(now)s", what=what, was=was, now=now)
    if text.endswith(" altered"):
        return say("%(what)s altered", what=_value(text.removesuffix(" altered"), say))
    return _value(text, say)


def _value(text: str, say: Speech) -> str:
    """A value: its dates, its statuses and the names of members in words, all else as it is."""
    words = _words(say)
    return say(", ").join(_part(part, words, say) for part in text.split(", "))


def _part(text: str, words: Mapping[str, str], say: Speech) -> str:
    """One of the texts between the commas of a value."""
    if (since := _SINCE.fullmatch(text)) is not None and since[1] in words:
        when = language.date(since[2], say.lang)
        return say("%(what)s since %(when)s", what=words[since[1]], when=when)
    if (hope := _HOPE.fullmatch(text)) is not None and hope[1] in words:
        when = language.date(hope[2], say.lang)
        return say("expected: %(status)s, %(date)s", status=words[hope[1]], date=when)
    return words[text] if text in words else language.date(text, say.lang)


def _words(say: Speech) -> dict[str, str]:
    lang = say.lang
    codes = {code: labels.milestone(code, lang) for code in MILESTONES}
    codes |= {code: labels.label(code, lang) for code in STATUSES}
    codes |= {code.replace("-", " "): word for code, word in codes.items()}
    return codes | {
        "status": say("status"), "since": say("since"), "expected": say("expected"),
        "overdue": say("overdue"), "name": say("name"), "date": say("date"),
        "title": say("title"), "summary": say("summary"), "nothing": say("nothing"),
        "stated": say("stated"), "certainty": say("certainty"), "totals": say("totals"),
        "the answer": say("the answer"),
    }  # fmt: skip


_SINCE = re.compile(r"([a-z-]+) since (\S+)")
_HOPE = re.compile(r"expected ([a-z-]+) from (\S+)")
