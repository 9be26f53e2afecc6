"""Any question as a feed: only the commits that alter its answer, with what changed and why."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

import feedparser
import httpx
import jsonpatch
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from httpx_sse import ServerSentEvent, connect_sse
from werkzeug.test import TestResponse

from projections import VIEW
from projections.views.file import Database
from projections.views.history import Entry, History
from service.app import create_app
from service.archive import Archive
from service.asking.errors import TooMuchToCompare
from service.changes.routes import BATCH, LINES
from service.cli.command import annales
from service.feeds.syndication import ATOM
from service.follows import feed, followed
from service.follows.followable import FOLLOWABLE, NOT_FOLLOWABLE, PATHS, Followable, why_not
from service.follows.schemas import AnswerChangedSchema, FollowsSchema
from service.records.turning import of_source
from service.state.answer import SECTIONS
from service.web.cloud_events import HEARTBEAT, Page, server_sent
from service.web.pausing import VIEWS
from tests.naive.histories import logged, random_history, random_instants, random_question
from tests.naive.model import Logged, Naive, day_of
from tests.service.asked import ASK_AGAIN, DESCRIPTION, FOREVER, examples_beyond, unkept
from tests.service.asked import slug as problem
from tests.service.serving import serving
from tests.story.telling import (
    JUNO,
    NOON,
    SOURCE,
    Teller,
    amendment,
    correction,
    facility,
    kept,
    milestone,
    plan,
    reading,
    reinstatement,
    statement,
    withdrawal,
)

GROUND = milestone("ground", "construction-started", "2015-01-10", stated="2015-01-10")
RUNS = milestone("runs", "operation-started", "2025-08-26", stated="2025-08-26")

STILL = "/v1/state?at=2016&stated=2026-12-31&country=CN"
"""A question whose clocks stand still."""

Answer = dict[str, Any]


class Asker:
    """Asks the service over an archive, its views brought up to the log."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.client: FlaskClient = create_app(archive).test_client()

    def ask(self, of: str, accept: str = "application/json", **more: str) -> TestResponse:
        """The answer to a feed of `of`."""
        self.archive.catch_up()
        asked = {"of": of, **more}
        return self.client.get("/v1/follows", query_string=asked, headers={"Accept": accept})

    def feed(self, of: str, **more: str) -> Answer:
        """The page of a feed, which must be one."""
        response = self.ask(of, **more)
        assert response.status_code == 200, response.text
        answer: Answer = json.loads(response.text)
        FollowsSchema().load(answer)
        return answer

    def walk(self, of: str, **more: str) -> list[Answer]:
        """The items of all pages, by the links."""
        page = self.feed(of, **more)
        items: list[Answer] = page["items"]
        while page["next"] is not None:
            page = self.get(page["next"])
            items += page["items"]
        return items

    def walk_back(self, of: str, **more: str) -> list[int]:
        """The positions of the entries of Atom, from the newest on, by the links to what was
        before."""
        found: list[int] = []
        response = newest = self.ask(of, format="atom", **more)
        while True:
            assert response.status_code == 200, response.text
            read = feedparser.parse(response.data)
            found += [place(entry) for entry in read.entries]
            # All but the newest page are archives (RFC 5005), which lead to the feed itself.
            current = [link.href for link in read.feed.links if link.rel == "current"]
            assert len(current) == response.text.count("<fh:archive") == (response is not newest)
            before = [link.href for link in read.feed.links if link.rel == "prev-archive"]
            if not before:
                return found
            response = self.client.get(only(before).removeprefix("http://localhost"))

    def get(self, url: str) -> Any:
        """The JSON at a URL that must be there."""
        response = self.client.get(url)
        assert response.status_code == 200, response.text
        return body(response)

    def refused(self, of: str, **more: str) -> tuple[int, str]:
        """The status and the slug of what a feed is refused with."""
        response = self.ask(of, **more)
        assert response.status_code >= 400, response.text
        return response.status_code, problem(response)


def body(response: TestResponse) -> Any:
    """The JSON of a response."""
    return json.loads(response.text)


def positions(items: list[Answer]) -> list[int]:
    """Where the items stand in the log."""
    return [item["position"] for item in items]


def place(entry: Any) -> int:
    """Where an entry of Atom stands in the log, by its id."""
    return int(entry.id.rpartition("Z:")[2].partition(":")[0])


def only(items: list[Any]) -> Any:
    """The one item."""
    (item,) = items
    return item


@pytest.fixture
def asker(juno: Teller) -> Asker:
    """Asks over an archive with a source and JUNO, at @1 and @2."""
    return Asker(juno.archive)


# --- stories


def test_a_correction_that_alters_the_answer_is_told_with_its_reason(
    juno: Teller, asker: Asker
) -> None:
    """What changed from what to what, who did it, when and why; one that does not is not told."""
    juno.tell(GROUND)  # 3
    juno.tell(
        correction("ground", {"date": "2015-02"}, reason="The yearbook has February."),
        actor="li",
        request="r-7",
        on="2026-11-26",
    )
    juno.tell(correction("ground", {"title": "Ground was broken"}))  # 5 shows in no row
    first, second = asker.feed(STILL)["items"]
    assert (first["position"], second["position"]) == (3, 4)
    row = only(first["changes"]["added"])
    assert (row["id"], row["row"]["status"], row["cause"]) == (
        "juno",
        "under-construction",
        "sources",
    )
    assert first["changes"]["counts"] == {
        "added": 1, "removed": 0, "changed": 0, "patch": 2, "events": 1,
    }  # fmt: skip
    assert (second["actor"], second["request"]) == ("li", "r-7")
    assert second["recorded_at"] == "2026-11-26T12:00:00.000000Z"
    assert second["reasons"] == ["The yearbook has February."]
    row = only(second["changes"]["changed"])
    assert (row["id"], row["cause"]) == ("juno", "record")
    assert row["patch"][0] == {"op": "replace", "path": "/since/date", "value": "2015-02"}
    event = only(second["events"])
    assert event == only(only(row["causes"])["events"])
    assert (event["event"], event["statement"]) == ("StatementCorrected", "ground")
    assert second["previous"] == (
        f"/v1/state?at=2016-12-31&stated=2026-12-31&known=@3&country=CN&view={VIEW}"
    )
    assert second["url"] == (
        f"/v1/state?at=2016-12-31&stated=2026-12-31&known=@4&country=CN&view={VIEW}"
    )


def test_a_withdrawal_and_a_reinstatement_take_away_and_give_back(
    juno: Teller, asker: Asker
) -> None:
    """Both alter the answer, the second back to what it was."""
    juno.tell(GROUND)
    juno.tell(withdrawal("ground"))
    juno.tell(reinstatement("ground"))
    told, gone, back = asker.feed(STILL)["items"]
    assert only(gone["changes"]["removed"])["row"] == only(told["changes"]["added"])["row"]
    assert gone["reasons"] == ["Another machine."]
    assert only(back["changes"]["added"])["row"] == only(told["changes"]["added"])["row"]
    assert back["reasons"] == ["It was JUNO."]
    assert (gone["url"], back["previous"]) == (
        told["url"].replace("@3", "@4"),
        told["url"].replace("@3", "@4"),
    )


def test_a_plan_that_was_overtaken_is_still_part_of_its_ladder(juno: Teller, asker: Asker) -> None:
    """Corrected in its date, its sources or the day on which it was said, it alters the slips,
    though what the ladder came to stays the same."""
    juno.tell(plan("first", "operation-started", "2010", "2005"))
    juno.tell(plan("second", "operation-started", "2025", "2006"))
    juno.tell(correction("first", {"date": "2011"}))
    juno.tell(correction("first", {"stated": "2004"}))
    juno.tell(correction("first", {"sources": [{"id": SOURCE["id"], "locator": "p. 4"}]}))
    of = "/v1/slips?at=2020&stated=2020"
    assert positions(asker.walk(of)) == [3, 4, 5, 6, 7]
    of = "/v1/slips?at=2020&stated=2020&country=US"
    assert positions(asker.walk(of)) == []


def test_what_came_of_a_ladder_is_part_of_it_though_it_gives_no_status(
    juno: Teller, asker: Asker
) -> None:
    """Corrected in its sources alone, it alters the slips; so it does where `at` is not said,
    which plays no part."""
    juno.tell(plan("hoped", "accepted", "2020", "2016", entry="juno/accepted"))
    juno.tell(GROUND)
    juno.tell(milestone("accepted", "accepted", "2017-05-05", entry="juno/accepted"))
    juno.tell(correction("accepted", {"sources": [{"id": SOURCE["id"], "locator": "p. 4"}]}))
    for of in ("/v1/slips?at=2020&stated=2020", "/v1/slips?stated=2020"):
        assert positions(asker.walk(of)) == [3, 5, 6]


def test_a_facility_is_named_by_what_is_said_elsewhere(juno: Teller, asker: Asker) -> None:
    """Whether something unforeseen had been named is told by statements of any country, so they
    alter the hindsight of one country or field."""
    juno.tell(milestone("ran", "operation-started", "2020-01-01", stated="2020-01-01"))
    juno.tell(statement("discovery", "elsewhere", "2015-01-01", facility="juno", country="US",
                        field="space", stated="2015-02-01"))  # fmt: skip
    for part in ("country=CN", "field=particle-physics"):
        of = f"/v1/hindsight?at=2022&stated=2016&to_stated=2026-12-31&{part}"
        assert positions(asker.walk(of)) == [3, 4]


def test_a_source_is_followed_by_one_reading_of_each_stream(
    juno: Teller, asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many statements of a record cite it."""
    for number in range(30):
        juno.tell(milestone(f"m-{number}", "upgraded", "2015", entry=f"juno/up/{number}"))
    asker.archive.catch_up()
    read: list[str] = []
    entries = History.entries

    def counted(history: History, db: Database, stream: str, **more: Any) -> Iterator[Entry]:
        for entry in entries(history, db, stream, **more):
            read.append(stream)
            yield entry

    monkeypatch.setattr(History, "entries", counted)
    streams = of_source(asker.archive.reading(asker.archive.views.db()), SOURCE["id"], known=32)
    assert streams == {f"source:{SOURCE['id']}": 0, "record:juno": 3}
    assert len(read) <= 31


def test_who_follows_another_country_hears_nothing(juno: Teller, asker: Asker) -> None:
    """Until a facility moves there: then it is told on both sides."""
    juno.tell(GROUND)
    juno.tell(facility("cern", country="CH"))
    assert asker.feed(STILL.replace("CN", "DE"))["items"] == []
    assert positions(asker.feed(STILL)["items"]) == [3]
    juno.tell(amendment("juno", {"country": "DE"}))
    here, there = (asker.feed(STILL.replace("CN", other))["items"] for other in ("CN", "DE"))
    assert only(here[-1]["changes"]["removed"])["id"] == "juno"
    assert only(only(there)["changes"]["added"])["id"] == "juno"
    assert here[-1]["reasons"] == only(there)["reasons"] == ["Misspelt."]


def test_a_name_is_part_of_the_answer(juno: Teller, asker: Asker) -> None:
    """An amendment of a card opens no new box, and alters the row that shows it."""
    juno.tell(GROUND)
    juno.tell(amendment("juno", {"name": "江门"}))
    juno.tell(amendment("juno", {"operator": "IHEP"}))
    _, renamed = asker.feed(STILL)["items"]
    assert only(renamed["changes"]["changed"])["patch"] == [
        {"op": "replace", "path": "/name", "value": "江门"}
    ]


def test_a_finding_of_another_year_changes_the_count_alone(juno: Teller, asker: Asker) -> None:
    """No row differs then; the patch of the rest tells, and the events of the commit."""
    juno.tell(statement("discovery", "before", "2012", country="CN"))
    item = only(asker.feed(STILL)["items"])
    assert item["changes"]["patch"] == [
        {"op": "replace", "path": "/discoveries_to_date", "value": 1}
    ]
    assert item["changes"]["counts"]["added"] == 0
    assert [event["statement"] for event in item["events"]] == ["before"]


def test_a_batch_is_one_item(juno: Teller, asker: Asker) -> None:
    """A commit alters the answer once, whatever it holds; at most 50 rows of it are shown."""
    lines = [
        line
        for number in range(60)
        for line in (
            facility(f"f-{number:02}"),
            milestone(f"m-{number:02}", "approved", "2012", facility=f"f-{number:02}"),
        )
    ]
    juno.tell(*lines)
    item = only(asker.feed(STILL)["items"])
    assert item["position"] == 122
    assert item["changes"]["counts"]["added"] == 60
    assert [row["id"] for row in item["changes"]["added"]] == [f"f-{n:02}" for n in range(50)]
    assert (item["changes"]["counts"]["events"], len(item["events"])) == (120, 50)


# --- the clocks


def test_what_is_not_said_of_the_clocks_is_the_day_of_each_commit(
    juno: Teller, asker: Asker
) -> None:
    """A plan that comes due in silence is told by the next commit after it, of the world; the
    item stays as it is, whatever day it is asked on."""
    juno.tell(plan("hope", "operation-started", "2026-11-27", "2026"))  # 3, due on the 27th
    assert asker.feed("/v1/state")["items"] == []
    juno.tell({**SOURCE, "id": "another"}, on="2026-11-30")  # 4
    item = only(asker.feed("/v1/state")["items"])
    assert item["position"] == 4
    row = only(item["changes"]["added"])
    assert [late["statement"] for late in row["row"]["overdue"]] == ["hope"]
    assert {cause["clock"] for cause in row["causes"]} <= {"stated", "at"}
    assert item["events"] == item["reasons"] == []
    assert "at=2026-11-25&stated=2026-11-25&known=@3" in item["previous"]
    assert "at=2026-11-30&stated=2026-11-30&known=@4" in item["url"]
    juno.clock.set("2031-01-01T00:00:00.000000Z")
    assert asker.feed("/v1/state")["items"] == [item]


def test_the_answer_before_the_first_commit_is_of_its_day(teller: Teller) -> None:
    """There is no commit to take the day from, so an item would else change with the clock."""
    asker = Asker(teller.archive)
    teller.tell(JUNO, {**GROUND, "sources": []})
    before = asker.feed("/v1/state")["items"]
    teller.clock.set("2031-01-01T00:00:00.000000Z")
    assert asker.feed("/v1/state")["items"] == before
    assert "at=2026-11-25&stated=2026-11-25&known=@0" in only(before)["previous"]


def test_the_question_is_written_in_one_way(juno: Teller, asker: Asker) -> None:
    """`of` has what is given, in the order of pinned URLs; other ways to write it are the same."""
    juno.tell(GROUND)
    page = asker.feed("/v1/state?country=CN&stated=2026-12-31&at=2016")
    assert page["of"] == "/v1/state?at=2016-12-31&stated=2026-12-31&country=CN"
    assert page["pinned"] == (
        f"/v1/follows?known=@3&of={quote(page['of'], safe='@:/~')}&view={VIEW}"
    )
    assert asker.get(page["pinned"]) == page
    assert asker.feed("/v1/state")["of"] == "/v1/state"
    assert asker.feed("/v1/state?stated=2016")["of"] == "/v1/state?stated=2016-12-31"
    assert asker.feed("/v1/state?during=2016")["of"] == "/v1/state?during=2016"


# --- every question


def test_every_question_is_followed_or_it_is_said_why_not() -> None:
    """Each GET of the description is in one of the two lists, and nothing else is."""
    gets = {path for path, operations in DESCRIPTION["paths"].items() if "get" in operations}
    for path in gets:
        assert (path in PATHS) != (why_not(path) is not None), path
    assert set(PATHS) <= gets
    for path in NOT_FOLLOWABLE:
        assert any(why_not(each) == NOT_FOLLOWABLE[path] for each in gets), path


def test_what_can_be_followed_takes_what_the_question_takes() -> None:
    """Each parameter of the question, but for those that move and cut it."""
    for kind in FOLLOWABLE:
        operation = DESCRIPTION["paths"][kind.path]["get"]
        takes = {each["name"] for each in operation["parameters"] if each["in"] == "query"}
        assert set(kind.takes) == takes - {
            "known", "to_known", "epoch", "view", "limit", "after", "format",
        }, kind.path  # fmt: skip
        assert kind.question.is_paged == ("limit" in takes), kind.path


BY_HAND = (
    "/v1/state?at=2016&stated=2027",
    "/v1/state?during=2016&stated=2027",
    "/v1/records?at=2016&stated=2027&facets=kind",
    "/v1/search?q=JUNO&at=2016&stated=2027",
    "/v1/records/juno?at=2016&stated=2027",
    "/v1/records/juno/timeline?at=2016&stated=2027",
    "/v1/records/juno/slips?at=2016&stated=2027",
    "/v1/statements/ground?at=2016&stated=2027",
    "/v1/sources/yearbook?at=2016&stated=2027",
    "/v1/slips?at=2016&stated=2027",
    "/v1/overdue?at=2019&stated=2019",
    "/v1/due?at=2016&stated=2017",
    "/v1/trends?from=2010&to=2020&stated=2027",
    "/v1/transitions?from=2010&to=2020&stated=2027",
    "/v1/hindsight?at=2016&stated=2016&to_stated=2027",
    "/v1/compare?at=2014&stated=2027&to_at=2016",
)


def described_path(of: str) -> str:
    """The path of a followed URL as its question has it."""
    return re.sub(r"/(juno|ground|yearbook)\b", "/{id}", of.partition("?")[0])


EACH = (
    *BY_HAND,
    *(
        of
        for of in examples_beyond({described_path(of) for of in BY_HAND})
        if why_not(of.partition("?")[0]) is None
    ),
)
"""A question of each path, its clocks still."""


def test_each_path_has_its_question_here() -> None:
    """So that a new one is tried by the tests below."""
    missing = set(PATHS) - {described_path(of) for of in EACH}
    assert missing == set(), f"add a URL of each to BY_HAND in {__file__}"


@pytest.mark.parametrize("of", EACH)
def test_an_item_stands_between_two_pinned_answers(juno: Teller, asker: Asker, of: str) -> None:
    """The pinned bytes before and after really differ, by just what the item says; and what
    concerns nobody is told to nobody."""
    for line in (
        GROUND,
        plan("hope", "operation-started", "2018", "2013"),
        statement("policy", "five-years", "2016", until="2020", country="CN"),
        reading("rd-2015", "2015", 2.06, country="CN"),
        correction("ground", {"date": "2015-02"}),
        withdrawal("hope"),
        reinstatement("hope"),
        plan("later", "operation-started", "2020", "2016-06", supersedes="hope"),
        milestone("ran", "operation-started", "2015-06", stated="2015-07"),
        withdrawal("ground"),
    ):
        juno.tell(line)
    items = asker.walk(of)
    assert items or of not in BY_HAND  # those were chosen to be altered by these lines
    altered = positions(items)
    for item in items:
        texts = [
            None if url is None else asker.client.get(url)
            for url in (item["previous"], item["url"])
        ]
        documents: list[Answer] = []
        for url, text in zip((item["previous"], item["url"]), texts, strict=True):
            if text is None:
                documents.append({})
                continue
            assert text.status_code == 200, text.text
            assert text.headers["Cache-Control"] == FOREVER
            assert body(text)["pinned"] == url
            documents.append(compared(of, body(text)))
        before, after = documents
        assert before != after
        assert applied(item["changes"], before) == after
    juno.tell({**SOURCE, "id": "unheard-of"})
    assert positions(asker.walk(of)) == altered


def compared(of: str, answer: Answer) -> Answer:
    """An answer as its patches see it: without where it stands and the marks of rows, lists by the
    names of rows."""
    answer = unmarked(answer)
    path = of.partition("?")[0]
    kind = next(kind for kind in FOLLOWABLE if kind.question.id_in(path) is not None)
    rows = kind.rows
    if "during" in answer and "facilities" in answer:
        rows["facilities"] = ("id", "status")
    kept = {name: value for name, value in answer.items() if name not in feed.PLACES}
    for end in ("to", "a", "b"):
        if isinstance(kept.get(end), dict):
            kept[end] = {
                name: value for name, value in kept[end].items() if name not in feed.PLACES
            }
    for name, named_by in rows.items():
        if name in kept:
            named = {}
            for row in kept[name]:
                parts = [
                    *(
                        part
                        for member in named_by
                        for part in (
                            row[member].values() if isinstance(row[member], dict) else [row[member]]
                        )
                    )
                ]
                passed = {
                    key: value for key, value in row.items() if key not in kind.follow.passing
                }
                named[":".join(map(str, parts))] = passed
            assert len(named) == len(kept[name])
            kept[name] = named
    return kept


def unmarked(answer: Answer) -> Answer:
    """An answer without what other statements make of its rows."""
    text = json.dumps(answer)
    text = re.sub(r'"contested": true(, )?|"last_said": "[-+0-9]+"(, )?', "", text)
    unmarked: Answer = json.loads(re.sub(r", }", "}", text))
    return unmarked


def applied(changes: Answer, before: Answer) -> Answer:
    """The document with the changes of an item applied to it."""
    counts = changes["counts"]
    assert all(len(changes[name]) == counts[name] for name in ("added", "removed", "changed"))
    after: Answer = jsonpatch.apply_patch(before, changes["patch"])
    section_of = {kind: section for section, kind in SECTIONS.items()}
    for row in changes["added"]:
        rows = after[section_of[row["kind"]]]
        assert row["id"] not in rows
        rows[row["id"]] = row["row"]
    for row in changes["removed"]:
        assert after[section_of[row["kind"]]].pop(row["id"]) == row["row"]
    for row in changes["changed"]:
        rows = after[section_of[row["kind"]]]
        rows[row["id"]] = jsonpatch.apply_patch(rows[row["id"]], row["patch"])
    return after


def test_a_record_begins_with_nothing_before_it(juno: Teller, asker: Asker) -> None:
    """Before it was recorded there was no answer: no URL, and all of it is new."""
    item = asker.feed("/v1/records/juno?at=2016&stated=2027")["items"][0]
    assert (item["position"], item["previous"]) == (2, None)
    assert {operation["op"] for operation in item["changes"]["patch"]} == {"add"}
    juno.tell(GROUND)
    item = asker.feed("/v1/statements/ground?at=2016&stated=2027")["items"][0]
    assert (item["position"], item["previous"]) == (3, None)


def test_a_statement_is_followed_with_all_that_it_shows(juno: Teller, asker: Asker) -> None:
    """Its rivals, its sources, those who contradict it; nothing from before it named them."""
    juno.tell({**SOURCE, "id": "diary"})  # 3
    juno.tell(facility("heps"))  # 4
    juno.tell(GROUND)  # 5
    juno.tell(
        {
            "type": "amendment",
            "source": "diary",
            "changes": {"title": "Her diary"},
            "reason": "Misread.",
        }
    )  # 6 is not cited yet
    juno.tell(correction("ground", {"sources": [{"id": "diary"}]}))  # 7
    juno.tell(
        {
            "type": "amendment",
            "source": "diary",
            "changes": {"title": "His diary"},
            "reason": "Misread.",
        }
    )  # 8
    juno.tell(
        {
            "type": "amendment",
            "source": "yearbook",
            "changes": {"title": "The yearbook"},
            "reason": "Misread.",
        }
    )  # 9 is cited no longer
    juno.tell(milestone("rival", "construction-started", "2014", stated="2016"))  # 10
    juno.tell(milestone("doubt", "upgraded", "2016", facility="heps", contradicts=["ground"]))  # 11
    juno.tell(withdrawal("doubt"))  # 12
    juno.tell(RUNS)  # 13 is another entry
    of = "/v1/statements/ground?at=2016&stated=2027"
    items = asker.feed(of)["items"]
    assert positions(items) == [5, 7, 8, 10, 11, 12]
    assert [event["statement"] for event in items[4]["events"]] == ["doubt"]


# --- any history


@pytest.fixture(scope="module", params=range(3))
def story(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Random, Asker, list[Logged]]]:
    """A random history, as the archive and as the naive model have it."""
    chance = Random(request.param)
    batches = random_history(chance, lines=70)
    instants = random_instants(chance, len(batches))
    with kept(tmp_path_factory.mktemp("story"), batches, instants) as archive:
        yield chance, Asker(archive), logged(batches, instants)


def test_a_state_is_followed_just_where_the_naive_model_has_it_change(
    story: tuple[Random, Asker, list[Logged]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The positions of the feed are those at which the naive state, asked at every commit one
    after another, is another than at the one before: clocks still, or as of each commit's day."""
    monkeypatch.setattr(followed, "EAGER", 1)
    chance, asker, log = story
    naive = Naive(log)
    days = {line.position: line.recorded_at[:10] for line in log}
    heads = sorted(days)
    for _ in range(25):
        question = random_question(chance, log)
        del question["known"]
        for clock in ("at", "stated"):
            if chance.random() < 0.25 and "during" not in question:
                del question[clock]
        altered = []
        before = None
        for head in heads:
            if before is None:
                before = naive_state(naive, question, known=0, day=days[head])
            after = naive_state(naive, question, known=head, day=days[head])
            if after != before:
                altered.append(head)
            before = after
        if "during" in question:
            del question["at"]  # it takes its place
        of = f"/v1/state?{urlencode(question)}"
        assert positions(asker.walk(of, limit=chance.choice("137"))) == altered, of


@pytest.mark.parametrize(
    "clocks",
    [
        {"at": "-9000000-12-31", "stated": "2026-12-31"},
        {"at": "+9000000-12-31", "stated": "+9999999-12-31"},
        {"at": "-9000000-12-31", "stated": "-9000000-12-31"},
    ],
)
def test_so_is_a_state_of_far_days(teller: Teller, clocks: dict[str, str]) -> None:
    """Rows that end on days beyond what the columns of the views hold, and rows of which one was
    said to end on such a day, are behind an answer too."""
    lines = [
        SOURCE,
        JUNO,
        milestone("old", "proposed", "Y-10000000", stated="2001"),
        milestone("new", "approved", "Y-7000000", stated="2001"),
        milestone("checked", "accepted", "Y-9950000", stated="Y-9900000"),
        milestone("built", "completed", "Y8000000", stated="2001"),
        milestone("run", "operation-started", "Y9500000", stated="2001"),
        plan("hope", "upgraded", "Y-9500000", "Y-9800000"),
        milestone("better", "upgraded", "Y-9400000", stated="Y-7000000"),
        *map(withdrawal, ("hope", "run", "old", "new", "built")),
    ]
    for line in lines:
        teller.tell(line)
    log = logged([[line] for line in lines], [NOON] * len(lines))
    states = [naive_state(Naive(log), clocks, known=known, day="") for known in range(len(log) + 1)]
    altered = [known for known in range(1, len(states)) if states[known] != states[known - 1]]
    assert altered
    of = f"/v1/state?{urlencode(clocks)}"
    for limit in "19":
        assert positions(Asker(teller.archive).walk(of, limit=limit)) == altered


def naive_state(naive: Naive, question: Answer, *, known: int, day: str) -> Answer:
    """The naive answer without its clocks; what is not given of them is the day."""
    asked = {"at": day, "stated": day, **question}
    state: Answer = json.loads(json.dumps(naive.state(known=known, marked=False, **asked)))
    return {name: state[name] for name in state if name not in feed.PLACES}


def test_other_questions_are_followed_just_where_their_answer_changes(
    story: tuple[Random, Asker, list[Logged]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each path, at clocks near the edges: the commits of the feed are those of brute force, from
    the beginning on and from the end back."""
    monkeypatch.setattr(followed, "EAGER", 1)
    chance, asker, log = story
    days = {line.position: line.recorded_at[:10] for line in log}
    heads = sorted(days)
    asker.archive.catch_up()
    for of in some_questions(chance, log):
        path, _, query = of.partition("?")
        altered = []
        before = None
        for head in heads:
            if before is None:
                day = dict.fromkeys(default_days(of), days[head])
                before = seen(asker, f"{path}?{query}&known=@0&{urlencode(day)}", of)
            after = seen(asker, f"{path}?{query}&known=@{head}", of)
            if after != before:
                altered.append(head)
            before = after
        assert positions(asker.walk(of, limit=chance.choice("29"))) == altered, of
        assert asker.walk_back(of, limit=chance.choice("29")) == altered[::-1], of


def some_questions(chance: Random, log: list[Logged]) -> Iterator[str]:
    """Questions of each path but `/v1/state`, some with clocks that stand still."""
    ids: dict[str, list[str]] = {"record": [], "statement": [], "source": []}
    for each in log:
        type = each.line["type"]
        if type in ("facility", "source"):
            ids["source" if type == "source" else "record"].append(each.line["id"])
        elif "id" in each.line and "date" in each.line:
            ids["statement"].append(each.line["id"])
    for kind in FOLLOWABLE[1:]:
        for still in (True, True, False):
            path = kind.path
            if kind.question.space is not None:
                path = path.replace("{id}", chance.choice(ids[kind.question.space]))
            given = some_parameters(chance, log, kind, still=still)
            yield f"{path}?{urlencode(given)}"


NEEDED = {
    "/v1/compare": {"to_at": "2012"},
    "/v1/trends": {"from": "1990", "to": "2020", "by": "country,field"},
    "/v1/search": {"q": "the"},
    "/v1/transitions": {"from": "1990", "to": "2020"},
}
"""What some questions are asked with."""


def some_parameters(
    chance: Random, log: list[Logged], kind: Followable, *, still: bool
) -> dict[str, str]:
    """Clocks near the edges, which a question takes if it is to stand still; and filters."""
    asked = random_question(chance, log)
    names = ["at", "stated"]
    if "during" in asked and "during" in kind.clocks:
        names = ["during", "stated"]
    clocks: dict[str, str] = {name: asked[name] for name in names if name in kind.clocks}
    if "to_stated" in kind.clocks:
        later = random_question(chance, log)["stated"]
        clocks["stated"], clocks["to_stated"] = sorted([clocks["stated"], later], key=day_of)
    filters: dict[str, str] = {
        name: asked[name]
        for name in ("country", "region", "field", "class")
        if name in asked and name in kind.takes and kind.path != "/v1/compare"
    }
    if "disputed" in kind.takes and chance.random() < 0.5:
        filters = {"disputed": "true"}
    if kind.path == "/v1/trends":
        filters.pop("region", None)  # there are none of an indicator
        filters["measure"] = chance.choice(["status", "discoveries", "policies", "indicator"])
        if filters["measure"] != "indicator" and chance.random() < 0.5:
            filters["region"] = "europe"
    return {**(clocks if still else {}), **NEEDED.get(kind.path, {}), **filters}


def default_days(of: str) -> list[str]:
    """The clocks that a question leaves to the day of each commit, before the first of all."""
    names = re.findall(r"[?&](at|during|stated)=", of)
    path = of.partition("?")[0]
    missing = (
        [] if {"at", "during"} & set(names) or path in ("/v1/trends", "/v1/transitions") else ["at"]
    )
    return missing if "stated" in names else [*missing, "stated"]


def seen(asker: Asker, url: str, of: str) -> Answer | None:
    """What a question answers, as it is compared; None for a 404."""
    response = asker.client.get(url)
    if response.status_code == 404:
        return None
    assert response.status_code == 200, response.text
    return compared(of, body(response))


# --- pages


@pytest.fixture
def changing(juno: Teller) -> Teller:
    """JUNO with ten beginnings of its construction, each corrected, at @3 to @12."""
    juno.tell(GROUND)
    for day in range(11, 20):
        juno.tell(correction("ground", {"date": f"2015-01-{day}"}))
    return juno


@pytest.mark.usefixtures("changing")
def test_a_walk_gives_every_item_once(asker: Asker) -> None:
    """Whatever the size of a page, and from wherever it begins."""
    whole = asker.feed(STILL)["items"]
    assert positions(whole) == list(range(3, 13))
    for limit in ("1", "3", "10", "11", "2000"):
        assert asker.walk(STILL, limit=limit) == whole
    assert positions(asker.feed(STILL, after="7")["items"]) == [8, 9, 10, 11, 12]
    assert asker.feed(STILL, after="12")["items"] == []
    assert positions(asker.feed(STILL, known="@9")["items"]) == [3, 4, 5, 6, 7, 8, 9]


def test_a_full_page_never_changes_and_may_be_kept_for_ever(changing: Teller, asker: Asker) -> None:
    """Byte for byte and with its tag, once its URL has the version of the views."""
    short = asker.ask(STILL, limit="4")
    assert short.headers["Cache-Control"] == ASK_AGAIN
    assert positions(body(short)["items"]) == [3, 4, 5, 6]
    assert body(short)["known"] == "@6"
    assert (
        f"after=6&limit=4&of={quote(asker.feed(STILL)['of'], safe='@:/~')}" in body(short)["next"]
    )
    pages = {url: asker.client.get(url) for url in (body(short)["next"], body(short)["pinned"])}
    last = asker.ask(STILL, after="10", limit="4")
    assert body(last)["next"] is None
    changing.tell(correction("ground", {"date": "2015-01-25"}))
    asker.archive.catch_up()
    for url, before in pages.items():
        now = asker.client.get(url)
        assert now.data == before.data
        assert now.headers["ETag"] == before.headers["ETag"]
        assert now.headers["Cache-Control"] == before.headers["Cache-Control"] == FOREVER
        held = asker.client.get(url, headers={"If-None-Match": now.headers["ETag"]})
        assert (held.status_code, held.data) == (304, b"")
    assert asker.ask(STILL, limit="4").data == short.data
    again = asker.ask(STILL, after="10", limit="4")
    assert positions(body(again)["items"]) == [11, 12, 13]
    assert again.headers["ETag"] != last.headers["ETag"]


def test_a_page_looks_at_only_so_many_commits(
    changing: Teller, asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may then have few items, or none, and goes on; and it too stays as it is."""
    monkeypatch.setattr(feed, "LOOKED", 3)
    for number in range(7):
        changing.tell({**SOURCE, "id": f"source-{number}"})  # @13 to @19
    changing.tell(withdrawal("ground"))  # @20
    of = "/v1/search?q=broken&at=2016&stated=2026-12-31"
    changing.tell(facility("broken"))  # @21
    assert positions(asker.walk(of)) == [21]
    first = asker.feed(of)
    assert (first["items"], first["known"]) == ([], "@3")
    changing.tell(facility("broken-too"))
    assert asker.feed(of) == first
    assert positions(asker.walk(of)) == [21, 22]
    assert positions(asker.walk(STILL)) == [*range(3, 13), 20]


def test_a_page_makes_only_so_much_of_answers(
    changing: Teller, asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It then ends early and goes on; the same bytes whatever comes, at the address that it names,
    and nothing is missed on either way through all of them."""
    asker.client = unkept(asker.archive).test_client()
    whole = [asker.feed(STILL)["items"], asker.walk_back(STILL)]
    cost = 8 * len(asker.client.get(f"{STILL}&known=@12").data) // feed.CHARACTERS
    monkeypatch.setattr(feed, "WORK", cost)
    page = asker.ask(STILL)
    assert 1 < len(body(page)["items"]) < 5
    assert body(page)["next"] is not None
    newest = asker.ask(STILL, format="atom")
    assert 1 < len(feedparser.parse(newest.data).entries) < 5
    assert [asker.walk(STILL), asker.walk_back(STILL)] == whole
    kept = [body(page)["pinned"], f"/v1/follows?{urlencode({'of': STILL})}&known=@12&format=atom"]
    before = [asker.client.get(url).data for url in kept]
    assert before == [page.data, newest.data]
    changing.tell(withdrawal("ground"))
    asker.archive.catch_up()
    assert [asker.client.get(url).data for url in kept] == before
    assert asker.ask(STILL).data == page.data


def test_one_commit_at_least_is_looked_at(
    changing: Teller, asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much the answers are, whoever goes on arrives."""
    monkeypatch.setattr(feed, "WORK", 1)
    changing.tell({**SOURCE, "id": "another"}, on="2026-11-30")
    assert positions(asker.walk(STILL)) == list(range(3, 13))
    assert asker.walk_back(STILL) == list(range(12, 2, -1))
    assert positions(asker.walk("/v1/state")) == list(range(3, 13))
    assert asker.walk_back("/v1/state") == list(range(12, 2, -1))


def test_what_counts_from_later_on_was_no_part_of_an_item(juno: Teller, asker: Asker) -> None:
    """A text that comes to be cited by what was recorded with it: the item stays as it was."""
    juno.tell({**SOURCE, "id": "another"}, facility("cern", country="CH", sources=[]))
    of = "/v1/sources/another?at=2016&stated=2027"
    before = asker.feed(of)["items"]
    juno.tell(amendment("cern", {"sources": [{"id": "another"}]}))
    assert asker.feed(of)["items"][: len(before)] == before
    assert [event["event"] for event in only(before)["events"]] == ["SourceRecorded"]


def test_who_follows_is_asked_of_no_more_commits_than_matter(
    changing: Teller, asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commits about other countries, records and years are not looked at at all."""
    for number in range(20):
        changing.tell(facility(f"f-{number}", country="CH"))
        changing.tell(milestone(f"m-{number}", "upgraded", "2001", facility=f"f-{number}"))
        changing.tell(milestone(f"late-{number}", "upgraded", f"20{number + 20}",
                                entry=f"juno/late/{number}"))  # fmt: skip
    changing.tell(correction("ground", {"date": "2015-01-25"}))
    monkeypatch.setattr(feed, "LOOKED", 13)
    page = asker.feed(STILL)  # looks at the twelve of JUNO's record that concern 2016
    assert positions(page["items"]) == [*range(3, 13), 73]
    assert page["next"] is None


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


# --- refused


@pytest.mark.parametrize(
    ("of", "status", "slug"),
    [
        ("/v1/diff?at=2013&to_at=2014", 422, "not-followable"),
        ("/v1/activity", 422, "not-followable"),
        ("/v1/changes", 422, "not-followable"),
        ("/v1/follows?of=/v1/state", 422, "not-followable"),
        ("/v1/records/juno/history", 422, "not-followable"),
        ("/v1/records/juno/corrections", 422, "not-followable"),
        ("/v1/records/juno.jsonld", 422, "not-followable"),
        ("/healthz", 422, "not-followable"),
        ("/v1/nope", 422, "not-followable"),
        ("v1/state", 422, "not-followable"),
        ("https://example.org/v1/state", 422, "not-followable"),
        ("//example.org/v1/state", 422, "not-followable"),
        ("/v1/state#here", 422, "not-followable"),
        ("//[", 422, "not-followable"),
        ("", 422, "not-followable"),
        ("/v1/state?known=@1", 422, "validation"),
        (f"/v1/state?view={VIEW}", 422, "validation"),
        ("/v1/state?limit=10", 422, "validation"),
        ("/v1/state?after=juno", 422, "validation"),
        ("/v1/hindsight?at=2013&to_known=@2", 422, "validation"),
        # Sooner or later today is after the one, and too far from the other.
        ("/v1/hindsight?at=2013&to_stated=2029", 422, "validation"),
        ("/v1/trends?step=month&from=1900", 422, "validation"),
        ("/v1/state?county=CN", 422, "unknown-parameter"),
        ("/v1/state?country=CN&country=DE", 422, "unknown-parameter"),
        ("/v1/records/juno?country=CN", 422, "unknown-parameter"),
        ("/v1/state?country=XX", 422, "validation"),
        ("/v1/state?at=20x3", 422, "bad-edtf"),
        ("/v1/state?at=2013&during=2014", 422, "validation"),
        ("/v1/search", 422, "validation"),
        ("/v1/trends?measure=happiness", 422, "validation"),
        ("/v1/records/atlantis", 404, "no-such-record"),
        ("/v1/statements/atlantis", 404, "no-such-record"),
        ("/v1/sources/atlantis", 404, "no-such-record"),
        ("/v1/records/atlantis/slips", 404, "no-such-record"),
        ("/v1/compare?record=atlantis&to_at=2013", 404, "no-such-record"),
    ],
)
def test_what_cannot_be_followed_is_refused(asker: Asker, of: str, status: int, slug: str) -> None:
    """Each with its problem, on the feed and on the stream alike."""
    assert asker.refused(of) == (status, slug)
    stream = asker.client.get(f"/v1/changes?{urlencode({'of': of})}")
    assert stream.status_code == status
    assert problem(stream) == slug


def test_a_refusal_names_what_can_be_followed(asker: Asker) -> None:
    """And why this cannot."""
    refused = body(asker.ask("/v1/diff?to_at=2013"))
    assert refused["path"] == "/v1/diff"
    assert refused["followable"] == list(PATHS)
    assert NOT_FOLLOWABLE["/v1/diff"] in refused["detail"]


@pytest.mark.parametrize(
    ("more", "status", "slug"),
    [
        ({"limit": "0"}, 422, "validation"),
        ({"limit": "2001"}, 422, "validation"),
        ({"after": "x"}, 422, "validation"),
        ({"format": "csv"}, 422, "validation"),
        ({"at": "2013"}, 422, "unknown-parameter"),
        ({"known": "@99"}, 404, "position-ahead"),
        ({"known": "17"}, 422, "validation"),
        ({"view": "0"}, 410, "old-view"),
    ],
)
def test_what_a_feed_cannot_take_is_refused(
    asker: Asker, more: dict[str, str], status: int, slug: str
) -> None:
    """Its own parameters are held to what they can be."""
    assert asker.refused(STILL, **more) == (status, slug)


def test_a_feed_is_of_something(asker: Asker) -> None:
    """Without `of` there is nothing to follow; the stream then has the whole log."""
    assert asker.client.get("/v1/follows").status_code == 422
    beside = asker.client.get(f"/v1/changes?{urlencode({'of': STILL, 'country': 'CN'})}")
    assert beside.status_code == 422
    assert asker.client.get("/v1/changes").status_code == 200


def test_a_list_that_is_too_long_is_not_followed_in_part(
    juno: Teller, asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where an answer does not fit into one page, a feed says so rather than miss something."""
    monkeypatch.setattr(feed, "LARGEST_LIMIT", 2)
    for number in range(3):
        juno.tell(
            facility(f"f-{number}"),
            milestone(f"m-{number}", "approved", "2012", facility=f"f-{number}"),
        )
    assert asker.refused(STILL) == (422, "too-much-to-compare")
    assert positions(asker.feed(STILL, known="@6")["items"]) == [4, 6]
