"""Which of several nodes signs, and what the others say of themselves meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from events.errors import LogUnreachable
from events.ledger.publishing import Publisher
from service.archive import Archive
from service.archive import signing as module
from service.archive.signing import Elsewhere, Signing


class _ElsewhereSigned(Elsewhere):
    """A log in PostgreSQL that cannot be reached at first, and then is signed by another node."""

    def __init__(self) -> None:
        self.asked = 0

    @contextmanager
    def turn(self) -> Iterator[bool]:
        self.asked += 1
        if self.asked == 1:
            raise LogUnreachable("no host leads")
        yield False


def test_a_node_is_well_again_when_another_signs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it said while PostgreSQL was away ends, though it never has the turn itself."""
    monkeypatch.setattr(module, "SILENT", 0.0)
    told: list[Exception | None] = []
    elsewhere = _ElsewhereSigned()
    with Archive(tmp_path) as archive:
        publisher = Publisher(archive.ledger)
        signing = Signing(archive.chronicle, publisher, tmp_path, told.append, elsewhere=elsewhere)
        signing.start()
        ends = time.monotonic() + 20
        while elsewhere.asked < 2 and time.monotonic() < ends:
            time.sleep(0.02)
        time.sleep(0.1)
        signing.stop()
    assert isinstance(told[0], LogUnreachable)
    assert told[-1] is None
