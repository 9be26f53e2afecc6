"""The shapes of answers about a record, a statement, a source, and about who did what."""

from __future__ import annotations

from marshmallow import INCLUDE, Schema, fields
from marshmallow.validate import OneOf

from projections import PROJECTIONS
from service.asking.schemas import (
    AnswerSchema,
    ExpectedSchema,
    HoldsSchema,
    MomentSchema,
    OverdueSchema,
    SentenceSchema,
    SinceSchema,
    StatementSchema,
    status_field,
    text_field,
)


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
    alternatives = fields.List(status_field(null=True))
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
