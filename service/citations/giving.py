"""The bytes that were cited, as a response: as they were, with their type, for ever.

They are no longer ours to vouch for, so nothing in them runs here: whatever they are, a browser
shows them in a sandbox, without scripts, forms or an origin.
"""

from __future__ import annotations

from mimetypes import guess_extension

from flask import Response
from werkzeug.datastructures import MIMEAccept

from service.archive.citations import Citation
from service.web.accepting import named
from service.web.response import FOR_EVER, unless_held
from service.web.root import archive

POLICY = (
    "sandbox; default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " font-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)

ENDINGS = {
    "application/vnd.citationstyles.csl+json": ".csl.json",
    "application/geo+json": ".geojson",
    "application/atom+xml": ".xml",
    "application/feed+json": ".json",
    "application/ld+json": ".jsonld",
}
"""Of names of files, where Python knows none, or another on each machine."""


def given(citation: Citation) -> Response:
    """The response with what was cited. Raises LogDamaged where it is no longer that."""
    response = Response(content_type=citation.media_type)
    headers = response.headers
    headers["Cache-Control"] = FOR_EVER
    headers["Annales-Citation"] = citation.id
    headers["Link"] = f'<{address_of(citation)}>; rel="canonical"'
    ending = ENDINGS.get(citation.mimetype) or guess_extension(citation.mimetype) or ""
    headers["Content-Disposition"] = f'inline; filename="annales-{citation.id}{ending}"'
    return unless_held(response, citation.id, lambda: archive().citations.body(citation))


def seal(response: Response) -> None:
    """See that what was cited stays in its sandbox, whatever the route at whose address it is given
    allows its own answers."""
    headers = response.headers
    if "Annales-Citation" in headers:
        headers["Content-Security-Policy"] = POLICY
        headers["X-Frame-Options"] = "SAMEORIGIN"


def address_of(citation: Citation) -> str:
    """Where it stands for ever."""
    return f"/c/{citation.id}"


def liked(citations: list[Citation], accept: MIMEAccept) -> Citation | None:
    """The one of the citations of an address that a request means by its `Accept`.

    What the address alone gave comes first, and of two of one type the earlier. What was given only
    to who asked for its type is given only to who names that.
    """
    likes = named(accept)
    offered: dict[str, Citation] = {}
    for each in sorted(citations, key=lambda each: each.chosen is not None):
        if each.chosen is None or likes.get(each.mimetype, 0) > 0:
            offered.setdefault(each.mimetype, each)
    default = next((type for type, each in offered.items() if each.chosen is None), "")
    return offered.get(accept.best_match(offered, default=default))
