"""What a form sent and could not be taken yet: kept word for word, so that one goes on with it.

A form is sent too late where its session ended, or where another one began since. What it sent is
shown to nobody but whoever sent it. Nothing of it is recorded until it was looked at again, as it
would be recorded by whoever is signed in now.
"""

from __future__ import annotations

import msgspec
from flask import Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from events.errors import MalformedLine, SheetRefused
from events.sheets.reading import decoded
from service.archive.keys import holds_key
from service.asking.errors import MisplacedKey
from service.desk.answering import any_desk, page
from service.web import forms
from service.web.access import is_from_here

LARGEST_FORM = 4 * 1024 * 1024
"""In bytes. A batch of more is sent to the API."""

Pairs = list[tuple[str, str]]
"""Each name that a form sent, with its value."""


_LOOKS = {"record": "preview", "decline": "redraw", "decline-all": "redraw"}
"""What shows, for each button that records."""


def sent_form() -> MultiDict[str, str]:
    """What a form of the desk sent. Raises RequestEntityTooLarge, MisplacedKey."""
    # What is sent as `key` is how one signs in.
    return forms.sent_form(LARGEST_FORM, unshown="key")


def sent_file() -> str:
    """The text of the file that was sent; "" without one. Raises SheetRefused, MisplacedKey."""
    file = request.files.get("file")
    if file is None:
        return ""
    with file.stream as stream:  # it may lie on the disk
        text = decoded(stream.read())
    if holds_key(text):
        raise MisplacedKey("the file")
    return text.replace("\r\n", "\n")


def sent_here() -> Pairs:
    """What a form of ours sent, a file as the text that it stands for; nothing of another page, and
    nothing that cannot be kept."""
    if "Origin" not in request.headers or not is_from_here():
        return []
    try:
        sent, file = sent_form(), sent_file()
    except (RequestEntityTooLarge, MisplacedKey, SheetRefused):
        return []
    if holds_key(sent.get("key", "")):
        return []
    return [
        (name, file if file and name == "text" else value)
        for name, value in sent.items(multi=True)
        if name != "token"
    ]


def packed(pairs: Pairs) -> str:
    """What a form sent, as one text; "" for nothing."""
    return msgspec.json.encode(pairs).decode() if pairs else ""


def unpacked(kept: str) -> Pairs:
    """The names and values that were kept of a form. Raises MalformedLine."""
    try:
        return msgspec.json.decode(kept or "[]", type=Pairs)
    except msgspec.DecodeError:
        raise MalformedLine("what was kept of a form cannot be read: begin it anew") from None


def go_on(then: str, pairs: Pairs, token: str, *, is_late: bool = False) -> Response:
    """What was sent before, as a form by which whoever is signed in looks at it; `is_late` where it
    was of another session than this."""
    kept = [(name, _LOOKS.get(value, value) if name == "do" else value) for name, value in pairs]
    shown = {"then": then, "kept": kept, "token": token, "is_late": is_late, "is_wrong": False}
    return page("desk/go_on.html", any_desk(), 403 if is_late else 200, **shown)
