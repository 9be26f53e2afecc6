"""The words for what the chronicle names by a code, in the language of the reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from events.dates import Language
from events.vocabulary import FIELDS
from service.feeds.words import KIND_WORDS, MILESTONE_WORDS, STATUS_WORDS, field_word
from service.pages.shell.speech import Speech
from service.translations import translations
from service.words.names import short_name
from service.words.word import word

LABELS: Mapping[str, Mapping[str, str]] = {
    **KIND_WORDS,
    **STATUS_WORDS,
}


def names_of(card: Mapping[str, Any], lang: str) -> tuple[str, str]:
    """The short name of a facility in a language, and its Chinese one for an English page."""
    short = short_name(card)
    other = card.get("name_zh") or ""
    if lang == "zh":
        return (other or short), ""
    return short, "" if other == short else other


def drawn(say: Speech) -> Callable[[str], str]:
    """The words of the drawings (`service.drawing.marks.WORDS`), as they ask for them."""
    words = {
        "proposed": say("proposed"),
        "approved": say("approved"),
        "under construction": say("under construction"),
        "completed, commissioning": say("completed, commissioning"),
        "operating": say("operating"),
        "suspended": say("suspended"),
        "closed": say("closed"),
        "cancelled": say("cancelled"),
        "vague date: fades over its bounds": say("vague date: fades over its bounds"),
        "expected": say("expected"),
        "promised, then what came (slip)": say("promised, then what came (slip)"),
        "runs on": say("runs on"),
        "discovery; upgrade": say("discovery; upgrade"),
        "milestones": say("milestones"),
        "discoveries": say("discoveries"),
        "policies": say("policies"),
        "still promised": say("still promised"),
        "Pacific Ocean": say("Pacific Ocean"),
        "Atlantic Ocean": say("Atlantic Ocean"),
        "Indian Ocean": say("Indian Ocean"),
        "Bay of Bengal": say("Bay of Bengal"),
        "East China Sea": say("East China Sea"),
        "South China Sea": say("South China Sea"),
    }
    return lambda word: words.get(word, word)


def label(code: str, lang: str) -> str:
    """A status, a field or a kind in words; the code itself where it is none of them."""
    return field_word(code, lang) if code in FIELDS else LABELS.get(code, {}).get(lang, code)


def milestone(code: str, lang: str) -> str:
    """A milestone in words."""
    return MILESTONE_WORDS.get(code, {}).get(lang, code)


OUTCOMES: Mapping[str, Mapping[str, str]] = {
    "kept": word("outcomes", "kept"),
    "late": word("outcomes", "late"),
    "early": word("outcomes", "early"),
    "dropped": word("outcomes", "dropped"),
    "replaced": word("outcomes", "replaced"),
    "pending": word("outcomes", "pending"),
    "overdue": word("outcomes", "overdue"),
}


def outcome(code: str, lang: str) -> str:
    """What came of a ladder of promises, in a word."""
    return OUTCOMES.get(code, {}).get(lang, code)


HEADINGS: Mapping[str | None, Mapping[str, str]] = {
    "operating": word("headings", "Operating"),
    "commissioning": word("headings", "Commissioning"),
    "completed": word("headings", "Built, not yet running"),
    "under-construction": word("headings", "Under construction"),
    "approved": word("headings", "Approved"),
    "proposed": word("headings", "Proposed"),
    "suspended": word("headings", "Suspended"),
    "decommissioned": word("headings", "Closed"),
    "cancelled": word("headings", "Cancelled before running"),
    None: word("headings", "Only promised"),
}


def heading(status: str | None, lang: str) -> str:
    """What stands over a table of facilities of a status; None is no status at all."""
    return HEADINGS[status][lang]


KIND_ONE: Mapping[str, Mapping[str, str]] = {
    "facility": word("kind one", "facility"),
    "policy": word("kind one", "policy"),
    "indicator": word("kind one", "indicator"),
    "discovery": word("kind one", "discovery"),
    "observation": word("kind one", "observation"),
    "source": word("kind one", "source"),
    "milestone": word("kind one", "milestone"),
}


def kind(code: str, lang: str) -> str:
    """A kind of record, of one."""
    return KIND_ONE.get(code, {}).get(lang, code)


CERTAINTIES: Mapping[str, Mapping[str, str]] = {
    "certain": word("certainties", "certain"),
    "possible": word("certainties", "one of several possible"),
    "last-known": word("certainties", "last known"),
}


def certainty(code: str, lang: str) -> str:
    """How certain a status is."""
    return CERTAINTIES.get(code, {}).get(lang, code)


EVENTS: Mapping[str, Mapping[str, str]] = {
    "SourceRecorded": word("events", "source recorded"),
    "FacilityRegistered": word("events", "facility registered"),
    "RecordAmended": word("events", "card amended"),
    "MilestoneRecorded": word("events", "milestone recorded"),
    "DiscoveryRecorded": word("events", "discovery recorded"),
    "PolicyDecisionRecorded": word("events", "policy decision recorded"),
    "IndicatorRecorded": word("events", "reading recorded"),
    "ObservationRecorded": word("events", "observation recorded"),
    "StatementCorrected": word("events", "statement corrected"),
    "StatementWithdrawn": word("events", "statement withdrawn"),
    "StatementReinstated": word("events", "statement reinstated"),
}


def event(name: str, lang: str) -> str:
    """What was done, in words; a type of event that has none goes by its own name."""
    return EVENTS.get(name, {}).get(lang, name)


STANDINGS: Mapping[str, Mapping[str, str]] = {
    "effective": word("standings", "holds"),
    "stands": word("standings", "stands"),
    "disputed": word("standings", "disputed"),
    "planned": word("standings", "overtaken"),
    "said-earlier": word("standings", "overtaken"),
    "recorded-earlier": word("standings", "rival"),
    "withdrawn": word("standings", "withdrawn"),
    "not-visible": word("standings", "not said yet"),
}

WHYS: Mapping[str, Mapping[str, str]] = {
    "disputed": word("whys", "gives way to an undisputed statement"),
    "planned": word("whys", "a plan gives way to what came"),
    "said-earlier": word("whys", "something was said later"),
    "recorded-earlier": word("whys", "said on the same day, recorded earlier"),
    "withdrawn": word("whys", "it was withdrawn"),
    "not-visible": word("whys", "it had not been said by then"),
}


def standing(code: str, lang: str) -> str:
    """Whether a statement holds, in a word."""
    return STANDINGS.get(code, {}).get(lang, code)


def why(code: str, lang: str) -> str:
    """What decided against a statement."""
    return WHYS.get(code, {}).get(lang, "")


def problem(title: str, lang: Language) -> str:
    """The title of a problem in a language; the catalogue has those of `service.web.problems`."""
    return translations(lang).gettext(title)
