"""A folder with a chronicle in it: the log, the views, and whoever keeps them together.

The command line and the web service both work on an `Archive`. Everything lies
in one folder: `log.sqlite` is the truth, the views can be thrown away.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self, cast

from eventsourcing.persistence import PersistenceError

from events.chronicle import Chronicle
from events.clocks import Log, utc_day
from events.errors import AnnalesError, CopyAhead, NotProjected, NotSigned
from events.ledger.ledger import Ledger
from events.ledger.publishing import Publisher
from events.ledger.signing import CHECKPOINT
from events.store.clock import Clock, system_clock
from events.store.timekeeping import Steady
from projections.views.budget import Budget
from projections.views.file import POINTER, Database, Views
from projections.views.following import CREATES, Following, belong, catch_up
from projections.views.history import History
from projections.views.lines import Lines
from projections.views.reading import Reading
from projections.views.search import Search
from projections.views.state import State
from projections.views.turns import Turns
from service.archive.aside import may_be_set_aside, set_aside
from service.archive.citations import CITATIONS, Citations
from service.archive.copying import Copying
from service.archive.hearing import Hearing
from service.archive.keys import KEYS, Keyring
from service.archive.node import shared_of
from service.archive.published import NotWhatWasSigned, Published
from service.archive.reached import Reached
from service.archive.signing import Elsewhere, Signing
from service.archive.streams import Streams
from service.archive.suggestions import SUGGESTIONS, Suggestions
from service.commons import Call, Holder, Troubles

if TYPE_CHECKING:
    from events.store.node import NodeLog
    from events.store.postgres.log import PostgresLog

LOG = "log.sqlite"

LOGS = (LOG, KEYS, CITATIONS, SUGGESTIONS)
"""The files of the logs of a folder, the chronicle's first, in the order of `Shared.logs`."""

VIEWS = "views"

SIGNATURES = "signatures"

COPIES = "copies"
"""What troubles are told of, besides the log: its views, that it is signed, and that a node copies
it."""

ROOM = 1024 * 1024
"""Bytes that are free again on a disk that was full, when orders have room."""

MOMENTS = frozenset({"known", "to_known"})
"""The parameters that name a commit: that one is answered, or refused."""


SILENCE = (
    "PostgreSQL has not answered for {seconds:.0f} s: what is here is answered, and how far the log"
    " is by now is not known"
)


class Standing(NamedTuple):
    """How far the log goes, copied or not, how far the views have read it, and what is wrong, if
    something is."""

    head: int
    projected: int
    failure: str | None


class Behind(NamedTuple):
    """How a node is behind the log in PostgreSQL: by so many positions, as far as it knows, and for
    how many seconds it has not known; None where it does."""

    positions: int
    silent: int | None


class Archive:
    """An open folder. Close it when done: `with Archive(folder) as archive`."""

    def __init__(
        self,
        folder: Path,
        *,
        clock: Clock = system_clock,
        steady: Steady | None = None,
        new_epoch: bool = False,
    ) -> None:
        """Open the folder, making it if there is none.

        With `new_epoch`, all its logs go on from what they are. Raises LogReplaced where
        they are no continuation of what the folder had.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.shared = shared_of(folder, clock=clock)
        self.hearing = Hearing(folder)
        with ExitStack() as opened:
            if self.shared is not None:
                opened.callback(self.shared.close)
            asked = self.hearing.now()
            try:
                self._open_logs(clock=clock, steady=steady, new_epoch=new_epoch)
            except CopyAhead:
                self._set_aside(although_settled=new_epoch)
                self._open_logs(clock=clock, steady=steady, new_epoch=new_epoch)
            self._note_copied(asked)
            opened.pop_all()
        self.ledger = Ledger(self.chronicle.log, folder)
        self._take_published()
        self._apart: TemporaryDirectory[str] | None = None
        self.views = self._views()
        log = self.chronicle.log
        self.state = State(log)
        self.lines = Lines(log)
        self.turns = Turns(self.state, self.lines)
        self.history = History(log)
        self.search = Search(log)
        self.streams = Streams()
        self.troubles = Troubles()
        self.reached = Reached(log, self.stuck_at)
        self.copying: Copying | None = None
        self.called = Call()
        self.signer = Holder()
        self._settled: tuple[tuple[int, int, int] | None, int] = None, 0
        self._following: Following | None = None
        self._signing: Signing | None = None

    def _open_logs(self, *, clock: Clock, steady: Steady | None, new_epoch: bool) -> None:
        folder = self.folder
        logs = (None,) * 4 if self.shared is None else self.shared.logs
        chronicle, keys, citations, suggestions = logs
        with ExitStack() as opened:
            self.keys = Keyring(folder, clock=clock, as_they_are=new_epoch, shared=keys)
            opened.callback(self.keys.close)
            self.citations = Citations(folder, clock=clock, as_they_are=new_epoch, shared=citations)
            opened.callback(self.citations.close)
            self.suggestions = Suggestions(
                folder, clock=clock, as_they_are=new_epoch, shared=suggestions
            )
            opened.callback(self.suggestions.close)
            self.chronicle = Chronicle(
                folder / LOG,
                clock=clock,
                steady=steady,
                new_epoch=new_epoch,
                shared=chronicle,
            )
            opened.pop_all()

    def _set_aside(self, *, although_settled: bool) -> None:
        """Set those copies of a node aside that have commits which PostgreSQL has not. Raises
        CopyAhead, LogUnreachable."""
        if self.shared is None:
            return
        for name, log in self._copied():
            if (self.folder / name).exists():
                set_aside(
                    self.folder, name, log, is_chronicle=name == LOG, for_good=although_settled
                )

    def _copied(self) -> list[tuple[str, PostgresLog]]:
        """The files of the logs of a node, each with the log that it copies."""
        if self.shared is None:
            return []
        return list(zip(LOGS, self.shared.logs, strict=True))

    def _note_copied(self, asked: int) -> None:
        """Note that a node has copied all that PostgreSQL has, if it has."""
        log = self.chronicle.log
        if self.shared is not None and self.unreached is None:
            self.hearing.note(log.max_notification_id() or 0, asked=asked)

    def _take_published(self) -> None:
        """Take over what lies beside the log in PostgreSQL: whether it is a mirror, before anything
        is recorded, also where another node has just made it one."""
        if self.shared is None:
            return
        published = Published(self.ledger, self.shared.chronicle)

        def look() -> None:
            with suppress(NotWhatWasSigned):  # whoever copies says so
                published.look()

        if self.unreached is None:
            look()
        cast("NodeLog", self.chronicle.log).on_turn = look

    @property
    def unreached(self) -> str | None:
        """Why a node could not copy what PostgreSQL has when it was opened, if it could not."""
        return getattr(self.chronicle.log, "unreached", None)

    def may_begin_anew(self) -> bool:
        """Whether a node whose copies have commits that PostgreSQL has not would copy them anew, if
        it were opened now. Raises LogUnreachable."""
        return all(
            may_be_set_aside(self.folder, name, log, is_chronicle=name == LOG)
            for name, log in self._copied()
            if (self.folder / name).exists()
        )

    def _views(self) -> Views:
        """The views of the folder. Where it is for reading alone and they have not read the log to
        its head, they are made in a temporary folder."""
        if os.access(self.folder, os.W_OK):
            return self._views_in(self.folder)
        with suppress(AnnalesError, OSError, sqlite3.Error):
            views = self._views_in(self.folder)
            if views.tracked() == (self.chronicle.log.max_notification_id() or 0):
                return views
            views.close()
        self._apart = TemporaryDirectory(prefix="annales-")
        return self._views_in(Path(self._apart.name))

    def _views_in(self, folder: Path) -> Views:
        # Views of another log would answer for this one.
        return Views(folder, CREATES, belong=lambda db: belong(self.chronicle, db))

    def follow(self) -> Following:
        """Keep the views up with the log in a thread of its own, until `close`; on a node, and the
        copies of the logs with those in PostgreSQL, in another."""
        if self.shared is not None and self.copying is None:
            self.copying = Copying(
                self.shared,
                [
                    self.chronicle.log,
                    self.keys.log,
                    *filter(None, [self.citations.log, self.suggestions.log]),
                ],
                published=Published(self.ledger, self.shared.chronicle),
                hearing=self.hearing,
                call=lambda: self.called,
                on_failed=lambda failure: self.troubles.tell(
                    COPIES, None if failure is None else str(failure)
                ),
            )
            self.copying.start(self.folder)
        if self._following is None:
            self._following = Following(self.chronicle, self.views)
            self._following.on_failed = lambda failure: self.troubles.tell(
                VIEWS, None if failure is None else str(failure)
            )
            self._following.start()
        return self._following

    def sign(self, origin: str | None = None) -> None:
        """Sign what the log holds in a thread of its own, until `close`; a key that is to be made
        gets the name `origin`."""
        elsewhere, publisher = None, Publisher(self.ledger, origin=origin)
        if self.shared is not None:
            elsewhere = Elsewhere(self.shared.chronicle, self.ledger)
            publisher = Publisher(
                self.ledger, origin=origin, keep=elsewhere.keep, await_safe=elsewhere.await_safe
            )
        self._signing = Signing(
            self.chronicle,
            publisher,
            self.folder,
            lambda failure: self.troubles.tell(
                SIGNATURES, None if failure is None else str(failure)
            ),
            elsewhere=elsewhere,
            on_turn=lambda has: self.signer.take() if has else self.signer.leave(),
        )
        self._signing.start()

    def catch_up(self, progress: Callable[[int], None] | None = None) -> int:
        """Bring the views up to the head of the log, here and now; `progress` is told how far."""
        return catch_up(self.chronicle, self.views, progress=progress)

    def migrate(self) -> int:
        """Bring the logs of an earlier version to the schema of this one; the number that the
        chronicle's had. Raises NotWritten."""
        self.keys.migrate()
        self.citations.migrate()
        self.suggestions.migrate()
        return self.chronicle.log.migrate()

    def settled(self) -> int | None:
        """Up to which position nothing can take away a commit: under the newest checkpoint, which
        is signed once a standby has what it is of. None where all that is on the disk is settled,
        as it is where the log lies here alone."""
        if self.shared is None:
            return None
        try:
            status = os.stat(self.folder / CHECKPOINT)  # noqa: PTH116 -- asked with each answer
        except OSError:
            return 0
        file = status.st_ino, status.st_mtime_ns, status.st_size
        if self._settled[0] != file:
            note = self.ledger.checkpoint()
            self._settled = file, 0 if note is None else self.ledger.last_position(note)
        return self._settled[1]

    def signed(self) -> int:
        """How many events the newest checkpoint is of; 0 where nothing is signed."""
        with suppress(NotSigned):
            return self.ledger.signed()[1].size
        return 0

    def is_settled(self, position: int) -> bool:
        """Whether nothing can take away the commits up to a position."""
        settled = self.settled()
        return settled is None or position <= settled

    def behind(self) -> Behind | None:
        """How far a node is behind, or that it does not know; None where it is not."""
        if self.copying is None:
            return None
        head = self.chronicle.log.max_notification_id() or 0
        heard = self.hearing.heard(fresh=False)
        lag = max(heard.head - head, 0)
        if not lag and not heard.is_silent:
            return None
        return Behind(lag, int(heard.seconds) if heard.is_silent else None)

    def moment(self) -> tuple[object, ...]:
        """What an answer may depend on besides the question: it is the same as long as this is."""
        head = self.chronicle.log.head()
        return (
            head.position if head else 0,
            self.views.tracked(),  # what is followed is told as far as the views have read
            utc_day(self.chronicle.now()),
            self.behind(),
            *self.views_in_use(),
        )

    def views_in_use(self) -> tuple[object, ...]:
        """What changes when other views are put in the place of those in use."""
        status = (self.views.folder / POINTER).stat()
        return status.st_ino, status.st_mtime_ns

    def log_asked(self, texts: Mapping[str, str]) -> Log:
        """The log that the moments of a question are of, which names some of them or none."""
        return self.reached if MOMENTS.isdisjoint(texts) else self.chronicle.log

    def stuck_at(self) -> int | None:
        """How far the views have read, if they cannot follow the log at the moment."""
        return None if self.troubles.of(VIEWS) is None else self.views.tracked()

    def lag(self) -> int:
        """How many positions the views are behind the log."""
        return (self.chronicle.log.max_notification_id() or 0) - self.views.tracked()

    def db_at(self, position: int) -> Database:
        """The views, if they have read the position. Raises NotProjected."""
        # How far it is read is read by the very connection that answers: a rebuild may swap
        # the files at any moment.
        db = self.views.db()
        if (projected := self.views.projected(db)) < position:
            raise NotProjected(position, projected)
        return db

    def reading_at(self, position: int, budget: Budget | None = None) -> Reading:
        """The views, if they have read the position. Raises NotProjected."""
        return self.reading(self.db_at(position), budget)

    def reading(self, db: Database, budget: Budget | None = None) -> Reading:
        """The views by a connection to their file, read as far as a budget goes."""
        return Reading(
            db, self.state, self.turns, self.lines, self.history, self.search,
            self._record_of_entry, budget or Budget(),
        )  # fmt: skip

    def _record_of_entry(self, entry: str) -> str | None:
        return self.chronicle.claimed("entry", [entry]).get(entry)

    def wait_for(self, position: int, *, timeout: float) -> int:
        """Wait until the views have read the position; returns how far they are."""
        if self._following is None or self.stuck_at() is not None:
            return self.views.tracked()
        return self._following.wait_for(position, timeout=timeout)

    @property
    def is_followed(self) -> bool:
        """Whether the views are kept up with the log."""
        return self._following is not None

    def failure(self) -> Exception | None:
        """Why this process cannot follow the log at the moment; None if it can, or need not."""
        return self._following.failure if self._following is not None else None

    def standing(self) -> Standing:
        """How the log and the views are, whatever is wrong with them."""
        head, projected = 0, 0
        failures = [self._unwritable(), *map(self.troubles.of, (VIEWS, SIGNATURES, COPIES))]
        if self.copying is not None:
            heard = self.hearing.heard()
            head = heard.head
            if heard.is_silent:
                # Before whatever else comes of it, so that all say the same of it.
                failures.insert(0, SILENCE.format(seconds=heard.seconds))
        try:
            self.chronicle.log.check_continues()
            last = self.chronicle.log.head()
            head = max(head, last.position if last else 0)
        except (AnnalesError, PersistenceError, OSError) as failure:
            failures.append(str(failure))
        try:
            projected = self.views.tracked()
        except (AnnalesError, sqlite3.Error, OSError) as failure:
            failures.append(str(failure))
        return Standing(head, projected, next(filter(None, failures), None))

    def _unwritable(self) -> str | None:
        """Why the last order could not be written, if it still could not."""
        why = self.troubles.of(LOG)
        if why is not None:
            try:
                self.chronicle.log.try_to_write()
            except (AnnalesError, PersistenceError) as failure:
                return str(failure)
            if shutil.disk_usage(self.folder).free < ROOM:
                return why  # the least commit has room, and the next order may have none
            self.troubles.tell(LOG, None)
        return None

    def beat(self) -> str | None:
        """Note how late it is; why the clock is not believed, if it is not."""
        timekeeper = self.chronicle.timekeeper
        return timekeeper.beat() if timekeeper is not None else None

    def close(self) -> None:
        """Let open streams end, stop following and close every file."""
        self.streams.close()
        if self.copying is not None:
            self.copying.stop()
            self.copying = None
        if self._following is not None:
            self._following.stop()
            self._following = None
        if self._signing is not None:
            self._signing.stop()
            self._signing = None
        self.keys.close()
        self.citations.close()
        self.suggestions.close()
        self.views.close()
        self.chronicle.close()
        if self.shared is not None:
            self.shared.close()
        if self._apart is not None:
            self._apart.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
