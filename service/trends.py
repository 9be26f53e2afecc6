"""How counts and indicators went through the years: `/v1/trends`.

A trend is a row of points, each the last day of a year or a month, and each of
them says what `/v1/state` says of that day at the same `stated` and `known`. It
runs over the clock `at`, so it takes none: `from` and `to` are the steps in
which its first and its last point lie. China catching up with the United
States, Europe and Japan is one request:

    /v1/trends?measure=status&status=operating&by=country
        &country=CN,US,JP,CH,DE,FR,GB,IT&from=1980&to=2026

Nothing is asked anew for each point. What holds anywhere within the points is
one range stab (one for each country that is named); a row that holds from a
day to a day covers the points between two places of their list, so it is added
where it begins and taken away where it ends, and one sweep sums them up.
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import accumulate
from typing import Any, Literal, NamedTuple

import msgspec
from flask import Response, request

from events.clocks import Log, as_of, canonical
from events.dates import Day, civil, day, iso, parse_iso, parse_period
from events.errors import BadClock, BadDate, BadFilter, ClashingClocks
from events.vocabulary import STATUSES
from projections import VIEW
from projections.facility import BIT, alternatives
from projections.state import Row, State
from projections.views import Database
from service.asking import archive, parameters, respond
from service.errors import TooManyPoints
from service.filters import wanted
from service.question import Question

TREND_CLOCKS = ("stated", "known", "from", "to")
FILTERS = ("measure", "by", "step", "country", "field", "status", "series", "format")

MEASURES: Mapping[str, tuple[str, ...]] = {
    "status": ("status",),
    "discoveries": (),
    "policies": (),
    "indicator": ("series", "country", "unit"),
}
"""What can be followed, each with the members that its keys have anyway."""

BY: Mapping[str, tuple[str, ...]] = {
    "country": tuple(MEASURES),
    "field": tuple(MEASURES),
    "operator": ("status",),
    "status": ("status",),
}
"""What can be told apart, in the order of a key, and in which measures."""

ONLY_WITH = {"status": "status", "series": "indicator"}
"""Filters of one measure alone."""

STEPS: Mapping[str, int] = {"year": 50, "month": 60}
"""How far apart points stand, each with how many there are where `from` is not said."""

FORMATS = ("json", "csv")
CSV_MEDIA_TYPE = "text/csv"

FIRST_DAY = parse_iso("-9999999999999999-01-01")
"""The first day that a pinned URL can write."""

MOST_POINTS = 2_000
"""How many points a series has at most."""

MOST_IN_ALL = 200_000
"""How many points an answer has at most."""

Format = Literal["json", "csv"]
Key = tuple[str, ...]
Point = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Trend(Question):
    """A question about the days from `first` to `last`; `as_of.at` says nothing of it."""

    first: Day
    last: Day

    def pairs(self, filters: Mapping[str, str]) -> list[tuple[str, str]]:
        """The parameters of the pinned URL, in their order."""
        clocks = [pair for pair in canonical(self.as_of) if pair[0] in TREND_CLOCKS]
        ends = [("from", iso(self.first)), ("to", iso(self.last))]
        return [*clocks, *ends, *sorted(filters.items()), ("view", str(VIEW))]

    def head(self) -> str:
        """The members that begin the answer, without the braces around them."""
        as_of = self.as_of
        members = {
            "stated": iso(as_of.stated),
            "known": f"@{as_of.known}",
            "known_at": as_of.known_at,
            "view": VIEW,
            "pinned": self.pinned,
        }
        return _json(members)[1:-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A trend that is asked for. `key` are the members of its keys, `steps` the numbers of its
    steps; a filter that is empty lets everything through."""

    question: Trend
    measure: str
    key: tuple[str, ...]
    step: str
    steps: range
    countries: tuple[str, ...]
    fields: tuple[str, ...]
    statuses: tuple[str, ...]
    series: tuple[str, ...]

    @property
    def days(self) -> list[Day]:
        """The days on which the points stand."""
        return [_first_day(number + 1, self.step) - 1 for number in self.steps]


class Series(NamedTuple):
    """The points of one key, one for each step."""

    key: dict[str, str | None]
    points: list[Point]


def trends_response() -> Response:
    """The response to `/v1/trends`: as JSON, or as CSV where that is asked for.

    Raises TooManyPoints, and what every question raises.
    """
    texts = parameters((*TREND_CLOCKS, *FILTERS, "view"))
    service = archive()
    form = _format(texts.get("format"))
    log, now = service.chronicle.log, service.chronicle.now()
    asked = trend(request.path, texts, form=form, log=log, now=now)
    make = trends_csv if form == "csv" else trends_text
    response = respond(
        texts,
        asked.question,
        lambda db: make(service.state, db, asked),
        media_type=CSV_MEDIA_TYPE if form == "csv" else "application/json",
    )
    if "format" not in texts:
        response.vary.add("Accept")
    return response


def trend(
    path: str, texts: Mapping[str, str], *, form: Format = "json", log: Log, now: str
) -> Asked:
    """Read what is asked, every default written out.

    `to` defaults to the step of today or of `stated`, whichever is earlier, and never
    lies before `from`; `from` to so many steps before `to` as `STEPS` says, which takes no
    look at the views. Raises BadClock and PositionAhead for a clock or an end, BadFilter
    for a filter, TooManyPoints for ends too far apart.
    """
    clocks = as_of(
        at=None,
        during=None,
        stated=texts.get("stated"),
        known=texts.get("known"),
        log=log,
        now=now,
    )
    measure = _choice("measure", texts.get("measure", "status"), MEASURES)
    step = _choice("step", texts.get("step", "year"), STEPS)
    for name, needed in ONLY_WITH.items():
        if name in texts and measure != needed:
            raise BadFilter(name, texts[name], f"only with measure={needed}")
    by = _by(texts.get("by"), measure)
    lists = {name: _each(name, texts.get(name)) for name in ("country", "field", "status")}
    lists["series"] = _ids("series", texts.get("series"))
    steps = _steps(texts, step, default=min(clocks.at, clocks.stated))
    filters = {
        "measure": measure,
        "step": step,
        **({"by": ",".join(by)} if by else {}),
        **{name: ",".join(words) for name, words in lists.items() if words},
        **({"format": form} if form != "json" else {}),
    }
    ends = _first_day(steps.start, step), _first_day(steps.stop, step) - 1
    return Asked(
        question=Trend(path, clocks, filters, *ends),
        measure=measure,
        key=(*MEASURES[measure], *by),
        step=step,
        steps=steps,
        countries=lists["country"],
        fields=lists["field"],
        statuses=lists["status"],
        series=lists["series"],
    )


def trends_text(view: State, db: Database, asked: Asked) -> str:
    """The JSON text of `/v1/trends`. Raises TooManyPoints."""
    question = asked.question
    members = {
        "measure": asked.measure,
        "by": asked.key,
        "step": asked.step,
        "from": iso(question.first),
        "to": iso(question.last),
        "series": [series._asdict() for series in trends(view, db, asked)],
        "next": None,
    }
    return f"{{{question.head()},{_json(members)[1:-1]}}}"


COLUMNS: Mapping[str, tuple[str, ...]] = {
    "status": ("count", "certain", "possible"),
    "discoveries": ("count", "new"),
    "policies": ("count",),
    "indicator": ("value", "statement"),
}
"""The columns of CSV after the day and the key, by measure."""


def trends_csv(view: State, db: Database, asked: Asked) -> str:
    """The same as CSV (RFC 4180), a row for each point of each series. Raises TooManyPoints.

    `certain` and `possible` are always there. What is text and would be a formula to a
    spreadsheet has an apostrophe before it; days and numbers stand as they are.
    """
    columns = COLUMNS[asked.measure]
    text = StringIO()
    write = csv.writer(text).writerow
    write(("at", *asked.key, *columns))
    for series in trends(view, db, asked):
        key = [_guarded(value or "") for value in series.key.values()]
        for point in series.points:
            sure = {"certain": point.get("count"), "possible": point.get("count")}
            write((point["at"], *key, *({**sure, **point}[column] for column in columns)))
    return text.getvalue()


def trends(view: State, db: Database, asked: Asked) -> list[Series]:
    """Every series that is not nothing at all points, in the order of their keys.

    A status may have points whose count is 0 and whose `possible` is not. Raises TooManyPoints.
    """
    points = SWEEPS[asked.measure](view, db, asked)
    return [
        Series(
            {name: value or None for name, value in zip(asked.key, key, strict=True)}, points[key]
        )
        for key in sorted(points, key=lambda key: _place(key, asked.key))
    ]


# --- what is asked


def _steps(texts: Mapping[str, str], step: str, *, default: Day) -> range:
    first = _end("from", texts["from"]) if "from" in texts else None
    last = _end("to", texts["to"]) if "to" in texts else None
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


def _end(name: str, text: str) -> tuple[Day, Day]:
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


def _by(text: str | None, measure: str) -> tuple[str, ...]:
    """What is told apart besides what the measure tells apart anyway."""
    words = _words(text)
    for word in words:
        _choice("by", word, BY)
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
        if not _ID.fullmatch(word):
            raise BadFilter(name, word, "no id")
    return words


_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def _words(text: str | None) -> tuple[str, ...]:
    """The words of a list with commas, each once and in order, so that it is written in one way."""
    return () if text is None else tuple(sorted(set(text.split(","))))


def _choice(name: str, text: str, allowed: Iterable[str]) -> str:
    if text not in allowed:
        raise BadFilter(name, text, f"no {name} of that name", allowed=tuple(allowed))
    return text


def _format(text: str | None) -> Format:
    """The form that `format` names, else the one that `Accept` would rather have."""
    if text is None:
        best = request.accept_mimetypes.best_match(("application/json", CSV_MEDIA_TYPE))
        return "csv" if best == CSV_MEDIA_TYPE else "json"
    return "csv" if _choice("format", text, FORMATS) == "csv" else "json"


# --- the sweeps, one for each measure


def _statuses(view: State, db: Database, asked: Asked) -> dict[Key, list[Point]]:
    """How many facilities have each status. Beyond the horizon it is the one at the horizon."""
    stated = asked.question.as_of.stated
    days = [min(each, stated) for each in asked.days]
    rows = _stab(view, db, asked, "status", days)
    operators = _operators(view, db, asked, rows) if "operator" in asked.key else {}
    apart = asked.key[1:]
    groups: Counter[tuple[int, int, str, int, Key]] = Counter()
    for row in rows:
        start, stop = bisect_left(days, row.vf), bisect_left(days, row.vt)
        if start < stop:
            of = {
                "country": row.country,
                "field": row.field,
                "operator": operators.get(row.record, ""),
            }
            key = tuple(of[name] for name in apart)
            groups[start, stop, row.value, row.odds, key] += 1
    counts, certain, possible = (_Sums(asked) for _ in range(3))
    for (start, stop, value, odds, key), count in groups.items():
        for status in {value, *alternatives(odds)}:
            if not status or (asked.statuses and status not in asked.statuses):
                continue
            whole = (status, *key)
            counts.add(whole, start, stop, count * (status == value))
            certain.add(whole, start, stop, count * (odds == BIT[status]))
            possible.add(whole, start, stop, count * bool(odds & BIT[status]))
    dates = list(map(iso, asked.days))
    return {
        key: [
            {"at": at, "count": count}
            if sure == perhaps
            else {"at": at, "count": count, "certain": sure, "possible": perhaps}
            for at, count, sure, perhaps in zip(
                dates, counts.of(key), certain.of(key), possible.of(key), strict=True
            )
        ]
        for key in counts
    }


def _operators(view: State, db: Database, asked: Asked, rows: Iterable[Row]) -> dict[str, str]:
    """The operator on the card of each facility, empty where it names none."""
    streams = {f"record:{row.record}" for row in rows}
    cards = view.cards(db, streams, known=asked.question.as_of.known)
    return {card["id"]: card.get("operator") or "" for card in cards.values()}


def _discoveries(view: State, db: Database, asked: Asked) -> dict[Key, list[Point]]:
    """How many discoveries there were to date, and how many of them are new in the step."""
    days = asked.days
    counts, new = _Sums(asked), _Sums(asked)
    for row in _begun(view, db, asked, "discovery", days[-1]):
        key, start = _home(row, asked), bisect_left(days, row.vf)
        counts.add(key, start, len(days), 1)
        if row.vf >= asked.question.first:
            new.add(key, start, start + 1, 1)
    dates = list(map(iso, days))
    return {
        key: [
            {"at": at, "count": count, "new": fresh}
            for at, count, fresh in zip(dates, counts.of(key), new.of(key), strict=True)
        ]
        for key in counts
    }


def _policies(view: State, db: Database, asked: Asked) -> dict[Key, list[Point]]:
    """How many policies are in force."""
    days = asked.days
    counts = _Sums(asked)
    for row in _stab(view, db, asked, "policy", days):
        start, stop = bisect_left(days, row.vf), bisect_left(days, row.vt)
        if start < stop:
            counts.add(_home(row, asked), start, stop, 1)
    dates = list(map(iso, days))
    return {
        key: [{"at": at, "count": count} for at, count in zip(dates, counts.of(key), strict=True)]
        for key in counts
    }


def _readings(view: State, db: Database, asked: Asked) -> dict[Key, list[Point]]:
    """The reading of each series that holds; null where none does."""
    days = asked.days
    rows = [
        row
        for row in _stab(view, db, asked, "indicator", days)
        if not asked.series or row.value in asked.series
    ]
    known = asked.question.as_of.known
    texts = view.statements(db, {row.statement for row in rows}, known=known)
    lines = {id: msgspec.json.decode(text) for id, text in texts.items()}
    held: dict[Key, list[tuple[int, int, str]]] = {}
    for row in rows:
        start, stop = bisect_left(days, row.vf), bisect_left(days, row.vt)
        if start < stop:
            key: Key = (row.value, row.country, lines[row.statement]["unit"])
            if "field" in asked.key:
                key = (*key, row.field)
            held.setdefault(key, []).append((start, stop, row.statement))
            _check_size(held, asked)
    dates = list(map(iso, days))
    found: dict[Key, list[Point]] = {}
    for key, stretches in held.items():
        points: list[Point] = [{"at": at, "value": None, "statement": None} for at in dates]
        for start, stop, statement in stretches:
            told = {"value": lines[statement]["value"], "statement": statement}
            for point in points[start:stop]:
                point.update(told)
        found[key] = points
    return found


SWEEPS: Mapping[str, Callable[[State, Database, Asked], dict[Key, list[Point]]]] = {
    "status": _statuses,
    "discoveries": _discoveries,
    "policies": _policies,
    "indicator": _readings,
}


class _Sums:
    """Sums over the points by key: what is added to a stretch is noted at its two ends."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._steps: dict[Key, list[int]] = {}

    def __iter__(self) -> Iterator[Key]:
        """The keys that anything was added to."""
        return iter(self._steps)

    def add(self, key: Key, start: int, stop: int, count: int) -> None:
        """Add a count to the points from the place `start` up to, not including, `stop`."""
        steps = self._steps.get(key)
        if steps is None:
            steps = self._steps[key] = [0] * (len(self._asked.steps) + 1)
            _check_size(self._steps, self._asked)
        steps[start] += count
        steps[stop] -= count

    def of(self, key: Key) -> Iterable[int]:
        """The sum at each point."""
        steps = self._steps.get(key) or [0] * (len(self._asked.steps) + 1)
        return accumulate(steps[:-1])


def _check_size(keys: Mapping[Key, object], asked: Asked) -> None:
    points = len(keys) * len(asked.steps)
    if points > MOST_IN_ALL:
        filters = ("country", "field", *(n for n, m in ONLY_WITH.items() if m == asked.measure))
        raise TooManyPoints(points, MOST_IN_ALL, ("from", "to", "by", *filters))


# --- rows


def _stab(view: State, db: Database, asked: Asked, facet: str, days: Sequence[Day]) -> list[Row]:
    """The rows of a facet that hold on some day within the points and pass the filters."""
    as_of = asked.question.as_of
    return _fitting(
        asked,
        lambda country: view.stab(
            db,
            facet,
            first=days[0],
            last=days[-1],
            stated=as_of.stated,
            known=as_of.known,
            country=country,
            field=None,
        ),
    )


def _begun(view: State, db: Database, asked: Asked, facet: str, last: Day) -> list[Row]:
    """The rows of a facet that had begun by a day and pass the filters."""
    as_of = asked.question.as_of
    return _fitting(
        asked,
        lambda country: view.begun(
            db,
            facet,
            last=last,
            stated=as_of.stated,
            known=as_of.known,
            country=country,
            field=None,
        ),
    )


def _fitting(asked: Asked, rows_of: Callable[[str | None], list[Row]]) -> list[Row]:
    countries: tuple[str | None, ...] = asked.countries or (None,)
    fields = asked.fields
    return [
        row
        for country in countries
        for row in rows_of(country)
        if not fields or row.field in fields
    ]


def _home(row: Row, asked: Asked) -> Key:
    """The key of a row whose measure has none of its own."""
    of = {"country": row.country, "field": row.field}
    return tuple(of[name] for name in asked.key)


# --- answers


def _place(key: Key, names: Sequence[str]) -> tuple[tuple[int, str], ...]:
    """Where a series stands: statuses in their order, everything else by its letters."""
    return tuple(
        (STATUSES.index(word), word) if name == "status" else (0, word)
        for name, word in zip(names, key, strict=True)
    )


FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a formula begins with, as spreadsheets read CSV, in full width too."""


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULAS) else text


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
