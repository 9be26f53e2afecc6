"""`annales`: the one command with all its subcommands, in the order of its help."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from platformdirs import user_data_path

from service.cli import exits
from service.cli.ask import history, record, records, source, state, statement, timeline
from service.cli.comparing import compare, hindsight
from service.cli.copies import export, restore
from service.cli.follow import follow
from service.cli.keys import keys
from service.cli.load import load
from service.cli.promises import due, overdue, slips
from service.cli.serve import serve
from service.cli.trends import trends
from service.cli.upkeep import migrate, rebuild, verify
from service.version import VERSION


class Annales(click.Group):
    """A group whose commands end as `service.cli.exits` says."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an error that is foreseen becomes a line and an exit code."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # whoever read our output has enough; click ends quietly
        except tuple(exits.CODES) as error:
            raise exits.Ended.by(error) from error

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """The commands in the order in which they were added."""
        return list(self.commands)


@click.group(cls=Annales, epilog=exits.TOLD, context_settings={"max_content_width": 100})
@click.version_option(VERSION, prog_name="annales")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    envvar="ANNALES_DATA",
    default=lambda: user_data_path("annales"),
    help="The folder that holds everything. Default: $ANNALES_DATA, else the user's data folder.",
)
@click.pass_context
def annales(context: click.Context, data: Path) -> None:
    """Keep a chronicle, and ask it at three clocks: when it was so in the world (--at), what the
    sources had said by then (--stated), what this log had recorded by then (--known).
    """
    context.obj = data


for command in (
    serve,
    load,
    export,
    restore,
    state,
    records,
    record,
    timeline,
    history,
    statement,
    source,
    slips,
    overdue,
    due,
    trends,
    hindsight,
    compare,
    follow,
    rebuild,
    verify,
    migrate,
    keys,
):
    annales.add_command(command)
