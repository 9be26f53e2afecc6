"""The shapes of `/v1/citations`."""

from __future__ import annotations

from marshmallow import Schema, fields

from service.asking.schemas import count_field, list_field, text_field


class CitationSchema(Schema):
    """A citation: what was cited, when and by whom."""

    id = text_field("The first 16 characters of the base32 of SHA-256, over type and bytes.")
    url = text_field("Where the bytes stand for ever.")
    of = text_field("The address that was cited.")
    media_type = text_field("As `Content-Type` said it.")
    digest = text_field("SHA-256 of the bytes, in hexadecimal digits.")
    bytes = count_field("How many they are.")
    cited_at = text_field("When; RFC 3339, UTC.")
    actor = text_field("Who: the name of their key, or `everyone`.")


class CitationsSchema(Schema):
    """The citations, the newest first."""

    items = list_field(CitationSchema)
    next = text_field("The path of the next page; null after the last.", null=True)


class CiteSchema(Schema):
    """What is to be cited."""

    of = text_field("A pinned address of this service: a path, or a whole URL.")
    media_type = fields.String(
        metadata={"description": "A type to ask for in `Accept`, where the address has several."}
    )
