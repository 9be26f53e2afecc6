"""Which classes the shipped chronicle means to hold whole, in all countries, and what it lacks.

Counts of such a class can be compared between countries; of any other, the chronicle holds those
of China and a choice of others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from service.words.word import Word, word


class Whole(NamedTuple):
    """What is known to be missing in a class: facilities by their names, and what sort of them."""

    missing: tuple[str, ...] = ()
    left_out: Word | None = None


SMALL = word("whole classes", "small ones outside China")

WHOLE: Mapping[str, Whole] = {
    "light-source": Whole(("ELSA", "TERAS", "NIJI", "SORTEC", "Super-ALIS", "Duke FEL")),
    "collider": Whole(),
    "neutron-source": Whole(),
    "fusion-device": Whole(left_out=SMALL),
    "optical-telescope": Whole(left_out=SMALL),
    "radio-telescope": Whole(left_out=SMALL),
}


def whole_class(code: str | None) -> Whole | None:
    """What a class lacks that is meant to be whole; None for any other class.

    >>> whole_class("light-source").missing[0], whole_class("supercomputer")
    ('ELSA', None)
    """
    return WHOLE.get(code or "")
