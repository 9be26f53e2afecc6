"""A comparison in a picture: the two sides beside each other, and what of them runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.drawing.sides import Pair, ShownSide, SideMark, SideRow, draw_pairs, draw_sides
from service.pages.compare.side import ROWS
from service.pages.shell.layout import Members
from service.pages.shell.pictured import Pictured
from service.words import language
from service.words.number import number_text
from service.words.speech import Speech


def compare_pictured(shown: Mapping[str, Any]) -> Pictured:
    """The sides beside each other, and what of them ran in each field."""
    if "answer" not in shown:  # too much to compare
        return Pictured(of_a_day=False)
    label, say = shown["page"].title, shown["say"]
    one, other = (_shown_side(side, shown["family_words"], say) for side in shown["sides"])
    in_time = shown["answer"]["by"] == "record"
    key = None if in_time else (one.label, other.label)
    none = say("none held")
    small = draw_sides(one, other, label=label, narrow=True)
    tables = []
    for rows, title in (
        (shown["by_class"], say("Running, of the classes meant to be whole")),
        (shown["by_field"], say("Running facilities by field")),
    ):
        pairs = [Pair(row["name"], row["a"], row["b"]) for row in rows]
        if not pairs or shown["answer"]["by"] == "milestone":
            continue
        named = say("%(part)s: %(what)s", part=title, what=f"{one.label} → {other.label}")
        tables.append(draw_pairs(pairs, label=named if in_time else title, key=key, none=none))
        if rows is shown["by_class"]:
            small = draw_pairs(pairs, label=title, key=key, none=none, narrow=True)
    sides = draw_sides(one, other, label=label)
    return Pictured(
        # Of two places what can be compared comes first.
        drawings=[*tables, sides] if shown["by_class"] else [sides, *tables],
        small=small,
        of_a_day=False,
        second=shown["second"],
    )


def _shown_side(side: Members, words: Mapping[str, str], say: Speech) -> ShownSide:
    """A side as it is drawn."""
    notes = []
    if side["stated"]:
        day = language.date(side["stated"], say.lang)
        notes.append(say("as stated by %(day)s", day=day))
    if side["known"]:
        notes.append(say("as this log knew it at %(position)s", position=side["known"]))
    rows = [
        SideRow(
            row["count"],
            words[row["family"]],
            dict(ROWS)[row["family"]][0],
            [_mark(each, say) for each in row["marks"]],
            left_out=_left_out(row, say),
            new=row["new"],
            said_new=say.n(
                "%(num)s not so on the first side", "%(num)s not so on the first side", row["new"]
            ),
            number=row["number"],
        )
        for row in side["rows"]
    ]
    return ShownSide(side["named"], say(", ").join(notes), rows)


def _left_out(row: Mapping[str, Any], say: Speech) -> str:
    """That not all of a row is drawn; empty where it is."""
    drawn = len(row["marks"])
    if drawn == row["held"]:
        return ""
    return say("%(shown)s of %(all)s drawn", shown=number_text(drawn), all=number_text(row["held"]))


def _mark(each: Mapping[str, Any], say: Speech) -> SideMark:
    title = say("%(name)s: %(value)s", name=each["name"], value=each["status"])
    return SideMark(each["shown"], title, expected=each["hoped"], new=each["new"])
