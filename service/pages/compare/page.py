"""Compare: two years, two countries, two fields, two facilities, or then and now, with the change
in words and signs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from service.asking.errors import TooMuchToCompare
from service.comparing.compare import both_sides, side_by_side
from service.comparing.sides import Sides
from service.pages.compare.asked import form
from service.pages.compare.changes import (
    by_facility,
    by_group,
    changed,
    milestones_apart,
    policies_that_differ,
)
from service.pages.compare.counts import by_class, by_field
from service.pages.compare.naming import series_named, side_labels
from service.pages.compare.side import side_shown
from service.pages.shell.answering import Visit
from service.pages.shell.clockbar import written
from service.pages.shell.layout import Members, Piece, pieces
from service.pages.shell.narrower import parts_of, places_of
from service.pages.shell.pager import ROWS as MOST
from service.words import language
from service.words.number import number_text

MOST_OPEN = 300
"""Of more pairs than this those of each field are folded."""


def compare_page(visit: Visit) -> Members:
    """What the template of the comparison shows."""
    lang, here, say = visit.lang, visit.here, visit.say
    compared: Sides = visit.query.about
    try:
        found = both_sides(visit.reading, compared)
    except TooMuchToCompare as refused:
        return _too_much(visit, compared, refused.most)
    answer = {**visit.query.head(), **side_by_side(visit.reading, compared, *found)}
    ids = set(_facilities(answer))
    names: dict[str, str] = {}
    for known in {compared.a.as_of.known, compared.b.as_of.known}:
        names |= visit.names(ids, replace(compared.a.as_of, known=known))
    called = side_labels(visit.reading, compared, say)
    heads = side_labels(visit.reading, compared, say, clocks=False)
    sides = [
        side_shown(answer, name, compared, label=label, named=named, lang=lang, names=names)
        for name, label, named in zip("ab", called, heads, strict=True)
    ]
    said, sentence = answer["sentence"][lang], pieces(answer["sentence"], lang, here)
    if compared.a == compared.b:
        said = say(
            "Both sides are the same, so there is nothing to compare. Give the second side another"
            " year, place or field, or another day by which it was stated."
        )
        sentence = [Piece(said, None, figure=False)]
    groups = by_facility(answer, names, say)
    return {
        **form(visit, compared),
        "page": visit.page("compare", skip_to="facilities", description=said),
        "answer": answer,
        "sentence": sentence,
        "sides": sides,
        "of_places": compared.a.place != compared.b.place,
        "by_class": by_class(compared, found, lang),
        "family_words": {
            "running": say("operating"), "building": say("under construction or commissioning"),
            "planned": say("approved or proposed"), "suspended": say("suspended"),
            "over": say("closed or cancelled"),
        },
        "by_field": by_field(visit, answer),
        "came": changed(answer, "came", names),
        "ended": changed(answer, "ended", names),
        "altered": changed(answer, "went-on", names) + changed(answer, "other", names),
        "groups": groups,
        "folded": sum(len(group["rows"]) for group in groups) > MOST_OPEN,
        "grouped": by_group(answer, [side["label"] for side in sides], say),
        "milestones": milestones_apart(answer, lang),
        "policies": policies_that_differ(answer),
        "indicators": answer["indicators"],
        **series_named(visit, answer),
        "coverage": (
            "" if compared.a.record is not None else answer["coverage"]["sentence"][lang]
        ),
        "names": names,
        "most": MOST,
        "second": compared.b.as_of,
        "say": say,
    }  # fmt: skip


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
        **form(visit, compared),
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


def _facilities(answer: Mapping[str, Any]) -> Iterable[str]:
    """The ids of all facilities that an answer names."""
    for pair in answer["pairs"]:
        if "id" in pair:
            yield pair["id"]
        for name in ("a", "b"):
            yield from (pair[name] or {}).get("facilities", ())
    for name in ("a", "b"):
        if answer[name]["facility"]:
            yield answer[name]["facility"]["id"]
