"""Rate limits: one for orders and one for questions.

Whoever sends a key is counted by its name, everyone else by address, in all processes of the
server together. Only who has a key orders; whatever else is sent is a question. It counts by what
it took, which is known once it is answered: as one, and for as many more as its time on the
processor holds `A_QUESTION`; what was kept counts little. What is left stands in `RateLimit`, and a
request over it gets a problem that says when to come back. What is cited or suggested without a key
is limited too, since it stays. Whoever only looks how the server does knows no limit.
"""

from __future__ import annotations

import math
import struct
import time
from collections.abc import Sequence
from typing import NamedTuple, cast

from flask import Flask, Response, current_app, g, request
from limits import RateLimitItem

from service.asking.errors import TooManyCitations, TooManySuggestions
from service.commons import Records, key_of
from service.web.observing import LOOKS
from service.web.pausing import turn
from service.web.problems import BY_SLUG, problem_response
from service.web.proxies import counted_as

A_QUESTION = 0.01
"""Seconds of the processor that a question may take and count as one."""

KEPT = 1 / 8
"""What a kept answer counts, and a 304."""

_COUNT = struct.Struct("<dd")
"""When a window ends, in seconds since 1970, and what came in it."""


class Standing(NamedTuple):
    """How a client stands with a limit: so much of it, so many seconds, is left."""

    limit: RateLimitItem
    left: float
    seconds: int

    @property
    def is_over(self) -> bool:
        """Whether the limit is passed."""
        return self.left < 0


class Limits:
    """What orders, questions, citations and suggestions are limited to, and what came of whom."""

    def __init__(
        self,
        records: Records,
        *,
        orders: Sequence[RateLimitItem],
        questions: Sequence[RateLimitItem],
        citations: Sequence[RateLimitItem] = (),
        suggestions: Sequence[RateLimitItem] = (),
    ) -> None:
        self._records = records
        self._limits = {
            "order": orders,
            "question": questions,
            "citation": citations,
            "suggestion": suggestions,
        }

    def take(self, kind: str, who: str, weight: float = 1) -> Standing | None:
        """Count a request; how its client stands with the limit that it is nearest to.

        None where there is no limit.
        """
        if not self._limits[kind]:
            return None
        now = time.time()
        standings = []
        with self._records.held() as held:
            for limit in self._limits[kind]:
                key = key_of(f"{kind} {limit} {who}")
                ends, count = _COUNT.unpack(held.get(key) or bytes(_COUNT.size))
                if ends <= now:
                    ends, count = now + limit.get_expiry(), 0.0
                count = max(0.0, count + weight)
                held.put(key, _COUNT.pack(ends, count))
                left = limit.amount - count
                seconds = min(max(1, math.ceil(ends - now)), limit.get_expiry())
                standings.append(Standing(limit, left, seconds))
        return min(standings, key=lambda standing: standing.left)


def register(app: Flask, limits: Limits) -> None:
    """Limit what comes to the app."""
    app.extensions["annales.limits"] = limits
    app.before_request(_take)
    app.after_request(_tell)


def permit_citation() -> None:
    """Count what the client of the request cites, unless it has a key. Raises TooManyCitations."""
    _permit("citation", TooManyCitations)


def permit_suggestion() -> None:
    """Count what the client of the request suggests, unless it has a key. Raises
    TooManySuggestions."""
    _permit("suggestion", TooManySuggestions)


def _permit(kind: str, refusal: type[TooManyCitations | TooManySuggestions]) -> None:
    if g.identity.key is not None:
        return
    standing = _limits().take(kind, client())
    if standing is not None and standing.is_over:
        raise refusal(str(standing.limit), standing.seconds)


def limit_headers(standing: Standing | None) -> list[tuple[str, str]]:
    """The headers that tell a client how it stands."""
    if standing is None:
        return []
    amount, window = standing.limit.amount, standing.limit.get_expiry()
    return [
        ("RateLimit-Policy", f'"default";q={amount};w={window}'),
        ("RateLimit", f'"default";r={max(0, math.floor(standing.left))};t={standing.seconds}'),
    ]


def client() -> str:
    """By what the client of the request is counted: the name of its key, or its address."""
    identity = g.get("identity")
    if identity is not None and identity.key is not None:
        return f"key:{identity.name}"
    return client_of(request.remote_addr)


def client_of(address: str | None) -> str:
    """By what a client without a key is counted."""
    return f"address:{counted_as(address or '127.0.0.1')}"


def _take() -> Response | None:
    g.standing, g.worked = None, time.thread_time()
    if request.path in LOOKS:
        return None
    weight = 1 if turn().times == 1 else 0
    g.standing = standing = _limits().take(_kind(), client(), weight)
    if standing is None or not standing.is_over:
        return None
    problem = BY_SLUG["rate-limited"]
    wait = standing.seconds
    response = problem_response(problem, f"come back in {wait} s", {"retry_after": wait})
    response.headers["Retry-After"] = str(wait)
    return response


def _tell(response: Response) -> Response:
    standing = cast("Standing | None", g.get("standing"))
    if standing is not None and not standing.is_over and _kind() == "question":
        worked = (time.thread_time() - g.worked) / A_QUESTION
        weight = KEPT if response.status_code == 304 else max(1, worked)
        standing = _limits().take("question", client(), weight - 1)
    for name, value in limit_headers(standing):
        response.headers[name] = value
    return response


def _limits() -> Limits:
    return cast("Limits", current_app.extensions["annales.limits"])


def _kind() -> str:
    is_order = request.method == "POST" and g.identity.key is not None
    return "order" if is_order else "question"
