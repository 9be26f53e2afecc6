"""A real server, and a real browser that reads from it: Debian's Chromium, by Playwright.

`open_page` makes pages in any time zone; every request that leaves the server is
refused and remembered, so that a test can say that there was none.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, Route, sync_playwright

from service.archive import Archive
from tests.service.asked import LINES
from tests.service.feeds import hard_dates
from tests.service.serving import serving
from tests.story.telling import Clock, command

CHROMIUM = os.environ.get("ANNALES_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
"""The program that `scripts/test` found or installed."""

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a browser asks for is asked for in other tests too: no line is counted here, which
    would take as long again."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.no_cover)


@pytest.fixture(scope="session")
def hard_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a server with the archive of hard dates."""
    with Archive(tmp_path_factory.mktemp("hard-served"), clock=Clock()) as archive:
        hard_dates.record(archive)
        with serving(archive) as base_url:
            yield base_url


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a server with the shipped chronicle."""
    with Archive(tmp_path_factory.mktemp("shipped-served"), clock=Clock()) as archive:
        archive.chronicle.execute(command(*LINES))
        archive.catch_up()
        with serving(archive) as base_url:
            yield base_url


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright, once for all tests."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium, once for all tests."""
    launched = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    try:
        yield launched
    finally:
        launched.close()


@pytest.fixture
def outside() -> list[str]:
    """The URLs that pages asked for which are not ours."""
    return []


@pytest.fixture
def complaints() -> list[str]:
    """What pages said on their console of errors, and what they threw."""
    return []


@pytest.fixture
def open_page(browser: Browser, outside: list[str], complaints: list[str]) -> Iterator[OpenPage]:
    """Makes a page; what it takes (`timezone_id`, `locale`, `viewport`, …) is of its context."""
    contexts = []

    def make(**context: Any) -> Page:
        opened = browser.new_context(**context)
        contexts.append(opened)
        page = opened.new_page()
        page.route("**/*", guard)
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type == "error" else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    def guard(route: Route) -> None:
        if route.request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    yield make
    for context in contexts:
        context.close()
