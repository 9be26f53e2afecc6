"""`annales copy`: a chronicle, moved from a folder or a database to another place, position for
position."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from events.ledger.signing import KEY
from service.archive.moving import CannotMove, Moved, is_address, move_all, opened, shown
from service.cli.load import counted
from service.cli.options import as_json
from service.cli.screen import bars


@click.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@as_json
def copy(*, source: str, target: str, as_json: bool) -> None:
    """Copy a chronicle to an empty place, position for position.

    FROM and TO are each a folder, or a database as in postgresql://HOST/NAME, whose logs
    `annales --log ADDRESS migrate` makes. The log, the API keys, the citations, the suggestions,
    what was signed, and by which key, are copied byte for byte and compared: TO answers every
    question as FROM does. The secret key stays where it is, and the views are made from the log.

    Where TO is the beginning of FROM it goes on from there: so a copy that was ended is begun
    again in the same words, and one that was made while FROM was in use is finished when it is not.
    """
    if _is_same(source, target):
        raise CannotMove(f"FROM and TO are both {_name(source)}: name two places")
    with (
        opened(source, to_write=False) as theirs,
        opened(target, to_write=True) as ours,
        bars() as add,
    ):
        moved = move_all(theirs, ours, add)
    if as_json:
        click.echo(msgspec.json.encode(_members(source, target, moved)))
        return
    if moved.position == moved.before:
        click.echo(f"{_name(target)} had the log already, up to @{moved.position}.")
    else:
        begun = f", from @{moved.before} on" if moved.before else ""
        click.echo(f"Copied the log up to @{moved.position} to {_name(target)}{begun}.")
    events, commits = (
        counted(moved.witness.events, "event"),
        counted(moved.witness.commits, "commit"),
    )
    click.echo(f"Both have {events} in {commits}, and the root {moved.witness.root.hex()[:16]}….")
    _tell_of_key(source, target, moved)


def _tell_of_key(source: str, target: str, moved: Moved) -> None:
    """Say where the secret key is, and where it is to be."""
    place = "the node that is to sign" if is_address(target) else target
    if not moved.is_signed:
        return
    if is_address(source):
        click.echo(f"{KEY} is with the node that signs: copy it to {place} before you serve it.")
    elif (path := Path(source) / KEY).exists():
        click.echo(f"{path} stays where it is: move it to {place} before you serve that.")


def _members(source: str, target: str, moved: Moved) -> dict[str, object]:
    """What is printed as JSON."""
    return {
        "from": _name(source),
        "to": _name(target),
        "before": f"@{moved.before}",
        "position": f"@{moved.position}",
        "events": moved.witness.events,
        "commits": moved.witness.commits,
        "root": moved.witness.root.hex(),
        "keys": moved.keys,
        "citations": moved.citations,
        "suggestions": moved.suggestions,
    }


def _is_same(source: str, target: str) -> bool:
    if is_address(source) or is_address(target):
        return source == target
    return Path(source).resolve() == Path(target).resolve()


def _name(place: str) -> str:
    return shown(place) if is_address(place) else place
