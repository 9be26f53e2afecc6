"""Activity: who recorded, mended or withdrew what between two moments of the log, newest first."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from projections.views.reading import Reading
from service.asking.filters import FINDABLE, position_after
from service.asking.query import Arguments, Query
from service.pages.shell.answering import Visit
from service.pages.shell.layout import Members
from service.pages.shell.pager import ROWS
from service.records.activity import latest_activity
from service.records.question import ACTIVITY
from service.words.speech import Speech

TAKES = ("from", "to", "actor", "record", "kind", "limit", "before")
"""The parameters of the page; it goes back by `before`, where its answer goes on by `after`."""


def activity_read(arguments: Arguments) -> Query:
    """Parses the parameters of the page: those of the question, and the position before which its
    events lie.

    Raises BadFilter and what the moments raise.
    """
    texts = dict(arguments.texts)
    before = texts.pop("before", "")
    query = ACTIVITY.query(replace(arguments, texts=texts))
    if position_after(before):
        query = replace(query, filters=dict(sorted({**query.filters, "before": before}.items())))
    return query


def activity_title(_: Reading, query: Query, say: Speech) -> str:  # noqa: ARG001 - it is one for all
    """That it is told who recorded what."""
    return say("Who recorded what")


def activity_page(visit: Visit) -> Members:
    """What the template of the activity shows."""
    query, here = visit.query, visit.here
    shown = replace(query, about=replace(query.about, limit=min(query.about.limit, ROWS)))
    before = position_after(query.filters.get("before", "")) or None
    answer = {**query.head(), **latest_activity(visit.reading, shown, before=before)}
    earlier = answer["earlier"]
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
        "next": here.url(before=str(earlier)) if earlier is not None else None,
        "first": here.url(before=None) if before is not None else None,
    }
