"""The shape of `/v1/changes`."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import Equal, OneOf

from projections import PROJECTIONS
from service.asking.schemas import text_field


class ChangeDataSchema(Schema):
    """What was recorded, where it stands in the log, and who did it. A checkpoint has only
    its position."""

    position = fields.Integer(required=True)
    commit = fields.Integer(metadata={"description": "The last position of its commit."})
    event = fields.String(metadata={"description": "Its name, such as StatementCorrected."})
    kind = fields.String(validate=OneOf((*PROJECTIONS, "source")))
    record = fields.String(allow_none=True)
    source = fields.String(allow_none=True)
    statement = fields.String(allow_none=True)
    revision = fields.Integer(metadata={"description": "Of the record or the source."})
    actor = fields.String()
    request = fields.String()
    reason = fields.String(allow_none=True)
    line = fields.Dict(metadata={"description": "What was recorded."})


class ChangeSchema(Schema):
    """A CloudEvent: one event of the log, or a checkpoint where filters skip much."""

    specversion = fields.String(required=True, validate=Equal("1.0"))
    id = text_field("Its position; what to go on from.")
    source = text_field("Where it comes from; with the id, unique.")
    type = text_field("org.annales.statement-corrected.v1, … or annales.checkpoint.")
    subject = fields.String(metadata={"description": "records/juno or sources/yearbook."})
    time = fields.String(metadata={"description": "When it was recorded; RFC 3339, UTC."})
    datacontenttype = fields.String(required=True, validate=Equal("application/json"))
    sequence = text_field("The position in 20 digits, so that texts sort as positions do.")
    data = fields.Nested(ChangeDataSchema, required=True)
