"""One connection: requests are read from it, one after another, and answered in their order.

Nobody holds it for long. The head of a request has to be whole a while after it began, and its
body a while after its head, however busily it drips; a body that is larger than its route takes
is refused before it is read; whoever says nothing between two requests, or takes nothing of an
answer, is closed. `Connection.sweep` looks at the time; the loop calls it for every connection.
Everything here runs in the thread of the loop, but for `send` and `finish`.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from http import HTTPMethod
from itertools import chain
from typing import Protocol, cast

import httptools

from service.serving import response
from service.serving.request import Request

HEAD_SECONDS = 10.0
BODY_SECONDS = 25.0
IDLE_SECONDS = 25.0
STUCK_SECONDS = 30.0
"""How long a head and a body may take as a whole, how long a connection may be silent between two
requests, and how long a client may take nothing of what was written for it."""

LARGEST_HEAD = 64 * 1024
"""Bytes."""

DRAINING_SECONDS = 2.0
"""A refusal may come before all was sent; a connection closed at once would take it back."""


METHODS = frozenset(method.encode() for method in HTTPMethod)

_REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) [!-~]+ HTTP/1\.[01]\r?\n")

_UNDERSTOOD_NO_FURTHER = 0


class Host(Protocol):
    """What a connection is held by."""

    ending: bool

    def largest_body(self, method: str, path: bytes) -> int:
        """How many bytes the body of a request may have."""

    def hold(self, number: int) -> bool:
        """Hold so many bytes more of bodies, or less; False where there are too many of them."""

    def answer(self, connection: Connection, request: Request) -> bool:
        """Have a request answered by `send` and `finish`; False where too many wait already."""

    def came(self, connection: Connection) -> None:
        """The connection is open."""

    def moved(self, connection: Connection) -> None:
        """The client takes again what is written, or it is gone."""

    def left(self, connection: Connection) -> None:
        """The connection is closed."""


class _Refused(Exception):
    """The request that is being read gets a refusal of this status."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(str(status))


class Connection(asyncio.Protocol):
    """One connection of a client, from its first byte to its last."""

    def __init__(self, host: Host) -> None:
        self.gone = False
        self.is_full = False  # while the client has to take something before more is made for it
        self.server = self.client = ("", 0)
        self._host = host
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpRequestParser(self)
        self._waiting: deque[Request] = deque()
        self._refused: int | None = None
        self._refuses_browser = False
        self._is_answering = False
        self._ends_after = False
        self._is_draining = False
        self._held = 0  # bytes of bodies that were read here and are not answered
        self._written = self._gone_out = 0  # bytes, the second as `sweep` last saw it
        self._since = time.monotonic()
        self._deadline = self._since + HEAD_SECONDS
        self._target: bytes
        self._begin()

    # --- from the loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to read."""
        self._transport = cast("asyncio.Transport", transport)
        self.server = _address(transport, "sockname")
        self.client = _address(transport, "peername")
        self._host.came(self)

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002 -- of the protocol
        """Let go of whoever answers."""
        self.gone = True
        self._let_go()
        self._host.moved(self)
        self._host.left(self)

    def eof_received(self) -> bool:
        """Whoever closes while an answer is made for it has hung up, unless it is on its way."""
        self.gone = True
        self._host.moved(self)
        return self._is_answering

    def pause_writing(self) -> None:
        """The client is slower than its answer."""
        self.is_full = True

    def resume_writing(self) -> None:
        """The client has taken most of it."""
        self.is_full = False
        self._host.moved(self)
        if not self._transport.is_closing():
            self._go_on()
            self._read_on()

    def data_received(self, data: bytes) -> None:
        """Read on."""
        if self._is_draining or self._refused is not None:
            return
        had_begun = self._is_reading
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # There is nothing to change to: what was asked is answered, and no more.
            self._refused = _UNDERSTOOD_NO_FURTHER
        except httptools.HttpParserCallbackError as error:
            refused = error.__context__
            self._refuse(refused.status if isinstance(refused, _Refused) else 400)
        except httptools.HttpParserInvalidMethodError:
            self._refuse(400 if had_begun or not _is_asked_otherwise(data) else 501)
        except httptools.HttpParserError:
            self._refuse(400)
        else:
            if had_begun and self._is_reading and not self._has_head:
                self._size += len(data)
                if self._size > LARGEST_HEAD:
                    self._refuse(431)
        if self._waiting:
            self._transport.pause_reading()

    def sweep(self, now: float) -> None:
        """Close the connection if its time is over."""
        left = self._transport.get_write_buffer_size()
        if self._is_answering or left:
            gone_out = self._written - left
            if left == 0 or gone_out > self._gone_out:
                self._gone_out, self._since = gone_out, now
                self._deadline = max(self._deadline, now + DRAINING_SECONDS)
            elif now - self._since > STUCK_SECONDS:
                # To close it would wait until all is sent.
                self._transport.abort()
            return
        if now <= self._deadline:
            return
        if self._is_draining:
            self._transport.abort()
        elif self._is_reading:
            self._refuse(408)
        else:
            self._transport.close()

    def end(self, *, silent_since: float) -> None:
        """Close the connection if it has been silent since then; else after its next answer."""
        self._ends_after = True
        is_silent = not (self._is_answering or self._is_reading or self._waiting)
        if is_silent and self._since <= silent_since:
            self._transport.close()

    def abort(self) -> None:
        """Close the connection, whatever is under way."""
        self._transport.abort()

    # --- from the parser

    def on_message_begin(self) -> None:
        """A request begins."""
        self._begin()
        self._is_reading, self._deadline = True, time.monotonic() + HEAD_SECONDS

    def on_url(self, url: bytes) -> None:
        """A part of its target."""
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header. One that comes after the body is refused: nothing that is asked needs it."""
        if self._has_head:
            raise _Refused(400)
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """The head is whole: say whether the body may come."""
        self._has_head = True
        self._deadline = time.monotonic() + BODY_SECONDS
        # What came at once was not counted as it came.
        if len(self._target) + sum(map(len, chain(*self._headers))) > LARGEST_HEAD:
            raise _Refused(431)
        self._method = self._parser.get_method().decode("latin-1")
        version = self._parser.get_http_version()
        if version not in ("1.0", "1.1") or self._method == "CONNECT":
            raise _Refused(400)
        named = [name for name, _ in self._headers]
        if version == "1.1" and named.count(b"host") != 1:
            raise _Refused(400)
        codings = [value.lower() for name, value in self._headers if name == b"transfer-encoding"]
        if codings and (version, codings) != ("1.1", [b"chunked"]):
            # Whoever is in front may see the end of the body elsewhere.
            raise _Refused(400)
        self._target = target = _origin_form(self._target)
        self._most = self._host.largest_body(self._method, target.partition(b"?")[0])
        length = dict(self._headers).get(b"content-length", b"0")
        if int(length) > self._most:
            raise self._too_large()
        expects = dict(self._headers).get(b"expect", b"").lower()
        if expects == b"100-continue" and not self._is_answering and not self._waiting:
            self._write(response.CONTINUE)

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._body += body
        if len(self._body) > self._most:
            raise self._too_large()
        self._held += len(body)
        if not self._host.hold(len(body)):
            raise _Refused(503)

    def on_message_complete(self) -> None:
        """The request is whole."""
        request = Request(
            self._method,
            self._target,
            self._parser.get_http_version(),
            tuple(self._headers),
            bytes(self._body),
            keeps_alive=self._parser.should_keep_alive(),
        )
        self._begin()
        self._waiting.append(request)
        self._go_on()

    # --- from whoever answers

    def send(self, data: bytes) -> None:
        """Write to the client from another thread, which then waits until it is not full."""
        self._loop.call_soon_threadsafe(self._write, data)

    def finish(self, data: bytes, *, closes: bool) -> None:
        """Write the end of an answer from another thread; `closes` ends the connection with it."""
        self._loop.call_soon_threadsafe(self._finish, data, closes)

    @property
    def ends_after(self) -> bool:
        """Whether the connection ends with the answer that is being made."""
        return self._ends_after or self._host.ending or self._refused is not None

    # --- within

    def _begin(self) -> None:
        self._target = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._body = bytearray()
        self._is_reading = self._has_head = False
        self._size = 0
        self._most = 0
        self._method = ""

    def _too_large(self) -> _Refused:
        """The body is larger than it may be: a form gets a page that says so."""
        accepted = dict(self._headers).get(b"accept", b"")
        self._refuses_browser = b"text/html" in accepted and not self._target.startswith(b"/v1/")
        return _Refused(413)

    def _go_on(self) -> None:
        """Have the next request answered, if one waits, none is being answered, and the client
        takes what was."""
        if self._is_answering or self.is_full:
            return
        if not self._waiting:
            if self._refused and not self._is_draining:
                self._write_refusal(self._refused)
            return
        self._is_answering, self._since = True, time.monotonic()
        request = self._waiting.popleft()
        if not self._host.answer(self, request):
            self._is_answering, self._refuses_browser = False, request.is_of_browser
            self._waiting.clear()
            self._refuse(503)

    def _write(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._written += len(data)
            self._transport.write(data)  # which calls `pause_writing` if there is too much of it

    def _finish(self, data: bytes, closes: bool) -> None:
        self._write(data)
        self._is_answering = False
        self._since = time.monotonic()
        if closes or self.gone or self._refused == _UNDERSTOOD_NO_FURTHER:
            self._transport.close()
            return
        if not self._is_reading:
            self._deadline = self._since + IDLE_SECONDS
            if not self._waiting:
                self._let_go()
        self._go_on()
        self._read_on()

    def _read_on(self) -> None:
        """Read again, if all that was read is answered and taken."""
        if not self._waiting and not self.is_full and not self._transport.is_closing():
            self._transport.resume_reading()

    def _let_go(self) -> None:
        """Hold nothing of what was read."""
        self._body.clear()
        self._host.hold(-self._held)
        self._held = 0

    def _refuse(self, status: int) -> None:
        """Refuse the request that is being read, after the answers to those before it."""
        self._refused = status
        self._go_on()

    def _write_refusal(self, status: int) -> None:
        self._is_draining = True
        self._let_go()
        self._deadline = time.monotonic() + DRAINING_SECONDS
        self._write(response.refusal(status, to_browser=self._refuses_browser))
        if self._transport.can_write_eof():
            self._transport.write_eof()


def _address(transport: asyncio.BaseTransport, which: str) -> tuple[str, int]:
    named = transport.get_extra_info(which) or ("", 0)
    return str(named[0]), int(named[1])


def _is_asked_otherwise(data: bytes) -> bool:
    """Whether a request begins well, by a method that HTTP does not have (RFC 9110, 9.1).

    >>> _is_asked_otherwise(b"BREW / HTTP/1.1\\r\\n"), _is_asked_otherwise(b"GET / HTTP/1.1\\r\\n")
    (True, False)
    """
    line = _REQUEST_LINE.match(data)
    return line is not None and line[1] not in METHODS


def _origin_form(target: bytes) -> bytes:
    """The path and query of a target. One that names a host too is of a proxy. Raises _Refused."""
    if target.startswith(b"/") or target == b"*":
        return target
    scheme, mark, rest = target.partition(b"://")
    if not mark or scheme.lower() not in (b"http", b"https"):
        raise _Refused(400)
    return b"/" + rest.partition(b"/")[2]
