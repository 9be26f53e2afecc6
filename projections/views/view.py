"""What a view is to whoever follows the log: tables, and its methods.

A view stands in a file of its own, with its tables, its SQL and its questions,
and becomes part of everything (following, rebuilding, the digest) by one line
in `projections.views.following.VIEWS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol, runtime_checkable

import msgspec
from sqlite_utils import Database

from events.store.sqlite import ChronicleRecorder
from projections.views.folding import CommitRead, Reader

Written = tuple[str, Sequence[Sequence[Any]]]
"""A statement of SQL and the rows for which it is carried out: tuples or lists of plain values."""


class View(Protocol):
    """Follows the log a page at a time: begin, take each commit, finish.

    A page is one transaction, so what a view has written stands or falls with how
    far it has read. Rows may follow from the log alone, never from when or in
    which pages it was read: a replay gives the same.

    A page is a stretch of the log, or the whole lives of some streams (`projections.views.making`).
    So a row follows from the stream of its record and, by `Reader.card`, from the cards of
    facilities; a view may ask the tables only about the streams of the page. Rows that count what
    several parts have are added up, in whatever order those come.
    """

    tables: ClassVar[tuple[str, ...]]
    """The tables whose rows the digest is over."""

    create: ClassVar[str]
    """The statements that make the tables."""

    def __init__(self, log: ChronicleRecorder) -> None:
        """`log` is the log that the view follows, in which it may look up what it does not keep."""

    def begin(self, db: Database, reader: Reader) -> None:
        """A page begins: what was written before lies in `db`, records are read from `reader`."""

    def take(self, commit: CommitRead) -> None:
        """A commit of the page. Its records are folded to its end only during the call."""

    def finish(self) -> Sequence[Written]:
        """The page is read: what is to be written of it, in order. Another process may write it.

        Rows come in the order of their keys where that is cheap: so they are written faster.
        """

    def forget(self) -> None:
        """Drop what is kept between pages, because the views moved on without this one."""


@runtime_checkable
class Beside(View, Protocol):
    """A view that keeps more than tables: what it works out of them, in files beside."""

    def make_whole(self, db: Database, position: int) -> None:
        """Make anew what lies beside, if it is not what the tables hold up to a position."""

    def differs(self, db: Database, position: int) -> str | None:
        """In what it is not what the tables hold, which have read so far; None where it is that,
        or is to be made anew for reasons that are no damage."""

    def kept(self, db: Database, position: int, *, more: bool) -> None:
        """The page is on the disk, up to a position. `more` says that another follows at once."""


def as_json(value: object) -> str:
    """The JSON text of a value: what is written of it, or a parameter that SQL reads as a list."""
    return msgspec.json.encode(value).decode()
