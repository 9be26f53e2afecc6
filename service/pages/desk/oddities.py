"""What is odd about a command though it may be recorded, besides the warnings of its statements.

Those follow from a record as it is, so that its page shows them too; these are told only to whoever
is about to record: what shows in the change itself, or beside what others have said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from events.statement import Statement
from projections.kinds.facility import FOR_GOOD
from service.orders.preview import Touched
from service.pages.desk.room import Desk
from service.pages.shell.layout import Members
from service.words import labels


def oddities(desk: Desk, changing: Sequence[Touched]) -> Iterator[Members]:
    """What is odd, each with its `text` and the number of its `line`."""
    new = {id for change in changing for id in change.after.kept}
    for change in changing:
        for event in change.events:
            if event.about.space == "statement":
                for text in _of_statement(desk, change, event.id, new):
                    yield {"line": event.number, "text": text}


def _of_statement(desk: Desk, change: Touched, id: str, new: set[str]) -> Iterator[str]:
    """What is odd about a statement that is recorded or changed; `new` are the ids of all that are
    in the records that change."""
    statement, say = change.after.statement(id), desk.say
    before = change.before.kept[id].line if id in change.before.kept else None
    line = statement.line
    if statement.withdrawn or line == before:
        return
    altered = {name for name in ("date", "sources") if line.get(name) != (before or line).get(name)}
    if altered == {"date"}:
        yield say("Its date changes, and what it rests on does not: do its sources say so?")
    named = set(line.get("contradicts", ())) - set((before or {}).get("contradicts", ()))
    for each in sorted(named - new - set(desk.service.chronicle.claimed("statement", named))):
        yield say("It contradicts %(id)s, and nothing of that id is recorded.", id=each)
    yield from _of_closing(desk, statement, change.after.statements())


def _of_closing(desk: Desk, statement: Statement, others: list[Statement]) -> Iterator[str]:
    """What comes after the end of its facility."""
    for other in others:
        if other.withdrawn or other.planned or statement.planned:
            continue
        for end, step in ((statement, other), (other, statement)):
            if end.milestone not in FOR_GOOD or step.milestone in (None, *FOR_GOOD):
                continue
            last, first = end.latest, step.earliest
            if last is not None and first is not None and last < first:
                yield desk.say(
                    "%(end)s comes before %(step)s (%(id)s).",
                    end=labels.milestone(end.milestone, desk.lang),
                    step=labels.milestone(step.milestone, desk.lang),
                    id=other.id,
                )
                return
