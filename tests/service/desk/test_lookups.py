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
    bad = grace.get("/desk/date?text=next year").get_json()
    assert bad["ok"] is False
    assert bad["words"]


def test_an_id_is_looked_up_as_one_types(grace: Browser) -> None:
    """Taken, by what; or free."""
    taken = grace.get("/desk/id?of=statement&id=juno-came").get_json()
    assert taken == {"taken": True, "words": "Takes data", "words_new": "taken: Takes data"}
    assert grace.get("/desk/id?of=record&id=nothing").get_json()["taken"] is False
    refused = grace.get("/desk/id?of=entry&id=x", Accept="application/json")
    assert (refused.status_code, refused.mimetype) == (422, "application/problem+json")
    found = grace.get("/desk/find?of=record&q=juno").get_json()
    assert found == [{"id": "juno", "name": "JUNO"}]
    assert grace.get("/desk/find?of=source&q=yearbook").get_json()[0]["id"] == "yearbook"
