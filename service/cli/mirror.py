"""`annales mirror`: a folder that holds what another Annales recorded, and nothing else.

It reads the source, verifies and records; questions are answered by `annales serve` of the folder,
which may run beside it. What a folder mirrors stands in its `base.json`, so that every process
refuses orders there. However it is ended, the log is verified to its end, and the next run goes on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import click
import msgspec

from events.chronicle import Chronicle
from events.errors import LogDamaged, NotMirroring, SourceRefused, SourceUnreachable
from events.ledger.base import Base
from events.ledger.checking import Key, NotProved
from events.mirroring.exported import Exported
from events.mirroring.joining import Joining
from projections.views.following import turn
from service.archive import Archive
from service.changes.remote import Remote
from service.cli.exits import UNAVAILABLE, Ended
from service.cli.load import counted
from service.cli.options import caught_up, log_of, need_newest
from service.cli.screen import bar

TURN = "mirror.turn"
"""The file whose lock the one process has that mirrors into a folder."""

SOON, LATE = 1.0, 60.0
"""Seconds after which a source that cannot be read is asked again: at first, and at most."""


def _key(context: click.Context, parameter: click.Parameter, text: str | None) -> Key | None:
    try:
        return None if text is None else Key.parse(text)
    except NotProved as error:
        raise click.BadParameter(str(error), context, parameter) from None


@click.command()
@click.argument("source", required=False)
@click.option(
    "--key",
    metavar="VKEY",
    callback=_key,
    help="The key that must have signed it. Default: that of before, else what the source says.",
)
@click.option("--once", is_flag=True, help="Copy what there is, and end.")
@click.option("--detach", is_flag=True, help="Let the folder go on by itself, and take orders.")
@click.pass_obj
def mirror(
    folder: Path, /, *, source: str | None, key: Key | None, once: bool, detach: bool
) -> None:
    """Copy another Annales into the folder, verify it, and follow it.

    SOURCE is its URL, or an export in a file, which ends when it is read; without one the folder
    goes on with its own. Nothing is recorded that does not lead to a checkpoint that its key has
    signed, or after which the log would not be what was verified before. The folder takes no orders
    until it is detached.
    """
    if detach:
        if source or key or once:
            raise click.UsageError("--detach takes nothing else")
        _detach(folder)
        return
    with Archive(folder) as archive, _alone(archive):
        need_newest(archive)
        archive.migrate()
        base, is_damaged = _base(archive.chronicle, is_named=source is not None)
        of = _source(source, base)
        trusted = _trusted(of, key, base)
        if is_damaged:  # it takes no orders before it is known to be no mirror
            archive.chronicle.base.mend(Base(source=of.name, key=str(trusted), mirrors=True))
        joining = Joining(archive.chronicle, of, trusted, mirrors=True)
        _take(joining, of)
        if once or isinstance(of, Exported):
            caught_up(archive)
        else:
            archive.follow()
            _follow(joining, of)


def _detach(folder: Path) -> None:
    log_of(folder)
    with Archive(folder) as archive:
        chronicle = archive.chronicle
        with chronicle.log.writing():
            base = chronicle.base.read()
            if base is None or not base.mirrors:
                raise NotMirroring
            chronicle.base.write(msgspec.structs.replace(base, mirrors=False))
        head = chronicle.log.head()
    click.echo(
        f"The log goes on by itself from @{head.position if head else 0}; what {base.source} "
        "records from now on is loaded, if it is wanted."
    )


@contextmanager
def _alone(archive: Archive) -> Iterator[None]:
    """Nobody else mirrors into a folder, nor into the log that it copies. Raises Ended."""
    folder = archive.folder
    with ExitStack() as held:
        is_ours = held.enter_context(turn(folder / TURN))
        if is_ours and archive.shared is not None:
            is_ours = held.enter_context(archive.shared.mirroring())
        if not is_ours:
            raise Ended(f"somebody mirrors into {folder} already: end that first", UNAVAILABLE)
        yield


def _base(chronicle: Chronicle, *, is_named: bool) -> tuple[Base | None, bool]:
    """The base of the log, and whether it is damaged, which is no matter where a source is named.
    Raises LogDamaged."""
    try:
        return chronicle.base.read(), False
    except LogDamaged:
        if not is_named:
            raise
        return None, True


def _source(text: str | None, base: Base | None) -> Remote | Exported:
    """What is to be copied. Raises NotMirroring where none is named, here or before."""
    if text is None:
        if base is None or not base.mirrors:
            raise NotMirroring
        text = base.source
    if "://" not in text:
        return Exported(Path(text))
    if not _is_address(text):
        raise click.UsageError(f"{text} is no address such as https://annales.example")
    return Remote(text)


def _is_address(text: str) -> bool:
    try:
        split = urlsplit(text)
        has_host = bool(split.hostname) and split.port != 0 and "@" not in split.netloc
    except ValueError:
        return False
    return split.scheme in ("http", "https") and has_host and not (split.query or split.fragment)


def _trusted(source: Remote | Exported, key: Key | None, base: Base | None) -> Key:
    """The key that must have signed. Raises SourceRefused."""
    if key is not None:
        return key
    if base is not None:
        return Key.parse(base.key)
    try:
        trusted = Key.parse(source.key)
    except NotProved as error:
        raise SourceRefused(source.name, None, str(error)) from None
    click.echo(f"Its key is {trusted}, by its own word: compare it, or name it with --key.")
    return trusted


def _take(joining: Joining, source: Remote | Exported) -> bool:
    """Take over what is signed and not here; whether there was anything."""
    before = joining.size
    note = source.checkpoint
    with bar("Mirroring") as advance:
        for position in joining.take(note):
            advance(position)
    more = joining.size - before
    if more:
        told = f"Mirrored {counted(more, 'event')} of {source.name}, signed and verified"
        click.echo(f"{told}; the log stands at @{joining.position}.")
    return more > 0


def _follow(joining: Joining, source: Remote) -> None:
    """Take over what is signed, whenever something is, until the process is ended."""
    patience = SOON
    while True:
        try:
            with suppress(SourceUnreachable):  # it may be shorter than we are, which is to be told
                source.wait(joining.position)
            if not _take(joining, source):
                time.sleep(SOON)  # it is recorded, and will be signed
            patience = SOON
        except SourceUnreachable as error:
            click.echo(f"{error}; trying again in {patience:.0f} s", err=True)
            time.sleep(patience)
            patience = min(2 * patience, LATE)
