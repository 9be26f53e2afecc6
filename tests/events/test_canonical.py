"""JSON is written in one way only, and read only where it can be read in one way."""

from __future__ import annotations

import enum
import json
import math
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from events import canonical as module
from events.canonical import DEEPEST, LARGEST, canonical, leaf_bytes, leaf_hash, read
from events.errors import MalformedLine

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-LARGEST, LARGEST)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    # What the two orders of names, and the escapes, differ in.
    | st.text('\ue000\uffff\U00010000\U0010ffff\u2028\x00\x1f\x7f"\\/:{}[],1.e')
)
READABLE = SCALARS.filter(
    lambda value: not isinstance(value, float) or not LARGEST < abs(value) < 1e21
)


def nested(scalars: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """JSON values made of them; some names are such that the two orders differ."""
    return st.recursive(
        scalars,
        lambda inside: (
            st.lists(inside, max_size=5)
            | st.dictionaries(st.text(max_size=4), inside, max_size=5)
            | st.dictionaries(st.text("\ue000\U00010000az", max_size=2), inside, max_size=5)
        ),
        max_leaves=20,
    )


VALUES = nested(SCALARS)
ALL_CHARACTERS = [
    "".join(chr(code) for code in range(start, start + 0x400))
    for start in range(0, 0x110000, 0x400)
    if not 0xD800 <= start < 0xE000
]


class Card(msgspec.Struct):
    """A type that msgspec would write, and JSON does not know."""

    name: str


class Word(enum.Enum):
    """Another one."""

    ONE = "one"


@given(VALUES)
def test_the_text_of_a_value_is_the_one_of_rfc_8785(value: object) -> None:
    """Whatever the value, the fast way gives the same bytes as the reference."""
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type] # it is JSON


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([1.0, -0.0, 4.5, 1e16], "[1,0,4.5,10000000000000000]"),
        ([1e20, 1e21, 1e-6, 1e-7], "[100000000000000000000,1e+21,0.000001,1e-7]"),
        ([5e-324, 1.7976931348623157e308], "[5e-324,1.7976931348623157e+308]"),
        (
            {"\ufb33": 1, "\U0001f600": 2, "\r": 3, "1": 4, "é": 5, "a": {}},
            '{"\\r":3,"1":4,"a":{},"é":5,"\U0001f600":2,"\ufb33":1}',
        ),
        (
            {"b": [], "a": ['\x00\x1f\x7f\u2028"\\/\b\f\n\r\t€']},
            '{"a":["\\u0000\\u001f\x7f\u2028\\"\\\\/\\b\\f\\n\\r\\t€"],"b":[]}',
        ),
        ([LARGEST, -LARGEST, True, None], "[9007199254740991,-9007199254740991,true,null]"),
        ((1, ("a",)), '[1,["a"]]'),
        ("", '""'),
    ],
)
def test_numbers_names_and_escapes_are_written_as_rfc_8785_says(value: object, text: str) -> None:
    """Numbers as ECMAScript prints them, names by UTF-16 units, the shortest escapes."""
    assert canonical(value) == text.encode()


@pytest.mark.parametrize("characters", ALL_CHARACTERS[::17] + ALL_CHARACTERS[:2])
def test_each_character_is_written_as_the_reference_writes_it(characters: str) -> None:
    """In a text and in a name, on the fast way and on the slow one."""
    named = dict.fromkeys(characters, 1)
    assert canonical([characters]) == rfc8785.dumps([characters])
    assert canonical(named) == rfc8785.dumps(named)


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        {"a": [-math.inf]},
        2**53,
        {"a": [-(2**53)]},
        [2**80],
        "\ud800",
        {"\udfff": 1},
        {1: "a"},
        {None: 1},
        [date(2026, 11, 25)],
        {"a": datetime(2026, 11, 25)},  # noqa: DTZ001 - it shall be refused either way
        [b"a"],
        [Decimal("1.5")],
        [UUID(int=1)],
        [{"a"}],
        {"a": Card("juno")},
        Card("juno"),
        [Word.ONE],
        object(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_json_does_not_know_has_no_text(value: object) -> None:
    """A value that JSON cannot say exactly is refused, never changed into its like."""
    with pytest.raises(ValueError, match=r"."):
        canonical(value)


@given(
    nested(READABLE), st.booleans(), st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", "\t:\r")])
)
def test_a_text_is_read_as_what_it_says(
    value: object, escaped: bool, separators: tuple[str, str]
) -> None:
    """White space and escapes make no difference, types are kept, bytes are as good as text."""
    text = json.dumps(value, ensure_ascii=escaped, separators=separators)

    assert repr(read(text)) == repr(value)
    assert repr(read(text.encode())) == repr(value)
    assert read(canonical(value)) == value


@given(VALUES, st.data())
def test_whatever_is_not_json_is_a_malformed_line(value: object, data: st.DataObject) -> None:
    """A damaged text is read as the strict parser reads it, or refused; nothing else is raised."""
    raw = bytearray(json.dumps(value, ensure_ascii=data.draw(st.booleans())).encode())
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place : place + data.draw(st.integers(0, 2))] = data.draw(
        st.binary(max_size=2)
        | st.sampled_from([b'"', b"{", b"}", b"]", b",", b"\\", b"\\u", b"1e"])
    )

    assert outcome(read, bytes(raw)) == outcome(module._read_slowly, bytes(raw))


@given(st.binary() | st.text())
def test_any_bytes_are_read_or_refused(text: bytes | str) -> None:
    """Reading raises nothing but MalformedLine."""
    assert outcome(read, text) == outcome(module._read_slowly, text)


def outcome(reader: Any, text: bytes | str) -> str:
    """What comes of reading a text, the refusal included."""
    try:
        return repr(reader(text))
    except MalformedLine as error:
        return str(error)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"a":1,"a":1}', "the name 'a' stands twice"),
        ('{"a":{"b":1,"c":2,"b":3}}', "the name 'b' stands twice"),
        ('{"a":1,"\\u0061":2}', "the name 'a' stands twice"),
        # A count of colons would come out even here.
        ('{"a":1,"a":"\\u003a"}', "the name 'a' stands twice"),
        ("NaN", "NaN is not JSON"),
        ("[Infinity]", "Infinity is not JSON"),
        ('{"a":-Infinity}', "-Infinity is not JSON"),
        ("1e999", "the number 1e999 is too large"),
        ("[-1e999]", "the number -1e999 is too large"),
        ("9007199254740992", "the integer 9007199254740992 is beyond"),
        ('{"a":[-9007199254740992]}', "the integer -9007199254740992 is beyond"),
        ("1e16", "the number 1e16 is an integer beyond"),
        ("[-9007199254740992.0]", "the number -9007199254740992.0 is an integer beyond"),
        ("1" * 5000, "the integer 1111"),
        ('"\\ud800"', "half of a surrogate pair"),
        ('{"\\udc00":1}', "half of a surrogate pair"),
        ('"\\ud800\\u0041"', "half of a surrogate pair"),
        ("\ud800", "half of a surrogate pair|not JSON"),
        ('"\ud800"', "half of a surrogate pair"),
        (b'"\xed\xa0\x80"', "not UTF-8 at byte 1"),
        (b'"\xff"', "not UTF-8 at byte 1"),
        (b'"\xc0\x80"', "not UTF-8 at byte 1"),
        ("\ufeff{}", "byte order mark"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        ("{} {}", "not JSON: Extra data at character 3"),
        ("{}x", "not JSON: Extra data at character 2"),
        ("[1,]", "not JSON"),
        ("01", "not JSON"),
        ("1.", "not JSON"),
        ("+1", "not JSON"),
        (".5", "not JSON"),
        ("'a'", "not JSON"),
        ('"\x01"', "not JSON"),
        ('"\\x41"', "not JSON"),
        ("\u00a01", "not JSON"),
        ("\u0661", "not JSON"),
        ("", "not JSON"),
        (b"{\x00}", "not JSON"),
        ("{}".encode("utf-16"), "not UTF-8"),
    ],
    ids=ascii,
)
def test_a_text_that_could_be_read_in_two_ways_is_refused(text: bytes | str, why: str) -> None:
    """And the refusal says what is wrong with it."""
    with pytest.raises(MalformedLine, match=why):
        read(text)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_a_text_may_be_32_levels_deep_and_no_deeper(opening: str, closing: str) -> None:
    """However deep it is, it costs a refusal, never the stack."""

    def nested(levels: int) -> str:
        return opening * levels + "1" + closing * levels

    assert read(nested(DEEPEST)) == json.loads(nested(DEEPEST))
    for levels in (DEEPEST + 1, 900, 100_000):
        with pytest.raises(MalformedLine, match="32 levels"):
            read(nested(levels))
    with pytest.raises(MalformedLine, match="32 levels"):
        read("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1))
    assert read("[" * DEEPEST + "]" * DEEPEST)


def test_many_objects_beside_each_other_are_not_deep() -> None:
    """Width is not depth."""
    wide: list[object] = [{"a": []}] * 100
    assert read(json.dumps(wide)) == wide


def test_an_integer_is_read_up_to_the_largest_that_everyone_holds() -> None:
    """The bounds themselves are taken, by whatever name a line gives them."""
    assert read(f"[{LARGEST},-{LARGEST}]") == [LARGEST, -LARGEST]
    assert read('"10000000000000000"') == "10000000000000000"


@given(
    stream=st.text(),
    version=st.integers(0, LARGEST),
    topic=st.text(),
    state=VALUES,
    recorded_at=st.text(max_size=40),
    actor=st.text(),
)
def test_a_leaf_is_the_canonical_json_of_all_that_an_event_says(state: Any, **said: Any) -> None:
    """Its bytes can be made again by anyone with an RFC 8785 library."""
    told = rfc8785.dumps({**said, "state": state})
    leaf = {**said, "state": canonical(state)}

    assert leaf_bytes(**leaf) == told
    assert leaf_hash(**leaf) == sha256(b"\x00" + told).digest()
