"""`annales snapshot` and `annales begin`: the log and its views in one file, and a folder of it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
import msgspec

from service.archive import Archive, snapshots
from service.cli.copies import is_stream, written
from service.cli.options import as_json, caught_up, log_of, opened, try_to_catch_up
from service.cli.screen import bar
from service.version import VERSION

PACKED = ".gz"


@click.command()
@click.argument("file", type=click.Path(allow_dash=True))
@click.pass_obj
def snapshot(folder: Path, /, *, file: str) -> None:
    """Put the log and its views into one file, while others go on writing.

    FILE is a tar file, with gzip where its name ends in .gz; - is stdout. What is cited is in it;
    keys, and what signs the log, are not. `annales begin FILE` makes a folder of it, which answers
    in a moment where to make views of a long log takes minutes.
    """
    log_of(folder)
    beside = Path(tempfile.gettempdir()) if is_stream(file) else Path(file).absolute().parent
    with Archive(folder) as archive:
        try_to_catch_up(archive)
        with written(file) as stream, bar("Copying"):
            made = snapshots.make(
                archive, stream, beside=beside, is_packed=file.endswith(PACKED), version=VERSION
            )
    size = sum(member.bytes for member in made.members.values())
    click.echo(
        f"The log up to @{made.log.position} and its views are in {file}: {size:,} bytes.",
        err=is_stream(file),
    )


@click.command()
@click.argument("file", type=click.Path(allow_dash=True))
@as_json
@click.pass_obj
def begin(folder: Path, /, *, file: str, as_json: bool) -> None:
    """Begin a folder, or a node, with the log and the views of a snapshot.

    FILE is what `annales snapshot` made; - is stdin. The folder must be empty. With `annales --log
    ADDRESS` it is a node: the snapshot must be of the beginning of that log, and what came since is
    copied. Without, it is a log on its own, without keys, or the beginning of a mirror. Views of
    another version are made anew. A snapshot is believed as whoever made it; `annales verify`
    reads everything again.
    """
    with opened(file) as stream, bar("Reading") as advance:
        begun = snapshots.begin(folder, stream, file, advance)
    with Archive(folder) as archive:
        position = caught_up(archive)
    told = begun.contents
    if as_json:
        members = {
            "folder": str(folder),
            "snapshot": f"@{told.log.position}",
            "position": f"@{position}",
            "views": begun.has_views,
        }
        click.echo(msgspec.json.encode(members))
        return
    click.echo(
        f"{folder} began with the log up to @{told.log.position}, and has it to @{position}."
    )
    if not begun.has_views:
        click.echo("The views in it are of another version: they were made anew from the log.")
