"""How an event lies on disk: the only file that fixes the bytes of a state.

A state is the RFC 8785 JSON of what the event says, without its type; the type
is in the topic. A topic is found in the catalogue and nowhere else, so no path
of a Python module is ever stored.
"""

from __future__ import annotations

from typing import cast

import msgspec
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent

from events.canonical import canonical
from events.catalogue import BY_TOPIC
from events.errors import LogDamaged
from events.fact import Fact, Line


class Event(msgspec.Struct, frozen=True):
    """A fact in its place: the stream it belongs to, its version there, and its bytes."""

    originator_id: str
    originator_version: int
    fact: Fact
    state: bytes


class ChronicleMapper(Mapper[str]):
    """Between events and what is stored of them."""

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        """What is stored of an event."""
        event = cast("Event", domain_event)
        return StoredEvent(
            event.originator_id, event.originator_version, event.fact.TOPIC, event.state
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[str]:
        """The event that was stored. Raises LogDamaged for a topic that no fact has."""
        fact = BY_TOPIC.get(stored_event.topic)
        if fact is None:
            raise LogDamaged(0, f"unknown topic {stored_event.topic!r}")
        return Event(
            str(stored_event.originator_id),
            stored_event.originator_version,
            msgspec.json.decode(stored_event.state, type=fact),
            stored_event.state,
        )


def state_of(fact: Fact) -> bytes:
    """The bytes that are stored of a fact."""
    return canonical(fact.members())


def line_of(topic: str, state: bytes) -> Line:
    """The line that was stored under a topic, `type` first."""
    return {"type": BY_TOPIC[topic].TYPE, **msgspec.json.decode(state)}
