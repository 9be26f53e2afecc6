"""Dates: every form that is taken, every form that is refused, and what people read."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.dates import (
    FARTHEST,
    LONGEST,
    Date,
    civil,
    day,
    display,
    iso,
    parse,
    parse_iso,
    parse_period,
    year_of,
)
from events.errors import BadDate

with warnings.catch_warnings():
    # Under `python -W error` the grammar of the package warns about itself while it is built.
    warnings.simplefilter("ignore")
    import edtf

# What each form says: text, first day, last day, precision, qualifier.
DATES = [
    ("2013", "2013-01-01", "2013-12-31", "year", ""),
    ("0000", "0000-01-01", "0000-12-31", "year", ""),
    ("0001", "0001-01-01", "0001-12-31", "year", ""),
    ("9999", "9999-01-01", "9999-12-31", "year", ""),
    ("-0001", "-000001-01-01", "-000001-12-31", "year", ""),
    ("-0240", "-000240-01-01", "-000240-12-31", "year", ""),
    ("-9999", "-009999-01-01", "-009999-12-31", "year", ""),
    ("2013-02", "2013-02-01", "2013-02-28", "month", ""),
    ("2012-02", "2012-02-01", "2012-02-29", "month", ""),
    ("1900-02", "1900-02-01", "1900-02-28", "month", ""),
    ("-0004-02", "-000004-02-01", "-000004-02-29", "month", ""),
    ("-0100-02", "-000100-02-01", "-000100-02-28", "month", ""),
    ("2013-12", "2013-12-01", "2013-12-31", "month", ""),
    ("2025-08-26", "2025-08-26", "2025-08-26", "day", ""),
    ("2000-02-29", "2000-02-29", "2000-02-29", "day", ""),
    ("0000-02-29", "0000-02-29", "0000-02-29", "day", ""),
    ("-0400-02-29", "-000400-02-29", "-000400-02-29", "day", ""),
    ("2013-21", "2013-03-01", "2013-05-31", "season", ""),
    ("2013-22", "2013-06-01", "2013-08-31", "season", ""),
    ("2013-23", "2013-09-01", "2013-11-30", "season", ""),
    ("2013-24", "2013-12-01", "2014-02-28", "season", ""),
    ("2011-24", "2011-12-01", "2012-02-29", "season", ""),
    ("9999-24", "9999-12-01", "+010000-02-29", "season", ""),
    ("-0001-24", "-000001-12-01", "0000-02-29", "season", ""),
    ("-0240-21", "-000240-03-01", "-000240-05-31", "season", ""),
    ("198X", "1980-01-01", "1989-12-31", "decade", ""),
    ("000X", "0000-01-01", "0009-12-31", "decade", ""),
    ("19XX", "1900-01-01", "1999-12-31", "century", ""),
    ("00XX", "0000-01-01", "0099-12-31", "century", ""),
    ("Y12025", "+012025-01-01", "+012025-12-31", "year", ""),
    ("Y-12025", "-012025-01-01", "-012025-12-31", "year", ""),
    ("Y1000000", "+1000000-01-01", "+1000000-12-31", "year", ""),
    (f"Y{FARTHEST}", f"+{FARTHEST}-01-01", f"+{FARTHEST}-12-31", "year", ""),
    (f"Y-{FARTHEST}", f"-{FARTHEST}-01-01", f"-{FARTHEST}-12-31", "year", ""),
    ("1988~", "1988-01-01", "1988-12-31", "year", "~"),
    ("2011?", "2011-01-01", "2011-12-31", "year", "?"),
    ("2011%", "2011-01-01", "2011-12-31", "year", "~?"),
    ("-0240~", "-000240-01-01", "-000240-12-31", "year", "~"),
    ("2013-05~", "2013-05-01", "2013-05-31", "month", "~"),
    ("2013-05-06?", "2013-05-06", "2013-05-06", "day", "?"),
    ("2013-24~", "2013-12-01", "2014-02-28", "season", "~"),
    ("198X%", "1980-01-01", "1989-12-31", "decade", "~?"),
    ("19XX?", "1900-01-01", "1999-12-31", "century", "?"),
    ("Y12025~", "+012025-01-01", "+012025-12-31", "year", "~"),
    ("1976/1984", "1976-01-01", "1984-12-31", "interval", ""),
    ("1976/1976", "1976-01-01", "1976-12-31", "interval", ""),
    ("1985-06/1985", "1985-06-01", "1985-12-31", "interval", ""),
    ("1985/198X", "1985-01-01", "1989-12-31", "interval", ""),
    ("1989/198X", "1989-01-01", "1989-12-31", "interval", ""),
    ("2024-10-01/2024-12-31", "2024-10-01", "2024-12-31", "interval", ""),
    ("2013-24/2014-02", "2013-12-01", "2014-02-28", "interval", ""),
    ("-0240/0001", "-000240-01-01", "0001-12-31", "interval", ""),
    ("Y-12025/Y-12024", "-012025-01-01", "-012024-12-31", "interval", ""),
    ("1976~/1984", "1976-01-01", "1984-12-31", "interval", "~"),
    ("1976/1984?", "1976-01-01", "1984-12-31", "interval", "?"),
    ("1976~/1984?", "1976-01-01", "1984-12-31", "interval", "~?"),
    ("1976~/198X", "1976-01-01", "1989-12-31", "interval", "~"),
    ("../2016", None, "2016-12-31", "interval", ""),
    ("../2016-05~", None, "2016-05-31", "interval", "~"),
    ("../198X", None, "1989-12-31", "interval", ""),
    ("2016/..", "2016-01-01", None, "interval", ""),
    ("2016%/..", "2016-01-01", None, "interval", "~?"),
    ("Y12025/..", "+012025-01-01", None, "interval", ""),
]

# What is refused, and a word of the reason.
REFUSED = [
    ("", "empty"),
    ("~", "empty"),
    ("-0000", "no sign"),
    ("-0000-05", "no sign"),
    ("-0000-21", "no sign"),
    ("201", "write"),
    ("02013", "write"),
    ("12025", "write"),
    ("+2013", "write"),
    ("-240", "write"),
    ("2013-5", "write"),
    ("2013-05-6", "write"),
    ("20130506", "write"),
    ("2013/05", None),
    ("today", "write"),
    ("2013-00", "00 is no month"),
    ("2013-13", "13 is no month"),
    ("2013-20", "20 is no month"),
    ("2013-25", "25 is no month, and no season"),
    ("2013-41", "no season"),
    ("2013-21-05", "21 is no month"),
    ("2013-05-00", "no day 00"),
    ("2013-05-32", "no day 32"),
    ("2013-04-31", "no day 31"),
    ("2013-02-29", "no day 29"),
    ("1900-02-29", "no day 29"),
    ("-0001-02-29", "no day 29"),
    ("-0100-02-29", "no day 29"),
    ("2013-02-29~", "no day 29"),
    ("1XXX", "last digit"),
    ("XXXX", "last digit"),
    ("1X80", "last digit"),
    ("-198X", "last digit"),
    ("-01XX", "last digit"),
    ("2004-XX", "last digit"),
    ("2004-05-XX", "last digit"),
    ("198x", "write"),
    ("Y2013", "five digits"),
    ("Y-2013", "five digits"),
    ("Y012025", "first not 0"),
    ("Y-012025", "first not 0"),
    ("Y00000", "first not 0"),
    ("Y-00000", "first not 0"),
    ("Y", "write"),
    ("Y+12025", "write"),
    ("y12025", "write"),
    ("Y12025-05", "write"),
    (f"Y{FARTHEST + 1}", "years go from"),
    (f"Y-{FARTHEST + 1}", "years go from"),
    ("Y" + "9" * (LONGEST - 1), "years go from"),
    ("Y1E5", "exponents"),
    ("Y17E8", "exponents"),
    ("1950S2", "significant"),
    ("Y171010000S3", "significant"),
    ("2013~~", "qualifier"),
    ("2013~?", "qualifier"),
    ("2013?~", "qualifier"),
    ("~2013", "qualifier"),
    ("2013~-05", "qualifier"),
    ("2013-~05", "qualifier"),
    ("2013-05?-06", "qualifier"),
    ("[2013,2014]", "sets"),
    ("{2013,2014}", "sets"),
    ("[..1984]", "sets"),
    ("2013-05-06T10:00:00Z", "times"),
    ("2013..2014", "slash"),
    ("..", "slash"),
    ("/", "two ends"),
    ("1985/", "two ends"),
    ("/1985", "two ends"),
    ("../..", "one end"),
    ("../", "two ends"),
    ("1/2/3", "one slash"),
    ("2013/2014/2015", "one slash"),
    ("2014/2013", "2014 is after 2013"),
    ("2013-05-07/2013-05-06", "after"),
    ("1990/198X", "after"),
    ("-0239/-0240", "after"),
    ("..~/2013", "at ..~, an open end"),
    ("2013/x", "at x, write"),
    ("../-0000", "at -0000, the year 0"),
    (" 2013", "blanks"),
    ("2013 ", "blanks"),
    ("2013 / 2014", "blanks"),
    ("2013\n", "write"),
    ("2013\x00", "write"),
    ("２０１３", "plain digits"),
    ("٢٠١٣", "plain digits"),
    ("2013–05", "plain digits"),
    ("−0240", "plain digits"),
    ("2013\ud800", "plain digits"),
    ("2" * (LONGEST + 1), "65 characters"),
]

# What people read: text, English, Chinese.
WORDS = [
    ("2025-08-26", "26 August 2025", "2025年8月26日"),
    ("2025-08", "August 2025", "2025年8月"),
    ("2025", "2025", "2025年"),
    ("1000", "1000", "1000年"),
    ("0033", "AD 33", "公元33年"),
    ("0033-04-03", "3 April AD 33", "公元33年4月3日"),
    ("0000", "1 BC", "公元前1年"),
    ("-0240", "241 BC", "公元前241年"),
    ("-0043-03-15", "15 March 44 BC", "公元前44年3月15日"),
    ("Y12025", "12025", "12025年"),
    ("Y-16999", "17000 BC", "公元前17000年"),
    ("2013-21", "spring 2013", "2013年春"),
    ("2013-22", "summer 2013", "2013年夏"),
    ("2013-23", "autumn 2013", "2013年秋"),
    ("2013-24", "winter 2013–14", "2013—2014年冬"),
    ("2008-24", "winter 2008–09", "2008—2009年冬"),
    ("1999-24", "winter 1999–2000", "1999—2000年冬"),
    ("9999-24", "winter 9999–10000", "9999—10000年冬"),
    ("0999-24", "winter AD 999–1000", "公元999—1000年冬"),
    ("0000-24", "winter 1 BC–AD 1", "公元前1年—公元1年冬"),
    ("-0240-24", "winter 241–240 BC", "公元前241—前240年冬"),
    ("198X", "1980s", "20世纪80年代"),
    ("201X", "2010s", "21世纪10年代"),
    ("190X", "1900s (1900–1909)", "1900年代（1900—1909年）"),
    ("001X", "AD 10–19", "公元10—19年"),
    ("000X", "1 BC–AD 9", "公元前1年—公元9年"),
    ("19XX", "20th century (1900–1999)", "20世纪（1900—1999年）"),
    ("20XX", "21st century (2000–2099)", "21世纪（2000—2099年）"),
    ("21XX", "22nd century (2100–2199)", "22世纪（2100—2199年）"),
    ("22XX", "23rd century (2200–2299)", "23世纪（2200—2299年）"),
    ("10XX", "11th century (1000–1099)", "11世纪（1000—1099年）"),
    ("09XX", "10th century (AD 900–999)", "公元10世纪（公元900—999年）"),
    ("00XX", "1st century (1 BC–AD 99)", "公元1世纪（公元前1年—公元99年）"),
    ("1988~", "c. 1988", "约1988年"),
    ("2011?", "2011 (uncertain)", "2011年（存疑）"),
    ("2011%", "c. 2011 (uncertain)", "约2011年（存疑）"),
    ("198X~", "c. 1980s", "约20世纪80年代"),
    ("1976/1984", "between 1976 and 1984", "1976年至1984年之间"),
    ("1976-01-01/1984-12-31", "between 1976 and 1984", "1976年至1984年之间"),
    ("2013/2013", "2013", "2013年"),
    ("2024-01-01/2024-12-31", "2024", "2024年"),
    ("2024-01/2024-12", "2024", "2024年"),
    ("2024-02-01/2024-02-29", "February 2024", "2024年2月"),
    ("2023-02-01/2023-02-28", "February 2023", "2023年2月"),
    ("2024-02-01/2024-02-28", "between 1 and 28 February 2024", "2024年2月1日至28日之间"),
    ("2024-10-01/2024-12-31", "October–December 2024", "2024年10月至12月"),
    ("2024-10/2024-12", "October–December 2024", "2024年10月至12月"),
    ("-0240-03/-0240-05", "March–May 241 BC", "公元前241年3月至5月"),
    (
        "2024-11/2025-02",
        "between November 2024 and February 2025",
        "2024年11月至2025年2月之间",
    ),
    ("2024-10-05/2024-10-05", "5 October 2024", "2024年10月5日"),
    ("2024-10-05/2024-10-09", "between 5 and 9 October 2024", "2024年10月5日至9日之间"),
    (
        "2024-10-02/2024-12-31",
        "between 2 October and 31 December 2024",
        "2024年10月2日至12月31日之间",
    ),
    (
        "2024-12-05/2025-01-09",
        "between 5 December 2024 and 9 January 2025",
        "2024年12月5日至2025年1月9日之间",
    ),
    ("2013/2014-06", "between 2013 and June 2014", "2013年至2014年6月之间"),
    ("1976~/1984", "between c. 1976 and 1984", "约1976年至1984年之间"),
    ("1976/1984?", "between 1976 and 1984 (uncertain)", "1976年至1984年（存疑）之间"),
    ("2013-21/2013-23", "between spring 2013 and autumn 2013", "2013年春至2013年秋之间"),
    ("198X/199X", "between the 1980s and the 1990s", "20世纪80年代至20世纪90年代之间"),
    ("../2016", "by 2016", "不晚于2016年"),
    ("../19XX", "by the 20th century (1900–1999)", "不晚于20世纪（1900—1999年）"),
    ("../198X~", "by c. 1980s", "不晚于约20世纪80年代"),
    ("2016/..", "2016 or later", "不早于2016年"),
    (
        "2025-08-26?/..",
        "26 August 2025 (uncertain) or later",
        "不早于2025年8月26日（存疑）",
    ),
]


@pytest.mark.parametrize(("text", "earliest", "latest", "precision", "flags"), DATES)
def test_a_date_has_the_bounds_of_its_form(
    text: str, earliest: str | None, latest: str | None, precision: str, flags: str
) -> None:
    """Each form gives its first and last possible day; a qualifier is kept and widens nothing."""
    date = parse(text)

    assert date.text == text
    assert [None if bound is None else iso(bound) for bound in (date.earliest, date.latest)] == [
        earliest,
        latest,
    ]
    assert date.precision == precision
    assert (date.approximate, date.uncertain) == ("~" in flags, "?" in flags)


@pytest.mark.parametrize(("text", "word"), REFUSED)
def test_what_is_no_date_is_refused_with_its_reason(text: str, word: str | None) -> None:
    """Every other text is a BadDate that names the text and says why."""
    with pytest.raises(BadDate) as refused:
        parse(text)

    assert refused.value.text == text
    assert (word or "") in refused.value.why
    assert refused.value.why in str(refused.value)


@pytest.mark.parametrize(("text", "english", "chinese"), WORDS)
def test_people_read_a_date_in_their_language(text: str, english: str, chinese: str) -> None:
    """Each form is told in natural English and Chinese, and years before 1 as BC."""
    assert display(parse(text), "en") == english
    assert display(parse(text), "zh") == chinese


def test_every_form_can_be_told() -> None:
    """Whatever parses has words in both languages."""
    for text, *_ in DATES:
        assert display(parse(text), "en")
        assert re.search("[年代纪]", display(parse(text), "zh"))


def test_the_longest_date_has_64_characters() -> None:
    """The length is looked at first: 64 characters are read, 65 are not."""
    longest = f"Y{'1' * 15}/Y{'2' * 15}"
    assert parse(longest).precision == "interval"

    with pytest.raises(BadDate, match="years go from"):
        parse("Y" + "1" * 63)
    with pytest.raises(BadDate, match="65 characters, and 64 is the most"):
        parse("Y" + "1" * 64)


# Periods


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2013", "2013-01-01", "2013-12-31"),
        ("2012-02", "2012-02-01", "2012-02-29"),
        ("2013-05-06", "2013-05-06", "2013-05-06"),
        ("-0240", "-000240-01-01", "-000240-12-31"),
        ("Y12025", "+012025-01-01", "+012025-12-31"),
    ],
)
def test_a_question_asks_for_a_year_a_month_or_a_day(text: str, first: str, last: str) -> None:
    """A period keeps its text and has its first and its last day."""
    period = parse_period(text)

    assert period.text == text
    assert (iso(period.first), iso(period.last)) == (first, last)


@pytest.mark.parametrize(
    "text",
    ["2013~", "2013?", "2013-05%", "2013-21", "198X", "19XX", "2013/2014", "../2013", "2013/.."],
)
def test_a_vague_date_is_no_period(text: str) -> None:
    """A date that is qualified, or is no year, month or day, cannot be asked for."""
    parse(text)
    with pytest.raises(BadDate, match="a year, a month or a day"):
        parse_period(text)


def test_what_is_no_date_is_no_period() -> None:
    """A malformed text is refused as a period for the reason for which it is no date."""
    with pytest.raises(BadDate, match="no day 30"):
        parse_period("2013-02-30")


# Days

FAR = 9_999 * 10**11
days = st.integers(day(-FAR, 1, 1), day(FAR, 12, 31)) | st.integers(-(10**7), 10**7)


@given(days)
def test_a_day_and_its_calendar_date_are_one(number: int) -> None:
    """`day` and `civil` undo each other over hundreds of trillions of years, in real dates."""
    year, month, day_of_month = civil(number)

    assert day(year, month, day_of_month) == number
    assert 1 <= month <= 12
    assert 1 <= day_of_month <= 31
    assert year_of(number) == year


@given(days)
def test_days_follow_each_other(number: int) -> None:
    """The next day is the next of the month, or the first of the next month."""
    year, month, day_of_month = civil(number)
    following = {
        (year, month, day_of_month + 1),
        (year, month + 1, 1),
        (year + 1, 1, 1),
    }

    assert civil(number + 1) in following
    assert civil(number + 1) > (year, month, day_of_month)


@given(st.dates())
def test_days_agree_with_python_where_python_can_go(date: dt.date) -> None:
    """From 1 to 9999 our calendar is the one of the standard library."""
    number = date.toordinal() - dt.date(1970, 1, 1).toordinal()

    assert day(date.year, date.month, date.day) == number
    assert civil(number) == (date.year, date.month, date.day)
    assert iso(number) == date.isoformat()
    assert parse_iso(date.isoformat()) == number
    assert parse(date.isoformat()) == Date(date.isoformat(), number, number, "day")


@given(days)
def test_the_iso_text_of_a_day_is_read_back(number: int) -> None:
    """`parse_iso` undoes `iso`, sign and all digits included."""
    assert parse_iso(iso(number)) == number


@given(st.text() | st.from_regex(r"[+-]?[0-9]{3,8}-[01][0-9]-[0-3][0-9]", fullmatch=True))
def test_a_day_has_one_iso_text(text: str) -> None:
    """A text is the ISO text of a day or a BadDate."""
    with contextlib.suppress(BadDate):
        assert iso(parse_iso(text)) == text


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("2013-1-1", "is written"),
        ("+2013-01-01", "is written"),
        ("12025-12-31", "is written"),
        ("2013-12-31\n", "is written"),
        ("２０１３-01-01", "is written"),
        ("+" + "9" * 17 + "-01-01", "is written"),
        ("+002013-01-01", "that day is written 2013-01-01"),
        ("-000000-01-01", "that day is written 0000-01-01"),
        ("+0012025-01-01", "that day is written +012025-01-01"),
        ("2013-00-01", "no such day"),
        ("2013-13-01", "no such day"),
        ("2013-02-29", "no such day"),
        ("2013-01-00", "no such day"),
    ],
)
def test_another_text_is_no_iso_day(text: str, word: str) -> None:
    """Days off the calendar and second spellings of a day are refused."""
    with pytest.raises(BadDate, match=re.escape(word)):
        parse_iso(text)


def test_far_days_fit_64_bits() -> None:
    """The bounds of the farthest years can be stored as 64-bit integers."""
    latest = parse(f"Y{FARTHEST}").latest
    earliest = parse(f"Y-{FARTHEST}").earliest

    assert latest is not None
    assert earliest is not None
    assert -(2**63) <= earliest < latest < 2**63


# Held against the edtf package

years = st.integers(-9999, 9999).map(lambda year: f"-{-year:04d}" if year < 0 else f"{year:04d}")
months = st.builds("{}-{:02d}".format, years, st.integers(1, 12))
plain_days = st.builds("{}-{:02d}".format, months, st.integers(1, 28))
plain = years | months | plain_days
seasons = st.builds("{}-{}".format, years, st.integers(21, 24))
long_years = st.integers(10_000, FARTHEST).flatmap(
    lambda year: st.sampled_from([f"Y{year}", f"Y-{year}"])
)
unspecified = st.integers(0, 999).map("{:03d}X".format) | st.integers(0, 99).map("{:02d}XX".format)
qualifiers = st.sampled_from(["", "~", "?", "%"])
ends = st.builds(str.__add__, plain | seasons | long_years | unspecified, qualifiers)
intervals = st.builds("{}/{}".format, ends | st.just(".."), ends | st.just(".."))


def package_reading(text: str) -> tuple[int | None, int | None, bool, bool]:
    """The bounds and flags that the package gives a text."""
    found = edtf.parse_edtf(text)
    lower, upper = (
        day(*bound[:3]) if isinstance(bound, tuple) else None
        for bound in (found.lower_strict(), found.upper_strict())
    )
    both = bool(found.is_uncertain_and_approximate)
    return lower, upper, both or bool(found.is_approximate), both or bool(found.is_uncertain)


def outcome(text: str) -> Date | BadDate:
    """The date, or the refusal, that a text gets when it is read anew."""
    try:
        return parse.__wrapped__(text)
    except BadDate as refused:
        return refused


def our_reading(text: str) -> tuple[int | None, int | None, bool, bool]:
    """The same of our module."""
    date = parse(text)
    return date.earliest, date.latest, date.approximate, date.uncertain


@given(plain)
def test_plain_dates_mean_what_they_mean_to_the_package(text: str) -> None:
    """Years, months and days, which we read ourselves, have the package's bounds."""
    assert our_reading(text) == package_reading(text)


def test_every_month_ends_as_it_does_in_the_package() -> None:
    """The last day of each month, in leap years and others, before and after the year 0."""
    for year in ("-0400", "-0100", "-0004", "-0001", "0000", "1900", "2000", "2023", "2024"):
        for month in range(1, 13):
            text = f"{year}-{month:02d}"
            assert our_reading(text) == package_reading(text)


PACKAGE_GAPS = re.compile(
    r".*-24[~?%]?(/.*)?|.*-2[1-4][~?%]|.*Y-?[0-9]+[~?%/].*|.*/Y.*"
    r"|.*X[~?%]?/.*|.*/[0-9]+X+[~?%]?"
)
"""Where the package falls short of our forms: winter's end, qualified seasons, long years that
are qualified or stand in intervals, unspecified digits in intervals."""


@given(ends | intervals)
def test_other_dates_mean_what_they_mean_to_the_package(text: str) -> None:
    """Where the package takes our forms as we do, bounds and qualifiers are the same."""
    ours = outcome(text)
    if isinstance(ours, BadDate):
        # Two ends from the generator may run backwards, or both be open.
        assert "is after" in ours.why or "one end at least" in ours.why
    elif not PACKAGE_GAPS.fullmatch(text):
        assert our_reading(text) == package_reading(text)


@pytest.mark.parametrize(
    "text",
    ["2013-21~", "Y12025?", "Y12025/..", "Y-12025/2000", "../Y12025", "../198X", "1976~/198X"],
)
def test_what_the_package_cannot_read_is_read_all_the_same(text: str) -> None:
    """Our forms hold where the package has gaps. Once it has closed one, the module says so."""
    assert parse(text).text == text
    with pytest.raises((edtf.EDTFParseException, TypeError)):
        edtf.parse_edtf(text)


def test_what_the_package_takes_too_easily_is_refused() -> None:
    """The package reads days that never were, blanks, and ends winter in December."""
    assert edtf.parse_edtf("2013-02-29").upper_strict()[:3] == (2013, 2, 29)
    assert edtf.parse_edtf("2014/2013").lower_strict()[:3] == (2014, 1, 1)
    assert edtf.parse_edtf(" 2013 ").upper_strict()[:3] == (2013, 12, 31)
    assert edtf.parse_edtf("2013-24").upper_strict()[:3] == (2013, 12, 31)
    for text in ("2013-02-29", "2014/2013", " 2013 "):
        with pytest.raises(BadDate):
            parse(text)


# Any text at all

any_text = (
    st.text()
    | st.text(alphabet=[*"0123456789XYESTZ-+:~?%/.,[]{} ", "２", "\ud800"], max_size=LONGEST + 2)
    | st.text(alphabet=st.characters(), max_size=5).flatmap(
        lambda noise: st.sampled_from(DATES).map(lambda row: row[0] + noise)
    )
)


@given(any_text)
def test_any_text_is_a_date_or_refused(text: str) -> None:
    """No text makes `parse` or `parse_period` raise anything but BadDate."""
    found = outcome(text)

    assert found.text == text
    assert isinstance(found, Date) or found.why
    with contextlib.suppress(BadDate):
        assert parse_period(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "../Y12025",
        "../198X",
        "2013-0X",
        "1970-X3",
        "0X13",
        "[2013",
        "2013-02-30/..",
        "../2013-21~~",
    ],
)
def test_reading_prints_nothing(text: str, capfd: pytest.CaptureFixture[str]) -> None:
    """The package prints on some of these; nothing of it reaches the output."""
    outcome(text)

    assert capfd.readouterr() == ("", "")


@given(ends | intervals)
def test_a_remembered_date_is_the_date(text: str) -> None:
    """Whether a text was read before makes no difference, nor does a refusal that came before."""
    fresh = outcome(text)

    for _ in range(2):
        if isinstance(fresh, BadDate):
            with pytest.raises(BadDate, match=re.escape(fresh.why)):
                parse(text)
        else:
            assert parse(text) == fresh
            assert parse(text) is parse(text)


def test_memory_is_bounded() -> None:
    """A stream of ever new texts cannot fill the memory."""
    assert parse.cache_info().maxsize is not None
    assert parse_period.cache_info().maxsize is not None
