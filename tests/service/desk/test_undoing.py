"""The last change of a record taken back in one step, with its reason."""

from __future__ import annotations

import pytest

from events.fact import Line
from tests.service.desk.browser import Browser
from tests.service.desk.story import head, other_correction, page, recorded
from tests.story.telling import (
    Teller,
    amendment,
    command,
    correction,
    facility,
    milestone,
    reinstatement,
    withdrawal,
)

UNDO = "/desk/records/juno/undo"


def undo(grace: Browser, path: str = UNDO, reason: str = "It was right.") -> int:
    """Take back the last change; the status of the answer."""
    form = grace.page(path).form("record")
    sent = [*form.filled({"reason": reason}), ("do", "record")]
    return grace.post(form.action, sent).status_code


@pytest.mark.parametrize(
    ("last", "taken_back"),
    [
        (
            correction("juno-came", {"date": "2025-08-25", "summary": "At last."}),
            {"type": "correction", "changes": {"date": "2025-08-26", "summary": None}},
        ),
        (withdrawal("juno-came"), {"type": "reinstatement", "statement": "juno-came"}),
        (
            amendment("juno", {"place": "Kaiping"}),
            {"type": "amendment", "record": "juno", "changes": {"place": None}},
        ),
        (None, {"type": "withdrawal", "statement": "juno-came"}),
    ],
)
def test_whatever_was_done_last_is_taken_back(
    grace: Browser, told: Teller, last: Line | None, taken_back: Line
) -> None:
    """In one step; the log keeps both, and to undo that again brings the change back."""
    if last is not None:
        told.tell(last)
    before = head(told.archive)
    assert undo(grace) == 303
    (line,) = recorded(told.archive, before)
    assert {name: line[name] for name in taken_back} == taken_back
    assert (line["reason"], line["by"]) == ("It was right.", "grace")
    assert undo(grace) == 303
    (again,) = recorded(told.archive, before + 1)
    if last is not None:
        assert {**last, **again} == {**again, **{n: last[n] for n in last if n != "reason"}}


def test_a_reinstatement_is_taken_back_by_a_withdrawal(grace: Browser, told: Teller) -> None:
    """As a withdrawal by a reinstatement."""
    told.tell(withdrawal("juno-plan"))
    told.tell(reinstatement("juno-plan"))
    assert undo(grace) == 303
    assert recorded(told.archive, 6)[0]["type"] == "withdrawal"


def test_it_is_shown_what_that_does_and_a_reason_is_needed(grace: Browser, told: Teller) -> None:
    """What was done last, by whom and why; and what would stand again."""
    other_correction(told, date="2025-08-25")
    shown = grace.page(UNDO)
    for words in ("zhao", "Faster.", "25 August 2025", "26 August 2025"):
        assert shown.says(words), words
    assert undo(grace, reason=" ") == 422
    assert undo(grace, reason="so\x00") == 422
    assert head(told.archive) == 5


def test_what_came_meanwhile_is_not_taken_back_unseen(grace: Browser, told: Teller) -> None:
    """The form is shown anew, of what is the last change now."""
    other_correction(told, date="2025-08-25")
    form = grace.page(UNDO).form("record")
    other_correction(told, date="2025-08-24")
    answer = grace.post(form.action, [*form.filled({"reason": "No."}), ("do", "record")])
    assert answer.status_code == 412
    assert page(answer).says("This changed while you were looking.")
    assert page(answer).form("record").value("reason") == "No."
    assert head(told.archive) == 6


@pytest.mark.parametrize("path", [UNDO, f"{UNDO}?all=1"])
def test_a_form_that_is_sent_twice_takes_it_back_once(
    grace: Browser, told: Teller, path: str
) -> None:
    """And tells the same both times: nobody is offered to undo what they just did."""
    told.tell(
        correction("juno-came", {"date": "2025-08-25"}), correction("juno-plan", {"date": "2021"})
    )
    form = grace.page(path).form("record")
    sent = [*form.filled({"reason": "It was right."}), ("do", "record")]
    first, second = (grace.post(form.action, sent) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(recorded(told.archive, 6)) == (1 if path == UNDO else 2)


def test_a_card_that_was_registered_stays(grace: Browser) -> None:
    """There is nothing that would take it back, and no link to it."""
    assert grace.get("/desk/sources/yearbook/undo").status_code == 404
    assert "/undo" not in grace.get("/desk/sources/yearbook").text
    assert "/desk/records/juno/undo" in grace.get("/desk/records/juno").text
    assert grace.get("/desk/records/nope/undo").status_code == 404


def test_a_source_has_its_last_amendment_undone(grace: Browser, told: Teller) -> None:
    """As a record has."""
    told.tell(
        {"type": "amendment", "source": "yearbook", "changes": {"author": "Li"}, "reason": "So."}
    )
    assert undo(grace, "/desk/sources/yearbook/undo") == 303
    assert recorded(told.archive, 5)[0]["changes"] == {"author": None}


ROWS = (
    {"type": "source", "id": "diary", "medium": "book", "title": "A diary"},
    milestone("juno-first", "first-light", "2025-08", sources=[{"id": "diary"}]),
    correction("juno-came", {"title": "Began"}),
    correction("juno-first", {"title": "First light"}),
)


def test_a_whole_commit_is_taken_back_in_one_step(grace: Browser, told: Teller) -> None:
    """Each event of it, the last first, for one reason; what was registered with it stays."""
    told.archive.chronicle.execute(command(*ROWS))
    shown = grace.page(UNDO)
    assert shown.says("Take back all 3 events of the same commit")
    assert shown.says("What was registered with it stays: diary")
    shown = grace.page(f"{UNDO}?all=1")
    assert shown.says("3 events of the same commit are taken back together.")
    assert undo(grace, f"{UNDO}?all=1") == 303
    lines = recorded(told.archive, 8)
    assert [(each["type"], each["statement"]) for each in lines] == [
        ("correction", "juno-first"), ("correction", "juno-came"), ("withdrawal", "juno-first"),
    ]  # fmt: skip
    assert lines[1]["changes"] == {"title": "Takes data"}
    assert {each["reason"] for each in lines} == {"It was right."}
    assert undo(grace, f"{UNDO}?all=1") == 303
    assert head(told.archive) == 14


def test_a_commit_after_which_something_came_is_not_taken_back_whole(
    grace: Browser, told: Teller
) -> None:
    """Neither where it came before one looked, nor after; the reason is kept."""
    told.tell(facility("heps"))
    heps = milestone("heps-first", "first-light", "2025-10", facility="heps")
    told.archive.chronicle.execute(command(heps, *ROWS))
    form = grace.page(f"{UNDO}?all=1").form("record")
    told.tell(correction("heps-first", {"date": "2025-11"}))
    assert grace.get(f"{UNDO}?all=1").status_code == 404
    answer = grace.post(form.action, [*form.filled({"reason": "No."}), ("do", "record")])
    assert answer.status_code == 412
    assert page(answer).form("record").value("reason") == "No."
    assert not page(answer).says("of the same commit")
    assert head(told.archive) == 11
