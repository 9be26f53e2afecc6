"""The log of a file, alone or as a node's copy of one in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventsourcing.utils import Environment, EnvType

from events.store.clock import Clock
from events.store.sqlite import ChronicleFactory

if TYPE_CHECKING:
    from events.store.postgres.log import PostgresLog


def factory_of(
    env: Environment | EnvType, shared: PostgresLog | None, *, clock: Clock
) -> ChronicleFactory:
    """What makes the log of a file; of a node's, where it copies a shared one."""
    if shared is None:
        return ChronicleFactory(env, clock=clock)
    # PostgreSQL is an extra: who keeps a log in a file needs none of it.
    from events.store.node import NodeFactory  # noqa: PLC0415

    return NodeFactory(env, shared, clock=clock)
