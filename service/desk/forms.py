"""One form of the desk, for any task: shown, looked at, recorded.

A form is first looked at, then recorded. What others recorded in between is shown, and the form
looked at again.
"""

from __future__ import annotations

from dataclasses import replace

from flask import Response, request

from events.canonical import canonical, read
from events.errors import MalformedLine, Refusal, StaleRevision
from events.fact import Line
from events.orders import Command, Order
from events.stream import Stream
from service.desk.answering import page, part, the_desk
from service.desk.sending import (
    new_key,
    proposed,
    recorded,
    sent_key,
    sent_revision,
    status_of,
)
from service.orders.writing import command_of
from service.pages.desk.controls import form_members, subject
from service.pages.desk.faults import fault_of
from service.pages.desk.form import Values
from service.pages.desk.ids import suggested_id
from service.pages.desk.preview import meanwhile, preview_of
from service.pages.desk.room import Desk
from service.pages.desk.task import Task, again
from service.pages.shell.layout import Members
from service.web.root import archive


def answered(task: Task) -> Response:
    """The form of a task, what it would record, or where that is recorded."""
    desk = the_desk()
    if request.method == "GET":
        return _shown(desk, task, *task.filled())
    if request.form.get("do") == "record":
        return _recorded(desk, task)
    values, why = task.sent(request.form)
    task, values = _with_id(task, values, why)
    return _looked_at(desk, task, values, why)


def _with_id(task: Task, values: Values, why: Values) -> tuple[Task, Values]:
    """The task and its values, with an id for something new for which nobody wrote one."""
    if task.is_change or values["id"] not in ("", request.form.get("suggested")):
        return task, values
    id = suggested_id(archive(), task.line({**values, "id": ""}, why))
    return replace(task, suggested=id), {**values, "id": id}


def _looked_at(
    desk: Desk, task: Task, values: Values, why: Values, *, stale: list[Members] | None = None
) -> Response:
    """What the form would record, and the form beneath it; or what is wrong."""
    line = task.line(values, why)
    try:
        try:
            proposal = preview_of(desk, proposed(_command(line, revision=task.revision)))
        except StaleRevision:
            stale = stale or meanwhile(desk, task.stream or "", task.revision or 0)
            task = again(archive(), task)
            values, why = task.shows(line)
            proposal = preview_of(desk, proposed(_command(line)))
    except Refusal as refusal:
        return _refused(desk, task, values, why, refusal, stale=stale)
    preview = {
        "seen": proposal,
        "line": canonical(line).decode(),
        "revision": proposal["revisions"]["1"],
        "key": new_key(),
    }
    status = 200 if stale is None else 412
    return _shown(desk, task, values, why, preview=preview, stale=stale, status=status)


def _recorded(desk: Desk, task: Task) -> Response:
    """Record the line that was looked at, if nothing came in between."""
    line = read(request.form.get("line", ""))
    if not isinstance(line, dict):
        raise MalformedLine("the line is a JSON object")
    values, why = task.shows(line)
    command = _command(line, revision=sent_revision(), key=sent_key())
    try:
        return recorded(desk, command)
    except StaleRevision as stale:
        stream = task.stream or str(Stream.record(stale.record))
        changes = meanwhile(desk, stream, sent_revision() or 0)
        return _looked_at(desk, task, values, why, stale=changes)
    except Refusal as refusal:
        return _refused(desk, task, values, why, refusal)


def _refused(
    desk: Desk,
    task: Task,
    values: Values,
    why: Values,
    refusal: Refusal,
    *,
    stale: list[Members] | None = None,
) -> Response:
    faults = [fault_of(refusal, desk.say)]
    return _shown(desk, task, values, why, faults=faults, stale=stale, status=status_of(refusal))


def _shown(
    desk: Desk,
    task: Task,
    values: Values,
    why: Values,
    *,
    faults: list[Members] | None = None,
    preview: Members | None = None,
    stale: list[Members] | None = None,
    status: int = 200,
) -> Response:
    shown = {
        "subject": subject(desk, task),
        "form": form_members(desk, task, values, why, faults or []),
        "preview": preview,
        "stale": stale,
        "revision": task.revision,
        "suggested": task.suggested,
    }
    if request.form.get("do") == "live":
        return part("desk/live.html", desk, **shown)
    return page("desk/form.html", desk, status, **shown)


def _command(line: Line, *, revision: int | None = None, key: str | None = None) -> Command:
    return command_of([Order(1, line)], body=canonical(line), key=key, revision=revision)
