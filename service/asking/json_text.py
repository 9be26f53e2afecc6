"""JSON as answers have it: members in the order in which they are given, without spaces.

The views keep much of an answer as text that was made when it was recorded. A `Fragment` carries
such a text through an answer: it is written out as it is, and reads as a mapping for whoever looks
into it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from events.dates import Date, iso


class Fragment(Mapping[str, Any]):
    """A JSON object that is kept as text, and parsed once, when somebody looks into it."""

    __slots__ = ("_members", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._members: dict[str, Any] | None = None

    @property
    def members(self) -> dict[str, Any]:
        """The object as a dict, which is not to be changed."""
        if self._members is None:
            self._members = msgspec.json.decode(self.text)
        return self._members

    def __getitem__(self, name: str) -> Any:
        return self.members[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)

    def __repr__(self) -> str:
        return f"Fragment({self.text!r})"


def json_of(value: object) -> str:
    """The text of a value; fragments stand in it as they are.

    >>> json_of({"day": "2013", "sources": ["a"], "row": Fragment('{"a":1}')})
    '{"day":"2013","sources":["a"],"row":{"a":1}}'
    """
    return msgspec.json.encode(value, enc_hook=_raw).decode()


def members_of(members: Mapping[str, object]) -> str:
    """The text of some members without the braces around them, to stand among others.

    >>> members_of({"total": 2, "next": None})
    '"total":2,"next":null'
    """
    return json_of(members)[1:-1]


def plain(value: Any) -> Any:
    """A value with each fragment in it parsed: what a reader of the JSON text would get.

    >>> plain([Fragment('{"a":1}')])
    [{'a': 1}]
    """
    return msgspec.json.decode(json_of(value))


def _raw(value: object) -> msgspec.Raw:
    if isinstance(value, Fragment):
        return msgspec.Raw(value.text.encode())
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def date_text(date: Date) -> dict[str, str | None]:
    """A date as answers show it: its text and its bounds."""
    return {
        "date": date.text,
        "earliest": None if date.earliest is None else iso(date.earliest),
        "latest": None if date.latest is None else iso(date.latest),
    }
