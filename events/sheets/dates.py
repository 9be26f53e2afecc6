"""Dates as spreadsheets and their users write them, as EDTF.

What is EDTF already is left as it is. What has one meaning is taken; what has two is refused with
both, since the day of a chronicle is not to be guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from events.dates import day, iso, parse
from events.errors import AmbiguousDate, BadDate


def edtf(text: str) -> str:
    """The date of a cell. Raises BadDate, and AmbiguousDate where it has two meanings.

    >>> edtf("31/12/2025"), edtf("12/2013"), edtf("2013.5"), edtf("6 May 2013"), edtf("198X~")
    ('2025-12-31', '2013-12', '2013-05', '2013-05-06', '198X~')
    >>> edtf("03/04/2025")
    Traceback (most recent call last):
    events.errors.AmbiguousDate: '03/04/2025' is not a date: it has two meanings (one of: 2025-04-03, 2025-03-04)
    """  # noqa: E501 -- the error is told in one line
    try:
        parse(text)
    except BadDate as refused:
        day = _MIDNIGHT.sub("", text)
        if _SHORT.fullmatch(day) is not None:
            raise BadDate(text, "a year has four digits") from None
        said = _meanings(day)
        meanings = _real(said)
        if not meanings and said and "/" in text:
            raise BadDate(text, "the calendar has no such day") from None
        if not meanings:
            raise refused from None
        if len(meanings) > 1:
            raise AmbiguousDate(text, meanings) from None
        return meanings[0]
    return text


_MIDNIGHT = re.compile(r"(?<=[0-9])[T ]0?0:00(:00(\.0+)?)?Z?$")
"""The time that a spreadsheet writes after a day."""

_SEPARATOR = r"\s*[-/.]\s*"
_SHORT = re.compile(_SEPARATOR.join(["[0-9]{1,2}"] * 3))
"""A day in numbers of which any may be the year."""

_MONTH = (
    "(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_BETWEEN = r"(?:\s*[-/.,]\s*|\s+)"

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _meanings(text: str) -> list[str]:
    """All that a text can mean, real days or not."""
    for pattern, meanings in _FORMS:
        if (found := pattern.fullmatch(text)) is not None:
            return meanings(found)
    return []


def _real(meanings: Iterable[str]) -> list[str]:
    """Those that are dates, each once."""
    found = []
    for meaning in dict.fromkeys(meanings):
        try:
            parse(meaning)
        except BadDate:
            continue
        found.append(meaning)
    return found


def _year_month_day(found: re.Match[str]) -> list[str]:
    year, month, of_month = found.groups()
    return [_date(year, month, of_month)]


def _year_month(found: re.Match[str]) -> list[str]:
    year, separator, month = found.groups()
    # As a number, 2013.10 loses its zero.
    is_october_too = separator == "." and month == "1"
    return [_date(year, month), *([_date(year, "10")] if is_october_too else [])]


def _month_year(found: re.Match[str]) -> list[str]:
    month, year = found.groups()
    return [_date(year, month)]


def _numbers(found: re.Match[str]) -> list[str]:
    first, second, year = found.groups()
    # The day first, as most of the world writes it; then the month first.
    return [_date(year, second, first), _date(year, first, second)]


def _named(found: re.Match[str]) -> list[str]:
    parts = found.groupdict()
    month = str(_MONTHS.index(parts["month"][:3].casefold()) + 1)
    years = [parts["year"]]
    if len(parts["year"]) == 2:
        years = [f"20{parts['year']}", f"19{parts['year']}"]
    return [_date(year, month, parts.get("day")) for year in years]


def _serial(found: re.Match[str]) -> list[str]:
    """A day as the number that a spreadsheet keeps it as, counted from 1900 or from 1904."""
    number = int(found[0])
    return [iso(day(1899, 12, 30) + number), iso(day(1904, 1, 1) + number)]


def _date(year: str, month: str, of_month: str | None = None) -> str:
    parts = (year, month.zfill(2), *([] if of_month is None else [of_month.zfill(2)]))
    return "-".join(parts)


_YEAR, _NUMBER = "([0-9]{4})", "([0-9]{1,2})"
_DAY, _IN_YEAR = "(?P<day>[0-9]{1,2})", "(?P<year>[0-9]{4}|[0-9]{2})"

_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], list[str]]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), meanings)
    for pattern, meanings in (
        (f"{_YEAR}{_SEPARATOR}{_NUMBER}{_SEPARATOR}{_NUMBER}", _year_month_day),
        (rf"{_YEAR}\s*年\s*{_NUMBER}\s*月\s*{_NUMBER}\s*[日号]", _year_month_day),
        (f"{_YEAR}([-/.]){_NUMBER}", _year_month),
        (rf"{_YEAR}\s*(年)\s*{_NUMBER}\s*月", _year_month),
        (r"([0-9]{4})\s*年", lambda found: [found[1]]),
        (f"{_NUMBER}{_SEPARATOR}{_YEAR}", _month_year),
        (f"{_NUMBER}{_SEPARATOR}{_NUMBER}{_SEPARATOR}{_YEAR}", _numbers),
        (f"{_DAY}{_BETWEEN}{_MONTH}{_BETWEEN}{_IN_YEAR}", _named),
        (f"{_MONTH}{_BETWEEN}{_DAY}{_BETWEEN}(?P<year>[0-9]{{4}})", _named),
        (f"{_MONTH}{_BETWEEN}{_IN_YEAR}", _named),
        ("[1-9][0-9]{4}", _serial),
    )
)
