"""`annales load-shipped`: what the log lacks of the chronicle that ships with Annales.

An empty log, and one that holds the beginning of it and nothing else, becomes a copy of it: commit
for commit, with actors and times, and every leaf led to the checkpoint that was signed when it was
made. A start that was interrupted goes on with the next commit.

A log that recorded the editions itself, at times of its own, goes on with the lines of the next
one. One that holds anything else is left alone; only `--upgrade` brings one of the first release to
the editions, by corrections that tell their reasons.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import click

from events.chronicle import Chronicle
from events.decision import Decision
from events.errors import Refusal
from events.ledger.checking import Key
from events.mirroring.exported import Exported
from events.mirroring.joining import Joining
from events.orders import Order, orders
from service.archive import Archive
from service.cli.load import Come, actor_option, counted, decided, refused
from service.cli.options import caught_up, need_newest
from service.data import CHRONICLE, FROM_FIRST_RELEASE, KEY, Edition, editions

ORIGIN = "annales/shipped"
"""The name of the log that is shipped, as its checkpoint has it."""


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

    An empty log becomes a copy of it, verified by its signature; one that is the beginning of it
    and was added nothing to goes on as such. One that recorded exactly the first editions itself
    records the next. Any other log is left alone, but that `annales migrate` is done.
    """
    with Archive(folder) as archive:
        need_newest(archive)
        archive.migrate()
        chronicle = archive.chronicle
        base = chronicle.base.read()
        if base is not None and base.mirrors:
            click.echo(f"Nothing to do: {_stands(chronicle)}, and mirrors {base.source}.")
            return
        shipped = Exported(CHRONICLE, name=ORIGIN)
        joining = Joining(chronicle, shipped, Key.parse(KEY.read_text("utf-8")))
        before = joining.size
        shared = joining.shared(min(before, shipped.size))
        if shared == before:  # it is the beginning of what is shipped, and no more
            commits = sum(1 for _ in joining.take(shipped.checkpoint))
            if commits:
                what = f"{counted(joining.size - before, 'event')} in {counted(commits, 'commit')}"
                click.echo(
                    f"Copied {what} of the chronicle that ships with Annales, as {ORIGIN} signed "
                    f"them; {_stands(chronicle)}."
                )
                caught_up(archive)
                return
        elif 0 < shared < shipped.size:
            click.echo(
                f"Nothing is recorded: {_stands(chronicle)}, and is no copy any more beyond its "
                f"first {counted(shared, 'event')}. `annales load {CHRONICLE}` brings what is new."
            )
            return
        elif not shared and _recorded_as_lines(archive, upgrade=upgrade, actor=actor):
            return
        click.echo(f"Nothing to do: {_stands(chronicle)}.")


def _recorded_as_lines(archive: Archive, *, upgrade: bool, actor: str) -> bool:
    """Record what is lacking in a log that holds editions at times of its own, or the chronicle of
    the first release, and say so; whether there was anything to say."""
    chronicle = archive.chronicle
    shipped = tuple(editions())
    wanting = _wanting(chronicle, shipped)
    is_old = not wanting and _is_of_first_release(chronicle, shipped[-1])
    if upgrade and is_old:
        way = Edition(FROM_FIRST_RELEASE.stem, tuple(FROM_FIRST_RELEASE.read_bytes().splitlines()))
        wanting = (way, *shipped[1:])
    come: list[str] = []
    try:
        for edition in wanting:
            come += _recorded(chronicle, edition, actor)
    finally:  # of two the second may be refused
        if come:
            click.echo(f"Recorded {' and '.join(come)}; {_stands(chronicle)}.")
    if come:
        caught_up(archive)
    elif is_old and not upgrade:
        click.echo(
            f"Nothing is recorded: {_stands(chronicle)}, with the chronicle of the first "
            "release. `annales load-shipped --upgrade` brings it to the editions."
        )
    return bool(come) or (is_old and not upgrade)


def _wanting(chronicle: Chronicle, shipped: Sequence[Edition]) -> Sequence[Edition]:
    """The editions that are to come, where the log holds exactly those before; else none."""
    head = chronicle.log.head()
    before: tuple[Order, ...] = ()
    for number, edition in enumerate(shipped):
        if len(before) == (0 if head is None else head.position):
            return shipped[number:] if _are_recorded(chronicle, before) else ()
        before += _orders(edition)
    return ()


def _is_of_first_release(chronicle: Chronicle, last: Edition) -> bool:
    """Whether the log holds the chronicle of the first release, and not the last edition on it.

    A first line tells: it amends a card that has not yet what it adds, or did so before.
    """
    with FROM_FIRST_RELEASE.open("rb") as lines:
        first = tuple(orders(itertools.islice(lines, 1)))
    return _come_to(chronicle, first) is not None and not _are_recorded(
        chronicle, _orders(last)[:1]
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


def _recorded(chronicle: Chronicle, edition: Edition, actor: str) -> list[str]:
    """Record an edition as one commit, and say so; nothing where it was recorded before."""
    lines = _orders(edition)
    come = Come()
    try:
        come.add(decided(chronicle, lines, actor, dry_run=False), len(lines))
    except Refusal as refusal:
        raise refused(edition.name, lines, refusal, come, as_json=False) from None
    return [f"{edition.name} ({counted(come.count, 'event')})"] if come.count else []


def _orders(edition: Edition) -> tuple[Order, ...]:
    return tuple(orders(edition.lines))


def _stands(chronicle: Chronicle) -> str:
    head = chronicle.log.head()
    return f"the log stands at @{0 if head is None else head.position}"
