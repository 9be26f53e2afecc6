"""Which status each facility had at any three clocks, as rows that every peer can hold.

All that the peers are given comes from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from service.archive import Archive


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
    for box in archive.state.every(archive.views.db(), "status"):
        row = box.row
        clocks = (row.vf, row.vt, box.sf, box.st, box.kf, box.kt)
        yield RowVersion(row.record, row.country, row.field, row.value, row.odds, *clocks)
