"""The description against the service: all that it allows and forbids, and every example in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.archive import Archive
from tests.service.asked import (
    DESCRIPTION,
    LINES,
    PATHS,
    QUESTIONS,
    Asked,
    Reader,
    url,
)
from tests.service.fuzzing import BESIDE, OPERATIONS, fuzz, shipped
from tests.story.telling import command

POSTS = [operation for operation in OPERATIONS if operation.startswith("POST ")]
ORDERS = [post for post in POSTS if post.removeprefix("POST ") not in BESIDE]
"""What the log records; what is cited or suggested has no dry run, and moves no head."""

OF_A_COPY = {"GET /checkpoint/base", "GET /checkpoint/base/key"}
"""What only the copy of another log answers well, which this one is not."""


@pytest.mark.long
@pytest.mark.no_cover
@pytest.mark.usefixtures("undrawn")
def test_the_service_keeps_to_its_description(tmp_path: Path) -> None:
    """By schemathesis, over a socket: the examples, and values at and beyond each limit, of every
    operation. No fault of ours, no answer that is not as described, nothing taken that is
    forbidden; every operation answers well, and every order is also recorded.

    `scripts/fuzz` is the long form, with random requests."""
    with shipped(tmp_path) as (base, key):
        fuzzed = fuzz(base, key, examples=0)
    assert fuzzed.wrong == []
    assert fuzzed.cases > 2000
    for operation in OPERATIONS:
        statuses = fuzzed.statuses(operation)
        answers_well = bool(statuses.keys() & {200, 302})
        assert answers_well != (operation in OF_A_COPY), f"{operation}: {statuses}"
        assert not [each for each in statuses if each >= 500 and each != 503], operation
    for operation in POSTS:
        statuses = fuzzed.statuses(operation)
        assert statuses.keys() >= {200, 201}, f"{operation} was never recorded: {statuses}"


def examples(operation: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The bodies that are given as examples, each once, with a media type that it may have."""
    media_types: dict[str, tuple[str, Any]] = {}
    for media_type, content in operation["requestBody"]["content"].items():
        for example in content["examples"].values():
            media_types.setdefault(str(example["value"]), (media_type, example["value"]))
    yield from media_types.values()


def with_id(path: str) -> str:
    """The path with the first example of its id."""
    item = DESCRIPTION["paths"][path]
    for each in item.get("parameters", ()):
        path = path.replace("{id}", each["schema"]["examples"][0])
    return path


@pytest.fixture
def curator(archive: Archive) -> tuple[FlaskClient, dict[str, str]]:
    """A client of the shipped chronicle, and the headers of a curator."""
    archive.chronicle.execute(command(*LINES))
    archive.catch_up()
    key = archive.keys.issue(name="li", role="curator", by="root")
    return create_app(archive).test_client(), {"Authorization": f"Bearer {key}", "If-Match": "*"}


def test_every_example_of_an_order_is_recorded(
    curator: tuple[FlaskClient, dict[str, str]],
) -> None:
    """One after the other on the shipped chronicle: 200 as a dry run, then 201."""
    client, headers = curator
    for order in ORDERS:
        path = order.removeprefix("POST ")
        for media_type, value in examples(DESCRIPTION["paths"][path]["post"]):
            body = value if isinstance(value, str) else json.dumps(value)
            for dry_run, status in (("true", 200), ("false", 201)):
                answer = client.post(
                    url(with_id(path), dry_run=dry_run),
                    data=body,
                    content_type=media_type,
                    headers=headers,
                )
                assert answer.status_code == status, answer.get_data(as_text=True)


@pytest.mark.parametrize("asked", QUESTIONS, ids=PATHS)
def test_every_example_of_a_parameter_is_taken(reader: Reader, asked: Asked) -> None:
    """Each alone, besides what the question needs anyway."""
    for each in DESCRIPTION["paths"][asked.path]["get"]["parameters"]:
        for value in each["schema"].get("examples", ()):
            beside = {"near": "39.9,116.4"} if each["name"] == "radius" else {}
            needed = {} if each["name"] in asked.one_of else asked.needed
            wanted = {**needed, **beside}
            headers = {}
            if each["in"] == "header":
                headers = {each["name"].replace("-", "_"): str(value)}
            else:
                wanted[each["name"]] = str(value)
            answer = reader.ask(url(with_id(asked.path), **wanted), **headers)
            assert answer.status_code == 200, f"{answer.request.url}: {answer.data!r}"
