"""Search: records and sources by words, kind, country, field or status."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from html import unescape
from typing import Any, NamedTuple

from events.dates import Day
from events.vocabulary import FIELDS, STATUSES
from projections.views.reading import Reading
from service.asking.filters import FACETS, FINDABLE
from service.asking.query import Query
from service.asking.question import Question
from service.drawing.marks import icon
from service.lists.answer import SEARCHED
from service.lists.question import RECORDS, SEARCH
from service.pages.search.meaning import Meaning, meaning_of
from service.pages.search.offers import offers
from service.pages.shell.answering import Visit
from service.pages.shell.here import Here, after_in
from service.pages.shell.layout import Members
from service.pages.shell.notes import notes_on
from service.pages.shell.pager import ROWS
from service.pages.shell.placing import places_offered
from service.pages.shell.standing import statuses_in_words
from service.web.near import near_facilities
from service.web.response import CLOCKS
from service.words import labels
from service.words.names import text_in
from service.words.speech import Speech

TAKES = (*CLOCKS, "q", *FACETS, "region", "disputed", "sort", "limit", "after")
"""The parameters of the form: fewer than the questions take."""

ANYTHING = frozenset(("q", "region", "disputed", *FACETS))
"""With any of these something is looked for; else all records are listed."""

LISTED = 50
"""How many records a page lists without a `limit`."""


class SnippetPart(NamedTuple):
    """A piece of a snippet."""

    text: str
    marked: bool


def question_for(texts: Mapping[str, str]) -> Question:
    """The question that finds what the page shows."""
    return SEARCH if ANYTHING & texts.keys() else RECORDS


def search_title(_: Reading, query: Query, say: Speech) -> str:
    """What is looked for, if anything is."""
    words = query.about.q
    return say("Search: %(words)s", words=words) if words else say("Search")


def search_page(visit: Visit) -> Members:
    """What the template of the search shows. Without anything to look for, all records."""
    lang, here, say, texts = visit.lang, visit.here, visit.say, visit.texts
    question, wanted = question_for(texts), visit.query.about
    limit = min(wanted.limit, ROWS) if "limit" in texts else LISTED
    query = replace(visit.query, about=replace(wanted, facets=FACETS, fields=SEARCHED, limit=limit))
    answer = question.answer(visit.reading, query)
    ids = [each["id"] for each in answer["items"] if each["kind"] == "facility"]
    cards = visit.reading.at(query.as_of).cards(ids)
    names = {id: labels.names_of(card, lang) for id, card in cards.items()}
    world = visit.reading.at(query.as_of)
    words = statuses_in_words(answer["items"], world, lang)
    meaning, near = Meaning(), []
    if wanted.q is not None and not wanted.after:
        meaning = meaning_of(wanted.q)
    if wanted.q is not None and not answer["total"]:
        near = near_facilities(wanted.q, world, lang, first=meaning.place)
    return {
        "page": visit.page(
            "search",
            skip_to="found",
            description=say.n("%(num)s record found", "%(num)s records found", answer["total"]),
        ),
        "near": [{"name": each.name, "href": here.record(each.id)} for each in near],
        "nothing": nothing_found(texts, say),
        "answer": answer,
        "coverage": answer["coverage"]["sentence"][lang],
        "texts": texts,
        "places": places_offered(world, wanted.place, lang),
        "kinds": FINDABLE if texts.get("q") else FINDABLE[:-1],
        "fields": FIELDS,
        "statuses": STATUSES,
        "looked_for": question is SEARCH,
        "facets": answer.get("facets", {}),
        "facet_words": {
            "kind": say("Kind"), "country": say("Country"),
            "field": say("Field"), "class": say("Class"), "status": say("Status"),
        },
        "items": [
            {
                **_item(each, names, here, say, at=query.as_of.at),
                "status_words": words.get(each["id"]),
            }
            for each in answer["items"]
        ],
        "next": here.url(after=after_in(answer["next"])) if answer["next"] else None,
        "first": here.url(after=None) if "after" in texts else None,
        # Last, since what they cost may be too much.
        "offers": offers(visit, meaning),
    }  # fmt: skip


def nothing_found(texts: Mapping[str, str], say: Speech) -> str:
    """What is said where nothing is found: no more than was asked.

    >>> nothing_found({"status": "cancelled", "country": "JO"}, Speech("en"))
    'Nothing is found with these filters.'
    """
    if "q" not in texts:
        return say("Nothing is found with these filters.")
    if ANYTHING & texts.keys() - {"q"}:
        return say("Nothing is found by these words with these filters.")
    if texts.keys() & {*CLOCKS}:
        return say("Nothing is found by these words on this date.")
    return say("No card, statement or source is found by these words.")


def _item(
    each: Mapping[str, Any],
    names: Mapping[str, tuple[str, str]],
    here: Here,
    say: Speech,
    *,
    at: Day,
) -> Members:
    id, lang = each["id"], say.lang
    name, other = names.get(id, (text_in(each, "name", lang), ""))
    return {
        **each,
        "short": name,
        "notes": notes_on(each, say, at=at),
        "other": other,
        "icon": icon(each["status"]) if each.get("status") else "",
        "url": here.source(id) if each["kind"] == "source" else here.record(id),
        "matches": [
            {**match, "parts": snippet_parts(match["snippet"])} for match in each.get("matches", ())
        ],
    }


def snippet_parts(snippet: str) -> list[SnippetPart]:
    """A snippet of an answer, taken apart: what is marked, and what is not, as bare text.

    >>> snippet_parts("R&amp;D at <mark>JUNO</mark>")
    [SnippetPart(text='R&D at ', marked=False), SnippetPart(text='JUNO', marked=True)]
    """
    pieces = re.split(r"<mark>(.*?)</mark>", snippet)
    found = [SnippetPart(unescape(text), marked=bool(at % 2)) for at, text in enumerate(pieces)]
    return [part for part in found if part.text]
