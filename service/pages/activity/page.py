"""Activity: who recorded, mended or withdrew what, between two moments of the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import msgspec

from service.pages.shell.answering import Asked, Read
from service.pages.shell.page import Format, Members, page_at
from service.records.activity import ACTIVITY_KINDS, activity_asked, activity_text
from service.web.response import archive
from service.words import labels

TAKES = ("actor", "record", "kind", "limit", "after")

LATEST = 100
"""How many events a page shows where nothing else is asked for: the latest."""


def activity_read(path: str, texts: Mapping[str, str]) -> Read:
    """What the page is asked for; where it is not said from when, the latest events of the log.

    Raises BadFilter and what the moments raise.
    """
    chronicle = archive().chronicle
    given = {name: text for name, text in texts.items() if name != "lang"}
    meant = activity_asked("/v1/activity", given, log=chronicle.log, now=chronicle.now())
    if not given.keys() & {"from", "after", "actor", "record", "kind", "limit"}:
        # One by one from the end, so that whole commits are not needed.
        meant = replace(meant, after=max(meant.question.as_of.known - LATEST, 0))
    return Read(replace(meant.question, path=path), meant)


def activity_page(asked: Asked) -> Members:
    """What the template of the activity shows."""
    lang, here, say, texts = asked.lang, asked.here, asked.say, asked.texts
    answer = msgspec.json.decode(activity_text(asked.service.history, asked.db, asked.meant))
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
