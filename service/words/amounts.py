"""Readings of indicators as people read them on a page: a number with what it counts."""

from __future__ import annotations

from decimal import Decimal

from events.dates import Language
from service.words.number import number_text

COUNTED = ((1_000_000_000_000, "万亿"), (100_000_000, "亿"))
"""What Chinese counts large numbers by."""

TOO_MANY = 10**16
"""From here on they are written as everywhere else, by a power of ten."""

GROUPED = 10_000
"""Below it Chinese groups no digits."""


def reading_text(value: object, unit: str, lang: Language) -> str:
    """A value with its unit, which is in words already, as it stands beside a title; a text as it
    is.

    >>> reading_text(371_000_000_000, "元", "zh"), reading_text(2000, "立方米", "zh")
    ('3710亿元', '2000立方米')
    >>> reading_text(4_020_000_000_000, "元", "zh"), reading_text(2.22e34, "次", "zh")
    ('4.02万亿元', '2.22 × 10³⁴次')
    >>> reading_text(371_000_000_000, "CNY", "en"), reading_text(140, "kW", "zh")
    ('371,000,000,000 CNY', '140 kW')
    """
    if not isinstance(value, int | float) or isinstance(value, bool):
        return f"{value} {unit}".rstrip()
    if lang == "en" or unit.isascii():
        return f"{number_text(value)} {unit}".rstrip()
    for size, word in COUNTED:
        counted = Decimal(str(value)) / size
        if abs(counted) >= 1 and abs(value) < TOO_MANY and counted == round(counted, 3):
            return f"{number_text(counted.normalize(), grouped=False)}{word}{unit}"
    return number_text(value, grouped=abs(value) >= GROUPED) + unit
