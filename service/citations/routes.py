"""`/v1/citations`: to cite, what was cited, and how a bibliography names it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from flask import Response, request
from flask.globals import app_ctx
from flask_smorest import Blueprint

from events.errors import MalformedLine, pointer_to
from service.archive.citations import Citation
from service.asking.errors import NoSuchCitation
from service.asking.positions import PAGING, page_asked, page_of
from service.citations.giving import address_of
from service.citations.making import cited
from service.citations.schemas import CitationSchema, CitationsSchema, CiteSchema
from service.citations.telling import as_cited, title_of
from service.linked.citing import Cited
from service.linked.routes import CITATION_FORMS
from service.orders.writing import body_line
from service.version import VERSION
from service.web.access import identity, need_own_site, needs
from service.web.description import openapi_parameters
from service.web.limiting import permit_citation
from service.web.response import ASK_AGAIN, FOR_EVER, parameters, unless_held
from service.web.root import archive, root
from service.web.schemas import headers, id_parameter, problem_responses

PATH = "/v1/citations"

JSON = "application/json"

EXAMPLE_ID = "mzxw6ytboi5dcmjr"

CITE_BODY = {
    "required": True,
    "content": {
        JSON: {
            "schema": CiteSchema,
            "examples": {
                "a state": {
                    "value": {"of": "/v1/state?at=2013-12-31&stated=2026-11-25&known=@1199&view=8"}
                }
            },
        }
    },
}

blueprint = Blueprint("citations", __name__, description="What was cited, and is kept for ever.")


def members_of(citation: Citation) -> dict[str, Any]:
    """A citation, as `CitationSchema` describes it."""
    return {
        "id": citation.id,
        "url": root() + address_of(citation),
        "of": citation.of,
        "media_type": citation.media_type,
        "digest": citation.digest,
        "bytes": citation.bytes,
        "cited_at": citation.cited_at,
        "actor": citation.actor,
    }


def cited_here(of: str, chosen: str | None = None) -> tuple[Citation, bool]:
    """The citation of what stands at an address, in the name of the request, and whether it is a
    new one. Raises what `service.citations.making.cited` does."""
    return cited(
        app_ctx.app,  # and not a name for whichever app is at work: another context asks it
        archive().citations,
        of,
        chosen=chosen,
        by=identity().name,
        environ=request.environ,
        permit=permit_citation,
    )


def the_citation(id: str) -> Citation:
    """The citation of an id, on whichever node it was cited. Raises NoSuchCitation,
    LogUnreachable."""
    citations = archive().citations
    citation = citations.found(lambda: citations.get(id))
    if citation is None:
        raise NoSuchCitation(id)
    return citation


@blueprint.route(PATH, methods=["POST"])
@blueprint.doc(
    operationId="cite",
    requestBody=CITE_BODY,
    security=[{}, {"key": []}],
    responses=problem_responses(400, 401, 403, 409, 410, 413, 415, 422, 429, 503, 507),
)
@blueprint.response(201, CitationSchema, headers=headers("Location", "Cache-Control"))
@blueprint.alt_response(200, schema=CitationSchema, headers=headers("Location", "Cache-Control"))
@needs("reader")
def cite() -> Response:
    """Cite what stands at a pinned address: its bytes are kept for ever.

    A page of another site needs a key for it, since what it makes its visitors cite stays.
    """
    parameters(())
    need_own_site()
    citation, is_new = cited_here(*_asked(body_line()))
    response = Response(msgspec.json.encode(members_of(citation)), mimetype=JSON)
    response.status_code = 201 if is_new else 200
    response.headers["Location"] = address_of(citation)
    response.headers["Cache-Control"] = "no-store"
    return response


def _asked(body: Mapping[str, Any]) -> tuple[str, str | None]:
    """The address and the type that a body names. Raises MalformedLine."""
    for name, value in body.items():
        if name not in ("of", "media_type"):
            raise MalformedLine(f"{name[:80]!r} is no member of it", pointer=pointer_to(name[:80]))
        if not isinstance(value, str):
            raise MalformedLine("it is a text", pointer=f"/{name}")
    if "of" not in body:
        raise MalformedLine("it names a pinned address", pointer="/of")
    return body["of"], body.get("media_type")


@blueprint.route(PATH)
@blueprint.doc(
    operationId="citations",
    parameters=openapi_parameters(PAGING),
    security=[{}, {"key": []}],
    responses=problem_responses(400, 401, 403, 422, 429, 503),
)
@blueprint.response(200, CitationsSchema, headers=headers("Cache-Control"))
@needs("reader")
def citations() -> Response:
    """What was cited, the newest first."""
    texts = parameters(tuple(each.name for each in PAGING))
    limit, after = page_asked(texts)
    found = archive().citations.newest(limit=limit + 1, before=after)
    shown, following = page_of(found, limit=limit, path=PATH, texts=texts)
    members = {"items": list(map(members_of, shown)), "next": following}
    response = Response(msgspec.json.encode(members), mimetype=JSON)
    # Not "public": what is cited moves no head, by which others know that an answer is old.
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.route(f"{PATH}/<string:id>", parameters=id_parameter(EXAMPLE_ID))
@blueprint.doc(
    operationId="citation",
    security=[{}, {"key": []}],
    responses=problem_responses(400, 401, 403, 404, 422, 429, 503),
)
@blueprint.response(200, CitationSchema, headers=headers("ETag", "Cache-Control"))
@needs("reader")
def citation(id: str) -> Response:
    """A citation: what was cited, when and by whom."""
    parameters(())
    found = the_citation(id)
    response = Response(mimetype=JSON, headers={"Cache-Control": _kept()})
    return unless_held(response, found.id, lambda: msgspec.json.encode(members_of(found)))


def _kept() -> str:
    """How long it is kept who cited what: for ever, unless a failover could take it away."""
    return FOR_EVER if archive().shared is None else ASK_AGAIN


def _register(suffix: str, media_type: str, schema: dict[str, Any], write: Any) -> None:
    """The path of a citation as a bibliography takes it."""

    def view(id: str) -> Response:
        parameters(())
        found = the_citation(id)
        # The bytes stand for ever; what they are called, another version may say better.
        response = Response(mimetype=media_type, headers={"Cache-Control": ASK_AGAIN})
        tag = f"{found.id}-{VERSION}"
        return unless_held(response, tag, lambda: write(_as_cited(found)))

    view.__name__ = f"citation_{suffix.replace('.', '_')}"
    view.__doc__ = "A citation for a bibliography, at the address where its bytes stand for ever."
    view = needs("reader")(view)
    view = blueprint.response(
        200, schema, content_type=media_type, headers=headers("ETag", "Cache-Control")
    )(view)
    view = blueprint.doc(
        operationId=view.__name__,
        security=[{}, {"key": []}],
        responses=problem_responses(400, 401, 403, 404, 422, 429, 503),
    )(view)
    blueprint.route(f"{PATH}/<string:id>.{suffix}", parameters=id_parameter(EXAMPLE_ID))(view)


def _as_cited(citation: Citation) -> Cited:
    title = title_of(citation, archive().citations.body(citation))
    return as_cited(citation, title, root=root())


for _form in CITATION_FORMS:
    _register(*_form)
