"""A folder that cannot be written is asked, verified, exported and served like any other."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from service.archive import Archive
from tests.service.processes.test_processes import ROOT, Served, until
from tests.story.telling import JUNO, SOURCE, Clock, command, milestone

PROGRAM = "from service.cli import main; main()"

MOUNTED = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'

KINDS = ["with its views", "with views that lag"]


class ReadOnly:
    """A folder, and a way to run `annales` where it cannot be written, not even by root."""

    def __init__(self, folder: Path, key: str) -> None:
        self.folder, self.key = folder, key

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """Begin `annales`."""
        annales = [sys.executable, "-c", PROGRAM, "--data", str(self.folder), *arguments]
        more: dict[str, Any] = {}
        if os.geteuid() == 0 and can_mount(self.folder):
            annales = ["unshare", "--mount", "sh", "-c", MOUNTED, str(self.folder), *annales]
        elif os.geteuid() == 0:
            more = {"user": 65534, "group": 65534, "extra_groups": []}
        return subprocess.Popen(
            annales,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **more,
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """How `annales` ends, and what it says."""
        with self.begin(*arguments) as process:
            said, complained = process.communicate(timeout=60)
        return process.returncode, said, complained


def can_mount(folder: Path) -> bool:
    """Whether root may mount something here."""
    tried = ["unshare", "--mount", "sh", "-c", MOUNTED, str(folder), "true"]
    return subprocess.run(tried, check=False, capture_output=True).returncode == 0


@pytest.fixture(params=KINDS)
def kept(request: pytest.FixtureRequest) -> Iterator[ReadOnly]:
    """JUNO in a folder that cannot be written."""
    # Pytest's own folders cannot be entered by anybody else.
    with TemporaryDirectory(dir=os.environ.get("PYTEST_DEBUG_TEMPROOT")) as above:
        Path(above).chmod(0o755)
        folder = Path(above) / "read-only"
        with Archive(folder, clock=Clock()) as archive:
            archive.chronicle.execute(command(SOURCE, JUNO))
            archive.catch_up()
            archive.chronicle.execute(command(milestone("first", "proposed", "2015-01-10")))
            if request.param == "with its views":
                archive.catch_up()
            key = archive.keys.issue(name="grace", role="curator", by="somebody")
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        for path in folder.iterdir():
            path.chmod(0o444)
        folder.chmod(0o555)
        yield ReadOnly(folder, key)
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
        folder.chmod(0o755)


def test_a_folder_that_cannot_be_written_is_asked_verified_and_exported(kept: ReadOnly) -> None:
    """With nothing left in it; what would have to be recorded is refused."""
    ended, said, complained = kept.run("state", "--at", "2020", "--json")
    assert ended == 0, complained
    assert '"id":"juno"' in said
    head = json.loads(said)["known"]
    ended, said, complained = kept.run("verify")
    assert (ended, f"whole up to {head}" in said) == (0, True), complained
    ended, said, complained = kept.run("export", "-")
    assert (ended, len(said.splitlines())) == (0, int(head[1:])), complained
    ended, _, complained = kept.run("keys", "create", "--role", "reader", "--name", "ada")
    assert (ended, "cannot be written" in complained) == (4, True)


def test_a_folder_that_cannot_be_written_is_served(kept: ReadOnly) -> None:
    """Questions are answered, orders are refused, and `/readyz` then says why."""
    with kept.begin("serve", "--port", "0", "--processes", "2", "--quiet") as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            said = re.search(r"http://\S+:(\d+)", process.stdout.readline())
            assert said, process.stderr.read()
            served = Served(process, int(said[1]))
            until(lambda: served.ask("/v1/state?at=2020")[0] == 200)
            assert served.ask("/readyz")[0] == 200
            assert b'"juno"' in served.ask("/v1/records/juno")[2]
            body = json.dumps(milestone("done", "completed", "2016-01-10")).encode()
            refused, _, told = served.ask(
                "/v1/statements",
                "POST",
                body,
                Authorization=f"Bearer {kept.key}",
                Content_Type="application/json",
            )
            assert (refused, json.loads(told)["type"]) == (507, "/problems/insufficient-storage")
        finally:
            process.terminate()
            process.wait(30)
