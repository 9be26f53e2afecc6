"""The questions about one record, one statement, one source, and about what was recorded."""

from __future__ import annotations

from service.asking.filters import AFTER_EVENT, LIMIT_OF_PAGE
from service.asking.following import Follow, Never
from service.asking.paging import LISTS, Lists
from service.asking.question import Example, Question
from service.asking.table import Table, columns
from service.asking.turning import of_record
from service.records.activity import ACTIVITY_FILTERS, ENDS, activity_answer, read_activity
from service.records.answer import record_answer, timeline_answer
from service.records.audit import history_answer, source_answer, statement_answer
from service.records.schemas import (
    ActivitySchema,
    ExplanationSchema,
    HistorySchema,
    RecordSchema,
    SourceSchema,
    TimelineSchema,
)
from service.records.tables import (
    CHANGES,
    EFFECTIVE,
    ENTRY,
    EVENTS,
    EXPLAINED,
    HOLDING,
    RESTING,
    RIVALS,
    SOURCES,
    SPANS,
    STATEMENTS,
    card_of,
    record_lines,
    source_lines,
    statement_lines,
    timeline_lines,
    warnings_by,
)
from service.records.turning import of_source, of_statement

RECORDS = ("juno", "cepc", "us-china-science-agreement", "rd-share-of-gdp", "grb-13tev")

RECORD = Question(
    name="record",
    path="/v1/records/{id}",
    summary="A record: its card, what holds, and every statement that is visible.",
    space="record",
    ids=RECORDS,
    filters=LISTS,
    about=Lists,
    answer=record_answer,
    schema=RecordSchema,
    tables=(
        card_of("card"),
        HOLDING,
        STATEMENTS,
        warnings_by("statement"),
        Table(rows="entries", key=("entry",)),
    ),
    follow=Follow(streams=of_record),
    is_revised=True,
    has_mementos=True,
    command="record",
    lead=record_lines,
    examples=(
        Example(name="record", path="/v1/records/juno?at=2016&stated=2016", shows="a facility"),
        Example(
            name="record-series",
            path="/v1/records/rd-share-of-gdp?at=1996&stated=1996",
            shows="a series",
        ),
    ),
)

TIMELINE = Question(
    name="timeline",
    path="/v1/records/{id}/timeline",
    summary=(
        "A record's whole life at `stated` and `known`: every span, every effective statement."
    ),
    space="record",
    ids=RECORDS,
    filters=LISTS,
    about=Lists,
    answer=timeline_answer,
    schema=TimelineSchema,
    tables=(SPANS, EFFECTIVE),
    follow=Follow(streams=of_record),
    is_revised=True,
    command="timeline",
    lead=timeline_lines,
    turns_on_at=False,
    examples=(Example(name="timeline", path="/v1/records/bepc/timeline", shows="a whole life"),),
)

HISTORY = Question(
    name="history",
    path="/v1/records/{id}/history",
    summary="How a record changed: one entry an event. Told by `known` alone.",
    space="record",
    ids=RECORDS,
    filters=(LIMIT_OF_PAGE, AFTER_EVENT),
    answer=history_answer,
    schema=HistorySchema,
    tables=(CHANGES,),
    follow=Never("each commit adds to it; follow /v1/changes?record= instead"),
    is_revised=True,
    command="history",
    turns_on_at=False,
    examples=(
        Example(
            name="history", path="/v1/records/juno/history?limit=2", shows="how a record changed"
        ),
    ),
)

STATEMENT = Question(
    name="statement",
    path="/v1/statements/{id}",
    summary="A statement explained: its rivals and why they lost, its events, its sources.",
    space="statement",
    ids=("juno-operation", "rd-2024-prelim"),
    filters=LISTS,
    about=Lists,
    answer=statement_answer,
    schema=ExplanationSchema,
    tables=(EXPLAINED, ENTRY, RIVALS, SOURCES, warnings_by("code"), EVENTS),
    follow=Follow(streams=of_statement),
    command="statement",
    lead=statement_lines,
    examples=(
        Example(
            name="statement",
            path="/v1/statements/rd-2024-prelim?at=2025",
            shows="a statement explained",
        ),
    ),
)

SOURCE = Question(
    name="source",
    path="/v1/sources/{id}",
    summary="A source, and what rests on it.",
    space="source",
    ids=("ihep-hist",),
    filters=LISTS,
    about=Lists,
    answer=source_answer,
    schema=SourceSchema,
    tables=(card_of("source"), RESTING),
    follow=Follow(streams=of_source),
    is_revised=True,
    command="source",
    lead=source_lines,
    turns_on_at=False,
    examples=(
        Example(name="source", path="/v1/sources/ihep-hist", shows="a source and what rests on it"),
    ),
)

ACTIVITY = Question(
    name="activity",
    path="/v1/activity",
    summary="Who did what between two moments of the log, the newest last.",
    clocks=ENDS,
    filters=ACTIVITY_FILTERS,
    read=read_activity,
    answer=activity_answer,
    schema=ActivitySchema,
    tables=(
        Table(
            rows="entries",
            key=("position",),
            title="What was recorded",
            columns=columns(
                *("position", "recorded_at", "actor", "event", "kind", "record", "statement"),
                "reason",
                words=("actor", "reason"),
            ),
        ),
    ),
    follow=Never("each commit adds to it; follow /v1/changes instead"),
    command="activity",
    examples=(
        Example(name="activity", path="/v1/activity?record=juno&limit=1", shows="who did what"),
    ),
)
