"""The clock bar: a form of three clocks and two filters, and the clean URL of what it sends.

The form has fields that no shared URL has: `said` and `log` choose in words how the clocks
`stated` and `known` are meant (`to_said` that of a second side), `when` whether `at` is a day or a
period; `dates` are both days of a comparison as they stood in the form. `tidied` turns them
into clocks, so that every view has one short address.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from events.clocks import AsOf, last_day, utc_day
from events.dates import Day, Language, civil, iso
from events.errors import BadClock
from service.pages.shell.here import Here
from service.pages.shell.layout import Members
from service.sentences.times import moment

FORM = ("said", "to_said", "log", "when", "dates")
"""What only the form sends."""


def clock_bar(
    here: Here,
    as_of: AsOf,
    *,
    lang: Language,
    first: int,
    last: int,
    filters: Iterable[str] = (),
    moves: bool = True,
) -> Members:
    """The variables of the form for a page at these clocks.

    `first` and `last` are the years of its slider; a page that does not move along `at` has none.
    In what is returned, `last_complete` is the last year that was over when the log was last
    written to, and `known_asked` the position that the URL gives, where the answer is at an
    earlier one.
    """
    year = civil(as_of.at)[0]
    stated_given = "stated" in here.texts
    shown = {*filters, "at", "during", "stated", "known"}
    name = "during" if as_of.during else "at"
    return {
        "at": as_of.during.text if as_of.during else written(as_of.at),
        "year": year,
        "during": as_of.during is not None,
        "stated": written(as_of.stated),
        "stated_words": moment(as_of.stated, lang),
        "stated_is": _stated_is(as_of, stated_given=stated_given, moves=moves),
        "stated_given": stated_given,
        "last_complete": _last_complete(as_of),
        "known": f"@{as_of.known}",
        "known_given": "known" in here.texts,
        "known_asked": _rounded(here, as_of),
        "first": min(first, year),
        "last": max(last, year),
        "before": here.url(**{name: year_text(year - 1), **_then(here, as_of, year - 1)}),
        "after": here.url(**{name: year_text(year + 1), **_then(here, as_of, year + 1)}),
        "hidden": tuple((each, text) for each, text in here.texts.items() if each not in shown),
        "moves": moves,
    }


def ahead(as_of: AsOf, lang: Language) -> Members | None:
    """The day by which all was said, in words, and how far the log goes, where that ends in an
    earlier year; else None."""
    if as_of.known_at is None or civil(as_of.stated)[0] <= civil(utc_day(as_of.known_at))[0]:
        return None
    return {
        "told": moment(utc_day(as_of.known_at), lang),
        "horizon": moment(as_of.stated, lang),
    }


def _rounded(here: Here, as_of: AsOf) -> str:
    """The position that the URL gives, where the answer is at an earlier one."""
    given = here.texts.get("known", "")
    return given if given.startswith("@") and given != f"@{as_of.known}" else ""


def tidied(texts: Mapping[str, str], *, today: Day) -> dict[str, str] | None:
    """The parameters of a URL for what the form sent, without its own fields; None if they are
    clean already. The sources of a day that is still to come are those of today. Who has chosen a
    second place and left both days as they were compares the places on the second day.
    """
    if not any(name in texts for name in FORM) and all(texts.values()):
        return None
    clean = {name: value.strip() for name, value in texts.items() if name not in FORM}
    if texts.get("when") == "during" and clean.get("at"):
        clean["during"] = clean.pop("at")
    if texts.get("said") == "all":
        clean.pop("stated", None)
    elif texts.get("said") == "then":
        clean["stated"] = clean.get("at") or clean.get("during", "")
        if is_to_come(clean["stated"], today):
            del clean["stated"]
    if texts.get("to_said") == "same":
        clean.pop("to_stated", None)
    elif texts.get("to_said") == "all":
        clean["to_stated"] = iso(today)
    days = f"{clean.get('at')} {clean.get('to_at')}"
    if texts.get("dates") == days and (clean.get("to_country") or clean.get("to_region")):
        clean["at"] = clean.pop("to_at")
    if texts.get("log") == "now":
        clean.pop("known", None)
    return {name: value for name, value in clean.items() if value}


def is_to_come(text: str, today: Day) -> bool:
    """Whether a text's last day lies after today; False if it is no date."""
    try:
        return last_day("stated", text) > today
    except BadClock:
        return False


def year_text(year: int) -> str:
    """A year as the clocks take it.

    >>> year_text(2013), year_text(-240), year_text(12025)
    ('2013', '-0240', 'Y12025')
    """
    if abs(year) > 9999:
        return f"Y{year}"
    return f"-{-year:04d}" if year < 0 else f"{year:04d}"


def written(day: int) -> str:
    """A day as the clocks take it: a year in place of its last day."""
    year, month, of_month = civil(day)
    return year_text(year) if (month, of_month) == (12, 31) else iso(day)


def _stated_is(as_of: AsOf, *, stated_given: bool, moves: bool) -> str:
    if not stated_given:
        return "all"
    return "then" if moves and as_of.stated == as_of.at else "day"


def _then(here: Here, as_of: AsOf, year: int) -> dict[str, str | None]:
    """The parameter `stated` of another year: that year, where the page is of the sources of its
    own year, as far as the log goes."""
    if "stated" not in here.texts or as_of.stated != as_of.at:
        return {}
    return {"stated": year_text(year) if year <= _last_complete(as_of) else None}


def _last_complete(as_of: AsOf) -> int:
    """The last year that was over when the log was last written to."""
    if as_of.known_at is None:
        return civil(as_of.stated)[0]
    return civil(utc_day(as_of.known_at) + 1)[0] - 1
