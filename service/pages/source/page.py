"""A source: what it is, and every statement and card that rests on it."""

from __future__ import annotations

from dataclasses import replace

from service.asking.paging import Lists
from service.pages.shell.answering import Visit
from service.pages.shell.layout import Members
from service.pages.shell.pager import Pager
from service.records.audit import source_answer


def source_page(visit: Visit) -> Members:
    """What the template of a source shows. Raises NotFound."""
    query, reading = visit.query, visit.reading
    asked: Lists = query.about
    pager = Pager(visit.here, skipped=asked.skipped, limit=asked.limit)
    answer = source_answer(reading, replace(query, about=pager.wanted))
    lengths = answer.get("totals") or {
        name: len(answer[name]) for name in ("statements", "records")
    }
    for length in lengths.values():
        pager.stretch(length)
    ids = [each["id"] for each in answer["statements"]]
    names = visit.names(answer["records"])
    source = answer["source"]
    return {
        "page": visit.page(
            "sources",
            skip_to="rests",
            title=source["title"],
            description=visit.say.n(
                "%(num)s statement rests on this source.",
                "%(num)s statements rest on this source.",
                lengths["statements"],
            ),
        ),
        "answer": answer,
        "count": sum(lengths.values()),
        "pager": pager,
        "source": source,
        "record_of": reading.lines.records_of(reading.db, ids, known=query.as_of.known),
        "records": [
            {"id": record, "name": names[record]} for record in answer["records"] if record in names
        ],
    }
