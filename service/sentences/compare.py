"""The sentence of a comparison: two countries, fields or facilities, or one at two points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from events.dates import Day, civil
from service.sentences import times
from service.sentences.coverage import Covered, holds_nothing, what_it_covers
from service.sentences.sentence import Figure, Name, Part, Phrase, Sentence, joined
from service.sentences.voice import Count, Slot, Voice, in_each_language, is_none
from service.translations import Language
from service.words.labels import class_phrase, status_phrase
from service.words.places import WORLD, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class SideShown:
    """One side of a comparison as the sentence shows it: its subject, its clocks, its result.

    For a country or a field, `running` is how many facilities ran, `whole` how many of these are of
    a class that is meant to be whole in all countries, and `href` the path of their list. For a
    facility, there are its `name` and its `status` on the day `at`;
    `recorded` is whether the log had it at the position `known`.
    """

    at: Day
    stated: Day
    known: int
    place: Place = WORLD
    field: str | None = None
    class_: str | None = None
    running: Count = 0
    whole: int = 0
    name: Name | None = None
    status: str | None = None
    recorded: bool = True
    href: str | None = None

    @property
    def beyond(self) -> bool:
        """Whether the day is only expected."""
        return self.at > self.stated

    @property
    def seen_from(self) -> tuple[Day, int]:
        """The clocks `stated` and `known`: what the side is seen from."""
        return self.stated, self.known


def compare_sentence(
    left: SideShown,
    right: SideShown,
    *,
    started: int = 0,
    stopped: int = 0,
    covered: Sequence[Covered] = (),
) -> Sentence:
    """The sentence of `/v1/compare`.

    `started` and `stopped` are how many ran on the right side alone and on the left
    side alone. The sentence has them where both sides are one country or field, at two days
    that are over, at the same `stated` and `known`. `covered` is what the log holds of each side.
    Of a side of which it holds no facility the sentence says that. Of two places it tells first
    what ran of the classes that are meant to be whole, and then that all others are counted as far
    as this chronicle holds them, unless their class is meant to be whole.
    """
    if left.name is not None and right.name is not None:
        return in_each_language(lambda say: _facilities(say, left, right))
    if any(not each.held.facilities for each in covered):
        return in_each_language(lambda say: _with_gaps(say, (left, right), covered))
    about = (left.place, left.field, left.class_) == (right.place, right.field, right.class_)
    if about and left.seen_from == right.seen_from and not (left.beyond or right.beyond):
        if left.at > right.at:
            left, right, started, stopped = right, left, stopped, started
        return in_each_language(lambda say: _two_days(say, left, right, started, stopped))
    is_partial = left.place != right.place and any(each.whole is None for each in covered)

    def render(say: Voice) -> Phrase:
        if not is_partial:
            return _side_by_side(say, left, right)
        if not (left.whole or right.whole):
            counted = say.gettext("Counted are those that this chronicle holds.")
            return say.sentences([_side_by_side(say, left, right), counted])
        return _like_with_like(say, left, right)

    return in_each_language(render)


def _like_with_like(say: Voice, left: SideShown, right: SideShown) -> Phrase:
    """Two places: first what can be compared, then all that is held, which cannot."""
    shares = left.field == right.field
    slots: dict[str, Slot] = {
        "one": _who(say, left, shares=shares),
        "other": _who(say, right, shares=shares),
        "whole": say.count(left.whole),
        "other_whole": say.count(right.whole),
        "counted": say.span(left.running, left.href),
        "other_counted": say.span(right.running, right.href),
        "facilities": say.facilities(left.whole, left.field if shares else None),
        "when": times.when(left.at, say.lang),
        "stated": times.moment(left.stated, say.lang),
    }
    rest = say.gettext(
        "With all other classes, of which it holds those of China and a choice of others:"
        " {one} {counted}, {other} {other_counted}.",
        **slots,
    )
    if left.seen_from != right.seen_from or left.at != right.at:
        whole = say.gettext(
            "Of the classes that this chronicle means to hold whole: {one} {whole},"
            " {other} {other_whole}.",
            **slots,
        )
        return say.sentences([_side_by_side(say, left, right), whole])
    if left.beyond:
        whole = say.gettext(
            "Seen from {stated}, of the classes that this chronicle means to hold whole, {one}"
            " would run {whole} {facilities} {when}, {other} {other_whole}.",
            **slots,
        )
    else:
        whole = say.begun(
            say.gettext(
                "{when}, of the classes that this chronicle means to hold whole, {one} ran {whole}"
                " {facilities}, {other} {other_whole}.",
                **slots,
            )
        )
    return say.sentences([whole, rest])


def _with_gaps(say: Voice, sides: Sequence[SideShown], covered: Sequence[Covered]) -> Phrase:
    """Two sides of which the chronicle holds no facility of one, or of both."""
    told = dict.fromkeys(
        holds_nothing(say, of) if not of.held.facilities else _alone(say, side)
        for side, of in zip(sides, covered, strict=True)
    )
    gap = next(of for of in covered if not of.held.facilities)
    return say.sentences([*told, what_it_covers(say, gap.world)])


def _alone(say: Voice, side: SideShown) -> Phrase:
    """What one side runs."""
    clause = _at_its_clocks(say, side, side)
    if side.beyond:
        stated = times.moment(side.stated, say.lang)
        lead = say.gettext("seen from {stated}", stated=stated)
        clause = say.gettext("{lead}, {clause}", lead=lead, clause=clause)
    return say.begun(say.gettext("{clauses}.", clauses=clause))


def _facilities(say: Voice, left: SideShown, right: SideShown) -> Phrase:
    """Two facilities, or one at two sets of clocks."""
    if (
        left.seen_from == right.seen_from
        and left.at == right.at
        and left.recorded
        and right.recorded
    ):
        slots: dict[str, Slot] = {
            "when": times.when(left.at, say.lang),
            "stated": times.moment(left.stated, say.lang),
            "one": _called(say, left),
            "other": _called(say, right),
            "status": Figure(status_phrase(left.status, say.lang)),
            "other_status": Figure(status_phrase(right.status, say.lang)),
        }
        if left.status is None or right.status is None:
            slots |= {"first": _on_the_day(say, left), "second": _on_the_day(say, right)}
            if left.beyond:
                return say.gettext("Seen from {stated}, {when} {first}, and {second}.", **slots)
            return say.begun(say.gettext("{when} {first}, and {second}.", **slots))
        if left.beyond:
            return say.gettext(
                "Seen from {stated}, {one} would be {status} {when}, and {other} {other_status}.",
                **slots,
            )
        return say.begun(
            say.gettext("{when} {one} was {status}, and {other} {other_status}.", **slots)
        )
    return _both(say, left, right, _facility(say, left), _facility(say, right))


def _on_the_day(say: Voice, side: SideShown) -> Phrase:
    """What a facility is on its day, also where that is nothing yet."""
    slots: dict[str, Slot] = {
        "name": _called(say, side),
        "status": Figure(status_phrase(side.status, say.lang)),
    }
    if side.status is None and side.beyond:
        return say.gettext("nothing would have come of {name} yet", **slots)
    if side.status is None:
        return say.gettext("nothing had come of {name} yet", **slots)
    if side.beyond:
        return say.gettext("{name} would be {status}", **slots)
    return say.gettext("{name} was {status}", **slots)


def _called(say: Voice, side: SideShown) -> Part:
    return "" if side.name is None else side.name.part(say.lang)


def _facility(say: Voice, side: SideShown) -> Phrase:
    slots: dict[str, Slot] = {
        "when": times.when(side.at, say.lang),
        "name": _called(say, side),
        "status": Figure(status_phrase(side.status, say.lang)),
        "position": f"@{side.known}",
    }
    if not side.recorded:
        return say.gettext("{name} had not been recorded at {position}", **slots)
    if side.beyond:
        return say.gettext("{name} would be {status} {when}", **slots)
    return say.gettext("{name} was {status} {when}", **slots)


def _two_days(say: Voice, left: SideShown, right: SideShown, started: int, stopped: int) -> Phrase:
    """A country or a field at two days, the earlier one first."""
    slots: dict[str, Slot] = {
        "span": _span(left.at, right.at, say.lang),
        "whose": _whose(say, left),
        "what": say.pgettext("running", "facilities")
        if left.class_ is None
        else class_phrase(left.class_, say.lang),
        "from": say.span(left.running, left.href),
        "to": say.span(right.running, right.href),
    }
    if is_none(left.running) and is_none(right.running):
        return say.gettext("In {span} the chronicle counted no running {what}{whose}.", **slots)
    if left.running == right.running:
        moved = say.gettext("In {span} the running {what}{whose} stayed at {to}", **slots)
    else:
        moved = say.gettext("In {span} the running {what}{whose} went from {from} to {to}", **slots)
    if not started and not stopped:
        return say.gettext("{clauses}.", clauses=moved)
    counts = []
    if started:
        counts.append(say.gettext("{n} started", n=say.count(started)))
    if stopped:
        counts.append(say.gettext("{n} stopped", n=say.count(stopped)))
    return say.gettext("{moved}: {counts}.", moved=moved, counts=_commas(say, counts))


def _whose(say: Voice, side: SideShown) -> Phrase:
    """Of which place and field, where one is named."""
    where = say.place(side.place, side.field)
    if side.place and where["field"]:
        return say.pgettext("whose", " of {country} in {field}", **where)
    if side.place:
        return say.pgettext("whose", " of {country}", **where)
    return say.pgettext("whose", " in {field}", **where) if where["field"] else ()


def _span(first: Day, last: Day, lang: Language) -> str:
    """A length of time: "ten years" where it is whole years, else the nearest."""
    (year, *rest), (last_year, *last_rest) = civil(first), civil(last)
    if rest == last_rest and last_year > year:
        return times.years(last_year - year, lang)
    return times.duration(last - first, lang)


def _side_by_side(say: Voice, left: SideShown, right: SideShown) -> Phrase:
    """Two sides that are not one thing at two days: each with what it is, and its number."""
    if left.seen_from == right.seen_from and left.at == right.at:
        slots: dict[str, Slot] = {
            "when": times.when(left.at, say.lang),
            "stated": times.moment(left.stated, say.lang),
            "one": _who(say, left, shares=left.field == right.field),
            "other": _who(say, right, shares=left.field == right.field),
            "some": _some(say, left, shares=left.field == right.field),
            "rest": _number(say, right)
            if left.class_ == right.class_
            else _some(say, right, shares=left.field == right.field),
        }
        if left.beyond:
            return say.gettext(
                "Seen from {stated}, {one} would run {some} {when}, {other} {rest}.", **slots
            )
        return say.begun(say.gettext("{when}, {one} ran {some}, {other} {rest}.", **slots))
    clauses = _at_its_clocks(say, left, right), _at_its_clocks(say, right, left)
    return _both(say, left, right, *clauses)


def _at_its_clocks(say: Voice, side: SideShown, beside: SideShown) -> Phrase:
    shares = side.field == beside.field
    slots: dict[str, Slot] = {
        "when": times.when(side.at, say.lang),
        "who": _who(say, side, shares=shares),
        "some": _some(say, side, shares=shares),
    }
    if side.beyond:
        return say.gettext("{who} would run {some} {when}", **slots)
    return say.gettext("{who} ran {some} {when}", **slots)


def _both(say: Voice, left: SideShown, right: SideShown, one: Phrase, other: Phrase) -> Phrase:
    """The clauses of two sides, each after what it is seen from; said once where both share it."""
    leads = [_lead(say, side, beside) for side, beside in ((left, right), (right, left))]
    if leads[0] == leads[1]:
        leads[1] = ()
    led = [
        say.gettext("{lead}, {clause}", lead=lead, clause=clause) if lead else clause
        for lead, clause in zip(leads, (one, other), strict=True)
    ]
    return say.begun(say.gettext("{one}; {other}.", one=led[0], other=led[1]))


def _lead(say: Voice, side: SideShown, beside: SideShown) -> Phrase:
    """From where a side is seen: the horizon of what is only expected, else what differs."""
    slots: dict[str, Slot] = {
        "stated": times.moment(side.stated, say.lang),
        "position": f"@{side.known}",
    }
    recorded, said = side.known != beside.known, side.stated != beside.stated
    if not side.recorded:
        return ()
    if side.beyond:
        if recorded:
            return say.gettext("seen from {stated} and from {position} of the log", **slots)
        return say.gettext("seen from {stated}", **slots)
    if said and recorded:
        return say.gettext(
            "by what had been said by {stated} and recorded up to {position}", **slots
        )
    if said:
        return say.gettext("by what had been said by {stated}", **slots)
    return say.gettext("by what is recorded up to {position}", **slots) if recorded else ()


def _who(say: Voice, side: SideShown, *, shares: bool) -> Phrase:
    """The place, the field or both, or the whole chronicle, as who runs facilities; a field that
    it `shares` with the other side goes with what is run, as a class does."""
    where = say.place(side.place, None if shares else side.field)
    if side.place and where["field"]:
        return say.pgettext("who", "{field} in {country}", **where)
    if side.place:
        return (where["country"],)
    return (where["field"],) if where["field"] else say.pgettext("who", "all countries together")


def _some(say: Voice, side: SideShown, *, shares: bool) -> Phrase:
    """What a side runs: "13 big-science facilities", "no big-science facilities in fusion"."""
    facilities = say.facilities(side.running, side.field if shares else None, side.class_)
    if is_none(side.running):
        return say.pgettext(
            "ran", "no {facilities} that the chronicle counts", facilities=facilities
        )
    n = say.count(side.running, side.href)
    return say.pgettext("ran", "{n} {facilities}", n=n, facilities=facilities)


def _number(say: Voice, side: SideShown) -> Phrase:
    """The same where it is clear of what it is a number."""
    if is_none(side.running):
        return say.pgettext("ran", "none")
    return say.pgettext("ran", "{n}", n=say.count(side.running, side.href))


def _commas(say: Voice, phrases: Sequence[Phrase]) -> Phrase:
    return joined(phrases, say.catalogue.pgettext("between counts", ", "))
