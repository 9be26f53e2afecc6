"""Whether a folder is whole: the log, the keys, the citations, the suggestions, the views, and what
lies beside them.

Every file is looked at before anything is opened for use: opening mends or refuses what is
damaged, and then nobody could say what it was.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from events.chronicle import Chronicle
from events.errors import LogDamaged, LogUnreachable, NotSigned
from events.ledger.ledger import Ledger
from events.ledger.signing import CHECKPOINT, epoch_of
from events.store import inspection
from projections.views.file import Views
from projections.views.following import (
    CREATES,
    BesideDiffers,
    Differs,
    Rebuilt,
    belong,
    verify,
)
from projections.views.verifying import Finding, damaged_views, named
from service.archive import LOG, LOGS
from service.archive import citations as citing
from service.archive import suggestions as suggesting
from service.archive.citations import CITATIONS, Citations
from service.archive.keys import KEYS, Keyring
from service.archive.node import shared_of
from service.archive.suggestions import SUGGESTIONS, Suggestions


class Verified(NamedTuple):
    """What was found wrong in a folder, and how far it is whole where nothing was.

    `keys`, `citations`, `suggestions` (those that wait) and `views` are None where the folder has
    none, which is no damage. `copies` says whether a node has what PostgreSQL has: why that is not
    known, "" where it has; None of a folder that is no node.
    """

    findings: list[Finding]
    head: int
    keys: int | None
    citations: int | None
    suggestions: int | None
    views: Rebuilt | None
    copies: str | None


def verified(folder: Path, progress: Callable[[int], None] | None = None) -> Verified:
    """Look at every byte of a folder that has a log, and replay the log beside the views.

    Changes nothing. `progress` is told how many events are replayed. Raises like `sqlite3` where
    a file is busy, and WorkerFailed.
    """
    in_log = list(damaged_log(folder / LOG))
    in_keys = list(damaged_keys(folder))
    in_citations = list(damaged_citations(folder))
    in_suggestions = list(damaged_suggestions(folder))
    in_views = list(damaged_views(folder, CREATES))
    head, views = 0, None
    if not in_log:
        with Chronicle(folder / LOG) as chronicle:
            head = chronicle.log.max_notification_id() or 0
            in_log = list(_not_signed(chronicle, folder))
            if not in_views and named(folder) is not None:
                with closing(Views(folder, CREATES)) as opened:
                    views, in_views = _replayed(chronicle, opened, progress)
    keys = None
    if not in_keys and (folder / KEYS).exists():
        with closing(Keyring(folder)) as ring:
            keys = len(ring.all())
    citations = None
    if not in_citations and (folder / CITATIONS).exists():
        with closing(Citations(folder)) as opened_citations:
            citations = len(opened_citations)
    waiting = None
    if not in_suggestions and (folder / SUGGESTIONS).exists():
        with closing(Suggestions(folder)) as suggestions:
            waiting = len(suggestions.waiting())
    copies, in_copies = _compared(folder)
    findings = [*in_log, *in_keys, *in_citations, *in_suggestions, *in_views, *in_copies]
    return Verified(findings, head, keys, citations, waiting, views, copies)


def _compared(folder: Path) -> tuple[str | None, list[Finding]]:
    """What the copies of a node have otherwise than PostgreSQL, by the seals of their commits; why
    that is not known, if it is not, or None of a folder that is no node."""
    shared = shared_of(folder)
    if shared is None:
        return None, []
    # Who has no node needs no driver.
    from events.store.postgres.comparing import difference  # noqa: PLC0415

    found: list[Finding] = []
    with closing(shared):
        for name, log in zip(LOGS, shared.logs, strict=True):
            if not (folder / name).exists():
                continue
            try:
                differs = difference(folder / name, log)
            except LogUnreachable as error:
                return error.why, found
            except sqlite3.Error:
                continue  # it is damaged, which is found elsewhere
            found += _findings(folder / name, [] if differs is None else [differs])
    return "", found


def damaged_log(path: Path) -> Iterator[Finding]:
    """What is wrong with the log in a file: the chronicle's, or or one beside it."""
    yield from _findings(path, inspection.damage(path))


def damaged_keys(folder: Path) -> Iterator[Finding]:
    """What is wrong with the keys of a folder; nothing where it has none."""
    yield from _damaged_beside(folder / KEYS, _no_keys)


def damaged_citations(folder: Path) -> Iterator[Finding]:
    """What is wrong with the citations of a folder, every body held against its id; nothing where
    it has none."""
    yield from _damaged_beside(folder / CITATIONS, citing.damaged)


def damaged_suggestions(folder: Path) -> Iterator[Finding]:
    """What is wrong with the suggestions of a folder; nothing where it has none."""
    yield from _damaged_beside(folder / SUGGESTIONS, suggesting.damaged)


def _damaged_beside(
    path: Path, look: Callable[[Path], Iterator[tuple[int, str]]]
) -> Iterator[Finding]:
    """What is wrong with a log beside the chronicle's: with its file, and where that is whole, with
    what it tells, which is looked at by its folder."""
    if not path.exists():
        return
    found = list(damaged_log(path))
    yield from found or _findings(path, look(path.parent))


def _no_keys(folder: Path) -> Iterator[tuple[int, str]]:
    """Where the log of the keys tells of none."""
    try:
        with closing(Keyring(folder)) as ring:
            ring.all()
    except LogDamaged as damage:
        yield damage.position, damage.why


def _findings(path: Path, found: Iterable[tuple[int, str]]) -> Iterator[Finding]:
    """Findings in a file; position 0 stands for the file as a whole."""
    for position, why in found:
        yield Finding(path.name, f"@{position}" if position else None, why)


def _not_signed(chronicle: Chronicle, folder: Path) -> Iterator[Finding]:
    """What the log holds otherwise than it was signed; nothing where it was not."""
    ledger, epochs = Ledger(chronicle.log, folder), chronicle.log.epochs()
    if ledger.checkpoint() is None:
        return
    try:
        _, checkpoint = ledger.kept()
    except NotSigned as error:
        yield Finding(CHECKPOINT, None, str(error))
        return
    if epoch_of(checkpoint.origin) != (epochs[-1].number if epochs else 1):
        return  # it is of what was there before
    if checkpoint.size > ledger.size():
        why = f"it has {ledger.size()} events, and {checkpoint.size} were signed"
        yield Finding(LOG, None, why)
    elif ledger.root(checkpoint.size) != checkpoint.root:
        why = f"something in the first {checkpoint.size} events is not what was signed"
        yield Finding(LOG, None, why)


def _replayed(
    chronicle: Chronicle, views: Views, progress: Callable[[int], None] | None
) -> tuple[Rebuilt | None, list[Finding]]:
    """How far the views are what the log adds up to, or in what they are not."""
    file = views.used().name
    try:
        if not belong(chronicle, views.db()):
            return None, [Finding(file, "tracking", "the views were made of another log")]
        return verify(chronicle, views, progress=progress), []
    except Differs as differs:
        why = f"it is not what the log adds up to at @{differs.position}"
        return None, [Finding(file, table, why) for table in differs.tables]
    except BesideDiffers as differs:
        return None, [Finding(f"{file}.columns", None, differs.why)]
    except (sqlite3.Error, UnicodeDecodeError) as error:
        why = f"the file cannot be read: {inspection.of_the_file(error)}"
        return None, [Finding(file, None, why)]
