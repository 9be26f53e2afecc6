"""The questions: each gives the answer that HTTP gives, as JSON to the byte or as tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import msgspec

from events.clocks import as_of
from projections.engine.spans import AFTER_ALL
from service.archive import Archive
from service.asking.filters import STATE_FILTERS, Wanted, given, position_after, wanted
from service.asking.json_text import plain
from service.asking.query import Query
from service.asking.question import Arguments, Question
from service.cli import tables
from service.cli.changes import show_history
from service.cli.options import CLOCKS, FILTERS, as_json, clocks, filters, log_of
from service.lists.answer import records_answer
from service.records.audit import history_answer
from service.records.question import HISTORY, RECORD, SOURCE, STATEMENT, TIMELINE
from service.state.question import STATE

Asked = str | None
"""The text of an option; None where it was not given."""

Make = Callable[[Archive, Query, Wanted], str]
Show = Callable[[dict[str, Any]], None]


@click.command()
@clocks
@filters(*STATE_FILTERS)
@as_json
@click.pass_obj
def state(folder: Path, /, *, as_json: bool, **asked: Asked) -> None:
    """The state at three clocks."""
    _ask(folder, STATE, asked, None if as_json else tables.show_state)


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
    _ask(folder, RECORD, asked, None if as_json else tables.show_record, id=id)


@click.command()
@click.argument("id")
@clocks
@as_json
@click.pass_obj
def timeline(folder: Path, /, id: str, *, as_json: bool, **asked: Asked) -> None:
    """A record's whole life, span by span."""
    _ask(folder, TIMELINE, asked, None if as_json else tables.show_timeline, id=id)


@click.command()
@click.argument("id")
@clocks
@filters("limit", "after")
@as_json
@click.pass_obj
def history(folder: Path, /, id: str, *, as_json: bool, **asked: Asked) -> None:
    """How a record changed: who, when, what, why."""
    after, limit = position_after(asked["after"] or ""), wanted(limit=asked["limit"]).limit
    if as_json:
        _ask(folder, HISTORY, asked, None, id=id)
        return
    # What stood before a change follows from all that came before it, so people's table
    # is cut out of the whole history.
    log_of(folder)
    with Archive(folder) as archive:
        archive.catch_up()
        query = HISTORY.query(
            _arguments(archive, HISTORY, {**asked, "limit": None, "after": None}, id)
        )
        query = replace(query, about=replace(query.about, limit=AFTER_ALL))
        answer = history_answer(archive.reading(archive.views.db()), query)
    show_history(plain({**query.head(), **answer}), after=after, limit=limit)


@click.command()
@click.argument("id")
@clocks
@as_json
@click.pass_obj
def statement(folder: Path, /, id: str, *, as_json: bool, **asked: Asked) -> None:
    """A statement explained: why it holds or lost."""
    _ask(folder, STATEMENT, asked, None if as_json else tables.show_statement, id=id)


@click.command()
@click.argument("id")
@clocks
@as_json
@click.pass_obj
def source(folder: Path, /, id: str, *, as_json: bool, **asked: Asked) -> None:
    """A source, and what rests on it."""
    _ask(folder, SOURCE, asked, None if as_json else tables.show_source, id=id)


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


def _arguments(archive: Archive, question: Question, asked: dict[str, Asked], id: str) -> Arguments:
    return Arguments(
        path=question.path.replace("{id}", id),
        texts={name: text for name, text in asked.items() if text is not None},
        log=archive.chronicle.log,
        now=archive.chronicle.now(),
        id=id,
    )


def _ask(
    folder: Path, question: Question, asked: dict[str, Asked], show: Show | None, *, id: str = ""
) -> None:
    """Ask a question, and show the answer; without `show`, print its text."""
    log_of(folder)
    with Archive(folder) as archive:
        archive.catch_up()
        query = question.query(_arguments(archive, question, asked, id))
        text = question.text(archive.reading(archive.views.db()), query)
    if show is None:
        click.echo(text)
    else:
        show(msgspec.json.decode(text))
