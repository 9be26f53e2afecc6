"""The programs of a cluster: Debian's, unpacked into the cache or installed, and as whom they run.

PostgreSQL does not run as root. Started by root, all of them but `annales` run as `nobody`.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks import debian
from benchmarks.command import HERE

_UNWRITTEN = {"PYTHONDONTWRITEBYTECODE": "1"}

PYTHON = Path("/usr/bin/python3")
"""Debian's own, for which its packages of Python are made."""


def etcd() -> list[str]:
    """etcd, which takes its settings from its variables."""
    return [*_unprivileged(), str(debian.program("usr/bin/etcd"))]


def patroni(configuration: Path) -> list[str]:
    """Patroni, which runs PostgreSQL."""
    program = str(debian.program("usr/bin/patroni"))
    return [*_unprivileged(), str(PYTHON), program, str(configuration)]


def patronictl(configuration: Path, *words: str) -> list[str]:
    """Patroni's command line."""
    program = str(debian.program("usr/bin/patronictl"))
    return [*_unprivileged(), str(PYTHON), program, "-c", str(configuration), *words]


def haproxy(configuration: Path) -> list[str]:
    """HAProxy, in the foreground."""
    program = str(debian.program("usr/sbin/haproxy"))
    return [*_unprivileged(), program, "-db", "-f", str(configuration)]


def annales(folder: Path, *words: str) -> list[str]:
    """`annales` of this checkout on a folder."""
    program = "from service.cli import main; main()"
    return [sys.executable, "-c", program, "--data", str(folder), *words]


def postgresql() -> Path:
    """The folder with the programs of PostgreSQL, of the newest release that is there."""
    return debian.program("usr/lib/postgresql/*/bin")


def environment(**more: str) -> Mapping[str, str]:
    """The variables with which Debian's programs find what was unpacked with them."""
    packages = debian.UNPACKED / "usr/lib/python3/dist-packages"
    return {**debian.environment(), "PYTHONPATH": str(packages), **_UNWRITTEN, **more}


def of_annales(**more: str) -> Mapping[str, str]:
    """The variables with which `annales` finds this checkout, wherever it runs."""
    return {**os.environ, "PYTHONPATH": str(HERE), **_UNWRITTEN, **more}


def give(path: Path) -> None:
    """Let a file or folder belong to whoever runs the programs."""
    if os.geteuid() == 0:
        shutil.chown(path, "nobody", "nogroup")


def _unprivileged() -> tuple[str, ...]:
    return debian.NOBODY if os.geteuid() == 0 else ()
