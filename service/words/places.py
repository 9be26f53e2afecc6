"""Places: some countries and regions together, and what they are called in each language.

Countries have the names of Unicode's CLDR, regions those of M49.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache

from babel import Locale
from babel.core import get_global
from babel.lists import format_list

from events.vocabulary import countries
from service.translations import Language, translations
from service.words.regions import REGIONS

LOCALES: dict[Language, Locale] = {"en": Locale.parse("en_GB"), "zh": Locale.parse("zh_Hans")}
"""British English has no comma before the last of a list, as the rest of our texts."""

MOST_NAMED = 4
"""So many countries and regions are named; of more it is said how many they are."""


@dataclass(frozen=True, slots=True)
class Place:
    """Countries by their codes and regions by their slugs, in order, each once; where there is none
    of either, it is the world, and false.

    What lies within a region that is named is left out, so that a place is written in one way.

    >>> Place(("US", "CN"), ("eastern-asia",))
    Place(countries=('US',), regions=('eastern-asia',))
    """

    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    among: frozenset[str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Leaves out what is named twice."""
        named = {name: REGIONS[name].countries for name in self.regions}
        regions = sorted(
            name for name in named if not any(named[name] < other for other in named.values())
        )
        within = frozenset[str]().union(*named.values())
        object.__setattr__(self, "countries", tuple(sorted({*self.countries} - within)))
        object.__setattr__(self, "regions", tuple(regions))
        object.__setattr__(self, "among", within.union(self.countries))

    def __bool__(self) -> bool:
        """Whether it is less than the world."""
        return bool(self.countries or self.regions)

    @property
    def codes(self) -> tuple[str, ...]:
        """All countries that are meant, in the order of their codes; none is all there are."""
        return tuple(sorted(self.among))

    def has(self, country: str) -> bool:
        """Whether what is listed in a country is meant; "" is none."""
        return not self.among or country in self.among

    @property
    def single(self) -> str | None:
        """The country, where it is one by name."""
        return self.countries[0] if len(self.countries) == 1 and not self.regions else None

    @property
    def is_plural(self) -> bool:
        """Whether English says "they were" of it; it says "it was" of the United States."""
        return len(self.countries) + len(self.regions) > 1 or self.regions == ("americas",)


WORLD = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """What is meant of a place: the countries and regions that were named, together."""

    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    place: Place = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Keeps them as the place writes them."""
        place = Place(self.countries, self.regions)
        object.__setattr__(self, "place", place)
        object.__setattr__(self, "countries", place.countries)
        object.__setattr__(self, "regions", place.regions)


def country(code: str, lang: str) -> str:
    """The name of a country, by its code of ISO 3166-1; the code where there is no name."""
    return str(LOCALES["zh" if lang == "zh" else "en"].territories.get(code, code))


def name_order(name: str, lang: str) -> bytes:
    """A key by which names stand in the order of their language: in Chinese that of pinyin.

    >>> sorted(["德国", "阿根廷", "中国"], key=lambda name: name_order(name, "zh"))
    ['阿根廷', '德国', '中国']
    """
    # GB 18030 has the common characters, of which names of countries are, in the order of pinyin.
    return name.encode("gb18030" if lang == "zh" else "utf-8")


@cache
def alpha_3(code: str) -> str | None:
    """The code of three letters of ISO 3166-1 for that of two; None where there is none.

    >>> alpha_3("CN"), alpha_3("XX")
    ('CHN', None)
    """
    import pycountry  # noqa: PLC0415 -- most answers need no such code

    found = pycountry.countries.get(alpha_2=code)
    return None if found is None else str(found.alpha_3)


def short_names(code: str, lang: str) -> tuple[str, ...]:
    """What stands for a country where there is little room, the longest first: its code; in Chinese
    its name, and the character that is short for it.

    >>> short_names("DE", "en"), short_names("DE", "zh"), short_names("ZA", "zh")
    (('DE',), ('德国', '德'), ('南非',))
    """
    if lang != "zh":
        return (code,)
    return (country(code, lang), *_CHARACTERS.get(code, ""))


_CHARACTERS = {
    "AU": "澳", "CA": "加", "CN": "中", "DE": "德", "ES": "西", "FR": "法", "GB": "英", "IN": "印",
    "IT": "意", "JP": "日", "KR": "韩", "NL": "荷", "PT": "葡", "RU": "俄", "US": "美",
}  # fmt: skip


@cache
def country_name(code: str, lang: Language) -> str:
    """A country, with the article that English needs within a sentence.

    >>> country_name("US", "en"), country_name("US", "zh"), country_name("CN", "en")
    ('the United States', '美国', 'China')
    """
    name = country(code, lang)
    return f"the {name}" if lang == "en" and code in _WITH_ARTICLE else name


@cache
def region_name(slug: str, lang: Language) -> str:
    """A region within a sentence.

    >>> region_name("europe", "zh"), region_name("caribbean", "en")
    ('欧洲', 'the Caribbean')
    """
    region = REGIONS[slug]
    if lang == "zh":
        return region.name_zh
    return f"the {region.name}" if slug in ("americas", "caribbean") else region.name


@cache
def place_name(place: Place, lang: Language) -> str:
    """A place within a sentence; empty for the world.

    >>> place_name(Place(("CN", "US"), ("europe",)), "en")
    'China, the United States and Europe'
    >>> place_name(Place(tuple("ARBRCLCNILJPUS"[at : at + 2] for at in range(0, 14, 2))), "zh")
    '7个国家'
    """
    say = translations(lang)
    codes, regions = len(place.countries), len(place.regions)
    parts = [country_name(code, lang) for code in place.countries]
    if codes + regions > MOST_NAMED and codes > 1:
        many = say.ngettext("{n} country", "{n} countries", codes)
        parts = [many.replace("{n}", str(codes))]
    named = [region_name(slug, lang) for slug in place.regions]
    if len(parts) + regions > MOST_NAMED and regions > 1:
        many = say.ngettext("{n} region", "{n} regions", regions)
        named = [many.replace("{n}", str(regions))]
    return format_list([*parts, *named], locale=LOCALES[lang])


def place_title(place: Place, lang: Language) -> str:
    """A place by itself, as a heading has it.

    >>> place_title(Place(("US",)), "en"), place_title(Place(("AE", "US")), "en")
    ('United States', 'The United Arab Emirates and the United States')
    """
    if place.single is not None:
        return country(place.single, lang)
    if not place.countries and len(place.regions) == 1:
        region = REGIONS[place.regions[0]]
        return region.name_zh if lang == "zh" else region.name
    name = place_name(place, lang)
    return name[:1].upper() + name[1:]


@cache
def places_by_name() -> dict[str, Place]:
    """Every country and region by what people call it in either language, in lower case: by its
    names, its adjective, and what else it is called.

    >>> [places_by_name()[name].codes for name in ("china", "中国", "japanese", "uk")]
    [('CN',), ('CN',), ('JP',), ('GB',)]
    >>> places_by_name()["south american"]
    Place(countries=(), regions=('south-america',))
    """
    named = {code: {country(code, lang) for lang in LOCALES} for code in countries()}
    named |= {slug: {region.name, region.name_zh} for slug, region in REGIONS.items()}
    for name, others in _ALSO_CALLED.items():
        named[name].update(others.split(", "))
    return {
        name.casefold().replace("-", " "): _place(code)
        for code in sorted(named)
        for name in named[code]
    }


def _place(code: str) -> Place:
    """A country by its code, or a region by its slug."""
    return Place(regions=(code,)) if code in REGIONS else Place((code,))


def near_countries(text: str) -> tuple[str, ...]:
    """The codes of the countries that a text may mean, which is none of them; few or none.

    >>> near_countries("cn"), near_countries("UK"), near_countries("Brasil"), near_countries("!")
    (('CN',), ('GB',), ('BR', 'BH'), ())
    """
    # Nothing is guessed from a text that is too long for a name.
    asked = text[:80].strip().upper()
    if asked in countries():
        return (asked,)
    if aliases := get_global("territory_aliases").get(asked):
        return tuple(code for code in aliases if code in countries())
    names = {country(code, lang).upper(): code for lang in LOCALES for code in sorted(countries())}
    near = [asked] if asked in names else get_close_matches(asked, names)
    return tuple(dict.fromkeys(names[name] for name in near))


def near_regions(text: str) -> tuple[str, ...]:
    """The regions that a text may mean, which is none of them; few or none.

    >>> near_regions("South East Asia")
    ('south-eastern-asia', 'southern-asia', 'southern-africa')
    """
    asked = "-".join(text[:80].lower().split())
    near = [asked] if asked in REGIONS else get_close_matches(asked, REGIONS)
    return tuple(near)


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

_ALSO_CALLED = {
    "AM": "Armenian",
    "AR": "Argentine, Argentinian",
    "AT": "Austrian",
    "AU": "Australian",
    "BE": "Belgian",
    "BR": "Brazilian",
    "CA": "Canadian",
    "CH": "Swiss",
    "CL": "Chilean",
    "CN": "Chinese, PRC",
    "CZ": "Czech, Czech Republic",
    "DE": "German",
    "DK": "Danish",
    "EG": "Egyptian",
    "ES": "Spanish",
    "FI": "Finnish",
    "FR": "French",
    "GB": "British, UK, Britain, Great Britain",
    "GR": "Greek",
    "HK": "Hong Kong, 香港",
    "HU": "Hungarian",
    "IE": "Irish",
    "IL": "Israeli",
    "IN": "Indian",
    "IR": "Iranian",
    "IT": "Italian",
    "JO": "Jordanian",
    "JP": "Japanese",
    "KR": "Korean, South Korean, Korea",
    "MX": "Mexican",
    "NL": "Dutch, Holland",
    "NO": "Norwegian",
    "PL": "Polish",
    "PT": "Portuguese",
    "RU": "Russian",
    "SE": "Swedish",
    "SG": "Singaporean",
    "TH": "Thai",
    "TR": "Turkish, Turkey",
    "TW": "Taiwanese",
    "UA": "Ukrainian",
    "US": "American, US, USA, America",
    "ZA": "South African",
    "africa": "African",
    "asia": "Asian",
    "eastern-asia": "East Asia, East Asian",
    "europe": "European",
    "latin-america-and-the-caribbean": "Latin America, Latin American, 拉丁美洲, 拉美",
    "northern-america": "North America, North American, 北美",
    "south-america": "South American, 南美",
    "south-eastern-asia": "Southeast Asia, Southeast Asian",
    "southern-asia": "South Asia, South Asian",
}
"""Adjectives, and other names than those of CLDR and M49, by country and by region."""
