"""The feeds: the list of them, and one path for each, made from `service.feeds.FEEDS`."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from service.feeds import FEEDS
from service.feeds.answering import feed_response
from service.feeds.feed import Feed
from service.feeds.schemas import FeedsSchema
from service.web.access import needs
from service.web.description import described
from service.web.response import parameters
from service.web.schemas import problem_responses

blueprint = Blueprint("feeds", __name__, description="The chronicle as other tools read it.")


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
    """The entry of a feed in the list of feeds: a member of `feeds` in `FeedsSchema`."""
    return {
        "name": feed.name,
        "summary": feed.summary["en"],
        "reader": feed.reader,
        "media_type": feed.media_type,
        "suffix": feed.suffix,
        "path": feed.path,
        "try_it": f"{feed.path}?country=CN" if "country" in feed.takes else feed.path,
        "kinds": list(feed.kinds) if feed.of_items else [],
        "limit": feed.limit if "limit" in feed.takes else None,
        "most": feed.most if "limit" in feed.takes else None,
        "parameters": [
            {"name": each.name, "description": each.meaning, "schema": each.form}
            for each in feed.parameters
        ],
    }


def _register(feed: Feed) -> None:
    """The path of a feed, and its description."""

    def view() -> Response:
        return feed_response(feed)

    view.__name__ = f"feed_{feed.name.replace('-', '_').replace('.', '_')}"
    view.__doc__ = feed.summary["en"]
    described(
        blueprint,
        feed.path,
        feed.parameters,
        dict(feed.schema if "json" in feed.media_type else {"type": "string"}),
        media_type=feed.media_type.partition(";")[0],
        sends=("Link", "Content-Disposition"),
        may_send=("Annales-Omitted", "Vary"),
        refuses=(406,) if feed.extra else (),
        also={each.media_type: {"type": "string"} for each in feed.others},
    )(view)


for _feed in FEEDS:
    _register(_feed)
