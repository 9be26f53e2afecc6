"""`annales load`: a file of lines becomes one commit, or nothing is recorded at all.

A file that is too large to be one commit becomes commits of so many lines each. A file of CSV is a
sheet, whose rows are lines.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import click
import msgspec

from events.catalogue import BY_TYPE
from events.chronicle import Chronicle
from events.decision import Decision
from events.errors import BatchRefused, Fault, Refusal, SheetRefused
from events.orders import Command, Order, Recorded, Warning, orders
from events.sheets.members import template
from events.sheets.reading import LARGEST_SHEET, Sheet, decoded, read_sheet
from service.archive import Archive
from service.cli.beside import followed
from service.cli.exits import REFUSED, Ended
from service.cli.options import as_json, lines_of, login_name, opened
from service.cli.screen import bar, plain
from service.words.csv_text import csv_text

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


def _template(context: click.Context, _: click.Parameter, type: str | None) -> None:
    if type is None or context.resilient_parsing:
        return
    click.echo(csv_text(template(type), ()), nl=False)
    context.exit()


OF_TYPE = click.Choice(tuple(BY_TYPE))

actor_option = click.option(
    "--actor", metavar="NAME", callback=_actor, help="Who records. Default: the login."
)


@click.command()
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--csv", "as_csv", is_flag=True, help="FILE is CSV, as one named .csv is anyway.")
@click.option("--type", "type", type=OF_TYPE, metavar="TYPE", help="The type of the rows of a CSV.")
@click.option(
    "--template",
    type=OF_TYPE,
    metavar="TYPE",
    is_eager=True,
    expose_value=False,
    callback=_template,
    help="Print an empty CSV for a type of line, and end.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be recorded, and record nothing.")
@actor_option
@click.option(
    "--commits-of", metavar="N", type=click.IntRange(1), help="A commit for each N lines."
)
@click.option("--all-warnings", is_flag=True, help=f"List all warnings, not only {SHOWN}.")
@as_json
@click.pass_obj
def load(
    folder: Path,
    file: str,
    *,
    as_csv: bool,
    type: str | None,
    dry_run: bool,
    actor: str,
    commits_of: int | None,
    all_warnings: bool,
    as_json: bool,
) -> None:
    """Record a file of lines as one commit.

    All of FILE (- is stdin) is recorded, or nothing. A line that says again what was recorded
    under its id is passed over, so a file can be loaded twice. Of CSV the first row names members,
    and each other row is a line. With --commits-of, what comes before a refused line stays
    recorded, and a load that was killed goes on when it is run again.
    """
    if dry_run and commits_of:
        raise click.UsageError("--dry-run tells of one commit: leave out --commits-of")
    as_csv = as_csv or type is not None or file.lower().endswith(".csv")
    with opened(file) as stream, Archive(folder) as archive:
        sheet = _sheet(file, stream, type, as_json=as_json) if as_csv else None
        come = Come()
        with (
            lines_of(stream, file, "Reading") as (lines, add_bar),
            followed(folder, add_bar) as follower,
        ):
            # One commit shows itself at its end: until then there is nothing to follow.
            read = follower.follow_once_worth_it(lines) if commits_of else lines
            for taken in _batches(orders(read) if sheet is None else sheet.orders, commits_of):
                try:
                    outcome = decided(archive.chronicle, taken, actor, dry_run=dry_run)
                    come.add(outcome, len(taken))
                except Refusal as refusal:
                    placed = refusal if sheet is None else sheet.placed(refusal)
                    raise refused(file, taken, placed, come, as_json=as_json) from None
            if come.position is not None:
                follower.finish(come.position)
        _report(come, dry_run=dry_run, all_warnings=all_warnings, as_json=as_json)
        if not dry_run:
            with bar("Projecting", come.position) as advance:
                archive.catch_up(advance)


def _sheet(file: str, stream: IO[bytes], type: str | None, *, as_json: bool) -> Sheet:
    """The sheet of a file. Raises Ended where it cannot be read."""
    read = stream.read(LARGEST_SHEET + 1)
    if len(read) > LARGEST_SHEET:
        raise Ended(f"{file} has more than {LARGEST_SHEET:,} bytes: split it", REFUSED)
    try:
        return read_sheet(decoded(read), type=type)
    except SheetRefused as refusal:
        raise refused(file, (), refusal, Come(), as_json=as_json) from None


def decided(
    chronicle: Chronicle, taken: tuple[Order, ...], actor: str, *, dry_run: bool
) -> Recorded | Decision:
    """What comes of some lines as one commit. Raises Refusal."""
    command = Command(orders=taken, actor=actor, request=uuid4().hex, skip_recorded=True)
    return chronicle.propose(command) if dry_run else chronicle.execute(command)


@dataclass
class Come:
    """What came of the lines so far: `count` events are recorded, or would be."""

    lines: int = 0
    count: int = 0
    skipped: int = 0
    position: int | None = None
    warnings: list[tuple[int, Warning]] = field(default_factory=list)

    def add(self, outcome: Recorded | Decision, lines: int) -> None:
        """What came of some lines more."""
        self.lines += lines
        self.skipped += len(outcome.skipped)
        self.warnings += outcome.warnings
        if isinstance(outcome, Decision):
            self.count += len(outcome.decided)
        elif outcome.commit is not None:
            self.count += len(outcome.events)
            self.position = outcome.commit.position


def _batches(lines: Iterable[Order], size: int | None) -> Iterator[tuple[Order, ...]]:
    """The lines in batches of a size, the last one shorter; all of them, where there is none."""
    lines = iter(lines)
    while batch := tuple(itertools.islice(lines, size)):
        yield batch


def _report(come: Come, *, dry_run: bool, all_warnings: bool, as_json: bool) -> None:
    """Say what was recorded, or would be."""
    if as_json:
        _print_json(
            recorded=0 if come.position is None else come.count,
            skipped=come.skipped,
            position=come.position,
            warnings=come.warnings,
            **({"would_record": come.count} if dry_run else {}),
        )
        return
    if come.lines == 0:
        click.echo("Nothing to record: there are no lines.")
    elif come.count == 0:
        click.echo(f"Nothing new: all of it was recorded before ({counted(come.lines, 'line')}).")
    elif come.position is None:
        click.echo(f"Would record {counted(come.count, 'event')}; nothing was recorded.")
    else:
        click.echo(f"Recorded {counted(come.count, 'event')}; the log stands at @{come.position}.")
    if come.count and come.skipped:
        click.echo(f"Passed over {counted(come.skipped, 'line')}, as recorded before.")
    _list_warnings(come.warnings, every=all_warnings)


def _list_warnings(warnings: Warnings, *, every: bool) -> None:
    if warnings:
        click.echo(f"{counted(len(warnings), 'warning')}:")
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


def refused(
    file: str, taken: Sequence[Order], refusal: Refusal, come: Come, *, as_json: bool
) -> Ended:
    """Name every bad line, and come to an end."""
    if isinstance(refusal, SheetRefused):
        faults, bad = refusal.faults, counted(len(refusal.faults), "fault")
    else:
        # A single order is refused without its number.
        alone = [] if isinstance(refusal, BatchRefused) else [(taken[0].number, refusal)]
        numbered = refusal.refusals if isinstance(refusal, BatchRefused) else alone
        faults = tuple(Fault(each, number) for number, each in numbered)
        bad = counted(len(faults), "bad line")
    if as_json:
        named = [_named(fault) for fault in faults]
        click.echo(msgspec.json.encode({"recorded": come.count, "refusals": named}))
    else:
        for fault in faults:
            click.echo(plain(_told(fault, in_sheet=isinstance(refusal, SheetRefused))), err=True)
    if come.position is None:
        return Ended(f"{file} has {bad}; nothing was recorded", REFUSED)
    return Ended(
        f"{file} has {bad}; what comes before is recorded, up to @{come.position}", REFUSED
    )


def _named(fault: Fault) -> dict[str, Any]:
    refusal = fault.refusal
    place = {"column": fault.column, "cell": fault.cell}
    return {
        "line": fault.row,
        **{name: each for name, each in place.items() if each},
        "pointer": refusal.pointer,
        "error": type(refusal).__name__,
        "detail": str(refusal),
    }


def _told(fault: Fault, *, in_sheet: bool) -> str:
    if in_sheet:
        return str(fault)
    pointer = fault.refusal.pointer
    return f"line {fault.row}: {f'{pointer}: ' if pointer else ''}{fault.refusal}"


def counted(count: int, what: str) -> str:
    """Things with their number: 1 event, 1,232 events."""
    return f"{count:,} {what}" + ("" if count == 1 else "s")
