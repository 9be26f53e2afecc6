"""A followed question on the change stream, as JSON Lines, on the command line and as Atom."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from urllib.parse import urlencode

import feedparser
import httpx
import pytest
from click.testing import CliRunner
from httpx_sse import ServerSentEvent, connect_sse

from service.asking.errors import TooMuchToCompare
from service.changes.routes import BATCH, LINES
from service.cli.command import annales
from service.feeds.syndication import ATOM
from service.follows.schemas import AnswerChangedSchema
from service.web.cloud_events import HEARTBEAT, Page, server_sent
from service.web.pausing import VIEWS
from tests.service.asked import ASK_AGAIN
from tests.service.follows.asker import EACH, GROUND, RUNS, STILL, Asker, body, place
from tests.service.serving import serving
from tests.story.telling import (
    Teller,
    correction,
    facility,
    milestone,
    plan,
    statement,
    withdrawal,
)

# --- the change stream


@contextmanager
def listening(base: str, of: str, **headers: str) -> Iterator[Iterator[ServerSentEvent]]:
    """The stream of a question as the client of httpx reads it."""
    url = f"{base}/v1/changes?{urlencode({'of': of})}"
    with httpx.Client(timeout=5) as http, connect_sse(http, "GET", url, headers=headers) as source:
        yield source.iter_sse()


def test_the_stream_shows_only_what_alters_the_answer_and_resumes(changing: Teller) -> None:
    """One CloudEvent an item, its id the position; whoever comes back with the last one misses
    nothing and hears nothing twice."""
    with serving(changing.archive) as base:
        with listening(base, STILL) as events:
            heard = list(islice(events, 4))
        assert [event.id for event in heard] == ["3", "4", "5", "6"]
        for event in heard:
            told = json.loads(event.data)
            AnswerChangedSchema().load(told)
            assert told["type"] == event.event == "org.annales.answer-changed.v1"
            assert told["id"] == event.id == str(told["data"]["position"])
            assert told["subject"] == "/v1/state?at=2016-12-31&stated=2026-12-31&country=CN"
        resumed = {"Last-Event-ID": heard[-1].id}
        with listening(base, STILL, **resumed) as events:
            assert [event.id for event in islice(events, 6)] == ["7", "8", "9", "10", "11", "12"]
            changing.tell(facility("cern", country="CH"))
            changing.tell(withdrawal("ground"))
            news = next(events)
        assert (news.id, json.loads(news.data)["data"]["reasons"]) == ("14", ["Another machine."])


def test_a_stream_that_cannot_be_read_on_ends(juno: Teller) -> None:
    """Whole, and not within a line; who comes back is told why."""

    def read(*, after: int, limit: int, looked: int = 0) -> Page:
        if after == 2:
            raise TooMuchToCompare(limit)
        return Page([], 2, full=False, at_head=False, looked=looked)

    told = list(server_sent(read, juno.archive.streams, after=1, mark=VIEWS))
    assert told[0] == HEARTBEAT
    assert b"id: 2\n" in b"".join(told[1:])


def test_a_batch_and_json_lines_have_the_same_items(changing: Teller, asker: Asker) -> None:
    """As the feed has them, cut by position; they are asked for again, for their URL does not
    say by which views they are told."""
    items = asker.feed(STILL)["items"]
    query = urlencode({"of": STILL, "limit": "4"})
    batch = asker.client.get(f"/v1/changes?{query}")
    assert batch.mimetype == BATCH
    assert batch.headers["Cache-Control"] == ASK_AGAIN
    assert [event["data"] for event in body(batch)] == items[:4]
    following = batch.headers["Link"].partition(">")[0].removeprefix("<")
    lines = asker.client.get(following, headers={"Accept": LINES})
    assert [json.loads(line)["data"] for line in lines.text.splitlines()] == items[4:8]
    held = asker.client.get(
        f"/v1/changes?{query}", headers={"If-None-Match": batch.headers["ETag"]}
    )
    assert held.status_code == 304
    whole = body(asker.client.get("/v1/changes"))
    sources = {(event["source"], event["id"]) for event in (*whole, *body(batch))}
    assert len(sources) == len(whole) + 4  # id and source name one event for good
    changing.tell(facility("cern", country="CH"))
    asker.archive.catch_up()
    empty = asker.client.get(f"/v1/changes?{urlencode({'of': STILL, 'lastEventId': 12})}")
    assert body(empty) == []


def test_a_long_poll_waits_for_an_answer_to_change(changing: Teller, asker: Asker) -> None:
    """It gives what comes, and an empty page when the time is over."""
    asker.archive.catch_up()
    asker.archive.follow()
    asked = urlencode({"of": STILL, "lastEventId": 12, "timeout": 100})
    assert body(asker.client.get(f"/v1/changes?{asked}")) == []
    changing.tell(withdrawal("ground"))
    assert [event["id"] for event in body(asker.client.get(f"/v1/changes?{asked}"))] == ["13"]


def test_the_stream_goes_as_far_as_the_views_have_read(changing: Teller, asker: Asker) -> None:
    """What they have not read is not skipped: it comes when they have."""
    asker.archive.catch_up()
    changing.tell(withdrawal("ground"))
    asked = f"/v1/changes?{urlencode({'of': STILL, 'lastEventId': 11})}"
    behind = asker.client.get(asked)
    assert ([event["id"] for event in body(behind)], behind.headers["Annales-Position"]) == (
        ["12"],
        "12",
    )
    asker.archive.catch_up()
    assert [event["id"] for event in body(asker.client.get(asked))] == ["12", "13"]


# --- the command line


def test_the_command_gives_the_text_that_http_gives(changing: Teller, asker: Asker) -> None:
    """As JSON; for people a table of what changed and why, and where to go on."""
    folder = str(changing.archive.folder)
    for more in ({}, {"limit": "4"}, {"after": "9"}, {"known": "@8", "limit": "2"}):
        options = [word for name, value in more.items() for word in (f"--{name}", value)]
        told = CliRunner().invoke(annales, ["--data", folder, "follow", STILL, *options, "--json"])
        assert told.exit_code == 0, told.output
        assert told.stdout == asker.ask(STILL, **more).text + "\n"
    told = CliRunner().invoke(annales, ["--data", folder, "follow", STILL, "--limit", "2"])
    assert "since date from 2015-01-10 to 2015-01-11" in told.stdout
    assert "Misread." in told.stdout
    assert told.stdout.rstrip().endswith("There is more: --after 4")
    nothing = CliRunner().invoke(annales, ["--data", folder, "follow", "/v1/state?country=DE"])
    assert "Nothing altered it." in nothing.stdout
    refused = CliRunner().invoke(annales, ["--data", folder, "follow", "/v1/diff"])
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "cannot be followed" in refused.stderr


# --- Atom


def test_a_feed_reader_reads_it(changing: Teller, asker: Asker) -> None:
    """The newest first, each with an id for good, when, by whom, what in words and why; by
    `format` or by `Accept`."""
    changing.tell(
        correction("ground", {"date": "2015-02"}, reason='"February" <b>&</b> no day'),
        actor="li",
        on="2026-11-28",
    )
    response = asker.ask(STILL, format="atom")
    assert response.mimetype == ATOM
    assert asker.ask(STILL, accept=ATOM).data == response.data
    read = feedparser.parse(response.data)
    assert read.bozo == 0
    first = read.entries[0]
    assert first.id.startswith("tag:annales.org,2026:answer:2026-11-28T12:00:00.000000Z:13:")
    assert (first.author, first.updated) == ("li", "2026-11-28T12:00:00.000000Z")
    assert first.title.startswith("JUNO (juno): since date from 2015-01-19 to 2015-02")
    text = first.content[0].value
    assert "since date from 2015-01-19 to 2015-02" in text
    assert 'Reason: "February" &lt;b&gt;&amp;&lt;/b&gt; no day' in text
    assert "what was recorded here was mended" in text
    assert "StatementCorrected ground" in text
    # It leads a reader to the page of the answer.
    page = asker.feed(STILL)["items"][-1]["url"].removeprefix("/v1")
    assert first.link == f"http://localhost{page}"
    assert asker.client.get(page).mimetype == "text/html"
    promises = feedparser.parse(asker.ask("/v1/due?stated=2016", format="atom").data)
    assert [link.type for link in promises.feed.links if link.rel == "alternate"] == [
        "application/json"
    ]
    assert len({entry.id for entry in read.entries}) == 11
    assert [entry.updated for entry in read.entries] == sorted(
        (entry.updated for entry in read.entries), reverse=True
    )


def test_a_feed_reader_gets_the_newest_and_may_go_through_all(
    changing: Teller, asker: Asker
) -> None:
    """Whoever subscribes asks the same URL again and again, so that has the newest items."""
    newest = feedparser.parse(asker.ask(STILL, format="atom", limit="3").data)
    assert list(map(place, newest.entries)) == [12, 11, 10]
    oldest = feedparser.parse(asker.ask(STILL, format="atom", limit="3", after="2").data)
    assert list(map(place, oldest.entries)) == [5, 4, 3]
    assert oldest.entries[0].id not in {entry.id for entry in newest.entries}
    before = {entry.id: entry for entry in newest.entries}
    changing.tell(withdrawal("ground"))
    for entry in feedparser.parse(asker.ask(STILL, format="atom").data).entries:
        if entry.id in before:
            assert entry == before[entry.id]


@pytest.mark.parametrize("of", [*EACH, "/v1/state", "/v1/state?country=DE"])
def test_every_question_is_told_in_words(juno: Teller, asker: Asker, of: str) -> None:
    """Whatever is followed, and where there is nothing to tell; strange characters too."""
    juno.tell_as_of_old(facility("odd", name="A\u0007 <odd> & 奇"))
    juno.tell(milestone("odd-ground", "construction-started", "2015", facility="odd"))
    juno.tell(GROUND)
    juno.tell(plan("hope", "operation-started", "2018", "2013"))
    juno.tell(withdrawal("hope"))
    read = feedparser.parse(asker.ask(of, format="atom").data)
    assert read.bozo == 0
    assert len(read.entries) == len(asker.walk(of))
    for entry in read.entries:
        assert entry.title
        assert "<odd>" not in entry.content[0].value


@pytest.mark.parametrize(
    ("of", "told"),
    [
        (
            "/v1/slips?country=CN&stated=2026",
            "JUNO, operation started: came date from 2025-08-26 to 2025-08-25; ",
        ),
        ("/v1/records/juno?at=2026", "JUNO: operation-started (runs): date from 2025-08-26 to "),
        ("/v1/hindsight?at=2025&stated=2016", "JUNO (juno): now since date from 2025-08-26 to "),
        (
            "/v1/compare?at=2024&to_at=2025&country=CN",
            "JUNO (juno): b from operating since 2025-08-26 to operating since 2025-08-25",
        ),
        (
            "/v1/compare?at=2024&to_at=2025&record=juno",
            "JUNO (juno): b from operating since 2025-08-26 to operating since 2025-08-25",
        ),
        ("/v1/statements/runs?at=2026", "statement date from 2025-08-26 to 2025-08-25"),
        (
            "/v1/trends?status=operating&step=month&from=2025-06&to=2025-08",
            "operating: 2025-08-31 from 1 to 0",
        ),
    ],
)
def test_a_correction_is_told_by_the_row_that_it_moved(
    juno: Teller, asker: Asker, of: str, told: str
) -> None:
    """Not by the totals that follow from it, and never as JSON."""
    juno.tell(plan("first", "operation-started", "2020", "2015"))
    juno.tell(RUNS)
    moved = "2025-09-02" if "trends" in of else "2025-08-25"
    juno.tell(correction("runs", {"date": moved}))
    first = feedparser.parse(asker.ask(of, format="atom").data).entries[0]
    assert first.title.startswith(told)
    assert "{" not in first.content[0].value


@pytest.mark.parametrize(
    ("of", "told"),
    [
        ("/v1/trends?measure=policies&from=2000&to=2020", "New: all"),
        ("/v1/records?country=CN", "JUNO (juno): status from nothing to operating"),
        ("/v1/records/juno", "juno/operation-started: effective from first to runs"),
        ("/v1/sources/yearbook", "New: JUNO: operation-started (runs)"),
        ("/v1/compare?at=2010&to_at=2026&country=CN", "JUNO (juno): b from "),
        ("/v1/overdue?at=2024&stated=2024", "New: JUNO"),
    ],
)
def test_no_title_is_empty_or_says_only_that_something_moved(
    juno: Teller, asker: Asker, of: str, told: str
) -> None:
    """An answer that was not there before is new as a whole; what has no name is called all."""
    juno.tell(plan("first", "operation-started", "2020", "2015"))
    juno.tell(statement("policy", "p", "2001"))
    juno.tell(RUNS)
    titles = [entry.title for entry in feedparser.parse(asker.ask(of, format="atom").data).entries]
    assert any(told in title for title in titles), titles
    for title in titles:
        assert not re.search(
            r"\?$|since \?|altered|\{|New: *$|nothing to nothing|members", title
        ), title
