"""`/v1/records` and `/v1/search`: the lists of records, and of what words find."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from projections.views.reading import Reading
from service.asking.filters import (
    AFTER_RECORD,
    CLASS,
    COUNTRY,
    DISPUTED,
    FACETS_COUNTED,
    FIELD,
    KIND,
    KINDS,
    LIMIT_OF_PAGE,
    NEAR,
    RADIUS,
    REGION,
    SORT,
    SORTS,
    STATUS,
    Q,
)
from service.asking.following import Follow
from service.asking.parameter import Filter, choice, choices, quoted
from service.asking.query import Query
from service.asking.question import Example, Question
from service.asking.table import CONTESTED, Column, Members, Table, columns
from service.asking.turning import on_a_day
from service.lists.answer import LISTED, SEARCHED, records_answer, search_answer
from service.lists.schemas import RecordsSchema, SearchSchema
from service.words.number import number_text


def _of_a_list(reading: Reading, query: Query, *, after: int, known: int) -> list[int] | None:
    """Of a list of what has words, where there are some: any text may have them. Of what is
    disputed, where anything changed that `contradicts` links, too."""
    if query.about.q is not None:
        return None
    found = on_a_day(reading, query, after=after, known=known)
    if query.about.disputed:
        linked = reading.lines.contradictions_changed(reading.db, after=after, known=known)
        found = sorted({*found, *linked})
    return found


def _fields(members: Sequence[str]) -> Filter:
    return choices(
        "fields",
        members,
        f"The members that an item keeps besides its `id`: {quoted(members)}. "
        "Default: all but `name_zh`.",
        why="no member of that name",
        example="name,country",
    )


def _shown(answer: Members) -> tuple[Column, ...]:
    found = columns("id", "kind", "name", "country", "field", "status")
    if any("contested" in row for row in answer["items"]):
        found += (CONTESTED,)
    if any("distance_km" in row for row in answer["items"]):
        found += (Column(name="km", value=lambda row: number_text(row["distance_km"])),)
    return found


def _counts(answer: Members) -> Iterator[Members]:
    for name, counts in answer.get("facets", {}).items():
        for value, count in counts.items():
            yield {"facet": name, "value": value, "count": count}


def _columns(answer: Members) -> tuple[Column, ...]:
    """Where there is a place or words to look for, how far and how well each row fits too."""
    measured = ("distance_km", "score")
    present = [name for name in measured if any(name in row for row in answer["items"])]
    return (
        *columns("kind", "id"),
        Column(name="name", words=True),
        *columns("country", "field", "class", "status"),
        CONTESTED,
        *columns("last_said", *present),
    )


FOUND = Table(
    rows="items",
    key=("id",),
    title="Records",
    shown=_shown,
    columns=_columns,
)

FACETS_FOUND = Table(
    rows="facets", title="Counts", spread=_counts, shown=columns("facet", "value", "count")
)

RECORDS = Question(
    name="records",
    path="/v1/records",
    summary="The records that exist at the clocks.",
    filters=(
        choice("kind", KINDS, "Only records of this kind."),
        COUNTRY,
        REGION,
        FIELD,
        CLASS,
        STATUS,
        DISPUTED,
        NEAR,
        RADIUS,
        SORT.but(
            form={"type": "string", "enum": [name for name in SORTS if name != "relevance"]},
            meaning=(
                "Default: `distance` with `near`, else `id`. `since` is the first possible day of "
                "a facility's status; what has none comes last."
            ),
        ),
        FACETS_COUNTED,
        _fields(LISTED),
        LIMIT_OF_PAGE,
        AFTER_RECORD,
    ),
    answer=records_answer,
    schema=RecordsSchema,
    tables=(FOUND, FACETS_FOUND),
    follow=Follow(turns=_of_a_list, passing=("last_said",)),
    command="records",
    lead=lambda answer: (f"{answer['total']} records.",),
    examples=(
        Example(
            name="records",
            path="/v1/records?at=2013&kind=facility&limit=3",
            shows="a page of records",
        ),
    ),
)

SEARCH = Question(
    name="search",
    path="/v1/search",
    summary=(
        "Records and sources by the words of their cards and statements, in English or Chinese."
    ),
    filters=(
        Q,
        KIND,
        COUNTRY,
        REGION,
        FIELD,
        CLASS,
        STATUS,
        DISPUTED,
        NEAR,
        RADIUS,
        SORT,
        FACETS_COUNTED,
        _fields(SEARCHED),
        LIMIT_OF_PAGE,
        AFTER_RECORD,
    ),
    answer=search_answer,
    schema=SearchSchema,
    tables=(
        replace(FOUND, key=("kind", "id"), title="Records and sources found"),
        FACETS_FOUND,
    ),
    follow=Follow(turns=_of_a_list, passing=("last_said",)),
    command="search",
    lead=lambda answer: (f"{answer['total']} found.",),
    examples=(
        Example(
            name="search",
            path="/v1/search?q=neutrino&kind=facility&limit=2",
            shows="what has a word",
        ),
    ),
)
