"""The sentence of a record says what it is at the clocks, and what came of its promises."""

from __future__ import annotations

from typing import Any

import pytest

from events.dates import day, parse
from events.vocabulary import MILESTONES
from service.sentences.record import (
    Came,
    Discovery,
    Facility,
    Indicator,
    Observation,
    Policy,
    Promise,
    Reading,
    record_sentence,
)
from service.sentences.sentence import Name
from service.sentences.times import Lateness
from tests.service.sentences.telling import (
    END_OF_2013,
    END_OF_2016,
    END_OF_2024,
    JUNO,
    TODAY,
    told,
)

PLAN = Name("Plan {2012-2030} issued")


def facility(**known: Any) -> Facility:
    """JUNO at the end of 2024, of which nothing is known but what is said."""
    return Facility(
        **{"name": JUNO, "at": END_OF_2024, "stated": TODAY, "status": "operating", **known}
    )


def ladder(**known: Any) -> Promise:
    """The start of JUNO, promised for 2020 and in the end for August 2025."""
    given = {
        "milestone": "operation-started",
        "first": parse("2020"),
        "last": parse("2025-08"),
        "promises": 8,
        "outcome": "late",
        "horizon": TODAY,
    }
    return Promise(**{**given, **known})


def came(date: str, earliest: int | None, latest: int | None) -> Came:
    """What came of a promise, so many days after it."""
    return Came(parse(date), Lateness(earliest, latest))


@pytest.mark.parametrize(
    ("known", "en", "zh"),
    [
        (
            {"since": parse("2025-08-26")},
            "At the end of 2024 JUNO was operating, since 26 August 2025.",
            "2024年底，江门中微子实验运行中（自2025年8月26日起）。",
        ),
        (
            {"since": parse("2025-11?"), "status": "suspended"},
            "At the end of 2024 JUNO was suspended, since November 2025 (uncertain).",
            "2024年底，江门中微子实验已暂停运行（自2025年11月起，存疑）。",
        ),
        (
            {"status": None, "stated": END_OF_2016, "certainty": "last-known", "is_untold": True},
            "This chronicle holds nothing that had been said of JUNO by the end of 2016.",
            "截至2016年底，本编年史未收录任何有关江门中微子实验的说法。",
        ),
        (
            {"status": None},
            "At the end of 2024 nothing had come of JUNO yet.",
            "2024年底，江门中微子实验尚无进展。",
        ),
        (
            {
                "certainty": "possible",
                "alternatives": (None, "approved", "under-construction"),
            },
            (
                "At the end of 2024 JUNO may have been not yet begun, approved or under"
                " construction; the dates leave it open."
            ),
            "2024年底，江门中微子实验可能为尚未开始、已获批或在建：日期不够精确，无法断定。",
        ),
        (
            {
                "stated": END_OF_2016,
                "certainty": "last-known",
                "status": "under-construction",
                "since": parse("2015-01-10"),
                "expected": "operating",
            },
            (
                "Seen from the end of 2016, JUNO was under construction, since 10 January 2015;"
                " at the end of 2024 it would be operating."
            ),
            ("从2016年底来看，江门中微子实验在建（自2015年1月10日起）；预计2024年底运行中。"),
        ),
        (
            {
                "stated": END_OF_2016,
                "certainty": "last-known",
                "status": "under-construction",
                "since": parse("2015-01-10"),
                "expected": "operating",
                "ladder": Promise(
                    milestone="operation-started",
                    first=parse("2024"),
                    last=parse("2024"),
                    promises=1,
                    outcome="pending",
                ),
            },
            (
                "Seen from the end of 2016, JUNO was under construction, since 10 January 2015."
                " It is to begin to operate in 2024."
            ),
            "从2016年底来看，江门中微子实验在建（自2015年1月10日起）。预计于2024年投入运行。",
        ),
    ],
)
def test_the_status_of_a_facility(known: dict[str, Any], en: str, zh: str) -> None:
    """Certain, not begun, possible and last known are each told as what they are."""
    assert told(record_sentence(facility(**known))) == (en, zh)


@pytest.mark.parametrize(
    ("known", "en", "zh"),
    [
        (
            {"came": came("2025-08-26", 1699, 2064)},
            (
                "Promised for 2020, it began to operate on 26 August 2025: between 4.7 and 5.7"
                " years late, after eight dated promises."
            ),
            "承诺2020年投入运行，实际于2025年8月26日实现：推迟4.7至5.7年，先后给出过8个日期。",
        ),
        (
            {"promises": 1, "outcome": "kept", "came": came("2020-05", -244, 151)},
            "Promised for 2020, it began to operate in May 2020: on time.",
            "承诺2020年投入运行，实际于2020年5月实现：如期。",
        ),
        (
            {"promises": 1, "outcome": "early", "came": came("2019-12-16", -381, -16)},
            (
                "Promised for 2020, it began to operate on 16 December 2019: between 16 days and"
                " 1 year early."
            ),
            "承诺2020年投入运行，实际于2019年12月16日实现：提前16天至1年。",
        ),
        (
            {"promises": 1, "outcome": "late", "came": came("2022~", 1700, None)},
            "Promised for 2020, it began to operate c. 2022: at least 4.7 years late.",
            "承诺2020年投入运行，实际约2022年实现：至少推迟4.7年。",
        ),
        (
            {"promises": 3, "outcome": "overdue", "last": parse("2023")},
            (
                "Last promised for 2023, it had not begun to operate by 25 November 2026: 2.9 years"
                " overdue, after three dated promises."
            ),
            (
                "最近一次承诺2023年投入运行，至2026年11月25日仍未实现：已逾期2.9年，"
                "先后给出过3个日期。"
            ),
        ),
        (
            {"promises": 1, "outcome": "overdue", "last": parse("2026-11-09")},
            (
                "Promised for 9 November 2026, it had not begun to operate by 25 November 2026:"
                " 16 days overdue."
            ),
            "承诺2026年11月9日投入运行，至2026年11月25日仍未实现：已逾期16天。",
        ),
        (
            {"promises": 1, "outcome": "pending", "last": parse("2027-21")},
            "It is to begin to operate in spring 2027.",
            "预计于2027年春投入运行。",
        ),
        (
            {"promises": 12, "outcome": "pending", "last": parse("2027/..")},
            (
                "It is to begin to operate not before 2027, first promised for 2020, after 12 dated"
                " promises."
            ),
            "预计不早于2027年投入运行；最初承诺2020年，先后给出过12个日期。",
        ),
        (
            {"promises": 1, "outcome": "dropped"},
            "It was to begin to operate in 2020; the plan was given up.",
            "原定于2020年投入运行，后来放弃。",
        ),
        (
            {"promises": 2, "outcome": "replaced", "first": parse("../2016")},
            (
                "It was to begin to operate by 2016; another plan took its place after two dated"
                " promises."
            ),
            "原定不晚于2016年投入运行；先后给出过2个日期，后由另一计划取代。",
        ),
    ],
)
def test_what_came_of_a_promise(known: dict[str, Any], en: str, zh: str) -> None:
    """Each outcome has its words; lateness is the interval that the slips tell."""
    first = "At the end of 2024 JUNO was operating. ", "2024年底，江门中微子实验运行中。"
    sentence = told(record_sentence(facility(ladder=ladder(**known))))
    assert sentence == (first[0] + en, first[1] + zh)


@pytest.mark.parametrize("milestone", MILESTONES)
@pytest.mark.parametrize("outcome", ["late", "pending", "overdue"])
def test_every_milestone_can_be_promised(milestone: str, outcome: str) -> None:
    """No milestone lacks its words."""
    kept = came("2025-08-26", 1699, 2064) if outcome == "late" else None
    promised = ladder(milestone=milestone, outcome=outcome, came=kept)
    told(record_sentence(facility(ladder=promised)))


@pytest.mark.parametrize(
    ("overdue", "en", "zh"),
    [
        (0, "", ""),
        (1, " 1 promise was overdue.", "有1项承诺逾期。"),
        (5, " 5 promises were overdue.", "有5项承诺逾期。"),
    ],
)
def test_promises_that_are_overdue_are_counted(overdue: int, en: str, zh: str) -> None:
    """None are not mentioned."""
    sentence = told(record_sentence(facility(overdue=overdue)))
    assert sentence.en == f"At the end of 2024 JUNO was operating.{en}"
    assert sentence.zh == f"2024年底，江门中微子实验运行中。{zh}"


@pytest.mark.parametrize(
    ("overdue", "en", "zh"),
    [
        (1, " 1 other promise was overdue.", "另有1项承诺逾期。"),
        (2, " 2 other promises were overdue.", "另有2项承诺逾期。"),
    ],
)
def test_the_promise_of_the_ladder_is_not_counted_twice(overdue: int, en: str, zh: str) -> None:
    """Beside an overdue ladder, the others are others."""
    sentence = told(record_sentence(facility(overdue=overdue, ladder=ladder(outcome="overdue"))))
    assert sentence.en.endswith(f"promises.{en}")
    assert sentence.zh.endswith(f"日期。{zh}")


@pytest.mark.parametrize(
    ("holds", "until", "en", "zh"),
    [
        (
            "yes",
            "2030",
            (
                "In force at the end of 2013: “Plan {2012-2030} issued”, from 23 February 2013 to"
                " 2030."
            ),
            "2013年底有效：“Plan {2012-2030} issued”，自2013年2月23日至2030年。",
        ),
        (
            "yes",
            None,
            (
                "In force at the end of 2013: “Plan {2012-2030} issued”, since 23 February 2013,"
                " with no end known."
            ),
            "2013年底有效：“Plan {2012-2030} issued”，自2013年2月23日起，终止日期未知。",
        ),
        (
            "not-yet",
            None,
            (
                "Not yet in force at the end of 2013: “Plan {2012-2030} issued”, to hold from 23"
                " February 2013."
            ),
            "2013年底尚未生效：“Plan {2012-2030} issued”，将自2013年2月23日起实行。",
        ),
        (
            "never",
            None,
            (
                "Not in force at the end of 2013: “Plan {2012-2030} issued”, decided on 23 February"
                " 2013."
            ),
            "2013年底并未生效：“Plan {2012-2030} issued”，于2013年2月23日作出决定。",
        ),
        (
            "no-longer",
            "2013-06",
            (
                "No longer in force at the end of 2013: “Plan {2012-2030} issued”, from 23 February"
                " 2013 to June 2013."
            ),
            "2013年底已失效：“Plan {2012-2030} issued”，自2013年2月23日至2013年6月。",
        ),
        (
            "no-longer",
            None,
            (
                "No longer in force at the end of 2013: “Plan {2012-2030} issued”, from 23 February"
                " 2013."
            ),
            "2013年底已失效：“Plan {2012-2030} issued”，自2013年2月23日起。",
        ),
    ],
)
def test_a_policy(holds: Any, until: str | None, en: str, zh: str) -> None:
    """Whether it holds is said first; an end that is not known is said to be so."""
    policy = Policy(
        title=PLAN,
        at=END_OF_2013,
        start=parse("2013-02-23"),
        until=None if until is None else parse(until),
        holds=holds,
    )
    assert told(record_sentence(policy)) == (en, zh)


@pytest.mark.parametrize(
    ("reading", "en", "zh"),
    [
        (Reading(2.69, "percent", parse("2012")), "2.69% (2012)", "2.69%（2012年）"),
        (Reading(15, "beamlines", parse("2012")), "15 beamlines (2012)", "15条线站（2012年）"),
        (
            Reading(1.5e9, "CNY", parse("2012-05")),
            "1.5 billion Chinese yuan (May 2012)",
            "15亿人民币（2012年5月）",
        ),
    ],
)
def test_an_indicator(reading: Reading, en: str, zh: str) -> None:
    """A value has its unit, and money is counted as each language counts."""
    indicator = Indicator(title=Name("Share"), at=END_OF_2013, reading=reading)
    assert told(record_sentence(indicator)) == (
        f"At the end of 2013, “Share”: {en}.",
        f"2013年底，“Share”：{zh}。",
    )


def test_an_indicator_beside_its_reading_before() -> None:
    """The reading before is told where there is one; no reading is told as none."""
    title = Name("Share")
    now, before = Reading(2.1, "percent", parse("2012")), Reading(2, "percent", parse("2011"))
    moved = Indicator(title=title, at=END_OF_2013, reading=now, previous=before)
    assert told(record_sentence(moved)) == (
        "At the end of 2013, “Share”: 2.1% (2012), after 2% (2011).",
        "2013年底，“Share”：2.1%（2012年），此前为2%（2011年）。",
    )
    assert told(record_sentence(Indicator(title=title, at=END_OF_2013, reading=None))) == (
        "At the end of 2013 there was no reading of “Share” yet.",
        "2013年底，“Share”尚无读数。",
    )


def test_a_discovery() -> None:
    """Where it was made is told where that is known, and that it is disputed."""
    title = Name("Mass of the tau lepton")
    assert told(record_sentence(Discovery(title=title, date=parse("1992"), facility=JUNO))) == (
        "A discovery, made in 1992 at JUNO: Mass of the tau lepton.",
        "一项发现，于1992年作出，出自江门中微子实验：Mass of the tau lepton。",
    )
    found = Discovery(title=title, date=parse("1992-03-04/1992-05-06"), disputed=True)
    assert told(record_sentence(found)) == (
        "A disputed discovery, made between 4 March and 6 May 1992: Mass of the tau lepton.",
        "一项有争议的发现，1992年3月4日至5月6日之间作出：Mass of the tau lepton。",
    )


def test_an_observation() -> None:
    """Who said it is told where that is known."""
    title, date = Name("Among the top ten"), parse("2014-05-06")
    assert told(record_sentence(Observation(title=title, date=date, said_by="{APS}"))) == (
        "An observation by {APS}, made on 6 May 2014: Among the top ten.",
        "{APS}的一则评述，于2014年5月6日作出：Among the top ten。",
    )
    assert told(record_sentence(Observation(title=title, date=date))) == (
        "An observation, made on 6 May 2014: Among the top ten.",
        "一则评述，于2014年5月6日作出：Among the top ten。",
    )


def test_dates_and_slips_are_figures() -> None:
    """What a page sets in bold is marked: the promise, what came, how late, how often promised."""
    sentence = record_sentence(
        facility(at=day(2025, 12, 31), ladder=ladder(came=came("2025-08-26", 1699, 2064)))
    )
    figures = [figure["text"] for figure in sentence.members()["figures"]["en"]]
    assert figures == ["JUNO", "2020", "26 August 2025", "between 4.7 and 5.7 years late", "eight"]
