"""Orders of every kind on top of the shipped chronicle, the same in every run.

They come a few hours apart, over some 80 days, from four actors; every third under an
idempotency key. What they say of the world is made up.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from events.catalogue import STATEMENT_TYPES
from events.fact import Line
from events.vocabulary import FIELDS

BEGIN = "2026-11-25T12:00:00"
COMMITS = 240
SEED = 20261125
ACTORS = ("ada", "grace", "wang", "liu")
STEPS = ("proposed", "approved", "construction-started", "completed", "operation-started")
LIFE = (
    ("approved", "1999-01"),
    ("construction-started", "2001?"),
    ("operation-started", "2004-10-11"),
    ("suspended", "2012"),
    ("upgraded", "2014"),
)


class Told(NamedTuple):
    """A commit: when it is recorded, by whom, under which idempotency key, and its lines."""

    instant: str
    actor: str
    request: str
    key: str | None
    lines: Sequence[Line]


def commits(chronicle: Sequence[Line]) -> Iterator[Told]:
    """What is recorded after the lines of the chronicle."""
    orders, clock = Orders(chronicle), datetime.fromisoformat(BEGIN)
    for number in range(1, COMMITS + 1):
        clock += timedelta(
            hours=orders.chance.choice((1, 5, 9, 14)), microseconds=orders.chance.randrange(10**9)
        )
        yield Told(
            instant=clock.isoformat(timespec="microseconds") + "Z",
            actor=ACTORS[number % len(ACTORS)],
            request=f"request-{number}",
            key=f"key-{number}" if number % 3 == 0 else None,
            lines=orders.next(number),
        )


class Orders:
    """Makes orders that fit the records as they are by then. Each kind of order is a method."""

    def __init__(self, chronicle: Sequence[Line]) -> None:
        self.chance = random.Random(SEED)
        self._facilities = [line["id"] for line in chronicle if line["type"] == "facility"]
        self._sources = [line["id"] for line in chronicle if line["type"] == "source"]
        self._untouched = [line for line in chronicle if line["type"] in STATEMENT_TYPES]
        self._withdrawn: list[str] = []
        self._kinds = (
            self.source,
            self.facility,
            self.correction,
            self.correction_of_a_date,
            self.withdrawal,
            self.withdrawal,
            self.reinstatement,
            self.amendment_of_a_record,
            self.amendment_of_a_source,
            self.plans,
            self.dropped_plan,
            self.disputed_rival,
            self.discovery,
            self.policies,
            self.readings,
            self.observation,
            self.life_in_one_commit,
        )

    def next(self, number: int) -> list[Line]:
        """The lines of the next commit; the number makes their ids."""
        return self._kinds[number % len(self._kinds)](number)

    def source(self, number: int) -> list[Line]:
        """A new source, which later lines may rest on."""
        self._sources.append(f"up-source-{number}")
        return [
            {
                "type": "source",
                "id": f"up-source-{number}",
                "medium": self.chance.choice(("book", "paper", "news")),
                "title": f"Yearbook {number} of large instruments",
                "author": "A. Compiler",
                "date": self._year(),
                "url": f"https://example.org/{number}",
            }
        ]

    def facility(self, number: int) -> list[Line]:
        """A new facility with a full card, and characters that must be escaped."""
        self._facilities.append(f"up-facility-{number}")
        return [
            {
                "type": "facility",
                "id": f"up-facility-{number}",
                "name": f'Facility {number} <of> "many" words & more',
                "name_zh": f"装置{number}号",
                "acronym": f"F{number}",
                "country": self.chance.choice(("CN", "JP", "US", "DE")),
                "field": self.chance.choice(FIELDS),
                "operator": "Institute of High Energy Physics, CAS",
                "place": "Somewhere",
                "latitude": round(self.chance.uniform(20, 50), 2),
                "longitude": round(self.chance.uniform(80, 130), 2),
                "sources": self._cited(),
            }
        ]

    def correction(self, number: int) -> list[Line]:
        """Another title of a statement."""
        statement = self._fresh()
        return [
            {
                "type": "correction",
                "statement": statement["id"],
                "changes": {"title": f"{statement['title']}, as corrected ({number})"},
                "reason": "The log book has another wording.",
                "sources": self._cited(),
            }
        ]

    def correction_of_a_date(self, number: int) -> list[Line]:
        """Another date of a milestone, under an id of its own."""
        milestone = self._fresh("milestone")
        return [
            {
                "type": "correction",
                "id": f"up-change-{number}",
                "statement": milestone["id"],
                "changes": {
                    "date": str(int(milestone["date"][:4]) + self.chance.choice((-1, 1, 2))),
                    "summary": "Mended.",
                },
                "reason": "Misread.",
            }
        ]

    def withdrawal(self, number: int) -> list[Line]:  # noqa: ARG002 - it makes no id
        """A statement is taken back."""
        id = self._fresh()["id"]
        self._withdrawn.append(id)
        return [
            {
                "type": "withdrawal",
                "statement": id,
                "reason": "Another machine.",
                "sources": self._cited(),
            }
        ]

    def reinstatement(self, number: int) -> list[Line]:  # noqa: ARG002 - it makes no id
        """The statement that was taken back longest ago stands again."""
        return [
            {
                "type": "reinstatement",
                "statement": self._withdrawn.pop(0),
                "reason": "It was this one after all.",
            }
        ]

    def amendment_of_a_record(self, number: int) -> list[Line]:
        """A card is mended."""
        return [
            {
                "type": "amendment",
                "record": self.chance.choice(self._facilities),
                "changes": {
                    "operator": f"Operator {number}",
                    "place": self.chance.choice((None, "Beijing", "合肥")),
                },
                "reason": "Moved.",
                "sources": self._cited(),
            }
        ]

    def amendment_of_a_source(self, number: int) -> list[Line]:
        """A source is mended."""
        return [
            {
                "type": "amendment",
                "source": self.chance.choice(self._sources),
                "changes": {"title": f"A title, mended {number}", "publisher": "Science Press"},
                "reason": "Misspelt.",
            }
        ]

    def plans(self, number: int) -> list[Line]:
        """Two plans of one facility, in one commit."""
        facility, said = self.chance.choice(self._facilities), self.chance.randint(1995, 2025)
        return [
            {
                "type": "milestone",
                "id": f"up-plan-{number}-{step}",
                "facility": facility,
                "milestone": step,
                "modality": "planned",
                "date": str(said + self.chance.randint(1, 5)),
                "stated": f"{said}-0{self.chance.randint(1, 9)}",
                "title": f"{step} planned ({number})",
                "said_by": "The spokesperson",
                "sources": self._cited(),
            }
            for step in self.chance.sample(STEPS, 2)
        ]

    def dropped_plan(self, number: int) -> list[Line]:
        """A plan is given up."""
        return [
            {
                "type": "milestone",
                "id": f"up-dropped-{number}",
                "facility": self.chance.choice(self._facilities),
                "milestone": "operation-started",
                "modality": "planned",
                "dropped": True,
                "stated": "2023-02-03",
                "title": "Given up",
                "sources": self._cited(),
            }
        ]

    def disputed_rival(self, number: int) -> list[Line]:
        """A disputed statement of an entry that has another."""
        rival = self._fresh("milestone")
        return [
            {
                "type": "milestone",
                "id": f"up-rival-{number}",
                "facility": rival["facility"],
                "milestone": rival["milestone"],
                **({"entry": rival["entry"]} if "entry" in rival else {}),
                "modality": "actual",
                "rank": "disputed",
                "date": str(int(rival["date"][:4]) - 1),
                "stated": "2024-05",
                "title": f"A rival of {rival['id']}",
                "contradicts": [rival["id"]],
                "sources": self._cited(),
            }
        ]

    def discovery(self, number: int) -> list[Line]:
        """A finding, on a day, about a month or in an interval."""
        return [
            {
                "type": "discovery",
                "id": f"up-discovery-{number}",
                "facility": self.chance.choice(self._facilities),
                "modality": "actual",
                "date": self.chance.choice((self._year(), "2019-06~", "2011-03/2011-05")),
                "title": f"Discovery {number}: 新粒子 “X”",
                "summary": "Seen twice.",
                "sources": self._cited(),
            }
        ]

    def policies(self, number: int) -> list[Line]:
        """A chain of two decisions, the second of which ends the first."""
        common: Line = {
            "type": "policy",
            "record": f"up-chain-{number}",
            "modality": "actual",
            "country": "CN",
            "field": "quantum",
            "sources": self._cited(),
        }
        return [
            {
                **common,
                "id": f"up-policy-{number}",
                "date": "2015-03-01",
                "until": "2020-12-31",
                "title": f"Programme {number}",
            },
            {
                **common,
                "id": f"up-policy-{number}-end",
                "date": "2018-03-01",
                "supersedes": f"up-policy-{number}",
                "decision": "ended",
                "title": f"Programme {number} ended",
            },
        ]

    def readings(self, number: int) -> list[Line]:
        """A reading of a new series, one that was aimed at, and one of a series that is there."""
        common: Line = {
            "type": "indicator",
            "title": f"Reading {number}",
            "country": "CN",
            "value": round(self.chance.uniform(1, 4), 2),
            "unit": "%",
            "attributes": {"revised": True, "share": number / 8},
            "sources": self._cited(),
        }
        own = f"up-series-{number}"
        return [
            {**common, "id": f"{own}-a", "series": own, "modality": "actual", "date": "2019"},
            {
                **common,
                "id": f"{own}-b",
                "series": own,
                "modality": "planned",
                "date": "2021",
                "stated": "2018",
            },
            {
                **common,
                "id": f"{own}-c",
                "series": "rd-share-of-gdp",
                "modality": "actual",
                "date": "2021",
                "stated": f"20{22 + number % 4}",
            },
        ]

    def observation(self, number: int) -> list[Line]:
        """A remark that was read, and one from memory without a source."""
        return [
            {
                "type": "observation",
                "id": f"up-remark-{number}",
                "modality": "actual",
                "date": self._year(),
                "title": f"Remark {number}",
                "said_by": "Nature",
                "country": self.chance.choice(("CN", "CH")),
                "evidence": "found",
                "evidence_url": f"https://example.org/r/{number}",
                "sources": self._cited(),
            },
            {
                "type": "observation",
                "id": f"up-unsourced-{number}",
                "modality": "actual",
                "date": "2020",
                "title": f"From memory {number}",
                "evidence": "recall",
            },
        ]

    def life_in_one_commit(self, number: int) -> list[Line]:
        """A source, a facility, its life, and a correction of it, in one commit."""
        id, cited = f"up-facility-{number}", [{"id": f"up-source-{number}"}]
        self._facilities.append(id)
        self._sources.append(f"up-source-{number}")
        milestones: list[Line] = [
            {
                "type": "milestone",
                "id": f"up-step-{number}-{step}",
                "facility": id,
                "milestone": step,
                "modality": "actual",
                "date": date,
                "title": f"{step} of {id}",
                "sources": cited,
            }
            for step, date in LIFE
        ]
        return [
            {
                "type": "source",
                "id": f"up-source-{number}",
                "medium": "news",
                "title": f"News {number}",
            },
            {
                "type": "facility",
                "id": id,
                "name": f"Batch facility {number}",
                "country": "CN",
                "field": self.chance.choice(FIELDS),
                "sources": cited,
            },
            *milestones,
            {
                "type": "correction",
                "statement": f"up-step-{number}-approved",
                "changes": {"date": "1999-02"},
                "reason": "A slip of the pen.",
            },
        ]

    def _fresh(self, type: str | None = None) -> Line:
        """A dated statement of the chronicle that nothing was done to yet."""
        line = self.chance.choice(
            [each for each in self._untouched if type in (None, each["type"]) and each.get("date")]
        )
        self._untouched.remove(line)
        return line

    def _cited(self) -> list[Line]:
        locator = f"p. {self.chance.randint(1, 99)}"
        return [{"id": self.chance.choice(self._sources), "locator": locator}]

    def _year(self) -> str:
        return str(self.chance.randint(1985, 2035))
