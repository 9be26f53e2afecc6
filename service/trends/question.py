"""`/v1/trends`: counts and indicators through the years."""

from __future__ import annotations

from service.asking.following import Follow
from service.asking.question import Example, Question
from service.trends.answer import between_ends, trends_answer
from service.trends.schemas import TrendsSchema
from service.trends.tables import POINTS, STEPS_OF_SERIES, trend_lines
from service.trends.trend import TREND_CLOCKS, TREND_FILTERS, read_trend

TRENDS = Question(
    name="trends",
    path="/v1/trends",
    summary="Counts and indicators through the years, each point as `/v1/state` has it there.",
    clocks=TREND_CLOCKS,
    filters=TREND_FILTERS,
    read=read_trend,
    answer=trends_answer,
    schema=TrendsSchema,
    tables=(POINTS, STEPS_OF_SERIES),
    lead=trend_lines,
    turns_on_at=False,
    follow=Follow(settled=(("stated",), ("to",)), turns=between_ends),
    command="trends",
    examples=(
        Example(
            name="trends",
            path=(
                "/v1/trends?status=operating&by=country&country=CN,US,JP,CH,DE,FR&from=2016&to=2026"
            ),
            shows="China beside the United States, Japan and Europe",
        ),
    ),
)
