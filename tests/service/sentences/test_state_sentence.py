"""The sentence of a state says what ran, what came and went, and what was found."""

from __future__ import annotations

from typing import Any

import pytest

from events.dates import day, parse_period
from service.sentences.sentence import Name
from service.sentences.state import state_sentence
from service.words.places import WORLD, Place
from tests.service.sentences.telling import (
    END_OF_2013,
    END_OF_2016,
    END_OF_2024,
    JUNO,
    NAMES,
    TODAY,
    linked,
    told,
)

CHINA: dict[str, Any] = {
    "at": END_OF_2013,
    "stated": TODAY,
    "beyond": False,
    "place": Place(("CN",)),
    "field": None,
}
BEYOND = {**CHINA, "at": END_OF_2024, "stated": END_OF_2016, "beyond": True}


@pytest.mark.parametrize(
    ("running", "building", "en", "zh"),
    [
        (
            0,
            0,
            (
                "At the end of 2013 the chronicle counted no big-science facilities running in"
                " China and none being built or tested."
            ),
            "2013年底，本编年史未记有中国在运行的大科学装置，也未记有在建或调试的。",
        ),
        (
            0,
            2,
            (
                "At the end of 2013 the chronicle counted no big-science facilities running in"
                " China and 2 being built or tested."
            ),
            "2013年底，本编年史未记有中国在运行的大科学装置，在建或调试的有2座。",
        ),
        (
            1,
            0,
            "At the end of 2013 China ran 1 big-science facility and was building or testing none.",
            "2013年底，中国有1座大科学装置在运行，没有在建或调试的。",
        ),
        (
            2,
            1,
            "At the end of 2013 China ran 2 big-science facilities and was building or testing 1.",
            "2013年底，中国有2座大科学装置在运行，另有1座在建或调试。",
        ),
        (
            4,
            5,
            "At the end of 2013 China ran 4 big-science facilities and was building or testing 5.",
            "2013年底，中国有4座大科学装置在运行，另有5座在建或调试。",
        ),
        (
            1234,
            26,
            (
                "At the end of 2013 China ran 1,234 big-science facilities and was building or"
                " testing 26."
            ),
            "2013年底，中国有1,234座大科学装置在运行，另有26座在建或调试。",
        ),
    ],
)
def test_counts_read_right(running: int, building: int, en: str, zh: str) -> None:
    """None, one and many are each said as people say them, in both languages."""
    sentence = state_sentence(**CHINA, totals={"operating": running, "completed": building})
    assert told(sentence) == (en, zh)


def test_what_is_built_and_tested_is_counted_together() -> None:
    """Under construction, completed and commissioning are one figure; proposals are not in it."""
    totals = {
        "proposed": 7,
        "under-construction": 3,
        "completed": 1,
        "commissioning": 2,
        "operating": 26,
    }
    assert "building or testing 6." in told(state_sentence(**CHINA, totals=totals)).en


@pytest.mark.parametrize(
    ("bounds", "en", "zh"),
    [
        ((3, 5), "ran between 3 and 5 big-science facilities", "有3至5座大科学装置在运行"),
        ((0, 1), "ran up to 1 big-science facility", "有至多1座大科学装置在运行"),
        ((4, 4), "ran 4 big-science facilities", "有4座大科学装置在运行"),
    ],
)
def test_what_the_dates_leave_open_is_told_as_a_range(
    bounds: tuple[int, int], en: str, zh: str
) -> None:
    """The least and the most that can have been, as one figure."""
    sentence = state_sentence(
        **{**CHINA, "at": day(1976, 6, 15)},
        totals={"operating": 4},
        ranges={"operating": bounds},
    )
    assert told(sentence) == (
        f"On 15 June 1976 China {en} and was building or testing none.",
        f"1976年6月15日，中国{zh}，没有在建或调试的。",
    )


def test_bounds_of_what_is_built_may_be_given() -> None:
    """Who knows how many were in either of two statuses says so; else bounds are added up."""
    ranges = {"under-construction": (1, 2), "completed": (0, 1)}
    totals = {"under-construction": 2}
    added = state_sentence(**CHINA, totals=totals, ranges=ranges)
    given = state_sentence(**CHINA, totals=totals, ranges=ranges, building=2)
    assert "between 1 and 3 being built or tested." in told(added).en
    assert "2 being built or tested." in told(given).en


def test_a_year_with_turns_and_discoveries() -> None:
    """What came and went is one sentence, what was found another; an empty list says nothing."""
    sentence = state_sentence(
        **CHINA,
        totals={"operating": 26, "completed": 6},
        begun={
            "operating": NAMES[:1] + NAMES[3:4],
            "approved": [JUNO],
            "decommissioned": NAMES[2:3],
            "suspended": NAMES[4:6],
            "cancelled": NAMES[6:7],
        },
        discoveries=[Name("Zc(3900), a four-quark state, published by BESIII")],
    )
    assert told(sentence) == (
        (
            "At the end of 2013 China ran 26 big-science facilities and was building or testing 6."
            " Tianhe-2 and LHAASO started; JUNO was approved; ARGO-YBJ was closed;"
            " EAST and FAST were suspended; SMILE was cancelled."
            " Found that year: Zc(3900), a four-quark state, published by BESIII."
        ),
        (
            "2013年底，中国有26座大科学装置在运行，另有6座在建或调试。"
            "天河二号和高海拔宇宙线观测站投入运行；江门中微子实验获批；ARGO-YBJ退役；"
            "东方超环和中国天眼暂停运行；SMILE取消。"
            "当年的发现：Zc(3900), a four-quark state, published by BESIII。"
        ),
    )


@pytest.mark.parametrize(
    ("number", "en", "zh"),
    [
        (1, "Tianhe-2 was approved.", "天河二号获批。"),
        (2, "Tianhe-2 and JUNO were approved.", "天河二号和江门中微子实验获批。"),
        (
            4,
            "Tianhe-2, JUNO, ARGO-YBJ and LHAASO were approved.",
            "天河二号、江门中微子实验、ARGO-YBJ和高海拔宇宙线观测站获批。",
        ),
        (
            5,
            "Tianhe-2, JUNO, ARGO-YBJ, LHAASO and 1 more were approved.",
            "天河二号、江门中微子实验、ARGO-YBJ、高海拔宇宙线观测站等5座获批。",
        ),
        (
            7,
            "Tianhe-2, JUNO, ARGO-YBJ, LHAASO and 3 more were approved.",
            "天河二号、江门中微子实验、ARGO-YBJ、高海拔宇宙线观测站等7座获批。",
        ),
    ],
)
def test_at_most_four_are_named(number: int, en: str, zh: str) -> None:
    """Of five or more, four are named; English counts those left out, Chinese all of them."""
    sentence = told(state_sentence(**CHINA, totals={}, begun={"approved": NAMES[:number]}))
    assert sentence.en.endswith(f"none being built or tested. {en}")
    assert sentence.zh.endswith(f"的。{zh}")


@pytest.mark.parametrize(
    ("number", "en", "zh"),
    [
        (1, "Found that year: T1.", "当年的发现：T1。"),
        (4, "Found that year: T1; T2; T3; T4.", "当年的发现：T1；T2；T3；T4。"),
        (5, "Found that year: T1; T2; T3; T4; and 1 more.", "当年的发现：T1；T2；T3；T4等5项。"),
    ],
)
def test_at_most_four_discoveries_are_named(number: int, en: str, zh: str) -> None:
    """Titles are told apart by semicolons, for they have commas."""
    titles = [Name(f"T{index}") for index in range(1, number + 1)]
    sentence = told(state_sentence(**CHINA, totals={}, discoveries=titles))
    assert sentence.en.endswith(en)
    assert sentence.zh.endswith(zh)


def test_beyond_the_horizon_it_is_told_as_seen_from_there() -> None:
    """What is only expected is told in the conditional, with the day of the sources."""
    sentence = state_sentence(
        **BEYOND, totals={"operating": 37, "under-construction": 7}, begun={"operating": [JUNO]}
    )
    assert told(sentence) == (
        (
            "Seen from the end of 2016, China would run 37 big-science facilities at the end of"
            " 2024 and be building or testing 7. JUNO would start."
        ),
        (
            "从2016年底来看，2024年底中国将有37座大科学装置在运行，另有7座在建或调试。"
            "江门中微子实验将投入运行。"
        ),
    )


@pytest.mark.parametrize(
    ("period", "en", "zh"),
    [
        ("2013", "In 2013 China ran", "2013年内，中国有"),
        ("2013-05", "In May 2013 China ran", "2013年5月内，中国有"),
        ("2013-05-06", "On 6 May 2013 China ran", "2013年5月6日，中国有"),
    ],
)
def test_a_period_is_told_as_such(period: str, en: str, zh: str) -> None:
    """A question about a period is not answered as of its last day."""
    read = parse_period(period)
    sentence = told(
        state_sentence(**{**CHINA, "at": read.last}, period=read, totals={"operating": 2})
    )
    assert sentence.en.startswith(en)
    assert sentence.zh.startswith(zh)


def test_a_country_with_an_article_and_a_field() -> None:
    """The part of the world that was asked for is named as each language names it."""
    about = {**CHINA, "place": Place(("US",)), "field": "particle-physics"}
    assert told(state_sentence(**about, totals={"operating": 1})) == (
        (
            "At the end of 2013 the United States ran 1 big-science facility in particle physics"
            " and was building or testing none."
        ),
        "2013年底，美国有1座粒子物理领域的大科学装置在运行，没有在建或调试的。",
    )


def test_several_countries_and_regions_are_named_up_to_four() -> None:
    """Of more it is said how many they are; English has them in the plural."""

    def said(*countries: str, regions: tuple[str, ...] = ()) -> tuple[str, str]:
        about = {**CHINA, "place": Place(countries, regions)}
        return told(state_sentence(**about, totals={"operating": 2}))

    end = "ran 2 big-science facilities and were building or testing none."
    in_chinese = "有2座大科学装置在运行，没有在建或调试的。"
    assert said("JP", "CN") == (
        f"At the end of 2013 China and Japan {end}",
        f"2013年底，中国和日本{in_chinese}",
    )
    assert said("CN", "JP", "US", regions=("europe",)) == (
        f"At the end of 2013 China, Japan, the United States and Europe {end}",
        f"2013年底，中国、日本、美国和欧洲{in_chinese}",
    )
    assert said("AR", "BR", "CL", "CN", "IL", "IN", "JP", "KR", "PK", "TR", "US", "ZA") == (
        f"At the end of 2013 12 countries {end}",
        f"2013年底，12个国家{in_chinese}",
    )
    assert said(regions=("europe",))[0].endswith(
        "Europe ran 2 big-science facilities and was building or testing none."
    )
    every = ("africa", "americas", "asia", "europe", "oceania")
    assert said(regions=every)[0] == f"At the end of 2013 5 regions {end}"


def test_without_a_country_the_chronicle_is_what_counts() -> None:
    """A chronicle does not hold the whole world, and does not say so."""
    about = {**CHINA, "place": WORLD}
    assert told(state_sentence(**about, totals={"operating": 4, "completed": 2})) == (
        (
            "At the end of 2013 the chronicle counted 4 big-science facilities running and 2 being"
            " built or tested."
        ),
        "2013年底，本编年史记有4座大科学装置在运行，另有2座在建或调试。",
    )


@pytest.mark.parametrize(
    ("number", "en", "zh"),
    [
        (
            0,
            "the chronicle counted no big-science facilities under construction in China.",
            "本编年史未记有中国处于“在建”状态的大科学装置。",
        ),
        (
            1,
            "China had 1 big-science facility under construction.",
            "中国有1座大科学装置处于“在建”状态。",
        ),
        (
            5,
            "China had 5 big-science facilities under construction.",
            "中国有5座大科学装置处于“在建”状态。",
        ),
    ],
)
def test_a_question_about_one_status_is_told_about_that_alone(
    number: int, en: str, zh: str
) -> None:
    """What a filter leaves out is not said to be none."""
    sentence = state_sentence(
        **CHINA, statuses=["under-construction"], totals={"under-construction": number}
    )
    assert told(sentence) == (f"At the end of 2013 {en}", f"2013年底，{zh}")


def test_numbers_and_names_lead_where_they_are_told_to() -> None:
    """A page links a figure by its `href`; the same paths are in both languages."""
    sentence = state_sentence(
        **CHINA,
        totals={"operating": 26, "completed": 6},
        begun={"operating": NAMES[:2]},
        links={"running": "/v1/state?a", "building": "/v1/state?b"},
    )
    assert linked(sentence, "en") == {
        "26": "/v1/state?a",
        "6": "/v1/state?b",
        "JUNO": "/v1/records/juno",
    }
    assert list(linked(sentence, "zh")) == ["26", "6", "江门中微子实验"]


def test_names_are_never_read_as_templates_or_markup() -> None:
    """Braces, percent signs and tags in data come out as they went in."""
    odd = Name("{n} {0} {names} %(x)s %s <b>&amp;", "{国} </p>")
    sentence = told(
        state_sentence(**CHINA, totals={}, begun={"operating": [odd, odd]}, discoveries=[odd])
    )
    assert sentence.en.endswith(
        f"none being built or tested. {odd.en} and {odd.en} started. Found that year: {odd.en}."
    )
    assert sentence.zh.endswith(f"的。{odd.zh}和{odd.zh}投入运行。当年的发现：{odd.zh}。")


def test_the_same_state_gives_the_same_bytes() -> None:
    """A sentence depends on nothing but what it is told."""
    sentences = [
        state_sentence(**CHINA, totals={"operating": 26}, begun={"operating": NAMES}).members()
        for _ in range(3)
    ]
    assert sentences[0] == sentences[1] == sentences[2]
