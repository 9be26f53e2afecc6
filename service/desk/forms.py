"""One form of the desk, for any task: shown, looked at, recorded.

A form is first looked at, then recorded. What others recorded in between is shown, and the form
looked at again. All that is wrong with it is told at once. A source that is not recorded yet is
entered in the same form, and recorded in the same commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import Response, request

from events.canonical import canonical, read
from events.errors import (
    BatchRefused,
    IdTaken,
    IsWithdrawn,
    MalformedLine,
    NothingChanges,
    NotWithdrawn,
    Refusal,
    StaleRevision,
)
from events.fact import Line
from events.orders import Command, Order
from events.stream import Stream
from service.archive.suggestions import SuggestionClosed, request_of
from service.desk.answering import page, part, the_desk
from service.desk.sending import (
    is_as_seen,
    is_stale,
    new_key,
    proposed,
    recorded,
    sealed,
    sent_key,
    sent_revision,
    status_of,
)
from service.orders.writing import command_of
from service.pages.desk.checking import faults_of_lines, unfit_of_form
from service.pages.desk.controls import form_members, subject
from service.pages.desk.ids import suggested_id
from service.pages.desk.preview import meanwhile, preview_of
from service.pages.desk.room import Desk
from service.pages.desk.suggested import so_since, suggestion_members
from service.pages.desk.task import Filled, Task, again, rebased
from service.pages.shell.layout import Members
from service.web.root import archive

Lines = tuple[Line, ...]
"""The line of a form, after that of the source that is entered with it, if one is."""


def answered(task: Task) -> Response:
    """The form of a task, what it would record, or where that is recorded."""
    desk = the_desk()
    if request.method == "GET":
        return _begun(desk, task)
    if request.form.get("do") == "record":
        return _recorded(desk, task)
    filled = task.sent(request.form)
    if request.form.get("do") == "redraw":
        return _shown(desk, task, filled)
    task, filled = _with_id(task, filled)
    return looked_at(desk, task, filled, _lines(task, filled))


def _begun(desk: Desk, task: Task) -> Response:
    """The form as it is opened; what was suggested is looked at at once."""
    if task.suggestion is None or task.suggestion.state != "waiting":
        return _shown(desk, task, task.filled())
    order = task.suggestion.order
    try:
        filled = task.shows(order)
    except Refusal as refusal:
        return _refused(desk, task, task.filled(), (order,), refusal)
    if not _has_lost_its_id(task, order):
        return looked_at(desk, task, filled, (order,))
    task, filled = _with_id(task, filled._replace(values={**filled.values, "id": ""}))
    return looked_at(desk, task, filled, _lines(task, filled))


def _has_lost_its_id(task: Task, order: Line) -> bool:
    """Whether something new was suggested under an id that something else has by now: two readers
    who miss the same are given the same."""
    try:
        proposed(_command(task, (order,)))
    except IdTaken:
        return not task.is_change
    except Refusal:
        return False
    return False


def _lines(task: Task, filled: Filled) -> Lines:
    source = ""
    if task.has_source(filled):
        title, author = filled.source["title"], filled.source["author"]
        said = {"type": "source", "title": f"{author} {title}", "date": filled.source["date"]}
        source = suggested_id(archive(), said)
    return task.lines(filled, source)


def _with_id(task: Task, filled: Filled) -> tuple[Task, Filled]:
    """The task and its values, with an id for something new for which nobody wrote one."""
    values = filled.values
    if task.is_change or values["id"] not in ("", request.form.get("suggested")):
        return task, filled
    id = suggested_id(archive(), task.line(filled._replace(values={**values, "id": ""})))
    return replace(task, suggested=id), filled._replace(values={**values, "id": id})


def looked_at(
    desk: Desk,
    task: Task,
    filled: Filled,
    lines: Lines,
    *,
    stale: list[Members] | None = None,
    edited: bool = False,
) -> Response:
    """What the form would record, and the form beneath it; or what is wrong."""
    try:
        try:
            proposal = preview_of(desk, proposed(_command(task, lines, revision=task.revision)))
        except (StaleRevision, BatchRefused) as refusal:
            if not is_stale(refusal):
                raise
            stale = stale or meanwhile(desk, task.stream or "", task.revision or 0)
            stood, task = task.before, again(archive(), task)
            lines = (*lines[:-1], rebased(lines[-1], stood, task.before))
            filled = task.shows(lines[-1], lines[0] if len(lines) > 1 else None)
            proposal = preview_of(desk, proposed(_command(task, lines)))
    except Refusal as refusal:
        return _refused(desk, task, filled, lines, refusal, stale=stale)
    if faults := unfit_of_form(desk, task, filled):
        return _shown(desk, task, filled, faults=faults, stale=stale, status=422)
    if _is_unread(task, lines):
        text = desk.say(
            "The reader says where it can be read, and it would not rest on that: enter it below as"
            " a source, or name one that is recorded."
        )
        proposal["warnings"].append({"line": len(lines), "text": text})
    preview = {
        "seen": proposal,
        "line": canonical(lines[-1]).decode(),
        "source": canonical(lines[0]).decode() if len(lines) > 1 else "",
        "revision": proposal["revisions"][str(len(lines))],
        "key": new_key(),
        "seal": sealed(filled),
    }
    status = 200 if stale is None and not edited else 412
    return _shown(desk, task, filled, preview=preview, stale=stale, edited=edited, status=status)


def _is_unread(task: Task, lines: Lines) -> bool:
    """Whether a suggestion says where it can be read, and its line would rest on no source for
    it."""
    line = lines[-1]
    names_where = task.suggestion is not None and task.suggestion.where is not None
    cites = "sources" in line or "sources" in line.get("changes", ())
    return names_where and task.may_cite and not cites


def _recorded(desk: Desk, task: Task) -> Response:
    """Record the lines that were looked at, if nothing came in between, and nobody changed the form
    since."""
    line, source = _sent_line("line"), None
    if request.form.get("source"):
        source = _sent_line("source")
        if source.get("type") != "source":
            raise MalformedLine("it is no source", pointer="/type")
    filled = task.shows(line, source)
    lines = (line,) if source is None else (source, line)
    if not is_as_seen(sent := task.sent(request.form)):
        if task.suggestion is not None and task.suggestion.state != "waiting":
            raise SuggestionClosed(task.suggestion.id, task.suggestion.state)
        task, filled = _with_id(task, sent)
        return looked_at(desk, task, filled, _lines(task, filled), edited=True)
    seen_at = sent_revision("looked_at")
    command = _command(task, lines, revision=seen_at, key=sent_key())
    try:
        return recorded(desk, command, taking=task.suggestion)
    except Refusal as refusal:
        if not is_stale(refusal):
            return _refused(desk, task, filled, lines, refusal)
        stream = task.stream or str(Stream.record(task.record))
        changes = meanwhile(desk, stream, seen_at or 0)
        return looked_at(desk, task, filled, lines, stale=changes)


def _sent_line(name: str) -> Line:
    """A line that was looked at. Raises MalformedLine."""
    line = read(request.form.get(name, ""))
    if not isinstance(line, dict):
        raise MalformedLine("the line is a JSON object")
    return line


def _refused(
    desk: Desk,
    task: Task,
    filled: Filled,
    lines: Sequence[Line],
    refusal: Refusal,
    *,
    stale: list[Members] | None = None,
) -> Response:
    found = [
        *faults_of_lines(desk, lines, refusal, before=task.before),
        *unfit_of_form(desk, task, filled),
    ]
    # What is told of a place last is what the form says of it.
    faults = list({(each["of_source"], each["pointer"]): each for each in found}.values())
    if stale is None and task.stream is not None and _is_any(refusal, IsWithdrawn, NotWithdrawn):
        stale = meanwhile(desk, task.stream, task.revision or 0) or None
    is_so = task.suggestion is not None and len(faults) == 1 and _is_any(refusal, NothingChanges)
    since = so_since(desk, task.suggestion) if is_so and task.suggestion is not None else None
    return _shown(
        desk, task, filled, faults=faults, stale=stale, is_so=is_so, since=since,
        status=status_of(refusal),
    )  # fmt: skip


def _is_any(refusal: Refusal, *kinds: type[Refusal]) -> bool:
    """Whether a line was refused for one of some reasons."""
    refused = refusal.refusals if isinstance(refusal, BatchRefused) else [(1, refusal)]
    return any(isinstance(each, kinds) for _, each in refused)


def _shown(
    desk: Desk,
    task: Task,
    filled: Filled,
    *,
    faults: list[Members] | None = None,
    preview: Members | None = None,
    stale: list[Members] | None = None,
    edited: bool = False,
    is_so: bool = False,
    since: Members | None = None,
    status: int = 200,
) -> Response:
    shown = {
        "subject": subject(desk, task),
        "form": form_members(desk, task, filled, faults or []),
        "preview": preview,
        "stale": stale,
        "edited": edited,
        "is_so": is_so,
        "since": since,
        "is_sent": request.method == "POST",
        "revision": task.revision,
        "suggested": task.suggested,
        "suggestion": None
        if task.suggestion is None
        else suggestion_members(desk, task.suggestion),
    }
    if request.form.get("do") == "live":
        return part("desk/live.html", desk, **shown)
    return page("desk/form.html", desk, status, **shown)


def _command(
    task: Task, lines: Lines, *, revision: int | None = None, key: str | None = None
) -> Command:
    """The command of a form; of a change, each at the revision at which it was looked at."""
    orders = [Order(number, line) for number, line in enumerate(lines, start=1)]
    if len(orders) > 1 and revision is not None:
        # The revision of a command is that of the record of every order.
        orders[-1] = Order(len(orders), {"revision": revision, **lines[-1]})
        revision = None
    body = b"\n".join(map(canonical, lines))
    taken = None if task.suggestion is None else request_of(task.suggestion)
    return command_of(orders, body=body, key=key, revision=revision, request=taken)
