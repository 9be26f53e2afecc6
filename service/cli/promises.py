"""The questions about promises: slips, what is overdue, what is due."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import msgspec

from events.clocks import as_of
from projections.kinds.ladders import OUTCOMES
from projections.views.file import Database
from projections.views.state import State
from service.archive import Archive
from service.asking.query import Query
from service.cli.options import CLOCKS, as_json, clocks, filters, log_of
from service.cli.screen import screen, show_table
from service.cli.tables import next_place, show_clocks, show_next
from service.promises.asking import SORTS, Promised, given_of, promised
from service.promises.overdue import due_answer, overdue_answer
from service.promises.slips import slips_answer
from service.words.cells import date_cell
from service.words.number import number_text

Members = dict[str, Any]
Make = Callable[[State, Database, Query, Promised], str]

SHOWN = {
    "kept": "kept",
    "late": "kept late",
    "early": "kept early",
    "dropped": "given up",
    "replaced": "replaced",
    "pending": "still to come",
    "overdue": "overdue",
}
"""The outcomes in the words of the sentences."""


@click.command()
@click.argument("id", required=False)
@clocks
@filters("country", "field", "limit", "after")
@click.option("--operator", metavar="NAME", help="Only facilities whose card names this operator.")
@click.option("--outcome", type=click.Choice(OUTCOMES), help="Only ladders that came to this.")
@click.option("--came-by", metavar="DATE", help="Only ladders of which something had come by then.")
@click.option("--by", metavar="GROUPS", help="Count by country, field, operator, decade.")
@click.option("--sort", type=click.Choice(SORTS), help="`slip` puts the greatest slip first.")
@as_json
@click.pass_obj
def slips(folder: Path, /, id: str | None, *, as_json: bool, **asked: str | None) -> None:
    """How far plans slipped, of one record or of all."""
    path = "/v1/slips" if id is None else f"/v1/records/{id}/slips"
    _answer(folder, path, asked, slips_answer, None if as_json else _show_slips, record=id)


@click.command()
@clocks
@filters("country", "field", "limit", "after")
@as_json
@click.pass_obj
def overdue(folder: Path, /, *, as_json: bool, **asked: str | None) -> None:
    """What was promised and has not come."""
    _answer(folder, "/v1/overdue", asked, overdue_answer, None if as_json else _show_overdue)


@click.command()
@clocks
@filters("country", "field", "limit", "after")
@click.option("--within", metavar="PERIOD", help="Only what is due in P1Y, P6M, P90D.")
@as_json
@click.pass_obj
def due(folder: Path, /, *, as_json: bool, **asked: str | None) -> None:
    """What is promised for after the horizon."""
    _answer(folder, "/v1/due", asked, due_answer, None if as_json else _show_due)


def _answer(
    folder: Path,
    path: str,
    asked: dict[str, str | None],
    make: Make,
    show: Callable[[Members], None] | None,
    *,
    record: str | None = None,
) -> None:
    log_of(folder)
    given = {name: text for name, text in asked.items() if name not in CLOCKS and text is not None}
    about = promised(given, record=record)
    with Archive(folder) as archive:
        archive.catch_up()
        clocks_read = as_of(
            **{name: asked[name] for name in CLOCKS},
            log=archive.chronicle.log,
            now=archive.chronicle.now(),
        )
        question = Query(path, clocks_read, given_of(about))
        db = archive.views.db()
        if record is not None:
            archive.history.check_exists(db, f"record:{record}", known=clocks_read.known)
        text = make(archive.state, db, question, about)
    if show is None:
        click.echo(text)
    else:
        show(msgspec.json.decode(text))


def _show_slips(answer: Members) -> None:
    console = screen()
    show_clocks(console, answer, at=False)
    totals = answer["totals"]
    told = ", ".join(f"{count} {SHOWN[name]}" for name, count in totals["outcomes"].items())
    number = totals["ladders"]
    promises = f"{number or 'No'} promise{'' if number == 1 else 's'}"
    console.print(f"{promises}: {told}." if told else f"{promises}.")
    if totals["median"]:
        console.print(f"Median slip {_interval(totals['median'])} days, of {totals['of']}.")
    show_table(
        console,
        "Ladders of plans",
        ("entry", "plans", "first for", "last for", "came", "slip in days", "outcome"),
        (
            (
                item["entry"],
                str(len(item["plans"])),
                date_cell(item["plans"][0]["date"]),
                date_cell(item["plans"][-1]["date"]),
                date_cell(item["came"]["date"]) if item["came"] else "",
                _interval(item["slip_days"]) if item["slip_days"] else "",
                SHOWN[item["outcome"]],
            )
            for item in answer["items"]
        ),
    )
    show_next(console, next_place(answer["next"]))
    for name, groups in answer.get("by", {}).items():
        show_table(
            console,
            f"By {name}",
            (name, "promises", "came", "median slip in days"),
            (
                (
                    group["key"] or "",
                    str(group["ladders"]),
                    str(group["of"]),
                    _interval(group["median"]) if group["median"] else "",
                )
                for group in groups
            ),
        )


def _show_overdue(answer: Members) -> None:
    _show_promises(answer, "Overdue", "days late")


def _show_due(answer: Members) -> None:
    _show_promises(answer, "Due", "days to go")


def _show_promises(answer: Members, title: str, days: str) -> None:
    console = screen()
    show_clocks(console, answer)
    console.print(f"{answer['total']} {title.lower()}.")
    show_table(
        console,
        title,
        ("record", "promised", "for", "said", days, "statement"),
        (
            (
                item["record"],
                item["milestone"],
                date_cell(item["date"]),
                date_cell(item["stated"]),
                _interval(item["days"]),
                item["statement"],
            )
            for item in answer["items"]
        ),
    )
    show_next(console, next_place(answer["next"]))


def _interval(days: Members) -> str:
    first, last = (_number(days[end]) for end in ("earliest", "latest"))
    return first if first == last else f"{first} to {last}"


def _number(days: float | None) -> str:
    return "?" if days is None else number_text(days, grouped=False)
