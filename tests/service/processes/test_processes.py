"""`annales serve` by several processes: they answer alike, count together, and none is missed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.client import HTTPConnection, HTTPException
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import pytest

from service.archive import Archive
from tests.service.asked import LINES
from tests.story.telling import Teller, command, facility

ROOT = Path(__file__).resolve().parents[3]

PROGRAM = (sys.executable, "-c", "from service.cli import main; main()")

PATHS = (
    "/v1/state?country=CN&at=2016",
    "/v1/records?limit=20",
    "/v1/records/juno",
    "/v1/trends?country=CN&from=2010&to=2015",
    "/state?at=2013&lang=zh",
    "/v1/changes?limit=5",
)


class Served:
    """A server of two processes, whose parent is `process`."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process, self.port = process, port

    def workers(self) -> list[int]:
        """The processes that answer."""
        pid = self.process.pid
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def open_files(self) -> int:
        """How many the parent has."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """An answer over a connection of its own."""
        http = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            http.request(method, path, body, named)
            answer = http.getresponse()
            told: dict[str, str] = {}
            for name, value in answer.getheaders():
                told[name.lower()] = "\n".join(filter(None, (told.get(name.lower()), value)))
            return answer.status, told, answer.read()
        finally:
            http.close()

    @contextmanager
    def only(self, worker: int) -> Iterator[None]:
        """Of all processes only this one answers."""
        others = [each for each in self.workers() if each != worker]
        for other in others:
            os.kill(other, signal.SIGSTOP)
        try:
            yield
        finally:
            for other in others:
                os.kill(other, signal.SIGCONT)


@contextmanager
def served(folder: Path, *options: str, **settings: str) -> Iterator[Served]:
    """A server of a folder, until the end of the block."""
    with subprocess.Popen(
        [*PROGRAM, "--data", str(folder), "serve", "--port", "0", "--processes", "2", *options],
        cwd=ROOT,
        env=os.environ | {"ANNALES_QUESTIONS_LIMIT": "none"} | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            said = re.search(r"http://\S+:(\d+)", process.stdout.readline())
            assert said
            yield Served(process, int(said[1]))
        finally:
            process.kill()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped chronicle. Only to be read."""
    folder = tmp_path_factory.mktemp("shipped")
    with Archive(folder) as archive:
        archive.chronicle.execute(command(*LINES))
        archive.catch_up()
    return folder


def until(holds: Callable[[], Any]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_all_processes_give_the_same_answers(folder: Path) -> None:
    """Byte for byte, whoever is asked, the first time and again."""
    with served(folder, "--quiet") as server:
        answers: list[list[bytes]] = []
        for worker in server.workers() * 2:
            with server.only(worker):
                answers.append([server.ask(path)[2] for path in PATHS])
        assert len(server.workers()) == 2
        assert answers[0] == answers[1] == answers[2] == answers[3]
        assert all(answers[0])


def test_limits_and_figures_count_over_all_processes(folder: Path) -> None:
    """What is asked at one process is missing at the other; all of it stands in /metrics."""
    with served(folder, "--quiet", ANNALES_QUESTIONS_LIMIT="500 per minute") as server:
        first, second = server.workers()
        lefts = []
        for worker in (first, second, first, second, first):
            with server.only(worker):
                status, headers, _ = server.ask("/v1/records/juno", Cache_Control="no-cache")
                assert status == 200
                lefts.append(int(headers["ratelimit"].split("r=")[1].split(";")[0]))
        assert all(later < before < 500 for before, later in pairwise(lefts))
        with server.only(second):
            _, _, text = server.ask("/metrics")
        counted = rb'annales_requests_total{method="GET",route="/v1/records/[^"/]+",status="200"}'
        assert re.search(counted + rb" 5\.0\n", text)
    with served(folder, "--quiet", ANNALES_QUESTIONS_LIMIT="1 per minute") as server:
        for worker, expected in zip(server.workers(), (200, 429), strict=True):
            with server.only(worker):
                status, headers, _ = server.ask("/v1/records/juno", Cache_Control="no-cache")
                assert (status, "retry-after" in headers) == (expected, expected == 429)


def test_who_signed_in_at_one_process_is_known_to_all(juno: Teller) -> None:
    """The session is held by the server."""
    key = juno.archive.keys.issue(name="grace", role="curator", by="test")
    juno.archive.catch_up()
    with served(juno.archive.folder, "--quiet") as server:
        first, second = server.workers()
        with server.only(first):
            _, headers, form = server.ask("/desk/sign-in")
            token = re.search(rb'name="token" value="([^"]+)"', form)
            assert token
            status, headers, _ = server.ask(
                "/desk/sign-in",
                "POST",
                f"token={token[1].decode()}&key={key}".encode(),
                Cookie=headers["set-cookie"].partition(";")[0],
                Content_Type="application/x-www-form-urlencoded",
            )
            assert status == 303
        [cookie] = re.findall("annales-desk=[^;]+", headers["set-cookie"])
        with server.only(second):
            assert server.ask("/desk", Cookie=cookie)[0] == 200
            assert server.ask("/desk")[0] == 401


def test_what_one_process_records_is_answered_by_the_other(juno: Teller) -> None:
    """At once, whichever of them follows the log; and so are streams that wait there."""
    key = juno.archive.keys.issue(name="zhou", role="contributor", by="root")
    juno.archive.catch_up()
    with served(juno.archive.folder, "--quiet") as server:
        for number in range(40):
            line = json.dumps(facility(f"f-{number}")).encode()
            status, headers, _ = server.ask(
                "/v1/records",
                "POST",
                line,
                Authorization=f"Bearer {key}",
                Content_Type="application/json",
            )
            assert status == 201, headers
            assert server.ask(f"/v1/records/f-{number}")[0] == 200
            assert server.ask("/v1/state")[1]["annales-position"] == str(3 + number)


@pytest.mark.parametrize("which", [0, 1])
def test_a_killed_process_is_replaced_and_another_follows(juno: Teller, which: int) -> None:
    """Only the requests in it fail. What is recorded after is answered and signed: somebody
    follows, and somebody signs."""
    juno.archive.catch_up()
    with served(juno.archive.folder, "--quiet") as server:
        before = server.workers()
        stream = HTTPConnection("127.0.0.1", server.port, timeout=20)
        with server.only(before[which]):
            stream.request("GET", "/v1/changes", headers={"Accept": "text/event-stream"})
            assert stream.getresponse().status == 200
        assert b"annales_open_streams 1.0" in server.ask("/metrics")[2]
        os.kill(before[which], signal.SIGKILL)
        until(lambda: is_replaced(server, before[which]))
        for _ in range(10):
            assert server.ask("/v1/state")[0] == 200
        juno.tell(facility("heps"))
        assert server.ask("/v1/records/heps")[0] == 200
        until(lambda: server.ask("/checkpoint")[2].split(b"\n")[1:2] == [b"3"])
        # Its place is free again.
        assert b"annales_open_streams 0.0" in server.ask("/metrics")[2]
        stream.close()


def test_processes_end_with_their_parent(folder: Path, tmp_path: Path) -> None:
    """However it ended; they leave nothing behind."""
    with served(folder, "--quiet", TMPDIR=str(tmp_path)) as server:
        workers = server.workers()
        assert list(tmp_path.iterdir()) != []
        server.process.kill()
        until(lambda: not any(is_there(worker) for worker in workers))
    assert list(tmp_path.iterdir()) == []


class Crowd:
    """Six who ask again and again, half of them on connections that stay."""

    def __init__(self, server: Served) -> None:
        self.asked = [0] * 6
        self.failures: list[BaseException] = []
        self._server = server
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(6)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def asks_on(self) -> None:
        """Return when each of them was answered some times more."""
        more = [asked + 5 for asked in self.asked]
        until(lambda: all(now >= then for now, then in zip(self.asked, more, strict=True)))

    def _ask(self, number: int) -> None:
        http = HTTPConnection("127.0.0.1", self._server.port, timeout=20)
        while not self._is_over.is_set():
            try:
                http.request("GET", PATHS[self.asked[number] % len(PATHS)])
                answer = http.getresponse()
                assert answer.status == 200
                answer.read()
                self.asked[number] += 1
            except (OSError, HTTPException, AssertionError) as failure:
                self.failures.append(failure)
                http.close()
            if number % 2:
                http.close()
            time.sleep(0.02)  # a new program wants to start beside them
        http.close()


def test_begun_anew_a_server_loses_no_request(folder: Path) -> None:
    """The parent keeps its number, the processes are others, and each of many requests from
    connections that stay and from new ones is answered. It holds no more files than before."""
    with served(folder, "--quiet") as server:
        before = set(server.workers())
        files = server.open_files()
        with Crowd(server) as crowd:
            for _ in range(2):
                crowd.asks_on()
                server.process.send_signal(signal.SIGHUP)
                until(partial(others_only, server, before))
                before = set(server.workers())
                until(lambda: server.open_files() == files)
            crowd.asks_on()
        assert crowd.failures == []
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(20) == 0
        assert not any(is_there(worker) for worker in before)


def test_of_a_killed_process_only_what_it_was_asked_is_lost(folder: Path) -> None:
    """Whoever was asking it fails once, and is answered by another."""
    with served(folder, "--quiet") as server, Crowd(server) as crowd:
        for _ in range(3):
            crowd.asks_on()
            failed = len(crowd.failures)
            killed = server.workers()[0]
            os.kill(killed, signal.SIGKILL)
            crowd.asks_on()
            assert len(crowd.failures) - failed <= len(crowd.asked)
            until(partial(is_replaced, server, killed))


def test_a_program_that_is_broken_replaces_nothing(juno: Teller, tmp_path: Path) -> None:
    """The one that runs goes on, and says why."""
    broken = tmp_path / "flask.py"
    juno.archive.catch_up()
    with served(
        juno.archive.folder, "--quiet", PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}"
    ) as server:
        before = server.workers()
        broken.write_text("raise ImportError('broken on purpose')")
        server.process.send_signal(signal.SIGHUP)
        assert server.process.stderr is not None
        until(lambda: "this one goes on" in server.process.stderr.readline())  # type: ignore[union-attr]
        assert server.ask("/v1/state")[0] == 200
        assert server.workers() == before


@pytest.mark.parametrize("processes", ["0", "-1", "many", "1000"])
def test_a_number_of_processes_that_is_none_is_refused(folder: Path, processes: str) -> None:
    """Exit code 2, and which numbers can be."""
    ended = subprocess.run(
        [*PROGRAM, "--data", str(folder), "serve", "--processes", processes],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert "--processes" in ended.stderr


def others_only(server: Served, before: set[int]) -> bool:
    """Whether two processes answer that are none of those before."""
    workers = set(server.workers())
    return len(workers) == 2 and not before & workers


def is_replaced(server: Served, killed: int) -> bool:
    """Whether two processes answer, and not the one that was killed."""
    workers = server.workers()
    return len(workers) == 2 and killed not in workers


def is_there(pid: int) -> bool:
    """Whether a process lives."""
    with suppress(OSError):
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    return False
