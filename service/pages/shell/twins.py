"""The data of a page at the page's own address: `/slips.json?country=CN` is `/v1/slips?country=CN`.

Such an address is turned into the one of the API before anything else looks at it, so both
give the same bytes, the same headers and the same problems.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from service.pages.shell.kind import Kind


class _Twin(NamedTuple):
    """What an address looks like, of which page, and the parameters that the API gets more."""

    address: re.Pattern[str]
    kind: Kind
    more: str


class Twins:
    """A WSGI application, asked for the answers of the API by the addresses of pages too."""

    def __init__(self, application: Any, kinds: Iterable[Kind]) -> None:
        self._application = application
        self._twins: Sequence[_Twin] = [
            twin for kind in kinds if kind.data is not None for twin in _twins(kind)
        ]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer a request."""
        path = environ.get("PATH_INFO", "")
        if path.endswith((".json", ".csv")):
            environ = self._turned(path, environ)
        return self._application(environ, start_response)

    def _turned(self, path: str, environ: dict[str, Any]) -> dict[str, Any]:
        for twin in self._twins:
            if (found := twin.address.fullmatch(path)) is not None:
                query = environ.get("QUERY_STRING", "")
                data = twin.kind.data_of(found.groupdict().get("id"), dict(parse_qsl(query)))
                asked = "&".join(part for part in (query, twin.more) if part)
                return {**environ, "PATH_INFO": data, "QUERY_STRING": asked}
        return environ


def _twins(kind: Kind) -> Iterable[_Twin]:
    address = re.escape(kind.path).replace(re.escape("{id}"), "(?P<id>[^/]+?)")
    yield _Twin(re.compile(rf"{address}\.json"), kind, "")
    if kind.tabular is not None:
        yield _Twin(re.compile(rf"{address}\.csv"), kind, kind.tabular)
