"""A program of its own: SVG on stdin becomes PNG on stdout, WIDTH pixels wide.

    pixels.py WIDTH PROCESS

PROCESS is the number of the process that started it; without that it ends.

The renderer holds the interpreter until the whole picture is drawn, so it has an interpreter
for itself (`service.feeds.png`). Run by its path it needs nothing of ours, and starts at once.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

import resvg_py

DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of Linux, `prctl(2)`."""


def main() -> None:
    """Draw the picture; nothing where the process that started it is gone."""
    width, process = map(int, sys.argv[1:])
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
        if os.getppid() != process:
            return  # it was gone before
    pixels = resvg_py.svg_to_bytes(
        svg_string=sys.stdin.buffer.read().decode(),
        width=width,
        sans_serif_family="Noto Sans CJK SC",
        serif_family="Noto Serif CJK SC",
    )
    sys.stdout.buffer.write(bytes(pixels))


if __name__ == "__main__":
    main()
