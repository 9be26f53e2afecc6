"""The questions on the command line: a command is made of each declaration that names one.

It takes what the question takes over HTTP but `view`, the names with hyphens. With `--json`,
`--csv` or `--format` it prints the text that HTTP returns, to the byte; without, for people, a few
lines and the tables that the declaration names.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from projections.views.reading import Reading
from service.archive import Archive
from service.asking import forms
from service.asking.errors import NothingToCompare, UnknownParameter
from service.asking.format import JSON, Format
from service.asking.parameter import Parameter, Texts, check_names
from service.asking.query import Arguments, Query
from service.asking.question import Question
from service.asking.table import Column, Members
from service.cli.changes import show_history
from service.cli.options import SHARED, log_of, need_texts, try_to_catch_up
from service.cli.screen import plain, screen, show_table
from service.cli.tables import next_place, show_clocks, show_next
from service.questions import QUESTIONS
from service.records.question import HISTORY
from service.words.cells import value_cell

Given = Mapping[str, Sequence[str]]
"""The texts of the options by their names in a URL, each as often as it was given."""

SHOWN: Mapping[Question, Callable[[Reading, Query], None]] = {HISTORY: show_history}
"""The questions whose tables for people are made of more than the answer holds."""


def command_of(name: str) -> click.Command:
    """The command of a name that some question has.

    Two questions share one where one of them is about a thing and the other about all, which
    the help speaks of.
    """
    found = [question for question in QUESTIONS if question.command == name]
    found.sort(key=lambda question: question.space is not None)

    def run(folder: Path, /, id: str | None = None, **options: Any) -> None:
        question = next(each for each in found if (id is None) == (each.space is None))
        _run(folder, question, id or "", options)

    return click.Command(
        name,
        callback=click.pass_obj(run),
        params=[*_ids(found), *_options(found), *_forms(found)],
        help=plain_text(found[0].summary),
        short_help=listed(found[0]),
    )


def listed(question: Question) -> str:
    """What the help of `annales` says of the command of a question."""
    return _first_sentence(plain_text(question.summary))


# --- what a command takes


def _ids(questions: Sequence[Question]) -> Iterator[click.Parameter]:
    about_one = [question.space is not None for question in questions]
    if any(about_one):
        yield click.Argument(["id"], required=all(about_one))


def _options(questions: Sequence[Question]) -> Iterator[click.Parameter]:
    taken = {
        each.name: each for question in questions for each in (*question.clocks, *question.filters)
    }
    for parameter in taken.values():
        metavar, about = SHARED.get(parameter.name) or _described(parameter, taken)
        names = parameter.form.get("enum")
        yield click.Option(
            [option_name(parameter.name), parameter.name],
            type=click.Choice(names) if names else None,
            metavar=metavar,
            help=about,
            # Whether it was given twice is for `check_names` to say, as over HTTP.
            multiple=True,
        )


_METAVARS = {
    forms.DAY["pattern"]: "DATE",
    forms.PERIOD["pattern"]: "DATE",
    forms.MOMENT["pattern"]: "@N|INSTANT",
    forms.COUNTRIES["pattern"]: "CODE,…",
    forms.ID["pattern"]: "ID",
    forms.DURATION["pattern"]: "PERIOD",
    forms.PLACE["pattern"]: "PLACE",
    forms.WORDS: "WORDS",
}


def _described(parameter: Parameter, taken: Iterable[str]) -> tuple[str | None, str]:
    """What stands for the value of an option in the help, and what the help says of it."""
    form = parameter.form
    names, pattern = form.get("enum", ()), form.get("pattern", "")
    name = parameter.name.removeprefix("to_").upper()
    metavar: str | None = _METAVARS.get(pattern, name)
    lists = pattern.endswith(")*$")  # what its meaning names are values
    about = [_first_sentence(plain_text(parameter.meaning, () if lists else taken))]
    if sum(map(len, names)) > WIDEST_CHOICE:
        about.insert(0, f"One of {', '.join(names)}.")
    elif names:
        metavar = None  # click names the choices
    elif lists:
        metavar = f"{name},…"
    elif form.get("type") == "number":
        metavar = "N"
    if "examples" in form and "such as" not in about[0]:
        about.append(f"Such as {form['examples'][0]}.")
    return metavar, " ".join(about)


WIDEST_CHOICE = 50
"""Characters of a choice that stands beside its option; what is longer stands in the words."""


def option_name(name: str) -> str:
    """The option of a parameter.

    >>> option_name("to_country")
    '--to-country'
    """
    return f"--{name.replace('_', '-')}"


def plain_text(text: str, taken: Iterable[str] = ()) -> str:
    """A text of the description without its marks of code; parameters stand as options.

    >>> plain_text("Only within so many kilometres of `near`. See `next`.", ["near"])
    'Only within so many kilometres of --near. See next.'
    """
    for name in taken:
        text = text.replace(f"`{name}`", option_name(name))
    return text.replace("`", "")


def _first_sentence(text: str) -> str:
    first, stop, rest = text.partition(". ")
    default = rest[rest.index("Default: ") :] if "Default: " in rest else ""
    return f"{first}. {default}".strip() if stop else first


def _forms(questions: Sequence[Question]) -> Iterator[click.Parameter]:
    yield click.Option(["--json", "as_json"], is_flag=True, help="Print JSON, and only that.")
    names = [form.name for question in questions for form in question.all_formats]
    if "csv" in names:
        yield click.Option(["--csv", "as_csv"], is_flag=True, help="Print CSV, and only that.")
    more = [form.name for question in questions for form in question.formats]
    if more:
        yield click.Option(
            ["--format", "form"],
            type=click.Choice(tuple(dict.fromkeys(more))),
            help="Print this form, and only that.",
        )


# --- what it does


def _run(folder: Path, question: Question, id: str, options: dict[str, Any]) -> None:
    form = _form(question, options)
    texts = _texts(question, options)
    need_texts(id, *texts.values())
    log_of(folder)
    with Archive(folder) as archive:
        try:
            _ask(archive, question, id, texts, form)
        except sqlite3.DatabaseError as error:
            if not archive.views.met(error):
                raise
            # They are damaged, and are made anew before it is asked again.
            _ask(archive, question, id, texts, form)


def _ask(archive: Archive, question: Question, id: str, texts: Texts, form: Format | None) -> None:
    """Ask, and print the answer; `form` None is the one for people."""
    try_to_catch_up(archive)
    arguments = Arguments(
        path=question.path.replace("{id}", id),
        texts=texts,
        log=archive.log_asked(texts),
        now=archive.chronicle.now(),
        id=id,
    )
    query = _query(question, arguments, form or JSON)
    known = query.as_of.known if query.position is None else query.position
    reading = archive.reading_at(known)
    if form is not None:
        text = question.text(reading, query, form)
        click.echo(text, nl=not text.endswith("\n"))
    else:
        SHOWN.get(question, _show(question))(reading, query)


def _query(question: Question, arguments: Arguments, form: Format) -> Query:
    try:
        return question.query(arguments, form)
    except NothingToCompare as error:
        if error.same:
            raise
        options = ", ".join(map(option_name, error.clocks))
        message = f"there is nothing to compare with: give one of {options}"
        raise click.UsageError(message) from error


def _form(question: Question, options: dict[str, Any]) -> Format | None:
    """The form that the options name, which it removes from them; None is the form for people."""
    named = {
        "--json": "json" if options.pop("as_json", False) else None,
        "--csv": "csv" if options.pop("as_csv", False) else None,
        "--format": options.pop("form", None),
    }
    given = {option: name for option, name in named.items() if name is not None}
    if len(given) > 1:
        raise click.UsageError(f"{' and '.join(given)} are {len(given)} forms: give one")
    for name in given.values():
        return question.format_named(name)
    return None


def _texts(question: Question, given: Given) -> Texts:
    """The texts of the parameters by name, each one that this question takes and given once."""
    names = {option_name(each.name): each.name for each in (*question.clocks, *question.filters)}
    pairs = [(option_name(name), text) for name, texts in given.items() for text in texts]
    try:
        texts = check_names(pairs, tuple(names))
    except UnknownParameter as error:
        raise click.UsageError(str(error)) from error
    return {names[option]: text for option, text in texts.items()}


# --- the answer for people


def _show(question: Question) -> Callable[[Reading, Query], None]:
    """Print the clocks, what the declaration says before its tables, and those."""

    def show(reading: Reading, query: Query) -> None:
        answer: Members = {**query.head(), **question.answer(reading, query)}
        console = screen()
        show_clocks(console, answer, at=question.turns_on_at)
        for line in question.lead(answer):
            console.print(plain(line))
        for table in question.tables:
            if table.title:
                rows = list(table.rows_of(answer))
                for columns in _parts(table.shown_of(answer), table.widest):
                    show_table(
                        console,
                        plain(table.title_of(answer)),
                        [plain(column.heading or column.name) for column in columns],
                        ([_cell(column.of(row)) for column in columns] for row in rows),
                    )
        show_next(console, next_place(answer.get("next")))

    return show


def _parts(columns: Sequence[Column], widest: int) -> Iterator[Sequence[Column]]:
    """The columns in parts of so many at most, each of which begins with the first."""
    first, others = columns[:1], columns[1:]
    for start in range(0, max(len(others), 1), widest - 1):
        yield (*first, *others[start : start + widest - 1])


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else value_cell(value)
