"""What countries are called in each language: by the names of Unicode's CLDR."""

from __future__ import annotations

from functools import cache

from babel import Locale

from service.translations import Language

LOCALES: dict[Language, Locale] = {"en": Locale.parse("en_GB"), "zh": Locale.parse("zh_Hans")}
"""British English has no comma before the last of a list, as the rest of our texts."""


def country(code: str, lang: str) -> str:
    """The name of a country, by its code of ISO 3166-1; the code where there is no name."""
    return str(LOCALES["zh" if lang == "zh" else "en"].territories.get(code, code))


@cache
def alpha_3(code: str) -> str | None:
    """The code of three letters of ISO 3166-1 for that of two; None where there is none.

    >>> alpha_3("CN"), alpha_3("XX")
    ('CHN', None)
    """
    import pycountry  # noqa: PLC0415 -- most answers need no such code

    found = pycountry.countries.get(alpha_2=code)
    return None if found is None else str(found.alpha_3)


@cache
def country_name(code: str, lang: Language) -> str:
    """A country, with the article that English needs within a sentence.

    >>> country_name("US", "en"), country_name("US", "zh"), country_name("CN", "en")
    ('the United States', '美国', 'China')
    """
    name = country(code, lang)
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
"""Countries and territories whose English names take an article, which CLDR does not say."""
