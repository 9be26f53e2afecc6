"""The sentences of records: what a facility, a policy, an indicator, a discovery or an
observation comes to at the clocks of a question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, NamedTuple

from babel.numbers import format_compact_decimal, get_currency_name

from events.dates import Date, Day
from events.vocabulary import STATUS_OF
from projections.kinds.ladders import Outcome
from service.sentences import times
from service.sentences.sentence import Figure, Name, Phrase, Sentence, text_of
from service.sentences.times import Lateness
from service.sentences.voice import Slot, Voice, in_each_language
from service.translations import Language, translations
from service.words.labels import status_phrase, unit_name
from service.words.number import LARGEST, number_text
from service.words.places import LOCALES

PROPOSED_AGAIN = "proposed again"
"""What is to be proposed once more, in place of the milestone."""

Certainty = Literal["certain", "possible", "last-known"]


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a promise: its date, and how long after the first plan that was."""

    date: Date
    slip: Lateness


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What was promised of one milestone, a key of `labels.STEP_WORDS`, and what came of it.

    `first` and `last` are the dates of the first and the current plan, `promises` how
    many dated plans there were. What was kept, late or early has what `came`; what is
    overdue has `horizon`, the day by which it had not come.
    """

    milestone: str
    first: Date
    last: Date
    promises: int
    outcome: Outcome
    came: Came | None = None
    horizon: Day | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facility:
    """A facility on the day `at`.

    `status`, `since`, `certainty` and `alternatives` are those of the answer;
    beyond the horizon (`certainty: "last-known"`) they are of the day `stated`, and
    `expected` is the status that was expected of `at`. `overdue` is how many
    promises are, besides that of `ladder`; `ran` says whether it ever ran by then. It `is_untold`
    where nothing had been said of it.
    """

    name: Name
    at: Day
    stated: Day
    status: str | None
    since: Date | None = None
    certainty: Certainty = "certain"
    alternatives: Sequence[str | None] = ()
    expected: str | None = None
    overdue: int = 0
    ladder: Promise | None = None
    is_untold: bool = False
    ran: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy on the day `at`: since when and until when it holds. A decision that was made and
    does not hold for a day, as it ends another, or is superseded or disputed at once, `never` does.
    """

    title: Name
    at: Day
    start: Date
    until: Date | None = None
    holds: Literal["not-yet", "yes", "no-longer", "never"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading of an indicator."""

    value: float
    unit: str
    date: Date


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """A series on the day `at`: its reading then, and the one before that."""

    title: Name
    at: Day
    reading: Reading | None
    previous: Reading | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """A discovery, and the facility it was made at."""

    title: Name
    date: Date
    facility: Name | None = None
    disputed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What somebody said of the field."""

    title: Name
    date: Date
    said_by: str | None = None


AnyRecord = Facility | Policy | Indicator | Discovery | Observation


def record_sentence(record: AnyRecord) -> Sentence:
    """The sentence of `/v1/records/{id}`."""

    def render(say: Voice) -> Phrase:
        match record:
            case Facility():
                return _facility(say, record)
            case Policy():
                return _policy(say, record)
            case Indicator():
                return _indicator(say, record)
            case Discovery():
                return _discovery(say, record)
            case Observation():
                return _observation(say, record)

    return in_each_language(render)


# A facility


def _facility(say: Voice, facility: Facility) -> Phrase:
    return say.sentences(
        [
            say.begun(_status(say, facility)),
            ()
            if facility.ladder is None
            else ladder_sentence(say, _again(facility, facility.ladder)),
            _overdue(say, facility),
        ]
    )


def _status(say: Voice, facility: Facility) -> Phrase:
    lang = say.lang
    when = times.when(facility.at, lang)
    name = facility.name.part(lang)
    if facility.is_untold:
        return say.gettext(
            "This chronicle holds nothing that had been said of {name} by {stated}.",
            name=name,
            stated=times.moment(facility.stated, lang),
        )
    if facility.certainty == "last-known":
        return _seen_from(say, facility, when, name)
    if facility.certainty == "possible":
        options = [(status_phrase(each, lang),) for each in facility.alternatives]
        return say.gettext(
            "{when} {name} may have been {options}; the dates leave it open.",
            when=when,
            name=name,
            options=say.all_of(options, "or"),
        )
    if facility.status is None:
        return say.gettext("{when} nothing had come of {name} yet.", when=when, name=name)
    status = status_phrase(facility.status, lang, ran=facility.ran)
    if facility.since is None:
        return say.gettext("{when} {name} was {status}.", when=when, name=name, status=status)
    return say.gettext(
        "{when} {name} was {status}, {since}.",
        when=when,
        name=name,
        status=status,
        since=times.since(facility.since, lang),
    )


def _seen_from(say: Voice, facility: Facility, when: str, name: str | Figure) -> Phrase:
    """What was known of a facility at the horizon, and expected of it, unless its ladder says the
    same."""
    lang = say.lang
    expected = None if _is_told_below(facility) else facility.expected
    slots: dict[str, Slot] = {
        "stated": times.moment(facility.stated, lang),
        "when": when,
        "name": name,
        "status": status_phrase(facility.status, lang, ran=facility.ran),
        "since": "" if facility.since is None else times.since(facility.since, lang),
        "expected": status_phrase(expected, lang),
    }
    if facility.since is None:
        if expected is None:
            return say.gettext("Seen from {stated}, {name} was {status}.", **slots)
        return say.gettext(
            "Seen from {stated}, {name} was {status}; {when} it would be {expected}.", **slots
        )
    # A date may have brackets of its own: "since November 2025 (uncertain)".
    if expected is None:
        return say.gettext("Seen from {stated}, {name} was {status}, {since}.", **slots)
    return say.gettext(
        "Seen from {stated}, {name} was {status}, {since}; {when} it would be {expected}.", **slots
    )


def _is_told_below(facility: Facility) -> bool:
    """Whether what is expected at the end of a year is what the ladder promises for that year."""
    ladder = facility.ladder
    return (
        ladder is not None
        and ladder.outcome == "pending"
        and STATUS_OF.get(ladder.milestone) == facility.expected
        and (ladder.last.precision, ladder.last.latest) == ("year", facility.at)
    )


def _overdue(say: Voice, facility: Facility) -> Phrase:
    """The promises that are overdue besides that of the ladder."""
    if not facility.overdue:
        return ()
    if facility.ladder is not None and facility.ladder.outcome == "overdue":
        return say.ngettext(
            "{n} other promise was overdue.", "{n} other promises were overdue.", facility.overdue
        )
    return say.ngettext("{n} promise was overdue.", "{n} promises were overdue.", facility.overdue)


def _again(facility: Facility, ladder: Promise) -> Promise:
    """A ladder as it is told of a facility: what has a status was proposed once."""
    if ladder.milestone == "proposed" and ladder.came is None and facility.status is not None:
        return replace(ladder, milestone=PROPOSED_AGAIN)
    return ladder


# A ladder


def ladder_sentence(say: Voice, ladder: Promise) -> Phrase:
    """What came of a promise."""
    if ladder.came is not None:
        return _came(say, ladder, ladder.came)
    if ladder.outcome == "pending":
        return _pending(say, ladder)
    if ladder.outcome == "overdue":
        return _not_come(say, ladder)
    return _given_up(say, ladder)


def _came(say: Voice, ladder: Promise, came: Came) -> Phrase:
    slots: dict[str, Slot] = {
        "promised": times.aim(ladder.first, say.lang),
        "happened": _verbs(say.lang)[ladder.milestone].past,
        "when": times.on(came.date, say.lang),
        "slip": Figure(times.came(came.slip.earliest, came.slip.latest, say.lang)),
        "n": _times(say, ladder),
    }
    if ladder.promises < 2:
        return say.gettext("Promised {promised}, it {happened} {when}: {slip}.", **slots)
    return say.gettext(
        "Promised {promised}, it {happened} {when}: {slip}, after {n} dated promises.", **slots
    )


def _given_up(say: Voice, ladder: Promise) -> Phrase:
    slots: dict[str, Slot] = {
        "happen": _verbs(say.lang)[ladder.milestone].infinitive,
        "when": times.on(ladder.first, say.lang),
        "n": _times(say, ladder),
    }
    if ladder.outcome == "dropped":
        if ladder.promises < 2:
            return say.gettext("It was to {happen} {when}; the plan was given up.", **slots)
        return say.gettext(
            "It was to {happen} {when}; the plan was given up after {n} dated promises.", **slots
        )
    if ladder.promises < 2:
        return say.gettext("It was to {happen} {when}; another plan took its place.", **slots)
    return say.gettext(
        "It was to {happen} {when}; another plan took its place after {n} dated promises.", **slots
    )


def _pending(say: Voice, ladder: Promise) -> Phrase:
    slots: dict[str, Slot] = {
        "happen": _verbs(say.lang)[ladder.milestone].infinitive,
        "when": times.on(ladder.last, say.lang),
        "promised": times.aim(ladder.first, say.lang),
        "n": _times(say, ladder),
    }
    if ladder.promises < 2:
        return say.gettext("It is to {happen} {when}.", **slots)
    return say.gettext(
        "It is to {happen} {when}, first promised {promised}, after {n} dated promises.", **slots
    )


def _not_come(say: Voice, ladder: Promise) -> Phrase:
    """What is overdue at the horizon; the last promise counts, for it took the others' place."""
    lang = say.lang
    slots: dict[str, Slot] = {
        "promised": times.aim(ladder.last, lang),
        "happened": _verbs(lang)[ladder.milestone].participle,
        "n": _times(say, ladder),
    }
    if ladder.horizon is None or ladder.last.latest is None:
        return say.gettext("Promised {promised}, it had not {happened}.", **slots)
    slots["horizon"] = times.moment(ladder.horizon, lang)
    slots["time"] = Figure(times.duration(ladder.horizon - ladder.last.latest, lang))
    if ladder.promises < 2:
        return say.gettext(
            "Promised {promised}, it had not {happened} by {horizon}: {time} overdue.", **slots
        )
    return say.gettext(
        "Last promised {promised}, it had not {happened} by {horizon}:"
        " {time} overdue, after {n} dated promises.",
        **slots,
    )


def _times(say: Voice, ladder: Promise) -> Figure:
    return Figure(times.spelled(ladder.promises, say.lang))


class _Verbs(NamedTuple):
    """A milestone as what "it" did, is to do, and had done."""

    past: str
    infinitive: str
    participle: str


@cache
def _verbs(lang: Language) -> dict[str, _Verbs]:
    say = translations(lang)
    return {
        "proposed": _Verbs(
            say.pgettext("it", "was proposed"),
            say.pgettext("it is to", "be proposed"),
            say.pgettext("it had", "been proposed"),
        ),
        PROPOSED_AGAIN: _Verbs(
            say.pgettext("it", "was proposed again"),
            say.pgettext("it is to", "be proposed again"),
            say.pgettext("it had", "been proposed again"),
        ),
        "approved": _Verbs(
            say.pgettext("it", "was approved"),
            say.pgettext("it is to", "be approved"),
            say.pgettext("it had", "been approved"),
        ),
        "construction-started": _Verbs(
            say.pgettext("it", "was begun"),
            say.pgettext("it is to", "be begun"),
            say.pgettext("it had", "been begun"),
        ),
        "completed": _Verbs(
            say.pgettext("it", "was completed"),
            say.pgettext("it is to", "be completed"),
            say.pgettext("it had", "been completed"),
        ),
        "first-light": _Verbs(
            say.pgettext("it", "saw first light"),
            say.pgettext("it is to", "see first light"),
            say.pgettext("it had", "seen first light"),
        ),
        "first-emission": _Verbs(
            say.pgettext("of a source, it", "saw first light"),
            say.pgettext("of a source, it is to", "see first light"),
            say.pgettext("of a source, it had", "seen first light"),
        ),
        "first-beam": _Verbs(
            say.pgettext("it", "had first beam"),
            say.pgettext("it is to", "have first beam"),
            say.pgettext("it had", "had first beam"),
        ),
        "first-plasma": _Verbs(
            say.pgettext("it", "had first plasma"),
            say.pgettext("it is to", "have first plasma"),
            say.pgettext("it had", "had first plasma"),
        ),
        "operation-started": _Verbs(
            say.pgettext("it", "began to operate"),
            say.pgettext("it is to", "begin to operate"),
            say.pgettext("it had", "begun to operate"),
        ),
        "upgraded": _Verbs(
            say.pgettext("it", "was upgraded"),
            say.pgettext("it is to", "be upgraded"),
            say.pgettext("it had", "been upgraded"),
        ),
        "accepted": _Verbs(
            say.pgettext("it", "passed acceptance"),
            say.pgettext("it is to", "pass acceptance"),
            say.pgettext("it had", "passed acceptance"),
        ),
        "nationally-accepted": _Verbs(
            say.pgettext("by the state, it", "passed acceptance"),
            say.pgettext("by the state, it is to", "pass acceptance"),
            say.pgettext("by the state, it had", "passed acceptance"),
        ),
        "renamed": _Verbs(
            say.pgettext("it", "was renamed"),
            say.pgettext("it is to", "be renamed"),
            say.pgettext("it had", "been renamed"),
        ),
        "suspended": _Verbs(
            say.pgettext("it", "was suspended"),
            say.pgettext("it is to", "be suspended"),
            say.pgettext("it had", "been suspended"),
        ),
        "decommissioned": _Verbs(
            say.pgettext("it", "was closed"),
            say.pgettext("it is to", "be closed"),
            say.pgettext("it had", "been closed"),
        ),
        "cancelled": _Verbs(
            say.pgettext("it", "was cancelled"),
            say.pgettext("it is to", "be cancelled"),
            say.pgettext("it had", "been cancelled"),
        ),
    }


# The others


def _policy(say: Voice, policy: Policy) -> Phrase:
    lang = say.lang
    slots: dict[str, Slot] = {
        "when": times.when(policy.at, lang),
        "title": policy.title.part(lang),
        "start": Figure(times.noun(policy.start, lang)),
        "since": times.since(policy.start, lang),
        "on": times.on(policy.start, lang),
        "until": "" if policy.until is None else Figure(times.noun(policy.until, lang)),
    }
    if policy.holds == "not-yet":
        return say.gettext("Not yet in force {when}: “{title}”, to hold from {start}.", **slots)
    if policy.holds == "never":
        return say.gettext("Not in force {when}: “{title}”, decided {on}.", **slots)
    if policy.holds == "no-longer":
        if policy.until is None:
            return say.gettext("No longer in force {when}: “{title}”, from {start}.", **slots)
        return say.gettext(
            "No longer in force {when}: “{title}”, from {start} to {until}.", **slots
        )
    if policy.until is None:
        return say.gettext("In force {when}: “{title}”, {since}, with no end known.", **slots)
    return say.gettext("In force {when}: “{title}”, from {start} to {until}.", **slots)


def _indicator(say: Voice, indicator: Indicator) -> Phrase:
    lang = say.lang
    when, title = times.when(indicator.at, lang), indicator.title.part(lang)
    if indicator.reading is None:
        return say.begun(
            say.gettext("{when} there was no reading of “{title}” yet.", when=when, title=title)
        )
    slots: dict[str, Slot] = {
        "when": when,
        "title": title,
        "value": _value(say, indicator.reading),
        "date": times.noun(indicator.reading.date, lang),
    }
    if indicator.previous is None:
        return say.begun(say.gettext("{when}, “{title}”: {value} ({date}).", **slots))
    return say.begun(
        say.gettext(
            "{when}, “{title}”: {value} ({date}), after {before} ({before_date}).",
            **slots,
            before=_value(say, indicator.previous),
            before_date=times.noun(indicator.previous.date, lang),
        )
    )


def _value(say: Voice, reading: Reading) -> Figure:
    """A value with its unit: "2.69%", "1.5 billion Chinese yuan", "7 beamlines"."""
    lang, locale = say.lang, LOCALES[say.lang]
    if reading.unit in locale.currencies:
        # Chinese has one form of large numbers only: 1.5 billion are 15亿.
        form: Literal["long", "short"] = "long" if lang == "en" else "short"
        amount = number_text(reading.value)
        if 1_000 <= abs(reading.value) < LARGEST:
            amount = format_compact_decimal(
                reading.value, format_type=form, locale=locale, fraction_digits=3
            )
        unit = get_currency_name(reading.unit, count=2, locale=locale)
        return Figure(text_of(say.pgettext("money", "{amount} {unit}", amount=amount, unit=unit)))
    number = number_text(reading.value)
    if reading.unit == "percent":
        return Figure(f"{number}%")
    unit = unit_name(reading.unit, lang)
    # A sign stands apart from its number in both languages, a Chinese word does not.
    return Figure(
        f"{number}{unit}" if lang == "zh" and unit != reading.unit else f"{number} {unit}"
    )


def _discovery(say: Voice, discovery: Discovery) -> Phrase:
    lang = say.lang
    slots: dict[str, Slot] = {
        "when": times.on(discovery.date, lang),
        "title": discovery.title.part(lang),
        "facility": "" if discovery.facility is None else discovery.facility.part(lang),
    }
    if discovery.facility is None:
        if discovery.disputed:
            return say.gettext("A disputed discovery, made {when}: {title}.", **slots)
        return say.gettext("A discovery, made {when}: {title}.", **slots)
    if discovery.disputed:
        return say.gettext("A disputed discovery, made {when} at {facility}: {title}.", **slots)
    return say.gettext("A discovery, made {when} at {facility}: {title}.", **slots)


def _observation(say: Voice, observation: Observation) -> Phrase:
    lang = say.lang
    slots = {"when": times.on(observation.date, lang), "title": observation.title.part(lang)}
    if observation.said_by is None:
        return say.gettext("An observation, made {when}: {title}.", **slots)
    return say.gettext(
        "An observation by {said_by}, made {when}: {title}.", said_by=observation.said_by, **slots
    )
