"""Readings of indicators as people read them on a page: a number with what it counts."""

from __future__ import annotations

from decimal import Decimal

from events.dates import Language
from service.words.number import number_text

MANY = 100_000_000
"""From here on Chinese counts by hundred millions."""

GROUPED = 10_000
"""Below it Chinese groups no digits."""


def reading_text(value: object, unit: str, lang: Language) -> str:
    """A value with its unit, which is in words already, as it stands beside a title; a text as it
    is.

    >>> reading_text(371_000_000_000, "元", "zh"), reading_text(2000, "立方米", "zh")
    ('3710亿元', '2000立方米')
    >>> reading_text(371_000_000_000, "CNY", "en"), reading_text(140, "kW", "zh")
    ('371,000,000,000 CNY', '140 kW')
    """
    if not isinstance(value, int | float) or isinstance(value, bool):
        return f"{value} {unit}".rstrip()
    if lang == "en" or unit.isascii():
        return f"{number_text(value)} {unit}".rstrip()
    hundred_millions = Decimal(str(value)) / MANY
    if abs(hundred_millions) >= 1 and hundred_millions == round(hundred_millions, 3):
        return f"{number_text(hundred_millions.normalize(), grouped=False)}亿{unit}"
    return number_text(value, grouped=abs(value) >= GROUPED) + unit
