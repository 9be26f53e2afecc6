"""The pages and their frames: each path of the list, and what answers there.

A frame is the only page that another site may show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, redirect, request

from projections.views.file import Database
from service.asking.filters import LARGEST_LIMIT
from service.asking.query import located
from service.asking.question import Arguments, find
from service.pages.kinds import PAGES
from service.pages.shell import rendering
from service.pages.shell.answering import page, told
from service.pages.shell.frame import POLICY
from service.pages.shell.kind import Frame, Kind
from service.questions import QUESTIONS
from service.web.access import needs
from service.web.response import archive, parameters, respond
from service.words.csv_text import MEDIA_TYPE as CSV

blueprint = Blueprint("pages", __name__)
frames = Blueprint("frames", __name__)

View = Callable[..., Any]


def _page(kind: Kind) -> View:
    def view(id: str | None = None) -> Any:
        if kind.begin is not None and (begin := kind.begin(request.args.to_dict())) is not None:
            return redirect(located(kind.path, begin.items()), 303)
        return page(
            f"{kind.name}/page.html",
            kind.path_of(id),
            kind.show,
            id=id,
            filters=kind.filters,
            own=kind.own,
            taken_clocks=kind.clocks,
            ask=kind.ask,
            revision=None if id is None else f"{kind.space}:{id}",
            frame=kind.frame_of(id),
        )

    view.__doc__ = kind.about
    return needs("reader")(view)


def _frame(kind: Kind, frame: Frame) -> View:
    def view(id: str | None = None) -> Any:
        if kind.begin is not None and (begin := kind.begin(request.args.to_dict())) is not None:
            return redirect(located(frame.path, begin.items()), 303)
        return page(
            frame.template,
            frame.path if id is None else frame.path.replace("{id}", id),
            frame.show,
            id=id,
            filters=kind.filters,
            own=(*kind.own, *frame.own),
            taken_clocks=kind.clocks,
            ask=frame.ask or kind.ask,
            revision=None if id is None else f"{kind.space}:{id}",
        )

    view.__doc__ = frame.about
    return needs("reader")(view)


def _table(kind: Kind, make: Callable[[Mapping[str, Any]], str]) -> View:
    """What a page shows as a table: as much of it as an answer may hold, and where more is."""

    def view(id: str | None = None) -> Response:
        texts = parameters((*kind.clocks, *kind.filters, *kind.own, "view"))
        path = kind.data_of(id, texts)
        service = archive()
        whole = {"limit": str(LARGEST_LIMIT)} if "limit" in (*kind.filters, *kind.own) else {}
        found = find(QUESTIONS, path or "")
        if found is None:
            raise ValueError(f"no question answers at {path}")
        question, named = found
        query = question.query(
            Arguments(
                path=path or "",
                id=named,
                texts={**whole, **texts},
                log=service.chronicle.log,
                now=service.chronicle.now(),
            )
        )
        following: list[str] = []

        def made(db: Database) -> str:
            answer = question.answer(service.reading(db), query)
            if answer.get("next"):
                following.append(answer["next"].partition("?")[2])
            return make(answer)

        response = respond(
            texts,
            query,
            made,
            position=query.position,
            media_type=CSV,
            variant=CSV,
            revision=None if id is None else f"{kind.space}:{id}",
        )
        # The pinned URL of the answer is that of its JSON.
        response.headers.pop("Content-Location", None)
        for text in following:
            response.headers["Link"] = f'<{request.path}?{text}>; rel="next"'
        return response

    view.__doc__ = f"{kind.about.partition(',')[0]}, as a table."
    return needs("reader")(view)


for _kind in PAGES:
    blueprint.add_url_rule(_kind.route, _kind.name, _page(_kind))
    if _kind.table is not None:
        blueprint.add_url_rule(
            f"{_kind.route}.csv", f"{_kind.name}_table", _table(_kind, _kind.table)
        )
    for _each in _kind.frames:
        _name = _each.path.removeprefix("/").replace("/{id}", "").replace("/", "_")
        frames.add_url_rule(_each.path.replace("{id}", "<string:id>"), _name, _frame(_kind, _each))

blueprint.add_url_rule("/", "home", _page(PAGES[0]))


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
