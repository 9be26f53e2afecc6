"""Columns: arrays of one length, in the order in which a canvas searches them."""

from __future__ import annotations

import itertools
from typing import Any

from events.dates import parse_iso
from service.feeds.columns import DISPUTED_FLAG, PLANNED_FLAG, SIGNS
from service.items.item import KINDS
from tests.service.asked import Reader
from tests.service.feeds.hard_dates import HARD


def asked(reader: Reader, **parameters: str) -> Any:
    """The feed."""
    return reader.get("/v1/feeds/columns", **{"lang": "en", **parameters})


def told(body: Any) -> dict[str, dict[str, Any]]:
    """The spans by their titles, those of lanes by lane and status."""
    columns = body["columns"]
    spans = {}
    for place, lane in enumerate(columns["lane"]):
        span = {name: values[place] for name, values in columns.items()}
        span["status"] = body["statuses"][span["status"]]["id"]
        span["text"] = body["texts"][span["start_text"]]
        span["of"] = body["records"][span["record"]]
        spans[span["title"] or f"{body['lanes'][lane]['id']}/{span['status']}"] = span
    return spans


def test_columns_are_of_one_length_and_point_at_what_is_there(reader: Reader) -> None:
    """Of all kinds, in both languages."""
    for lang in ("en", "zh"):
        body = asked(reader, kind=",".join(KINDS), limit="5000", lang=lang)
        columns = body["columns"]
        count = len(columns["lane"])
        assert count > 500
        assert {len(values) for values in columns.values()} == {count}
        for name, shared in (
            ("lane", "lanes"), ("status", "statuses"), ("record", "records"),
            ("start_text", "texts"), ("end_text", "texts"),
        ):  # fmt: skip
            assert set(columns[name]) <= set(range(len(body[shared])))
        assert [each["id"] for each in body["statuses"]] == list(SIGNS)


def test_spans_are_in_the_order_of_their_lanes_and_days(reader: Reader) -> None:
    """A canvas searches in them and does not sort; each lane stands under one field."""
    body = asked(reader, kind=",".join(KINDS), limit="5000")
    order = list(zip(body["columns"]["lane"], body["columns"]["start"], strict=True))
    assert order == sorted(order)
    groups = [lane["group"] for lane in body["lanes"]]
    assert len(dict.fromkeys(groups)) == 1 + sum(
        before != after for before, after in itertools.pairwise(groups)
    )
    assert len({lane["id"] for lane in body["lanes"]}) == len(body["lanes"])


def test_every_hard_date_has_its_bounds_and_its_words(hard_reader: Reader) -> None:
    """Whole days from 1970 on; a year far away is a number like every other."""
    spans = told(asked(hard_reader, kind="discovery"))
    for hard in HARD:
        span = next(span for span in spans.values() if span["of"] == hard.id)
        earliest, latest = (
            None if day is None else parse_iso(day) for day in (hard.earliest, hard.latest)
        )
        assert span["start"] == (latest if earliest is None else earliest), hard.name
        assert span["start_latest"] == (earliest if latest is None else latest), hard.name
        assert span["text"] == hard.en, hard.name


def test_an_end_that_is_not_known_is_nothing(reader: Reader) -> None:
    """What is only promised is marked, and begins after what had been stated."""
    body = asked(reader, record="juno", stated="2016", at="2016", kind="phase")
    spans = told(body)
    building = spans["juno/under-construction"]
    assert (building["end"], building["flags"]) != (None, PLANNED_FLAG)
    expected = spans["juno/operating"]
    assert expected["flags"] & PLANNED_FLAG
    assert expected["end"] is None
    assert expected["start_latest"] > body["stated"] == parse_iso("2016-12-31")
    now = told(asked(reader, record="juno", kind="phase"))["juno/operating"]
    assert (now["end"], now["end_earliest"], now["flags"]) == (None, None, 0)


def test_what_is_disputed_is_marked(hard_reader: Reader) -> None:
    """And only that."""
    spans = told(asked(hard_reader, kind=",".join(KINDS)))
    marked = [span["of"] for span in spans.values() if span["flags"] & DISPUTED_FLAG]
    assert marked
    assert len(marked) < len(spans) / 2
