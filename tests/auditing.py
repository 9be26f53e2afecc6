"""What an audit of the dependencies comes to: which have known faults, and which nobody looked at.

`pip-audit` passes over what its index tells nothing about, and calls the rest free of faults, be
it nothing at all. So what it did not look at is counted here, against the lock file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.test_packaging import locked

LOCK = "test.txt"


def audited(found: str, pins: Iterable[tuple[str, str]]) -> tuple[list[str], int]:
    """The lines that tell what came of an audit, and how it ends: 1 for a known fault.

    `found` is what pip-audit says as JSON, or nothing; `pins` are the names and versions locked.

    >>> audited("", [("flask", "3.1.3"), ("click", "8.5.1")])
    (['not audited: 2 of 2'], 0)
    """
    told = json.loads(found)["dependencies"] if found.strip() else []
    looked_at = {(each["name"], each["version"]): each["vulns"] for each in told if "vulns" in each}
    wanted = set(pins)
    lines = [
        f"{name} {version}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'none'}"
        for (name, version), faults in sorted(looked_at.items())
        for fault in faults
    ]
    at_fault = bool(lines)
    lines.append(f"not audited: {len(wanted - looked_at.keys())} of {len(wanted)}")
    return lines, int(at_fault)


def main() -> None:
    """Tell of the audit whose JSON stands in the file that is named."""
    pins = [(name, version) for name, versions in locked(LOCK).items() for version in versions]
    lines, status = audited(Path(sys.argv[1]).read_text(), pins)
    print(*lines, sep="\n")  # noqa: T201 -- a report
    sys.exit(status)


if __name__ == "__main__":
    main()
