"""The viewers: our feeds in the tools of others, the only pages that load what others wrote."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort

from service.pages.shell.answering import Read, page, told
from service.pages.viewers.page import (
    CLOCKS,
    VIEWERS,
    viewer_page,
    viewer_question,
    viewers_page,
)
from service.web.access import needs
from service.web.root import root

blueprint = Blueprint("viewers", __name__)
blueprint.after_request(told)


@blueprint.get("/viewers")
@needs("reader")
def viewers() -> Any:
    """The tools that read our feeds."""
    return page("viewers/page.html", "/viewers", viewers_page, taken_clocks=CLOCKS)


@blueprint.get("/viewers/<string:name>")
@needs("reader")
def viewer(name: str) -> Any:
    """A tool with its feed."""
    if name not in VIEWERS:
        abort(404)
    shown = VIEWERS[name]
    address = root()
    response = page(
        "viewers/viewer.html",
        shown.path,
        lambda asked: viewer_page(asked, shown, address),
        filters=("country", "field"),
        own=tuple(name for name in shown.takes if name not in ("country", "field")),
        taken_clocks=CLOCKS,
        ask=lambda _, texts: Read(viewer_question(shown, texts)),
    )
    response.headers["Content-Security-Policy"] = shown.policy
    return response
