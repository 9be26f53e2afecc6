"""Regions: the countries that a trend counts together.

A region is one of the United Nations' standard country or area codes for statistical
use (M49), so that nobody here decides where one ends. Europe is their region 150: all of
Russia is in it; Cyprus, Turkey, the Caucasus and Kazakhstan are in Asia. Whoever counts
otherwise names the countries instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Region(NamedTuple):
    """Countries by ISO 3166-1 alpha-2, and the code of M49 by which CLDR has the region's name."""

    m49: str
    countries: frozenset[str]


REGIONS: Mapping[str, Region] = {
    "europe": Region(
        "150",
        frozenset({
            # eastern
            "BG", "BY", "CZ", "HU", "MD", "PL", "RO", "RU", "SK", "UA",
            # northern
            "AX", "DK", "EE", "FI", "FO", "GB", "GG", "IE", "IM", "IS", "JE", "LT",
            "LV", "NO", "SE", "SJ",
            # southern
            "AD", "AL", "BA", "ES", "GI", "GR", "HR", "IT", "ME", "MK", "MT", "PT",
            "RS", "SI", "SM", "VA",
            # western
            "AT", "BE", "CH", "DE", "FR", "LI", "LU", "MC", "NL",
        }),
    ),
}  # fmt: skip
"""The regions that a question can name."""
