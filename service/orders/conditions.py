"""The headers of a request that changes something: conditions and preferences.

`Idempotency-Key` to record once, `If-Match` to change only what was read,
`Prefer` for a short answer or one that waits for the views.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from flask import request

from events.clocks import epoch_at
from events.errors import StaleRevision
from events.stream import Stream
from service.archive.keys import holds_key
from service.asking.errors import BadHeader, MisplacedKey, NoRevisionGiven
from service.web.root import archive

LONGEST_WAIT = 10.0
"""Seconds that `Prefer: wait` waits at most."""


class Preference(NamedTuple):
    """What `Prefer` says; `wait` is in seconds, `applied` the text of `Preference-Applied`."""

    minimal: bool
    wait: float | None
    applied: str


_KEY = re.compile(r'"([\x21\x23-\x5b\x5d-\x7e]{1,255})"|([A-Za-z0-9_.:~-]{1,255})')


def idempotency_key() -> str | None:
    """The key under which the request records once; None without one.

    Raises BadHeader, MisplacedKey.
    """
    text = request.headers.get("Idempotency-Key")
    if text is None:
        return None
    if holds_key(text):
        raise MisplacedKey("Idempotency-Key")
    if (found := _KEY.fullmatch(text.strip())) is None:
        raise BadHeader("Idempotency-Key", text, "is not a string of 1 to 255 plain characters")
    return found[1] or found[2]


_TAG = re.compile(r'(?:W/)?"?(?:e([0-9]{1,9})\.)?r([0-9]{1,18})(?:[.:]([0-9]{0,18})[^"]*)?"?')


def expected_revision(stream: str) -> int | None:
    """The revision that `If-Match` names: the whole ETag of the record, or `"r7"`.

    None for `*`, which any revision matches. A weak form is taken too: proxies
    weaken tags, and ours is a revision. One that was read in an epoch of the log that is over
    is none. Raises NoRevisionGiven, StaleRevision.
    """
    text = request.headers.get("If-Match")
    if text is None:
        raise NoRevisionGiven("send If-Match with the ETag of the record as you read it")
    if text.strip() == "*":
        return None
    revisions = [_TAG.fullmatch(tag.strip()) for tag in text.split(",")]
    current = archive().chronicle.revision(stream)
    named = [int(found[2]) for found in revisions if found is not None and _is_told(found)]
    if not named:
        raise StaleRevision(Stream.parse(stream).id, None, current)
    return current if current in named else named[0]


def _is_told(tag: re.Match[str]) -> bool:
    """Whether what a tag was read of is still told: at its position, the log is in its epoch."""
    epoch, _, known = tag.groups()
    epochs = archive().chronicle.log.epochs()
    if not known:  # it was the answer to an order, or is just the revision
        return epoch is None or any(each.number == int(epoch) for each in epochs)
    return epoch_at(epochs, int(known)) == int(epoch or 1)


_PREFERENCE = re.compile(r"\s*([A-Za-z-]+)\s*(?:=\s*\"?([a-z0-9.]+)\"?)?\s*")


def preference() -> Preference:
    """Read `Prefer` (RFC 7240); what it does not know, it passes over, as it must."""
    minimal, wait, applied = False, None, []
    for text in ",".join(request.headers.getlist("Prefer")).split(","):
        found = _PREFERENCE.fullmatch(text)
        if found is None:
            continue
        name, value = found[1].lower(), found[2]
        if name == "return" and value in ("minimal", "representation"):
            minimal = value == "minimal"
            applied.append(f"return={value}")
        elif name == "wait" and value is not None and value.isdigit():
            wait = min(float(value), LONGEST_WAIT)
            applied.append(f"wait={wait:g}")
    return Preference(minimal, wait, ", ".join(applied))
