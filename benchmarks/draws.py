"""What questions are about: countries, facilities and clocks by chance, the same in every run."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from benchmarks.chronicle import World, country_of, facility_id
from benchmarks.peers.ours import query_of
from benchmarks.peers.peer import Moment
from events.clocks import utc_day
from events.dates import day
from service.archive import Archive

YEARS = (1955, 2026)
"""The years between which clocks are drawn."""

LATE_YEARS = (2005, 2025)
"""Years in which countries are as full as now."""


class Draw(NamedTuple):
    """What one question is about."""

    country: str
    facility: str
    now: Moment
    moment: Moment
    to_known: int


def drawn(archive: Archive, world: World, *, count: int) -> Iterator[Draw]:
    """A country, a facility, a day of the world, a day of the sources, and two positions of the
    second half of the log, each by chance."""
    chance = Random(world.seed)
    now = moment_now(archive)
    for _ in range(count):
        at, stated = (day(chance.randrange(*YEARS), chance.randrange(1, 13), 1) for _ in range(2))
        known = chance.randrange(now.known // 2, now.known)
        yield Draw(
            country=_country(world, chance),
            facility=facility_id(chance.randrange(world.facilities)),
            now=now,
            moment=Moment(at, stated, known),
            to_known=chance.randrange(known, now.known + 1),
        )


def moment_now(archive: Archive) -> Moment:
    """The head of the log, and its day. Raises LookupError where nothing was loaded."""
    head = archive.chronicle.log.head()
    if head is None:
        raise LookupError("nothing was loaded")
    today = utc_day(head.recorded_at)
    return Moment(today, today, head.position)


def late_paths(world: World, *, end: int) -> Iterator[str]:
    """States of countries at clocks by chance in the last twenty years, as the last tenth of the
    log up to `end` has them: about as large as that of now, each another one, without end."""
    chance = Random(f"{world.seed} late")
    while True:
        at, stated = sorted(
            day(chance.randrange(*LATE_YEARS), chance.randrange(1, 13), chance.randrange(1, 29))
            for _ in range(2)
        )
        moment = Moment(at, stated, chance.randrange(end - end // 10, end + 1))
        yield f"/v1/state?{query_of(moment)}&country={_country(world, chance)}&limit=1000"


def _country(world: World, chance: Random) -> str:
    return country_of(chance.randrange(world.facilities), world.countries)
