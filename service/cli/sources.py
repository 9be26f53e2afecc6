"""`annales sources check`: whether what was cited is still where it was, and still says the same.

It looks at the addresses of sources, one after the other, and records nothing: what it finds is for
a curator to judge. It says who it is, asks `robots.txt` first, leaves a host in peace between two
requests, asks for the head alone where that is enough, and reads no more than it is allowed to.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, Literal, NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener
from urllib.robotparser import RobotFileParser

import click
import msgspec

from events.chronicle import Chronicle
from events.fact import Line
from events.record import changed
from service.archive import Archive
from service.cli.options import as_json, log_of
from service.cli.screen import plain, screen, show_table
from service.version import VERSION

AGENT = f"Annales/{VERSION} (checks whether cited sources are still there)"

LARGEST_ROBOTS = 512 * 1024
"""As many bytes of a `robots.txt` as RFC 9309 asks to be read."""

PART = 64 * 1024

GONE = frozenset({404, 410})
FOR_GOOD = frozenset({301, 308})
"""Redirects that say that the address has moved for good."""

NO_HEAD = frozenset({400, 403, 404, 405, 501})
"""What servers answer that do not know HEAD; a GET tells whether they mean it."""

Finding = Literal["ok", "gone", "moved", "changed", "failed", "forbidden", "too-large"]


class Looked(NamedTuple):
    """What was found at an address of a source; `of` is the member that has it."""

    source: str
    of: Literal["url", "archived_url"]
    url: str
    finding: Finding
    note: str = ""


@click.group()
def sources() -> None:
    """Sources: whether they are still where they were."""


@sources.command()
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=100,
    metavar="N",
    help="At most so many sources. Default: 100.",
)
@click.option("--after", metavar="ID", default="", help="Go on after this source, by their ids.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1),
    default=20.0,
    metavar="SECONDS",
    help="For one address. Default: 20.",
)
@click.option(
    "--most",
    type=click.IntRange(min=1),
    default=20 * 2**20,
    metavar="BYTES",
    help="Read no more of one address. Default: 20 MiB.",
)
@click.option(
    "--pause",
    type=click.FloatRange(min=0),
    default=2.0,
    metavar="SECONDS",
    help="Between two requests to a host. Default: 2.",
)
@as_json
@click.pass_obj
def check(
    folder: Path, /, *, limit: int, after: str, timeout: float, most: int, pause: float,
    as_json: bool,
) -> None:  # fmt: skip
    """Look at the address of each source, and at that of its archived copy.

    Lists what is gone, moved or changed, and what could not be looked at; what has a
    content_sha256 is read and compared with it. Nothing is recorded.
    """
    log_of(folder)
    with Archive(folder) as archive:
        cards = [card for id, card in sorted(source_cards(archive.chronicle).items()) if id > after]
    visitor = Visitor(timeout=timeout, most=most, pause=pause)
    found = list(looked_at(cards[:limit], visitor))
    following = cards[limit - 1]["id"] if len(cards) > limit else None
    odd = [each for each in found if each.finding != "ok"]
    if as_json:
        answer = {
            "looked_at": len(found),
            "found": [each._asdict() for each in odd],
            "next": following,
        }
        click.echo(msgspec.json.encode(answer))
        return
    if odd:
        heads = ("source", "address", "found", "note")
        rows = [(each.source, each.url, each.finding, each.note) for each in odd]
        show_table(screen(), "Sources", heads, ([plain(cell) for cell in row] for row in rows))
    click.echo(f"{len(found)} addresses looked at; {len(odd)} are not as they were.")
    if following:
        click.echo(f"There are more: --after {following}")


def source_cards(chronicle: Chronicle) -> dict[str, Line]:
    """The card of each source as it stands, by id."""
    cards: dict[str, Line] = {}
    for line in chronicle.export():
        if line["type"] == "source":
            cards[line["id"]] = line
        elif line["type"] == "amendment" and "source" in line:
            cards[line["source"]] = changed(cards[line["source"]], line["changes"])
    return cards


def looked_at(cards: Iterable[Line], visitor: Visitor) -> Iterator[Looked]:
    """What is found at the addresses of some sources.

    The digest is that of the bytes at the address itself: an archive may have changed its copy.
    """
    for card in cards:
        if "url" in card:
            found = visitor.look(card["url"], card.get("content_sha256"))
            yield Looked(card["id"], "url", card["url"], *found)
        if "archived_url" in card:
            found = visitor.look(card["archived_url"], None)
            yield Looked(card["id"], "archived_url", card["archived_url"], *found)


class Visitor:
    """Looks at addresses, politely: one request at a time, and a pause between those to a host."""

    def __init__(
        self,
        *,
        timeout: float,
        most: int,
        pause: float,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._timeout, self._most, self._pause, self._wait = timeout, most, pause, wait
        self._asked: dict[str, float] = {}
        self._robots: dict[str, RobotFileParser] = {}

    def look(self, url: str, digest: str | None) -> tuple[Finding, str]:
        """What is found at an address, and a note on it."""
        try:
            if not self._may(url):
                return "forbidden", "robots.txt"
            return self._found(url, digest)
        except HTTPError as error:
            return ("gone" if error.code in GONE else "failed"), str(error.code)
        except (OSError, HTTPException, ValueError) as error:
            return "failed", str(getattr(error, "reason", error)) or type(error).__name__

    def _found(self, url: str, digest: str | None) -> tuple[Finding, str]:
        if digest is None:
            with suppress(_NoHead):
                return _moved(url, self._ask("HEAD", url)[0])
        trail, content = self._ask("GET", url, read=digest is not None)
        if digest is not None and content is None:
            return "too-large", f"more than {self._most} bytes"
        if digest is not None and content != digest:
            return "changed", f"sha256 {content}"
        return _moved(url, trail)

    def _ask(
        self, method: str, url: str, *, read: bool = False
    ) -> tuple[list[tuple[int, str]], str | None]:
        """The redirects on the way, and the digest of the content if it is to be read."""
        until = time.monotonic() + self._timeout
        trail = _Trail()
        self._rest(url)
        request = Request(url, method=method, headers={"User-Agent": AGENT, "Accept": "*/*"})  # noqa: S310 -- a card's url is http or https
        try:
            with build_opener(trail).open(request, timeout=self._timeout) as response:
                content = self._read(response, self._most, until) if read else None
                return trail.redirects, None if content is None else sha256(content).hexdigest()
        except HTTPError as error:
            error.close()
            if method == "HEAD" and error.code in NO_HEAD:
                raise _NoHead from None
            raise

    def _read(self, response: IO[bytes], most: int, until: float) -> bytes | None:
        """The content; None where it has more bytes than may be read. Raises TimeoutError."""
        content = bytearray()
        while part := response.read(min(PART, most + 1 - len(content))):
            content += part
            if len(content) > most:
                return None
            if time.monotonic() > until:
                raise TimeoutError(f"not read within {self._timeout:g} seconds")
        return bytes(content)

    def _may(self, url: str) -> bool:
        """Whether the host lets this address be looked at. Without rules it does."""
        parts = urlsplit(url)
        host = f"{parts.scheme}://{parts.netloc}"
        if host not in self._robots:
            rules = self._robots[host] = RobotFileParser()
            rules.parse(self._rules(f"{host}/robots.txt"))
        return self._robots[host].can_fetch(AGENT, url)

    def _rules(self, url: str) -> list[str]:
        self._rest(url)
        request = Request(url, headers={"User-Agent": AGENT})  # noqa: S310 -- of a host of a card's url
        try:
            with build_opener().open(request, timeout=self._timeout) as response:
                until = time.monotonic() + self._timeout
                text = self._read(response, LARGEST_ROBOTS, until) or b""
        except HTTPError as error:
            error.close()
            return []
        return text.decode("utf-8", "replace").splitlines()

    def _rest(self, url: str) -> None:
        """Leave the host in peace since the request before."""
        host = urlsplit(url).netloc
        left = self._asked.get(host, float("-inf")) + self._pause - time.monotonic()
        if left > 0:
            self._wait(left)
        self._asked[host] = time.monotonic()


class _NoHead(Exception):
    """A server may not know HEAD."""


class _Trail(HTTPRedirectHandler):
    """Keeps the redirects of a request, with the addresses to which they lead."""

    max_redirections = 5

    def __init__(self) -> None:
        self.redirects: list[tuple[int, str]] = []

    def redirect_request(  # noqa: PLR0917 -- the library's signature
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        """The request that goes on, if it stays on the web."""
        if not newurl.startswith(("http://", "https://")):
            raise ValueError(f"it leads to {newurl[:80]}")
        self.redirects.append((code, newurl))
        request = super().redirect_request(req, fp, code, msg, headers, newurl)
        if request is not None:
            request.method = req.get_method()
        return request


def _moved(url: str, redirects: list[tuple[int, str]]) -> tuple[Finding, str]:
    """Whether an address has moved for good, and where to: as far as all redirects say so."""
    to = url
    for code, following in redirects:
        if code not in FOR_GOOD:
            break
        to = following
    return ("ok", "") if to == url else ("moved", to)
