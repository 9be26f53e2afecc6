"""What a kind of page is: its path, what it takes, what it shows, and where else it is shown.

Routes, data and frames follow from an entry in `service.pages.PAGES`: a new page is a template,
a module, and such an entry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from service.pages.shell.answering import Ask, Make
from service.web.response import CLOCKS

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What of a page fits into a page of someone else's: its path, its template, what it shows,
    and what it is `about` in a line.

    `own` are parameters that it takes besides those of its page.
    """

    path: str
    template: str
    about: str
    show: Make
    own: tuple[str, ...] = ()
    ask: Ask | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of page, and what it is `about` in a line.

    `name` is that of its template and of its mark in the navigation; `path` may hold an `{id}`,
    which is then one of the `space` ("record" or "source").

    It takes the `clocks`, the `filters` that all lists share, and what it reads on its `own`;
    `ask` reads them where it has other clocks than the three or filters of its own. `begin`
    gives the parameters that it is led to where it is asked with too few, or with what does not
    go together.

    `data` is the path of the API that answers with what it shows, or tells it from the
    parameters: the answer stands at the same address with `.json`. `table` makes a table of it,
    which stands there with `.csv`; where the API has one of its own, `tabular` are the
    parameters that it is asked for with.
    """

    name: str
    path: str
    about: str
    show: Make
    clocks: tuple[str, ...] = CLOCKS
    filters: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    space: str | None = None
    ask: Ask | None = None
    begin: Callable[[Texts], Texts | None] | None = None
    data: str | Callable[[Texts], str] | None = None
    tabular: str | None = None
    table: Callable[[Mapping[str, Any]], str] | None = None
    frames: tuple[Frame, ...] = ()

    def path_of(self, id: str | None) -> str:
        """The path of one page."""
        return self.path if id is None else self.path.replace("{id}", id)

    def data_of(self, id: str | None, texts: Texts) -> str | None:
        """The path of the API that answers with what one page shows."""
        path = self.data(texts) if callable(self.data) else self.data
        return path if path is None or id is None else path.replace("{id}", id)

    def frame_of(self, id: str | None) -> str | None:
        """The path of the frame that shows one page, if the page has one."""
        if not self.frames:
            return None
        path = self.frames[0].path
        return path if id is None else path.replace("{id}", id)

    @property
    def route(self) -> str:
        """The path as Flask writes it."""
        return self.path.replace("{id}", "<string:id>")
