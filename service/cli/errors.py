"""Which error comes to which exit code.

An error that Annales foresees ends in one line on stderr, never in a
traceback; one that it does not foresee is a fault of ours and shows itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from eventsourcing.persistence import PersistenceError

from events.errors import (
    AnnalesError,
    BadClock,
    BadFilter,
    ClockNotBelieved,
    ForeignPackage,
    LogDamaged,
    LogReplaced,
    NoDriver,
    NotDurable,
    NotProjected,
    NotThisDatabase,
    NotWritten,
    OtherViews,
    OutcomeUnknown,
    SourceUnreachable,
    ViewsMending,
)
from projections.views.following import BesideDiffers, Differs
from projections.views.processes import WorkerFailed
from service.asking.errors import BadCursor
from service.cli.exits import DAMAGED, REFUSED, UNAVAILABLE, USAGE, Ended
from service.settings import BadSetting

CODES: Mapping[type[Exception], int] = {
    BadClock: USAGE,
    BadFilter: USAGE,
    BadCursor: USAGE,
    BadSetting: USAGE,
    LogDamaged: DAMAGED,
    LogReplaced: DAMAGED,
    Differs: DAMAGED,
    BesideDiffers: DAMAGED,
    ClockNotBelieved: UNAVAILABLE,
    NoDriver: UNAVAILABLE,
    NotDurable: UNAVAILABLE,
    NotProjected: UNAVAILABLE,
    NotThisDatabase: UNAVAILABLE,
    NotWritten: UNAVAILABLE,
    OtherViews: UNAVAILABLE,
    OutcomeUnknown: UNAVAILABLE,
    SourceUnreachable: UNAVAILABLE,
    ViewsMending: UNAVAILABLE,
    WorkerFailed: UNAVAILABLE,
    ForeignPackage: UNAVAILABLE,
    AnnalesError: REFUSED,
    PersistenceError: UNAVAILABLE,
    sqlite3.OperationalError: UNAVAILABLE,
    sqlite3.DatabaseError: DAMAGED,
    OSError: UNAVAILABLE,
}
"""The code of an error is that of the nearest of its classes."""


def end_of(error: Exception) -> Ended | None:
    """The end that a foreseen error comes to; None for any other."""
    code = next((CODES[kind] for kind in type(error).__mro__ if kind in CODES), None)
    return None if code is None else Ended(str(error), code)
