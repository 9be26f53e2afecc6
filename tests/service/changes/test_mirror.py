"""A mirror holds what its source signed, and nothing else, whatever the source does.

The source here is the chronicle of the first release and more, in memory: `Source` reads it as
`Remote` does over HTTP, and lets a test change what is read. What is read over real connections is
at the end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from events.chronicle import Chronicle
from events.errors import IsMirror, LogDamaged, NotMirroring, SourceRefused
from events.ledger import signing
from events.ledger.checking import Key, entries_of
from events.ledger.exported import Exported
from events.ledger.joining import Joining
from events.ledger.ledger import Ledger
from events.ledger.publishing import Publisher
from events.ledger.signing import Signer
from events.orders import Order
from service.app import create_app
from service.archive import LOG, Archive
from service.changes.remote import Remote
from tests.service.asked import LINES, QUESTIONS, Asked, Reader
from tests.story.telling import SOURCE, command

SIGNER = Signer("annales.example", bytes(32))
KEY = SIGNER.public

Forge = Callable[[str, bytes], bytes]
"""Changes what is read at a path."""


def as_it_is(_path: str, body: bytes) -> bytes:
    """No forgery."""
    return body


class Source(Remote):
    """The source of a mirror, in this process."""

    def __init__(self, archive: Archive, forge: Forge = as_it_is) -> None:
        super().__init__("http://source.example")
        self._archive, self._client = archive, create_app(archive).test_client()
        self.forge = forge

    def read(self, path: str, *, most: int, accept: str = "*/*", silence: float = 0) -> bytes:
        """See `Remote`."""
        answer = self._client.get(path, headers={"Accept": accept})
        assert answer.status_code == 200, (path, answer.text)
        return self.forge(path, answer.data)


def signed(folder: Path, lines: list[list[Any]], *, positions: int = 0) -> Archive:
    """An archive that holds commits of lines, signed by `SIGNER`."""
    archive = Archive(folder)
    signing.write(folder / signing.KEY, str(SIGNER), mode=0o600)
    for batch in lines:
        archive.chronicle.execute(command(*batch))
    Publisher(archive.ledger).publish()
    return archive


@pytest.fixture(scope="module")
def source(shipped: Archive, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """The chronicle that most tests ask, signed: 1,203 events in 8 commits."""
    folder = tmp_path_factory.mktemp("source")
    with signed(folder, []) as archive:
        exported = enumerate(shipped.chronicle.export(), start=1)
        archive.chronicle.restore(Order(number, line) for number, line in exported)
        Publisher(archive.ledger).publish()
        yield archive


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Chronicle]:
    """A log that is to be a mirror, and is empty yet."""
    with Chronicle(tmp_path / LOG) as chronicle:
        yield chronicle


def joined(chronicle: Chronicle, source: Remote | Exported, key: Key = KEY) -> list[int]:
    """Where the commits ended that a log took over."""
    return list(Joining(chronicle, source, key, mirrors=True).take(source.checkpoint))


def refused(chronicle: Chronicle, source: Remote | Exported, key: Key = KEY) -> SourceRefused:
    """Why a log takes over no more."""
    with pytest.raises(SourceRefused) as raised:
        joined(chronicle, source, key)
    return raised.value


def events(chronicle: Chronicle) -> list[Any]:
    """All that a log holds, less what is private to another."""
    return [
        (*event[:6], event.commit.position, event.commit.recorded_at, event.commit.request)
        for event in chronicle.log.select_log(after=0, limit=10_000)
    ]


# --- what it holds


def test_a_mirror_holds_the_very_events_of_its_source(source: Archive, mirror: Chronicle) -> None:
    """At their places, in their commits, with the root of their tree; and only new ones next."""
    of = Source(source)
    assert joined(mirror, of) == [300, 600, 900, 1199, 1200, 1201, 1202, 1203]
    assert events(mirror) == events(source.chronicle)
    assert Ledger(mirror.log, Path()).root(1203) == source.ledger.root(1203)
    base = mirror.base.read()
    assert base is not None
    assert (base.source, base.key, base.mirrors) == ("http://source.example", str(KEY), True)
    assert base.checkpoint == source.ledger.checkpoint()
    assert joined(mirror, of) == []


@pytest.fixture(scope="module")
def beside(source: Archive, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """Somebody who asks a mirror of it."""
    with Archive(tmp_path_factory.mktemp("mirror")) as archive:
        joined(archive.chronicle, Source(source))
        archive.catch_up()
        yield Reader(create_app(archive))


@pytest.mark.parametrize("asked", QUESTIONS, ids=[asked.path for asked in QUESTIONS])
def test_a_mirror_answers_every_pinned_address_with_the_same_bytes(
    asked: Asked, reader: Reader, beside: Reader
) -> None:
    """Of every question, at clocks of each kind."""
    asks = [answer for _, answer in reader.asks(asked) if answer.status_code == 200]
    pinned = {json.loads(answer.data)["pinned"] for answer in asks[:: max(1, len(asks) // 4)]}
    assert pinned
    for url in pinned:
        assert beside.ask(url).data == reader.ask(url).data, url
