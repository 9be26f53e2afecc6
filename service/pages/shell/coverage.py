"""What the chronicle holds of a part of the world, so that no number is taken for all there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from projections.views.state import Row
from service.words.places import Place, place_name
from service.words.speech import Speech


def coverage(rows: Iterable[Row], places: Iterable[Place], say: Speech) -> str:
    """A sentence that says how many facilities the counts of a page are of.

    `rows` hold every record that exists at the clocks.
    """
    held = Counter(row.country for row in rows if row.value == "facility")
    whole = held.total()
    wanted = [place for place in dict.fromkeys(places) if place]
    if not wanted:
        return say.n(
            "Counted are the %(num)s facility and what is told of it in this chronicle.",
            "Counted are the %(num)s facilities of this chronicle, which does not hold all there"
            " are.",
            whole,
        )
    parts = [
        say(
            "%(number)s of %(country)s",
            number=sum(held[code] for code in place.among), country=place_name(place, say.lang),
        )
        for place in wanted
    ]  # fmt: skip
    return say(
        "Counted are facilities of this chronicle, which does not hold all there are: %(parts)s,"
        " %(all)s in all.",
        parts=say(", ").join(parts), all=whole,
    )  # fmt: skip
