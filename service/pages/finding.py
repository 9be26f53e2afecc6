"""How machines that know nothing of us find their way: robots, the pages, and the API.

All of it comes from the list of pages and from what there is at the head of the log.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

import msgspec
from flask import Blueprint, Response

from service.pages.kinds import PAGES
from service.web.access import needs
from service.web.response import ASK_AGAIN, arguments, parameters
from service.web.root import archive, root

blueprint = Blueprint("finding", __name__)

MOST = 50_000
"""So many addresses a sitemap may have, by its own rules."""

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"

LINKSET = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
"""The type of a catalogue of APIs (RFC 9264, RFC 9727)."""


@blueprint.get("/robots.txt")
@needs("open")
def robots() -> Response:
    """What crawlers leave alone: the desk, and pages as they stood at any other time."""
    parameters(())
    lines = (
        "User-agent: *",
        "Disallow: /desk",
        "Disallow: /*&view=",
        f"Sitemap: {root()}/sitemap.xml",
    )
    return _found("".join(f"{line}\n" for line in lines), "text/plain")


@blueprint.get("/sitemap.xml")
@needs("reader")
def sitemap() -> Response:
    """The pages, and the page of each record that there is."""
    parameters(())
    urls = ET.Element("urlset", xmlns=SITEMAP)
    for path, _ in zip(_paths(), range(MOST), strict=False):
        ET.SubElement(ET.SubElement(urls, "url"), "loc").text = f"{root()}{path}"
    text: bytes = ET.tostring(urls, encoding="utf-8", xml_declaration=True)
    return _found(text, "text/xml")


@blueprint.get("/.well-known/api-catalog")
@needs("open")
def api_catalog() -> Response:
    """Where the API is, and what describes it (RFC 9727)."""
    parameters(())
    catalog = {
        "linkset": [
            {
                "anchor": f"{root()}/v1/state",
                "service-desc": [{"href": f"{root()}/openapi.json", "type": "application/json"}],
                "service-doc": [{"href": f"{root()}/docs", "type": "text/html"}],
                "status": [{"href": f"{root()}/readyz", "type": "application/json"}],
            }
        ]
    }
    response = _found(msgspec.json.encode(catalog), "application/linkset+json")
    response.headers["Content-Type"] = LINKSET
    return response


def _paths() -> Iterator[str]:
    yield "/"
    for kind in PAGES:
        if "{id}" not in kind.path and kind.path != "/":
            yield kind.path
    as_of = arguments("/", {}).clocks()
    reading = archive().reading_at(as_of.known)
    yield from (f"/records/{id}" for id in reading.at(as_of).order().ids)


def _found(body: str | bytes, mimetype: str) -> Response:
    response = Response(body, mimetype=mimetype)
    response.headers["Cache-Control"] = ASK_AGAIN
    return response
