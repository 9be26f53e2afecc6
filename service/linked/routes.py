"""A record in other forms: as linked data, and as a citation.

Each form has a path of its own, `/v1/records/{id}.ttl` and the like; `/v1/records/{id}` gives
linked data too, by `Accept`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from flask import Response, request
from flask_smorest import Blueprint
from werkzeug.datastructures import MIMEAccept

from events.stream import Stream
from projections.views.reading import Reading
from service.archive.citations import Citation
from service.asking.filters import CLOCKS, VIEW_VERSION
from service.asking.query import Query
from service.linked import citing
from service.linked.rdf import FORMS, Form, record_graph
from service.records.answer import record_answer
from service.translations import LANGUAGES
from service.web.accepting import named
from service.web.description import described
from service.web.response import arguments, parameters, respond
from service.web.root import archive, root

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
    text: Callable[[Reading, Query, str, Citation | None], str]


def _linked(
    form: Form, reading: Reading, query: Query, address: str, _: Citation | None = None
) -> str:
    graph, main = record_graph(reading, query, query.id, root=address)
    return form.write(graph, main)


def _cited(
    write: Callable[[citing.Cited], str],
    reading: Reading,
    query: Query,
    address: str,
    kept: Citation | None,
) -> str:
    record = _record(query)
    answer = {**record.head(), **record_answer(reading, record)}
    cited = citing.record_cited(answer, root=address)
    if kept is not None:
        cited = replace(cited, url=f"{address}/c/{kept.id}")
    return write(cited)


def _record(query: Query) -> Query:
    """The record itself, as a question at the same clocks."""
    return Query(f"/v1/records/{query.id}", query.as_of, {}, id=query.id)


def _kept(query: Query) -> Citation | None:
    """What was cited first of a record at its clocks: of its page, or of its answer."""
    pinned = _record(query).pinned
    pages = (citing.page_of(pinned, lang) for lang in LANGUAGES)
    citations = archive().citations
    return next((each for of in (*pages, pinned) for each in citations.of_address(of)), None)


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

CITATION_FORMS: tuple[tuple[str, str, dict[str, Any], Callable[[citing.Cited], str]], ...] = (
    ("bib", citing.BIBTEX, {"type": "string"}, citing.bibtex),
    ("ris", citing.RIS, {"type": "string"}, citing.ris),
    ("csl.json", citing.CSL_JSON, {"type": "array", "items": {"type": "object"}}, citing.csl_json),
)
"""The forms of bibliographies: ending, media type, what JSON Schema says of it, and how it is
written."""

CITATIONS = tuple(
    RecordForm(
        suffix,
        media_type,
        "A record as it is cited, where its page was cited, else at its pinned link.",
        schema,
        partial(_cited, write),
    )
    for suffix, media_type, schema, write in CITATION_FORMS
)


def preferred_form() -> RecordForm | None:
    """The linked data that the client would rather have than JSON, which comes first."""
    types = [JSON, *(form.media_type for form in LINKED)]
    # A type may come with parameters, such as the profile of JSON-LD; ours have none.
    liked = MIMEAccept([*named(request.accept_mimetypes).items()])
    best = liked.best_match(types, default=JSON)
    return next((form for form in LINKED if form.media_type == best), None)


def in_form(form: RecordForm, id: str) -> Response:
    """The response with a record in a form. Raises what every question raises."""
    takes = tuple(each.name for each in TAKES)
    texts = parameters(takes)
    path = f"/v1/records/{id}.{form.suffix}"
    query = Query(path, arguments(path, texts).clocks(), {}, id=id)
    address = root()
    # At its pinned URL it names the pinned page, as it always did: what is cited later alters it
    # nowhere else.
    may_lead = form in CITATIONS and not query.is_pinned_by(texts)
    kept = _kept(query) if may_lead else None
    response = respond(
        texts,
        query,
        lambda reading: form.text(reading, query, address, kept),
        takes=takes,
        revision=str(Stream.record(id)),
        media_type=form.media_type,
        variant=address if kept is None else f"{address} {kept.id}",
    )
    if may_lead:
        # Not "public": what is cited moves no head, by which others know that an answer is old.
        response.headers["Cache-Control"] = "no-cache"
    if kept is not None:
        del response.headers["Content-Location"]
    return response


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
