"""Bodies that are larger, deeper or stranger than any order, most of them without a key.

Each is refused as a problem, no later than it is understood; memory does not grow with them, no
file is made of them, and no server ends.
"""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from siege.attack import Bar, Tooth, below, every, none, told
from siege.ground import Ground, key
from siege.server import ATTACKER, HOST, Server, served

GROWTH = 50
"""Megabytes."""

REFUSED_IN = 5.0
"""Seconds, and twice that for what is never finished."""

SHEET_GROWTH = 200
"""Megabytes: a body of 16 as bytes, as text and as lines, in each process that was sent one."""

LARGE = 60_000_000
"""Bytes of a body that never ends."""

UNFINISHED = ("/healthz", "/v1/batches", "/v1/statements", "/state", "/desk/batch", "/nowhere")

DEEP = 100_000


class Body(NamedTuple):
    """What is sent to a path, with more headers than its length and the key."""

    name: str
    data: bytes
    path: str = "/v1/statements"
    headers: tuple[str, ...] = ("Content-Type: application/json",)
    has_length: bool = True


LINE = (
    b'{"type":"observation","id":"b","facility":"juno","modality":"actual","date":"2026",'
    b'"title":%s}'
)
SHEET = ("Content-Type: text/csv",)
HEAD = b"type=observation,id,facility,date,title\n"
LARGEST = 16 * 1024 * 1024
"""Bytes of a sheet."""

CHUNKED = ("Content-Type: application/json", "Transfer-Encoding: chunked")

BODIES = (
    Body("deep arrays", b"[" * DEEP),
    Body("deep objects", b'{"a":' * DEEP),
    Body("NaN", LINE % b"NaN"),
    Body("an infinite number", LINE % b"1e999"),
    Body("a number of 5,000 digits", LINE % (b"9" * 5000)),
    Body("a member twice", b'{"type":"observation",' + (LINE % b'"a"')[1:]),
    Body("half a character", LINE % rb'"\ud800"'),
    Body("no UTF-8", LINE % b'"\xff\xfe"'),
    Body("NUL", LINE % rb'"a\u0000b"'),
    Body("nothing", b""),
    Body("one line of 300 kB", LINE % (b'"' + b"a" * 300_000 + b'"')),
    Body("gzip", gzip.compress(b"a" * 10_000_000), headers=("Content-Encoding: gzip",)),
    Body(
        "gzip as JSON",
        gzip.compress(LINE % b'"a"'),
        headers=("Content-Type: application/json", "Content-Encoding: gzip"),
    ),
    Body(
        "100,000 empty lines", b"\n" * 100_000, "/v1/batches", ("Content-Type: application/jsonl",)
    ),
    Body(
        "a chunk of 2^60 bytes",
        b"1000000000000000\r\n" + bytes(400_000),
        headers=CHUNKED,
        has_length=False,
    ),
    Body("a chunk of no number", b"zz\r\na\r\n0\r\n\r\n", headers=CHUNKED, has_length=False),
    Body("a length with chunks", b"0\r\n\r\n", headers=CHUNKED),
    Body("a length below 0", b"a", headers=("Content-Length: -1",), has_length=False),
    Body("two lengths", b"ab", headers=("Content-Length: 1",)),
)

SHEETS = (
    Body("a sheet of 16 MiB of quotes", HEAD + b'"' * (LARGEST - 99), "/v1/batches", SHEET),
    Body("a sheet of 16 MiB of commas", b"," * LARGEST, "/v1/batches", SHEET),
    Body("a sheet of 16 MiB of NULs", bytes(LARGEST), "/v1/batches", SHEET),
    Body("a sheet of 200,000 columns", b"id,title," * 100_000 + b"\n", "/v1/batches", SHEET),
    Body("a sheet of 16 MiB of one cell", HEAD + b"a" * (LARGEST - 99), "/v1/batches", SHEET),
)
"""Those that are as large as a sheet may be, each in its own way no sheet."""


def run(ground: Ground) -> Iterator[Bar]:
    """Each of them with a key, some times; bodies of 60 MB that never end, without; and sheets."""
    with served(ground.shipped(), TMPDIR=str(_temporary(ground))) as server:
        yield from _attacked(server, ground)


def _temporary(ground: Ground) -> Path:
    folder = ground.folder / "tmp"
    folder.mkdir()
    return folder


def _attacked(server: Server, ground: Ground) -> Iterator[Bar]:
    token = key(server.folder)
    server.ask("/v1/state?at=2013")
    before = server.memory()
    others, slowest = [], 0.0
    for body in BODIES * ground.many(short=1, long=20):
        began = time.monotonic()
        head, rest = _sent(server, _request(body, token), seconds=2 * REFUSED_IN)
        slowest = max(slowest, time.monotonic() - began)
        if not _is_refused(head, rest):
            others.append(f"{body.name}: {head.partition(chr(13))[0] or 'nothing'}")
    yield every(
        "bodies refused as problems", len(BODIES) - len({*others}), of=len(BODIES)
    )._replace(measured="; ".join({*others}) or f"{len(BODIES)} of {len(BODIES)}")
    yield below("the slowest refusal", slowest, ground.time(REFUSED_IN), "s")
    yield from _unfinished(server, ground, before)
    yield from _sheets(server, ground, token)
    yield none("servers ended", not server.is_running)


def _sheets(server: Server, ground: Ground, token: str) -> Iterator[Bar]:
    """Each sheet, while the memory of the server is looked at."""
    before = peak = server.memory()
    refused, slowest = 0, 0.0
    for sheet in SHEETS:
        answers: list[bool] = []

        def send(sheet: Body = sheet, answers: list[bool] = answers) -> None:
            head, rest = _sent(server, _request(sheet, token), seconds=2 * REFUSED_IN)
            answers.append(_is_refused(head, rest))

        sender, began = threading.Thread(target=send), time.monotonic()
        sender.start()
        while sender.is_alive():
            peak = max(peak, server.memory())
            sender.join(0.05)
        slowest = max(slowest, time.monotonic() - began)
        refused += sum(answers)
    yield every("sheets refused as problems", refused, of=len(SHEETS))
    yield below("the slowest refusal of a sheet", slowest, ground.time(REFUSED_IN), "s")
    yield below("memory grew by, for sheets", (peak - before) / 1e6, SHEET_GROWTH, "MB")


def _unfinished(server: Server, ground: Ground, before: int) -> Iterator[Bar]:
    """Bodies that are as large as the server takes, and never end."""
    taken: list[int] = []
    threads = [
        threading.Thread(target=lambda path=path: taken.append(_pour(server, path)))
        for path in UNFINISHED * 2
    ]
    for thread in threads:
        thread.start()
    peak, files = 0, 0
    while any(thread.is_alive() for thread in threads):
        peak = max(peak, server.memory())
        files = max(files, _bytes_of_files(ground.folder / "tmp"))
        time.sleep(0.1)
    yield told("bytes taken of bodies of 60 MB, at most", max(taken))
    yield below("memory grew by", (peak - before) / 1e6, GROWTH, "MB")
    yield none("bytes of temporary files", files)


def _bytes_of_files(folder: Path) -> int:
    """What lies in a folder, but for the figures that a server keeps there."""
    total = 0
    with suppress(FileNotFoundError):
        for path in folder.iterdir():
            total += path.stat().st_size if path.is_file() else 0
    return total


def _pour(server: Server, path: str) -> int:
    """Send a body until the server will have no more of it; returns how much it took."""
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {LARGE}\r\n\r\n".encode()
    part, sent = bytes(65536), 0
    with closing(_connected(server, 2 * REFUSED_IN)) as client, suppress(OSError):
        client.sendall(head)
        while sent < LARGE - len(part):
            sent += client.send(part)
    return sent


def _connected(server: Server, seconds: float) -> socket.socket:
    return socket.create_connection(
        (HOST, server.port), timeout=seconds, source_address=(ATTACKER, 0)
    )


def _request(body: Body, token: str) -> bytes:
    length = (f"Content-Length: {len(body.data)}",) if body.has_length else ()
    lines = (
        f"POST {body.path} HTTP/1.1",
        "Host: a",
        "Connection: close",
        f"Authorization: Bearer {token}",
        *body.headers,
        *length,
    )
    return "\r\n".join((*lines, "", "")).encode() + body.data


def _sent(server: Server, request: bytes, *, seconds: float) -> tuple[str, bytes]:
    """The head and the body of what is answered until the connection is closed."""
    answer = b""
    with closing(_connected(server, seconds)) as client:
        with suppress(OSError):
            client.sendall(request)
        with suppress(OSError):
            while part := client.recv(65536):
                answer += part
    head, _, rest = answer.partition(b"\r\n\r\n")
    return head.decode("latin-1"), rest


def _is_refused(head: str, rest: bytes) -> bool:
    """Whether an answer says by a problem what was wrong, or the connection was just closed."""
    return head[9:10] == "4" and (b'"type"' in rest or "application/problem+json" not in head)


def _swallows(ground: Ground) -> Iterator[Bar]:
    """A server that reads whatever is sent, before it looks."""
    broken = "import service.lanes as it, sys\nit.largest_body = lambda method, path: 10**9"
    with served(ground.shipped(), before=broken, TMPDIR=str(_temporary(ground))) as server:
        yield from _attacked(server, ground)


def _reads_rows_of_any_length(ground: Ground) -> Iterator[Bar]:
    """A server to which a row may have as many cells as it likes."""
    broken = "import events.sheets.reading as it\nit.LONGEST_ROW = it.MOST_COLUMNS = 10**9"
    with served(ground.shipped(), before=broken, TMPDIR=str(_temporary(ground))) as server:
        yield from _sheets(server, ground, key(server.folder))


TEETH = {
    "a server reads all that is sent": Tooth(_swallows, misses="memory grew by"),
    "a row of a sheet has no end": Tooth(
        _reads_rows_of_any_length, misses="sheets refused as problems"
    ),
}
