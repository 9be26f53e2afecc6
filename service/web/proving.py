"""An answer with its proof: that the events which it rests on are in the log that is signed.

Which these are is found in the same way for every question: each record, statement and source that
the answer names, by the claims of the log, and the events about it up to where the answer has read.
That is what can be checked offline and cheaply. What an answer leaves out, and what it counts, is
proved by the whole log alone, from which anyone can derive the same bytes (`annales verify answer
--log`); the bundle says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import msgspec

from events.commit import LoggedEvent
from events.ledger.checking import Bundle, Resting
from events.ledger.ledger import entry_of
from events.record import Subject, touched
from events.store.sqlite import ChronicleRecorder
from events.store.transcoding import line_of
from events.stream import Stream
from projections.views.reading import Reading
from service.archive import Archive
from service.asking.format import JSON, Format
from service.asking.query import Query
from service.asking.question import Question

MOST_THINGS = 200
MOST_EVENTS = 500
MOST_READ = 20_000
"""Of how many things that an answer names the events are proved, how many events in all, and among
how many they are looked for."""


def proved(
    archive: Archive,
    reading: Reading,
    question: Question,
    query: Query,
    *,
    body: str,
    form: Format,
    note: str,
) -> str:
    """The bundle of an answer, against a signed checkpoint. Raises NotSigned where that does not
    reach so far."""
    ledger = archive.ledger
    answer = body if form is JSON else question.text(reading, query)
    known = query.as_of.known if query.position is None else query.position
    if known:
        ledger.proof(known, note)  # all that the answer may be made of is in the checkpoint
    things = list(named(archive.chronicle.log, msgspec.json.decode(answer), known=known))
    events, omitted = resting(archive.chronicle.log, things, known=known)
    rests = []
    for event in events:
        proof = ledger.proof(event.position, note)
        entry = entry_of(event).decode()
        rests.append(Resting(event.position, proof.index, entry, proof.path))
    key = ledger.key()
    assert key is not None  # noqa: S101 -- the ledger read the note by it
    return str(
        Bundle(
            of=query.pinned,
            media_type=form.media_type,
            body=body.encode(),
            note=note,
            key=key,
            events=tuple(rests),
            omitted=omitted,
        )
    )


def named(log: ChronicleRecorder, answer: Any, *, known: int) -> Iterator[tuple[str, Subject]]:
    """The records, statements and sources that an answer names, each with the stream in which it
    lies, in the order in which they are named; those that the log had by a position."""
    texts = list(dict.fromkeys(_texts(answer)))
    streams: dict[str, list[tuple[str, Subject]]] = defaultdict(list)
    for space in ("record", "statement", "source"):
        for claim in log.claims(space, texts):
            if claim.first <= known:
                stream = claim.id if space != "statement" else claim.record
                lies = Stream.source(stream) if space == "source" else Stream.record(stream)
                streams[claim.id].append((str(lies), Subject(space, claim.id)))
    for text in texts:
        yield from streams.get(text, ())


def resting(
    log: ChronicleRecorder, things: list[tuple[str, Subject]], *, known: int
) -> tuple[list[LoggedEvent], int]:
    """The events about some things up to a position, in the order of the log, and of how many
    things they are left out, as there would be too many."""
    shown = things[:MOST_THINGS]
    about: dict[Subject, list[LoggedEvent]] = defaultdict(list)
    wanted = {thing for _, thing in shown}
    left = MOST_READ
    for stream in dict.fromkeys(stream for stream, _ in shown):
        if (events := log.revision(stream, up_to=known)) > left:
            shown = [each for each in shown if each[0] != stream]
            continue
        left -= events
        for event in log.select_stream(stream, up_to=known):
            if (thing := touched(line_of(event.topic, event.state))) in wanted:
                about[thing].append(event)
    found: list[LoggedEvent] = []
    omitted = len(things) - len(shown)
    for _, thing in shown:
        if len(found) + len(about[thing]) > MOST_EVENTS:
            omitted += 1
        else:
            found += about[thing]
    return sorted(found), omitted


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value that may be an id."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield name
            yield from _texts(member)
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)
