"""What an answer may read is bounded: a question beyond it is refused with what to narrow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from urllib.parse import parse_qsl

import pytest
from flask import Flask

from events.clocks import as_of
from events.errors import TooCostly
from projections.views.budget import Budget
from projections.views.lines import ID
from service.app import create_app
from service.archive import Archive
from service.asking.query import Arguments
from service.feeds import FEEDS
from service.feeds.feed import Feed
from service.items.selection import Selection
from service.pages.drawn.item_cache import cached_items
from service.pages.kinds import PAGES
from service.pages.shell.kind import PageKind
from service.questions import QUESTIONS as DECLARED
from service.settings import Settings
from service.web.response import FOR_EVER
from tests.naive.histories import random_history
from tests.service.asked import PATHS, QUESTIONS, Asked, Reader, slug, url
from tests.story.telling import command

STATEMENT_ID = f"SELECT {ID} FROM statements JOIN streams ON streams.number = record"
SOURCE_ID = "SELECT substr(name, 8) FROM streams WHERE name LIKE 'source:%'"

READING = [kind for kind in PAGES if kind.question is not None]
"""The pages that show an answer."""

ABOUT_THE_LOG = ("/v1/follows",)
"""What is answered by other questions, each of which has a budget of its own."""


def asked_first(asked: Asked) -> str:
    """A question by no more than it needs."""
    return next(asked.urls({}))


def spent(archive: Archive, url: str) -> int:
    """How many rows the answer to a declared question reads."""
    path, _, text = url.partition("?")
    texts = dict(parse_qsl(text))
    for question in DECLARED:
        if (id := question.id_in(path)) is not None:
            log, now = archive.chronicle.log, archive.chronicle.now()
            query = question.query(Arguments(path=path, texts=texts, log=log, now=now, id=id))
            known = query.as_of.known if query.position is None else query.position
            reading = archive.reading_at(known, Budget())
            question.text(reading, query)
            return reading.budget.spent
    raise LookupError(url)


def most(archive: Archive, rows: int) -> Flask:
    """The service over an archive, each answer of which may read so many rows."""
    return create_app(archive, Settings(data=archive.folder, kept=0), most_read=rows)


@pytest.mark.parametrize("asked", QUESTIONS, ids=PATHS)
def test_what_would_read_more_than_one_answer_may_is_refused(
    shipped: Archive, asked: Asked
) -> None:
    """With what it would read at least, how much that may be, and what to ask for less of."""
    answer = Reader(most(shipped, 0)).ask(asked_first(asked))
    assert (answer.status_code, slug(answer)) == (422, "too-costly")
    problem = answer.get_json()
    assert problem["cost"] > problem["most"] == 0
    assert problem["narrow"]
    assert {*problem["narrow"]} <= asked.takes
    assert all(name in problem["detail"] for name in problem["narrow"])


@pytest.mark.parametrize("asked", QUESTIONS, ids=PATHS)
def test_a_pinned_answer_is_never_refused(shipped: Archive, reader: Reader, asked: Asked) -> None:
    """What somebody cited is there, however much there is to read."""
    pinned = reader.ask(asked_first(asked)).headers["Content-Location"]
    answer = Reader(most(shipped, 0)).ask(pinned)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == FOR_EVER
    assert answer.data == reader.ask(pinned).data


@pytest.mark.parametrize(
    "asked",
    [asked for asked in QUESTIONS if asked.path not in ABOUT_THE_LOG],
    ids=[path for path in PATHS if path not in ABOUT_THE_LOG],
)
def test_an_answer_costs_one_number_of_rows(shipped: Archive, asked: Asked) -> None:
    """One fewer and it is refused, whatever was read before; and it has no more rows than that."""
    url = asked_first(asked)
    if (cost := spent(shipped, url)) == 0:
        return
    assert Reader(most(shipped, cost)).ask(url).status_code == 200
    answer = Reader(most(shipped, cost - 1)).ask(url)
    assert (answer.status_code, answer.get_json()["most"]) == (422, cost - 1)
    assert spent(shipped, url) == cost


@pytest.mark.parametrize("seed", range(3))
def test_what_an_answer_costs_follows_from_the_question_and_the_log_alone(
    tmp_path: Path, seed: int
) -> None:
    """In another process, and whatever was recorded since, it costs the same at the same clocks."""
    batches = random_history(Random(seed), lines=80)
    with Archive(tmp_path) as archive:
        for batch in batches[: len(batches) // 2]:
            archive.chronicle.execute(command(*batch))
        archive.catch_up()
        head = archive.chronicle.log.head()
        assert head is not None
        urls = list(asked_of(archive, at=head.position))
        before = {url: spent(archive, url) for url in urls}
        for batch in batches[len(batches) // 2 :]:
            archive.chronicle.execute(command(*batch))
        archive.catch_up()
        assert {url: spent(archive, url) for url in urls} == before
    with Archive(tmp_path) as archive:
        assert {url: spent(archive, url) for url in reversed(urls)} == before
    assert sum(cost > 0 for cost in before.values()) > len(before) * 2 / 3


def asked_of(archive: Archive, *, at: int) -> Iterator[str]:
    """Every declared question, at a position, of the things that were there."""
    db = archive.views.db()
    ids = {
        "record": archive.state.order(db).ids[0],
        "statement": db.execute(STATEMENT_ID).fetchone()[0],
        "source": db.execute(SOURCE_ID).fetchone()[0],
    }
    for question in DECLARED:
        path = question.path.replace("{id}", ids.get(question.space or "", ""))
        until = "to" if question.name == "activity" else "known"
        more = {"q": "a", "to_at": "2000", "record": ids["record"]}
        needed = ("record",) if question.one_of else tuple(more)[:2]
        pairs = {name: more[name] for name in needed if name in question.takes}
        yield url(path, **pairs, **{until: f"@{at}"})


@pytest.mark.parametrize("asked", QUESTIONS, ids=PATHS)
def test_the_shipped_chronicle_is_refused_nothing(reader: Reader, asked: Asked) -> None:
    """Nothing that can be asked of it comes near the bound."""
    refused = [url for url, answer in reader.asks(asked) if b"too-costly" in answer.data[:200]]
    assert refused == []


@pytest.mark.parametrize("feed", FEEDS, ids=[feed.name for feed in FEEDS])
def test_a_feed_has_a_budget_too(shipped: Archive, feed: Feed) -> None:
    """What its items are read from is counted like any other answer."""
    answer = Reader(most(shipped, 0)).ask(feed.path)
    assert (answer.status_code, slug(answer)) == (422, "too-costly")
    assert {*answer.get_json()["narrow"]} <= {each.name for each in feed.parameters}


@pytest.mark.parametrize("kind", READING, ids=[kind.path for kind in READING])
def test_a_page_says_what_to_narrow(shipped: Archive, kind: PageKind) -> None:
    """In words, with links to less of the same where a field makes it less."""
    path = kind.path.replace("{id}", "juno" if "record" in kind.path else "bcas-juno-2015")
    parameters = {"to_at": "2016"} if "compare" in path else {"q": "neutrino"}
    answer = (
        most(shipped, 0)
        .test_client()
        .get(
            url(path, **parameters if path in ("/compare", "/search") else {}),
            headers={"Accept": "text/html"},
        )
    )
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "/problems/too-costly" in text
    assert ("field=fusion" in text) == ("field" in kind.takes)


def test_what_is_kept_costs_what_it_did(shipped: Archive) -> None:
    """The items of a drawing that were made before are counted as if they were made now."""
    reading = [shipped.reading_at(1203, Budget()) for _ in range(2)]
    clocks = as_of(at="2013", log=shipped.chronicle.log, now=shipped.chronicle.now())
    wanted = Selection(kinds=("phase", "milestone"), countries=("CN",))
    for each in reading:
        cached_items(each, clocks, wanted)
    assert reading[0].budget.spent == reading[1].budget.spent > 0


def test_a_refusal_tells_what_was_counted() -> None:
    """A text of the log is ten rows; all of them are counted before any is read."""
    with pytest.raises(TooCostly) as refused:
        Budget(100, narrow=("country",)).spend(rows=1, texts=20)
    assert (refused.value.cost, refused.value.most) == (201, 100)
    assert "by country" in str(refused.value)
