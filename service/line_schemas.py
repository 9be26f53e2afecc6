"""JSON Schemas of the lines, made from the catalogue: for the description and for clients."""

from __future__ import annotations

from typing import Any

import msgspec

from events.catalogue import BY_TYPE
from events.fact import Fact

Schema = dict[str, Any]


def line_schema(fact: type[Fact]) -> Schema:
    """The JSON Schema (2020-12) of one type of line, its references resolved."""
    (schema,), components = msgspec.json.schema_components([fact], ref_template="#/$defs/{name}")
    resolved: Schema = _resolved(schema, components)
    members = {"type": {"const": fact.TYPE}, **resolved["properties"]}
    members["revision"] = {
        "type": "integer",
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


def line_body(*types: str) -> Schema:
    """What OpenAPI says of a body that is a line of one of the types."""
    schemas = [line_schema(BY_TYPE[name]) for name in types]
    batch = len(types) == len(BY_TYPE)
    schema = schemas[0] if len(schemas) == 1 else {"oneOf": schemas}
    media_type = "application/jsonl" if batch else "application/json"
    if batch:
        schema = {"type": "string", "description": "One line of the one format after another."}
    return {"required": True, "content": {media_type: {"schema": schema}}}


def _resolved(schema: Any, components: Schema) -> Any:
    if isinstance(schema, list):
        return [_resolved(each, components) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _resolved(components[schema["$ref"].rpartition("/")[2]], components)
    return {name: _resolved(value, components) for name, value in schema.items()}
