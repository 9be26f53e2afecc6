"""Activity: who recorded, mended or withdrew what, between two moments of the log."""

from __future__ import annotations

from dataclasses import replace

from service.asking.filters import FINDABLE
from service.asking.query import Query
from service.asking.question import Arguments
from service.pages.shell.answering import Asked
from service.pages.shell.page import Members
from service.records.activity import activity_answer
from service.records.question import ACTIVITY
from service.words import labels

LATEST = 100
"""How many events a page shows where nothing else is asked for: the latest."""


def activity_read(arguments: Arguments) -> Query:
    """What the page is asked for; where it is not said from when, the latest events of the log.

    Raises BadFilter and what the moments raise.
    """
    query = ACTIVITY.query(arguments)
    if not arguments.texts.keys() & {"from", "after", "actor", "record", "kind", "limit"}:
        # One by one from the end, so that whole commits are not needed.
        begin = max(query.as_of.known - LATEST, 0)
        query = replace(query, about=replace(query.about, begin=begin))
    return query


def activity_page(asked: Asked) -> Members:
    """What the template of the activity shows."""
    lang, here, texts = asked.lang, asked.here, asked.texts
    answer = {**asked.query.head(), **activity_answer(asked.reading, asked.query)}
    position = answer["to"]["known"]
    return {
        "page": asked.page("activity", skip_to="events"),
        "answer": answer,
        "texts": texts,
        "to": position,
        "events": list(reversed(answer["entries"])),
        "kinds": FINDABLE,
        "event_words": {
            each["event"]: labels.event(each["event"], lang) for each in answer["entries"]
        },
        "kind_words": {kind: labels.kind(kind, lang) for kind in FINDABLE},
        "next": here.page_of(answer["next"]) if answer["next"] else None,
    }
