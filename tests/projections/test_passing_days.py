"""A view whose rows change by the mere passing of days: one pure function, and nothing else.

An observation that nobody has confirmed for ten years is stale. Nothing is said on the day on which
it becomes so, and no day is named beforehand: the function gives the span with the days on which it
holds, and the engine keeps it at three clocks like any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from events.dates import Day, parse_iso
from projections import PROJECTIONS
from projections.engine.account import Account, account
from projections.engine.spans import Heard, Projection, Span
from projections.kinds.listing import LISTED, listing
from projections.views.budget import Budget
from projections.views.state import Scope
from tests.story.telling import SOURCE, Teller, correction, statement, withdrawal

TEN_YEARS = 3653


def spans(account: Account) -> Iterator[Span | Heard]:
    """An observation is fresh for ten years after the last word on it, and then stale."""
    yield from listing(account, "observation")
    for each in account.actual():
        stale = each.said + TEN_YEARS
        yield Heard(Span("observation", "fresh", each.earliest, None, each.id), None, stale)
        yield Heard(Span("observation", "stale", each.earliest, None, each.id), stale, None)


AGEING = Projection("observation", (*LISTED, "observation"), spans)


@pytest.fixture(autouse=True)
def ageing(monkeypatch: pytest.MonkeyPatch, teller: Teller) -> None:
    """Observations age."""
    monkeypatch.setitem(PROJECTIONS, "observation", AGEING)
    teller.tell(SOURCE)


def ages(teller: Teller, *, stated: Day, known: int) -> set[tuple[str, str]]:
    """The observations that the views show, each with how it has aged."""
    db = teller.archive.db_at(known)
    rows = teller.archive.state.stab(db, "observation", Scope(stated, known), budget=Budget())
    return {(row.statement, row.value) for row in rows}


def worked_out(teller: Teller, *, stated: Day, known: int) -> set[tuple[str, str]]:
    """The same, from the lines alone."""
    found = set()
    for id in ("a", "b", "c"):
        record = teller.archive.history.record(
            teller.archive.db_at(known), f"record:{id}", known=known
        )
        if record.revision:
            told = account(id, None, record.statements(), stated)
            found |= {
                (span.statement or "", span.value)
                for span in AGEING.heard(told, stated)
                if span.facet == "observation"
            }
    return found


def test_rows_change_with_the_days_though_nothing_is_said(teller: Teller) -> None:
    """Fresh up to the day, stale from it, and nothing before it was said."""
    teller.tell(statement("observation", "a", "2001", stated="2001-06-01"))
    teller.archive.catch_up()
    day = parse_iso("2001-06-01")
    known = teller.archive.views.tracked()
    assert ages(teller, stated=day - 1, known=known) == set()
    assert ages(teller, stated=day, known=known) == {("a", "fresh")}
    assert ages(teller, stated=day + TEN_YEARS - 1, known=known) == {("a", "fresh")}
    assert ages(teller, stated=day + TEN_YEARS, known=known) == {("a", "stale")}


def test_it_takes_no_row_a_day(teller: Teller) -> None:
    """Two rows an observation, however many days pass."""
    teller.tell(statement("observation", "a", "2001", stated="2001-06-01"))
    teller.archive.catch_up()
    counted = "SELECT count(*) FROM spans WHERE statement IS NOT NULL AND vf IS NOT NULL"
    assert teller.archive.views.db().execute(counted).fetchone() == (2,)


@pytest.mark.parametrize("seed", range(5))
def test_at_any_clocks_it_is_what_the_function_says(teller: Teller, seed: int) -> None:
    """Whatever is said anew, mended and withdrawn, and however far the log is read."""
    chance = Random(seed)
    for id in ("a", "b", "c"):
        year = chance.randrange(1990, 2012)
        teller.tell(statement("observation", id, str(year), stated=str(year + 1)))
        teller.tell(correction(id, {"stated": str(year + chance.randrange(2, 5))}))
    teller.tell(withdrawal("b"))
    teller.archive.catch_up()
    head = teller.archive.views.tracked()
    first = parse_iso("1990-01-01")
    for _ in range(100):
        clocks = {
            "stated": first + chance.randrange(14_000),
            "known": chance.randrange(1, head + 1),
        }
        assert ages(teller, **clocks) == worked_out(teller, **clocks)
