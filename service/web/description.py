"""What every question over HTTP has in common: its parameters, its headers, how it is described.

A module of routes says `@question(blueprint, path, schema, …)` of each of its
views; the description at /openapi.json and the tables of the docs follow. What
the docs say of a parameter stands in `PARAMETERS`, once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from events.vocabulary import FIELDS, STATUSES
from projections import VIEW
from service.asking import forms
from service.asking.filters import FACETS, FINDABLE, LARGEST_LIMIT, LIMIT, LONGEST_QUERY, SORTS
from service.asking.question import Question
from service.lists.answer import SEARCHED
from service.web.access import needs
from service.web.response import CLOCKS
from service.web.schemas import headers, id_parameter, problem_responses

Parameter = tuple[dict[str, Any], str]
"""What is said of a parameter: its schema, and what it means."""

PARAMETERS: dict[str, Parameter] = {
    "at": (
        {**forms.DAY, "examples": ["2013", "2013-05-06", "-0240"]},
        "Valid time: a year, month or day, meaning its last day. Default: the day of `known`.",
    ),
    "during": (
        {**forms.PERIOD, "examples": ["2013"]},
        "In place of `at`: every status held on some day of the year, month or day.",
    ),
    "stated": (
        {**forms.DAY, "examples": ["2016"]},
        "Decision time: what the sources had said by then. Default: everything said.",
    ),
    "known": (
        {**forms.MOMENT, "examples": ["@1199", "2026-11-24T12:00:00Z"]},
        "Transaction time: a position of the log `@n`, or an RFC 3339 instant. Default: the head.",
    ),
    "to_at": (
        {**forms.DAY, "examples": ["2020"]},
        "`at` at the point that is compared with. Default: the same `at`.",
    ),
    "to_stated": (
        {**forms.DAY, "examples": ["2022"]},
        "`stated` at the point that is compared with. Default: the same `stated`.",
    ),
    "to_known": (
        {**forms.MOMENT, "examples": ["@1199", "2026-11-24T12:00:00Z"]},
        "`known` at the point that is compared with. Default: the same `known`.",
    ),
    "from": (
        {**forms.MOMENT, "examples": ["@17", "2026-11-01T00:00:00Z"]},
        "What was recorded after this position or instant. Default: from the beginning.",
    ),
    "to": (
        {**forms.MOMENT, "examples": ["@1199", "2026-11-24T12:00:00Z"]},
        "What was recorded up to this position or instant. Default: up to the head.",
    ),
    "actor": ({"type": "string"}, "Only what this actor recorded."),
    "record": ({"type": "string", "examples": ["juno"]}, "Only this record or source, by its id."),
    "view": (
        {**forms.VIEW_VERSION, "examples": [VIEW]},
        "The version of the views, in pinned URLs. An earlier one is answered with 410.",
    ),
    "country": (
        {**forms.COUNTRY, "examples": ["CN"]},
        "ISO 3166-1 alpha-2. Leaves out what has no country.",
    ),
    "field": ({"type": "string", "enum": list(FIELDS)}, "Leaves out what has no field."),
    "status": (
        {**forms.list_of(STATUSES), "examples": ["operating"]},
        f"Only facilities of these statuses, some of {', '.join(STATUSES)}.",
    ),
    "expected": (
        {**forms.list_of(STATUSES), "examples": ["operating"]},
        (
            "Only facilities that were expected to have one of these statuses at `at`: the "
            "`status` of their `expected`, or where they have none their own. Of a period nothing "
            "is expected: with `during` it is the same as `status`."
        ),
    ),
    "kind": (
        {"type": "string", "enum": list(FINDABLE)},
        "Only records of this kind; `source` only with `q`.",
    ),
    "q": (
        {
            "type": "string",
            "maxLength": LONGEST_QUERY,
            "pattern": forms.WORDS,
            "examples": ['"gamma ray" bu', "中微子"],
        },
        (
            "Words, all of which a card, a statement or a source must have. A phrase stands in "
            "double quotes, a minus leaves out the records that have a word anywhere, `*` stands "
            "after a beginning; the last word is a beginning anyway. Chinese is found by any "
            "characters in a row."
        ),
    ),
    "near": (
        {**forms.PLACE, "examples": ["39.9,116.4"]},
        "Latitude and longitude in degrees: gives `distance_km`, and leaves out what has no place.",
    ),
    "radius": (
        {
            "type": "number",
            "exclusiveMinimum": 0,
            "exclusiveMaximum": 100_000,
            "multipleOf": 0.001,
            "examples": [100],
        },
        "Only what is within so many kilometres of `near`.",
    ),
    "sort": (
        {"type": "string", "enum": list(SORTS)},
        (
            "Default: `distance` with `near`, else `relevance` with `q`, else `id`. `since` is "
            "the first possible day of a facility's status; what has none comes last."
        ),
    ),
    "facets": (
        {**forms.list_of(FACETS), "examples": [",".join(FACETS)]},
        "What to count over the whole list, not only the page: "
        + ", ".join(f"`{name}`" for name in FACETS)
        + ".",
    ),
    "fields": (
        {**forms.list_of(SEARCHED), "examples": ["name,country"]},
        "The members that an item keeps besides its `id`: "
        + ", ".join(f"`{name}`" for name in SEARCHED)
        + ". Default: all.",
    ),
    "limit": (
        {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": LIMIT},
        "How many a page has at most; more is refused.",
    ),
    "after": (
        {"type": "string"},
        "Where the page begins; comes from the `next` of the one before.",
    ),
}

ASKED = [
    {
        "in": "header",
        "name": "If-None-Match",
        "schema": {"type": "string"},
        "description": "The `ETag` of an answer that the client has: 304 where it is still so.",
    },
    {
        "in": "header",
        "name": "Annales-Min-Position",
        "schema": {**forms.POSITION, "examples": [1199]},
        "description": "Answer only from views that have read so far; else 503.",
    },
]
"""The headers that every question takes."""

TOLD = ("ETag", "Cache-Control", "Annales-Position")
"""The headers that every answer has."""

NOT_MODIFIED = "The client has this answer."

View = Callable[..., Response]


def described(
    blueprint: Blueprint, question: Question, also: Mapping[str, Any]
) -> Callable[[View], View]:
    """The route of a question in a blueprint, with what its description says of it.

    `also` are other types of its body, with their schemas.
    """
    tells, may_tell = [*TOLD], ["Content-Location"]
    if question.is_revised:
        tells.append("Annales-Revision")
    if len(question.all_formats) > 1:
        may_tell.append("Vary")
    if question.has_mementos or question.table is not None:
        may_tell.append("Link")
    if question.has_mementos:
        may_tell.append("Memento-Datetime")
    told = headers(*tells, sometimes=may_tell)
    forms = {each.media_type: dict(each.shape) for each in question.all_formats[1:]}

    def register(view: View) -> View:
        view = needs("reader")(view)
        for name, each in {**forms, **also}.items():
            view = blueprint.alt_response(200, schema=each, content_type=name)(view)
        view = blueprint.response(200, question.schema, headers=told)(view)
        view = blueprint.doc(
            operationId=question.name,
            parameters=[
                *(
                    {
                        "in": "query",
                        "name": each.name,
                        "schema": each.form,
                        "description": each.meaning,
                    }
                    for each in question.parameters
                ),
                *ASKED,
            ],
            responses={"304": {"description": NOT_MODIFIED, "headers": told}}
            | problem_responses(400, 401, 403, 404, 410, 422, 429, 503),
            security=[{}, {"key": []}],
        )(view)
        path = question.path.replace("{id}", "<string:id>")
        ids = id_parameter(*question.ids) if question.ids else None
        routed: View = blueprint.route(path, parameters=ids)(view)
        return routed

    return register


def question(
    blueprint: Blueprint,
    path: str,
    schema: type[Any],
    *filters: str,
    clocks: tuple[str, ...] = CLOCKS,
    own: Mapping[str, Parameter] = MappingProxyType({}),
    ids: tuple[str, ...] = (),
    tells: tuple[str, ...] = (),
    may_tell: tuple[str, ...] = (),
    also: Mapping[str, Any] = MappingProxyType({}),
) -> Callable[[View], View]:
    """A route of a blueprint that takes the clocks and these filters, and what it answers.

    `own` says of a parameter what is so on this path alone, `ids` are examples of
    the id in the path, `tells` and `may_tell` the headers that this answer has
    besides those of all, `also` its other types of body, with their schemas.
    """
    names = (*clocks, *filters, "view")
    described = {**PARAMETERS, **own}
    parameters = [
        {
            "in": "query",
            "name": name,
            "schema": described[name][0],
            "description": described[name][1],
        }
        for name in names
    ]
    told = headers(*TOLD, *tells, sometimes=("Content-Location", *may_tell))
    responses = {"304": {"description": NOT_MODIFIED, "headers": told}}

    def register(view: View) -> View:
        view = needs("reader")(view)
        for name, each in also.items():
            view = blueprint.alt_response(200, schema=each, content_type=name)(view)
        view = blueprint.response(200, schema, headers=told)(view)
        view = blueprint.doc(
            operationId=view.__name__,
            parameters=[*parameters, *ASKED],
            responses=responses | problem_responses(400, 401, 403, 404, 410, 422, 429, 503),
            security=[{}, {"key": []}],
        )(view)
        routed: View = blueprint.route(path, parameters=id_parameter(*ids) if ids else None)(view)
        return routed

    return register
