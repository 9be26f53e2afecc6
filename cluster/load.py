"""Clients that record through HAProxy while something befalls the cluster, and what they were told.

Each order is a batch of two statements under an Idempotency-Key of its own. It is sent again until
it is answered, as a client should who does not know what came of it. What was acknowledged is kept
with the position that was told, and when.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from itertools import pairwise
from typing import NamedTuple, Self

import msgspec

from cluster.nodes import Node
from cluster.running import Cluster
from siege.clients import running as threads_running
from siege.recording import statements

WRITERS = 6

PAUSE = 0.05
"""Seconds from one order of a client to its next."""

BETWEEN = 0.1
"""Seconds after which an order is sent again."""

ANSWERED_IN = 20.0
"""Seconds after which a client no longer waits for an answer."""

NEVER = 180.0
"""Seconds after which an order has failed."""

LATER = frozenset({429, 502, 503, 504, 507})
"""The statuses that say: not now."""


class Acknowledged(NamedTuple):
    """An order that was acknowledged: its last position, when it was sent first and answered at
    last (of the monotonic clock), and how often it was sent."""

    position: int
    began: float
    ended: float
    sent: int


def longest_gap(times: Iterable[float], since: float) -> float:
    """The longest time from one moment to the next, of those that end after a moment.

    >>> longest_gap([1, 9, 10, 14, 16], since=9.5)
    4
    """
    return max(
        (after - before for before, after in pairwise(sorted(times)) if after > since), default=0
    )


class Load:
    """Those clients. Each comes from an address of its own, for it is counted by that."""

    def __init__(
        self,
        cluster: Cluster,
        *,
        prefix: str = "w",
        facilities: Sequence[str] = ("juno",),
        writers: int = WRITERS,
        only: Node | None = None,
        patience: float = NEVER,
    ) -> None:
        """Clients of the cluster, or of the server of `only` one node; an order that is not
        answered in `patience` seconds has failed."""
        self.acknowledged: dict[str, Acknowledged] = {}
        self.refused: Counter[str] = Counter()
        self.later: Counter[str] = Counter()
        self._cluster, self._prefix = cluster, prefix
        self._facilities = facilities
        self._writers, self._only, self._patience = writers, only, patience
        self._ended = threading.Event()
        self._is_given_up = False

    @contextmanager
    def recording(self) -> Iterator[None]:
        """While the block lasts, and then until the last order is answered, unless it raises."""
        threads = [
            threading.Thread(target=self._record, args=(number,)) for number in range(self._writers)
        ]
        with threads_running(threads, self._ended):
            try:
                yield
            except BaseException:
                self._is_given_up = True
                raise

    def gap(self, since: float) -> float:
        """The longest time without an acknowledgement, of those that a moment is in or before."""
        return longest_gap([each.ended for each in self.acknowledged.values()], since)

    @property
    def sent_again(self) -> int:
        """How many orders were sent more than once."""
        return sum(each.sent > 1 for each in self.acknowledged.values())

    def _record(self, writer: int) -> None:
        number = 0
        with _Connection(self._cluster, f"127.0.0.{100 + writer}", self._only) as connection:
            while not self._ended.is_set():
                number += 1
                facility = self._facilities[(writer + number) % len(self._facilities)]
                self._until_answered(f"{self._prefix}{writer}-{number}", facility, connection)
                self._ended.wait(PAUSE)

    def _until_answered(self, name: str, facility: str, connection: _Connection) -> None:
        body = b"\n".join(map(msgspec.json.encode, statements(name, facility)))
        began, sent = time.monotonic(), 0
        while time.monotonic() < began + self._patience and not self._is_given_up:
            sent += 1
            try:
                status, position, told = connection.send(name, body)
            except (OSError, HTTPException) as error:
                self.later[type(error).__name__] += 1
                time.sleep(BETWEEN)
                continue
            if status == 201:
                ended = time.monotonic()
                self.acknowledged[name] = Acknowledged(position, began, ended, sent)
                return
            if status not in LATER:
                self.refused[f"{status} {told[:200]!r}"] += 1
                return
            self.later[str(status)] += 1
            time.sleep(BETWEEN)
        self.refused["never answered"] += 1


class _Connection:
    """A connection that is kept, and made anew once it broke."""

    def __init__(self, cluster: Cluster, source: str, only: Node | None) -> None:
        self._cluster, self._source, self._only = cluster, source, only
        self._http: HTTPConnection | None = None

    def send(self, name: str, body: bytes) -> tuple[int, int, bytes]:
        """Send an order; the status, the position where it was recorded, and the body."""
        if self._http is None:
            self._http = self._connected()
        try:
            self._http.request("POST", "/v1/batches", body, self._headers(name))
            answer = self._http.getresponse()
            told = answer.read()
        except (OSError, HTTPException):
            self.close()
            raise
        return answer.status, int((answer.headers["Annales-Position"] or "@0").lstrip("@")), told

    def _connected(self) -> HTTPConnection:
        cluster, only = self._cluster, self._only
        if only is not None:
            return HTTPConnection(only.place.outside, only.ports.annales, timeout=ANSWERED_IN)
        return HTTPSConnection(
            cluster.settings.front,
            cluster.ports.https,
            timeout=ANSWERED_IN,
            source_address=(self._source, 0),
            context=cluster.context,
        )

    def _headers(self, name: str) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self._cluster.key}",
            "Content-Type": "application/jsonl",
            "Idempotency-Key": name,
        }

    def close(self) -> None:
        """End it."""
        if self._http is not None:
            with suppress(OSError):
                self._http.close()
            self._http = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()
