"""What a form of a page sent: no more than it may be, and no key where it would be shown."""

from __future__ import annotations

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from service.archive.keys import holds_key
from service.asking.errors import MisplacedKey


def sent_form(most: int, *, unshown: str = "") -> MultiDict[str, str]:
    """What a form of `most` bytes sent; `unshown` is the input that is never shown again, so that a
    key may stand in it. Raises RequestEntityTooLarge, MisplacedKey."""
    if (request.content_length or 0) > most:
        raise RequestEntityTooLarge(f"a form has at most {most} bytes")
    request.max_content_length = most
    request.max_form_memory_size = most
    pairs = request.form.items(multi=True)
    if any(name != unshown and holds_key(f"{name} {text}") for name, text in pairs):
        raise MisplacedKey("the form")
    return request.form
