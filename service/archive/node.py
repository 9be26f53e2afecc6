"""Whether a folder is a node: a copy of logs in PostgreSQL, which many machines write to.

Its file `node` names the database. Whoever opens the folder opens it as a node, so that nothing is
recorded in the copy alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from events import files
from events.errors import NoDriver
from events.store.clock import Clock, system_clock

if TYPE_CHECKING:
    from events.store.postgres.log import PostgresLog

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

    def __init__(self, address: str, *, clock: Clock = system_clock) -> None:
        """Nothing is asked of the database yet. Raises NoDriver."""
        try:
            from events.store.postgres.log import PostgresLog  # noqa: PLC0415 -- an extra
        except ImportError as error:
            raise NoDriver from error
        self.address = address
        self.chronicle = PostgresLog(address, CHRONICLE, clock=clock)
        self.keys = PostgresLog(address, KEYS, clock=clock)
        self.citations = PostgresLog(address, CITATIONS, has_bodies=True, clock=clock)
        self.suggestions = PostgresLog(address, SUGGESTIONS, clock=clock)

    @property
    def logs(self) -> tuple[PostgresLog, PostgresLog, PostgresLog, PostgresLog]:
        """The chronicle's, that of the keys, of the citations and of the suggestions."""
        return self.chronicle, self.keys, self.citations, self.suggestions

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


def shared_of(folder: Path, *, clock: Clock = system_clock) -> Shared | None:
    """The logs that a folder copies; None where it copies none. Raises NoDriver."""
    address = address_of(folder)
    return None if address is None else Shared(address, clock=clock)


def make(address: str, *, role: str | None = None) -> list[str]:
    """Make those logs that a database has not, for its owner, and let a role write to all of them;
    the names of those that were made. Raises NoDriver, NotThisDatabase, LogUnreachable."""
    try:
        from events.store.postgres import opening  # noqa: PLC0415 -- an extra
    except ImportError as error:
        raise NoDriver from error
    return opening.make(address, LOGS, role=role)


def become(folder: Path, address: str) -> None:
    """Let a folder be a node of a database."""
    if address_of(folder) != address:
        folder.mkdir(parents=True, exist_ok=True)
        files.write(folder / NODE, f"{address}\n", mode=0o600)
