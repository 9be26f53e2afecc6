"""The shapes of answers about a record, a statement, a source, and about who did what."""

from __future__ import annotations

from marshmallow import INCLUDE, Schema, fields

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
    choice_field,
    class_field,
    contested_field,
    count_field,
    counts_field,
    flag_field,
    last_said_field,
    list_field,
    part_field,
    pinned_field,
    status_field,
    text_field,
    texts_field,
)


class ListsSchema(AnswerSchema):
    """A page of an answer with several lists, all of which begin and go on with it."""

    totals = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        metadata={
            "description": "The rows of each list, of all pages; only where there are several."
        },
    )
    next = text_field("The path of the next page; null on the last.", null=True)


class EntrySchema(Schema):
    """An entry of a record, and its effective statement."""

    entry = text_field("The slot that statements compete for.")
    effective = text_field("The statement that fills it at the clocks.")
    counts = flag_field("False where the entry is disputed throughout: it moves nothing.")
    contested = contested_field()


class WarningSchema(Schema):
    """Something odd about a statement that was recorded all the same."""

    statement = fields.String()
    code = text_field("A stable word.")
    text = text_field("For people.")


class HeldSchema(Schema):
    """A statement of the record that holds on the day, and how long."""

    statement = text_field("Its id.")
    holds = part_field(HoldsSchema)
    contested = contested_field()


class RecordSchema(ListsSchema):
    """A record with all that is visible of it. A facility also has its row of the state."""

    id = text_field("The record's id.")
    kind = choice_field(PROJECTIONS)
    revision = count_field("Events in its stream.")
    card = fields.Dict(required=True, allow_none=True)
    sentence = part_field(SentenceSchema, "Null while nothing had been said of it.", null=True)
    name = fields.String()
    name_then = fields.String()
    country = fields.String()
    field = fields.String()
    class_ = class_field()
    status = fields.String(allow_none=True)
    since = fields.Nested(SinceSchema, allow_none=True)
    certainty = fields.String()
    alternatives = fields.List(status_field(null=True))
    statement = fields.String(allow_none=True)
    contested = contested_field()
    expected = fields.Nested(ExpectedSchema, allow_none=True)
    overdue = fields.List(fields.Nested(OverdueSchema))
    last_said = last_said_field()
    holding = fields.List(fields.Nested(HeldSchema))
    entries = list_field(EntrySchema)
    warnings = list_field(WarningSchema)
    statements = list_field(StatementSchema)


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
    counts = flag_field()


class TimelineSchema(ListsSchema):
    """A record's life: every span of it, and the effective statement of each entry."""

    id = text_field("The record's id.")
    kind = fields.String(required=True)
    spans = list_field(SpanSchema)
    effective = list_field(EffectiveSchema)


class EventSchema(Schema):
    """What the audit log tells of one event: who, when, why, and what it changed."""

    position = count_field()
    commit = count_field()
    revision = count_field()
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
    entries = list_field(EventSchema)
    next = text_field("The path of the next page; null on the last.", null=True)


class RivalSchema(Schema):
    """Another statement of the same entry, and what decided against it."""

    standing = text_field("effective, withdrawn, not-visible, disputed, planned, said-earlier, …")
    why = text_field("For people.")
    withdrawn = flag_field()
    statement = part_field(StatementSchema)


class ExplanationSchema(ListsSchema):
    """A statement, why it holds or lost, its rivals, its events and its sources."""

    id = text_field("The statement's id.")
    record = text_field("The record it lies in.")
    kind = text_field("The kind of that record.")
    entry = text_field("The slot that it fills.")
    withdrawn = flag_field()
    counts = flag_field()
    effective = text_field("The effective statement of the entry; null where none is.", null=True)
    standing = text_field("effective, withdrawn, not-visible, disputed, planned, said-earlier, …")
    why = text_field("For people.")
    warnings = list_field(WarningSchema)
    contradicts = texts_field()
    sources = fields.List(fields.Dict(), required=True)
    statement = part_field(StatementSchema)
    rivals = list_field(RivalSchema)
    events = list_field(EventSchema)


class RestingSchema(Schema):
    """A statement that rests on a source, and the place in it."""

    id = text_field("The statement's id.")
    title = text_field("One line.")
    title_zh = fields.String(metadata={"description": "The same in Chinese, where there is one."})
    locator = text_field("Where in the source; a semicolon stands between two places.", null=True)


class SourceSchema(ListsSchema):
    """A source, and what rests on it at the clocks."""

    id = text_field("The source's id.")
    revision = count_field()
    source = fields.Dict(required=True)
    statements = list_field(RestingSchema)
    records = texts_field()


class ActSchema(EventSchema):
    """An event of any record or source."""

    stream = text_field("record: or source: and the id.")
    record = text_field("The id of the record or the source.")
    kind = choice_field((*PROJECTIONS, "source"))


class ActivityTotalsSchema(Schema):
    """Counts of all the events that are meant, not of the page alone."""

    events = count_field()
    actor = counts_field()
    event = counts_field()
    kind = counts_field()


class ActivitySchema(Schema):
    """Who did what between two moments of the log, the newest last."""

    # `from` is a word of Python's, so the class cannot have it.
    since = fields.Nested(MomentSchema, required=True, data_key="from")
    to = part_field(MomentSchema)
    view = count_field("The version of the views.")
    pinned = pinned_field()
    totals = part_field(ActivityTotalsSchema)
    entries = list_field(ActSchema)
    next = text_field("The path of the next page; null on the last.", null=True)
