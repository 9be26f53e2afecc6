"""Compare: two years, two countries, two fields, two facilities, or then and now, with the change
in words and signs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import msgspec

from events.clocks import AsOf, last_day, utc_day
from events.dates import year_of
from events.vocabulary import FIELDS
from projections.views.columns import class_of
from projections.views.reading import Reading
from projections.views.state import Row
from service.asking.errors import TooMuchToCompare
from service.asking.query import Query
from service.comparing.compare import compare_answer
from service.comparing.diff import TO_CLOCKS
from service.comparing.pairing import SIGNS
from service.comparing.question import COMPARE
from service.comparing.sides import TO_PARTS, WHERE, Side, Sides
from service.comparing.summary import label_of
from service.coverage.reading import Holdings
from service.drawing.marks import icon
from service.drawing.sides import Pair, ShownSide, SideMark, SideRow, draw_pairs, draw_sides
from service.pages.drawn.lanes import FAMILIES, interval_words
from service.pages.shell.answering import Visit
from service.pages.shell.clockbar import written, year_text
from service.pages.shell.here import PART
from service.pages.shell.layout import Members, Piece, pieces
from service.pages.shell.like import whole_classes
from service.pages.shell.narrower import parts_of, places_of
from service.pages.shell.pager import ROWS as MOST
from service.pages.shell.pictured import Pictured
from service.pages.shell.placing import places_offered
from service.pages.shell.titling import as_told, headed, part_of_the_world
from service.state.facilities import NUMBER, Facilities
from service.state.row import expected_status
from service.web.response import arguments
from service.words import labels, language
from service.words.names import text_in
from service.words.number import number_text
from service.words.places import WORLD
from service.words.speech import Speech
from service.words.whole_classes import WHOLE

OTHER = (*TO_CLOCKS, *TO_PARTS)
"""The parameters of the second side; without any of them it is ten years after the first, and today
at the latest."""

MOST_TO_CHOOSE = 1000
"""Of more facilities than this none are offered to choose from: their ids are to be written."""

MOST_MARKS = 300
"""How many facilities of a row have a mark, at most."""

MOST_OPEN = 300
"""Of more pairs than this those of each field are folded."""

YEARS = 10

TO_WHERE = {f"to_{name}" for name in WHERE}
"""The parameters of the place of the second side."""

ROWS = (*FAMILIES, ("suspended", ("suspended",)), ("over", ("decommissioned", "cancelled")))
"""The rows of marks under each side."""


def default_sides(texts: Mapping[str, str]) -> dict[str, str] | None:
    """The parameters with two sides, ten years apart: the day that is given is the first, and
    without one today is the second; None where the second side is given. Raises what the clocks
    raise."""
    if any(name in texts for name in OTHER):
        return None
    as_of = arguments(COMPARE.path, texts).clocks()
    if "at" not in texts:
        at = year_text(year_of(as_of.at) - YEARS)
        return {**texts, "at": at, "to_at": written(as_of.at)}
    today = arguments(COMPARE.path, {}).clocks().at
    later = last_day("at", year_text(year_of(as_of.at) + YEARS))
    if as_of.at < today:
        later = min(later, today)
    return {**texts, "to_at": written(later)}


def compare_title(reading: Reading, query: Query, say: Speech) -> str:
    """Which two sides are compared, and what part of the world they share."""
    compared: Sides = query.about
    a, b = compared.a, compared.b
    if b == a._replace(as_of=replace(a.as_of, stated=b.as_of.stated)) != a:
        one, other = (language.date(written(side.as_of.stated), say.lang) for side in (a, b))
        day = language.date(written(a.as_of.at), say.lang)
        what = say("%(day)s, as stated by %(a)s and by %(b)s", day=day, a=one, b=other)
    else:
        one, other = _labels(reading, compared, say)
        what = say("%(a)s compared with %(b)s", a=one, b=other)
    place = a.place if a.place == b.place else WORLD
    part = part_of_the_world(
        place, say,
        field=a.field if a.field == b.field else None,
        class_=a.class_ if a.class_ == b.class_ else None,
    )  # fmt: skip
    if a.record is not None and a.record == b.record:
        part = _name(reading, a, say)
    title = headed(part, what, say)
    # Where the sides differ in what had been said, their labels tell it.
    return as_told(title, a.as_of, say) if a.as_of.stated == b.as_of.stated else title


def _labels(reading: Reading, compared: Sides, say: Speech, *, clocks: bool = True) -> list[str]:
    """What each side is called, by what tells it from the other: of two places not what both are
    about, and not by the clocks `stated` and `known` where these stand beside it."""
    a, b = compared.a, compared.b
    if a.place != b.place:
        if a.field == b.field:
            a, b = a._replace(field=None), b._replace(field=None)
        if a.class_ == b.class_:
            a, b = a._replace(class_=None), b._replace(class_=None)
    if not clocks:
        seen = replace(b.as_of, stated=a.as_of.stated, known=a.as_of.known)
        b = b._replace(as_of=seen)
    return [
        label_of(side, other, _name(reading, side, say), say.lang)
        for side, other in ((a, b), (b, a))
    ]


def _name(reading: Reading, side: Side, say: Speech) -> str:
    """The short name of the facility of a side; empty where it has none."""
    if side.record is None:
        return ""
    card = reading.at(side.as_of).cards([side.record]).get(side.record)
    return labels.names_of(card, say.lang)[0] if card else ""


def compare_page(visit: Visit) -> Members:
    """What the template of the comparison shows."""
    lang, here, say = visit.lang, visit.here, visit.say
    compared: Sides = visit.query.about
    try:
        answer = {**visit.query.head(), **compare_answer(visit.reading, visit.query)}
    except TooMuchToCompare as refused:
        return _too_much(visit, compared, refused.most)
    ids = set(_facilities(answer))
    names: dict[str, str] = {}
    for known in {compared.a.as_of.known, compared.b.as_of.known}:
        names |= visit.names(ids, replace(compared.a.as_of, known=known))
    before, after = _head(compared.a.as_of, compared), _head(compared.b.as_of, compared)
    heads = _labels(visit.reading, compared, say, clocks=False)
    sides = [
        _side(answer, name, head, label=label, named=named, lang=lang, names=names)
        for name, head, label, named in zip(
            "ab", (before, after), _labels(visit.reading, compared, say), heads, strict=True
        )
    ]
    said, sentence = answer["sentence"][lang], pieces(answer["sentence"], lang, here)
    if compared.a == compared.b:
        said = say(
            "Both sides are the same, so there is nothing to compare. Give the second side another"
            " year, place or field, or another day by which it was stated."
        )
        sentence = [Piece(said, None, figure=False)]
    groups = _groups(answer, names, say)
    return {
        **_form(visit, compared),
        "page": visit.page(
            "compare", skip_to="facilities", description=said
        ),
        "answer": answer,
        "sentence": sentence,
        "sides": sides,
        "of_places": compared.a.place != compared.b.place,
        "by_class": _by_class(visit, compared) if _is_of_classes(compared) else [],
        "family_words": {
            "running": say("operating"), "building": say("under construction or commissioning"),
            "planned": say("approved or proposed"), "suspended": say("suspended"),
            "over": say("closed or cancelled"),
        },
        "by_field": _by_field(visit, answer),
        "came": _changed(answer, "came", names),
        "ended": _changed(answer, "ended", names),
        "altered": _changed(answer, "went-on", names) + _changed(answer, "other", names),
        "groups": groups,
        "folded": sum(len(group["rows"]) for group in groups) > MOST_OPEN,
        "grouped": _counted(answer, [side["label"] for side in sides], say),
        "milestones": [
            {
                **each,
                "sign": SIGNS[each["change"]].replace("-", "−"),
                "behind": interval_words(each["days"], lang),
            }
            for each in answer["milestones"]
        ],
        "policies": [
            each for each in answer["policies"] if _ids(each["a"]) != _ids(each["b"])
        ],
        "indicators": answer["indicators"],
        **_series(visit, answer),
        "coverage": (
            "" if compared.a.record is not None else answer["coverage"]["sentence"][lang]
        ),
        "names": names,
        "most": MOST,
        "second": compared.b.as_of,
        "say": say,
    }  # fmt: skip


def compare_pictured(shown: Mapping[str, Any]) -> Pictured:
    """The sides beside each other, and what of them ran in each field."""
    if "answer" not in shown:  # too much to compare
        return Pictured(of_a_day=False)
    label, say = shown["page"].title, shown["say"]
    one, other = (_shown_side(side, shown["family_words"], say) for side in shown["sides"])
    in_time = shown["answer"]["by"] == "record"
    key = None if in_time else (one.label, other.label)
    none = say("none held")
    small = draw_sides(one, other, label=label, narrow=True)
    tables = []
    for rows, title in (
        (shown["by_class"], say("Running, of the classes meant to be whole")),
        (shown["by_field"], say("Running facilities by field")),
    ):
        pairs = [Pair(row["name"], row["a"], row["b"]) for row in rows]
        if not pairs or shown["answer"]["by"] == "milestone":
            continue
        named = say("%(part)s: %(what)s", part=title, what=f"{one.label} → {other.label}")
        tables.append(draw_pairs(pairs, label=named if in_time else title, key=key, none=none))
        if rows is shown["by_class"]:
            small = draw_pairs(pairs, label=title, key=key, none=none, narrow=True)
    sides = draw_sides(one, other, label=label)
    return Pictured(
        # Of two places what can be compared comes first.
        drawings=[*tables, sides] if shown["by_class"] else [sides, *tables],
        small=small,
        of_a_day=False,
        second=shown["second"],
    )


def _shown_side(side: Members, words: Mapping[str, str], say: Speech) -> ShownSide:
    """A side as it is drawn."""
    notes = []
    if side["stated"]:
        day = language.date(side["stated"], say.lang)
        notes.append(say("as stated by %(day)s", day=day))
    if side["known"]:
        notes.append(say("as this log knew it at %(position)s", position=side["known"]))
    rows = [
        SideRow(
            row["count"],
            words[row["family"]],
            dict(ROWS)[row["family"]][0],
            [_mark(each, say) for each in row["marks"]],
            left_out=_left_out(row, say),
            new=row["new"],
            said_new=say.n(
                "%(num)s not so on the first side", "%(num)s not so on the first side", row["new"]
            ),
            number=row["number"],
        )
        for row in side["rows"]
    ]
    return ShownSide(side["named"], say(", ").join(notes), rows)


def _left_out(row: Mapping[str, Any], say: Speech) -> str:
    """That not all of a row is drawn; empty where it is."""
    drawn = len(row["marks"])
    if drawn == row["held"]:
        return ""
    return say("%(shown)s of %(all)s drawn", shown=number_text(drawn), all=number_text(row["held"]))


def _mark(each: Mapping[str, Any], say: Speech) -> SideMark:
    title = say("%(name)s: %(value)s", name=each["name"], value=each["status"])
    return SideMark(each["shown"], title, expected=each["hoped"], new=each["new"])


def _form(visit: Visit, compared: Sides) -> Members:
    """What the form over the page shows."""
    lang, texts = visit.lang, visit.texts
    world = visit.reading.at(visit.query.as_of)
    records = world.stab("record", world.as_of.at)

    def of_class(code: str) -> str:
        changed = {"class": code, "to_class": None, "field": None, "to_field": None}
        return visit.here.url(**changed)

    return {
        "whole_classes": []
        if compared.a.record is not None
        else whole_classes(world, (compared.a.place, compared.b.place), visit.say, of_class),
        "texts": texts,
        "places": places_offered(world, compared.a.place, lang),
        "to_places": places_offered(
            world, compared.b.place if texts.keys() & TO_WHERE else WORLD, lang
        ),
        "of_facilities": compared.a.record is not None,
        "facilities": _named_facilities(visit, records) if compared.a.record is not None else [],
        "other_way": _other_way(visit, compared, records),
        "fields": FIELDS,
        "to_said": _to_said(compared, texts),
        "alone_by_date": not texts.keys() & {*OTHER} - {"to_at"},
        "one_place": compared.a.record is None and compared.a.place == compared.b.place,
        "at": written(compared.a.as_of.at),
        "to_at": (
            written(compared.b.as_of.at)
            if "to_at" in texts or compared.a.as_of.at != compared.b.as_of.at
            else ""
        ),
    }  # fmt: skip


def _to_said(compared: Sides, texts: Mapping[str, str]) -> str:
    """Which sources the second side hears: the "same" as the first, "all" to date, or up to a
    "day"."""
    if "to_stated" not in texts:
        return "same"
    as_of = compared.b.as_of
    is_all = as_of.known_at is not None and as_of.stated >= utc_day(as_of.known_at)
    return "all" if is_all else "day"


def _too_much(visit: Visit, compared: Sides, most: int) -> Members:
    """The page where a side has more rows than are compared: what to ask for less of, with the
    facilities of each part of the first side, as far as they are few enough."""
    here, side = visit.here, compared.a
    slice = visit.reading.at(
        side.as_of, countries=side.place.codes, field=side.field, class_=side.class_
    )

    def url(name: str, value: str) -> str:
        region = {"region": None, "to_region": None} if name == "country" else {}
        return here.url(**{**region, name: value})

    parts = parts_of(places_of(slice), visit.lang, url)
    # A part of which each side has another already is no part of both.
    free = {name: parts[name] for name in parts if f"to_{name}" not in here.texts}
    said = visit.say(
        "This is too much to compare at once: a side has more than %(most)s facilities, policies or"
        " readings. Ask for a part of it:",
        most=number_text(most),
    )
    return {
        **_form(visit, compared),
        "page": visit.page("compare", description=said),
        "too_much": said,
        "parts": {
            name: few
            for name, found in free.items()
            if (few := [part for part in found if part.facilities <= most])
        },
        "sides": [
            {"label": language.brief_date(written(each.as_of.at), visit.lang)}
            for each in (compared.a, compared.b)
        ],
    }


def _head(as_of: AsOf, compared: Sides) -> Members:
    """The clocks over a side: its day, and the others in which the sides differ."""
    a, b = compared.a.as_of, compared.b.as_of
    return {
        "at": written(as_of.at),
        "stated": written(as_of.stated) if a.stated != b.stated else None,
        "known": f"@{as_of.known}" if a.known != b.known else None,
    }


def _side(
    answer: Mapping[str, Any],
    name: str,
    head: Members,
    *,
    label: str,
    named: str,
    lang: str,
    names: Mapping[str, str],
) -> Members:
    """A side: its label, how it is `named` over its clocks, and for each row of statuses a count
    and marks: of many facilities some, those that are new in true proportion."""
    side = answer[name]
    totals = (side["expected"] or side["totals"])["status"]
    beside = {held.id: held.status for held in _held(answer, "a" if name == "b" else "b")}
    rows = []
    for family, statuses in ROWS:
        found = [held for held in _held(answer, name) if held.status in statuses]
        found.sort(key=lambda held: (statuses.index(held.status), held.id))
        rows.append(
            {
                "family": family,
                "count": sum(totals.get(status, 0) for status in statuses),
                "number": _number(side, totals, statuses),
                "marks": [
                    {
                        "id": held.id,
                        "icon": icon(held.status, expected=held.expected),
                        "name": names.get(held.id, held.id),
                        "status": labels.label(held.status, lang),
                        "shown": held.status,
                        "hoped": held.expected,
                        "new": answer["by"] == "record"
                        and name == "b"
                        and beside.get(held.id) not in statuses,
                    }
                    for held in found
                ],
            }
        )
    for row in rows:
        marks = sorted(row["marks"], key=lambda mark: mark["new"])
        row["held"], row["new"] = len(marks), sum(mark["new"] for mark in marks)
        row["marks"] = in_proportion(marks, MOST_MARKS)
    if answer["by"] == "milestone":
        rows = [row for row in rows if row["count"]] or rows[:1]
    label, named = (text[:1].upper() + text[1:] for text in (label, named))
    return {"label": label, "named": named, "long": len(named) > 5, "rows": rows, **head}


def in_proportion(those: Sequence[Any], most: int) -> list[Any]:
    """So many at most of what stands sorted, evenly chosen, so that each sort keeps its share.

    >>> in_proportion("aaaaaabbb", 3), in_proportion("ab", 3)
    (['a', 'a', 'b'], ['a', 'b'])
    """
    count = len(those)
    if count <= most:
        return list(those)
    return [those[(2 * at + 1) * count // (2 * most)] for at in range(most)]


def _number(side: Members, totals: Mapping[str, int], statuses: Sequence[str]) -> str:
    """How many have one of some statuses, as the sentence has it: from the least to the most."""
    count = sum(totals.get(status, 0) for status in statuses)
    [status, *others] = statuses
    ranged = side["totals"]["range"].get(status)
    if others or side["expected"] or ranged is None or ranged["certain"] == ranged["possible"]:
        return number_text(count)
    return f"{number_text(ranged['certain'])}–{number_text(ranged['possible'])}"


class _Held(NamedTuple):
    """A facility with the status that it has, or is expected to have."""

    id: str
    status: str
    expected: bool


def _held(answer: Mapping[str, Any], name: str) -> list[_Held]:
    """The facilities of a side, as far as the pairs name them."""
    if answer["by"] == "record":
        rows = [(pair["id"], pair[name]) for pair in answer["pairs"] if pair[name] is not None]
    else:
        facility = answer[name]["facility"]
        rows = [] if facility is None else [(facility["id"], facility)]
    held = ((id, row, _hoped(row)) for id, row in rows)
    return [_Held(id, status, hoped) for id, row, hoped in held if (status := expected_status(row))]


def _hoped(row: Mapping[str, Any]) -> bool:
    """Whether a facility is only expected to be what it is shown as."""
    return row.get("certainty") == "last-known" and bool(row.get("expected"))


def _facilities(answer: Mapping[str, Any]) -> Iterable[str]:
    for pair in answer["pairs"]:
        if "id" in pair:
            yield pair["id"]
        for name in ("a", "b"):
            yield from (pair[name] or {}).get("facilities", ())
    for name in ("a", "b"):
        if answer[name]["facility"]:
            yield answer[name]["facility"]["id"]


def _totals(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """What a side counts: beyond the horizon, what is expected."""
    totals: Mapping[str, Any] = answer[name]["expected"] or answer[name]["totals"]
    return totals


def _by_field(visit: Visit, answer: Mapping[str, Any]) -> list[Members]:
    """How many ran in each field on either side; of places of which nothing is held in a field,
    None: that nothing was collected does not say that nothing ran."""
    compared: Sides = visit.query.about
    a, b = (_totals(answer, name)["operating_by_field"] for name in ("a", "b"))
    fields = [field for field in FIELDS if a.get(field) or b.get(field)]
    counts: list[list[int | None]] = [[of.get(field, 0) for field in fields] for of in (a, b)]
    if answer["by"] == "field":
        for side, of in zip((compared.a, compared.b), counts, strict=True):
            holdings = Holdings(visit.reading, side.as_of.known, side.place.codes)
            classes = [] if side.class_ is None else [side.class_]
            for at, field in enumerate(fields):
                if not holdings.of(side.place, [field], classes).facilities:
                    of[at] = None
    names = [labels.label(field, visit.lang) for field in fields]
    return _beside(zip(names, *counts, strict=True))


def _by_class(visit: Visit, compared: Sides) -> list[Members]:
    """How many ran on either side of each class that is meant to be whole in all countries."""
    counts = []
    for side in (compared.a, compared.b):
        slice = visit.reading.at(side.as_of, countries=side.place.codes, field=side.field)
        found = Facilities(slice)
        records = slice.find("record", side.as_of.at)
        running = found.would[found.places(records)] == NUMBER["operating"]
        counts.append(Counter(map(class_of, records["place"][running].tolist())))
    a, b = counts
    return _beside(
        (labels.label(code, visit.lang), a[code], b[code]) for code in WHOLE if a[code] or b[code]
    )


def _is_of_classes(compared: Sides) -> bool:
    """Whether two places are compared, each with facilities of several classes."""
    a, b = compared.a, compared.b
    return a.place != b.place and a.field == b.field and a.class_ is b.class_ is None


def _beside(rows: Iterable[tuple[str, int | None, int | None]]) -> list[Members]:
    """Rows of a name and two counts, with the greatest of all."""
    found = [{"name": name, "a": a, "b": b} for name, a, b in rows]
    most = max((max(row["a"] or 0, row["b"] or 0) for row in found), default=1) or 1
    return [{**row, "most": most} for row in found]


def _changed(answer: Mapping[str, Any], change: str, names: Mapping[str, str]) -> list[Members]:
    if answer["by"] != "record":
        return []
    return [
        {"id": pair["id"], "name": names.get(pair["id"], pair["name"])}
        for pair in answer["pairs"]
        if pair["change"] == change
    ]


def _groups(answer: Mapping[str, Any], names: Mapping[str, str], say: Speech) -> list[Members]:
    """Facility by facility within each field, where both sides are the same part of the world."""
    if answer["by"] != "record":
        return []
    groups = []
    for field in FIELDS:
        pairs = [pair for pair in answer["pairs"] if pair["field"] == field]
        if not pairs:
            continue
        pairs.sort(key=lambda pair: (_ORDER[pair["change"]], pair["id"]))
        rows = []
        for pair in pairs:
            sign, words = _became(pair, say)
            rows.append(
                {
                    "id": pair["id"],
                    "name": names.get(pair["id"], pair["name"]),
                    "a": _cell(pair["a"], say.lang),
                    "b": _cell(pair["b"], say.lang),
                    "same": pair["change"] == "same",
                    "sign": sign,
                    "words": words,
                }
            )
        ran = [_totals(answer, name)["operating_by_field"].get(field, 0) for name in ("a", "b")]
        groups.append(
            {"title": labels.label(field, say.lang), "field": field, "ran": ran, "rows": rows}
        )
    return groups


_ORDER = {"came": 0, "went-on": 1, "other": 2, "ended": 3, "same": 4}


def _cell(row: Mapping[str, Any] | None, lang: str) -> Members | None:
    if row is None:
        return None
    hoped = _hoped(row)
    status = expected_status(row)
    if status is None:
        return {"icon": icon("proposed", expected=True), "word": "–"}
    return {"icon": icon(status, expected=hoped), "word": labels.label(status, lang)}


def _became(pair: Mapping[str, Any], say: Speech) -> tuple[str, str]:
    """What a facility became from one side to the other: a sign, and words."""
    a, b = pair["a"], pair["b"]
    if a is not None and _hoped(a) and not (b is not None and _hoped(b)):
        return _came(a["expected"]["status"], b, say)
    sign = SIGNS[pair["change"]].replace("-", "−")
    if pair["change"] == "same":
        return sign, say("as before")
    if b is None or b["status"] is None:
        return sign, say("not on the second side")
    after, since = labels.label(b["status"], say.lang), _since(b, say.lang)
    if a is None or a["status"] is None:
        return sign, say("%(status)s since %(date)s", status=after, date=since)
    before = labels.label(a["status"], say.lang)
    return (
        sign,
        say("from %(before)s to %(after)s, %(date)s", before=before, after=after, date=since),
    )


def _came(hoped: str, b: Mapping[str, Any] | None, say: Speech) -> tuple[str, str]:
    """What became of a facility that was expected to have a status: a sign, and words."""
    before = labels.label(hoped, say.lang)
    if b is None or b["status"] is None:
        return "−", say("expected: %(before)s; not begun", before=before)
    if b["status"] == hoped:
        return "=", say("as expected, %(date)s", date=_since(b, say.lang))
    return (
        "~",
        say(
            "expected: %(before)s; %(after)s since %(date)s",
            before=before, after=labels.label(b["status"], say.lang), date=_since(b, say.lang),
        ),
    )  # fmt: skip


def _since(row: Mapping[str, Any], lang: str) -> str:
    return language.brief_date(row["since"]["date"], lang) if row["since"] else ""


def _counted(answer: Mapping[str, Any], sides: Sequence[str], say: Speech) -> list[Members]:
    """Group beside group, where the sides are different parts of the world."""
    if answer["by"] not in ("field", "status"):
        return []
    words = {
        "only-a": say("only %(side)s", side=sides[0]),
        "only-b": say("only %(side)s", side=sides[1]),
        "same": say("as many"),
        "other": say("differs"),
    }
    return [
        {
            "title": labels.label(pair[answer["by"]], say.lang),
            "same": pair["change"] == "same",
            "words": words[pair["change"]],
            **{
                name: None
                if pair[name] is None
                else {
                    "count": pair[name]["count"],
                    "counts": [
                        f"{labels.label(code, say.lang)} {count}"
                        for code, count in pair[name]["counts"].items()
                    ],
                    "facilities": pair[name]["facilities"],
                }
                for name in ("a", "b")
            },
        }
        for pair in answer["pairs"]
    ]


def _series(visit: Visit, answer: Mapping[str, Any]) -> Members:
    """What the series of an answer are called, `titles` by the ids of their readings: as on their
    cards, else by the title of the reading; and `units` by series, in words."""
    series = {
        reading["id"]: reading["series"]
        for pair in answer["indicators"]
        for reading in (pair["a"], pair["b"])
        if reading is not None
    }
    compared: Sides = visit.query.about
    later = max(compared.a.as_of, compared.b.as_of, key=lambda point: point.known)
    slice, lang = visit.reading.at(later), visit.lang
    cards = slice.cards(set(series.values()))
    texts = slice.statements(id for id in series if series[id] not in cards)
    titles = {id: text_in(msgspec.json.decode(text), "title", lang) for id, text in texts.items()}
    named = {id: card for id, of in series.items() if (card := cards.get(of))}
    return {
        "titles": titles | {id: text_in(card, "name", lang) for id, card in named.items()},
        "units": {
            pair["series"]: labels.unit_of(pair["unit"], cards.get(pair["series"]), lang)
            for pair in answer["indicators"]
        },
    }


def _ids(decisions: Iterable[Mapping[str, Any]]) -> list[str]:
    return [each["id"] for each in decisions]


def _facility_ids(records: Iterable[Row]) -> list[str]:
    return sorted(row.record for row in records if row.value == "facility")


def _named_facilities(visit: Visit, records: Iterable[Row]) -> list[tuple[str, str]]:
    """The ids and the names of facilities to choose from, where there are not too many."""
    ids = _facility_ids(records)
    if len(ids) > MOST_TO_CHOOSE:
        return []
    names = visit.names(ids)
    return [(id, names[id]) for id in ids if id in names]


def _other_way(visit: Visit, compared: Sides, records: Iterable[Row]) -> str:
    """The URL that compares parts of the world in place of facilities, or the other way round."""
    if compared.a.record is not None:
        return visit.here.url(record=None, to_record=None, to_at=None)
    ids = _facility_ids(records)[:2]
    if len(ids) < 2:
        return ""
    parts = dict.fromkeys((*PART, *(f"to_{name}" for name in PART), "to_at"))
    return visit.here.url(**parts, record=ids[0], to_record=ids[1])
