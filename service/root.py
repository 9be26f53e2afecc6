"""Where this service stands: the address that absolute links of its answers begin with.

Behind a proxy `ANNALES_URL` says it. Without it, it is what the client called us, so an answer
with such links is told apart by it (`variant` of `service.asking.respond`).
"""

from __future__ import annotations

from flask import current_app, request


def root() -> str:
    """The address without a slash at its end, such as `https://annales.example`."""
    told: str | None = current_app.config["ANNALES_URL"]
    return request.host_url.rstrip("/") if told is None else told
