"""The viewers: our feeds in the tools of others, the only pages that load what others wrote."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, request

from service.asking.query import Query, located
from service.pages.shell.answering import joined, page_response, problem_as_page
from service.pages.shell.here import CLOCKS
from service.pages.viewers.page import VIEWERS, viewer_page, viewer_query, viewers_page
from service.web.access import needs

blueprint = Blueprint("viewers", __name__)
blueprint.after_request(problem_as_page)


@blueprint.get("/viewers")
@needs("reader")
def viewers() -> Any:
    """The tools that read our feeds."""
    return page_response(
        "viewers/page.html",
        "/viewers",
        viewers_page,
        takes=CLOCKS,
        read=lambda arguments: Query(arguments.path, arguments.clocks(), {}),
        pictured=("/viewers", False),
    )


@blueprint.get("/viewers/<string:name>")
@needs("reader")
def viewer(name: str) -> Any:
    """A tool with its feed."""
    if name not in VIEWERS:
        abort(404)
    if (clean := joined(request.args.items(multi=True))) is not None:
        return redirect(located(request.path, clean), 303)
    shown = VIEWERS[name]
    response = page_response(
        "viewers/viewer.html",
        shown.path,
        lambda visit: viewer_page(visit, shown),
        takes=(*CLOCKS, *shown.takes),
        read=lambda arguments: viewer_query(shown, arguments),
        pictured=(shown.path, False),
    )
    response.headers["Content-Security-Policy"] = shown.policy
    return response
