"""`annales`: the one command with all its subcommands, in the order of its help."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import click
from click.exceptions import Exit
from platformdirs import user_data_path

from service.cli import exits
from service.cli.listed import QUESTIONS
from service.version import VERSION

ASKING = "service.cli.questions"

COMMANDS: Mapping[str, tuple[str, str]] = {
    "serve": ("service.cli.serve", "Serve the chronicle over HTTP."),
    "load": ("service.cli.load", "Record a file of lines as one commit."),
    "load-shipped": (
        "service.cli.shipped",
        "Record what the log lacks of the chronicle that ships with Annales.",
    ),
    "export": ("service.cli.copies", "Write the whole history to FILE, or to stdout."),
    "restore": ("service.cli.copies", "Make a log from an export, where there is none."),
    "mirror": (
        "service.cli.mirror",
        "Copy another Annales into the folder, verify it, and follow it.",
    ),
    "backup": (
        "service.cli.backup",
        "Copy the log, and the logs beside it, while others go on writing.",
    ),
    "copy": (
        "service.cli.copy",
        "Copy a chronicle to an empty place, position for position.",
    ),
    "snapshot": (
        "service.cli.snapshot",
        "Put the log and its views into one file, while others go on writing.",
    ),
    "begin": (
        "service.cli.snapshot",
        "Begin a folder, or a node, with the log and the views of a snapshot.",
    ),
    **{name: (ASKING, about) for name, about in QUESTIONS.items()},
    "cite": (
        "service.cli.cite",
        "Keep what stands at PATH, byte for byte and for ever, at a short address.",
    ),
    "follow": ("service.cli.follow", "The commits that altered the answer to QUESTION."),
    "rebuild": ("service.cli.upkeep", "Make the views anew from the log."),
    "verify": (
        "service.cli.upkeep",
        "Re-read every byte, and replay the log beside the views.",
    ),
    "migrate": (
        "service.cli.upkeep",
        "Make the folder ready for this version; of a node, the logs in its database too.",
    ),
    "confirm-clock": ("service.cli.clock", "Believe the clock of this machine as it is."),
    "sources": ("service.cli.sources", "Sources: whether they are still where they were."),
    "keys": ("service.cli.keys", "Keys for the HTTP API: make, list and revoke them."),
}
"""Each command: the module that has it under its name, and what the help says of it. Those that ask
a question are made of its declaration by `ASKING`.

A module is imported when its command is run, so that none waits for what another needs.
"""


class Annales(click.Group):
    """A group of `COMMANDS`, which end as `service.cli.errors` says."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an error that is foreseen becomes a line and an exit code."""
        try:
            return super().invoke(ctx)
        except (BrokenPipeError, click.ClickException, click.Abort, Exit):
            raise  # click ends by these; whoever reads a closed pipe has enough
        except Exception as error:
            from service.cli.errors import end_of  # noqa: PLC0415 -- knows errors of all commands

            if (end := end_of(error)) is None:
                raise
            raise end from error

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """The names of the commands in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- click's signature
        """The command of a name, imported; None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        name, _ = COMMANDS[cmd_name]
        module = import_module(name)
        if name == ASKING:
            return cast("click.Command", module.command_of(cmd_name))
        return cast("click.Command", getattr(module, cmd_name.replace("-", "_")))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 -- click's signature
        """List the commands without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


@click.group(cls=Annales, epilog=exits.EXIT_CODES, context_settings={"max_content_width": 100})
@click.version_option(VERSION, prog_name="annales")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    envvar="ANNALES_DATA",
    default=lambda: user_data_path("annales"),
    help="The folder that holds everything. Default: $ANNALES_DATA, else the user's data folder.",
)
@click.option(
    "--log",
    metavar="ADDRESS",
    envvar="ANNALES_LOG",
    help="Be a node of the log in this database, as in postgresql://HOST1,HOST2/NAME: the folder"
    " copies it, and remembers where it is.",
)
@click.pass_context
def annales(context: click.Context, data: Path, log: str | None) -> None:
    """Keep a chronicle, and ask it at three clocks: when it was so in the world (--at), what the
    sources had said by then (--stated), what this log had recorded by then (--known).
    """
    context.obj = data
    if log is not None:
        from service.archive import LOG, node  # noqa: PLC0415 -- only who has a database needs it

        node.become(data, log, log=LOG)
