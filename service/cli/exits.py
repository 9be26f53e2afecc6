"""How a command ends: the exit codes, and the end that is one line on stderr."""

from __future__ import annotations

import click

from service.cli.screen import plain

REFUSED = 1
USAGE = 2
DAMAGED = 3
UNAVAILABLE = 4

EXIT_CODES = """\b
Exit codes:
  0  done
  1  refused or not found; nothing was recorded (with --commits-of what came before stays)
  2  wrong usage
  3  the log or the views are damaged, or differ
  4  the store cannot be opened, is busy, or is not durable
"""
"""The codes as `annales --help` lists them."""


class Ended(click.ClickException):
    """The end of a command that could not be done: a line for stderr and an exit code."""

    def __init__(self, message: str, exit_code: int) -> None:
        self.exit_code = exit_code  # type: ignore[misc] # click reads it from the instance too
        super().__init__(plain(message))
