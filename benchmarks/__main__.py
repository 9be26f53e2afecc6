"""`python -m benchmarks`: all benchmarks, or those that are named."""

from __future__ import annotations

import gc

import click

from benchmarks import BENCHMARKS
from benchmarks.figures import machine


@click.command()
@click.option("--small", is_flag=True, help="A quick run with a small load.")
@click.option("--list", "only_list", is_flag=True, help="Tell the names and run nothing.")
@click.argument("names", nargs=-1, type=click.Choice(tuple(BENCHMARKS)))
def main(*, small: bool, only_list: bool, names: tuple[str, ...]) -> None:
    """Tell how fast Annales is on this machine."""
    if only_list:
        click.echo("\n".join(BENCHMARKS))
        return
    gc.set_threshold(50_000, 20, 100)  # as the command line does
    click.echo(machine())
    for name in names or BENCHMARKS:
        for figures in BENCHMARKS[name](small=small):
            click.echo(f"\n{figures}")


if __name__ == "__main__":
    main()
