"""The words of the chronicle's closed lists in English and Chinese, for formats that show them."""

from __future__ import annotations

from collections.abc import Mapping

from service.words.word import word

Words = Mapping[str, Mapping[str, str]]

STATUS_WORDS: Words = {
    "proposed": word("status words", "proposed"),
    "approved": word("status words", "approved"),
    "under-construction": word("status words", "under construction"),
    "completed": word("status words", "completed"),
    "commissioning": word("status words", "commissioning"),
    "operating": word("status words", "operating"),
    "suspended": word("status words", "suspended"),
    "decommissioned": word("status words", "closed"),
    "cancelled": word("status words", "cancelled"),
}

MILESTONE_WORDS: Words = {
    "proposed": word("milestone words", "proposed"),
    "approved": word("milestone words", "approved"),
    "construction-started": word("milestone words", "construction started"),
    "completed": word("milestone words", "completed"),
    "first-light": word("milestone words", "first light"),
    "operation-started": word("milestone words", "operation started"),
    "upgraded": word("milestone words", "upgraded"),
    "accepted": word("milestone words", "accepted"),
    "renamed": word("milestone words", "renamed"),
    "suspended": word("milestone words", "suspended"),
    "decommissioned": word("milestone words", "closed"),
    "cancelled": word("milestone words", "cancelled"),
}

KIND_WORDS: Words = {
    "phase": word("kind words", "Phases"),
    "milestone": word("kind words", "Milestones"),
    "discovery": word("kind words", "Discoveries"),
    "policy": word("kind words", "Policies"),
    "indicator": word("kind words", "Indicators"),
    "observation": word("kind words", "Observations"),
}

FIELD_WORDS: Words = {
    "astronomy": word("field words", "Astronomy"),
    "astrophysics": word("field words", "Astrophysics"),
    "computing": word("field words", "Computing"),
    "earth-system": word("field words", "Earth system"),
    "fusion": word("field words", "Fusion"),
    "life-science": word("field words", "Life science"),
    "materials": word("field words", "Materials"),
    "neutron-science": word("field words", "Neutron science"),
    "nuclear-physics": word("field words", "Nuclear physics"),
    "particle-physics": word("field words", "Particle physics"),
    "photon-science": word("field words", "Photon science"),
    "quantum": word("field words", "Quantum"),
    "space": word("field words", "Space"),
}


def field_word(field: str, lang: str) -> str:
    """A field of science in words, as a heading; one that has none yet goes by its code.

    >>> field_word("photon-science", "zh"), field_word("marine-science", "en")
    ('光子科学', 'Marine science')
    """
    said = FIELD_WORDS.get(field)
    return field.replace("-", " ").capitalize() if said is None else said[lang]


PLANNED = word("planned", "planned")
OVERDUE = word("overdue", "overdue")
DISPUTED = word("disputed", "disputed")
NO_END = word("no end", "no end known")
PRESENT = word("present", "present")
ORIGIN = word("origin", "Sources")
RECORD = word("record", "The whole record")

OUTCOME_WORDS: Words = {
    "kept": word("outcome words", "kept"),
    "late": word("outcome words", "late"),
    "early": word("outcome words", "early"),
    "dropped": word("outcome words", "dropped"),
    "replaced": word("outcome words", "replaced"),
    "pending": word("outcome words", "pending"),
    "overdue": word("outcome words", "overdue"),
}

AS_OF = word("as of", "As of")
LEFT_OUT = word("left out", "Left out")

DAYS_LATE = word("days late", "days late")
