"""A log from before control characters were refused: whatever is made of it is well formed."""

from __future__ import annotations

import csv
import json
import re
from io import BytesIO, StringIO
from xml.etree import ElementTree as ET

import icalendar
import pytest
from pyarrow import parquet
from rdflib import Graph

from service.asking.question import Question
from service.feeds import FEEDS
from service.feeds.feed import Feed
from service.feeds.parquet import PARQUET
from service.linked.routes import CITATIONS, LINKED, RecordForm
from service.questions import QUESTIONS
from tests.service.asked import NEEDED, Reader, url
from tests.story.telling import Teller, milestone, plan, statement

CONTROLS = "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x202E, 0xFFFE, 0xFFFF]))
BROKEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""What no text of any format has."""

NO_XML = re.compile("[\ufffe\uffff]")
"""What only JSON has besides."""


@pytest.fixture
def old(juno: Teller, small: Reader) -> Reader:
    """Somebody who asks an archive all of whose texts hold every control character."""
    odd = {"title": f"A{CONTROLS}B", "summary": f"C{CONTROLS}D", "said_by": f"E{CONTROLS}F"}
    cited = {"sources": [{"id": "report", "locator": f"p. {CONTROLS}"}]}
    juno.tell_as_of_old(
        {"type": "source", "id": "report", "medium": "book", "title": f"R{CONTROLS}",
         "author": f"A{CONTROLS}", "publisher": f"P{CONTROLS}", "doi": f"10.{CONTROLS}"},
        {"type": "facility", "id": "odd", "name": f"N{CONTROLS}", "name_zh": f"名{CONTROLS}",
         "acronym": f"N{CONTROLS}", "operator": f"O{CONTROLS}", "place": f"P{CONTROLS}",
         "country": "CN", "field": "fusion", "latitude": 40, "longitude": 116, **cited},
        plan("later", "operation-started", "2020", "2016", facility="odd", **odd),
        milestone("runs", "operation-started", "2021", facility="odd", **odd, **cited),
        statement("policy", "law", "2021", **odd),
        statement("indicator", "reading", "2021", series="s", value=1, unit=f"U{CONTROLS}", **odd),
        statement("observation", "remark", "2021", **odd),
        statement("discovery", "found", "2021", country="CN", field="fusion", **odd),
    )  # fmt: skip
    juno.archive.catch_up()
    return small


def check(reader: Reader, path: str) -> None:
    """An answer is a text of its type."""
    answer = reader.ask(path)
    assert answer.status_code == 200, (path, answer.get_data(as_text=True)[:300])
    kind = answer.mimetype or ""
    if kind == "image/png":
        return
    if kind == PARQUET.media_type:
        assert parquet.read_table(BytesIO(answer.get_data())).num_rows
        return
    text = answer.get_data().decode()
    assert BROKEN.search(text) is None, path
    assert "json" in kind or NO_XML.search(text) is None, path
    if "json" in kind:
        json.loads(text)
    elif "xml" in kind:
        ET.fromstring(text)  # noqa: S314 -- our own
    elif kind == "text/calendar":
        assert icalendar.Calendar.from_ical(text).walk()
    elif kind == "text/csv":
        rows = list(csv.reader(StringIO(text, newline=""), strict=True))
        assert len({len(row) for row in rows}) == 1
    elif kind in ("text/turtle", "application/n-quads"):
        form = "turtle" if kind == "text/turtle" else "nt"
        assert len(Graph().parse(data=text, format=form))
    elif path.partition("?")[0].endswith(".ris"):
        assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in text.split("\r\n")[:-1])
    elif path.partition("?")[0].endswith(".bib"):
        assert len(text.splitlines()) == text.count("\n")


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.name)
def test_every_feed_is_well_formed(old: Reader, feed: Feed) -> None:
    """All of it."""
    check(old, f"/v1/feeds/{feed.name}")


@pytest.mark.parametrize("form", [*LINKED, *CITATIONS], ids=lambda form: form.suffix)
def test_every_form_of_a_record_is_well_formed(old: Reader, form: RecordForm) -> None:
    """Linked data and citations, of records of every kind."""
    for id in ("odd", "law", "s", "remark", "found"):
        check(old, f"/v1/records/{id}.{form.suffix}")


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_every_answer_is_well_formed(old: Reader, question: Question) -> None:
    """As JSON, and as CSV where it has that."""
    path, needed = asked(question)
    check(old, url(path, **needed))
    if question.table is not None:
        check(old, url(path, **needed, format="csv"))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_a_control_character_in_a_parameter_is_answered(old: Reader, question: Question) -> None:
    """Taken as a text to look for, or refused: it breaks nothing."""
    path, needed = asked(question)
    for name in question.takes:
        for text in ("\x00", "a\r\nb", "\u202e", "\uffff"):
            answer = old.ask(url(path, **{**needed, name: text}))
            assert answer.status_code in (200, 400, 404, 422), (name, text)
            assert BROKEN.search(answer.get_data(as_text=True)) is None


def asked(question: Question) -> tuple[str, dict[str, str]]:
    """A path of a question, and parameters without which it asks nothing."""
    ids = {"statements": "runs", "sources": "report"}
    path = question.path.replace("{id}", ids.get(question.path.split("/")[2], "odd"))
    needed = {name: text for name, text in NEEDED.items() if name in question.takes}
    return path, {"record": "odd"} if question.name == "vintages" else needed
