"""`annales rebuild`, `verify` and `migrate`: whether all is as it should be, and making it so."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from events.store.schema import SCHEMA_NUMBER
from projections import VIEW
from projections.views import following as runner
from projections.views.file import POINTER
from service.archive import LOG, Archive, node
from service.archive.verifying import Verified, verified
from service.cli.exits import DAMAGED, Ended
from service.cli.findings import SHOWN, damaged
from service.cli.options import as_json, caught_up, log_of
from service.cli.proving import COMMANDS as PROVING
from service.cli.screen import bar

if TYPE_CHECKING:
    from service.citations.comparing import Compared


@click.command()
@click.option("--replace", is_flag=True, help="Also where the new views differ from the old.")
@as_json
@click.pass_obj
def rebuild(folder: Path, /, *, replace: bool, as_json: bool) -> None:
    """Make the views anew from the log.

    They are made beside the live ones and swapped in if both are equal. If they differ, something
    is wrong: --replace puts the new ones in all the same.
    """
    log_of(folder)
    with Archive(folder) as archive:
        views = archive.views
        try:
            with bar("Rebuilding", _reached(archive)) as advance:
                rebuilt = runner.rebuild(
                    archive.chronicle, views, replace=replace, progress=advance
                )
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            # The live views cannot even be read, so there is nothing to compare with.
            if not replace:
                raise Ended(
                    f"the views are damaged ({error}): run `annales rebuild --replace`", DAMAGED
                ) from error
            views.begin_anew()
            caught_up(archive)
            rebuilt = runner.verify(archive.chronicle, views)
        caught_up(archive)
    if as_json:
        click.echo(msgspec.json.encode(_members(rebuilt)))
    else:
        click.echo(f"Rebuilt the views to @{rebuilt.position}; digest {rebuilt.digest}.")


@click.group(invoke_without_command=True)
@as_json
@click.pass_context
def verify(context: click.Context, /, *, as_json: bool) -> None:
    """Re-read every byte, and replay the log beside the views.

    The log, the logs beside it, the views and their columns are held against what witnesses
    them, and each finding is named by its file; the copies of a node also against PostgreSQL.
    Changes nothing. What someone rewrote who also
    mended all that witnesses it is seen here if it was signed before.

    The commands check what a log proves to whoever does not trust who keeps it.
    """
    if context.invoked_subcommand is not None:
        return
    folder: Path = context.obj
    log_of(folder)
    with bar("Verifying") as advance:
        found = verified(folder, progress=advance)
    if as_json:
        click.echo(msgspec.json.encode(_told(found)))
    if found.findings:
        raise damaged(found.findings, as_json=as_json)
    if as_json:
        return
    click.echo(f"The log is whole up to @{found.head}.")
    click.echo(_of_keys(found.keys))
    if found.citations is not None:
        click.echo(f"The citations are whole: {found.citations:,} were made.")
    if found.suggestions is not None:
        click.echo(f"The suggestions are whole: {found.suggestions:,} wait.")
    click.echo(_of_views(found.views, found.head))
    if found.copies is not None:
        click.echo(_of_copies(found.copies))


for _command in PROVING:
    verify.add_command(_command)


@click.command()
@click.option(
    "--new-epoch",
    is_flag=True,
    help="Go on from the logs that lie here, where others were.",
)
@click.option(
    "--grant",
    "role",
    metavar="ROLE",
    help="Let a role of PostgreSQL write to the log, and change nothing in it.",
)
@as_json
@click.pass_obj
def migrate(folder: Path, /, *, new_epoch: bool, role: str | None, as_json: bool) -> None:
    """Make the folder ready for this version; of a node, the logs in its database too.

    A log of an earlier version gets its tree, by which it is signed and proved: nothing that was
    recorded is changed. What is missing is made. Lists the citations of earlier views whose
    questions would read otherwise today.

    A log that is no continuation of what the folder had is refused by every command. With
    --new-epoch it goes on all the same: links to what another told beyond this place are answered
    with 410 from then on, and new ones carry the number of the epoch.
    """
    address = node.address_of(folder)
    if address is not None:
        _tell_made(node.make(address, role=role), role, as_json=as_json)
    elif role is not None:
        raise click.UsageError("only a log in PostgreSQL has roles: name it with --log")
    had_log, before = (folder / LOG).exists(), _pointer(folder)
    with Archive(folder, new_epoch=new_epoch) as archive:
        was = archive.migrate()
        epochs = archive.chronicle.log.epochs()
        position = caught_up(archive)
        compared = _compared(archive)
    made_views = _pointer(folder) != before
    if as_json:
        members = {
            "log": {"schema": SCHEMA_NUMBER, "was": was, "made": not had_log},
            "views": {"version": VIEW, "made": made_views, "position": f"@{position}"},
        }
        if compared is not None:
            members["citations"] = _cited(compared)
        if new_epoch:
            members["epoch"] = {"number": epochs[-1].number, "began": f"@{epochs[-1].began}"}
        click.echo(msgspec.json.encode(members))
        return
    done = "there was nothing to do"
    if not had_log:
        done = "made, as there was none"
    elif was != SCHEMA_NUMBER:
        done = f"it had schema {was}, and got its tree"
    click.echo(f"The log has schema {SCHEMA_NUMBER}: {done}.")
    if new_epoch:
        click.echo(f"Epoch {epochs[-1].number} begins beyond @{epochs[-1].began}.")
    done = "made, as there were none of this version" if made_views else "there was nothing to do"
    click.echo(f"The views have version {VIEW}: {done}; they have read to @{position}.")
    if compared is not None:
        _tell(compared)


def _tell_made(logs: list[str], role: str | None, *, as_json: bool) -> None:
    if as_json:
        return
    if logs:
        click.echo(f"Made in PostgreSQL: {', '.join(logs)}.")
    if role is not None:
        click.echo(f"{role} may write to them, and change nothing in them.")


def _compared(archive: Archive) -> Compared | None:
    """What was cited of earlier views, asked again; None where nothing was."""
    if not len(archive.citations):
        return None
    # No other folder needs the whole service to be migrated.
    from service.citations.comparing import read_otherwise  # noqa: PLC0415
    from service.cli.cite import app_of  # noqa: PLC0415

    compared = read_otherwise(app_of(archive, os.environ), archive.citations)
    return compared if compared.asked else None


def _cited(compared: Compared) -> dict[str, object]:
    """What is printed as JSON of what was cited of earlier views."""
    return {
        "asked": compared.asked,
        "left": compared.left,
        "otherwise": [
            {
                "id": each.citation.id,
                "of": each.citation.of,
                "reads": each.reads,
                "current": each.current,
            }
            for each in compared.found
        ],
    }


def _tell(compared: Compared) -> None:
    """What is printed for people of what was cited of earlier views."""
    found, asked, left = compared
    click.echo(f"Of {asked:,} citations of earlier views, {len(found):,} read otherwise today.")
    for citation, reads, current in found[:SHOWN]:
        click.echo(f"  /c/{citation.id} of {citation.cited_at[:10]} reads {reads}: {current}")
    if len(found) > SHOWN:
        click.echo(f"  and {len(found) - SHOWN:,} more: --json lists them all.")
    if left:
        click.echo(f"  {left:,} earlier ones were not asked again.")
    if any(each.reads == "damaged" for each in found):
        click.echo("Citations are damaged: `annales verify` says how.")
    elif found:
        click.echo("What was cited stands as it was; nothing is to be done.")


def _told(found: Verified) -> dict[str, object]:
    """What is printed as JSON: how far all is whole, or the findings."""
    findings = [finding._asdict() for finding in found.findings]
    if findings:
        return {"whole": False, "findings": findings}
    return {
        "whole": True,
        "head": f"@{found.head}",
        "keys": found.keys,
        "citations": found.citations,
        "suggestions": found.suggestions,
        "views": None if found.views is None else _members(found.views),
        **({} if found.copies is None else {"compared": not found.copies}),
        "findings": findings,
    }


def _of_copies(why: str) -> str:
    if why:
        return f"It was not compared with PostgreSQL, which does not answer: {why}"
    return "It is a copy of what PostgreSQL has, commit for commit."


def _of_keys(count: int | None) -> str:
    return "There are no keys." if not count else f"The keys are whole: {count:,} ever issued."


def _of_views(views: runner.Rebuilt | None, head: int) -> str:
    if views is None:
        return "There are no views: whoever opens the folder makes them."
    if views.position == 0:
        return "The views have read nothing yet." if head else "The views have nothing to read."
    rest = f", and have yet to read up to @{head}" if views.position < head else ""
    return f"The views agree with it up to @{views.position}{rest}; digest {views.digest}."


def _members(views: runner.Rebuilt) -> dict[str, str]:
    return {"position": f"@{views.position}", "digest": views.digest}


def _reached(archive: Archive) -> int:
    head = archive.chronicle.log.head()
    return head.position if head else 0


def _pointer(folder: Path) -> str | None:
    pointer = folder / POINTER
    return pointer.read_text() if pointer.exists() else None
