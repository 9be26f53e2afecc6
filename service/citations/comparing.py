"""Whether what was cited of an earlier view would read otherwise today.

Each is asked again with the present view, and held against the bytes that were cited. What says
nothing but the version is passed over, and of a page what stands around its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Literal, NamedTuple

from flask import Flask

from events.errors import LogDamaged
from projections import VIEW
from service.archive.citations import Citation, Citations
from service.asking.query import located
from service.citations.earlier import is_earlier
from service.citations.making import ask
from service.citations.telling import HTML, asked_at

MOST = 1000
"""So many are asked again, the newest first."""

Reads = Literal["otherwise", "not at all", "damaged"]


class Otherwise(NamedTuple):
    """A citation, and how its question reads today: `otherwise`, or `not at all` where it cannot
    be asked any more; `damaged` where the citation itself is. `current` is where one asks it."""

    citation: Citation
    reads: Reads
    current: str


class Compared(NamedTuple):
    """Those that read otherwise, how many were asked again, and how many there are that were
    not."""

    found: list[Otherwise]
    asked: int
    left: int


def read_otherwise(app: Flask, citations: Citations, *, most: int = MOST) -> Compared:
    """Ask again what was cited of earlier views."""
    earlier = _of_earlier_views(citations)
    looked = list(islice(earlier, most))
    found = [each for citation in looked if (each := _compared(app, citations, citation))]
    return Compared(found, len(looked), sum(1 for _ in earlier))


def _of_earlier_views(citations: Citations) -> Iterator[Citation]:
    """The citations of earlier views, the newest first."""
    before: int | None = None
    while page := citations.newest(limit=1000, before=before):
        for citation in page:
            if is_earlier(asked_at(citation.of).texts.get("view", "")):
                yield citation
        before = page[-1].position


def _compared(app: Flask, citations: Citations, citation: Citation) -> Otherwise | None:
    asked = asked_at(citation.of)
    current = located(asked.path, {**asked.texts, "view": str(VIEW)}.items())
    given = ask(app, current, {}, accept=citation.chosen)
    if given.status != 200:
        return Otherwise(citation, "not at all", given.of)
    try:
        before = _read(citation.mimetype, citations.body(citation))
    except LogDamaged:
        return Otherwise(citation, "damaged", given.of)
    if before == _read(given.mimetype, given.body):
        return None
    return Otherwise(citation, "otherwise", given.of)


def _read(mimetype: str, body: bytes) -> bytes:
    """What is compared of a body.

    >>> _read("application/json", b'{"view":5,"pinned":"/v1/state?known=@7&view=5"}')
    b'{"view":,"pinned":"/v1/state?known=@7&view="}'
    """
    if mimetype == HTML:
        main = body.partition(b"<main")[2].partition(b">")[2].partition(b"</main>")[0]
        body = b" ".join(_TAG.sub(b" ", main).split())
    return _VERSION.sub(rb"\1", body)


_TAG = re.compile(rb"<[^>]*>")
_VERSION = re.compile(rb'(view=|"view": ?)[0-9]+')
