"""The viewers and the frames: our feeds in the tools of others, and our pages in their pages.

A frame is the only page that another site may show, and a viewer the only one that loads what
others wrote.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, redirect, request

from service.access import needs
from service.diff import FROM_CLOCKS, TO_CLOCKS
from service.pages import embeds_page, viewers_page
from service.pages.answering import page, told
from service.pages.compare_page import OWN as COMPARED
from service.pages.compare_page import (
    compare_page,
    compare_position,
    compare_question,
    default_sides,
)
from service.pages.embeds_page import framed, timeline_frame, timeline_question
from service.pages.record_page import record_page
from service.pages.slips_page import slips_page, slips_question
from service.pages.state_page import FILTERS, state_page
from service.pages.trends_page import TAKES as TRENDS_TAKE
from service.pages.trends_page import trends_page, trends_question
from service.pages.viewers_page import CLOCKS, VIEWERS, viewer_page, viewer_question
from service.promises import SLIPS_FILTERS
from service.question import located
from service.trend_asking import TREND_CLOCKS

blueprint = Blueprint("viewers", __name__)

TRENDS_SIZE = (560, 220)
"""The drawing that fits a frame of 600 by 400, in pixels."""


@blueprint.after_request
def _framed(response: Response) -> Response:
    """A frame may stand in any page, and so may what is told in place of one."""
    if request.path.startswith("/embed/") and response.mimetype == "text/html":
        response.headers["Content-Security-Policy"] = embeds_page.POLICY
    return response


# What is registered last comes first: a problem is made a page before it is framed.
blueprint.after_request(told)


@blueprint.get("/viewers")
@needs("reader")
def viewers() -> Any:
    """The tools that read our feeds."""
    return page("viewers.html", "/viewers", viewers_page.viewers_page, taken_clocks=CLOCKS)


@blueprint.get("/viewers/<string:name>")
@needs("reader")
def viewer(name: str) -> Any:
    """A tool with its feed."""
    if name not in VIEWERS:
        abort(404)
    shown = VIEWERS[name]
    base_url = request.host_url.rstrip("/")
    response = page(
        "viewer.html",
        shown.path,
        lambda asked: viewer_page(asked, shown, base_url),
        filters=("country", "field"),
        own=tuple(name for name in shown.takes if name not in ("country", "field")),
        taken_clocks=CLOCKS,
        ask=lambda texts: viewer_question(shown, texts),
    )
    response.headers["Content-Security-Policy"] = shown.policy
    return response


@blueprint.get("/embed/state")
@needs("reader")
def state_frame() -> Any:
    """The state in a year: its sentence, its figures and its map."""
    return page("embed_state.html", "/embed/state", framed("/state", state_page), filters=FILTERS)


@blueprint.get("/embed/timeline")
@needs("reader")
def timeline_in_frame() -> Any:
    """The timeline, to zoom and to pan."""
    return page(
        "embed_timeline.html",
        "/embed/timeline",
        framed("/state", timeline_frame),
        filters=FILTERS,
        own=("above",),
        ask=timeline_question,
    )


@blueprint.get("/embed/record/<string:id>")
@needs("reader")
def record_by_its_short_path(id: str) -> Any:
    """The same as the next."""
    return redirect(located(f"/embed/records/{id}", request.args.items()), 308)


@blueprint.get("/embed/records/<string:id>")
@needs("reader")
def record_frame(id: str) -> Any:
    """A record: its sentence, its life, its promises."""
    return page(
        "embed_record.html",
        f"/embed/records/{id}",
        framed(f"/records/{id}", lambda asked: record_page(asked, id)),
        revision=f"record:{id}",
    )


@blueprint.get("/embed/trends")
@needs("reader")
def trends_frame() -> Any:
    """How it went through the years."""
    return page(
        "embed_trends.html",
        "/embed/trends",
        framed("/trends", lambda asked: trends_page(asked, narrow=TRENDS_SIZE)),
        own=TRENDS_TAKE,
        taken_clocks=TREND_CLOCKS,
        ask=lambda texts: trends_question("/embed/trends", texts),
    )


@blueprint.get("/embed/slips")
@needs("reader")
def slips_frame() -> Any:
    """What was promised, and what came."""
    return page(
        "embed_slips.html",
        "/embed/slips",
        framed("/slips", slips_page),
        own=SLIPS_FILTERS,
        ask=lambda texts: slips_question("/embed/slips", texts),
    )


@blueprint.get("/embed/compare")
@needs("reader")
def compare_frame() -> Any:
    """Two sides of the chronicle beside each other."""
    if (both := default_sides(request.args.to_dict())) is not None:
        return redirect(located("/embed/compare", both.items()), 303)
    return page(
        "embed_compare.html",
        "/embed/compare",
        framed("/compare", compare_page),
        own=COMPARED,
        taken_clocks=(*FROM_CLOCKS, *TO_CLOCKS),
        ask=lambda texts: compare_question("/embed/compare", texts),
        position=compare_position,
    )
