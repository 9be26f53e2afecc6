"""Nothing is for ever that a failover could take away.

An answer at a pinned URL is kept by caches for ever once its position is settled: under a signed
checkpoint, and so on a standby. Before that it is the same answer at the same URL, and caches ask
again. A log in one file is settled as soon as it is written.
"""

from __future__ import annotations

from flask import Flask, Response

from service.archive import Archive
from service.web.response import ASK_AGAIN, FOR_EVER
from service.web.root import archive


def register(app: Flask, of: Archive) -> None:
    """Look at every answer of an app before it goes out, where the log is elsewhere."""
    if of.shared is not None:
        app.after_request(_unless_settled)


def _unless_settled(response: Response) -> Response:
    position = int(response.headers.get("Annales-Position", 0))
    is_for_ever = response.headers.get("Cache-Control") == FOR_EVER
    if is_for_ever and not archive().is_settled(position):
        response.headers["Cache-Control"] = ASK_AGAIN
    return response
