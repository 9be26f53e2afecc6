"""Every question as somebody would ask it of a made-up world, and how it is asked.

`TYPICAL` has the parameters that are typical of each declaration in `service.questions`: about one
country, one record or one page, so that an answer is as large in a small world as in a large one.
The source is cited by a two-hundredth of all statements.
`OF_THE_WORLD` are those about everything.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from benchmarks.chronicle import facility_id
from service.archive import Archive
from service.asking.query import Arguments, Query
from service.asking.question import Question
from service.questions import QUESTIONS

COUNTRY = "CN"
"""The first country of every world that is not spread over just twenty."""

SOME = facility_id(0)

TYPICAL: Mapping[str, str] = {
    "state": f"/v1/state?country={COUNTRY}&limit=1000",
    "records": f"/v1/records?country={COUNTRY}&limit=100",
    "search": f"/v1/search?q=waves&country={COUNTRY}&limit=20",
    "record": f"/v1/records/{SOME}",
    "timeline": f"/v1/records/{SOME}/timeline",
    "slips of a record": f"/v1/records/{SOME}/slips",
    "history": f"/v1/records/{SOME}/history",
    "statement": f"/v1/statements/{SOME}-3",
    "source": "/v1/sources/source-7?limit=50",
    "slips": f"/v1/slips?country={COUNTRY}",
    "overdue": f"/v1/overdue?country={COUNTRY}&stated=1985",
    "due": f"/v1/due?country={COUNTRY}&stated=1985",
    "trends": f"/v1/trends?country={COUNTRY}&from=1977&to=2026",
    "hindsight": f"/v1/hindsight?country={COUNTRY}&at=2000&stated=1980",
    "compare": f"/v1/compare?country={COUNTRY}&at=2000&to_at=2020",
    "diff": f"/v1/diff?country={COUNTRY}&at=2000&to_at=2001",
    "activity": "/v1/activity?limit=50",
    "vintages": f"/v1/vintages?record={SOME}",
    "transitions": f"/v1/transitions?country={COUNTRY}&from=2000&to=2005&limit=100",
}

OF_THE_WORLD: Mapping[str, str] = {
    "the world, one facility listed": "/v1/state?limit=1",
    "trends of the world": "/v1/trends?from=1977&to=2026",
    "slips of the world": "/v1/slips",
    "hindsight of the world": "/v1/hindsight?at=2000&stated=1980",
}


class Answered(NamedTuple):
    """The text of an answer, and the seconds that it took from the parameters to the text."""

    text: str
    seconds: float


def answered(archive: Archive, url: str) -> Answered:
    """Ask the views, without HTTP."""
    question, arguments = _asked(archive, url)
    began = time.perf_counter()
    query = question.query(arguments)
    text = question.text(archive.reading(archive.db_at(_position(query))), query)
    return Answered(text, time.perf_counter() - began)


def question_of(url: str) -> tuple[Question, str]:
    """The declaration that a URL asks, and the id in its path. Raises LookupError."""
    path = urlsplit(url).path
    for question in QUESTIONS:
        if (id := question.id_in(path)) is not None:
            return question, id
    raise LookupError(url)


def _asked(archive: Archive, url: str) -> tuple[Question, Arguments]:
    question, id = question_of(url)
    parts = urlsplit(url)
    log, now = archive.chronicle.log, archive.chronicle.now()
    texts = dict(parse_qsl(parts.query))
    return question, Arguments(path=parts.path, texts=texts, log=log, now=now, id=id)


def _position(query: Query) -> int:
    return query.as_of.known if query.position is None else query.position
