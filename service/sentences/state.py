"""The sentence of a state: how many facilities ran, what came and went, and what was found.

It is made anew for every state, so whatever is slow in it is memoised.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from events.dates import Day, Period
from service.sentences import times
from service.sentences.coverage import Covered, carried_on, nothing_held
from service.sentences.sentence import Name, Phrase, Sentence, fill
from service.sentences.voice import Count, Slot, Voice, bounds, in_each_language, is_none
from service.translations import Language, translations
from service.words.labels import status_phrase
from service.words.places import Place, place_name

BUILDING = ("under-construction", "completed", "commissioning")
"""The statuses in which a facility is being built or tested."""

BEGINNINGS = ("operating", "approved", "decommissioned", "suspended", "cancelled")
"""The statuses of which the sentence says that they began, in its order."""


def state_sentence(
    *,
    at: Day,
    period: Period | None = None,
    stated: Day,
    beyond: bool,
    place: Place,
    field: str | None,
    class_: str | None = None,
    statuses: Sequence[str] = (),
    besides: Sequence[str] = (),
    last_known: bool = False,
    totals: Mapping[str, int],
    ranges: Mapping[str, tuple[int, int]] = MappingProxyType({}),
    held: Count | None = None,
    building: Count | None = None,
    begun: Mapping[str, Sequence[Name]] = MappingProxyType({}),
    discoveries: Sequence[Name] = (),
    links: Mapping[str, str] = MappingProxyType({}),
    covered: Covered | None = None,
    is_empty: bool = False,
) -> Sentence:
    """The sentence of `/v1/state`.

    `totals` and `ranges` are those of the answer. Beyond the horizon they count what was
    expected on `at`: the last known statuses, each replaced by the expected one, if any.
    `statuses` are those that the question filters by; the sentence then is about them alone.
    `besides` are those that the same facilities must have too: beyond the horizon, those they
    had when last heard of; else other ones, which no facility has at once. With `last_known`
    the sentence is about the horizon, whatever is expected after it.

    `held` is how many had one of the `statuses`, `building` how many were being built or
    tested. Without them the bounds of the statuses are added up: wider than need be where
    a facility may have either of two of them, and too many for a period, where one may
    have had several.

    `begun` has the facilities of which a status of `BEGINNINGS` began in the year or period, by
    status; `discoveries` is what was found in it. An empty list adds no words.
    Where the chronicle holds no facilities, by what is `covered`, or nothing of the day, so that
    the state `is_empty`, it says so instead.
    `links` has the paths of the numbers "running" and "building", or of "total" where there are
    `statuses`.
    """
    running = bounds("operating", totals, ranges)
    being_built = _added_up(BUILDING, totals, ranges) if building is None else building
    had = _added_up(statuses, totals, ranges) if held is None else held

    def render(say: Voice) -> Phrase:
        lang = say.lang
        slots: dict[str, Slot] = {
            "when": times.when(at, lang) if period is None else times.during(period, lang),
            "stated": times.moment(stated, lang),
            "country": place_name(place, lang),
        }
        if covered is not None and (is_empty or not covered.held.facilities):
            return say.sentences(
                [
                    nothing_held(say, covered, when=_when_empty(slots, covered, stated, say)),
                    _found(say, discoveries, whole_year=_is_year(period)),
                ]
            )
        carried = carried_on(say, covered, at=at, stated=stated)
        if statuses:
            key = _Kind(beyond, not place, is_none(had))
            slots["n"] = say.count(had, links.get("total"))
            slots["status"] = _any_of(say, statuses)
            slots["besides"] = _any_of(say, besides)
            slots["facilities"] = say.facilities(2 if besides else had, field, class_)
            texts = _of_some_statuses
            if besides:
                texts = _of_both_statuses
            elif last_known:
                texts = _of_last_statuses
            return say.sentences([say.begun(fill(texts(lang)[key], slots)), carried])
        kind = _Kind(beyond, not place, is_none(running), is_none(being_built))
        slots["n"] = say.count(running, links.get("running"))
        slots["m"] = say.count(being_built, links.get("building"))
        slots["facilities"] = say.facilities(running, field, class_)
        return say.sentences(
            [
                say.begun(fill(_of_all(lang, 2 if place.is_plural else 1)[kind], slots)),
                carried,
                _begun(say, begun, beyond=beyond),
                _found(say, discoveries, whole_year=_is_year(period)),
            ]
        )

    return in_each_language(render)


def _when_empty(slots: Mapping[str, Slot], covered: Covered, stated: Day, say: Voice) -> Slot:
    """By which word, or of which day, there is nothing, where there is something of others."""
    first = covered.held.first
    if first is None:
        return ""
    if stated < first:
        return say.gettext("that was said by {stated}", **slots)
    return slots["when"]


class _Kind(NamedTuple):
    """What the choice of a text depends on."""

    beyond: bool
    world: bool
    none: bool
    none_building: bool = False


@cache
def _of_all(lang: Language, number: int) -> dict[_Kind, str]:
    """The text for each kind of state, of a place of that grammatical number. That there was none
    is what the chronicle says, which has not all there was."""
    say = translations(lang)
    past, would, country, world = False, True, False, True
    return {
        _Kind(past, country, False, False): say.ngettext(
            "{when} {country} ran {n} {facilities} and was building or testing {m}.",
            "{when} {country} ran {n} {facilities} and were building or testing {m}.",
            number,
        ),
        _Kind(past, country, False, True): say.ngettext(
            "{when} {country} ran {n} {facilities} and was building or testing none.",
            "{when} {country} ran {n} {facilities} and were building or testing none.",
            number,
        ),
        _Kind(past, country, True, False): say.gettext(
            "{when} the chronicle counted no {facilities} running in {country}"
            " and {m} being built or tested."
        ),
        _Kind(past, country, True, True): say.gettext(
            "{when} the chronicle counted no {facilities} running in {country}"
            " and none being built or tested."
        ),
        _Kind(past, world, False, False): say.gettext(
            "{when} the chronicle counted {n} {facilities} running and {m} being built or tested."
        ),
        _Kind(past, world, False, True): say.gettext(
            "{when} the chronicle counted {n} {facilities} running and none being built or tested."
        ),
        _Kind(past, world, True, False): say.gettext(
            "{when} the chronicle counted no {facilities} running and {m} being built or tested."
        ),
        _Kind(past, world, True, True): say.gettext(
            "{when} the chronicle counted no {facilities} running and none being built or tested."
        ),
        _Kind(would, country, False, False): say.gettext(
            "Seen from {stated}, {country} would run {n} {facilities} {when}"
            " and be building or testing {m}."
        ),
        _Kind(would, country, False, True): say.gettext(
            "Seen from {stated}, {country} would run {n} {facilities} {when}"
            " and be building or testing none."
        ),
        _Kind(would, country, True, False): say.gettext(
            "Seen from {stated}, {country} would run no {facilities} {when}"
            " and be building or testing {m}."
        ),
        _Kind(would, country, True, True): say.gettext(
            "Seen from {stated}, {country} would run no {facilities} {when}"
            " and be building or testing none."
        ),
        _Kind(would, world, False, False): say.gettext(
            "Seen from {stated}, {n} {facilities} would be running {when},"
            " and {m} being built or tested."
        ),
        _Kind(would, world, False, True): say.gettext(
            "Seen from {stated}, {n} {facilities} would be running {when},"
            " and none being built or tested."
        ),
        _Kind(would, world, True, False): say.gettext(
            "Seen from {stated}, no {facilities} would be running {when},"
            " and {m} being built or tested."
        ),
        _Kind(would, world, True, True): say.gettext(
            "Seen from {stated}, no {facilities} would be running {when},"
            " and none being built or tested."
        ),
    }


@cache
def _of_some_statuses(lang: Language) -> dict[_Kind, str]:
    """The text for each kind of state that is filtered by one or several statuses."""
    say = translations(lang)
    past, would, country, world = False, True, False, True
    return {
        _Kind(past, country, False): say.gettext("{when} {country} had {n} {facilities} {status}."),
        _Kind(past, country, True): say.gettext(
            "{when} the chronicle counted no {facilities} {status} in {country}."
        ),
        _Kind(past, world, False): say.gettext(
            "{when} the chronicle counted {n} {facilities} {status}."
        ),
        _Kind(past, world, True): say.gettext(
            "{when} the chronicle counted no {facilities} {status}."
        ),
        _Kind(would, country, False): say.gettext(
            "Seen from {stated}, {country} would have {n} {facilities} {status} {when}."
        ),
        _Kind(would, country, True): say.gettext(
            "Seen from {stated}, {country} would have no {facilities} {status} {when}."
        ),
        _Kind(would, world, False): say.gettext(
            "Seen from {stated}, {n} {facilities} would be {status} {when}."
        ),
        _Kind(would, world, True): say.gettext(
            "Seen from {stated}, no {facilities} would be {status} {when}."
        ),
    }


@cache
def _of_last_statuses(lang: Language) -> dict[_Kind, str]:
    """The text for each kind of state, of statuses as they were at the horizon."""
    say = translations(lang)
    country, world = False, True
    return {
        _Kind(True, country, False): say.gettext(
            "By {stated}, {country} had {n} {facilities} {status} when last heard of."
        ),
        _Kind(True, country, True): say.gettext(
            "By {stated}, the chronicle counted no {facilities} {status} in {country}"
            " when last heard of."
        ),
        _Kind(True, world, False): say.gettext(
            "By {stated}, the chronicle counted {n} {facilities} {status} when last heard of."
        ),
        _Kind(True, world, True): say.gettext(
            "By {stated}, the chronicle counted no {facilities} {status} when last heard of."
        ),
    }


@cache
def _of_both_statuses(lang: Language) -> dict[_Kind, str]:
    """The text for each kind of state that is filtered by both: what facilities were when last
    heard of, and what they were expected to be."""
    say = translations(lang)
    would, past, country, world = True, False, False, True
    return {
        _Kind(would, country, False): say.gettext(
            "Seen from {stated}, of the {facilities} of {country} that were {besides} when last"
            " heard of, {n} would be {status} {when}."
        ),
        _Kind(would, country, True): say.gettext(
            "Seen from {stated}, of the {facilities} of {country} that were {besides} when last"
            " heard of, none would be {status} {when}."
        ),
        _Kind(would, world, False): say.gettext(
            "Seen from {stated}, of the {facilities} that were {besides} when last heard of,"
            " {n} would be {status} {when}."
        ),
        _Kind(would, world, True): say.gettext(
            "Seen from {stated}, of the {facilities} that were {besides} when last heard of,"
            " none would be {status} {when}."
        ),
        _Kind(past, country, True): say.gettext(
            "{when} no {facilities} of {country} were at once {besides} and {status}."
        ),
        _Kind(past, world, True): say.gettext(
            "{when} no {facilities} were at once {besides} and {status}."
        ),
    }


def _any_of(say: Voice, statuses: Sequence[str]) -> Phrase:
    return (
        say.all_of([(status_phrase(each, say.lang),) for each in statuses], "or")
        if statuses
        else ()
    )


def _begun(say: Voice, begun: Mapping[str, Sequence[Name]], *, beyond: bool) -> Phrase:
    """What came and went in the year."""
    clauses = [
        fill(
            _beginning(say.lang, status, several=len(begun[status]) > 1, beyond=beyond),
            {"names": say.names(begun[status])},
        )
        for status in BEGINNINGS
        if begun.get(status)
    ]
    return say.gettext("{clauses}.", clauses=say.clauses(clauses)) if clauses else ()


@cache
def _beginning(lang: Language, status: str, *, several: bool, beyond: bool) -> str:
    """The text by which a status began, for one or several, and as it was only expected to."""
    say = translations(lang)
    if beyond:
        return {
            "operating": say.gettext("{names} would start"),
            "approved": say.gettext("{names} would be approved"),
            "decommissioned": say.gettext("{names} would be closed"),
            "suspended": say.gettext("{names} would be suspended"),
            "cancelled": say.gettext("{names} would be cancelled"),
        }[status]
    number = 2 if several else 1
    return {
        "operating": say.gettext("{names} started"),
        "approved": say.ngettext("{names} was approved", "{names} were approved", number),
        "decommissioned": say.ngettext("{names} was closed", "{names} were closed", number),
        "suspended": say.ngettext("{names} was suspended", "{names} were suspended", number),
        "cancelled": say.ngettext("{names} was cancelled", "{names} were cancelled", number),
    }[status]


def _found(say: Voice, discoveries: Sequence[Name], *, whole_year: bool) -> Phrase:
    if not discoveries:
        return ()
    titles = say.titles(discoveries)
    if whole_year:
        return say.gettext("Found that year: {titles}.", titles=titles)
    return say.gettext("Found in that time: {titles}.", titles=titles)


def _is_year(period: Period | None) -> bool:
    """Whether what is listed is that of a calendar year, as it is for a single day."""
    return period is None or period.last - period.first > 31


def _added_up(
    statuses: Iterable[str], totals: Mapping[str, int], ranges: Mapping[str, tuple[int, int]]
) -> Count:
    """How many had one of some statuses, by the bounds of each."""
    counts = [bounds(status, totals, ranges) for status in statuses]
    pairs = [(count, count) if isinstance(count, int) else count for count in counts]
    least, most = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
    return least if least == most else (least, most)
