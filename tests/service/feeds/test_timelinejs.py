"""TimelineJS JSON: the traps of its format, by the table of hard dates."""

from __future__ import annotations

from typing import Any

import pytest

from events.dates import civil, parse_iso
from tests.service.asked import Reader
from tests.service.feeds.hard_dates import HARD, TOO_FAR, Hard

FINEST = {
    "day": 3,
    "new-year": 3,
    "month": 2,
    "uncertain": 2,
    "season": 2,
    "winter": 2,
    "interval": 2,
}
"""How many members a date has, where it is finer than a year."""


def slides(reader: Reader, **asked: str) -> dict[str, Any]:
    """The slides by id."""
    asked = {"limit": "500", **asked}
    return {
        slide["unique_id"]: slide for slide in reader.get("/v1/feeds/timelinejs", **asked)["events"]
    }


@pytest.mark.parametrize("date", HARD, ids=lambda date: date.name)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_date_is_as_precise_as_its_source(hard_reader: Reader, date: Hard, lang: str) -> None:
    """A year has no month. Its text is ours, so that it is neither "240 BCE" nor a bare 1987."""
    found = slides(hard_reader, lang=lang)
    if date.id == TOO_FAR:
        assert date.id not in found
        return
    day = civil(parse_iso(date.earliest or date.latest or ""))
    parts = dict(zip(("year", "month", "day"), day[: FINEST.get(date.name, 1)], strict=False))
    text = date.en if lang == "en" else date.zh
    assert found[date.id]["start_date"] == {**parts, "display_date": text}
    assert "end_date" not in found[date.id]


def test_the_first_slide_says_its_clocks_in_words(hard_reader: Reader) -> None:
    """In the language of the slides."""
    text = hard_reader.get("/v1/feeds/timelinejs", at="2013", lang="zh")["title"]["text"]["text"]
    assert ">日期：2013年12月31日；信息截至" in text


def test_no_member_is_null(hard_reader: Reader) -> None:
    """TimelineJS takes null for the year 0."""
    text = hard_reader.ask("/v1/feeds/timelinejs?limit=500").get_data(as_text=True)
    assert ":null" not in text


def test_an_end_is_later_than_its_start_or_is_not_there(hard_reader: Reader) -> None:
    """What is equal is dropped by TimelineJS."""
    found = slides(hard_reader, kind="phase,policy")
    assert found["five-years"]["end_date"] == {"year": 2015, "display_date": "2015"}
    assert found["for-ever"]["end_date"] == {
        "year": 2026, "month": 11, "day": 25, "display_date": "present",
    }  # fmt: skip
    assert found["hard_operating_1"]["end_date"]["display_date"] == "winter 2008–09"
    assert "end_date" not in found["hard_decommissioned_1"]
    assert "end_date" not in found["dream_expected_operating_1"]
    for slide in found.values():
        if "end_date" in slide:
            ends = [
                [slide[end].get(part, 1) for part in ("year", "month", "day")]
                for end in ("start_date", "end_date")
            ]
            assert ends[0] < ends[1]


def test_a_slide_shows_its_sources_and_is_safe(hard_reader: Reader) -> None:
    """Markup of a title is text; what is disputed or planned says so."""
    found = slides(hard_reader, kind="phase,discovery,milestone")
    headline = found["hard_operating_1"]["text"]["headline"]
    assert headline.startswith("&lt;b onclick=&quot;alert(1)&quot;&gt;")
    assert "A yearbook" in found["hard-day"]["text"]["text"]
    assert found["disputed"]["text"]["headline"].endswith("<small>(disputed)</small>")
    assert found["dream-plan"]["text"]["headline"].endswith("<small>(planned)</small>")
    assert found["hard-day"]["group"] == "Space"


def test_a_hundred_slides_are_enough_unasked(reader: Reader) -> None:
    """Of the shipped chronicle the most significant, and it says how many there are besides."""
    answer = reader.ask("/v1/feeds/timelinejs")
    body = answer.get_json()
    assert len(body["events"]) == 100
    left = body["_annales"]["reasons"]["limit"]
    assert answer.headers["Annales-Omitted"] == f"limit={left}"
    kinds = {slide["unique_id"] for slide in body["events"]}
    assert "juno-operation" in kinds
