"""A server signs what is recorded, a moment later; it says so where it cannot, and reads on."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from events.ledger import signing
from events.ledger.publishing import Publisher
from service.app import create_app
from service.cli.command import annales
from tests.story.telling import Teller, facility


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def signed(teller: Teller) -> int:
    """How many events the newest checkpoint has."""
    note = teller.archive.ledger.checkpoint()
    return 0 if note is None else int(note.split("\n")[1])


def test_what_is_recorded_is_signed_a_moment_later(juno: Teller) -> None:
    """Each commit, by a thread; in a name of its own where no address is known."""
    juno.archive.catch_up()
    juno.archive.sign()
    until(lambda: signed(juno) == juno.archive.ledger.size())
    for number in range(2):
        juno.tell(facility(f"f{number}"))
        until(lambda: signed(juno) == juno.archive.ledger.size())
    assert (juno.archive.ledger.checkpoint() or "").startswith("annales/")


def test_readyz_says_why_nothing_is_signed(juno: Teller) -> None:
    """A key that others may read is not used; once that is mended, what was recorded is signed."""
    Publisher(juno.archive.ledger).publish()
    key = juno.archive.folder / signing.KEY
    key.chmod(0o644)
    client = create_app(juno.archive).test_client()
    juno.tell(facility("heps"))
    juno.archive.catch_up()
    juno.archive.sign()
    until(lambda: client.get("/readyz").status_code == 503)
    assert "chmod 600" in client.get("/readyz").get_json()["failure"]
    assert client.get("/v1/records/heps").status_code == 200
    key.chmod(0o600)
    until(lambda: client.get("/readyz").status_code == 200)
    assert signed(juno) == juno.archive.ledger.size()


def test_a_failure_that_comes_back_is_logged_again(
    juno: Teller, caplog: pytest.LogCaptureFixture
) -> None:
    """Once each time, however often it is tried meanwhile."""
    Publisher(juno.archive.ledger).publish()
    key = juno.archive.folder / signing.KEY
    juno.archive.catch_up()
    juno.archive.sign()
    client = create_app(juno.archive).test_client()
    for spell in (1, 2):
        key.chmod(0o644)
        juno.tell(facility(f"f{spell}"))
        until(lambda: client.get("/readyz").status_code == 503)
        assert caplog.text.count("the log is not signed") == spell
        key.chmod(0o600)
        until(lambda: client.get("/readyz").status_code == 200)


def verified(folder: Path) -> tuple[int, str]:
    """What `annales verify` says."""
    result = CliRunner().invoke(annales, ["--data", str(folder), "verify"])
    return result.exit_code, result.output


def test_verify_compares_with_what_was_signed(juno: Teller) -> None:
    """A checkpoint of another tree, or of a longer log, is a finding; one of before an epoch is
    of something else."""
    ledger = juno.archive.ledger
    Publisher(ledger).publish()
    folder = juno.archive.folder
    assert verified(folder)[0] == 0
    signer = signing.read(folder)
    assert signer is not None
    note = ledger.checkpoint() or ""
    size = str(ledger.size())
    root = note.split("\n")[2]
    place = folder / signing.CHECKPOINT
    for other, found in (
        (note.replace(root, "A" * 43 + "="), "is not what was signed"),
        (note.replace(f"\n{size}\n", "\n900\n"), "900 were signed"),
    ):
        text = other.partition("\n\n")[0] + "\n"
        place.write_text(signer.note(text))
        code, told = verified(folder)
        assert code == 3
        assert found in told
    place.write_text("nothing")
    assert "signing" not in verified(folder)[1]
    assert verified(folder)[0] == 3
    place.write_text(note)
    juno.archive.chronicle.log.begin_epoch()
    assert verified(folder)[0] == 0
