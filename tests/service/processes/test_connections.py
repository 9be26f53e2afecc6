"""What a connection may do, and for how long, whatever is served."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import Any

import pytest

from service.serving import connection, lanes, listening, response
from service.serving.listening import Server
from service.serving.pausing import TURN, Dear, Pause, Paused

HELLO = b"hello"
BIG = b"x" * 1_000_000
GET = b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"

DOUBTFUL = (
    b"1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
    b"1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5",
    b"1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1",
    b"1.1\r\nHost: a\r\nContent-Length: 1, 1",
    b"1.1\r\nHost: a\r\nContent-Length: +1",
    b"1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked",
    b"1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    b"1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked",
    b"1.1\r\nHost: a\r\nTransfer-Encoding : chunked",
    b"1.0\r\nHost: a\r\nTransfer-Encoding: chunked",
    b"1.1\r\nHost: a\r\nX-A: b\rX-B: c",
    b"1.1\r\nHost: a\r\nX-A: b\0c",
    b"1.1\nHost: a",
    b"2.0\r\nHost: a",
)
"""Heads of which two who read them may think two things, as they go on after the method."""

CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
NO_CHUNKS = (b"zz\r\n\r\n", b"-1\r\nx\r\n", b"1\r\nxx0\r\n\r\n", b"1\nx\n0\n\n", b"1;\n\r\nx\r\n")


class Application:
    """Says what it was sent, or something big; `/wait` waits until it is let go, and so do `/dear`
    and `/patient`, which are dear; `/pause` pauses until the mark is beyond 0, for a while that
    the query says; `/stream` and `/flood` go on as long as their client."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.begun = threading.Event()
        self.closed = threading.Event()
        self.environs: list[dict[str, Any]] = []
        self.mark = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.environs.append(environ)
        path = environ["PATH_INFO"]
        if path == "/stream":
            start_response("200 OK", [("Content-Type", "text/plain")])
            return self._stream()
        if path == "/flood":
            start_response("200 OK", [])
            return self._flood()
        if path == "/pause":
            turn = environ[TURN]
            until = turn.begun + float(environ["QUERY_STRING"] or 30)
            turn.at_end(self.closed.set)
            if self.mark == 0 and time.monotonic() < until:
                raise Paused(Pause("mark", 0, until=until))
        if path in ("/dear", "/patient") and not environ[TURN].is_dear:
            raise Dear(environ["REMOTE_ADDR"])
        if path in ("/wait", "/dear", "/patient"):
            self.begun.set()
            self.let_go.wait(10)
        if path == "/broken":
            raise ValueError("on purpose")
        body = environ["wsgi.input"].read() or (BIG if path == "/big" else HELLO)
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    def _stream(self) -> Iterator[bytes]:
        try:
            while not self.let_go.is_set():
                yield b"tick"
                yield Pause("mark", 0, until=time.monotonic() + 0.02)
        finally:
            self.closed.set()

    def _flood(self) -> Iterator[bytes]:
        while not self.let_go.is_set():
            yield BIG


@pytest.fixture
def application() -> Iterator[Application]:
    """An application, which is let go at the end."""
    made = Application()
    yield made
    made.let_go.set()


@contextmanager
def served(application: Application, **more: Any) -> Iterator[tuple[Server, Callable[..., Any]]]:
    """A server of an application, and what makes a connection to it."""
    options: dict[str, Any] = {
        "lane_of": lambda request: "beside" if request.path == b"/beside" else "questions",
        "is_patient": lambda request: request.path == b"/patient",
        "largest_body": lambda _, path: 2_000_000 if path == b"/large" else 1000,
        "threads": 2,
        "marks": {"mark": lambda: application.mark},
    }
    with (
        ExitStack() as open_ones,
        closing(socket.create_server(("127.0.0.1", 0))) as listener,
    ):
        server = Server(application, listener, **(options | more))
        begun = threading.Event()
        thread = threading.Thread(target=server.run, args=(lambda _: begun.set(),))
        thread.start()
        begun.wait(10)

        def connect(host: str = "127.0.0.1") -> socket.socket:
            where = listener.getsockname()
            return open_ones.enter_context(
                socket.create_connection(where, timeout=10, source_address=(host, 0))
            )

        try:
            yield server, connect
        finally:
            application.let_go.set()
            open_ones.close()
            server.end()
            thread.join()


def told(client: socket.socket) -> bytes:
    """All that is sent until the connection is closed."""
    parts = []
    while part := client.recv(65536):
        parts.append(part)
    return b"".join(parts)


def one(client: socket.socket, length: int = len(HELLO)) -> bytes:
    """One answer with a body of so many bytes."""
    text = b""
    while b"\r\n\r\n" not in text or len(text.partition(b"\r\n\r\n")[2]) < length:
        part = client.recv(65536)
        assert part, text
        text += part
    return text


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is waited for is waited for a moment."""
    monkeypatch.setattr(listening, "SWEEP_SECONDS", 0.02)
    for name in ("HEAD_SECONDS", "BODY_SECONDS", "IDLE_SECONDS", "STUCK_SECONDS"):
        monkeypatch.setattr(connection, name, 0.3)


def test_an_answer_comes_with_its_length_and_the_connection_goes_on(
    application: Application,
) -> None:
    """As often as one asks, and in the order of the questions, also of those that do not wait."""
    with served(application) as (_, connect):
        client = connect()
        for _ in range(3):
            client.sendall(GET)
            answer = one(client)
            assert answer.startswith(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n")
            assert b"\r\nServer: annales\r\n" in answer
        bodies = [b"%d" % number for number in range(50)]
        client.sendall(
            b"".join(
                b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
                for body in bodies
            )
            + b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        )
        answers = told(client).split(b"HTTP/1.1 200 OK\r\n")[1:]
        assert [answer.partition(b"\r\n\r\n")[2] for answer in answers] == [*bodies, HELLO]


def test_an_application_gets_the_request_as_it_was_sent(application: Application) -> None:
    """Names of headers that could be taken for another are left out."""
    with served(application) as (_, connect):
        client = connect()
        client.sendall(
            b"POST http://other/a%20b?c=%20d HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nX-A: 2\r\n"
            b"Cookie: a=1\r\nCookie: b=2\r\nX_B: 3\r\nContent-Type: text/plain\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        )
        assert one(client).endswith(b"abcde")
    [environ] = application.environs
    assert (environ["PATH_INFO"], environ["QUERY_STRING"]) == ("/a b", "c=%20d")
    assert (environ["HTTP_X_A"], environ["HTTP_COOKIE"]) == ("1,2", "a=1; b=2")
    assert (environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"]) == ("text/plain", "5")
    assert "HTTP_X_B" not in environ
    assert environ["REMOTE_ADDR"] == "127.0.0.1"


def test_head_and_old_clients_are_answered_as_they_expect(application: Application) -> None:
    """HEAD without a body; HTTP/1.0 and `Connection: close` end the connection."""
    with served(application) as (_, connect):
        client = connect()
        client.sendall(GET.replace(b"GET", b"HEAD") + GET.replace(b"1.1", b"1.0"))
        answers = told(client)
        assert answers.count(b"Content-Length: 5") == 2
        assert answers.count(HELLO) == 1


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        (b"get / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        (b"BREW /pot HTCPCP/1.0\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET nowhere HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (
            b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n%b"
            % b"1\r\nx\r\n0\r\nX-A: b\r\n\r\n",
            400,
        ),
        *((b"POST / HTTP/%b\r\n\r\n0\r\n\r\n" % told + GET, 400) for told in DOUBTFUL),
        *((CHUNKED + body + GET, 400) for body in NO_CHUNKS),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n", 413),
        (
            b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n%b\r\n"
            % (b"x" * 1024),
            413,
        ),
    ],
    ids=repr,
)
def test_what_cannot_be_taken_is_refused_and_the_connection_ends(
    application: Application, sent: bytes, status: int
) -> None:
    """Before a body is read that is too large; the application hears of nothing."""
    with served(application) as (_, connect):
        client = connect()
        client.sendall(sent)
        answer = told(client)
        assert answer.startswith(b"HTTP/1.1 %d " % status)
        assert b"application/problem+json" in answer
        assert answer.count(b"HTTP/1.1 ") == 1
    assert application.environs == []


def test_a_refusal_comes_after_the_answers_before_it(application: Application) -> None:
    """Also where all was sent at once."""
    with served(application) as (_, connect):
        client = connect()
        client.sendall(GET + b"nonsense\r\n\r\n")
        answers = told(client)
        assert answers.index(b"HTTP/1.1 200") < answers.index(b"HTTP/1.1 400")


def test_a_refusal_that_fills_what_is_kept_for_the_client_comes_once(
    application: Application, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And not again when there is room."""
    monkeypatch.setattr(response, "refusal", lambda _, **_beside: b"no" + BIG * 20)
    with served(application) as (_, connect):
        client = connect()
        client.sendall(b"nonsense\r\n\r\n")
        assert len(told(client)) == 2 + 20 * len(BIG)
    assert caplog.records == []


def test_a_head_may_not_be_larger_than_any_is(application: Application) -> None:
    """431, before the memory is full of it."""
    with served(application) as (_, connect):
        client = connect()
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX-A: ")
        for _ in range(8):
            client.sendall(b"a" * 16384)
            time.sleep(0.01)
        assert b"HTTP/1.1 431 " in told(client)


@pytest.mark.parametrize("many", [1, 500])
def test_a_head_that_comes_at_once_may_not_be_larger(application: Application, many: int) -> None:
    """Nor does what stands before it in the same bytes make room for it."""
    header = b"X-A: %b\r\n" % (b"a" * (70_000 // many))
    with served(application) as (_, connect):
        client = connect()
        client.sendall(GET + b"GET / HTTP/1.1\r\nHost: a\r\n" + header * many + b"\r\n")
        answers = told(client)
        assert answers.index(b"HTTP/1.1 200 ") < answers.index(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    ("path", "accept", "is_page"),
    [
        (b"/desk/batch", b"text/html,*/*;q=0.8", True),
        (b"/desk/batch", b"*/*", False),
        (b"/v1/batches", b"text/html,*/*;q=0.8", False),
    ],
)
@pytest.mark.parametrize(
    "body", [b"Content-Length: 1001\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n400\r\n"]
)
def test_a_browser_that_sends_too_much_is_told_so_by_a_page(
    application: Application, path: bytes, accept: bytes, body: bytes, *, is_page: bool
) -> None:
    """In both languages, with the way back; a program gets the problem."""
    with served(application) as (_, connect):
        client = connect()
        client.sendall(b"POST %b HTTP/1.1\r\nHost: a\r\nAccept: %b\r\n" % (path, accept) + body)
        client.sendall(b"x" * 1024 + b"\r\n")
        answer = told(client)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert (b"\r\nContent-Type: text/html; charset=utf-8\r\n" in answer) is is_page
    assert ("请分几次发送".encode() in answer) is is_page
    assert (b'<a href="">' in answer) is is_page
    assert (b"/problems/payload-too-large" in answer) is not is_page
    assert b"Refresh" not in answer


def test_who_waits_for_leave_to_send_gets_it(application: Application) -> None:
    """100, and then the answer; where the body is too large, only the refusal."""
    with served(application) as (_, connect):
        client = connect()
        head = b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
        client.sendall(head % 3)
        assert client.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"abc")
        assert one(client, 3).endswith(b"abc")
        client.sendall(head % 3000)
        assert told(client).startswith(b"HTTP/1.1 413 ")


def test_a_large_body_comes_whole_and_is_sent_back_whole(application: Application) -> None:
    """Its route takes it."""
    body = bytes(range(256)) * 5000
    with served(application) as (_, connect):
        client = connect()
        head = b"POST /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
        client.sendall(head % len(body) + body)
        assert told(client).partition(b"\r\n\r\n")[2] == body


def test_all_bodies_together_have_a_bound(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 beyond it; whoever is answered, is refused or leaves makes room for others."""
    monkeypatch.setattr(listening, "LARGEST_BODIES", 2500)
    head = b"POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n"
    with served(application) as (_, connect):
        first, second, third = (connect() for _ in range(3))
        for each in (first, second):
            each.sendall(head + 900 * b"x")
        time.sleep(0.1)
        third.sendall(head + 900 * b"x")
        assert told(third).startswith(b"HTTP/1.1 503 ")
        first.sendall(100 * b"x")
        assert one(first, 1000).startswith(b"HTTP/1.1 200 ")
        second.close()
        for _ in range(5):
            first.sendall(head + 1000 * b"x")
            assert one(first, 1000).startswith(b"HTTP/1.1 200 ")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("begins", "drips", "ends"),
    [
        (b"", b"", b""),
        (b"", b"\r\n", b""),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX-A: ", b"a", b"HTTP/1.1 408 "),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n", b"a", b"HTTP/1.1 408 "),
        (GET, b"", b"HTTP/1.1 200 "),
    ],
    ids=["silent", "empty-lines", "head", "body", "between"],
)
def test_nobody_holds_a_connection_by_being_slow(
    application: Application, begins: bytes, drips: bytes, ends: bytes
) -> None:
    """Its time is over as a whole, however busily it drips."""
    with served(application) as (_, connect):
        client = connect()
        client.sendall(begins)
        client.settimeout(0.05)
        answer = b""
        deadline = time.monotonic() + 10
        while True:
            assert time.monotonic() < deadline
            try:
                if not (part := client.recv(65536)):
                    break
                answer += part
            except TimeoutError:
                client.sendall(drips)
            except ConnectionError:
                break
        assert answer.startswith(ends)


@pytest.mark.usefixtures("quick")
def test_who_takes_nothing_of_an_answer_is_closed(application: Application) -> None:
    """The stream behind it ends, and so does the thread that made it."""
    with served(application) as (_, connect):
        client = connect()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        body = b"x" * 1_900_000
        head = b"POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n"
        client.sendall(2 * (head % len(body) + body))
        deadline = time.monotonic() + 10
        with suppress(ConnectionError):
            while True:
                assert time.monotonic() < deadline
                time.sleep(0.1)
                client.sendall(b"x")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("many", [20, 100])
def test_who_takes_no_answer_is_closed_and_not_made_others(
    application: Application, many: int
) -> None:
    """Also where the last one is finished, and where as many were asked for as fill the memory."""
    with served(application) as (_, connect):
        client = connect()
        client.sendall(many * GET.replace(b"/hello", b"/big"))
        deadline = time.monotonic() + 10
        with suppress(ConnectionError):
            while True:
                assert time.monotonic() < deadline
                time.sleep(0.1)
                client.sendall(b"\r\n")
    assert 0 < len(application.environs) < 20


def test_who_takes_its_answers_late_gets_all_of_them(application: Application) -> None:
    """They are made as the room for them is."""
    with served(application) as (_, connect):
        client = connect()
        closing = GET.replace(b"Host", b"Connection: close\r\nHost")
        client.sendall(50 * GET.replace(b"/hello", b"/big") + closing)
        time.sleep(0.3)
        answers = told(client).split(b"HTTP/1.1 200 OK\r\n")[1:]
        bodies = [answer.partition(b"\r\n\r\n")[2] for answer in answers]
        assert [len(body) for body in bodies] == [*50 * [len(BIG)], len(HELLO)]


@pytest.mark.usefixtures("quick")
def test_there_are_only_so_many_connections_and_each_makes_room_for_another(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those who say nothing are closed, and whoever came after them is answered."""
    monkeypatch.setattr(listening, "most_connections", lambda: 3)
    with served(application) as (_, connect):
        idle = [connect() for _ in range(3)]
        client = connect()
        client.sendall(GET)
        assert one(client).endswith(HELLO)
        assert told(idle[0]) == b""


def test_who_only_looks_is_answered_beside_those_who_work(application: Application) -> None:
    """Also where more wait than there are threads."""
    with served(application) as (_, connect):
        busy = [connect() for _ in range(5)]
        for each in busy:
            each.sendall(GET.replace(b"/hello", b"/wait"))
        application.begun.wait(10)
        client = connect()
        client.sendall(GET.replace(b"/hello", b"/beside"))
        assert one(client).endswith(HELLO)
        application.let_go.set()
        assert all(one(each).endswith(HELLO) for each in busy)


def test_too_many_who_wait_are_told_at_once(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 with `Retry-After`, and no pile of them."""
    monkeypatch.setattr(lanes, "LONGEST_QUEUE", 2)
    with served(application, threads=1) as (_, connect):
        busy = connect()
        busy.sendall(GET.replace(b"/hello", b"/wait"))
        application.begun.wait(10)
        waiting = [connect() for _ in range(2)]
        for each in waiting:
            each.sendall(GET)
        time.sleep(0.2)
        client = connect()
        client.sendall(GET)
        answer = told(client)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"\r\nRetry-After: 5\r\n" in answer
        application.let_go.set()
        assert all(one(each).endswith(HELLO) for each in (busy, *waiting))


def test_what_is_dear_holds_nothing_up_that_is_not(application: Application) -> None:
    """It has a lane of its own, in which it waits for its like."""
    with served(application, threads=1) as (_, connect):
        dear = [connect() for _ in range(3)]
        for each in dear:
            each.sendall(GET.replace(b"/hello", b"/dear"))
        application.begun.wait(10)
        client = connect()
        client.sendall(GET)
        assert one(client).endswith(HELLO)
        application.let_go.set()
        assert all(one(each).endswith(HELLO) for each in dear)


def test_whose_turn_would_come_too_late_is_told_at_once(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what those before it are thought to take. A patient one is not, and gets its answer."""
    monkeypatch.setattr(lanes, "AT_FIRST", {"dear": 2 * lanes.LONGEST_WAIT})
    with served(application) as (_, connect):
        busy, first, patient, late = (connect() for _ in range(4))
        busy.sendall(GET.replace(b"/hello", b"/dear"))
        application.begun.wait(10)
        for client, path in ((first, b"/dear"), (patient, b"/patient"), (late, b"/dear")):
            client.sendall(GET.replace(b"/hello", path))
            time.sleep(0.1)
        assert told(late).startswith(b"HTTP/1.1 503 ")
        application.let_go.set()
        assert all(one(each).endswith(HELLO) for each in (busy, first, patient))


def test_one_client_has_only_so_many_dear_ones_in_a_lane(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However patient they are; whoever comes from elsewhere waits among them."""
    monkeypatch.setattr(lanes, "MOST_OF_A_CLIENT", 2)
    patient = GET.replace(b"/hello", b"/patient")
    with served(application) as (_, connect):
        clients = [connect() for _ in range(4)]
        clients[0].sendall(patient)
        application.begun.wait(10)
        for client in clients[1:]:
            client.sendall(patient)
            time.sleep(0.1)
        assert told(clients.pop()).startswith(b"HTTP/1.1 503 ")
        clients.append(connect("127.0.0.2"))
        clients[-1].sendall(patient)
        time.sleep(0.1)
        application.let_go.set()
        assert all(one(each).endswith(HELLO) for each in clients)


@pytest.mark.parametrize("accept", [b"text/html,*/*;q=0.8", b"*/*"])
def test_a_browser_whose_turn_comes_too_late_tries_again(
    application: Application, monkeypatch: pytest.MonkeyPatch, accept: bytes
) -> None:
    """By a page in both languages, in place of JSON; a program gets the problem."""
    monkeypatch.setattr(lanes, "AT_FIRST", {"dear": 2 * lanes.LONGEST_WAIT})
    with served(application) as (_, connect):
        busy, first, late = (connect() for _ in range(3))
        dear = GET.replace(b"/hello", b"/dear")
        busy.sendall(dear)
        application.begun.wait(10)
        first.sendall(dear.replace(b"/dear", b"/patient"))
        time.sleep(0.1)
        late.sendall(dear.replace(b"\r\n", b"\r\nAccept: " + accept + b"\r\n", 1))
        answer = told(late)
        application.let_go.set()
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nRetry-After: 5\r\n" in answer
    is_page = accept.startswith(b"text/html")
    assert (b"\r\nRefresh: 5\r\n" in answer) is is_page
    assert (b'<a href="" target="_blank">' in answer) is is_page
    assert (b"/problems/overloaded" in answer) is not is_page


@pytest.mark.usefixtures("quick")
def test_whose_turn_does_not_come_is_told_in_time(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is not answered any more. A patient one goes on waiting."""
    monkeypatch.setattr(lanes, "LONGEST_WAIT", 0.2)
    monkeypatch.setattr(lanes, "AT_FIRST", {})
    with served(application) as (_, connect):
        busy, patient, late = (connect() for _ in range(3))
        busy.sendall(GET.replace(b"/hello", b"/dear"))
        application.begun.wait(10)
        patient.sendall(GET.replace(b"/hello", b"/patient"))
        late.sendall(GET.replace(b"/hello", b"/dear"))
        assert told(late).startswith(b"HTTP/1.1 503 ")
        application.let_go.set()
        assert all(one(each).endswith(HELLO) for each in (busy, patient))
    assert [each["PATH_INFO"] for each in application.environs].count("/dear") == 3


def test_a_stream_ends_when_its_client_leaves(application: Application) -> None:
    """It comes in chunks; nothing goes on behind it."""
    with served(application) as (_, connect):
        client = connect()
        client.sendall(GET.replace(b"/hello", b"/stream"))
        assert b"4\r\ntick\r\n" in one(client, 30)
        client.close()
        assert application.closed.wait(10)


def test_a_request_that_pauses_holds_no_thread(application: Application) -> None:
    """It goes on when the mark has moved, or its time is over."""
    with served(application, threads=1) as (server, connect):
        paused = [connect() for _ in range(20)]
        for each in paused:
            each.sendall(GET.replace(b"/hello", b"/pause"))
        client = connect()
        client.sendall(GET.replace(b"/hello", b"/pause?0.1"))
        assert one(client).endswith(HELLO)
        client.sendall(GET)
        assert one(client).endswith(HELLO)
        application.mark = 1
        server.look()
        assert all(one(each).endswith(HELLO) for each in paused)


def test_a_request_that_pauses_ends_when_its_client_leaves(application: Application) -> None:
    """Whatever is to be done at its end is done at once."""
    with served(application) as (_, connect):
        client = connect()
        client.sendall(GET.replace(b"/hello", b"/pause"))
        time.sleep(0.1)
        assert not application.closed.is_set()
        client.close()
        assert application.closed.wait(10)


def test_who_takes_nothing_of_a_stream_holds_no_thread(application: Application) -> None:
    """It goes on when there is room."""
    with served(application, threads=1) as (_, connect):
        slow = [connect() for _ in range(3)]
        for each in slow:
            each.sendall(GET.replace(b"/hello", b"/flood"))
        time.sleep(0.3)
        client = connect()
        client.sendall(GET)
        assert one(client).endswith(HELLO)
        for each in slow:
            one(each, 20 * len(BIG))


def test_who_is_gone_before_its_turn_is_not_answered(application: Application) -> None:
    """No thread works for nobody."""
    with served(application, threads=1) as (_, connect):
        busy, gone = connect(), connect()
        busy.sendall(GET.replace(b"/hello", b"/wait"))
        application.begun.wait(10)
        gone.sendall(GET)
        gone.close()
        time.sleep(0.1)
        application.let_go.set()
        assert one(busy).endswith(HELLO)
        busy.sendall(GET)
        assert one(busy).endswith(HELLO)
    assert len(application.environs) == 2


def test_a_stream_for_an_old_client_ends_with_the_connection(application: Application) -> None:
    """HTTP/1.0 knows no chunks."""
    with served(application) as (_, connect):
        client = connect()
        client.sendall(GET.replace(b"/hello", b"/stream").replace(b"1.1", b"1.0"))
        one(client, 8)
        application.let_go.set()
        assert b"chunked" not in told(client)


def test_an_application_that_fails_ends_the_connection(
    application: Application, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is made up in its place; the log says why."""
    with served(application) as (_, connect):
        client = connect()
        client.sendall(GET.replace(b"/hello", b"/broken"))
        assert told(client) == b""
    assert "on purpose" in caplog.text


def test_a_server_that_ends_gives_what_it_was_asked_for(application: Application) -> None:
    """The answer says that the connection ends; who is silent is closed."""
    with served(application) as (server, connect):
        client, silent = connect(), connect()
        client.sendall(GET.replace(b"/hello", b"/wait"))
        application.begun.wait(10)
        server.end()
        assert told(silent) == b""
        application.let_go.set()
        answer = told(client)
        assert answer.endswith(HELLO)
        assert b"\r\nConnection: close\r\n" in answer
