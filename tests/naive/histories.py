"""Random histories that would be recorded without a refusal, for the model and the engine alike.

`random_history` is driven by a `random.Random` alone, so that a loop over seeds
and hypothesis (`histories`, which shrinks by drawing smaller numbers) make the
same kind of history: a list of batches of lines, each batch one commit. Dates
come from few years and few days of a year, so that ties, straddles and rivals
are the rule; some are before year 1 or beyond 9999, and some have an open end.

Whether a line is acceptable is decided here, by a shadow of what was recorded
(`Shadow`), and independently of the engine.
"""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

from .model import (
    FINAL,
    FORWARD,
    MILESTONES,
    STATUSES,
    Cards,
    Claim,
    Line,
    Logged,
    bounds_of,
    change,
    civil,
    iso,
    read,
)
from .places import COUNTRIES, random_place

FIELDS = ("particle-physics", "astronomy")
CLASSES = ("experiment", "light-source")
UNITS = ("%", "m", "USD")
SERIES = 2
MOST_FACILITIES = 4

Batch = list[Line]


def random_history(rng: Random, *, lines: int = 60) -> list[Batch]:
    """A history of about so many lines, after its sources and first facility."""
    story = Story(rng)
    batches: list[Batch] = [story.opening()]
    while sum(map(len, batches)) < lines:
        if rng.random() < 0.12:
            batches.append(story.life())
        else:
            batches.append([story.line() for _ in range(rng.choice((1, 1, 1, 2, 3, 8)))])
    return batches


def histories(*, lines: int = 40) -> st.SearchStrategy[list[Batch]]:
    """A hypothesis strategy for histories of up to about so many lines."""
    return st.builds(
        lambda rng, most: random_history(rng, lines=most),
        st.randoms(use_true_random=False),
        st.integers(min_value=1, max_value=lines),
    )


def logs(*, lines: int = 40) -> st.SearchStrategy[list[Logged]]:
    """A hypothesis strategy for histories as they were recorded."""
    return st.builds(
        lambda rng, batches: logged(batches, random_instants(rng, len(batches))),
        st.randoms(use_true_random=False),
        histories(lines=lines),
    )


def random_instants(rng: Random, commits: int) -> list[str]:
    """Instants of commits, strictly later each, several a day or years apart, from 1995 on.

    They run into the years that the histories tell of, so that the day of the
    recording often caps what was said.
    """
    day, micro = bounds_of(f"{rng.randrange(1995, 2020)}-06-15").earliest, 1
    instants = []
    for _ in range(commits):
        wait = rng.choice((0, 0, 0, 1, 30, 200, 400))
        day, micro = (day + wait, 1) if wait else (day, micro + 1)
        instants.append(f"{iso(day)}T09:00:00.{micro:06}Z")
    return instants


def logged(
    batches: list[Batch], instants: list[str], positions: list[int] | None = None
) -> list[Logged]:
    """The batches as a log: one commit each, at that instant.

    `positions` gives the position of each commit's last event where the log
    has holes; without it there are none.
    """
    log: list[Logged] = []
    position = 0
    for commit, (batch, instant) in enumerate(zip(batches, instants, strict=True), start=1):
        position = positions[commit - 1] if positions else position + len(batch)
        log += [Logged(position, commit, instant, line) for line in batch]
    return log


def random_question(rng: Random, log: list[Logged]) -> dict[str, Any]:
    """The arguments of `Naive.state` for a question near the edges of what the log tells."""
    known = rng.choice([0, *(line.position for line in log)])
    if rng.random() < 0.6:
        known = log[-1].position if log else 0
    _, claims = read(log, known)
    edges = [bounds_of("2010-06-15").earliest]
    for claim in claims:
        edges += [*vars(claim.bounds).values(), claim.said]
    edges = [edge for edge in edges if iso(edge) is not None]
    at, stated = (rng.choice(edges) + rng.choice((-1, 0, 0, 0, 1)) for _ in range(2))
    if rng.random() < 0.4:
        stated = max(edges) + 1
    elif rng.random() < 0.5:
        at, stated = max(at, stated), min(at, stated)
    question: dict[str, Any] = {"at": iso(at), "stated": iso(stated), "known": known}
    if rng.random() < 0.3:
        question["during"] = period_around(rng, at)
    if rng.random() < 0.4:
        question |= random_place(rng)
    parts = (("field", FIELDS, 0.3), ("class", CLASSES, 0.2))
    question |= {name: rng.choice(words) for name, words, often in parts if rng.random() < often}
    if rng.random() < 0.2:
        question["status"] = some_statuses(rng)
    if rng.random() < 0.2:
        question["expected"] = some_statuses(rng)
    return question


def some_statuses(rng: Random) -> str:
    """One to three statuses in their order, with commas between them."""
    chosen = rng.sample(STATUSES, rng.randint(1, 3))
    return ",".join(sorted(chosen, key=STATUSES.index))


def period_around(rng: Random, day: float) -> str:
    """A year, month or day, as a text, in which the day lies; a year outside 0000 to 9999."""
    year, month, of_month = civil(int(day))
    if year > 9999:
        return f"Y{year}"
    if year < 0:
        return f"{year:05}"
    return f"{year:04}-{month:02}-{of_month:02}"[: rng.choice((4, 4, 7, 10))]


class Shadow:
    """What was recorded, in the form that the refusals need, and the refusals."""

    def __init__(self) -> None:
        self.lines: Batch = []
        self.sources: set[str] = set()

    def record(self, line: Line) -> None:
        """Take a line that is acceptable; ValueError with the reason if it is not."""
        reason = self.refusal(line)
        if reason is not None:
            raise ValueError(f"{reason}: {line}")
        self.lines.append(line)
        if line["type"] == "source":
            self.sources.add(line["id"])

    @property
    def cards(self) -> Cards:
        return read(self.log, len(self.lines))[0]

    @property
    def claims(self) -> list[Claim]:
        return read(self.log, len(self.lines))[1]

    @property
    def log(self) -> list[Logged]:
        return [Logged(1, 1, "2030-01-01T00:00:00.000001Z", line) for line in self.lines]

    def refusal(self, line: Line) -> str | None:
        """Why a line would be refused; None if it would be recorded."""
        if line["type"] == "source":
            return "the id exists" if line["id"] in self.sources else None
        if line["type"] == "series":
            named = (other["id"] for other in self.lines if other["type"] == "series")
            return "the series has a card" if line["id"] in named else None
        if any(source["id"] not in self.sources for source in line.get("sources", [])):
            return "an unknown source"
        cards, claims = read(self.log, len(self.lines))
        if line["type"] == "amendment":
            if line["record"] not in cards:
                return "an unknown facility"
            return refused_changes(cards[line["record"]], line["changes"])
        if line["type"] in ("correction", "withdrawal", "reinstatement"):
            return refused_order(line, cards, claims)
        if line["id"] in {*cards, *(c.id for c in claims), *(c.record for c in claims)}:
            return "the id exists"
        return (
            None if line["type"] == "facility" else refused_statement(line, cards, claims, claims)
        )


def refused_order(line: Line, cards: Cards, claims: list[Claim]) -> str | None:
    """Why a correction, a withdrawal or a reinstatement would be refused."""
    claim = next((claim for claim in claims if claim.id == line["statement"]), None)
    if claim is None:
        return "an unknown statement"
    if claim.withdrawn != (line["type"] == "reinstatement"):
        return "a withdrawn statement takes a reinstatement, and no other does"
    if line["type"] != "correction":
        return None
    if line["changes"].keys() & {"id", "type", "facility", "series", "record"}:
        return "a member that nothing changes"
    after = dict(claim.line)
    change(after, line["changes"])
    earlier = [other for other in claims if other.order < claim.order]
    others = [other for other in claims if other.id != claim.id]
    return refused_changes(claim.line, line["changes"]) or refused_statement(
        after, cards, earlier, others
    )


def refused_changes(before: Line, changes: Line) -> str | None:
    """Why changes would be refused: each of them must change something."""
    if not changes or any(before.get(member) == value for member, value in changes.items()):
        return "a change that changes nothing"
    return None


def refused_statement(
    line: Line, cards: Cards, earlier: list[Claim], others: list[Claim]
) -> str | None:
    """Why a statement, new or corrected, would be refused.

    `others` are all other statements, `earlier` those that were recorded before it.
    """
    if "facility" in line and line["facility"] not in cards:
        return "an unknown facility"
    refused = refused_dates(line)
    if refused is not None:
        return refused
    claim = Claim(line, 0, 0)
    if any(other.entry == claim.entry and other.record != claim.record for other in others):
        return "the entry lies in another record"
    same_record = [other for other in others if other.record == claim.record]
    if any(other.line["type"] != line["type"] for other in same_record):
        return "the record is of another type"
    if line.get("supersedes") and line["supersedes"] not in [
        other.id for other in earlier if other.record == claim.record
    ]:
        return "supersedes names nothing recorded earlier in its record"
    return None


def refused_dates(line: Line) -> str | None:
    """Why the dates of a statement would be refused, or that it lacks one."""
    try:
        for member in ("date", "stated", "until"):
            if line.get(member):
                bounds_of(line[member])
    except ValueError:
        return "an unparsable date"
    if line["modality"] == "planned" and not line.get("stated"):
        return "a planned statement says when it was stated"
    if line.get("dropped"):
        if line["modality"] == "actual" or line.get("date"):
            return "only a plan is given up, without a date"
        return None
    return None if line.get("date") else "a date is missing"


class Story:
    """Invents the next line, again until one is acceptable."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.shadow = Shadow()
        self.number = 0
        self.years = sorted(rng.sample(range(1990, 2031), k=rng.choice((3, 6, 10))))
        self.kinds = {
            "facility": 2,
            "milestone": 40,
            "policy": 9,
            "indicator": 8,
            "discovery": 6,
            "observation": 5,
            "correction": 16,
            "withdrawal": 5,
            "reinstatement": 4,
            "amendment": 4,
            "source": 1,
            "series": 2,
        }

    def opening(self) -> Batch:
        """The first batch: a source and two facilities."""
        return [self.accepted(kind) for kind in ("source", "facility", "facility")]

    def line(self) -> Line:
        """One more line."""
        kinds = dict(self.kinds)
        while True:
            (kind,) = self.rng.choices(list(kinds), weights=list(kinds.values()))
            for _ in range(5):
                line = self.invented(kind)
                if line is not None and self.shadow.refusal(line) is None:
                    self.shadow.record(line)
                    return line
            # Nothing of this kind is to be had now, such as a reinstatement at the start.
            del kinds[kind]

    def life(self) -> Batch:
        """The milestones of one facility in a plausible order, as a whole batch."""
        rng = self.rng
        facility = rng.choice(list(self.shadow.cards))
        path = sorted(rng.sample(list(FORWARD), k=rng.randrange(4)), key=list(FORWARD).index)
        for _ in range(rng.choice((0, 1, 1, 2))):
            path += ["suspended", rng.choice(("upgraded", "operation-started", "first-light"))]
        path = ["approved", *path, *rng.sample(FINAL, k=rng.randrange(2))]
        batch = []
        for milestone, date in zip(
            path, sorted((self.single() for _ in path), key=earliest), strict=True
        ):
            line = {
                "type": "milestone",
                "id": self.fresh("ms"),
                "facility": facility,
                "milestone": milestone,
                **self.claimed(planned=0),
                "date": date,
                "entry": f"{facility}/{self.fresh(milestone)}",
            }
            self.shadow.record(line)
            batch.append(line)
        return batch

    def accepted(self, kind: str) -> Line:
        """A line of a kind that cannot be refused."""
        line = self.invented(kind)
        assert line is not None
        self.shadow.record(line)
        return line

    def invented(self, kind: str) -> Line | None:
        """A line of a kind, acceptable or not; None where there is nothing to change."""
        line: Line | None = getattr(self, f"a_{kind}")()
        return line

    def fresh(self, prefix: str) -> str:
        """A new id; a shuffled start, so that order by id is not order of recording."""
        self.number += 1
        return f"{prefix}-{self.rng.choice('abc')}{self.number}"

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    # Sources and cards.

    def a_source(self) -> Line:
        source = self.fresh("source")
        return {
            "type": "source",
            "id": source,
            "medium": "news",
            "title": f"Title of {source}",
            "publisher": "A press",
        }

    def a_series(self) -> Line:
        number = self.rng.randrange(SERIES)
        # A reading goes on to say its own unit.
        return {
            "type": "series",
            "id": f"series-{number}",
            "name": self.rng.choice(NAMES),
            "unit": "K",
        }

    def a_facility(self) -> Line | None:
        if len(self.shadow.cards) >= MOST_FACILITIES:
            return None
        facility = self.fresh("facility")
        return {
            "type": "facility",
            "id": facility,
            "name": self.rng.choice(NAMES),
            "country": self.rng.choice(COUNTRIES),
            "field": self.rng.choice(FIELDS),
            "class": self.rng.choice(CLASSES),
            "operator": "An institute",
            "place": "A town",
            "place_zh": "一个小镇",
            "sources": self.cited(),
        }

    def a_amendment(self) -> Line:
        card = self.rng.choice(list(self.shadow.cards.values()))
        changes: Line = {}
        if self.chance(0.5):
            changes["name"] = self.rng.choice(NAMES)
        if self.chance(0.4):
            changes["country"] = self.rng.choice(COUNTRIES)
        if self.chance(0.4):
            changes["field"] = self.rng.choice(FIELDS)
        if self.chance(0.2):
            changes["class"] = self.rng.choice((*CLASSES, None))
        if self.chance(0.1):
            changes["operator"] = None
        return {"type": "amendment", "record": card["id"], "changes": changes, "reason": "Amended."}

    # Statements.

    def a_milestone(self) -> Line:
        rng = self.rng
        facility = rng.choice(list(self.shadow.cards))
        mine = [claim for claim in self.shadow.claims if claim.record == facility]
        milestone = rng.choices(MILESTONES, weights=(3, 3, 3, 2, 3, 6, 4, 1, 2, 4, 1, 1))[0]
        if mine and self.chance(0.35):
            milestone = rng.choice(mine).milestone
        line = {
            "type": "milestone",
            "id": self.fresh("ms"),
            "facility": facility,
            "milestone": milestone,
            **self.claimed(planned=0.35),
        }
        if self.chance(0.35):
            line["entry"] = self.milestone_entry(facility, milestone)
        if milestone == "renamed":
            line["attributes"] = {"name": rng.choice(NAMES)}
        if line["modality"] == "planned" and mine and self.chance(0.12):
            line["dropped"] = True
            del line["date"]
        if mine and self.chance(0.3):
            line["supersedes"] = rng.choice(mine).id
        return line

    def milestone_entry(self, facility: str, milestone: str) -> str:
        """The default entry, a second one of the milestone, or that of any milestone."""
        return self.rng.choice(
            (
                f"{facility}/{milestone}",
                f"{facility}/{milestone}-2",
                f"{facility}/a-phase",
                f"{facility}/{self.rng.choice(MILESTONES)}",
            )
        )

    def a_policy(self) -> Line:
        rng = self.rng
        line = {
            "type": "policy",
            "id": self.fresh("pol"),
            **self.claimed(planned=0.12),
            **self.belonging(),
        }
        self.join(line, "policy", "agreement", joining=0.7)
        mine = [c for c in self.shadow.claims if c.record == line.get("record")]
        if mine and self.chance(0.6):
            line["supersedes"] = rng.choice(mine).id
            if self.chance(0.25):
                line["decision"] = "ended"
        if "decision" not in line and self.chance(0.4):
            line["until"] = self.date()
        return line

    def a_discovery(self) -> Line:
        line = {
            "type": "discovery",
            "id": self.fresh("dis"),
            **self.claimed(planned=0.1),
            **self.belonging(),
        }
        self.join(line, "discovery", "finding", joining=0.35)
        return line

    def a_observation(self) -> Line:
        line = {
            "type": "observation",
            "id": self.fresh("obs"),
            "said_by": "A person",
            **self.claimed(planned=0.1),
            **self.belonging(),
        }
        self.join(line, "observation", "remark", joining=0.25)
        return line

    def a_indicator(self) -> Line:
        rng = self.rng
        number = rng.randrange(SERIES)
        series = f"series-{number}"
        line = {
            "type": "indicator",
            "id": self.fresh("ind"),
            "series": series,
            **self.claimed(planned=0.15),
            "value": rng.randrange(100),
            "unit": UNITS[number],
            **self.belonging(),
        }
        mine = [claim for claim in self.shadow.claims if claim.record == series]
        if mine and self.chance(0.4):
            rival = rng.choice(mine)
            line["entry"] = rival.entry
            if self.chance(0.5) and rival.line.get("date"):
                line["date"] = rival.line["date"]
        if mine and self.chance(0.2):
            line["supersedes"] = rng.choice(mine).id
        return line

    def join(self, line: Line, kind: str, name: str, *, joining: float) -> None:
        """Give a statement a record, one that has a chain already or the first's own id."""
        if not self.chance(joining):
            return
        mine = [claim for claim in self.shadow.claims if claim.line["type"] == kind]
        if not mine or self.chance(0.3):
            line["record"] = f"{name}-{self.rng.randrange(2)}"
        else:
            line["record"] = self.rng.choice(mine).record
        rivals = [claim for claim in mine if claim.record == line["record"]]
        if rivals and self.chance(0.4):
            line["entry"] = self.rng.choice(rivals).entry
        elif self.chance(0.2):
            line["entry"] = f"{line['record']}/an-entry"

    def claimed(self, *, planned: float) -> Line:
        """The members that every statement has."""
        line: Line = {
            "modality": "planned" if self.chance(planned) else "actual",
            "date": self.date(),
            "title": self.rng.choice(TITLES),
            "title_zh": "据说如此",
            "summary": "A sentence on it.",
            "sources": self.cited(),
            "evidence": "found",
        }
        if line["modality"] == "planned" or self.chance(0.4):
            line["stated"] = self.date()
        if line["modality"] == "planned" and self.chance(0.7):
            # As a plan mostly is: of a later day than the one on which it was made.
            line["stated"], line["date"] = sorted((line["stated"], line["date"]), key=earliest)
        if self.chance(0.2):
            line["rank"] = "disputed"
        claims = self.shadow.claims
        if claims and self.chance(0.1):
            line["contradicts"] = [self.rng.choice(claims).id]
        return line

    def belonging(self) -> Line:
        """A facility, a country, a field, some of them or none."""
        line: Line = {}
        if self.chance(0.4):
            line["facility"] = self.rng.choice(list(self.shadow.cards))
        if self.chance(0.5):
            line["country"] = self.rng.choice(COUNTRIES)
        if self.chance(0.3):
            line["field"] = self.rng.choice(FIELDS)
        return line

    def cited(self) -> list[Line]:
        sources = sorted(self.shadow.sources)
        return [{"id": self.rng.choice(sources), "locator": "p. 1"}] if sources else []

    # What changes a statement.

    def a_correction(self) -> Line | None:
        standing = [claim for claim in self.shadow.claims if not claim.withdrawn]
        if not standing:
            return None
        claim = self.rng.choice(standing)
        changes: Line = {}
        for _ in range(self.rng.choice((1, 1, 1, 2, 3))):
            changes |= self.a_change(claim)
        line: Line = {
            "type": "correction",
            "statement": claim.id,
            "changes": changes,
            "reason": "Mended.",
        }
        if self.chance(0.3):
            line["sources"] = self.cited()
        return line

    def a_change(self, claim: Claim) -> Line:
        """One change, or two that go together."""
        rng, kind = self.rng, claim.line["type"]
        dropped = bool(claim.line.get("dropped"))
        choices: list[Line] = [
            {"title": rng.choice(TITLES)},
            {"stated": self.date()},
            {"stated": self.date()},
            {"stated": None},
            {"rank": "disputed"},
            {"rank": None},
            {"supersedes": None},
            {"contradicts": None},
            {"entry": None},
        ]
        if dropped:
            choices += [{"dropped": None, "date": self.date()}] * 3
        else:
            choices += [{"date": self.date()}] * 4
            choices += [{"modality": "actual"}, {"modality": "planned", "stated": self.date()}]
        mine = [other for other in self.shadow.claims if other.record == claim.record]
        choices += [{"entry": rng.choice(mine).entry}, {"supersedes": rng.choice(mine).id}]
        if kind == "milestone":
            other = rng.choice(MILESTONES)
            choices += [
                {"entry": self.milestone_entry(claim.record, other)},
                {"milestone": other, "attributes": {"name": rng.choice(NAMES)}},
            ]
            if not dropped and not claim.actual:
                choices.append({"dropped": True, "date": None})
        else:
            choices += [
                {"country": rng.choice((*COUNTRIES, None))},
                {"field": rng.choice((*FIELDS, None))},
            ]
        if kind == "policy":
            choices += [{"until": self.date()}, {"until": None}]
        if kind == "indicator":
            choices.append({"value": rng.randrange(100)})
        return rng.choice(choices)

    def a_withdrawal(self) -> Line | None:
        return self.standing_or_not("withdrawal", withdrawn=False)

    def a_reinstatement(self) -> Line | None:
        return self.standing_or_not("reinstatement", withdrawn=True)

    def standing_or_not(self, kind: str, *, withdrawn: bool) -> Line | None:
        claims = [claim for claim in self.shadow.claims if claim.withdrawn == withdrawn]
        if not claims:
            return None
        return {"type": kind, "statement": self.rng.choice(claims).id, "reason": "So decided."}

    # Dates.

    def date(self) -> str:
        """A date in any of the forms, mostly a plain one of the few years of this story."""
        if self.chance(0.15):
            return self.interval()
        return self.single()

    def interval(self) -> str:
        rng = self.rng
        if self.chance(0.3):
            return f"../{self.single()}"
        if self.chance(0.3):
            return f"{self.single()}/.."
        # The first end is wholly before the second, so that it is in order by any reading.
        for _ in range(20):
            first, second = self.single(), self.single()
            if bounds_of(first).latest <= bounds_of(second).earliest:
                return f"{first}/{second}"
        return f"{rng.choice(self.years)}-03/{self.years[-1]}-12"

    def single(self) -> str:
        rng = self.rng
        if self.chance(0.03):
            return rng.choice(FAR_DATES)
        year = rng.choice(self.years)
        month, day = rng.choice(((1, 1), (1, 2), (6, 15), (12, 31)))
        text = rng.choices(
            (
                f"{year}",
                f"{year}-{month:02}",
                f"{year}-{month:02}-{day:02}",
                f"{year}-{rng.randrange(21, 25)}",
                f"{year // 10}X",
                f"{year // 100}XX",
            ),
            weights=(8, 5, 10, 2, 1, 0.5),
        )[0]
        return text + rng.choices(("", "~", "?", "%"), weights=(12, 2, 1, 1))[0]


def earliest(date: str) -> float:
    """The earliest possible day of a date."""
    return bounds_of(date).earliest


NAMES = ("Alpha", "Beta", "Gamma", "Delta")
TITLES = ("It happened", "It did not", "As said")
FAR_DATES = ("-0240", "-0001", "0000", "0004-02-29", "9999", "9999-12-31", "Y10000", "Y12025")
