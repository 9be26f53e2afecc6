"""What a comparison calls things: its page, its two sides, and the series of its readings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from projections.views.reading import Reading
from service.asking.query import Query
from service.comparing.sides import Side, Sides
from service.comparing.summary import label_of
from service.pages.shell.answering import Visit
from service.pages.shell.clockbar import written
from service.pages.shell.layout import Members
from service.pages.shell.titling import as_told, headed, part_of_the_world
from service.words import labels, language
from service.words.names import text_in
from service.words.places import WORLD
from service.words.speech import Speech


def compare_title(reading: Reading, query: Query, say: Speech) -> str:
    """Which two sides are compared, and what part of the world they share."""
    compared: Sides = query.about
    a, b = compared.a, compared.b
    if b == a._replace(as_of=replace(a.as_of, stated=b.as_of.stated)) != a:
        one, other = (language.date(written(side.as_of.stated), say.lang) for side in (a, b))
        day = language.date(written(a.as_of.at), say.lang)
        what = say("%(day)s, as stated by %(a)s and by %(b)s", day=day, a=one, b=other)
    else:
        one, other = side_labels(reading, compared, say)
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


def side_labels(
    reading: Reading, compared: Sides, say: Speech, *, clocks: bool = True
) -> list[str]:
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


def series_named(visit: Visit, answer: Mapping[str, Any]) -> Members:
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
