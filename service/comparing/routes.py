"""The questions about two points or two sides: what was expected, what stands beside what, what
differs. Each path, and who answers it."""

from __future__ import annotations

from flask import Response, request
from flask_smorest import Blueprint

from projections.views.file import Database
from service.asking import forms
from service.comparing.compare import compare_answer
from service.comparing.diff import (
    FORMATS,
    FROM_CLOCKS,
    PATCH_MEDIA_TYPE,
    TO_CLOCKS,
    comparison,
    diff_text,
    patch_text,
)
from service.comparing.hindsight import (
    FILTERS,
    NOW_CLOCKS,
    THEN_CLOCKS,
    hindsight_answer,
    then_and_now,
)
from service.comparing.schemas import CompareSchema, DiffSchema, HindsightSchema
from service.comparing.sides import PARTS, TO_PARTS, sides
from service.web.description import PARAMETERS, Parameter, question
from service.web.response import archive, clocks, format_asked, parameters, respond

blueprint = Blueprint(
    "comparing", __name__, description="What was expected and what came; what beside what."
)

FORMAT: Parameter = (
    {"type": "string", "enum": list(FORMATS), "default": "json"},
    "`patch` is one RFC 6902 patch over the whole; `Accept` may ask for it too.",
)
"""The form of a difference."""

THEN: dict[str, Parameter] = {
    "stated": (
        PARAMETERS["stated"][0],
        (
            "Decision time of then: what the sources had said by then. Default: as everywhere, so "
            "that nothing is unexpected."
        ),
    ),
    "to_stated": (
        {**forms.DAY, "examples": ["2030"]},
        (
            "Decision time of now, not before `stated`. Default: everything said that "
            "`to_known` has."
        ),
    ),
    "to_known": (PARAMETERS["to_known"][0], "Transaction time of now. Default: the same `known`."),
    "after": (forms.CURSOR, PARAMETERS["after"][1]),
}
"""What the parameters mean of then and now."""


@question(
    blueprint,
    "/v1/hindsight",
    HindsightSchema,
    *FILTERS,
    clocks=(*THEN_CLOCKS, *NOW_CLOCKS),
    own=THEN,
)
def hindsight() -> Response:
    """A day as it was then expected, beside the same day as it is known now."""
    texts = parameters((*THEN_CLOCKS, *NOW_CLOCKS, *FILTERS, "view"))
    service = archive()
    log, now = service.chronicle.log, service.chronicle.now()
    asked = then_and_now(request.path, texts, log=log, now=now)
    return respond(
        texts,
        asked.question,
        lambda db: hindsight_answer(service.state, db, asked),
        position=asked.position,
    )


SIDES: dict[str, Parameter] = {
    **{name: (PARAMETERS[name][0], f"{PARAMETERS[name][1]} Of side A.") for name in PARTS[:2]},
    "record": (
        {**forms.ID, "examples": ["juno"]},
        "Side A is this facility; then there is no country and no field.",
    ),
    **{
        f"to_{name}": (PARAMETERS[name][0], f"Of side B. Default: the same `{name}`.")
        for name in PARTS[:2]
    },
    "to_record": (
        forms.ID,
        "Side B is this facility; only with `record`. Default: the same.",
    ),
}
"""What the parameters mean of the two sides."""


@question(
    blueprint,
    "/v1/compare",
    CompareSchema,
    *(*PARTS, *TO_PARTS),
    clocks=(*FROM_CLOCKS, *TO_CLOCKS),
    own=SIDES,
)
def compare() -> Response:
    """Two countries, fields or facilities beside each other, or one at two sets of clocks."""
    texts = parameters((*FROM_CLOCKS, *TO_CLOCKS, *PARTS, *TO_PARTS, "view"))
    service = archive()
    log, now = service.chronicle.log, service.chronicle.now()
    compared = sides(request.path, clocks(texts), texts, log=log, now=now)
    return respond(
        texts,
        compared.question,
        lambda db: compare_answer(service.reading(db), compared),
        position=compared.position,
    )


@question(
    blueprint,
    "/v1/diff",
    DiffSchema,
    *("country", "field", "format"),
    clocks=(*FROM_CLOCKS, *TO_CLOCKS),
    own={"format": FORMAT},
    may_tell=("Vary",),
    also={PATCH_MEDIA_TYPE: {"type": "array", "items": {"type": "object"}}},
)
def diff() -> Response:
    """What differs between two points of the clocks, and what made the difference."""
    texts = parameters((*FROM_CLOCKS, *TO_CLOCKS, "country", "field", "format", "view"))
    service = archive()
    form = format_asked(texts, FORMATS)
    log, now = service.chronicle.log, service.chronicle.now()
    compared = comparison(request.path, clocks(texts), texts, form=form, log=log, now=now)

    def make(db: Database) -> str:
        if form == "patch":
            return patch_text(service.reading(db), compared)
        return diff_text(service.reading(db), compared)

    response = respond(
        texts,
        compared.question,
        make,
        position=compared.position,
        media_type=FORMATS[form],
    )
    if "format" not in texts:
        response.vary.add("Accept")
    return response
