"""The sentences of hindsight, comparison, difference and trend set two things side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from events.clocks import AsOf
from events.dates import day
from service.sentences.compare import SideShown, compare_sentence
from service.sentences.coverage import Covered, Held, Part
from service.sentences.diff import diff_sentence
from service.sentences.hindsight import Hindsight, SeenFrom, hindsight_sentence
from service.sentences.sentence import Name, Sentence
from service.sentences.trends import Ends, trends_sentence
from service.words.places import WORLD, Place
from tests.service.sentences.telling import (
    END_OF_2003,
    END_OF_2013,
    END_OF_2016,
    END_OF_2024,
    JUNO,
    NAMES,
    TODAY,
    Told,
    linked,
    told,
)

END_OF_2030 = day(2030, 12, 31)

# Hindsight

THEN, NOW = SeenFrom(END_OF_2016, 17), SeenFrom(TODAY, 17)


def hindsight(**known: Any) -> Sentence:
    """China at the end of 2024, as the end of 2016 told of it and as today does."""
    whole = {
        "at": END_OF_2024,
        "then": THEN,
        "now": NOW,
        "place": Place(("CN",)),
        "expected_count": 9,
        "now_count": 9,
        "came": 0,
    }
    return hindsight_sentence(Hindsight(**{**whole, **known}))


def test_hindsight_tells_what_was_expected_and_what_is_said_since() -> None:
    """Expected and came, expected and did not, came unexpected, named then or not."""
    sentence = hindsight(
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
    sentence = hindsight(expected_count=number, now_count=number, came=number)
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
    sentence = told(hindsight(not_come=NAMES[:number]))
    assert sentence.en.endswith(f"counts 9. {en}")
    assert sentence.zh.endswith(f"则为9座。{zh}")


def test_hindsight_of_the_whole_chronicle_with_a_range() -> None:
    """Without a country nobody is said to run anything; a range is told as one."""
    sentence = hindsight(place=WORLD, field="quantum", expected_count=(3, 5), now_count=(0, 1))
    assert told(sentence) == (
        (
            "Seen from the end of 2016, between 3 and 5 big-science facilities in quantum science"
            " would be running at the end of 2024. What has been said since counts up to 1."
        ),
        "从2016年底来看，2024年底将有3至5座量子科技领域的大科学装置在运行。按此后的说法则为至多1座。",
    )


def test_hindsight_of_a_day_that_was_over_then() -> None:
    """Nothing of it was expected: it was counted, and is counted anew."""
    sentence = hindsight(
        at=END_OF_2013,
        came=3,
        not_come=NAMES[:1],
        unexpected_unnamed=NAMES[1:2],
        unexpected_named=NAMES[2:4],
    )
    assert told(sentence) == (
        (
            "As told by the end of 2016, China ran 9 big-science facilities at the end of 2013."
            " What has been said since counts 9. 3 are in both. 1 was counted then only: Tianhe-2."
            " 1 had not been named at all: JUNO; 2 had been named, but not counted: ARGO-YBJ and"
            " LHAASO."
        ),
        (
            "按截至2016年底的说法，2013年底中国有9座大科学装置在运行。按此后的说法则为9座。"
            "两者共有3座。只见于当时的有1座：天河二号。"
            "1座当时从未被提及：江门中微子实验；2座曾被提及而未计入：ARGO-YBJ和高海拔宇宙线观测站。"
        ),
    )


def test_hindsight_of_a_day_that_is_to_come_even_now() -> None:
    """Nothing has failed to come yet: it does not run so far."""
    sentence = hindsight(
        at=END_OF_2030,
        came=3,
        not_come=NAMES[:6],
        unexpected_unnamed=NAMES[:1],
        unexpected_named=NAMES[1:3],
    )
    assert told(sentence) == (
        (
            "Seen from the end of 2016, China would run 9 big-science facilities at the end of"
            " 2030. By 25 November 2026, 3 of them run. 6 do not run so far: Tianhe-2, JUNO,"
            " ARGO-YBJ, LHAASO and 2 more. 1 running now had not been named at all: Tianhe-2;"
            " 2 running now had been named, but not promised for then: JUNO and ARGO-YBJ."
        ),
        (
            "从2016年底来看，2030年底中国将有9座大科学装置在运行。"
            "截至2026年11月25日，其中3座在运行。"
            "6座至今没有运行：天河二号、江门中微子实验、ARGO-YBJ、高海拔宇宙线观测站等6座。"
            "1座已在运行，而当时从未被提及：天河二号；"
            "2座已在运行，曾被提及，但当时的承诺不含届时运行：江门中微子实验和ARGO-YBJ。"
        ),
    )


@pytest.mark.parametrize(
    ("came", "en", "zh"),
    [
        (0, "none of them runs.", "其中无一在运行。"),
        (1, "1 of them runs.", "其中1座在运行。"),
        (2, "2 of them run.", "其中2座在运行。"),
    ],
)
def test_hindsight_counts_who_runs_so_far(came: int, en: str, zh: str) -> None:
    """By the last that was heard of them, from a shorter log too."""
    assert told(hindsight(at=END_OF_2030, came=came)) == (
        (
            "Seen from the end of 2016, China would run 9 big-science facilities at the end of"
            f" 2030. By 25 November 2026, {en}"
        ),
        f"从2016年底来看，2030年底中国将有9座大科学装置在运行。截至2026年11月25日，{zh}",
    )
    earlier = told(hindsight(at=END_OF_2030, came=came, now=SeenFrom(TODAY, 3)))
    assert earlier.en.endswith(f"2030. By what the log held at @3, {en}")
    assert earlier.zh.endswith(f"在运行。按日志截至@3的内容，{zh}")


@pytest.mark.parametrize(
    ("at", "now", "count", "en", "zh"),
    [
        (END_OF_2013, THEN, 9, "Nothing has been said since.", "此后没有新的说法。"),
        (
            END_OF_2013,
            NOW,
            0,
            "What has been said since counts none.",
            "按此后的说法则一座也没有。",
        ),
        (
            END_OF_2013,
            SeenFrom(END_OF_2016, 23),
            9,
            "What has been recorded since counts 9.",
            "按此后的记录则为9座。",
        ),
        (
            END_OF_2013,
            SeenFrom(END_OF_2016, 23),
            0,
            "What has been recorded since counts none.",
            "按此后的记录则一座也没有。",
        ),
        (
            END_OF_2013,
            SeenFrom(TODAY, 3),
            9,
            "What the log held at @3 counts 9.",
            "按日志截至@3的内容则为9座。",
        ),
        (
            END_OF_2024,
            SeenFrom(TODAY, 3),
            0,
            "What the log held at @3 counts none.",
            "按日志截至@3的内容则一座也没有。",
        ),
        (
            END_OF_2030,
            THEN,
            9,
            "Nothing has been said since. By the end of 2016, none of them runs.",
            "此后没有新的说法。截至2016年底，其中无一在运行。",
        ),
    ],
)
def test_hindsight_says_what_is_heard_now_that_was_not_heard_then(
    at: int, now: SeenFrom, count: int, en: str, zh: str
) -> None:
    """More that was said, more of the log, less of it, or nothing."""
    sentence = told(hindsight(at=at, now=now, now_count=count))
    assert sentence.en.partition(". ")[2] == en
    assert sentence.zh.partition("。")[2] == zh


# Comparison


def side(**known: Any) -> SideShown:
    """China at the end of 2003, as all that was said has it."""
    whole = {
        "at": END_OF_2003,
        "stated": TODAY,
        "known": 17,
        "place": Place(("CN",)),
        "running": 13,
    }
    return SideShown(**{**whole, **known})


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
        (day(2025, 12, 31), "In 22 years", "22年间"),
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


def test_what_the_dates_leave_open_is_compared_as_a_span() -> None:
    """None at all is said as such."""
    assert told(compare_sentence(side(running=(3, 5)), side(at=END_OF_2013, running=26))) == (
        "In ten years the running facilities of China went from 3–5 to 26.",
        "10年间，中国在运行的大科学装置从3–5座变为26座。",
    )
    assert told(compare_sentence(side(running=0), side(at=END_OF_2013, running=0))) == (
        "In ten years the chronicle counted no running facilities of China.",
        "10年间，本编年史始终未记有中国在运行的大科学装置。",
    )


@pytest.mark.parametrize(
    ("one", "other", "en", "zh"),
    [
        (
            {},
            {"place": Place(("US",)), "running": 1},
            "China ran 13 big-science facilities, the United States 1.",
            "中国有13座大科学装置在运行，美国有1座。",
        ),
        (
            {"running": 0},
            {"place": Place(("US",)), "running": 1},
            "China ran no big-science facilities that the chronicle counts, the United States 1.",
            "中国没有本编年史记载的大科学装置在运行，美国有1座。",
        ),
        (
            {"running": 1},
            {"place": Place(("US",)), "running": 0},
            "China ran 1 big-science facility, the United States none.",
            "中国有1座大科学装置在运行，美国没有。",
        ),
        (
            {"place": WORLD, "field": "space"},
            {"place": WORLD, "field": "fusion", "running": (0, 2)},
            "space science ran 13 big-science facilities, fusion up to 2.",
            "空间科学领域有13座大科学装置在运行，核聚变领域有至多2座。",
        ),
    ],
)
def test_two_countries_and_two_fields(
    one: dict[str, Any], other: dict[str, Any], en: str, zh: str
) -> None:
    """At the same clocks two numbers stand side by side."""
    assert told(compare_sentence(side(**one), side(**other))) == (
        f"At the end of 2003, {en}",
        f"2003年底，{zh}",
    )


def test_of_two_facilities_one_may_not_have_begun() -> None:
    """That is told of it, and is no status that it has."""
    none, runs = side(name=Name("AALF"), status=None), side(name=JUNO, status="operating")
    assert told(compare_sentence(none, runs)) == (
        "At the end of 2003 nothing had come of AALF yet, and JUNO was operating.",
        "2003年底，AALF尚无进展，江门中微子实验的状态为“运行中”。",
    )
    later = [replace(each, at=END_OF_2030) for each in (runs, none)]
    assert told(compare_sentence(*later)).en == (
        "Seen from 25 November 2026, at the end of 2030 JUNO would be operating, and nothing would"
        " have come of AALF yet."
    )


def test_a_class_is_what_is_counted() -> None:
    """It is no place, and runs nothing. A number of it is told as a state tells it."""
    light = {"class_": "light-source", "running": 5}
    other = {"place": Place(("US",)), "class_": "light-source", "running": 8}
    assert told(compare_sentence(side(**light), side(**other))) == (
        (
            "At the end of 2003, China ran 5 big-science facilities in the class of light sources,"
            " the United States 8."
        ),
        "2003年底，中国有5座光源类装置在运行，美国有8座。",
    )
    assert told(compare_sentence(side(**light), side(class_="collider", running=1))) == (
        (
            "At the end of 2003, China ran 5 big-science facilities in the class of light sources,"
            " China 1 big-science facility in the class of colliders."
        ),
        "2003年底，中国有5座光源类装置在运行，中国有1座对撞机类装置。",
    )
    assert told(compare_sentence(side(**light), side(**light, at=END_OF_2013))) == (
        "In ten years the running light sources of China stayed at 5.",
        "10年间，中国在运行的光源始终为5座。",
    )


def test_two_places_are_compared_by_what_is_held_whole_of_both() -> None:
    """All that is held comes second, and what it is a choice of is said."""
    held = [Covered(Part(place), Held(9), Held(9)) for place in (Place(("CN",)), Place(("US",)))]
    left = side(running=99, whole=24)
    right = side(place=Place(("US",)), running=33, whole=22)
    rest = (
        "With all other classes, of which it holds those of China and a choice of others: China"
        " 99, the United States 33."
    )
    assert told(compare_sentence(left, right, covered=held)).en == (
        "At the end of 2003, of the classes that this chronicle means to hold whole, China ran 24"
        f" big-science facilities, the United States 22. {rest}"
    )
    later = [replace(each, at=END_OF_2030) for each in (left, right)]
    assert told(compare_sentence(*later, covered=held)).en == (
        "Seen from 25 November 2026, of the classes that this chronicle means to hold whole, China"
        " would run 24 big-science facilities at the end of 2030, the United States 22."
        f" {rest}"
    )
    assert told(compare_sentence(left, later[1], covered=held)).en.endswith(
        "Of the classes that this chronicle means to hold whole: China 24, the United States 22."
    )


def test_two_countries_beyond_the_horizon() -> None:
    """What is only expected is told from where it is seen."""
    sides = side(at=END_OF_2030), side(at=END_OF_2030, place=Place(("US",)), running=1)
    assert told(compare_sentence(*sides)) == (
        (
            "Seen from 25 November 2026, China would run 13 big-science facilities at the end of"
            " 2030, the United States 1."
        ),
        "从2026年11月25日来看，2030年底中国将有13座大科学装置在运行，美国有1座。",
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


@pytest.mark.parametrize(
    ("one", "en", "zh"),
    [
        (
            {},
            ("By what is recorded up to @17, China", "by what is recorded up to @23, China"),
            ("按截至@17的记录，", "按截至@23的记录，"),
        ),
        (
            {"stated": END_OF_2016},
            (
                "By what had been said by the end of 2016 and recorded up to @17, China",
                "by what had been said by 25 November 2026 and recorded up to @23, China",
            ),
            (
                "按截至2016年底的说法和截至@17的记录，",
                "按截至2026年11月25日的说法和截至@23的记录，",
            ),
        ),
    ],
)
def test_two_positions_of_the_log(
    one: dict[str, Any], en: tuple[str, str], zh: tuple[str, str]
) -> None:
    """Of what differs, each side says what it has heard."""
    sentence = told(compare_sentence(side(**one), side(known=23, running=14)))
    assert sentence == (
        (
            f"{en[0]} ran 13 big-science facilities at the end of 2003;"
            f" {en[1]} ran 14 big-science facilities at the end of 2003."
        ),
        (f"{zh[0]}2003年底中国有13座大科学装置在运行；{zh[1]}2003年底中国有14座大科学装置在运行。"),
    )


def test_two_countries_at_two_days() -> None:
    """Where both differ, each side is told with its day."""
    assert told(
        compare_sentence(side(), side(place=Place(("US",)), at=END_OF_2013, running=1))
    ) == (
        (
            "China ran 13 big-science facilities at the end of 2003;"
            " the United States ran 1 big-science facility at the end of 2013."
        ),
        "2003年底中国有13座大科学装置在运行；2013年底美国有1座大科学装置在运行。",
    )


@pytest.mark.parametrize(
    ("one", "other", "en", "zh"),
    [
        (
            {"name": JUNO, "status": "operating"},
            {"name": NAMES[0], "status": None},
            "At the end of 2003 JUNO was operating, and nothing had come of Tianhe-2 yet.",
            "2003年底，江门中微子实验的状态为“运行中”，天河二号尚无进展。",
        ),
        (
            {"name": JUNO, "status": "operating", "at": END_OF_2030},
            {"name": NAMES[0], "status": None, "at": END_OF_2030},
            (
                "Seen from 25 November 2026, at the end of 2030 JUNO would be operating,"
                " and nothing would have come of Tianhe-2 yet."
            ),
            (
                "从2026年11月25日来看，2030年底，江门中微子实验的状态将为“运行中”，"
                "天河二号仍将无进展。"
            ),
        ),
        (
            {"name": JUNO, "status": "operating", "at": END_OF_2024, "stated": END_OF_2016},
            {"name": JUNO, "status": "under-construction", "at": END_OF_2024},
            (
                "Seen from the end of 2016, JUNO would be operating at the end of 2024; by what had"
                " been said by 25 November 2026, JUNO was under construction at the end of 2024."
            ),
            (
                "从2016年底来看，2024年底江门中微子实验的状态将为“运行中”；"
                "按截至2026年11月25日的说法，2024年底江门中微子实验的状态为“在建”。"
            ),
        ),
        (
            {"name": JUNO, "status": None, "recorded": False, "known": 3},
            {"name": JUNO, "status": "under-construction", "at": END_OF_2024},
            (
                "JUNO had not been recorded at @3; by what is recorded up to @17, JUNO was under"
                " construction at the end of 2024."
            ),
            (
                "截至@3尚无江门中微子实验的记录；"
                "按截至@17的记录，2024年底江门中微子实验的状态为“在建”。"
            ),
        ),
    ],
)
def test_two_facilities(one: dict[str, Any], other: dict[str, Any], en: str, zh: str) -> None:
    """Each with its status at its clocks; none is no status yet."""
    assert told(compare_sentence(side(**one), side(**other))) == (en, zh)


# Difference

START = AsOf(at=END_OF_2003, during=None, stated=TODAY, known=10, known_at=None)
NO_CHANGE_OF_MIND = (
    "The world changed each time; no source changed its mind and no record was mended.",
    "每一项变动都源于现实的变化；没有来源改口，也没有记录被更正。",
)


def to(**moved: Any) -> AsOf:
    """The start with some clocks moved."""
    clocks = {"at": END_OF_2003, "during": None, "stated": TODAY, "known": 10, "known_at": None}
    return AsOf(**{**clocks, **moved})


def difference(
    end: AsOf,
    counts: tuple[int, int, int] = (1, 1, 1),
    causes: dict[str, int] | None = None,
    *,
    start: AsOf = START,
) -> Told:
    """What is said of so many added, removed and changed."""
    added, removed, changed = counts
    return told(
        diff_sentence(
            start=start,
            to=end,
            added=added,
            removed=removed,
            changed=changed,
            causes=causes or {},
        )
    )


@pytest.mark.parametrize(
    ("counts", "en", "zh"),
    [
        ((0, 0, 0), "nothing differs.", "没有差别。"),
        ((1, 0, 0), "1 entry was added.", "新增1项。"),
        ((0, 2, 0), "2 entries were removed.", "消失2项。"),
        ((0, 1, 5), "1 entry was removed and 5 changed.", "消失1项、变动5项。"),
        ((0, 0, 1), "1 entry changed.", "变动1项。"),
        (
            (1000, 4, 5),
            "1,000 entries were added, 4 removed and 5 changed.",
            "新增1,000项、消失4项、变动5项。",
        ),
    ],
)
def test_a_difference_is_counted(counts: tuple[int, int, int], en: str, zh: str) -> None:
    """What there is none of is not mentioned."""
    assert difference(to(at=END_OF_2013), counts) == (
        f"From the end of 2003 to the end of 2013, {en}",
        f"从2003年底到2013年底，{zh}",
    )


@pytest.mark.parametrize(
    ("causes", "en", "zh"),
    [
        ({"world": 3}, *NO_CHANGE_OF_MIND),
        ({"world": 2}, "The world changed in 2.", "其中2项因现实的变化。"),
        (
            {"record": 1, "sources": 2},
            "Statements were newly recorded in 2 and our own record was mended in 1.",
            "其中2项因新录入的陈述、1项因我们更正了自己的记录。",
        ),
        ({}, "", ""),
    ],
)
def test_what_made_the_difference(causes: dict[str, int], en: str, zh: str) -> None:
    """The world alone is told as such only where it made all of it."""
    assert difference(to(known=17), causes=causes) == (
        f"Between positions @10 and @17 of the log, 1 entry was added, 1 removed and 1 changed."
        f" {en}".strip(),
        f"日志位置@10与@17之间，新增1项、消失1项、变动1项。{zh}",
    )


@pytest.mark.parametrize(
    ("start", "end", "causes", "en", "zh"),
    [
        (
            {"at": END_OF_2013},
            {},
            {"world": 3},
            ("Back from the end of 2013 to the end of 2003", NO_CHANGE_OF_MIND[0]),
            ("从2013年底回到2003年底", NO_CHANGE_OF_MIND[1]),
        ),
        (
            {},
            {"at": END_OF_2030},
            {"world": 3},
            (
                "From the end of 2003 to the end of 2030",
                "The world, or what is expected of it, changed in 3.",
            ),
            ("从2003年底到2030年底", "其中3项因现实或预期的变化。"),
        ),
        (
            {"at": day(2029, 12, 31)},
            {"at": END_OF_2030},
            {"world": 3},
            ("From the end of 2029 to the end of 2030", "What is expected changed in 3."),
            ("从2029年底到2030年底", "其中3项因预期的变化。"),
        ),
        (
            {"stated": END_OF_2016},
            {},
            {"sources": 2},
            (
                "Between what had been said by the end of 2016 and by 25 November 2026",
                "The sources said something new in 2.",
            ),
            ("截至2016年底与截至2026年11月25日的说法之间", "其中2项因来源有了新说法。"),
        ),
        (
            {},
            {"stated": END_OF_2016},
            {"sources": 2},
            (
                (
                    "Back from what had been said by 25 November 2026 to what had been said by the"
                    " end of 2016"
                ),
                "What the sources said since is missing in 2.",
            ),
            (
                "从截至2026年11月25日的说法回到截至2016年底的说法",
                "其中2项因缺少来源此后的说法。",
            ),
        ),
        (
            {"known": 17},
            {},
            {"sources": 2, "record": 1},
            (
                "Back from position @17 to @10 of the log",
                (
                    "What the sources said since is missing in 2 and what was mended in our own"
                    " record is missing in 1."
                ),
            ),
            (
                "从日志位置@17回到@10",
                "其中2项因缺少来源此后的说法、1项因缺少我们此后的更正。",
            ),
        ),
        (
            {},
            {"stated": END_OF_2016, "known": 17},
            {"sources": 2, "record": 1},
            (
                "Between the two points",
                "The sources are heard otherwise in 2 and our own record was mended in 1.",
            ),
            ("两个时点之间", "其中2项因所听取的来源不同、1项因我们更正了自己的记录。"),
        ),
    ],
)
def test_the_clock_that_moved_is_named_and_where_to(
    start: dict[str, Any],
    end: dict[str, Any],
    causes: dict[str, int],
    en: tuple[str, str],
    zh: tuple[str, str],
) -> None:
    """Back to an earlier point things are missing; where several clocks moved, none is named."""
    assert difference(to(**end), causes=causes, start=to(**start)) == (
        f"{en[0]}, 1 entry was added, 1 removed and 1 changed. {en[1]}",
        f"{zh[0]}，新增1项、消失1项、变动1项。{zh[1]}",
    )


# Trend


def trend(series: list[Ends], measure: Any = "status", **about: Any) -> Told:
    """What is said of some series from 2003 to 2013, without the years."""
    sentence = told(
        trends_sentence(
            first=END_OF_2003, last=END_OF_2013, measure=measure, series=series, **about
        )
    )
    en, zh = "From the end of 2003 to the end of 2013, ", "从2003年底到2013年底，"
    assert sentence.en.startswith(en)
    assert sentence.zh.startswith(zh)
    return Told(sentence.en.removeprefix(en), sentence.zh.removeprefix(zh))


def operating(first: int, last: int, **key: str | None) -> Ends:
    """Facilities that run, by more than their status."""
    return Ends({"status": "operating", **key}, first, last)


@pytest.mark.parametrize(
    ("key", "other", "about", "en", "zh"),
    [
        (
            {"country": "CN"},
            {"country": "JP"},
            {},
            "facilities operating: China from 1 to 60; Japan from 2 to 4.",
            "运行中的装置：中国从1到60；日本从2到4。",
        ),
        (
            {"country": "CN", "region": None},
            {"country": None, "region": "europe"},
            {"countries": ["CN"]},
            "facilities operating: China from 1 to 60; Europe from 2 to 4.",
            "运行中的装置：中国从1到60；欧洲从2到4。",
        ),
        (
            {"region": None},
            {"region": "europe"},
            {"countries": ["CN", "JP"]},
            "facilities operating: China and Japan from 1 to 60; Europe from 2 to 4.",
            "运行中的装置：中国和日本从1到60；欧洲从2到4。",
        ),
        (
            {"region": None},
            {"region": "europe"},
            {},
            "facilities operating: all from 1 to 60; Europe from 2 to 4.",
            "运行中的装置：全部从1到60；欧洲从2到4。",
        ),
        (
            {"operator": None},
            {"operator": "IHEP"},
            {"countries": ["CN"]},
            "in China, facilities operating: others from 1 to 60; IHEP from 2 to 4.",
            "中国运行中的装置：其他从1到60；IHEP从2到4。",
        ),
        (
            {"field": "space", "country": "CN"},
            {"field": "space", "country": "JP"},
            {},
            (
                "facilities operating: space science, China from 1 to 60;"
                " space science, Japan from 2 to 4."
            ),
            "运行中的装置：空间科学、中国从1到60；空间科学、日本从2到4。",
        ),
        (
            {},
            {"status": "suspended"},
            {"countries": ["CN"], "fields": ["space"]},
            (
                "in space science in China, facilities by status: operating from 1 to 60;"
                " suspended from 2 to 4."
            ),
            "中国空间科学领域各状态的装置：运行中从1到60；已暂停运行或搁置从2到4。",
        ),
    ],
)
def test_series_are_called_by_what_tells_them_apart(
    key: dict[str, str | None],
    other: dict[str, str | None],
    about: dict[str, Any],
    en: str,
    zh: str,
) -> None:
    """Each from its first point to its last; what they share is said once."""
    assert trend([operating(1, 60, **key), operating(2, 4, **other)], **about) == (en, zh)


@pytest.mark.parametrize(
    ("number", "en", "zh"),
    [
        (0, "policies in force: nothing recorded.", "现行政策：没有记录。"),
        (1, "policies in force: space science from 0 to 9.", "现行政策：空间科学从0到9。"),
        (
            2,
            "policies in force: space science from 0 to 9; fusion from 0 to 8.",
            "现行政策：空间科学从0到9；核聚变从0到8。",
        ),
        (
            4,
            (
                "policies in force: space science from 0 to 9; fusion from 0 to 8; quantum science"
                " from 0 to 7; particle physics from 0 to 6."
            ),
            "现行政策：空间科学从0到9；核聚变从0到8；量子科技从0到7；粒子物理从0到6。",
        ),
        (
            6,
            (
                "policies in force: space science from 0 to 9; fusion from 0 to 8; quantum science"
                " from 0 to 7; particle physics from 0 to 6; 2 more."
            ),
            "现行政策：空间科学从0到9；核聚变从0到8；量子科技从0到7；粒子物理从0到6；另有2个。",
        ),
    ],
)
def test_at_most_four_series_are_told(number: int, en: str, zh: str) -> None:
    """Those that end highest; the others are counted."""
    fields = ["space", "fusion", "quantum", "particle-physics", "nuclear-physics", "astronomy"]
    series = [Ends({"field": name}, 0, 9 - place) for place, name in enumerate(fields[:number])]
    assert trend(series[::-1], "policies") == (en, zh)


def test_one_series_needs_no_name() -> None:
    """It is what the sentence is about."""
    assert trend([operating(1, 60)], countries=["CN", "JP"]) == (
        "in China and Japan, facilities operating: from 1 to 60.",
        "中国和日本运行中的装置：从1到60。",
    )
    assert trend([Ends({}, 0, 9)], "policies") == (
        "policies in force: from 0 to 9.",
        "现行政策：从0到9。",
    )


def test_an_indicator_is_told_by_its_series_and_unit() -> None:
    """Readings keep their order, and none is said as such."""
    share = Ends({"series": "rd-share", "country": "CN", "unit": "%"}, None, 2.69)
    papers = Ends({"series": "papers", "country": "CN", "unit": "thousands"}, 1, 2)
    never = Ends({"series": "never", "country": "CN", "unit": "%"}, 1, None)
    assert trend([share, never], "indicator") == (
        "“rd-share (%)”: from no reading to 2.69.",
        "“rd-share（%）”：从无读数到2.69。",
    )
    assert trend([share, papers], "indicator", countries=["CN"]) == (
        (
            "in China, readings of indicators: rd-share (%) from no reading to 2.69;"
            " papers (thousands) from 1 to 2."
        ),
        "中国指标读数：rd-share（%）从无读数到2.69；papers（thousands）从1到2。",
    )
