"""How well what was found answers the words that were looked for, in thousandths."""

from __future__ import annotations

from collections.abc import Sequence

from projections.views.search import Hit

CARD, TITLE, TEXT = 3, 2, 1
"""Where the words stand: in what names the record, in a title, elsewhere."""


def score(hits: Sequence[Hit], letters: int) -> int:
    """How well a record answers: its best text, and a little for each more.

    The log beyond the clocks has no part in it, so it stays as it is.
    """
    if not hits:
        return 0
    return max(weight(hit, letters) for hit in hits) + 1000 - 1000 // len(hits)


def weight(hit: Hit, letters: int) -> int:
    """How well a text answers, in thousandths: where the words stand, and how much of what
    names the text they are."""
    if not hit.named:
        return 2000 * TEXT
    where = CARD if hit.card and hit.stream.startswith("record:") else TITLE
    return 2000 * where + min(1000, 1000 * letters // hit.size)
