"""The ladder of promises: a rung for each, when it was said and for when, and what came.

A dot stands where it was said, a hollow box where it was promised for, and
hatching shows how far the end of the promise lies behind the first one, so
that a date that slips goes down the page like a staircase.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from markupsafe import escape

from events.dates import Day, Language
from service.drawing.lanes import NARROW, WIDE, Drawing, Edge, Rung, Staircase
from service.drawing.letters import fitted, width
from service.drawing.marks import linked, number, rect, sheet, text, titled
from service.drawing.scale import Scale, ticks

_TEXT, _NOTE = 12.0, 11.0

MOST_STEPS = 10
"""How many rungs are drawn of a ladder that is seen from afar."""


def draw_ladder(
    ladder: Staircase,
    *,
    lang: Language,
    label: str,
    cursor: Day | None = None,
    narrow: bool = False,
) -> Drawing:
    """The ladder of one thing. `cursor` is the clock, drawn where it lies among the dates."""
    return _Ladder(ladder, lang, cursor, narrow).drawing(label)


def draw_steps(ladder: Staircase, *, lang: Language, label: str) -> Drawing:
    """The ladder as its steps alone, for where it is seen from afar: the first and the last."""
    if len(ladder.rungs) > MOST_STEPS:
        first, *others = ladder.rungs
        ladder = replace(ladder, rungs=(first, *others[1 - MOST_STEPS :]))
    return _Steps(ladder, lang, None, narrow=True).drawing(label)


class _Ladder:
    narrow_sizes = (NARROW, 50, 8.0)
    """How wide it is where it is narrow, how far apart its rungs stand, and what is left at the
    right."""

    def __init__(self, ladder: Staircase, lang: Language, cursor: Day | None, narrow: bool) -> None:
        self.ladder, self.lang, self.narrow, self.cursor = ladder, lang, narrow, cursor
        self.width, self.pitch, right = self.narrow_sizes if narrow else (WIDE, 34, 0.0)
        self.head = 30
        days = sorted(_days(ladder))
        first, last = (days[0], days[-1]) if days else (0, 365)
        room = max((last - first) // 25, 31)
        slips = [rung.slip for rung in ladder.rungs] + [ladder.result]
        # What is written at the left and at the right has columns of its own on a wide sheet.
        if not narrow:
            right = max(width(slip, _TEXT, bold=True) for slip in slips) + 22
        texts = [width(rung.text, _TEXT) for rung in ladder.rungs]
        texts.append(width(ladder.came_text, _TEXT, bold=True))
        left = 8.0 if narrow else min(max(texts) + 40, 400)
        self.left = left
        self.scale = Scale(
            first=first - room, last=last + room, left=left, right=self.width - right
        )
        rows = len(ladder.rungs) + bool(ladder.came or ladder.came_text or ladder.result)
        self.height = self.head + self.pitch * rows + 10
        standing = (rung.due.latest for rung in ladder.rungs if not rung.rival)
        end = next(standing, None)
        self.first = None if end is None else self.scale.x(end + 1)

    def drawing(self, label: str) -> Drawing:
        rungs = self.ladder.rungs
        rows = "".join(self._rung(index, rung) for index, rung in enumerate(rungs))
        # Words come last, so that no line crosses them.
        words = "".join(
            self._words(index, str(index + 1), rung.text, rung.note, rung.slip)
            for index, rung in enumerate(rungs)
        )
        words += self._words(
            len(rungs), "", self.ladder.came_text, "", self.ladder.result, came=True
        )
        content = self._axis() + self._came() + rows + words
        return sheet("chart ladder", content, width=self.width, height=self.height, label=label)

    def _axis(self) -> str:
        drawn = ""
        for tick in ticks(self.scale, lang=self.lang, room=46, size=11):
            x = self.scale.x(tick.day)
            drawn += f'<path class="grid dec" d="M{number(x)} 20V{self.height - 8}"/>'
            if x + 3 + width(tick.text, 11) <= self.width:
                drawn += text("m", x + 3, 14, tick.text)
        if self.first is not None:
            drawn += f'<path class="first" d="M{number(self.first)} 20V{self.height - 8}"/>'
        if self.cursor is not None and self.scale.first < self.cursor < self.scale.last:
            x = self.scale.x(self.cursor + 1)
            drawn += f'<path class="cursor" d="M{number(x)} 20V{self.height - 8}"/>'
        return drawn

    def _rung(self, index: int, rung: Rung) -> str:
        y = self._middle(index)
        said, said_last = self._span(rung.said)
        start, end = self._span(rung.due)
        drawn = ""
        if end > said and start > said:
            drawn += f'<path class="runln" d="M{number(said)} {number(y)}H{number(start)}"/>'
        if not rung.rival:
            drawn += self._slipped(end, y)
        css = "prom riv" if rung.rival else "prom"
        mask = "an-out" if rung.due.latest is None else ""
        drawn += rect(css, start, y - 8, max(end - start, 3), 16, mask=mask)
        # The dot is laid on whole days or months; where only a year is known, it has a bar.
        if said_last - said > self.scale.per_day * 45:
            drawn += rect("saidv", said, y - 2.5, said_last - said, 5)
        middle = (said + said_last) / 2
        drawn += f'<circle class="said" cx="{number(middle)}" cy="{number(y)}" r="3.6"/>'
        drawn = titled(rung.title) + drawn
        return linked(rung.href, drawn) if rung.href else f"<g>{drawn}</g>"

    def _came(self) -> str:
        ladder = self.ladder
        if ladder.came is None:
            return ""
        index = len(ladder.rungs)
        start, end = self._span(ladder.came)
        y = self._middle(index)
        line = f'<path class="camel" d="M{number(end)} 20V{number(y + 8)}"/>'
        box = rect("camed", start, y - 8, max(end - start, 3), 16)
        return self._slipped(end, y) + line + box

    def _slipped(self, end: float, y: float) -> str:
        """How far a date lies behind the end of the first promise."""
        if self.first is None or end - self.first <= 1:
            return ""
        return rect("slipbar", self.first, y - 4, end - self.first, 8)

    def _words(
        self, index: int, ordinal: str, line: str, note: str, slip: str, *, came: bool = False
    ) -> str:
        top = self.head + self.pitch * index
        right = self.width - 4
        css = ' class="cw"' if came else ""
        room = self.width - 34 - width(slip, _TEXT, bold=True) - 12
        if not self.narrow:
            room = self.left - 34
        drawn = text("m", 4, top + 14, ordinal) if ordinal else ""
        if line:
            shown = fitted(line, _TEXT, room, bold=came)
            full = titled(line) if shown != line else ""
            drawn += self._plate(22, top + 2, width(shown, _TEXT, bold=came) + 4)
            drawn += f'<text{css} x="24" y="{top + 14}">{full}{escape(shown)}</text>'
        if note and not self.narrow:
            drawn += text("m note", 24, top + 28, fitted(note, _NOTE, room))
        if slip:
            y = top + 14 if self.narrow else self._middle(index) + 4
            wide = width(slip, _TEXT, bold=True)
            drawn += self._plate(right - wide - 3, y - 12, wide + 6)
            drawn += text("slip r" if index else "slip", right, y, slip)
        return drawn

    def _plate(self, x: float, y: float, wide: float) -> str:
        """What keeps the upright lines away from words that stand among them, on a narrow sheet."""
        return rect("wash", x, y, wide, 16) if self.narrow else ""

    def _middle(self, index: int) -> float:
        return self.head + self.pitch * index + (34 if self.narrow else 15)

    def _span(self, edge: Edge) -> tuple[float, float]:
        """A date's first and last pixel: its days are whole."""
        start = self.scale.left if edge.earliest is None else self.scale.x(edge.earliest)
        end = self.scale.right if edge.latest is None else self.scale.x(edge.latest + 1)
        return start, end


class _Steps(_Ladder):
    """A ladder whose rungs say only how late they are, so that they stand close."""

    narrow_sizes = (300, 22, 92.0)

    def _words(
        self,
        index: int,
        ordinal: str,  # noqa: ARG002 - it has no room
        line: str,
        note: str,  # noqa: ARG002 - it has no room
        slip: str,
        *,
        came: bool = False,
    ) -> str:
        y = self._middle(index) + 4
        drawn = text("cw", 4, y, fitted(line, _TEXT, self.width - 100, bold=True)) if came else ""
        return drawn + text("slip r" if index else "slip", self.width - 4, y, slip)

    def _middle(self, index: int) -> float:
        return self.head + self.pitch * index + 12


def _days(ladder: Staircase) -> Iterator[Day]:
    edges = [edge for rung in ladder.rungs for edge in (rung.said, rung.due)]
    for edge in (*edges, *([ladder.came] if ladder.came else [])):
        if edge.earliest is not None:
            yield edge.earliest
        if edge.latest is not None:
            yield edge.latest
