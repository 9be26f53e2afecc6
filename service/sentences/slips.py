"""The sentences of promises: what came of them and how late, and what is overdue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from events.dates import Day
from projections.ladders import Outcome
from service.sentences import times
from service.sentences.sentence import Figure, Name, Phrase, Sentence, fill
from service.sentences.voice import Voice, spoken


@dataclass(frozen=True, slots=True)
class Worst:
    """The facility that is farthest behind, and by how many days."""

    name: Name
    days: float


def slips_sentence(
    *,
    outcomes: Mapping[Outcome, int],
    median_days: float | None = None,
    median_of: int = 0,
    worst: Worst | None = None,
    country: str | None = None,
    field: str | None = None,
    links: Mapping[str, str] | None = None,
) -> Sentence:
    """What `/v1/slips` says, in words.

    `outcomes` counts the ladders by outcome. `median_days` is the median slip
    against the first promise of the `median_of` ladders that came, negative where
    they came early. `worst` is told where it is late. `links` has paths by outcome.
    """
    total = sum(outcomes.values())
    paths = links or {}

    def tell(say: Voice) -> Phrase:
        if total == 0:
            nothing = say.gettext("nothing was promised.")
            return say.begun(say.scoped(nothing, country=country, field=field))
        first = say.ngettext(
            "{n} step was promised: {outcomes}.",
            "{n} steps were promised: {outcomes}.",
            total,
            outcomes=_outcomes(say, outcomes, paths),
        )
        return say.sentences(
            [
                say.begun(say.scoped(first, country=country, field=field)),
                _median(say, median_days, median_of),
                _worst(say, worst, of=median_of),
            ]
        )

    return spoken(tell)


def overdue_sentence(
    *,
    at: Day,
    overdue: int,
    longest: Worst | None = None,
    country: str | None = None,
    field: str | None = None,
    href: str | None = None,
) -> Sentence:
    """What `/v1/overdue` says, in words; `href` is the path of the list."""

    def tell(say: Voice) -> Phrase:
        when = times.when(at, say.lang)
        if overdue == 0:
            clause = say.gettext("no promise was overdue {when}.", when=when)
        elif longest is None:
            clause = say.ngettext(
                "{n} promise was overdue {when}.",
                "{n} promises were overdue {when}.",
                overdue,
                n=say.count(overdue, href),
                when=when,
            )
        elif overdue == 1:
            clause = say.gettext(
                "{n} promise was overdue {when}: {name}, by {time}.",
                n=say.count(1, href),
                when=when,
                name=longest.name.part(say.lang),
                time=Figure(times.duration(longest.days, say.lang)),
            )
        else:
            clause = say.gettext(
                "{n} promises were overdue {when}, the longest {name}, by {time}.",
                n=say.count(overdue, href),
                when=when,
                name=longest.name.part(say.lang),
                time=Figure(times.duration(longest.days, say.lang)),
            )
        return say.begun(say.scoped(clause, country=country, field=field))

    return spoken(tell)


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


def _median(say: Voice, days: float | None, of: int) -> Phrase:
    """A median always says of how many it is."""
    if days is None or of == 0:
        return ()
    slip = Figure(times.slip(days, say.lang))
    if of == 1:
        return say.gettext("The one that came was {slip}.", slip=slip)
    return say.gettext("The median of the {n} that came is {slip}.", n=say.count(of), slip=slip)


def _worst(say: Voice, worst: Worst | None, *, of: int) -> Phrase:
    """The one that is farthest behind; of one alone all is said already."""
    if worst is None or worst.days <= 0 or of == 1:
        return ()
    return say.gettext(
        "The farthest behind: {name}, {slip}.",
        name=worst.name.part(say.lang),
        slip=Figure(times.slip(worst.days, say.lang)),
    )
