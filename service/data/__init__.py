"""The chronicle that ships with Annales: a log, as an export with a checkpoint that is signed.

Each of its commits is an edition. An empty log becomes a copy of it, commit for commit, so that
positions, leaves and pinned answers are the same on every machine. A log that recorded the editions
itself goes on with the lines of the next one. One that holds the chronicle of the first release,
which had less to a line, comes to the first edition by `FROM_FIRST_RELEASE`: amendments, cards of
series and corrections, each with its reason.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from events.canonical import canonical

HERE = Path(__file__).parent

CHRONICLE = HERE / "chronicle.jsonl"
"""The export; `scripts/ship` makes it."""

KEY = HERE / "chronicle.vkey"
"""The key that its checkpoint is signed with."""

FROM_FIRST_RELEASE = HERE / "from-first-release.jsonl"


class Edition(NamedTuple):
    """A commit of the chronicle: its name, and its lines in JSON without their places."""

    name: str
    lines: tuple[bytes, ...]


def editions() -> Iterator[Edition]:
    """The editions in their order; a later one builds on those before it."""
    for name, group in itertools.groupby(_placed(), key=lambda placed: placed[0]):
        yield Edition(name, tuple(line for _, line in group))


def _placed() -> Iterator[tuple[str, bytes]]:
    for text in CHRONICLE.read_bytes().splitlines():
        line = msgspec.json.decode(text)
        place = line.pop("commit")
        yield place["request"], canonical(line)
