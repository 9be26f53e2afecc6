"""The closed lists of the chronicle: its words, each list in its one order.

A new field of science is one line in `Field`, a new class of facilities one in `Class`. The order
of `MILESTONES` and of `STATUSES` is part of the rules: it breaks ties between milestones of one day
and sorts the alternatives of an uncertain status.
"""

from __future__ import annotations

from functools import cache
from typing import Literal, get_args

Field = Literal[
    "astronomy",
    "astrophysics",
    "computing",
    "earth-system",
    "fusion",
    "life-science",
    "materials",
    "neutron-science",
    "nuclear-physics",
    "particle-physics",
    "photon-science",
    "quantum",
    "space",
]
FIELDS: tuple[str, ...] = get_args(Field)

Class = Literal[
    "accelerator",
    "collider",
    "cosmic-ray-observatory",
    "experiment",
    "fusion-device",
    "gravitational-wave-observatory",
    "high-field-magnet",
    "laboratory",
    "laser-and-pulsed-power",
    "light-source",
    "neutrino-experiment",
    "neutron-source",
    "observing-network",
    "optical-telescope",
    "polar-station",
    "radio-telescope",
    "reactor",
    "research-vessel",
    "space-mission",
    "supercomputer",
    "test-facility",
    "underground-laboratory",
    "wind-tunnel",
]
CLASSES: tuple[str, ...] = get_args(Class)
"""What kind of machine or place a facility is, so that like can be counted with like."""

Milestone = Literal[
    "proposed",
    "approved",
    "construction-started",
    "completed",
    "first-light",
    "operation-started",
    "upgraded",
    "accepted",
    "renamed",
    "suspended",
    "decommissioned",
    "cancelled",
]
MILESTONES: tuple[str, ...] = get_args(Milestone)

STATUS_OF: dict[str, str] = {
    "proposed": "proposed",
    "approved": "approved",
    "construction-started": "under-construction",
    "completed": "completed",
    "first-light": "commissioning",
    "operation-started": "operating",
    "suspended": "suspended",
    "decommissioned": "decommissioned",
    "cancelled": "cancelled",
}
"""The status that a milestone gives; upgraded, accepted and renamed carry none."""

STATUSES: tuple[str, ...] = tuple(STATUS_OF.values())

RANK: dict[str, int] = {status: rank for rank, status in enumerate(STATUSES[:6])}
"""The six statuses that only move forward, by how far they are."""

ENDINGS = frozenset({"suspended", "decommissioned", "cancelled"})
"""Milestones that count from their last possible day; all others from their first."""

Modality = Literal["actual", "planned"]
Evidence = Literal["found", "recall"]


@cache
def countries() -> frozenset[str]:
    """All codes of ISO 3166-1 alpha-2."""
    import pycountry  # noqa: PLC0415 -- most commands look up no country

    return frozenset(country.alpha_2 for country in pycountry.countries)
