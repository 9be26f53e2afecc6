"""A series of readings has a card, which is of the same record, whichever came first."""

from __future__ import annotations

import json
from typing import Any

import pytest

from events.clocks import as_of
from events.errors import IdTaken, NothingChanges, WrongRecord
from events.fact import Line
from service.asking.query import Arguments, Query
from service.lists.question import SEARCH
from service.records.answer import record_answer
from tests.story.telling import SOURCE, Teller, amendment, facility, reading, statement

CARD: Line = {
    "type": "series",
    "id": "rd-share",
    "name": "R&D in GDP",
    "name_zh": "研发投入占比",
    "unit": "percent",
    "unit_zh": "%",
}
READINGS = (
    reading("share-2023", "2023", 2.58),
    reading("share-2024", "2024", 2.68, unit="per mille"),
)


def answer(teller: Teller, **clocks: str) -> dict[str, Any]:
    """The record of the series at these clocks."""
    teller.archive.catch_up()
    log, now = teller.archive.chronicle.log, teller.archive.chronicle.now()
    asked = as_of(log=log, now=now, **clocks)
    query = Query("/v1/records/rd-share", asked, {}, id="rd-share")
    return record_answer(teller.archive.reading_at(asked.known), query)


def found(teller: Teller, q: str, **more: str) -> list[tuple[str, str]]:
    """What a search finds: id and name."""
    teller.archive.catch_up()
    log, now = teller.archive.chronicle.log, teller.archive.chronicle.now()
    texts = {"q": q, **more}
    query = SEARCH.query(Arguments(path="/v1/search", texts=texts, log=log, now=now))
    text = SEARCH.text(teller.archive.reading_at(query.as_of.known), query)
    return [(each["id"], each["name"]) for each in json.loads(text)["items"]]


@pytest.mark.parametrize("card_at", [0, 1, 2])
def test_the_card_and_the_readings_come_in_any_order(teller: Teller, card_at: int) -> None:
    """The record keeps its kind, what holds of it does not change, and each says its own unit."""
    teller.tell(SOURCE)
    lines = [*READINGS]
    lines.insert(card_at, CARD)
    for line in lines:
        teller.tell(line)
    record = answer(teller)
    assert (record["kind"], record["revision"], record["card"]) == ("indicator", 3, CARD)
    assert [each["statement"] for each in record["holding"]] == ["share-2024"]
    units = [json.loads(each.text)["unit"] for each in record["statements"]]
    assert units == ["%", "per mille"]
    assert found(teller, "GDP") == [("rd-share", "R&D in GDP")]
    assert found(teller, "投入") == [("rd-share", "R&D in GDP")]


def test_a_card_that_comes_later_names_what_went_by_its_readings(teller: Teller) -> None:
    """At a position before the card the series is called as it was; a pinned answer stays."""
    teller.tell(SOURCE)
    teller.tell(*READINGS)
    assert found(teller, "indicator") == [("rd-share", "indicator share-2024")]
    before = answer(teller, known="@3")
    teller.tell(CARD)
    teller.tell(amendment("rd-share", {"name": "Research in GDP", "unit_zh": None}))
    assert answer(teller, known="@3") == before
    assert before["card"] is None
    assert answer(teller, known="@4")["card"] == CARD
    assert answer(teller)["card"]["name"] == "Research in GDP"
    assert found(teller, "research") == [("rd-share", "Research in GDP")]
    assert found(teller, "indicator", known="@4") == [("rd-share", "R&D in GDP")]
    assert found(teller, "indicator", known="@3") == [("rd-share", "indicator share-2024")]


def test_a_series_has_one_card_which_is_amended(teller: Teller) -> None:
    """A second one is refused, and so is an amendment that leaves everything as it was."""
    teller.tell(SOURCE)
    teller.tell(READINGS[0])
    with pytest.raises(WrongRecord, match="no card to amend"):
        teller.tell(amendment("rd-share", {"name": "Research"}))
    teller.tell(CARD)
    with pytest.raises(IdTaken, match="'rd-share' exists already"):
        teller.tell({**CARD, "name": "Another"})
    with pytest.raises(NothingChanges):
        teller.tell(amendment("rd-share", {"name": CARD["name"]}))


def test_an_id_is_of_one_kind_of_record(teller: Teller) -> None:
    """A series with the id of a facility or of a policy is refused, and so is the reverse; the
    refusal says of what kind the other is."""
    teller.tell(SOURCE)
    teller.tell(facility("juno"), statement("policy", "signed", "1979", record="agreement"), CARD)
    cases: list[tuple[Line, str]] = [
        ({**CARD, "id": "juno"}, "facility"),
        ({**CARD, "id": "agreement"}, "policy"),
        (facility("rd-share"), "indicator"),
    ]
    before = teller.log()
    for line, kind in cases:
        with pytest.raises(IdTaken, match=f"of the kind '{kind}'") as refused:
            teller.tell(line)
        assert (refused.value.pointer, refused.value.by) == ("/id", kind)
    with pytest.raises(WrongRecord, match="'rd-share' is a indicator, not a policy"):
        teller.tell(statement("policy", "rd-share", "1980"))
    assert teller.log() == before


def test_a_card_is_loaded_once(teller: Teller) -> None:
    """A line that says again what was recorded is passed over, be it before or after readings."""
    teller.tell(SOURCE, READINGS[0], CARD, READINGS[1])
    again = teller.tell(CARD, *READINGS, skip_recorded=True)
    assert (again.commit, again.skipped) == (None, (1, 2, 3))
