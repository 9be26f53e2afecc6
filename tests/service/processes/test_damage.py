"""Files that are cut short under a server of several processes end none of them."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import pytest

from projections.views.file import POINTER
from service.archive import Archive
from tests.service.asked import LINES
from tests.service.processes.test_processes import served
from tests.story.telling import command

ASKED = ("/v1/state?country=CN&at={}", "/v1/trends?country=CN&from=1990&to={}", "/v1/records/juno")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped chronicle. Only to be copied."""
    folder = tmp_path_factory.mktemp("whole")
    with Archive(folder) as archive:
        archive.chronicle.execute(command(*LINES))
        archive.catch_up()
    return folder


@pytest.mark.parametrize("suffix", ["", ".columns"], ids=["views", "columns"])
def test_a_file_that_is_cut_short_ends_no_process(whole: Path, tmp_path: Path, suffix: str) -> None:
    """Nobody reads beyond its end, and nobody waits: 503 until it is made anew, in seconds."""
    folder = Path(shutil.copytree(whole, tmp_path / "served"))
    with served(folder, "--quiet", ANNALES_KEPT="0") as server:
        for year in range(1995, 2015):
            for url in ASKED:
                assert server.ask(url.format(year))[0] == 200
        processes = server.workers()
        views = folder / (folder / POINTER).read_text()
        os.truncate(f"{views}{suffix}", 0)
        ends = time.monotonic() + 10
        year, well = 1995, 0
        while well < 20:
            assert time.monotonic() < ends
            begun = time.monotonic()
            statuses = {server.ask(url.format(1995 + year % 20))[0] for url in ASKED}
            assert time.monotonic() - begun < 9
            assert statuses <= {200, 503}
            is_ready = json.loads(server.ask("/readyz")[2])["ready"]
            year, well = year + 1, well + 1 if statuses == {200} and is_ready else 0
        assert server.workers() == processes
