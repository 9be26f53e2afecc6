"""One sample answer of each kind, made by a run: the shipped chronicle, under a clock that stands.

The answers are the service's own bytes, laid out for people. A question brings its examples; what
is no question is one line in `SAMPLES`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from events.commit import microseconds
from events.orders import orders
from service.app import create_app
from service.archive import Archive
from service.data import CHRONICLE
from service.questions import QUESTIONS

NOW = "2026-11-25T09:00:00.000000Z"
"""What the clock says when the questions are asked."""

BY = "ada"
"""Who records."""


class Sample(NamedTuple):
    """A request whose answer is kept; `body` makes it an order."""

    name: str
    path: str
    shows: str
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def method(self) -> str:
        """GET for a question, POST for an order."""
        return "POST" if self.body else "GET"


READ = (("If-Match", '"r15"'),)
LINES = (("Content-Type", "application/jsonl"),)
CORRECTION = (
    '{"changes": {"date": "2025-08-25"}, "reason": "An example: the log book has the day before."}'
)

SAMPLES = (
    *(
        Sample(example.name, example.path, example.shows)
        for question in QUESTIONS
        for example in question.examples
    ),
    Sample(
        "follows",
        "/v1/follows?of=/v1/records/juno/timeline%3Fat%3D2026%26stated%3D2026",
        "the commits that altered an answer",
    ),
    Sample("changes", "/v1/changes?record=juno&limit=1", "the log as a feed of CloudEvents"),
    Sample("record-jsonld", "/v1/records/grb-13tev.jsonld", "a record as linked data"),
    Sample("record-citation", "/v1/records/juno.csl.json?at=2016&stated=2016", "a citation"),
    Sample(
        "feed-geojson",
        "/v1/feeds/geojson?record=juno&kind=milestone&to=2014&lang=en",
        "what happened where, with its time",
    ),
    Sample(
        "feed-facilities",
        "/v1/feeds/facilities?at=2013&field=fusion&country=CN&status=operating&lang=en",
        "what ran, for a map",
    ),
    Sample(
        "feed-linked-places",
        "/v1/feeds/linked-places?record=east&lang=en",
        "a facility as a place in time",
    ),
    Sample("feed-jsonfeed", "/v1/feeds/jsonfeed?limit=1&lang=en", "what was recorded, as a feed"),
    Sample("oembed", "/oembed?url=http://localhost/records/juno", "a page in a frame"),
    Sample("feeds", "/v1/feeds", "every feed, with its parameters"),
    Sample(
        "feed-timelinejs",
        "/v1/feeds/timelinejs?country=CN&field=fusion&limit=2",
        "a feed for TimelineJS",
    ),
    Sample("problem-unknown-parameter", "/v1/state?at=2013&county=CN", "a misspelt parameter"),
    Sample("problem-no-such-record", "/v1/records/atlantis", "an id that nothing has"),
    Sample(
        "problem-batch-refused",
        "/v1/batches",
        "a batch with two bad lines",
        '{"type": "source", "id": "diary", "medium": "book", "title": "A diary"}\n'
        '{"type": "source", "id": "letters", "medium": "book", "title": "Some", "date": "soon"}\n'
        '{"type": "withdrawal", "statement": "no-such", "reason": "An example."}\n',
        LINES,
    ),
    Sample(
        "preview",
        "/v1/statements/juno-operation/corrections?dry_run=true",
        "what a correction would change",
        CORRECTION,
        READ,
    ),
    Sample(
        "recorded",
        "/v1/statements/juno-operation/corrections",
        "what was recorded of it",
        CORRECTION,
        READ,
    ),
    Sample("version", "/version", "the versions"),
    Sample("healthz", "/healthz", "the process answers"),
    Sample("readyz", "/readyz", "how far the views are"),
)


def samples(folder: Path) -> dict[str, str]:
    """The answer to each sample by name, laid out, from a chronicle in the (empty) folder."""
    with Archive(folder, clock=lambda: microseconds(NOW)) as archive:
        load(archive)
        archive.follow()
        client = create_app(archive).test_client()
        key = archive.keys.issue(name=BY, role="curator", by=BY)
        found = {}
        for sample in SAMPLES:
            headers = {"X-Request-Id": f"sample-{sample.name}", "Prefer": "wait=10"}
            if sample.body:
                headers |= {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
            response = client.open(
                sample.path,
                method=sample.method,
                data=sample.body or None,
                headers={**headers, **dict(sample.headers)},
            )
            found[sample.name] = laid_out(response.get_data(as_text=True))
        return found


def load(archive: Archive) -> None:
    """Let the archive hold the shipped chronicle, and bring the views up to it."""
    archive.chronicle.restore(orders(CHRONICLE.read_bytes().splitlines()))
    archive.catch_up()


def laid_out(text: str) -> str:
    """JSON for people."""
    return json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n"
