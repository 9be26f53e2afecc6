"""Who is told of, and a sentence as its reader meets it."""

from __future__ import annotations

from typing import NamedTuple

from events.dates import day
from service.sentences.sentence import Name, Sentence

NAMES = (
    Name("Tianhe-2", "天河二号"),
    Name("JUNO", "江门中微子实验", "/v1/records/juno"),
    Name("ARGO-YBJ"),
    Name("LHAASO", "高海拔宇宙线观测站"),
    Name("EAST", "东方超环"),
    Name("FAST", "中国天眼"),
    Name("SMILE"),
)
"""Facilities with and without a Chinese name; JUNO leads to its page."""

JUNO = NAMES[1]

END_OF_2003 = day(2003, 12, 31)
END_OF_2013 = day(2013, 12, 31)
END_OF_2016 = day(2016, 12, 31)
END_OF_2024 = day(2024, 12, 31)
TODAY = day(2026, 11, 25)


class Told(NamedTuple):
    """The texts of a sentence."""

    en: str
    zh: str


def told(sentence: Sentence) -> Told:
    """What a sentence says, with every figure found where the members say it stands."""
    members = sentence.members()
    for lang in ("en", "zh"):
        last = 0
        for figure in members["figures"][lang]:
            assert members[lang][figure["start"] : figure["end"]] == figure["text"]
            assert last <= figure["start"] < figure["end"]
            last = figure["end"]
    return Told(members["en"], members["zh"])


def linked(sentence: Sentence, lang: str) -> dict[str, str]:
    """The figures of a sentence that lead somewhere, by their text."""
    figures = sentence.members()["figures"][lang]
    return {figure["text"]: figure["href"] for figure in figures if figure["href"] is not None}
