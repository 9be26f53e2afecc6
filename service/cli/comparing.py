"""What was expected and what came, and two sides beside each other, for people or as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
import msgspec

from events.clocks import as_of
from events.vocabulary import FIELDS, STATUSES
from service.archive import Archive
from service.cli.options import CLOCKS, as_json, filters, log_of
from service.cli.screen import plain, screen, show_table
from service.cli.tables import next_place, show_clocks, show_next
from service.comparing.compare import compare_answer
from service.comparing.diff import TO_CLOCKS
from service.comparing.hindsight import hindsight_answer, then_and_now
from service.comparing.pairing import SIGNS
from service.comparing.sides import TO_PARTS, sides
from service.words.cells import date_cell
from service.words.number import number_text

Members = dict[str, Any]

Asked = str | None
"""The text of an option; None where it was not given."""

Command = Callable[..., Any]

SIDES = ("a", "b")


def _clocks(*names: str, other: str = "") -> Callable[[Command], Command]:
    """Take the clocks of these names, and those of `other` with `to-` before them."""

    def take(command: Command) -> Command:
        for name in reversed(names):
            metavar, told = CLOCKS[name.removeprefix("to_")]
            if name.startswith("to_"):
                told = f"--{name[3:]} of {other}."
            command = click.option(f"--{name.replace('_', '-')}", metavar=metavar, help=told)(
                command
            )
        return command

    return take


@click.command()
@_clocks("at", "stated", "known", "to_stated", "to_known", other="what is known now")
@filters("country", "field", "limit", "after")
@as_json
@click.pass_obj
def hindsight(folder: Path, /, *, as_json: bool, **asked: Asked) -> None:
    """What was expected of a day, and what came."""
    log_of(folder)
    with Archive(folder) as archive:
        archive.catch_up()
        found = then_and_now(
            "/v1/hindsight",
            _given(asked),
            log=archive.chronicle.log,
            now=archive.chronicle.now(),
        )
        text = hindsight_answer(archive.state, archive.views.db(), found)
    _show(text, None if as_json else _show_hindsight)


@click.command()
@_clocks("at", "stated", "known", "to_at", "to_stated", "to_known", other="the other side")
@filters("country", "field")
@click.option("--record", metavar="ID", help="This facility.")
@click.option("--to-country", metavar="CODE", help="--country of the other side.")
@click.option("--to-field", type=click.Choice(FIELDS), metavar="FIELD", help="--field of it.")
@click.option("--to-record", metavar="ID", help="The facility that --record is compared with.")
@as_json
@click.pass_obj
def compare(folder: Path, /, *, as_json: bool, **asked: Asked) -> None:
    """Two sides of the chronicle beside each other.

    Two countries, fields or facilities at the same clocks, or one at two sets of clocks.
    """
    texts = _given(asked)
    if not texts.keys() & {*TO_CLOCKS, *TO_PARTS}:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in (*TO_CLOCKS, *TO_PARTS))
        raise click.UsageError(f"there is nothing to compare with: give one of {names}")
    log_of(folder)
    with Archive(folder) as archive:
        archive.catch_up()
        log, now = archive.chronicle.log, archive.chronicle.now()
        start = as_of(
            at=texts.get("at"),
            stated=texts.get("stated"),
            known=texts.get("known"),
            log=log,
            now=now,
        )
        found = sides("/v1/compare", start, texts, log=log, now=now)
        text = compare_answer(archive.reading(archive.views.db()), found)
    _show(text, None if as_json else _show_compare)


def _given(asked: dict[str, Asked]) -> dict[str, str]:
    return {name: text for name, text in asked.items() if text is not None}


def _show(text: str, show: Callable[[Members], None] | None) -> None:
    if show is None:
        click.echo(text)
    else:
        show(msgspec.json.decode(text))


def _show_hindsight(answer: Members) -> None:
    """The counts, then the facilities of each group."""
    console = screen()
    show_clocks(console, answer)
    totals, to = answer["totals"], answer["to"]
    console.print(
        plain(
            f"Then {totals['then']} would run; as said by {date_cell(to['stated'])} and recorded"
            f" at {to['known']}, {totals['now']} run: {totals['expected_and_came']} came as"
            f" expected, {totals['expected_not_come']} did not,"
            f" {totals['unexpected_named']} that were named and {totals['unexpected_unnamed']}"
            " that were not came unexpected."
        )
    )
    for group, title in GROUPS.items():
        show_table(
            console,
            title,
            ("id", "name", "then", "expected", "now", "since", "named"),
            (_hindsight_row(row) for row in answer["rows"] if row["group"] == group),
        )
    show_next(console, next_place(answer["next"]))


GROUPS = {
    "expected-not-come": "Expected, and did not come",
    "unexpected": "Unexpected",
    "expected-and-came": "Expected, and came",
}
"""The groups in the order in which they are shown, the telling ones first."""


def _hindsight_row(row: Members) -> tuple[str, ...]:
    then, now = row["then"], row["now"]
    plan = then["expected"]
    return (
        row["id"],
        row["name"],
        then["status"] or "",
        "" if plan is None else f"{plan['status']}, {date_cell(plan['date'])}",
        now["status"] or "",
        _since(now),
        "yes" if row["named"] else "no",
    )


def _show_compare(answer: Members) -> None:
    """The counts of both sides, then what pairs up and what differs."""
    console = screen()
    show_clocks(console, answer)
    to = answer["to"]
    console.print(
        plain(
            f"Beside it: on {date_cell(to['at'])}, as said by {date_cell(to['stated'])} and"
            f" recorded at {to['known']}."
        )
    )
    labels = [plain(answer[side]["label"]["en"]) for side in SIDES]
    signs = answer["change"]
    came, ended = ("came", "ended") if answer["by"] == "record" else ("only there", "only here")
    console.print(
        plain(
            f"+ {signs['+']} {came}, − {signs['-']} {ended}, ~ {signs['~']} other, = {signs['=']}"
        )
    )
    show_table(
        console,
        "Facilities by status",
        ("status", *labels),
        (
            (status, *(str(answer[side]["totals"]["status"].get(status, 0)) for side in SIDES))
            for status in STATUSES
            if any(status in answer[side]["totals"]["status"] for side in SIDES)
        ),
    )
    show_table(
        console,
        "Facilities" if answer["by"] == "record" else f"Facilities by {answer['by']}",
        ("", answer["by"], *labels),
        (
            (SIGNS[pair["change"]], _pair_name(pair), *(_side(pair[side]) for side in SIDES))
            for pair in answer["pairs"]
        ),
    )
    show_table(
        console,
        "Milestones",
        ("", "milestone", *labels, "days"),
        (
            (
                SIGNS[pair["change"]],
                pair["milestone"],
                *(_milestone(pair[side]) for side in SIDES),
                _days(pair["days"]),
            )
            for pair in answer["milestones"]
        ),
    )
    show_table(
        console,
        "Policies",
        ("record", *labels),
        ((pair["record"], *(_titles(pair[side]) for side in SIDES)) for pair in answer["policies"]),
    )
    show_table(
        console,
        "Indicators",
        ("series", "unit", *labels, "difference"),
        (
            (
                pair["series"],
                pair["unit"],
                *(_reading(pair[side]) for side in SIDES),
                _difference(pair["difference"]),
            )
            for pair in answer["indicators"]
        ),
    )


def _pair_name(pair: Members) -> str:
    if "id" in pair:
        return str(pair["id"])
    return str(pair.get("field") or pair.get("status"))


def _side(side: Members | None) -> str:
    if side is None:
        return "–"
    if "count" in side:
        counts = ", ".join(f"{count} {name}" for name, count in side["counts"].items())
        return f"{side['count']}: {counts}"
    if side["status"] is None:
        return "promised"
    return f"{side['status']}, {_since(side)}"


def _milestone(side: Members | None) -> str:
    if side is None:
        return "–"
    date = date_cell(side["date"]) or "given up"
    return f"{date} (planned)" if side["modality"] == "planned" else date


def _days(days: Members | None) -> str:
    if days is None:
        return ""
    ends = ["open" if days[end] is None else f"{days[end]:+,}" for end in ("earliest", "latest")]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def _titles(decisions: Iterable[Members]) -> str:
    return "; ".join(decision["title"] for decision in decisions) or "–"


def _difference(value: float | None) -> str:
    if value is None:
        return ""
    return f"{'' if value < 0 else '+'}{number_text(value)}"


def _reading(reading: Members | None) -> str:
    return (
        "–"
        if reading is None
        else f"{number_text(reading['value'])} ({date_cell(reading['date'])})"
    )


def _since(row: Members) -> str:
    return date_cell(row["since"]["date"]) if row["since"] else ""
