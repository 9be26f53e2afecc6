"""Days, dates and lengths of time have the words that each language gives them."""

from __future__ import annotations

import pytest

from events.dates import day, parse
from service.sentences import times
from service.sentences.sentence import text_of


@pytest.mark.parametrize(
    ("on", "en", "zh"),
    [
        (day(2013, 12, 31), "at the end of 2013", "2013年底"),
        (day(2013, 2, 28), "at the end of February 2013", "2013年2月底"),
        (day(2012, 2, 28), "on 28 February 2012", "2012年2月28日"),
        (day(2013, 1, 1), "on 1 January 2013", "2013年1月1日"),
        (day(-240, 12, 31), "at the end of 241 BC", "公元前241年底"),
        (day(12025, 12, 31), "at the end of 12025", "12025年底"),
    ],
)
def test_a_day_of_a_clock(on: int, en: str, zh: str) -> None:
    """The last day of a year or a month stands for its end, in any year."""
    assert (times.when(on, "en"), times.when(on, "zh")) == (en, zh)


@pytest.mark.parametrize(
    ("date", "en", "zh"),
    [
        ("2025-08-26", ("on 26 August 2025", "for 26 August 2025"), "于2025年8月26日"),
        ("2025-08", ("in August 2025", "for August 2025"), "于2025年8月"),
        ("2025", ("in 2025", "for 2025"), "于2025年"),
        ("2025~", ("c. 2025", "for c. 2025"), "约2025年"),
        ("2025?", ("in 2025 (uncertain)", "for 2025 (uncertain)"), "于2025年（存疑）"),
        ("198X", ("in the 1980s", "for the 1980s"), "于20世纪80年代"),
        (
            "2024-10-01/2024-12-31",
            ("in October–December 2024", "for October–December 2024"),
            "于2024年10月至12月",
        ),
        (
            "2024-10-02/2024-12-31",
            (
                "between 2 October and 31 December 2024",
                "for some day between 2 October and 31 December 2024",
            ),
            "2024年10月2日至12月31日之间",
        ),
        ("../2016", ("by 2016", "for 2016 at the latest"), "不晚于2016年"),
        ("2016/..", ("not before 2016", "for 2016 or later"), "不早于2016年"),
    ],
)
def test_a_date_has_the_words_that_go_with_its_precision(
    date: str, en: tuple[str, str], zh: str
) -> None:
    """What happened and what was promised, never finer than the source gave it."""
    read = parse(date)
    assert tuple(text_of(words(read, "en")) for words in (times.on, times.aim)) == en
    assert text_of(times.on(read, "zh")) == zh


@pytest.mark.parametrize(
    ("date", "en", "zh"),
    [
        ("2013-05", "since May 2013", "自2013年5月起"),
        (
            "2013-05-03/2013-05-07",
            "since some day between 3 and 7 May 2013",
            "自2013年5月3日至7日之间的某日起",
        ),
        ("../198X", "since the 1980s at the latest", "最迟自20世纪80年代起"),
        ("2013/..", "since 2013 or later", "自2013年或更晚起"),
    ],
)
def test_since_when(date: str, en: str, zh: str) -> None:
    """An open end is told as the one that is known."""
    assert text_of(times.since(parse(date), "en")) == en
    assert text_of(times.since(parse(date), "zh")) == zh


@pytest.mark.parametrize(
    ("days", "en", "zh"),
    [
        (0, "0 days", "0天"),
        (1, "1 day", "1天"),
        (16, "16 days", "16天"),
        (30, "30 days", "30天"),
        (31, "1 month", "1个月"),
        (183, "6 months", "6个月"),
        (349, "11 months", "11个月"),
        (365, "1 year", "1年"),
        (548, "1.5 years", "1.5年"),
        (1699, "4.7 years", "4.7年"),
        (3652, "10 years", "10年"),
        (45_000, "123 years", "123年"),
    ],
)
def test_a_length_of_time_is_told_in_the_largest_unit_that_fits(
    days: int, en: str, zh: str
) -> None:
    """Early is as long as late."""
    assert times.duration(days, "en") == times.duration(-days, "en") == en
    assert times.duration(days, "zh") == zh


@pytest.mark.parametrize(
    ("earliest", "latest", "en", "zh"),
    [
        (0, 0, "on time", "如期"),
        (1699, 1699, "4.7 years late", "推迟4.7年"),
        (1699, 1700, "4.7 years late", "推迟4.7年"),
        (1699, 2064, "between 4.7 and 5.7 years late", "推迟4.7至5.7年"),
        (20, 400, "between 20 days and 1.1 years late", "推迟20天至1.1年"),
        (0, 183, "up to 6 months late", "至多推迟6个月"),
        (-183, 0, "up to 6 months early", "至多提前6个月"),
        (-400, -183, "between 6 months and 1.1 years early", "提前6个月至1.1年"),
        (-183, 31, "between 6 months early and 1 month late", "提前6个月至推迟1个月"),
        (366, None, "at least 1 year late", "至少推迟1年"),
        (None, -16, "at least 16 days early", "至少提前16天"),
        (None, 16, None, None),
        (-16, None, None, None),
    ],
)
def test_a_slip_is_an_honest_interval(
    earliest: int | None, latest: int | None, en: str | None, zh: str | None
) -> None:
    """Both ends are told where they are told apart; what leaves everything open is not told."""
    assert times.slip_between(earliest, latest, "en") == en
    assert times.slip_between(earliest, latest, "zh") == zh


def test_numbers_up_to_ten_are_spelled_in_english() -> None:
    """Chinese has digits throughout, and none is a digit everywhere."""
    english = [times.spelled(number, "en") for number in (0, 1, 8, 10, 11)]
    assert english == ["0", "one", "eight", "ten", "11"]
    assert [times.spelled(number, "zh") for number in (0, 1, 8, 10, 11)] == [
        "0",
        "1",
        "8",
        "10",
        "11",
    ]
