"""Days, dates and lengths of time as they stand within a sentence.

`events.dates.display` renders a date, never finer than its source gave it; here
it gets the words that lead it in. A length of time is rendered in the largest unit
that fits it. All is cached: the same days come again and again.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Literal, NamedTuple

from events.dates import Date, Day, Period, civil, day, display, iso, parse
from service.sentences.sentence import Figure, Phrase, fill
from service.translations import Language, translations
from service.words.number import number_text

_MONTH = 30.436875
"""Days of a month and of a year, on the average of 400 years."""
_YEAR = 365.2425


@lru_cache(maxsize=8192)
def moment(on: Day, lang: Language) -> str:
    """A day of a clock, by the year or month that ends with it.

    >>> moment(day(2013, 12, 31), "en"), moment(day(2013, 6, 30), "zh")
    ('the end of 2013', '2013年6月底')
    """
    say = translations(lang)
    ending = _ending(on)
    if ending is None:
        return display(_one_day(on), lang)
    return say.gettext("the end of {date}").replace("{date}", display(ending, lang))


@lru_cache(maxsize=8192)
def when(on: Day, lang: Language) -> str:
    """When something was so, on a day of a clock: "at the end of 2013", "on 3 May 2013"."""
    say = translations(lang)
    template = say.pgettext("clock", "on {day}")
    if _ending(on) is not None:
        template = say.pgettext("clock", "at {the_end}")
    return template.replace("{day}", moment(on, lang)).replace("{the_end}", moment(on, lang))


@lru_cache(maxsize=2048)
def during(period: Period, lang: Language) -> str:
    """When something was so, for a period: "in 2013"."""
    say = translations(lang)
    template = say.pgettext("clock", "in {period}")
    if period.first == period.last:
        template = say.pgettext("clock", "on {day}")
    shown = display(parse(period.text), lang)
    return template.replace("{period}", shown).replace("{day}", shown)


@lru_cache(maxsize=8192)
def on(date: Date, lang: Language) -> Phrase:
    """When something happened: "on 26 August 2025", "in 1987", "c. 1987".

    >>> from service.sentences.sentence import text_of
    >>> text_of(on(parse("198X"), "en")), text_of(on(parse("2008-07-22"), "zh"))
    ('in the 1980s', '于2008年7月22日')
    """
    say = translations(lang)
    template = {
        "day": say.pgettext("event", "on {date}"),
        "unit": say.pgettext("event", "in {date}"),
        "vague": "{date}",
        "between": "{date}",
        "by": "{date}",
        "later": say.pgettext("event", "not before {date}"),
    }[_shape(date)]
    return _led(template, date, lang)


@lru_cache(maxsize=8192)
def aim(date: Date, lang: Language) -> Phrase:
    """For when something was promised: "for 2020", "for 2020 at the latest"."""
    say = translations(lang)
    template = {
        "between": say.pgettext("promise", "for some day {date}"),
        "by": say.pgettext("promise", "for {date} at the latest"),
        "later": say.pgettext("promise", "for {date} or later"),
    }.get(_shape(date), say.pgettext("promise", "for {date}"))
    return _led(template, date, lang)


@lru_cache(maxsize=8192)
def since(date: Date, lang: Language) -> Phrase:
    """Since when something was so: "since 2013", "since some day between 3 and 7 May 2013"."""
    say = translations(lang)
    template = {
        "between": say.pgettext("start", "since some day {date}"),
        "by": say.pgettext("start", "since {date} at the latest"),
        "later": say.pgettext("start", "since {date} or later"),
    }.get(_shape(date), say.pgettext("start", "since {date}"))
    if lang == "zh" and date.uncertain and date.precision != "interval":
        # The phrase stands in brackets, which have none within them.
        doubt = say.pgettext("start", "{since}, uncertain")
        sure = _led(template, replace(date, uncertain=False), lang)
        return fill(doubt, {"since": sure})
    return _led(template, date, lang)


def noun(date: Date, lang: Language) -> str:
    """A date as a thing: "2013", "the 1980s"."""
    shown = display(date, lang)
    article = lang == "en" and not date.approximate and date.precision in ("decade", "century")
    return f"the {shown}" if article else shown


@lru_cache(maxsize=8192)
def duration(days: float, lang: Language) -> str:
    """A length of time, in the largest unit that fits it, without its sign.

    >>> duration(16, "en"), duration(-183, "en"), duration(1699, "en"), duration(1699, "zh")
    ('16 days', '6 months', '4.7 years', '4.7年')
    """
    say = translations(lang)
    number, unit = _measured(days)
    # Only 1 as such is singular: it is 0.5 and 1.5 years.
    one_or_more = 1 if number == 1 else 2
    template = {
        "day": say.ngettext("{n} day", "{n} days", one_or_more),
        "month": say.ngettext("{n} month", "{n} months", one_or_more),
        "year": say.ngettext("{n} year", "{n} years", one_or_more),
    }[unit]
    return template.replace("{n}", number_text(number))


@lru_cache(maxsize=1024)
def years(number: int, lang: Language) -> str:
    """Whole years, in words where the language likes that: "ten years"."""
    text = translations(lang).ngettext("{n} year", "{n} years", number)
    return text.replace("{n}", spelled(number, lang))


@lru_cache(maxsize=8192)
def slip(days: float, lang: Language) -> str:
    """How late or early something was.

    >>> slip(1699, "en"), slip(-16, "zh"), slip(0, "en")
    ('4.7 years late', '提前16天', 'on time')
    """
    say = translations(lang)
    if _measured(days)[0] == 0:
        return say.gettext("on time")
    template = say.gettext("{time} late") if days > 0 else say.gettext("{time} early")
    return template.replace("{time}", duration(days, lang))


class Lateness(NamedTuple):
    """How many days something came after its promise, at least and at most; None is open."""

    earliest: float | None
    latest: float | None


def came(earliest: float | None, latest: float | None, lang: Language) -> str:
    """How late or early one promise was kept, by its slip: "on time" where it may have been.

    >>> came(1699, 2064, "en"), came(-150, 30, "en"), came(-30, None, "zh")
    ('between 4.7 and 5.7 years late', 'on time', '如期')
    """
    certain = (earliest is not None and earliest > 0) or (latest is not None and latest < 0)
    text = slip_between(earliest, latest, lang) if certain else None
    return text or translations(lang).gettext("on time")


@lru_cache(maxsize=8192)
def slip_between(earliest: float | None, latest: float | None, lang: Language) -> str | None:
    """How late or early something was, as an interval; one length where both ends render alike.

    None where an open end leaves everything possible.

    >>> slip_between(1699, 2064, "en"), slip_between(-150, 30, "en"), slip_between(10, None, "zh")
    ('between 4.7 and 5.7 years late', 'between 5 months early and 30 days late', '至少推迟10天')
    """
    say = translations(lang)
    if earliest is None or latest is None:
        return _half_open(earliest, latest, lang)
    first, last = slip(earliest, lang), slip(latest, lang)
    if first == last:
        return first
    ends = {"{less}": first, "{more}": last}
    template = say.gettext("between {less} and {more}")
    if earliest >= 0:
        ends = _two_lengths(earliest, latest, lang)
        template = say.gettext("between {less} and {more} late")
        if earliest == 0:
            template = say.gettext("up to {more} late")
    elif latest <= 0:
        ends = _two_lengths(latest, earliest, lang)
        template = say.gettext("between {less} and {more} early")
        if latest == 0:
            template = say.gettext("up to {more} early")
    for slot, text in ends.items():
        template = template.replace(slot, text)
    return template


@lru_cache(maxsize=1024)
def spelled(number: int, lang: Language) -> str:
    """A number in words up to ten, where the language likes that."""
    say = translations(lang)
    words = (
        say.pgettext("number", "one"),
        say.pgettext("number", "two"),
        say.pgettext("number", "three"),
        say.pgettext("number", "four"),
        say.pgettext("number", "five"),
        say.pgettext("number", "six"),
        say.pgettext("number", "seven"),
        say.pgettext("number", "eight"),
        say.pgettext("number", "nine"),
        say.pgettext("number", "ten"),
    )
    return words[number - 1] if 1 <= number <= len(words) else number_text(number)


# Parts of these


def _ending(on: Day) -> Date | None:
    """The year, else the month, whose last day this is."""
    year, month, _ = civil(on)
    next_year, next_month, next_day = civil(on + 1)
    if next_day != 1:
        return None
    if next_year != year:
        return Date(str(year), day(year, 1, 1), on, "year")
    return Date(f"{year}-{month}", day(next_year, next_month - 1, 1), on, "month")


def _one_day(on: Day) -> Date:
    return Date(iso(on), on, on, "day")


_Shape = Literal["day", "unit", "vague", "between", "by", "later"]


def _shape(date: Date) -> _Shape:
    """Which words a date takes before it."""
    if date.earliest is None:
        return "by"
    if date.latest is None:
        return "later"
    if date.precision == "interval":
        if display(date, "en").startswith("between"):
            return "between"
        return "day" if date.earliest == date.latest else "unit"
    if date.approximate:
        return "vague"
    return "day" if date.precision == "day" else "unit"


def _led(template: str, date: Date, lang: Language) -> Phrase:
    """A date as a figure after its words; of an open interval, the end that is known."""
    if template != "{date}" and (date.earliest is None or date.latest is None):
        first, last = date.text.split("/")
        date = parse(last if first == ".." else first)
    return fill(template, {"date": Figure(noun(date, lang))})


Unit = Literal["day", "month", "year"]


def unit_of(days: float) -> Unit:
    """The largest unit that fits a length of time."""
    length = abs(days)
    if round(length) <= 30:
        return "day"
    return "month" if round(length / _MONTH) < 12 else "year"


def in_unit(days: float, unit: Unit) -> float:
    """A length of time in a unit: whole days and months, years to a tenth below a hundred.

    >>> in_unit(1699, "year"), in_unit(-183, "month")
    (4.7, -6)
    """
    if unit == "day":
        return round(days)
    if unit == "month":
        return round(days / _MONTH)
    years = round(days / _YEAR, 1)
    return years if abs(years) < 100 else round(years)


def _measured(days: float) -> tuple[float, Unit]:
    """The number and the unit in which a length of time is rendered."""
    unit = unit_of(days)
    return in_unit(abs(days), unit), unit


def _two_lengths(less: float, more: float, lang: Language) -> dict[str, str]:
    """Two lengths of time; the unit of the first is left out where the second has it too."""
    number, unit = _measured(less)
    same = unit == _measured(more)[1]
    return {
        "{less}": number_text(number) if same else duration(less, lang),
        "{more}": duration(more, lang),
    }


def _half_open(earliest: float | None, latest: float | None, lang: Language) -> str | None:
    say = translations(lang)
    if earliest is not None and earliest > 0:
        template, days = say.gettext("at least {time} late"), earliest
    elif latest is not None and latest < 0:
        template, days = say.gettext("at least {time} early"), latest
    else:
        return None
    return template.replace("{time}", duration(days, lang))
