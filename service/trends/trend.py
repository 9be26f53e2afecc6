"""Which trend is asked for: what it follows, its steps and its keys, every default written out.

A key tells the series of a measure apart. It has the members that the measure tells
apart anyway, those of `by`, and `region` where regions are asked for: those have series
of their own, beside the ones that there would be without them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

from events.clocks import AsOf
from events.dates import Day, civil, day, iso, parse_iso, parse_period
from events.errors import BadClock, BadDate, BadFilter, ClashingClocks
from events.fact import is_id
from events.vocabulary import CLASSES, FIELDS, STATUSES
from service.asking import forms
from service.asking.errors import TooManyPoints
from service.asking.filters import CLASS, COUNTRY, FIELD, KNOWN, REGION, STATED, STATUS
from service.asking.forms import Form
from service.asking.parameter import Filter, Parameter, choice, one_of, values_of, written
from service.asking.query import Arguments, Query
from service.asking.question import Question
from service.words.places import Place
from service.words.regions import REGIONS

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
    "class": tuple(MEASURES),
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

FIRST_DAY = parse_iso("-9999999999999999-01-01")
"""The first day that a pinned URL can write."""

MOST_POINTS = 2_000
"""How many points a series has at most."""

MOST_IN_ALL = 200_000
"""How many points an answer has at most."""

Key = tuple[str, ...]
"""The values of a key's members; empty where a thing has none."""


# --- the parameters

_DEFAULTS = ", ".join(f"{points} points by {step}" for step, points in STEPS.items())

FROM = Parameter(
    name="from",
    form={**forms.DAY, "examples": ["1980", "1980-05"]},
    meaning=(
        "A year, month or day: the first point is the last day of the step in which it begins. "
        f"Default: as far before `to` as {_DEFAULTS}."
    ),
)
TO = Parameter(
    name="to",
    form={**forms.DAY, "examples": ["2026", "2026-11"]},
    meaning=(
        "A year, month or day: the last point is the last day of the step in which it ends. "
        "Default: the step of today or of `stated`, whichever is earlier. "
        f"A series has at most {MOST_POINTS:,} points, an answer {MOST_IN_ALL:,}."
    ),
)
TREND_CLOCKS = (STATED, KNOWN, FROM, TO)
"""`from` and `to` are days of the world, not of the log."""


def _words(text: str) -> tuple[str, ...]:
    """The words of a list with commas, each once and in order, so that it is written in one way."""
    return tuple(sorted(set(text.split(","))))


def _some(one: Filter, form: Form, meaning: str, *, member: str = "") -> Filter:
    """A filter of several values joined by commas, each as another filter parses one."""

    def parse(text: str) -> tuple[str, ...]:
        words = _words(text)
        for word in words:
            one.parse(word)
        return words

    several: Filter = one.but(
        form=form, meaning=meaning, parse=parse, write=",".join, default=(), member=member
    )
    return several


def _check_series(text: str) -> None:
    """Raises BadFilter for what is no id; nobody need have it."""
    if not is_id(text):
        raise BadFilter("series", text, "no id")


MEASURE = choice(
    "measure",
    MEASURES,
    "What is followed: facilities of each status, discoveries to date, policies in force, "
    "or the readings of indicators.",
    default="status",
)
BY_NAMES = Filter(
    name="by",
    form={**forms.list_of(BY), "examples": ["country"]},
    meaning=(
        "What is told apart, joined by commas; the measure `status` tells statuses apart "
        "anyway, `indicator` series, country and unit. `operator` and `status` only with "
        "`measure=status`."
    ),
)
STEP = choice("step", STEPS, "How far apart the points stand.", default="year")
COUNTRIES: Filter = COUNTRY.but(
    meaning=(
        f"{COUNTRY.meaning} With `by=country` each that is named has a series, be it nothing but "
        "zeros (of `status` where a status is named too)."
    )
)
BESIDE: Filter = REGION.but(
    meaning=(
        "Adds series of these regions (M49), joined by commas, beside those that there are "
        "without, whatever `country` says. `europe` has all of Russia, and not Cyprus or Turkey. "
        "Not with `measure=indicator`."
    )
)
SOME_FIELDS = _some(
    FIELD,
    {**forms.list_of(FIELDS), "examples": ["fusion"]},
    "One field or several, joined by commas. Leaves out what has no field.",
    member="fields",
)
SOME_CLASSES = _some(
    CLASS,
    {**forms.list_of(CLASSES), "examples": ["light-source"]},
    "One class or several, joined by commas. Leaves out what belongs to no facility of a class.",
    member="classes",
)
SOME_STATUSES = _some(
    STATUS,
    STATUS.form,
    "Only the series of these statuses, joined by commas; only with `measure=status`.",
    member="statuses",
)
SERIES = _some(
    Filter(name="series", form={}, meaning="", parse=_check_series),
    {"type": "string", "pattern": "^[a-z0-9]+(?:[-,][a-z0-9]+)*$"},
    "Only these series of readings, joined by commas; only with `measure=indicator`.",
)
LISTS = (COUNTRIES, SOME_FIELDS, SOME_CLASSES, SOME_STATUSES, SERIES, BESIDE)
TREND_FILTERS = (
    MEASURE, BY_NAMES, STEP, COUNTRIES, BESIDE, SOME_FIELDS, SOME_CLASSES, SOME_STATUSES, SERIES,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """A trend that is asked for. `key` are the members of its keys, `steps` the numbers of its
    steps; a filter that is empty lets everything through, and `regions` adds to the countries."""

    measure: Measure
    key: tuple[str, ...]
    step: str
    steps: range
    countries: tuple[str, ...]
    regions: tuple[str, ...]
    fields: tuple[str, ...]
    classes: tuple[str, ...]
    statuses: tuple[str, ...]
    series: tuple[str, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The countries of which anything counts; none is all, where those that are not named count
        too."""
        return Place(self.countries, self.regions).codes if self.countries else ()

    @property
    def first(self) -> Day:
        """The first day of the first step."""
        return _first_day(self.steps.start, self.step)

    @property
    def last(self) -> Day:
        """The last day of the last step."""
        return _first_day(self.steps.stop, self.step) - 1

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
        named = {
            "country": self.countries,
            "field": self.fields,
            "class": self.classes,
            "status": self.statuses,
        }
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
            narrow = ("from", "to", "by", "country", "field", "class", *own)
            raise TooManyPoints(points, MOST_IN_ALL, narrow)


def period_query(
    arguments: Arguments, as_of: AsOf, filters: Mapping[str, str], about: Any
) -> Query:
    """A query about the days from `about.first` to `about.last`, to which `at` says nothing."""
    return Query(
        arguments.path,
        as_of,
        filters,
        about=about,
        clocks=("stated", "known"),
        ends=(("from", iso(about.first)), ("to", iso(about.last))),
    )


def last_told(clocks: AsOf) -> Day:
    """The day by which a period ends where none is said: today, or the horizon before it."""
    return min(clocks.at, clocks.stated)


def read_trend(question: Question, arguments: Arguments) -> Query:  # noqa: ARG001 - there is one trend
    """A query about a `Trend`, every default written out.

    `to` defaults to the step of today or of `stated`, whichever is earlier, and never
    lies before `from`; `from` to so many steps before `to` as `STEPS` says, which takes no
    look at the views. Raises BadClock and PositionAhead for a clock or an end, BadFilter
    for a filter, TooManyPoints for ends too far apart.
    """
    texts = arguments.texts
    clocks = arguments.clocks()
    values = values_of((MEASURE, STEP), texts)
    measure, step = values["measure"], values["step"]
    for name, needed in ONLY_WITH.items():
        if name in texts and measure not in needed:
            raise BadFilter(name, texts[name], f"only with measure={' or '.join(needed)}")
    by = _by(texts.get("by"), measure)
    lists = values_of(LISTS, texts)
    trend = Trend(
        measure=measure,
        key=(*MEASURES[measure], *by, *(("region",) if lists["regions"] else ())),
        step=step,
        steps=_steps(texts, step, default=last_told(clocks)),
        **lists,
    )
    filters = {
        "measure": measure,
        "step": step,
        **({"by": ",".join(by)} if by else {}),
        **written(LISTS, trend),
    }
    return period_query(arguments, clocks, filters, trend)


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


def _by(text: str | None, measure: Measure) -> tuple[str, ...]:
    """What is told apart besides what the measure tells apart anyway. Raises BadFilter."""
    words = () if text is None else _words(text)
    for word in words:
        _known_by(word)
        if measure not in BY[word]:
            raise BadFilter("by", word, f"only with measure={' or '.join(BY[word])}")
    return tuple(name for name in BY if name in words and name not in MEASURES[measure])


_known_by = one_of("by", BY)
