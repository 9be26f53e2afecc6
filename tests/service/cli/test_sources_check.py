"""`annales sources check` finds what is gone, moved or changed, and is polite about it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from events.fact import Line
from service.archive import Archive
from service.cli.command import annales
from service.cli.sources import AGENT, Visitor, looked_at
from tests.story.telling import command

PAGE = b"What the source says."
DIGEST = sha256(PAGE).hexdigest()


class Site(BaseHTTPRequestHandler):
    """A host with an address of every sort; it keeps who asked for what."""

    asked: list[tuple[str, str, str]] = []  # noqa: RUF012 -- the one site of this module

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.asked.append((self.command, self.path, self.headers["User-Agent"]))
        code, location, body = {
            "/robots.txt": (200, "", b"User-agent: *\nDisallow: /private\n"),
            "/page": (200, "", PAGE),
            "/gone": (410, "", b""),
            "/moved": (301, "/moved-again", b""),
            "/moved-again": (308, "/page", b""),
            "/today": (302, "/page", b""),
            "/broken": (500, "", b""),
            "/away": (301, "ftp://elsewhere.example/page", b""),
            "/large": (200, "", b"x" * 5000),
            "/no-head": (405 if self.command == "HEAD" else 200, "", PAGE),
        }.get(self.path, (404, "", b""))
        self.send_response(code)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    """The address of the site."""
    Site.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def source(id: str, url: str, **more: str) -> Line:
    """A source at an address."""
    return {"type": "source", "id": id, "medium": "web", "title": id, "url": url, **more}


@pytest.mark.parametrize(
    ("path", "digest", "finding"),
    [
        ("/page", None, "ok"),
        ("/page", DIGEST, "ok"),
        ("/page", "0" * 64, "changed"),
        ("/no-head", None, "ok"),
        ("/gone", None, "gone"),
        ("/never-there", None, "gone"),
        ("/gone", DIGEST, "gone"),
        ("/moved", None, "moved"),
        ("/moved", DIGEST, "moved"),
        ("/today", None, "ok"),
        ("/broken", None, "failed"),
        ("/away", None, "failed"),
        ("/private/page", None, "forbidden"),
        ("/large", DIGEST, "too-large"),
    ],
)
def test_an_address_is_as_it_was_or_not(
    site: str, path: str, digest: str | None, finding: str
) -> None:
    """By its status, by redirects that are for good, and by the digest of its bytes."""
    visitor = Visitor(timeout=5, most=4000, pause=0)
    found, note = visitor.look(site + path, digest)
    assert found == finding
    if finding == "moved":
        assert note == f"{site}/page"
    assert {agent for *_, agent in Site.asked} == {AGENT}
    assert ("GET", "/robots.txt", AGENT) in Site.asked
    if digest is None and finding == "ok" and path != "/no-head":
        assert [method for method, asked, _ in Site.asked if asked == path] == ["HEAD"]


def test_what_does_not_answer_is_told_as_failed() -> None:
    """An address where nobody listens ends no run."""
    [found] = looked_at(
        [source("dead", "http://127.0.0.1:9/")], Visitor(timeout=0.5, most=10, pause=0)
    )
    assert (found.source, found.finding) == ("dead", "failed")


def test_a_host_is_left_in_peace_between_requests(site: str) -> None:
    """Its rules are asked for once, and each request waits for its turn."""
    waited: list[float] = []
    visitor = Visitor(timeout=5, most=4000, pause=30, wait=waited.append)
    visitor.look(f"{site}/page", None)
    visitor.look(f"{site}/gone", None)
    paths = [path for _, path, _ in Site.asked]
    assert paths.count("/robots.txt") == 1
    assert len(waited) == len(paths) - 1
    assert all(29 < seconds <= 30 for seconds in waited)


def test_the_command_lists_what_is_not_as_it_was(site: str, tmp_path: Path) -> None:
    """As amended, the archived copy too, so many at a time; nothing is recorded."""
    amended = {
        "type": "amendment",
        "source": "b",
        "changes": {"url": f"{site}/gone"},
        "reason": ".",
    }
    with Archive(tmp_path) as archive:
        archive.chronicle.execute(
            command(
                source("a", f"{site}/page", archived_url=f"{site}/moved"),
                source("b", f"{site}/page"),
                source("c", f"{site}/page", content_sha256="0" * 64),
                {"type": "source", "id": "d", "medium": "book", "title": "A book"},
                amended,
            )
        )
        before = archive.chronicle.log.max_notification_id()

    def run(*arguments: str) -> str:
        asked = ["--data", str(tmp_path), "sources", "check", "--pause", "0", *arguments]
        ended = CliRunner().invoke(annales, asked, catch_exceptions=False)
        assert ended.exit_code == 0
        return ended.stdout

    told = json.loads(run("--json"))
    assert told["looked_at"] == 4
    assert [(each["source"], each["of"], each["finding"]) for each in told["found"]] == [
        ("a", "archived_url", "moved"),
        ("b", "url", "gone"),
        ("c", "url", "changed"),
    ]
    first = json.loads(run("--json", "--limit", "1"))
    assert (first["looked_at"], first["next"]) == (2, "a")
    assert json.loads(run("--json", "--after", "b"))["found"] == told["found"][2:]
    assert "4 addresses looked at; 3 are not as they were." in run()
    with Archive(tmp_path) as archive:
        assert archive.chronicle.log.max_notification_id() == before
