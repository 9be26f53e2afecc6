"""The web service put together: the archive, the routes, the problems, the description.

`create_app` is the one place where they meet; no rule and no route stands here.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, jsonify, redirect, request
from flask_smorest import Api

from projections import VIEW
from service import access, problems
from service.archive import Archive
from service.problems import PROBLEMS
from service.routes import blueprint as questions
from service.version import VERSION
from service.write_routes import blueprint as orders


class Description(Api):
    """flask-smorest's API, whose errors are ours (`service.problems`)."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """Leave errors to `service.problems`."""


BLUEPRINTS = (questions, orders)


def create_app(archive: Archive, *, open_reads: bool = True) -> Flask:
    """The WSGI app that answers from an archive. The caller keeps and closes the archive.

    With `open_reads` everyone may ask; else a key of any role is needed.
    """
    app = Flask("annales", static_folder=None)
    app.json.ensure_ascii = False  # type: ignore[attr-defined] # of the default provider
    app.json.sort_keys = False  # type: ignore[attr-defined] # of the default provider
    app.extensions["annales"] = archive
    app.config |= {
        "API_TITLE": "Annales",
        "API_VERSION": VERSION,
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": "/",
        "OPENAPI_JSON_PATH": "openapi.json",
        "API_SPEC_OPTIONS": {
            "info": {
                "description": "A chronicle that is asked at three clocks: when it was so (`at`), "
                "what the sources had said (`stated`), what the log had recorded (`known`).",
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            }
        },
    }
    problems.register(app)
    access.register(app, archive.keys, open_reads=open_reads, opened=["api-docs.openapi_json"])
    description = Description(app)
    description.spec.components.security_scheme("key", {"type": "http", "scheme": "bearer"})
    for blueprint in BLUEPRINTS:
        description.register_blueprint(blueprint)
    app.add_url_rule("/", "home", _home)
    app.add_url_rule("/problems/<slug>", "problem", _problem)
    app.after_request(_with_headers)
    return app


@access.needs("open")
def _home() -> Any:
    """Where to begin, until there are pages: the state today."""
    return redirect("/v1/state", 302)


@access.needs("open")
def _problem(slug: str) -> Any:
    """What a slug of a problem means."""
    for problem in PROBLEMS:
        if problem.slug == slug:
            return jsonify(
                type=f"/problems/{slug}",
                title=problem.title,
                status=problem.status,
                meaning=problem.meaning,
            )
    return problems.problem_response(problems.NOT_FOUND, problems.NOT_FOUND.meaning, {})


def _with_headers(response: Response) -> Response:
    """What every answer carries: open to read from any page, and never guessed at."""
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    if request.method in ("GET", "HEAD"):
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = EXPOSED
    response.headers.setdefault("Annales-View", str(VIEW))
    return response


EXPOSED = (
    "ETag, Link, Content-Location, Retry-After, Annales-Position, Annales-Revision, Annales-View"
)
