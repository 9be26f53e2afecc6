"""The parameters that questions share: the three clocks, the filters of a list, its pages.

Each stands here once: how its text is parsed, how a pinned URL writes it, what it means.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from events.errors import BadFilter
from events.vocabulary import CLASSES, FIELDS, STATUSES, countries
from projections import PROJECTIONS, VIEW
from service.asking import forms
from service.asking.errors import BadCursor
from service.asking.parameter import (
    Filter,
    Parameter,
    choice,
    choices,
    quoted,
    values_of,
    whole_number,
)
from service.words.places import Place, Placed, near_countries, near_regions
from service.words.regions import REGIONS

# --- the clocks

AT = Parameter(
    name="at",
    form={**forms.DAY, "examples": ["2013", "2013-05-06", "-0240"]},
    meaning=(
        "Valid time: a year, month or day, meaning its last day. Default: the day of `known`."
    ),
)
DURING = Parameter(
    name="during",
    form={**forms.PERIOD, "examples": ["2013"]},
    meaning="In place of `at`: every status held on some day of the year, month or day.",
)
STATED = Parameter(
    name="stated",
    form={**forms.DAY, "examples": ["2016"]},
    meaning="Decision time: what the sources had said by then. Default: everything said.",
)
KNOWN = Parameter(
    name="known",
    form={**forms.MOMENT, "examples": ["@1199", "2026-11-24T12:00:00Z"]},
    meaning=(
        "Transaction time: a position of the log `@n`, or an RFC 3339 instant. Default: the head."
    ),
)
CLOCKS = (AT, DURING, STATED, KNOWN)

TO_AT = Parameter(
    name="to_at",
    form={**forms.DAY, "examples": ["2020"]},
    meaning="`at` at the point that is compared with. Default: the same `at`.",
)
TO_STATED = Parameter(
    name="to_stated",
    form={**forms.DAY, "examples": ["2022"]},
    meaning="`stated` at the point that is compared with. Default: the same `stated`.",
)
TO_KNOWN = Parameter(
    name="to_known",
    form={**forms.MOMENT, "examples": ["@1199", "2026-11-24T12:00:00Z"]},
    meaning="`known` at the point that is compared with. Default: the same `known`.",
)

EPOCH = Parameter(
    name="epoch",
    form=forms.EPOCH,
    meaning=(
        "The epoch of the log, in pinned URLs, if it is not the first. What was told in an earlier"
        " one beyond the place where this one began is answered with 410."
    ),
)
VIEW_VERSION = Parameter(
    name="view",
    form={**forms.VIEW_VERSION, "examples": [VIEW]},
    meaning="The version of the views, in pinned URLs. An earlier one is answered with 410.",
)

PROOF = choice(
    "proof",
    ("true",),
    "At a pinned URL alone: the answer with the proofs that the events it rests on are in the log,"
    " in one JSON, which `annales verify answer` checks offline.",
)
"""Of every question; no pinned URL has it, since the newest checkpoint is another now and then."""

PINNING = (EPOCH, VIEW_VERSION)
PINS = tuple(each.name for each in PINNING)
"""What stands at the end of a pinned URL, besides the question."""

# --- what the filters of a list are read into

KINDS = tuple(PROJECTIONS)
FINDABLE = (*KINDS, "source")
"""The kinds of what has a stream of its own: words are found in it, and events are of it."""

SORTS = ("relevance", "id", "name", "-name", "since", "distance")
FACETS = ("kind", "country", "field", "class", "status")

LONGEST_QUERY = 200
"""In characters."""

LIMIT = 500
LARGEST_LIMIT = 2000


class Point(NamedTuple):
    """A place on the Earth, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted(Placed):
    """Which part of the world a question is about, and which page of what it lists.

    `statuses` are those held; `expected` are the statuses expected on the day asked about, or held
    where nothing is expected. `disputed` is for records of which something is disputed. `radius` is
    in kilometres. `facets` are to be counted; `fields` are
    the members that items keep. Empty means all. `sort` is None where nothing is said of it.
    `limit` is of the rows of a page, and `beside` of those of the lists that stand beside them.
    """

    field: str | None = None
    class_: str | None = None
    statuses: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()
    kind: str | None = None
    disputed: bool = False
    q: str | None = None
    near: Point | None = None
    radius: float | None = None
    sort: str | None = None
    facets: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    limit: int = LIMIT
    beside: int = LIMIT
    after: str = ""

    def __post_init__(self) -> None:
        """Says nothing of the sort that the list has anyway, so that a question has one URL.

        Raises BadFilter for sources without words.
        """
        Placed.__post_init__(self)
        if self.kind == "source" and self.q is None:
            raise BadFilter("kind", "source", "no kind of that name", allowed=KINDS)
        if self.sort == self._usual_sort:
            object.__setattr__(self, "sort", None)

    @property
    def sorted_by(self) -> str:
        """How the list is sorted: as it says, else by distance, relevance or id."""
        return self.sort or self._usual_sort

    @property
    def _usual_sort(self) -> str:
        if self.near is not None:
            return "distance"
        return "id" if self.q is None else "relevance"


# --- how their texts are parsed


def _countries(text: str) -> tuple[str, ...]:
    codes = tuple(sorted({*text.split(",")}))
    for code in codes:
        if code not in countries():
            why = "no country of ISO 3166-1 alpha-2, such as CN"
            if code.lower() in REGIONS:
                why += f"; region={code.lower()} is a region"
            raise BadFilter("country", code, why, near=near_countries(code))
    return codes


def _regions(text: str) -> tuple[str, ...]:
    names = tuple(sorted({*text.split(",")}))
    for name in names:
        if name not in REGIONS:
            why = "no region of M49"
            raise BadFilter("region", name, why, allowed=tuple(REGIONS), near=near_regions(name))
    return names


def place_in(filters: Mapping[str, str]) -> Place:
    """The place that the filters of a query name."""
    return Place(**values_of((COUNTRY, REGION), filters))


def _query(text: str) -> str:
    query = " ".join(text.split())
    if not 1 <= len(query) <= LONGEST_QUERY:
        raise BadFilter("q", text, f"from 1 to {LONGEST_QUERY} characters to look for")
    return query


_POINT = re.compile(r"(-?[0-9]{1,2}(?:\.[0-9]{1,9})?), ?(-?[0-9]{1,3}(?:\.[0-9]{1,9})?)")
_RADIUS = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,3})?")


def _point(text: str) -> Point:
    """A point to six decimals, a tenth of a metre."""
    read = _POINT.fullmatch(text)
    # Adding 0.0 makes a zero of a negative one, so that a place is written in one way.
    point = Point(*(round(float(part), 6) + 0.0 for part in read.groups())) if read else None
    if point is None or abs(point.latitude) > 90 or abs(point.longitude) > 180:
        raise BadFilter("near", text, "a latitude and a longitude in degrees, such as 39.9,116.4")
    return point


def _radius(text: str) -> float:
    if not _RADIUS.fullmatch(text) or float(text) == 0:
        raise BadFilter("radius", text, "kilometres, above 0 and below 100,000")
    return float(text)


def _true(text: str) -> bool:
    if text != "true":
        raise BadFilter("disputed", text, "`true`, or nothing", allowed=("true",))
    return True


def _short(number: float) -> str:
    """A number in no more digits than it needs, never with an exponent."""
    return f"{number:.6f}".rstrip("0").rstrip(".")


def position_after(text: str) -> int:
    """The position after which a page of events begins; 0 where it is not said.

    Raises BadFilter.
    """
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise BadFilter("after", text, "a position, as the `next` of the page before has it")
    return int(text)


def _rows_before(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise BadCursor(text, "it is no number, as the `next` of the page before has it")
    return int(text)


# --- the filters

COUNTRY = Filter(
    name="country",
    form={**forms.COUNTRIES, "examples": ["CN", "CN,JP,US"]},
    meaning="ISO 3166-1 alpha-2, several joined by commas. Leaves out what has no country.",
    parse=_countries,
    write=",".join,
    default=(),
    member="countries",
)
REGION = Filter(
    name="region",
    form={**forms.list_of(REGIONS), "examples": ["europe", "eastern-asia,south-eastern-asia"]},
    meaning=(
        "The countries of a region of M49, several joined by commas; with `country` their union. "
        "Leaves out what has no country."
    ),
    parse=_regions,
    write=",".join,
    default=(),
    member="regions",
)
FIELD = choice("field", FIELDS, "Leaves out what has no field.")
CLASS: Filter = choice(
    "class", CLASSES, "Only facilities of this class, and what belongs to them."
).but(member="class_")
PART = (COUNTRY, REGION, FIELD, CLASS)
"""What names a part of the world."""

STATUS = choices(
    "status",
    STATUSES,
    f"Only facilities of these statuses, some of {', '.join(STATUSES)}.",
    why="no status of that name",
    example="operating",
    # In the order of the rules, so that a question has one URL.
    sort=True,
    member="statuses",
)
EXPECTED = choices(
    "expected",
    STATUSES,
    "Only facilities that were expected to have one of these statuses at `at`: the "
    "`status` of their `expected`, or where they have none their own. Of a period nothing "
    "is expected: with `during` it is the same as `status`.",
    why="no status of that name",
    example="operating",
    sort=True,
)
DISPUTED = Filter(
    name="disputed",
    form={"type": "string", "enum": ["true"]},
    meaning=(
        "Only records with a visible statement that is disputed, or that `contradicts` links with "
        "another visible one."
    ),
    parse=_true,
    write=lambda _: "true",
    default=False,
)
KIND = choice("kind", FINDABLE, "Only records of this kind; `source` only with `q`.")
Q = Filter(
    name="q",
    form={
        "type": "string",
        "maxLength": LONGEST_QUERY,
        "pattern": forms.WORDS,
        "examples": ['"gamma ray" bu', "中微子"],
    },
    meaning=(
        "Words, all of which a card, a statement or a source must have. A phrase stands in "
        "double quotes, a minus leaves out the records that have a word anywhere, `*` stands "
        "after a beginning; the last word is a beginning anyway. Chinese is found by any "
        "characters in a row."
    ),
    parse=_query,
)
NEAR = Filter(
    name="near",
    form={**forms.PLACE, "examples": ["39.9,116.4"]},
    meaning=(
        "Latitude and longitude in degrees: gives `distance_km`, and leaves out what has no place."
    ),
    parse=_point,
    write=lambda point: ",".join(map(_short, point)),
)
RADIUS = Filter(
    name="radius",
    form={
        "type": "number",
        "exclusiveMinimum": 0,
        "exclusiveMaximum": 100_000,
        "multipleOf": 0.001,
        "examples": [100],
    },
    meaning="Only what is within so many kilometres of `near`.",
    parse=_radius,
    write=_short,
    needs="near",
)
SORT = choice(
    "sort",
    SORTS,
    "Default: `distance` with `near`, else `relevance` with `q`, else `id`. `since` is "
    "the first possible day of a facility's status; what has none comes last.",
)
FACETS_COUNTED = choices(
    "facets",
    FACETS,
    f"What to count over the whole list, not only the page: {quoted(FACETS)}.",
    why="no facets of that name",
    example=",".join(FACETS),
)
LIMIT_OF_PAGE = Filter(
    name="limit",
    form={"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": LIMIT},
    meaning="How many a page has at most; more is refused.",
    parse=lambda text: whole_number("limit", text, 1, LARGEST_LIMIT),
    default=LIMIT,
)
AFTER = Filter(
    name="after",
    form={"type": "string"},
    meaning="Where the page begins; comes from the `next` of the one before.",
    default="",
)
AFTER_RECORD: Filter = AFTER.but(form=forms.CURSOR)
"""Where a page of records begins: a cursor."""

AFTER_EVENT: Filter = AFTER.but(form=forms.PAGE_OF_EVENTS)
"""Where a page of events begins: a position."""

AFTER_ROW: Filter = AFTER.but(
    form={"type": "string", "pattern": "^[0-9]{1,9}$"},
    parse=_rows_before,
    default=0,
    member="skipped",
)
"""Where a page of rows begins: how many stand before it."""

SHARED: tuple[Parameter, ...] = (
    *CLOCKS, TO_AT, TO_STATED, TO_KNOWN, *PINNING, PROOF, *PART, STATUS, EXPECTED, DISPUTED, KIND,
    Q, NEAR, RADIUS, SORT, FACETS_COUNTED, LIMIT_OF_PAGE, AFTER,
)  # fmt: skip
"""The parameters that several questions take with one meaning."""
