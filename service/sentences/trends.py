"""The sentence of a trend: where each series began and where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from events.dates import Day
from service.sentences import times
from service.sentences.coverage import Covered, nothing_held
from service.sentences.sentence import Figure, Name, Phrase, Sentence, joined
from service.sentences.voice import MOST_NAMES, Slot, Voice, in_each_language
from service.translations import LANGUAGES, Language
from service.words.labels import class_phrase, field_phrase, part_noun, status_phrase, unit_of
from service.words.names import text_in
from service.words.number import number_text
from service.words.places import country_name, region_name

Measure = Literal["status", "discoveries", "policies", "indicator"]
Key = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Ends:
    """The key of a series with its first and its last value, None where there is no reading.

    `card` is what the card of a series of readings says, None without one. `is_held` is whether the
    chronicle holds anything that could count in it.
    """

    key: Key
    first: float | None
    last: float | None
    card: Mapping[str, Any] | None = None
    is_held: bool = True


def trends_sentence(
    *,
    first: Day,
    last: Day,
    measure: Measure,
    series: Sequence[Ends],
    countries: Sequence[str] = (),
    fields: Sequence[str] = (),
    classes: Sequence[str] = (),
    covered: Covered | None = None,
) -> Sentence:
    """The sentence of `/v1/trends`: each series from its first point to its last.

    `countries`, `fields` and `classes` are the filters of the question that no series is split by.
    Of more than four series the sentence lists the four that end highest, of indicators the first
    four, and says how many more there are. Where places are told
    apart, it says that it counts what this chronicle holds, unless their class is meant to be
    whole, by what is `covered`; and where that is no facility, so.
    """
    read = [each for each in series if each.last is not None]
    if measure != "indicator":
        read.sort(key=lambda each: -(each.last or 0))
    apart = _apart([each.key for each in read])
    is_of_places = measure != "indicator" and not {"country", "region"}.isdisjoint(apart)

    def render(say: Voice) -> Phrase:
        slots: dict[str, Slot] = {
            "first": times.moment(first, say.lang),
            "last": times.moment(last, say.lang),
            "what": _what(say, measure, read, _where(say, read, countries, fields, classes)),
        }
        if (
            covered is not None
            and measure != "indicator"
            and not any(each.last or each.first for each in read)
            and not covered.held.facilities
        ):
            return nothing_held(say, covered)
        if not read:
            return say.gettext("From {first} to {last}, {what}: nothing recorded.", **slots)
        listed = [_series(say, each, apart, countries) for each in read[:MOST_NAMES]]
        more = len(read) - len(listed)
        if more:
            listed.append(say.pgettext("series", "{n} more", n=say.count(more)))
        slots["series"] = say.clauses(listed)
        if is_of_places and covered is not None and covered.whole is None:
            return say.gettext(
                "From {first} to {last}, {what} that this chronicle holds: {series}.", **slots
            )
        return say.gettext("From {first} to {last}, {what}: {series}.", **slots)

    return in_each_language(render)


def _apart(keys: Sequence[Key]) -> list[str]:
    """The members by which the series are called: all but a status that they share, and but a
    reading's own where it is the only one."""
    if not keys or ("series" in keys[0] and len(keys) == 1):
        return []
    shared = len({key.get("status") for key in keys}) == 1
    left_out = {"unit"} | ({"status"} if shared else set())
    if "series" in keys[0]:
        left_out |= {"country"}
    return [name for name in keys[0] if name not in left_out]


def _what(say: Voice, measure: Measure, series: Sequence[Ends], where: Phrase) -> Phrase:
    if measure == "indicator":
        if len(series) == 1:
            return (*where, *say.gettext("“{title}”", title=_title(series[0], say.lang)))
        return (*where, *say.gettext("readings of indicators"))
    statuses = {each.key["status"] for each in series} if measure == "status" else set()
    if len(statuses) == 1:
        status = status_phrase(statuses.pop(), say.lang)
        return (*where, *say.gettext("facilities {status}", status=status))
    return (
        *where,
        *{
            "status": say.gettext("facilities by status"),
            "discoveries": say.gettext("discoveries"),
            "policies": say.gettext("policies in force"),
        }[measure],
    )


def _where(
    say: Voice,
    series: Sequence[Ends],
    countries: Sequence[str],
    fields: Sequence[str],
    classes: Sequence[str],
) -> Phrase:
    """The part of the world that all the series are about."""
    slots: dict[str, Slot] = {
        "country": say.names([_name_of("country", each) for each in countries]),
        "field": say.names(
            [
                *(Name(*(part_noun(each, None, lang) for lang in LANGUAGES)) for each in fields),
                *(Name(*(part_noun(None, each, lang) for lang in LANGUAGES)) for each in classes),
            ]
        ),
    }
    # A region is beside the countries, not within them.
    here = countries if not series or "region" not in series[0].key else ()
    if here and (fields or classes):
        return say.pgettext("where", "in {field} in {country}, ", **slots)
    if here:
        return say.pgettext("where", "in {country}, ", **slots)
    return say.pgettext("where", "in {field}, ", **slots) if fields or classes else ()


def _series(say: Voice, series: Ends, apart: Sequence[str], countries: Sequence[str]) -> Phrase:
    first, last = (
        say.gettext("no reading") if value is None else (Figure(number_text(value)),)
        for value in (series.first, series.last)
    )
    if not apart:
        return say.gettext("from {first} to {last}", first=first, last=last)
    name = _called(say, series, apart, countries)
    if not series.is_held:
        return say.gettext("{name}: nothing recorded", name=name)
    return say.gettext("{name} from {first} to {last}", name=name, first=first, last=last)


def _called(say: Voice, series: Ends, apart: Sequence[str], countries: Sequence[str]) -> Phrase:
    """What a series is called among others."""
    key = series.key
    if "series" in apart:
        return (_title(series, say.lang),)
    parts: list[Phrase] = []
    for name in apart:
        value = key[name]
        if value is not None:
            parts.append((_word(name, value, say.lang),))
        elif name == "region" and "country" not in key:
            parts.append(
                say.names([_name_of("country", each) for each in countries])
                or say.pgettext("series", "all")
            )
        elif name != "region" and not (name == "country" and key.get("region")):
            parts.append(say.pgettext("series", "others"))
    return joined(parts, ", " if say.lang == "en" else "、")


def _title(series: Ends, lang: Language) -> str:
    """What a series of readings is called, with what it is counted in."""
    name = text_in(series.card, "name", lang) if series.card else series.key["series"]
    unit = unit_of(series.key["unit"] or "", series.card, lang)
    return f"{name}（{unit}）" if lang == "zh" else f"{name} ({unit})"


def _name_of(member: str, value: str) -> Name:
    en, zh = (_word(member, value, lang) for lang in LANGUAGES)
    return Name(en, zh)


def _word(member: str, value: str, lang: Language) -> str:
    """A value of a key in words."""
    if member == "country":
        return country_name(value, lang)
    if member == "region":
        return region_name(value, lang)
    if member == "field":
        return field_phrase(value, lang)
    if member == "class":
        return class_phrase(value, lang)
    return status_phrase(value, lang) if member == "status" else value
