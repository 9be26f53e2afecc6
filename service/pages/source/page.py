"""A source: what it is, and every statement and card that rests on it."""

from __future__ import annotations

from service.pages.shell.answering import Asked
from service.pages.shell.page import Members
from service.records.audit import source_answer
from service.words import labels


def source_page(asked: Asked) -> Members:
    """What the template of a source shows. Raises NotFound."""
    lang, query, reading = asked.lang, asked.query, asked.reading
    answer = source_answer(reading, query)
    ids = [each["id"] for each in answer["statements"]]
    cards = reading.at(query.as_of).cards(answer["records"])
    source = answer["source"]
    return {
        "page": asked.page(
            "sources",
            skip_to="rests", description=source["title"],
        ),
        "answer": answer,
        "source": source,
        "record_of": reading.state.records_of(reading.db, ids, known=query.as_of.known),
        "records": [
            {"id": record, "name": labels.names_of(cards[record], lang)[0]}
            for record in answer["records"]
            if record in cards
        ],
    }  # fmt: skip
