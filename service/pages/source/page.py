"""A source: what it is, and every statement and card that rests on it."""

from __future__ import annotations

from service.pages.shell.answering import Asked
from service.pages.shell.page import Format, Members, page_at
from service.records.audit import source_answer
from service.words import labels


def source_page(asked: Asked) -> Members:
    """What the template of a source shows. Raises NotFound."""
    id = asked.id
    lang, here, say = asked.lang, asked.here, asked.say
    state, as_of = asked.service.state, asked.question.as_of
    question = asked.answered(f"/v1/sources/{id}")
    answer = source_answer(asked.reading, question)
    ids = [each["id"] for each in answer["statements"]]
    streams = [f"record:{record}" for record in answer["records"]]
    cards = state.cards(asked.db, streams, known=as_of.known)
    source = answer["source"]
    return {
        "page": page_at(
            "sources", asked.question, say=say,
            formats=[
                Format("JSON", "application/json", here.url(f"/sources/{id}.json", lang=None)),
                Format("CSV", "text/csv", here.url(f"/sources/{id}.csv", lang=None)),
            ],
            skip_to="rests", description=source["title"],
        ),
        "answer": answer,
        "source": source,
        "record_of": state.records_of(asked.db, ids, known=as_of.known),
        "records": [
            {"id": record, "name": labels.names_of(cards[f"record:{record}"], lang)[0]}
            for record in answer["records"]
            if f"record:{record}" in cards
        ],
    }  # fmt: skip
