"""The question about trends: its path, what it takes, and who answers it."""

from __future__ import annotations

from flask import Response, request
from flask_smorest import Blueprint

from events.vocabulary import FIELDS, STATUSES
from service.asking import forms
from service.trends.answer import trends_csv, trends_text
from service.trends.asking import (
    BY,
    FORMATS,
    MEASURES,
    MOST_IN_ALL,
    MOST_POINTS,
    STEPS,
    TREND_CLOCKS,
    TREND_FILTERS,
    trend,
)
from service.trends.schemas import TrendsSchema
from service.web.description import Parameter, question
from service.web.response import archive, format_asked, parameters, respond
from service.words.csv_text import MEDIA_TYPE as CSV
from service.words.regions import REGIONS

blueprint = Blueprint("trends", __name__, description="How it went through the years.")

_DEFAULTS = ", ".join(f"{points} points by {step}" for step, points in STEPS.items())

TAKEN: dict[str, Parameter] = {
    "from": (
        {**forms.DAY, "examples": ["1980", "1980-05"]},
        (
            "A year, month or day: the first point is the last day of the step in which it begins. "
            f"Default: as far before `to` as {_DEFAULTS}."
        ),
    ),
    "to": (
        {**forms.DAY, "examples": ["2026", "2026-11"]},
        (
            "A year, month or day: the last point is the last day of the step in which it ends. "
            "Default: the step of today or of `stated`, whichever is earlier. "
            f"A series has at most {MOST_POINTS:,} points, an answer {MOST_IN_ALL:,}."
        ),
    ),
    "measure": (
        {"type": "string", "enum": list(MEASURES), "default": "status"},
        (
            "What is followed: facilities of each status, discoveries to date, policies in force, "
            "or the readings of indicators."
        ),
    ),
    "by": (
        {**forms.list_of(BY), "examples": ["country"]},
        (
            "What is told apart, joined by commas; the measure `status` tells statuses apart "
            "anyway, `indicator` series, country and unit. `operator` and `status` only with "
            "`measure=status`."
        ),
    ),
    "step": (
        {"type": "string", "enum": list(STEPS), "default": "year"},
        "How far apart the points stand.",
    ),
    "country": (
        {"type": "string", "pattern": "^[A-Z]{2}(?:,[A-Z]{2})*$", "examples": ["CN,US,JP"]},
        (
            "ISO 3166-1 alpha-2, several joined by commas. Leaves out what has no country. With "
            "`by=country` each that is named has a series, be it nothing but zeros (of `status` "
            "where a status is named too)."
        ),
    ),
    "region": (
        {**forms.list_of(REGIONS), "examples": ["europe"]},
        (
            "Adds series of these regions, joined by commas, beside those that there are without: "
            "each is of the countries that the United Nations count to it (M49), whatever "
            "`country` says. `europe` has all of Russia, and not Cyprus or Turkey. Not with "
            "`measure=indicator`."
        ),
    ),
    "field": (
        {**forms.list_of(FIELDS), "examples": ["fusion"]},
        "One field or several, joined by commas. Leaves out what has no field.",
    ),
    "status": (
        {**forms.list_of(STATUSES), "examples": ["operating"]},
        "Only the series of these statuses, joined by commas; only with `measure=status`.",
    ),
    "series": (
        {"type": "string", "pattern": "^[a-z0-9]+(?:[-,][a-z0-9]+)*$"},
        "Only these series of readings, joined by commas; only with `measure=indicator`.",
    ),
    "format": (
        {"type": "string", "enum": list(FORMATS), "default": "json"},
        "`csv` has a row for each point of each series; `Accept` may ask for it too.",
    ),
}
"""What the parameters mean here; `from` and `to` are days of the world, not of the log."""


@question(
    blueprint,
    "/v1/trends",
    TrendsSchema,
    *TREND_FILTERS,
    clocks=TREND_CLOCKS,
    own=TAKEN,
    may_tell=("Vary",),
    also={CSV: {"type": "string"}},
)
def trends() -> Response:
    """Counts and indicators through the years, each point as `/v1/state` has it there."""
    texts = parameters((*TREND_CLOCKS, *TREND_FILTERS, "view"))
    service = archive()
    form = format_asked(texts, FORMATS)
    log, now = service.chronicle.log, service.chronicle.now()
    asked = trend(request.path, texts, form=form, log=log, now=now)
    make = trends_csv if form == "csv" else trends_text
    response = respond(
        texts,
        asked.question,
        lambda db: make(service.state, db, asked),
        media_type=FORMATS[form],
    )
    if "format" not in texts:
        response.vary.add("Accept")
    return response
