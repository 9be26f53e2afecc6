"""`annales trends`: the answer of `/v1/trends`, as JSON or CSV to the byte, or as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from service.archive import Archive
from service.cli.options import CLOCKS, as_json, log_of
from service.cli.screen import plain, screen, show_table
from service.cli.tables import show_clocks
from service.trends.answer import trends_csv, trends_text
from service.trends.asking import BY, MEASURES, STEPS, trend
from service.words.number import number_text
from service.words.regions import REGIONS

Members = dict[str, Any]

PATH = "/v1/trends"

WIDEST = 10
"""How many series a table has at most."""


@click.command()
@click.option("--measure", type=click.Choice(tuple(MEASURES)), help="Default: status.")
@click.option("--by", metavar="NAMES", help=f"What is told apart: {', '.join(BY)}, with commas.")
@click.option("--from", metavar="DATE", help="Where it begins: 1980, 1980-05.")
@click.option("--to", metavar="DATE", help="Where it ends. Default: today.")
@click.option("--step", type=click.Choice(tuple(STEPS)), help="Default: year.")
@click.option("--country", metavar="CODES", help="ISO 3166-1 alpha-2, such as CN,US,JP.")
@click.option("--region", metavar="REGIONS", help=f"Beside them: {', '.join(REGIONS)}.")
@click.option("--field", metavar="FIELDS", help="Fields of science, with commas.")
@click.option("--status", metavar="STATUSES", help="Only these statuses, with commas.")
@click.option("--series", metavar="IDS", help="Only these series of readings, with commas.")
@click.option("--stated", metavar=CLOCKS["stated"][0], help=CLOCKS["stated"][1])
@click.option("--known", metavar=CLOCKS["known"][0], help=CLOCKS["known"][1])
@as_json
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, and only that.")
@click.pass_obj
def trends(folder: Path, /, *, as_json: bool, as_csv: bool, **asked: str | None) -> None:
    """Counts and indicators through the years."""
    if as_json and as_csv:
        raise click.UsageError("--json and --csv are two forms: give one")
    log_of(folder)
    texts = {name: text for name, text in asked.items() if text is not None}
    with Archive(folder) as archive:
        archive.catch_up()
        log, now = archive.chronicle.log, archive.chronicle.now()
        found = trend(PATH, texts, form="csv" if as_csv else "json", log=log, now=now)
        make = trends_csv if as_csv else trends_text
        text = make(archive.state, archive.views.db(), found)
    if as_csv:
        click.echo(text, nl=False)
    elif as_json:
        click.echo(text)
    else:
        show_trends(msgspec.json.decode(text))


def show_trends(answer: Members) -> None:
    """A row for each point and a column for each series, in as many tables as it takes.

    What all the series have in common stands above them.
    """
    console = screen()
    show_clocks(console, answer, at=False)
    series = answer["series"]
    if not series:
        console.print(f"There is nothing of {answer['measure']} from {_span(answer)}.")
        return
    common = [name for name in answer["by"] if len({each["key"][name] for each in series}) == 1]
    shared = ", ".join(_word(series[0]["key"][name]) for name in common)
    only = "value" if answer["measure"] == "indicator" else "count"
    title = f"{answer['measure'].capitalize()} from {_span(answer)}"
    for part in _parts(series, WIDEST):
        show_table(
            console,
            plain(f"{title}: {shared}" if shared else title),
            (answer["step"], *(_heading(each["key"], common) or only for each in part)),
            (
                (_label(points[0], answer["step"]), *map(_value, points))
                for points in zip(*(each["points"] for each in part), strict=True)
            ),
        )


def _parts(series: Sequence[Members], size: int) -> Iterator[Sequence[Members]]:
    return (series[start : start + size] for start in range(0, len(series), size))


def _span(answer: Members) -> str:
    first, last = (_step(answer[end], answer["step"]) for end in ("from", "to"))
    return f"{first} to {last}"


def _heading(key: Members, common: Sequence[str]) -> str:
    """What tells a series from the others; nothing where there is no other."""
    if set(key) <= set(common):
        return ""
    words = [
        _word(value)
        for name, value in key.items()
        if name not in common and (value is not None or "region" not in key)
    ]
    return plain(", ".join(words) or "all")


def _word(value: str | None) -> str:
    return "(none)" if value is None else value


def _label(point: Members, step: str) -> str:
    """The step of a point, and whether it lies beyond the horizon."""
    shown = _step(point["at"], step)
    return f"{shown} (last known)" if "certainty" in point else shown


def _step(iso_day: str, step: str) -> str:
    """The year or the month of a day."""
    year, month, _ = iso_day.rsplit("-", 2)
    return year if step == "year" else f"{year}-{month}"


def _value(point: Members) -> str:
    """A count with its range, or a reading."""
    if "count" not in point:
        return "" if point["value"] is None else number_text(point["value"])
    if "certain" in point:
        return f"{point['count']} ({point['certain']} to {point['possible']})"
    if point.get("new"):
        return f"{point['count']} (+{point['new']})"
    return str(point["count"])
