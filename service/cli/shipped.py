"""`annales load-shipped`: what the log lacks of the chronicle that ships with Annales.

Each edition is a commit of its own, so a start that was interrupted goes on with the next one. A
log that holds anything else is left alone; only `--upgrade` brings one of the first release to
the editions, by corrections that tell their reasons.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from events.chronicle import Chronicle
from events.decision import Decision
from events.errors import Refusal
from events.orders import Order, orders
from service.archive import Archive
from service.cli.load import Come, actor_option, counted, decided, refused
from service.cli.options import caught_up
from service.data import EDITIONS, FROM_FIRST_RELEASE

UPGRADE = (FROM_FIRST_RELEASE, *EDITIONS[1:])
"""What brings a log of the first release to the editions."""


@click.command()
@click.option(
    "--upgrade",
    is_flag=True,
    help="Bring a log of the first release's chronicle to the editions, by corrections.",
)
@actor_option
@click.pass_obj
def load_shipped(folder: Path, *, upgrade: bool, actor: str) -> None:
    """Record what the log lacks of the chronicle that ships with Annales.

    An empty log gets its editions, a commit each; one that holds exactly the first of them gets the
    next. Any other log is left alone, but for what `annales migrate` does to its schema.
    """
    with Archive(folder) as archive:
        archive.migrate()
        chronicle = archive.chronicle
        wanting = _wanting(chronicle)
        is_old = not wanting and _is_of_first_release(chronicle)
        if upgrade and is_old:
            wanting = UPGRADE
        come: list[str] = []
        try:
            for path in wanting:
                come += _recorded(chronicle, path, actor)
        finally:  # of two files the second may be refused
            if come:
                click.echo(f"Recorded {' and '.join(come)}; {_stands(chronicle)}.")
        if is_old and not upgrade:
            click.echo(
                f"Nothing is recorded: {_stands(chronicle)}, with the chronicle of the first "
                "release. `annales load-shipped --upgrade` brings it to the editions."
            )
        elif not come:
            click.echo(f"Nothing to do: {_stands(chronicle)}.")
        else:
            caught_up(archive)


def _wanting(chronicle: Chronicle) -> Sequence[Path]:
    """The editions that are to come, where the log holds exactly those before; else none."""
    head = chronicle.log.head()
    before: tuple[Order, ...] = ()
    for number, edition in enumerate(EDITIONS):
        if len(before) == (0 if head is None else head.position):
            return EDITIONS[number:] if _are_recorded(chronicle, before) else ()
        before += _lines(edition)
    return ()


def _is_of_first_release(chronicle: Chronicle) -> bool:
    """Whether the log holds the chronicle of the first release, and not the last edition on it.

    A first line tells: it amends a card that has not yet what it adds, or did so before.
    """
    return _come_to(chronicle, _lines(FROM_FIRST_RELEASE)[:1]) is not None and not _are_recorded(
        chronicle, _lines(EDITIONS[-1])[:1]
    )


def _are_recorded(chronicle: Chronicle, lines: tuple[Order, ...]) -> bool:
    come = _come_to(chronicle, lines)
    return come is not None and not come.decided


def _come_to(chronicle: Chronicle, lines: tuple[Order, ...]) -> Decision | None:
    """What would come of lines; None where they would be refused."""
    try:
        outcome = decided(chronicle, lines, "", dry_run=True)
    except Refusal:
        return None
    return outcome if isinstance(outcome, Decision) else None


def _recorded(chronicle: Chronicle, path: Path, actor: str) -> list[str]:
    """Record a file as one commit, and say so; nothing where it was recorded before."""
    lines = _lines(path)
    come = Come()
    try:
        come.add(decided(chronicle, lines, actor, dry_run=False), len(lines))
    except Refusal as refusal:
        raise refused(str(path), lines, refusal, come, as_json=False) from None
    return [f"{path.name} ({counted(come.count, 'event')})"] if come.count else []


def _lines(path: Path) -> tuple[Order, ...]:
    with path.open("rb") as lines:
        return tuple(orders(lines))


def _stands(chronicle: Chronicle) -> str:
    head = chronicle.log.head()
    return f"the log stands at @{0 if head is None else head.position}"
