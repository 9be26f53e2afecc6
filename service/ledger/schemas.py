"""The shapes of an event as it is stored, and of a proof of consistency."""

from __future__ import annotations

from marshmallow import Schema, fields

from service.asking.schemas import text_field


class CommitSchema(Schema):
    """The commit that an event joined the log in."""

    first = fields.Integer(required=True, metadata={"description": "Where its events begin."})
    position = fields.Integer(required=True, metadata={"description": "Where they end."})
    recorded_at = text_field("When it was recorded; RFC 3339, UTC.")
    actor = text_field("Who recorded it.")
    request = text_field("The id of the request that did.")


class StoredEventSchema(Schema):
    """An event as it is stored, and what of it is hashed."""

    position = fields.Integer(required=True, metadata={"description": "Its place in the log."})
    index = fields.Integer(
        required=True,
        allow_none=True,
        metadata={
            "description": "Its number in the tree, from 0; null where the log has no tree yet."
        },
    )
    leaf = text_field("The hash of its entry, in base64: SHA-256 of a zero byte and the entry.")
    entry = text_field("The exact text that is hashed: all that is stored but the position.")
    stream = text_field("The record or source, by what it is called in the log.")
    version = fields.Integer(required=True, metadata={"description": "Its number in the stream."})
    topic = text_field("The type of event and its version, such as facility-recorded-v1.")
    state = fields.Dict(required=True, metadata={"description": "What was recorded."})
    commit = fields.Nested(CommitSchema, required=True)


class ConsistencySchema(Schema):
    """That the log of one size is the beginning of that of another, by RFC 9162, section 2.1.4."""

    origin = text_field("The name of the log.")
    from_ = fields.Integer(
        data_key="from", required=True, metadata={"description": "The smaller size, in events."}
    )
    to = fields.Integer(required=True, metadata={"description": "The larger size."})
    from_root = text_field("The root of the tree of the smaller size, in base64.")
    to_root = text_field("The root of the tree of the larger size.")
    path = fields.List(
        fields.String(), required=True, metadata={"description": "The hashes of the proof."}
    )


class EpochSchema(Schema):
    """An epoch of the log."""

    number = fields.Integer(required=True, metadata={"description": "From 2 on."})
    began = fields.Integer(
        required=True, metadata={"description": "What lies beyond this position was told anew."}
    )
    recorded_at = text_field("When it began; RFC 3339, UTC.")


class EpochsSchema(Schema):
    """The epochs of a log after its first."""

    epochs = fields.List(fields.Nested(EpochSchema), required=True)
