"""At which commits the answer to a followed question can change at all.

No commit may be missed, so where it is not known which ones matter, all do.
Which ones do is told by what the log had up to each of them and never by what
came later: a page of a feed, once full, is the same for good.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple, Protocol

from events.clocks import Log, utc_day
from events.dates import Day, day, iso, parse_iso, year_of
from projections.engine.spans import AFTER_ALL, BEFORE_ALL
from projections.views.file import Database
from projections.views.history import History, Version
from service.archive import Archive
from service.asking.query import Query
from service.trends.asking import Measure, TrendQuery, choice
from service.words.regions import REGIONS


class MadeOf(Protocol):
    """The streams that an answer is made of, each with the position from which it counts."""

    def __call__(self, service: Archive, db: Database, id: str, *, known: int) -> dict[str, int]:
        """All of them that count anywhere up to `known`."""


class Turns(Protocol):
    """The positions beyond `after`, up to `known`, of commits that can change an answer.

    None where any can.
    """

    def __call__(
        self, service: Archive, db: Database, question: Query, *, after: int, known: int
    ) -> list[int] | None:
        """In order, each once."""


def on_a_day(
    service: Archive, db: Database, question: Query, *, after: int, known: int
) -> list[int]:
    """Of an answer about the rows that hold near a day, or in a period."""
    clocks = question.as_of
    first = min(clocks.at, clocks.stated, clocks.during.first if clocks.during else AFTER_ALL)
    return _turns(
        service,
        db,
        question,
        first=day(year_of(first), 1, 1),
        # Findings are counted up to `at`, and listed up to the end of its year.
        last=day(year_of(max(clocks.at, clocks.stated)), 12, 31),
        after=after,
        known=known,
    )


def of_two_horizons(
    service: Archive, db: Database, question: Query, *, after: int, known: int
) -> list[int]:
    """Of a day as it was expected beside the same day as it is known: of two horizons."""
    now = replace(question.as_of, stated=parse_iso(question.filters["to_stated"]))
    found = [
        on_a_day(service, db, replace(question, as_of=clocks), after=after, known=known)
        for clocks in (question.as_of, now)
    ]
    # Whether a facility had been named is told by statements of any country and field.
    found.append(
        service.state.turns(
            db,
            first=BEFORE_ALL,
            last=AFTER_ALL,
            stated=question.as_of.stated,
            after=after,
            known=known,
            countries=None,
            field=None,
            facets=["named"],
        )
    )
    return sorted({position for positions in found for position in positions})


def _turns(
    service: Archive,
    db: Database,
    question: Query,
    *,
    first: int,
    last: int,
    after: int,
    known: int,
) -> list[int]:
    country = question.filters.get("country")
    return service.state.turns(
        db,
        first=first,
        last=last,
        stated=question.as_of.stated,
        after=after,
        known=known,
        countries=None if country is None else [country],
        field=question.filters.get("field"),
    )


MEASURED: Mapping[Measure, str] = {
    "status": "status",
    "discoveries": "discovery",
    "policies": "policy",
    "indicator": "indicator",
}
"""The facet of the rows that a trend is made of, by its measure."""


def between_ends(
    service: Archive, db: Database, question: Query, *, after: int, known: int
) -> list[int]:
    """Of a trend."""
    if not isinstance(question, TrendQuery):
        raise TypeError("the question is no trend")
    stated = question.as_of.stated
    fields = _listed(question, "field")
    return service.state.turns(
        db,
        # Beyond the horizon a status is the one at the horizon.
        first=min(question.first, stated),
        last=question.last,
        stated=stated,
        after=after,
        known=known,
        countries=_countries(question),
        field=fields[0] if len(fields) == 1 else None,
        facets=[MEASURED[choice("measure", question.filters["measure"], MEASURED)]],
    )


def _countries(question: Query) -> list[str] | None:
    """The countries of a trend; None where those that are not named count too."""
    named = _listed(question, "country")
    if not named:
        return None
    regions = _listed(question, "region")
    return [*named, *(each for name in regions for each in REGIONS[name].countries)]


def _listed(question: Query, name: str) -> list[str]:
    """The words of a filter that is a list."""
    text = question.filters.get(name)
    return [] if text is None else text.split(",")


class LoggedDay(NamedTuple):
    """The commits of one day beyond the position `after`, up to `last`. `before` is the last
    position of the days before it, and `now` an instant of it."""

    before: int
    after: int
    last: int
    now: str


def logged_days(
    service: Archive, db: Database, *, after: int, known: int, newest: bool
) -> Iterator[LoggedDay]:
    """The days of a stretch of the log, in order, or the newest first."""
    log = service.chronicle.log
    while commits := _commits(service, db, after=after, known=known, newest=newest, limit=1):
        (commit,) = commits
        today = utc_day(commit.recorded_at)
        before, last = _end_of(today - 1, log), min(_end_of(today, log), known)
        yield LoggedDay(before, max(before, after), last, commit.recorded_at)
        after, known = (after, before) if newest else (last, known)


def every(service: Archive, db: Database, *, after: int, known: int, newest: bool) -> Iterator[int]:
    """All commits of a stretch of the log, in order, or the newest first."""
    while commits := _commits(service, db, after=after, known=known, newest=newest, limit=PAGE):
        yield from (commit.position for commit in commits)
        reached = commits[-1].position
        after, known = (after, reached - 1) if newest else (reached, known)


PAGE = 100
"""How many commits are read at once."""


def _commits(
    service: Archive, db: Database, *, after: int, known: int, newest: bool, limit: int
) -> list[Version]:
    if newest:
        return service.history.last_commits(db, known=known, after=after, limit=limit)
    return service.history.versions(db, None, known=known, after=after, limit=limit)


def _end_of(day: Day, log: Log) -> int:
    """The position of the last commit by the end of a day; 0 before the first."""
    commit = log.commit_by(f"{iso(day)}T23:59:59.999999Z")
    return commit.position if commit else 0


def versions(
    history: History, db: Database, streams: Mapping[str, int], *, after: int, known: int
) -> list[int]:
    """The commits of an answer that is made of some streams."""
    return sorted(
        {
            version.position
            for stream, since in streams.items()
            for version in history.versions(
                db, stream, known=known, after=max(after, since - 1), limit=AFTER_ALL
            )
        }
    )
