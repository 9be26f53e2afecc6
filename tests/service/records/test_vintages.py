"""What was effective in each entry at every point of `stated` and `known`: `/v1/vintages`.

That each of them is what the record says there, of any history, is held in
`tests/story/test_vintages_against_the_naive_model.py`.
"""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest

from tests.service.asked import ASK_AGAIN, FOREVER, Reader, slug, url
from tests.story.telling import (
    Teller,
    amendment,
    correction,
    milestone,
    plan,
    reading,
    reinstatement,
    statement,
    withdrawal,
)

ENTRY = "juno/operation-started"


def told(juno: Teller, small: Reader, **asked: str) -> list[dict[str, Any]]:
    """The items of JUNO, or of what is asked for."""
    juno.archive.catch_up()
    items: list[dict[str, Any]] = small.get("/v1/vintages", **(asked or {"record": "juno"}))[
        "items"
    ]
    return items


def brief(items: list[dict[str, Any]]) -> list[tuple[str, str | None, str, str]]:
    """Of each item the statement, its date, and its stretches of `stated` and `known`."""
    return [
        (
            each["statement"],
            each["date"],
            *("..".join(each[clock][end] or "" for end in ("from", "to")) for clock in CLOCKS),
        )
        for each in items
    ]


CLOCKS = ("stated", "known")


def rows(small: Reader, **asked: str) -> list[list[str]]:
    """The rows of an answer that is CSV, the names of its columns first."""
    answer = small.ask(url("/v1/vintages", **asked))
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    return list(csv.reader(StringIO(answer.get_data(as_text=True))))


def test_an_item_has_the_members_of_the_rule(small: Reader, juno: Teller) -> None:
    """Days are the first and the last of a stretch, both included; an open end is null."""
    juno.tell(plan("plan", "operation-started", "2020", "2016-05"))
    juno.tell(milestone("came", "operation-started", "2025-08-26"))
    juno.archive.catch_up()
    answer = small.get("/v1/vintages", record="juno")
    assert list(answer) == ["known", "known_at", "view", "pinned", "total", "items", "next"]
    view = answer["view"]
    assert answer["pinned"] == f"/v1/vintages?known=@4&record=juno&view={view}"
    assert (answer["known"], answer["total"], answer["next"]) == ("@4", 3, None)
    before, then, now = answer["items"]
    assert before == {
        "entry": ENTRY,
        "record": "juno",
        "modality": "planned",
        "date": "2020",
        "value": None,
        "unit": None,
        "statement": "plan",
        "counts": True,
        "dropped": False,
        "stated": {"from": "2016-05-31", "to": None},
        "known": {"from": "@3", "to": "@4"},
    }
    assert then == {
        **before,
        "stated": {"from": "2016-05-31", "to": "2025-08-25"},
        "known": {"from": "@4", "to": None},
    }
    assert now == {
        **then,
        "modality": "actual",
        "date": "2025-08-26",
        "statement": "came",
        "stated": {"from": "2025-08-26", "to": None},
    }
    assert list(now) == [
        *("entry", "record", "modality", "date", "value", "unit", "statement", "counts"),
        *("dropped", "stated", "known"),
    ]


def test_a_correction_ends_what_it_mends_and_begins_the_other(small: Reader, juno: Teller) -> None:
    """Along `known`; what an item does not show may change without a new one."""
    juno.tell(milestone("came", "operation-started", "2025-08-26", stated="2025-09"))
    juno.tell(correction("came", {"title": "It runs", "summary": "The log book says so."}))
    juno.tell(amendment("juno", {"name": "Jiangmen"}))
    juno.tell(correction("came", {"date": "2025-08-25"}))
    assert brief(told(juno, small)) == [
        ("came", "2025-08-26", "2025-09-30..", "@3..@6"),
        ("came", "2025-08-25", "2025-09-30..", "@6.."),
    ]


def test_a_correction_of_what_was_stated_moves_the_stretches(small: Reader, juno: Teller) -> None:
    """The one that was wrong ends, with the rival's that it cut short."""
    juno.tell(plan("old", "operation-started", "2020", "2016"))
    juno.tell(plan("new", "operation-started", "2021", "2018"))
    juno.tell(correction("new", {"stated": "2017"}))
    assert brief(told(juno, small)) == [
        ("old", "2020", "2016-12-31..", "@3..@4"),
        ("old", "2020", "2016-12-31..2018-12-30", "@4..@5"),
        ("new", "2021", "2018-12-31..", "@4..@5"),
        ("old", "2020", "2016-12-31..2017-12-30", "@5.."),
        ("new", "2021", "2017-12-31..", "@5.."),
    ]


def test_a_correction_of_the_entry_moves_the_statement(small: Reader, juno: Teller) -> None:
    """It ends in the one and begins in the other; both are entries of the record for good."""
    juno.tell(milestone("came", "operation-started", "2025-08-26"))
    juno.tell(correction("came", {"entry": "juno/first-run"}))
    assert brief(told(juno, small, entry="juno/first-run")) == [
        ("came", "2025-08-26", "2025-08-26..", "@4.."),
    ]
    assert brief(told(juno, small, entry=ENTRY)) == [
        ("came", "2025-08-26", "2025-08-26..", "@3..@4"),
    ]
    assert [each["entry"] for each in told(juno, small)] == ["juno/first-run", ENTRY]


def test_a_withdrawn_statement_leaves_a_gap_until_it_is_reinstated(
    small: Reader, juno: Teller
) -> None:
    """Where nothing is effective there is no item; a rival shows through meanwhile."""
    juno.tell(plan("old", "operation-started", "2020", "2016"))
    juno.tell(plan("new", "operation-started", "2021", "2018"))
    juno.tell(withdrawal("new"))
    juno.tell(reinstatement("new"))
    juno.tell(withdrawal("old"), withdrawal("new"))
    assert brief(told(juno, small)) == [
        ("old", "2020", "2016-12-31..", "@3..@4"),
        ("old", "2020", "2016-12-31..2018-12-30", "@4..@5"),
        ("new", "2021", "2018-12-31..", "@4..@5"),
        ("old", "2020", "2016-12-31..", "@5..@6"),
        ("old", "2020", "2016-12-31..2018-12-30", "@6..@8"),
        ("new", "2021", "2018-12-31..", "@6..@8"),
    ]


def test_an_entry_that_is_disputed_throughout_does_not_count(small: Reader, juno: Teller) -> None:
    """Until an undisputed statement is recorded, be it one that was said later."""
    juno.tell(milestone("doubtful", "operation-started", "2019", rank="disputed"))
    juno.tell(plan("sure", "operation-started", "2025", "2021"))
    items = told(juno, small)
    assert brief(items) == [
        ("doubtful", "2019", "2019-12-31..", "@3..@4"),
        ("doubtful", "2019", "2019-12-31..2021-12-30", "@4.."),
        ("sure", "2025", "2021-12-31..", "@4.."),
    ]
    assert [each["counts"] for each in items] == [False, True, True]


def test_a_plan_that_is_given_up_has_no_date(small: Reader, juno: Teller) -> None:
    """`dropped` says so; a cell of it in the triangle is empty."""
    juno.tell(plan("plan", "operation-started", "2020", "2016"))
    given_up = plan("no", "operation-started", "2020", "2018", dropped=True)
    del given_up["date"]
    juno.tell(given_up)
    items = told(juno, small)
    assert brief(items)[1:] == [
        ("plan", "2020", "2016-12-31..2018-12-30", "@4.."),
        ("no", None, "2018-12-31..", "@4.."),
    ]
    assert [each["dropped"] for each in items] == [False, False, True]
    assert rows(small, record="juno", format="triangle") == [
        ["entry", "modality", "2016-12-31", "2018-12-31"],
        [ENTRY, "planned", "2020", ""],
    ]


def test_what_says_no_day_is_said_on_the_last_day_of_its_date(small: Reader, juno: Teller) -> None:
    """An assumed day, never later than the recording; another date is another day."""
    juno.tell(milestone("early", "approved", "2013"))
    juno.tell(milestone("open", "completed", "2024/.."), on="2026-11-26")
    juno.tell(correction("early", {"date": "2012"}), on="2026-11-27")
    assert brief(told(juno, small)) == [
        ("early", "2013", "2013-12-31..", "@3..@5"),
        ("early", "2012", "2012-12-31..", "@5.."),
        ("open", "2024/..", "2026-11-26..", "@4.."),
    ]


def test_what_a_commit_mends_of_its_own_was_never_known(small: Reader, juno: Teller) -> None:
    """A commit is whole: only what it left is an item, and it begins at the last position."""
    juno.tell(
        milestone("came", "operation-started", "2024"),
        correction("came", {"date": "2025"}),
        milestone("never", "approved", "2013"),
        withdrawal("never"),
    )
    assert brief(told(juno, small)) == [("came", "2025", "2025-12-31..", "@6..")]
    assert told(juno, small, entry="juno/approved") == []


def test_of_two_said_on_one_day_the_later_recorded_is_shown(small: Reader, juno: Teller) -> None:
    """An actual statement stays before a plan that is said later."""
    juno.tell(plan("one", "operation-started", "2020", "2016"))
    juno.tell(plan("two", "operation-started", "2021", "2016"))
    juno.tell(milestone("came", "operation-started", "2019", stated="2016-12-31"))
    juno.tell(plan("late", "operation-started", "2030", "2020"))
    assert brief(told(juno, small)) == [
        ("one", "2020", "2016-12-31..", "@3..@4"),
        ("two", "2021", "2016-12-31..", "@4..@5"),
        ("came", "2019", "2016-12-31..", "@5.."),
    ]


def test_later_commits_leave_no_trace(small: Reader, juno: Teller) -> None:
    """At an earlier `known` what ended since is open, and the pinned answer keeps its bytes."""
    juno.tell(plan("plan", "operation-started", "2020", "2016"))
    juno.archive.catch_up()
    before = small.ask("/v1/vintages?record=juno&known=@3")
    pinned = before.get_json()["pinned"]
    juno.tell(withdrawal("plan"))
    juno.archive.catch_up()
    assert small.ask("/v1/vintages?record=juno&known=@3").data == before.data
    again = small.ask(pinned)
    assert again.data == before.data
    assert again.headers["Cache-Control"] == FOREVER
    assert small.ask("/v1/vintages?record=juno").headers["Cache-Control"] == ASK_AGAIN
    assert brief(before.get_json()["items"]) == [("plan", "2020", "2016-12-31..", "@3..")]
    assert brief(told(juno, small)) == [("plan", "2020", "2016-12-31..", "@3..@4")]


def test_a_reading_has_its_value_and_unit(small: Reader, juno: Teller) -> None:
    """A series is asked for as a record or as a series; its triangle has values."""
    juno.tell(reading("first", "2012", 1.97, stated="2013-02-24", unit="percent"))
    juno.tell(reading("again", "2012", 1.98, stated="2014-10-02", unit="percent"))
    juno.tell(reading("next", "2013", 2, stated="2014-10-02", unit="percent"))
    items = told(juno, small, series="rd-share")
    assert items == told(juno, small, record="rd-share")
    assert [(each["value"], each["unit"]) for each in items] == [
        *((1.97, "percent"), (1.97, "percent"), (1.98, "percent"), (2, "percent")),
    ]
    assert rows(small, series="rd-share", format="triangle") == [
        ["entry", "modality", "2013-02-24", "2014-10-02"],
        ["rd-share/2012", "actual", "1.97", "1.98"],
        ["rd-share/2013", "actual", "", "2"],
    ]


def test_a_triangle_has_a_row_for_each_modality_and_a_column_for_each_day_said(
    small: Reader, juno: Teller
) -> None:
    """Days on which nothing that was said prevailed are columns too; withdrawn ones are not."""
    juno.tell(plan("plan", "operation-started", "2020", "2016"))
    juno.tell(milestone("came", "operation-started", "2019", stated="2019-05-06"))
    juno.tell(plan("late", "operation-started", "2030", "2020"))
    juno.tell(plan("wrong", "operation-started", "2031", "2021"))
    juno.tell(withdrawal("wrong"))
    juno.archive.catch_up()
    assert rows(small, entry=ENTRY, format="triangle") == [
        ["entry", "modality", "2016-12-31", "2019-05-06", "2020-12-31"],
        [ENTRY, "actual", "", "2019", "2019"],
        [ENTRY, "planned", "2020", "", ""],
    ]
    assert rows(small, entry=ENTRY, format="triangle", known="@3") == [
        ["entry", "modality", "2016-12-31"],
        [ENTRY, "planned", "2020"],
    ]


def test_as_csv_it_has_a_row_an_item(small: Reader, juno: Teller) -> None:
    """An entry is a text of others, so that a spreadsheet must not reckon it."""
    juno.tell(milestone("came", "operation-started", "2025-08-26", entry="=1+1"))
    juno.archive.catch_up()
    names, row = rows(small, record="juno", format="csv")
    cells = dict(zip(names, row, strict=True))
    assert (cells["entry"], cells["counts"], cells["dropped"]) == ("'=1+1", "true", "false")
    assert [cells[name] for name in ("known_from", "known_to", "stated_to")] == ["3", "", ""]
    (item,) = told(juno, small)
    assert item["entry"] == "=1+1"
    assert rows(small, record="juno", format="triangle")[1][0] == "'=1+1"
    assert told(juno, small, entry="=1+1") == [item]


def test_the_pages_hold_the_items_each_once(small: Reader, juno: Teller) -> None:
    """By entry, then by the commit that began it, then by the first day."""
    for number in range(3):
        juno.tell(
            plan(f"plan-{number}", "operation-started", f"202{number}", f"201{number}"),
            milestone(f"came-{number}", "approved", f"200{number}"),
        )
    whole = told(juno, small)
    in_order = [
        (each["entry"], int(each["known"]["from"][1:]), each["stated"]["from"]) for each in whole
    ]
    assert in_order == sorted(in_order)
    for limit in (1, 4, len(whole)):
        page = small.get("/v1/vintages", record="juno", limit=str(limit))
        items = page["items"]
        while page["next"] is not None:
            assert page["total"] == len(whole)
            page = small.get(page["next"])
            items += page["items"]
        assert items == whole


def test_pages_of_rows_lead_on_in_a_header(small: Reader, juno: Teller) -> None:
    """As CSV and as a triangle, whose days are those of the entries of its page."""
    juno.tell(milestone("one", "approved", "2013"), milestone("two", "completed", "2024"))
    juno.archive.catch_up()
    for form, columns in (("csv", "known_to"), ("triangle", "2013-12-31")):
        first = small.ask(url("/v1/vintages", record="juno", format=form, limit="1"))
        assert first.get_data(as_text=True).splitlines()[0].endswith(f",{columns}")
        (link,) = first.headers.getlist("Link")
        path = link.removeprefix("<").removesuffix('>; rel="next"')
        second = small.ask(path)
        assert second.get_data(as_text=True).splitlines()[1].startswith("juno/completed,")
        assert "Link" not in second.headers
    assert second.get_data(as_text=True).splitlines()[0] == "entry,modality,2024-12-31"


def test_a_triangle_that_is_too_large_is_refused(
    small: Reader, juno: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what makes it smaller."""
    juno.tell(milestone("one", "approved", "2013"), milestone("two", "completed", "2024"))
    juno.archive.catch_up()
    monkeypatch.setattr("service.records.vintages.MOST_CELLS", 3)
    answer = small.ask("/v1/vintages?record=juno&format=triangle")
    assert (answer.status_code, slug(answer)) == (422, "too-many-points")
    assert answer.get_json()["narrow"] == ["entry", "limit"]
    assert len(rows(small, record="juno", format="triangle", limit="1")) == 2


def test_a_record_of_which_nothing_is_said_has_no_items(small: Reader) -> None:
    """A card alone fills no entry."""
    answer = small.get("/v1/vintages", record="juno")
    assert (answer["total"], answer["items"]) == (0, [])
    assert rows(small, record="juno", format="triangle") == [["entry", "modality"]]


@pytest.mark.parametrize(
    "asked",
    [
        {"record": "nobody"},
        {"series": "nobody"},
        {"series": "juno"},
        {"entry": "juno/approved"},
        {"entry": "nobody/approved"},
        {"record": "policy-1", "known": "@2"},
        {"entry": "policy-1", "known": "@2"},
    ],
)
@pytest.mark.parametrize("format", ["json", "csv", "triangle"])
def test_what_the_log_did_not_have_is_not_found(
    small: Reader, juno: Teller, asked: dict[str, str], format: str
) -> None:
    """Nor a series that is none, nor what was recorded later."""
    juno.tell(statement("policy", "policy-1", "2015"))
    juno.archive.catch_up()
    path = url("/v1/vintages", **asked, format=format)
    assert small.refused(path) == (404, "no-such-record")


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ({}, "record"),
        ({"record": "juno", "entry": ENTRY}, "entry"),
        ({"entry": ENTRY, "series": "rd-share"}, "series"),
        ({"record": "juno", "limit": "0"}, "limit"),
        ({"record": "juno", "format": "xlsx"}, "format"),
    ],
)
def test_exactly_one_of_record_entry_and_series_is_given(
    small: Reader, asked: dict[str, str], parameter: str
) -> None:
    """Else it is refused, as any filter is that means nothing."""
    answer = small.ask(url("/v1/vintages", **asked))
    assert answer.status_code == 422
    assert [each["parameter"] for each in answer.get_json()["errors"]] == [parameter]


@pytest.mark.parametrize("name", ["at", "during", "stated"])
def test_it_takes_no_clock_but_known(small: Reader, name: str) -> None:
    """It runs along `stated`, and looks at no day of the world."""
    path = url("/v1/vintages", record="juno", **{name: "2013"})
    assert small.refused(path) == (422, "unknown-parameter")
