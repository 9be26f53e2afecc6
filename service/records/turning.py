"""At which commits an answer about a statement or a source can change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from events.stream import Stream
from projections.engine.spans import AFTER_ALL
from projections.views.reading import Reading


def of_statement(reading: Reading, id: str, *, known: int) -> dict[str, int]:
    """Its record, and from where they are named the sources it cites and those who contradict."""
    record = reading.lines.record_of(reading.db, id, known=known)
    if record is None:
        return {}
    own = str(Stream.record(record))
    streams = {own: 0}
    for position, line in _lines(reading, own, {id}, known=known):
        for source in _named(line, "sources"):
            streams.setdefault(str(Stream.source(source)), position)
    contradicting = reading.lines.contradicting_ever(reading.db, [id])
    return _with_naming(reading, streams, contradicting, member="contradicts", id=id, known=known)


def of_source(reading: Reading, id: str, *, known: int) -> dict[str, int]:
    """Its own stream, and from where they first cite it those of what rests on it."""
    streams = {str(Stream.source(id)): 0}
    citing = reading.lines.citing(reading.db, id)
    return _with_naming(reading, streams, citing, member="sources", id=id, known=known)


def _with_naming(
    reading: Reading,
    streams: Mapping[str, int],
    naming: Iterable[str],
    *,
    member: str,
    id: str,
    known: int,
) -> dict[str, int]:
    """The streams, and those of what names an id, from where it first does."""
    lying_in: dict[str, set[str | None]] = defaultdict(set)
    for name in naming:
        space, _, record = name.rpartition(":")
        about = None if space else name  # a card is named by its stream
        lies_in = record if space else reading.lines.record_of(reading.db, name, known=known)
        if lies_in is not None:
            lying_in[str(Stream.record(lies_in))].add(about)
    found = dict(streams)
    for stream, names in lying_in.items():
        # A stream of a thousand statements is read once, not a thousand times.
        for position, line in _lines(reading, stream, names, known=known):
            if id in _named(line, member):
                found[stream] = min(position, found.get(stream, position))
                break
    return found


def _named(line: dict[str, Any], member: str) -> list[str]:
    """The ids in a list of a line, which are those of sources where it cites them."""
    return [each["id"] if isinstance(each, dict) else each for each in line.get(member) or ()]


def _lines(
    reading: Reading, stream: str, about: Collection[str | None], *, known: int
) -> Iterable[tuple[int, dict[str, Any]]]:
    """The positions of the events about some statements, or the card (None), with what each
    sets."""
    for entry in reading.entries(stream, known=known, after=0, limit=AFTER_ALL):
        if entry.statement in about:
            line = msgspec.json.decode(entry.line)
            yield entry.position, line.get("changes", line)
