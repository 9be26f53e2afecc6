"""`RESULTS.md`: each report has a section of its own there, which its command rewrites."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

from benchmarks.figures import Figures, machine

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "RESULTS.md"

HEAD = """# Results

Written by `scripts/bench peers`, `growth`, `bars`, `cluster` and `scale`, each of which rewrites
its own section; `--statements` tells how large the world is.
"""


def keep(name: str, statements: int, figures: Iterable[Figures], path: Path = RESULTS) -> None:
    """Write the section of a report anew."""
    told = (
        f"## `scripts/bench {name} --statements {statements}`",
        f"{machine()}; commit {commit()}.",
        *(each.markdown() for each in figures),
    )
    rewrite(path, f"{name} {statements}", told, head=HEAD)


def rewrite(path: Path, title: str, parts: Iterable[str], *, head: str) -> None:
    """Write a section of a file anew, where it stands or else at the end."""
    begin, end = f"<!-- {title}: begin -->", f"<!-- {title}: end -->"
    section = "\n\n".join((begin, *parts, end)) + "\n"
    text = path.read_text("utf-8") if path.exists() else head
    before, found, after = text.partition(begin)
    if found:
        text = before + section + after.partition(f"{end}\n")[2]
    else:
        text = f"{text.rstrip()}\n\n{section}"
    path.write_text(text, "utf-8")


def commit() -> str:
    """The commit that is checked out, and whether its code was changed since."""
    found, changes = (
        subprocess.run(  # noqa: S603 -- no argument comes from outside
            ["git", *command],  # noqa: S607 -- whichever git there is
            cwd=HERE,
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()
        for command in (
            ("rev-parse", "--short", "HEAD"),
            (
                "status",
                "--porcelain",
                "--untracked-files=no",
                "--",
                "..",
                ":!RESULTS.md",
                ":!../siege/RESULTS.md",
            ),
        )
    )
    return (found or "unknown") + (", with changes" if changes else "")
