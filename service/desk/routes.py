"""The curator's desk: its paths, and the tasks that they stand for.

At the desk somebody who signed in chooses what to work on, and records what the API records, by
forms. What stands here is which path is which; `service.desk.guard` stands before all of it.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from events.catalogue import CARD_TYPES, STATEMENT_TYPES
from service.asking.filters import AFTER_ROW
from service.desk import batch, forms, guard, lookups, queue, revisions, sign_in, undoing
from service.desk.answering import page, the_desk
from service.desk.sending import just_recorded, sent_revision
from service.orders.changes import CHANGES, Change
from service.pages.desk import words as desk_words
from service.pages.desk.page import found, record_members, source_members
from service.pages.desk.room import PATH
from service.pages.desk.task import PREFILLED, change_task, new_task
from service.pages.shell.answering import problem_as_page
from service.pages.shell.pager import Pager
from service.web.access import DESK, needs
from service.web.response import parameters
from service.web.root import archive

blueprint = Blueprint(DESK, __name__, url_prefix=PATH)
blueprint.register_blueprint(sign_in.blueprint)
blueprint.register_blueprint(lookups.blueprint)
blueprint.before_request(guard.check_form)
# What is registered last comes first.
blueprint.after_request(guard.close)
blueprint.after_request(problem_as_page)
blueprint.after_request(sign_in.ask_for_key)


# --- choosing


@blueprint.get("")
@needs("contributor")
def home() -> Response:
    """What can be done: find something, or begin something new."""
    q = parameters(("lang", "q")).get("q", "").strip()
    desk = the_desk()
    return page(
        "desk/desk.html",
        desk,
        q=q,
        found=found(desk, q[:200]) if q else None,
        registered=[(type, desk_words.type_of_line(type, desk.lang)) for type in CARD_TYPES],
        statements=[(type, desk_words.type_of_line(type, desk.lang)) for type in STATEMENT_TYPES],
    )


@blueprint.get("/records/<string:id>")
@needs("contributor")
def record(id: str) -> Response:
    """A record, and what can be changed of it."""
    done, desk = just_recorded(), the_desk()
    pager = Pager(desk.here, skipped=AFTER_ROW.parse(request.args.get("after", "0")))
    subject = record_members(desk, id, pager)
    return page("desk/record.html", desk, done=done, subject=subject, pager=pager)


@blueprint.get("/sources/<string:id>")
@needs("contributor")
def source(id: str) -> Response:
    """A source, and what can be recorded by it."""
    done, desk = just_recorded(), the_desk()
    return page("desk/record.html", desk, done=done, subject=source_members(desk, id))


@blueprint.get("/records/<string:id>/revisions")
@needs("contributor")
def compared(id: str) -> Response:
    """Two revisions of a record, chosen and compared."""
    return revisions.answered("record", id)


@blueprint.get("/sources/<string:id>/revisions")
@needs("contributor")
def compared_source(id: str) -> Response:
    """Two revisions of a source, chosen and compared."""
    return revisions.answered("source", id)


# --- what readers suggest


@blueprint.route("/suggestions", methods=["GET", "POST"])
@needs("curator")
def suggestions() -> Response:
    """What readers have suggested; those that are chosen are declined together."""
    return queue.waiting()


@blueprint.route("/suggestions/<string:id>", methods=["GET", "POST"])
@needs("curator")
def suggestion(id: str) -> Response:
    """A suggestion: what it would change, to be taken, changed before it is, or declined."""
    _only_lang()
    return queue.one(id)


# --- recording


@blueprint.route("/new/<string:type>", methods=["GET", "POST"])
@needs("contributor")
def new(type: str) -> Response:
    """Register something, or record a statement."""
    taken = parameters(("lang", *PREFILLED))
    filled = {name: text for name, text in taken.items() if name != "lang"}
    return forms.answered(new_task(type, filled))


def _change(change: Change) -> None:
    """Make the route of the form of an order that changes something."""

    def view(id: str) -> Response:
        _only_lang()
        return forms.answered(change_task(archive(), change, id, sent_revision()))

    view.__doc__ = change.summary
    blueprint.add_url_rule(
        change.desk_path, change.name, needs("contributor")(view), methods=["GET", "POST"]
    )


for _each in CHANGES:
    _change(_each)


@blueprint.route("/records/<string:id>/undo", methods=["GET", "POST"])
@needs("contributor")
def undo(id: str) -> Response:
    """Take back the last change of a record, or its whole commit, in one step."""
    return undoing.answered("record", id)


@blueprint.route("/sources/<string:id>/undo", methods=["GET", "POST"])
@needs("contributor")
def undo_source(id: str) -> Response:
    """Take back the last change of a source, or its whole commit, in one step."""
    return undoing.answered("source", id)


@blueprint.route("/batch", methods=["GET", "POST"])
@needs("contributor")
def lines() -> Response:
    """Record the lines of a text, all or nothing."""
    _only_lang()
    return batch.answered()


def _only_lang() -> None:
    """Refuse a parameter that the form does not take."""
    parameters(("lang",))
