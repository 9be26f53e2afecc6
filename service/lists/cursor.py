"""The cursor of a list: where one page of it ends, for the next to go on from.

It says by what the list is sorted, so that it begins no page of another.
"""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from service.asking.errors import BadCursor
from service.lists.listed import Space

Key = int | str | None


class Cursor(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Where a page ends: the sort, and of its last item the key by it, the id and its space."""

    sort: str
    key: Key
    id: str
    space: Space

    @property
    def place(self) -> tuple[Any, ...]:
        """Where the page ends, in the order of the list."""
        return place_of(self.sort, self.key, self.id, self.space)

    def written(self) -> str:
        """The cursor as a URL has it."""
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).rstrip(b"=").decode()


def read_cursor(text: str, sort: str) -> Cursor:
    """The cursor that a page of a list sorted so gave. Raises BadCursor."""
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        cursor = msgspec.json.decode(
            base64.b64decode(padded, altchars=b"-_", validate=True), type=Cursor
        )
    except (ValueError, msgspec.DecodeError):
        raise BadCursor(text, "it begins no page") from None
    if cursor.sort != sort or not isinstance(cursor.key, KEYS[sort]):
        raise BadCursor(text, f"it begins no page of a list that is sorted by {sort}")
    return cursor


KEYS: dict[str, tuple[type, ...]] = {
    "relevance": (int,),
    "distance": (int,),
    "id": (type(None),),
    "name": (str,),
    "-name": (str,),
    "since": (int, type(None)),
}
"""What the key of a cursor is, by its sort."""


def place_of(sort: str, key: Any, id: str, space: Space) -> tuple[Any, ...]:
    """What places are compared by; the id decides between what the sort finds equal."""
    if sort == "-name":
        # Turned round letter by letter; what ends first comes last.
        key = (*(-ord(letter) for letter in key), 1)
    return (key is None, 0 if key is None else key, id, space)
