"""What a script asks while one types."""

from __future__ import annotations

from tests.service.desk.browser import Browser


def test_a_date_is_told_as_one_types(grace: Browser) -> None:
    """In words with the days that it leaves open, or why it is none."""
    told = grace.get("/desk/date?text=2024-10/2024-12").get_json()
    assert told == {
        "ok": True,
        "words": "October–December 2024: some day from 1 October 2024 to 31 December 2024",
    }
    assert grace.get("/desk/date?text=2024/..").get_json()["words"].endswith("on")
    assert grace.get("/desk/date?text=2025-09-01").get_json()["words"] == "1 September 2025"
    bad = grace.get("/desk/date?text=2025-02-30").get_json()
    assert bad == {"ok": False, "words": "2025-02-30 is not a date: 2025-02 has no day 30"}


def test_an_id_is_looked_up_as_one_types(grace: Browser) -> None:
    """Taken, by what; or free."""
    taken = grace.get("/desk/id?of=statement&id=juno-came").get_json()
    words = {"words": "Takes data", "words_new": "taken: Takes data"}
    assert taken == {"taken": True, "free": False, **words}
    assert grace.get("/desk/id?of=record&id=nothing").get_json()["taken"] is False
    free = grace.get("/desk/id?of=record&id=nothing").get_json()
    assert (free["free"], free["words_new"]) == (True, "free")
    illegal = grace.get("/desk/id?of=record&id=JUNO Bad Id").get_json()
    assert (illegal["taken"], illegal["free"]) == (False, False)
    assert illegal["words_new"].startswith("JUNO Bad Id is not an id: it takes lower-case letters")
    refused = grace.get("/desk/id?of=entry&id=x", Accept="application/json")
    assert (refused.status_code, refused.mimetype) == (422, "application/problem+json")
    found = grace.get("/desk/find?of=record&q=juno").get_json()
    assert found == [{"id": "juno", "name": "JUNO"}]
    assert grace.get("/desk/find?of=source&q=yearbook").get_json()[0]["id"] == "yearbook"
