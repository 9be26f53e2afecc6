"""A snapshot: the log and its views in one file, from which another folder begins.

It is a tar file. Its first member, `snapshot.json`, says what the others are: how far the log goes
and by which seal it ends, what made the views and how far they have read, and the length and the
digest of each. All are of one moment, whoever writes meanwhile; the views may be behind the log and
are never ahead of it. Keys are not in it, nor what signs the log: a snapshot is handed around, and
a node copies its keys from the database.

Whoever reads one writes only names of its own choice, and no more than was told before. The digests
find what was damaged on its way. They find no forger: a snapshot is believed as whoever made it.
"""

from __future__ import annotations

import gzip
import io
import os
import secrets
import shutil
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, NamedTuple

import msgspec

from events import files
from events.errors import AnnalesError
from events.ledger.base import NAME as BASE
from events.store.bodies import SCHEMA_OF_BODIES
from events.store.copying import copy
from events.store.inspection import is_defined_by
from events.store.moving import FileLog, NotTheBeginning, check_beginning
from events.store.schema import SCHEMA_NUMBER, SCHEMAS
from projections import VIEW
from projections.views.file import (
    POINTER,
    definitions,
    made_by,
    open_file,
    read_last,
    shape,
)
from projections.views.following import CREATES
from service.archive import LOG, LOGS, Archive, node
from service.archive.citations import CITATIONS
from service.archive.moving import Database
from service.archive.suggestions import SUGGESTIONS

FORM = 1
"""The number of this form of a snapshot."""

CONTENTS = "snapshot.json"

VIEWS = "views.sqlite"

MEMBERS = frozenset({LOG, CITATIONS, SUGGESTIONS, VIEWS, BASE})
"""What may be in a snapshot besides its contents, each once."""

LARGEST_CONTENTS = 65_536
"""Bytes of `snapshot.json` at most."""

CHUNK = 1024 * 1024
"""Bytes that are copied at once."""

BLOCK = 512
"""Bytes of a block of a tar file."""

ROOM = "beginning"
"""The folder in which what is read from a snapshot lies until it is verified."""

ITS_OWN = frozenset({node.NODE, *LOGS, "log.clock", ROOM, "lost+found"})
"""What an empty folder may have: logs without a commit are left where a node could not begin."""

GZIP = b"\x1f\x8b"
"""How a file begins that is packed."""

DAMAGE = (
    EOFError,
    ValueError,
    gzip.BadGzipFile,
    msgspec.MsgspecError,
    tarfile.TarError,
    zlib.error,
)
"""What is raised where a file is no snapshot."""

AGAIN = "make it again with `annales snapshot FILE`, by a program of this version"

SHARED = {"chronicle": LOG, "citations": CITATIONS, "suggestions": SUGGESTIONS}
"""The logs of a snapshot that a database has too, by their names there."""


class NotThisSnapshot(AnnalesError):
    """No folder can begin with this snapshot. The message says what to type."""


class NotEmpty(AnnalesError):
    """A folder has something already, and begins with no snapshot. Name another."""

    def __init__(self, folder: Path, why: str) -> None:
        self.folder, self.why = folder, why
        super().__init__(f"{folder} {why}: name an empty folder, or one that is not there")


class Member(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file in a snapshot."""

    bytes: int
    sha256: str


class OfLog(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the log of a snapshot ends: its last commit, the events, and the root of the tree over
    them."""

    schema: int
    position: int
    recorded_at: str
    seal: str
    events: int
    root: str


class OfViews(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What made the views of a snapshot, and how far they have read."""

    version: int
    shape: str
    position: int


class Contents(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a snapshot says of itself."""

    form: int
    made_by: str
    log: OfLog
    views: OfViews
    members: dict[str, Member]


class _Form(msgspec.Struct, frozen=True, kw_only=True):
    """What every snapshot says, also one of another version."""

    form: int
    made_by: str


class Begun(NamedTuple):
    """What a folder began with, and whether its views could be used."""

    contents: Contents
    has_views: bool


# --- A snapshot is made.


def make(
    archive: Archive, stream: IO[bytes], *, beside: Path, is_packed: bool, version: str
) -> Contents:
    """Write a snapshot of an archive, by a program of some version; what it says of itself.

    `beside` is a folder with room for the log and the views once more. Raises NotThisSnapshot for a
    log of an earlier version.
    """
    folder = archive.folder
    schema = archive.chronicle.log.schema()
    if schema != SCHEMA_NUMBER:
        raise NotThisSnapshot(f"the log has schema {schema}, of before: type `annales migrate`")
    with TemporaryDirectory(prefix=".snapshot-", dir=beside) as name:
        room = Path(name)
        # What is copied first is the earliest: the views, which follow the log.
        kept = {archive.views.used(): room / VIEWS}
        kept |= {
            folder / name: room / name
            for name in (CITATIONS, SUGGESTIONS)
            if (folder / name).exists()
        }
        with suppress(FileNotFoundError):
            shutil.copyfile(folder / BASE, room / BASE)
        copy({**kept, folder / LOG: room / LOG})
        contents = Contents(
            form=FORM,
            made_by=version,
            log=_of_log(room),
            views=_of_views(room / VIEWS),
            members={
                path.name: _member(path) for path in sorted(room.iterdir()) if path.name in MEMBERS
            },
        )
        with _packed(stream) if is_packed else _plain(stream) as out:
            _write(out, contents, room)
    return contents


def _of_log(room: Path) -> OfLog:
    with closing(FileLog(room / LOG)) as log:
        end = log.end()
        witness = log.witness(end.position)
        return OfLog(
            schema=SCHEMA_NUMBER,
            position=end.position,
            recorded_at=end.recorded_at or "",
            seal=log.seal_at(end.position).hex(),
            events=witness.events,
            root=witness.root.hex(),
        )


def _of_views(path: Path) -> OfViews:
    db = open_file(path)
    with closing(db.conn):
        version, made_of = made_by(db)
        return OfViews(version=version, shape=made_of, position=read_last(db)[0])


def _member(path: Path) -> Member:
    with path.open("rb") as file:
        total, size = sha256(), 0
        while chunk := file.read(CHUNK):
            total.update(chunk)
            size += len(chunk)
    return Member(size, total.hexdigest())


def _write(stream: IO[bytes], contents: Contents, room: Path) -> None:
    """Write a tar file: what it says of itself, and then the rest."""
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.GNU_FORMAT) as tar:
        told = msgspec.json.format(msgspec.json.encode(contents))
        tar.addfile(_entry(CONTENTS, len(told)), io.BytesIO(told))
        for name, member in contents.members.items():
            with (room / name).open("rb") as file:
                tar.addfile(_entry(name, member.bytes), file)


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


@contextmanager
def _plain(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    yield stream


@contextmanager
def _packed(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    with gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=1, mtime=0) as packed:
        yield packed  # type: ignore[misc] # it is one, but for what it is called


# --- A folder begins with one.


def begin(folder: Path, stream: IO[bytes], name: str, progress: Callable[[int], None]) -> Begun:
    """Put the log and the views of a snapshot into a folder that has none; where that is a node,
    only if the log is the beginning of that in its database.

    `name` is what the snapshot is called; `progress` is told how many bytes are read. Raises
    NotThisSnapshot, NoDriver, NotThisDatabase, LogUnreachable.
    """
    _need_empty(folder)
    room = folder / ROOM
    shutil.rmtree(room, ignore_errors=True)
    room.mkdir(mode=0o700)
    try:
        contents = _read(stream, room, progress)
        _check_log(contents, room)
        _check_source(folder, room)
        has_views = _adopt_views(contents, room)
        _need_empty(folder)  # somebody may have begun a log meanwhile
        # The log comes last: without one the folder is taken for empty.
        for path in sorted(room.iterdir(), key=lambda path: path.name == LOG):
            path.replace(folder / path.name)
    except NotThisSnapshot as error:
        raise NotThisSnapshot(f"{name} {error}") from error
    finally:
        shutil.rmtree(room, ignore_errors=True)
    files.keep_names(folder)
    return Begun(contents, has_views)


def _need_empty(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for path in filter(Path.exists, (folder / name for name in SHARED.values())):
        with closing(FileLog(path)) as log:
            if position := log.end().position:
                raise NotEmpty(folder, f"has {path.name} already, up to @{position}")
    names = {path.name for path in folder.iterdir()}
    if names - ITS_OWN and ROOM not in names:
        raise NotEmpty(folder, f"has no log, and is not empty ({min(names - ITS_OWN)})")


def _read(stream: IO[bytes], room: Path, progress: Callable[[int], None]) -> Contents:
    """Write what a snapshot says that it has into a folder, and see that it is that."""
    try:
        with _unpacked(stream) as plain:
            return _read_members(plain, room, progress)
    except DAMAGE as error:
        raise NotThisSnapshot(f"is no snapshot, or is damaged ({error}): {AGAIN}") from error


def _read_members(stream: IO[bytes], room: Path, progress: Callable[[int], None]) -> Contents:
    name, size = _next(stream)
    if name != CONTENTS or size > LARGEST_CONTENTS:
        raise NotThisSnapshot("is no snapshot: `annales snapshot FILE` makes one")
    contents = _contents(_exactly(stream, size))
    _skip(stream, size)
    needed, free = sum(each.bytes for each in contents.members.values()), _free(room)
    if needed > free:
        raise NotThisSnapshot(f"needs {needed:,} bytes, and {free:,} are free: make room")
    done = 0
    for name, member in contents.members.items():
        if _next(stream) != (name, member.bytes):
            raise ValueError(f"{name} is not where it should be")
        total, left = sha256(), member.bytes
        with (room / name).open("xb") as file:
            while left:
                chunk = _exactly(stream, min(left, CHUNK))
                total.update(chunk)
                file.write(chunk)
                left -= len(chunk)
                done += len(chunk)
                progress(done)
            file.flush()
            os.fsync(file.fileno())
        if total.hexdigest() != member.sha256:
            raise ValueError(f"{name} has another digest")
        _skip(stream, member.bytes)
    return contents


def _free(room: Path) -> int:
    return shutil.disk_usage(room).free


@contextmanager
def _unpacked(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    """A stream whose bytes are unpacked as they are read, where they are packed."""
    ahead = io.BufferedReader(stream)  # type: ignore[type-var] # whatever it is, it can be read
    try:
        if ahead.peek(len(GZIP))[: len(GZIP)] != GZIP:
            yield ahead
        else:
            with gzip.GzipFile(fileobj=ahead) as plain:
                yield plain  # type: ignore[misc] # it is one, but for what it is called
    finally:
        ahead.detach()  # it would close what is not its own


def _next(stream: IO[bytes]) -> tuple[str, int]:
    """The name and the length of the next file. The head alone is believed: no links, no folders,
    no longer names, and nothing that would be read into memory at once. Raises ValueError."""
    head = tarfile.TarInfo.frombuf(_exactly(stream, BLOCK), "ascii", "strict")
    if head.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or head.size < 0:
        raise ValueError("it has more than files")
    return head.name, head.size


def _skip(stream: IO[bytes], size: int) -> None:
    """Read to the next block behind a file of some length."""
    _exactly(stream, -size % BLOCK)


def _exactly(stream: IO[bytes], size: int) -> bytes:
    """So many bytes. Raises EOFError."""
    read = stream.read(size)
    if len(read) < size:
        raise EOFError("it ends in the middle")
    return read


def _contents(told: bytes) -> Contents:
    """What a snapshot says of itself. Raises NotThisSnapshot, ValueError."""
    form = msgspec.json.decode(told, type=_Form)
    if form.form != FORM:
        raise NotThisSnapshot(
            f"was made by {form.made_by}, in form {form.form}, and this program reads {FORM}:"
            f" {AGAIN}"
        )
    contents = msgspec.json.decode(told, type=Contents)
    names = contents.members.keys()
    if not {LOG, VIEWS} <= names <= MEMBERS or any(m.bytes < 0 for m in contents.members.values()):
        raise ValueError("it does not have what a snapshot has")
    if contents.log.schema != SCHEMA_NUMBER:
        raise NotThisSnapshot(
            f"was made by {form.made_by}, whose log has schema {contents.log.schema}, and this"
            f" program makes {SCHEMA_NUMBER}: {AGAIN}"
        )
    return contents


def _check_log(contents: Contents, room: Path) -> None:
    """See that the log is one, and the one that was told. Raises NotThisSnapshot."""
    told = contents.log
    if not is_defined_by(room / LOG, SCHEMAS[SCHEMA_NUMBER]):
        raise NotThisSnapshot(f"has no log of this program: {AGAIN}")
    if (room / CITATIONS).exists() and not is_defined_by(
        room / CITATIONS, (*SCHEMAS[SCHEMA_NUMBER], *SCHEMA_OF_BODIES)
    ):
        raise NotThisSnapshot(f"has no citations of this program: {AGAIN}")
    if (room / SUGGESTIONS).exists() and not is_defined_by(
        room / SUGGESTIONS, SCHEMAS[SCHEMA_NUMBER]
    ):
        raise NotThisSnapshot(f"has no suggestions of this program: {AGAIN}")
    with closing(FileLog(room / LOG)) as log:
        end = log.end()
        has = end.position, end.recorded_at or "", log.seal_at(end.position).hex()
    if has != (told.position, told.recorded_at, told.seal):
        raise NotThisSnapshot(f"says that its log ends at @{told.position}, and it does not")


def _check_source(folder: Path, room: Path) -> None:
    """See that what a node begins with is the beginning of what it copies. Raises
    NotThisSnapshot."""
    address = node.address_of(folder)
    if address is None:
        return
    with Database(address) as database:
        for name, file in SHARED.items():
            if not (room / file).exists():
                continue
            with closing(FileLog(room / file)) as log:
                try:
                    check_beginning(database.log(name, to_write=False), log)
                except NotTheBeginning as error:
                    raise NotThisSnapshot(
                        f"is of another log than {database.shown}, or of more than that has:"
                        " make one on a node of it with `annales snapshot FILE`; or begin without,"
                        f" `annales --data {folder} migrate` copies all"
                    ) from error


def _adopt_views(contents: Contents, room: Path) -> bool:
    """Give the views the name by which they are used, if they are those of this program; else
    leave them away."""
    views, told = room / VIEWS, contents.views
    is_ours = (told.version, told.shape) == (VIEW, shape(CREATES)) and is_defined_by(
        views, definitions(CREATES)
    )
    if not is_ours:
        views.unlink()
        return False
    name = f"views-{secrets.token_hex(4)}.sqlite"
    views.rename(room / name)
    (room / POINTER).write_text(name)
    return True
