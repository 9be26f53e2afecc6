"""What the history reads from the log: whatever part is asked for, the same entries."""

from __future__ import annotations

import itertools
from collections import Counter
from random import Random

import jsonpatch
import pytest

from events.commit import LoggedEvent
from events.record import Record
from projections.views.history import Acts, Entry, names_of_streams, numbers_of_streams
from service.archive import Archive
from tests.naive.histories import random_history
from tests.story.telling import command

ALL = 10**6


@pytest.fixture
def told(archive: Archive) -> Archive:
    """A random history of all kinds of events, read by the views."""
    for batch in random_history(Random(5), lines=120):
        archive.chronicle.execute(command(*batch))
    archive.catch_up()
    return archive


def events(archive: Archive) -> list[LoggedEvent]:
    """Every event of the log."""
    return archive.chronicle.log.select_log(after=0, limit=ALL)


def whole(archive: Archive, stream: str, *, known: int = ALL) -> list[Entry]:
    """The whole history of a stream."""
    db = archive.views.db()
    return list(archive.history.entries(db, stream, known=known, after=0, limit=ALL))


def shown(entry: Entry) -> tuple[object, ...]:
    """All that an answer shows of an entry."""
    return *entry[:-1], entry.line, entry.patch


def test_the_patches_of_a_record_add_up_to_it(told: Archive) -> None:
    """To its card and the statements that stand, at the end as at every event before."""
    for stream in {event.stream for event in events(told)}:
        document: object = {}
        record = Record.of(stream)
        for entry in whole(told, stream):
            document = jsonpatch.apply_patch(document, entry.patch)
            record.fold([entry.of_stream])
            card = {} if record.card is None else {"card": record.card}
            kept = {id: kept.line for id, kept in record.kept.items() if not kept.withdrawn}
            assert document == {**card, "statements": kept}


def test_a_page_of_a_stream_is_a_part_of_the_whole(told: Archive) -> None:
    """From wherever it begins, and as of whatever position: patches look further back than it."""
    history, db, chance = told.history, told.views.db(), Random(1)
    positions = [event.position for event in events(told)]
    for stream in {event.stream for event in events(told)}:
        entries = whole(told, stream)
        for _ in range(5):
            after, known, limit = chance.choice(positions), chance.choice(positions), 3
            page = history.entries(db, stream, known=known, after=after, limit=limit)
            expected = [entry for entry in entries if after < entry.position <= known][:limit]
            assert list(map(shown, page)) == list(map(shown, expected))


def test_what_was_done_to_a_stream_is_told_alike_among_all(told: Archive) -> None:
    """Acts of all streams, of some, from the beginning and from the end: the entries of each."""
    history, db, chance = told.history, told.views.db(), Random(2)
    head = events(told)[-1].position
    streams = sorted({event.stream for event in events(told)})
    of_stream = {stream: whole(told, stream) for stream in streams}
    for some, (after, last), limit in itertools.product(
        (None, ("record:nowhere",), *(tuple(chance.sample(streams, size)) for size in (1, 2, 9))),
        ((0, head), (0, ALL), (head // 2, head // 2 + 5), (head - 20, head)),
        (1, 7, ALL),
    ):
        acts = Acts(after, last, streams=some)
        expected = sorted(
            (entry.position, stream, shown(entry))
            for stream in (streams if some is None else some)
            for entry in of_stream.get(stream, ())
            if after < entry.position <= last
        )
        for found, wanted in (
            (history.acts(db, acts, limit=limit), expected[:limit]),
            (history.last_acts(db, acts, limit=limit), expected[-limit:]),
        ):
            told_of = [(act.entry.position, act.stream, shown(act.entry)) for act in found]
            assert told_of == wanted
        counts: Counter[str] = Counter()
        for _, type, _, count in history.counts(db, acts):
            counts[type] += count
        assert counts == Counter(entry[3] for _, _, entry in expected)


def test_streams_have_the_numbers_of_their_first_events(told: Archive) -> None:
    """And are found by them, so the views need no names in their rows."""
    db = told.views.db()
    first = {event.stream: event.position for event in events(told) if event.version == 1}
    assert numbers_of_streams(db, [*first, "record:nowhere"]) == first
    assert names_of_streams(db, [*first.values(), 0]) == {
        number: stream for stream, number in first.items()
    }
