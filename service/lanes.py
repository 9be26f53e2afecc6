"""In which lane a request is answered, and how much it may send, by its head alone."""

from __future__ import annotations

from service.desk.keeping import LARGEST_FORM
from service.orders.writing import LARGEST_BATCH, LARGEST_BODY
from service.serving.lanes import Lane
from service.serving.request import Request
from service.web.kept import may_be_pinned
from service.web.observing import LOOKS

BESIDE = frozenset(path.encode() for path in LOOKS)

CHANGES = b"/v1/changes"

SLACK = 64 * 1024
"""So much more than is taken is read, so that the app itself says by how much it is too large."""


def lane_of(request: Request) -> Lane:
    """The lane of a request."""
    if request.path in BESIDE:
        return "beside"
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        return "orders"
    if request.path == CHANGES and (
        b"timeout=" in request.target or b"event-stream" in request.header(b"accept")
    ):
        return "followers"
    return "questions"


def is_patient(request: Request) -> bool:
    """Whether a request is never refused for what it costs: what is pinned is promised."""
    return may_be_pinned(request.target.partition(b"?")[2].decode("latin-1"))


def largest_body(method: str, path: bytes) -> int:
    """How many bytes a request may send."""
    if method in ("GET", "HEAD", "OPTIONS"):
        return SLACK
    if path == b"/v1/batches":
        return LARGEST_BATCH + SLACK
    if path.startswith(b"/desk/"):
        return LARGEST_FORM + SLACK
    return LARGEST_BODY + SLACK
