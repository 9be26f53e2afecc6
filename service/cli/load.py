"""`annales load`: a file of lines becomes one commit, or nothing is recorded at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from uuid import uuid4

import click
import msgspec

from events.decision import Decision
from events.errors import BatchRefused, Refusal
from events.orders import Command, Order, Recorded, Warning, orders
from projections.views.following import Follower
from service.archive import Archive
from service.cli.exits import REFUSED, Ended
from service.cli.options import as_json, lines_of, login_name, opened
from service.cli.screen import bar, plain

SHOWN = 20
"""Warnings that are listed without `--all-warnings`."""

Warnings = Sequence[tuple[int, Warning]]


def _actor(context: click.Context, parameter: click.Parameter, name: str | None) -> str:
    if name is None:
        return login_name()
    try:
        name.encode()
    except UnicodeEncodeError:
        raise click.BadParameter("it is not UTF-8", context, parameter) from None
    if not name.strip():
        raise click.BadParameter("it is empty", context, parameter)
    return name


@click.command()
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--dry-run", is_flag=True, help="Say what would be recorded, and record nothing.")
@click.option("--if-empty", is_flag=True, help="Do nothing where the log holds anything.")
@click.option("--actor", metavar="NAME", callback=_actor, help="Who records. Default: the login.")
@click.option("--all-warnings", is_flag=True, help=f"List all warnings, not only {SHOWN}.")
@as_json
@click.pass_obj
def load(
    folder: Path,
    file: str,
    *,
    dry_run: bool,
    if_empty: bool,
    actor: str,
    all_warnings: bool,
    as_json: bool,
) -> None:
    """Record a file of lines as one commit.

    All of FILE (- is stdin) is recorded, or nothing. A line that says again what was recorded
    under its id is passed over, so a file can be loaded twice.
    """
    with opened(file) as stream, Archive(folder) as archive:
        head = archive.chronicle.log.head()
        if if_empty and head is not None:
            if as_json:
                _print_json(recorded=0, skipped=0, position=None, warnings=())
            else:
                click.echo(f"Nothing to do: the log holds something, up to @{head.position}.")
            return
        with lines_of(stream, file, "Reading") as lines:
            taken = tuple(orders(lines))
        command = Command(orders=taken, actor=actor, request=uuid4().hex, skip_recorded=True)
        try:
            with bar("Deciding"):
                outcome = (archive.chronicle.propose if dry_run else archive.chronicle.execute)(
                    command
                )
        except Refusal as refusal:
            raise _refused(file, taken, refusal, as_json=as_json) from None
        _report(outcome, len(taken), all_warnings=all_warnings, as_json=as_json)
        if isinstance(outcome, Recorded):
            _project(archive)


def _report(outcome: Recorded | Decision, lines: int, *, all_warnings: bool, as_json: bool) -> None:
    """Say what was recorded, or would be."""
    if isinstance(outcome, Decision):
        count, position = len(outcome.decided), None
    else:
        count = len(outcome.events)
        position = outcome.commit.position if outcome.commit else None
    if as_json:
        _print_json(
            recorded=0 if position is None else count,
            skipped=len(outcome.skipped),
            position=position,
            warnings=outcome.warnings,
            **({"would_record": count} if isinstance(outcome, Decision) else {}),
        )
        return
    if lines == 0:
        click.echo("Nothing to record: there are no lines.")
    elif count == 0:
        click.echo(f"Nothing new: all of it was recorded before ({_counted(lines, 'line')}).")
    elif position is None:
        click.echo(f"Would record {_counted(count, 'event')}; nothing was recorded.")
    else:
        click.echo(f"Recorded {_counted(count, 'event')}; the log stands at @{position}.")
    if count and outcome.skipped:
        click.echo(f"Passed over {_counted(len(outcome.skipped), 'line')}, as recorded before.")
    _list_warnings(outcome.warnings, every=all_warnings)


def _list_warnings(warnings: Warnings, *, every: bool) -> None:
    if warnings:
        click.echo(f"{_counted(len(warnings), 'warning')}:")
    shown = warnings if every else warnings[:SHOWN]
    for number, warning in shown:
        click.echo(plain(f"  line {number}: {warning.text} ({warning.code})"))
    if len(shown) < len(warnings):
        click.echo(f"  and {len(warnings) - len(shown)} more: --all-warnings lists them")


def _print_json(
    *, recorded: int, skipped: int, position: int | None, warnings: Warnings, **more: int
) -> None:
    members = {
        "recorded": recorded,
        **more,
        "skipped": skipped,
        "position": None if position is None else f"@{position}",
        "warnings": [
            {"line": number, "code": warning.code, "text": warning.text}
            for number, warning in warnings
        ],
    }
    click.echo(msgspec.json.encode(members))


def _refused(file: str, taken: Sequence[Order], refusal: Refusal, *, as_json: bool) -> Ended:
    """Name every bad line, and come to an end."""
    refusals: Iterable[tuple[int, Refusal]]
    if isinstance(refusal, BatchRefused):
        refusals = refusal.refusals
    else:
        refusals = [(taken[0].number, refusal)]  # a single order is refused without its number
    if as_json:
        named = [
            {
                "line": number,
                "pointer": each.pointer,
                "error": type(each).__name__,
                "detail": str(each),
            }
            for number, each in refusals
        ]
        click.echo(msgspec.json.encode({"recorded": 0, "refusals": named}))
    else:
        for number, each in refusals:
            place = f"{each.pointer}: " if each.pointer else ""
            click.echo(plain(f"line {number}: {place}{each}"), err=True)
    bad = _counted(len(list(refusals)), "bad line")
    return Ended(f"{file} has {bad}; nothing was recorded", REFUSED)


def _project(archive: Archive) -> None:
    head = archive.chronicle.log.head()
    with bar("Projecting", head.position if head else None) as advance:
        Follower(archive.chronicle, archive.views.db).catch_up(progress=advance)


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")
