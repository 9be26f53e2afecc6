"""A request that was read to its end, and what WSGI wants to know of it.

The names of headers are small letters. A name with an underscore is left out: WSGI could not tell
it from the one with a hyphen, which a proxy in front may have checked.
"""

from __future__ import annotations

import sys
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from service.serving.pausing import TURN, Turn


class Request(NamedTuple):
    """The head and the body of a request. `target` is its path and query as they were sent."""

    method: str
    target: bytes
    version: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    keeps_alive: bool

    @property
    def path(self) -> bytes:
        """The path as it was sent."""
        return self.target.partition(b"?")[0]

    @property
    def is_of_browser(self) -> bool:
        """Whether a page is what it wants to see."""
        return self.method == "GET" and b"text/html" in self.header(b"accept")

    def header(self, name: bytes) -> bytes:
        """The first header of a name; empty where there is none."""
        return next((value for named, value in self.headers if named == name), b"")


def environ_of(
    request: Request, *, server: tuple[str, int], client: tuple[str, int], turn: Turn
) -> dict[str, Any]:
    """The environ of WSGI, with the turn of the request."""
    path, _, query = request.target.partition(b"?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        "REQUEST_URI": request.target.decode("latin-1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{request.version}",
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(request.body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        TURN: turn,
    }
    for name, value in request.headers:
        if b"_" in name:
            continue
        key = _KEYS.get(name) or "HTTP_" + name.decode("latin-1").upper().replace("-", "_")
        text = value.decode("latin-1")
        if key in environ:
            text = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{text}"
        environ[key] = text
    if request.body:
        environ["CONTENT_LENGTH"] = str(len(request.body))
    environ.pop("HTTP_TRANSFER_ENCODING", None)  # the body is whole by now
    return environ


_KEYS = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}
