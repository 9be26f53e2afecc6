"""A chronicle is moved: its log, its keys, its citations, what readers suggested and what lies
beside them, from a folder or a database into an empty one.

A folder becomes a log on its own, whether it came from a database or not. It is built in a folder
within, so that one of which there is a half is no chronicle yet; a database of which there is a
half says so, and no node begins with it. The key that signs is never moved: nobody but its owner
knows where it may lie.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self

from events import files
from events.errors import AnnalesError, NoDriver
from events.ledger import base, signing
from events.store.moving import FileLog, Movable, NotTheBeginning, Witness, move
from service.archive import LOG, node
from service.archive.citations import CITATIONS
from service.archive.keys import KEYS
from service.archive.suggestions import SUGGESTIONS

if TYPE_CHECKING:
    from events.store.postgres.moving import MovableLog

LOGS = {
    "chronicle": (LOG, node.CHRONICLE),
    "keys": (KEYS, node.KEYS),
    "citations": (CITATIONS, node.CITATIONS),
    "suggestions": (SUGGESTIONS, node.SUGGESTIONS),
}
"""The logs of a chronicle: the file and the schema of each."""

BESIDE_IT = ("keys", "citations", "suggestions")

TOLD = {"chronicle": "log", **{name: name for name in BESIDE_IT}}

HALF = "copying"
"""The folder in which a folder is built."""

ITS_OWN = frozenset({HALF, "lost+found"})
"""What an empty folder may have: that, and what a file system puts there."""

BESIDE = re.compile(
    rf"{signing.CHECKPOINT}|{signing.PUBLIC}|{re.escape(base.NAME)}"
    r"|checkpoint\.epoch-\d+|ledger\.epoch-\d+\.vkey"
)
"""The names of what lies beside the log: what was signed of it, by which key, and what it is a copy
of. `ledger.key` is none of them."""


class CannotMove(AnnalesError):
    """A chronicle cannot be moved there, or from there. The message says what to type."""


class Chest(Protocol):
    """Where a chronicle lies, or is to lie."""

    shown: str

    def log(self, name: str, *, to_write: bool) -> Movable | None:
        """One of its logs; None where it has none, and none is to be written."""

    def beside(self) -> dict[str, str]:
        """What lies beside the log, by the names that `BESIDE` knows."""

    def put_beside(self, name: str, text: str) -> None:
        """Put a text beside the log."""

    def begin(self, source: str) -> None:
        """Say that what is here is half of what another place has."""

    def finish(self) -> None:
        """Say that it is whole."""


class Moved(NamedTuple):
    """How far the log was before and is now, what it comes to, how many events the logs of keys,
    citations and suggestions have, and whether somebody has signed it."""

    before: int
    position: int
    witness: Witness
    keys: int
    citations: int
    suggestions: int
    is_signed: bool


AddBar = Callable[[str, "int | None"], Callable[[int], None]]
"""Adds a bar: what is done, and how much there is to do."""


def move_all(source: Chest, target: Chest, add_bar: AddBar) -> Moved:
    """Write to one place what another has beyond it, and compare them.

    Raises CannotMove, LogDamaged, and what the logs raise.
    """
    before, found = 0, {}
    beside = source.beside()  # before the log, which may go on meanwhile
    for name in LOGS:
        theirs = source.log(name, to_write=False)
        is_needed = theirs is not None and theirs.end().position > 0
        ours = target.log(name, to_write=is_needed)
        if ours is None:
            continue
        if theirs is None or not is_needed:
            if ours.end().position:
                raise _other(source, target)
            continue
        if name == "chronicle":
            before = ours.end().position
            target.begin(source.shown)
        try:
            advance = add_bar(f"Copying the {TOLD[name]}", theirs.end().position)
            found[name] = move(theirs, ours, advance)
        except NotTheBeginning as error:
            raise _other(source, target) from error
    if "chronicle" not in found:
        raise CannotMove(f"the log in {source.shown} is empty: there is nothing to copy")
    there = target.beside()
    for name, text in beside.items():
        if there.get(name) != text:
            target.put_beside(name, text)
    target.finish()
    position, witness = found["chronicle"]
    events = {name: found[name][1].events if name in found else 0 for name in BESIDE_IT}
    return Moved(before, position, witness, **events, is_signed=signing.CHECKPOINT in beside)


def _other(source: Chest, target: Chest) -> CannotMove:
    return CannotMove(
        f"{target.shown} has another log, or a longer one, than {source.shown}: copy into an empty"
        " folder or database, or the other way round"
    )


@contextmanager
def opened(place: str, *, to_write: bool) -> Iterator[Chest]:
    """The chest at a place: a folder, or a database by its address. Raises CannotMove, NoDriver,
    NotThisDatabase, LogUnreachable."""
    with ExitStack() as closed:
        if is_address(place):
            yield closed.enter_context(Database(place))
        elif to_write:
            yield closed.enter_context(NewFolder(Path(place)))
        else:
            yield closed.enter_context(Folder(Path(place)))


def is_address(place: str) -> bool:
    """Whether a place is a database."""
    return place.startswith(("postgresql://", "postgres://"))


def shown(address: str) -> str:
    """An address without the password in it.

    >>> shown("postgresql://annales:secret@db1,db2/annales?password=secret")
    'postgresql://annales@db1,db2/annales?password=…'
    """
    without = re.sub(r"(?<=://)([^/@:]*):[^/@]*@", r"\1@", address)
    return re.sub(r"((?:ssl)?password=)[^&]*", r"\1…", without)


class Folder:
    """A folder with a chronicle in it, to be read."""

    def __init__(self, folder: Path) -> None:
        """Raises CannotMove where there is none."""
        self.shown = str(folder.absolute())
        self.folder = folder
        self._opened = ExitStack()
        self._see()

    def _see(self) -> None:
        if (self.folder / LOG).exists():
            return
        if (self.folder / HALF / LOG).exists():
            raise CannotMove(
                f"{self.folder} is half a copy: finish it with the `annales copy` that began it"
            )
        raise CannotMove(f"there is no chronicle in {self.folder}: name the folder that has one")

    @property
    def room(self) -> Path:
        """Where its files lie."""
        return self.folder

    def log(self, name: str, *, to_write: bool) -> FileLog | None:
        """One of its logs."""
        path = self.room / LOGS[name][0]
        if not to_write and not path.exists():
            return None
        log = FileLog(path, has_bodies=name == "citations")
        self._opened.callback(log.close)
        return log

    def beside(self) -> dict[str, str]:
        """What lies beside the log."""
        return {
            path.name: path.read_text(encoding="utf-8")
            for path in sorted(self.room.glob("*"))
            if BESIDE.fullmatch(path.name)
        }

    def put_beside(self, name: str, text: str) -> None:
        """Put a text beside the log."""
        files.write(self.room / name, text)

    def begin(self, source: str) -> None:
        """Nothing is to be said: half a copy lies in a folder of its own."""

    def finish(self) -> None:
        """Nothing is to be said."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()


class NewFolder(Folder):
    """A folder in which a chronicle is to lie, or that has the beginning of it."""

    def _see(self) -> None:
        folder = self.folder
        if folder.exists() and not folder.is_dir():
            raise CannotMove(f"{folder} is no folder: name one that is empty, or not there")
        if node.address_of(folder) is not None:
            raise CannotMove(
                f"{folder} is a node, whose log lies in a database: name another folder, or the"
                " address of that"
            )
        if not folder.exists() or (folder / LOG).exists():
            return
        names = {path.name for path in folder.iterdir()} - ITS_OWN
        if names and not (folder / HALF).exists():
            raise CannotMove(
                f"{folder} has no chronicle, and is not empty ({min(names)}): name an empty folder"
            )

    @property
    def room(self) -> Path:
        """Where it is built; where it goes on, itself."""
        return self.folder if (self.folder / LOG).exists() else self.folder / HALF

    def log(self, name: str, *, to_write: bool) -> FileLog | None:
        """One of its logs, made where it is to be written."""
        if to_write:
            self.room.mkdir(parents=True, exist_ok=True)
        return super().log(name, to_write=to_write)

    def finish(self) -> None:
        """Put what was built in its place, the log last."""
        self._opened.close()
        if (room := self.room) == self.folder:
            return
        for path in sorted(room.iterdir(), key=lambda path: path.name == LOG):
            if not path.name.startswith("."):
                path.replace(self.folder / path.name)
        shutil.rmtree(room)
        files.keep_names(self.folder)


class Database:
    """A database with a chronicle in it, or with logs that are to have one."""

    def __init__(self, address: str) -> None:
        """Raises NoDriver, NotThisDatabase, LogUnreachable."""
        try:
            from events.store.postgres.moving import MovableLog  # noqa: PLC0415 -- an extra
        except ImportError as error:
            raise NoDriver from error
        self.shown = shown(address)
        self._logs = {
            name: MovableLog(address, schema, has_bodies=name == "citations")
            for name, (_, schema) in LOGS.items()
        }
        for log in self._logs.values():
            log.check()

    def log(self, name: str, *, to_write: bool) -> MovableLog:  # noqa: ARG002 -- they are there
        """One of its logs."""
        return self._logs[name]

    def beside(self) -> dict[str, str]:
        """What lies beside the log."""
        _, texts = self._logs["chronicle"].beside(0)
        return {name: text for name, text in texts.items() if BESIDE.fullmatch(name)}

    def put_beside(self, name: str, text: str) -> None:
        """Put a text beside the log."""
        self._logs["chronicle"].put_beside(name, text)

    def begin(self, source: str) -> None:
        """Let no node begin with it."""
        self._say_half(source)

    def finish(self) -> None:
        """Let nodes begin."""
        self._say_half("")

    def _say_half(self, text: str) -> None:
        from events.store.postgres.schema import HALF as NAME  # noqa: PLC0415 -- an extra

        log = self._logs["chronicle"]
        if log.beside(0)[1].get(NAME, "") != text:
            log.put_beside(NAME, text)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for log in self._logs.values():
            log.close()
