"""What is disputed, in lists, rows, feeds and pages."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from events.clocks import as_of
from projections.engine.spans import BEFORE_ALL
from service.app import create_app
from service.archive import Archive
from tests.service.asked import Reader
from tests.story.telling import Teller, milestone, statement

Answer = dict[str, Any]


def ask(reader: Reader, path: str) -> Answer:
    """The members of the answer at a path."""
    response = reader.ask(path)
    assert response.status_code == 200, response.get_data(as_text=True)
    answer: Answer = response.get_json()
    return answer


def test_rival_starts_of_bepc_mark_its_row(reader: Reader) -> None:
    """BEPC ran since October 1988, as others say since 1984, 1989 or 1990: every list says that
    its date is contested, and only as long as a rival had been said."""
    [row] = [
        row
        for row in ask(reader, "/v1/state?at=1995&country=CN")["facilities"]
        if row["id"] == "bepc"
    ]
    assert (row["statement"], row["contested"]) == ("bepc-operation", True)
    [row] = [
        row for row in ask(reader, "/v1/records?at=1995&country=CN")["items"] if row["id"] == "bepc"
    ]
    assert row["contested"] is True
    record = ask(reader, "/v1/records/bepc?at=1995")
    entries = {each["effective"]: each for each in record["entries"]}
    assert record["contested"] is entries["bepc-operation"]["contested"] is True
    timeline = ask(reader, "/v1/records/bepc/timeline")["effective"]
    assert [each["id"] for each in timeline if each.get("contested")] == [
        id for id in (each["id"] for each in timeline) if entries[id].get("contested")
    ]
    text = reader.ask("/v1/feeds/csv?record=bepc").get_data(as_text=True)
    assert ",contested," in text.partition("\n")[0]


def test_rival_starts_of_bepc_mark_it_then_and_now(reader: Reader) -> None:
    """A hindsight marks either point by what was said by its own horizon; and maps mark it."""
    answer = ask(reader, "/v1/hindsight?at=1995&stated=1985&country=CN")
    [row] = [row for row in answer["rows"] if row["id"] == "bepc"]
    assert "contested" not in row["then"]
    assert row["now"]["contested"] is True
    text = reader.ask("/v1/hindsight?at=1995&stated=1985&country=CN&format=csv").text
    [cells] = [row for row in csv.DictReader(io.StringIO(text)) if row["id"] == "bepc"]
    assert (cells["then_contested"], cells["now_contested"]) == ("", "true")
    points = ask(reader, "/v1/feeds/facilities?at=1995&country=CN")["features"]
    marks = {each["id"]: each["properties"]["contested"] for each in points}
    assert marks["bepc"] is True
    assert None in marks.values()


@pytest.mark.parametrize("stated", ["1990", "2010", "2026-11-25"])
def test_what_is_shown_is_marked_as_all_is(shipped: Archive, stated: str) -> None:
    """The marks of a page, looked for by its rows alone, are those of the whole log."""
    known = shipped.chronicle.log.max_notification_id() or 0
    clocks = as_of(
        stated=stated, known=f"@{known}", log=shipped.chronicle.log, now="2026-11-25T18:00:00Z"
    )
    slice = shipped.reading_at(known).at(clocks)
    ids = slice.contested_ids()
    for facet in ("status", "policy", "discovery", "indicator"):
        found = slice.find(facet, clocks.stated, first=BEFORE_ALL)
        numbers = slice.reading.lines.ids_of(slice.reading.db, found.statements())
        marked = {numbers[number] for number in slice.contested(found.statements())}
        assert marked == ids & {*numbers.values()}
    assert ids


def test_contradictions_reach_across_records(reader: Reader) -> None:
    """Two discoveries of one burst contradict one another, and both say so."""
    for id in ("grb-13tev", "grb-18tev"):
        [entry] = ask(reader, f"/v1/records/{id}")["entries"]
        assert entry["contested"] is True


def test_a_list_of_what_is_disputed(reader: Reader) -> None:
    """`disputed=true` keeps what has a disputed statement, in both lists, and is pinned."""
    answer = ask(reader, "/v1/records?disputed=true&limit=2000")
    ids = {item["id"] for item in answer["items"]}
    assert {"bepc", "grb-13tev"} <= ids
    assert "juno" not in ids or any(
        each.get("contested") for each in ask(reader, "/v1/records/juno")["entries"]
    )
    assert "disputed=true" in answer["pinned"]
    found = ask(reader, "/v1/search?disputed=true&q=bepc")
    assert {item["id"] for item in found["items"]} <= ids
    assert ask(reader, "/v1/search?disputed=true")["total"] == answer["total"]
    assert reader.ask("/v1/records?disputed=no").status_code == 422


def test_what_contradicts_a_later_line_is_contested_once_that_was_said(juno: Teller) -> None:
    """A line may name a later one: until that is visible, nothing is contested."""
    juno.tell(milestone("began", "construction-started", "2015-01-10", contradicts=["other"]))
    assert "contested" not in juno.state(at="2020")["facilities"][0]
    juno.tell(statement("discovery", "other", "2016-05-01", stated="2016-05-01"))
    assert juno.state(at="2020")["facilities"][0]["contested"] is True
    assert "contested" not in juno.state(at="2020", stated="2016-04")["facilities"][0]


@pytest.mark.parametrize(("lang", "word"), [("en", "date contested"), ("zh", "日期有争议")])
def test_the_pages_say_so(reader: Reader, lang: str, word: str) -> None:
    """In both languages, and each statement stands with its sources."""
    pages = ("/state?at=1995", "/search?disputed=true", "/records/bepc?at=1995", "/disputed")
    for path in pages:
        joint = "&" if "?" in path else "?"
        page = reader.ask(f"{path}{joint}lang={lang}", Accept="text/html")
        assert page.status_code == 200, path
        assert word in page.get_data(as_text=True), path
    assert "/sources/" in page.get_data(as_text=True)


def test_disputed_statements_have_their_chinese_titles(juno: Teller) -> None:
    """On the Chinese page; where there is none, the other one."""
    juno.tell(
        milestone("ran", "operation-started", "2025", title_zh="江门中微子实验开始运行"),
        milestone("rumour", "operation-started", "2024", rank="disputed"),
    )
    juno.archive.catch_up()
    page = Reader(create_app(juno.archive)).ask("/disputed?lang=zh", Accept="text/html").text
    assert '#st-ran">江门中微子实验开始运行</a>' in page
    assert '#st-rumour">JUNO: operation-started</a>' in page


def test_a_last_word_is_old_after_five_years(juno: Teller) -> None:
    """More than five years after it: not on the day itself; and not of what was closed."""
    juno.tell(milestone("began", "construction-started", "2010-02-28"))
    for stated, old in (("2015-02-28", None), ("2015-03-01", "2010-02-28")):
        row = juno.state(at="2014", stated=stated)["facilities"][0]
        assert row.get("last_said") == old
        record = create_app(juno.archive).test_client().get(f"/v1/records/juno?stated={stated}")
        assert record.get_json().get("last_said") == old
    juno.tell(milestone("closed", "decommissioned", "2011", stated="2011-03"))
    assert "last_said" not in juno.state(at="2025")["facilities"][0]
