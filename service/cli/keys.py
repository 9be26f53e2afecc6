"""`annales keys`: who may send orders. A key is shown once, when it is made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import click
import msgspec

from events.errors import BadClock
from service.archive import node
from service.archive.keys import ROLES, Key, Keyring
from service.cli.options import as_json, login_name
from service.cli.screen import screen, show_table


@click.group()
def keys() -> None:
    """Keys for the HTTP API: make, list and revoke them."""


@keys.command()
@click.option("--role", type=click.Choice(ROLES), required=True, help="What it may do.")
@click.option("--name", required=True, help="Whose it is; stands as the actor in the audit log.")
@click.option("--expires", metavar="INSTANT", help="RFC 3339. Default: never.")
@as_json
@click.pass_obj
def create(folder: Path, /, *, role: str, name: str, expires: str | None, as_json: bool) -> None:
    """Make a key and show it, this once.

    A reader asks; a contributor records, and corrects what they recorded; a curator corrects and
    withdraws anything; an admin keeps the keys.
    """
    try:
        with _ring(folder) as ring:
            key = ring.issue(name=name, role=role, by=login_name(), expires_at=expires)
    except BadClock as error:
        why = f"{expires} is no instant such as 2027-01-01T00:00:00Z"
        raise click.BadParameter(why, param_hint="--expires") from error
    if as_json:
        click.echo(msgspec.json.encode({"key": key}))
        return
    click.echo(key)
    click.echo("Keep it now: only its fingerprint is kept here.", err=True)


@keys.command(name="list")
@as_json
@click.pass_obj
def list_keys(folder: Path, /, *, as_json: bool) -> None:
    """All keys that were ever made, without their secrets."""
    with _ring(folder) as ring:
        found = list(ring.all().values())
    if as_json:
        click.echo(msgspec.json.encode([_members(key) for key in found]))
        return
    if not found:
        click.echo("There is no key: `annales keys create --role curator --name NAME` makes one.")
        return
    show_table(
        screen(),
        "Keys",
        ("id", "name", "role", "made", "expires", "revoked"),
        ([text or "" for text in _members(key).values()] for key in found),
    )


@keys.command()
@click.argument("id")
@click.pass_obj
def revoke(folder: Path, /, *, id: str) -> None:
    """Make a key open nothing from now on."""
    with _ring(folder) as ring:
        ring.revoke(id, by=login_name())
    click.echo(f"Key {id} opens nothing any more.")


def _members(key: Key) -> dict[str, str | None]:
    return {
        "id": key.id,
        "name": key.name,
        "role": key.role,
        "issued_at": key.issued_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
    }


@contextmanager
def _ring(folder: Path) -> Iterator[Keyring]:
    with ExitStack() as opened:
        shared = node.shared_of(folder)
        if shared is not None:
            opened.callback(shared.close)
        keys = None if shared is None else shared.keys
        yield opened.enter_context(closing(Keyring(folder, shared=keys)))
