"""The two revisions between which a reader compares a record, as its page alone takes them."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from events.errors import BadFilter
from projections.views.history import folded
from service.asking.parameter import Filter, texts_of, values_of
from service.asking.query import Arguments, Query
from service.pages.desk.revisions import differences
from service.pages.record.subject import Subject
from service.pages.shell.here import Here
from service.pages.shell.layout import Members
from service.records.question import RECORD


def _position(name: str, text: str) -> int:
    found = re.fullmatch("@([0-9]{1,18})", text)
    if found is None:
        raise BadFilter(name, text, "write a position (@1199)")
    return int(found[1])


def _revision(name: str, meaning: str) -> Filter:
    return Filter(
        name=name,
        form={"type": "string", "pattern": "^@[0-9]{1,18}$", "examples": ["@1199"]},
        meaning=meaning,
        parse=partial(_position, name),
        write=lambda position: f"@{position}",
    )


REVISIONS = (
    _revision("from", "The position in the log from which on the record is compared."),
    _revision("to", "The position with which it is compared."),
)
"""What only the page takes: two points of the log between which a reader compares the record."""


def record_read(arguments: Arguments) -> Query:
    """Parses the parameters of the page: those of the question, and two points of the log.

    Raises BadFilter and what the clocks raise.
    """
    texts = dict(arguments.texts)
    ends = texts_of(REVISIONS, values_of(REVISIONS, texts))
    for each in REVISIONS:
        texts.pop(each.name, None)
    query = RECORD.query(replace(arguments, texts=texts))
    return replace(query, filters=dict(sorted({**query.filters, **ends}.items())))


def without_revisions(here: Here) -> Here:
    """Where the reader is, less the two revisions, which no other form of the record takes."""
    own = {each.name for each in REVISIONS}
    texts = {name: text for name, text in here.texts.items() if name not in own}
    return replace(here, texts=texts)


def revisions_compared(subject: Subject) -> Members:
    """Two positions of the log, those asked for or those of the last two events, and if they
    were asked for what differs between the record as it was at each."""
    asked = values_of(REVISIONS, subject.visit.query.filters)
    last = [entry.position for entry in subject.log[-2:]]
    older, newer = asked["from"], asked["to"]
    ends = sorted((last[0] if older is None else older, last[-1] if newer is None else newer))
    if older is None and newer is None:
        return {"older": ends[0], "newer": ends[1], "found": None}
    before, after = (
        folded(subject.id, [entry for entry in subject.log if entry.position <= end])
        for end in ends
    )
    return {
        "older": ends[0],
        "newer": ends[1],
        "found": differences(subject.visit.say, before, after),
    }
