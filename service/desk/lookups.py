"""What a script of the desk looks up while one types: dates in words, ids that are taken, names."""

from __future__ import annotations

from flask import Blueprint, Response

from events.errors import BadFilter
from events.fact import is_id
from events.stream import Stream
from service.desk.answering import json, the_desk
from service.pages.desk.faults import date_fault, id_fault
from service.pages.desk.page import found
from service.pages.desk.values import date_and_days
from service.web.access import needs
from service.web.response import parameters
from service.web.root import archive
from service.words.names import text_in

blueprint = Blueprint("lookups", __name__)

SPACES = ("record", "source", "statement")


@blueprint.get("/date")
@needs("contributor")
def date() -> Response:
    """What a date means, in words."""
    text = parameters(("lang", "text")).get("text", "").strip()
    say = the_desk().say
    fault = date_fault(text, say)
    return json({"ok": not fault, "words": fault or date_and_days(text, say)})


@blueprint.get("/id")
@needs("contributor")
def id_() -> Response:
    """Whether an id is taken, and by what."""
    texts = parameters(("lang", "of", "id"))
    space, id = texts.get("of", "record"), texts.get("id", "")
    desk = the_desk()
    say = desk.say
    if space not in SPACES:
        raise BadFilter("of", space, "no space of ids", allowed=SPACES)
    taken = archive().chronicle.claimed(space, [id]).get(id)
    if taken is not None:
        name = _name(space, id, taken, desk.lang) or id
        words_new = say("taken: %(name)s", name=name)
        return json({"taken": True, "free": False, "words": name, "words_new": words_new})
    words, is_free = say("nothing of that id is recorded"), is_id(id)
    words_new = say("free") if is_free else id_fault(id, say)
    return json({"taken": False, "free": is_free, "words": words, "words_new": words_new})


@blueprint.get("/find")
@needs("contributor")
def find() -> Response:
    """Records or sources by words, for a list under an input."""
    texts = parameters(("lang", "of", "q"))
    space, q = texts.get("of", "record"), texts.get("q", "").strip()
    rows = found(the_desk(), q[:200]) if q else []
    return json([{"id": row["id"], "name": row["name"]} for row in rows if row["space"] == space])


def _name(space: str, id: str, taken: str, lang: str) -> str:
    """What an id stands for: a title or a name."""
    stream = str(Stream.record(taken)) if space == "statement" else str(Stream(space, id))
    for line, *_ in archive().chronicle.stream(stream):
        if space != "statement" or line.get("id") == id:
            return text_in(line, "title", lang) or text_in(line, "name", lang)
    return ""
