"""The sentences of slips and of what is overdue say how many, how late, and who is the latest."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from projections.ladders import Outcome
from service.sentences.slips import Worst, overdue_sentence, slips_sentence
from tests.service.sentences.telling import END_OF_2013, JUNO, linked, told

WORST = Worst(JUNO, 1699)


@pytest.mark.parametrize(
    ("outcomes", "en", "zh"),
    [
        ({}, "Nothing was promised.", "没有任何承诺。"),
        ({"kept": 0}, "Nothing was promised.", "没有任何承诺。"),
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
    ("days", "of", "en", "zh"),
    [
        (None, 0, "", ""),
        (
            1699,
            1,
            " The one that came was 4.7 years late.",
            "其中已实现的一项为推迟4.7年。",
        ),
        (
            31,
            2,
            (
                " The median of the 2 that came is 1 month late. The farthest behind: JUNO,"
                " 4.7 years late."
            ),
            "其中已实现的2项，中位数为推迟1个月。落后最多的是江门中微子实验：推迟4.7年。",
        ),
        (
            -0.5,
            4,
            " The median of the 4 that came is on time. The farthest behind: JUNO, 4.7 years late.",
            "其中已实现的4项，中位数为如期。落后最多的是江门中微子实验：推迟4.7年。",
        ),
        (
            -16,
            52,
            (
                " The median of the 52 that came is 16 days early. The farthest behind: JUNO,"
                " 4.7 years late."
            ),
            "其中已实现的52项，中位数为提前16天。落后最多的是江门中微子实验：推迟4.7年。",
        ),
    ],
)
def test_a_median_says_of_how_many_it_is(days: float | None, of: int, en: str, zh: str) -> None:
    """Of one, there is no median; the latest is told beside others only."""
    worst = WORST if of else None
    sentence = slips_sentence(outcomes={"kept": 99}, median_days=days, median_of=of, worst=worst)
    assert told(sentence) == (
        f"99 steps were promised: 99 kept.{en}",
        f"共有99项承诺：如期99项。{zh}",
    )


def test_one_that_is_not_late_is_not_the_farthest_behind() -> None:
    """Where all came in time, nobody is blamed."""
    sentence = slips_sentence(
        outcomes={"kept": 2}, median_days=0, median_of=2, worst=Worst(JUNO, 0)
    )
    assert (
        told(sentence).en
        == "2 steps were promised: 2 kept. The median of the 2 that came is on time."
    )


@pytest.mark.parametrize(
    ("country", "field", "en", "zh"),
    [
        ("US", None, "In the United States, nothing was promised.", "美国没有任何承诺。"),
        (None, "space", "In space science, nothing was promised.", "空间科学领域没有任何承诺。"),
        (
            "CN",
            "space",
            "In space science in China, nothing was promised.",
            "中国空间科学领域没有任何承诺。",
        ),
    ],
)
def test_the_part_of_the_world_is_named(
    country: str | None, field: str | None, en: str, zh: str
) -> None:
    """What a filter leaves out is not said to be nothing."""
    assert told(slips_sentence(outcomes={}, country=country, field=field)) == (en, zh)


@pytest.mark.parametrize(
    ("number", "en", "zh"),
    [
        (0, "No promise was overdue at the end of 2013.", "2013年底没有逾期的承诺。"),
        (
            1,
            "1 promise was overdue at the end of 2013: JUNO, by 4.7 years.",
            "2013年底有1项承诺逾期：江门中微子实验，逾期4.7年。",
        ),
        (
            2,
            "2 promises were overdue at the end of 2013, the longest JUNO, by 4.7 years.",
            "2013年底有2项承诺逾期，最久的是江门中微子实验，逾期4.7年。",
        ),
        (
            1500,
            "1,500 promises were overdue at the end of 2013, the longest JUNO, by 4.7 years.",
            "2013年底有1,500项承诺逾期，最久的是江门中微子实验，逾期4.7年。",
        ),
    ],
)
def test_what_is_overdue_is_counted_and_the_longest_named(number: int, en: str, zh: str) -> None:
    """None, one and many read right."""
    assert told(overdue_sentence(at=END_OF_2013, overdue=number, longest=WORST)) == (en, zh)


def test_what_is_overdue_may_have_no_longest() -> None:
    """A page of a list may not know it."""
    sentence = overdue_sentence(at=END_OF_2013, overdue=5, country="CN", href="/v1/overdue?x")
    assert told(sentence) == (
        "In China, 5 promises were overdue at the end of 2013.",
        "中国2013年底有5项承诺逾期。",
    )
    assert linked(sentence, "en") == {"5": "/v1/overdue?x"}
