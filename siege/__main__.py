"""`python -m siege`: all attacks, or those that are named."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import click

from benchmarks.figures import machine
from siege import ATTACKS
from siege.attack import Outcome, carried_out
from siege.ground import ground
from siege.results import about, figures, in_a_line, keep

LONGEST_SHORT = 180.0
LONGEST = 400.0
"""Seconds after which an attack has failed, on a machine that has much else to do."""


@click.command()
@click.option("--short", is_flag=True, help="A small attack each: two minutes in all.")
@click.option("--teeth", is_flag=True, help="Also on what is broken, where each has to find it.")
@click.option(
    "--keep",
    "keeps",
    is_flag=True,
    help="Write the figures of the long form into siege/RESULTS.md.",
)
@click.option(
    "--at-once",
    type=click.IntRange(1, 8),
    default=1,
    show_default=True,
    help="So many attacks at once, each in a process of its own: quicker, as most of them wait.",
)
@click.option("--list", "only_list", is_flag=True, help="Tell the names and run nothing.")
@click.argument("names", nargs=-1, type=click.Choice(tuple(ATTACKS)))
def main(
    *,
    short: bool,
    teeth: bool,
    keeps: bool,
    at_once: int,
    only_list: bool,
    names: tuple[str, ...],
) -> None:
    """Attack Annales on this machine, and tell what was measured beside its bars.

    Ends with 1 where a bar is missed, or where something broken was not found.
    """
    if only_list:
        for name, attack in ATTACKS.items():
            click.echo(f"{name:<12}{about(attack)}")
        return
    click.echo(machine())
    if at_once > 1:
        given = {"--short": short, "--teeth": teeth, "--keep": keeps}
        options = [option for option, is_given in given.items() if is_given]
        sys.exit(side_by_side(names or tuple(ATTACKS), options, at_once))
    outcomes = []
    for name in names or ATTACKS:
        outcome = attacked(name, short=short, teeth=teeth)
        outcomes.append(outcome)
        click.echo(in_a_line(outcome) if short and outcome.held else f"\n{figures(outcome)}\n")
        if keeps:
            keep(outcome)
    missed = [outcome.name for outcome in outcomes if not outcome.held]
    if missed:
        click.echo(f"not held: {', '.join(missed)}", err=True)
        sys.exit(1)
    click.echo(f"all held: {', '.join(outcome.name for outcome in outcomes)}")


def side_by_side(names: tuple[str, ...], options: Iterable[str], at_once: int) -> int:
    """Carry out attacks by this same command, so many at once; the worst of its exit codes.

    What missed a bar beside others is carried out once more, alone.
    """

    def carry_out(name: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "siege", *options, name]
        return subprocess.run(command, capture_output=True, check=False, text=True)  # noqa: S603

    def tell(done: subprocess.CompletedProcess[str]) -> int:
        click.echo("".join(done.stdout.splitlines(keepends=True)[1:-1]) + done.stderr, nl=False)
        return done.returncode

    with ThreadPoolExecutor(at_once) as attackers:
        outcomes = zip(names, attackers.map(carry_out, names), strict=True)
        missed = [name for name, done in outcomes if tell(done)]
    return max((tell(carry_out(name)) for name in missed), default=0)


def attacked(name: str, *, short: bool, teeth: bool) -> Outcome:
    """Carry out one attack, and the same on whatever is broken."""
    attack, longest = ATTACKS[name], LONGEST_SHORT if short else LONGEST
    with ground(short=short) as here:
        outcome = carried_out(name, attack.run, here, seconds=longest)
    found, overlooked, seconds = [], [], outcome.seconds
    for broken, tooth in attack.teeth.items() if teeth else ():
        # What is broken is found in the short form.
        with ground(short=True) as here:
            bite = carried_out(broken, tooth.run, here, seconds=LONGEST_SHORT)
        seconds += bite.seconds
        if tooth.misses in {bar.what for bar in bite.bars if not bar.held}:
            found.append(broken)
        else:
            overlooked.append(f"{broken} ({bite.failure or f'held: {tooth.misses}'})")
    return outcome._replace(seconds=seconds, found=tuple(found), overlooked=tuple(overlooked))


if __name__ == "__main__":
    main()
