"""Lines, and somebody who tells them to an archive and asks it questions.

The lines are as short as the format allows; a story adds what it turns on.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from eventsourcing.persistence import StoredEvent

from events.clocks import utc_day
from events.commit import NewCommit, microseconds
from events.decision import decide
from events.fact import Line
from events.orders import Command, Order, Recorded
from service.archive import LOG, Archive
from service.asking.query import Arguments
from service.state.question import STATE

NOON = "2026-11-25T12:00:00.000000Z"

SOURCE: Line = {"type": "source", "id": "yearbook", "medium": "book", "title": "A yearbook"}
JUNO: Line = {
    "type": "facility",
    "id": "juno",
    "name": "JUNO",
    "country": "CN",
    "field": "particle-physics",
}
CITED = [{"id": "yearbook"}]


class Clock:
    """The clock of an archive. Stands still until it is set."""

    def __init__(self, now: str = NOON) -> None:
        self.set(now)

    def set(self, instant: str) -> None:
        """Set it to an instant as the log writes it."""
        self.now = microseconds(instant)

    def __call__(self) -> int:
        return self.now


@contextmanager
def kept(
    folder: Path, batches: Sequence[Sequence[Line]], instants: Sequence[str]
) -> Iterator[Archive]:
    """An archive in which each batch is a commit, recorded at its instant."""
    clock = Clock()
    with Archive(folder, clock=clock) as archive:
        for batch, instant in zip(batches, instants, strict=True):
            clock.set(instant)
            archive.chronicle.execute(command(*batch))
        yield archive


class Teller:
    """Tells an archive lines, and asks it questions with the views brought up to the log."""

    def __init__(self, archive: Archive, clock: Clock) -> None:
        self.archive = archive
        self.clock = clock

    def tell(self, *lines: Line, on: str | None = None, **more: Any) -> Recorded:
        """Record lines as one commit, on another day if told; `more` is of the command."""
        if on is not None:
            self.clock.set(f"{on}T12:00:00.000000Z")
        return self.archive.chronicle.execute(command(*lines, **more))

    def tell_as_of_old(self, *lines: Line) -> None:
        """Record lines with characters that were let in before there was a rule for them."""
        chronicle = self.archive.chronicle
        decision = decide(command(*lines), chronicle, today=utc_day(chronicle.now()), restores=True)
        events = [
            StoredEvent(each.originator_id, each.originator_version, each.fact.TOPIC, each.state)
            for _, each, _ in decision.decided
        ]
        commit = NewCommit(actor="wang", request="old", claims=decision.claims)
        chronicle.log.insert_events(events, commit=commit)

    def text(
        self,
        *,
        at: str | None = None,
        during: str | None = None,
        stated: str | None = None,
        known: str | None = None,
        **filters: str | None,
    ) -> str:
        """The text of `/v1/state` at these clocks and filters."""
        self.archive.catch_up()
        return state_text(self.archive, at=at, during=during, stated=stated, known=known, **filters)

    def state(self, **asked: str | None) -> dict[str, Any]:
        """The state at these clocks and filters."""
        answer: dict[str, Any] = json.loads(self.text(**asked))
        return answer

    def facility(self, id: str, **asked: str | None) -> dict[str, Any]:
        """The row of one facility. Raises KeyError where the state does not list it."""
        rows: dict[str, Any] = {row["id"]: row for row in self.state(**asked)["facilities"]}
        row: dict[str, Any] = rows[id]
        return row

    def log(self) -> str:
        """The digest of every row of the log."""
        return log_digest(self.archive.folder)


def state_text(
    archive: Archive,
    *,
    at: str | None = None,
    during: str | None = None,
    stated: str | None = None,
    known: str | None = None,
    **filters: str | None,
) -> str:
    """The text of `/v1/state`, from the views as they are."""
    given = {"at": at, "during": during, "stated": stated, "known": known, **filters}
    query = STATE.query(
        Arguments(
            path="/v1/state",
            texts={name: text for name, text in given.items() if text is not None},
            log=archive.chronicle.log,
            now=archive.chronicle.now(),
        )
    )
    return STATE.text(archive.reading(archive.db_at(query.as_of.known)), query)


def log_digest(folder: Path) -> str:
    """SHA-256 over every row of the log's tables, the count of given positions included."""
    with closing(sqlite3.connect(folder / LOG)) as connection:
        rows = [
            connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
            for table in ("stored_events", "commits", "names", "sqlite_sequence")
        ]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def command(*lines: Line, **more: Any) -> Command:
    """A curator's command, its lines numbered from 1."""
    orders = tuple(Order(number, line) for number, line in enumerate(lines, start=1))
    return Command(orders=orders, **{"actor": "wang", "request": "r-1", **more})


def facility(id: str, **more: Any) -> Line:
    """A facility in China, unless told otherwise."""
    return {**JUNO, "id": id, "name": id.upper(), **more}


def milestone(id: str, milestone: str, date: str, **more: Any) -> Line:
    """A milestone of JUNO that came to pass and has a source, unless told otherwise."""
    return {
        "type": "milestone",
        "id": id,
        "facility": "juno",
        "milestone": milestone,
        "modality": "actual",
        "date": date,
        "title": f"JUNO: {milestone}",
        "sources": CITED,
        **more,
    }


def plan(id: str, what: str, date: str, stated: str, **more: Any) -> Line:
    """A planned milestone of JUNO."""
    return milestone(id, what, date, modality="planned", stated=stated, **more)


def statement(type: str, id: str, date: str, **more: Any) -> Line:
    """A statement that is no milestone, actual and with a source, unless told otherwise."""
    return {
        "type": type,
        "id": id,
        "modality": "actual",
        "date": date,
        "title": f"{type} {id}",
        "sources": CITED,
        **more,
    }


def reading(id: str, date: str, value: float, **more: Any) -> Line:
    """A reading of the share of GDP that goes into research."""
    return statement(
        "indicator", id, date, **{"series": "rd-share", "value": value, "unit": "%", **more}
    )


def correction(of: str, changes: Line, **more: Any) -> Line:
    """A correction of a statement."""
    return {
        "type": "correction",
        "statement": of,
        "changes": changes,
        "reason": "Misread.",
        **more,
    }


def withdrawal(of: str, **more: Any) -> Line:
    """A withdrawal of a statement."""
    return {"type": "withdrawal", "statement": of, "reason": "Another machine.", **more}


def reinstatement(of: str, **more: Any) -> Line:
    """A reinstatement of a statement."""
    return {"type": "reinstatement", "statement": of, "reason": "It was JUNO.", **more}


def amendment(record: str, changes: Line, **more: Any) -> Line:
    """An amendment of a facility's card."""
    return {
        "type": "amendment",
        "record": record,
        "changes": changes,
        "reason": "Misspelt.",
        **more,
    }
