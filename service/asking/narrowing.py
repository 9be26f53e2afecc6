"""How much one answer may read, and by which parameters its question is narrowed."""

from __future__ import annotations

from collections.abc import Collection

MOST_READ = 400_000
"""How many rows an answer may read that is asked for over HTTP, a text of the log counted as
`projections.views.budget.TEXT` of them: about a second of a processor of 2026, and less than
100 MB."""

PARTS = (
    *("record", "country", "region", "field", "class", "kind"),
    *("to_country", "to_region", "to_field", "to_class"),
)
"""What leaves out all but a part, and so has done what it can once it is given."""

WIDENS = {"country": "region", "region": "country", "to_country": "to_region"}
WIDENS |= {other: name for name, other in WIDENS.items()}
"""What is asked for in addition to another parameter, where that is given."""

MEASURES = ("of", "q", "from", "to", "during", "by", "limit", "known")
"""What can be asked for less of, however it was given."""


def narrowing(taken: Collection[str], given: Collection[str]) -> tuple[str, ...]:
    """The parameters by which a question that takes some is asked for less than by those given.

    >>> narrowing(["at", "known", "country", "region", "field", "limit"], ["country"])
    ('field', 'limit', 'known')
    """
    parts = (name for name in PARTS if not {name, WIDENS.get(name)} & {*given})
    left = (*parts, *MEASURES)
    return tuple(name for name in left if name in taken)
