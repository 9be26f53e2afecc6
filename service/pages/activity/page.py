"""Activity: who recorded, mended or withdrew what, between two moments of the log."""

from __future__ import annotations

from dataclasses import replace

from service.asking.filters import FINDABLE
from service.asking.query import Arguments, Query
from service.pages.shell.answering import Visit
from service.pages.shell.layout import Members
from service.records.activity import activity_answer
from service.records.question import ACTIVITY

LATEST = 100
"""How many events a page without parameters shows, the latest."""


def activity_read(arguments: Arguments) -> Query:
    """Parses the parameters of the page; without a first moment or a filter, the query is for the
    latest events of the log.

    Raises BadFilter and what the moments raise.
    """
    query = ACTIVITY.query(arguments)
    if not arguments.texts.keys() & {"from", "after", "actor", "record", "kind", "limit"}:
        # One by one from the end, so that whole commits are not needed.
        begin = max(query.as_of.known - LATEST, 0)
        query = replace(query, about=replace(query.about, begin=begin))
    return query


def activity_page(visit: Visit) -> Members:
    """What the template of the activity shows."""
    answer = {**visit.query.head(), **activity_answer(visit.reading, visit.query)}
    return {
        "page": visit.page("activity", skip_to="events"),
        "answer": answer,
        "texts": visit.texts,
        "to": answer["to"]["known"],
        "events": list(reversed(answer["entries"])),
        "kinds": FINDABLE,
        "next": visit.here.page_of(answer["next"]) if answer["next"] else None,
    }
