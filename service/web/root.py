"""Where this service stands: the address that absolute links of its answers begin with.

Behind a proxy `ANNALES_URL` says it. Without it, it is what the client called us, so it
is part of the ETag of an answer with such links (`variant` of `service.web.response.respond`).
"""

from __future__ import annotations

from flask import current_app, request

from service.asking.errors import BadHeader


def root() -> str:
    """The address without a slash at its end, such as `https://annales.example`.

    Raises BadHeader where neither the settings nor the client say one.
    """
    configured: str | None = current_app.config["ANNALES_URL"]
    if configured is not None:
        return configured
    if not request.host:
        raise BadHeader("Host", request.headers.get("Host", ""), "is not the name of a host")
    return request.host_url.rstrip("/")
