"""Rate limits: a limit for orders and, where it is set, one for questions.

Whoever sends a key is counted by its name, everyone else by address. What is
left stands in `RateLimit`, and a request over it gets a problem that says when to come back.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from flask import Flask, Response, g, request
from flask_limiter import ApplicationLimit, Limiter, RequestLimit
from flask_limiter.errors import RateLimitExceeded
from flask_limiter.util import get_remote_address

from service.web.problems import BY_SLUG, problem_response


def register(app: Flask, *, orders: str, questions: str | None) -> None:
    """Limit orders, and questions too if `questions` says how (such as `600 per minute`)."""
    limits: list[str | Callable[[], str] | ApplicationLimit] = [
        ApplicationLimit(orders, exempt_when=_is_question)
    ]
    if questions is not None:
        # A 304 costs next to nothing, so it counts for nothing.
        limits.append(ApplicationLimit(questions, exempt_when=_is_order, deduct_when=_was_sent))
    limiter = Limiter(_who, app=app, storage_uri="memory://", application_limits=limits)
    app.register_error_handler(RateLimitExceeded, lambda _: _exceeded(limiter))

    def add_headers(response: Response) -> Response:
        if (limit := limiter.current_limit) is not None:
            left = _seconds_to(limit)
            amount, window = limit.limit.amount, limit.limit.get_expiry()
            response.headers["RateLimit-Policy"] = f'"default";q={amount};w={window}'
            response.headers["RateLimit"] = f'"default";r={limit.remaining};t={left}'
        return response

    app.after_request(add_headers)


def _exceeded(limiter: Limiter) -> Response:
    limit = limiter.current_limit
    wait = 1 if limit is None else _seconds_to(limit)
    problem = BY_SLUG["rate-limited"]
    response = problem_response(problem, f"come back in {wait} s", {"retry_after": wait})
    response.headers["Retry-After"] = str(wait)
    return response


def _seconds_to(limit: RequestLimit) -> int:
    """How long until the window of a limit begins anew."""
    left = math.ceil(limit.reset_at - time.time())
    return min(max(1, left), limit.limit.get_expiry())


def _was_sent(response: Response) -> bool:
    return response.status_code != 304


def _is_question() -> bool:
    return request.method != "POST"


def _is_order() -> bool:
    return request.method == "POST"


def _who() -> str:
    identity = g.get("identity")
    if identity is not None and identity.key is not None:
        return f"key:{identity.name}"
    return f"address:{get_remote_address()}"
