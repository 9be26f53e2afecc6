"""What each side of a comparison comes to: its label, its counts, and the sentence about both."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from events.dates import civil, display, iso, parse
from events.vocabulary import FIELDS, STATUSES
from service.asking.filters import PART
from service.asking.parameter import written
from service.asking.query import Query
from service.comparing.pairing import Found
from service.comparing.sides import Side, Sides
from service.sentences.compare import SideShown, compare_sentence
from service.sentences.coverage import Covered
from service.sentences.sentence import Name, Sentence
from service.sentences.voice import Count
from service.state.row import expected_status
from service.translations import LANGUAGES, Language, translations
from service.words.labels import part_phrase
from service.words.places import place_name
from service.words.whole_classes import WHOLE

Members = dict[str, Any]


def side_members(found: Found, side: Side, other: Side) -> Members:
    """The members of `SideSchema`: the label of a side, and counts of all that it has."""
    by_field: dict[str, Counter[str]] = defaultdict(Counter)
    for row in found.held().values():
        by_field[row["field"]][row["status"]] += 1
    return {
        "label": {
            lang: label_of(side, other, _called(found.card, lang), lang) for lang in LANGUAGES
        },
        "totals": found.totals,
        "by_field": {
            field: {status: by_field[field][status] for status in STATUSES if status in counts}
            for field in FIELDS
            if (counts := by_field.get(field))
        },
        "expected": _expected(found, side),
        "policies": len(found.policies),
        "discoveries_to_date": found.to_date,
        "facility": found.facilities.get(side.record or "", None),
    }


def _expected(found: Found, side: Side) -> Members | None:
    """Beyond the horizon, how many are expected to have each status, those without a plan by the
    one that they had last."""
    if side.as_of.at <= side.as_of.stated:
        return None
    counts: Counter[str] = Counter()
    running: Counter[str] = Counter()
    for row in found.facilities.values():
        status = expected_status(row)
        if status is not None:
            counts[status] += 1
        if status == "operating":
            running[row["field"]] += 1
    return {
        "status": {status: counts[status] for status in STATUSES if status in counts},
        "operating_by_field": {field: running[field] for field in FIELDS if field in running},
    }


def label_of(side: Side, other: Side, name: str, lang: Language) -> str:
    """In what a side differs from the other: part of the world, clocks; at least the day. `name` is
    that of its facility, if it is one."""
    parts = []
    clocks = side.as_of
    if side._replace(as_of=other.as_of) != other:
        parts += _about(side, name, lang)
    if clocks.at != other.as_of.at or not parts:
        parts.append(_day(clocks.at, lang))
    if clocks.stated != other.as_of.stated:
        said = _day(clocks.stated, lang)
        parts.append(f"as said by {said}" if lang == "en" else f"截至{said}所述")
    if clocks.known != other.as_of.known:
        parts.append(
            f"as recorded at @{clocks.known}" if lang == "en" else f"记录至@{clocks.known}"
        )
    return (", " if lang == "en" else "，").join(parts)


def running_by_class(rows: Iterable[Members], classes: Collection[str]) -> Counter[str]:
    """How many of some facilities run, or are expected to, of each of some classes."""
    running = (row for row in rows if expected_status(row) == "operating")
    return Counter(row["class"] for row in running if row.get("class") in classes)


def _called(card: Mapping[str, Any], lang: Language) -> str:
    """What a facility is called in full, by its card; empty without one."""
    name = card.get("name_zh") if lang == "zh" else None
    return str(name or card.get("name") or "")


def _about(side: Side, name: str, lang: Language) -> list[str]:
    if side.record is not None:
        return [name or side.record]
    parts = []
    if side.place:
        parts.append(place_name(side.place, lang))
    if side.field is not None or side.class_ is not None:
        parts.append(part_phrase(side.field, side.class_, lang))
    return parts or [translations(lang).pgettext("side", "all countries")]


def _day(day: int, lang: Language) -> str:
    """A day in words; the last one of a year or month as that year or month.

    >>> from events.dates import day
    >>> _day(day(2013, 12, 31), "en"), _day(day(2013, 5, 30), "zh")
    ('2013', '2013年5月30日')
    """
    year, month, _ = civil(day)
    written = iso(day)
    if not 0 <= year <= 9999:
        return written
    if civil(day + 1)[0] > year:
        written = f"{year:04d}"
    elif civil(day + 1)[1] > month:
        written = f"{year:04d}-{month:02d}"
    return display(parse(written), lang)


def sides_sentence(a: Found, b: Found, sides: Sides, held: Sequence[Covered]) -> Sentence:
    """What the comparison says in words, of sides of which so much is held; it takes a promise for
    what it says."""
    ran, run = (
        {id for id, row in found.facilities.items() if expected_status(row) == "operating"}
        for found in (a, b)
    )
    left, right = _sided(a, sides.a, b.card), _sided(b, sides.b, a.card)
    return compare_sentence(
        left, right, started=len(run - ran), stopped=len(ran - run), covered=held
    )


def _sided(found: Found, side: Side, card: Members) -> SideShown:
    """A side as the sentence takes it. A facility that is not there bears its other name."""
    clocks = side.as_of
    name, status = None, None
    beyond = clocks.at > clocks.stated
    status_filter = "expected" if beyond else "status"
    path, part = "/v1/state", {**written(PART, side), status_filter: "operating"}
    if side.record is not None:
        path, part = f"/v1/records/{side.record}", {}
        card = found.card or card
        name = Name.of(card, Query(path, clocks, part).pinned if found.card else None)
        status = next((expected_status(row) for row in found.facilities.values()), None)
    ranged = found.totals["range"].get("operating", {"certain": 0, "possible": 0})
    running: Count = (ranged["certain"], ranged["possible"])
    if beyond:
        running = sum(expected_status(row) == "operating" for row in found.facilities.values())
    elif ranged["certain"] == ranged["possible"]:
        running = found.totals["status"].get("operating", 0)
    whole = running_by_class(found.facilities.values(), WHOLE)
    return SideShown(
        at=clocks.at,
        stated=clocks.stated,
        known=clocks.known,
        place=side.place,
        field=side.field,
        class_=side.class_,
        running=running,
        whole=whole.total(),
        name=name,
        status=status,
        recorded=side.record is None or bool(found.card),
        href=Query(path, clocks, part).pinned,
    )
