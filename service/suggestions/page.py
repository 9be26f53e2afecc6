"""The forms by which readers suggest a correction, without a key, and the page by which each is
followed.

A form asks for no name, and says so. What is sent keeps standing in it until it can be taken.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from flask import Blueprint, Response, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from events.errors import NotFound, Refusal
from events.fact import Line
from events.stream import Stream
from service.archive.suggestions import LARGEST, QueueFull, order_of
from service.asking.errors import BodyTooLarge, TooManySuggestions
from service.asking.query import located
from service.orders.changes import CHANGES, Change
from service.orders.writing import ANY_WORDS, LARGEST_BODY
from service.pages.desk import words as desk_words
from service.pages.desk.checking import faults_of_lines
from service.pages.desk.controls import form_members, subject
from service.pages.desk.faults import fault_of
from service.pages.desk.form import RARE, Member, plain
from service.pages.desk.ids import suggested_id
from service.pages.desk.room import Desk
from service.pages.desk.suggested import suggestion_members
from service.pages.desk.task import Filled, Task, change_task, folded_at, new_task
from service.pages.shell import rendering
from service.pages.shell.answering import HTML, in_other_language, problem_as_page
from service.pages.shell.here import Here
from service.pages.shell.layout import Members, PageFacts, navigation
from service.suggestions.making import (
    LONGEST_REASON,
    LONGEST_WHERE,
    Wish,
    dry_run,
    faults_of,
    suggested,
)
from service.suggestions.routes import address_of
from service.translations import chosen
from service.web.access import SUGGESTING, need_own_site, needs
from service.web.forms import sent_form
from service.web.response import parameters
from service.web.root import archive, root
from service.words import labels
from service.words.names import text_in
from service.words.speech import Speech

SUGGEST = "/suggest"
"""Where the forms are, as those of the desk are below its own path."""

LARGEST_FORM = LARGEST_BODY
"""In bytes. What is too long for a suggestion is shown again, so that one shortens it."""

MISSING = ("milestone", "discovery", "policy", "indicator", "observation", "facility")
"""The types of line that a reader may find missing."""

UNASKED = frozenset({*RARE, "sources", "same_as", "archived_url", "content_sha256"})
"""Members that a curator fills in, and no reader is asked for."""

WRITTEN = ("title", "summary", "name")
"""Members in English that may be written in Chinese alone."""

blueprint = Blueprint(SUGGESTING, __name__)
blueprint.after_request(problem_as_page)


@blueprint.after_request
def _close(response: Response) -> Response:
    """What nobody has looked at yet is kept by no cache, and found by no search engine."""
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@blueprint.get("/suggestions/<string:id>")
@needs("reader")
def followed(id: str) -> Response:
    """What became of a suggestion."""
    parameters(("lang",))
    desk, found = _desk(), archive().suggestions.need(id)
    suggestion, address = suggestion_members(desk, found), root() + address_of(found)
    return _page("suggestion/page.html", desk, suggestion=suggestion, address=address)


@blueprint.route(f"{SUGGEST}/new/<string:type>", methods=["GET", "POST"])
@needs("reader")
def new(type: str) -> Response:
    """Suggest something that is missing; of a facility, a record or a series, if one is named."""
    given = parameters(("lang", "facility", "record", "series"))
    prefill = {name: text for name, text in given.items() if name != "lang"}
    if type not in MISSING:
        raise NotFound("type", type)
    task = new_task(type, prefill)
    for name, id in task.prefilled.items():
        if not archive().chronicle.claimed("record", [id]):
            raise NotFound("record", id)
        task = replace(task, record=id, said={**task.said, name: id})
    asked = _asked(task, without=("id", *task.prefilled))
    if _desk().lang == "zh":
        asked = tuple(_in_either(each) for each in asked)
    return _answered(replace(task, members=asked))


def _change(change: Change) -> None:
    """Make the route of the form for a change."""

    def view(id: str) -> Response:
        parameters(("lang",))
        text = request.form.get("revision", "")
        revision = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
        task = change_task(archive(), change, id, revision)
        return _answered(replace(task, members=_asked(task), why=()))

    view.__doc__ = f"Suggest: {change.summary.lower()}"
    path = f"{SUGGEST}{change.desk_path}"
    blueprint.add_url_rule(path, change.name, needs("reader")(view), methods=["GET", "POST"])


for _each in CHANGES:
    _change(_each)


def _asked(task: Task, without: tuple[str, ...] = ()) -> tuple[Member, ...]:
    """The members that a reader is asked for."""
    skipped = UNASKED.union(without)
    return tuple(each for each in task.members if each.name not in skipped)


def _in_either(member: Member) -> Member:
    """A member that is needed in English or in Chinese; what is in neither is refused anyway."""
    return member._replace(required=False) if member.name in WRITTEN else member


def _answered(task: Task) -> Response:
    """The form, what is wrong with what it sent, or where the suggestion is followed. Raises
    IsMirror where another chronicle is to be told."""
    desk = _desk()
    archive().chronicle.need_own()
    if request.method == "GET":
        return _shown(desk, task, task.filled(), Wish({}, ""))
    need_own_site()
    try:
        form = sent_form(LARGEST_FORM)
    except RequestEntityTooLarge:
        empty = Wish({}, "")
        return _shown(desk, task, task.filled(), empty, _too_long(desk), status=413)
    filled = task.sent(form)
    wish = _wish(task, filled, form)
    if form.get("do") == "redraw":
        return _shown(desk, task, filled, wish)
    say = desk.say
    try:
        if _is_at_fault(wish):
            return _shown(desk, task, filled, wish, status=422)
        made, _ = suggested(wish)
    except TooManySuggestions as refused:
        why = say("You have suggested as much as one may in a day. Come back tomorrow.")
        return _not_now(_shown(desk, task, filled, wish, why, status=429), refused.seconds)
    except QueueFull:
        why = say("So many suggestions wait that no more are kept. Come back in some hours.")
        return _not_now(_shown(desk, task, filled, wish, why, status=503), 3600)
    except BodyTooLarge:
        return _shown(desk, task, filled, wish, _too_long(desk), status=413)
    return cast("Response", redirect(located(address_of(made), desk.here.texts.items()), 303))


def _wish(task: Task, filled: Filled, form: MultiDict[str, str]) -> Wish:
    """What a form asks for. A reader finds no ids: one is given to what is new."""
    line = task.line(filled)
    if not task.is_change:
        line = _in_place_of_english(line)
        line = {**line, "id": suggested_id(archive(), {**line, "id": ""})}
    return Wish(line, plain(form.get("reason", "")), plain(form.get("where", "")) or None)


def _in_place_of_english(line: Line) -> Line:
    """A new line with the Chinese words in place of the English ones that nobody wrote: who takes
    it can translate them."""
    said = {name: line[f"{name}_zh"] for name in WRITTEN if f"{name}_zh" in line}
    return {**line, **{name: text for name, text in said.items() if name not in line}}


def _too_long(desk: Desk) -> str:
    return desk.say("It is too long: shorten it to %(number)s kB in all.", number=LARGEST // 1024)


def _not_now(response: Response, seconds: int) -> Response:
    response.headers["Retry-After"] = str(seconds)
    return response


def _is_at_fault(wish: Wish) -> bool:
    return bool(faults_of(wish)) or _refusal_of(wish) is not None


def _refusal_of(wish: Wish) -> Refusal | None:
    """Why the order of a wish would be refused, whatever its words are."""
    try:
        dry_run(wish.line, ANY_WORDS)
    except Refusal as refusal:
        return refusal
    return None


def _shown(
    desk: Desk, task: Task, filled: Filled, wish: Wish, fault: str = "", *, status: int = 200
) -> Response:
    """The form; where it was refused, with all that is wrong with it, and the `fault` of it all."""
    faults: list[Members] = []
    of_words: dict[str, list[Members]] = {"reason": [], "where": []}
    if status == 422:
        for each in faults_of(wish):
            of_words[each.pointer[1:]].append(fault_of(each, desk.say))
        if (refusal := _refusal_of(wish)) is not None:
            order = order_of(wish.line, ANY_WORDS)
            faults = faults_of_lines(desk, (order,), refusal, before=task.before)
    form = form_members(desk, task, filled, faults)
    for control in form["controls"]:
        if not task.is_change and desk.lang == "zh" and control["name"] in WRITTEN:
            control["hint"] = desk.say("Left empty, the Chinese one takes its place.")
    shown = {
        "subject": subject(desk, task),
        "of": _of(desk, task),
        "form": form,
        "fault": fault,
        "revision": task.revision,
        "type": task.type,
        "action": request.full_path.rstrip("?"),
        "words": {
            "reason": {"value": wish.reason, "most": LONGEST_REASON, "faults": of_words["reason"]},
            "where": {"value": wish.where, "most": LONGEST_WHERE, "faults": of_words["where"]},
        },
        "is_wrong": bool(fault or form["summary"] or form["faults"] or any(of_words.values())),
        "in_other_language": in_other_language(desk.lang),
    }
    return _page("suggestion/form.html", desk, status, **shown)


def _of(desk: Desk, task: Task) -> str:
    """What a form is about: its record by name, and the title of its statement."""
    stream = task.stream or (str(Stream.record(task.record)) if task.record else "")
    card = folded_at(archive(), stream, None)[0].card if stream else None
    title = text_in(task.before, "title", desk.lang)
    if card is None or "title" in card:
        return title or desk_words.type_of_line(task.type, desk.lang)
    name = labels.names_of(card, desk.lang)[0]
    return desk.say("%(name)s: %(value)s", name=name, value=title) if title else name


def _desk() -> Desk:
    """What the forms of the desk are made with, for a reader. Raises BadFilter for an unknown
    language."""
    given = request.args.get("lang")
    lang = chosen(request.headers.get("Accept-Language"), given)
    texts = {} if given is None else {"lang": lang}
    here = Here(request.path, texts)
    return Desk(service=archive(), here=here, lang=lang, say=Speech(lang))


def _page(template: str, desk: Desk, status: int = 200, **shown: Any) -> Response:
    here, say = desk.here, desk.say
    context = {
        "here": here,
        "nav": navigation(here, say),
        "page": PageFacts(name="suggestion", subject=say("Big science, year by year")),
        **shown,
    }
    text = rendering.render(template, desk.lang, context)
    return rendering.with_policy(Response(text, status, mimetype=HTML))
