"""Numbers as people read them, the same in English and in Chinese.

Answers in JSON and CSV keep a number as it is; wherever people read it, on pages, in sentences,
pictures and the command line, it is written here.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

LARGEST = Decimal("1e15")
"""From here on nobody counts the digits of a number."""

SMALLEST = Decimal("1e-6")
"""Below it nobody counts its zeros."""


def number_text(value: float | Decimal, *, grouped: bool = True) -> str:
    """A number with all its digits and none that it does not have; beyond what a person reads in
    digits, as a power of ten. It is not `grouped` where it may be a year, as an attribute may.

    >>> number_text(12025), number_text(2.69), number_text(4.0), number_text(-0.0)
    ('12,025', '2.69', '4', '0')
    >>> number_text(2.22e34), number_text(-1e-9), number_text(10**15), number_text(1e-6)
    ('2.22 × 10³⁴', '-1 × 10⁻⁹', '1 × 10¹⁵', '0.000001')
    """
    return _text(str(value), "," if grouped else "")


def size_text(bytes: int) -> str:
    """How large something is, to two digits or so.

    >>> size_text(912), size_text(15700), size_text(2_500_000)
    ('912 B', '15.7 KB', '2.5 MB')
    """
    for unit, factor in (("MB", 1_000_000), ("KB", 1000)):
        if bytes >= factor:
            return f"{bytes / factor:.1f} {unit}"
    return f"{bytes} B"


@lru_cache(maxsize=8192)
def _text(written: str, group: str) -> str:
    # By what is written, since 4 and 4.0 are one key of a cache and -0.0 is 0.
    number = Decimal(written)
    if number == 0:
        return "0"
    if SMALLEST <= abs(number) < LARGEST:
        text = f"{number:{group}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    sign, digits, _ = number.as_tuple()
    first, *others = digits
    rest = "".join(map(str, others)).rstrip("0")
    power = str(number.adjusted()).translate(_RAISED)
    return f"{'-' * sign}{first}{'.' * bool(rest)}{rest} × 10{power}"


_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
