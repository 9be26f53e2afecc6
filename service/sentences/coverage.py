"""What the chronicle holds of a part of the world, in words, so that no number is taken for all
there is and no gap for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from events.dates import Day, civil, display, parse, year_of
from service.sentences import times
from service.sentences.sentence import Phrase, Sentence
from service.sentences.voice import MOST_NAMES, Slot, Voice, in_each_language
from service.translations import Language
from service.words.labels import part_phrase
from service.words.places import WORLD, Place, place_name
from service.words.whole_classes import Whole, whole_class


class Held(NamedTuple):
    """How many facilities the log holds of a part of the world, in how many countries, and the
    first and the last day on which anything was said of them; `others` says that it holds other
    records of that part."""

    facilities: int = 0
    countries: int = 0
    first: Day | None = None
    last: Day | None = None
    others: bool = False

    @property
    def is_nothing(self) -> bool:
        """Whether it holds nothing at all."""
        return not self.facilities and not self.others


class Part(NamedTuple):
    """A part of the world: a place, a field and a class; without any of them, all of it."""

    place: Place = WORLD
    field: str | None = None
    class_: str | None = None


class Covered(NamedTuple):
    """What is held of the part that a question is about, and of `world`, all there is. `apart` are
    the parts that its answer sets apart, if any."""

    part: Part
    held: Held
    world: Held
    apart: Sequence[tuple[Part, Held]] = ()

    @property
    def whole(self) -> Whole | None:
        """What its class lacks, where something of it is held and all of it is meant to be."""
        return whole_class(self.part.class_) if self.held.facilities else None


def coverage_sentence(covered: Covered) -> Sentence:
    """What the chronicle holds of the part that a question is about.

    Of several parts that are set apart it names the four of which it holds most.
    """

    def render(say: Voice) -> Phrase:
        if not covered.held.facilities:
            return nothing_held(say, covered)
        return say.sentences([_holds(say, covered), _complete(say, covered.whole)])

    return in_each_language(render)


def sides_coverage_sentence(a: Covered, b: Covered) -> Sentence:
    """What the chronicle holds of two parts of the world; one that is both is told of once, also
    where the log held nothing of it yet on one side."""
    first, second = sorted((a, b), key=lambda each: -each.held.facilities)
    is_held_once = first.held.facilities and not second.held.facilities
    if a.part == b.part and (a.held == b.held or is_held_once):
        return coverage_sentence(first)

    def render(say: Voice) -> Phrase:
        if not first.held.facilities:
            nothing = dict.fromkeys(holds_nothing(say, each) for each in (a, b))
            return say.sentences([*nothing, what_it_covers(say, a.world)])
        parts = _parts(say, [(first.part, first.held), (second.part, second.held)])
        told = say.gettext("This chronicle holds {parts}.", parts=parts)
        ends = dict.fromkeys(_complete(say, each.whole) for each in (a, b) if each.held.facilities)
        return say.sentences([told, *ends])

    return in_each_language(render)


def nothing_held(say: Voice, covered: Covered, *, when: Slot = "") -> Phrase:
    """That nothing is held of a part of the world, or nothing of it by a moment, and what is."""
    covers: Phrase = ()
    if not covered.held.facilities:
        covers = what_it_covers(say, covered.world)
    elif not covered.world.is_nothing:
        parts = _parts(say, [(covered.part, covered.held)])
        covers = say.gettext("It holds {parts}{said}.", parts=parts, said=_said(say, covered.held))
    return say.sentences([holds_nothing(say, covered, when=when), covers])


def holds_nothing(say: Voice, covered: Covered, *, when: Slot = "") -> Phrase:
    """The first half of it."""
    if covered.world.is_nothing:
        return say.gettext("This chronicle holds nothing yet.")
    of = _of(say, covered.part)
    if when:
        return say.gettext("This chronicle holds nothing{of} {when}.", of=of, when=when)
    if covered.held.is_nothing and of:
        return say.gettext("This chronicle holds nothing{of}.", of=of)
    return say.gettext("This chronicle holds no facility{of}.", of=of)


def what_it_covers(say: Voice, world: Held) -> Phrase:
    """What the chronicle as a whole is about; nothing where it holds no facility."""
    if not world.facilities:
        return ()
    return say.ngettext(
        "It covers {n} facility of {countries}{said}.",
        "It covers {n} facilities of {countries}{said}.",
        world.facilities,
        countries=say.ngettext("{n} country", "{n} countries", world.countries),
        said=_said(say, world),
    )


def carried_on(say: Voice, covered: Covered | None, *, at: Day, stated: Day) -> Phrase:
    """That a day lies beyond all that was said, and what is told of it only goes on from that."""
    last = None if covered is None else covered.held.last
    if last is None or last > stated or not is_beyond(last, at=at, stated=stated):
        return ()
    return say.gettext(
        "This is carried on from what was last said, in {when}.", when=_month(last, say.lang)
    )


def is_beyond(last: Day, *, at: Day, stated: Day) -> bool:
    """Whether a day lies so far beyond the last word that its answer carries on from that: beyond
    the horizon, or five years after it.

    >>> is_beyond(0, at=400, stated=500), is_beyond(0, at=1900, stated=2000)
    (False, True)
    """
    return at > stated or at - last > LONG


LONG = 5 * 365
"""So many days after the last word a state is told to be carried on from it."""


def _holds(say: Voice, covered: Covered) -> Phrase:
    """How much is held, of each of several parts where these are set apart."""
    apart = sorted(_of_one_sort(covered.apart), key=lambda each: -each[1].facilities)
    slots: dict[str, Slot] = {
        "parts": _parts(say, [(covered.part, covered.held)]),
        "said": _said(say, covered.held),
    }
    if len(apart) > 1:
        slots["parts"] = _parts(say, apart[:MOST_NAMES])
    if len(apart) > MOST_NAMES:
        slots["total"] = say.count(covered.held.facilities)
        return say.gettext("This chronicle holds {parts}, {total} in all{said}.", **slots)
    return say.gettext("This chronicle holds {parts}{said}.", **slots)


def _of_one_sort(apart: Sequence[tuple[Part, Held]]) -> list[tuple[Part, Held]]:
    """The parts that are places, else those that are fields, else all."""
    for sort in (0, 1, 2):
        if found := [each for each in apart if each[0][sort]]:
            return found
    return list(apart)


def _parts(say: Voice, parts: Sequence[tuple[Part, Held]]) -> Phrase:
    """How many facilities are held of each of some parts; the first one has some."""
    (first, held), *others = parts
    named = [
        say.ngettext("{n} facility{of}", "{n} facilities{of}", held.facilities, of=_of(say, first))
    ]
    for part, of in others:
        slots: dict[str, Slot] = {"n": say.count(of.facilities), "of": _of(say, part)}
        named.append(
            say.pgettext("coverage", "{n}{of}", **slots)
            if of.facilities
            else say.pgettext("coverage", "nothing{of}", **slots)
        )
    return say.counts(named)


def _of(say: Voice, part: Part) -> Phrase:
    """Of which part: " of China in fusion"."""
    where = {
        "country": place_name(part.place, say.lang),
        "field": part_phrase(part.field, part.class_, say.lang),
    }
    if part.place and where["field"]:
        return say.pgettext("coverage", " of {country} in {field}", **where)
    if part.place:
        return say.pgettext("coverage", " of {country}", **where)
    return say.pgettext("coverage", " in {field}", **where) if where["field"] else ()


def _said(say: Voice, held: Held) -> Phrase:
    """From when to when anything was said of it."""
    if held.first is None or held.last is None:
        return say.pgettext("coverage", ", without any statement")
    first, last = str(year_of(held.first)), str(year_of(held.last))
    if first == last:
        return say.pgettext("coverage", ", with statements of {year}", year=first)
    return say.pgettext(
        "coverage", ", with statements from {first} to {last}", first=first, last=last
    )


def _complete(say: Voice, whole: Whole | None) -> Phrase:
    """Whether that is meant to be all there is, and what is known to be missing."""
    if whole is None:
        return say.gettext("It is not complete.")
    if whole.missing:
        return say.gettext(
            "It means to hold all of this class; known to be missing: {names}.",
            names=say.all_of([(name,) for name in whole.missing]),
        )
    if whole.left_out is not None:
        return say.gettext(
            "It means to hold all of this class but {others}.", others=whole.left_out[say.lang]
        )
    return say.gettext("It means to hold all of this class.")


def _month(day: Day, lang: Language) -> str:
    """When something was last said, by the month.

    >>> from events.dates import day
    >>> _month(day(2026, 11, 25), "en")
    'November 2026'
    """
    year, month, _ = civil(day)
    if not 0 <= year <= 9999:
        return times.moment(day, lang)
    return display(parse(f"{year:04d}-{month:02d}"), lang)
