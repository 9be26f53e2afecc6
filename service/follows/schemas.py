"""The shapes of what is followed: a feed of the changes of an answer, and each of them."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import Equal

from service.comparing.schemas import PatchDifferenceSchema, RowDifferenceSchema
from service.schemas import ShortEventSchema


def _text(description: str, *, null: bool = False) -> fields.String:
    return fields.String(required=True, allow_none=null, metadata={"description": description})


def _count(description: str) -> fields.Integer:
    return fields.Integer(required=True, metadata={"description": description})


class AnswerCountsSchema(Schema):
    """How much of each there is, of which the answer may show only the first."""

    added = _count("Rows that are new in the answer.")
    removed = _count("Rows that are no longer in it.")
    changed = _count("Rows that are in both, and not the same.")
    patch = _count("Operations of the patch.")
    events = _count("Events of the commit that the item tells of.")


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

    position = _count("Of the commit.")
    recorded_at = _text("When; RFC 3339, UTC.")
    actor = _text("Who.")
    request = _text("The id of the request.")
    reasons = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Why, as the events that are told give it, each once."},
    )
    url = _text("The pinned URL of the answer after the commit; null where it has none.", null=True)
    previous = _text("That of the answer before it.", null=True)
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

    of = _text("The question, as it stands still.")
    known = _text("Up to which position the feed was read, `@n`.")
    known_at = _text("When that position was recorded; null for the empty log.", null=True)
    view = fields.Integer(required=True, metadata={"description": "The version of the views."})
    pinned = _text("The URL at which this very body stands for ever.")
    items = fields.List(fields.Nested(AnswerChangeSchema), required=True)
    next = _text(
        "Where the feed goes on; null where it was read to the end. A page may have few items, or "
        "none, and a `next`: it has then looked at enough commits for once.",
        null=True,
    )


class AnswerChangedSchema(Schema):
    """A CloudEvent: a commit altered the answer to the question `of`."""

    specversion = fields.String(required=True, validate=Equal("1.0"))
    id = _text("The position of the commit; what to go on from.")
    source = _text("/v1/changes with the question; with the id, unique.")
    type = fields.String(required=True, validate=Equal("org.annales.answer-changed.v1"))
    subject = _text("The question.")
    time = _text("When; RFC 3339, UTC.")
    datacontenttype = fields.String(required=True, validate=Equal("application/json"))
    sequence = _text("The position in 20 digits, so that texts sort as positions do.")
    data = fields.Nested(AnswerChangeSchema, required=True)
