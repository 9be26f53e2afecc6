"""`annales verify proof`, `audit` and `answer`: what a log proves to whoever does not trust it.

What is proved is checked by `events/ledger/checking.py`, the file that a stranger copies; none
of these needs a chronicle of one's own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from werkzeug.test import TestResponse

from events.chronicle import Chronicle
from events.ledger.checking import (
    SAYS,
    Bundle,
    Checkpoint,
    Differs,
    Fetch,
    Key,
    NotProved,
    Proof,
    audit,
    checkpoint_of,
    entry_in,
    fetching,
    leaf_of,
    read_key,
)
from events.ledger.signing import read_public
from events.ledger.tree import root_of
from events.orders import Order, orders
from service.archive import LOG, Archive
from service.cli.copies import written
from service.cli.exits import DAMAGED, REFUSED, Ended
from service.cli.options import Function, as_json, lines_of, opened
from service.cli.screen import bar, plain

PAGE = 1000
"""After how many events the bar goes on."""

SHOWN = 20
"""Bytes that are shown on each side of the first one that differs."""

HOLES = 5
"""How many positions are looked at for the one of an index."""


def _given_key(context: click.Context, parameter: click.Parameter, text: str | None) -> Key | None:
    try:
        return None if text is None else read_key(text)
    except NotProved as error:
        raise click.BadParameter(str(error), context, parameter) from None


def _with_key(command: Function) -> Function:
    """Take `--key`."""
    return click.option(
        "--key",
        callback=_given_key,
        metavar="KEY|FILE",
        help="The key of the log, as its /checkpoint/key says it, or a file that has it.",
    )(command)


@click.command()
@click.argument("event", type=click.Path())
@click.argument("file", type=click.Path(), required=False)
@_with_key
@as_json
@click.pass_obj
def proof(folder: Path, /, *, event: str, file: str | None, key: Key | None, as_json: bool) -> None:
    """Check that a log has an event, by a file that proves it.

    EVENT is what /v1/events/{position} gives, or the text that was hashed; FILE is the .tlog-proof.
    One of the two is enough where they lie beside each other, as 478.json and 478.tlog-proof.
    Without --key the key of the chronicle in --data is taken.
    """
    if file is None:
        event, file = (str(Path(event).with_suffix(end)) for end in (".json", ".tlog-proof"))
    with _proving(REFUSED):
        found = Proof.parse(_content(file).decode("utf-8", "replace"))
        checkpoint = found.check(entry_in(_content(event)), key or _own_key(folder))
    _tell(
        as_json,
        f"Proved: of the {checkpoint.size:,} events that {checkpoint.origin} has signed, this is"
        f" the one at index {found.index}.",
        index=found.index,
        **_members(checkpoint),
    )


@click.command("audit")
@click.argument("log", metavar="URL|DIR")
@click.option("--since", type=click.Path(), help="The checkpoint of the last time.")
@click.option("--save", type=click.Path(), help="Write the newest checkpoint here if all holds.")
@_with_key
@as_json
def audit_log(
    *, log: str, since: str | None, save: str | None, key: Key | None, as_json: bool
) -> None:
    """Check that a log is what it signs, and has only grown since a checkpoint.

    URL is the address of a service; DIR has what lies below it, as files: checkpoint and tile/….
    Every event since the checkpoint of the last time is hashed again, without one every event.
    What differs is named by its index, counted from 0, and by its position where the log tells
    it. Keep the checkpoint: --save and --since may name one file.
    """
    fetch = fetching(log)
    key = key or _key_at(fetch, log)
    with _proving(DAMAGED):
        before = checkpoint_of(_content(since).decode("utf-8", "replace"), key) if since else None
        try:
            with bar("Auditing") as advance:
                checkpoint, note = audit(fetch, key, before, advance)
        except Differs as error:
            at = _position(fetch, error.index)
            if at is None:
                raise
            raise NotProved(f"@{at}, {error}") from None
    if save is not None:
        with written(save) as stream:
            stream.write(note.encode())
    grown = "" if before is None else f", and begin with the {before.size:,} of before"
    _tell(
        as_json,
        f"The {checkpoint.size:,} events are those that {checkpoint.origin} has signed{grown}.",
        since=None if before is None else before.size,
        **_members(checkpoint),
    )


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@_with_key
@click.option("--log", metavar="EXPORT|URL", help="Derive the answers again from this log.")
@as_json
def answer(*, files: tuple[str, ...], key: Key | None, log: str | None, as_json: bool) -> None:
    """Check answers that came with their proof.

    FILE is what the pinned URL of an answer gives with &proof=true. What it proves is that the
    events in it are in the log; without --key, in the log of the key that it brings itself.

    With --log the whole log is read, an export or what a service gives, and held against the
    checkpoint; then the answer is made again, and its bytes are compared.
    """
    checked = {}
    for file in files:
        with _proving(REFUSED, file):
            checked[file] = Bundle.checked(_content(file), key)
    if log is not None:
        _derive(log, checked)
    for file, (bundle, checkpoint) in checked.items():
        told = (
            f"{file}: its {bundle.told} are among the {checkpoint.size:,} that"
            f" {checkpoint.origin} has signed"
        )
        told += "" if key is not None else f", by the key that it brings itself, {bundle.key}"
        if log is not None:
            told += f"; the log gives the same {len(bundle.body):,} bytes again"
        _tell(
            as_json,
            f"{told}.",
            of=bundle.of,
            events=len(bundle.events),
            omitted=bundle.omitted,
            derived=log is not None,
            **_members(checkpoint),
        )
    if log is None and not as_json:
        click.echo(SAYS)


# --- answers derived again


def _derive(log: str, checked: Mapping[str, tuple[Bundle, Checkpoint]]) -> None:
    """Make answers, by their files, again from a log. Raises what a restore raises, and Ended."""
    from service.app import create_app  # noqa: PLC0415 -- whoever only checks does not wait for it
    from service.settings import Settings  # noqa: PLC0415 -- likewise

    with TemporaryDirectory(prefix="annales-") as beside:
        folder = Path(beside)
        with Chronicle(folder / LOG) as chronicle, _orders(log) as lines:
            chronicle.restore(lines)
        with Archive(folder) as archive:
            archive.catch_up()
            client = create_app(archive, Settings(data=folder, kept=0)).test_client()
            differing = 0
            for file, (bundle, checkpoint) in checked.items():
                try:
                    _check_root(archive.chronicle, checkpoint)
                    _check_positions(archive.chronicle, bundle)
                    _check_body(bundle, client.get(bundle.of))
                except NotProved as why:
                    differing += 1
                    click.echo(plain(f"{file}: {why}"), err=True)
    if differing:
        raise Ended(f"not proved by this log: {differing} of {len(checked)} answers", DAMAGED)


@contextmanager
def _orders(log: str) -> Iterator[Iterator[Order]]:
    """The lines of a log as an export has them. Raises what `Remote` raises, and Ended."""
    if log.startswith(("http://", "https://")):
        yield _recorded(log)
        return
    with opened(log) as stream, lines_of(stream, log, "Restoring") as (lines, _):
        yield orders(lines)


def _recorded(url: str) -> Iterator[Order]:
    """The lines of a log by its changes."""
    from service.changes.remote import Remote  # noqa: PLC0415 -- as in `_derive`

    with bar("Reading") as advance:
        for number, (_, order) in enumerate(Remote(url).lines(0)):
            if number % PAGE == 0:
                advance(number)
            yield order


def _check_root(chronicle: Chronicle, checkpoint: Checkpoint) -> None:
    """Check that a log begins with the one of a checkpoint. Raises NotProved."""
    tree = chronicle.log.tree
    if (size := tree.size() or 0) < checkpoint.size:
        raise NotProved(f"this log ends after {size:,} of {checkpoint.size:,} events")
    if root_of(tree, checkpoint.size) != checkpoint.root:
        raise NotProved("this log is not the one of the checkpoint: its events have another root")


def _check_positions(chronicle: Chronicle, bundle: Bundle) -> None:
    """Check that the events of a bundle lie where it says. Raises NotProved."""
    leaves = {
        event.position: event.leaf
        for event in chronicle.log.events_at([each.position for each in bundle.events])
    }
    for each in bundle.events:
        if leaves.get(each.position) != leaf_of(each.entry.encode()):
            raise NotProved(f"the event that the answer has at @{each.position} lies elsewhere")


def _check_body(bundle: Bundle, given: TestResponse) -> None:
    """Check that what a log gives is what a bundle has, or say where it begins to differ. Raises
    NotProved."""
    if given.status_code != 200:
        told = given.get_json(silent=True) or {"detail": given.status}
        raise NotProved(f"the log has no answer to {bundle.of}: {told['detail']}")
    if not given.cache_control.immutable:
        raise NotProved(f"{bundle.of} is not pinned: what it gives may change")
    if given.mimetype != bundle.media_type:
        raise NotProved(f"the log gives {given.mimetype}, and not {bundle.media_type}")
    told, made = bundle.body, given.get_data()
    if told != made:
        pairs = enumerate(zip(told, made, strict=False))
        at = next((at for at, (one, other) in pairs if one != other), min(len(told), len(made)))
        around = slice(max(0, at - SHOWN), at + SHOWN)
        raise NotProved(
            f"the answers differ from byte {at} on: here it is {told[around]!r}, and by the log"
            f" {made[around]!r}"
        )


# --- what is given, and what is told


def _own_key(folder: Path) -> Key:
    key = read_public(folder)
    if key is None:
        raise click.UsageError(f"there is no key in {folder}: give that of the log as --key")
    return key


def _key_at(fetch: Fetch, log: str) -> Key:
    """The key that a log gives of itself, which is said."""
    try:
        key = Key.parse(fetch("checkpoint/key").decode("utf-8", "replace"))
    except (OSError, NotProved):
        raise click.UsageError(f"{log} gives no key: give that of the log as --key") from None
    click.echo(f"By the key that it gives itself: {key}", err=True)
    return key


def _position(fetch: Fetch, index: int) -> int | None:
    """The position of the event at an index, if the log tells it."""
    position = index + 1
    for _ in range(HOLES):
        try:
            behind = index - int(json.loads(fetch(f"v1/events/{position}"))["index"])
        except OSError:
            behind = 1  # nothing lies there
        except (ValueError, LookupError, TypeError, OverflowError, RecursionError):
            return None
        if behind <= 0:
            return position if behind == 0 else None
        position += behind
    return None


def _content(file: str | Path) -> bytes:
    with opened(str(file)) as stream:
        return stream.read()


@contextmanager
def _proving(code: int, file: str = "") -> Iterator[None]:
    """What is not proved, by a file, ends the command with a code."""
    try:
        yield
    except NotProved as why:
        raise Ended(f"{file}: not proved: {why}".removeprefix(": "), code) from None


def _members(checkpoint: Checkpoint) -> dict[str, Any]:
    return {"origin": checkpoint.origin, "size": checkpoint.size}


def _tell(as_json: bool, text: str, **members: Any) -> None:
    click.echo(json.dumps({"proved": True, **members}) if as_json else text)


COMMANDS: tuple[click.Command, ...] = (proof, audit_log, answer)
"""What `annales verify` can do besides looking at a folder."""
