"""Random histories of promises: few facilities, many plans, and every way in which one ends.

As `histories`, but most lines are milestones of one or two facilities. Plans
replace one another across entries, are given up, disputed and taken back;
suspensions and closures take the place of plans; some plans promise what had
come to pass long before.
"""

from __future__ import annotations

from random import Random

from .histories import NAMES, Batch, Story, earliest
from .model import ENDINGS, MILESTONES, Line

PROMISED = ("approved", "construction-started", "completed", "operation-started", "upgraded")
"""What is mostly promised, so that plans of one entry are many."""

OPERATORS = ("An institute", "A university")


def promised_history(rng: Random, *, lines: int = 40) -> list[Batch]:
    """A history of about so many lines, after its sources and first facilities."""
    story = Promises(rng)
    batches: list[Batch] = [story.opening()]
    while sum(map(len, batches)) < lines:
        if rng.random() < 0.04:
            batches.append(story.life())
        else:
            batches.append([story.line() for _ in range(rng.choice((1, 1, 2, 3)))])
    return batches


class Promises(Story):
    """Invents plans for the most part, and what comes of them."""

    def __init__(self, rng: Random) -> None:
        super().__init__(rng)
        self.kinds = {
            "milestone": 60,
            "correction": 10,
            "withdrawal": 4,
            "reinstatement": 3,
            "amendment": 2,
        }

    def a_facility(self) -> Line | None:
        line = super().a_facility()
        if line is not None:
            line["operator"] = self.rng.choice(OPERATORS)
            if self.chance(0.3):
                del line["operator"]
        return line

    def a_milestone(self) -> Line:
        """A plan, what comes of one, or what takes its place."""
        rng = self.rng
        # Mostly the first, so that its ladders become long.
        facility = list(self.shadow.cards)[0 if self.chance(0.8) else -1]
        mine = [claim for claim in self.shadow.claims if claim.record == facility]
        plans = [claim for claim in mine if not claim.actual]
        milestone = rng.choice(MILESTONES if self.chance(0.35) else PROMISED)
        if not plans or self.chance(0.6):
            line = self.told(facility, milestone, planned=1)
        elif self.chance(0.4):
            line = self.told(facility, rng.choice((*ENDINGS, "suspended")), planned=0.2)
        else:
            line = self.told(facility, milestone, planned=0)
        if self.chance(0.35):
            line["entry"] = self.milestone_entry(facility, line["milestone"])
        if plans and self.chance(0.3):
            # It is about the same as a plan, and not always under the same name.
            line["entry"] = rng.choice(plans).entry
        if plans and self.chance(0.45):
            line["supersedes"] = rng.choice((*plans[-4:], rng.choice(mine))).id
        if line["modality"] == "planned" and plans and self.chance(0.15):
            line["dropped"] = True
            del line["date"]
        return line

    def told(self, facility: str, milestone: str, *, planned: float) -> Line:
        """A milestone of a facility with what every statement has."""
        line = {
            "type": "milestone",
            "id": self.fresh("ms"),
            "facility": facility,
            "milestone": milestone,
            **self.claimed(planned=planned),
        }
        if milestone == "renamed":
            line["attributes"] = {"name": self.rng.choice(NAMES)}
        if line["modality"] == "planned" and self.chance(0.1):
            # As a plan mostly is not: of a day that was past when it was made.
            line["date"], line["stated"] = sorted((line["stated"], line["date"]), key=earliest)
        return line
