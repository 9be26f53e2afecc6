"""Another process that writes to a log, for the tests that need one.

    python log_writer.py FILE ADDRESS append STREAM COMMITS EVENTS   prints the ends of its commits
    python log_writer.py FILE ADDRESS race STREAM                    waits for a line; who has won
    python log_writer.py FILE ADDRESS begin OWNER ROLE               waits for a line, and begins it
    python log_writer.py FILE ADDRESS at-once STREAM COMMITS         without a copy, as `append`
    python log_writer.py FILE ADDRESS unturned STREAM COMMITS        the same, without the turn

The file is a node of the database at the address, or a log by itself where that is `-`. `begin`
makes the log there as its owner, opens the node, and makes a commit; `unturned` does what must
not be done: it takes its positions ahead of the others, and commits when it likes.
Each commit claims one id, `STREAM/VERSION`, so that all three tables are written.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from eventsourcing.persistence import IntegrityError, StoredEvent

from events.commit import Claim, NewCommit, instant
from events.store.clock import system_clock
from events.store.opening import factory_of
from events.store.postgres import opening
from events.store.postgres.log import PostgresLog, Turn
from events.store.sealing import End, sealed
from events.store.sqlite import ChronicleRecorder

CHRONICLE = "annales"
"""Its schema; what names it would load all of the service."""

NOON = 1_795_608_000_000_000


def main(file: str, address: str, order: str, *arguments: str) -> None:
    """Carry out one order."""
    if order == "begin":
        begin(file, address, *arguments)
    elif order in BY_ITSELF:
        with closing(PostgresLog(address, CHRONICLE)) as alone:
            BY_ITSELF[order](alone, *arguments)
    else:
        with opened(file, address) as log:
            (append if order == "append" else race)(log, *arguments)


@contextmanager
def opened(file: str, address: str) -> Iterator[ChronicleRecorder]:
    """The log of a file, a node's where there is an address."""
    with ExitStack() as stack:
        shared = None
        if address != "-":
            shared = stack.enter_context(closing(PostgresLog(address, CHRONICLE)))
        env = {"SQLITE_DBNAME": file, "SQLITE_LOCK_TIMEOUT": "20"}
        factory = stack.enter_context(closing(factory_of(env, shared, clock=system_clock)))
        log = factory.application_recorder()
        if shared is not None:
            log.open()
        yield log


def begin(file: str, address: str, owner: str, role: str) -> None:
    """Make the log, open it, and make its first commit or a later one."""
    wait()
    opening.make(owner, [CHRONICLE], role=role)
    with opened(file, address) as log:
        append(log, f"record:{file}", "1", "1")


def at_once(log: PostgresLog, stream: str, commits: str) -> None:
    """Make commits one after the other, and print the position of each."""
    for version in range(1, int(commits) + 1):
        [position] = log.insert_events([event(stream, version)])
        sys.stdout.write(f"{position}\n")


def unturned(log: PostgresLog, stream: str, commits: str) -> None:
    """Do what must not be done, with positions of a sequence `places`."""
    for version in range(1, int(commits) + 1):
        with log.connected() as connection:
            row = connection.execute("SELECT nextval('places') AS place").fetchone() or {}
            place = int(row["place"])
            connection.execute("BEGIN")
            time.sleep(random.random() / 200)
            turn, end = Turn(log, connection), End(place - 1, place - 1, None)
            new = NewCommit(actor="writer", request="", recorded_at=instant(NOON + place))
            turn.write(sealed([event(stream, version)], new, end, clock=system_clock))
            turn.commit()
        sys.stdout.write(f"{place}\n")


BY_ITSELF = {"at-once": at_once, "unturned": unturned}


def append(log: ChronicleRecorder, stream: str, commits: str, events: str) -> None:
    """Make commits one after the other; a printed position was acknowledged."""
    for number in range(int(commits)):
        first = number * int(events) + 1
        batch = [event(stream, version) for version in range(first, first + int(events))]
        claim = Claim("change", f"{stream}/{first}", stream)
        positions = log.insert_events(
            batch, commit=NewCommit(actor="writer", request=str(number), claims=(claim,))
        )
        sys.stdout.write(f"{positions[-1]}\n")
        sys.stdout.flush()


def race(log: ChronicleRecorder, stream: str) -> None:
    """Try to be the first in a stream."""
    wait()
    try:
        log.insert_events([event(stream, 1)])
    except IntegrityError:
        sys.stdout.write("told\n")
    else:
        sys.stdout.write("won\n")


def wait() -> None:
    """Wait for a line."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()


def event(stream: str, version: int) -> StoredEvent:
    """An event of no particular content."""
    return StoredEvent(stream, version, "noted-v1", b'{"note":"%d"}' % version)


if __name__ == "__main__":
    main(*sys.argv[1:])
