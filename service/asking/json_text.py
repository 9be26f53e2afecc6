"""JSON as answers have it: members in the order in which they are given, without spaces."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


def json_of(value: object) -> str:
    """The text of a value.

    >>> json_of({"day": "2013", "sources": ["a"]})
    '{"day":"2013","sources":["a"]}'
    """
    return msgspec.json.encode(value).decode()


def members_of(members: Mapping[str, object]) -> str:
    """The text of some members without the braces around them, to stand among others.

    >>> members_of({"total": 2, "next": None})
    '"total":2,"next":null'
    """
    return json_of(members)[1:-1]
