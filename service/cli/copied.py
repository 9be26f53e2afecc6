"""The newest copy of a node, for a command that reads it: what PostgreSQL has is copied first."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from events.chronicle import Chronicle
from service.archive import LOG, node
from service.archive.citations import Citations
from service.archive.keys import Keyring
from service.archive.suggestions import Suggestions

if TYPE_CHECKING:
    from events.store.node import NodeLog

AS_IT_IS = "PostgreSQL does not answer, so this is what was copied before: {why}"


def newest_copy(folder: Path) -> None:
    """Where a folder is a node, copy what PostgreSQL has, and say on stderr where it does not
    answer. Raises CopyAhead, NotThisDatabase, and LogUnreachable where nothing is copied yet."""
    shared = node.shared_of(folder)
    if shared is None:
        return
    with closing(shared):
        folder.mkdir(parents=True, exist_ok=True)
        with closing(Keyring(folder, shared=shared.keys)):
            pass
        with closing(Citations(folder, shared=shared.citations)):
            pass
        with closing(Suggestions(folder, shared=shared.suggestions)):
            pass
        with Chronicle(folder / LOG, shared=shared.chronicle) as chronicle:
            why = cast("NodeLog", chronicle.log).unreached
        if why is not None:
            click.echo(AS_IT_IS.format(why=why), err=True)
