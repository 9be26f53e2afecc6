"""The configurations in front of Annales are run, each before a service of its own.

`scripts/front` unpacks the programs and runs this. What a test replaces in a configuration is what
its reader replaces too: ports, the certificate, the place of the service and of the cache.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from benchmarks.debian import environment, program

HERE = Path(__file__).resolve().parent

NAME = "annales.example"


class Front(NamedTuple):
    """A service behind a program: a client over TLS, one in the open, and where they connect."""

    client: httpx.Client
    plain: httpx.Client
    port: int
    context: ssl.SSLContext
    service: subprocess.Popen[str]

    def pinned(self) -> str:
        """The address of an answer that never changes."""
        return str(self.client.get("/v1/state?at=2013&country=CN").json()["pinned"])


@pytest.fixture(scope="module", params=["haproxy", "nginx"])
def front(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    """Each of the programs before a service with the shipped chronicle."""
    folder = tmp_path_factory.mktemp(request.param)
    http, https, behind = (_free_port() for _ in range(3))
    certificate = _certificate(folder)
    configuration = _haproxy if request.param == "haproxy" else _nginx
    command = configuration(folder, certificate, http, https, behind)
    context = ssl.create_default_context(cafile=str(certificate))
    context.check_hostname = False
    with (
        _service(folder / "chronicle", behind) as service,
        _running(command, https),
        _client(f"https://127.0.0.1:{https}", context) as client,
        _client(f"http://127.0.0.1:{http}", context) as plain,
    ):
        yield Front(client, plain, https, context, service)


def test_answers_come_over_tls_and_plain_http_leads_there(front: Front) -> None:
    """What is asked in the open is sent on to the same address over TLS, for good."""
    response = front.plain.get("/v1/state?at=2013")
    assert response.status_code == 308
    assert response.headers["Location"] == f"https://{NAME}/v1/state?at=2013"

    response = front.client.get("/v1/state?at=2013")
    assert response.status_code == 200
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert response.json()["at"] == "2013-12-31"


def test_what_a_key_or_a_session_asks_is_not_kept(front: Front) -> None:
    """Whoever shows a key or a cookie asks the service itself."""
    path = front.pinned()
    ids = set()
    for headers in ({"Authorization": "Bearer annales_none_none"}, {"Cookie": "a=b"}):
        front.client.get(path)
        ids |= {front.client.get(path, headers=headers).headers["X-Request-Id"] for _ in range(2)}
    assert len(ids) == 4


def test_a_head_and_a_body_that_drip_are_closed(front: Front) -> None:
    """Who does not finish a request in time is closed; others are answered meanwhile."""
    for begun in (
        b"GET /healthz HTTP/1.1\r\nHost: annales.example\r\nX-A: ",
        b"POST /v1/batches HTTP/1.1\r\nHost: annales.example\r\nContent-Length: 9\r\n\r\n{",
    ):
        with (
            socket.create_connection(("127.0.0.1", front.port), timeout=25) as raw,
            front.context.wrap_socket(raw, server_hostname=NAME) as slow,
        ):
            slow.sendall(begun)
            assert front.client.get("/healthz").status_code == 200
            told = slow.recv(4096)
        assert not told or told.startswith(b"HTTP/1.1 408 "), told[:100]


def test_a_body_that_is_too_large_is_refused(front: Front) -> None:
    """What is larger than the largest batch gets 413, before it is sent."""
    with (
        socket.create_connection(("127.0.0.1", front.port), timeout=15) as raw,
        front.context.wrap_socket(raw, server_hostname=NAME) as client,
    ):
        client.sendall(
            b"POST /v1/batches HTTP/1.1\r\nHost: annales.example\r\n"
            b"Content-Type: application/jsonl\r\nContent-Length: 40000000\r\n\r\n"
        )
        client.sendall(b" " * 100_000)
        assert client.recv(100).startswith(b"HTTP/1.1 413 ")


def test_figures_are_for_those_inside(front: Front) -> None:
    """/metrics is answered to an address inside."""
    assert front.client.get("/metrics").status_code == 200


def test_a_stream_is_not_held_back(front: Front) -> None:
    """An event of a stream comes as soon as it is there."""
    accept = {"Accept": "text/event-stream"}
    with front.client.stream("GET", "/v1/changes", headers=accept) as response:
        assert response.headers["Content-Type"].startswith("text/event-stream")
        assert next(response.iter_lines())


def test_a_client_who_asks_too_often_is_told_so(front: Front) -> None:
    """The front has a limit by client of its own, with a kept answer as with any."""
    path, statuses = front.pinned(), {200}
    for _ in range(2000):
        statuses.add(front.client.get(path).status_code)
        if 429 in statuses:
            break
    assert statuses == {200, 429}
    time.sleep(12)  # until it is let in again


def test_pinned_answers_are_kept_and_outlive_the_service(front: Front) -> None:
    """A pinned answer is given by the cache, also once nothing is behind it; any other is not."""
    path = front.pinned()
    body = front.client.get(path).content
    front.service.send_signal(signal.SIGTERM)
    front.service.wait(30)
    again = front.client.get(path)
    assert (again.status_code, again.content) == (200, body)
    assert front.client.get("/v1/state?at=2014").status_code in (502, 503, 504)


# --- what runs


def _haproxy(folder: Path, certificate: Path, http: int, https: int, behind: int) -> list[str]:
    text = _replaced(
        HERE / "haproxy" / "haproxy.cfg",
        {
            "bind :80\n": f"bind 127.0.0.1:{http}\n",
            "bind :443 ": f"bind 127.0.0.1:{https} ",
            "/etc/haproxy/annales.pem": str(certificate),
            "127.0.0.1:8000": f"127.0.0.1:{behind}",
        },
    )
    path = folder / "haproxy.cfg"
    path.write_text(text)
    return [str(program("usr/sbin/haproxy")), "-db", "-f", str(path)]


def _nginx(folder: Path, certificate: Path, http: int, https: int, behind: int) -> list[str]:
    text = _replaced(
        HERE / "nginx" / "annales.conf",
        {
            "listen 80;": f"listen 127.0.0.1:{http};",
            "listen 443 ssl;": f"listen 127.0.0.1:{https} ssl;",
            "/etc/nginx/annales.pem": str(certificate),
            "server 127.0.0.1:8000;": f"server 127.0.0.1:{behind};",
            "/var/cache/nginx/annales": str(folder / "cache"),
        },
    )
    path = folder / "nginx.conf"
    temporary = "".join(
        f"{each}_temp_path {folder / each};\n"
        for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    path.write_text(
        f"{user}daemon off;\npid {folder / 'nginx.pid'};\nerror_log stderr;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{temporary}{text}}}\n"
    )
    return [str(program("usr/sbin/nginx")), "-p", str(folder), "-e", "stderr", "-c", str(path)]


def _client(address: str, context: ssl.SSLContext) -> httpx.Client:
    named = {"Host": NAME}
    return httpx.Client(
        base_url=address, verify=context, headers=named, timeout=20, trust_env=False
    )


def _replaced(path: Path, replaced: dict[str, str]) -> str:
    text = path.read_text()
    for old, new in replaced.items():
        assert old in text, f"{path} has no {old!r}"
        text = text.replace(old, new)
    return text


def _certificate(folder: Path) -> Path:
    path = folder / "annales.pem"
    subject = ("-subj", f"/CN={NAME}", "-keyout", str(folder / "key"), "-out", str(folder / "crt"))
    key = ("-newkey", "rsa:2048", "-nodes", "-days", "2")
    openssl = shutil.which("openssl") or "openssl"
    subprocess.run([openssl, "req", "-x509", *key, *subject], check=True, capture_output=True)
    path.write_text((folder / "crt").read_text() + (folder / "key").read_text())
    return path


@contextmanager
def _service(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    annales = [sys.executable, "-c", "from service.cli import main; main()", "--data", str(folder)]
    subprocess.run([*annales, "load-shipped"], check=True, capture_output=True)
    environment = {
        **os.environ,
        "ANNALES_PROXIES": "127.0.0.1",
        "ANNALES_URL": f"https://{NAME}",
    }
    with subprocess.Popen(
        [*annales, "serve", "--port", str(port), "--processes", "1", "--quiet"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as service:
        try:
            assert service.stdout is not None
            assert service.stdout.readline()
            yield service
        finally:
            service.terminate()


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    with subprocess.Popen(command, env=environment()) as process:
        try:
            _wait_until(lambda: _listens(port), process)
            yield
        finally:
            process.terminate()


def _wait_until(is_so: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + 20
    while not is_so():
        assert process.poll() is None, "it has ended"
        assert time.monotonic() < ends, "it does not begin"
        time.sleep(0.05)


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
