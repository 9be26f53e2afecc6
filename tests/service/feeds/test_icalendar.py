"""The iCalendar feed, by the `icalendar` package, in whatever zone its reader lives."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import icalendar
import pytest

from tests.service.asked import Reader, url
from tests.service.feeds.hard_dates import HARD
from tests.story.telling import (
    Teller,
    correction,
    milestone,
    plan,
    reinstatement,
    statement,
    withdrawal,
)

PATH = "/v1/feeds/icalendar"


def calendar(reader: Reader, **asked: str) -> Any:
    """The calendar, read without an error."""
    answer = reader.ask(url(PATH, **asked))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.content_type == "text/calendar; charset=utf-8"
    read = icalendar.Calendar.from_ical(answer.data)
    assert isinstance(read, icalendar.Calendar)
    assert read.errors == []
    for each in read.walk():
        assert each.errors == []
    return read


def events(reader: Reader, **asked: str) -> dict[str, Any]:
    """The events by their UID, without the part that is the same in all."""
    return {
        str(each["uid"]).removesuffix("@annales.org"): each
        for each in calendar(reader, **asked).walk("VEVENT")
    }


def days(event: Any) -> tuple[date, date]:
    """The days of an event, half-open as they stand in it."""
    return event["dtstart"].dt, event["dtend"].dt


@pytest.fixture
def told(juno: Teller) -> Teller:
    """JUNO with dates of many kinds."""
    juno.tell(
        milestone("begun", "construction-started", "2015-01-10"),
        milestone("built", "completed", "2024-11"),
        milestone("light", "first-light", "2024~"),
        plan("p-2020", "operation-started", "2020", "2015-07"),
        plan("p-2026", "operation-started", "2026-03", "2024-06"),
        statement("discovery", "halley", "-0240"),
        statement("discovery", "far", "Y12025"),
        statement("discovery", "last", "9999"),
        statement("discovery", "winter", "2020-24"),
        statement("discovery", "by-then", "../2016-05"),
        statement("discovery", "later", "2016-05/.."),
        statement("policy", "five-years", "2021", until="2025"),
        statement("policy", "for-good", "2016-05-19"),
    )
    juno.archive.catch_up()
    return juno


def test_the_shipped_chronicle_is_a_calendar_without_errors(reader: Reader) -> None:
    """All of it, in both languages, with every UID once and lines of at most 75 bytes."""
    for lang in ("en", "zh"):
        asked = {"lang": lang, "limit": "5000", "kind": "phase,milestone,discovery,policy"}
        read = calendar(reader, **asked)
        uids = [str(each["uid"]) for each in read.walk("VEVENT")]
        assert len(uids) == len(set(uids)) > 500
    raw = reader.ask(url(PATH)).data
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.usefixtures("told")
def test_the_end_of_an_event_is_the_day_after_it(small: Reader) -> None:
    """A day is one day, a month all its days, a vague year the year; never a time of day."""
    found = events(small)
    assert days(found["begun"]) == (date(2015, 1, 10), date(2015, 1, 11))
    assert days(found["built"]) == (date(2024, 11, 1), date(2024, 12, 1))
    assert days(found["light"]) == (date(2024, 1, 1), date(2025, 1, 1))
    assert days(found["winter"]) == (date(2020, 12, 1), date(2021, 3, 1))
    assert days(found["five-years"]) == (date(2021, 1, 1), date(2026, 1, 1))
    assert all(each["dtstart"].params["VALUE"] == "DATE" for each in found.values())


@pytest.mark.usefixtures("told")
def test_a_vague_date_is_called_so_in_the_summary(small: Reader) -> None:
    """In words, and exactly in `X-ANNALES-EDTF`."""
    found = events(small)
    assert found["built"]["summary"] == "JUNO: completed (month only)"
    assert found["light"]["summary"] == "JUNO: first-light (c. 2024)"
    assert found["light"]["x-annales-edtf"] == "2024~"
    assert found["begun"]["summary"] == "JUNO: construction-started"
    chinese = events(small, lang="zh")
    assert chinese["built"]["summary"].endswith("（仅知月份）")


@pytest.mark.usefixtures("told")
def test_what_has_an_open_side_stands_on_the_day_that_it_has(small: Reader) -> None:
    """No far day is made up: by May 2016 ends then, from May 2016 on begins then."""
    found = events(small)
    assert days(found["by-then"]) == (date(2016, 5, 31), date(2016, 6, 1))
    assert days(found["later"]) == (date(2016, 5, 1), date(2016, 5, 2))
    assert days(found["for-good"]) == (date(2016, 5, 19), date(2016, 5, 20))
    assert found["for-good"]["summary"] == "policy for-good (no end known)"
    assert found["for-good"]["x-annales-edtf"] == "2016-05-19/.."


@pytest.mark.usefixtures("told")
def test_what_no_calendar_can_hold_is_left_out_and_counted(small: Reader) -> None:
    """Before the year 1; and from the last day of 9999 on, whose morrow cannot be written."""
    read = calendar(small)
    assert not {"halley", "far", "last"} & events(small).keys()
    assert read["x-annales-omitted"] == "after-9999=2, bce=1"
    answer = small.ask(url(PATH))
    assert answer.headers["Annales-Omitted"] == "after-9999=2, bce=1"


@pytest.mark.usefixtures("told")
def test_a_plan_is_tentative_and_what_came_confirmed(small: Reader) -> None:
    """And so is told what had been promised before."""
    found = events(small)
    assert found["p-2026"]["status"] == "TENTATIVE"
    assert "Planned for 2020 (2015-07-31)" in found["p-2026"]["description"]
    assert found["begun"]["status"] == "CONFIRMED"
    assert {each["transp"] for each in found.values()} == {"TRANSPARENT"}


def test_what_was_withdrawn_is_cancelled_under_its_uid(told: Teller, small: Reader) -> None:
    """Until it is reinstated; each change has a higher SEQUENCE and a later LAST-MODIFIED."""
    before = events(small)["built"]
    told.tell(withdrawal("built"), on="2026-11-26")
    told.archive.catch_up()
    gone = events(small)["built"]
    assert (before["status"], gone["status"]) == ("CONFIRMED", "CANCELLED")
    assert gone["sequence"] > before["sequence"]
    assert gone["last-modified"].dt > before["last-modified"].dt
    told.tell(reinstatement("built"), on="2026-11-27")
    told.archive.catch_up()
    back = events(small)["built"]
    assert back["status"] == "CONFIRMED"
    assert back["sequence"] > gone["sequence"]


def test_of_what_was_withdrawn_no_more_than_the_limit_is_told(told: Teller, small: Reader) -> None:
    """What was taken back last; how many more there are is told."""
    told.tell(*(statement("observation", f"o-{n}", "2011", country="CN") for n in range(5)))
    for number in (3, 0, 4):
        told.tell(withdrawal(f"o-{number}"))
    told.tell(statement("observation", "at-once", "2011", country="CN"), withdrawal("at-once"))
    told.archive.catch_up()

    def cancelled(**asked: str) -> list[str]:
        found = events(small, kind="observation", **asked)
        return [uid for uid, each in found.items() if each["status"] == "CANCELLED"]

    # What came and went in one commit was in no calendar.
    assert cancelled() == ["o-0", "o-3", "o-4"]
    assert cancelled(limit="2") == ["o-0", "o-4"]
    assert cancelled(country="US") == []
    assert cancelled(to="2010") == []
    answer = small.ask(url(PATH, kind="observation", limit="1"))
    assert answer.headers["Annales-Omitted"] == "limit=1, withdrawn=2"
    assert calendar(small, kind="observation", limit="1")["x-annales-omitted"] == (
        "limit=1, withdrawn=2"
    )


def test_a_correction_moves_the_event_and_keeps_its_uid(told: Teller, small: Reader) -> None:
    """The same UID, the new day, a higher SEQUENCE; and no other event is touched in its days."""
    before = events(small)
    told.tell(correction("begun", {"date": "2015-01-11"}), on="2026-11-26")
    told.archive.catch_up()
    after = events(small)
    assert before.keys() == after.keys()
    assert days(after["begun"]) == (date(2015, 1, 11), date(2015, 1, 12))
    assert after["begun"]["sequence"] > before["begun"]["sequence"]
    moved = [uid for uid in before if days(before[uid]) != days(after[uid])]
    assert moved == ["begun"]


def test_a_calendar_says_where_to_look_again(reader: Reader) -> None:
    """NAME, REFRESH-INTERVAL and SOURCE, which is the feed without clocks: the pinned one would
    never change."""
    read = calendar(reader, country="CN", at="2013")
    assert read["name"] == "Annales: China"
    assert read["refresh-interval"].dt == timedelta(days=1)
    assert read["source"] == "http://localhost/v1/feeds/icalendar?country=CN&lang=en"
    assert "known=@1203" in read["url"]


def test_an_event_has_its_place_its_page_and_its_categories(reader: Reader) -> None:
    """GEO as latitude and longitude, URL to the record, CATEGORIES in words."""
    found = events(reader, record="juno")["juno-construction"]
    assert (found["geo"].latitude, found["geo"].longitude) == (22.11827, 112.51867)
    assert found["url"] == "http://localhost/records/juno"
    assert [str(each) for each in found["categories"].cats] == [
        "Milestones",
        "Particle physics",
        "CN",
        "under construction",
    ]
    assert "Sources:\n- " in found["description"]


def test_characters_that_no_calendar_has_do_not_break_it(told: Teller, small: Reader) -> None:
    """A control character, a line break and a semicolon in a title: the title is still one."""
    told.tell_as_of_old(statement("discovery", "odd", "2020", title="a;b,c\\d\x0be\nBEGIN:VEVENT"))
    told.archive.catch_up()
    assert events(small)["odd"]["summary"] == "a;b,c\\d\ufffde\nBEGIN:VEVENT (year only)"
    assert len(events(small)) == len(events(small, kind="milestone,discovery,policy,observation"))


def test_hard_dates_cover_the_days_that_they_can_mean(hard_reader: Reader) -> None:
    """Each by its bounds; one that is open on a side is a day; the others are counted."""
    found = events(hard_reader, kind="discovery")
    for each in HARD:
        if each.name in ("year-0", "bce", "far", "too-far"):
            assert each.id not in found
            continue
        first, stop = days(found[each.id])
        assert found[each.id]["x-annales-edtf"] == each.edtf
        assert first.isoformat() == (each.earliest or each.latest)
        assert (stop - timedelta(1)).isoformat() == (each.latest or each.earliest)
        vague = each.name not in ("day", "new-year")
        assert found[each.id]["summary"].endswith(")") == vague
    assert found["withdrawn"]["status"] == "CANCELLED"
    assert calendar(hard_reader, kind="discovery")["x-annales-omitted"] == "after-9999=1, bce=3"


@pytest.fixture(params=["Asia/Shanghai", "America/Los_Angeles", "UTC"])
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The process in another zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def test_days_are_the_same_in_every_zone(reader: Reader, zone: str) -> None:
    """The bytes do not change with the zone of the server, nor the days with that of the reader."""
    here = reader.ask(url(PATH, record="juno", lang="en"))
    script = (
        "import sys, icalendar\n"
        "read = icalendar.Calendar.from_ical(sys.stdin.buffer.read())\n"
        "for each in read.walk('VEVENT'):\n"
        "    print(each['uid'], each['dtstart'].dt, each['dtend'].dt)\n"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", script],
            input=here.data,
            env={**os.environ, "TZ": each},
            capture_output=True,
            check=True,
        ).stdout
        for each in (zone, "Pacific/Kiritimati")
    ]
    assert told[0] == told[1] != b""
    assert b"juno-construction@annales.org 2015-01-10 2015-01-11" in told[0]


def test_a_title_says_what_is_in_dispute(juno: Teller, small: Reader) -> None:
    """A date that others contest, and a statement that is itself disputed."""
    juno.tell(
        milestone("ran", "operation-started", "2025"),
        milestone("rumour", "operation-started", "2024", rank="disputed"),
        statement("discovery", "halley", "1986-02-09", rank="disputed"),
    )
    juno.archive.catch_up()
    summaries = {str(each["summary"]) for each in events(small, lang="en").values()}
    assert "JUNO: operation-started (year only, date contested)" in summaries
    assert "discovery halley (disputed)" in summaries
