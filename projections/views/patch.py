"""The patch from one JSON value to another, in the operations of RFC 6902.

The same two values always give the same patch, byte for byte, in any process:
patches are part of views that are compared and of answers that never change.
So the members of an object are taken in its own order, a list is one value,
and nothing is moved.
"""

from __future__ import annotations

from typing import Any

from events.errors import pointer_to

Operation = dict[str, Any]


def patch_between(before: Any, after: Any, *, path: str = "") -> list[Operation]:
    """The operations that make `after` of `before`, both JSON values; none where they are equal.

    `path` is the JSON pointer to the value in the document that is patched.

    >>> patch_between({"a": 1, "b": [1]}, {"b": [1, 2], "c/d": None})
    ... # doctest: +NORMALIZE_WHITESPACE
    [{'op': 'remove', 'path': '/a'},
     {'op': 'replace', 'path': '/b', 'value': [1, 2]},
     {'op': 'add', 'path': '/c~1d', 'value': None}]
    """
    if isinstance(before, dict) and isinstance(after, dict):
        operations: list[Operation] = [
            {"op": "remove", "path": path + pointer_to(name)}
            for name in before
            if name not in after
        ]
        for name, value in after.items():
            place = path + pointer_to(name)
            if name in before:
                operations += patch_between(before[name], value, path=place)
            else:
                operations.append({"op": "add", "path": place, "value": value})
        return operations
    if _same(before, after):
        return []
    return [{"op": "replace", "path": path, "value": after}]


def _same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal; unlike in Python, true is not 1 and 1 is not 1.0."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and bool(one == other)
