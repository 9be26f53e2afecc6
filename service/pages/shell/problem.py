"""A problem as a reader of pages is told it: in words of their language, with the form that they
sent, what would do in place of what does not, and names that are near.

The problem itself, as JSON, stays as it is: it is English whatever the reader speaks, since
programs go by it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import unquote

from events.clocks import instant, last_day
from events.dates import Day
from events.errors import AmbiguousDate, AnnalesError, BadClock, BadDate
from events.sheets.dates import edtf
from events.vocabulary import FIELDS
from service.asking.filters import LONGEST_QUERY, PINS
from service.asking.query import located
from service.pages.shell.here import Here
from service.pages.shell.layout import Members
from service.translations import Language
from service.web.access import may_read
from service.web.near import near_facilities
from service.web.response import arguments
from service.web.root import archive
from service.words import labels
from service.words.places import Place, country, place_title
from service.words.speech import Speech

DATES = ("at", "during", "stated", "to_at", "to_stated", "came_by")
"""The parameters of pages that take a year, a month or a day."""

MOMENTS = ("known", "to_known")
"""Those that take a place in the log."""

ENDS = ("from", "to")
"""Those that take such dates too, or on the page of what was recorded a place in the log."""

MOST_OFFERED = 30
"""How many values that would do are offered."""

Pairs = Sequence[tuple[str, str]]
"""The parameters of a request, in their order."""


class Would(NamedTuple):
    """A value that would do, in words, and the page with it."""

    text: str
    href: str


class Field(NamedTuple):
    """A field of the form that was sent: what is wrong with it, if anything, and what would do."""

    name: str
    label: str
    value: str
    fault: str
    would: list[Would]


def told(problem: Members, path: str, sent: Pairs, here: Here, lang: Language) -> Members:
    """What the template of a problem shows besides its title."""
    say = Speech(lang)
    slug = str(problem["type"]).rpartition("/")[2]
    asked = [pair for pair in sent if pair[0] not in (*PINS, "lang")]
    words = _words_looked_for(slug, problem, path)
    fields = _fields(slug, problem, path, sent, say)
    return {
        "said": _said(slug, problem, [each.label for each in fields if each.fault], say),
        "fields": fields,
        "lang_sent": dict(sent).get("lang"),
        "words": words,
        "near": [] if words is None else _near(words, here, lang),
        "narrower": _narrower(problem, path, sent, lang),
        "in_other_language": located(
            path,
            [
                *(pair for pair in sent if pair[0] != "lang"),
                ("lang", "en" if lang == "zh" else "zh"),
            ],
        ),
        "without": located(path, here.texts.items()) if asked else None,
    }


def date_meant(text: str) -> str | None:
    """A year, a month or a day that a text can only mean, which is none as it stands.

    >>> date_meant("12/2013"), date_meant("6 May 2013"), date_meant("2013"), date_meant("3/4/2013")
    ('2013-12', '2013-05-06', None, None)
    >>> date_meant("２０１３"), date_meant("二〇一三年十一月二十日")
    ('2013', '2013-11-20')
    """
    if _is_date(text):
        return None
    try:
        meant = edtf(_in_digits(text))
    except BadDate:
        return None
    return meant if _is_date(meant) else None


def day_meant(text: str) -> Day | None:
    """The last day of a year, a month or a day; None where a text is none of these.

    >>> day_meant("2026-11-25T00:00:00Z"), day_meant("25 November 2026")
    (None, 20782)
    """
    with suppress(BadClock):
        instant(text)
        return None  # not even at midnight, though spreadsheets write days so
    text = date_meant(text) or text
    return last_day("known", text) if _is_date(text) else None


_CHINESE = str.maketrans("〇○零一二三四五六七八九", "000123456789")


def _in_digits(text: str) -> str:
    """A text with the numbers that Chinese input methods write in the digits of a date.

    >>> _in_digits("　２０１３／０５"), _in_digits("二〇一三年十月"), _in_digits("三十一日")
    ('2013/05', '2013年10月', '31日')
    """
    plain = unicodedata.normalize("NFKC", text).strip().translate(_CHINESE)
    return re.sub("([0-9]?)十([0-9]?)", lambda tens: f"{tens[1] or 1}{tens[2] or 0}", plain)


def _is_date(text: str) -> bool:
    try:
        last_day("at", text)
    except BadClock:
        return False
    return True


# --- what is wrong, in words


def _said(slug: str, problem: Members, faulty: Sequence[str], say: Speech) -> str:
    """What is wrong, in a sentence; `faulty` are the labels of the fields at fault."""
    if slug == "validation" and faulty:
        return say("This cannot be taken as it stands: %(names)s.", names=say(", ").join(faulty))
    if slug == "no-such-record":
        id = problem["id"]
        if problem["kind"] == "source":
            return say("No source called %(id)s on this date.", id=id)
        if problem["kind"] == "statement":
            return say("No statement called %(id)s on this date.", id=id)
        return say("No record called %(id)s on this date.", id=id)
    if slug == "unknown-parameter" and "more than once" in str(problem["detail"]):
        return say("A condition is given twice: %(names)s.", names=say(", ").join(faulty))
    texts = {
        "not-found": say("There is nothing at this address."),
        "method-not-allowed": say("Nothing can be sent to this address."),
        "validation": say("Something in the question cannot be taken as it stands."),
        "bad-edtf": say("A date cannot be read."),
        "unknown-parameter": say("This page does not take all that was asked."),
        "nothing-to-compare": say("Both sides are the same: let their dates, places or fields differ."),  # noqa: E501
        "too-many-points": say("That is too much to draw at once: ask for fewer years."),
        "too-costly": say("That is too much to read at once: ask for a part of it."),
        "position-ahead": say("The chronicle has not come so far yet."),
        "no-such-event": say("The chronicle has no event at this position."),
        "old-view": say("This is an answer of an earlier version, which is no longer made."),
        "old-epoch": say("This is an answer of before the chronicle was replaced."),
        "cited-too-late": say("This is an answer of an earlier version, and nobody cited it in time."),  # noqa: E501
        "not-pinned": say("Only what cannot change can be cited."),
        "foreign-host": say("Only pages of this service can be cited here."),
        "nothing-to-cite": say("There is nothing to cite at this address."),
        "too-large-to-cite": say("This is too large to cite: ask for a part of it."),
        "too-many-citations": say("Enough was cited for today; what was cited before can be cited again."),  # noqa: E501
        "no-such-suggestion": say("No suggestion belongs to this address. See whether the address is whole."),  # noqa: E501
        "no-such-citation": say("Nothing was cited at this address."),
        "bad-cursor": say("The list has no such page: begin at its first page."),
        "rate-limited": say("Too many requests came from you: wait a moment."),
        "not-authenticated": say("Reading here needs a key."),
        "not-allowed": say("This may not be done with this key, or not from here."),
        "payload-too-large": _too_large(str(problem["detail"]), say),
        "address-too-long": say("The address is too long: ask for less at once."),
        "is-mirror": say("This is a copy of another chronicle, which takes the corrections."),
        "internal": (failed := say("Something failed here. It was noted.")),
        "log-damaged": failed,
    }  # fmt: skip
    if slug in texts:
        return texts[slug]
    if problem["status"] >= 500:
        return say("It cannot be answered just now: come back in a moment.")
    return str(problem["detail"]) if say.lang == "en" else say("The request was not understood.")


def _too_large(detail: str, say: Speech) -> str:
    """What is the matter with what is too large, and how large it may be where that is known."""
    words = say("What was sent is too large.")
    if found := re.search("([0-9]+) bytes", detail):
        words += say(" It may have %(number)s kB.", number=int(found[1]) // 1024)
    return words


def _fault(slug: str, error: Members, value: str, say: Speech) -> str:
    """What is wrong with one field."""
    name, detail = error["parameter"], str(error["detail"])
    of_log = "position (@" in detail or "future" in detail
    if name in MOMENTS or (name in ENDS and of_log):
        if "future" in detail:
            return say("It lies in the future.")
        head = archive().chronicle.log.head() if may_read() else None
        if head is None:
            return say("No day, and no position of the log, such as @0.")
        return say(
            "No day, and no position of the log, such as %(day)s or @%(position)s.",
            day=head.recorded_at[:10],
            position=head.position,
        )
    if name in ENDS and "after to" in detail:
        return say("From comes after To.")
    if slug == "bad-edtf" or name in ENDS:
        return _no_date(value, say)
    if name.removeprefix("to_") == "country":
        return say("No country: its code of two letters is needed, such as CN.")
    of_one = {"region": say("No region."), "to_region": say("No region.")}
    of_one |= {"view": say("No version of this service."), "q": _no_query(value, say)}
    if name in of_one:
        return of_one[name]
    if error.get("allowed") or error.get("near"):
        return say("It cannot be this.")
    return detail if say.lang == "en" else say("It does not go with the rest, or has another form.")


def _no_query(text: str, say: Speech) -> str:
    if len(" ".join(text.split())) > LONGEST_QUERY:
        return say("It is too long: at most %(most)s characters.", most=LONGEST_QUERY)
    return say("Nothing to look for.")


def _no_date(text: str, say: Speech) -> str:
    if isinstance(_reading(text), AmbiguousDate):
        return say("It has two meanings.")
    return say("No year, month or day, such as 2013, 2013-05 or 2013-05-06.")


def _reading(text: str) -> BadDate | None:
    """Why a text is no date; None where it is one."""
    try:
        edtf(_in_digits(text))
    except BadDate as refused:
        return refused
    return None


# --- the form


def _fields(slug: str, problem: Members, path: str, sent: Pairs, say: Speech) -> list[Field]:
    """What was sent, field by field, with what is wrong and what would do."""
    if slug == "not-found":
        return []
    errors = {
        each["parameter"]: each for each in problem.get("errors", ()) if each.get("parameter")
    }
    unknown = problem.get("parameter") if slug == "unknown-parameter" else None
    texts = {name: text for name, text in sent if name not in (*PINS, "lang", "after")}
    texts |= {name: "" for name in errors if name not in (*texts, *PINS, "lang", "after")}
    names = _labels(say)
    fields = []
    for name, text in texts.items():
        fault, would = "", []
        if name == unknown:
            twice = [each for each, _ in sent].count(name) > 1
            fault = say("It is given twice.") if twice else say("This page does not take it.")
            would = [Would(say("Without it"), _with(path, sent, name, None))]
        elif name in errors:
            fault = _fault(slug, errors[name], text, say)
            would = [
                Would(words, _with(path, sent, name, value))
                for value, words in _offered(name, text, errors[name], say)
            ]
        elif name in DATES and not _is_date(text):
            # Only the first that is wrong is refused, and the next would be after it.
            fault = _no_date(text, say)
            would = [Would(date, _with(path, sent, name, date)) for date in dates_near(text)]
        fields.append(Field(name, names.get(name, name), text, fault, would))
    return fields


def _labels(say: Speech) -> Mapping[str, str]:
    """What the fields of forms are called."""
    return {
        "at": say("Date"), "during": say("During"), "to_at": say("Date, second"),
        "stated": say("According to sources up to"), "to_stated": say("Sources up to, second"),
        "known": say("As recorded here"), "to_known": say("As recorded here, second"),
        "country": say("Countries"), "to_country": say("Countries, second"),
        "region": say("Regions"), "to_region": say("Regions, second"),
        "field": say("Field"), "to_field": say("Field, second"),
        "class": say("Class"), "to_class": say("Class, second"),
        "record": say("Facility"), "to_record": say("Facility, second"),
        "status": say("Status"), "expected": say("Expected"), "kind": say("Kind"),
        "outcome": say("Outcome"), "sort": say("Order"), "measure": say("What"),
        "by": say("Split by"), "from": say("From"), "to": say("To"), "series": say("Series"),
        "operator": say("Operator"), "q": say("Words, in English or Chinese"),
        "came_by": say("Came by"), "limit": say("At most"), "step": say("Step"),
    }  # fmt: skip


def _choices(say: Speech) -> Mapping[str, Mapping[str, str]]:
    """What the values of fields are called that have no words elsewhere, by the field."""
    return {
        "sort": {
            "record": say("by record"), "slip": say("the greatest delay of what came first"),
            "due": say("what is due soonest first"),
            "relevance": say("the best match first"), "id": say("by id"),
            "name": say("by name"), "-name": say("by name, backwards"),
            "since": say("by the date of the status"), "distance": say("the nearest first"),
        },
        "measure": {
            "status": say("facilities by status"), "discoveries": say("discoveries to date"),
            "policies": say("policies in force"), "indicator": say("indicators"),
        },
        "by": {
            "country": say("country"), "field": say("field"), "class": say("class"),
            "operator": say("operator"), "status": say("status"),
        },
        "step": {"year": say("year"), "month": say("month")},
    }  # fmt: skip


def _offered(name: str, text: str, error: Members, say: Speech) -> Iterable[tuple[str, str]]:
    """Values that would do in place of one, each in words."""
    if name in MOMENTS and "future" in error["detail"]:
        yield "", say("now")
        return
    if name in (*DATES, *MOMENTS, *ENDS):
        yield from ((value, value) for value in dates_near(text))
        return
    allowed = [str(each) for each in error.get("near") or error.get("allowed", ())]
    for value in allowed[:MOST_OFFERED]:
        yield value, _in_words(name.removeprefix("to_"), value, say)


def dates_near(text: str) -> list[str]:
    """The dates that a text may mean, which is none that a clock takes.

    >>> dates_near("3/4/2013"), dates_near("12/2013"), dates_near("spring 2013"), dates_near("soon")
    (['2013-04-03', '2013-03-04'], ['2013-12'], ['2013'], [])
    """
    if (meant := date_meant(text)) is not None:
        return [meant]
    refused = _reading(text)
    if isinstance(refused, AmbiguousDate):
        return list(refused.allowed)
    years = dict.fromkeys(re.findall(r"(?<!\d)[12]\d{3}(?!\d)", _in_digits(text[:80])))
    return [year for year in years if year != text]


def _in_words(name: str, value: str, say: Speech) -> str:
    lang = say.lang
    if (words := _choices(say).get(name, {}).get(value)) is not None:
        return words
    if name == "country":
        return country(value, lang) + say(" (%(what)s)", what=value)
    if name == "kind" and value in labels.KIND_ONE:
        return labels.kind(value, lang)
    if name == "region":
        return place_title(Place(regions=(value,)), lang)
    if name == "outcome":
        return labels.outcome(value, lang)
    return labels.label(value, lang)


def _with(path: str, sent: Pairs, name: str, value: str | None) -> str:
    """The same page with another value of a parameter, or without it."""
    others = [pair for pair in sent if pair[0] not in (name, *PINS)]
    return located(path, [*others, *([] if value is None else [(name, value)])])


def _narrower(problem: Members, path: str, sent: Pairs, lang: Language) -> list[Would]:
    """The fields of science in words, each with the address at which the same page is asked for of
    it alone, where that is less."""
    if "field" not in problem.get("narrow", ()):
        return []
    asked = [pair for pair in sent if pair[0] != "after"]
    return [
        Would(labels.label(field, lang), located(path, [*asked, ("field", field)]))
        for field in FIELDS
    ]


# --- what may have been meant


def _words_looked_for(slug: str, problem: Members, path: str) -> str | None:
    """The words for the box in which is looked further; None where it would be of no use."""
    if slug == "no-such-record":
        return str(problem["id"]).replace("-", " ")
    if slug == "not-found":
        return re.sub(r"[-_.]+", " ", unquote(path).rstrip("/").rpartition("/")[2])[:80].strip()
    return None


def _near(words: str, here: Here, lang: Language) -> list[Members]:
    """The records whose names are near, with their pages, for those who may read them."""
    if not may_read():
        return []
    try:
        as_of = arguments("/", {}).clocks()
        world = archive().reading_at(as_of.known).at(as_of)
        found = near_facilities(words, world, lang)
    except AnnalesError:
        return []  # what is asked is answered all the same
    return [{"name": each.name, "href": here.record(each.id)} for each in found]
