"""What was found wrong in a folder, as a command ends by it."""

from __future__ import annotations

from collections.abc import Sequence

import click

from projections.views.verifying import Finding
from service.archive import LOG
from service.archive.citations import CITATIONS
from service.archive.keys import KEYS
from service.archive.suggestions import SUGGESTIONS
from service.cli.exits import DAMAGED, Ended
from service.cli.screen import plain

SHOWN = 20
"""Findings that are listed for people."""

WAYS_OUT = {
    LOG: "of the log, stop and restore from a backup or an export",
    CITATIONS: "of the citations, restore from a backup or an export",
    SUGGESTIONS: "of the suggestions, restore from a backup, or move them away: nothing needs them",
    KEYS: "of the keys, restore from a backup or issue new ones",
    "views": "of the views, run `annales rebuild --replace`",
}
"""What to do about findings in files whose names begin like that."""


def damaged(findings: Sequence[Finding], *, as_json: bool) -> Ended:
    """The end that findings come to; people are shown them, a line each."""
    if not as_json:
        for file, place, why in findings[:SHOWN]:
            click.echo(plain(f"{file}{f' {place}' if place else ''}: {why}"), err=True)
    files = {finding.file for finding in findings}
    ways = [way for name, way in WAYS_OUT.items() if any(file.startswith(name) for file in files)]
    count = "1 place is" if len(findings) == 1 else f"{len(findings):,} places are"
    return Ended(f"{count} damaged: {'; '.join(ways)}", DAMAGED)
