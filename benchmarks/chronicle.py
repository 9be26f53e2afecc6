"""A made-up world of big science: the load of all benchmarks, the same in every run.

Each facility has a plausible life of as many statements as are asked for: plans
that slip, milestones with vague dates, words that came later, upgrades and
shutdowns for as long as it runs. Some statements are mended, long after they
were recorded. Everything follows from a seed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from random import Random

import msgspec

from events.fact import Line
from events.vocabulary import FIELDS

COUNTRIES = (
    "AR", "AU", "BR", "CA", "CH", "CL", "CN", "DE", "ES", "FR",
    "GB", "IN", "IT", "JP", "KR", "NL", "RU", "SE", "US", "ZA",
)  # fmt: skip

SEVENTY = (
    "CN", "US", "JP", "DE", "GB", "FR", "IT", "RU", "IN", "KR", "CA", "AU", "BR", "CH",
    "ES", "NL", "SE", "ZA", "AR", "CL", "AT", "BE", "BG", "CO", "CU", "CY", "CZ", "DK",
    "DZ", "EE", "EG", "FI", "GR", "HR", "HU", "ID", "IE", "IL", "IR", "IS", "JO", "KE",
    "KZ", "LT", "LU", "LV", "MA", "MX", "MY", "NG", "NO", "NZ", "PE", "PH", "PK", "PL",
    "PT", "RO", "RS", "SA", "SG", "SI", "SK", "TH", "TN", "TR", "MT", "UA", "UY", "VN",
)  # fmt: skip
"""The countries of a world that has not just the twenty above."""

SOURCES = 200

BUILDING = (
    ("proposed", "actual"),
    ("operation-started", "planned"),
    ("approved", "actual"),
    ("construction-started", "planned"),
    ("construction-started", "actual"),
    ("operation-started", "planned"),
    ("completed", "actual"),
    ("operation-started", "planned"),
    ("first-light", "actual"),
    ("operation-started", "actual"),
)
"""How a facility comes to be, in the order in which it is told."""

RUNNING = (
    ("upgraded", "planned"),
    ("suspended", "actual"),
    ("upgraded", "planned"),
    ("upgraded", "actual"),
    ("operation-started", "actual"),
)
"""What comes again and again while it runs, each round in entries of its own."""

TODAY = 12 * 2024
"""The month in which the news are told, counted from year 0."""

MENDED = 0.02
"""The share of the statements that are mended one day; every tenth of them is withdrawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """So many facilities, each with a life of so many statements."""

    facilities: int
    to_a_facility: int = 10
    seed: int = 1959
    countries: int = len(COUNTRIES)
    """Among how many countries the facilities are spread; at most 70, and China is the first."""

    @property
    def statements(self) -> int:
        """How many statements there are."""
        return self.facilities * self.to_a_facility

    def by_facility(self) -> Iterator[Line]:
        """Every line, each facility with its whole life: an import from a collection."""
        yield from _sources()
        for life in self._lives():
            yield from life

    def by_time(self) -> Iterator[Line]:
        """Every line, statements in the order of the years: a record comes up again and again."""
        lives = list(self._lives())
        yield from _sources()
        yield from (life[0] for life in lives)
        yield from sorted(
            (line for life in lives for line in life[1:]), key=lambda line: line["stated"]
        )

    def mending(self) -> Iterator[Line]:
        """What is corrected or withdrawn after all that."""
        chance = Random(f"{self.seed} mending")
        for life in self._lives():
            for line in life[1:]:
                if chance.random() < MENDED:
                    yield _mended(line, chance)

    def correcting(self, round_: int) -> Iterator[Line]:
        """A correction of every statement, in each round another."""
        chance = Random(f"{self.seed} correcting {round_}")
        for life in self._lives():
            for line in life[1:]:
                correction = _corrected(line, chance)
                # A date may come again, and what changes nothing is refused.
                correction["changes"]["summary"] = f"As told in paper {round_}, read again."
                yield correction

    def news(self) -> Iterator[Line]:
        """What goes on being told, without end: a new statement, and now and then a correction."""
        chance = Random(f"{self.seed} news")
        for index in count(self.to_a_facility):
            for number in chance.sample(range(self.facilities), self.facilities):
                facility = facility_id(number)
                if chance.random() < 0.2:
                    yield _corrected(_statement(facility, index - 1, TODAY, chance), chance)
                yield _statement(facility, index, TODAY, chance)

    def _lives(self) -> Iterator[list[Line]]:
        for number in range(self.facilities):
            yield _life(self, number, Random(f"{self.seed} {number}"))


def batches(lines: Iterable[Line], *, size: int) -> Iterator[list[bytes]]:
    """Lines as an import file has them, so many to a batch."""
    texts = map(msgspec.json.encode, lines)
    while batch := list(islice(texts, size)):
        yield batch


def facility_id(number: int) -> str:
    """The id of a facility, counted from 0."""
    return f"facility-{number:06d}"


def country_of(number: int, countries: int = len(COUNTRIES)) -> str:
    """The country of a facility, of so many; each has as many as the others."""
    codes = COUNTRIES if countries == len(COUNTRIES) else SEVENTY[:countries]
    return codes[number % len(codes)]


def _sources() -> Iterator[Line]:
    for number in range(SOURCES):
        year = 1960 + number // 4
        yield {
            "type": "source",
            "id": f"source-{number}",
            "medium": "report",
            "title": f"Annual report {year}, part {number % 4 + 1}",
            "date": str(year),
        }


def _life(world: World, number: int, chance: Random) -> list[Line]:
    """A facility's card, then its statements in the order of their telling."""
    facility = facility_id(number)
    card: Line = {
        "type": "facility",
        "id": facility,
        "name": f"Facility {number} for {chance.choice(('light', 'ions', 'waves', 'ice'))}",
        "country": country_of(number, world.countries),
        "field": FIELDS[number // world.countries % len(FIELDS)],
        "place": f"Place {number % 977}",
        "sources": [_citation(chance)],
    }
    lines = [card]
    told = 12 * chance.randrange(1950, 1990)
    for index in range(world.to_a_facility):
        told += chance.randrange(2, 25) if index < len(BUILDING) else chance.randrange(1, 3)
        lines.append(_statement(facility, index, told, chance))
    return lines


def _statement(facility: str, index: int, told: int, chance: Random) -> Line:
    """The statement with some index in a life, told in some month counted from year 0."""
    entry: Line = {}
    if index < len(BUILDING):
        milestone, modality = BUILDING[index]
    else:
        round_, place = divmod(index - len(BUILDING), len(RUNNING))
        milestone, modality = RUNNING[place]
        entry = {"entry": f"{facility}/{milestone}/{round_}"}
    planned = modality == "planned"
    happens = told + chance.randrange(3, 60) if planned else told - chance.randrange(1, 3)
    return {
        "type": "milestone",
        "id": f"{facility}-{index}",
        "facility": facility,
        "milestone": milestone,
        "modality": modality,
        **entry,
        "date": _vague(happens, chance) if chance.random() < 0.5 else _month(happens),
        "stated": f"{_month(told)}-{chance.randrange(1, 29):02d}",
        "title": f"{milestone.replace('-', ' ').capitalize()} ({modality})",
        "summary": f"As told in the papers of {facility}, item {index}.",
        "sources": [_citation(chance)],
    }


def _mended(line: Line, chance: Random) -> Line:
    if chance.random() < 0.1:
        return {"type": "withdrawal", "statement": line["id"], "reason": "entered by mistake"}
    return _corrected(line, chance)


def _corrected(line: Line, chance: Random) -> Line:
    year, month = line["date"][:4], chance.randrange(1, 13)
    return {
        "type": "correction",
        "statement": line["id"],
        "changes": {
            "date": f"{year}-{month:02d}-{chance.randrange(1, 29):02d}",
            "summary": "As told in a paper that was read again.",
        },
        "reason": "the source was read again",
    }


def _citation(chance: Random) -> Line:
    return {"id": f"source-{chance.randrange(SOURCES)}", "locator": f"p. {chance.randrange(300)}"}


def _vague(month: int, chance: Random) -> str:
    """A date as fine, or as vague, as sources give them."""
    year = month // 12
    return chance.choice(
        (
            f"{_month(month)}-{chance.randrange(1, 29):02d}",
            f"{_month(month)}~",
            str(year),
            f"{year}?",
            f"{year}-{chance.randrange(21, 24)}",
            f"{year}/{year + 1}",
        )
    )


def _month(month: int) -> str:
    return f"{month // 12:04d}-{month % 12 + 1:02d}"
