"""The command line of this checkout, for a process of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
"""Where it is to run."""


def annales(folder: Path, *arguments: str) -> list[str]:
    """`annales` on a folder, with some arguments."""
    program = "from service.cli import main; main()"
    return [sys.executable, "-c", program, "--data", str(folder), *arguments]


def seconds_to_rebuild(folder: Path) -> float:
    """How long the command takes to rebuild the views of a folder, its start with it."""
    began = time.perf_counter()
    subprocess.run(  # noqa: S603 -- our own command line
        annales(folder, "rebuild"),
        capture_output=True,
        check=True,
    )
    return time.perf_counter() - began
