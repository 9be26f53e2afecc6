"""The shapes of all answers, as marshmallow schemas: what OpenAPI shows and tests load by.

Answers are texts that were put together before (`service.state.answer`), so no schema
stands in their way; a test loads a sample of each by its schema, unknown
members refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from marshmallow import INCLUDE, Schema, fields
from marshmallow.validate import OneOf

from events.vocabulary import FIELDS, STATUSES
from projections import PROJECTIONS
from service.asking import forms
from service.asking.filters import FACETS
from service.web.problems import MEDIA_TYPE


def text_field(description: str, *, null: bool = False) -> fields.String:
    """A member that is always there, with what it says; `null` where it may have nothing to say."""
    return fields.String(required=True, allow_none=null, metadata={"description": description})


def count_field(description: str) -> fields.Integer:
    """A number that is always there, with what it counts."""
    return fields.Integer(required=True, metadata={"description": description})


def _status(*, null: bool = False) -> fields.String:
    return fields.String(required=True, allow_none=null, validate=OneOf(STATUSES))


class AnswerSchema(Schema):
    """What every answer begins with: its clocks, defaults written out."""

    at = fields.String(metadata={"description": "Valid time, a day; absent with `during`."})
    during = fields.String(metadata={"description": "The period, in place of `at`."})
    stated = text_field("Decision time: what the sources had said by this day.")
    known = text_field("Transaction time: what the log held at this position, `@n`.")
    known_at = text_field("When that position was recorded; null for the empty log.", null=True)
    view = fields.Integer(required=True, metadata={"description": "The version of the views."})
    pinned = text_field("The URL at which this very body stands for ever.")


class FigureSchema(Schema):
    """A figure in a sentence, which a page may link."""

    text = text_field("As it stands there.")
    start = fields.Integer(
        required=True, metadata={"description": "Where it begins, in characters."}
    )
    end = fields.Integer(required=True, metadata={"description": "Where it has ended."})
    href = text_field("The path that it leads to, if it leads anywhere.", null=True)


class FiguresSchema(Schema):
    """The figures of a sentence in each language, in their order."""

    en = fields.List(fields.Nested(FigureSchema), required=True)
    zh = fields.List(fields.Nested(FigureSchema), required=True)


class SentenceSchema(Schema):
    """What an answer says, in words."""

    en = text_field("English.")
    zh = text_field("Chinese.")
    figures = fields.Nested(FiguresSchema, required=True)


class SaidSchema(Schema):
    """From which day a statement is visible on the clock `stated`."""

    day = text_field("ISO 8601.")
    assumed = fields.Boolean(
        required=True, metadata={"description": "True where the source's own day is not known."}
    )


class BoundsSchema(Schema):
    """The first and the last day that a date allows; null is an open end."""

    earliest = text_field("ISO 8601.", null=True)
    latest = text_field("ISO 8601.", null=True)


class HoldsSchema(Schema):
    """The days on which something holds, both included; null is an end that is not known."""

    # `from` is a word of Python's, so the class cannot have it.
    since = fields.String(
        required=True, allow_none=True, data_key="from", metadata={"description": "ISO 8601."}
    )
    to = text_field("ISO 8601.", null=True)


class StatementSchema(Schema):
    """A statement: its line as it stands at `known`, with the day it was said and its bounds."""

    class Meta:
        """The members of a line depend on its type."""

        unknown = INCLUDE

    type = text_field("milestone, discovery, policy, indicator or observation.")
    id = text_field("The statement's own id.")
    title = text_field("One line.")
    modality = fields.String(required=True, validate=OneOf(("actual", "planned")))
    date = fields.String(metadata={"description": "EDTF, as precise as the source."})
    said = fields.Nested(SaidSchema, required=True)
    bounds = fields.Nested(BoundsSchema, required=True)


class HoldingSchema(StatementSchema):
    """A statement that holds for a time."""

    holds = fields.Nested(HoldsSchema, required=True)


class SinceSchema(BoundsSchema):
    """Since when: the date as given, and its bounds."""

    date = text_field("EDTF.")


class ExpectedSchema(Schema):
    """What was expected of a facility beyond the horizon."""

    status = _status()
    statement = text_field("The plan behind it.")
    date = text_field("EDTF.")


class OverdueSchema(Schema):
    """A plan whose last possible day has passed unanswered."""

    statement = text_field("The plan.")
    milestone = text_field("What was promised.")
    date = text_field("For when; EDTF.")
    stated = text_field("When it was said; EDTF.")


class FacilityStateSchema(Schema):
    """A facility at three clocks; with `during`, one row for each status it held."""

    id = text_field("The record's id.")
    name = text_field("The name on its card.")
    name_then = fields.String(metadata={"description": "Another name that it bore at `at`."})
    country = text_field("ISO 3166-1 alpha-2.")
    field = fields.String(required=True, validate=OneOf(FIELDS))
    status = _status(null=True)
    since = fields.Nested(SinceSchema, required=True, allow_none=True)
    certainty = fields.String(required=True, validate=OneOf(("certain", "possible", "last-known")))
    alternatives = fields.List(_status(null=True))
    statement = text_field("The statement that gave the status.", null=True)
    expected = fields.Nested(ExpectedSchema, allow_none=True)
    overdue = fields.List(fields.Nested(OverdueSchema))
    holds = fields.List(fields.Nested(HoldsSchema))


class RangeSchema(Schema):
    """How many facilities certainly have a status, and how many possibly."""

    certain = fields.Integer(required=True)
    possible = fields.Integer(required=True)


class TotalsSchema(Schema):
    """Counts over everything that the filter lets through, not only this page."""

    status = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    range = fields.Dict(keys=fields.String(), values=fields.Nested(RangeSchema), required=True)
    operating_by_field = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class StateSchema(AnswerSchema):
    """The state of the chronicle at three clocks."""

    sentence = fields.Nested(SentenceSchema, required=True)
    totals = fields.Nested(TotalsSchema, required=True)
    facilities = fields.List(fields.Nested(FacilityStateSchema), required=True)
    policies = fields.List(fields.Nested(HoldingSchema), required=True)
    indicators = fields.List(fields.Nested(HoldingSchema), required=True)
    discoveries = fields.List(fields.Nested(StatementSchema), required=True)
    observations = fields.List(fields.Nested(StatementSchema), required=True)
    discoveries_to_date = fields.Integer(required=True)
    next = text_field("The path of the next page of facilities; null on the last.", null=True)


class RecordItemSchema(Schema):
    """A record in a list. Only facilities have a status; `fields` may leave out all but the id."""

    id = text_field("The record's id.")
    kind = fields.String(validate=OneOf(tuple(PROJECTIONS)))
    name = fields.String(
        metadata={
            "description": "The name on the card, else the title of the statement that names it "
            "best."
        }
    )
    country = fields.String(allow_none=True, metadata={"description": "ISO 3166-1 alpha-2."})
    field = fields.String(allow_none=True, validate=OneOf(FIELDS))
    status = fields.String(allow_none=True, validate=OneOf(STATUSES))
    since = fields.Nested(
        SinceSchema,
        allow_none=True,
        metadata={"description": "Since when it has its status; only where that sorts the list."},
    )
    distance_km = fields.Float(
        metadata={"description": "Along a great circle, to the metre; only with `near`."}
    )


class RecordsSchema(AnswerSchema):
    """A page of records."""

    total = fields.Integer(required=True, metadata={"description": "Of all pages."})
    facets = fields.Dict(
        keys=fields.String(validate=OneOf(FACETS)),
        values=fields.Dict(keys=fields.String(), values=fields.Integer()),
        metadata={"description": "Counts over all pages, the most frequent first."},
    )
    items = fields.List(fields.Nested(RecordItemSchema), required=True)
    next = text_field("The path of the next page; null on the last.", null=True)


class MatchSchema(Schema):
    """A text in which the words stand."""

    # `in` is a word of Python's, so the class cannot have it.
    where = fields.String(
        required=True, data_key="in", validate=OneOf(("card", "statement", "source"))
    )
    statement = text_field("The statement's id; null for a card or a source.", null=True)
    field = text_field("The member of its line: name, title, summary, …")
    snippet = text_field("HTML: what was found stands in `<mark>`, all else is escaped.")


class SearchItemSchema(RecordItemSchema):
    """A record or a source that was found."""

    kind = fields.String(validate=OneOf((*PROJECTIONS, "source")))
    score = fields.Float(
        metadata={
            "description": "How well it answers: 6 and more where the name on its card has the "
            "words, 4 and more where a title has them, 2 and more where another text has them."
        }
    )
    hits = fields.Integer(metadata={"description": "How many of its texts have all the words."})
    matches = fields.List(
        fields.Nested(MatchSchema),
        metadata={"description": "Where they stand, for the best few of those texts."},
    )


class SearchSchema(RecordsSchema):
    """A page of what was found."""

    items = fields.List(fields.Nested(SearchItemSchema), required=True)


class EntrySchema(Schema):
    """An entry of a record, and its effective statement."""

    entry = text_field("The slot that statements compete for.")
    effective = text_field("The statement that fills it at the clocks.")
    counts = fields.Boolean(
        required=True,
        metadata={"description": "False where the entry is disputed throughout: it moves nothing."},
    )


class WarningSchema(Schema):
    """Something odd about a statement that was recorded all the same."""

    statement = fields.String()
    code = text_field("A stable word.")
    text = text_field("For people.")


class HeldSchema(Schema):
    """A statement of the record that holds on the day, and how long."""

    statement = text_field("Its id.")
    holds = fields.Nested(HoldsSchema, required=True)


class RecordSchema(AnswerSchema):
    """A record with all that is visible of it. A facility also has its row of the state."""

    id = text_field("The record's id.")
    kind = fields.String(required=True, validate=OneOf(tuple(PROJECTIONS)))
    revision = fields.Integer(required=True, metadata={"description": "Events in its stream."})
    card = fields.Dict(required=True, allow_none=True)
    sentence = fields.Nested(
        SentenceSchema,
        required=True,
        allow_none=True,
        metadata={"description": "Null while nothing had been said of it."},
    )
    name = fields.String()
    name_then = fields.String()
    country = fields.String()
    field = fields.String()
    status = fields.String(allow_none=True)
    since = fields.Nested(SinceSchema, allow_none=True)
    certainty = fields.String()
    alternatives = fields.List(_status(null=True))
    statement = fields.String(allow_none=True)
    expected = fields.Nested(ExpectedSchema, allow_none=True)
    overdue = fields.List(fields.Nested(OverdueSchema))
    holding = fields.List(fields.Nested(HeldSchema))
    entries = fields.List(fields.Nested(EntrySchema), required=True)
    warnings = fields.List(fields.Nested(WarningSchema), required=True)
    statements = fields.List(fields.Nested(StatementSchema), required=True)


class SpanSchema(HoldsSchema):
    """Something that holds in a record from a day to a day; what else it tells depends on it."""

    class Meta:
        """A status tells its alternatives, a plan its milestone, and so on."""

        unknown = INCLUDE

    facet = text_field("status, name, overdue, expected, policy, indicator, discovery, …")
    value = text_field("The status, the name, the series, …", null=True)
    statement = text_field("The statement behind it.", null=True)


class EffectiveSchema(StatementSchema):
    """The effective statement of an entry."""

    entry = text_field("The slot that it fills.")
    counts = fields.Boolean(required=True)


class TimelineSchema(AnswerSchema):
    """A record's life: every span of it, and the effective statement of each entry."""

    id = text_field("The record's id.")
    kind = fields.String(required=True)
    spans = fields.List(fields.Nested(SpanSchema), required=True)
    effective = fields.List(fields.Nested(EffectiveSchema), required=True)


class EventSchema(Schema):
    """What the audit log tells of one event: who, when, why, and what it changed."""

    position = fields.Integer(required=True)
    commit = fields.Integer(required=True)
    revision = fields.Integer(required=True)
    event = text_field("Its name, such as StatementCorrected.")
    statement = text_field("The statement that it is about; null for the card.", null=True)
    recorded_at = text_field("RFC 3339, UTC.")
    actor = text_field("Who asked for it.")
    request = text_field("In which request.")
    reason = text_field("Why, where it changes something.", null=True)
    sources = fields.List(fields.Dict(), required=True)
    line = fields.Dict(required=True, metadata={"description": "What was recorded."})
    patch = fields.List(
        fields.Dict(),
        required=True,
        metadata={
            "description": "RFC 6902, from the record's document before the event to the one "
            "after; the document is {card, statements by id}, and begins as {}."
        },
    )


class HistorySchema(AnswerSchema):
    """How a record changed: one entry an event, the oldest first."""

    id = text_field("The record's id.")
    entries = fields.List(fields.Nested(EventSchema), required=True)
    next = text_field("The path of the next page; null on the last.", null=True)


class RivalSchema(Schema):
    """Another statement of the same entry, and what decided against it."""

    standing = text_field("effective, withdrawn, not-visible, disputed, planned, said-earlier, …")
    why = text_field("For people.")
    withdrawn = fields.Boolean(required=True)
    statement = fields.Nested(StatementSchema, required=True)


class ExplanationSchema(AnswerSchema):
    """A statement, why it holds or lost, its rivals, its events and its sources."""

    id = text_field("The statement's id.")
    record = text_field("The record it lies in.")
    kind = text_field("The kind of that record.")
    entry = text_field("The slot that it fills.")
    withdrawn = fields.Boolean(required=True)
    counts = fields.Boolean(required=True)
    effective = text_field("The effective statement of the entry; null where none is.", null=True)
    standing = text_field("effective, withdrawn, not-visible, disputed, planned, said-earlier, …")
    why = text_field("For people.")
    warnings = fields.List(fields.Nested(WarningSchema), required=True)
    contradicts = fields.List(fields.String(), required=True)
    sources = fields.List(fields.Dict(), required=True)
    statement = fields.Nested(StatementSchema, required=True)
    rivals = fields.List(fields.Nested(RivalSchema), required=True)
    events = fields.List(fields.Nested(EventSchema), required=True)


class RestingSchema(Schema):
    """A statement that rests on a source, and the place in it."""

    id = text_field("The statement's id.")
    title = text_field("One line.")
    locator = text_field("Where in the source.", null=True)


class SourceSchema(AnswerSchema):
    """A source, and what rests on it at the clocks."""

    id = text_field("The source's id.")
    revision = fields.Integer(required=True)
    source = fields.Dict(required=True)
    statements = fields.List(fields.Nested(RestingSchema), required=True)
    records = fields.List(fields.String(), required=True)


class ClocksSchema(Schema):
    """A point of the three clocks, written out."""

    at = text_field("Valid time, a day.")
    stated = text_field("Decision time, a day.")
    known = text_field("Transaction time: a position, `@n`.")
    known_at = text_field("When that position was recorded; null for the empty log.", null=True)


class ShortEventSchema(Schema):
    """An event in few words."""

    position = fields.Integer(required=True)
    event = text_field("Its name, such as StatementCorrected.")
    statement = text_field("The statement that it is about; null for the card.", null=True)
    recorded_at = text_field("RFC 3339, UTC.")
    actor = text_field("Who recorded it.")
    reason = text_field("Why, where it changes something.", null=True)


class MomentSchema(Schema):
    """A moment of the log."""

    known = text_field("A position, `@n`.")
    known_at = text_field("When it was recorded; null for the empty log.", null=True)


class ActSchema(EventSchema):
    """An event of any record or source."""

    stream = text_field("record: or source: and the id.")
    record = text_field("The id of the record or the source.")
    kind = fields.String(required=True, validate=OneOf((*PROJECTIONS, "source")))


class ActivityTotalsSchema(Schema):
    """Counts of all the events that are meant, not of the page alone."""

    events = fields.Integer(required=True)
    actor = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    event = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    kind = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class ActivitySchema(Schema):
    """Who did what between two moments of the log, the newest last."""

    # `from` is a word of Python's, so the class cannot have it.
    since = fields.Nested(MomentSchema, required=True, data_key="from")
    to = fields.Nested(MomentSchema, required=True)
    view = fields.Integer(required=True, metadata={"description": "The version of the views."})
    pinned = text_field("The URL at which this very body stands for ever.")
    totals = fields.Nested(ActivityTotalsSchema, required=True)
    entries = fields.List(fields.Nested(ActSchema), required=True)
    next = text_field("The path of the next page; null on the last.", null=True)


class ProblemSchema(Schema):
    """RFC 9457; what else a problem carries depends on its type."""

    class Meta:
        """A problem carries the facts of its error."""

        unknown = INCLUDE

    type = text_field("/problems/ and the slug.")
    title = text_field("What kind of problem it is.")
    status = fields.Integer(required=True)
    detail = text_field("What is wrong this time, and what to do.")
    instance = text_field("The path that was asked.")


class PlacedSchema(Schema):
    """An event that was recorded, or would be."""

    line = fields.Integer(required=True, metadata={"description": "The number of its line."})
    position = fields.Integer(metadata={"description": "Its place in the log."})
    type = text_field("The type of its line.")
    stream = text_field("The stream that it joined.")
    revision = fields.Integer(required=True)
    id = text_field("The statement, record or source that it is about.")


class OddSchema(Schema):
    """A warning about a line."""

    line = fields.Integer(required=True)
    code = text_field("A stable word.")
    text = text_field("For people.")


class RecordedSchema(Schema):
    """What was recorded, as one commit. With `return=minimal`: the positions alone."""

    position = fields.Integer(required=True)
    recorded_at = fields.String()
    actor = fields.String()
    request = fields.String()
    projected = fields.Boolean(metadata={"description": "Whether the views have read it."})
    events = fields.List(fields.Raw(), required=True)
    warnings = fields.List(fields.Nested(OddSchema))


class PreviewSchema(Schema):
    """What would be recorded, and what it would change."""

    dry_run = fields.Boolean(required=True)
    events = fields.List(fields.Nested(PlacedSchema), required=True)
    warnings = fields.List(fields.Nested(OddSchema), required=True)
    changes = fields.List(fields.Dict(), required=True)


HEADERS: dict[str, tuple[dict[str, Any], str]] = {
    "Accept-Post": ({"type": "string"}, "The type of body that the path takes."),
    "Annales-Omitted": (
        {"type": "string", "examples": ["bce=3, no-date=2"]},
        "How much a feed leaves out, by reason.",
    ),
    "Annales-Position": (forms.POSITION, "The position of the log that the answer reflects."),
    "Annales-Revision": (forms.REVISION, "The revision of the record or source."),
    "Cache-Control": ({"type": "string"}, "`immutable` at the pinned URL, else `no-cache`."),
    "Content-Disposition": ({"type": "string"}, "What a file of it is called."),
    "Content-Location": ({"type": "string"}, "The pinned URL of this very answer."),
    "ETag": (forms.TAG, "For `If-None-Match` and, with a revision in it, for `If-Match`."),
    "Idempotency-Replayed": (
        {"type": "string", "enum": ["true"]},
        "The order was recorded before under this key.",
    ),
    "Link": ({"type": "string"}, "Where to go on (RFC 8288)."),
    "Location": ({"type": "string"}, "Where to find it."),
    "Memento-Datetime": (forms.HTTP_DATE, "As what time the log is seen (RFC 7089)."),
    "Preference-Applied": ({"type": "string"}, "What of `Prefer` was heeded."),
    "Retry-After": (
        {"type": "integer", "minimum": 1},
        "When to come back, in seconds.",
    ),
    "Vary": ({"type": "string"}, "Which headers of the request the answer depends on."),
    "WWW-Authenticate": ({"type": "string"}, "How to send a key."),
}
"""The headers of answers: what form they have, and what they tell."""

PROBLEM_HEADERS = {
    401: ("WWW-Authenticate",),
    410: ("Link",),
    412: ("ETag",),
    415: ("Accept-Post",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}
"""The headers that a problem has beside its body, by status."""


def headers(*names: str, sometimes: Iterable[str] = ()) -> dict[str, Any]:
    """What a description says of the headers of an answer, those that it may lack last."""
    always = {name: {**_header(name), "required": True} for name in names}
    return always | {name: _header(name) for name in sometimes}


def _header(name: str) -> dict[str, Any]:
    schema, description = HEADERS[name]
    return {"schema": schema, "description": description}


def problem_responses(*statuses: int) -> dict[str, Any]:
    """What a description says of the problems that an operation may answer with."""
    return {
        str(status): {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": ProblemSchema}},
            **({"headers": headers(*PROBLEM_HEADERS[status])} if status in PROBLEM_HEADERS else {}),
        }
        for status in statuses
    }


def id_parameter(*examples: str) -> list[dict[str, Any]]:
    """What a description says of the `{id}` of a path."""
    return [
        {
            "in": "path",
            "name": "id",
            "required": True,
            "schema": {**forms.ID, "examples": list(examples)},
            "description": "The id.",
        }
    ]


class ReadySchema(Schema):
    """How far the log goes and how far the views have read it."""

    ready = fields.Boolean(required=True)
    head = fields.Integer(required=True)
    projected = fields.Integer(required=True)
    lag = fields.Integer(required=True)
    failure = fields.String(allow_none=True)


class HealthSchema(Schema):
    """The process answers."""

    status = text_field("ok")
