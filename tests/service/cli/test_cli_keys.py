"""`annales keys`: made, shown once, listed without secrets, revoked."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

from click.testing import CliRunner, Result

from service.archive.keys import Keyring
from service.cli.command import annales


def run(folder: Path, *arguments: str) -> Result:
    """Run `annales` on a folder."""
    return CliRunner().invoke(annales, ["--data", str(folder), "keys", *arguments])


def test_a_key_is_shown_once_and_opens(tmp_path: Path) -> None:
    """`--json` prints {"key": …}; the list has everything but the secret."""
    made = run(tmp_path, "create", "--role", "curator", "--name", "li", "--json")
    key = json.loads(made.stdout)["key"]
    with closing(Keyring(tmp_path)) as ring:
        identity = ring.identify(key)
    assert identity is not None
    assert (identity.name, identity.role) == ("li", "curator")
    listed = run(tmp_path, "list")
    assert "li" in listed.stdout
    assert key.split("_", 2)[2] not in listed.stdout
    (told,) = json.loads(run(tmp_path, "list", "--json").stdout)
    assert (told["id"], told["role"], told["revoked_at"]) == (identity.key, "curator", None)


def test_without_json_the_key_stands_alone_on_stdout(tmp_path: Path) -> None:
    """So that it can be put into a variable; the advice goes to stderr."""
    made = run(tmp_path, "create", "--role", "reader", "--name", "wu")
    assert made.stdout.startswith("annales_")
    assert len(made.stdout.split()) == 1
    assert "Keep it now" in made.stderr


def test_a_revoked_key_opens_nothing(tmp_path: Path) -> None:
    """It is revoked once; after that it is no key in force."""
    key = json.loads(run(tmp_path, "create", "--role", "admin", "--name", "wu", "--json").stdout)
    id = key["key"].split("_")[1]
    assert run(tmp_path, "revoke", id).exit_code == 0
    with closing(Keyring(tmp_path)) as ring:
        assert ring.identify(key["key"]) is None
    again = run(tmp_path, "revoke", id)
    assert again.exit_code == 1
    assert "no key" in again.stderr


def test_an_empty_ring_says_how_to_begin(tmp_path: Path) -> None:
    """The list of no keys is a sentence, and an empty array for programs."""
    assert "annales keys create" in run(tmp_path, "list").stdout
    assert json.loads(run(tmp_path, "list", "--json").stdout) == []


def test_a_bad_expiry_is_told(tmp_path: Path) -> None:
    """No instant, no key. Nothing is said of the clocks of questions, which take positions too."""
    refused = run(tmp_path, "create", "--role", "reader", "--name", "wu", "--expires", "tomorrow")
    assert refused.exit_code == 2
    said = "Invalid value for --expires: tomorrow is no instant such as 2027-01-01T00:00:00Z"
    assert refused.stderr.splitlines()[-1] == f"Error: {said}"
    assert run(tmp_path, "list", "--json").stdout.strip() == "[]"
