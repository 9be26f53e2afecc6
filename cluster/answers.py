"""Whether a settled answer is the same on every node, and stays so whatever befalls the cluster.

A pinned address whose answer says that it is for ever is asked of each node, again and again: the
bytes must be those that were given first.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection

from cluster.nodes import FAILURES, Node
from cluster.running import Cluster
from siege.attack import Bar, none, told
from siege.clients import running as threads_running

QUESTIONS = ("/v1/records/juno", "/v1/state?at=2026&country=CN", "/v1/search?q=siege")

PAUSE = 0.5
"""Seconds from one round to the next."""

SETTLES_IN = 6
"""Rounds after which an answer should be settled."""

KEPT = 200
"""So many addresses at most are asked again at the end."""


class Answers:
    """Answers that were said to be for ever."""

    def __init__(self, cluster: Cluster) -> None:
        self.first: dict[str, str] = {}
        self.asked = 0
        self.wrong: list[str] = []
        self.not_given = 0
        self._cluster = cluster
        self._ended = threading.Event()

    @contextmanager
    def comparing(self) -> Iterator[None]:
        """While the block lasts; at its end all are asked once more."""
        with threads_running([threading.Thread(target=self._compare)], self._ended):
            yield
        self.again()

    def again(self) -> None:
        """Ask each node for each address that was for ever."""
        paths = list(self.first)
        for path in paths[:: max(1, len(paths) // KEPT)]:
            for node in self._cluster.nodes:
                self._hold(node, path, is_new=False)

    def _compare(self) -> None:
        nodes, turn = self._cluster.nodes, 0
        soon: deque[str] = deque()
        while not self._ended.wait(PAUSE):
            soon.append(_pinned(nodes[turn % len(nodes)], QUESTIONS[turn % len(QUESTIONS)]))
            turn += 1
            if len(soon) > SETTLES_IN and (path := soon.popleft()):
                for node in nodes:
                    self._hold(node, path, is_new=True)

    def _hold(self, node: Node, path: str, *, is_new: bool) -> None:
        """Ask a node, and compare where it says that the answer is for ever."""
        try:
            with closing(
                HTTPConnection(node.place.outside, node.ports.annales, timeout=10)
            ) as http:
                http.request("GET", path)
                answer = http.getresponse()
                body = answer.read()
        except FAILURES:
            self.not_given += 1
            return
        is_for_ever = "immutable" in (answer.headers["Cache-Control"] or "")
        if answer.status != 200 or not (is_for_ever or not is_new):
            self.not_given += 1
            return
        self.asked += 1
        digest = hashlib.sha256(body).hexdigest()
        if self.first.setdefault(path, digest) != digest:
            self.wrong.append(f"{node.name}: {path}")

    def bars(self) -> Iterator[Bar]:
        """How often they were asked for, and were otherwise."""
        yield told("settled addresses", len(self.first))
        yield told("settled answers compared", self.asked)
        words = ", ".join(self.wrong[:3])
        yield none("wrong answers", len(self.wrong))._replace(
            measured=f"{len(self.wrong)}: {words}" if self.wrong else "0"
        )


def _pinned(node: Node, question: str) -> str:
    """The address of an answer as it is now, on a node; nothing where it does not answer."""
    try:
        status, body = node.ask(question)
        return str(json.loads(body)["pinned"]) if status == 200 else ""
    except (*FAILURES, ValueError, KeyError):
        return ""
