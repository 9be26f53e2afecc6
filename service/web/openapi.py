"""The description at /openapi.json, OpenAPI 3.1, which flask-smorest makes of the routes.

It is the same for every archive, and making it takes longer than all the rest of
an app: so it is made when somebody first reads it, once a process.
"""

from __future__ import annotations

import json
from functools import cache

from flask import Flask, Response, current_app
from flask_smorest import Api, Blueprint

from service.version import VERSION
from service.web.access import needs

ABOUT = {
    "description": "A chronicle that is asked at three clocks: when it was so (`at`), what the "
    "sources had said (`stated`), what the log had recorded (`known`).",
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
}


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
    return json.dumps(api.spec.to_dict(), ensure_ascii=False, indent=2)


class Description(Api):
    """flask-smorest's API, whose errors are ours (`service.web.problems`)."""

    DEFAULT_ERROR_RESPONSE_NAME = None
