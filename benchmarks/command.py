"""The command line of this checkout, for a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
"""Where it is to run."""


def annales(folder: Path, *arguments: str) -> list[str]:
    """`annales` on a folder, with some arguments."""
    program = "from service.cli import main; main()"
    return [sys.executable, "-c", program, "--data", str(folder), *arguments]
