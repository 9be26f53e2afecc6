"""From a request to a page: clocks, filters and language in, a response with its headers out.

A page is cached by its clocks like every answer (`service.web.response`), its pinned URL names the
language too, and what a form sent is answered with the clean address of the same view.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import msgspec
from flask import Response, redirect, request

from events.clocks import utc_day
from events.dates import Language
from projections.views.file import Database
from projections.views.reading import Reading
from service.archive import Archive
from service.asking.filters import Wanted, given, wanted
from service.asking.query import Query, located
from service.pages.shell import rendering
from service.pages.shell.clockbar import FORM, tidied
from service.pages.shell.here import Here
from service.pages.shell.page import Members, Page, navigation
from service.translations import LANGUAGES, chosen
from service.web.response import CLOCKS, archive, clocks, parameters, respond
from service.web.root import root
from service.words import labels
from service.words.speech import Speech

HTML = "text/html"

PROBLEM = "application/problem+json"


class Read(NamedTuple):
    """The parameters of a page as they were read, once, at one head of the log: its question, what
    they mean to the page, and how far the views must have read, if not only to its `known`."""

    question: Query
    meant: Any = None
    position: int | None = None


Ask = Callable[[str, Mapping[str, str]], Read]
"""Reads the parameters of the page at a path. Raises BadFilter and what the clocks raise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a page is asked for.

    `question` has the page's own path, and `lang` as a filter; `meant` is what its `Ask` made of
    the parameters; `id` is that of what the page is about, if it is about one thing.
    """

    service: Archive
    db: Database
    question: Query
    texts: Mapping[str, str]
    wanted: Wanted
    here: Here
    lang: Language
    say: Speech
    meant: Any = None
    id: str = ""

    def answered(self, path: str) -> Query:
        """The question that the API answers with the data of this page."""
        filters = {name: text for name, text in self.question.filters.items() if name != "lang"}
        return replace(self.question, path=path, filters=filters, about=self.wanted, id=self.id)

    @property
    def reading(self) -> Reading:
        """The views that the page reads."""
        return self.service.reading(self.db)


Make = Callable[[Asked], Members]
"""Gives what the template of a page shows."""


def page(
    template: str,
    path: str,
    make: Make,
    *,
    id: str | None = None,
    filters: tuple[str, ...] = (),
    own: tuple[str, ...] = (),
    taken_clocks: tuple[str, ...] = CLOCKS,
    revision: str | None = None,
    ask: Ask | None = None,
    frame: str | None = None,
) -> Any:
    """The response with a page, made only if the reader does not have it yet.

    `filters` are read by `service.asking.filters`, `own` are parameters that the page reads
    itself; `ask` reads those of a page that has other clocks than the three, or
    filters of its own.
    `frame` is the path of the page's frame, if it has one, and then it says how to use it.
    Raises what every question raises.
    """
    taken = (*taken_clocks, *filters, *own, "view", "lang")
    sent = parameters((*taken, *FORM))
    if (clean := tidied(sent, today=utc_day(archive().chronicle.now()))) is not None:
        return redirect(located(request.path, clean.items()), 303)
    lang = chosen(request.headers.get("Accept-Language"), sent.get("lang"))
    about = wanted(**{name: sent.get(name) for name in filters})
    read = Read(Query(path, clocks(sent), given(about))) if ask is None else ask(path, sent)
    question = replace(read.question, filters={**read.question.filters, "lang": lang})
    here = Here(path, {name: text for name, text in sent.items() if name != "view"})

    def made(db: Database) -> str:
        say = Speech(lang)
        asked = Asked(
            service=archive(), db=db, question=question, texts=sent, wanted=about,
            here=here, lang=lang, say=say, meant=read.meant, id=id or "",
        )  # fmt: skip
        shown = {
            "here": here,
            "nav": navigation(here, say),
            **({} if frame is None else _framed(frame, here)),
            **make(asked),
        }
        return rendering.render(template, lang, shown)

    response = respond(
        sent,
        question,
        made,
        position=read.position,
        revision=revision,
        media_type=HTML,
        variant=f"{rendering.build()} {root()} {sorted(here.texts.items())}",
    )
    # A page leads on with just the clocks that it was asked with, and says which those are, so
    # that the one at the pinned URL, to which `rel="canonical"` leads, is another.
    response.headers.pop("Content-Location", None)
    return rendering.with_policy(response)


def _framed(path: str, here: Here) -> Members:
    """Where the page is to be had for a page of someone else's."""
    return {
        "oembed": located("/oembed", [("url", f"{root()}{here.url()}")]),
        "frame": f"{root()}{located(path, here.texts.items())}",
    }


def told(response: Response) -> Response:
    """A problem on a page's path as a page, for whoever would rather read one."""
    if response.mimetype != PROBLEM or request.path.endswith((".json", ".csv")):
        return response
    if not reads_pages():
        response.vary.add("Accept")
        return response
    problem = msgspec.json.decode(response.get_data())
    asked = request.args.get("lang")
    lang = chosen(request.headers.get("Accept-Language"), asked if asked in LANGUAGES else None)
    say = Speech(lang)
    here = Here(request.path, {"lang": lang} if asked in LANGUAGES else {})
    shown = {
        "here": here,
        "nav": navigation(here, say),
        "page": Page(name="problem", subject=say("Big science, year by year")),
        "problem": problem,
        "title": labels.problem(problem["title"], lang),
        "sent": list(request.args.items(multi=True)),
        "without": located(request.path, here.texts.items()),
    }
    response.set_data(rendering.render("shell/problem.html", lang, shown))
    response.mimetype = HTML
    return rendering.with_policy(response)


def reads_pages() -> bool:
    """Whether whoever asks would rather read a problem as a page."""
    offered = [HTML, PROBLEM, "application/json"]
    return request.accept_mimetypes.best_match(offered, default=HTML) == HTML
