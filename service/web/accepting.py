"""What a request names in `Accept`, as far as types have names."""

from __future__ import annotations

from werkzeug.datastructures import MIMEAccept

from service.archive.citations import mimetype_of


def named(accept: MIMEAccept) -> dict[str, float]:
    """The types, without their parameters, and how much each is liked at most; the best first.

    >>> from werkzeug.http import parse_accept_header
    >>> named(parse_accept_header("text/csv;q=0.5, Text/HTML;level=1", MIMEAccept))
    {'text/html': 1, 'text/csv': 0.5}
    """
    found: dict[str, float] = {}
    for type, much in accept:
        found.setdefault(mimetype_of(type), much)
    return found
