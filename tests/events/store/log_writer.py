"""Another process that writes to a log, for the tests that need one.

    python log_writer.py FILE append STREAM COMMITS EVENTS   prints the last position of each commit
    python log_writer.py FILE race STREAM                    waits for a line, then says who won

Each commit claims one id, `STREAM/VERSION`, so that all three tables are written.
"""

from __future__ import annotations

import sys

from eventsourcing.persistence import IntegrityError, StoredEvent

from events.commit import Claim, NewCommit
from events.store.sqlite import ChronicleFactory, ChronicleRecorder


def main(file: str, order: str, *arguments: str) -> None:
    """Carry out one order."""
    factory = ChronicleFactory({"SQLITE_DBNAME": file, "SQLITE_LOCK_TIMEOUT": "20"})
    try:
        log = factory.application_recorder()
        if order == "append":
            append(log, *arguments)
        else:
            race(log, *arguments)
    finally:
        factory.close()


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
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    try:
        log.insert_events([event(stream, 1)])
    except IntegrityError:
        sys.stdout.write("told\n")
    else:
        sys.stdout.write("won\n")


def event(stream: str, version: int) -> StoredEvent:
    """An event of no particular content."""
    return StoredEvent(stream, version, "noted-v1", b'{"note":"%d"}' % version)


if __name__ == "__main__":
    main(*sys.argv[1:])
