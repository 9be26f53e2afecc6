"""`annales backup`: the log, the keys, the citations and the suggestions as they stand, verified
before they have their name."""

from __future__ import annotations

import secrets
import shutil
from contextlib import suppress
from pathlib import Path

import click
import msgspec

from events.files import keep_names, move
from events.ledger.base import NAME as BASE
from events.store.copying import copy
from service.archive import LOG, LOGS
from service.archive.verifying import verified
from service.cli.copied import newest_copy
from service.cli.exits import REFUSED, Ended
from service.cli.findings import damaged
from service.cli.options import as_json, log_of
from service.cli.screen import bar


@click.command()
@click.argument("target", metavar="NEW_FOLDER", type=click.Path(path_type=Path))
@as_json
@click.pass_obj
def backup(folder: Path, /, *, target: Path, as_json: bool) -> None:
    """Copy the log, and the logs beside it, while others go on writing.

    All that was recorded before it began is in NEW_FOLDER, which appears when it is verified.
    The views are not in it: `annales --data NEW_FOLDER` makes them from the log.
    """
    log_of(folder)
    newest_copy(folder)
    if target.exists():
        raise Ended(f"{target} is there already: name a folder that is not", REFUSED)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    beside.mkdir(mode=0o700)  # keys lie in it, if only their digests
    try:
        # A key is issued before it is used: so each that the log names is among the keys.
        kept = [name for name in LOGS if (folder / name).exists()]
        with suppress(FileNotFoundError):  # before the log, which may go on meanwhile
            shutil.copyfile(folder / BASE, beside / BASE)
        with bar("Copying"):
            copy({folder / name: beside / name for name in kept})
        with bar("Verifying"):
            found = verified(beside)
        if found.findings:
            raise damaged(found.findings, as_json=as_json)
        # Another machine, years later, is not to doubt its clock because of when this was.
        (beside / LOG).with_suffix(".clock").unlink(missing_ok=True)
        keep_names(beside)
        move(beside, target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    if as_json:
        members = {
            "folder": str(target),
            "head": f"@{found.head}",
            "keys": found.keys,
            "citations": found.citations,
            "suggestions": found.suggestions,
        }
        click.echo(msgspec.json.encode(members))
    else:
        kept_beside = f"{found.keys or 0:,} keys and {found.citations or 0:,} citations"
        waits = f"; {found.suggestions:,} suggestions wait" if found.suggestions else ""
        click.echo(f"The log up to @{found.head}, {kept_beside} are in {target}{waits}.")
