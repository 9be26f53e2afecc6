"""The start-up guard: `events`, `projections` and `service` are the ones of Annales.

The three names are plain words, and other distributions use them too. Such a guest hides
ours on the path, or pip merges both into one folder without a word, and the first sign is
an import that fails somewhere deep, or that does not fail. So whatever starts Annales calls
`check` before it imports anything else of ours, which is why nothing of ours is imported here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from importlib.util import find_spec
from pathlib import Path
from runpy import run_path

DISTRIBUTION = "annales"
PACKAGES = ("events", "projections", "service")
HOME = Path(__file__).resolve().parent.parent


def check() -> None:
    """Return if the three packages are ours; else raise `events.errors.ForeignPackage`.

    They are ours if each is found in the folder that holds this one, and if no
    distribution but `annales` says that it installed one of them. The message names the
    guest and where it lies.
    """
    owners = sorted(_owners())
    for name in PACKAGES:
        guests = [owner for owned, owner in owners if owned == name and owner != DISTRIBUTION]
        if guests:
            raise _foreign_package(f"another distribution owns {name!r}: {', '.join(guests)}")
        found = _origin(name)
        if found != _ours(name):
            raise _foreign_package(f"{name!r} is found at {found}, not at {_ours(name)}")


def _owners() -> Iterator[tuple[str, str]]:
    """Each of the three names that a distribution installed, with the distribution's name.

    `packages_distributions` says the same of every name there is, and parses the record of every
    file for it: a fifth of what it takes to start a command.
    """
    for distribution in distributions():
        for name in _top_levels(distribution) & {*PACKAGES}:
            yield name, distribution.metadata["Name"]


def _top_levels(distribution: Distribution) -> set[str]:
    """Those of the three names that a distribution installed; of all names, where it lists them."""
    listed = (distribution.read_text("top_level.txt") or "").split()
    return set(listed or _RECORDED.findall(distribution.read_text("RECORD") or ""))


_RECORDED = re.compile(rf'^"?({"|".join(PACKAGES)})(?:/|\.[^/\n,]*,)', re.MULTILINE)
"""A line of a RECORD that names a file of one of the three packages."""


def _ours(name: str) -> Path:
    return HOME / name / "__init__.py"


def _origin(name: str) -> Path | None:
    # Looks for a package without importing it; a folder without an __init__.py has no origin.
    spec = find_spec(name)
    return Path(spec.origin).resolve() if spec and spec.origin else None


def _foreign_package(why: str) -> Exception:
    message = f"{why}; install {DISTRIBUTION} into an environment of its own"
    if _origin("events") == _ours("events"):
        from events.errors import ForeignPackage  # noqa: PLC0415 -- `events` is ours, as seen above

        return ForeignPackage(message)
    # The name leads to the guest. Our errors import nothing, so their file is enough.
    errors = run_path(str(HOME / "events" / "errors.py"), run_name="events.errors")
    refusal: Exception = errors["ForeignPackage"](message)
    return refusal
