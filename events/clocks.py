"""The three clocks of a question: texts in, days and a place in the log out.

`at` is when it was so in the world, `stated` what the sources had said by
then, `known` what the log had recorded by then. All three are read here and
nowhere else. Nothing here reads the time or opens a log: both come in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from events.commit import Epoch
from events.dates import Day, Period, civil, day, iso, parse_iso, parse_period
from events.errors import BadClock, BadDate, ClashingClocks, PositionAhead


class Commit(Protocol):
    """What was saved together, by its last position."""

    @property
    def position(self) -> int:
        """The place of its last event."""

    @property
    def recorded_at(self) -> str:
        """The instant in UTC, in 27 characters: `2026-11-25T09:00:00.000001Z`."""


class Log(Protocol):
    """What a question needs to know of the log."""

    def head(self) -> Commit | None:
        """The last commit; None while the log is empty."""

    def commit_at(self, position: int) -> Commit | None:
        """The last whole commit at or before a position."""

    def commit_by(self, recorded_at: str) -> Commit | None:
        """The last commit recorded at or before an instant."""

    def epochs(self) -> tuple[Epoch, ...]:
        """The epochs after the first, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """A question's three clocks, every default written out.

    `at` is the last day of `during` where that is given. `known` is the position
    of a whole commit and `known_at` its instant; 0 and None are the empty log. `epochs` are those
    of the log after the first.
    """

    at: Day
    during: Period | None
    stated: Day
    known: int
    known_at: str | None
    epochs: tuple[Epoch, ...] = ()


def as_of(
    *,
    at: str | None = None,
    during: str | None = None,
    stated: str | None = None,
    known: str | None = None,
    log: Log,
    now: str,
) -> AsOf:
    """Read the clocks of a question; None where one was not given.

    `now` is an instant as a commit has it. Raises BadClock for a clock that is
    malformed, lies in the future or contradicts another, and PositionAhead for a
    position that the log has not reached.
    """
    if at is not None and during is not None:
        raise ClashingClocks(
            "during", during, f"it takes the place of at, which is {at[:80]!r}: give one"
        )
    day_at = None if at is None else last_day("at", at)
    period = None if during is None else _period("during", during)
    day_stated = None if stated is None else last_day("stated", stated)

    commit = log.head() if known is None else _known(known, log, now)
    default = _default_day(commit, now=now, pinned=known is not None)
    if period is not None:
        day_at = period.last
    return AsOf(
        at=default if day_at is None else day_at,
        during=period,
        stated=default if day_stated is None else day_stated,
        known=commit.position if commit else 0,
        known_at=commit.recorded_at if commit else None,
        epochs=log.epochs(),
    )


def canonical(as_of: AsOf) -> list[tuple[str, str]]:
    """The clocks as a pinned URL writes them out, in its order; `as_of` reads them back.

    A day after 9999 begins with +, which a URL must write as %2B.

    >>> canonical(AsOf(at=15705, during=None, stated=20782, known=1199, known_at=None))
    [('at', '2012-12-31'), ('stated', '2026-11-25'), ('known', '@1199')]
    """
    world = ("during", as_of.during.text) if as_of.during else ("at", iso(as_of.at))
    return [world, ("stated", iso(as_of.stated)), ("known", f"@{as_of.known}")]


def epoch_at(epochs: Iterable[Epoch], position: int) -> int:
    """The number of the epoch in which it is told what the log knew at a position."""
    return max((epoch.number for epoch in epochs if position > epoch.began), default=1)


def instant(text: str) -> str:
    """Any instant of RFC 3339, in UTC and 27 characters. Raises BadClock.

    Digits below the microsecond are cut off; a leap second is the last microsecond
    before the next minute, since the log has none.

    >>> instant("2026-11-25t10:00:00.0000019+01:00")
    '2026-11-25T09:00:00.000001Z'
    """
    if (parts := _INSTANT.fullmatch(text)) is None:
        raise BadClock("known", text, _why_no_instant(text))
    date, hour, minute, second, fraction, sign, offset_hour, offset_minute = parts.groups()
    try:
        local_day = parse_iso(date)
    except BadDate as refused:
        raise BadClock("known", text, refused.why) from None
    if hour > "23" or minute > "59" or second > "60":
        raise BadClock("known", text, "a day has no such time")
    offset = 0
    if sign:
        if offset_hour > "23" or offset_minute > "59":
            raise BadClock("known", text, "an offset is at most 23:59")
        offset = int(f"{sign}1") * (int(offset_hour) * 60 + int(offset_minute))

    minutes = local_day * _DAY_MINUTES + int(hour) * 60 + int(minute) - offset
    day_utc, minute_of_day = divmod(minutes, _DAY_MINUTES)
    if not 0 <= civil(day_utc)[0] <= 9999:
        raise BadClock("known", text, "in UTC it lies outside the years 0000 to 9999")
    micros = (fraction or "")[:6].ljust(6, "0")
    if second == "60":
        if minute_of_day != _DAY_MINUTES - 1:
            raise BadClock("known", text, "a leap second is 23:59:60 in UTC")
        second, micros = "59", "999999"
    hour_utc, minute_utc = divmod(minute_of_day, 60)
    return f"{iso(day_utc)}T{hour_utc:02d}:{minute_utc:02d}:{second}.{micros}Z"


def utc_day(recorded_at: str) -> Day:
    """The day of an instant in 27 characters, such as a commit's."""
    return day(int(recorded_at[:4]), int(recorded_at[5:7]), int(recorded_at[8:10]))


_DAY_MINUTES = 24 * 60

_FARTHEST_POSITION = 2**63 - 1

_BLANK = "it has a blank where + belongs: in a URL, + is written %2B"

_PLAIN = re.compile(r"-?[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?")
_FORMS = "a clock takes a year, a month or a day: 2013, 2013-05, 2013-05-06, -0240 or Y12025"

_PLAIN_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FAR_DAY = re.compile(r"[+-][0-9]{6,16}-[0-9]{2}-[0-9]{2}")
_POSITION = re.compile(r"@(0|[1-9][0-9]*)")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)


def last_day(clock: str, text: str) -> Day:
    """The last day of a year, a month or a day, as a clock takes it. Raises BadClock.

    >>> iso(last_day("at", "2013"))
    '2013-12-31'
    """
    # A pinned URL writes a day outside 0000 to 9999 as ISO 8601 does, which is no EDTF.
    if _FAR_DAY.fullmatch(text):
        try:
            return parse_iso(text)
        except BadDate as refused:
            raise BadClock(clock, text, refused.why) from None
    if _FAR_DAY.fullmatch(text.replace(" ", "+", 1)):
        raise BadClock(clock, text, _BLANK)
    return _period(clock, text).last


def _period(clock: str, text: str) -> Period:
    try:
        return parse_period(text)
    except BadDate as refused:
        # A day that does not exist has its own reason; any other text is in no form of a clock.
        why = refused.why if _PLAIN.fullmatch(text) else _FORMS
        raise BadClock(clock, text, why) from None


def _known(text: str, log: Log, now: str) -> Commit | None:
    head = log.head()
    if text.startswith("@"):
        return _commit_at(text, log, head)
    moment = instant(text)
    if moment > now and (head is None or moment > head.recorded_at):
        raise BadClock("known", text, f"it lies in the future: now is {now}")
    return log.commit_by(moment)


def _commit_at(text: str, log: Log, head: Commit | None) -> Commit | None:
    if (digits := _POSITION.fullmatch(text)) is None:
        raise BadClock("known", text, "a position is @ and a number: @0, @1199")
    # No position exceeds 64 bits, and Python refuses to read or print numbers without end.
    position = min(int(digits[1][:20]), _FARTHEST_POSITION)
    reached = head.position if head else 0
    if position > reached:
        raise PositionAhead(position, reached, named=text)
    return log.commit_at(position)


def _default_day(commit: Commit | None, *, now: str, pinned: bool) -> Day:
    """The day for `at` and `stated`: of the commit that `known` names, else the latest known."""
    today = utc_day(now)
    if commit is None:
        return today
    recorded = utc_day(commit.recorded_at)
    return recorded if pinned else max(today, recorded)


def _why_no_instant(text: str) -> str:
    if _INSTANT.fullmatch(text.replace(" ", "+")):
        return _BLANK
    if _PLAIN_DAY.fullmatch(text):
        return f"a day of the log ends at an instant: write {text}T23:59:59Z, or a position (@1199)"
    return "write a position (@1199) or an instant (2026-11-25T09:00:00Z, …+01:00)"
