"""From a request at the desk to a page: its language, its links, and what all its pages show."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec
from flask import Response, request

from events.dates import Language
from events.errors import LogDamaged
from service.pages.desk.room import PATH, Desk
from service.pages.shell import rendering
from service.pages.shell.answering import HTML, in_other_language
from service.pages.shell.here import Here
from service.pages.shell.layout import PageFacts, navigation
from service.translations import LANGUAGES, chosen
from service.web.access import identity, session
from service.web.root import archive
from service.words.speech import Speech

FAULTY = frozenset({400, 403, 404, 409, 413, 422})
"""The statuses with which a page says what is wrong with what was sent."""


def the_desk() -> Desk:
    """The desk in the language of the request. Raises BadFilter for an unknown one."""
    return _desk(request.args.get("lang"))


def any_desk() -> Desk:
    """The same where nothing may be refused any more: an unknown language is ignored."""
    lang = request.args.get("lang")
    return _desk(lang if lang in LANGUAGES else None)


def _desk(given: str | None) -> Desk:
    lang: Language = chosen(request.headers.get("Accept-Language"), given)
    texts = {} if given is None else {"lang": lang}
    return Desk(service=archive(), here=Here(request.path, texts), lang=lang, say=Speech(lang))


def page(template: str, desk: Desk, status: int = 200, /, **shown: Any) -> Response:
    """A page of the desk, with what stands around it."""
    name = PageFacts(name="desk", subject=desk.say("The curator's desk"))
    return part(template, desk, status, page=name, nav=navigation(desk.here, desk.say), **shown)


def part(template: str, desk: Desk, status: int = 200, /, **shown: Any) -> Response:
    """What a template of the desk makes, be it a page or a part that a script puts into one."""
    signed_in, who = session(), identity()
    context = {
        "here": desk.here,
        "in_other_language": in_other_language(desk.lang),
        "is_wrong": status in FAULTY,
        "token": signed_in.token if signed_in is not None else "",
        "desk_path": PATH,
        "who": who,
        "role": _role(who.role, desk.say),
        "may_withdraw": who.may("curator"),
        "waits": _waiting() if who.may("curator") else 0,
        **shown,
    }
    text = rendering.render(template, desk.lang, context)
    return rendering.with_policy(Response(text, status, mimetype=HTML))


def _waiting() -> int:
    """How many suggestions wait. Where their log is damaged, the desk works all the same."""
    with suppress(LogDamaged):
        return len(archive().suggestions.waiting())
    return 0


def json(value: Any) -> Response:
    """A response to a script: a value as JSON."""
    return Response(msgspec.json.encode(value), mimetype="application/json")


def _role(role: str, say: Speech) -> str:
    """A role in words."""
    named = {
        "reader": say("reader"),
        "contributor": say("contributor"),
        "curator": say("curator"),
        "admin": say("administrator"),
    }
    return named[role]
