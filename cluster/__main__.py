"""`python -m cluster`: a walk through a failover, a cluster to play with, and faults."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import click
import msgspec

from benchmarks.figures import machine
from benchmarks.kept import CACHE
from cluster import programs
from cluster.faults import FAULTS
from cluster.nodes import wait_until
from cluster.places import NAMES
from cluster.running import Cluster, Settings, running, take_down
from cluster.suite import carry_out
from cluster.walk import walk

HELD = CACHE / "cluster.json"
"""What `up` says of the cluster that it holds."""

COMES_UP = 300.0
"""Seconds in which a cluster must be up."""


class Held(msgspec.Struct):
    """A cluster that is held: by which process, in which folder, and what there is to know."""

    pid: int
    folder: str
    told: str


@click.group(invoke_without_command=True)
@click.option(
    "--port",
    type=click.IntRange(1, 32_000),
    help="The first of seven ports of each node. Default: free ones.",
)
@click.pass_context
def main(context: click.Context, *, port: int | None) -> None:
    """Walk through a failover, and end with the count of acknowledged events lost."""
    context.obj = Settings(first_port=port)
    if context.invoked_subcommand is None:
        lost = walk(click.echo, context.obj)
        click.echo(f"{lost} acknowledged events lost")
        sys.exit(1 if lost else 0)


@main.command()
@click.pass_obj
def up(settings: Settings) -> None:
    """Bring a cluster up, and leave it up."""
    if _held() is not None:
        raise click.ClickException("a cluster is up; `scripts/cluster down` takes it down")
    port = ("--port", str(settings.first_port)) if settings.first_port is not None else ()
    words = HELD.with_suffix(".log")
    words.parent.mkdir(parents=True, exist_ok=True)
    with words.open("wb") as file:
        holder = subprocess.Popen(  # noqa: S603 -- our own command line
            [sys.executable, "-m", "cluster", *port, "hold"],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    try:
        wait_until(lambda: HELD.exists() or holder.poll() is not None, "a cluster", COMES_UP)
    except BaseException:
        holder.terminate()
        raise
    if (held := _held()) is None:
        raise click.ClickException(f"it does not come up: {words.read_text('utf-8', 'replace')}")
    click.echo(held.told)


@main.command()
def down() -> None:
    """Take down the cluster that is up."""
    held = _held()
    if held is None:
        click.echo("no cluster is up")
        return
    with suppress(ProcessLookupError):
        os.kill(held.pid, signal.SIGTERM)
    with suppress(TimeoutError):
        wait_until(lambda: not HELD.exists(), "it is down", 60)
    take_down(Path(held.folder))  # whatever became of its holder
    HELD.unlink(missing_ok=True)
    click.echo("the cluster is down")


@main.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def patroni(words: tuple[str, ...]) -> None:
    """What `patronictl` does, on the cluster that is up."""
    held = _held()
    if held is None:
        raise click.ClickException("no cluster is up; `scripts/cluster up` brings one up")
    node = Path(held.folder) / NAMES[0]
    command = programs.patronictl(node / "patroni.yml", *words)
    environment = programs.environment()
    done = subprocess.run(command, cwd=node, env=environment, check=False)  # noqa: S603
    sys.exit(done.returncode)


@main.command(hidden=True)
@click.pass_obj
def hold(settings: Settings) -> None:
    """Hold a cluster up until a signal comes."""
    try:
        with running(settings) as cluster:
            held = Held(os.getpid(), str(cluster.folder), _told(cluster))
            new = HELD.with_suffix(".new")
            new.write_bytes(msgspec.json.encode(held))
            new.replace(HELD)
            while True:
                time.sleep(60)
    finally:
        HELD.unlink(missing_ok=True)


@main.command()
@click.option("--short", is_flag=True, help="Those that show the most, in three minutes.")
@click.option("--list", "only_list", is_flag=True, help="Tell the names and run nothing.")
@click.argument("names", nargs=-1, type=click.Choice(tuple(FAULTS)))
@click.pass_obj
def faults(settings: Settings, *, short: bool, only_list: bool, names: tuple[str, ...]) -> None:
    """Let a cluster under load meet faults, and tell what was measured beside its bars.

    Ends with 1 where a bar is missed.
    """
    if only_list:
        for name, fault in FAULTS.items():
            about = " ".join((fault.run.__doc__ or "").split())
            click.echo(f"{name:<14}{'' if not fault.wants_root else '(root) '}{about}")
        return
    click.echo(machine())
    chosen = names or tuple(name for name, it in FAULTS.items() if it.is_short or not short)
    sys.exit(carry_out(chosen, click.echo, settings.first_port))


def _held() -> Held | None:
    """What is said of a cluster that is up; None where none is."""
    try:
        held = msgspec.json.decode(HELD.read_bytes(), type=Held)
        os.kill(held.pid, 0)
    except (FileNotFoundError, ProcessLookupError):
        return None
    return held


def _told(cluster: Cluster) -> str:
    """What whoever plays with a cluster has to know."""
    lines = [
        f"HAProxy: {cluster.front} (certificate: {cluster.certificate})",
        f"key of a curator: {cluster.key}",
        f"the log: {cluster.address()}",
        *(f"node {node.name}: {node.url}, in {node.folder}" for node in cluster.nodes),
        "`scripts/cluster patroni list` asks Patroni, `scripts/cluster patroni --help` what else",
        "`scripts/cluster down` takes it down",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
