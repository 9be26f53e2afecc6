"""The sentence of hindsight: a day as it was seen once, beside the same day as seen since."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from events.dates import Day
from service.sentences import times
from service.sentences.coverage import Covered, nothing_held
from service.sentences.sentence import Name, Phrase, Sentence, fill
from service.sentences.voice import Count, Slot, Voice, in_each_language, is_none
from service.translations import Language, translations
from service.words.places import WORLD, Place, place_name


@dataclass(frozen=True, slots=True)
class SeenFrom:
    """What a view of a day rests on: what was said by `stated` and recorded up to `known`."""

    stated: Day
    known: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindsight:
    """The facilities that run on the day `at`, as seen from `then` and as seen from `now`.

    `expected_count` run as seen from then, `now_count` as seen from now, `came` as seen from
    both, `not_come` as seen from then alone. Those seen from now alone are unexpected: then
    they had not been named at all, or had been. `covered` is what the log holds of that
    part of the world. `links` has the paths of
    "expected" and "now".
    """

    at: Day
    then: SeenFrom
    now: SeenFrom
    expected_count: Count
    now_count: Count
    came: int
    not_come: Sequence[Name] = ()
    unexpected_unnamed: Sequence[Name] = ()
    unexpected_named: Sequence[Name] = ()
    place: Place = WORLD
    field: str | None = None
    class_: str | None = None
    covered: Covered | None = None
    links: Mapping[str, str] = dataclasses.field(default_factory=dict)


def hindsight_sentence(hindsight: Hindsight) -> Sentence:
    """The sentence of `/v1/hindsight`.

    What was seen of a later day was expected, and came or did not; what was seen of an earlier
    day was counted. Of a day that lies beyond now too, nothing has failed to come yet.
    """
    covered = hindsight.covered
    if covered is not None and not covered.held.facilities and is_none(hindsight.expected_count):
        return in_each_language(lambda say: nothing_held(say, covered))
    if hindsight.at <= hindsight.then.stated:
        return in_each_language(lambda say: _looking_back(say, hindsight))
    if hindsight.at > hindsight.now.stated:
        return in_each_language(lambda say: _still_open(say, hindsight))
    return in_each_language(lambda say: _looking_ahead(say, hindsight))


def _looking_ahead(say: Voice, hindsight: Hindsight) -> Phrase:
    """Of a day that was to come, and is over now."""
    differences = _differences(
        say,
        hindsight,
        not_come=say.catalogue.ngettext(
            "{n} was expected and did not run: {names}.",
            "{n} were expected and did not run: {names}.",
            len(hindsight.not_come),
        ),
        unnamed=say.catalogue.gettext("{n} ran that had not been named at all: {names}"),
        named=say.catalogue.gettext(
            "{n} ran that had been named, but not promised for then: {names}"
        ),
    )
    first = _then(say, hindsight, past=False)
    return say.sentences([first, _now(say, hindsight), _came(say, hindsight), differences])


def _looking_back(say: Voice, hindsight: Hindsight) -> Phrase:
    """Of a day that was over then already."""
    first = _then(say, hindsight, past=True)
    if hindsight.then == hindsight.now:
        return say.sentences([first, say.gettext("Nothing has been said since.")])
    both: Phrase = ()
    if hindsight.came:
        both = say.ngettext("{n} is in both.", "{n} are in both.", hindsight.came)
    differences = _differences(
        say,
        hindsight,
        not_come=say.catalogue.ngettext(
            "{n} was counted then only: {names}.",
            "{n} were counted then only: {names}.",
            len(hindsight.not_come),
        ),
        unnamed=say.catalogue.gettext("{n} had not been named at all: {names}"),
        named=say.catalogue.gettext("{n} had been named, but not counted: {names}"),
    )
    return say.sentences([first, _now(say, hindsight), both, differences])


def _still_open(say: Voice, hindsight: Hindsight) -> Phrase:
    """Of a day that is to come even now."""
    nothing: Phrase = ()
    if hindsight.then == hindsight.now:
        nothing = say.gettext("Nothing has been said since.")
    differences = _differences(
        say,
        hindsight,
        not_come=say.catalogue.ngettext(
            "{n} does not run so far: {names}.",
            "{n} do not run so far: {names}.",
            len(hindsight.not_come),
        ),
        unnamed=say.catalogue.gettext("{n} running now had not been named at all: {names}"),
        named=say.catalogue.gettext(
            "{n} running now had been named, but not promised for then: {names}"
        ),
    )
    first = _then(say, hindsight, past=False)
    return say.sentences([first, nothing, _so_far(say, hindsight), differences])


def _then(say: Voice, hindsight: Hindsight, *, past: bool) -> Phrase:
    """How many run, as seen from then."""
    slots: dict[str, Slot] = {
        "when": times.when(hindsight.at, say.lang),
        "stated": times.moment(hindsight.then.stated, say.lang),
        "country": place_name(hindsight.place, say.lang),
        "n": say.count(hindsight.expected_count, hindsight.links.get("expected")),
        "facilities": say.facilities(hindsight.expected_count, hindsight.field, hindsight.class_),
    }
    kind = _Kind(past, not hindsight.place, is_none(hindsight.expected_count))
    return fill(_texts_of_then(say.lang)[kind], slots)


class _Kind(NamedTuple):
    """What the choice of a text depends on."""

    past: bool
    world: bool
    none: bool


@cache
def _texts_of_then(lang: Language) -> dict[_Kind, str]:
    say = translations(lang)
    past, would, country, world = True, False, False, True
    return {
        _Kind(would, country, False): say.gettext(
            "Seen from {stated}, {country} would run {n} {facilities} {when}."
        ),
        _Kind(would, country, True): say.gettext(
            "Seen from {stated}, {country} would run no {facilities} {when}."
        ),
        _Kind(would, world, False): say.gettext(
            "Seen from {stated}, {n} {facilities} would be running {when}."
        ),
        _Kind(would, world, True): say.gettext(
            "Seen from {stated}, no {facilities} would be running {when}."
        ),
        _Kind(past, country, False): say.gettext(
            "As told by {stated}, {country} ran {n} {facilities} {when}."
        ),
        _Kind(past, country, True): say.gettext(
            "As told by {stated}, {country} ran no {facilities} {when}."
        ),
        _Kind(past, world, False): say.gettext("As told by {stated}, {n} {facilities} ran {when}."),
        _Kind(past, world, True): say.gettext("As told by {stated}, no {facilities} ran {when}."),
    }


def _now(say: Voice, hindsight: Hindsight) -> Phrase:
    """The count as known now, and whether more statements, more log or less log explain it."""
    none = is_none(hindsight.now_count)
    slots: dict[str, Slot] = {
        "n": say.count(hindsight.now_count, hindsight.links.get("now")),
        "position": f"@{hindsight.now.known}",
    }
    if hindsight.now.known < hindsight.then.known:
        if none:
            return say.gettext("What the log held at {position} counts none.", **slots)
        return say.gettext("What the log held at {position} counts {n}.", **slots)
    if hindsight.now.stated == hindsight.then.stated:
        if none:
            return say.gettext("What has been recorded since counts none.")
        return say.gettext("What has been recorded since counts {n}.", **slots)
    if none:
        return say.gettext("What has been said since counts none.")
    return say.gettext("What has been said since counts {n}.", **slots)


def _so_far(say: Voice, hindsight: Hindsight) -> Phrase:
    """How many of those that were expected run when last heard of."""
    if is_none(hindsight.expected_count):
        return ()
    slots: dict[str, Slot] = {
        "stated": times.moment(hindsight.now.stated, say.lang),
        "position": f"@{hindsight.now.known}",
    }
    if hindsight.now.known < hindsight.then.known:
        if hindsight.came == 0:
            return say.gettext("By what the log held at {position}, none of them runs.", **slots)
        return say.ngettext(
            "By what the log held at {position}, {n} of them runs.",
            "By what the log held at {position}, {n} of them run.",
            hindsight.came,
            **slots,
        )
    if hindsight.came == 0:
        return say.gettext("By {stated}, none of them runs.", **slots)
    return say.ngettext(
        "By {stated}, {n} of them runs.", "By {stated}, {n} of them run.", hindsight.came, **slots
    )


def _came(say: Voice, hindsight: Hindsight) -> Phrase:
    if hindsight.came == 0:
        return ()
    n = say.count(hindsight.came)
    if hindsight.not_come:
        return say.gettext("{n} came as expected.", n=n)
    return say.gettext("{n} came as expected, and nothing expected is missing.", n=n)


def _differences(
    say: Voice, hindsight: Hindsight, *, not_come: str, unnamed: str, named: str
) -> Phrase:
    """What runs as seen from then alone, and what as seen from now alone, by whether it had been
    named then."""
    unexpected = [
        _counted(say, template, names)
        for template, names in (
            (unnamed, hindsight.unexpected_unnamed),
            (named, hindsight.unexpected_named),
        )
        if names
    ]
    return say.sentences(
        [
            _counted(say, not_come, hindsight.not_come) if hindsight.not_come else (),
            say.gettext("{clauses}.", clauses=say.clauses(unexpected)) if unexpected else (),
        ]
    )


def _counted(say: Voice, template: str, names: Sequence[Name]) -> Phrase:
    return fill(template, {"n": say.count(len(names)), "names": say.names(names)})
