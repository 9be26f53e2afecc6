"""Search: records and sources by words, kind, country, field or status."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from html import unescape
from typing import Any, NamedTuple

from events.vocabulary import FIELDS, STATUSES
from service.asking.filters import FINDABLE
from service.asking.question import Question
from service.drawing.marks import icon
from service.lists.question import RECORDS, SEARCH
from service.pages.shell.answering import Asked
from service.pages.shell.here import Here
from service.pages.shell.page import Members
from service.words import labels

TAKES = (
    *("at", "during", "stated", "known"),
    *("q", "kind", "country", "field", "status", "sort", "limit", "after"),
)
"""What the form asks for: less than the questions take."""

ANYTHING = frozenset(("q", "kind", "country", "field", "status"))
"""With any of these something is looked for; else all records are listed."""

COUNTED = ("kind", "country", "field", "status")

LISTED = 50
"""How many records a page lists, unless it is asked for another number."""


class Bit(NamedTuple):
    """A piece of a snippet."""

    text: str
    marked: bool


def answered_by(texts: Mapping[str, str]) -> Question:
    """The question that finds what the page shows."""
    return SEARCH if ANYTHING & texts.keys() else RECORDS


def search_page(asked: Asked) -> Members:
    """What the template of the search shows. Without anything to look for, all records."""
    lang, here, say, texts = asked.lang, asked.here, asked.say, asked.texts
    question, wanted = answered_by(texts), asked.query.about
    limit = wanted.limit if "limit" in texts else LISTED
    query = replace(asked.query, about=replace(wanted, facets=COUNTED, limit=limit))
    answer = question.answer(asked.reading, query)
    ids = [each["id"] for each in answer["items"] if each["kind"] == "facility"]
    cards = asked.reading.at(query.as_of).cards(ids)
    names = {id: labels.names_of(card, lang) for id, card in cards.items()}
    return {
        "page": asked.page(
            "search",
            skip_to="found",
        ),
        "answer": answer,
        "texts": texts,
        "kinds": FINDABLE if texts.get("q") else FINDABLE[:-1],
        "kind_words": {kind: labels.kind(kind, lang) for kind in FINDABLE},
        "fields": FIELDS,
        "statuses": STATUSES,
        "looked_for": question is SEARCH,
        "facets": answer.get("facets", {}),
        "facet_words": {
            "kind": say("Kind"), "country": say("Country"),
            "field": say("Field"), "status": say("Status"),
        },
        "items": [_item(each, names, here) for each in answer["items"]],
        "next": here.page_of(answer["next"]) if answer["next"] else None,
    }  # fmt: skip


def _item(each: Mapping[str, Any], names: Mapping[str, tuple[str, str]], here: Here) -> Members:
    id = each["id"]
    name, other = names.get(id, (each["name"], ""))
    return {
        **each,
        "short": name,
        "other": other,
        "icon": icon(each["status"]) if each.get("status") else "",
        "url": here.source(id) if each["kind"] == "source" else here.record(id),
        "matches": [{**match, "bits": bits(match["snippet"])} for match in each.get("matches", ())],
    }


def bits(snippet: str) -> list[Bit]:
    """A snippet of an answer, taken apart: what is marked, and what is not, as bare text.

    >>> bits("R&amp;D at <mark>JUNO</mark>")
    [Bit(text='R&D at ', marked=False), Bit(text='JUNO', marked=True)]
    """
    pieces = re.split(r"<mark>(.*?)</mark>", snippet)
    found = [Bit(unescape(text), marked=bool(at % 2)) for at, text in enumerate(pieces)]
    return [bit for bit in found if bit.text]
