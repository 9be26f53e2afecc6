"""What stands around the tables that people read: the clocks before them, the next page after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from service.cli.screen import plain
from service.words.cells import date_cell

if TYPE_CHECKING:
    from rich.console import Console


def show_clocks(console: Console, head: Mapping[str, Any], *, at: bool = True) -> None:
    """Say at which clocks the answer was given; without `at` where `at` plays no part."""
    if "known" not in head:  # between two moments of the log
        text = f"recorded after {_moment(head['from'])}, up to {_moment(head['to'])}"
    else:
        text = _point(head, at=at)
    console.print(plain(f"{text[0].upper()}{text[1:]}."))


def _point(head: Mapping[str, Any], *, at: bool = True) -> str:
    day = []
    if at and "during" in head:
        day = [f"during {date_cell(head['during'])}"]
    elif at and "at" in head:
        day = [f"on {date_cell(head['at'])}"]
    said = [f"as said by {date_cell(head['stated'])}"] if "stated" in head else []
    return ", ".join([*day, " and ".join([*said, f"recorded at {_moment(head)}"])])


def _moment(point: Mapping[str, Any]) -> str:
    return f"{point['known']} ({point['known_at']})" if point["known_at"] else str(point["known"])


def show_next(console: Console, place: str | None) -> None:
    """Print the option that gives the next page, if there is one."""
    if place is not None:
        console.print(plain(f"There is more: --after {place}"))


def next_place(path: str | None) -> str | None:
    """Where the next page begins, out of its path."""
    return None if path is None else parse_qs(urlsplit(path).query)["after"][0]
