"""`/oembed`: how another site shows a page of ours in a frame."""

from __future__ import annotations

from flask import Response, request
from flask_smorest import Blueprint

from events.errors import BadFilter
from service.asking.parameter import Parameter
from service.pages.oembed import answer as oembed
from service.web.access import needs
from service.web.root import root
from service.web.schemas import headers, problem_responses

blueprint = Blueprint("oembed", __name__, description="Pages of ours in frames of others.")

PIXELS = {"type": "integer", "minimum": oembed.LEAST, "maximum": oembed.MOST}

OEMBED = (
    Parameter(
        name="url",
        form={"type": "string", "examples": ["http://localhost:8000/records/juno"]},
        meaning="The address of a page of this service.",
    ),
    Parameter(name="maxwidth", form=PIXELS, meaning="How wide the frame may be, in pixels."),
    Parameter(name="maxheight", form=PIXELS, meaning="How high the frame may be, in pixels."),
    Parameter(
        name="format",
        form={"type": "string", "enum": list(oembed.FORMATS), "default": "json"},
        meaning="JSON or XML.",
    ),
)


@blueprint.route("/oembed")
@blueprint.alt_response(200, schema={"type": "string"}, content_type=oembed.XML)
@blueprint.response(200, {"type": "object"}, headers=headers("Cache-Control"))
@blueprint.doc(
    operationId="oembed",
    parameters=[
        {
            "in": "query",
            "name": each.name,
            "required": each.name == "url",
            "schema": each.form,
            "description": each.meaning,
        }
        for each in OEMBED
    ],
    responses=problem_responses(401, 403, 404, 422, 429),
    security=[{}, {"key": []}],
)
@needs("reader")
def oembed_view() -> Response:
    """How another site shows a page of ours in a frame (oEmbed 1.0)."""
    # Sites add parameters of their own (`dnt`, `lang`), which oEmbed says to ignore.
    taken = {each.name for each in OEMBED}
    texts = {name: text for name, text in request.args.items() if name in taken}
    form = texts.get("format", "json")
    if form not in oembed.FORMATS:
        raise BadFilter("format", form, "no format of that name", allowed=oembed.FORMATS)
    address = root()
    body = oembed.oembed_text(oembed.embed(texts, root=address), root=address, format=form)
    response = Response(body, mimetype=oembed.XML if form == "xml" else oembed.JSON)
    response.headers["Cache-Control"] = f"public, max-age={oembed.AGE}"
    return response
