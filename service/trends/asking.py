"""Which trend is asked for: what it follows, its steps and its keys, every default written out.

A key tells the series of a measure apart. It has the members that the measure tells
apart anyway, those of `by`, and `region` where regions are asked for: those have series
of their own, beside the ones that there would be without them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal, TypeVar

from events.clocks import Log, as_of, canonical
from events.dates import Day, civil, day, iso, parse_iso, parse_period
from events.errors import BadClock, BadDate, BadFilter, ClashingClocks
from events.fact import is_id
from events.vocabulary import STATUSES
from projections import VIEW
from service.asking.errors import TooManyPoints
from service.asking.filters import wanted
from service.asking.query import Query
from service.words.csv_text import MEDIA_TYPE as CSV
from service.words.regions import REGIONS

TREND_CLOCKS = ("stated", "known", "from", "to")
TREND_FILTERS = (
    "measure", "by", "step", "country", "region", "field", "status", "series", "format",
)  # fmt: skip

Format = Literal["json", "csv"]
Measure = Literal["status", "discoveries", "policies", "indicator"]

MEASURES: Mapping[Measure, tuple[str, ...]] = {
    "status": ("status",),
    "discoveries": (),
    "policies": (),
    "indicator": ("series", "country", "unit"),
}
"""What can be followed, each with the members that its keys have anyway."""

BY: Mapping[str, tuple[Measure, ...]] = {
    "country": tuple(MEASURES),
    "field": tuple(MEASURES),
    "operator": ("status",),
    "status": ("status",),
}
"""What can be told apart, in the order of a key, and in which measures."""

ONLY_WITH: Mapping[str, tuple[Measure, ...]] = {
    "status": ("status",),
    "series": ("indicator",),
    # Readings of several countries do not add up.
    "region": ("status", "discoveries", "policies"),
}
"""Filters of some measures alone."""

STEPS: Mapping[str, int] = {"year": 50, "month": 60}
"""How far apart points stand, each with how many there are where `from` is not said."""

FORMATS: Mapping[Format, str] = {"json": "application/json", "csv": CSV}
"""The forms of the answer, each with its media type."""

FIRST_DAY = parse_iso("-9999999999999999-01-01")
"""The first day that a pinned URL can write."""

MOST_POINTS = 2_000
"""How many points a series has at most."""

MOST_IN_ALL = 200_000
"""How many points an answer has at most."""

Key = tuple[str, ...]
"""The values of a key's members; empty where a thing has none."""


@dataclass(frozen=True, slots=True)
class TrendQuery(Query):
    """A question about the days from `first` to `last`; `as_of.at` says nothing of it."""

    first: Day
    last: Day

    def pairs(self, filters: Mapping[str, str]) -> list[tuple[str, str]]:
        """The parameters of the pinned URL, in their order."""
        clocks = [pair for pair in canonical(self.as_of) if pair[0] in TREND_CLOCKS]
        ends = [("from", iso(self.first)), ("to", iso(self.last))]
        return [*clocks, *ends, *sorted(filters.items()), ("view", str(VIEW))]

    def head(self) -> dict[str, Any]:
        """The members that begin the answer."""
        as_of = self.as_of
        return {
            "stated": iso(as_of.stated),
            "known": f"@{as_of.known}",
            "known_at": as_of.known_at,
            "view": VIEW,
            "pinned": self.pinned,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """A trend that is asked for. `key` are the members of its keys, `steps` the numbers of its
    steps; a filter that is empty lets everything through, and `regions` adds to the countries."""

    question: TrendQuery
    measure: Measure
    key: tuple[str, ...]
    step: str
    steps: range
    countries: tuple[str, ...]
    regions: tuple[str, ...]
    fields: tuple[str, ...]
    statuses: tuple[str, ...]
    series: tuple[str, ...]

    @property
    def days(self) -> list[Day]:
        """The days on which the points stand."""
        return [_first_day(number + 1, self.step) - 1 for number in self.steps]

    def keys_of(self, thing: Mapping[str, str]) -> list[Key]:
        """The keys under which something counts, by its values: its own one, where the countries
        that are asked for let it through, and that of each region in which it lies."""
        country = thing["country"]
        found = []
        if not self.countries or country in self.countries:
            found.append({**thing, "region": ""})
        found += (
            {**thing, "country": "", "region": name}
            for name in self.regions
            if country in REGIONS[name].countries
        )
        return [tuple(values[name] for name in self.key) for values in found]

    def named_keys(self) -> Iterator[Key]:
        """The keys of which the filters name every member, and which so have a series anyway."""
        named = {"country": self.countries, "field": self.fields, "status": self.statuses}
        own = {name: named.get(name, ()) for name in self.key if name != "region"}
        if own:
            yield from self._keys({**own, "region": ("",)})
        if self.regions:
            yield from self._keys({**own, "country": ("",), "region": self.regions})

    def _keys(self, values: Mapping[str, Sequence[str]]) -> Iterator[Key]:
        return product(*(values[name] for name in self.key))

    def check_size(self, series: int) -> None:
        """Raises TooManyPoints where so many series are too many."""
        points = series * len(self.steps)
        if points > MOST_IN_ALL:
            filters = ("status", "series")
            own = (name for name in filters if self.measure in ONLY_WITH[name])
            narrow = ("from", "to", "by", "country", "field", *own)
            raise TooManyPoints(points, MOST_IN_ALL, narrow)


def trend(
    path: str, texts: Mapping[str, str], *, form: Format = "json", log: Log, now: str
) -> Trend:
    """Read what is asked, every default written out.

    `to` defaults to the step of today or of `stated`, whichever is earlier, and never
    lies before `from`; `from` to so many steps before `to` as `STEPS` says, which takes no
    look at the views. Raises BadClock and PositionAhead for a clock or an end, BadFilter
    for a filter, TooManyPoints for ends too far apart.
    """
    clocks = as_of(
        stated=texts.get("stated"),
        known=texts.get("known"),
        log=log,
        now=now,
    )
    measure = choice("measure", texts.get("measure", "status"), MEASURES)
    step = choice("step", texts.get("step", "year"), STEPS)
    for name, needed in ONLY_WITH.items():
        if name in texts and measure not in needed:
            raise BadFilter(name, texts[name], f"only with measure={' or '.join(needed)}")
    by = _by(texts.get("by"), measure)
    lists = {name: _each(name, texts.get(name)) for name in ("country", "field", "status")}
    lists["series"] = _ids("series", texts.get("series"))
    lists["region"] = _words(texts.get("region"))
    for word in lists["region"]:
        choice("region", word, REGIONS)
    steps = _steps(texts, step, default=min(clocks.at, clocks.stated))
    filters = {
        "measure": measure,
        "step": step,
        **({"by": ",".join(by)} if by else {}),
        **{name: ",".join(words) for name, words in lists.items() if words},
        **({"format": form} if form != "json" else {}),
    }
    ends = _first_day(steps.start, step), _first_day(steps.stop, step) - 1
    return Trend(
        question=TrendQuery(path, clocks, filters, *ends),
        measure=measure,
        key=(*MEASURES[measure], *by, *(("region",) if lists["region"] else ())),
        step=step,
        steps=steps,
        countries=lists["country"],
        regions=lists["region"],
        fields=lists["field"],
        statuses=lists["status"],
        series=lists["series"],
    )


Choice = TypeVar("Choice", bound=str)


def choice(name: str, text: str, allowed: Iterable[Choice]) -> Choice:
    """The one of some words that a filter is. Raises BadFilter."""
    for word in allowed:
        if word == text:
            return word
    raise BadFilter(name, text, f"no {name} of that name", allowed=tuple(allowed))


def place(key: Key, names: Sequence[str]) -> tuple[tuple[int, str], ...]:
    """Where a series stands: statuses in their order, everything else by its letters."""
    return tuple(
        (STATUSES.index(word), word) if name == "status" else (0, word)
        for name, word in zip(names, key, strict=True)
    )


# --- the steps


def _steps(texts: Mapping[str, str], step: str, *, default: Day) -> range:
    first = period_named("from", texts["from"]) if "from" in texts else None
    last = period_named("to", texts["to"]) if "to" in texts else None
    if last is not None:
        stop = _number(last[1], step) + 1
    else:
        stop = _number(default if first is None else max(default, first[1]), step) + 1
    if first is not None:
        start = _number(first[0], step)
    else:
        start = max(stop - STEPS[step], _number(FIRST_DAY, step))
    if start >= stop:
        named = texts.get("to", iso(default))
        raise ClashingClocks("from", texts["from"], f"it is after to, {named[:80]}")
    steps = stop - start
    if steps > MOST_POINTS:
        raise TooManyPoints(steps, MOST_POINTS, ("from", "to", "step"))
    return range(start, stop)


def period_named(name: str, text: str) -> tuple[Day, Day]:
    """The first and the last day of what an end of the trend names."""
    try:
        period = parse_period(text)
    except BadDate as refused:
        # A pinned URL writes days of far years as ISO 8601 does, which is no EDTF.
        try:
            number = parse_iso(text)
        except BadDate:
            why = f"{refused.why}; a day after 9999 begins with +, in a URL %2B"
            raise BadClock(name, text, why) from None
        return number, number
    return period.first, period.last


def _number(of: Day, step: str) -> int:
    """The number of the step in which a day lies."""
    year, month, _ = civil(of)
    return year if step == "year" else year * 12 + month - 1


def _first_day(number: int, step: str) -> Day:
    """The first day of a step."""
    year, month = (number, 0) if step == "year" else divmod(number, 12)
    return day(year, month + 1, 1)


# --- the filters


def _by(text: str | None, measure: Measure) -> tuple[str, ...]:
    """What is told apart besides what the measure tells apart anyway."""
    words = _words(text)
    for word in words:
        choice("by", word, BY)
        if measure not in BY[word]:
            raise BadFilter("by", word, f"only with measure={' or '.join(BY[word])}")
    return tuple(name for name in BY if name in words and name not in MEASURES[measure])


def _each(name: str, text: str | None) -> tuple[str, ...]:
    """The words of a list, each of which the filter of that name takes."""
    words = _words(text)
    for word in words:
        wanted(**{name: word})
    return words


def _ids(name: str, text: str | None) -> tuple[str, ...]:
    """The words of a list of ids, which nobody need have."""
    words = _words(text)
    for word in words:
        if not is_id(word):
            raise BadFilter(name, word, "no id")
    return words


def _words(text: str | None) -> tuple[str, ...]:
    """The words of a list with commas, each once and in order, so that it is written in one way."""
    return () if text is None else tuple(sorted(set(text.split(","))))
