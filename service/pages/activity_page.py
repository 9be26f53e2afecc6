"""Activity: who recorded, mended or withdrew what, between two moments of the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import msgspec

from service.asking import archive
from service.changes.activity import ACTIVITY_KINDS, Activity, activity_asked, activity_text
from service.pages import labels
from service.pages.answering import Asked
from service.pages.page import Format, Members, page_at
from service.question import Question

TAKES = ("actor", "record", "kind", "limit", "after")

LATEST = 100
"""How many events a page shows where nothing else is asked for: the latest."""


def activity_question(path: str, texts: Mapping[str, str]) -> Question:
    """The question of the page. Raises BadFilter and what the moments raise."""
    return _read(path, texts).question


def activity_page(asked: Asked) -> Members:
    """What the template of the activity shows."""
    lang, here, say, texts = asked.lang, asked.here, asked.say, asked.texts
    meant = _read("/v1/activity", texts)
    answer = msgspec.json.decode(activity_text(asked.service.history, asked.db, meant))
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


def _read(path: str, texts: Mapping[str, str]) -> Activity:
    """What is asked; where it is not said from when, the latest events of the log."""
    service = archive()
    log, now = service.chronicle.log, service.chronicle.now()
    given = {name: text for name, text in texts.items() if name != "lang"}
    if not given.keys() & {"from", "after", "actor", "record", "kind", "limit"}:
        whole = activity_asked(path, given, log=log, now=now)
        last = whole.question.as_of.known
        # One by one from the end, so that whole commits are not needed.
        return replace(whole, after=max(last - LATEST, 0))
    return activity_asked(path, given, log=log, now=now)
