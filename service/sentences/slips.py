"""The sentences of promises: what came of them and how late, and what is overdue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from events.dates import Day
from projections.kinds.ladders import CAME, Outcome
from service.sentences import times
from service.sentences.coverage import Covered, nothing_held
from service.sentences.sentence import Figure, Name, Part, Phrase, Sentence, fill
from service.sentences.times import Lateness
from service.sentences.voice import Voice, in_each_language
from service.translations import Language
from service.words.places import Placed


@dataclass(frozen=True, slots=True)
class Worst:
    """The facility that came latest after its promise, and how late that was."""

    name: Name
    slip: Lateness


@dataclass(frozen=True, slots=True)
class Longest:
    """The facility whose promise is overdue for longest, and for how many days."""

    name: Name
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class About(Placed):
    """The promises that a sentence is about: of a place, a field, a class, an operator, or all.

    `came_by` limits them to what had come by that day.
    """

    field: str | None = None
    class_: str | None = None
    operator: str | None = None
    came_by: Day | None = None


def slips_sentence(
    *,
    outcomes: Mapping[Outcome, int],
    median: Lateness | None = None,
    of: int = 0,
    still_open: int = 0,
    worst: Worst | None = None,
    about: About = About(),
    only: Sequence[Outcome] = (),
    links: Mapping[str, str] | None = None,
    covered: Covered | None = None,
) -> Sentence:
    """The sentence of `/v1/slips`.

    `outcomes` counts the ladders by outcome; `only` are those that the question keeps, if not
    all. `median` is the median slip against the first promise of the `of` ladders whose
    slip is open on neither side; where only one ladder came, its own. The `still_open`
    ones have none yet. The sentence names `worst` where it is late. `links` has paths by outcome.
    Of a part of the world of which no facility is held, by what is `covered`, it says so instead.
    """
    total = sum(outcomes.values())
    came = sum(outcomes.get(outcome, 0) for outcome in CAME)
    paths = links or {}

    def render(say: Voice) -> Phrase:
        if covered is not None and not covered.held.facilities:
            return nothing_held(say, covered)
        where = _where(say, about)
        if len(only) == 1:
            first = _one_outcome(say, where, only[0], total, paths.get(only[0]))
        elif total == 0:
            first = say.gettext("{where}the chronicle holds no promise.", where=where)
            if only:
                first = say.gettext("{where}no promise came to this.", where=where)
        elif only:
            first = say.ngettext(
                "{where}{n} promise came to this: {outcomes}.",
                "{where}{n} promises came to this: {outcomes}.",
                total,
                where=where,
                outcomes=_outcomes(say, outcomes, paths),
            )
        else:
            first = say.ngettext(
                "{where}{n} step was promised: {outcomes}.",
                "{where}{n} steps were promised: {outcomes}.",
                total,
                where=where,
                outcomes=_outcomes(say, outcomes, paths),
            )
        return say.sentences(
            [
                say.begun(first),
                _median(say, median, of, came),
                _still_open(say, still_open) if median is not None and came > 1 else (),
                _worst(say, worst, came),
            ]
        )

    return in_each_language(render)


def overdue_sentence(
    *,
    at: Day,
    stated: Day,
    overdue: int,
    longest: Longest | None = None,
    about: About = About(),
    href: str | None = None,
) -> Sentence:
    """The sentence of `/v1/overdue`; `href` is the path of the list.

    `overdue` counts, of the promises that are open on the day `stated`, those overdue on `at`.
    """

    def render(say: Voice) -> Phrase:
        slots: dict[str, Part | Phrase] = {
            "when": times.when(at, say.lang),
            "stated": times.when(stated, say.lang),
            "where": _where(say, about),
            "n": say.count(overdue, href),
            "longest": _longest(say, longest, among=overdue),
        }
        return say.begun(fill(_overdue(say, overdue, earlier=at < stated), slots))

    return in_each_language(render)


def _where(say: Voice, about: About) -> Phrase:
    """Whose promises, before what is said of them: "in China, "."""
    where = say.where(about.place, about.field, about.class_)
    if about.operator is not None:
        where = say.pgettext(
            "where", "{where}at facilities of {operator}, ", where=where, operator=about.operator
        )
    if about.came_by is None:
        return where
    day = times.moment(about.came_by, say.lang)
    return say.pgettext("where", "{where}of what had come by {day}, ", where=where, day=day)


def _one_outcome(say: Voice, where: Phrase, only: Outcome, total: int, href: str | None) -> Phrase:
    """How many promises came to the one outcome that the question keeps."""
    npgettext = say.catalogue.npgettext
    one_or_none = total or 1
    slots: dict[str, Part | Phrase] = {
        "where": where,
        "n": say.count(total, href),
        "outcome": {
            "kept": npgettext("promises", "was kept", "were kept", one_or_none),
            "late": npgettext("promises", "came late", "came late", one_or_none),
            "early": npgettext("promises", "came early", "came early", one_or_none),
            "dropped": npgettext("promises", "was given up", "were given up", one_or_none),
            "replaced": npgettext("promises", "was replaced", "were replaced", one_or_none),
            "pending": npgettext("promises", "is still to come", "are still to come", one_or_none),
            "overdue": npgettext("promises", "is overdue", "are overdue", one_or_none),
        }[only],
    }
    if total == 0:
        return say.gettext("{where}no promise {outcome}.", **slots)
    return say.ngettext(
        "{where}{n} promise {outcome}.", "{where}{n} promises {outcome}.", total, **slots
    )


def _outcomes(say: Voice, outcomes: Mapping[Outcome, int], paths: Mapping[str, str]) -> Phrase:
    """The outcomes that there are, in their order."""
    catalogue = say.catalogue
    templates: dict[Outcome, str] = {
        "kept": catalogue.pgettext("outcome", "{n} kept"),
        "late": catalogue.pgettext("outcome", "{n} late"),
        "early": catalogue.pgettext("outcome", "{n} early"),
        "dropped": catalogue.pgettext("outcome", "{n} given up"),
        "replaced": catalogue.pgettext("outcome", "{n} replaced"),
        "pending": catalogue.pgettext("outcome", "{n} still to come"),
        "overdue": catalogue.pgettext("outcome", "{n} overdue"),
    }
    return say.counts(
        [
            fill(template, {"n": say.count(outcomes[outcome], paths.get(outcome))})
            for outcome, template in templates.items()
            if outcomes.get(outcome)
        ]
    )


def _median(say: Voice, median: Lateness | None, of: int, came: int) -> Phrase:
    """A median always says of how many it is; of one alone there is none."""
    if median is None:
        return ()
    if came == 1:
        return say.gettext("The one that came was {slip}.", slip=_came(median, say.lang))
    slots = {"came": say.count(came), "n": say.count(of)}
    if of == 1:
        return say.gettext(
            "Of the {came} that came, {n} can be measured: it was {slip}.",
            **slots,
            slip=_came(median, say.lang),
        )
    slip = Figure(times.slip_between(median.earliest, median.latest, say.lang) or "")
    if of == came:
        return say.gettext("The median of the {n} that came is {slip}.", n=slots["n"], slip=slip)
    return say.gettext(
        "Of the {came} that came, {n} can be measured; their median is {slip}.",
        **slots,
        slip=slip,
    )


def _still_open(say: Voice, still_open: int) -> Phrase:
    """How many a median leaves out, since they have not come."""
    if not still_open:
        return ()
    return say.ngettext(
        "{n} that is still open is not in it.",
        "{n} that are still open are not in it.",
        still_open,
        n=say.count(still_open),
    )


def _worst(say: Voice, worst: Worst | None, came: int) -> Phrase:
    """The one that came latest after its promise; of one alone all is said already."""
    if worst is None or (worst.slip.earliest or 0) <= 0 or came == 1:
        return ()
    return say.gettext(
        "The latest of those that came: {name}, {slip}.",
        name=worst.name.part(say.lang),
        slip=_came(worst.slip, say.lang),
    )


def _came(slip: Lateness, lang: Language) -> Figure:
    return Figure(times.came(slip.earliest, slip.latest, lang))


def _overdue(say: Voice, overdue: int, *, earlier: bool) -> str:
    """The text by how many are overdue, and whether they were so before the horizon."""
    catalogue = say.catalogue
    if earlier:
        if overdue == 0:
            return catalogue.gettext(
                "{where}of the promises still open {stated}, none was overdue {when}."
            )
        return catalogue.ngettext(
            "{where}of the promises still open {stated}, {n} was overdue {when}{longest}.",
            "{where}of the promises still open {stated}, {n} were overdue {when}{longest}.",
            overdue,
        )
    if overdue == 0:
        return catalogue.gettext("{where}no promise was overdue {when}.")
    return catalogue.ngettext(
        "{where}{n} promise was overdue {when}{longest}.",
        "{where}{n} promises were overdue {when}{longest}.",
        overdue,
    )


def _longest(say: Voice, longest: Longest | None, *, among: int) -> Phrase:
    """What is overdue for longest, after the number of all; where it is the only one, it alone."""
    if longest is None:
        return ()
    slots: dict[str, Part | Phrase] = {
        "name": longest.name.part(say.lang),
        "time": Figure(times.duration(longest.days, say.lang)),
    }
    if longest.days == 0:
        if among == 1:
            return say.pgettext("overdue", ": {name}, since that day", **slots)
        return say.pgettext("overdue", ", the longest {name}, since that day", **slots)
    if among == 1:
        return say.pgettext("overdue", ": {name}, by {time}", **slots)
    return say.pgettext("overdue", ", the longest {name}, by {time}", **slots)
