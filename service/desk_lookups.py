"""What a script of the desk asks while one types: dates in words, ids that are taken, names."""

from __future__ import annotations

from flask import Blueprint, Response

from events.decision import stream_of
from events.errors import BadDate, BadFilter
from service.access import needs
from service.asking import archive, parameters
from service.desk_answering import json, the_desk
from service.pages.desk_page import found
from service.pages.desk_values import told_date

blueprint = Blueprint("lookups", __name__)

SPACES = ("record", "source", "statement")


@blueprint.get("/date")
@needs("contributor")
def date() -> Response:
    """What a date means, in words."""
    text = parameters(("lang", "text")).get("text", "").strip()
    desk = the_desk()
    try:
        return json({"ok": True, "words": told_date(text, desk.say)})
    except BadDate as refused:
        return json({"ok": False, "words": refused.why})


@blueprint.get("/id")
@needs("contributor")
def id_() -> Response:
    """Whether an id is taken, and by what."""
    texts = parameters(("lang", "of", "id"))
    space, id = texts.get("of", "record"), texts.get("id", "")
    say = the_desk().say
    if space not in SPACES:
        raise BadFilter("of", space, "no space of ids", allowed=SPACES)
    taken = archive().chronicle.claimed(space, [id]).get(id)
    if taken is None:
        words = {"words": say("nothing of that id is recorded"), "words_new": say("free")}
        return json({"taken": False, **words})
    name = _name(space, id, taken) or id
    words = {"words": name, "words_new": say("taken: %(name)s", name=name)}
    return json({"taken": True, **words})


@blueprint.get("/find")
@needs("contributor")
def find() -> Response:
    """Records or sources by words, for a list under an input."""
    texts = parameters(("lang", "of", "q"))
    space, q = texts.get("of", "record"), texts.get("q", "").strip()
    rows = found(the_desk(), q[:200]) if q else []
    return json([{"id": row["id"], "name": row["name"]} for row in rows if row["space"] == space])


def _name(space: str, id: str, taken: str) -> str:
    """What an id stands for: a title or a name."""
    stream = stream_of("record", taken) if space == "statement" else stream_of(space, id)
    for line, *_ in archive().chronicle.stream(stream):
        if space != "statement" or line.get("id") == id:
            return str(line.get("title") or line.get("name") or "")
    return ""
