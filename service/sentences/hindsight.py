"""The sentence of hindsight: a day as it was told once, beside the same day as it is told since."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from events.dates import Day
from service.sentences import times
from service.sentences.sentence import Name, Phrase, Sentence, fill
from service.sentences.voice import Count, Slot, Voice, is_none, spoken
from service.translations import Language, translations
from service.words.places import country_name


@dataclass(frozen=True, slots=True)
class Heard:
    """What a point has heard: all that was said by a day and recorded up to a position."""

    stated: Day
    known: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindsight:
    """The day `at`, as `then` told of it and as `now` does.

    Then `expected_count` facilities run, now `now_count`, and `came` are those that both
    tell of. `not_come` run as told then alone; what runs as told now alone had not been
    named at all then, or had been named. `links` has paths of "expected" and "now".
    """

    at: Day
    then: Heard
    now: Heard
    expected_count: Count
    now_count: Count
    came: int
    not_come: Sequence[Name] = ()
    unexpected_unnamed: Sequence[Name] = ()
    unexpected_named: Sequence[Name] = ()
    country: str | None = None
    field: str | None = None
    links: Mapping[str, str] = dataclasses.field(default_factory=dict)


def hindsight_sentence(told: Hindsight) -> Sentence:
    """What `/v1/hindsight` says, in words.

    What then foresaw was expected, and came or did not; what it looked back on was
    counted. Of a day that lies beyond now too, nothing has failed to come yet.
    """
    if told.at <= told.then.stated:
        return spoken(lambda say: _looking_back(say, told))
    if told.at > told.now.stated:
        return spoken(lambda say: _still_open(say, told))
    return spoken(lambda say: _looking_ahead(say, told))


def _looking_ahead(say: Voice, told: Hindsight) -> Phrase:
    """Of a day that was to come, and is over now."""
    missing: Phrase = ()
    if told.not_come:
        missing = say.ngettext(
            "{n} was expected and did not run: {names}.",
            "{n} were expected and did not run: {names}.",
            len(told.not_come),
            names=say.names(told.not_come),
        )
    unexpected = _unexpected(
        say,
        told,
        unnamed=say.catalogue.gettext("{n} ran that had not been named at all: {names}"),
        named=say.catalogue.gettext(
            "{n} ran that had been named, but not promised for then: {names}"
        ),
    )
    return say.sentences(
        [_then(say, told, past=False), _now(say, told), _came(say, told), missing, unexpected]
    )


def _looking_back(say: Voice, told: Hindsight) -> Phrase:
    """Of a day that was over then already."""
    first = _then(say, told, past=True)
    if told.then == told.now:
        return say.sentences([first, say.gettext("Nothing has been said since.")])
    both: Phrase = ()
    if told.came:
        both = say.ngettext("{n} is in both.", "{n} are in both.", told.came)
    gone: Phrase = ()
    if told.not_come:
        gone = say.ngettext(
            "{n} was counted then only: {names}.",
            "{n} were counted then only: {names}.",
            len(told.not_come),
            names=say.names(told.not_come),
        )
    unexpected = _unexpected(
        say,
        told,
        unnamed=say.catalogue.gettext("{n} had not been named at all: {names}"),
        named=say.catalogue.gettext("{n} had been named, but not counted: {names}"),
    )
    return say.sentences([first, _now(say, told), both, gone, unexpected])


def _still_open(say: Voice, told: Hindsight) -> Phrase:
    """Of a day that is to come even now."""
    nothing: Phrase = ()
    if told.then == told.now:
        nothing = say.gettext("Nothing has been said since.")
    waiting: Phrase = ()
    if told.not_come:
        waiting = say.ngettext(
            "{n} does not run so far: {names}.",
            "{n} do not run so far: {names}.",
            len(told.not_come),
            names=say.names(told.not_come),
        )
    unexpected = _unexpected(
        say,
        told,
        unnamed=say.catalogue.gettext("{n} running now had not been named at all: {names}"),
        named=say.catalogue.gettext(
            "{n} running now had been named, but not promised for then: {names}"
        ),
    )
    first = _then(say, told, past=False)
    return say.sentences([first, nothing, _so_far(say, told), waiting, unexpected])


def _then(say: Voice, told: Hindsight, *, past: bool) -> Phrase:
    """How many run, as told then."""
    slots: dict[str, Slot] = {
        "when": times.when(told.at, say.lang),
        "stated": times.moment(told.then.stated, say.lang),
        "country": "" if told.country is None else country_name(told.country, say.lang),
        "n": say.count(told.expected_count, told.links.get("expected")),
        "facilities": say.facilities(told.expected_count, told.field),
    }
    kind = _Kind(past, told.country is None, is_none(told.expected_count))
    return fill(_texts_of_then(say.lang)[kind], slots)


class _Kind(NamedTuple):
    """What a text must tell apart."""

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


def _now(say: Voice, told: Hindsight) -> Phrase:
    """How many ran, as told now: by more that was said, by more of the log, or by less of it."""
    none = is_none(told.now_count)
    slots: dict[str, Slot] = {
        "n": say.count(told.now_count, told.links.get("now")),
        "position": f"@{told.now.known}",
    }
    if told.now.known < told.then.known:
        if none:
            return say.gettext("What the log held at {position} counts none.", **slots)
        return say.gettext("What the log held at {position} counts {n}.", **slots)
    if told.now.stated == told.then.stated:
        if none:
            return say.gettext("What has been recorded since counts none.")
        return say.gettext("What has been recorded since counts {n}.", **slots)
    if none:
        return say.gettext("What has been said since counts none.")
    return say.gettext("What has been said since counts {n}.", **slots)


def _so_far(say: Voice, told: Hindsight) -> Phrase:
    """How many of those that were expected run when last heard of."""
    if is_none(told.expected_count):
        return ()
    slots: dict[str, Slot] = {
        "stated": times.moment(told.now.stated, say.lang),
        "position": f"@{told.now.known}",
    }
    if told.now.known < told.then.known:
        if told.came == 0:
            return say.gettext("By what the log held at {position}, none of them runs.", **slots)
        return say.ngettext(
            "By what the log held at {position}, {n} of them runs.",
            "By what the log held at {position}, {n} of them run.",
            told.came,
            **slots,
        )
    if told.came == 0:
        return say.gettext("By {stated}, none of them runs.", **slots)
    return say.ngettext(
        "By {stated}, {n} of them runs.", "By {stated}, {n} of them run.", told.came, **slots
    )


def _came(say: Voice, told: Hindsight) -> Phrase:
    if told.came == 0:
        return ()
    n = say.count(told.came)
    if told.not_come:
        return say.gettext("{n} came as expected.", n=n)
    return say.gettext("{n} came as expected, and nothing expected is missing.", n=n)


def _unexpected(say: Voice, told: Hindsight, *, unnamed: str, named: str) -> Phrase:
    """What runs as told now alone, by whether then had named it."""
    clauses = [
        fill(template, {"n": say.count(len(names)), "names": say.names(names)})
        for template, names in (
            (unnamed, told.unexpected_unnamed),
            (named, told.unexpected_named),
        )
        if names
    ]
    return say.gettext("{clauses}.", clauses=say.clauses(clauses)) if clauses else ()
