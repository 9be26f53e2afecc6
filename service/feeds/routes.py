"""The feeds: the list of them, and one path for each, made from `service.feeds.FEEDS`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from events.vocabulary import FIELDS
from service.asking import forms
from service.feeds import FEEDS
from service.feeds.answering import CLOCKS, feed_response
from service.feeds.feed import Feed
from service.feeds.schemas import FeedsSchema
from service.items.item import KINDS
from service.translations import LANGUAGES
from service.web.access import needs
from service.web.description import ASKED, NOT_MODIFIED, PARAMETERS, TOLD, Parameter
from service.web.response import parameters
from service.web.schemas import headers, problem_responses

blueprint = Blueprint("feeds", __name__, description="The chronicle as other tools read it.")

OWN: dict[str, Parameter] = {
    "at": (
        PARAMETERS["at"][0],
        (
            "Valid time: the day to which whatever goes on is drawn by tools that need an end. "
            "Default: the day of `known`."
        ),
    ),
    "from": (
        {**forms.PERIOD, "examples": ["1950"]},
        "Valid time: a year, month or day; leaves out what was over before it.",
    ),
    "to": (
        {**forms.PERIOD, "examples": ["2030"]},
        "Valid time: a year, month or day; leaves out what began after it.",
    ),
    "kind": (
        {**forms.list_of(KINDS), "examples": ["phase,discovery"]},
        "Only items of these kinds: " + ", ".join(f"`{kind}`" for kind in KINDS) + ".",
    ),
    "field": ({"type": "string", "enum": list(FIELDS)}, "Leaves out what has no field."),
    "lang": (
        {"type": "string", "enum": list(LANGUAGES)},
        "The language of names and words. Default: by `Accept-Language`, else English.",
    ),
    "record": (
        {**forms.ID, "examples": ["juno"]},
        "Only this record and, of a facility, what was done with it.",
    ),
}
"""What the parameters mean to a feed."""


OF_CHANGES: dict[str, Parameter] = {
    name: (PARAMETERS[name][0], "Plays no part: what was recorded is told by `known` alone.")
    for name in ("at", "stated")
}
"""What the clocks of the world mean to a feed of changes."""


@blueprint.route("/v1/feeds")
@blueprint.response(200, FeedsSchema)
@blueprint.doc(
    operationId="feeds", responses=problem_responses(401, 403, 422, 429), security=[{}, {"key": []}]
)
@needs("reader")
def feeds() -> Response:
    """All feeds, each with its parameters and a link to try it."""
    parameters(())
    return jsonify({"feeds": [listed(feed) for feed in FEEDS]})


def listed(feed: Feed) -> dict[str, Any]:
    """What the list tells of a feed."""
    return {
        "name": feed.name,
        "summary": feed.summary,
        "reader": feed.reader,
        "media_type": feed.media_type,
        "suffix": feed.suffix,
        "path": feed.path,
        "try_it": f"{feed.path}?country=CN" if "country" in feed.takes else feed.path,
        "kinds": list(feed.kinds) if feed.of_items else [],
        "limit": feed.limit,
        "most": feed.most,
        "parameters": [
            {"name": name, "description": meaning, "schema": form}
            for name, (form, meaning) in parameters_of(feed).items()
        ],
    }


def parameters_of(feed: Feed) -> Mapping[str, Parameter]:
    """What a feed takes, and what each means."""
    of_changes = "from" not in feed.takes
    first = "the newest" if of_changes else "the most significant ones"
    limit: Parameter = (
        {"type": "integer", "minimum": 1, "maximum": feed.most, "default": feed.limit},
        f"How many items at most, {first}; more is refused.",
    )
    own = {**OWN, **OF_CHANGES} if of_changes else OWN
    known: Mapping[str, Parameter] = {**PARAMETERS, **own, "limit": limit, **feed.own}
    return {name: known[name] for name in (*CLOCKS, *feed.takes, *feed.own, "view")}


def _register(feed: Feed) -> None:
    """The path of a feed, and its description."""
    told = headers(
        *TOLD,
        *("Link", "Content-Disposition"),
        sometimes=("Content-Location", "Annales-Omitted", "Vary"),
    )
    described = [
        {"in": "query", "name": name, "schema": form, "description": meaning}
        for name, (form, meaning) in parameters_of(feed).items()
    ]

    def view() -> Response:
        return feed_response(feed)

    view.__name__ = f"feed_{feed.name.replace('-', '_').replace('.', '_')}"
    view.__doc__ = feed.summary
    view = needs("reader")(view)
    body = feed.schema if "json" in feed.media_type else {"type": "string"}
    view = blueprint.response(
        200, dict(body), content_type=feed.media_type.partition(";")[0], headers=told
    )(view)
    view = blueprint.doc(
        operationId=view.__name__,
        parameters=[*described, *ASKED],
        responses={"304": {"description": NOT_MODIFIED, "headers": told}}
        | problem_responses(400, 401, 403, 404, 410, 422, 429, 503),
        security=[{}, {"key": []}],
    )(view)
    blueprint.route(feed.path)(view)


for _feed in FEEDS:
    _register(_feed)
