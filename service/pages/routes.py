"""The pages and their frames: each path of the list, and what answers there.

A frame is the only page that another site may show.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, redirect, request

from service.asking.query import located
from service.pages.kinds import PAGES
from service.pages.shell import rendering
from service.pages.shell.answering import page, told
from service.pages.shell.frame import POLICY
from service.pages.shell.kind import Frame, Kind
from service.web.access import needs

blueprint = Blueprint("pages", __name__)
frames = Blueprint("frames", __name__)

View = Callable[..., Any]


def _view(kind: Kind, frame: Frame | None = None) -> View:
    """What answers at the path of a page, or of a frame of it."""
    shown = kind if frame is None else frame

    def view(id: str = "") -> Any:
        texts = request.args.to_dict()
        if kind.begin is not None and (begin := kind.begin(texts)) is not None:
            return redirect(located(shown.path, begin.items()), 303)
        beside = kind.frame_path if frame is None else None
        return page(
            f"{kind.name}/page.html" if frame is None else frame.template,
            shown.path.replace("{id}", id),
            shown.show,
            takes=kind.takes if frame is None else (*kind.takes, *frame.own),
            read=kind.query if frame is None or frame.read is None else frame.read,
            question=kind.question_of(texts),
            id=id,
            frame=None if beside is None else beside.replace("{id}", id),
        )

    view.__doc__ = shown.about
    return needs("reader")(view)


for _kind in PAGES:
    blueprint.add_url_rule(_kind.path.replace("{id}", "<string:id>"), _kind.name, _view(_kind))
    for _each in _kind.frames:
        _name = _each.path.removeprefix("/").replace("/{id}", "").replace("/", "_")
        _path = _each.path.replace("{id}", "<string:id>")
        frames.add_url_rule(_path, _name, _view(_kind, _each))

blueprint.add_url_rule("/", "home", _view(PAGES[0]))


@frames.get("/embed/record/<string:id>")
@needs("reader")
def record_by_its_short_path(id: str) -> Any:
    """The frame of a record, by the path that people guess."""
    return redirect(located(f"/embed/records/{id}", request.args.items()), 308)


@blueprint.get("/static/<path:name>")
@needs("open")
def static(name: str) -> Response:
    """A file beside the pages."""
    return rendering.static_file(name, request.args.get("v"))


blueprint.after_request(told)


@frames.after_request
def _framed(response: Response) -> Response:
    """A frame may stand in any page, and so may what is told in place of one."""
    if response.mimetype == "text/html":
        response.headers["Content-Security-Policy"] = POLICY
    return response


# What is registered last comes first: a problem is made a page before it is framed.
frames.after_request(told)
