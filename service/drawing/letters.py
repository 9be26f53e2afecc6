"""How wide a text will stand, without a browser.

The widths are those of the widest faces that the stylesheet names, so that a
text seldom takes more room than is kept for it, whatever face is there.
"""

from __future__ import annotations

import re
from functools import lru_cache

_REGULAR = (
    "28 28 40 65 57 89 73 22 33 33 55 58 28 33 28 37 57 57 57 57 57 57 57 57 57"
    " 57 28 28 58 58 58 56 102 67 67 72 73 67 61 78 74 34 50 67 56 90 76 78 67 78"
    " 72 67 61 73 67 94 67 67 61 33 37 33 47 56 58 56 62 50 62 57 35 56 62 26 26"
    " 53 26 93 62 61 62 62 41 50 36 62 51 78 53 51 50 38 55 38 58"
)
_BOLD = (
    "28 33 47 65 57 90 75 27 34 34 55 58 29 33 29 41 57 57 57 57 57 57 57 57 57"
    " 57 33 33 58 58 58 61 98 72 72 72 74 67 61 78 77 39 56 72 61 94 81 80 67 80"
    " 72 67 61 76 67 97 67 67 61 34 41 34 58 56 61 61 63 56 64 60 39 61 66 31 31"
    " 62 31 98 66 62 64 64 46 56 44 66 57 86 58 57 50 40 55 40 58"
)
# Chinese faces set these as wide as a character of their own.
_WIDE = "‘’“”…—·"


def width(text: str, size: float, *, bold: bool = False) -> float:
    """The pixels that a text takes at most, at a size in pixels.

    >>> width("粒子", 12) == 24, width("JUNO", 10) < width("JUNO", 10, bold=True)
    (True, True)
    """
    return _hundredths(text, bold) * size / 100


def fitted(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """The text, or as much of its beginning as has room, with an ellipsis.

    >>> fitted("Jiangmen Underground Neutrino Observatory", 10, 100)
    'Jiangmen Undergr…'
    """
    if width(text, size, bold=bold) <= room:
        return text
    kept = text
    while kept and width(kept + "…", size, bold=bold) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def folded(text: str, size: float, room: float, *, bold: bool = False) -> list[str]:
    """The text cut into lines that have room, between its words, or between Chinese characters; a
    word that is too long for a line is cut too.

    >>> folded("JUNO began to operate.", 10, 70)
    ['JUNO began', 'to operate.']
    >>> folded("2025年，江门中微子实验投入运行。", 10, 80)
    ['2025年，江门中', '微子实验投入运', '行。']
    """
    lines, line = [], ""
    for part in _PART.findall(text):
        if line and width(line + part.rstrip(), size, bold=bold) > room:
            lines.append(line.rstrip())
            line = ""
        line += part
        while width(line.rstrip(), size, bold=bold) > room and len(line) > 1:
            cut = _fitting(line, size, room, bold=bold)
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line.rstrip()] if line.strip() else lines


def _fitting(text: str, size: float, room: float, *, bold: bool) -> int:
    """How many letters of a text that has too many have room, one at least."""
    taken = 0
    for at, letter in enumerate(text):
        taken += _hundredths(letter, bold)
        if taken * size / 100 > room:
            return max(at, 1)
    return len(text)


_PART = re.compile(
    r"(?:\d+[年月日])+[、。，：；！？）》”]*\s*"  # a date stays in one line
    r"|[（《“]*(?:[^\s\u2e80-\uffff（《“]+|[\u2e80-\uffff])[、。，：；！？）》”]*\s*|\s+"
)
"""What a line is not broken within."""


@lru_cache(maxsize=16_384)
def _hundredths(text: str, bold: bool) -> int:
    table = _TABLES[bold]
    return sum(table.get(letter) or _other(letter) for letter in text)


def _other(letter: str) -> int:
    if letter in _WIDE or letter >= "\u2e80":
        return 100
    return 75


_TABLES = tuple(
    {chr(32 + index): int(hundredths) for index, hundredths in enumerate(row.split())}
    for row in (_REGULAR, _BOLD)
)
