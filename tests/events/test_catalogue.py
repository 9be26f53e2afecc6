"""Every fact of the catalogue reads its lines strictly, and says what would do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import msgspec
import pytest

from events.catalogue import BY_TYPE, CATALOGUE, STATEMENT_TYPES, fact_of
from events.errors import BadDate, MalformedLine
from events.fact import Fact, Line
from events.statement import StatementFact

STORED = Path(__file__).parents[1] / "golden" / "stored"


def examples(fact: type[Fact]) -> list[Line]:
    """The lines of a fact's golden file."""
    text = (STORED / f"{fact.TOPIC}.jsonl").read_text("utf-8")
    return [json.loads(line)["line"] for line in text.splitlines()]


def required(fact: type[Fact]) -> list[str]:
    """The members that no line of a fact is without."""
    return [field.encode_name for field in msgspec.structs.fields(fact) if field.required]


def words(fact: type[Fact]) -> dict[str, tuple[str, ...]]:
    """The members of a fact that take only certain words, with the words."""
    found = {}
    for field in msgspec.structs.fields(fact):
        for option in (field.type, *get_args(field.type)):
            if get_origin(option) is Literal:
                found[field.encode_name] = get_args(option)
    return found


def refusal(line: Line) -> MalformedLine:
    """How a line is refused."""
    with pytest.raises(MalformedLine) as refused:
        fact_of(line)
    return refused.value


FACTS = pytest.mark.parametrize("fact", CATALOGUE, ids=[fact.TYPE for fact in CATALOGUE])
LINES = pytest.mark.parametrize(
    ("fact", "line"),
    [
        pytest.param(fact, line, id=f"{fact.TYPE}-{number}")
        for fact in CATALOGUE
        for number, line in enumerate(examples(fact), start=1)
    ],
)
MISSING = pytest.mark.parametrize(
    ("fact", "member"),
    [
        pytest.param(fact, member, id=f"{fact.TYPE}-{member}")
        for fact in CATALOGUE
        for member in required(fact)
    ],
)
WORDS = pytest.mark.parametrize(
    ("fact", "member"),
    [
        pytest.param(fact, member, id=f"{fact.TYPE}-{member}")
        for fact in CATALOGUE
        for member in words(fact)
    ],
)
DATES = pytest.mark.parametrize(
    ("fact", "member"),
    [
        pytest.param(fact, member, id=f"{fact.TYPE}-{member}")
        for fact in CATALOGUE
        for member in fact.DATES
    ],
)


@LINES
def test_a_line_becomes_a_fact_and_the_line_again(fact: type[Fact], line: Line) -> None:
    """Nothing is lost, added or renamed on the way, and the fact is of its class."""
    said = fact_of(line)
    assert type(said) is fact
    assert said.line() == line
    assert fact_of(said.line()) == said
    assert next(iter(said.line())) == "type"


@LINES
def test_what_a_line_leaves_out_stays_out(fact: type[Fact], line: Line) -> None:
    """A default written out is the same fact, and is not written again."""
    defaults: Line = {
        field.encode_name: msgspec.to_builtins(field.default)
        for field in msgspec.structs.fields(fact)
        if field.default is not msgspec.NODEFAULT
    }
    assert fact_of({**defaults, **line}).line() == line


@FACTS
def test_an_unknown_member_is_refused_with_those_that_are_known(fact: type[Fact]) -> None:
    """A misspelt member is named, and so is every one that there is."""
    refused = refusal({**examples(fact)[0], "surprise": 1})
    assert refused.pointer == "/surprise"
    assert refused.allowed == tuple(
        sorted(field.encode_name for field in msgspec.structs.fields(fact))
    )
    assert "'surprise' is no member" in refused.why


@MISSING
def test_a_missing_member_is_named(fact: type[Fact], member: str) -> None:
    """The pointer leads to where it should stand."""
    line = {name: value for name, value in examples(fact)[0].items() if name != member}
    refused = refusal(line)
    assert refused.pointer == f"/{member}"
    assert refused.why == f"{member!r} is missing"


@WORDS
def test_a_wrong_word_is_refused_with_the_right_ones(fact: type[Fact], member: str) -> None:
    """Where only certain words do, the error lists them in their order."""
    refused = refusal({**examples(fact)[0], member: "rumoured"})
    assert refused.pointer == f"/{member}"
    assert refused.allowed == words(fact)[member]
    assert ", ".join(refused.allowed) in str(refused)


@DATES
def test_a_bad_date_is_refused_where_it_stands(fact: type[Fact], member: str) -> None:
    """Every member that is a date is read as one."""
    with pytest.raises(BadDate) as refused:
        fact_of({**examples(fact)[0], member: "2013-02-29"})
    assert refused.value.pointer == f"/{member}"


@FACTS
@pytest.mark.parametrize("value", [[], {}, 1, True, None, "Upper Case", "-x", "x" * 121])
def test_an_id_is_a_slug(fact: type[Fact], value: Any) -> None:
    """Small letters, digits and single hyphens between them, at most 120; nothing else."""
    optional = "id" not in required(fact)
    if value is None and optional:
        assert "id" not in fact_of({**examples(fact)[0], "id": None}).line()
    else:
        assert refusal({**examples(fact)[0], "id": value}).pointer == "/id"
    longest = {**examples(fact)[0], "id": "x" * 120}
    assert fact_of(longest).line()["id"] == "x" * 120


@pytest.mark.parametrize("kind", [None, 1, [], "Facility", "event", ""])
def test_an_unknown_type_is_refused_with_those_that_are_known(kind: Any) -> None:
    """Twelve types of lines there are, and the error names them."""
    refused = refusal({"type": kind, "id": "x"})
    assert refused.pointer == "/type"
    assert refused.allowed == tuple(BY_TYPE)
    assert len(BY_TYPE) == len(CATALOGUE) == 12


@pytest.mark.parametrize("fact", ["source", "facility"])
@pytest.mark.parametrize(
    "uri",
    [
        "http://www.wikidata.org/entity/Q2895413",
        "https://en.wikipedia.org/wiki/Young's_(lab)?a=b,c&d=%E4%B8%AD#e",
        "urn:isbn:9787030000000",
        "doi:10.1000/182",
    ],
)
def test_what_is_the_same_elsewhere_is_named_by_absolute_uris(fact: str, uri: str) -> None:
    """Of any scheme, as RFC 3986 writes them; there may be several, and none is nothing at all."""
    (line, *_) = examples(BY_TYPE[fact])
    said = fact_of({**line, "same_as": ["https://a.example/", uri]}).line()
    assert said["same_as"] == ["https://a.example/", uri]
    assert "same_as" not in fact_of({**line, "same_as": []}).line()


@pytest.mark.parametrize("fact", ["source", "facility"])
@pytest.mark.parametrize(
    "text",
    ["", "Q2895413", "/wiki/JUNO", "//a.example/b", "https:", "https://a.example/b c",
     "https://a.example/中", "https://a.example/%zz", "https://a.example/#a#b", "a b:c",
     "https://a.example/\n", "https://a.example/<b>"],
)  # fmt: skip
def test_what_is_no_uri_is_refused_where_it_stands(fact: str, text: str) -> None:
    """The error names the member and which of its texts it is."""
    (line, *_) = examples(BY_TYPE[fact])
    refused = refusal({**line, "same_as": ["https://a.example/", text]})
    assert refused.pointer == "/same_as/1"
    assert "absolute URI" in refused.why


@pytest.mark.parametrize("text", ["", "a" * 63, "a" * 65, "A" * 64, "g" * 64, "a" * 64 + "\n"])
def test_a_digest_is_64_small_hexadecimal_digits(text: str) -> None:
    """As `sha256sum` prints it."""
    (line, *_) = examples(BY_TYPE["source"])
    assert fact_of({**line, "content_sha256": "0123456789abcdef" * 4}).line()["content_sha256"]
    refused = refusal({**line, "content_sha256": text})
    assert refused.pointer == "/content_sha256"
    assert "64 digits" in refused.why


def test_an_archived_copy_is_somewhere_on_the_web() -> None:
    """Like the address itself."""
    (line, *_) = examples(BY_TYPE["source"])
    assert refusal({**line, "archived_url": "the-archive/1"}).pointer == "/archived_url"


def test_a_pointer_leads_into_lists_and_past_odd_names() -> None:
    """RFC 6901: an index is a step, and ~ and / in a name are written ~0 and ~1."""
    (line, *_) = examples(BY_TYPE["milestone"])
    within = {**line, "sources": [{"id": "yearbook"}, {"id": "Not a slug"}]}
    assert refusal(within).pointer == "/sources/1/id"
    assert refusal({**line, "a/b~c": 1}).pointer == "/a~1b~0c"


@FACTS
def test_a_historian_names_it_in_the_past_tense(fact: type[Fact]) -> None:
    """The event is called as its class is, and its type and topic are its own."""
    assert fact.__name__ == fact.EVENT
    assert fact.EVENT.endswith(("ed", "Withdrawn"))
    assert BY_TYPE[fact.TYPE] is fact
    assert (fact.TYPE in STATEMENT_TYPES) is issubclass(fact, StatementFact)


@pytest.mark.parametrize(
    ("kind", "line", "record", "entry"),
    [
        ("milestone", {}, "juno", "juno/operation-started"),
        ("milestone", {"entry": "juno/a-phase"}, "juno", "juno/a-phase"),
        ("indicator", {}, "rd-share-of-gdp", "rd-share-of-gdp/2024"),
        ("indicator", {"entry": "rd/2024"}, "rd-share-of-gdp", "rd/2024"),
        ("policy", {}, "us-china-science-agreement", "sta-1979"),
        ("policy", {"record": None}, "sta-1979", "sta-1979"),
        ("discovery", {}, "grb-13tev", "grb-13tev"),
        ("observation", {"record": "remarks"}, "remarks", "obs-ketterle"),
    ],
)
def test_a_statement_lies_in_a_record_and_fills_an_entry(
    kind: str, line: Line, record: str, entry: str
) -> None:
    """By default: facility and milestone, series and date, elsewhere the statement's own id."""
    shape = STATEMENT_TYPES[kind]
    (example, *_) = examples(shape)
    said = shape.of({k: v for k, v in {**example, **line}.items() if k != "type"}).line()
    assert (shape.record_of(said), shape.entry_of(said)) == (record, entry)
