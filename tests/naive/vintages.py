"""Vintages by the rule, word by word: after each commit, on each day, what fills each entry.

It shares nothing with the service but the question: the lines are read anew for every commit,
and the entries filled anew for every day on which anything was said.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .model import Claim, Logged, day_of, fill, iso, read

Item = dict[str, Any]
Shown = tuple[tuple[str, Any], ...]
"""The members that an item shows of a statement, in an order that two of them share."""

Stretch = tuple[Shown, float, float]
"""What was shown, from which day to which, both included; the last one goes on for ever."""

FOR_EVER = float("inf")


def vintages(
    log: list[Logged], *, known: int, record: str | None = None, entry: str | None = None
) -> list[Item]:
    """What `/v1/vintages` lists of a record, or of an entry, in its order."""
    commits = sorted({logged.position for logged in log if logged.position <= known})
    items: list[Item] = []
    running: dict[Stretch, int] = {}
    for commit in commits:
        now = set(stretches(log, commit, record=record, entry=entry))
        over = running.keys() - now
        items += [item(stretch, running.pop(stretch), commit) for stretch in over]
        running |= dict.fromkeys(now - running.keys(), commit)
    items += [item(stretch, since, None) for stretch, since in running.items()]
    return sorted(items, key=in_order)


def triangle(
    log: list[Logged], *, known: int, record: str | None = None, entry: str | None = None
) -> list[list[str]]:
    """The rows of `format=triangle`, the names of the columns first."""
    claims = meant(log, known, record=record, entry=entry)
    days = sorted({claim.said for claim in claims if not claim.withdrawn})
    told: dict[tuple[str, str], dict[float, str]] = {}
    for day in days:
        for members in map(dict, shown_on(claims, day)):
            cell = members["date"] if members["value"] is None else members["value"]
            cells = told.setdefault((members["entry"], members["modality"]), {})
            cells[day] = "" if cell is None else str(cell)
    rows = [[*key, *(cells.get(day, "") for day in days)] for key, cells in sorted(told.items())]
    return [["entry", "modality", *(str(iso(day)) for day in days)], *rows]


def meant(log: list[Logged], known: int, *, record: str | None, entry: str | None) -> list[Claim]:
    """The claims of a record or of an entry as they stand at `known`."""
    return [
        claim
        for claim in read(log, known)[1]
        if record in (None, claim.record) and entry in (None, claim.entry)
    ]


def stretches(
    log: list[Logged], known: int, *, record: str | None, entry: str | None
) -> Iterator[Stretch]:
    """The longest stretches of `stated` in which an entry shows the same, as it was at `known`."""
    claims = meant(log, known, record=record, entry=entry)
    days = sorted({claim.said for claim in claims})
    since: dict[Shown, float] = {}
    for day in days:
        now = set(shown_on(claims, day))
        for shown in since.keys() - now:
            yield shown, since.pop(shown), day - 1
        for shown in now - since.keys():
            since[shown] = day
    for shown, day in since.items():
        yield shown, day, FOR_EVER


def shown_on(claims: list[Claim], day: float) -> Iterator[Shown]:
    """What each entry shows by the end of a day; nothing of one that nothing fills."""
    for slot in fill(claims, day):
        if slot.effective is not None:
            line = slot.effective.line
            yield (
                ("entry", slot.entry),
                ("record", slot.record),
                ("modality", line["modality"]),
                ("date", line.get("date")),
                ("value", line.get("value")),
                ("unit", line.get("unit")),
                ("statement", slot.effective.id),
                ("counts", slot.counts),
                ("dropped", bool(line.get("dropped"))),
            )


def item(stretch: Stretch, since: int, until: int | None) -> Item:
    """A stretch as the answer lists it."""
    shown, first, last = stretch
    return {
        **dict(shown),
        "stated": {"from": iso(first), "to": iso(last)},
        "known": {"from": f"@{since}", "to": None if until is None else f"@{until}"},
    }


def in_order(told: Item) -> tuple[str, int, int]:
    """By entry, then by when it was known from, then by when it was stated from."""
    return told["entry"], int(told["known"]["from"][1:]), day_of(told["stated"]["from"])


def at_point(items: list[Item], *, stated: str, known: int) -> list[Item]:
    """The items whose stretches of both clocks hold a point."""
    return [
        each
        for each in items
        if day_of(each["stated"]["from"]) <= day_of(stated)
        and (each["stated"]["to"] is None or day_of(stated) <= day_of(each["stated"]["to"]))
        and int(each["known"]["from"][1:]) <= known
        and (each["known"]["to"] is None or known < int(each["known"]["to"][1:]))
    ]


def text_of(items: list[Item]) -> str:
    """The items as JSON, so that 1 and true are not the same."""
    return json.dumps(items, ensure_ascii=False)
