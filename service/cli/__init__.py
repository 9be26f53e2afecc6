"""The command line: `annales` does on a local chronicle what the web service does over HTTP.

Nothing of ours but the guard is imported here, so that a foreign package under one of our
names is reported in one line instead of failing somewhere deep.
"""

from __future__ import annotations

import gc
import signal
import sys

from service import guard


def calm_the_collector() -> None:
    """Look for circles of objects less often.

    A load makes millions of objects that live on, none of them in a circle: looking for circles at
    the usual pace took a quarter of its time.
    """
    gc.set_threshold(50_000, 20, 100)


def main() -> None:
    """Run `annales` with the arguments of the process, and exit."""
    try:
        guard.check()
    except Exception as refusal:  # noqa: BLE001 -- its class may lie in the guest's package
        sys.stderr.write(f"Error: {refusal}\n")
        sys.exit(4)
    from service.cli.command import annales  # noqa: PLC0415 -- all of ours comes after the guard

    calm_the_collector()
    # What a command keeps aside while it works is cleared away, also on SIGTERM.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    annales(prog_name="annales")
