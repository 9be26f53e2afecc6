"""JSON Schemas of the lines, made from the catalogue: for the description and for clients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from events.catalogue import BY_TYPE
from events.fact import Fact, Line
from service.asking import forms
from service.words.csv_text import MEDIA_TYPE as CSV

Schema = dict[str, Any]


def line_schema(fact: type[Fact]) -> Schema:
    """The JSON Schema (2020-12) of one type of line, its references resolved."""
    (schema,), components = msgspec.json.schema_components([fact], ref_template="#/$defs/{name}")
    resolved: Schema = _resolved(schema, components)
    members = {"type": {"const": fact.TYPE}, **resolved["properties"]}
    for name in fact.DATES:
        members[name] = _date(members[name])
    members["revision"] = {
        "type": ["integer", "null"],
        "description": "The revision that the record is expected to have.",
    }
    return {
        "title": fact.EVENT,
        "description": (fact.__doc__ or "").strip(),
        "type": "object",
        "properties": members,
        "required": ["type", *resolved.get("required", [])],
        "additionalProperties": False,
    }


def line_body(*types: str, said: Iterable[str], examples: Mapping[str, Line]) -> Schema:
    """What OpenAPI says of a body that is a line of one of the types.

    The path says the members in `said`, so that the body need not.
    """
    schemas = [_without(line_schema(BY_TYPE[name]), said) for name in types]
    schema = schemas[0] if len(schemas) == 1 else {"oneOf": schemas}
    return {
        "required": True,
        "content": {"application/json": {"schema": schema, "examples": _named(examples)}},
    }


def batch_body(*media_types: str, examples: Mapping[str, str], sheets: Mapping[str, str]) -> Schema:
    """What OpenAPI says of a body that is many lines; `sheets` are examples of those as CSV."""
    schema = {"type": "string", "description": "One line of the one format after another."}
    content = {"schema": schema, "examples": _named(examples)}
    sheet = {"type": "string", "description": "A row of columns, then a row for each line."}
    of_sheets = {"schema": sheet, "examples": _named(sheets)}
    return {"required": True, "content": {**dict.fromkeys(media_types, content), CSV: of_sheets}}


def _named(examples: Mapping[str, Any]) -> Schema:
    return {name: {"value": value} for name, value in examples.items()}


def _date(schema: Schema) -> Schema:
    """A member that is a date, with its form, which the type alone does not have."""
    if "anyOf" not in schema:
        return forms.DATE
    return {**schema, "anyOf": [forms.DATE, {"type": "null"}]}


def _without(schema: Schema, said: Iterable[str]) -> Schema:
    said = set(said)
    members = {name: each for name, each in schema["properties"].items() if name not in said}
    required = [name for name in schema["required"] if name not in said]
    return {**schema, "properties": members, "required": required}


def _resolved(schema: Any, components: Schema) -> Any:
    if isinstance(schema, list):
        return [_resolved(each, components) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _resolved(components[schema["$ref"].rpartition("/")[2]], components)
    return {name: _resolved(value, components) for name, value in schema.items()}
