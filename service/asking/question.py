"""A question: one declaration, from which all the ways to ask it follow.

Whoever adds a question writes a file with a function that answers it and a `Question` that says
what it takes, and adds a line to `service.questions.QUESTIONS`. Its route and description, its
JSON and CSV, its feed in `/v1/follows`, its command, the tables and samples of the docs and the
tests that all questions sit are loops over that list.

The way of one: the texts of its parameters become `Arguments`; `Question.query` makes them a
`Query`, with every default written out; `Question.answer` looks at the views and returns a value, a
mapping of the members that its schema describes; a `Format` makes the text of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from marshmallow import Schema

from events.errors import BadFilter
from projections.views.reading import Reading
from service.asking.filters import CLOCKS, PINNING, PROOF, Wanted
from service.asking.following import Follow, Never
from service.asking.format import JSON, Answer, Format
from service.asking.parameter import Filter, Parameter, Texts, choice, values_of, written
from service.asking.query import Arguments, Query
from service.asking.table import Members, Table
from service.words.csv_text import MEDIA_TYPE as CSV

Read = Callable[["Question", Arguments], Query]
"""Parses the arguments of a question. Raises BadFilter, BadClock and whatever else it refuses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A URL that shows a question, the name of its sample in the docs, and what it shows."""

    name: str
    path: str
    shows: str


def sentence_of(answer: Members) -> Iterable[str]:
    """What an answer says in English, if it says anything."""
    sentence = answer.get("sentence")
    return () if sentence is None else (sentence["en"],)


def read_filters(question: Question, arguments: Arguments) -> Query:
    """A query at the three clocks, its filters read into the class `about` of the question."""
    about = question.about(**values_of(question.filters, arguments.texts))
    return Query(
        arguments.path,
        arguments.clocks(),
        written(question.filters, about),
        about=about,
        id=arguments.id,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """A question, declared once.

    `path` may hold an `{id}`: one of the `space` "record", "source" or "statement", of which
    `ids` are examples. `clocks` and `filters` are what it takes; `read` parses them, by default
    at the three clocks, the filters into the class `about`. Of the filters that `one_of` names
    exactly one is given. `answer` answers it, and `schema` describes what with.

    `tables` are its lists; the first that has `columns` is its CSV. `formats` are its forms besides
    JSON and CSV. `follow` says how it is followed, or why it never is. `is_revised` says that its
    ETag begins with the revision of its record or source, `has_mementos` that RFC 7089 leads
    through its versions.

    `command` is what the command line calls it, None where it has no command. A question about one
    record and the question about all may share a command (`slips`). On the command line, `lead`
    gives the lines before the tables, and `turns_on_at` says whether the clock `at` stands among
    those that they begin with.
    """

    name: str
    path: str
    summary: str
    answer: Answer
    schema: type[Schema]
    clocks: tuple[Parameter, ...] = CLOCKS
    filters: tuple[Filter, ...] = ()
    one_of: tuple[str, ...] = ()
    about: Callable[..., Any] = Wanted
    read: Read = read_filters
    space: str | None = None
    ids: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    formats: tuple[Format, ...] = ()
    follow: Follow | Never
    is_revised: bool = False
    has_mementos: bool = False
    command: str | None = None
    lead: Callable[[Members], Iterable[str]] = sentence_of
    turns_on_at: bool = True
    examples: tuple[Example, ...] = ()

    @cached_property
    def all_formats(self) -> tuple[Format, ...]:
        """Every form of its answer, the default first."""
        table = self.table
        csv = () if table is None else (_csv(table),)
        return (JSON, *csv, *self.formats)

    @cached_property
    def table(self) -> Table | None:
        """The table of its CSV, if it has one."""
        return next((table for table in self.tables if table.columns), None)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """All that it takes in a URL, in the order in which it is described."""
        chosen = () if len(self.all_formats) == 1 else (_format_filter(self.all_formats),)
        return (*self.clocks, *self.filters, *chosen, *PINNING, PROOF)

    @cached_property
    def takes(self) -> tuple[str, ...]:
        """The names of its parameters."""
        return tuple(each.name for each in self.parameters)

    @property
    def is_paged(self) -> bool:
        """Whether it lists page by page."""
        return any(each.name == "limit" for each in self.filters)

    def id_in(self, path: str) -> str | None:
        """The id that stands in a path of this form, "" where its form has none; None where the
        path is of another question."""
        pattern = re.escape(self.path).replace(re.escape("{id}"), "([^/.]+)")
        found = re.fullmatch(pattern, path)
        return None if found is None else "".join(found.groups())

    def stream(self, id: str) -> str | None:
        """The stream whose revision begins its ETag, if any."""
        return f"{self.space}:{id}" if self.is_revised else None

    def format_named(self, text: str) -> Format:
        """The format of a name. Raises BadFilter."""
        formats = {each.name: each for each in self.all_formats}
        return formats[_format_filter(self.all_formats).parse(text)]

    def query(self, arguments: Arguments, form: Format = JSON) -> Query:
        """The query, every default written out. Raises what the question refuses."""
        self._check_one_is_given(arguments.texts)
        query = self.read(self, arguments)
        if form is not JSON:
            query = replace(query, filters={**query.filters, "format": form.name})
        return query

    def _check_one_is_given(self, texts: Texts) -> None:
        given = [name for name in self.one_of if name in texts]
        if self.one_of and len(given) != 1:
            name = given[1] if given else self.one_of[0]
            why = f"give exactly one of {', '.join(self.one_of)}"
            raise BadFilter(name, texts.get(name, ""), why)

    def answer_in(self, form: Format, reading: Reading, query: Query) -> Any:
        """The value of its answer to a query, of which a format makes the text.

        Raises NotFound and what else the answer refuses.
        """
        return (form.answer or self.answer)(reading, query)

    def text(self, reading: Reading, query: Query, form: Format = JSON) -> str:
        """The text of its answer to a query. Raises what `answer_in` raises."""
        return form.text(query, self.answer_in(form, reading, query))


def _csv(table: Table) -> Format:
    return Format(
        name="csv",
        media_type=CSV,
        text=lambda _, answer: table.csv(answer),
        meaning=f"`csv` has a row for each {table.each}",
    )


def _format_filter(formats: Sequence[Format]) -> Filter:
    names = [each.name for each in formats]
    meanings = "; ".join(each.meaning for each in formats if each.meaning)
    return choice("format", names, f"{meanings}. `Accept` may ask for it too.", default=names[0])
