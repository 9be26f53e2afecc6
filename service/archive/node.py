"""Whether a folder is a node: a copy of logs in PostgreSQL, which many machines write to.

Its file `node` names the database. Whoever opens the folder opens it as a node, so that nothing is
recorded in the copy alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from events import files
from events.errors import NoDriver
from events.store.clock import Clock, system_clock
from service.archive.aside import need_same
from service.archive.hearing import Hearing

if TYPE_CHECKING:
    from events.store.postgres.log import PostgresLog
    from events.store.postgres.sessions import SharedSessions

NODE = "node"
"""The file with the address of the database; its owner alone may read it, for there may be a
password in it."""

CHRONICLE, KEYS, CITATIONS, SUGGESTIONS = LOGS = (
    "annales",
    "annales_keys",
    "annales_citations",
    "annales_suggestions",
)
"""The schemas of the logs in a database."""


class Shared:
    """The logs of a database. Close them when done."""

    def __init__(
        self, address: str, *, clock: Clock = system_clock, is_needed: bool = True
    ) -> None:
        """Nothing is asked of the database yet; `is_needed` says whether copies that have nothing
        may not be opened without it. Raises NoDriver."""
        try:
            from events.store.postgres.log import PostgresLog  # noqa: PLC0415 -- an extra
        except ImportError as error:
            raise NoDriver from error
        self.address = address
        self.chronicle = PostgresLog(address, CHRONICLE, clock=clock)
        self.keys = PostgresLog(address, KEYS, clock=clock)
        self.citations = PostgresLog(address, CITATIONS, has_bodies=True, clock=clock)
        self.suggestions = PostgresLog(address, SUGGESTIONS, clock=clock)
        for log in self.logs:
            log.is_needed = is_needed

    @property
    def logs(self) -> tuple[PostgresLog, PostgresLog, PostgresLog, PostgresLog]:
        """The chronicle's, that of the keys, of the citations and of the suggestions."""
        return self.chronicle, self.keys, self.citations, self.suggestions

    @contextmanager
    def mirroring(self) -> Iterator[bool]:
        """Whether this node mirrors: no other does before this is left. Raises LogUnreachable."""
        with self.chronicle.one_of_all("mirror") as connection:
            yield connection is not None

    def sessions(self) -> SharedSessions:
        """Who is signed in at the desk, of whichever node."""
        from events.store.postgres.sessions import SharedSessions  # noqa: PLC0415 -- an extra

        return SharedSessions(self.chronicle)

    def close(self) -> None:
        """Close all connections."""
        for log in self.logs:
            log.close()


def address_of(folder: Path) -> str | None:
    """The address of the database that a folder copies; None where it copies none."""
    try:
        return (folder / NODE).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None


def shown(address: str) -> str:
    """An address without what is secret in it.

    >>> shown("postgresql://ann:secret@one,two/log"), shown("host=one password=secret")
    ('postgresql://ann@one,two/log', 'host=one')
    """
    uri = re.sub(r"^([a-z]+://[^:/@]*):[^@]*@", r"\1@", address)
    return re.sub(r"[ ?&]?password=('[^']*'|[^ &]*)", "", uri)


def shared_of(folder: Path, *, clock: Clock = system_clock) -> Shared | None:
    """The logs that a folder copies; None where it copies none. Raises NoDriver."""
    address = address_of(folder)
    if address is None:
        return None
    # What was copied and had nothing is copied all the same.
    return Shared(address, clock=clock, is_needed=not Hearing(folder).is_there)


def make(address: str, *, role: str | None = None) -> list[str]:
    """Make those logs that a database has not, for its owner, and let a role write to all of them;
    the names of those that were made. Raises NoDriver, NotThisDatabase, LogUnreachable."""
    try:
        from events.store.postgres import opening  # noqa: PLC0415 -- an extra
    except ImportError as error:
        raise NoDriver from error
    return opening.make(address, LOGS, role=role)


def become(folder: Path, address: str, *, log: str) -> None:
    """Let a folder be a node of a database; `log` is the name of the file of its chronicle.

    Raises NoDriver; CopyAhead where the folder has another log, LogUnreachable where nobody can say
    whether it has.
    """
    if address_of(folder) != address:
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / log).exists():
            with closing(Shared(address)) as shared:
                need_same(folder / log, shared.chronicle)
        files.write(folder / NODE, f"{address}\n", mode=0o600)
