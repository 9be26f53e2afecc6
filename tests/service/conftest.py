"""The chronicle of the first release, recorded over five days; and a small one to change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from service.app import create_app
from service.archive import Archive
from service.feeds import png
from service.pages.pictures import routes as pictures
from tests.service.asked import LINES, Reader
from tests.story.telling import (
    Clock,
    Teller,
    amendment,
    command,
    correction,
    reinstatement,
    withdrawal,
)

COMMIT = 300
"""How many lines of the chronicle a commit takes: they end at @300, @600, @900 and @1199."""


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """That chronicle, one commit a day at noon from 21 to 24 November 2026, and four
    changes to JUNO on the 25th (@1200 to @1203). Its clock stands at 18:00. Only to be read."""
    clock = Clock()
    with Archive(tmp_path_factory.mktemp("shipped"), clock=clock) as archive:
        for day, first in enumerate(range(0, len(LINES), COMMIT), start=21):
            clock.set(f"2026-11-{day}T12:00:00.000000Z")
            archive.chronicle.execute(command(*LINES[first : first + COMMIT]))
        clock.set("2026-11-25T12:00:00.000000Z")
        for line in (
            correction("juno-plan-2022", {"title": "JUNO to take data in 2022"}),
            withdrawal("juno-plan-2021"),
            reinstatement("juno-plan-2021"),
            amendment("juno", {"city": None, "place": "Kaiping"}),
        ):
            archive.chronicle.execute(command(line))
        archive.catch_up()
        clock.set("2026-11-25T18:00:00.000000Z")
        yield archive


@pytest.fixture(scope="session")
def reader(shipped: Archive) -> Reader:
    """Somebody who asks the shipped chronicle."""
    return Reader(create_app(shipped))


@pytest.fixture
def small(juno: Teller) -> Reader:
    """Somebody who asks the small archive of `juno`, whose views are caught up by hand."""
    juno.archive.catch_up()
    return Reader(create_app(juno.archive))


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture in pixels is the text of which it would be drawn. Where every path is asked many
    times, a test would spend most of its time on drawing."""

    def text_of(svg: str, width: int) -> bytes:
        return f"{width} {svg}".encode()

    monkeypatch.setattr(png, "pixels", text_of)
    monkeypatch.setattr(pictures, "pixels", text_of)
