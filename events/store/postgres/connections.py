"""The connections to a database: each is used by one at a time, and kept for whoever comes next.

None is made before it is wanted, so it is told at once why one cannot be had. One whose server says
nothing for a while is given up: a machine that is frozen, or gone from the network, sends no word
of it, and whoever waits for it would wait for as long.
"""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from eventsourcing import postgres as library
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus

from events.errors import NotThisDatabase

STANDING_BY = {
    "target_session_attrs": "read-write",
    "connect_timeout": "3",
    "keepalives_idle": "3",
    "keepalives_interval": "1",
    "keepalives_count": "3",
    "tcp_user_timeout": "5000",
    "application_name": "annales",
}
"""How a node connects, where its address says nothing else: of several hosts to the one that takes
commits, and to another within seconds where that one is silent."""

IN_ANY_CASE = {"client_encoding": "UTF8"}
"""How it connects, whatever its address or its surroundings say."""

NOTICING = """
    SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3
"""
"""How the server notices, within seconds instead of hours, that a node is gone from the network."""

PATIENCE = 15.0
"""After so many seconds without a word of the server it is given up. A writer waits for its turn
for less, and is told so by the server."""

KEPT = 8
"""So many connections are kept that nobody uses."""

IS_READ_ONLY = "session is read-only"
"""So says the library of a server that takes no commits."""

STANDBY = (
    "it is a standby, which takes no commits. Name all hosts in the address:"
    " postgresql://ROLE@HOST1,HOST2/NAME"
)


def how_to(address: str) -> dict[str, Any]:
    """How to connect to an address. Raises NotThisDatabase for what is none."""
    try:
        said = conninfo_to_dict(address)
    except psycopg.ProgrammingError as error:
        raise NotThisDatabase(
            f"its address cannot be read ({told(error)}). Write it as"
            " postgresql://ROLE@HOST:PORT/NAME, with %40 for an @ in a password"
        ) from error
    return {**STANDING_BY, **said, **IN_ANY_CASE}


class Connection(psycopg.Connection[Any]):
    """A connection that gives its server up, after `patience` seconds without a word of it."""

    patience = PATIENCE

    def wait(self, gen: Any, *args: Any, **more: Any) -> Any:
        """What the library does to get an answer. Raises psycopg's OperationalError."""
        try:
            return super().wait(_heard_within(gen, self.patience), *args, **more)
        except _Silent as error:
            # It is closed and not cancelled: what the server does for it may be done all the same.
            self.pgconn.finish()
            raise psycopg.OperationalError(f"no word of it for {self.patience:g} s") from error

    def is_quiet(self) -> bool:
        """Whether the server has said nothing unasked: that it stops, or that it is gone."""
        look = select.poll()
        look.register(self.pgconn.socket, select.POLLIN)
        return not look.poll(0)


class _Silent(Exception):
    """The server has said nothing for too long."""


def _heard_within(waiting: Any, seconds: float) -> Generator[Any, Any, Any]:
    """What the library waits for, as long as the server says something now and then."""
    ends = time.monotonic() + seconds
    try:
        wanted = next(waiting)
        while True:
            ready = yield wanted
            if ready:
                ends = time.monotonic() + seconds
            elif time.monotonic() > ends:
                raise _Silent
            wanted = waiting.send(ready)
    except StopIteration as end:
        return end.value


class Connections:
    """What takes the place of the library's pool: without threads, and without a queue."""

    def __init__(self, how: dict[str, Any]) -> None:
        self._how = how
        self._idle: list[Connection] = []
        self._guard = threading.Lock()
        self._is_closed = False

    def open(self, *_: Any) -> None:
        """Nothing is opened before it is wanted."""

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection for a while. Raises psycopg's OperationalError."""
        connection = self._take()
        try:
            yield connection
        finally:
            self._give_back(connection)

    def connect(self) -> Connection:
        """A connection for whoever closes it. Raises psycopg's OperationalError."""
        made = Connection.connect(**self._how, autocommit=True)
        made.patience = PATIENCE
        made.execute(NOTICING)
        return made

    def close(self) -> None:
        """Close those that nobody uses; each of the others when it comes back."""
        with self._guard:
            self._is_closed = True
        self._drop()

    def _take(self) -> Connection:
        while True:
            with self._guard:
                if self._is_closed:
                    raise psycopg.OperationalError("the log is closed")
                if not self._idle:
                    break
                connection = self._idle.pop()
            if connection.is_quiet():
                return connection
            connection.close()
        return self.connect()

    def _give_back(self, connection: Connection) -> None:
        connection.patience = PATIENCE
        with suppress(psycopg.Error):
            if connection.info.transaction_status != TransactionStatus.IDLE:
                connection.rollback()
        if connection.info.transaction_status != TransactionStatus.IDLE:
            connection.close()
            self._drop()  # what broke this one may have broken them all
            return
        with self._guard:
            is_kept = not self._is_closed and len(self._idle) < KEPT
            if is_kept:
                self._idle.append(connection)
        if not is_kept:
            connection.close()

    def _drop(self) -> None:
        with self._guard:
            idle, self._idle = self._idle, []
        for each in idle:
            each.close()


class Datastore(library.PostgresDatastore):
    """The database of a log, as the library's recorder wants it."""

    def __init__(self, log: str, connections: Connections) -> None:
        super().__init__("", "", "", "", "", schema=log, originator_id_type="text")
        self.pool = connections  # type: ignore[assignment] # it asks no more of it than this

    def register_type_adapters(self) -> None:
        """Nothing is asked of the database for it: we have no types of the library there."""


def told(error: BaseException) -> str:
    """What an error says, in one line."""
    text = " ".join(str(error).split()) or type(error).__name__
    return f"{STANDBY} ({text})" if IS_READ_ONLY in text else text
