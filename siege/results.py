"""What an attack came to: a line, a table, or a section of `RESULTS.md`."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.figures import Figures, machine
from benchmarks.results import commit, rewrite
from siege.attack import Attack, Outcome

RESULTS = Path(__file__).resolve().parent / "RESULTS.md"

HEAD = """# What the siege measured

Written by `scripts/siege --keep`, which rewrites the section of each attack that it carries out.
"""


def about(attack: Attack) -> str:
    """The first sentence of what the attack's module says."""
    words = " ".join((sys.modules[attack.run.__module__].__doc__ or "").split())
    return words.partition(". ")[0].removesuffix(".") + "."


def in_a_line(outcome: Outcome) -> str:
    """An attack whose bars are held."""
    bars = sum(bool(bar.bar) for bar in outcome.bars)
    broken = len(outcome.found)
    found = f"; {broken} of {broken} broken ones found" if broken else ""
    return f"{outcome.name:<12}{bars} bars held{found}; {outcome.seconds:.1f} s"


def figures(outcome: Outcome) -> Figures:
    """What was measured, as a table."""
    rows = [
        [bar.what, bar.measured, bar.bar, ("yes" if bar.held else "NO") if bar.bar else ""]
        for bar in outcome.bars
    ]
    if outcome.failure is not None:
        rows.append(["carried out", outcome.failure, "to its end", "NO"])
    rows += (["found where broken", broken, "found", "yes"] for broken in outcome.found)
    rows += (["found where broken", broken, "found", "NO"] for broken in outcome.overlooked)
    return Figures(
        outcome.name, ("", "measured", "bar", "held"), rows, note=f"In {outcome.seconds:.0f} s."
    )


def keep(outcome: Outcome, path: Path = RESULTS) -> None:
    """Write the section of an attack anew."""
    told = (f"{machine()}; commit {commit()}.", figures(outcome).markdown())
    rewrite(path, outcome.name, told, head=HEAD)
