"""Regions: the countries that a question names together.

A region is one of the United Nations' standard country or area codes for statistical use
(M49), so that nobody here decides where one ends: all of Russia is in Eastern Europe; Cyprus,
Turkey, the Caucasus and Kazakhstan are in Asia. Whoever counts otherwise names the countries
instead. What M49 has no line for stands where the United Nations count it, as CLDR has it too:
Taiwan in Eastern Asia. Antarctica (AQ) is in no region.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Region(NamedTuple):
    """A region by its names in M49, and its countries by ISO 3166-1 alpha-2."""

    name: str
    name_zh: str
    countries: frozenset[str]

    @property
    def slug(self) -> str:
        """What a question calls it.

        >>> Region("South-eastern Asia", "东南亚", frozenset()).slug
        'south-eastern-asia'
        """
        return self.name.lower().replace(" ", "-")


def _region(name: str, name_zh: str, codes: str) -> Region:
    return Region(name, name_zh, frozenset(codes.split()))


def _of(name: str, name_zh: str, *parts: Region) -> Region:
    return Region(name, name_zh, frozenset().union(*(part.countries for part in parts)))


_NORTHERN_AFRICA = _region("Northern Africa", "北非", "DZ EG EH LY MA SD TN")
_EASTERN_AFRICA = _region(
    "Eastern Africa", "东非",
    "BI DJ ER ET IO KE KM MG MU MW MZ RE RW SC SO SS TF TZ UG YT ZM ZW",
)  # fmt: skip
_MIDDLE_AFRICA = _region("Middle Africa", "中部非洲", "AO CD CF CG CM GA GQ ST TD")
_SOUTHERN_AFRICA = _region("Southern Africa", "南部非洲", "BW LS NA SZ ZA")
_WESTERN_AFRICA = _region(
    "Western Africa", "西非", "BF BJ CI CV GH GM GN GW LR ML MR NE NG SH SL SN TG"
)
_SUB_SAHARAN_AFRICA = _of(
    "Sub-Saharan Africa", "撒哈拉以南非洲",
    _EASTERN_AFRICA, _MIDDLE_AFRICA, _SOUTHERN_AFRICA, _WESTERN_AFRICA,
)  # fmt: skip

_CARIBBEAN = _region(
    "Caribbean", "加勒比",
    "AG AI AW BB BL BQ BS CU CW DM DO GD GP HT JM KN KY LC MF MQ MS PR SX TC TT VC VG VI",
)  # fmt: skip
_CENTRAL_AMERICA = _region("Central America", "中美洲", "BZ CR GT HN MX NI PA SV")
_SOUTH_AMERICA = _region(
    "South America", "南美洲", "AR BO BR BV CL CO EC FK GF GS GY PE PY SR UY VE"
)
_LATIN_AMERICA = _of(
    "Latin America and the Caribbean", "拉丁美洲和加勒比",
    _CARIBBEAN, _CENTRAL_AMERICA, _SOUTH_AMERICA,
)  # fmt: skip
_NORTHERN_AMERICA = _region("Northern America", "北美洲", "BM CA GL PM US")

_CENTRAL_ASIA = _region("Central Asia", "中亚", "KG KZ TJ TM UZ")
_EASTERN_ASIA = _region("Eastern Asia", "东亚", "CN HK JP KP KR MN MO TW")
_SOUTH_EASTERN_ASIA = _region("South-eastern Asia", "东南亚", "BN ID KH LA MM MY PH SG TH TL VN")
_SOUTHERN_ASIA = _region("Southern Asia", "南亚", "AF BD BT IN IR LK MV NP PK")
_WESTERN_ASIA = _region(
    "Western Asia", "西亚", "AE AM AZ BH CY GE IL IQ JO KW LB OM PS QA SA SY TR YE"
)

_EASTERN_EUROPE = _region("Eastern Europe", "东欧", "BG BY CZ HU MD PL RO RU SK UA")
_NORTHERN_EUROPE = _region(
    "Northern Europe", "北欧", "AX DK EE FI FO GB GG IE IM IS JE LT LV NO SE SJ"
)
_SOUTHERN_EUROPE = _region(
    "Southern Europe", "南欧", "AD AL BA ES GI GR HR IT ME MK MT PT RS SI SM VA"
)
_WESTERN_EUROPE = _region("Western Europe", "西欧", "AT BE CH DE FR LI LU MC NL")

_AUSTRALIA_AND_NEW_ZEALAND = _region(
    "Australia and New Zealand", "澳大利亚和新西兰", "AU CC CX HM NF NZ"
)
_MELANESIA = _region("Melanesia", "美拉尼西亚", "FJ NC PG SB VU")
_MICRONESIA = _region("Micronesia", "密克罗尼西亚", "FM GU KI MH MP NR PW UM")
_POLYNESIA = _region("Polynesia", "波利尼西亚", "AS CK NU PF PN TK TO TV WF WS")

REGIONS: Mapping[str, Region] = {
    region.slug: region
    for region in (
        _of("Africa", "非洲", _NORTHERN_AFRICA, _SUB_SAHARAN_AFRICA),
        _NORTHERN_AFRICA, _SUB_SAHARAN_AFRICA,
        _EASTERN_AFRICA, _MIDDLE_AFRICA, _SOUTHERN_AFRICA, _WESTERN_AFRICA,
        _of("Americas", "美洲", _LATIN_AMERICA, _NORTHERN_AMERICA),
        _LATIN_AMERICA, _CARIBBEAN, _CENTRAL_AMERICA, _SOUTH_AMERICA, _NORTHERN_AMERICA,
        _of(
            "Asia", "亚洲",
            _CENTRAL_ASIA, _EASTERN_ASIA, _SOUTH_EASTERN_ASIA, _SOUTHERN_ASIA, _WESTERN_ASIA,
        ),
        _CENTRAL_ASIA, _EASTERN_ASIA, _SOUTH_EASTERN_ASIA, _SOUTHERN_ASIA, _WESTERN_ASIA,
        _of(
            "Europe", "欧洲",
            _EASTERN_EUROPE, _NORTHERN_EUROPE, _SOUTHERN_EUROPE, _WESTERN_EUROPE,
        ),
        _EASTERN_EUROPE, _NORTHERN_EUROPE, _SOUTHERN_EUROPE, _WESTERN_EUROPE,
        _of(
            "Oceania", "大洋洲",
            _AUSTRALIA_AND_NEW_ZEALAND, _MELANESIA, _MICRONESIA, _POLYNESIA,
        ),
        _AUSTRALIA_AND_NEW_ZEALAND, _MELANESIA, _MICRONESIA, _POLYNESIA,
    )
}  # fmt: skip
"""The regions that a question can name, each before its parts."""
