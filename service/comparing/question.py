"""The questions about two points or two sides: what was expected, what stands beside what, what
differs."""

from __future__ import annotations

from service.asking import forms
from service.asking.filters import (
    AFTER_RECORD,
    AT,
    COUNTRY,
    KNOWN,
    LIMIT_OF_PAGE,
    PART,
    REGION,
    STATED,
    TO_AT,
    TO_KNOWN,
    TO_STATED,
)
from service.asking.following import Follow, Never
from service.asking.format import Format
from service.asking.json_text import json_of
from service.asking.parameter import Filter
from service.asking.question import Example, Question
from service.comparing.compare import compare_answer
from service.comparing.diff import diff_answer, patch_answer, read_points
from service.comparing.hindsight import hindsight_answer, of_two_horizons, read_then_and_now
from service.comparing.schemas import CompareSchema, DiffSchema, HindsightSchema
from service.comparing.sides import read_sides
from service.comparing.tables import (
    DIFFERENCES,
    GROUPS,
    PAIRS,
    SIDE_BY_SIDE,
    THEN_AND_NOW,
    compare_lines,
    hindsight_lines,
)

# --- then and now

HINDSIGHT = Question(
    name="hindsight",
    path="/v1/hindsight",
    summary="A day as it was then expected, beside the same day as it is known now.",
    clocks=(
        AT,
        STATED.but(
            meaning=(
                "Decision time of then: what the sources had said by then. Default: as everywhere, "
                "so that nothing is unexpected."
            )
        ),
        KNOWN,
        TO_STATED.but(
            form={**forms.DAY, "examples": ["2030"]},
            meaning=(
                "Decision time of now, not before `stated`. Default: everything said that "
                "`to_known` has."
            ),
        ),
        TO_KNOWN.but(meaning="Transaction time of now. Default: the same `known`."),
    ),
    filters=(*PART, LIMIT_OF_PAGE, AFTER_RECORD),
    read=read_then_and_now,
    answer=hindsight_answer,
    schema=HindsightSchema,
    tables=(THEN_AND_NOW, *GROUPS),
    lead=hindsight_lines,
    follow=Follow(
        settled=(("at",), ("stated",), ("to_stated",)),
        turns=of_two_horizons,
    ),
    command="hindsight",
    examples=(
        Example(
            name="hindsight",
            path="/v1/hindsight?at=2024&stated=2016&country=CN&field=particle-physics&limit=2",
            shows="a day as it was once expected, beside what came",
        ),
    ),
)

# --- two sides


def _of_side_a(parameter: Filter) -> Filter:
    changed: Filter = parameter.but(meaning=f"{parameter.meaning} Of side A.")
    return changed


def _of_side_b(parameter: Filter) -> Filter:
    same = f"the same `{parameter.name}`"
    if parameter in (COUNTRY, REGION):
        same = "the place of side A, where neither `to_country` nor `to_region` is given"
    changed: Filter = parameter.but(
        name=f"to_{parameter.name}", meaning=f"Of side B. Default: {same}."
    )
    return changed


COMPARE = Question(
    name="compare",
    path="/v1/compare",
    summary=(
        "Two countries, fields, classes or facilities beside each other, or one at two sets of"
        " clocks."
    ),
    clocks=(AT, STATED, KNOWN, TO_AT, TO_STATED, TO_KNOWN),
    filters=(
        *map(_of_side_a, PART),
        Filter(
            name="record",
            form={**forms.ID, "examples": ["juno"]},
            meaning="Side A is this facility; then there is no country, field or class.",
        ),
        *map(_of_side_b, PART),
        Filter(
            name="to_record",
            form=forms.ID,
            meaning="Side B is this facility; only with `record`. Default: the same.",
        ),
    ),
    read=read_sides,
    answer=compare_answer,
    schema=CompareSchema,
    tables=(PAIRS, *SIDE_BY_SIDE),
    lead=compare_lines,
    follow=Follow(),
    command="compare",
    examples=(
        Example(
            name="compare",
            path="/v1/compare?at=2003&to_at=2013&country=CN&field=nuclear-physics",
            shows="two years of one field",
        ),
        Example(
            name="compare-records",
            path="/v1/compare?at=2025&record=juno&to_record=smile",
            shows="two facilities",
        ),
    ),
)

# --- what differs


DIFF = Question(
    name="diff",
    path="/v1/diff",
    summary="What differs between two points of the clocks, and what made the difference.",
    clocks=(AT, STATED, KNOWN, TO_AT, TO_STATED, TO_KNOWN),
    filters=PART,
    read=read_points,
    answer=diff_answer,
    schema=DiffSchema,
    tables=(DIFFERENCES,),
    formats=(
        Format(
            name="patch",
            media_type="application/json-patch+json",
            text=lambda _, operations: json_of(operations),
            meaning="`patch` is one RFC 6902 patch over the whole",
            answer=patch_answer,
            shape={"type": "array", "items": {"type": "object"}},
        ),
    ),
    follow=Never("it has two ends on the clock `known`; follow /v1/state instead"),
    command="diff",
    examples=(
        Example(
            name="diff",
            path="/v1/diff?at=1988&to_at=1989&country=CN",
            shows="what differs between two years",
        ),
    ),
)
