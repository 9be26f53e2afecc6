"""The log of a file, alone or as a node's copy of one in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from eventsourcing.utils import Environment, EnvType

from events.store.clock import Clock
from events.store.sqlite import ChronicleFactory, ChronicleRecorder

if TYPE_CHECKING:
    from events.store.postgres.log import PostgresLog


class Opened(NamedTuple):
    """A log in use, and what made it, which closes it."""

    factory: ChronicleFactory
    log: ChronicleRecorder


def opened(
    path: Path,
    shared: PostgresLog | None,
    *,
    clock: Clock,
    as_it_is: bool,
    prepare: Callable[[ChronicleRecorder], None] | None = None,
) -> Opened:
    """The log of a file in use; `prepare` is called with it before.

    Raises LogReplaced where an older file was put in its place, unless it is taken `as_it_is`.
    """
    factory = factory_of({"SQLITE_DBNAME": str(path)}, shared, clock=clock)
    try:
        log = factory.application_recorder()
        if prepare is not None:
            prepare(log)
        if as_it_is:
            log.open_as_it_is()
        else:
            log.open()
        return Opened(factory, log)
    except BaseException:
        factory.close()
        raise


def factory_of(
    env: Environment | EnvType, shared: PostgresLog | None, *, clock: Clock
) -> ChronicleFactory:
    """What makes the log of a file; of a node's, where it copies a shared one."""
    if shared is None:
        return ChronicleFactory(env, clock=clock)
    # PostgreSQL is an extra: who keeps a log in a file needs none of it.
    from events.store.node import NodeFactory  # noqa: PLC0415

    return NodeFactory(env, shared, clock=clock)
