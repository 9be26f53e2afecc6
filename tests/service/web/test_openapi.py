"""`/openapi.json` is valid, complete, and true of what is answered."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from service.app import EXPOSED
from service.asking.filters import SHARED
from service.web.problems import MEDIA_TYPE
from tests.service.asked import AS_SENT, DESCRIPTION, PATHS, QUESTIONS, RULES, Asked, Reader

OF_ITSELF = {
    "GET /docs",
    "GET /docs/{name}",
    "GET /metrics",
    "GET /openapi.json",
    "GET /problems/{slug}",
    "GET /v1/schemas",
    "GET /v1/schemas/{type}",
    "GET /v1/schemas/{type}.csv",
    "GET /version",
}
"""What the service shows of itself, rather than of its chronicle: not in the description."""

PAGES = {"pages", "frames", "finding", "viewers", "citation", "suggesting", "desk", "pictures"}
"""The blueprints whose paths are to be looked at."""

OPERATIONS: dict[str, dict[str, Any]] = {
    f"{method.upper()} {path}": operation
    for path, item in DESCRIPTION["paths"].items()
    for method, operation in item.items()
    if method in ("get", "post", "put", "patch", "delete")
}


def validator(schema: Any) -> jsonschema.Draft202012Validator:
    """A validator of one schema of the description."""
    whole = {"components": DESCRIPTION["components"], **schema}
    return jsonschema.Draft202012Validator(whole)


def test_the_description_is_valid_openapi_3_1() -> None:
    """By the validator of others."""
    assert AS_SENT["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(AS_SENT).validate()


def test_what_operations_share_is_said_once() -> None:
    """A page that shows it reads all of it: so it is no larger than it must be."""
    assert len(json.dumps(AS_SENT, separators=(",", ":"))) < 450_000
    for kind in ("parameters", "headers", "responses"):
        shared = [json.dumps(each) for each in AS_SENT["components"][kind].values()]
        assert len(shared) == len(set(shared))
    assert DESCRIPTION["paths"]["/v1/state"]["get"]["parameters"][0]["name"] == "at"


def test_every_member_says_what_it_is() -> None:
    """Each schema, and each of its members, by itself or by the schema that it refers to."""
    for name, schema in AS_SENT["components"]["schemas"].items():
        assert len(schema["description"]) > 5, name
        for member, shape in schema.get("properties", {}).items():
            assert "$ref" in shape or len(shape["description"]) > 2, f"{name}.{member}"


def test_the_limits_are_described() -> None:
    """Of every question: how much one may ask, and how much is left; and in words."""
    for name in ("RateLimit", "RateLimit-Policy"):
        assert AS_SENT["components"]["headers"][name]["description"]
        responses = OPERATIONS["GET /v1/state"]["responses"]
        assert name in responses["200"]["headers"]
        assert name in responses["429"]["headers"]
    for word in ("Clocks", "Errors", "Pages", "Limits", "/v1/citations"):
        assert word in AS_SENT["info"]["description"]


def test_every_route_is_described_and_nothing_else() -> None:
    """Each method and path of the app, besides pages and what describes the service itself."""
    told = {rule for rule, blueprint in RULES.items() if blueprint not in PAGES}
    assert set(OPERATIONS) == told - OF_ITSELF


@pytest.mark.parametrize("asked", QUESTIONS, ids=PATHS)
def test_the_parameters_that_are_described_are_those_that_are_taken(
    reader: Reader, asked: Asked
) -> None:
    """A question tells what it takes when it refuses; each has a schema and a description."""
    for path in asked.paths():
        refused = reader.ask(f"{path}?nope=1").get_json()
        assert set(refused["allowed"]) == asked.takes
    described = OPERATIONS[f"GET {asked.path}"]["parameters"]
    assert len({(each["in"], each["name"]) for each in described}) == len(described)
    for each in described:
        assert each["schema"]["type"]
        assert len(each["description"]) > 10


def test_a_page_of_another_origin_may_read_every_header_that_is_described() -> None:
    """By what CORS lets through anyway, or by our word."""
    described = {
        name
        for operation in OPERATIONS.values()
        for answer in operation["responses"].values()
        for name in answer.get("headers", ())
    }
    plain = {"Cache-Control", "Content-Type", "Last-Modified"}
    told = {"Vary", "Content-Disposition"}
    assert {"ETag", "Preference-Applied", "Retry-After"} <= described
    assert described - plain - told <= set(EXPOSED.split(", "))


def test_every_parameter_of_the_list_is_taken_somewhere() -> None:
    """`SHARED` describes no parameter that there is not."""
    taken = set().union(*(asked.takes for asked in QUESTIONS))
    # A parameter may be called otherwise there, where two questions take different values.
    described = {name for asked in QUESTIONS for name in asked.takes}
    assert taken == described
    assert {each.name for each in SHARED} <= taken


def test_a_path_parameter_is_described_as_required() -> None:
    """Each `{name}` of a path."""
    for path, item in DESCRIPTION["paths"].items():
        for name in re.findall(r"\{(\w+)\}", path):
            (found,) = [each for each in item["parameters"] if each["name"] == name]
            assert (found["in"], found["required"]) == ("path", True)


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_is_refused_is_described_as_a_problem(name: str) -> None:
    """Every 4xx and 5xx has `application/problem+json`, and every operation a summary."""
    operation = OPERATIONS[name]
    assert operation["summary"]
    problems = [status for status in operation["responses"] if status[0] in "45"]
    if name not in ("GET /healthz", "GET /readyz"):
        assert {"401", "403", "422"} <= set(problems)
        for status in problems:
            content = operation["responses"][status]["content"]
            assert list(content) == [MEDIA_TYPE], status


def test_a_problem_is_as_described(reader: Reader) -> None:
    """The problems of questions, each by the schema that its operation has for its status."""
    for url, path in (
        ("/v1/state?nope=1", "/v1/state"),
        ("/v1/state?at=x", "/v1/state"),
        ("/v1/state?known=@9999", "/v1/state"),
        ("/v1/state?view=0", "/v1/state"),
        ("/v1/records/nope", "/v1/records/{id}"),
    ):
        answer = reader.ask(url)
        content = OPERATIONS[f"GET {path}"]["responses"][str(answer.status_code)]["content"]
        validator(content[MEDIA_TYPE]["schema"]).validate(answer.get_json())


@pytest.mark.parametrize("asked", QUESTIONS, ids=PATHS)
def test_every_answer_is_as_described(reader: Reader, asked: Asked) -> None:
    """By JSON Schema, as a stranger would read it: a fourth of all that can be asked."""
    content = OPERATIONS[f"GET {asked.path}"]["responses"]["200"]["content"]
    schema = validator(content["application/json"]["schema"])
    for _, answer in reader.asks(asked)[::4]:
        if answer.status_code == 200:
            schema.validate(answer.get_json())


def test_the_answers_about_the_service_are_as_described(reader: Reader) -> None:
    """`/healthz` and `/readyz`."""
    for path in ("/healthz", "/readyz"):
        content = OPERATIONS[f"GET {path}"]["responses"]["200"]["content"]
        validator(content["application/json"]["schema"]).validate(reader.get(path))


def test_a_schema_knows_no_member_but_its_own(reader: Reader) -> None:
    """The schemas have teeth: another member, or one less, is found."""
    schema = validator({"$ref": "#/components/schemas/State"})
    state = reader.get("/v1/state", at="2013", limit="3")
    schema.validate(state)
    assert not schema.is_valid({**state, "nope": 1})
    assert not schema.is_valid({name: value for name, value in state.items() if name != "totals"})
    facility = {**state["facilities"][0], "status": "nope"}
    assert not schema.is_valid({**state, "facilities": [facility]})
