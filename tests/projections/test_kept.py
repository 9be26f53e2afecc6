"""Texts that are kept are right at the position that is asked about, and do not grow for ever."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from projections.views.kept import BESIDE, STILL, Kept, Text


class Maker:
    """Makes the texts of records, and notes which ones it was asked for."""

    def __init__(self, since: int = 0, until: int = STILL) -> None:
        self.made: list[int] = []
        self.since, self.until = since, until

    def texts(self, kept: Kept, records: list[int], *, known: int, position: int = 0) -> list[str]:
        """The texts of the cards of some records."""

        def make(places: Iterable[int]) -> Iterator[Text]:
            for place in places:
                self.made.append(records[place])
                yield Text(self.since, self.until, f"card of {records[place]}")

        return kept.texts(np.array(records), 0, known=known, position=position, make=make)


def test_a_text_is_made_once() -> None:
    """Only what is not kept yet is made, and each text stands in the place of its record."""
    kept, maker = Kept(), Maker()
    maker.texts(kept, [1, 3], known=5)
    assert maker.texts(kept, [3, 2, 1], known=6) == ["card of 3", "card of 2", "card of 1"]
    assert maker.made == [1, 3, 2]


def test_a_text_is_given_only_where_it_is_right() -> None:
    """Before it came and since it changed another one is asked for."""
    kept, maker = Kept(), Maker(since=4, until=7)
    for known in (4, 6, 7, 3):
        maker.texts(kept, [1], known=known)
    assert maker.made == [1, 1, 1]


def test_what_is_touched_is_made_again() -> None:
    """A commit drops the texts of the records that it touched, and no others."""
    kept, maker = Kept(), Maker()
    kept.read_on(5, lambda after: [after])
    maker.texts(kept, [1, 2], known=5, position=5)
    kept.read_on(6, lambda after: [2] if after == 5 else [])
    maker.texts(kept, [1, 2], known=6, position=6)
    assert maker.made == [1, 2, 2]


def test_what_was_made_while_others_read_on_is_not_kept() -> None:
    """It may be of before what they read."""
    kept = Kept()

    def make(places: list[int]) -> Iterator[Text]:
        kept.read_on(9, lambda _: [])
        for _ in places:
            yield Text(0, STILL, "old")

    assert kept.texts(np.array([1]), 0, known=5, position=5, make=make) == ["old"]
    maker = Maker()
    assert maker.texts(kept, [1], known=9, position=9) == ["card of 1"]
    assert maker.made == [1]


def test_what_was_made_from_views_that_were_set_back_is_not_kept() -> None:
    """Views that were rebuilt may have read less than those before them."""
    kept, maker = Kept(), Maker()
    kept.read_on(9, lambda _: [])
    maker.texts(kept, [1], known=8, position=8)
    maker.texts(kept, [1], known=9, position=9)
    assert maker.made == [1, 1]


def test_no_more_is_kept_than_allowed() -> None:
    """What is asked for again and again stays; what nobody asks for goes."""
    kept, maker = Kept(most=20 * (BESIDE + 20)), Maker()
    for record in range(2, 100):
        maker.texts(kept, [1, record], known=5)
    assert maker.made.count(1) == 1
    maker.made.clear()
    maker.texts(kept, list(range(2, 100)), known=5)
    assert len(maker.made) > 70
