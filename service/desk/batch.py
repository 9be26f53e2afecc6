"""Many lines at once at the desk: looked at, and recorded together or not at all."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, request

from events.canonical import canonical
from events.errors import BatchRefused, MalformedLine, Refusal, StaleRevision
from events.orders import Command, Order
from service.desk.answering import page, the_desk
from service.desk.sending import (
    new_key,
    proposed,
    recorded,
    sent_key,
    sent_revisions,
    status_of,
)
from service.orders.writing import batch_of, command_of
from service.pages.desk.faults import batch_faults
from service.pages.desk.preview import preview_of
from service.pages.desk.room import Desk
from service.pages.shell.layout import Members


def answered() -> Response:
    """The form for many lines, what they would record, or where that is recorded."""
    desk = the_desk()
    text = request.form.get("text", "").replace("\r\n", "\n")
    if request.method == "GET":
        return _shown(desk, text)
    body = text.encode(errors="replace")
    if request.form.get("do") != "record":
        return _looked_at(desk, text, body)
    try:
        return recorded(desk, _command(body, sent_revisions(), sent_key()))
    except Refusal as refusal:
        if _is_stale(refusal):
            return _looked_at(desk, text, body, status=status_of(refusal))
        return _refused(desk, text, refusal)


def _looked_at(desk: Desk, text: str, body: bytes, *, status: int = 200) -> Response:
    """What the lines would record; with another status than 200 since a record changed."""
    try:
        preview = preview_of(desk, proposed(_command(body, {})))
    except Refusal as refusal:
        return _refused(desk, text, refusal)
    revisions = canonical(preview["revisions"]).decode()
    shown = {"seen": preview, "revisions": revisions, "key": new_key()}
    return _shown(desk, text, preview=shown, stale=status != 200, status=status)


def _refused(desk: Desk, text: str, refusal: Refusal) -> Response:
    faults = batch_faults(refusal, _read(text), desk.say)
    return _shown(desk, text, faults=faults, status=status_of(refusal))


def _read(text: str) -> list[Order]:
    """The lines of a text; none where there is none to be read."""
    try:
        return batch_of(text.encode(errors="replace"))
    except MalformedLine:
        return []


def _shown(
    desk: Desk,
    text: str,
    *,
    preview: Members | None = None,
    faults: list[Members] | None = None,
    stale: bool = False,
    status: int = 200,
) -> Response:
    shown = {"text": text, "preview": preview, "faults": faults or [], "stale": stale}
    return page("desk/batch.html", desk, status, **shown)


def _command(body: bytes, revisions: Mapping[str, int], key: str | None = None) -> Command:
    """The command of pasted lines, each at the revision at which it was looked at."""
    looked_at = [_at_revision(order, revisions.get(str(order.number))) for order in batch_of(body)]
    return command_of(looked_at, body=body, key=key)


def _at_revision(order: Order, revision: int | None) -> Order:
    """A line that names the revision at which it was looked at, unless it names one itself."""
    if revision is None or isinstance(order.line, Refusal):
        return order
    return order._replace(line={"revision": revision, **order.line})


def _is_stale(refusal: Refusal) -> bool:
    if isinstance(refusal, BatchRefused):
        return all(isinstance(each, StaleRevision) for _, each in refusal.refusals)
    return isinstance(refusal, StaleRevision)
