"""Any question as a feed: only the commits that alter its answer, with what changed and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import feedparser
import pytest

from projections import VIEW
from projections.views.file import Database
from projections.views.history import Entry, History
from service.follows import feed
from service.follows.followable import NOT_FOLLOWABLE, PATHS
from service.records.turning import of_source
from tests.service.asked import ASK_AGAIN, FOREVER, unkept
from tests.service.asked import slug as problem
from tests.service.follows.asker import GROUND, STILL, Asker, body, only, positions
from tests.story.telling import (
    JUNO,
    SOURCE,
    Teller,
    amendment,
    correction,
    facility,
    milestone,
    plan,
    reinstatement,
    statement,
    withdrawal,
)

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


# --- pages


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
