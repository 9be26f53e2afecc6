"""Names that are near: the facilities that somebody may have meant, by what they wrote."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from projections import VALUES
from projections.views.reading import Slice
from service.translations import Language
from service.words import labels
from service.words.places import WORLD, Place

MOST_NEAR = 6
"""So many names are offered."""

MOST_HELD = 2_000
"""Of more facilities than this, none is looked through for its name."""

LONGEST = 60
"""In characters: what is longer is no name."""

ALIKE = 0.66
"""How much of two names must be the same, from 0 to 1."""


NEARLY_THE_SAME = 0.85
"""The same of two names of which one is perhaps meant to be the other."""

SHORT = 6
"""In characters: what is shorter is nearly the same as too much."""

FIRST_OF_CHINESE = "\u3400"
"""Letters from here on are Chinese, or as good as that to who looks for a name."""


class Near(NamedTuple):
    """A record that may be meant, and what it is called."""

    id: str
    name: str


def near_facilities(text: str, world: Slice, lang: Language, *, first: Place = WORLD) -> list[Near]:
    """The facilities of a slice whose ids, names or acronyms are much like a text: those of a place
    first, then the most alike; few or none."""
    asked = _plain(text)
    if not 1 < len(asked) <= LONGEST:
        return []
    cards = _cards(world)
    shared = _sharing(asked, {id: card.get("name_zh", "") for id, card in cards.items()})
    scored = [
        (max(_likeness(asked, _called(id, card)), shared.get(id, 0.0)), id)
        for id, card in cards.items()
    ]
    best = sorted(
        (not first.has(cards[id].get("country", "")), -score, id)
        for score, id in scored
        if score >= ALIKE
    )
    return [Near(id, labels.names_of(cards[id], lang)[0]) for *_, id in best[:MOST_NEAR]]


def alike_facilities(names: Iterable[str], world: Slice, lang: Language) -> list[Near]:
    """The facilities of a slice that are called as one of some names, or nearly so, by id; short
    names are the same or not."""
    asked = [_plain(name)[:LONGEST] for name in names]
    cards = _cards(world) if asked else {}
    return [
        Near(id, labels.names_of(card, lang)[0])
        for id, card in sorted(cards.items())
        if any(_are_alike(each, [*_called(id, card)]) for each in asked)
    ][:MOST_NEAR]


def _are_alike(asked: str, names: Collection[str]) -> bool:
    long = [name for name in names if len(name) >= SHORT]
    return asked in names or (len(asked) >= SHORT and _likeness(asked, long) >= NEARLY_THE_SAME)


def _cards(world: Slice) -> Mapping[str, Mapping[str, Any]]:
    """The cards of the facilities of a slice by id; none where there are too many."""
    found = world.find("record", world.as_of.at)
    found = found.where(found["value"] == VALUES.index("facility"))
    if len(found) > MOST_HELD:
        return {}
    order = world.order()
    return world.cards(order.ids_at(np.sort(order.of(found["record"]))))


def _called(id: str, card: Mapping[str, Any]) -> Iterable[str]:
    """All that a facility is called, made plain."""
    names = (id, card["name"], card.get("acronym", ""), card.get("name_zh", ""))
    return (_plain(name) for name in names if name)


def _sharing(asked: str, names: Mapping[str, str]) -> dict[str, float]:
    """How much of what was asked in Chinese each name has, by id: two characters in a row count the
    more, the fewer names have them. The name that has most of it counts as one.

    >>> names = {"fast": "中国天眼", "a": "天马望远镜", "b": "巡天望远镜", "c": "郭守敬望远镜"}
    >>> {id: round(part, 2) for id, part in _sharing("天眼望远镜", names).items()}["a"]
    0.67
    >>> _sharing("tianyan", names)
    {}
    """
    pairs = {one + two for one, two in pairwise(asked) if min(one, two) >= FIRST_OF_CHINESE}
    weights: dict[str, float] = defaultdict(float)
    for pair in pairs:
        ids = [id for id, name in names.items() if pair in name]
        for id in ids:
            weights[id] += 1 / len(ids)
    most = max(weights.values(), default=1.0)
    return {id: weight / most for id, weight in weights.items()}


def _likeness(asked: str, names: Iterable[str]) -> float:
    """How like the nearest of some names is to what was asked, from 0 to 1.

    >>> _likeness("jnuo", ["juno"]), _likeness("juno", ["lhaaso"])
    (0.75, 0.0)
    """
    matcher = SequenceMatcher(b=asked, autojunk=False)
    best = 0.0
    for name in names:
        if min(len(asked), len(name)) > 2 and (name.startswith(asked) or asked.startswith(name)):
            best = max(best, 0.9)
            continue
        matcher.set_seq1(name[:LONGEST])
        # Each of these is an upper bound of the next, and costs less.
        if matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE:
            best = max(best, matcher.ratio())
    return best


def _plain(text: str) -> str:
    """A text without what people write in many ways: case, blanks, hyphens, points.

    >>> _plain("CEPC-SPPC "), _plain("江门 中微子")
    ('cepcsppc', '江门中微子')
    """
    return "".join(letter for letter in text.casefold() if letter.isalnum())
