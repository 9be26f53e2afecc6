"""Clients that record while something happens to the server, and what of it is in the log after.

Each order is a batch of two statements under an Idempotency-Key of its own, and is sent again
until it is answered, as a client should who does not know what came of it.
"""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from service.archive import LOG
from siege.attack import Bar, none, told
from siege.clients import running
from siege.server import FAILURES, Server

WRITERS = 8

LATER = frozenset({429, 503, 507})
"""The statuses that say: not now."""

OURS = re.compile(rb'"title":"siege (\S+) ([ab])"')


class Writers:
    """Those clients, and what they were told."""

    def __init__(
        self, server: Server, key: str, *, prefix: str = "w", facility: str = "juno"
    ) -> None:
        self.acknowledged: dict[str, int] = {}
        self.refused: Counter[str] = Counter()
        self.later: Counter[int] = Counter()
        self._server, self._key, self._prefix = server, key, prefix
        self._facility = facility
        self._ended = threading.Event()

    @contextmanager
    def recording(self, many: int = WRITERS) -> Iterator[None]:
        """While the block lasts, and then until the last order is answered."""
        threads = [threading.Thread(target=self._record, args=(number,)) for number in range(many)]
        with running(threads, self._ended):
            yield

    def bars(self, folder: Path) -> Iterator[Bar]:
        """What they were told, beside what is in the log."""
        placed = recorded(folder)
        both = {"a", "b"}
        yield told("orders acknowledged", len(self.acknowledged))
        yield none(
            "acknowledged orders lost",
            sum(
                last
                not in [position for half in placed.get(name, {}).values() for position in half]
                for name, last in self.acknowledged.items()
            ),
        )
        yield none("halves of orders", sum(set(halves) != both for halves in placed.values()))
        yield none(
            "statements recorded twice",
            sum(len(half) > 1 for halves in placed.values() for half in halves.values()),
        )
        yield self.refusals()

    def refusals(self) -> Bar:
        """How their orders were answered that are right, and sent again where that may be."""
        words = ", ".join(f"{many} x {why}" for why, many in self.refused.items())
        return none("orders refused", self.refused.total())._replace(measured=words or "0")

    def _record(self, writer: int) -> None:
        number = 0
        while not self._ended.is_set():
            number += 1
            self._until_answered(f"{self._prefix}{writer}-{number}", time.monotonic() + 30)

    def _until_answered(self, name: str, deadline: float) -> None:
        body = b"\n".join(map(msgspec.json.encode, statements(name, self._facility)))
        while time.monotonic() < deadline:
            try:
                answer = self._server.ask(
                    "/v1/batches",
                    "POST",
                    body,
                    timeout=10,
                    Authorization=f"Bearer {self._key}",
                    Content_Type="application/jsonl",
                    Idempotency_Key=name,
                )
            except FAILURES:
                time.sleep(0.05)
                continue
            if answer.status == 201:
                self.acknowledged[name] = int(answer.headers["annales-position"].lstrip("@"))
                return
            if answer.status not in LATER:
                self.refused[f"{answer.status} {answer.body[:200]!r}"] += 1
                return
            self.later[answer.status] += 1
            time.sleep(0.1)
        self.refused["never answered"] += 1


def statements(name: str, facility: str = "juno") -> Iterator[dict[str, object]]:
    """The two statements of an order."""
    for half in "ab":
        yield {
            "type": "observation",
            "id": f"{name}-{half}",
            "facility": facility,
            "modality": "actual",
            "date": "2026-11",
            "title": f"siege {name} {half}",
        }


def recorded(folder: Path) -> dict[str, dict[str, list[int]]]:
    """The positions of the halves of each order, as the file of the log has them."""
    placed: dict[str, dict[str, list[int]]] = {}
    with closing(sqlite3.connect(folder / LOG)) as log:
        for position, state in log.execute("SELECT rowid, state FROM stored_events"):
            if found := OURS.search(state):
                name, half = (part.decode() for part in found.groups())
                placed.setdefault(name, {}).setdefault(half, []).append(position)
    return placed
