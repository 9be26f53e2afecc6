"""What is disputed, in lists, rows, feeds and pages."""

from __future__ import annotations

from typing import Any

import pytest

from service.app import create_app
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
    csv = reader.ask("/v1/feeds/csv?record=bepc").get_data(as_text=True)
    assert ",contested," in csv.partition("\n")[0]


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
