"""What a node says of its answers: that one is not settled yet, or how far the node is behind.

An answer at a pinned URL is kept by caches for ever once its position is settled: under a signed
checkpoint, and so on a standby. Before that it is the same answer at the same URL, and caches ask
again. A log in one file is settled as soon as it is written.

An answer that is of the newest commits is of the newest that this node has. Where it knows that
there are later ones, or does not know how far the log is, the answer says so.
"""

from __future__ import annotations

from flask import Flask, Response

from service.archive import Archive
from service.web.root import archive

POSITION = "Annales-Position"

SETTLED = "Annales-Settled"
"""How far the log is settled, at a pinned URL that is not."""

LAG = "Annales-Lag"

SILENT = "Annales-Silent"
"""For how many seconds it is not known how far the log is."""


def register(app: Flask, of: Archive) -> None:
    """Look at every answer of an app before it goes out, where the log is elsewhere."""
    if of.shared is not None:
        app.after_request(_as_of_a_node)


def _as_of_a_node(response: Response) -> Response:
    headers = response.headers
    kept, position = headers.get("Cache-Control", ""), headers.get(POSITION)
    if position is None:
        return response  # it is of no position: what was cited has its digest for its address
    if "immutable" in kept:
        _let_settle(response, int(position))
    elif (behind := archive().behind()) is not None:
        if LAG not in headers:
            headers[LAG] = str(behind.positions + archive().lag())
        if behind.silent is not None:
            headers[SILENT] = str(behind.silent)
    return response


def _let_settle(response: Response, position: int) -> None:
    settled = archive().settled()
    if settled is not None and position > settled:
        scope, _, _ = response.headers["Cache-Control"].partition(",")
        response.headers["Cache-Control"] = f"{scope}, no-cache"
        response.headers[SETTLED] = str(settled)
