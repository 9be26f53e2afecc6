"""Which status each facility had at any three clocks, as rows that every peer can hold.

All that the peers are given comes from here, and the one query that knows how the views keep it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from service.archive import Archive

STATUS_ROWS = """
    SELECT record, country, field, value, odds, vf, vt, sf, st, kf, kt
    FROM spans
    WHERE facet = 'status'
    ORDER BY id
"""


class RowVersion(NamedTuple):
    """A status, and when it holds: from and to on the clocks `at`, `stated` and `known`, each
    half-open. Open ends are -2^62 and 2^62."""

    facility: str
    country: str
    field: str
    status: str
    """Empty where the facility had none."""
    odds: int
    """What else it may have been, as bits."""
    vf: int
    vt: int
    sf: int
    st: int
    kf: int
    kt: int


def row_versions(archive: Archive) -> Iterator[RowVersion]:
    """All that a chronicle ever held of its facilities, in the order in which it came to it."""
    return map(RowVersion._make, archive.views.db().execute(STATUS_ROWS))
