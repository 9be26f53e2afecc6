"""Where what a path of the API answers is shown to people."""

from __future__ import annotations

import re

_PAGES = re.compile(
    "/v1(/state|/compare|/slips|/trends|/search|/activity|/feeds|/(?:records|sources)/[^/]+)"
)
"""The paths of the API that have a page, which is at the same path without the version."""


def page_path(path: str) -> str | None:
    """The path of the page that shows what a path of the API answers; None where none does.

    >>> page_path("/v1/records/juno"), page_path("/v1/records/juno/history")
    ('/records/juno', None)
    """
    found = _PAGES.fullmatch(path)
    return None if found is None else found[1]
