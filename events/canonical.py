"""JSON in and out, exactly: one value has one text, and one text one meaning.

`canonical` writes RFC 8785, `read` takes strict JSON and nothing else, and
`leaf_bytes` are the bytes that an event is hashed by. All three are hot, so
msgspec does the work wherever its answer is provably the right one; whatever
it leaves in doubt goes the slow way, which is the definition.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from hashlib import sha256
from typing import NoReturn

import msgspec
import rfc8785

from events.errors import NotJson

DEEPEST = 32
"""How many arrays and objects may stand inside each other in a text."""

LARGEST = 2**53 - 1
"""The largest integer that every reader of JSON holds exactly."""


def canonical(value: object) -> bytes:
    """The RFC 8785 text of a JSON value: None, bool, int, float, str, list, tuple, dict.

    Raises ValueError for what has no such text: an integer beyond `LARGEST`, a
    float that is not finite, a lone surrogate, any other type.
    """
    return _fast_text(value) or rfc8785.dumps(value)  # type: ignore[arg-type] # it checks itself


def read(text: bytes | str) -> object:
    """The value of a JSON text that can be read in one way only.

    Whatever it returns, `canonical` writes, and what that writes it reads again.

    Raises NotJson for whatever is not JSON by RFC 8259, and for a name
    that stands twice in an object, an integer beyond `LARGEST` (however it is
    written), a number beyond the floats, more than `DEEPEST` levels, a lone
    surrogate, a byte order mark.
    """
    try:
        raw = text.encode() if isinstance(text, str) else text
        value = _FROM_JSON.decode(raw)
        # With the white space gone, the text is what the value would be written
        # as: so no name was dropped as a repetition, and no escape can hide.
        plain = _TO_JSON_UNSORTED.encode(value) == msgspec.json.format(raw, indent=-1)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, NotJson):
        return _read_slowly(text)  # which finds the first fault and names it
    if plain and not _has_long_number(raw) and raw.count(b"{") + raw.count(b"[") <= DEEPEST:
        return value
    return _read_slowly(text)


def leaf_bytes(
    *, stream: str, version: int, topic: str, state: bytes, recorded_at: str, actor: str
) -> bytes:
    """All that an event says, its position excepted, as one RFC 8785 text.

    `state` is the canonical JSON of the event itself and stands in it as it is.

    >>> leaf_bytes(stream="record:juno", version=1, topic="t-v1", state=b'{"a":1}',
    ...            recorded_at="2026-11-25T09:00:00.000001Z", actor="wang")
    b'{"actor":"wang","recorded_at":"2026-11-25T09:00:00.000001Z","state":{"a":1},"stream":"record:juno","topic":"t-v1","version":1}'
    """
    encode = _TO_JSON.encode
    return b'{"actor":%b,"recorded_at":%b,"state":%b,"stream":%b,"topic":%b,"version":%d}' % (
        encode(actor),
        encode(recorded_at),
        state,
        encode(stream),
        encode(topic),
        version,
    )


def leaf_hash(
    *, stream: str, version: int, topic: str, state: bytes, recorded_at: str, actor: str
) -> bytes:
    """The 32 bytes by which an event enters the Merkle tree."""
    leaf = leaf_bytes(
        stream=stream,
        version=version,
        topic=topic,
        state=state,
        recorded_at=recorded_at,
        actor=actor,
    )
    # RFC 9162 section 2.1.1: a leaf is hashed with 0x00 in front, a node with 0x01.
    return sha256(b"\x00" + leaf).digest()


def _fast_text(value: object) -> bytes | None:
    """The canonical text where msgspec's is provably the same, else None.

    It writes strings as RFC 8785 does, but floats in another form, non-finite
    ones as null, integers of any size, values of other types as their like in
    JSON, and it sorts names by code points instead of UTF-16 units, which
    differ only where a character lies beyond U+FFFF.
    """
    if type(value) is not dict and type(value) is not list:
        return None
    try:
        text = _TO_JSON.encode(value)
        if _FROM_JSON_WITHOUT_FLOATS.decode(text) != value:
            return None
    except (msgspec.MsgspecError, TypeError, ValueError, RecursionError):
        return None
    if _has_long_number(text):
        return None
    if not text.isascii() and len(text.translate(None, _BEYOND_U_FFFF)) != len(text):
        return None
    return text


def _has_long_number(text: bytes) -> bool:
    """Whether sixteen digits stand in a row somewhere: perhaps an integer that is too large."""
    return _SIXTEEN_DIGITS in text.translate(_SHAPE)


def _no_floats(_: str) -> NoReturn:
    raise ValueError("a float")


def _read_slowly(text: bytes | str) -> object:
    try:
        decoded = text if isinstance(text, str) else text.decode()
        value = _STRICT.decode(decoded)
        # A surrogate can also come in by an escape; no UTF-8 can say it.
        _TO_JSON.encode(value)
    except UnicodeDecodeError as error:
        raise NotJson(f"it is not UTF-8 at byte {error.start}") from error
    except UnicodeEncodeError as error:
        raise NotJson("it holds half of a surrogate pair") from error
    except json.JSONDecodeError as error:
        if decoded.startswith("\ufeff"):
            raise NotJson("it begins with a byte order mark") from error
        raise NotJson(f"it is not JSON: {error.msg} at character {error.pos}") from error
    except RecursionError as error:
        raise NotJson(_TOO_DEEP) from error
    if _is_deeper(value, DEEPEST):
        raise NotJson(_TOO_DEEP)
    return value


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members: dict[str, object] = {}
    for name, value in pairs:
        if name in members:
            raise NotJson(f"the name {name[:80]!r} stands twice in one object")
        members[name] = value
    return members


def _integer(digits: str) -> int:
    # The length comes first: Python refuses to convert thousands of digits.
    if len(digits) > len(str(-LARGEST)) or abs(int(digits)) > LARGEST:
        raise NotJson(f"the integer {digits[:40]} is beyond ±{LARGEST}")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise NotJson(f"the number {digits[:40]} is too large")
    # RFC 8785 writes it without an exponent, and so as an integer.
    if LARGEST < abs(number) < _FIRST_WITH_EXPONENT:
        raise NotJson(f"the number {digits[:40]} is an integer beyond ±{LARGEST}")
    return number


def _constant(name: str) -> NoReturn:
    raise NotJson(f"{name} is not JSON")


def _is_deeper(value: object, levels: int) -> bool:
    layer: list[object] = [value]
    for _ in range(levels + 1):
        layer = [member for inside in layer for member in _members(inside)]
    return bool(layer)


def _members(value: object) -> Iterator[object]:
    """What stands inside an array or an object; an empty one still counts as a level."""
    if isinstance(value, dict):
        yield from value.values() or (None,)
    elif isinstance(value, list):
        yield from value or (None,)


_TOO_DEEP = f"it is nested more than {DEEPEST} levels deep"
_TO_JSON = msgspec.json.Encoder(order="sorted")
_TO_JSON_UNSORTED = msgspec.json.Encoder()
_FROM_JSON = msgspec.json.Decoder(float_hook=_float)
_FROM_JSON_WITHOUT_FLOATS = msgspec.json.Decoder(float_hook=_no_floats)
_STRICT = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
)
_FIRST_WITH_EXPONENT = 1e21
_BEYOND_U_FFFF = b"\xf0\xf1\xf2\xf3\xf4"  # the first bytes of four in UTF-8
_SHAPE = bytes(0x30 if 0x30 <= byte <= 0x39 else 0x2E for byte in range(256))
_SIXTEEN_DIGITS = b"0" * 16
