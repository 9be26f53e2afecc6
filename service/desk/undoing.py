"""The last change of a record or a source taken back in one step: what that would do, and why.

Nothing is removed from the log. What was corrected is corrected back, what was withdrawn is
reinstated, and a statement that was recorded is withdrawn.
"""

from __future__ import annotations

from flask import Response, request

from events.canonical import canonical
from events.characters import check_characters
from events.errors import MalformedLine, NotFound, Refusal, StaleRevision
from events.fact import Line
from events.orders import Command, Order
from events.stream import Stream
from service.desk.answering import page, the_desk
from service.desk.sending import new_key, proposed, recorded, sent_key, sent_revision, status_of
from service.orders.writing import command_of
from service.pages.desk.faults import fault_of
from service.pages.desk.preview import meanwhile, preview_of
from service.pages.desk.revisions import undoing
from service.pages.desk.room import Desk
from service.pages.shell.layout import Members
from service.web.root import archive

ANY_WORDS = "-"
"""In place of a reason that nobody gave yet."""


def answered(space: str, id: str) -> Response:
    """What taking back the last change would do, or where that is recorded. Raises NotFound, also
    where the last change cannot be taken back."""
    desk, stream = the_desk(), str(Stream(space, id))
    line, revision = undoing(archive(), stream)
    if line is None:
        raise NotFound("change to undo", id)
    if request.method == "GET":
        return _shown(desk, stream, line, revision)
    reason = request.form.get("reason", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if sent_revision() != revision:
        return _shown(desk, stream, line, revision, reason=reason, stale=True, status=412)
    if request.form.get("do") == "redraw":
        return _shown(desk, stream, line, revision, reason=reason)
    try:
        if not reason:
            raise MalformedLine("'reason' is missing", pointer="/reason")
        check_characters({"reason": reason})
        return recorded(desk, _command({**line, "reason": reason}, revision, sent_key()))
    except StaleRevision as refusal:
        line, revision = undoing(archive(), stream)
        if line is None:
            raise
        return _shown(
            desk, stream, line, revision, reason=reason, stale=True, status=status_of(refusal)
        )
    except Refusal as refusal:
        faults = [fault_of(refusal, desk.say)]
        return _shown(
            desk, stream, line, revision, reason=reason, faults=faults, status=status_of(refusal)
        )


def _shown(
    desk: Desk,
    stream: str,
    line: Line,
    revision: int,
    *,
    reason: str = "",
    faults: list[Members] | None = None,
    stale: bool = False,
    status: int = 200,
) -> Response:
    decision = proposed(_command({**line, "reason": ANY_WORDS}, revision))
    seen = preview_of(desk, decision)
    for event in seen["events"]:
        event["reason"] = None
    shown = {
        "of": Stream.parse(stream),
        "last": meanwhile(desk, stream, revision - 1)[-1],
        "seen": seen,
        "revision": revision,
        "key": new_key(),
        "reason": reason,
        "faults": faults or [],
        "stale": stale,
    }
    return page("desk/undo.html", desk, status, **shown)


def _command(line: Line, revision: int, key: str | None = None) -> Command:
    return command_of([Order(1, line)], body=canonical(line), key=key, revision=revision)
