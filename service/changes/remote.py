"""Another Annales as the source of a log: what `annales mirror` reads over HTTP.

The events come from the change stream, the hashes from the tiles of its tree. What is read is
distrusted: an answer has a size and an end in time, whatever the other side does, and none of it
joins a log before `events/mirroring/joining.py` has verified it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection, InvalidURL
from socket import SHUT_RDWR, socket
from threading import Event, Timer
from urllib.parse import urlsplit

import msgspec

from events.canonical import canonical, leaf_hash
from events.chronicle import Place
from events.commit import Epoch
from events.errors import SourceRefused, SourceUnreachable
from events.fact import Line
from events.ledger.checking import (
    LONGEST_NOTE,
    READER,
    TILE,
    Checkpoint,
    NotProved,
    tile_path,
)
from events.ledger.tree import tile_width
from events.mirroring.joining import Sized
from events.orders import orders
from events.stream import Stream
from service.changes.feed import topic_of
from service.version import VERSION
from service.web.cloud_events import PATH

AGENT = f"Annales/{VERSION} (mirrors)"

PAGE = 500
"""How many events are asked for at once."""

LARGEST_PAGE = 64_000_000
"""Bytes; an event has 65,535 at most, and stands twice in no change."""

PART = 64 * 1024

SILENCE = 20.0
"""Seconds without a byte after which the source is given up for now."""

SLOWEST = 120.0
"""Seconds that an answer may take in all."""

POLL = 25.0
"""Seconds that the source is asked to wait for something new."""


class _Data(msgspec.Struct):
    position: int
    commit: int
    revision: int
    actor: str
    request: str
    line: Line
    record: str | None = None
    source: str | None = None


class _Change(msgspec.Struct):
    type: str
    time: str
    data: _Data


class _Epochs(msgspec.Struct):
    epochs: tuple[Epoch, ...]


class Remote:
    """An Annales at an address of http or https, whose redirects are not followed.

    Raises SourceUnreachable, and SourceRefused for what no Annales says.
    """

    def __init__(self, url: str) -> None:
        self.name = url.rstrip("/")
        split = urlsplit(self.name)
        self._is_secure, self._host, self._prefix = (
            split.scheme == "https",
            split.netloc,
            split.path,
        )
        self._size = 0
        self._tile = lru_cache(64)(self._read_tile)

    @property
    def key(self) -> str:
        """The key that it says is its own."""
        return self._text("/checkpoint/key")

    @property
    def checkpoint(self) -> str:
        """Its newest checkpoint, whose tree `hashes` are of from now on."""
        note = self._text("/checkpoint")
        try:
            self._size = Checkpoint.parse(f"{note.rpartition(chr(10) * 2)[0]}\n").size
        except NotProved as error:
            raise SourceRefused(self.name, None, str(error)) from None
        return note

    def lines(self, after: int) -> Iterator[Sized]:
        """See `joining.Source`."""
        decode = msgspec.json.Decoder(_Change).decode
        is_full = True
        while is_full:
            path = f"{PATH}?lastEventId={after}&limit={PAGE}"
            page = self.read(path, most=LARGEST_PAGE, accept="application/x-ndjson")
            texts = page.splitlines()
            for text in texts:
                try:
                    change = decode(text)
                    line = _exported(change)
                except (msgspec.MsgspecError, ValueError, RecursionError) as error:
                    why = f"what it shows there is no change: {error}"
                    raise SourceRefused(self.name, after + 1, why) from None
                if change.data.position <= after:
                    why = f"it shows @{change.data.position} after it"
                    raise SourceRefused(self.name, after, why)
                after = change.data.position
                for order in orders([line]):
                    yield len(text), order
            is_full = len(texts) >= PAGE

    def hashes(self, level: int, first: int, count: int) -> Sequence[bytes]:
        """See `tree.Hashes`."""
        found: list[bytes] = []
        while len(found) < count:
            number, begin = divmod(first + len(found), TILE)
            row = self._tile(level, number, tile_width(level, number, self._size))
            more = row[begin : begin + count - len(found)]
            if not more:
                why = f"its checkpoint has {self._size:,} events, and more are needed"
                raise SourceRefused(self.name, None, why)
            found += more
        return found

    def _read_tile(self, level: int, number: int, width: int) -> list[bytes]:
        if not width:
            return []
        path = f"/{tile_path(level, number, width)}"
        tile = self.read(path, most=32 * TILE)
        if len(tile) != 32 * width:
            why = f"{path} has {len(tile):,} bytes, not {32 * width:,}"
            raise SourceRefused(self.name, None, why)
        return [tile[at : at + 32] for at in range(0, len(tile), 32)]

    def epochs(self) -> tuple[Epoch, ...]:
        """See `joining.Source`."""
        path = "/checkpoint/epochs"
        try:
            told = msgspec.json.decode(self.read(path, most=LONGEST_NOTE), type=_Epochs)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise SourceRefused(self.name, None, f"{path} tells no epochs: {error}") from None
        return told.epochs

    def wait(self, after: int) -> None:
        """Return when there may be something beyond a position, and after a while in any case."""
        path = f"{PATH}?lastEventId={after}&limit=1&timeout={POLL * 1000:.0f}"
        self.read(path, most=LARGEST_PAGE, accept="application/x-ndjson", silence=POLL + SILENCE)

    def _text(self, path: str) -> str:
        try:
            return self.read(path, most=LONGEST_NOTE).decode()
        except UnicodeDecodeError:
            raise SourceRefused(self.name, None, f"{path} is no text") from None

    def read(self, path: str, *, most: int, accept: str = "*/*", silence: float = SILENCE) -> bytes:
        """What the source answers at a path. Raises SourceUnreachable."""
        headers = {"User-Agent": AGENT, "Accept": accept, "Cache-Control": "no-cache"}
        if key := os.environ.get(READER):
            headers["Authorization"] = f"Bearer {key}"
        connection = self._connection(timeout=silence)
        # Who sends a byte now and then is never silent.
        is_late = Event()
        watch = Timer(silence + SLOWEST, lambda: _cut(line, is_late))
        watch.daemon = True
        try:
            connection.connect()
            line = connection.sock  # which `connection` may forget before it is read to its end
            watch.start()
            connection.request("GET", f"{self._prefix}{path}", headers=headers)
            response = connection.getresponse()
            if response.status != 200:
                raise SourceUnreachable(self.name, _answered(response.status, path))
            body = bytearray()
            while part := response.read1(PART):
                body += part
                if len(body) > most:
                    raise SourceUnreachable(self.name, f"{path} has more than {most:,} bytes")
        except (OSError, HTTPException, UnicodeError) as error:
            why = str(error) or type(error).__name__
            raise SourceUnreachable(self.name, why) from error
        finally:
            watch.cancel()
            connection.close()
        if is_late.is_set() or response.length:
            raise SourceUnreachable(self.name, f"{path} ends before its end, or takes too long")
        return bytes(body)

    def _connection(self, *, timeout: float) -> HTTPConnection:
        kind = HTTPSConnection if self._is_secure else HTTPConnection
        try:
            return kind(self._host, timeout=timeout)
        except InvalidURL as error:
            raise SourceUnreachable(self.name, str(error)) from None


def _cut(line: socket, is_late: Event) -> None:
    is_late.set()
    with suppress(OSError):
        line.shutdown(SHUT_RDWR)


def _answered(status: int, path: str) -> str:
    told = f"it answers {path.partition('?')[0]} with {status}"
    if status == 404 and path.startswith("/checkpoint"):
        told += ", so it has signed nothing yet, or is no Annales"
    return told


def _exported(change: _Change) -> bytes:
    """A change as a line of an export. Raises ValueError for a line that has no canonical text."""
    data = change.data
    leaf = leaf_hash(
        stream=str(Stream.record(data.record) if data.record else Stream.source(data.source or "")),
        version=data.revision,
        topic=topic_of(change.type),
        state=canonical({name: each for name, each in data.line.items() if name != "type"}),
        recorded_at=change.time,
        actor=data.actor,
    )
    place = Place(
        position=data.commit,
        events=0,  # as many as come
        event=data.position,
        recorded_at=change.time,
        actor=data.actor,
        request=data.request,
        leaf=leaf.hex(),
    )
    return msgspec.json.encode({**data.line, "commit": place})
