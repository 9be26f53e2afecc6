"""`python -m benchmarks`: all benchmarks, or those that are named; reports only by their names."""

from __future__ import annotations

import gc

import click

from benchmarks import BENCHMARKS, REPORTS
from benchmarks.figures import machine
from benchmarks.results import keep

SMALL = 5_000
"""The statements of a small report. Fewer would make one commit, and no clock by chance."""


@click.command()
@click.option("--small", is_flag=True, help="A quick run with a small load, which no report keeps.")
@click.option(
    "--statements",
    type=click.IntRange(SMALL),
    default=100_000,
    show_default=True,
    help="How large the world of a report is; where it grows, in the end.",
)
@click.option("--list", "only_list", is_flag=True, help="Tell the names and run nothing.")
@click.argument("names", nargs=-1, type=click.Choice((*BENCHMARKS, *REPORTS)))
def main(*, small: bool, statements: int, only_list: bool, names: tuple[str, ...]) -> None:
    """Tell how fast Annales is on this machine.

    peers, growth, bars, cluster and scale are reports, and are written into benchmarks/RESULTS.md.
    """
    if only_list:
        click.echo("\n".join((*BENCHMARKS, *REPORTS)))
        return
    gc.set_threshold(50_000, 20, 100)  # as the command line does
    click.echo(machine())
    for name in names or BENCHMARKS:
        if name in BENCHMARKS:
            figures = BENCHMARKS[name](small=small)
        else:
            figures = REPORTS[name](SMALL if small else statements, small=small)
        told = []
        for each in figures:
            click.echo(f"\n{each}")
            told.append(each)
        if name in REPORTS and not small:
            keep(name, statements, told)


if __name__ == "__main__":
    main()
