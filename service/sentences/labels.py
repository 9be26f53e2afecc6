"""What fields, statuses and countries are called in each language.

Every word of the closed lists of the chronicle has a name here; countries have
those of Unicode's CLDR.
"""

from __future__ import annotations

from functools import cache, lru_cache

from babel import Locale

from service.translations import Language, translations

LOCALES: dict[Language, Locale] = {"en": Locale.parse("en_GB"), "zh": Locale.parse("zh_Hans")}
"""British English has no comma before the last of a list, as the rest of our texts."""


@cache
def field_name(field: str, lang: Language) -> str:
    """A field of science, in lower case where the language has it; one that has no words yet
    goes by its code.

    >>> field_name("photon-science", "en"), field_name("photon-science", "zh")
    ('photon science', '光子科学')
    >>> field_name("marine-science", "en")
    'marine science'
    """
    say = translations(lang)
    return {
        "astronomy": say.pgettext("field", "astronomy"),
        "astrophysics": say.pgettext("field", "astrophysics"),
        "computing": say.pgettext("field", "computing"),
        "earth-system": say.pgettext("field", "earth system science"),
        "fusion": say.pgettext("field", "fusion"),
        "life-science": say.pgettext("field", "life science"),
        "materials": say.pgettext("field", "materials"),
        "neutron-science": say.pgettext("field", "neutron science"),
        "nuclear-physics": say.pgettext("field", "nuclear physics"),
        "particle-physics": say.pgettext("field", "particle physics"),
        "photon-science": say.pgettext("field", "photon science"),
        "quantum": say.pgettext("field", "quantum science"),
        "space": say.pgettext("field", "space science"),
    }.get(field, field.replace("-", " "))


@cache
def status_name(status: str | None, lang: Language) -> str:
    """A status of a facility, as what it is; None is the time before any."""
    say = translations(lang)
    return {
        None: say.pgettext("status", "not yet begun"),
        "proposed": say.pgettext("status", "proposed"),
        "approved": say.pgettext("status", "approved"),
        "under-construction": say.pgettext("status", "under construction"),
        "completed": say.pgettext("status", "completed"),
        "commissioning": say.pgettext("status", "in commissioning"),
        "operating": say.pgettext("status", "operating"),
        "suspended": say.pgettext("status", "suspended"),
        "decommissioned": say.pgettext("status", "closed"),
        "cancelled": say.pgettext("status", "cancelled"),
    }[status]


@lru_cache(maxsize=1024)
def unit_name(unit: str, lang: Language) -> str:
    """The unit of a reading: in words where it is a word, else the sign that it is.

    >>> unit_name("percent", "zh"), unit_name("kW", "zh")
    ('百分比', 'kW')
    """
    say = translations(lang)
    return {
        "percent": say.pgettext("units of readings", "percent"),
        "Share": say.pgettext("units of readings", "Share"),
        "systems": say.pgettext("units of readings", "systems"),
        "facilities": say.pgettext("units of readings", "facilities"),
        "beamlines": say.pgettext("units of readings", "beamlines"),
        "pulsars": say.pgettext("units of readings", "pulsars"),
        "rank": say.pgettext("units of readings", "rank"),
        "m w.e.": say.pgettext("units of readings", "m w.e."),
        "years of Higgs running": say.pgettext("units of readings", "years of Higgs running"),
        "degree north": say.pgettext("units of readings", "degree north"),
    }.get(unit, unit)


@cache
def country_name(code: str, lang: Language) -> str:
    """A country, with the article that English needs within a sentence.

    >>> country_name("US", "en"), country_name("US", "zh"), country_name("CN", "en")
    ('the United States', '美国', 'China')
    """
    name = LOCALES[lang].territories.get(code, code)
    return f"the {name}" if lang == "en" and code in _WITH_ARTICLE else name


_WITH_ARTICLE = frozenset(
    {
        "AE",
        "BQ",
        "BS",
        "CF",
        "CK",
        "DO",
        "FK",
        "FO",
        "GB",
        "IO",
        "KM",
        "KY",
        "MH",
        "MP",
        "MV",
        "NL",
        "PH",
        "SB",
        "SC",
        "TC",
        "TF",
        "UM",
        "US",
        "VG",
        "VI",
    }
)
"""Countries and territories whose English names take an article, which CLDR does not tell."""
