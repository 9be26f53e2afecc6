"""The ladder of promises: a rung for each, when it was said and for when, and what came.

A dot stands where it was said, a hollow box where it was promised for, and
hatching shows how far the end of the promise lies behind the first one, so
that a date that slips goes down the page like a staircase.
"""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import escape

from events.dates import Day, Language
from service.drawing.lanes import Drawing, Edge, Rung, Staircase
from service.drawing.letters import fitted, width
from service.drawing.marks import finished, number
from service.drawing.scale import Scale, ticks

WIDE, NARROW = 1200, 340

_TEXT, _NOTE = 12.0, 11.0


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


class _Ladder:
    def __init__(self, ladder: Staircase, lang: Language, cursor: Day | None, narrow: bool) -> None:
        self.ladder, self.lang, self.narrow, self.cursor = ladder, lang, narrow, cursor
        self.width = NARROW if narrow else WIDE
        self.pitch, self.head = (50, 30) if narrow else (34, 30)
        days = sorted(_days(ladder))
        first, last = (days[0], days[-1]) if days else (0, 365)
        room = max((last - first) // 25, 31)
        slips = [rung.slip for rung in ladder.rungs] + [ladder.result]
        # What is written at the left and at the right has columns of its own on a wide sheet.
        right = 8.0 if narrow else max(width(slip, _TEXT, bold=True) for slip in slips) + 22
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
        svg = (
            f'<svg class="chart ladder" viewBox="0 0 {self.width} {self.height}" role="group" '
            f'aria-label="{escape(label)}">{self._axis()}{self._came()}{rows}{words}</svg>'
        )
        return Drawing(svg=finished(svg), width=self.width, height=self.height, label=label)

    def _axis(self) -> str:
        drawn = ""
        for tick in ticks(self.scale, lang=self.lang, room=46, size=11):
            x = self.scale.x(tick.day)
            drawn += f'<path class="grid dec" d="M{number(x)} 20V{self.height - 8}"/>'
            if x + 3 + width(tick.text, 11) <= self.width:
                drawn += f'<text class="m" x="{number(x + 3)}" y="14">{escape(tick.text)}</text>'
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
        if self.first is not None and end - self.first > 1 and not rung.rival:
            drawn += (
                f'<rect class="slipbar" x="{number(self.first)}" y="{number(y - 4)}" '
                f'width="{number(end - self.first)}" height="8"/>'
            )
        css = "prom riv" if rung.rival else "prom"
        open_end = ' mask="url(#an-out)"' if rung.due.latest is None else ""
        drawn += (
            f'<rect class="{css}"{open_end} x="{number(start)}" y="{number(y - 8)}" '
            f'width="{number(max(end - start, 3))}" height="16"/>'
        )
        # The dot is laid on whole days or months; where only a year is told, it has a bar.
        if said_last - said > self.scale.per_day * 45:
            drawn += (
                f'<rect class="saidv" x="{number(said)}" y="{number(y - 2.5)}" '
                f'width="{number(said_last - said)}" height="5"/>'
            )
        middle = (said + said_last) / 2
        drawn += f'<circle class="said" cx="{number(middle)}" cy="{number(y)}" r="3.6"/>'
        if rung.title:
            drawn = f"<title>{escape(rung.title)}</title>{drawn}"
        if rung.href:
            drawn = f'<a href="{escape(rung.href)}" tabindex="-1">{drawn}</a>'
        else:
            drawn = f"<g>{drawn}</g>"
        return drawn

    def _came(self) -> str:
        ladder = self.ladder
        if ladder.came is None:
            return ""
        index = len(ladder.rungs)
        start, end = self._span(ladder.came)
        y = self._middle(index)
        late = ""
        if self.first is not None and end - self.first > 1:
            late = (
                f'<rect class="slipbar" x="{number(self.first)}" y="{number(y - 4)}" '
                f'width="{number(end - self.first)}" height="8"/>'
            )
        box = (
            f'<rect class="camed" x="{number(start)}" y="{number(y - 8)}" '
            f'width="{number(max(end - start, 3))}" height="16"/>'
        )
        line = f'<path class="camel" d="M{number(end)} 20V{number(y + 8)}"/>'
        return f"{late}{line}{box}"

    def _words(
        self, index: int, ordinal: str, text: str, note: str, slip: str, *, came: bool = False
    ) -> str:
        top = self.head + self.pitch * index
        right = self.width - 4
        css = ' class="cw"' if came else ""
        room = self.width - 34 - width(slip, _TEXT, bold=True) - 12
        if not self.narrow:
            room = self.left - 34
        drawn = f'<text class="m" x="4" y="{top + 14}">{ordinal}</text>' if ordinal else ""
        if text:
            shown = fitted(text, _TEXT, room, bold=came)
            full = f"<title>{escape(text)}</title>" if shown != text else ""
            drawn += f'<text{css} x="24" y="{top + 14}">{full}{escape(shown)}</text>'
        if note and not self.narrow:
            drawn += (
                f'<text class="m note" x="24" y="{top + 28}">'
                f"{escape(fitted(note, _NOTE, room))}</text>"
            )
        if slip:
            y = top + 14 if self.narrow else self._middle(index) + 4
            red = " r" if index else ""
            drawn += f'<text class="slip{red}" x="{right}" y="{number(y)}">{escape(slip)}</text>'
        return drawn

    def _middle(self, index: int) -> float:
        return self.head + self.pitch * index + (34 if self.narrow else 15)

    def _span(self, edge: Edge) -> tuple[float, float]:
        """A date's first and last pixel: its days are whole."""
        start = self.scale.left if edge.earliest is None else self.scale.x(edge.earliest)
        end = self.scale.right if edge.latest is None else self.scale.x(edge.latest + 1)
        return start, end


def _days(ladder: Staircase) -> Iterator[Day]:
    edges = [edge for rung in ladder.rungs for edge in (rung.said, rung.due)]
    for edge in (*edges, *([ladder.came] if ladder.came else [])):
        if edge.earliest is not None:
            yield edge.earliest
        if edge.latest is not None:
            yield edge.latest
