"""Loaded chronicles that are kept, because to load a million statements takes long.

A chronicle lies in a folder of the cache, named by its world and by the code that wrote it, beside
what its loading took. What is loaded once is found by whichever benchmark asks for it next.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
from dataclasses import astuple
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks import command
from benchmarks.chronicle import World, batches
from benchmarks.loading import BATCH
from benchmarks.memory import watched
from events.commit import microseconds
from service.archive import LOG, Archive

HERE = Path(__file__).resolve().parent

CACHE = Path(os.environ.get("ANNALES_BENCH_CACHE", Path.home() / ".cache" / "annales-bench"))
"""`scripts/bench` says where. What lies there can be thrown away."""

WRITERS = (
    "events",
    "projections",
    "service/archive",
    "service/cli",
    "benchmarks/chronicle.py",
    "benchmarks/kept.py",
    "benchmarks/loading.py",
)
"""The code on which it depends what is loaded, and how fast."""

OF_A_COUNTRY = 714
"""How many facilities a country has, in whatever world: 50,000 in 70 countries."""


class Loading(NamedTuple):
    """What a load took and left: the seconds from its first commit to its last, and in all, the
    bytes of the log and of all files of the views, and the peak of its memory."""

    log_seconds: float
    seconds: float
    peak: int
    log_bytes: int
    view_bytes: int


class Kept(NamedTuple):
    """A loaded chronicle, which nobody changes."""

    folder: Path
    world: World
    loading: Loading


def world_of(statements: int) -> World:
    """So many statements, 20 a facility, in as many countries as give each its usual size.

    >>> world_of(1_000_000).countries
    70
    >>> world_of(10_000).countries
    1
    """
    facilities = max(1, statements // 20)
    return World(
        facilities=facilities,
        to_a_facility=20,
        countries=max(1, round(facilities / OF_A_COUNTRY)),
    )


def kept(world: World, *, corrections: int = 0) -> Kept:
    """The chronicle of a world told year by year, loaded now unless it is kept.

    `corrections` are so many rounds of corrections of every statement, after all was told.
    """
    told = [*map(str, astuple(world)), *([f"corrected-{corrections}"] if corrections else [])]
    folder = CACHE / "chronicles" / "-".join((*told, _code()))
    record = folder / "loading.json"
    if not record.exists():
        _make(folder, world, corrections)
    return Kept(folder / "data", world, msgspec.json.decode(record.read_bytes(), type=Loading))


def _make(folder: Path, world: World, corrections: int) -> None:
    """Load in a process of its own, and take the name only when all is there."""
    unfinished = folder.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    lines = unfinished / "lines.jsonl"
    # Those who make the lines keep the whole world in memory: that is not the memory of a load.
    watched(_write_lines, lines, world, corrections)
    loading, peak = watched(_load, unfinished / "data", lines)
    lines.unlink()
    (unfinished / "loading.json").write_bytes(msgspec.json.encode(loading._replace(peak=peak)))
    unfinished.rename(folder)


def _write_lines(path: Path, world: World, corrections: int) -> None:
    with path.open("wb") as file:
        for lines in (world.by_time(), *map(world.correcting, range(corrections))):
            for batch in batches(lines, size=BATCH):
                file.writelines(line + b"\n" for line in batch)


def _load(folder: Path, lines: Path) -> Loading:
    """Log and views of a file of lines, by the command that loads one."""
    began = time.perf_counter()
    subprocess.run(  # noqa: S603 -- our own command line
        command.annales(folder, "load", str(lines), "--commits-of", str(BATCH), "--json"),
        cwd=command.HERE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    ended = time.perf_counter()
    with Archive(folder) as archive:
        commits = archive.chronicle.log.commits
        (first,), (last,) = commits(limit=1), commits(limit=1, last_first=True)
    written = microseconds(last.recorded_at) - microseconds(first.recorded_at)
    return Loading(
        log_seconds=written / 1e6,
        seconds=ended - began,
        peak=0,
        log_bytes=(folder / LOG).stat().st_size,
        view_bytes=sum(path.stat().st_size for path in folder.glob("views-*")),
    )


def _code() -> str:
    """A short digest of the code that writes what is kept."""
    digest = hashlib.sha256()
    for name in WRITERS:
        place = HERE.parent / name
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
