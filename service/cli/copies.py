"""`annales export` and `annales restore`: the whole history, out and in again.

A copy appears whole or not at all: it is written beside its place, and moved
there when it is complete and on the disk.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

import click
import msgspec

from events import files
from events.chronicle import Chronicle
from events.clocks import instant
from events.errors import BadClock, NotSigned
from events.ledger.base import NAME as BASE
from events.ledger.ledger import Ledger
from events.orders import orders
from events.store.noted import NotedHead
from events.store.sqlite import ChronicleFactory
from projections.views.file import POINTER
from service.archive import LOG, Archive, node
from service.archive.citations import CITATIONS, Citations
from service.archive.suggestions import SUGGESTIONS, Suggestions
from service.cli.beside import followed
from service.cli.copied import newest_copy
from service.cli.exits import REFUSED, UNAVAILABLE, Ended
from service.cli.options import as_json, lines_of, log_of, opened
from service.cli.screen import bar

NO_NODE = (
    "{folder} is a node, whose log lies in PostgreSQL ({address}): restore into a folder of its"
    " own, `annales --data ELSEWHERE restore FILE`, and bring that to an empty database,"
    " `annales copy ELSEWHERE ADDRESS`"
)

CITED_BESIDE = ".citations"
"""What the name of an export with what was cited has more than that of its log."""

SUGGESTED_BESIDE = ".suggestions"
"""The same of what readers suggested."""


@click.command()
@click.argument("file", type=click.Path(allow_dash=True), default="-")
@click.option(
    "--citations",
    metavar="FILE",
    type=click.Path(),
    help=f"Where the citations go. Default: FILE{CITED_BESIDE}; nowhere with stdout.",
)
@click.pass_obj
def export(folder: Path, file: str, citations: str | None) -> None:
    """Write the whole history to FILE, or to stdout.

    The lines are those that were recorded, each with its place in the log, for `annales restore`.
    Where the log was signed the first has its newest checkpoint, for `annales mirror`. What was
    cited goes to a file beside it, and so does what readers suggested, which is for nobody to read
    who is no curator.
    """
    log = log_of(folder)
    newest_copy(folder)
    with Chronicle(log) as chronicle, written(file) as stream:
        ledger = Ledger(chronicle.log, folder)
        signed: dict[str, str] = {}
        with suppress(NotSigned):
            signed = {"checkpoint": ledger.signed()[0], "key": str(ledger.key())}
        head = chronicle.log.head()
        count = 0
        with bar("Exporting", head.position if head else None) as advance:
            for line in chronicle.export(**signed):
                stream.write(msgspec.json.encode(line) + b"\n")
                count += 1
                if count % 500 == 0:
                    advance(line["commit"]["event"])
    if file != "-":
        click.echo(f"Exported {count:,} events to {file}.", err=is_stream(file))
    _export_citations(folder, beside(file) if citations is None else citations)
    _export_suggestions(folder, beside(file, SUGGESTED_BESIDE))


def _export_citations(folder: Path, file: str | None) -> None:
    """Write what was cited to a file, if anything was."""
    with closing(Citations(folder)) as kept:
        if not len(kept):
            if file is not None:
                Path(file).unlink(missing_ok=True)  # it was of another export of this name
            return
        if file is None:
            click.echo("What was cited is not in it: --citations FILE", err=True)
            return
        with written(file) as stream, bar("Exporting citations", len(kept)) as advance:
            for count, line in enumerate(kept.lines(), start=1):
                stream.write(line + b"\n")
                advance(count)
        click.echo(f"Exported what was cited to {file}: {count:,} in all.")


def _export_suggestions(folder: Path, file: str | None) -> None:
    """Write what was suggested to a file, if anything was."""
    if file is None:
        return
    with closing(Suggestions(folder)) as kept:
        if not len(kept):
            Path(file).unlink(missing_ok=True)  # it was of another export of this name
            return
        with written(file) as stream:
            stream.writelines(line + b"\n" for line in kept.lines())
    click.echo(f"Exported what was suggested to {file}.")


def beside(file: str, more: str = CITED_BESIDE) -> str | None:
    """The file of citations, or of something else, that belongs to an export; none to a stream."""
    return None if is_stream(file) else f"{file}{more}"


def is_stream(file: str) -> bool:
    """Whether a file is `-`, a device or a pipe, whose place no other file may take."""
    path = Path(file)
    return file == "-" or (path.exists() and not path.is_file() and not path.is_dir())


def _moment(
    context: click.Context, parameter: click.Parameter, text: str | None
) -> int | str | None:
    """A position of a log or an instant, as `--known` takes it."""
    if text is None:
        return None
    if (found := re.fullmatch("@([0-9]{1,18})", text)) is not None:
        return int(found[1])
    try:
        return instant(text)
    except BadClock as error:
        raise click.BadParameter(error.why, context, parameter) from None


@click.command()
@click.argument("file", type=click.Path(allow_dash=True))
@click.option(
    "--to",
    metavar="@N|INSTANT",
    callback=_moment,
    help="Only what was recorded by then; another epoch begins there.",
)
@click.option(
    "--new-epoch", is_flag=True, help="Also where the folder had another log, or a longer one."
)
@click.option(
    "--citations",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help=f"Where the citations are. Default: FILE{CITED_BESIDE}, where it is there.",
)
@as_json
@click.pass_obj
def restore(
    folder: Path,
    file: str,
    *,
    to: int | str | None,
    new_epoch: bool,
    citations: str | None,
    as_json: bool,
) -> None:
    """Make a log from an export, where there is none.

    FILE is an export, - is stdin. The restored log answers every question as the exported one
    did. One that is cut off or does not hold together is refused, and leaves no log behind. What
    was cited or suggested is restored with it, unless the folder has its own, which stays.

    With --to, what was recorded later is left out: links to it are answered with 410 from then on,
    and new ones carry the number of another epoch.
    """
    if (address := node.address_of(folder)) is not None:
        raise Ended(NO_NODE.format(folder=folder, address=node.shown(address)), REFUSED)
    with opened(file) as stream:
        folder.mkdir(parents=True, exist_ok=True)
        _need_no_log(folder)
        with TemporaryDirectory(prefix="restore-", dir=folder) as room:
            built = Path(room)
            with (
                Chronicle(built / LOG) as chronicle,
                lines_of(stream, file, "Restoring") as (lines, add_bar),
                followed(built, add_bar) as follower,
            ):
                head = chronicle.restore(orders(follower.follow_once_worth_it(lines)), to=to)
                follower.finish(head)
            _look(built, folder, new_epoch=new_epoch or to is not None)
            has_cited = _restore_citations(folder, built, citations or beside(file), new_epoch)
            has_suggested = _restore_suggestions(folder, built, beside(file, SUGGESTED_BESIDE))
            # The build may have taken an hour, in which somebody began a log here.
            _need_no_log(folder)
            _forget_views(folder)
            for path in _views(built):
                path.replace(folder / path.name)
            for path in (_note(folder), folder / BASE):
                path.unlink(missing_ok=True)  # it was of what is no more
            if has_cited:
                NotedHead(folder / CITATIONS).forget()
                files.move(built / CITATIONS, folder / CITATIONS)
            if has_suggested:
                files.move(built / SUGGESTIONS, folder / SUGGESTIONS)
            files.move(built / LOG, folder / LOG)
    with Archive(folder) as archive, bar("Projecting", head) as advance:
        archive.catch_up(advance)
    if as_json:
        click.echo(msgspec.json.encode({"position": f"@{head}"}))
    else:
        click.echo(f"Restored; the log stands at @{head}.")


def _restore_citations(folder: Path, built: Path, file: str | None, as_they_are: bool) -> bool:
    """Build the citations that belong to an export, if there are any and the folder has none of its
    own; whether they were built.

    Raises LogReplaced where the folder had others, unless they are taken `as_they_are`.
    """
    if file is None or not Path(file).exists():
        return False
    if (folder / CITATIONS).exists():
        click.echo(f"The citations of {folder} stay as they are.", err=True)
        return False
    with opened(file) as stream, closing(Citations(built)) as kept:
        count = kept.restore(stream)
    if not count:
        return False
    note = NotedHead(folder / CITATIONS).path
    if note.exists() and not as_they_are:
        shutil.copyfile(note, NotedHead(built / CITATIONS).path)
        with closing(Citations(built)):
            pass
    click.echo(f"Restored what was cited: {count:,} in all.", err=True)
    return True


def _restore_suggestions(folder: Path, built: Path, file: str | None) -> bool:
    """Build the suggestions that belong to an export, if there are any and the folder never had
    some of its own; whether they were built."""
    if file is None or not Path(file).exists() or Suggestions.is_there(folder):
        return False
    with opened(file) as stream, closing(Suggestions(built)) as kept:
        count = kept.restore(stream)
    if count:
        click.echo(f"Restored what was suggested: {count:,} lines.", err=True)
    return count > 0


@contextmanager
def written(file: str) -> Iterator[IO[bytes]]:
    """A stream whose text is in the file once the block is done, else nowhere; - is stdout.
    A stream gets it as it comes. Raises Ended where a folder is named."""
    if file != "-" and Path(file).is_dir():
        raise Ended(f"{file or 'an empty name'} is no file: name one", REFUSED)
    place = Path(file).resolve() if Path(file).is_symlink() else Path(file)  # a link stays one
    with click.open_file(file, "wb") if is_stream(file) else files.written(place) as stream:
        yield stream


def _look(built: Path, folder: Path, *, new_epoch: bool) -> None:
    """Look whether a log that was built goes on from what its folder had, or let it begin anew.

    Raises LogReplaced.
    """
    with suppress(FileNotFoundError):
        shutil.copyfile(_note(folder), _note(built))
    with Chronicle(built / LOG, new_epoch=new_epoch):
        pass


def _note(folder: Path) -> Path:
    """What was noted of the log of a folder."""
    return NotedHead(folder / LOG).path


def _need_no_log(folder: Path) -> None:
    """Refuse a folder whose log holds anything, or is open somewhere."""
    path = folder / LOG
    if not path.exists():
        return
    # A chronicle would be refused where a log was lost, and this is how it is had again.
    with closing(ChronicleFactory({"SQLITE_DBNAME": str(path)})) as factory:
        head = factory.application_recorder().head()
    if head is not None:
        raise Ended(
            f"{folder} has a log already, up to @{head.position}: restore into an empty folder",
            REFUSED,
        )
    # SQLite removes this file with the last connection, and we have just closed ours.
    if path.with_name(f"{LOG}-wal").exists():
        raise Ended(f"somebody has the empty log in {folder} open: end that first", UNAVAILABLE)


def _forget_views(folder: Path) -> None:
    """Remove views of another log, which could only mislead."""
    for path in _views(folder):
        path.unlink(missing_ok=True)


def _views(folder: Path) -> list[Path]:
    """The files of the views of a folder, the pointer last."""
    return [*folder.glob("views-*.sqlite*"), *folder.glob(POINTER)]
