"""Somebody who follows questions, and what all who test that share."""

from __future__ import annotations

import json
import re
from typing import Any

import feedparser
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.app import create_app
from service.archive import Archive
from service.follows.followable import why_not
from service.follows.schemas import FollowsSchema
from tests.service.asked import examples_beyond
from tests.service.asked import slug as problem
from tests.story.telling import (
    milestone,
)

GROUND = milestone("ground", "construction-started", "2015-01-10", stated="2015-01-10")
RUNS = milestone("runs", "operation-started", "2025-08-26", stated="2025-08-26")

STILL = "/v1/state?at=2016&stated=2026-12-31&country=CN"
"""A question whose clocks stand still."""

Answer = dict[str, Any]


class Asker:
    """Asks the service over an archive, its views brought up to the log."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.client: FlaskClient = create_app(archive).test_client()

    def ask(self, of: str, accept: str = "application/json", **more: str) -> TestResponse:
        """The answer to a feed of `of`."""
        self.archive.catch_up()
        asked = {"of": of, **more}
        return self.client.get("/v1/follows", query_string=asked, headers={"Accept": accept})

    def feed(self, of: str, **more: str) -> Answer:
        """The page of a feed, which must be one."""
        response = self.ask(of, **more)
        assert response.status_code == 200, response.text
        answer: Answer = json.loads(response.text)
        FollowsSchema().load(answer)
        return answer

    def walk(self, of: str, **more: str) -> list[Answer]:
        """The items of all pages, by the links."""
        page = self.feed(of, **more)
        items: list[Answer] = page["items"]
        while page["next"] is not None:
            page = self.get(page["next"])
            items += page["items"]
        return items

    def walk_back(self, of: str, **more: str) -> list[int]:
        """The positions of the entries of Atom, from the newest on, by the links to what was
        before."""
        found: list[int] = []
        response = newest = self.ask(of, format="atom", **more)
        while True:
            assert response.status_code == 200, response.text
            read = feedparser.parse(response.data)
            found += [place(entry) for entry in read.entries]
            # All but the newest page are archives (RFC 5005), which lead to the feed itself.
            current = [link.href for link in read.feed.links if link.rel == "current"]
            assert len(current) == response.text.count("<fh:archive") == (response is not newest)
            before = [link.href for link in read.feed.links if link.rel == "prev-archive"]
            if not before:
                return found
            response = self.client.get(only(before).removeprefix("http://localhost"))

    def get(self, url: str) -> Any:
        """The JSON at a URL that must be there."""
        response = self.client.get(url)
        assert response.status_code == 200, response.text
        return body(response)

    def refused(self, of: str, **more: str) -> tuple[int, str]:
        """The status and the slug of what a feed is refused with."""
        response = self.ask(of, **more)
        assert response.status_code >= 400, response.text
        return response.status_code, problem(response)


def body(response: TestResponse) -> Any:
    """The JSON of a response."""
    return json.loads(response.text)


def positions(items: list[Answer]) -> list[int]:
    """Where the items stand in the log."""
    return [item["position"] for item in items]


def place(entry: Any) -> int:
    """Where an entry of Atom stands in the log, by its id."""
    return int(entry.id.rpartition("Z:")[2].partition(":")[0])


def only(items: list[Any]) -> Any:
    """The one item."""
    (item,) = items
    return item


BY_HAND = (
    "/v1/state?at=2016&stated=2027",
    "/v1/state?during=2016&stated=2027",
    "/v1/records?at=2016&stated=2027&facets=kind",
    "/v1/search?q=JUNO&at=2016&stated=2027",
    "/v1/records/juno?at=2016&stated=2027",
    "/v1/records/juno/timeline?at=2016&stated=2027",
    "/v1/records/juno/slips?at=2016&stated=2027",
    "/v1/statements/ground?at=2016&stated=2027",
    "/v1/sources/yearbook?at=2016&stated=2027",
    "/v1/slips?at=2016&stated=2027",
    "/v1/overdue?at=2019&stated=2019",
    "/v1/due?at=2016&stated=2017",
    "/v1/trends?from=2010&to=2020&stated=2027",
    "/v1/transitions?from=2010&to=2020&stated=2027",
    "/v1/hindsight?at=2016&stated=2016&to_stated=2027",
    "/v1/compare?at=2014&stated=2027&to_at=2016",
)


def described_path(of: str) -> str:
    """The path of a followed URL as its question has it."""
    return re.sub(r"/(juno|ground|yearbook)\b", "/{id}", of.partition("?")[0])


EACH = (
    *BY_HAND,
    *(
        of
        for of in examples_beyond({described_path(of) for of in BY_HAND})
        if why_not(of.partition("?")[0]) is None
    ),
)
"""A question of each path, its clocks still."""
