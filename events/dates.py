"""Dates as people write them: what a text of EDTF says, in days.

`parse` reads the forms of EDTF that Annales takes, and gives the first and the
last day that a text can mean. Days are plain integers, so that no year is too
early or too late; an open end is None, never a far day.

Years, months and days are read here, in microseconds. A season, a decade, a
century and a long year (`2013-21`, `198X`, `19XX`, `Y12025`) are read by the
`edtf` package, each on its own. Where the package falls short, this module
stands in for it:
- it takes a 29 February in any year: whether a day is real is checked here;
- its winter ends in December: here it runs to the end of the next February;
- it reads no qualified season or long year (`2013-21~`, `Y12025?`), no
  interval with a long year, and none that joins `198X` to an open or qualified
  end (`../198X`, `1976~/198X`): qualifiers and intervals are read here;
- it takes an interval that runs backwards, and skips blanks: both are refused;
- on some texts it prints, or raises what it likes: none of them reaches it.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal, NamedTuple, cast

from events.errors import BadDate

Day = int
"""Days since 1970-01-01 in the Gregorian calendar, carried on without end in both
directions, with a year 0 (1 BC) before the year 1."""

Precision = Literal["day", "month", "season", "year", "decade", "century", "interval"]
Language = Literal["en", "zh"]

LONGEST = 64
"""The most characters that a date may have."""

FARTHEST = 10**15
"""The farthest year, so that every number of a day fits into 64 bits."""


@dataclass(frozen=True, slots=True)
class Date:
    """What a text of EDTF says.

    `earliest` and `latest` are the first and the last day that it can mean, both
    inclusive; None is an open end. A qualifier (`~` approximate, `?` uncertain,
    `%` both) is kept and moves no bound; an interval has those of its ends.
    """

    text: str
    earliest: Day | None
    latest: Day | None
    precision: Precision
    approximate: bool = False
    uncertain: bool = False


@dataclass(frozen=True, slots=True)
class Period:
    """A year, a month or a day that a question is about; `last` belongs to it."""

    text: str
    first: Day
    last: Day


class Bounds(NamedTuple):
    """The first and the last day that something can be on; None is an open end."""

    earliest: Day | None
    latest: Day | None

    @classmethod
    def of(cls, members: Mapping[str, Any]) -> Bounds:
        """Those of members `earliest` and `latest` in ISO 8601, as answers have them."""
        first, last = members["earliest"], members["latest"]
        return cls(
            None if first is None else parse_iso(first), None if last is None else parse_iso(last)
        )


@lru_cache(maxsize=65_536)
def parse(text: str) -> Date:
    """Read a date. Raises BadDate for every text that is not of the forms below, and nothing else.

    A year (`2013`, `-0240`, `Y12025`), a month, a day; a season (`2013-21` spring, 22
    summer, 23 autumn, 24 winter); a decade `198X` or century `19XX`; one of `~`, `?`, `%`
    after any of these; `A/B`, `../B`, `A/..`, one unknown day from A to B.

    >>> winter = parse("2013-24~")
    >>> iso(winter.earliest), iso(winter.latest), winter.approximate
    ('2013-12-01', '2014-02-28', True)
    """
    if len(text) > LONGEST:
        raise BadDate(text, f"it has {len(text)} characters, and {LONGEST} is the most")
    if "/" in text:
        return _interval(text)
    if text.endswith(tuple(_QUALIFIERS)):
        stem, (approximate, uncertain) = text[:-1], _QUALIFIERS[text[-1]]
    else:
        stem, approximate, uncertain = text, False, False
    earliest, latest, precision = _span(text, stem)
    return Date(text, earliest, latest, precision, approximate, uncertain)


@lru_cache(maxsize=1024)
def parse_period(text: str) -> Period:
    """Read a year, a month or a day, unqualified. Raises BadDate."""
    date = parse(text)
    plain = date.precision in ("year", "month", "day") and not _qualified(date)
    if not plain or date.earliest is None or date.latest is None:
        raise BadDate(text, "a year, a month or a day is needed here, with no ~, ? or %")
    return Period(text, date.earliest, date.latest)


def day(year: int, month: int, day: int) -> Day:
    """The number of a real day of the calendar, in any year.

    >>> day(1970, 1, 1), day(0, 2, 29)
    (0, -719469)
    """
    # The year is taken to begin in March, so that 29 February is its last day.
    march_year = year - (month < 3)
    era, year_of_era = divmod(march_year, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    leap_days = year_of_era // 4 - year_of_era // 100
    return era * 146_097 + year_of_era * 365 + leap_days + day_of_year - _MARCH_OF_YEAR_0


def civil(day: Day) -> tuple[int, int, int]:
    """The year, month and day of the month: `day` turned round.

    >>> civil(-719469)
    (0, 2, 29)
    """
    era, day_of_era = divmod(day + _MARCH_OF_YEAR_0, 146_097)
    leap_days = day_of_era // 1_460 - day_of_era // 36_524 + day_of_era // 146_096
    year_of_era = (day_of_era - leap_days) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    months_since_march = (5 * day_of_year + 2) // 153
    month = (months_since_march + 2) % 12 + 1
    year = era * 400 + year_of_era + (month < 3)
    return year, month, day_of_year - (153 * months_since_march + 2) // 5 + 1


def year_of(day: Day) -> int:
    """The year in which a day lies; 0 is 1 BC."""
    return civil(day)[0]


@lru_cache(maxsize=65_536)
def iso(day: Day) -> str:
    """A day as ISO 8601 writes it, with sign and six digits or more outside 0000 to 9999.

    >>> iso(day(2013, 12, 31)), iso(day(-240, 1, 1)), iso(day(12025, 12, 31))
    ('2013-12-31', '-000240-01-01', '+012025-12-31')
    """
    year, month, day_of_month = civil(day)
    written = f"{year:04d}" if 0 <= year <= 9999 else f"{year:+07d}"
    return f"{written}-{month:02d}-{day_of_month:02d}"


def parse_iso(text: str) -> Day:
    """The day that `iso` writes so, in years of up to 16 digits. Raises BadDate."""
    if (parts := _ISO.fullmatch(text)) is None:
        raise BadDate(text, "a day is written 2013-12-31 or, in far years, +012025-12-31")
    year, month, day_of_month = (int(part) for part in parts.groups())
    if not 1 <= month <= 12 or not 1 <= day_of_month <= _length(year, month):
        raise BadDate(text, "the calendar has no such day")
    number = day(year, month, day_of_month)
    if iso(number) != text:
        raise BadDate(text, f"that day is written {iso(number)}")
    return number


def display(date: Date, lang: Language) -> str:
    """A date as people say it, in English or Chinese.

    >>> display(parse("2024-10-01/2024-12-31"), "en"), display(parse("-0240~"), "zh")
    ('October–December 2024', '约公元前241年')
    """
    words = _english if lang == "en" else _chinese
    return words(date)


# Reading


class _Span(NamedTuple):
    earliest: Day
    latest: Day
    precision: Precision


_QUALIFIERS = {"~": (True, False), "?": (False, True), "%": (True, True)}
"""Each qualifier, and whether it says approximate and uncertain."""

_CALENDAR = re.compile(r"(-?[0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_FOR_THE_PACKAGE = re.compile(r"[0-9]{2}[0-9X]X|Y-?[0-9]+")
_ISO = re.compile(r"([0-9]{4}|[+-][0-9]{6,16})-([0-9]{2})-([0-9]{2})")

_MARCH_OF_YEAR_0 = 719_468
"""Days from 0000-03-01 to 1970-01-01."""

_MONTH_LENGTHS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

_NOT_TAKEN = (
    ("X", "X may only stand for the last digit or the last two of a year from 0000: 198X, 19XX"),
    ("[", "sets of dates are not taken; an interval is written A/B"),
    ("{", "sets of dates are not taken; an interval is written A/B"),
    ("T", "times are not taken; a date ends with the day"),
    ("E", "exponents are not taken; write the year out"),
    ("S", "significant digits are not taken; write 198X or 19XX"),
    ("~", "a qualifier (one of ~, ?, %) may only stand once, after the whole date"),
    ("?", "a qualifier (one of ~, ?, %) may only stand once, after the whole date"),
    ("%", "a qualifier (one of ~, ?, %) may only stand once, after the whole date"),
    ("..", "an open end is written with a slash: ../2016 or 2016/.."),
)
"""What people may know from elsewhere in EDTF, and why it is refused."""


def _interval(text: str) -> Date:
    ends = text.split("/")
    if len(ends) != 2:
        raise BadDate(text, "an interval has one slash")
    if "" in ends:
        raise BadDate(text, "an interval has two ends; an open one is written ..")
    first, last = (None if end == ".." else _end(text, end) for end in ends)
    dates = [date for date in (first, last) if date is not None]
    if not dates:
        raise BadDate(text, "an interval has one end at least")
    earliest = first.earliest if first else None
    latest = last.latest if last else None
    if earliest is not None and latest is not None and earliest > latest:
        raise BadDate(text, f"{ends[0]} is after {ends[1]}")
    return Date(
        text,
        earliest,
        latest,
        "interval",
        approximate=any(date.approximate for date in dates),
        uncertain=any(date.uncertain for date in dates),
    )


def _end(interval: str, text: str) -> Date:
    try:
        return parse(text)
    except BadDate as refused:
        raise BadDate(interval, f"at {text}, {refused.why}") from None


def _span(text: str, stem: str) -> _Span:
    """What a date without its qualifier says."""
    if (parts := _CALENDAR.fullmatch(stem)) is None:
        return _package_span(text, stem)
    year_digits, month_digits, day_digits = parts.groups()
    if year_digits == "-0000":
        raise BadDate(text, "the year 0 has no sign: 0000")
    year = int(year_digits)
    if month_digits is None:
        return _Span(day(year, 1, 1), day(year, 12, 31), "year")
    month = int(month_digits)
    if day_digits is None and 21 <= month <= 24:
        return _season(year, month)
    if not 1 <= month <= 12:
        raise BadDate(text, f"{month_digits} is no month, and no season from 21 to 24")
    if day_digits is None:
        return _Span(day(year, month, 1), day(year, month, _length(year, month)), "month")
    day_of_month = int(day_digits)
    if not 1 <= day_of_month <= _length(year, month):
        raise BadDate(text, f"{year_digits}-{month_digits} has no day {day_digits}")
    number = day(year, month, day_of_month)
    return _Span(number, number, "day")


def _package_span(text: str, stem: str) -> _Span:
    if _FOR_THE_PACKAGE.fullmatch(stem) is None:
        raise BadDate(text, _why_not(stem))
    if not stem.startswith("Y"):
        earliest, latest = _package_bounds(text, stem)
        return _Span(earliest, latest, "century" if stem.endswith("XX") else "decade")
    if abs(int(stem[1:])) > FARTHEST:
        raise BadDate(text, f"years go from -{FARTHEST} to {FARTHEST}")
    earliest, latest = _package_bounds(text, stem)
    return _Span(earliest, latest, "year")


def _season(year: int, season: int) -> _Span:
    # The package reads seasons too, ten thousand times as slowly, and ends winter with its year.
    first = 3 * (season - 20)
    after = (year, first + 3) if first < 12 else (year + 1, 3)
    return _Span(day(year, first, 1), day(*after, 1) - 1, "season")


def _package_bounds(text: str, stem: str) -> tuple[Day, Day]:
    try:
        found = _parse_by_package()(stem)
        lower, upper = found.lower_strict(), found.upper_strict()
    except Exception as error:
        # The package promises no class of errors: whatever it raises, it did not read the text.
        raise BadDate(
            text, "EDTF has no such form: Y takes five digits or more, the first not 0"
        ) from error
    return day(*lower[:3]), day(*upper[:3])


@cache
def _parse_by_package() -> Callable[[str], Any]:
    """The parser of the package: few dates need it, and its grammar takes a while to build."""
    with warnings.catch_warnings():
        # Under `python -W error` the grammar warns about itself while it is built.
        warnings.simplefilter("ignore")
        from edtf import parse_edtf  # noqa: PLC0415 -- a third of what it takes to start a command
    return cast("Callable[[str], Any]", parse_edtf)


def _why_not(stem: str) -> str:
    if not stem:
        return "it is empty"
    if not stem.isascii() or " " in stem:
        return "it may have plain digits, and no blanks"
    for mark, why in _NOT_TAKEN:
        if mark in stem:
            return why
    return "write 2013, 2013-05, 2013-05-06, 2013-21, 198X, 19XX, -0240, Y12025, A/B, ../B or A/.."


def _length(year: int, month: int) -> int:
    """The number of days of a month."""
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return _MONTH_LENGTHS[month] + leap


def _qualified(date: Date) -> bool:
    return date.approximate or date.uncertain


# In words

_Civil = tuple[int, int, int]
_Unit = Literal["year", "month", "day"]

_MONTHS = (
    "",
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_SEASONS_EN = {3: "spring", 6: "summer", 9: "autumn", 12: "winter"}
_SEASONS_ZH = {3: "春", 6: "夏", 9: "秋", 12: "冬"}
"""Seasons by the month in which they begin."""


class _Stretch(NamedTuple):
    """An interval in the coarsest unit in which it says the same."""

    unit: _Unit
    first: _Civil
    last: _Civil


def _stretch(first: Date, last: Date) -> _Stretch | None:
    """None where the ends are of two kinds, are qualified, or are no part of the calendar."""
    if first.precision != last.precision or _qualified(first) or _qualified(last):
        return None
    if first.precision not in ("year", "month", "day"):
        return None
    start, end = _civil_bounds(first)[0], _civil_bounds(last)[1]
    if start[2] > 1 or end[2] < _length(*end[:2]):
        return _Stretch("day", start, end)
    whole_years = start[1] == 1 and end[1] == 12
    return _Stretch("year" if whole_years else "month", start, end)


def _civil_bounds(date: Date) -> tuple[_Civil, _Civil]:
    # Only an interval can have an open end, and only its ends come here.
    return civil(cast(Day, date.earliest)), civil(cast(Day, date.latest))


def _english(date: Date) -> str:
    if date.precision == "interval":
        return _english_interval(date)
    said = _english_unqualified(date)
    if date.approximate:
        said = f"c. {said}"
    return f"{said} (uncertain)" if date.uncertain else said


def _english_unqualified(date: Date) -> str:
    first, last = _civil_bounds(date)
    if date.precision == "season":
        return f"{_SEASONS_EN[first[1]]} {_english_season_years(first[0], last[0])}"
    if date.precision == "decade":
        return _english_decade(first[0], last[0])
    if date.precision == "century":
        number = _ordinal(first[0] // 100 + 1)
        return f"{number} century ({_english_years(first[0], last[0])})"
    return _english_calendar(first, date.precision)


def _english_interval(date: Date) -> str:
    first, last = date.text.split("/")
    if first == "..":
        return f"by {_english_end(parse(last))}"
    if last == "..":
        return f"{_english_end(parse(first))} or later"
    if stretch := _stretch(parse(first), parse(last)):
        return _english_stretch(*stretch)
    return f"between {_english_end(parse(first))} and {_english_end(parse(last))}"


def _english_end(date: Date) -> str:
    article = "the " if date.precision in ("decade", "century") and not date.approximate else ""
    return article + _english(date)


def _english_stretch(unit: _Unit, first: _Civil, last: _Civil) -> str:
    start, end = _english_calendar(first, unit), _english_calendar(last, unit)
    if start == end:
        return start
    month = _MONTHS[first[1]]
    if first[0] == last[0]:
        if unit == "month":
            return f"{month}–{end}"
        start = f"{first[2]}" if first[1] == last[1] else f"{first[2]} {month}"
    return f"between {start} and {end}"


def _english_calendar(civil: _Civil, unit: str) -> str:
    year, month, day = civil
    words = [_english_year(year)]
    if unit != "year":
        words.insert(0, _MONTHS[month])
    if unit == "day":
        words.insert(0, str(day))
    return " ".join(words)


def _english_year(year: int) -> str:
    if year < 1:
        return f"{1 - year} BC"
    return str(year) if year >= 1000 else f"AD {year}"


def _english_years(first: int, last: int) -> str:
    if last < 1:
        return f"{1 - first}–{_english_year(last)}"
    if first < 1:
        return f"{_english_year(first)}–{_english_year(last)}"
    return f"{_english_year(first)}–{last}"


def _english_season_years(first: int, last: int) -> str:
    if first == last:
        return _english_year(first)
    if first >= 1000 and first // 100 == last // 100:
        return f"{first}–{last % 100:02d}"
    return _english_years(first, last)


def _english_decade(first: int, last: int) -> str:
    years = _english_years(first, last)
    if first < 1000:
        return years
    # "The 1900s" alone may be taken for the century.
    return f"{first}s" if first % 100 else f"{first}s ({years})"


def _ordinal(number: int) -> str:
    last = 0 if number // 10 == 1 else number % 10
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(last, 'th') }"


def _chinese(date: Date) -> str:
    if date.precision == "interval":
        return _chinese_interval(date)
    said = _chinese_unqualified(date)
    if date.approximate:
        said = f"约{said}"
    return f"{said}（存疑）" if date.uncertain else said


def _chinese_unqualified(date: Date) -> str:
    first, last = _civil_bounds(date)
    if date.precision == "season":
        return f"{_chinese_years(first[0], last[0])}{_SEASONS_ZH[first[1]]}"
    if date.precision == "decade":
        return _chinese_decade(first[0], last[0])
    if date.precision == "century":
        number = first[0] // 100 + 1
        era = "公元" if number <= 10 else ""
        return f"{era}{number}世纪（{_chinese_years(first[0], last[0])}）"
    return _chinese_calendar(first, date.precision)


def _chinese_interval(date: Date) -> str:
    first, last = date.text.split("/")
    if first == "..":
        return f"不晚于{_chinese(parse(last))}"
    if last == "..":
        return f"不早于{_chinese(parse(first))}"
    if stretch := _stretch(parse(first), parse(last)):
        return _chinese_stretch(*stretch)
    return f"{_chinese(parse(first))}至{_chinese(parse(last))}之间"


def _chinese_stretch(unit: _Unit, first: _Civil, last: _Civil) -> str:
    start, end = _chinese_calendar(first, unit), _chinese_calendar(last, unit)
    if start == end:
        return start
    if first[0] == last[0]:
        if unit == "month":
            return f"{start}至{last[1]}月"
        end = f"{last[2]}日" if first[1] == last[1] else f"{last[1]}月{last[2]}日"
    return f"{start}至{end}之间"


def _chinese_calendar(civil: _Civil, unit: str) -> str:
    year, month, day = civil
    said = _chinese_year(year)
    if unit != "year":
        said += f"{month}月"
    return f"{said}{day}日" if unit == "day" else said


def _chinese_year(year: int) -> str:
    if year < 1:
        return f"公元前{1 - year}年"
    return f"{year}年" if year >= 1000 else f"公元{year}年"


def _chinese_years(first: int, last: int) -> str:
    if first == last:
        return _chinese_year(first)
    if last < 1:
        return f"公元前{1 - first}—前{1 - last}年"
    if first < 1:
        return f"{_chinese_year(first)}—公元{last}年"
    return f"{_chinese_year(first).removesuffix('年')}—{last}年"


def _chinese_decade(first: int, last: int) -> str:
    years = _chinese_years(first, last)
    if first < 1000:
        return years
    century, decade = divmod(first, 100)
    return f"{century + 1}世纪{decade}年代" if decade else f"{first}年代（{years}）"
