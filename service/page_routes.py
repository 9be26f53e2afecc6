"""The pages: each path, and who makes what it shows."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, request

from service.access import needs
from service.activity import ENDS, activity_response
from service.asking import CLOCKS, archive, parameters, respond
from service.audit import source_answer
from service.compare import compare_response
from service.diff import FROM_CLOCKS, TO_CLOCKS
from service.finding import records_answer, search_answer
from service.pages import rendering, tables
from service.pages.activity_page import TAKES as ACTIVITY_TAKES
from service.pages.activity_page import activity_page, activity_question
from service.pages.answering import data, page, told
from service.pages.compare_page import OWN as COMPARED
from service.pages.compare_page import (
    compare_page,
    compare_position,
    compare_question,
    default_sides,
)
from service.pages.feeds_page import feeds_page
from service.pages.record_page import record_page
from service.pages.search_page import ANYTHING, search_page
from service.pages.search_page import FILTERS as SEARCHED
from service.pages.slips_page import slips_page, slips_question
from service.pages.source_page import source_page
from service.pages.state_page import FILTERS, state_page
from service.pages.trends_page import TAKES as TRENDS_TAKE
from service.pages.trends_page import trends_page, trends_question
from service.promises import SLIPS_FILTERS, promised
from service.question import located
from service.records import record_answer
from service.slips import slips_answer, slips_response
from service.state import state_answer
from service.trend_asking import TREND_CLOCKS
from service.trends import trends_response

blueprint = Blueprint("pages", __name__)
blueprint.after_request(told)


@blueprint.get("/", endpoint="home")
@blueprint.get("/state")
@needs("reader")
def state() -> Any:
    """The state at three clocks."""
    return page("state.html", "/state", state_page, filters=FILTERS)


@blueprint.get("/state.json")
@needs("reader")
def state_json() -> Response:
    """The same as data."""
    view = archive().state
    return data("/v1/state", FILTERS, lambda db, asked, about: state_answer(view, db, asked, about))


@blueprint.get("/state.csv")
@needs("reader")
def state_csv() -> Response:
    """The facilities of the same as a table."""
    view = archive().state
    return data(
        "/v1/state",
        FILTERS,
        lambda db, asked, about: tables.state_csv(state_answer(view, db, asked, about)),
        media_type=tables.CSV,
    )


@blueprint.get("/records/<string:id>")
@needs("reader")
def record(id: str) -> Any:
    """A record: its life, its statements, its log."""
    return page(
        "record.html",
        f"/records/{id}",
        lambda asked: record_page(asked, id),
        revision=f"record:{id}",
    )


@blueprint.get("/records/<string:id>.json")
@needs("reader")
def record_json(id: str) -> Response:
    """The same as data."""
    history = archive().history
    return data(
        f"/v1/records/{id}",
        (),
        lambda db, asked, _: record_answer(history, db, asked, id),
        revision=f"record:{id}",
    )


@blueprint.get("/compare")
@needs("reader")
def compare() -> Any:
    """Two sides of the chronicle beside each other."""
    texts = request.args.to_dict()
    if (both := default_sides(texts)) is not None:
        return redirect(located("/compare", both.items()), 303)
    return page(
        "compare.html",
        "/compare",
        compare_page,
        own=COMPARED,
        taken_clocks=(*FROM_CLOCKS, *TO_CLOCKS),
        ask=lambda asked: compare_question("/compare", asked),
        position=compare_position,
    )


@blueprint.get("/slips")
@needs("reader")
def slips() -> Any:
    """What was promised, and what came."""
    return page(
        "slips.html",
        "/slips",
        slips_page,
        own=SLIPS_FILTERS,
        ask=lambda texts: slips_question("/slips", texts),
    )


@blueprint.get("/slips.csv")
@needs("reader")
def slips_csv() -> Response:
    """The ladders of the same as a table."""
    texts = parameters((*CLOCKS, *SLIPS_FILTERS, "view"))
    question, meant = slips_question("/slips.csv", texts), promised(texts)
    view = archive().state
    return respond(
        texts,
        question,
        lambda db: tables.slips_csv(slips_answer(view, db, question, meant)),
        media_type=tables.CSV,
    )


@blueprint.get("/trends")
@needs("reader")
def trends() -> Any:
    """How it went through the years."""
    return page(
        "trends.html",
        "/trends",
        trends_page,
        own=TRENDS_TAKE,
        taken_clocks=TREND_CLOCKS,
        ask=lambda texts: trends_question("/trends", texts),
    )


@blueprint.get("/search")
@needs("reader")
def search() -> Any:
    """Records and sources by words."""
    return page("search.html", "/search", search_page, filters=SEARCHED)


@blueprint.get("/activity")
@needs("reader")
def activity() -> Any:
    """Who did what."""
    return page(
        "activity.html",
        "/activity",
        activity_page,
        own=ACTIVITY_TAKES,
        taken_clocks=ENDS,
        ask=lambda texts: activity_question("/activity", texts),
    )


@blueprint.get("/sources/<string:id>")
@needs("reader")
def source(id: str) -> Any:
    """A source, and what rests on it."""
    return page(
        "source.html",
        f"/sources/{id}",
        lambda asked: source_page(asked, id),
        revision=f"source:{id}",
    )


@blueprint.get("/feeds")
@needs("reader")
def feeds() -> Any:
    """Every feed, with a link to try it."""
    return page("feeds.html", "/feeds", feeds_page)


@blueprint.get("/compare.json")
@needs("reader")
def compare_json() -> Response:
    """The comparison as data."""
    return compare_response()


@blueprint.get("/slips.json")
@needs("reader")
def slips_json() -> Response:
    """The slips as data."""
    return slips_response()


@blueprint.get("/trends.json")
@needs("reader")
def trends_json() -> Response:
    """The trends as data."""
    return trends_response()


@blueprint.get("/activity.json")
@needs("reader")
def activity_json() -> Response:
    """The activity as data."""
    return activity_response()


@blueprint.get("/search.json")
@needs("reader")
def search_json() -> Response:
    """What is found as data."""
    service = archive()
    find = search_answer if ANYTHING & request.args.keys() else records_answer
    return data(
        "/v1/search" if find is search_answer else "/v1/records",
        SEARCHED,
        lambda db, asked, about: find(service.state, service.search, db, asked, about),
    )


@blueprint.get("/sources/<string:id>.json")
@needs("reader")
def source_json(id: str) -> Response:
    """A source as data."""
    service = archive()
    return data(
        f"/v1/sources/{id}",
        (),
        lambda db, asked, _: source_answer(service.state, service.history, db, asked, id),
        revision=f"source:{id}",
    )


@blueprint.get("/static/<path:name>")
@needs("open")
def static(name: str) -> Response:
    """A file beside the pages."""
    return rendering.static_file(name, request.args.get("v"))
