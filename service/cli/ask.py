"""The questions: each gives the answer that HTTP gives, as JSON to the byte or as tables."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click
import msgspec

from events.clocks import as_of
from projections.engine.spans import AFTER_ALL
from service.archive import Archive
from service.asking.filters import STATE_FILTERS, Wanted, given, position_after, wanted
from service.asking.query import Question
from service.cli import tables
from service.cli.changes import show_history
from service.cli.options import CLOCKS, FILTERS, as_json, clocks, filters, log_of
from service.lists.answer import records_answer
from service.records.answer import record_answer, timeline_answer
from service.records.audit import history_answer, source_answer, statement_answer
from service.state.answer import state_answer

Asked = str | None
"""The text of an option; None where it was not given."""

Make = Callable[[Archive, Question, Wanted], str]
Show = Callable[[dict[str, Any]], None]


@click.command()
@clocks
@filters(*STATE_FILTERS)
@as_json
@click.pass_obj
def state(folder: Path, /, *, as_json: bool, **asked: Asked) -> None:
    """The state at three clocks."""
    _answer(
        folder,
        "/v1/state",
        asked,
        lambda archive, question, wanted: state_answer(
            archive.state, archive.views.db(), question, wanted
        ),
        None if as_json else tables.show_state,
    )


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
        None if as_json else tables.show_records,
    )


@click.command()
@click.argument("id")
@clocks
@as_json
@click.pass_obj
def record(folder: Path, /, id: str, *, as_json: bool, **asked: Asked) -> None:
    """A record: its card, what holds, all that is said."""
    _answer(
        folder,
        f"/v1/records/{id}",
        asked,
        lambda archive, question, _: record_answer(
            archive.history, archive.views.db(), question, id
        ),
        None if as_json else tables.show_record,
    )


@click.command()
@click.argument("id")
@clocks
@as_json
@click.pass_obj
def timeline(folder: Path, /, id: str, *, as_json: bool, **asked: Asked) -> None:
    """A record's whole life, span by span."""
    _answer(
        folder,
        f"/v1/records/{id}/timeline",
        asked,
        lambda archive, question, _: timeline_answer(
            archive.history, archive.views.db(), question, id
        ),
        None if as_json else tables.show_timeline,
    )


@click.command()
@click.argument("id")
@clocks
@filters("limit", "after")
@as_json
@click.pass_obj
def history(folder: Path, /, id: str, *, as_json: bool, **asked: Asked) -> None:
    """How a record changed: who, when, what, why."""
    after, limit = position_after(asked["after"] or ""), wanted(limit=asked["limit"]).limit
    # What stood before a change follows from all that came before it, so people's table
    # is cut out of the whole history.
    page = (after, limit) if as_json else (0, AFTER_ALL)
    _answer(
        folder,
        f"/v1/records/{id}/history",
        asked,
        lambda archive, question, _: history_answer(
            archive.history,
            archive.views.db(),
            question,
            f"record:{id}",
            after=page[0],
            limit=page[1],
        ),
        None if as_json else partial(show_history, after=after, limit=limit),
    )


@click.command()
@click.argument("id")
@clocks
@as_json
@click.pass_obj
def statement(folder: Path, /, id: str, *, as_json: bool, **asked: Asked) -> None:
    """A statement explained: why it holds or lost."""
    _answer(
        folder,
        f"/v1/statements/{id}",
        asked,
        lambda archive, question, _: statement_answer(
            archive.state, archive.history, archive.views.db(), question, id
        ),
        None if as_json else tables.show_statement,
    )


@click.command()
@click.argument("id")
@clocks
@as_json
@click.pass_obj
def source(folder: Path, /, id: str, *, as_json: bool, **asked: Asked) -> None:
    """A source, and what rests on it."""
    _answer(
        folder,
        f"/v1/sources/{id}",
        asked,
        lambda archive, question, _: source_answer(
            archive.state, archive.history, archive.views.db(), question, id
        ),
        None if as_json else tables.show_source,
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
        text = make(archive, Question(path, clocks_read, given(about)), about)
    if show is None:
        click.echo(text)
    else:
        show(msgspec.json.decode(text))
