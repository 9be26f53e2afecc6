"""The chronicle that ships with Annales: editions, each a file of lines that becomes one commit.

A log that holds the first of them goes on with the second. One that holds the chronicle of the
first release, which had less to a line, comes to the first edition by `FROM_FIRST_RELEASE`:
amendments, cards of series and corrections, each with its reason.
"""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent

EDITIONS = (HERE / "edition-1.jsonl", HERE / "edition-2.jsonl")
"""In their order; a later one builds on those before it."""

FROM_FIRST_RELEASE = HERE / "from-first-release.jsonl"
