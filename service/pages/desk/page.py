"""The desk without its forms: what a search finds, and a record or a source to work on."""

from __future__ import annotations

from itertools import chain

from events.catalogue import STATEMENT_TYPES
from events.errors import NotFound
from events.record import Record
from events.statement import Statement
from events.stream import Stream
from projections.engine.account import account
from service.asking.query import Arguments
from service.lists.question import SEARCH
from service.pages.desk import words as desk_words
from service.pages.desk.lines import rows_of
from service.pages.desk.revisions import undoing
from service.pages.desk.room import PATH, Desk
from service.pages.desk.task import folded_at
from service.pages.desk.values import statement_row
from service.pages.shell.layout import Members
from service.pages.shell.pager import Pager
from service.records.audit import plans_over, standing_of
from service.words import labels
from service.words.names import text_in


def found(desk: Desk, q: str) -> list[Members]:
    """Records and sources that have these words, the best first: `id`, `name`, `kind`, `space`."""
    chronicle = desk.service.chronicle
    # What the views have not read yet cannot be found; the desk itself reads the log.
    texts = {"q": q, "limit": "20", "known": f"@{desk.service.views.tracked()}"}
    query = SEARCH.query(
        Arguments(path=SEARCH.path, texts=texts, log=chronicle.log, now=chronicle.now())
    )
    answer = SEARCH.answer(desk.service.reading_at(query.as_of.known), query)
    return [
        {
            "id": each["id"],
            "name": text_in(each, "name", desk.lang),
            "kind": labels.kind(each["kind"], desk.lang),
            "space": "source" if each["kind"] == "source" else "record",
        }
        for each in answer["items"]
    ]


def record_members(desk: Desk, id: str, pager: Pager) -> Members:
    """A record at the desk: its card, and the statements of a page with how they stand. Raises
    NotFound."""
    record, revision = folded_at(desk.service, str(Stream.record(id)), None)
    if revision == 0:
        raise NotFound("record", id)
    derived = account(id, record.card, record.statements(), desk.today)
    over = plans_over(derived, record.kind)
    by_entry: dict[str, list[Statement]] = {}
    for statement in record.statements():
        by_entry.setdefault(statement.entry, []).append(statement)
    entries: dict[str, list[Members]] = {}
    for statement in pager.part([*chain.from_iterable(by_entry.values())]):
        standing = standing_of(derived, statement)
        row = statement_row(statement, standing, over.get(statement.id), desk.lang)
        row["withdrawn"] = statement.withdrawn
        entries.setdefault(statement.entry, []).append(row)
    return {
        "id": id,
        "space": "record",
        "kind": record.kind,
        "word": labels.kind(record.kind, desk.lang),
        "name": _name(record, desk.lang),
        "revision": revision,
        "undo": undoing(desk.service, str(Stream.record(id))).lines != (),
        "card": rows_of(desk, record.card or {}),
        "entries": entries,
        "new": _new_links(desk, record, id),
    }


def source_members(desk: Desk, id: str) -> Members:
    """A source at the desk. Raises NotFound."""
    record, revision = folded_at(desk.service, str(Stream.source(id)), None)
    if record.card is None:
        raise NotFound("source", id)
    return {
        "id": id,
        "space": "source",
        "kind": "source",
        "word": labels.kind("source", desk.lang),
        "name": record.card["title"],
        "revision": revision,
        "undo": undoing(desk.service, str(Stream.source(id))).lines != (),
        "card": rows_of(desk, record.card),
        "entries": {},
        "new": [_new_link(desk, type, {"source": id}) for type in STATEMENT_TYPES],
    }


def _new_links(desk: Desk, record: Record, id: str) -> list[Members]:
    """Links to the forms of what can be recorded of a record, each filled with the id."""
    if record.kind == "facility":
        return [_new_link(desk, type, {"facility": id}) for type in STATEMENT_TYPES]
    name = "series" if record.kind == "indicator" else "record"
    return [_new_link(desk, record.kind, {name: id})]


def _new_link(desk: Desk, type: str, filled: dict[str, str]) -> Members:
    return {
        "word": desk_words.type_of_line(type, desk.lang),
        "url": desk.here.to(f"{PATH}/new/{type}", **filled),
    }


def _name(record: Record, lang: str) -> str:
    if record.card is not None:
        return labels.names_of(record.card, lang)[0]
    last = record.statements()[-1]
    return text_in(last.line, "title", lang)
