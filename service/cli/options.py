"""What several commands take: clocks, pages, `--json`, a file, the folder."""

from __future__ import annotations

import getpass
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar

import click

from events.errors import LogUnreachable, ViewsMending
from service.archive import LOG, VIEWS, Archive, node
from service.asking.filters import LARGEST_LIMIT, LIMIT
from service.cli.exits import REFUSED, UNAVAILABLE, Ended
from service.cli.screen import AddBar, bar, bars

Function = TypeVar("Function", bound=Callable[..., Any])

SHARED: Mapping[str, tuple[str, str]] = {
    "at": ("DATE", "When it was so in the world: 2013, 2013-05, 2013-05-06. Default: today."),
    "during": ("DATE", "In place of --at: every status held on some day of the period."),
    "stated": ("DATE", "What the sources had said by then. Default: everything said."),
    "known": ("@N|INSTANT", "What the log had recorded by then. Default: all of it."),
    "expected": ("STATUS,…", "The same, of what was expected of --at by --stated."),
    "limit": ("N", f"At most so many, up to {LARGEST_LIMIT}. Default: {LIMIT}."),
    "after": ("PLACE", "Go on after the page before."),
}
"""What stands for the value of an option of many commands, and what their help says of it."""


def as_json(command: Function) -> Function:
    """Take `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, and only that.")(
        command
    )


def need_texts(*texts: str) -> None:
    """Refuse what cannot stand in an address: bytes of the shell that are no UTF-8. Raises
    UsageError."""
    for text in texts:
        try:
            text.encode()
        except UnicodeEncodeError:
            raise click.UsageError(f"{text!r} is no UTF-8") from None


def login_name() -> str:
    """Whoever is logged in, as the actor of what they do here."""
    try:
        return getpass.getuser()
    except (KeyError, ImportError, OSError):  # no login name: what says so depends on Python
        return "somebody"


def log_of(folder: Path) -> Path:
    """The path of the log of a folder. Raises Ended where there is none."""
    path = folder / LOG
    if not path.exists() and node.address_of(folder) is None:
        raise Ended(
            f"there is no chronicle in {folder}: `annales load FILE` begins one", UNAVAILABLE
        )
    return path


def caught_up(archive: Archive) -> int:
    """Bring the views up to the head of the log, with a bar; returns how far they are read."""
    head = archive.chronicle.log.head()
    if head is None or archive.views.tracked() >= head.position:
        return archive.catch_up()
    with bar("Projecting", head.position) as advance:
        return archive.catch_up(advance)


def need_newest(archive: Archive) -> None:
    """Raises LogUnreachable where a node could not copy what PostgreSQL has."""
    if (why := archive.unreached) is not None:
        raise LogUnreachable(why)


def try_to_catch_up(archive: Archive) -> None:
    """Bring the views up to the head of the log. Where they cannot be written, or a node has not
    copied what PostgreSQL has, that is said on stderr, and questions are answered as far as they
    have read."""
    if (why := archive.unreached) is not None:
        click.echo(f"PostgreSQL does not answer, so there may be more than this: {why}", err=True)
    try:
        caught_up(archive)
    except ViewsMending:
        archive.catch_up()
    except (OSError, sqlite3.OperationalError) as error:
        archive.troubles.tell(VIEWS, str(error))
        read = archive.views.tracked()
        click.echo(f"The views have read to @{read}, and cannot follow: {error}", err=True)


@contextmanager
def opened(file: str) -> Iterator[IO[bytes]]:
    """A file to read; `-` is stdin. Raises Ended where it cannot be read."""
    try:
        stream = click.open_file(file, "rb")
    except OSError as error:
        raise Ended(f"{file} cannot be read: {error.strerror}", REFUSED) from error
    with stream:
        yield stream


@contextmanager
def lines_of(stream: IO[bytes], file: str, doing: str) -> Iterator[tuple[Iterator[bytes], AddBar]]:
    """The lines of an opened file, with a bar of how far they are read, and room for others."""
    size = None if file == "-" else Path(file).stat().st_size
    with bars() as add:
        advance = add(doing, size)

        def counted() -> Iterator[bytes]:
            read = 0
            for number, line in enumerate(stream):
                read += len(line)
                if number % 500 == 0:
                    advance(read)
                yield line

        yield counted(), add
