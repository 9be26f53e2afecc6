"""What the history reads from the log: whatever part is asked for, the same entries."""

from __future__ import annotations

import contextlib
import itertools
from collections import Counter
from collections.abc import Iterator
from random import Random

import jsonpatch
import msgspec
import pytest

from events.chronicle import stream_lines
from events.commit import LoggedEvent
from events.errors import Refusal
from events.fact import Line
from events.record import Record
from projections.views import history as views
from projections.views.following import verify
from projections.views.history import Acts, Entry, names_of_streams, numbers_of_streams
from projections.views.lines import Lines
from service.archive import Archive
from tests.naive.histories import random_history
from tests.story.telling import JUNO, command

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


def test_what_one_did_is_counted_and_found_by_blocks(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever stretch of the log is meant, of whichever actor and kind, it is as if each event
    was looked at."""
    monkeypatch.setattr(views, "BITS", (2, 4, 6))
    chance = Random(3)
    for batch in random_history(Random(5), lines=120):
        who = chance.choice(("ann", "ann", "ann", "ann", "bob"))
        archive.chronicle.execute(msgspec.structs.replace(command(*batch), actor=who))
    archive.catch_up()
    history, db = archive.history, archive.views.db()
    every = list(history.acts(db, Acts(0, ALL), limit=ALL))
    for _, actor, kind in itertools.product(
        range(12), (None, "ann", "bob", "nobody"), (None, "facility", "source")
    ):
        after, last = sorted(chance.choices(range(len(every) + 10), k=2))
        acts = Acts(after, last, actor, kind)
        meant = [
            act
            for act in every
            if after < act.entry.position <= last
            and actor in (None, act.entry.actor)
            and kind in (None, act.kind)
        ]
        counted = Counter((act.kind, act.entry.type, act.entry.actor) for act in meant)
        found = history.counts(db, acts)
        assert {(*key,): count for *key, count in found if count} == counted
        assert len(found) == len({(*key,) for *key, _ in found})
        places = [act.entry.position for act in meant]
        for limit in (1, 5, ALL):
            first, final = (
                [act.entry.position for act in some(db, acts, limit=limit)]
                for some in (history.acts, history.last_acts)
            )
            assert (first, final) == (places[:limit], places[-limit:])
    assert {act.kind for act in every} > {"facility", "source"}


def test_the_views_know_what_names_a_source_at_every_commit(archive: Archive) -> None:
    """It comes and goes with corrections, withdrawals and amendments; what was dropped may be named
    again. Following and making anew tell the same."""
    for number, batch in enumerate(naming_sources(Random(4))):
        with contextlib.suppress(Refusal):
            archive.chronicle.execute(command(*batch))
        if number % 7 == 0:
            archive.catch_up()
    archive.catch_up()
    db, log, lines = archive.views.db(), archive.chronicle.log, Lines(archive.chronicle.log)
    streams = {event.stream for event in events(archive)}
    commits = {event.commit.position for event in events(archive)}
    for known, source in itertools.product(sorted(commits), "ab"):
        records = [Record.of(each, stream_lines(log, each, up_to=known)) for each in streams]
        expected = {each for record in records for each in naming(record, source)}
        assert {*lines.resting(db, source, known=known)} == expected
    verify(archive.chronicle, archive.views)
    (ended,) = db.execute("SELECT count(*) FROM citations WHERE until IS NOT NULL").fetchone()
    assert ended > 10


def naming(record: Record, source: str) -> list[tuple[int, int]]:
    """What of a record names a source, as it is folded: (record, number)."""
    things = [(record.number, record.card or {})]
    things += [(kept.position, kept.line) for kept in record.kept.values() if not kept.withdrawn]
    return [
        (record.number, number)
        for number, line in things
        if any(each["id"] == source for each in line.get("sources", ()))
    ]


def naming_sources(chance: Random) -> Iterator[list[Line]]:
    """Policies and a facility that name one source or another, mended again and again."""
    cited: tuple[list[str], ...] = ([], ["a"], ["b"], ["a", "b"], ["b", "a", "a"])
    yield [{"type": "source", "id": id, "medium": "book", "title": id} for id in "ab"]
    yield [JUNO]
    for number in range(150):
        sources = [{"id": id} for id in chance.choice(cited)]
        id = f"p{chance.randrange(number // 30 + 1)}"
        policy = {"type": "policy", "id": id, "modality": "actual", "country": "CN"}
        changes = {"sources": sources, "summary": f"{number}"}
        correction = {"type": "correction", "statement": id, "changes": changes, "reason": "read"}
        withdrawal, reinstatement = (
            {"type": type, "statement": id, "reason": "read"}
            for type in ("withdrawal", "reinstatement")
        )
        card = {"sources": sources, "place": f"{number}"}
        yield chance.choice(
            [
                [{**policy, "date": "2001", "title": id, "sources": sources}, withdrawal],
                [{**policy, "date": "2001", "title": id, "sources": sources}],
                [correction],
                [correction, withdrawal],
                [withdrawal],
                [withdrawal, reinstatement, correction],
                [reinstatement],
                [{"type": "amendment", "record": "juno", "changes": card, "reason": "read"}],
            ]
        )


def test_streams_have_the_numbers_of_their_first_events(told: Archive) -> None:
    """And are found by them, so the views need no names in their rows."""
    db = told.views.db()
    first = {event.stream: event.position for event in events(told) if event.version == 1}
    assert numbers_of_streams(db, [*first, "record:nowhere"]) == first
    assert names_of_streams(db, [*first.values(), 0]) == {
        number: stream for stream, number in first.items()
    }
