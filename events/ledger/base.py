"""The base of a log: the other log that it is a copy of, as far as that was verified.

It lies in a file beside the log, `base.json`. While the log `mirrors`, its source alone says what
joins it; a copy that goes on by itself keeps its base, so that who knows the key of the other log
can tell how far the two are one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shutil import copyfile

import msgspec

from events.errors import LogDamaged
from events.files import write

NAME = "base.json"

DAMAGED = ".damaged"
"""How the name of a file ends in which one that could not be read is kept."""


class Base(msgspec.Struct, frozen=True, kw_only=True):
    """Where a log came from: its `source`, whose `key` signed the `checkpoint` that was verified
    last; None while nothing was."""

    source: str
    key: str
    checkpoint: str | None = None
    mirrors: bool = False


Keep = Callable[[str, str, Callable[[], None]], None]
"""Keeps a text under a name beside the log, for all who have it, and then calls something."""


class BaseFile:
    """The file of the base of the log in a folder; `keep` keeps it for all who have the log."""

    def __init__(self, folder: Path, keep: Keep = lambda _name, _text, then: then()) -> None:
        self.path = folder / NAME
        self._keep = keep

    def read(self) -> Base | None:
        """The base; None of a log that came from no other. Raises LogDamaged.

        A file that cannot be read is no reason to take orders on a mirror.
        """
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=Base)
        except FileNotFoundError:
            return None
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            why = (
                f"{NAME} cannot be read ({error}): `annales mirror SOURCE` makes it anew, and "
                "`annales mirror --detach` after it lets the log go on by itself"
            )
            raise LogDamaged(0, why) from None

    def is_mirror(self) -> bool:
        """Whether the source of the log alone says what joins it. Raises LogDamaged."""
        base = self.read()
        return base is not None and base.mirrors

    def mend(self, base: Base) -> None:
        """Put a base in the place of one that cannot be read, which is kept beside it."""
        copyfile(self.path, self.path.with_suffix(DAMAGED))
        self.write(base)

    def write(self, base: Base) -> None:
        """Put a base in the place of that before, whole and on the disk; on a node for all nodes,
        at the end of `writing` if this thread is in one. Raises LogUnreachable."""
        text = msgspec.json.format(msgspec.json.encode(base)).decode()
        self._keep(NAME, text, lambda: write(self.path, text))
