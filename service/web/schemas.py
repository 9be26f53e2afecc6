"""The shapes of problems, of what was recorded, and of what the process says of itself; headers."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from marshmallow import INCLUDE, Schema, fields

from service.asking import forms
from service.asking.schemas import text_field
from service.web.problems import MEDIA_TYPE


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


class ProvedEventSchema(Schema):
    """An event that an answer rests on, with the proof that it is in the log."""

    position = fields.Integer(required=True, metadata={"description": "Its place in the log."})
    index = fields.Integer(
        required=True, metadata={"description": "Its place in the tree, from 0, without a gap."}
    )
    entry = text_field("The text that is hashed: all that the log has of it but its position.")
    path = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "The hashes from the leaf to the root of the checkpoint."},
    )


class ProvedSchema(Schema):
    """An answer with its proof (`proof=true`): that these events are in the log."""

    says = text_field("What this proves, and what it does not.")
    of = text_field("The pinned URL of the answer.")
    media_type = text_field("The media type of its body.")
    digest = fields.String(
        required=True,
        metadata={**forms.DIGEST, "description": "The digest of the body, uncompressed."},
    )
    body = fields.String(metadata={"description": "The body, where it is text."})
    body_base64 = fields.String(metadata={"description": "The body, where it is none."})
    checkpoint = text_field("The signed checkpoint to which the paths lead.")
    key = text_field("The key that has signed it, as `/checkpoint/key` gives it.")
    events = fields.List(fields.Nested(ProvedEventSchema), required=True)
    omitted = fields.Integer(
        required=True,
        metadata={"description": "How many things it names whose events were too many to be here."},
    )
    checksum = fields.String(
        required=True,
        metadata={
            **forms.DIGEST,
            "description": "The digest of all that stands before this member, against accidents.",
        },
    )


HEADERS: dict[str, tuple[dict[str, Any], str]] = {
    "Accept-Post": ({"type": "string"}, "The type of body that the path takes."),
    "Annales-Omitted": (
        {"type": "string", "examples": ["bce=3, no-date=2"]},
        "How much a feed leaves out, by reason.",
    ),
    "Annales-Position": (forms.POSITION, "The position of the log that the answer reflects."),
    "Annales-Lag": (
        forms.POSITION,
        "How many positions the answers are behind the log, where the views cannot follow it.",
    ),
    "Annales-Silent": (
        {"type": "integer", "examples": [12]},
        "For how many seconds a node has not known how far the log is.",
    ),
    "Annales-Settled": (
        forms.POSITION,
        "How far the log is settled, at the pinned URL of an answer that is not settled yet.",
    ),
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
    "RateLimit": (
        {"type": "string", "examples": ['"default";r=599;t=60']},
        "How much is left (`r`), and in how many seconds it begins anew (`t`), if it is limited.",
    ),
    "RateLimit-Policy": (
        {"type": "string", "examples": ['"default";q=600;w=60']},
        "How much one may ask (`q`) in how many seconds (`w`), if it is limited.",
    ),
    "Repr-Digest": (
        forms.DIGEST,
        "At a pinned URL: the SHA-256 of the answer as it is sent (RFC 9530).",
    ),
    "Retry-After": (
        {"type": "integer", "minimum": 1},
        "When to come back, in seconds.",
    ),
    "Vary": ({"type": "string"}, "Which headers of the request the answer depends on."),
    "WWW-Authenticate": ({"type": "string"}, "How to send a key."),
}
"""The headers of answers: their form, and what they mean."""

PROBLEM_HEADERS = {
    401: ("WWW-Authenticate",),
    410: ("Link",),
    412: ("ETag",),
    415: ("Accept-Post",),
    429: ("Retry-After", "RateLimit", "RateLimit-Policy"),
    503: ("Retry-After",),
}
"""The headers that a problem has beside its body, by status."""


def headers(*names: str, sometimes: Iterable[str] = ()) -> dict[str, Any]:
    """Header Objects of OpenAPI by name; those in `sometimes` are not required, and come last."""
    always = {name: {**_header(name), "required": True} for name in names}
    return always | {name: _header(name) for name in sometimes}


def _header(name: str) -> dict[str, Any]:
    schema, description = HEADERS[name]
    return {"schema": schema, "description": description}


def problem_responses(*statuses: int) -> dict[str, Any]:
    """Response Objects of OpenAPI for problems, by status."""
    return {
        str(status): {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": ProblemSchema}},
            **({"headers": headers(*PROBLEM_HEADERS[status])} if status in PROBLEM_HEADERS else {}),
        }
        for status in statuses
    }


def id_parameter(*examples: str) -> list[dict[str, Any]]:
    """The Parameter Object of OpenAPI for the `{id}` of a path, in a list."""
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
    clock = text_field(
        "Why the clock is not believed, so that orders are refused; null where it is.", null=True
    )
    copied = fields.Integer(metadata={"description": "On a node: how far its copy of the log is."})
    heard = fields.Float(
        metadata={"description": "On a node: how many seconds ago PostgreSQL answered last."}
    )


class HealthSchema(Schema):
    """The process answers."""

    status = text_field("`ok`: it answers.")
