"""What a service and the commands do while the clock of the machine is not believed."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

from click.testing import CliRunner, Result

from events.store.clock import system_clock
from events.store.noted import Note
from events.store.timekeeping import HOUR, Uptime, system_uptime
from service.app import create_app
from service.archive import Archive
from service.archive.keys import Keyring
from service.cli.command import annales
from tests.story.telling import SOURCE, Clock, Teller, facility


def run(folder: Path, *words: str, given: str | None = None) -> Result:
    """Run `annales` on a folder."""
    return CliRunner().invoke(annales, ["--data", str(folder), *words], input=given)


def test_orders_are_refused_and_reading_goes_on(tmp_path: Path) -> None:
    """503 with when to come back; `/readyz` tells, and is ready for who reads."""
    clock, started = Clock(), Clock()
    with closing(Keyring(tmp_path, clock=clock)) as ring:
        key = ring.issue(name="x", role="curator", by="wang")

    def steady() -> Uptime:
        return Uptime("boot", started.now)

    order = {"headers": {"Authorization": f"Bearer {key}"}, "json": facility("juno")}
    with Archive(tmp_path, clock=clock, steady=steady) as archive:
        Teller(archive, clock).tell(SOURCE)
        archive.catch_up()
        client = create_app(archive).test_client()
        assert client.get("/readyz").get_json()["clock"] is None
        clock.set("2036-11-25T12:00:00.000000Z")
        refused = client.post("/v1/records", **order)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "60")
        assert refused.get_json()["type"] == "/problems/clock-not-believed"
        ready = client.get("/readyz")
        assert (ready.status_code, ready.get_json()["ready"]) == (200, True)
        assert "ahead of the time that passed" in ready.get_json()["clock"]
        assert client.get("/v1/state?at=2020").status_code == 200
        clock.set("2026-11-25T12:00:00.000000Z")
        assert client.post("/v1/records", **order).status_code == 201


def test_a_load_is_refused_until_the_clock_is_confirmed(tmp_path: Path) -> None:
    """Exit code 4, and reading goes on; `confirm-clock` is how to go on."""
    source, juno = json.dumps(SOURCE), json.dumps(facility("juno"))
    assert run(tmp_path, "confirm-clock").exit_code == 4
    assert run(tmp_path, "load", "-", given=source).exit_code == 0
    up = system_uptime()
    began = system_clock() - up.microseconds - 2 * HOUR
    Note(tmp_path / "log.clock").write(f"{up.boot} {began:+020d} {system_clock():+020d}")
    refused = run(tmp_path, "load", "-", given=juno)
    assert (refused.exit_code, "2.0 hours ahead" in refused.stderr) == (4, True)
    assert run(tmp_path, "source", "yearbook").exit_code == 0
    assert run(tmp_path, "load", "-", "--dry-run", given=juno).exit_code == 0
    assert "is believed" in run(tmp_path, "confirm-clock").stdout
    assert run(tmp_path, "load", "-", given=juno).exit_code == 0
    assert json.loads(run(tmp_path, "confirm-clock", "--json").stdout)["now"].endswith("Z")


def test_a_commit_of_a_wrong_clock_can_be_lived_with_and_cured(tmp_path: Path) -> None:
    """Who gives the clocks is answered as ever; a restore to the commit before, and what came since
    loaded again, is a log as if nothing had been."""
    clock, folder = Clock(), tmp_path / "folder"
    with Archive(folder, clock=clock) as archive:
        teller = Teller(archive, clock)
        teller.tell(SOURCE)
        clock.set("2036-11-25T12:00:00.000000Z")
        teller.tell(facility("wrong"))
        clock.set("2026-11-25T13:00:00.000000Z")
        teller.tell(facility("later"))
        assert teller.state()["at"] == "2036-11-25"
        assert teller.state(at="2026", stated="2026")["known_at"][:10] == "2036-11-25"

    export, since, cured = (tmp_path / name for name in ("all.jsonl", "since.jsonl", "cured"))
    assert run(folder, "export", str(export)).exit_code == 0
    lines = export.read_text("utf-8").splitlines(keepends=True)
    since.write_text("".join(each for each in lines if json.loads(each)["commit"]["position"] > 1))
    assert run(cured, "restore", str(export), "--to", "@1").exit_code == 0
    assert run(cured, "load", str(since)).exit_code == 0
    with Archive(cured) as archive:
        commit = archive.chronicle.log.head()
        assert commit is not None
        assert (commit.position, commit.recorded_at[:4]) == (3, archive.chronicle.now()[:4])
