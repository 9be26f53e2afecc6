"""What a record is called: at the head of its page, and as its title."""

from __future__ import annotations

from events.dates import Language
from projections.views.reading import Reading
from service.asking.query import Query
from service.pages.shell.titling import as_told
from service.records.answer import RecordAt
from service.words import labels
from service.words.names import text_in
from service.words.speech import Speech


def record_title(reading: Reading, query: Query, say: Speech) -> str:
    """What the record is called. Raises NotFound."""
    found = RecordAt.read(reading, query.id, query.as_of)
    name, full, _ = names_of(found, say.lang)
    return title_of(name, full, query, say)


def names_of(found: RecordAt, lang: Language) -> tuple[str, str, str]:
    """What a record is called at the head of its page, in full, and in Chinese; without a card as
    the statement of it that holds."""
    card = found.record.card
    if card is not None:
        short, other = labels.names_of(card, lang)
        full = card["name"]
        return short, "" if full == short else full, other
    own = {each.id: each for each in found.visible()}
    held = (span.statement for span in found.holding(found.record.kind, found.as_of.at))
    effective = (each.statement.id for _, each in sorted(found.account.effective.items()))
    for id in (*held, *reversed(tuple(effective)), *own):
        if id is not None and id in own:
            return text_in(own[id].line, "title", lang), "", ""
    return found.record.id, "", ""


def title_of(name: str, full: str, query: Query, say: Speech) -> str:
    """What a record is called, as the title of its page."""
    named = say("%(name)s (%(full)s)", name=name, full=full) if full else name
    return as_told(named, query.as_of, say)
