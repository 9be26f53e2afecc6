"""The sentence of a comparison: two countries, fields or facilities, or one at two points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from events.dates import Day, civil
from service.sentences import times
from service.sentences.labels import country_name, field_name, status_name
from service.sentences.sentence import Figure, Name, Part, Phrase, Sentence, joined
from service.sentences.voice import Count, Slot, Voice, spoken
from service.translations import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a comparison: what it is about, at which clocks, and what it comes to.

    For a country or a field, `running` is how many facilities ran, and `href` the
    path of their list. For a facility, `name` and its `status` on the day `at`.
    """

    at: Day
    stated: Day
    country: str | None = None
    field: str | None = None
    running: Count = 0
    name: Name | None = None
    status: str | None = None
    href: str | None = None


def compare_sentence(left: Side, right: Side, *, started: int = 0, stopped: int = 0) -> Sentence:
    """What `/v1/compare` says, in words.

    `started` and `stopped` are how many ran on the right side alone and on the left
    side alone; they are told where the sides are one country or field at two days.
    """
    if left.name is not None and right.name is not None:
        return spoken(lambda say: _facilities(say, left, right))
    about = (left.country, left.field) == (right.country, right.field)
    if about and left.at != right.at:
        if left.at > right.at:
            left, right, started, stopped = right, left, stopped, started
        return spoken(lambda say: _two_days(say, left, right, started, stopped))
    return spoken(lambda say: _side_by_side(say, left, right))


def _facilities(say: Voice, left: Side, right: Side) -> Phrase:
    """Two facilities, or one at two sets of clocks."""
    return say.begun(
        say.gettext("{one}; {other}.", one=_facility(say, left), other=_facility(say, right))
    )


def _facility(say: Voice, side: Side) -> Phrase:
    name: Part = "" if side.name is None else side.name.part(say.lang)
    slots: dict[str, Slot] = {
        "when": times.when(side.at, say.lang),
        "stated": times.moment(side.stated, say.lang),
        "name": name,
        "status": Figure(status_name(side.status, say.lang)),
    }
    if side.at > side.stated:
        return say.gettext("seen from {stated}, {name} would be {status} {when}", **slots)
    return say.gettext("{when} {name} was {status}", **slots)


def _two_days(say: Voice, left: Side, right: Side, started: int, stopped: int) -> Phrase:
    """A country or a field at two days, the earlier one first."""
    slots: dict[str, Slot] = {
        "span": _span(left.at, right.at, say.lang),
        "whose": _whose(say, left),
        "from": say.count(left.running, left.href),
        "to": say.count(right.running, right.href),
    }
    if left.running == right.running:
        moved = say.gettext("In {span} the running facilities{whose} stayed at {to}", **slots)
    else:
        moved = say.gettext(
            "In {span} the running facilities{whose} went from {from} to {to}", **slots
        )
    if not started and not stopped:
        return say.gettext("{clauses}.", clauses=moved)
    counts = []
    if started:
        counts.append(say.gettext("{n} started", n=say.count(started)))
    if stopped:
        counts.append(say.gettext("{n} stopped", n=say.count(stopped)))
    return say.gettext("{moved}: {counts}.", moved=moved, counts=_commas(say, counts))


def _whose(say: Voice, side: Side) -> Phrase:
    """Of which country and field, where one is named."""
    where = {
        "country": "" if side.country is None else country_name(side.country, say.lang),
        "field": "" if side.field is None else field_name(side.field, say.lang),
    }
    if side.country and side.field:
        return say.pgettext("whose", " of {country} in {field}", **where)
    if side.country:
        return say.pgettext("whose", " of {country}", **where)
    return say.pgettext("whose", " in {field}", **where) if side.field else ()


def _span(first: Day, last: Day, lang: Language) -> str:
    """A length of time: "ten years" where it is whole years, else the nearest."""
    (year, *rest), (last_year, *last_rest) = civil(first), civil(last)
    if rest == last_rest and last_year > year:
        return times.years(last_year - year, lang)
    return times.duration(last - first, lang)


def _side_by_side(say: Voice, left: Side, right: Side) -> Phrase:
    """Two sides that are not one thing at two days: each with what it is, and its number."""
    same_clocks = (left.at, left.stated) == (right.at, right.stated)
    if same_clocks and left.at <= left.stated:
        return say.begun(
            say.gettext(
                "{when}, {one} ran {n} {facilities}, {other} {m}.",
                when=times.when(left.at, say.lang),
                one=_who(say, left),
                other=_who(say, right),
                n=say.count(left.running, left.href),
                m=say.count(right.running, right.href),
                facilities=say.facilities(left.running, None),
            )
        )
    one, other = (_at_its_clocks(say, side) for side in (left, right))
    return say.begun(say.gettext("{one}; {other}.", one=one, other=other))


def _at_its_clocks(say: Voice, side: Side) -> Phrase:
    slots: dict[str, Slot] = {
        "when": times.when(side.at, say.lang),
        "stated": times.moment(side.stated, say.lang),
        "who": _who(say, side),
        "n": say.count(side.running, side.href),
        "facilities": say.facilities(side.running, None),
    }
    if side.at > side.stated:
        return say.gettext("seen from {stated}, {who} would run {n} {facilities} {when}", **slots)
    return say.gettext(
        "by what had been said by {stated}, {who} ran {n} {facilities} {when}", **slots
    )


def _who(say: Voice, side: Side) -> Phrase:
    """The country, the field or both, or the whole chronicle, as who runs facilities."""
    where = {
        "country": "" if side.country is None else country_name(side.country, say.lang),
        "field": "" if side.field is None else field_name(side.field, say.lang),
    }
    if side.country and side.field:
        return say.pgettext("who", "{field} in {country}", **where)
    if side.country:
        return (where["country"],)
    return (where["field"],) if side.field else say.pgettext("who", "the world")


def _commas(say: Voice, phrases: Sequence[Phrase]) -> Phrase:
    return joined(phrases, say.catalogue.pgettext("between counts", ", "))
