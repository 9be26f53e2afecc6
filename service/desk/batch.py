"""Many lines at once at the desk: looked at, and recorded together or not at all.

They are JSON Lines or a sheet of CSV, pasted or sent as a file; whose text begins with a bracket is
JSON. A row of a sheet that has no id gets one that is suggested, and which stands in the text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask import Response, request

from events.canonical import canonical
from events.catalogue import BY_TYPE
from events.errors import MalformedLine, Refusal, SheetRefused
from events.orders import Command, Order
from events.sheets.reading import Sheet, read_sheet
from service.desk.answering import page, the_desk
from service.desk.keeping import LARGEST_FORM, sent_file
from service.desk.sending import (
    is_as_seen,
    is_stale,
    new_key,
    proposed,
    recorded,
    sealed,
    sent_key,
    sent_revisions,
    status_of,
)
from service.orders.writing import batch_of, command_of
from service.pages.desk import words as desk_words
from service.pages.desk.faults import batch_faults
from service.pages.desk.preview import preview_of
from service.pages.desk.room import Desk
from service.pages.desk.sheet import columns_of, sheet_faults, table_of, with_ids
from service.pages.shell.layout import Members
from service.web.root import archive


class Batch(NamedTuple):
    """What was sent: its text, the type of rows that say none, and what was read of it."""

    text: str
    type: str | None = None
    orders: tuple[Order, ...] = ()
    sheet: Sheet | None = None

    def why(self, refusal: Refusal) -> Refusal:
        """Why it was refused; a sheet by its cells."""
        return refusal if self.sheet is None else self.sheet.placed(refusal)

    @property
    def said(self) -> tuple[str, str]:
        """What the form says."""
        return self.text, self.type or ""

    @property
    def body(self) -> bytes:
        """What is compared when its key is used again."""
        text = self.text if self.type is None else f"{self.type}\n{self.text}"
        return text.encode(errors="replace")


def answered() -> Response:
    """The form for many lines, what they would record, or where that is recorded."""
    desk = the_desk()
    if request.method == "GET":
        return _shown(desk, Batch(""))
    text = request.form.get("text", "").removeprefix("\ufeff").replace("\r\n", "\n")
    batch = Batch(text, _sent_type())
    try:
        batch = batch._replace(text=sent_file() or batch.text)
        if request.form.get("do") == "redraw":
            return _shown(desk, batch)
        is_edited = request.form.get("do") == "record" and not is_as_seen(batch.said)
        batch = _read(batch)
    except Refusal as refusal:
        return _refused(desk, batch, refusal)
    if request.form.get("do") != "record":
        return _looked_at(desk, batch)
    if is_edited:
        return _looked_at(desk, batch, edited=True, status=412)
    try:
        return recorded(desk, _command(batch, sent_revisions(), sent_key()))
    except Refusal as refusal:
        if is_stale(refusal):
            return _looked_at(desk, batch, stale=True, status=status_of(refusal))
        return _refused(desk, batch, refusal)


def _sent_type() -> str | None:
    """The type that was chosen for the rows of a sheet. Raises MalformedLine."""
    type = request.form.get("type") or None
    if type is not None and type not in BY_TYPE:
        raise MalformedLine(f"{type[:80]!r} is no type of line", allowed=tuple(BY_TYPE))
    return type


def _read(batch: Batch) -> Batch:
    """A batch with its orders. Raises MalformedLine, SheetRefused, BodyTooLarge."""
    begun = batch.text.lstrip()[:1]
    if begun in ("", "{", "["):
        return batch._replace(orders=tuple(batch_of(batch.text.encode(errors="replace"))))
    sheet = read_sheet(batch.text, type=batch.type, by_hand=True)
    if text := with_ids(archive(), sheet):
        sheet = read_sheet(text, type=batch.type, by_hand=True)
        batch = batch._replace(text=text)
    return batch._replace(orders=tuple(sheet.orders), sheet=sheet)


def _looked_at(
    desk: Desk, batch: Batch, *, stale: bool = False, edited: bool = False, status: int = 200
) -> Response:
    """What the lines would record; again, where a record changed (`stale`) or the form did."""
    try:
        preview = preview_of(desk, proposed(_command(batch, {})))
    except Refusal as refusal:
        return _refused(desk, batch, refusal)
    revisions = canonical(preview["revisions"]).decode()
    shown = {"seen": preview, "revisions": revisions, "key": new_key()}
    shown["seal"] = sealed(batch.said)
    return _shown(desk, batch, preview=shown, stale=stale, edited=edited, status=status)


def _refused(desk: Desk, batch: Batch, refusal: Refusal) -> Response:
    why = batch.why(refusal)
    if isinstance(why, SheetRefused):
        faults = sheet_faults(why, desk.say)
    else:
        faults = batch_faults(why, batch.orders, desk.say)
    return _shown(desk, batch, faults=faults, status=status_of(why))


def _shown(
    desk: Desk,
    batch: Batch,
    *,
    preview: Members | None = None,
    faults: list[Members] | None = None,
    stale: bool = False,
    edited: bool = False,
    status: int = 200,
) -> Response:
    shown = {
        "text": batch.text,
        "chosen": batch.type or "",
        "columns": {type: columns_of(type, desk.lang) for type in BY_TYPE},
        "types": [(type, desk_words.type_of_line(type, desk.lang)) for type in BY_TYPE],
        "sheet": None if batch.sheet is None else table_of(batch.sheet, faults or []),
        "preview": preview,
        "faults": faults or [],
        "stale": stale,
        "edited": edited,
        "largest": LARGEST_FORM // 1024,
    }
    return page("desk/batch.html", desk, status, **shown)


def _command(batch: Batch, revisions: Mapping[str, int], key: str | None = None) -> Command:
    """The command of a batch, each line at the revision at which it was looked at."""
    looked_at = [_at_revision(order, revisions.get(str(order.number))) for order in batch.orders]
    return command_of(looked_at, body=batch.body, key=key)


def _at_revision(order: Order, revision: int | None) -> Order:
    """A line that names the revision at which it was looked at, unless it names one itself."""
    if revision is None or isinstance(order.line, Refusal):
        return order
    return order._replace(line={"revision": revision, **order.line})
