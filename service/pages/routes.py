"""The pages and their frames: a route for each path of the list.

A frame is the only page that another site may show.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, redirect, request

from service.asking.filters import PINS
from service.asking.query import located
from service.pages.kinds import PAGES
from service.pages.shell import rendering
from service.pages.shell.answering import joined, page_response, problem_as_page
from service.pages.shell.frame import POLICY, framed
from service.pages.shell.kind import PageFrame, PageKind, Read
from service.web.access import needs

blueprint = Blueprint("pages", __name__)
frames = Blueprint("frames", __name__)

ViewFunction = Callable[..., Any]


def _view(kind: PageKind, frame: PageFrame | None = None) -> ViewFunction:
    """The view function of a page, or of a frame of it."""
    path, make, takes = kind.path, kind.show, kind.takes
    read: Read = kind.query
    template, beside = "page.html", next(iter(kind.frames), None)
    if frame is not None:
        path, make, takes = frame.path, framed(kind.path, frame.show), (*takes, *frame.own)
        read = frame.read or read
        template, beside = frame.template, None

    def view(id: str = "") -> Any:
        if (clean := joined(request.args.items(multi=True))) is not None:
            return redirect(located(request.path, clean), 303)
        texts = request.args.to_dict()
        if kind.more and not texts.keys() <= {*takes, *PINS, "lang"}:
            return redirect(located(kind.more, texts.items()), 303)
        pictured = kind.pictured.replace("{id}", id), kind.picture is not None
        if kind.begin is not None and (begin := kind.begin(texts)) is not None:
            return redirect(located(path, begin.items()), 303)
        return page_response(
            f"{kind.name}/{template}",
            path.replace("{id}", id),
            make,
            takes=takes,
            read=read,
            question=kind.question_of(texts),
            id=id,
            frame=None if beside is None else (beside.path.replace("{id}", id), beside.heights[1]),
            titled=kind.title,
            pictured=None if frame else pictured,
        )

    view.__doc__ = (frame or kind).about
    return needs("reader")(view)


for _kind in PAGES:
    blueprint.add_url_rule(_kind.path.replace("{id}", "<string:id>"), _kind.name, _view(_kind))
    for _each in _kind.frames:
        _name = _each.path.removeprefix("/").replace("/{id}", "").replace("/", "_")
        _path = _each.path.replace("{id}", "<string:id>")
        frames.add_url_rule(_path, _name, _view(_kind, _each))


@frames.get("/embed/record/<string:id>")
@needs("reader")
def record_by_its_short_path(id: str) -> Any:
    """The frame of a record, by the path that people guess."""
    return redirect(located(f"/embed/records/{id}", request.args.items()), 308)


@blueprint.get("/static/<path:name>")
@needs("open")
def static(name: str) -> Response:
    """A file beside the pages."""
    # With anything beside its version it has no address for ever.
    return rendering.static_file(name, request.args.get("v") if len(request.args) == 1 else None)


@blueprint.get("/favicon.ico")
@needs("open")
def favicon() -> Response:
    """The sign of the service, where browsers look for one whatever a page says."""
    return rendering.static_file("favicon.ico", None)


blueprint.after_request(problem_as_page)


@frames.after_request
def _framed(response: Response) -> Response:
    """A frame may stand in any page, and so may a problem in place of one."""
    if response.mimetype == "text/html":
        response.headers["Content-Security-Policy"] = POLICY
    return response


# What is registered last comes first: a problem is made a page before it is framed.
frames.after_request(problem_as_page)
