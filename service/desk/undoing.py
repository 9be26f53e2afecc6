"""The last change of a record or a source taken back in one step, or all of its commit: what that
would do, and why.

Nothing is removed from the log. What was corrected is corrected back, what was withdrawn is
reinstated, and a statement that was recorded is withdrawn.
"""

from __future__ import annotations

from flask import Response, request

from events.canonical import canonical
from events.characters import check_characters
from events.errors import MalformedLine, NotFound, Refusal
from events.orders import Command, Order
from events.stream import Stream
from service.desk.answering import page, the_desk
from service.desk.sending import (
    is_stale,
    new_key,
    proposed,
    recorded,
    recorded_before,
    sent_key,
    sent_revision,
    status_of,
)
from service.orders.writing import ANY_WORDS, command_of
from service.pages.desk.faults import fault_of
from service.pages.desk.form import plain
from service.pages.desk.preview import meanwhile, preview_of
from service.pages.desk.revisions import Undoing, undoing
from service.pages.desk.room import Desk
from service.pages.shell.layout import Members
from service.web.response import parameters
from service.web.root import archive


def answered(space: str, id: str) -> Response:
    """What taking back the last change would do, or all of its commit, or where that is recorded.
    Raises NotFound, also where it cannot be taken back."""
    desk, stream = the_desk(), str(Stream(space, id))
    whole = "all" in parameters(("lang", "all")) or "all" in request.form
    found = undoing(archive(), stream, whole=whole)
    if request.method == "GET" and not found.lines:
        raise NotFound("change to undo", id)
    if request.method == "GET":
        return _shown(desk, stream, found, whole=whole)
    reason = plain(request.form.get("reason", ""))
    revision = archive().chronicle.revision(stream)
    is_stale_form = not found.lines or sent_revision() != revision
    if request.form.get("do") in ("redraw", "preview"):
        return _again(desk, stream, reason, whole=whole, stale=is_stale_form)
    if is_stale_form:
        again = recorded_before(desk, stream)
        return again or _again(desk, stream, reason, whole=whole, stale=True)
    try:
        if not reason:
            raise MalformedLine("'reason' is missing", pointer="/reason")
        check_characters({"reason": reason})
        return recorded(desk, _command(found, reason, sent_key()))
    except Refusal as refusal:
        if is_stale(refusal):
            return _again(desk, stream, reason, whole=whole, stale=True)
        faults = [fault_of(refusal, desk.say)]
        status = status_of(refusal)
        return _shown(desk, stream, found, whole=whole, reason=reason, faults=faults, status=status)


def _again(desk: Desk, stream: str, reason: str, *, whole: bool, stale: bool) -> Response:
    """What is the last change now, which is all that may be left of a commit; with the reason that
    was written. Raises NotFound."""
    found = undoing(archive(), stream, whole=whole)
    if not found.lines:
        found, whole = undoing(archive(), stream), False
    if not found.lines:
        raise NotFound("change to undo", Stream.parse(stream).id)
    status = 412 if stale else 200
    return _shown(desk, stream, found, whole=whole, reason=reason, stale=stale, status=status)


def _shown(
    desk: Desk,
    stream: str,
    found: Undoing,
    *,
    whole: bool,
    reason: str = "",
    faults: list[Members] | None = None,
    stale: bool = False,
    status: int = 200,
) -> Response:
    seen = preview_of(desk, proposed(_command(found, ANY_WORDS)))
    for event in seen["events"]:
        event["reason"] = None
    revision = archive().chronicle.revision(stream)
    everything = found if whole else undoing(archive(), stream, whole=True)
    shown = {
        "of": Stream.parse(stream),
        "last": meanwhile(desk, stream, revision - 1)[-1],
        "whole": whole and len(found.lines) > 1,
        "together": len(everything.lines),
        "stay": found.stay,
        "seen": seen,
        "revision": revision,
        "key": new_key(),
        "reason": reason,
        "faults": faults or [],
        "stale": stale,
    }
    return page("desk/undo.html", desk, status, **shown)


def _command(found: Undoing, reason: str, key: str | None = None) -> Command:
    lines = [{**line, "reason": reason} for line in found.lines]
    orders = [Order(number, line) for number, line in enumerate(lines, start=1)]
    return command_of(orders, body=b"\n".join(map(canonical, lines)), key=key)
