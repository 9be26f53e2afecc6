"""The words for what the chronicle names by a code, in every language, and for marks of formats.

Each closed list has its words here once, for pages, feeds, sentences and the command line. Where
a language says a code otherwise within a sentence than beside a thing, there are two lists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from events.dates import Language
from events.vocabulary import FIELDS
from service.translations import translations
from service.words.names import short_name
from service.words.speech import Speech
from service.words.word import Word, Words, word

STATUS_WORDS = Words(
    {
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
)
"""A status, beside what has it."""

STATUS_PHRASES = Words(
    {
        "": word("status", "not yet begun"),
        "proposed": word("status", "proposed"),
        "approved": word("status", "approved"),
        "under-construction": word("status", "under construction"),
        "completed": word("status", "completed"),
        "commissioning": word("status", "in commissioning"),
        "operating": word("status", "operating"),
        "suspended": word("status", "suspended"),
        "decommissioned": word("status", "closed"),
        "cancelled": word("status", "cancelled"),
    }
)
"""A status within a sentence; "" is the time before any."""

SHELVED = word("status of what never ran", "suspended")
"""What is suspended that never ran."""

PAUSED = word("status of what ran", "suspended")
"""What is suspended that had run, beside it."""

PAUSED_PHRASE = word("status of what ran, within a sentence", "suspended")
"""The same within a sentence."""

RUNNING = frozenset({"commissioning", "operating"})
"""What has once had one of these statuses has run."""

STATUS_HEADINGS = Words(
    {
        "operating": word("headings", "Operating"),
        "commissioning": word("headings", "Commissioning"),
        "completed": word("headings", "Built, not yet running"),
        "under-construction": word("headings", "Under construction"),
        "approved": word("headings", "Approved"),
        "proposed": word("headings", "Proposed"),
        "suspended": word("headings", "Suspended"),
        "decommissioned": word("headings", "Closed"),
        "cancelled": word("headings", "Cancelled before running"),
        "": word("headings", "Only promised"),
    }
)
"""What stands over a table of facilities of a status; "" is no status at all."""

MILESTONE_WORDS = Words(
    {
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
)

FIRST_LIGHT = {
    "light-source": "first-emission",
    "laser-and-pulsed-power": "first-emission",
    "accelerator": "first-beam",
    "collider": "first-beam",
    "neutron-source": "first-beam",
    "fusion-device": "first-plasma",
}
"""What first light is of facilities of a class, where it is called otherwise."""

STEP_WORDS = Words(
    {
        **MILESTONE_WORDS,
        "first-emission": word("first light of a source", "first light"),
        "first-beam": word("milestone words", "first beam"),
        "first-plasma": word("milestone words", "first plasma"),
        "nationally-accepted": word("acceptance by the state", "accepted"),
    }
)
"""A milestone as what it was of one facility."""

KIND_WORDS = Words(
    {
        "phase": word("kind words", "Phases"),
        "milestone": word("kind words", "Milestones"),
        "discovery": word("kind words", "Discoveries"),
        "policy": word("kind words", "Policies"),
        "indicator": word("kind words", "Indicators"),
        "observation": word("kind words", "Observations"),
    }
)
"""Kinds of what stands on a timeline, of several."""

KIND_ONE = Words(
    {
        "facility": word("kind one", "facility"),
        "policy": word("kind one", "policy"),
        "indicator": word("kind one", "indicator"),
        "discovery": word("kind one", "discovery"),
        "observation": word("kind one", "observation"),
        "source": word("kind one", "source"),
        "milestone": word("kind one", "milestone"),
    }
)
"""A kind of record, of one."""

FIELD_WORDS = Words(
    {
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
)
"""A field of science, as a heading."""

FIELD_PHRASES = Words(
    {
        "astronomy": word("field", "astronomy"),
        "astrophysics": word("field", "astrophysics"),
        "computing": word("field", "computing"),
        "earth-system": word("field", "earth system science"),
        "fusion": word("field", "fusion"),
        "life-science": word("field", "life science"),
        "materials": word("field", "materials"),
        "neutron-science": word("field", "neutron science"),
        "nuclear-physics": word("field", "nuclear physics"),
        "particle-physics": word("field", "particle physics"),
        "photon-science": word("field", "photon science"),
        "quantum": word("field", "quantum science"),
        "space": word("field", "space science"),
    }
)
"""A field of science within a sentence."""

CLASS_WORDS = Words(
    {
        "accelerator": word("class words", "Accelerators"),
        "collider": word("class words", "Colliders"),
        "cosmic-ray-observatory": word("class words", "Cosmic-ray observatories"),
        "experiment": word("class words", "Experiments"),
        "fusion-device": word("class words", "Fusion devices"),
        "gravitational-wave-observatory": word("class words", "Gravitational-wave observatories"),
        "high-field-magnet": word("class words", "High-field magnets"),
        "laboratory": word("class words", "Laboratories"),
        "laser-and-pulsed-power": word("class words", "Lasers and pulsed power"),
        "light-source": word("class words", "Light sources"),
        "neutrino-experiment": word("class words", "Neutrino experiments"),
        "neutron-source": word("class words", "Neutron sources"),
        "observing-network": word("class words", "Observing networks"),
        "optical-telescope": word("class words", "Optical telescopes"),
        "polar-station": word("class words", "Polar stations"),
        "radio-telescope": word("class words", "Radio telescopes"),
        "reactor": word("class words", "Reactors"),
        "research-vessel": word("class words", "Research vessels"),
        "space-mission": word("class words", "Space missions"),
        "supercomputer": word("class words", "Supercomputers"),
        "test-facility": word("class words", "Test facilities"),
        "underground-laboratory": word("class words", "Underground laboratories"),
        "wind-tunnel": word("class words", "Wind tunnels"),
    }
)
"""A class of facilities, as a heading."""

OUTCOME_WORDS = Words(
    {
        "kept": word("outcome words", "kept"),
        "late": word("outcome words", "late"),
        "early": word("outcome words", "early"),
        "dropped": word("outcome words", "dropped"),
        "replaced": word("outcome words", "replaced"),
        "pending": word("outcome words", "pending"),
        "overdue": word("outcome words", "overdue"),
    }
)
"""What came of a ladder of promises."""

CERTAINTIES = Words(
    {
        "certain": word("certainties", "certain"),
        "possible": word("certainties", "one of several possible"),
        "last-known": word("certainties", "last known"),
    }
)
"""How certain a status is."""

EVENTS = Words(
    {
        "SourceRecorded": word("events", "source recorded"),
        "FacilityRegistered": word("events", "facility registered"),
        "SeriesRegistered": word("events", "series registered"),
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
)
"""What was done, by the name of an event."""

STANDINGS = Words(
    {
        "effective": word("standings", "holds"),
        "stands": word("standings", "stands"),
        "disputed": word("standings", "disputed"),
        "planned": word("standings", "overtaken"),
        "said-earlier": word("standings", "overtaken"),
        "recorded-earlier": word("standings", "rival"),
        "withdrawn": word("standings", "withdrawn"),
        "not-visible": word("standings", "not said yet"),
    }
)
"""Whether a statement holds."""

WHYS = Words(
    {
        "disputed": word("whys", "gives way to an undisputed statement"),
        "planned": word("whys", "a plan gives way to what came"),
        "said-earlier": word("whys", "something was said later"),
        "recorded-earlier": word("whys", "said on the same day, recorded earlier"),
        "withdrawn": word("whys", "it was withdrawn"),
        "not-visible": word("whys", "it had not been said by then"),
    }
)
"""What decided against a statement."""

MEDIA = Words(
    {
        "news": word("media", "news"),
        "institute-news": word("media", "news of an institute"),
        "institute-page": word("media", "page of an institute"),
        "encyclopedia": word("media", "encyclopedia"),
        "encyclopedia-ai": word("media", "encyclopedia made by machine"),
        "magazine-article": word("media", "magazine article"),
        "paper": word("media", "paper"),
        "reference": word("media", "reference work"),
        "abstract": word("media", "abstract"),
        "web-page": word("media", "web page"),
        "web-article": word("media", "article on the web"),
        "web": word("media", "web"),
        "blog": word("media", "blog"),
        "press-release": word("media", "press release"),
        "preprint": word("media", "preprint"),
        "report": word("media", "report"),
        "book": word("media", "book"),
        "paper-record": word("media", "record of a paper"),
        "policy-text": word("media", "text of a policy"),
        "government-news": word("media", "news of a government"),
        "government": word("media", "government"),
        "forum": word("media", "forum"),
        "photo-caption": word("media", "caption of a photograph"),
        "event-page": word("media", "page of an event"),
        "archive-page": word("media", "page of an archive"),
        "museum-page": word("media", "page of a museum"),
        "newsletter": word("media", "newsletter"),
        "social-media": word("media", "social media"),
        "unsourced": word("media", "from memory, without a source"),
        "statement": word("media", "statement"),
        "podcast-note": word("media", "note on a podcast"),
        "list": word("media", "list"),
        "law-firm": word("media", "law firm"),
        "data-set": word("media", "data set"),
        "conference": word("media", "conference"),
    }
)
"""What a source is, by its medium."""

FACTS = Words(
    {
        "event": word("facts", "event"),
        "affiliation": word("facts", "affiliation"),
        "depth_m": word("facts", "depth_m"),
        "time_zone": word("facts", "time_zone"),
        "seconds": word("facts", "seconds"),
        "cost_cny": word("facts", "cost_cny"),
        "error": word("facts", "error"),
        "derived": word("facts", "derived"),
        "citation": word("facts", "citation"),
        "cost_usd": word("facts", "cost_usd"),
        "liquid_t": word("facts", "liquid_t"),
        "volume_m3": word("facts", "volume_m3"),
        "amount_cny": word("facts", "amount_cny"),
        "growth_pct": word("facts", "growth_pct"),
        "luminosity_cm2s": word("facts", "luminosity_cm2s"),
        "detector_mass_t": word("facts", "detector_mass_t"),
        "sphere_diameter_m": word("facts", "sphere_diameter_m"),
        "xenon_t": word("facts", "xenon_t"),
        "area_km2": word("facts", "area_km2"),
        "max_energy_tev": word("facts", "max_energy_tev"),
        "former_name": word("facts", "former_name"),
        "name": word("facts", "name"),
        "field_t": word("facts", "field_t"),
        "corrected_value": word("facts", "corrected_value"),
        "sample_g": word("facts", "sample_g"),
        "rmax_tflops": word("facts", "rmax_tflops"),
        "approximate": word("facts", "approximate"),
        "scope": word("facts", "scope"),
        "completed": word("facts", "completed"),
        "award": word("facts", "award"),
        "altitude_m": word("facts", "altitude_m"),
    }
)
"""The names of further facts. In English each is itself."""

FACT_EVENTS = Words(
    {
        "launch": word("events as facts", "launch"),
        "national-acceptance": word("events as facts", "national-acceptance"),
        "first-plasma": word("events as facts", "first-plasma"),
        "ground-breaking": word("events as facts", "ground-breaking"),
        "first-collision": word("events as facts", "first-collision"),
        "first-beam": word("events as facts", "first-beam"),
        "feasibility-approved": word("events as facts", "feasibility-approved"),
        "first-criticality": word("events as facts", "first-criticality"),
        "project-acceptance": word("events as facts", "project-acceptance"),
        "shutdown-for-upgrade": word("events as facts", "shutdown-for-upgrade"),
        "cas-appraisal": word("events as facts", "cas-appraisal"),
        "proposal-approved": word("events as facts", "proposal-approved"),
        "renamed": word("events as facts", "renamed"),
        "commissioning": word("events as facts", "commissioning"),
        "benchmark": word("events as facts", "benchmark"),
        "technical-acceptance": word("events as facts", "technical-acceptance"),
        "replaced-by-4t": word("events as facts", "replaced-by-4t"),
        "first-data": word("events as facts", "first-data"),
        "process-test": word("events as facts", "process-test"),
        "rover-immobile": word("events as facts", "rover-immobile"),
        "phase-2": word("events as facts", "phase-2"),
        "first-results": word("events as facts", "first-results"),
        "sea-trial": word("events as facts", "sea-trial"),
    }
)
"""What `event` says among further facts, likewise."""

FORMATS = Words(
    {
        "timelinejs": word("formats", "TimelineJS"),
        "vis-timeline": word("formats", "vis-timeline"),
        "vega-lite": word("formats", "Vega-Lite"),
        "svg": word("formats", "SVG"),
        "png": word("formats", "PNG"),
        "csv": word("formats", "CSV of the timeline"),
        "geojson": word("formats", "GeoJSON"),
        "facilities": word("formats", "GeoJSON of facilities"),
        "linked-places": word("formats", "Linked Places"),
        "icalendar": word("formats", "iCalendar"),
        "atom": word("formats", "Atom"),
        "jsonfeed": word("formats", "JSON Feed"),
        "columns": word("formats", "Columns of numbers"),
    }
)
"""The formats of what a page shows, by the names of the feeds."""


UNITS = Words(
    {
        "percent": word("units of readings", "percent"),
        "Share": word("units of readings", "Share"),
        "systems": word("units of readings", "systems"),
        "facilities": word("units of readings", "facilities"),
        "beamlines": word("units of readings", "beamlines"),
        "pulsars": word("units of readings", "pulsars"),
        "rank": word("units of readings", "rank"),
        "m w.e.": word("units of readings", "m w.e."),
        "years of Higgs running": word("units of readings", "years of Higgs running"),
        "degree north": word("units of readings", "degree north"),
        "m3": word("units of readings", "m3"),
        "per cm2 s": word("units of readings", "per cm2 s"),
    }
)
"""The units of readings that are words; the others are signs, the same in every language."""

LEFT_OUT = Words(
    {
        "limit": word("left out", "{n} that are less significant"),
        "no-date": word("left out", "{n} without a date"),
        "no-mark": word("left out", "{n} without a mark of their own"),
        "far-year": word("left out", "{n} in years too far away"),
        "no-slip": word("left out", "{n} without a known delay"),
    }
)
"""What a picture or a tool leaves out, by the reason that `Annales-Omitted` gives."""

# --- marks of formats

PLANNED = word("planned", "planned")
OVERDUE = word("overdue", "overdue")
DISPUTED = word("disputed", "disputed")
CONTESTED = word("contested", "date contested")
NO_END = word("no end", "no end known")
PRESENT = word("present", "present")
ORIGIN = word("origin", "Sources")
RECORD = word("record", "The whole record")
DAYS_LATE = word("days late", "days late")

# --- a code in words

heading = STATUS_HEADINGS.of
kind = KIND_ONE.of
outcome = OUTCOME_WORDS.of
certainty = CERTAINTIES.of
event = EVENTS.of
standing = STANDINGS.of
unit_name = UNITS.of
medium = MEDIA.of
fact_name = FACTS.of
format_name = FORMATS.of


def status(code: str, lang: str, *, ran: bool | None = None) -> str:
    """A status in words, beside what has it; `ran` says whether that ran before, and is None of
    several, and where nobody looked.

    >>> status("suspended", "zh"), status("suspended", "zh", ran=True)
    ('暂停运行或搁置', '暂停运行')
    >>> status("suspended", "zh", ran=False)
    '已搁置'
    """
    return _suspended(code, lang, ran=ran, paused=PAUSED) or STATUS_WORDS.of(code, lang)


def status_phrase(code: str | None, lang: str, *, ran: bool | None = None) -> str:
    """The same within a sentence; None is the time before any status.

    >>> status_phrase("suspended", "zh"), status_phrase("suspended", "zh", ran=True)
    ('已暂停运行或搁置', '已暂停运行')
    >>> status_phrase("suspended", "zh", ran=False)
    '已搁置'
    """
    return _suspended(code, lang, ran=ran, paused=PAUSED_PHRASE) or STATUS_PHRASES.of(code, lang)


def _suspended(code: str | None, lang: str, *, ran: bool | None, paused: Word) -> str:
    """What is said of something suspended of which it is known whether it ran; "" of all else."""
    if code != "suspended" or ran is None:
        return ""
    return (paused if ran else SHELVED)[lang]


def step(milestone: str, class_: str | None, title: str = "") -> str:
    """What a milestone was of a facility of a class, of which a statement has this title in
    Chinese: a key of `STEP_WORDS`.

    >>> step("first-light", "fusion-device"), step("first-light", "radio-telescope")
    ('first-plasma', 'first-light')
    """
    if milestone == "first-light":
        return FIRST_LIGHT.get(class_ or "", milestone)
    if milestone == "accepted" and "国家验收" in title:
        return "nationally-accepted"
    return milestone


def milestone(code: str | None, lang: str, class_: str | None = None, title: str = "") -> str:
    """A milestone in words, of a facility of a class and by the title of a statement in Chinese,
    where these are known.

    >>> milestone("first-light", "en"), milestone("first-light", "en", "fusion-device")
    ('first light', 'first plasma')
    >>> milestone("accepted", "zh"), milestone("accepted", "zh", title="装置通过国家验收")
    ('通过验收', '通过国家验收')
    """
    return STEP_WORDS.of(step(code or "", class_, title), lang)


def unit_of(unit: str, card: Mapping[str, Any] | None, lang: str) -> str:
    """The unit of a reading in words: by the card of its series, where that is of the same unit.

    >>> card = {"unit": "GeV", "unit_zh": "吉电子伏"}
    >>> unit_of("GeV", card, "zh"), unit_of("GeV", card, "en"), unit_of("MeV", card, "zh")
    ('吉电子伏', 'GeV', 'MeV')
    """
    if card is not None and lang == "zh" and card.get("unit") == unit and "unit_zh" in card:
        return str(card["unit_zh"])
    return unit_name(unit, lang)


def field_word(field: str, lang: str) -> str:
    """A field of science, as a heading; one that has no words yet goes by its code.

    >>> field_word("photon-science", "zh"), field_word("marine-science", "en")
    ('光子科学', 'Marine science')
    """
    if field not in FIELD_WORDS:
        return field.replace("-", " ").capitalize()
    return FIELD_WORDS.of(field, lang)


def field_phrase(field: str, lang: str) -> str:
    """A field of science within a sentence, in lower case where the language has it.

    >>> field_phrase("photon-science", "en"), field_phrase("marine-science", "en")
    ('photon science', 'marine science')
    """
    return FIELD_PHRASES.of(field, lang).replace("-", " ")


def class_phrase(class_: str, lang: str) -> str:
    """The facilities of a class within a sentence.

    >>> class_phrase("light-source", "en"), class_phrase("light-source", "zh")
    ('light sources', '光源')
    """
    name = CLASS_WORDS.of(class_, lang)
    return name[:1].lower() + name[1:]


def part_phrase(field: str | None, class_: str | None, lang: Language) -> str:
    """A field and a class of facilities within a sentence, after "in"; empty for neither.

    >>> part_phrase("fusion", None, "en"), part_phrase(None, "light-source", "en")
    ('fusion', 'the class of light sources')
    >>> part_phrase("photon-science", "light-source", "zh")
    '光子科学光源类'
    """
    parts = [] if field is None else [field_phrase(field, lang)]
    if class_ is not None:
        text = translations(lang).pgettext("class", "the class of {name}")
        parts.append(text.format(name=class_phrase(class_, lang)))
    return (", " if lang == "en" else "").join(parts)


def part_noun(field: str | None, class_: str | None, lang: Language) -> str:
    """The same where it stands for what is in it, as Chinese says it.

    >>> part_noun("fusion", None, "zh"), part_noun("photon-science", "light-source", "zh")
    ('核聚变领域', '光子科学领域光源类装置')
    """
    say, parts = translations(lang), []
    if field is not None:
        text = say.pgettext("what is in it", "{field}")
        parts.append(text.format(field=field_phrase(field, lang)))
    if class_ is not None:
        text = say.pgettext("what is in it", "the class of {name}")
        parts.append(text.format(name=class_phrase(class_, lang)))
    return (", " if lang == "en" else "").join(parts)


def label(code: str, lang: str) -> str:
    """A status, a field, a class or a kind in words; the code itself where it is none of them."""
    if code in FIELDS:
        return field_word(code, lang)
    lists = (each for each in (CLASS_WORDS, KIND_WORDS, STATUS_WORDS) if code in each)
    return next(lists, STATUS_WORDS).of(code, lang)


def why(code: str, lang: str) -> str:
    """What decided against a statement; nothing where nothing did."""
    return WHYS.of(code, lang) if code in WHYS else ""


def problem(title: str, lang: Language) -> str:
    """The title of a problem in a language; the catalogue has those of `service.web.problems`."""
    return translations(lang).gettext(title)


# --- names


def names_of(card: Mapping[str, Any], lang: str) -> tuple[str, str]:
    """The short name of a facility in a language, and its Chinese one for an English page: empty
    where that is no other name."""
    short = short_name(card)
    other = card.get("name_zh") or ""
    if lang == "zh":
        return (other or short), ""
    return short, "" if other == short else other


def drawn(say: Speech) -> Callable[[str], str]:
    """The words of the drawings (`service.drawing.marks.WORDS`), as a function from the
    English word to the word of the reader's language."""
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
        "promised, then what came (slip)": say("promised, then what came (delay)"),
        "runs on": say("runs on"),
        "discovery; upgrade": say("discovery; upgrade"),
        "date contested": say("date contested"),
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
