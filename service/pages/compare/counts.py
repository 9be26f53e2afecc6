"""How many facilities run on either side, by field and by the classes meant to be whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from events.vocabulary import FIELDS
from service.comparing.pairing import Found
from service.comparing.sides import Sides
from service.comparing.summary import running_by_class
from service.coverage.reading import Holdings
from service.pages.compare.side import totals_of
from service.pages.shell.answering import Visit
from service.pages.shell.layout import Members
from service.translations import Language
from service.words import labels
from service.words.whole_classes import WHOLE


def by_field(visit: Visit, answer: Mapping[str, Any]) -> list[Members]:
    """How many ran in each field on either side; of places of which nothing is held in a field,
    None: that nothing was collected does not say that nothing ran."""
    compared: Sides = visit.query.about
    a, b = (totals_of(answer, name)["operating_by_field"] for name in ("a", "b"))
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


def by_class(compared: Sides, found: Iterable[Found], lang: Language) -> list[Members]:
    """How many ran on either side of each class that is meant to be whole in all countries, where
    two places are compared, each with facilities of several classes; by what was `found` of each.
    """
    if not _is_of_classes(compared):
        return []
    a, b = (running_by_class(side.facilities.values(), WHOLE) for side in found)
    return _beside(
        (labels.label(code, lang), a[code], b[code]) for code in WHOLE if a[code] or b[code]
    )


def _is_of_classes(compared: Sides) -> bool:
    a, b = compared.a, compared.b
    return a.place != b.place and a.field == b.field and a.class_ is b.class_ is None


def _beside(rows: Iterable[tuple[str, int | None, int | None]]) -> list[Members]:
    """Rows of a name and two counts, with the greatest of all."""
    found = [{"name": name, "a": a, "b": b} for name, a, b in rows]
    most = max((max(row["a"] or 0, row["b"] or 0) for row in found), default=1) or 1
    return [{**row, "most": most} for row in found]
