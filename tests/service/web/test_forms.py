"""The forms of the description say just what is taken, as far as a form can say it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.clocks import as_of, instant
from events.dates import parse, parse_period
from events.errors import BadClock, BadDate
from service.asking import forms


class Empty:
    """A log that has nothing."""

    def head(self) -> None:
        """No commit."""

    def commit_at(self, position: int) -> None:
        """No commit."""

    def commit_by(self, recorded_at: str) -> None:
        """No commit."""

    def epochs(self) -> tuple[()]:
        """There is one."""
        return ()


def at(text: str) -> Any:
    """The clock `at`."""
    now = "2026-11-25T12:00:00.000000Z"
    return as_of(at=text, log=Empty(), now=now)


READ: Mapping[str, Callable[[str], Any]] = {
    "DATE": parse,
    "PERIOD": parse_period,
    "DAY": at,
    "MOMENT": lambda text: text.startswith("@") or instant(text),
}
"""What reads the texts of a form."""

FORETOLD = re.compile(r"no such day|has no day|is after|leap second|outside the years")
"""Why a text of the right form is refused all the same: the calendar, the order of two ends."""

SEEDS = (
    *("2013", "2013-05", "2013-05-06", "-0240", "-0000", "Y12025", "Y-12025", "198X", "19XX"),
    *("2013-21~", "../2016", "2016/..", "2013-05/2014-06-07?", "-0240-21", "Y1000000000000000"),
    *("+012025-12-31", "-000240-01-01", "+9999999999999999-01-01", "-000000-01-01"),
    *("2026-11-25T09:00:00Z", "2026-11-25t09:00:60.5+23:59", "@0", "@1199", "@01"),
)


def refusal(name: str, text: str) -> str | None:
    """Why a text is not read; None where it is."""
    try:
        READ[name](text)
    except (BadDate, BadClock) as refused:
        return refused.why
    return None


def texts(form: Mapping[str, Any]) -> st.SearchStrategy[str]:
    """Texts of the form."""
    pattern = form["pattern"].replace("$", r"\Z")
    return st.from_regex(pattern, alphabet=st.characters(max_codepoint=127)).filter(
        lambda text: len(text) <= form.get("maxLength", 1000)
    )


@st.composite
def nearly(draw: st.DrawFn) -> str:
    """A text that is read somewhere, with a letter or two put in, taken out or changed."""
    text = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(text)))
        taken = draw(st.integers(0, 1))
        put = draw(st.sampled_from(["", *"0123459-+~?%/.XYTZ:@\n "]))
        text = text[:place] + put + text[place + taken :]
    return text


@pytest.mark.parametrize("name", READ)
def test_a_text_of_the_form_is_taken_but_for_the_calendar(name: str) -> None:
    """Whatever the pattern allows is read, or is no day of the calendar."""

    @settings(max_examples=300, deadline=None)
    @given(texts(getattr(forms, name)))
    def check(text: str) -> None:
        why = refusal(name, text)
        assert why is None or FORETOLD.search(why), text

    check()


@pytest.mark.parametrize("name", READ)
def test_a_text_that_is_taken_has_the_form(name: str) -> None:
    """Whatever is read, the pattern allows: nobody is told that it is forbidden."""
    form = getattr(forms, name)

    @settings(max_examples=1000, deadline=None)
    @given(nearly())
    def check(text: str) -> None:
        if refusal(name, text) is None and not text.startswith("@"):
            assert re.search(form["pattern"].replace("$", r"\Z"), text), text

    check()


def test_a_line_break_at_the_end_is_no_part_of_an_id() -> None:
    """Python lets `$` stand before it; an id with one could be in no URL and no header."""
    assert re.search(forms.ID["pattern"], "juno")
    assert not re.search(forms.ID["pattern"], "juno\n")
