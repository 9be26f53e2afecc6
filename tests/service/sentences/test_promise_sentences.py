"""The sentences of slips and of what is overdue say how many, how late, and who is the latest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from events.dates import parse_iso
from projections.kinds.ladders import Outcome
from service.sentences.sentence import Sentence
from service.sentences.slips import About, Longest, Worst, overdue_sentence, slips_sentence
from service.sentences.times import Lateness
from tests.service.sentences.telling import END_OF_2013, JUNO, TODAY, linked, told

WORST = Worst(JUNO, Lateness(1699, 2064))
LONGEST = Longest(JUNO, 1699)


@pytest.mark.parametrize(
    ("outcomes", "en", "zh"),
    [
        ({}, "The chronicle holds no promise.", "本编年史未收录承诺。"),
        ({"kept": 0}, "The chronicle holds no promise.", "本编年史未收录承诺。"),
        ({"late": 1}, "1 step was promised: 1 late.", "共有1项承诺：推迟1项。"),
        (
            {"late": 1, "kept": 1},
            "2 steps were promised: 1 kept and 1 late.",
            "共有2项承诺：如期1项、推迟1项。",
        ),
        (
            {"late": 1, "kept": 1, "dropped": 2},
            "4 steps were promised: 1 kept, 1 late and 2 given up.",
            "共有4项承诺：如期1项、推迟1项、放弃2项。",
        ),
        (
            {"replaced": 2, "overdue": 3},
            "5 steps were promised: 2 replaced and 3 overdue.",
            "共有5项承诺：被取代2项、逾期3项。",
        ),
        (
            {"overdue": 4, "pending": 1200, "early": 2, "late": 20},
            "1,226 steps were promised: 20 late, 2 early, 1,200 still to come and 4 overdue.",
            "共有1,226项承诺：推迟20项、提前2项、尚未到期1,200项、逾期4项。",
        ),
    ],
)
def test_promises_are_counted_by_outcome(outcomes: Mapping[Outcome, int], en: str, zh: str) -> None:
    """Only outcomes that there are, in their order."""
    assert told(slips_sentence(outcomes=outcomes)) == (en, zh)


@pytest.mark.parametrize(
    ("median", "came", "of", "en", "zh"),
    [
        (None, 0, 0, "", ""),
        (
            (1699, 2064),
            1,
            1,
            " The one that came was between 4.7 and 5.7 years late.",
            "其中已实现的一项：推迟4.7至5.7年。",
        ),
        ((-30, 300), 1, 1, " The one that came was on time.", "其中已实现的一项：如期。"),
        (
            (20, None),
            1,
            0,
            " The one that came was at least 20 days late.",
            "其中已实现的一项：至少推迟20天。",
        ),
        (None, 2, 0, "", ""),
        (
            (31, 31),
            2,
            2,
            (
                " The median of the 2 that came is 1 month late. The latest of those that came:"
                " JUNO, between 4.7 and 5.7 years late."
            ),
            (
                "其中已实现的2项，中位数为推迟1个月。推迟最久的已实现项目是江门中微子实验：推迟4.7至5.7年。"
            ),
        ),
        (
            (-150.5, 30.0),
            4,
            4,
            (
                " The median of the 4 that came is between 5 months early and 30 days late."
                " The latest of those that came: JUNO, between 4.7 and 5.7 years late."
            ),
            (
                "其中已实现的4项，中位数为提前5个月至推迟30天。"
                "推迟最久的已实现项目是江门中微子实验：推迟4.7至5.7年。"
            ),
        ),
        (
            (-16, -16),
            54,
            52,
            (
                " Of the 54 that came, 52 can be measured; their median is 16 days early."
                " The latest of those that came: JUNO, between 4.7 and 5.7 years late."
            ),
            (
                "其中已实现54项，可计算的52项的中位数为提前16天。"
                "推迟最久的已实现项目是江门中微子实验：推迟4.7至5.7年。"
            ),
        ),
        (
            (1699, 2064),
            3,
            1,
            (
                " Of the 3 that came, 1 can be measured: it was between 4.7 and 5.7 years late."
                " The latest of those that came: JUNO, between 4.7 and 5.7 years late."
            ),
            (
                "其中已实现3项，可计算的1项：推迟4.7至5.7年。"
                "推迟最久的已实现项目是江门中微子实验：推迟4.7至5.7年。"
            ),
        ),
    ],
)
def test_a_median_is_an_interval_and_says_of_how_many_it_is(
    median: tuple[float | None, float | None] | None, came: int, of: int, en: str, zh: str
) -> None:
    """Of one there is none; one whose slip is open came, and is not measured."""
    sentence = slips_sentence(
        outcomes={"late": came, "dropped": 99 - came},
        median=None if median is None else Lateness(*median),
        of=of,
        worst=WORST if of else None,
    )
    kept = f"{came} late and " if came else "", f"推迟{came}项、" if came else ""
    assert told(sentence) == (
        f"99 steps were promised: {kept[0]}{99 - came} given up.{en}",
        f"共有99项承诺：{kept[1]}放弃{99 - came}项。{zh}",
    )


@pytest.mark.parametrize("slip", [Lateness(0, 300), Lateness(None, 20), Lateness(-9, -2)])
def test_one_that_is_not_late_is_not_the_farthest_behind(slip: Lateness) -> None:
    """Where all came in time, nobody is blamed."""
    sentence = slips_sentence(
        outcomes={"kept": 2}, median=Lateness(0, 0), of=2, worst=Worst(JUNO, slip)
    )
    assert (
        told(sentence).en
        == "2 steps were promised: 2 kept. The median of the 2 that came is on time."
    )


@pytest.mark.parametrize(
    ("about", "en", "zh"),
    [
        (
            {"countries": ("US",)},
            "In the United States, the chronicle holds no promise.",
            "美国本编年史未收录承诺。",
        ),
        (
            {"countries": ("CN", "JP"), "regions": ("europe",)},
            "In China, Japan and Europe, the chronicle holds no promise.",
            "中国、日本和欧洲本编年史未收录承诺。",
        ),
        (
            {"countries": ("AR", "AU", "BR", "CA", "CL"), "regions": ("caribbean",)},
            "In 5 countries and the Caribbean, the chronicle holds no promise.",
            "5个国家和加勒比本编年史未收录承诺。",
        ),
        (
            {"field": "space"},
            "In space science, the chronicle holds no promise.",
            "空间科学领域本编年史未收录承诺。",
        ),
        (
            {"countries": ("CN",), "field": "space"},
            "In space science in China, the chronicle holds no promise.",
            "中国空间科学领域本编年史未收录承诺。",
        ),
        (
            {"operator": "{IHEP}"},
            "At facilities of {IHEP}, the chronicle holds no promise.",
            "{IHEP}的装置本编年史未收录承诺。",
        ),
        (
            {"countries": ("CN",), "operator": "NAOC"},
            "In China, at facilities of NAOC, the chronicle holds no promise.",
            "中国NAOC的装置本编年史未收录承诺。",
        ),
        (
            {"countries": ("CN",), "came_by": parse_iso("1950-12-31")},
            "In China, of what had come by the end of 1950, the chronicle holds no promise.",
            "中国在1950年底之前已有结果的承诺中，本编年史未收录承诺。",
        ),
    ],
)
def test_the_part_of_the_world_is_named(about: dict[str, Any], en: str, zh: str) -> None:
    """What a filter leaves out is not said to be nothing."""
    assert told(slips_sentence(outcomes={}, about=About(**about))) == (en, zh)


@pytest.mark.parametrize(
    ("only", "number", "en", "zh"),
    [
        ("overdue", 0, "no promise is overdue.", "中国没有逾期的承诺。"),
        ("dropped", 1, "1 promise was given up.", "中国有1项被放弃的承诺。"),
        ("dropped", 2, "2 promises were given up.", "中国有2项被放弃的承诺。"),
        ("kept", 5, "5 promises were kept.", "中国有5项如期实现的承诺。"),
        ("late", 5, "5 promises came late.", "中国有5项推迟实现的承诺。"),
        ("early", 5, "5 promises came early.", "中国有5项提前实现的承诺。"),
        ("replaced", 5, "5 promises were replaced.", "中国有5项被取代的承诺。"),
        ("pending", 1500, "1,500 promises are still to come.", "中国有1,500项尚未到期的承诺。"),
    ],
)
def test_one_outcome_alone_is_told_as_such(only: Outcome, number: int, en: str, zh: str) -> None:
    """A filter on the outcome does not make it all that was promised."""
    sentence = slips_sentence(outcomes={only: number}, only=[only], about=About(countries=("CN",)))
    assert told(sentence) == (f"In China, {en}", zh)


@pytest.mark.parametrize(
    ("outcomes", "en", "zh"),
    [
        ({"late": 28, "overdue": 11}, "39 promises came to this: 28 late and 11 overdue.",
         "有39项这样的承诺：推迟28项、逾期11项。"),
        ({}, "No promise came to this.", "没有这样的承诺。"),
    ],
)  # fmt: skip
def test_several_outcomes_are_told_each(outcomes: Mapping[Outcome, int], en: str, zh: str) -> None:
    """They are not all that was promised."""
    assert told(slips_sentence(outcomes=outcomes, only=["late", "overdue"])) == (en, zh)


@pytest.mark.parametrize(
    ("number", "en", "zh"),
    [
        (0, "No promise was overdue at the end of 2013.", "截至2013年底，没有逾期的承诺。"),
        (
            1,
            "1 promise was overdue at the end of 2013: JUNO, by 4.7 years.",
            "截至2013年底，有1项承诺逾期：江门中微子实验，逾期4.7年。",
        ),
        (
            2,
            "2 promises were overdue at the end of 2013, the longest JUNO, by 4.7 years.",
            "截至2013年底，有2项承诺逾期，最久的是江门中微子实验，逾期4.7年。",
        ),
        (
            1500,
            "1,500 promises were overdue at the end of 2013, the longest JUNO, by 4.7 years.",
            "截至2013年底，有1,500项承诺逾期，最久的是江门中微子实验，逾期4.7年。",
        ),
    ],
)
def test_what_is_overdue_is_counted_and_the_longest_named(number: int, en: str, zh: str) -> None:
    """None, one and many read right."""
    longest = LONGEST if number else None
    assert told(overdue(number, longest=longest)) == (en, zh)


@pytest.mark.parametrize(
    ("number", "en", "zh"),
    [
        (0, "none was overdue at the end of 2013.", "2013年底没有一项逾期。"),
        (
            1,
            "1 was overdue at the end of 2013: JUNO, by 4.7 years.",
            "2013年底有1项已逾期：江门中微子实验，逾期4.7年。",
        ),
        (
            4,
            "4 were overdue at the end of 2013, the longest JUNO, by 4.7 years.",
            "2013年底有4项已逾期，最久的是江门中微子实验，逾期4.7年。",
        ),
    ],
)
def test_an_earlier_day_is_told_of_what_is_still_open(number: int, en: str, zh: str) -> None:
    """What was answered between that day and the horizon was overdue then, and is not counted."""
    longest = LONGEST if number else None
    assert told(overdue(number, longest=longest, stated=TODAY, about=About(countries=("CN",)))) == (
        f"In China, of the promises still open on 25 November 2026, {en}",
        f"截至2026年11月25日中国尚未了结的承诺中，{zh}",
    )


@pytest.mark.parametrize(
    ("number", "en", "zh"),
    [
        (
            1,
            "1 promise was overdue at the end of 2013: JUNO, since that day.",
            "截至2013年底，有1项承诺逾期：江门中微子实验，自当日起。",
        ),
        (
            3,
            "3 promises were overdue at the end of 2013, the longest JUNO, since that day.",
            "截至2013年底，有3项承诺逾期，最久的是江门中微子实验，自当日起。",
        ),
    ],
)
def test_what_fell_due_that_day_is_not_overdue_by_no_days(number: int, en: str, zh: str) -> None:
    """Nothing is late by 0 days."""
    assert told(overdue(number, longest=Longest(JUNO, 0))) == (en, zh)


def test_what_is_overdue_may_have_no_longest() -> None:
    """A page of a list may not know it."""
    sentence = overdue(5, about=About(countries=("CN",)), href="/v1/overdue?x")
    assert told(sentence) == (
        "In China, 5 promises were overdue at the end of 2013.",
        "截至2013年底，中国有5项承诺逾期。",
    )
    assert linked(sentence, "en") == {"5": "/v1/overdue?x"}


def overdue(number: int, **known: Any) -> Sentence:
    """What is overdue at the end of 2013, by what had been said then."""
    return overdue_sentence(
        **{"at": END_OF_2013, "stated": END_OF_2013, "overdue": number, **known}
    )
