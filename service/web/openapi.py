"""The description at /openapi.json, OpenAPI 3.1, which flask-smorest makes of the routes.

It is the same for every archive, and making it takes longer than all the rest of
an app: so it is made when somebody first reads it, once a process. What several
operations have in common, parameters, headers and problems, stands in it once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from http import HTTPStatus
from typing import Any, cast

from apispec.ext.marshmallow.openapi import OpenAPIConverter
from flask import Flask, Response, current_app
from flask_smorest import Api, Blueprint
from marshmallow import Schema

from service.version import VERSION
from service.web.access import needs

Members = dict[str, Any]

ABOUT = {
    "summary": "A chronicle of big science that is asked at three clocks.",
    "description": """\
A chronicle that is asked at three clocks: when it was so (`at`), what the sources had said
(`stated`), what the log had recorded (`known`).

**Begin** with `GET /v1/state?at=2013&country=CN`: what there was in China at the end of 2013. With
`&stated=2010` it is what the sources of 2010 had said of that day, with `&known=@1200` what the
log held at its position 1200. To read takes no key, unless the answer is 401.

**Clocks.** `at` and `stated` take a year, a month or a day, and mean its last day; `known` takes a
position (`@1200`), or an instant of RFC 3339. Every answer begins with its clocks, defaults
written out.

**Pinned and cited.** `pinned` in an answer, `Content-Location` elsewhere, is the URL at which
these very bytes stand as long as the version of the views in it (`view`) is made; that of an
earlier one is answered with 410, which names the address of today. What is to be kept for ever is
cited: `POST /v1/citations` with the pinned URL. `/c/{id}` keeps the bytes, whatever becomes of the
views.

**Checked.** Whatever is recorded is signed: `/checkpoint` has the root of the log, and
`/checkpoint/checking.py`, one file of Python, checks with `/checkpoint/key` that an event is in it,
that an answer (`&proof=true` at its pinned URL) rests on events that are, and that nothing was
rewritten.

**Pages.** A list has `next`, the path of its next page, null on the last; `Link` has it as
`rel="next"`. All pages of a list are of one position of the log.

**Errors** are problems of RFC 9457 (`application/problem+json`): `type` says which kind, and is a
page; `detail` what is wrong this time and what to do; `errors` which parameter or member, with
`allowed`, all that it takes, or `near`, what might have been meant. Nothing that is unknown is
ignored.

**Limits.** `RateLimit-Policy` says how much one may ask in how many seconds, `RateLimit` how much
is left and when it begins anew. An answer that takes long counts for several. What is over is 429,
with `Retry-After`.
""",
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
}

MEANINGS: Mapping[str, str] = {
    "a": "Side A.",
    "actor": "Who did it, by the name of their key.",
    "added": "What is there, and was not before.",
    "alternatives": "All statuses that are possible on the day; null is not there yet. "
    "One where the status is certain.",
    "b": "Side B.",
    "by": "The same of each group.",
    "came": "What came of it; null where nothing did.",
    "card": "What is said of it beside its statements: its name, its place, …; null before that.",
    "cause": "`record` for a mending of what was recorded, `sources` for a new word, `world` for "
    "what came to pass.",
    "causes": "What made it differ, clock by clock.",
    "certain": "How many certainly.",
    "certainty": "`certain`, `possible` where its dates leave it open, `last-known` where the day "
    "lies beyond what was said.",
    "change": "`+` came, `-` ended, `~` all else, `=` the same.",
    "changed": "What is there as before, and not the same.",
    "class": "The class of the facilities; null where they have none.",
    "changes": "What it would change, record by record.",
    "clock": "The clock that moved.",
    "commit": "The last position of its commit.",
    "contradicts": "The statements that it contradicts.",
    "country": "ISO 3166-1 alpha-2.",
    "counts": "False where its entry is disputed throughout: it moves nothing.",
    "datacontenttype": "The type of `data`.",
    "discoveries": "The discoveries of the year of `at`, or of the period.",
    "discoveries_to_date": "How many discoveries there had been by the day.",
    "days": "How many days later it was on side B; null where a side has none.",
    "description": "What it means.",
    "dry_run": "True: nothing was recorded.",
    "earliest": "The least that is possible.",
    "effective": "The effective statement of each entry.",
    "en": "In English.",
    "entries": "One each, in their order.",
    "epochs": "The epochs, in their order.",
    "event": "The name of the event, such as StatementCorrected.",
    "events": "The events, in the order of the log.",
    "expected": "What is expected of it on the day, beyond what was said; null where nothing is.",
    "facilities": "The facilities.",
    "failure": "Why the views are not followed; null where they are.",
    "feeds": "A feed each.",
    "field": "The field of science; null where there is none.",
    "group": "Which of the three lists it is in.",
    "head": "The last position of the log.",
    "holding": "Statements of it that hold on the day.",
    "holds": "The days on which it holds.",
    "in": "In which text.",
    "indicators": "The readings that hold, one a series.",
    "items": "One each, in the order of the list.",
    "kind": "What kind of record it is.",
    "ladders": "How many promises there are, each with all its plans.",
    "lag": "How many positions the views are behind the log.",
    "latest": "The most that is possible.",
    "left_out": "What sort of facilities a class leaves out; null where none.",
    "line": "The line of the order.",
    "lower_quartile": "The lower quartile of the slips, in days.",
    "measure": "What is counted.",
    "median": "The median of the slips, in days.",
    "media_type": "Its media type.",
    "milestone": "The step, such as operation-started.",
    "milestones": "The milestones beside each other.",
    "modality": "`actual` where it was so, `planned` where it was to be.",
    "name": "The name on its card.",
    "name_then": "Another name that it bore at `at`.",
    "observations": "The findings of the year of `at`, or of the period.",
    "operating_by_field": "How many operate, by field of science.",
    "outcome": "What came of the promise.",
    "outcomes": "How many promises came to what.",
    "overdue": "Its plans whose last possible day has passed unanswered.",
    "pairs": "What stands beside each other.",
    "parameters": "What it takes.",
    "path": "Where it is.",
    "points": "A point a step, the earliest first.",
    "policies": "The decisions that hold.",
    "position": "The position in the log.",
    "possible": "How many possibly.",
    "projected": "How far the views have read the log.",
    "range": "How many have each status certainly, and how many possibly.",
    "ready": "Whether questions are answered.",
    "reason": "Why, where it changes something.",
    "record": "The id of the record; null where it is about none.",
    "recorded_at": "When it was recorded; RFC 3339, UTC.",
    "records": "The records whose cards rest on it.",
    "region": "A region of M49; null where it is of none.",
    "removed": "What was there, and is no longer.",
    "request": "The id of the request that recorded it.",
    "revision": "How many events its record or source has.",
    "rivals": "The other statements of the entry.",
    "rows": "The rows of this page.",
    "since": "Since when it has its status; null where it has none.",
    "source": "The id of the source; null where it is about none.",
    "sources": "What it rests on: each source's id, and the place in it.",
    "spans": "All that holds in it, from a day to a day.",
    "specversion": "The version of CloudEvents.",
    "statement": "The id of the statement behind it; null where there is none.",
    "statements": "Its statements.",
    "status": "The status of the facility; null where it has none yet.",
    "statuses": "The statuses that its facilities have.",
    "step": "How far apart the points are.",
    "summary": "What it is, in a line.",
    "then": "As it was told then.",
    "total": "How many there are, of all pages.",
    "type": "What kind of event it is.",
    "upper_quartile": "The upper quartile of the slips, in days.",
    "value": "The value of the reading.",
    "warnings": "What is odd about it, and was recorded all the same.",
    "withdrawn": "Whether it is withdrawn.",
    "worst": "The promise that slipped the most; null where none did.",
    "zh": "In Chinese.",
}
"""What a member means wherever its own schema says nothing else."""


def register(app: Flask, blueprints: tuple[Blueprint, ...]) -> None:
    """Add the routes of these blueprints to an app, and the route of their description."""
    for blueprint in blueprints:
        app.register_blueprint(blueprint)

    @needs("open")
    def openapi() -> Response:
        """The description of all this, OpenAPI 3.1."""
        return current_app.response_class(description(blueprints), mimetype="application/json")

    app.add_url_rule("/openapi.json", view_func=openapi)


@cache
def description(blueprints: tuple[Blueprint, ...]) -> str:
    """The JSON text of the OpenAPI description of these blueprints."""
    app = Flask("description", static_folder=None)
    app.config |= {
        "API_TITLE": "Annales",
        "API_VERSION": VERSION,
        "OPENAPI_VERSION": "3.1.0",
        "API_SPEC_OPTIONS": {"info": ABOUT},
    }
    api = Description(app)
    api.spec.components.security_scheme("key", {"type": "http", "scheme": "bearer"})
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    described = api.spec.to_dict()
    converter = cast("OpenAPIConverter", api.ma_plugin.converter)
    declared = {name: key[0] for key, name in converter.refs.items()}
    _tell_members(described["components"]["schemas"], declared)
    _Shared(described["components"]).share(described["paths"])
    return json.dumps(described, ensure_ascii=False, separators=(",", ":"))


class Description(Api):
    """flask-smorest's API, whose errors are ours (`service.web.problems`)."""

    DEFAULT_ERROR_RESPONSE_NAME = None


def _tell_members(schemas: Members, declared: Mapping[str, type[Schema]]) -> None:
    """Describe each schema by its docstring, and each member that says nothing by its name."""
    for name, schema in schemas.items():
        schema["description"] = " ".join((declared[name].__doc__ or "").split())
        for member, shape in schema.get("properties", {}).items():
            if "description" not in shape and "$ref" not in shape:
                shape["description"] = MEANINGS[member]


class _Shared:
    """Components of the description: what operations have in common is said here once."""

    def __init__(self, components: Members) -> None:
        self._components = components
        self._names: dict[str, str] = {}

    def share(self, paths: Members) -> None:
        """Put references in place of all parameters, headers and problems of the paths."""
        for part in _parts(paths):
            if "parameters" in part:
                part["parameters"] = [
                    self._at("parameters", each["name"], each) for each in part["parameters"]
                ]
            responses = part.get("responses", {})
            for status, response in responses.items():
                headers = response.get("headers", {})
                for name, header in headers.items():
                    headers[name] = self._at("headers", name, header)
                if status[0] in "345":
                    phrase = HTTPStatus(int(status)).phrase.title().replace(" ", "")
                    responses[status] = self._at("responses", phrase, response)

    def _at(self, kind: str, name: str, object: Members) -> Members:
        """A reference to an object of a kind, under its name or one that follows it."""
        text = f"{kind} {json.dumps(object, sort_keys=True)}"
        if text not in self._names:
            kept = self._components.setdefault(kind, {})
            free = (f"{name}-{number}" for number in range(2, len(kept) + 3))
            found = name if name not in kept else next(each for each in free if each not in kept)
            kept[found], self._names[text] = object, found
        return {"$ref": f"#/components/{kind}/{self._names[text]}"}


def _parts(paths: Members) -> Iterator[Members]:
    """The paths, which may have parameters, and the operations of each."""
    for path in paths.values():
        yield path
        yield from (each for method, each in path.items() if method != "parameters")
