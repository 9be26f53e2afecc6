"""Turns: at which commits an answer from the rows can have changed, on the clock `known`.

A row comes where it is opened, and goes where it is closed or cut before the horizon. What is shown
of it can change in between: its card is set anew, or its statement in what it says.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlite_utils import Database

from events.dates import Day
from projections import EXPECTING, FACETS, VALUES
from projections.engine.spans import AFTER_ALL, BEFORE_ALL, SAID
from projections.views import bulk
from projections.views.bulk import Numbers
from projections.views.columns import Found
from projections.views.lines import Lines
from projections.views.state import Scope, State

FROM_ITS_DAY_ON = ("discovery", "observation", "due")
"""What is counted, or expected, on all days from its own."""

NONE = np.zeros(0, np.int64)


class Turns:
    """Finds the positions beyond `after`, up to the `known` of a scope, in order."""

    def __init__(self, state: State, lines: Lines) -> None:
        self._state, self._lines = state, lines

    def of_rows(
        self,
        db: Database,
        scope: Scope,
        *,
        first: Day,
        last: Day,
        after: int,
        facets: Iterable[str] | None = None,
    ) -> list[int]:
        """At which anything changed of the rows that hold on some day from `first` to `last`, or of
        the cards and statements behind them; a finding is meant from its day on. None means all
        facets."""
        cards, statements = self._mended(db, scope, after)
        found = [NONE]
        for facet in _rows_behind(facets):
            begins = BEFORE_ALL if facet in FROM_ITS_DAY_ON else first
            rows = self._over(db, facet, scope, first=begins, last=last, after=after)
            found += [rows.positions(), rows.within("record", cards)]
            found += [rows.within("statement", statements[:, 1:])]
        return _positions(found)

    def of_statements(self, db: Database, kind: str, scope: Scope, *, after: int) -> list[int]:
        """At which records of a kind came or went, or anything changed of what their cards and
        statements say, whatever follows from it."""
        rows = self._over(db, "record", scope, first=BEFORE_ALL, last=AFTER_ALL, after=after)
        rows = rows.where(rows.found["value"] == VALUES.index(kind))
        records = np.unique(rows.found["record"]).tolist()
        changes = self._lines.changes_of(db, records, after=after, known=scope.known)
        cards, _ = self._mended(db, scope, after)
        return _positions(
            [rows.positions(), rows.within("record", cards), rows.within("record", _pairs(changes))]
        )

    def of_ladders(self, db: Database, scope: Scope, *, after: int) -> list[int]:
        """At which any plan of a ladder changed in what it says, whether the ladder came to
        something else by it or not."""
        rows = self._over(db, "slip", scope, first=BEFORE_ALL, last=AFTER_ALL, after=after)
        _, statements = self._mended(db, scope, after)
        # Only the ladders of records with such a statement can name one.
        rows = rows.where(np.isin(rows.found["record"], statements[:, 0]))
        numbers = bulk.others(db, rows.found.columns, rows.found.indexes)
        named = np.array(list(itertools.chain.from_iterable(numbers)), np.int64)
        rows = rows.where(np.repeat(np.arange(len(numbers)), list(map(len, numbers))))
        return _positions([rows.within(named, statements[:, 1:])])

    def _mended(self, db: Database, scope: Scope, after: int) -> tuple[Numbers, Numbers]:
        """The records whose cards were set anew, and the records and statements of which another
        version began; each with the commit."""
        cards = self._lines.cards_mended(db, after=after, known=scope.known)
        statements = self._lines.statements_mended(db, after=after, known=scope.known)
        return _pairs(cards), np.array(statements, np.int64).reshape(-1, 3)

    def _over(
        self, db: Database, facet: str, scope: Scope, *, first: Day, last: Day, after: int
    ) -> _Over:
        """The rows of a facet that hold at some of the positions."""
        found = self._state.find(db, facet, scope, first=first, last=last, after=after)
        is_cut = self._state.days(db, found, "st") <= scope.stated
        return _Over(found, is_cut, after, scope.known)


@dataclass(frozen=True, slots=True)
class _Over:
    """Rows that hold at some positions beyond `after` and up to `known`; `is_cut` says which were
    cut before the horizon."""

    found: Found
    is_cut: npt.NDArray[np.bool_]
    after: int
    known: int

    @property
    def begun(self) -> Numbers:
        """Where each row came."""
        return self.found["kf"].astype(np.int64)

    @property
    def gone(self) -> Numbers:
        """Where each row went: it was closed, or cut before the horizon."""
        kt = self.found["kt"].astype(np.int64)
        return np.where(self.is_cut, np.minimum(kt, self.found["ks"]), kt)

    def where(self, those: npt.NDArray[Any]) -> _Over:
        """Some of them, by a mask or by their places."""
        return replace(self, found=self.found.where(those), is_cut=self.is_cut[those])

    def positions(self) -> Numbers:
        """Where rows came and went."""
        places = np.concatenate([self.begun, self.gone])
        return places[(places > self.after) & (places <= self.known)]

    def within(self, of: str | Numbers, changes: Numbers) -> Numbers:
        """Of changes, given as what was changed and where, those where a row of what was changed
        held; `of` is what each row is of, or the member that has it."""
        keys = self.found[of] if isinstance(of, str) else of
        some = np.flatnonzero(np.isin(keys, changes[:, 0]))
        order = some[np.argsort(keys[some], kind="stable")]
        low, high = (
            np.searchsorted(keys[order], changes[:, 0], side) for side in ("left", "right")
        )
        many = high - low
        places = np.repeat(changes[:, 1], many)
        # Beside each change, one after the other, the rows from `low` up to `high`.
        nth = np.arange(len(places)) - np.repeat(np.cumsum(many) - many, many)
        rows = order[np.repeat(low, many) + nth]
        since, until = self.begun[rows], self.gone[rows]
        held: Numbers = places[(since < places) & (places <= until)]
        return held


def _pairs(rows: Sequence[tuple[int, int]]) -> Numbers:
    return np.array(rows, np.int64).reshape(-1, 2)


def _positions(found: Sequence[Numbers]) -> list[int]:
    """All positions, each once, in order."""
    positions: list[int] = np.unique(np.concatenate(found)).tolist()
    return positions


def _rows_behind(facets: Iterable[str] | None) -> Iterable[str]:
    """The facets of rows from which those follow that are asked about."""
    if facets is None:
        # What was said of facilities first and last alters no answer by itself (rule 20).
        return [facet for facet in FACETS if facet != SAID]
    stored = (
        (*EXPECTING[facet].at_horizon, *EXPECTING[facet].on_all_days)
        if facet in EXPECTING
        else (facet,)
        for facet in facets
    )
    return dict.fromkeys(itertools.chain.from_iterable(stored))
