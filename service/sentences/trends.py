"""The sentence of a trend: where each series began and where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from events.dates import Day
from service.sentences import times
from service.sentences.labels import status_name
from service.sentences.sentence import Figure, Name, Phrase, Sentence
from service.sentences.voice import MOST_NAMES, Slot, Voice, spoken

Measure = Literal["status", "discoveries", "policies", "indicator"]


@dataclass(frozen=True, slots=True)
class Series:
    """What a series is of, and its first and last value; `name` is None where there is one."""

    name: Name | None
    first: float
    last: float


def trends_sentence(
    *,
    first: Day,
    last: Day,
    measure: Measure,
    series: Sequence[Series],
    status: str = "operating",
    title: str = "",
) -> Sentence:
    """What `/v1/trends` says, in words: each series from its first point to its last.

    `status` is the one that is counted where the measure is "status", `title` that
    of the series where it is an indicator. Of more than four series the first four
    are told, and how many more there are.
    """

    def tell(say: Voice) -> Phrase:
        slots: dict[str, Slot] = {
            "first": times.moment(first, say.lang),
            "last": times.moment(last, say.lang),
            "what": _what(say, measure, status, title),
        }
        if not series:
            return say.gettext("From {first} to {last}, {what}: nothing recorded.", **slots)
        told = [_series(say, each) for each in series[:MOST_NAMES]]
        more = len(series) - len(told)
        if more:
            told.append(say.pgettext("series", "{n} more", n=say.count(more)))
        return say.gettext(
            "From {first} to {last}, {what}: {series}.", **slots, series=say.clauses(told)
        )

    return spoken(tell)


def _what(say: Voice, measure: Measure, status: str, title: str) -> Phrase:
    if measure == "indicator":
        return say.gettext("“{title}”", title=title)
    return {
        "status": say.gettext("facilities {status}", status=status_name(status, say.lang)),
        "discoveries": say.gettext("discoveries"),
        "policies": say.gettext("policies in force"),
    }[measure]


def _series(say: Voice, series: Series) -> Phrase:
    first, last = (Figure(times.figure(value, say.lang)) for value in (series.first, series.last))
    if series.name is None:
        return say.gettext("from {first} to {last}", first=first, last=last)
    return say.gettext(
        "{name} from {first} to {last}",
        name=series.name.part(say.lang),
        first=first,
        last=last,
    )
