"""What is disputed: every entry of which a disputed or contradicted statement was made, with all
that was said of it, how each stands, and by which sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from events.dates import Language
from events.statement import Statement
from events.vocabulary import FIELDS
from projections.views.lines import statement_text
from projections.views.reading import Reading
from service.asking.query import Arguments, Query
from service.lists.answer import records_answer
from service.lists.question import RECORDS
from service.pages.shell.answering import Visit
from service.pages.shell.here import after_in
from service.pages.shell.layout import Members
from service.pages.shell.placing import places_offered
from service.pages.shell.titling import as_told, headed, part_of_the_world, titled
from service.records.answer import RecordAt
from service.records.audit import standing_of
from service.web.response import CLOCKS
from service.words import labels
from service.words.amounts import reading_text
from service.words.names import text_in
from service.words.speech import Speech

TAKES = (*CLOCKS, "country", "region", "field", "class", "kind", "disputed", "after")
"""The parameters of the page; `disputed` is always true."""

LISTED = 25
"""How many records a page shows at most."""


def disputed_read(arguments: Arguments) -> Query:
    """The question for the records of which something is disputed."""
    texts = {**arguments.texts, "disputed": "true"}
    return replace(RECORDS.query(replace(arguments, texts=texts)), path=arguments.path)


def disputed_title(_: Reading, query: Query, say: Speech) -> str:
    """Of which part of the world it is."""
    about = query.about
    part = part_of_the_world(about.place, say, field=about.field, class_=about.class_)
    return as_told(headed(part, say("what is disputed"), say), query.as_of, say)


def disputed_page(visit: Visit) -> Members:
    """What the template shows."""
    here, texts, query = visit.here, visit.texts, visit.query
    asked = replace(query, path=RECORDS.path, about=replace(query.about, limit=LISTED))
    answer = records_answer(visit.reading, asked)
    names = visit.names(each["id"] for each in answer["items"] if each["kind"] == "facility")
    shown = [_record(visit, each, names) for each in answer["items"]]
    lines = [
        row["line"] for record in shown for entry in record["entries"] for row in entry["rows"]
    ]
    cited = {each["id"] for line in lines for each in line.get("sources", ())}
    said = visit.say("Sources say different things of no record here.")
    if answer["total"]:
        said = visit.say.n(
            "Of %(num)s record sources say different things.",
            "Of %(num)s records sources say different things.",
            answer["total"],
        )
    return {
        "page": visit.page("disputed", skip_to="disputed", description=said),
        "answer": answer,
        "said": said,
        "records": shown,
        "sources": visit.reading.at(query.as_of).sources(cited),
        "texts": texts,
        "place": query.about.place,
        "coverage": answer["coverage"]["sentence"][visit.lang],
        "places": places_offered(visit.reading.at(query.as_of), query.about.place, visit.lang),
        "fields": FIELDS,
        "next": here.url(after=after_in(answer["next"])) if answer["next"] else None,
        "first": here.url(after=None) if "after" in texts else None,
    }


def _record(visit: Visit, item: Mapping[str, Any], names: Mapping[str, str]) -> Members:
    """A record with the entries of which something is disputed."""
    found = RecordAt.read(visit.reading, item["id"], visit.query.as_of)
    by_entry: dict[str, list[Statement]] = defaultdict(list)
    for statement in found.visible():
        by_entry[statement.entry].append(statement)
    return {
        **item,
        "short": names.get(item["id"]) or _title(found, visit.lang) or item["name"],
        "entries": [
            {"rows": [_row(visit, found, each) for each in statements]}
            for statements in by_entry.values()
            if any(each.disputed or found.is_contested(each.id) for each in statements)
        ],
    }


def _title(found: RecordAt, lang: Language) -> str:
    """What a record that is no facility is called: by its card, else by what holds of it."""
    card = found.record.card
    if card is not None:
        return labels.names_of(card, lang)[0]
    holds = sorted(found.account.effective.items())
    return next((text_in(each.statement.line, "title", lang) for _, each in reversed(holds)), "")


def _row(visit: Visit, found: RecordAt, statement: Statement) -> Members:
    """A statement: its line, how it stands, and the statements that it names in contradiction."""
    standing, shown, _ = standing_of(found.account, statement)
    line = msgspec.json.decode(statement_text(statement))
    named = line.get("contradicts", ())
    reading, known = visit.reading, visit.query.as_of.known
    record_of = reading.lines.records_of(reading.db, named, known=known)
    others = reading.at(visit.query.as_of).statements(named)
    return {
        "line": line,
        "shown": shown,
        "word": labels.standing(standing, visit.lang),
        "disputed": statement.disputed,
        "contested": shown and found.is_contested(statement.id),
        "contradicts": [
            {
                "record": record_of.get(id),
                "id": id,
                "title": titled(msgspec.json.decode(others[id]), visit.say) if id in others else id,
            }
            for id in named
        ],
        "value": reading_text(line["value"], _unit(visit, line), visit.lang)
        if "value" in line
        else "",
    }


def _unit(visit: Visit, line: Mapping[str, Any]) -> str:
    """What a reading is counted in, in words."""
    cards = visit.reading.at(visit.query.as_of).cards([line["series"]])
    return labels.unit_of(line["unit"], cards.get(line["series"]), visit.lang)
