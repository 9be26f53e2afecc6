"""Two revisions of a record, chosen and compared."""

from __future__ import annotations

import pytest

from tests.service.desk.browser import Browser
from tests.service.desk.story import other_correction
from tests.story.telling import Teller, withdrawal


def test_without_a_choice_the_last_two_are_compared(grace: Browser, told: Teller) -> None:
    """And the form has both chosen."""
    other_correction(told, date="2025-08-25")
    text = grace.get("/desk/records/juno/revisions").text
    assert "From revision 3 to 4" in text
    assert 'name="from" value="3" checked' in text
    assert 'name="to" value="4" checked' in text
    shown = grace.page("/desk/records/juno/revisions")
    assert shown.says("26 August 2025 (2025-08-26) 25 August 2025 (2025-08-25)")


def test_any_two_are_compared(grace: Browser, told: Teller) -> None:
    """What came and went in between leaves no trace; what is new is said to be."""
    other_correction(told, date="2025-08-25")
    other_correction(told, date="2025-08-26")
    told.tell(withdrawal("juno-plan"))
    assert grace.page("/desk/records/juno/revisions?from=3&to=5").says("Nothing differs.")
    shown = grace.page("/desk/records/juno/revisions?from=0&to=6")
    for words in ("JUNO", "To run from 2020", "withdrawn", "Takes data", "new"):
        assert shown.says(words), words
    for asked in ("from=5&to=6", "from=6&to=5"):
        shown = grace.page(f"/desk/records/juno/revisions?{asked}")
        assert shown.says("From revision 5 to 6"), asked
        assert shown.says("stands withdrawn"), asked


@pytest.mark.parametrize("query", ["from=5", "to=9", "from=x", "from=-1", "to="])
def test_what_there_is_not_is_refused(grace: Browser, query: str) -> None:
    """By the parameter."""
    assert grace.get(f"/desk/records/juno/revisions?{query}").status_code == 422


def test_a_source_has_revisions_too(grace: Browser) -> None:
    """What there is not has none."""
    assert grace.page("/desk/sources/yearbook/revisions").says("From revision 0 to 1")
    assert grace.get("/desk/sources/nope/revisions").status_code == 404
    assert grace.get("/desk/records/nope/revisions").status_code == 404
