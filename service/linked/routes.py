"""A record in other forms: as linked data, and as a citation.

Each form has a path of its own, `/v1/records/{id}.ttl` and the like; `/v1/records/{id}` gives
linked data too, by `Accept`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from flask import Response, request
from flask_smorest import Blueprint
from werkzeug.datastructures import MIMEAccept

from events.stream import Stream
from projections.views.reading import Reading
from service.asking.filters import CLOCKS, VIEW_VERSION
from service.asking.query import Query
from service.linked import citing
from service.linked.rdf import FORMS, Form, record_graph
from service.records.answer import record_answer
from service.web.description import described
from service.web.response import arguments, parameters, respond
from service.web.root import root

blueprint = Blueprint("linked", __name__, description="Records as linked data and as citations.")

JSON = "application/json"
EXAMPLES = ("juno", "cepc", "us-china-science-agreement", "rd-share-of-gdp", "grb-13tev")
TAKES = (*CLOCKS, VIEW_VERSION)


class RecordForm(NamedTuple):
    """A form of a record: the ending of its path, its media type, what JSON Schema says of it, and
    how it is written at the URL of the service."""

    suffix: str
    media_type: str
    summary: str
    shape: dict[str, str]
    text: Callable[[Reading, Query, str], str]


def _linked(form: Form, reading: Reading, query: Query, address: str) -> str:
    graph, main = record_graph(reading, query, query.id, root=address)
    return form.write(graph, main)


def _cited(
    write: Callable[[citing.Cited], str], reading: Reading, query: Query, address: str
) -> str:
    record = Query(f"/v1/records/{query.id}", query.as_of, {}, id=query.id)
    answer = {**record.head(), **record_answer(reading, record)}
    return write(citing.record_cited(answer, root=address))


LINKED = tuple(
    RecordForm(
        form.suffix,
        form.media_type,
        "A record as linked data, in the words of schema.org and PROV-O.",
        {"type": "object" if "json" in form.media_type else "string"},
        partial(_linked, form),
    )
    for form in FORMS
)

CITATIONS = tuple(
    RecordForm(
        suffix, media_type, "A record as it is cited, at its pinned link.", {"type": shape},
        partial(_cited, write),
    )
    for suffix, media_type, shape, write in (
        ("bib", citing.BIBTEX, "string", citing.bibtex),
        ("ris", citing.RIS, "string", citing.ris),
        ("csl.json", citing.CSL_JSON, "array", citing.csl_json),
    )
)  # fmt: skip


def preferred_form() -> RecordForm | None:
    """The linked data that the client would rather have than JSON, which comes first."""
    types = [JSON, *(form.media_type for form in LINKED)]
    # A type may come with parameters, such as the profile of JSON-LD; ours have none.
    liked = [(type.partition(";")[0].strip(), much) for type, much in request.accept_mimetypes]
    best = MIMEAccept(liked).best_match(types, default=JSON)
    return next((form for form in LINKED if form.media_type == best), None)


def in_form(form: RecordForm, id: str) -> Response:
    """The response with a record in a form. Raises what every question raises."""
    takes = tuple(each.name for each in TAKES)
    texts = parameters(takes)
    path = f"/v1/records/{id}.{form.suffix}"
    query = Query(path, arguments(path, texts).clocks(), {}, id=id)
    address = root()
    return respond(
        texts,
        query,
        lambda reading: form.text(reading, query, address),
        takes=takes,
        revision=str(Stream.record(id)),
        media_type=form.media_type,
        variant=address,
    )


def _register(form: RecordForm) -> None:
    """The path of a form, and its description."""

    def view(id: str) -> Any:
        return in_form(form, id)

    view.__name__ = f"record_{form.suffix.replace('.', '_')}"
    view.__doc__ = form.summary
    described(
        blueprint,
        f"/v1/records/{{id}}.{form.suffix}",
        TAKES,
        form.shape,
        media_type=form.media_type,
        ids=EXAMPLES,
        sends=("Annales-Revision",),
    )(view)


for _form in (*LINKED, *CITATIONS):
    _register(_form)
