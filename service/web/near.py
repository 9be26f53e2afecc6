"""Names that are near: the facilities that somebody may have meant, by what they wrote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import Any, NamedTuple

import numpy as np

from projections import VALUES
from projections.views.reading import Slice
from service.translations import Language
from service.words import labels

MOST_NEAR = 6
"""So many names are offered."""

MOST_HELD = 2_000
"""Of more facilities than this, none is looked through for its name."""

LONGEST = 60
"""In characters: what is longer is no name."""

ALIKE = 0.66
"""How much of two names must be the same, from 0 to 1."""


class Near(NamedTuple):
    """A record that may be meant, and what it is called."""

    id: str
    name: str


def near_facilities(text: str, world: Slice, lang: Language) -> list[Near]:
    """The facilities of a slice whose ids, names or acronyms are much like a text, the most alike
    first; few or none."""
    asked = _plain(text)
    if not 1 < len(asked) <= LONGEST:
        return []
    found = world.find("record", world.as_of.at)
    found = found.where(found["value"] == VALUES.index("facility"))
    if len(found) > MOST_HELD:
        return []
    order = world.order()
    ids = order.ids_at(np.sort(order.of(found["record"])))
    cards = world.cards(ids)
    scored = [(_likeness(asked, _called(id, card)), id) for id, card in cards.items()]
    best = sorted((-score, id) for score, id in scored if score >= ALIKE)
    return [Near(id, labels.names_of(cards[id], lang)[0]) for _, id in best[:MOST_NEAR]]


def _called(id: str, card: Mapping[str, Any]) -> Iterable[str]:
    """All that a facility is called, made plain."""
    names = (id, card["name"], card.get("acronym", ""), card.get("name_zh", ""))
    return (_plain(name) for name in names if name)


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
