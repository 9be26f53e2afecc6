"""The questions: each gives the answer that HTTP gives, as JSON to the byte or as tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import msgspec

from events.clocks import as_of
from service.archive import Archive
from service.asking.filters import Wanted, given, wanted
from service.asking.query import Query
from service.cli.options import CLOCKS, FILTERS, as_json, clocks, filters, log_of
from service.cli.screen import screen, show_table
from service.cli.tables import next_place, show_clocks, show_next
from service.lists.answer import records_answer

Asked = str | None
"""The text of an option; None where it was not given."""

Make = Callable[[Archive, Query, Wanted], str]
Show = Callable[[dict[str, Any]], None]


@click.command()
@clocks
@filters("kind", "country", "field", "status", "limit", "after")
@as_json
@click.pass_obj
def records(folder: Path, /, *, as_json: bool, **asked: Asked) -> None:
    """The records that exist at the clocks."""
    _answer(
        folder,
        "/v1/records",
        asked,
        lambda archive, question, wanted: records_answer(
            archive.state, archive.search, archive.views.db(), question, wanted
        ),
        None if as_json else _show_records,
    )


def _answer(
    folder: Path, path: str, asked: dict[str, Asked], make: Make, show: Show | None
) -> None:
    """Ask at the clocks and filters, and show the answer; without `show`, print its text."""
    log_of(folder)
    about = wanted(**{name: asked.get(name) for name in FILTERS})
    with Archive(folder) as archive:
        archive.catch_up()
        clocks_read = as_of(
            **{name: asked[name] for name in CLOCKS},
            log=archive.chronicle.log,
            now=archive.chronicle.now(),
        )
        text = make(archive, Query(path, clocks_read, given(about)), about)
    if show is None:
        click.echo(text)
    else:
        show(msgspec.json.decode(text))


def _show_records(answer: dict[str, Any]) -> None:
    """The records in a table."""
    console = screen()
    show_clocks(console, answer)
    console.print(f"{answer['total']} records.")
    columns = ("id", "kind", "name", "country", "field", "status")
    show_table(
        console,
        "Records",
        columns,
        ([row.get(column) or "" for column in columns] for row in answer["items"]),
    )
    show_next(console, next_place(answer["next"]))
