"""The shapes of what is followed: a feed of the changes of an answer, and each of them."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import Equal

from service.asking.schemas import ShortEventSchema, count_field, pinned_field, text_field
from service.comparing.schemas import PatchDifferenceSchema, RowDifferenceSchema


class AnswerCountsSchema(Schema):
    """How much of each there is, of which the answer may show only the first."""

    added = count_field("Rows that are new in the answer.")
    removed = count_field("Rows that are no longer in it.")
    changed = count_field("Rows that are in both, and not the same.")
    patch = count_field("Operations of the patch.")
    events = count_field("Events of the commit that the item tells of.")


class AnswerDifferenceSchema(Schema):
    """What the commit changed of the answer. Of `/v1/state` on a day, the rows with their causes,
    as `/v1/diff` has them, and the rest of the answer as a patch; of others, one patch."""

    counts = fields.Nested(AnswerCountsSchema, required=True)
    added = fields.List(fields.Nested(RowDifferenceSchema), required=True)
    removed = fields.List(fields.Nested(RowDifferenceSchema), required=True)
    changed = fields.List(fields.Nested(PatchDifferenceSchema), required=True)
    patch = fields.List(
        fields.Dict(),
        required=True,
        metadata={
            "description": "RFC 6902, between the two answers without their clocks, `pinned`, "
            "`next`, `revision` and sentences; a list whose rows have names is an object by these."
        },
    )


class AnswerChangeSchema(Schema):
    """A commit that altered the answer: who, when and why, and what it changed."""

    position = count_field("Of the commit.")
    recorded_at = text_field("When; RFC 3339, UTC.")
    actor = text_field("Who.")
    request = text_field("The id of the request.")
    reasons = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Why, as the events that are told give it, each once."},
    )
    url = text_field(
        "The pinned URL of the answer after the commit; null where it has none.", null=True
    )
    previous = text_field("That of the answer before it.", null=True)
    changes = fields.Nested(AnswerDifferenceSchema, required=True)
    events = fields.List(
        fields.Nested(ShortEventSchema),
        required=True,
        metadata={
            "description": "The events of the commit that touched the answer; none where only "
            "days had passed since the commit before."
        },
    )


class FollowsSchema(Schema):
    """The commits that altered an answer, the oldest first."""

    of = text_field("The question, as it stands still.")
    known = text_field("Up to which position the feed was read, `@n`.")
    known_at = text_field("When that position was recorded; null for the empty log.", null=True)
    view = fields.Integer(required=True, metadata={"description": "The version of the views."})
    pinned = pinned_field()
    items = fields.List(fields.Nested(AnswerChangeSchema), required=True)
    next = text_field(
        "Where the feed goes on; null where it was read to the end. A page may have few items, or "
        "none, and a `next`: it has then looked at enough commits for once.",
        null=True,
    )


class AnswerChangedSchema(Schema):
    """A CloudEvent: a commit altered the answer to the question `of`."""

    specversion = fields.String(required=True, validate=Equal("1.0"))
    id = text_field("The position of the commit; what to go on from.")
    source = text_field("/v1/changes with the question; with the id, unique.")
    type = fields.String(required=True, validate=Equal("org.annales.answer-changed.v1"))
    subject = text_field("The question.")
    time = text_field("When; RFC 3339, UTC.")
    datacontenttype = fields.String(required=True, validate=Equal("application/json"))
    sequence = text_field("The position in 20 digits, so that texts sort as positions do.")
    data = fields.Nested(AnswerChangeSchema, required=True)
