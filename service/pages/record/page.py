"""A record: its card, its life, what was promised of it, every statement with its rivals and
sources, and its log, event by event, with what stood before and what stood after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from events.catalogue import STATEMENT_TYPES
from events.dates import year_of
from events.statement_warnings import warnings_among
from service.drawing.marks import definitions
from service.linked.citing import BIBTEX, CSL_JSON, RIS
from service.pages.desk import words as desk_words
from service.pages.record.card import card_rows
from service.pages.record.life import phases, promise_told, promises, readings
from service.pages.record.log import record_log
from service.pages.record.naming import names_of, title_of
from service.pages.record.revisions import revisions_compared, without_revisions
from service.pages.record.statements import statement_groups
from service.pages.record.subject import Subject
from service.pages.shell.answering import Visit
from service.pages.shell.clockbar import clock_bar
from service.pages.shell.formats import feeds_of
from service.pages.shell.here import Here
from service.pages.shell.layout import FormatLink, Members, pieces
from service.pages.shell.pictured import Pictured
from service.pages.shell.titling import titled
from service.words.warnings import warning_words

MOST_PICTURED = 8
"""How many ladders a picture of the page has, the first ones."""

LINKED = (
    ("jsonld", "JSON-LD", "application/ld+json"),
    ("ttl", "Turtle", "text/turtle"),
    ("nq", "N-Quads", "application/n-quads"),
)
"""The forms of a record as linked data: suffix, name, media type."""

CITATIONS = (
    ("bib", "BibTeX", BIBTEX),
    ("ris", "RIS", RIS),
    ("csl.json", "CSL-JSON", CSL_JSON),
)
"""The forms in which a record is cited: suffix, name, media type."""


def record_page(visit: Visit) -> Members:
    """What the template of a record shows. Raises NotFound."""
    say, lang = visit.say, visit.lang
    subject = Subject(visit)
    answer, record_at, is_facility = subject.answer, subject.record_at, subject.is_facility
    groups = statement_groups(subject)
    shown = [row["line"] for group in groups for row in group["rows"]]
    ladders = promises(visit, record_at, subject.pager) if is_facility else []
    log = record_log(subject.log, subject.pager, say, class_=subject.card.get("class"))
    cited = len(_sources_of([*(each.line for each in subject.told), subject.card]))
    name, full, other = names_of(record_at, lang)
    titles = {each.id: titled(each.line, say) for each in subject.told}
    first, last = _years(subject)
    here = without_revisions(visit.here)
    linked = _forms(subject.id, here, LINKED)
    return {
        "page": visit.page(
            "records",
            formats=[*linked, *feeds_of(here, record=subject.id)],
            skip_to="statements",
            title=title_of(name, full, visit.query, say),
            description=(answer["sentence"] or {}).get(lang, name),
        ),
        "bar": clock_bar(visit.here, subject.as_of, lang=lang, first=first, last=last),
        "answer": answer,
        "facility": is_facility,
        "formats": [*visit.data, *linked],
        "name": name,
        "full": full,
        "other": other,
        "sentence": pieces(answer.get("sentence"), lang, visit.here),
        "card": card_rows(subject, cited),
        "groups": groups,
        "count": len(subject.told),
        "others": len(subject.others),
        "linked": {line["id"] for line in shown},
        "sources": visit.reading.at(subject.as_of).sources(_sources_of([*shown, *log["events"]])),
        "cited": cited,
        "log": log,
        "definitions": definitions(),
        "cites": _forms(subject.id, here, CITATIONS),
        "phases": phases(visit, record_at, name) if is_facility else None,
        "promises": ladders,
        "ladder": promise_told(visit, record_at) if is_facility else None,
        "course": readings(visit, record_at, name) if answer["kind"] == "indicator" else None,
        "pager": subject.pager,
        "missing": _missing(subject),
        "titles": titles,
        "warnings": _warnings(subject, titles),
        "compared": revisions_compared(subject),
    }


def _sources_of(lines: Iterable[Mapping[str, Any]]) -> set[str]:
    """The ids of the sources that lines cite."""
    return {each["id"] for line in lines for each in line.get("sources", ())}


def _forms(id: str, here: Here, forms: Iterable[tuple[str, str, str]]) -> list[FormatLink]:
    """Links to forms of a record, each given by suffix, name and media type."""
    return [
        FormatLink(name, type, here.url(f"/v1/records/{id}.{suffix}", lang=None))
        for suffix, name, type in forms
    ]


def _years(subject: Subject) -> tuple[int, int]:
    """The first and the last year of its own statements; without any, that of the day."""
    days = [
        day
        for each in subject.own.values()
        for day in (each.earliest, each.latest)
        if day is not None
    ] or [subject.as_of.at]
    return year_of(min(days)), year_of(max(days))


def _missing(subject: Subject) -> list[tuple[str, str, Members]]:
    """What a reader may find missing here: the type of a statement, its word, and of what."""
    lang = subject.visit.lang
    if subject.is_facility:
        types, of = STATEMENT_TYPES, {"facility": subject.id}
    else:
        kind = subject.answer["kind"]
        types = {kind: STATEMENT_TYPES[kind]}
        of = {"series" if kind == "indicator" else "record": subject.id}
    return [(type, desk_words.type_of_line(type, lang), of) for type in types]


def _warnings(subject: Subject, titles: Mapping[str, str]) -> list[Members]:
    """The warnings that the answer has, each in a sentence, with the statement that it is of;
    `titles` are those of statements."""
    every = {
        (statement.id, warning.code): warning
        for statement, warning in warnings_among(list(subject.own.values()))
    }
    return [
        {
            "statement": each["statement"],
            "text": warning_words(
                every[each["statement"], each["code"]],
                lambda id: titles.get(id, id),
                subject.visit.say,
                class_=subject.card.get("class"),
            ),
        }
        for each in subject.answer["warnings"]
    ]


def record_pictured(shown: Mapping[str, Any]) -> Pictured:
    """The life of the record, or the course of its readings, and its ladders of promises; on the
    poster the ladder of which the sentence tells, under what it is of."""
    ladders, told = shown["promises"][:MOST_PICTURED], shown["ladder"]
    life = shown["phases"] or shown["course"]
    small = life["narrow"] if life else None
    return Pictured(
        drawings=[each["wide"] for each in ([life] if life else []) + ladders],
        small=told["small"]() if told else small,
        heading=told["what"] if told else "",
    )
