"""Activity: who recorded, mended or withdrew what, between two moments of the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from service.pages.shell.answering import Asked, Read
from service.pages.shell.page import Format, Members, page_at
from service.records.activity import ACTIVITY_KINDS, activity_answer
from service.records.question import ACTIVITY
from service.web.response import arguments
from service.words import labels

TAKES = tuple(each.name for each in ACTIVITY.filters)

LATEST = 100
"""How many events a page shows where nothing else is asked for: the latest."""


def activity_read(path: str, texts: Mapping[str, str]) -> Read:
    """What the page is asked for; where it is not said from when, the latest events of the log.

    Raises BadFilter and what the moments raise.
    """
    given = {name: text for name, text in texts.items() if name != "lang"}
    query = ACTIVITY.query(arguments(ACTIVITY.path, given))
    if not given.keys() & {"from", "after", "actor", "record", "kind", "limit"}:
        # One by one from the end, so that whole commits are not needed.
        begin = max(query.as_of.known - LATEST, 0)
        query = replace(query, about=replace(query.about, begin=begin))
    return Read(replace(query, path=path), query)


def activity_page(asked: Asked) -> Members:
    """What the template of the activity shows."""
    lang, here, say, texts = asked.lang, asked.here, asked.say, asked.texts
    answer = {**asked.meant.head(), **activity_answer(asked.reading, asked.meant)}
    position = answer["to"]["known"]
    page = page_at(
        "activity", asked.question, say=say,
        formats=[Format("JSON", "application/json", here.url("/activity.json", lang=None))],
        skip_to="events",
    )  # fmt: skip
    return {
        "page": page,
        "answer": answer,
        "texts": texts,
        "to": position,
        "events": list(reversed(answer["entries"])),
        "kinds": ACTIVITY_KINDS,
        "event_words": {
            each["event"]: labels.event(each["event"], lang) for each in answer["entries"]
        },
        "kind_words": {kind: labels.kind(kind, lang) for kind in ACTIVITY_KINDS},
        "next": here.page_of(answer["next"]) if answer["next"] else None,
    }
