"""The sentences of hindsight, comparison, difference and trend set two things side by side."""

from __future__ import annotations

from typing import Any

import pytest

from events.clocks import AsOf
from events.dates import day
from service.sentences.compare import Side, compare_sentence
from service.sentences.diff import diff_sentence
from service.sentences.hindsight import hindsight_sentence
from service.sentences.sentence import Name
from service.sentences.trends import Series, trends_sentence
from tests.service.sentences.telling import (
    END_OF_2003,
    END_OF_2013,
    END_OF_2016,
    END_OF_2024,
    JUNO,
    NAMES,
    TODAY,
    linked,
    told,
)

# Hindsight

THEN: dict[str, Any] = {"at": END_OF_2024, "stated": END_OF_2016, "country": "CN"}


def test_hindsight_tells_what_was_expected_and_what_is_said_since() -> None:
    """Expected and came, expected and did not, came unexpected, named then or not."""
    sentence = hindsight_sentence(
        **THEN,
        expected_count=37,
        now_count=52,
        came=34,
        not_come=NAMES[:3],
        unexpected_unnamed=NAMES[:5],
        unexpected_named=NAMES[5:6],
        links={"expected": "/v1/state?then", "now": "/v1/state?now"},
    )
    assert told(sentence) == (
        (
            "Seen from the end of 2016, China would run 37 big-science facilities at the end of"
            " 2024. What has been said since counts 52. 34 came as expected."
            " 3 were expected and did not run: Tianhe-2, JUNO and ARGO-YBJ."
            " 5 ran that had not been named at all: Tianhe-2, JUNO, ARGO-YBJ, LHAASO and 1 more;"
            " 1 ran that had been named, but not promised for then: FAST."
        ),
        (
            "从2016年底来看，2024年底中国将有37座大科学装置在运行。按此后的说法则为52座。"
            "34座如预期运行。3座预期运行而未运行：天河二号、江门中微子实验和ARGO-YBJ。"
            "5座在运行，而当时从未被提及：天河二号、江门中微子实验、ARGO-YBJ、高海拔宇宙线观测站等5座；"
            "1座在运行，曾被提及，但当时的承诺不含届时运行：中国天眼。"
        ),
    )
    links = linked(sentence, "en")
    assert (links["37"], links["52"]) == ("/v1/state?then", "/v1/state?now")


@pytest.mark.parametrize(
    ("number", "en", "zh"),
    [
        (
            0,
            (
                "would run no big-science facilities at the end of 2024. What has been said since"
                " counts none."
            ),
            "将没有大科学装置在运行。按此后的说法则一座也没有。",
        ),
        (
            1,
            (
                "would run 1 big-science facility at the end of 2024. What has been said since"
                " counts 1. 1 came as expected, and nothing expected is missing."
            ),
            "将有1座大科学装置在运行。按此后的说法则为1座。1座如预期运行，预期之中无一缺席。",
        ),
        (
            2,
            (
                "would run 2 big-science facilities at the end of 2024. What has been said since"
                " counts 2. 2 came as expected, and nothing expected is missing."
            ),
            "将有2座大科学装置在运行。按此后的说法则为2座。2座如预期运行，预期之中无一缺席。",
        ),
    ],
)
def test_hindsight_where_all_came(number: int, en: str, zh: str) -> None:
    """None, one and many read right."""
    sentence = hindsight_sentence(**THEN, expected_count=number, now_count=number, came=number)
    assert told(sentence) == (
        f"Seen from the end of 2016, China {en}",
        f"从2016年底来看，2024年底中国{zh}",
    )


@pytest.mark.parametrize(
    ("number", "en", "zh"),
    [
        (1, "1 was expected and did not run: Tianhe-2.", "1座预期运行而未运行：天河二号。"),
        (
            4,
            "4 were expected and did not run: Tianhe-2, JUNO, ARGO-YBJ and LHAASO.",
            "4座预期运行而未运行：天河二号、江门中微子实验、ARGO-YBJ和高海拔宇宙线观测站。",
        ),
        (
            5,
            "5 were expected and did not run: Tianhe-2, JUNO, ARGO-YBJ, LHAASO and 1 more.",
            "5座预期运行而未运行：天河二号、江门中微子实验、ARGO-YBJ、高海拔宇宙线观测站等5座。",
        ),
    ],
)
def test_hindsight_names_what_did_not_come(number: int, en: str, zh: str) -> None:
    """At most four are named."""
    sentence = told(
        hindsight_sentence(**THEN, expected_count=9, now_count=9, came=0, not_come=NAMES[:number])
    )
    assert sentence.en.endswith(f"counts 9. {en}")
    assert sentence.zh.endswith(f"则为9座。{zh}")


def test_hindsight_of_the_whole_chronicle_with_a_range() -> None:
    """Without a country nobody is said to run anything; a range is told as one."""
    sentence = hindsight_sentence(
        **{**THEN, "country": None},
        field="quantum",
        expected_count=(3, 5),
        now_count=(0, 1),
        came=0,
    )
    assert told(sentence) == (
        (
            "Seen from the end of 2016, between 3 and 5 big-science facilities in quantum science"
            " would be running at the end of 2024. What has been said since counts up to 1."
        ),
        "从2016年底来看，2024年底将有3至5座量子科技大科学装置在运行。按此后的说法则为至多1座。",
    )


# Comparison


def side(**known: Any) -> Side:
    """China at the end of 2003, as all that was said has it."""
    return Side(**{"at": END_OF_2003, "stated": TODAY, "country": "CN", "running": 13, **known})


@pytest.mark.parametrize(
    ("started", "stopped", "en", "zh"),
    [
        (
            17,
            4,
            "went from 13 to 26: 17 started, 4 stopped.",
            "从13座变为26座：启用17座，停用4座。",
        ),
        (13, 0, "went from 13 to 26: 13 started.", "从13座变为26座：启用13座。"),
        (0, 0, "went from 13 to 26.", "从13座变为26座。"),
    ],
)
def test_a_country_at_two_days(started: int, stopped: int, en: str, zh: str) -> None:
    """The change is told with the time it took; the order of the sides does not matter."""
    then, now = side(), side(at=END_OF_2013, running=26)
    expected = (
        f"In ten years the running facilities of China {en}",
        f"10年间，中国在运行的大科学装置{zh}",
    )
    forward = compare_sentence(then, now, started=started, stopped=stopped)
    backward = compare_sentence(now, then, started=stopped, stopped=started)
    assert told(forward) == told(backward) == expected


@pytest.mark.parametrize(
    ("last", "en", "zh"),
    [
        (day(2004, 12, 31), "In one year", "1年间"),
        (day(2005, 12, 31), "In two years", "2年间"),
        (day(2007, 12, 31), "In four years", "4年间"),
        (day(2028, 12, 31), "In 25 years", "25年间"),
        (day(2013, 6, 30), "In 9.5 years", "9.5年间"),
        (day(2004, 1, 16), "In 16 days", "16天间"),
    ],
)
def test_the_time_between_two_days(last: int, en: str, zh: str) -> None:
    """Whole years are told as such, else the largest unit that fits; nothing moved is told so."""
    sentence = told(compare_sentence(side(field="space"), side(field="space", at=last)))
    assert sentence == (
        f"{en} the running facilities of China in space science stayed at 13.",
        f"{zh}，中国空间科学领域在运行的大科学装置始终为13座。",
    )


def test_two_countries_and_two_fields() -> None:
    """At the same clocks two numbers stand side by side."""
    assert told(compare_sentence(side(), side(country="US", running=1))) == (
        "At the end of 2003, China ran 13 big-science facilities, the United States 1.",
        "2003年底，中国有13座大科学装置在运行，美国有1座。",
    )
    fields = side(country=None, field="space"), side(country=None, field="fusion", running=(0, 2))
    assert told(compare_sentence(*fields)) == (
        "At the end of 2003, space science ran 13 big-science facilities, fusion up to 2.",
        "2003年底，空间科学有13座大科学装置在运行，核聚变有至多2座。",
    )


def test_then_and_now() -> None:
    """A day as it was expected beside the same day as it is known."""
    then = side(at=END_OF_2024, stated=END_OF_2016, running=37)
    now = side(at=END_OF_2024, running=52)
    assert told(compare_sentence(then, now)) == (
        (
            "Seen from the end of 2016, China would run 37 big-science facilities at the end of"
            " 2024; by what had been said by 25 November 2026, China ran 52 big-science facilities"
            " at the end of 2024."
        ),
        (
            "从2016年底来看，2024年底中国将有37座大科学装置在运行；"
            "按截至2026年11月25日的说法，2024年底中国有52座大科学装置在运行。"
        ),
    )


def test_two_facilities() -> None:
    """Each with its status at its clocks; none is no status yet."""
    sentence = compare_sentence(
        side(name=JUNO, status="operating", stated=day(2000, 1, 1)),
        side(name=NAMES[0], status=None),
    )
    assert told(sentence) == (
        (
            "Seen from 1 January 2000, JUNO would be operating at the end of 2003; at the end of"
            " 2003 Tianhe-2 was not yet begun."
        ),
        (
            "从2000年1月1日来看，2003年底江门中微子实验的状态将为“运行中”；"
            "2003年底天河二号的状态为“尚未开始”。"
        ),
    )


# Difference

START = AsOf(at=END_OF_2003, during=None, stated=TODAY, known=10, known_at=None)


def to(**moved: Any) -> AsOf:
    """The start with some clocks moved."""
    clocks = {"at": END_OF_2003, "during": None, "stated": TODAY, "known": 10, "known_at": None}
    return AsOf(**{**clocks, **moved})


@pytest.mark.parametrize(
    ("counts", "en", "zh"),
    [
        ((0, 0, 0), "nothing differs.", "没有差别。"),
        ((1, 0, 0), "1 came. The world changed in 1 and", "新增1项。1项是世界变了、"),
        ((0, 2, 0), "2 went. The world changed in 1 and", "消失2项。1项是世界变了、"),
        ((0, 4, 5), "4 went and 5 changed. The world", "消失4项、变动5项。1项是世界变了、"),
        (
            (1000, 4, 5),
            "1,000 came, 4 went and 5 changed. The world",
            "新增1,000项、消失4项、变动5项。1项是世界变了、",
        ),
    ],
)
def test_a_difference_is_counted(counts: tuple[int, int, int], en: str, zh: str) -> None:
    """What there is none of is not mentioned."""
    added, removed, changed = counts
    sentence = told(
        diff_sentence(
            start=START,
            to=to(at=END_OF_2013),
            added=added,
            removed=removed,
            changed=changed,
            causes={"world": 1, "sources": 0, "record": 3},
        )
    )
    assert sentence.en.startswith(f"From the end of 2003 to the end of 2013, {en}")
    assert sentence.zh.startswith(f"从2003年底到2013年底，{zh}")


@pytest.mark.parametrize(
    ("causes", "en", "zh"),
    [
        (
            {"world": 3},
            "The world changed each time; no source changed its mind and no record was mended.",
            "每一项都是世界变了；没有来源改口，也没有记录被更正。",
        ),
        ({"world": 2}, "The world changed in 2.", "2项是世界变了。"),
        (
            {"record": 1, "sources": 2},
            "The sources said something new in 2 and our own record was mended in 1.",
            "2项来源有了新说法、1项更正了我们自己的记录。",
        ),
        ({}, "", ""),
    ],
)
def test_what_made_the_difference(causes: dict[str, int], en: str, zh: str) -> None:
    """The world alone is told as such only where it made all of it."""
    sentence = told(
        diff_sentence(start=START, to=to(known=17), added=1, removed=1, changed=1, causes=causes)
    )
    assert sentence == (
        f"Between positions @10 and @17 of the log, 1 came, 1 went and 1 changed. {en}".strip(),
        f"日志位置@10与@17之间，新增1项、消失1项、变动1项。{zh}",
    )


@pytest.mark.parametrize(
    ("moved", "en", "zh"),
    [
        (
            {"stated": END_OF_2016},
            "Between what had been said by 25 November 2026 and by the end of 2016",
            "截至2026年11月25日与截至2016年底的说法之间",
        ),
        ({"stated": END_OF_2016, "known": 17}, "Between the two points", "两个时点之间"),
    ],
)
def test_the_clock_that_moved_is_named(moved: dict[str, Any], en: str, zh: str) -> None:
    """Where several moved, they are not."""
    sentence = told(
        diff_sentence(start=START, to=to(**moved), added=0, removed=0, changed=0, causes={})
    )
    assert sentence == (f"{en}, nothing differs.", f"{zh}，没有差别。")


# Trend

YEARS: dict[str, Any] = {"first": END_OF_2003, "last": END_OF_2013}
CHINA, JAPAN = Name("China", "中国"), Name("Japan", "日本")


def test_a_trend_of_several_countries() -> None:
    """Each series from its first point to its last."""
    sentence = trends_sentence(
        **YEARS, measure="status", series=[Series(CHINA, 1, 60), Series(JAPAN, 2, 4)]
    )
    assert told(sentence) == (
        (
            "From the end of 2003 to the end of 2013, facilities operating: China from 1 to 60;"
            " Japan from 2 to 4."
        ),
        "从2003年底到2013年底，运行中的装置：中国从1到60；日本从2到4。",
    )


@pytest.mark.parametrize(
    ("number", "en", "zh"),
    [
        (0, "policies in force: nothing recorded.", "有效的政策：没有记录。"),
        (1, "policies in force: S0 from 0 to 9.", "有效的政策：S0从0到9。"),
        (
            4,
            "policies in force: S0 from 0 to 9; S1 from 0 to 9; S2 from 0 to 9; S3 from 0 to 9.",
            "有效的政策：S0从0到9；S1从0到9；S2从0到9；S3从0到9。",
        ),
        (
            6,
            (
                "policies in force: S0 from 0 to 9; S1 from 0 to 9; S2 from 0 to 9; S3 from 0 to 9;"
                " 2 more."
            ),
            "有效的政策：S0从0到9；S1从0到9；S2从0到9；S3从0到9；另有2个。",
        ),
    ],
)
def test_at_most_four_series_are_told(number: int, en: str, zh: str) -> None:
    """The others are counted."""
    series = [Series(Name(f"S{index}"), 0, 9) for index in range(number)]
    assert told(trends_sentence(**YEARS, measure="policies", series=series)) == (
        f"From the end of 2003 to the end of 2013, {en}",
        f"从2003年底到2013年底，{zh}",
    )


def test_an_indicator_is_told_by_its_title() -> None:
    """One series needs no name."""
    sentence = trends_sentence(
        **YEARS, measure="indicator", title="R&D {share}", series=[Series(None, 1.5, 2.69)]
    )
    assert told(sentence) == (
        "From the end of 2003 to the end of 2013, “R&D {share}”: from 1.5 to 2.69.",
        "从2003年底到2013年底，“R&D {share}”：从1.5到2.69。",
    )
