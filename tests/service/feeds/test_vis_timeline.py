"""vis-timeline JSON: the traps of its format, by the table of hard dates."""

from __future__ import annotations

import re
from typing import Any

import pytest

from events.dates import iso, parse_iso
from tests.service.asked import Reader
from tests.service.feeds.hard_dates import HARD, TOO_FAR, Hard

MIDNIGHT = re.compile(r"(?:[0-9]{4}|[+-][0-9]{6})-[0-9]{2}-[0-9]{2}T00:00:00")


def body(reader: Reader, **asked: str) -> Any:
    """The whole feed."""
    return reader.get("/v1/feeds/vis-timeline", **asked)


def shown(reader: Reader, **asked: str) -> dict[str, Any]:
    """The items by id."""
    return {item["id"]: item for item in body(reader, **asked)["items"]}


def after(day: str | None) -> str | None:
    """The midnight that ends a day."""
    return None if day is None else f"{iso(parse_iso(day) + 1)}T00:00:00"


@pytest.mark.parametrize("date", HARD, ids=lambda date: date.name)
def test_a_date_spans_all_its_possible_days(hard_reader: Reader, date: Hard) -> None:
    """One that is known to the day is a point; open sides reach to the edge of the view."""
    whole = body(hard_reader)
    found = {item["id"]: item for item in whole["items"]}
    if date.id == TOO_FAR:
        assert date.id not in found
        return
    item = found[date.id]
    options = whole["options"]
    assert item["start"] == (f"{date.earliest}T00:00:00" if date.earliest else options["min"])
    if date.earliest == date.latest:
        assert item["type"] == "point"
        assert "end" not in item
    else:
        assert item["type"] == "range"
        assert item["end"] == (after(date.latest) or options["max"])
        assert "vague" in item["className"].split()
    assert date.en in item["title"]


def test_every_date_is_a_full_local_midnight_and_nothing_is_null(hard_reader: Reader) -> None:
    """A bare year would be milliseconds, a year of four digits with a minus another year."""
    whole = body(hard_reader)
    for item in whole["items"]:
        for name in ("start", "end"):
            assert name not in item or MIDNIGHT.fullmatch(item[name]), item
        assert None not in item.values()
        assert "end" in item or item["type"] == "point"
        if "end" in item:
            assert item["end"] != item["start"]


def test_what_goes_on_is_drawn_as_far_as_it_is_known_and_is_called_open(
    hard_reader: Reader,
) -> None:
    """To the end of the day of `at`; what is only promised, to the end of the view."""
    whole = body(hard_reader, record="dream", at="2020-05-06")
    approved, running = (
        next(item for item in whole["items"] if item["id"] == id)
        for id in ("dream/approved/1", "dream/expected/operating/1")
    )
    assert approved["end"] == "2020-05-07T00:00:00"
    assert "open" in approved["className"].split()
    assert running["end"] == whole["options"]["max"]
    assert {"open", "planned"} <= set(running["className"].split())
    assert whole["options"]["max"] < "2037"
    before = body(hard_reader, record="dream", at="2010")
    (begun,) = (item for item in before["items"] if item["id"] == "dream/approved/1")
    assert (begun["start"], begun["end"]) == ("2016-11-02T00:00:00", "2016-11-03T00:00:00")


def test_a_vague_edge_has_a_background_in_the_lane_of_its_item(hard_reader: Reader) -> None:
    """From its first possible day to its last, in a subgroup of its own."""
    found = shown(hard_reader)
    edge = found["hard/under-construction/1/start"]
    assert edge["type"] == "background"
    assert (edge["start"], edge["end"]) == ("1987-01-01T00:00:00", "1988-01-01T00:00:00")
    assert (edge["group"], edge["subgroup"]) == ("hard", "hard/under-construction/1")


def test_every_item_lies_in_a_group_and_the_fields_hold_their_facilities(
    hard_reader: Reader,
) -> None:
    """Groups are nested one level deep."""
    whole = body(hard_reader, kind="phase,discovery,policy,indicator")
    groups = {group["id"]: group for group in whole["groups"]}
    assert {item["group"] for item in whole["items"]} <= groups.keys()
    assert groups["field:space"]["nestedGroups"] == ["hard"]
    nested = [id for group in whole["groups"] for id in group.get("nestedGroups", ())]
    assert len(nested) == len(set(nested))
    assert set(nested) <= groups.keys()
    orders = [group["order"] for group in whole["groups"]]
    assert orders == sorted(set(orders))


def test_what_is_html_to_the_tool_is_escaped(hard_reader: Reader) -> None:
    """Contents of items and groups, and tooltips."""
    whole = body(hard_reader, record="hard", kind="phase,discovery")
    texts = [
        text
        for each in (*whole["items"], *whole["groups"])
        for text in (each["content"], each.get("title", ""))
    ]
    assert any("&lt;b onclick" in text for text in texts)
    assert not any("<" in text for text in texts)


def test_a_stretch_that_is_asked_for_is_the_view(hard_reader: Reader) -> None:
    """From its first day to the end of its last."""
    options = body(hard_reader, **{"from": "1985", "to": "1995"})["options"]
    assert (options["start"], options["end"]) == ("1985-01-01T00:00:00", "1996-01-01T00:00:00")
