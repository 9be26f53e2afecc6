"""Finished answers are kept in front of the app, and given again as long as they are right.

An answer is kept with all that it may depend on: the address, the headers that choose its form,
and, unless its URL is pinned, the head of the log and the day; on a node, where it is not settled,
how far the log is. So what changes is never given as it was, and nothing has to be called back.
Whoever shows a key or a cookie passes by, in both directions; where reading needs a key nothing is
kept. What a long poll has waited for is not kept either: whoever asks it next is to wait too.
Limits count an answer that was kept as a part of one, and the figures and the log of requests like
any other.

What is kept has so many bytes at most; what was not asked for longest goes first.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import closing, nullcontext
from threading import Lock
from typing import Any, NamedTuple, cast
from urllib.parse import parse_qs

from flask import Flask

from service.archive import Archive
from service.serving.pausing import TURN, Turn
from service.web.limiting import KEPT, Limits, client_of, limit_headers
from service.web.observing import LOOKS, ROUTE, Answered, Figures, id_of
from service.web.settling import SETTLED

CHOOSING = (
    "HTTP_ACCEPT",
    "HTTP_ACCEPT_ENCODING",
    "HTTP_ACCEPT_LANGUAGE",
    "HTTP_IF_NONE_MATCH",
)
"""What an answer depends on besides its address, as WSGI names it."""

VARIES = frozenset({"accept", "accept-encoding", "accept-language"})
"""What `Vary` may name of an answer that is kept."""

PASSING = frozenset(
    {
        "HTTP_AUTHORIZATION",
        "HTTP_COOKIE",
        "HTTP_RANGE",
        "HTTP_IF_MATCH",
        "HTTP_IF_MODIFIED_SINCE",
        "HTTP_IF_UNMODIFIED_SINCE",
        "HTTP_IF_RANGE",
        "HTTP_CACHE_CONTROL",
        "HTTP_PRAGMA",
        "HTTP_ACCEPT_DATETIME",
        "HTTP_ANNALES_MIN_POSITION",
        "HTTP_LAST_EVENT_ID",
    }
)
"""Whoever sends one of these asks the app itself."""

OWN_HEADERS = frozenset({"x-request-id", "ratelimit", "ratelimit-policy", "age"})
"""Headers of one request alone."""

OF_A_TEXT = 80
OF_AN_ANSWER = 1000
"""About how many bytes Python takes for a text besides its letters, and for an answer besides its
texts."""

LARGEST_SHARE = 4
"""An answer that is larger than this part of all that may be kept is not."""

Environ = dict[str, Any]
Key = tuple[Any, ...]


class _Answer(NamedTuple):
    """A finished answer, and what the figures and the log say of it."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    route: str
    position: str | None

    def size(self, key: Key) -> int:
        """How many bytes it takes to keep it under a key, about."""
        texts = [text for pair in self.headers for text in pair]
        texts += [part for part in key if isinstance(part, str)]
        return OF_AN_ANSWER + len(self.body) + sum(OF_A_TEXT + len(text) for text in texts)


class Answers:
    """Answers by key, of so many bytes at most. Safe to share between threads."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.bytes = 0
        self._answers: OrderedDict[Key, _Answer] = OrderedDict()
        self._changing = Lock()

    def get(self, key: Key) -> _Answer | None:
        """The answer under a key, which is now the one that was asked for last."""
        with self._changing:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, key: Key, answer: _Answer) -> None:
        """Keep an answer, if it is not too large."""
        size = answer.size(key)
        if size > self.most // LARGEST_SHARE:
            return
        with self._changing:
            if (before := self._answers.pop(key, None)) is not None:
                self.bytes -= before.size(key)
            self._answers[key] = answer
            self.bytes += size
            while self.bytes > self.most:
                old, gone = self._answers.popitem(last=False)
                self.bytes -= gone.size(old)


class Kept:
    """A WSGI application that gives the answers of another again."""

    def __init__(
        self,
        application: Any,
        archive: Archive,
        limits: Limits,
        figures: Figures,
        *,
        most: int,
    ) -> None:
        self._application = application
        self._archive = archive
        self._limits = limits
        self._figures = figures
        self._answers = Answers(most)

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        method = environ["REQUEST_METHOD"]
        # Whoever looks how the server does must not wait for the log or the views.
        looks = environ["PATH_INFO"] in LOOKS
        if looks or method not in ("GET", "HEAD") or not PASSING.isdisjoint(environ):
            return self._application(environ, start_response)  # type: ignore[no-any-return]
        begun = time.perf_counter()
        try:
            key = self._key(environ)
        except Exception:  # noqa: BLE001 -- the app meets it too, and makes a problem of it
            return self._application(environ, start_response)  # type: ignore[no-any-return]
        answer = self._answers.get(key) or self._answers.get(self._unsettled(key))
        if answer is not None:
            return self._give(answer, environ, start_response, begun)
        if method == "HEAD":
            return self._application(environ, start_response)  # type: ignore[no-any-return]
        return self._ask(key, environ, start_response)

    def _key(self, environ: Environ) -> Key:
        """All that the answer may depend on, as it is now, before the app is asked."""
        query = environ.get("QUERY_STRING", "")
        moment = self._archive.views_in_use() if may_be_pinned(query) else self._archive.moment()
        return (environ["PATH_INFO"], query, *map(environ.get, CHOOSING), moment)

    def _unsettled(self, key: Key) -> Key:
        """The key of an answer that is settled later, and is another then."""
        return *key, self._archive.settled()

    def _ask(self, key: Key, environ: Environ, start_response: Any) -> Iterable[bytes]:
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], failed: Any = None) -> Any:
            begun[:] = [(status, headers)]
            return start_response(status, headers, failed)

        unsettled = self._unsettled(key)
        body = self._application(environ, start)
        has_waited = cast("Turn", environ[TURN]).kept is not None
        if has_waited or not begun or not _may_be_kept(*begun[0], pinned=may_be_pinned(key[1])):
            self._figures.kept("passed", self._answers.bytes)
            return body  # type: ignore[no-any-return]
        with closing(body) if hasattr(body, "close") else nullcontext():
            data = b"".join(body)
        status, headers = begun[0]
        own = [pair for pair in headers if pair[0].lower() not in OWN_HEADERS]
        position = next((value for name, value in headers if name == "Annales-Position"), None)
        route = environ.get(ROUTE, "none")
        if any(name == SETTLED for name, _ in headers):
            key = unsettled
        self._answers.put(key, _Answer(status, own, data, route, position))
        self._figures.kept("miss", self._answers.bytes)
        return [data]

    def _give(
        self, answer: _Answer, environ: Environ, start_response: Any, begun: float
    ) -> Iterable[bytes]:
        client = client_of(environ.get("REMOTE_ADDR"))
        standing = self._limits.take("question", client, KEPT)
        if standing is not None and standing.is_over:
            return self._application(environ, start_response)  # type: ignore[no-any-return]
        request = id_of(environ.get("HTTP_X_REQUEST_ID", ""))
        own = [("X-Request-Id", request), *limit_headers(standing)]
        start_response(answer.status, [*answer.headers, *own])
        query = environ.get("QUERY_STRING", "")
        path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
        self._figures.kept("hit", self._answers.bytes)
        self._figures.answered(
            Answered(
                route=answer.route,
                request=request,
                method=environ["REQUEST_METHOD"],
                asked=f"{path}?{query}" if query else path,
                status=int(answer.status[:3]),
                seconds=time.perf_counter() - begun,
                actor="everyone",
                position=answer.position,
            )
        )
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]


def register(app: Flask, archive: Archive, limits: Limits, figures: Figures, *, most: int) -> None:
    """Keep the answers of an app, `most` bytes of them."""
    kept: Callable[..., Any] = Kept(app.wsgi_app, archive, limits, figures, most=most)
    app.wsgi_app = kept  # type: ignore[method-assign] # as Flask has it


def may_be_pinned(query: str) -> bool:
    """Whether a query may be that of a pinned URL, whose answer never changes: it has the view, and
    a position of the log or, of a stretch of it, both.

    >>> may_be_pinned("known=@3&view=8"), may_be_pinned("from=@2&to=@9&view=8")
    (True, True)
    >>> may_be_pinned("view=8"), may_be_pinned("from=2014&to=2026&view=8"), may_be_pinned("q=view=")
    (False, False, False)
    """
    if "view=" not in query:
        return False
    named = parse_qs(query)
    stretch = (named.get(name, [""])[0] for name in ("from", "to"))
    return "view" in named and ("known" in named or all(end[:1] == "@" for end in stretch))


def _may_be_kept(status: str, headers: list[tuple[str, str]], *, pinned: bool) -> bool:
    """Whether an answer is one that everybody else who asks the same may have too."""
    named = {name.lower(): value for name, value in headers}
    told = named.get("cache-control", "")
    varies = {each.strip().lower() for each in named.get("vary", "").split(",")} - {""}
    return (
        status[:3] in ("200", "304")
        and "public" in told
        and "no-store" not in told
        and (not pinned or "immutable" in told or SETTLED.lower() in named)
        and ("content-length" in named or status.startswith("304"))
        and "set-cookie" not in named
        and varies <= VARIES
    )
