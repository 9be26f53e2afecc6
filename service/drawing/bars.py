"""The marks of a lane: bars by status, dots of what was found, diamonds of what was promised.

Every mark is drawn where its dates say: from the first to the last day that an
edge can be, it fades.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from markupsafe import escape

from events.dates import year_of
from projections.kinds.facility import FOR_GOOD
from service.drawing.lanes import Bar, Dot, Edge, Frame, Lane, Staircase
from service.drawing.marks import HEIGHTS, linked, number, rect, titled
from service.drawing.scale import Scale

POINT = 6.0
"""How far the tip of a bar that runs on reaches beyond its last day."""

LEAST = 3.0
"""The least width of a bar, so that a mission of weeks is seen."""


class Bars:
    """Draws the marks of lanes on a scale, `size` times as large as on the wide timeline."""

    def __init__(self, scale: Scale, frame: Frame, *, size: float = 1.0) -> None:
        self.scale, self.frame, self.size = scale, frame, size
        self.cursor = scale.x(frame.cursor + 1)
        self.reach = scale.x(min(frame.reach, frame.last) + 1)

    def lane(self, lane: Lane, base: int) -> str:
        """All marks of a lane that stands on the line `base`, each a link with its title."""
        drawn = [
            _linked(bar, lane, self.bar(bar, base) + self._contested(bar, base), bar.start)
            for bar in lane.bars
        ]
        drawn += [
            self._going_on(bar, lane, base)
            for bar in lane.bars
            if bar.end is None and not bar.expected
        ]
        drawn += [self.ladder(ladder, lane, base) for ladder in lane.promises]
        drawn += [_linked(dot, lane, self.dot(dot, base), dot.date) for dot in lane.dots]
        return "".join(drawn)

    def bar(self, bar: Bar, base: int) -> str:
        """The bar of a status; one that closes the lane is a stroke."""
        start, certain = self._edge(bar.start)
        if bar.status in FOR_GOOD:
            return self._closing(bar, start, certain, base)
        end, gone = self._end(bar)
        shape = _Shape(bar, base, HEIGHTS.get(bar.status, HEIGHTS["operating"]) * self.size)
        if certain > end:
            # It may have ended before it is known to have begun: it rises to the middle of
            # what is vague, and falls from there.
            end = (certain + end) / 2 if gone > end else end
            certain = end = max(end, start)
        drawn = ""
        if certain - start > 0.5:
            drawn += shape.rect(start, certain, "an-in")
        else:
            certain = start
        falls = gone - end > 0.5
        if not falls and end - start < LEAST:
            end = start + LEAST
            certain = max(certain, start)
        if bar.end is None and not bar.expected and not self._beyond:
            return drawn + shape.pointed(certain, end)
        if end - certain > 0.05:
            drawn += shape.rect(certain, end)
        return drawn + (shape.rect(end, gone, "an-out") if falls else "")

    def _contested(self, bar: Bar, base: int) -> str:
        """A ring over the beginning of a bar whose date is contested."""
        if not bar.contested:
            return ""
        x, y = self._edge(bar.start)[1], base - HEIGHTS.get(bar.status, 14.0) * self.size
        return f'<circle class="contested" cx="{number(x)}" cy="{number(y)}" r="2.4"/>'

    @property
    def _beyond(self) -> bool:
        """Whether the cursor lies beyond what had been stated."""
        return self.frame.horizon is not None and self.frame.cursor > self.frame.horizon

    def _edge(self, edge: Edge) -> tuple[float, float]:
        """From where to where a beginning fades in."""
        start = self.scale.left if edge.earliest is None else self.scale.x(edge.earliest)
        if edge.latest is None:
            return start, max(start, self.reach)
        return start, self.scale.x(edge.latest)

    def _end(self, bar: Bar) -> tuple[float, float]:
        """From where to where a bar fades out."""
        if bar.end is None:
            reach = max(self.reach, self.cursor) if bar.expected else self.reach
            start, _ = self._edge(bar.start)
            reach = max(reach, start)
            return reach, reach
        start, _ = self._edge(bar.start)
        from_x = start if bar.end.earliest is None else self.scale.x(bar.end.earliest)
        to_x = self.scale.right if bar.end.latest is None else self.scale.x(bar.end.latest)
        return max(from_x, start), max(to_x, start)

    def _going_on(self, bar: Bar, lane: Lane, base: int) -> str:
        """Beyond the horizon a status is only expected to go on: hollow, as far as the cursor,
        or to what is expected next."""
        following = (self._edge(each.start)[0] for each in lane.bars if each.expected)
        end = min(self.cursor, *following, self.cursor)
        start = max(self.reach, self._edge(bar.start)[0])
        if not self._beyond or bar.status in FOR_GOOD or end - start < 1:
            return ""
        height = HEIGHTS.get(bar.status, HEIGHTS["operating"]) * self.size
        return (
            f'<path class="b x s-{escape(bar.status)}" d="M{number(start)} '
            f"{number(base - height + 0.5)}H{number(end)}M{number(start)} "
            f'{number(base - 0.5)}H{number(end)}"/>'
        )

    def _closing(self, bar: Bar, start: float, vague: float, base: int) -> str:
        top = base - 14 * self.size
        drawn = f"M{number(vague)} {number(top)}V{base}"
        if bar.status == "cancelled":
            middle, arm = (top + base) / 2, 3.5 * self.size
            drawn += "".join(
                f"M{number(vague - arm)} {number(middle - up)}L{number(vague + arm)} "
                f"{number(middle + up)}"
                for up in (arm, -arm)
            )
        css = "stop x" if bar.expected else "stop"
        vaguely = f'<path class="maybe" d="M{number(start)} {base - 1}H{number(vague)}"/>'
        return (vaguely if vague - start > 3 else "") + f'<path class="{css}" d="{drawn}"/>'

    def dot(self, dot: Dot, base: int) -> str:
        """A white disc for what was found, a white notch for an upgrade, in the middle of what
        its date can be."""
        start, vague = self._edge(dot.date)
        x = (start + vague) / 2
        middle = base - 6 * self.size
        if dot.kind == "upgrade":
            top = base - HEIGHTS["operating"] * self.size
            return f'<path class="notch" d="M{number(x)} {number(top)}V{base}"/>'
        span = ""
        if vague - start > 8:
            span = f'<path class="maybe" d="M{number(start)} {middle}H{number(vague)}"/>'
        r = 2.6 if self.size >= 1 else 2.2
        return f'{span}<circle class="disc" cx="{number(x)}" cy="{number(middle)}" r="{r}"/>'

    def ladder(self, ladder: Staircase, lane: Lane, base: int) -> str:
        """Red diamonds for what was promised, dashes from the first to what came."""
        standing = [rung for rung in ladder.rungs if not rung.rival]
        if not standing:
            return ""
        y, half = base + 4.6 * self.size, 3.0 * self.size
        first = self._edge(standing[0].due)[1]
        drawn = titled(ladder.title)
        if ladder.came is not None:
            came = self._edge(ladder.came)[1]
            if abs(came - first) > half:
                drawn += f'<path class="tail" d="M{number(first)} {number(y)}H{number(came)}"/>'
            drawn += (
                f'<path class="came" d="M{number(came)} {number(y - half - 0.8)}'
                f'V{number(y + half + 0.8)}"/>'
            )
        elif ladder.pending and self.reach - first > half:
            tip, back = number(self.reach), number(self.reach - 4)
            drawn += (
                f'<path class="tail" d="M{number(first)} {number(y)}H{tip}"/>'
                f'<path class="came" d="M{back} {number(y - half)}L{tip} {number(y)}'
                f'L{back} {number(y + half)}"/>'
            )
        drawn = f'<g class="slipping">{drawn}</g>'
        for rung in standing:
            x = self._edge(rung.due)[1]
            diamond = (
                f'<path class="plan" d="M{number(x)} {number(y - half)}L{number(x + half)} '
                f'{number(y)}L{number(x)} {number(y + half)}L{number(x - half)} {number(y)}Z"/>'
            )
            drawn += _linked(rung, lane, diamond, rung.due)
        return drawn


class _Shape(NamedTuple):
    """The bar of a status on its base line."""

    bar: Bar
    base: int
    height: float

    def rect(self, left: float, right: float, mask: str = "") -> str:
        """A piece of the bar, or of the outline of one that is only expected."""
        css, inset = self._look()
        if mask and inset:
            # Outlined bars have no upright side where they fade.
            return (
                f'<path class="{css}" mask="url(#{mask})" d="M{number(left)} '
                f"{number(self.top + 0.5)}H{number(right)}M{number(left)} "
                f'{number(self.base - 0.5)}H{number(right)}"/>'
            )
        width = max(right - left - 2 * inset, 0.5)
        height = max(self.height - 2 * inset, 0.5)
        return rect(css, left + inset, self.top + inset, width, height, mask=mask)

    def pointed(self, left: float, right: float) -> str:
        css, inset = self._look()
        tip = right + POINT * self.height / HEIGHTS["operating"]
        return (
            f'<path class="{css}" d="M{number(left + inset)} {number(self.top + inset)}'
            f"H{number(right)}L{number(tip)} {number(self.base - self.height / 2)}"
            f'L{number(right)} {number(self.base - inset)}H{number(left + inset)}Z"/>'
        )

    @property
    def top(self) -> float:
        return self.base - self.height

    def _look(self) -> tuple[str, float]:
        """The classes, and by how much an outline stands inside."""
        status = self.bar.status
        if self.bar.expected:
            return f"b x s-{escape(status)}", 0.5
        return f"b s-{escape(status)}", 0.5 if status == "approved" else 0.0


class _Mark(Protocol):
    """What a bar, a dot and a rung have in common."""

    @property
    def title(self) -> str: ...
    @property
    def statement(self) -> str: ...
    @property
    def href(self) -> str: ...


def _linked(mark: _Mark, lane: Lane, drawn: str, date: Edge) -> str:
    """A mark as a link with a title and its year. One without a title is no link."""
    if not mark.title or not drawn:
        return drawn
    named = f' data-statement="{escape(mark.statement)}"' if mark.statement else ""
    day = date.latest if date.earliest is None else date.earliest
    if day is not None:
        named += f' data-year="{year_of(day)}"'
    return linked(mark.href or lane.href, titled(mark.title) + drawn, named)
