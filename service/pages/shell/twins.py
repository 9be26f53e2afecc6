"""The data of a page at the page's own address: `/slips.json?country=CN` is `/v1/slips?country=CN`,
and `/slips.csv` the table of it, which is also at `/v1/slips.csv`. A feed that has several formats
has each at an address that ends in it.

Such an address is turned into the one of the API before anything else looks at it, so both
give the same bytes, the same headers and the same problems.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from service.asking.question import Question
from service.feeds.feed import Feed
from service.pages.shell.kind import PageKind, Texts

AS_CSV = "format=csv"


class _Twin(NamedTuple):
    """What an address looks like, the question that it is of, whether it is that of a table, and
    the parameter that the page always asks by."""

    address: re.Pattern[str]
    question: Question | Callable[[Texts], Question]
    is_table: bool
    always: tuple[str, str] | None = None


class Twins:
    """A WSGI application that has the answers of the API at the addresses of pages too."""

    def __init__(
        self,
        application: Any,
        kinds: Iterable[PageKind],
        questions: Iterable[Question],
        feeds: Iterable[Feed],
    ) -> None:
        self._application = application
        self._twins: Sequence[_Twin] = [*_of_pages(kinds), *_of_tables(questions)]
        self._feeds = {
            f"{feed.path}.{form.name}": (feed.path, form.name)
            for feed in feeds
            if feed.others
            for form in feed.forms
        }

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer a request."""
        path = environ.get("PATH_INFO", "")
        if path in self._feeds:
            path, name = self._feeds[path]
            environ = _turned(environ, path, f"format={name}")
        elif path.endswith((".json", ".csv")):
            environ = self._turned(path, environ)
        return self._application(environ, start_response)

    def _turned(self, path: str, environ: dict[str, Any]) -> dict[str, Any]:
        for twin in self._twins:
            if (found := twin.address.fullmatch(path)) is not None:
                query = environ.get("QUERY_STRING", "")
                question = twin.question
                if not isinstance(question, Question):
                    question = question(dict(parse_qsl(query)))
                answer = question.path.replace("{id}", "".join(found.groups()))
                more = [AS_CSV] if twin.is_table else []
                if twin.always is not None and twin.always[0] not in dict(parse_qsl(query)):
                    more.insert(0, "=".join(twin.always))
                return _turned(environ, answer, "&".join(more))
        return environ


def _turned(environ: dict[str, Any], path: str, more: str) -> dict[str, Any]:
    query = "&".join(filter(None, (environ.get("QUERY_STRING", ""), more)))
    # In its place, so that who asked in the name of somebody sees what was asked.
    environ |= {"PATH_INFO": path, "QUERY_STRING": query}
    return environ


def _of_pages(kinds: Iterable[PageKind]) -> Iterable[_Twin]:
    for kind in kinds:
        if kind.question is None:
            continue
        always = kind.always
        yield _Twin(_address(kind.path, "json"), kind.question, is_table=False, always=always)
        if (question := kind.question_of({})) is not None and question.table is not None:
            yield _Twin(_address(kind.path, "csv"), kind.question, is_table=True, always=always)


def _of_tables(questions: Iterable[Question]) -> Iterable[_Twin]:
    for question in questions:
        if question.table is not None:
            yield _Twin(_address(question.path, "csv"), question, is_table=True)


def _address(path: str, ending: str) -> re.Pattern[str]:
    pattern = re.escape(path).replace(re.escape("{id}"), "([^/]+?)")
    return re.compile(rf"{pattern}\.{ending}")
