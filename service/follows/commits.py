"""The commits of a stretch of the log, day by day, at which a followed answer is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from events.clocks import Log, utc_day
from events.dates import Day, iso
from projections.engine.spans import AFTER_ALL
from projections.views.history import Version
from projections.views.reading import Reading


class LoggedDay(NamedTuple):
    """The commits of one day, up to the position `last`. `before` is the last position of the day
    before; `now` is an instant of this day."""

    before: int
    last: int
    now: str


def logged_days(
    reading: Reading, log: Log, *, after: int, known: int, newest: bool
) -> Iterator[LoggedDay]:
    """The days of a stretch of the log, in order, or the newest first."""
    while commits := _commits(reading, after=after, known=known, newest=newest, limit=1):
        (commit,) = commits
        today = utc_day(commit.recorded_at)
        before, last = _end_of(today - 1, log), min(_end_of(today, log), known)
        yield LoggedDay(before, last, commit.recorded_at)
        after, known = (after, before) if newest else (last, known)


def every(reading: Reading, *, after: int, known: int, newest: bool) -> Iterator[int]:
    """All commits of a stretch of the log, in order, or the newest first."""
    while commits := _commits(reading, after=after, known=known, newest=newest, limit=PAGE):
        yield from (commit.position for commit in commits)
        reached = commits[-1].position
        after, known = (after, reached - 1) if newest else (reached, known)


PAGE = 100
"""How many commits are read at once."""


def _commits(
    reading: Reading, *, after: int, known: int, newest: bool, limit: int
) -> list[Version]:
    if newest:
        return reading.history.last_commits(reading.db, known=known, after=after, limit=limit)
    return reading.history.versions(reading.db, None, known=known, after=after, limit=limit)


def _end_of(day: Day, log: Log) -> int:
    """The position of the last commit by the end of a day; 0 before the first."""
    commit = log.commit_by(f"{iso(day)}T23:59:59.999999Z")
    return commit.position if commit else 0


def versions(reading: Reading, streams: Mapping[str, int], *, after: int, known: int) -> list[int]:
    """The commits of an answer that is made of some streams."""
    return sorted(
        {
            version.position
            for stream, since in streams.items()
            for version in reading.history.versions(
                reading.db, stream, known=known, after=max(after, since - 1), limit=AFTER_ALL
            )
        }
    )
