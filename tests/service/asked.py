"""What the service can be asked, read off its own description, so that a new route is asked too.

A question is a path of `/openapi.json` that is pinned by `view`. Its `{id}` stands
for some records, statements or sources of the chronicle of the first release.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from flask import Flask
from marshmallow import Schema, class_registry
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from docs.tables import in_place
from events.fact import Line
from events.ledger.checking import digest_of
from service.app import create_app
from service.archive import Archive
from service.asking import forms
from service.questions import QUESTIONS as DECLARED
from service.settings import Settings
from service.web.problems import MEDIA_TYPE, PROBLEMS
from service.web.schemas import ProblemSchema

CHRONICLE = Path(__file__).parents[1] / "golden" / "first-release.jsonl"
LINES: list[Line] = [json.loads(line) for line in CHRONICLE.read_text("utf-8").splitlines()]

FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"

IDS: Mapping[str, tuple[str, ...]] = {
    "records": (
        "juno",
        "cepc",
        "us-china-science-agreement",
        "rd-share-of-gdp",
        "grb-13tev",
        next(line["id"] for line in LINES if line["type"] == "observation"),
    ),
    "statements": (
        "juno-plan-2020",
        "bepc-launch-1984-claim",
        "sta-expired",
        "rd-2024-prelim",
        "grb-18tev",
    ),
    "sources": ("bcas-juno-2015", "pd-mengxiang"),
}
"""Some ids, by the part of the path before `{id}`."""

NEEDED = {"to_at": "2016", "q": "neutrino", "of": "/v1/state?country=CN"}
"""Parameters without which some questions ask nothing."""

CLOCKS: tuple[dict[str, str], ...] = (
    {},
    {"at": "2013"},
    {"at": "2013-05"},
    {"at": "1984-10-07"},
    {"at": "-0240"},
    {"at": "Y12025"},
    {"at": "Y-12025"},
    {"at": "2030"},
    {"at": "2025", "stated": "2016"},
    {"at": "2013", "stated": "1900"},
    {"stated": "-0240"},
    {"stated": "Y12025"},
    {"during": "2024"},
    {"during": "1988-10"},
    {"during": "2030", "stated": "2024"},
    {"during": "Y12025"},
    {"known": "@0"},
    {"known": "@900"},
    {"known": "@1199"},
    {"known": "@1201"},
    {"known": "2026-11-23T13:00:00+01:00"},
    {"at": "2025", "stated": "2024", "known": "@1199"},
    {"known": "@600", "to_known": "@1199"},
    {"at": "2010", "stated": "2016", "to_at": "2020", "to_stated": "2024"},
    {"from": "@900"},
    {"to": "2026-11-23T12:00:00Z"},
    {"from": "@0", "to": "@0"},
    {"from": "1984"},
    {"to": "1984-10", "step": "month"},
    {"from": "-0240", "to": "-0239"},
    {"from": "Y12024", "to": "Y12025", "stated": "2016", "known": "@900"},
)
"""Clocks to ask by: none, each, together; before and after everything; the empty log."""

MOMENT = re.compile(forms.MOMENT["pattern"])

IN_ORDER = ("at", "during", "stated", "known", "from", "to")
"""The clocks of a pinned URL, before its filters."""

VALUES: Mapping[str, tuple[str, ...]] = {
    "country": ("CN", "CH", "LI"),
    "field": ("particle-physics", "quantum"),
    "status": ("operating", "suspended"),
    "kind": ("facility", "policy"),
    "limit": ("1", "2000"),
}
"""Values of filters."""


class Asked(NamedTuple):
    """A question: its path with `{id}` in it, its parameters, and the schema of its answer.

    `moments` are the parameters that take a moment of the log, `one_of` those of which one is
    given, `needed` some without which it asks nothing, with values.
    """

    path: str
    takes: frozenset[str]
    moments: frozenset[str]
    schema: type[Schema]
    one_of: tuple[str, ...]
    needed: Mapping[str, str]

    @property
    def is_of_one(self) -> bool:
        """Whether it is about one thing, which the log may not have had."""
        return "{id}" in self.path or "record" in self.one_of

    def paths(self) -> Iterator[str]:
        """The paths that can be asked."""
        if "{id}" not in self.path:
            yield self.path
            return
        space = self.path.partition("/{id}")[0].rpartition("/")[2]
        for id in IDS.get(space, IDS["records"]):
            yield self.path.replace("{id}", id)

    def urls(self, asked: Mapping[str, str]) -> Iterator[str]:
        """The URLs that ask with these parameters; none where it does not take them."""
        if asked.keys() <= self.takes:
            for path in self.paths():
                yield url(path, **{**self.needed, **asked})

    def asks(self) -> Iterator[str]:
        """URLs by all the clocks, by each filter alone, and by all filters together."""
        for clocks in CLOCKS:
            # What `from` and `to` are, moments of the log or days of the world, is the question's.
            if all(
                (name in self.moments) == bool(MOMENT.match(clocks[name]))
                for name in ("from", "to")
                if name in clocks
            ):
                yield from self.urls(clocks)
        filters = {name: values for name, values in VALUES.items() if name in self.takes}
        for name, values in filters.items():
            for value in values:
                yield from self.urls({name: value})
        if filters:
            yield from self.urls({name: values[0] for name, values in filters.items()})


def examples_beyond(paths: Collection[str]) -> Iterator[str]:
    """An example of each declared question that is about no one thing and not at one of the paths,
    so that a new question is tried by the tests that ask some archive of their own."""
    for question in DECLARED:
        if question.path not in paths and question.space is None:
            yield question.examples[0].path


def url(path: str, **parameters: str) -> str:
    """A path with parameters, all that is special in them escaped."""
    return f"{path}?{urlencode(parameters, quote_via=quote)}" if parameters else path


def described(rule: str) -> str:
    """A path of Flask's as OpenAPI writes it."""
    return re.sub(r"<(?:[a-z]+:)?([a-z]+)>", r"{\1}", rule)


def _description() -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    with TemporaryDirectory() as folder, Archive(Path(folder)) as archive:
        app = create_app(archive)
        rules = {
            f"{method} {described(rule.rule)}": rule.endpoint.partition(".")[0]
            for rule in app.url_map.iter_rules()
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        }
        found: dict[str, Any] = app.test_client().get("/openapi.json").get_json()
        return found, {**found, "paths": in_place(found["paths"], found)}, rules


AS_SENT, DESCRIPTION, RULES = _description()
"""What the service says of itself, as it is sent and with what its operations share in each of
them; and the blueprint of every method and path that it has."""


def _questions() -> Iterator[Asked]:
    for path, operations in DESCRIPTION["paths"].items():
        operation = operations.get("get", {})
        query = [each for each in operation.get("parameters", ()) if each["in"] == "query"]
        takes = frozenset(each["name"] for each in query)
        moments = frozenset(
            each["name"]
            for each in query
            if each["schema"].get("pattern") == forms.MOMENT["pattern"]
        )
        if "view" not in takes:
            continue
        content = operation["responses"]["200"]["content"]
        # The shapes of feeds were drawn up by others; they have a contract of their own.
        shape = content.get("application/json", {}).get("schema", {})
        # A question has a second shape, that of an answer with its proof.
        if (ref := shape.get("anyOf", [shape])[0].get("$ref")) is not None:
            name = ref.rpartition("/")[2]
            declared = next((each for each in DECLARED if each.id_in(path) is not None), None)
            one_of = declared.one_of if declared else ()
            needed = {name: value for name, value in NEEDED.items() if name in takes}
            needed |= {
                each["name"]: each["schema"]["examples"][0]
                for each in query
                if each["name"] in one_of[:1]
            }
            yield Asked(path, takes, moments, _schema(name), one_of, needed)


def _schema(name: str) -> type[Schema]:
    """The one schema that the description calls so, in whatever module it stands."""
    schema: type[Schema] = class_registry.get_class(f"{name}Schema")
    return schema


QUESTIONS: tuple[Asked, ...] = tuple(_questions())
PATHS = [asked.path for asked in QUESTIONS]
"""Their names in tests."""


def unkept(archive: Archive, **more: Any) -> Flask:
    """The service over an archive, which makes every answer anew; `more` are settings."""
    return create_app(archive, Settings(data=archive.folder, kept=0, **more))


class Reader:
    """Somebody who asks, and holds every answer to what all of them have in common."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._client = app.test_client()
        self._told: dict[str, list[tuple[str, TestResponse]]] = {}

    def ask(self, url: str, *, method: str = "GET", **headers: str) -> TestResponse:
        """The answer; names of headers with an underscore for each hyphen."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self._client.open(url, method=method, headers=named)
        self._check(answer, method)
        return answer

    def asks(self, asked: Asked) -> list[tuple[str, TestResponse]]:
        """All that a question can be asked, with the answers; asked once for all tests."""
        if asked.path not in self._told:
            self._told[asked.path] = [(url, self.ask(url)) for url in asked.asks()]
        return self._told[asked.path]

    def get(self, path: str, **parameters: str) -> Any:
        """The members of an answer that must be there."""
        answer = self.ask(url(path, **parameters))
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()

    def refused(self, url: str, *, method: str = "GET", **headers: str) -> tuple[int, str]:
        """The status and the slug of a problem."""
        answer = self.ask(url, method=method, **headers)
        assert answer.status_code >= 400, f"{url} gave {answer.status_code}"
        return answer.status_code, slug(answer)

    def _check(self, answer: TestResponse, method: str) -> None:
        told = f"{method} {answer.request.url[:200]} gave {answer.status_code}"
        if method == "GET" and "Content-Length" in answer.headers:  # a stream has neither
            never_changes = answer.cache_control.immutable and answer.status_code == 200
            digest = digest_of(answer.get_data()) if never_changes else None
            assert answer.headers.get("Repr-Digest") == digest, told
        assert answer.headers["X-Content-Type-Options"] == "nosniff", told
        if method in ("GET", "HEAD", "OPTIONS"):
            assert answer.headers["Access-Control-Allow-Origin"] == "*", told
            assert "Annales-Position" in answer.headers["Access-Control-Expose-Headers"], told
        if answer.status_code >= 400 and method != "HEAD":
            check = check_problem if answer.mimetype == MEDIA_TYPE else check_problem_page
            check(answer)
        documented = self._documented(answer.request.path, method)
        # A 304 is the 200 over again, for whoever has it already.
        assert documented is None or str(answer.status_code) in {*documented, "304"}, told

    def _documented(self, path: str, method: str) -> set[str] | None:
        """The statuses that the description has for an operation; None where it has no such."""
        method = "GET" if method == "HEAD" else method
        try:
            rule, _ = self.app.url_map.bind("localhost").match(path, method, return_rule=True)
        except HTTPException:
            return None
        operation = DESCRIPTION["paths"].get(described(rule.rule), {}).get(method.lower())
        return None if operation is None else set(operation["responses"])


def slug(answer: TestResponse) -> str:
    """Which problem an answer is."""
    return str(answer.get_json()["type"]).removeprefix("/problems/")


def check_problem(answer: TestResponse) -> None:
    """An answer that is a problem has the shape of RFC 9457, a known slug, and is kept nowhere."""
    assert answer.mimetype == MEDIA_TYPE, answer.get_data(as_text=True)[:200]
    body = answer.get_json()
    ProblemSchema().load(body)
    assert slug(answer) in {problem.slug for problem in PROBLEMS}
    assert body["status"] == answer.status_code
    assert body["instance"] == answer.request.path
    assert body["detail"]
    assert answer.headers["Cache-Control"] == "no-store"


def check_problem_page(answer: TestResponse) -> None:
    """A problem as a page stands on the path of a page, says its slug, and is kept nowhere."""
    text = answer.get_data(as_text=True)
    assert answer.mimetype == "text/html", text[:200]
    assert not answer.request.path.startswith("/v1/"), answer.request.path
    assert re.search(r'href="/problems/[a-z-]+"', text), text
    assert answer.headers["Cache-Control"] == "no-store"
