"""A record in other forms: as linked data, and as a citation.

Each form has a path of its own, `/v1/records/{id}.ttl` and the like, made from `FORMS`
of `service.linked.rdf` and from `CITATIONS`; `/v1/records/{id}` gives linked data too, by `Accept`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from flask import Response, request
from flask_smorest import Blueprint
from werkzeug.datastructures import MIMEAccept

from events.stream import Stream
from projections.views.file import Database
from service.asking.query import Query
from service.linked import citing
from service.linked.rdf import FORMS, Form, record_graph
from service.records.answer import record_answer
from service.web.access import needs
from service.web.description import ASKED, NOT_MODIFIED, PARAMETERS, TOLD
from service.web.response import CLOCKS, archive, clocks, parameters, respond
from service.web.root import root
from service.web.schemas import headers, id_parameter, problem_responses

blueprint = Blueprint("linked", __name__, description="Records as linked data and as citations.")

JSON = "application/json"
EXAMPLES = ("juno", "cepc", "us-china-science-agreement", "rd-share-of-gdp", "grb-13tev")


class Citation(NamedTuple):
    """A form of citation: the ending of its path, its media type, and how it is written."""

    suffix: str
    media_type: str
    write: Callable[[citing.Cited], str]


CITATIONS = (
    Citation("bib", citing.BIBTEX, citing.bibtex),
    Citation("ris", citing.RIS, citing.ris),
    Citation("csl.json", citing.CSL_JSON, citing.csl_json),
)


def preferred_form() -> Form | None:
    """The linked data that the client would rather have than JSON, which comes first."""
    types = [JSON, *(form.media_type for form in FORMS)]
    # A type may come with parameters, such as the profile of JSON-LD; ours have none.
    liked = [(type.partition(";")[0].strip(), much) for type, much in request.accept_mimetypes]
    best = MIMEAccept(liked).best_match(types, default=JSON)
    return next((form for form in FORMS if form.media_type == best), None)


def linked_data(id: str, form: Form) -> Response:
    """A record in a form of linked data. Raises what every question raises."""
    texts = parameters((*CLOCKS, "view"))
    question = Query(f"/v1/records/{id}.{form.suffix}", clocks(texts), {})
    address = root()

    def make(db: Database) -> str:
        graph, main = record_graph(archive().reading(db), question, id, root=address)
        return form.write(graph, main)

    return respond(
        texts,
        question,
        make,
        revision=str(Stream.record(id)),
        media_type=form.media_type,
        variant=address,
    )


def citation(id: str, form: Citation) -> Response:
    """A record as it is cited at its pinned link. Raises what every question raises."""
    texts = parameters((*CLOCKS, "view"))
    question = Query(f"/v1/records/{id}.{form.suffix}", clocks(texts), {})
    address = root()

    def make(db: Database) -> str:
        record = Query(f"/v1/records/{id}", question.as_of, {}, id=id)
        answer = {**record.head(), **record_answer(archive().reading(db), record)}
        return form.write(citing.record_cited(answer, root=address))

    return respond(
        texts,
        question,
        make,
        revision=str(Stream.record(id)),
        media_type=form.media_type,
        variant=address,
    )


def _register(
    suffix: str, media_type: str, summary: str, answer: Callable[[str], Response]
) -> None:
    """The path of a form, and its description."""
    told = headers(*TOLD, "Annales-Revision", sometimes=("Content-Location",))

    def view(id: str) -> Response:
        return answer(id)

    view.__name__ = f"record_{suffix.replace('.', '_')}"
    view.__doc__ = summary
    view = needs("reader")(view)
    body = {"type": "object"} if "json" in media_type else {"type": "string"}
    if suffix == "csl.json":
        body = {"type": "array"}
    view = blueprint.response(200, body, content_type=media_type, headers=told)(view)
    view = blueprint.doc(
        operationId=view.__name__,
        parameters=[
            {
                "in": "query",
                "name": name,
                "schema": PARAMETERS[name][0],
                "description": PARAMETERS[name][1],
            }
            for name in (*CLOCKS, "view")
        ]
        + ASKED,
        responses={"304": {"description": NOT_MODIFIED, "headers": told}}
        | problem_responses(400, 401, 403, 404, 410, 422, 429, 503),
        security=[{}, {"key": []}],
    )(view)
    blueprint.route(f"/v1/records/<string:id>.{suffix}", parameters=id_parameter(*EXAMPLES))(view)


for _form in FORMS:
    _register(
        _form.suffix,
        _form.media_type,
        "A record as linked data, in the words of schema.org and PROV-O.",
        partial(linked_data, form=_form),
    )

for _citation in CITATIONS:
    _register(
        _citation.suffix,
        _citation.media_type,
        "A record as it is cited, at its pinned link.",
        partial(citation, form=_citation),
    )
