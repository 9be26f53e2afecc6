"""How a command ends: the exit codes, and which error comes to which.

An error that Annales foresees ends in one line on stderr, never in a
traceback; one that it does not foresee is a fault of ours and shows itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

import click
from eventsourcing.persistence import PersistenceError

from events.errors import (
    AnnalesError,
    BadClock,
    BadFilter,
    ForeignPackage,
    LogDamaged,
    NotDurable,
    NotProjected,
)
from projections.views.following import Differs
from service.asking.errors import BadCursor
from service.cli.screen import plain
from service.settings import BadSetting

REFUSED = 1
USAGE = 2
DAMAGED = 3
UNAVAILABLE = 4

TOLD = """\b
Exit codes:
  0  done
  1  refused or not found; nothing was recorded
  2  wrong usage
  3  the log or the views are damaged, or differ
  4  the store cannot be opened, is busy, or is not durable
"""
"""The codes as `annales --help` tells them."""

CODES: Mapping[type[Exception], int] = {
    BadClock: USAGE,
    BadFilter: USAGE,
    BadCursor: USAGE,
    BadSetting: USAGE,
    LogDamaged: DAMAGED,
    Differs: DAMAGED,
    NotDurable: UNAVAILABLE,
    NotProjected: UNAVAILABLE,
    ForeignPackage: UNAVAILABLE,
    AnnalesError: REFUSED,
    PersistenceError: UNAVAILABLE,
    sqlite3.OperationalError: UNAVAILABLE,
    sqlite3.DatabaseError: DAMAGED,
    OSError: UNAVAILABLE,
}
"""The code of an error is that of the nearest of its classes."""


class Ended(click.ClickException):
    """The end of a command that could not be done: a line for stderr and an exit code."""

    def __init__(self, message: str, exit_code: int) -> None:
        self.exit_code = exit_code  # type: ignore[misc] # click reads it from the instance too
        super().__init__(plain(message))

    @classmethod
    def by(cls, error: Exception) -> Ended:
        """The end that a foreseen error comes to."""
        code = next(CODES[kind] for kind in type(error).__mro__ if kind in CODES)
        return cls(str(error), code)
