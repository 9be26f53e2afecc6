"""The declaration of a page: its path, the question whose answer it shows, and its frames.

Routes, data and frames follow from an entry in `service.pages.kinds.PAGES`: a new page is a
template, a module, and such an entry. Three lists say what does not follow from it:
`service.asking.page_path._PAGES`, which paths of the API have a page;
`service.pages.shell.here.TAKES`, which parameters go along to it; and
`service.pages.shell.layout.navigation`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from service.asking.query import Arguments, Query
from service.asking.question import Question
from service.pages.shell.answering import Make, Title
from service.pages.shell.pictured import Pictured
from service.web.response import CLOCKS

Texts = Mapping[str, str]

Read = Callable[[Arguments], Query]
"""Parses the parameters of a page. Raises BadFilter and what the clocks raise."""


PHONE, COLUMN = 460, 720
"""Up to so many pixels a frame stands on a phone, or in a column of text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFrame:
    """What of a page fits into a page of someone else's: its path, what it is `about` in a line,
    and what it shows of the page in its `template`, which stands in the folder of the page.

    `own` are parameters that it takes besides those of its page; `read` parses them all. `heights`
    are how tall in pixels it is best shown by its width, which of them goes by `height_at`.
    """

    path: str
    about: str
    show: Make
    template: str = "frame.html"
    own: tuple[str, ...] = ()
    read: Read | None = None
    heights: tuple[int, int, int] = (500, 500, 500)

    def height_at(self, width: int) -> int:
        """How tall it is best shown where it is so wide: on a phone, in a column, or wider."""
        phone, column, wide = self.heights
        return phone if width <= PHONE else column if width <= COLUMN else wide


@dataclass(frozen=True, slots=True, kw_only=True)
class PageKind:
    """A kind of page, and what it is `about` in a line.

    `title` says what is there, by the question alone; without it the page says so itself. `picture`
    gives what of the page a picture of it shows, from the variables of its template; without it
    only the poster of the page is made, of its sentence.

    `name` is that of its folder and of its route; `path` may hold an `{id}`.
    `question` is the one whose answer it shows, or chooses it by the parameters: the answer
    stands at the same address with `.json`, and with `.csv` where the question has a table.

    A page takes what its question takes, or of that only `taken`, and parses it as the question
    does, or by `read`; `own` are parameters that it takes besides. `always` is a parameter by which
    it asks the question whatever its address says. Who names another parameter goes to the page at
    the path `more`, if one is given, which takes it. `begin` returns the parameters to
    redirect to where there are too few, or some that exclude each other; else None.
    """

    name: str
    path: str
    about: str
    show: Make
    title: Title | None = None
    picture: Callable[[Mapping[str, Any]], Pictured] | None = None
    question: Question | Callable[[Texts], Question] | None = None
    taken: tuple[str, ...] | None = None
    own: tuple[str, ...] = ()
    read: Read | None = None
    always: tuple[str, str] | None = None
    more: str = ""
    begin: Callable[[Texts], Texts | None] | None = None
    frames: tuple[PageFrame, ...] = ()

    @property
    def takes(self) -> tuple[str, ...]:
        """The names of its parameters, less the version of the views and the language."""
        if self.taken is not None:
            return self.taken
        question = self.question_of({})
        if question is None:
            return CLOCKS
        return (*(each.name for each in (*question.clocks, *question.filters)), *self.own)

    def question_of(self, texts: Texts) -> Question | None:
        """The question whose answer it shows, by the texts of its parameters."""
        return self.question(texts) if callable(self.question) else self.question

    def query(self, arguments: Arguments) -> Query:
        """Parses its parameters. Raises BadFilter and what the clocks raise."""
        if self.read is not None:
            return self.read(arguments)
        question = self.question_of(arguments.texts)
        if question is None:
            return Query(arguments.path, arguments.clocks(), {})
        return question.query(arguments)

    @property
    def pictured(self) -> str:
        """What the paths of its pictures have in common."""
        return self.path if self.path != "/" else f"/{self.name}"
