"""What a text may hold that comes in, and that a log which holds more is kept and read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from events.errors import BatchRefused, MalformedLine
from events.orders import Order
from service.archive import Archive
from tests.story.telling import JUNO, SOURCE, Clock, Teller, command, correction, milestone

REFUSED = (
    *("\x00", "\x07", "\t", "\x0b", "\r", "\x1b", "\x7f", "\x80", "\x85", "\x9f"),
    *("\u2028", "\u2029", "\u202a", "\u202e", "\u2066", "\u2069", "\ufffe", "\uffff"),
)

RUNS = milestone("runs", "operation-started", "2025")


def refusal(teller: Teller, line: dict[str, Any]) -> MalformedLine:
    """The refusal of a line."""
    with pytest.raises(MalformedLine) as refused:
        teller.tell(line)
    return refused.value


@pytest.mark.parametrize("character", REFUSED, ids=lambda each: f"U+{ord(each):04X}")
def test_what_moves_or_hides_what_stands_beside_it_is_refused(juno: Teller, character: str) -> None:
    """In a name, in prose, in a place of a citation, in a further fact and in its name."""
    bad = f"a{character}b"
    for line, pointer in (
        ({**JUNO, "id": "other", "name": bad}, "/name"),
        ({**RUNS, "summary": bad}, "/summary"),
        ({**RUNS, "sources": [{"id": "yearbook", "locator": bad}]}, "/sources/0/locator"),
        ({**RUNS, "attributes": {"note": [bad]}}, "/attributes/note/0"),
        ({**RUNS, "attributes": {bad: 1}}, "/attributes"),
    ):
        assert refusal(juno, line).pointer == pointer
    juno.tell(RUNS)
    mended = correction("runs", {"title": bad})
    assert refusal(juno, mended).pointer == "/changes/title"
    assert refusal(juno, {**correction("runs", {"title": "b"}), "reason": bad}).pointer == "/reason"


def test_prose_has_line_breaks_and_nothing_else_has(juno: Teller) -> None:
    """A summary, a reason, a further fact; a name and a title are one line."""
    juno.tell({**RUNS, "summary": "One.\nTwo.", "attributes": {"quote": "a\nb"}})
    juno.tell({**correction("runs", {"summary": "One.\n\nTwo."}), "reason": "first\nsecond"})
    assert "line break" in str(refusal(juno, {**JUNO, "id": "other", "name": "Two\nlines"}))


@pytest.mark.parametrize("text", ["江门 中微子", "עברית\u200f!", "x\u200dy", "e\u0301", "💥"])
def test_what_a_script_needs_is_taken(juno: Teller, text: str) -> None:
    """Marks of direction, joiners and combining marks are part of writing."""
    juno.tell({**JUNO, "id": "other", "name": text})


def test_all_lines_at_fault_are_named(juno: Teller) -> None:
    """In a batch, as for every other fault."""
    with pytest.raises(BatchRefused) as refused:
        juno.tell({**JUNO, "id": "a", "name": "\x00"}, {**JUNO, "id": "b", "place": "\x1b"})
    assert [number for number, _ in refused.value.refusals] == [1, 2]


def test_a_log_from_before_the_rule_is_read_mended_and_restored(
    juno: Teller, tmp_path: Path, clock: Clock
) -> None:
    """Its texts stay as they are; another member is corrected beside them; the load of its file
    passes over them; its export comes to the same leaves."""
    old = {**RUNS, "title": "Runs\x00\u202e", "summary": "a\r\nb"}
    juno.tell_as_of_old(old)
    log = juno.archive.chronicle
    assert log.execute(command(SOURCE, JUNO, old, skip_recorded=True)).skipped == (1, 2, 3)
    juno.tell(correction("runs", {"date": "2026"}))
    juno.archive.catch_up()
    with Archive(tmp_path / "copy", clock=clock) as copy:
        lines = [Order(number, line) for number, line in enumerate(log.export(), 1)]
        assert copy.chronicle.restore(lines) == 4
        assert list(copy.chronicle.export()) == list(log.export())
    assert refusal(juno, {**old, "id": "again"}).pointer == "/title"
