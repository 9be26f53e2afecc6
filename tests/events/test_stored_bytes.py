"""What is stored of each event is fixed for good: lines, bytes and leaves of golden files.

The lines of the files were written once, by the definitions of RFC 8785 and RFC 9162 and not
by the code under test, and are never written again. A new shape of an event is a
new topic with a file of its own; a new optional member is a line at the end of the file.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import pytest
import rfc8785
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder
from msgspec.structs import fields

from events.canonical import leaf_bytes, leaf_hash, read
from events.catalogue import BY_TOPIC, CATALOGUE, STATEMENT_TYPES, fact_of
from events.statement import StatementFact
from events.store.transcoding import ChronicleMapper, Event, line_of, state_of

STORED = Path(__file__).parents[1] / "golden" / "stored"
EXAMPLES = [
    (file.stem, json.loads(text))
    for file in sorted(STORED.glob("*.jsonl"))
    for text in file.read_text("utf-8").splitlines()
]
EACH = pytest.mark.parametrize(
    ("topic", "example"),
    EXAMPLES,
    ids=[f"{topic}-{example['stream']}-{example['version']}" for topic, example in EXAMPLES],
)

Example = dict[str, Any]


@EACH
def test_a_line_gives_these_bytes(topic: str, example: Example) -> None:
    """What is stored of a fact is what was stored of it when its file was written."""
    fact = fact_of(example["line"])
    assert topic == fact.TOPIC
    assert state_of(fact).decode() == example["state"]


@EACH
def test_these_bytes_give_the_line(topic: str, example: Example) -> None:
    """What was stored then is read as the line that it was, whatever its members' order."""
    line = line_of(topic, example["state"].encode())
    assert line == example["line"]
    assert next(iter(line)) == "type"


@EACH
def test_the_leaf_is_pinned(topic: str, example: Example) -> None:
    """The hash by which the event enters the Merkle tree never changes."""
    told = {
        "stream": example["stream"],
        "version": example["version"],
        "topic": topic,
        "state": example["state"].encode(),
        "recorded_at": example["recorded_at"],
        "actor": example["actor"],
    }
    assert leaf_hash(**told).hex() == example["leaf"]
    # The same by the definition: 0x00 and the RFC 8785 text of all that the event says.
    defined = rfc8785.dumps({**told, "state": json.loads(example["state"])})
    assert leaf_bytes(**told) == defined
    assert sha256(b"\x00" + defined).hexdigest() == example["leaf"]


@EACH
def test_the_mapper_gives_and_takes_these_bytes(topic: str, example: Example) -> None:
    """The library's mapper stores the same bytes and topic, and reads the same fact."""
    fact, state = fact_of(example["line"]), example["state"].encode()
    mapper = ChronicleMapper(JSONTranscoder())
    stored = mapper.to_stored_event(
        cast("DomainEventProtocol[str]", Event(example["stream"], example["version"], fact, state))
    )
    assert (stored.topic, stored.state) == (topic, state)
    event = cast("Event", mapper.to_domain_event(stored))
    assert (event.originator_id, event.originator_version) == (
        example["stream"],
        example["version"],
    )
    assert (event.fact, event.state) == (fact, state)


@EACH
def test_the_bytes_are_read_in_one_way_only(topic: str, example: Example) -> None:
    """The strict reader, fast or slow, finds in the bytes just what any reader finds."""
    state = example["state"].encode()
    expected = {name: value for name, value in example["line"].items() if name != "type"}
    assert read(state) == expected
    assert read(json.dumps(expected, indent=1, ensure_ascii=True)) == expected
    assert topic in BY_TOPIC


def test_every_topic_has_its_golden_file() -> None:
    """No event type is without an example, and no file is left of a topic that is not read."""
    assert {topic for topic, _ in EXAMPLES} == {fact.TOPIC for fact in CATALOGUE}


def test_no_topic_holds_a_path() -> None:
    """A topic names what happened and a version, never a module or a class."""
    for fact in CATALOGUE:
        assert not {".", ":"} & {*fact.TOPIC}
        assert fact.TOPIC.rpartition("-v")[2].isdigit()
    assert len(BY_TOPIC) == len(CATALOGUE)


def test_every_member_of_every_fact_stands_in_an_example() -> None:
    """A member that is stored in no example could change its form unseen.

    What all statements share need stand in an example of one of them.
    """
    shown = {fact.TOPIC: {"type"} for fact in CATALOGUE}
    for topic, example in EXAMPLES:
        shown[topic] |= {*example["line"]}
    shared = {field.encode_name for field in fields(StatementFact)}
    said = set().union(*(shown[fact.TOPIC] for fact in STATEMENT_TYPES.values()))
    assert shared <= said
    for fact in CATALOGUE:
        own = {field.encode_name for field in fields(fact)}
        assert (own - shared if issubclass(fact, StatementFact) else own) <= shown[fact.TOPIC]
