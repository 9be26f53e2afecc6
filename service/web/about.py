"""What the service says of itself: its version, the shape of every line, and a page to try it.

The page at `/docs` is Swagger UI, served from the installed package: no file
comes from anywhere else.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from mimetypes import guess_type
from pathlib import Path
from typing import Any

import flask_swagger_ui
from flask import Blueprint, Response, jsonify, request

from events.catalogue import BY_TYPE
from events.sheets.members import template
from projections import VIEW
from service.version import VERSION
from service.web import problems
from service.web.access import needs
from service.web.line_schemas import line_schema
from service.web.response import parameters, unless_held
from service.words.csv_text import MEDIA_TYPE as CSV
from service.words.csv_text import csv_text

blueprint = Blueprint("describing", __name__)

DOCS_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline';"
    " frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)

_SWAGGER = Path(str(files(flask_swagger_ui))) / "dist"

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Annales: the API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="/docs/favicon-32x32.png">
<main id="api"></main>
<noscript><p>The description itself: <a href="/openapi.json">openapi.json</a></p></noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/begin.js"></script>
</html>
"""

_BEGIN = """SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#api", deepLinking: true, docExpansion: "list",
  defaultModelsExpandDepth: 0, tryItOutEnabled: true, validatorUrl: null,
});
"""


@blueprint.get("/version")
@needs("open")
def version() -> Response:
    """The version of the program and of its views."""
    parameters(())
    return jsonify(name="annales", version=VERSION, view=VIEW)


@blueprint.get("/v1/schemas")
@needs("open")
def schemas() -> Response:
    """Where the JSON Schema of each type of line is."""
    parameters(())
    return jsonify({name: f"/v1/schemas/{name}" for name in BY_TYPE})


@blueprint.get("/v1/schemas/<type>")
@needs("open")
def schema(type: str) -> Response:
    """The JSON Schema of a type of line."""
    parameters(())
    if type not in BY_TYPE:
        return _not_found(f"no type of line {type[:80]!r}")
    response = jsonify(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"/v1/schemas/{type}",
            **line_schema(BY_TYPE[type]),
        }
    )
    response.mimetype = "application/schema+json"
    return response


@blueprint.get("/v1/schemas/<type>.csv")
@needs("open")
def sheet(type: str) -> Response:
    """An empty sheet for a type of line: a header that names its members."""
    parameters(())
    if type not in BY_TYPE:
        return _not_found(f"no type of line {type[:80]!r}")
    response = Response(csv_text(template(type), ()), mimetype=CSV)
    response.headers["Content-Disposition"] = f'attachment; filename="{type}.csv"'
    return response


@blueprint.get("/problems/<slug>")
@needs("open")
def problem(slug: str) -> Any:
    """What a problem means, and what to do about it."""
    named = problems.BY_SLUG.get(slug)
    if named is None:
        return _not_found(f"no problem {slug[:80]!r}")
    return jsonify(
        type=f"/problems/{slug}", title=named.title, status=named.status, meaning=named.meaning
    )


def _not_found(why: str) -> Response:
    return problems.problem_response(problems.BY_SLUG["not-found"], why, {})


@blueprint.get("/docs")
@needs("open")
def docs() -> Response:
    """The API to read and to try."""
    return _with_policy(Response(_PAGE, mimetype="text/html"))


@blueprint.get("/docs/<path:name>")
@needs("open")
def docs_file(name: str) -> Response:
    """A file of that page."""
    if name == "begin.js":
        return Response(_BEGIN, mimetype="text/javascript")
    if name not in _files():
        return _not_found(f"no file {name[:80]!r}")
    digest, packed = _packed(name)
    kind = guess_type(name)[0] or "application/octet-stream"
    takes_packed = dict(request.accept_encodings).get("gzip", 0) > 0
    make = (lambda: packed) if takes_packed else _files()[name].read_bytes
    response = unless_held(Response(mimetype=kind), digest, make)
    if takes_packed and response.status_code == 200:
        response.headers["Content-Encoding"] = "gzip"
        response.set_etag(f"{digest}:gzip")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@cache
def _files() -> Mapping[str, Path]:
    """The files of the page by their names."""
    return {path.name: path for path in _SWAGGER.iterdir() if path.is_file()}


@cache
def _packed(name: str) -> tuple[str, bytes]:
    """The digest of a file, and the file compressed, as every browser takes it: for the script of
    1.6 MB that takes a tenth of a second."""
    data = _files()[name].read_bytes()
    return sha256(data).hexdigest()[:12], gzip.compress(data, 6, mtime=0)


def _with_policy(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = DOCS_POLICY
    return response
