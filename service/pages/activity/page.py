"""Activity: who recorded, mended or withdrew what, between two moments of the log."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from projections.views.reading import Reading
from service.asking.filters import FINDABLE
from service.asking.query import Arguments, Query
from service.pages.shell.answering import Visit
from service.pages.shell.layout import Members
from service.pages.shell.pager import ROWS
from service.records.activity import activity_answer
from service.records.question import ACTIVITY
from service.words.speech import Speech


def activity_read(arguments: Arguments) -> Query:
    """Parses the parameters of the page; without a first moment or a filter, the query is for the
    latest events of the log.

    Raises BadFilter and what the moments raise.
    """
    query = ACTIVITY.query(arguments)
    if not arguments.texts.keys() & {"from", "after", "actor", "record", "kind", "limit"}:
        # One by one from the end, so that whole commits are not needed.
        begin = max(query.as_of.known - ROWS, 0)
        query = replace(query, about=replace(query.about, begin=begin))
    return query


def activity_title(_: Reading, query: Query, say: Speech) -> str:  # noqa: ARG001 - it is one for all
    """That it is told who did what."""
    return say("Who recorded what")


def activity_page(visit: Visit) -> Members:
    """What the template of the activity shows."""
    query, here = visit.query, visit.here
    shown = replace(query, about=replace(query.about, limit=min(query.about.limit, ROWS)))
    answer = {**query.head(), **activity_answer(visit.reading, shown)}
    events = answer["entries"][::-1]
    told = {each["statement"] for each in events if not each["line"].get("title")} - {None}
    lines = visit.reading.at(query.as_of).statements(told)
    names = visit.names(each["record"] for each in events if each["kind"] != "source")
    return {
        "page": visit.page(
            "activity",
            skip_to="events",
            description=visit.say.n(
                "%(num)s event, from %(from)s to %(to)s of the log.",
                "%(num)s events, from %(from)s to %(to)s of the log.",
                answer["totals"]["events"],
                **{"from": answer["from"]["known"], "to": answer["to"]["known"]},
            ),
        ),
        "answer": answer,
        "texts": visit.texts,
        "to": answer["to"]["known"],
        "events": events,
        "names": names,
        "lines": {id: msgspec.json.decode(text) for id, text in lines.items()},
        "kinds": FINDABLE,
        "next": here.page_of(answer["next"]) if answer["next"] else None,
        "first": here.url(after=None) if "after" in visit.texts else None,
    }
