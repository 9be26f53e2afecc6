"""From a request to a page: clocks, filters and language in, a response with its headers out.

A page is cached by its clocks like every answer (`service.web.response`), its pinned URL names the
language too, and what a form sent is answered with the clean address of the same view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from flask import Response, redirect, request

from events.clocks import utc_day
from events.dates import Language
from projections.views.reading import Reading
from service.asking.query import Query, located
from service.asking.question import Arguments, Question
from service.pages.shell import rendering
from service.pages.shell.clockbar import FORM, tidied
from service.pages.shell.here import Here
from service.pages.shell.page import Format, Members, Page, navigation
from service.translations import LANGUAGES, chosen
from service.web.response import archive, arguments, parameters, respond
from service.web.root import root
from service.words import labels
from service.words.csv_text import MEDIA_TYPE as CSV
from service.words.speech import Speech

HTML = "text/html"

PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a page is asked for.

    `query` is the one that the API answers with the data of the page, to its `question`; `itself`
    is the page as one, at its own path, with `lang` as a filter.
    """

    reading: Reading
    question: Question | None
    query: Query
    itself: Query
    texts: Mapping[str, str]
    here: Here
    lang: Language
    say: Speech

    @property
    def data(self) -> list[Format]:
        """The answer that the page shows, and the table of it, at the address of the page."""
        if self.question is None:
            return []
        endings = [("JSON", "application/json", "json")]
        if self.question.table is not None:
            endings.append(("CSV", CSV, "csv"))
        return [
            Format(name, type, self.here.url(f"{self.here.path}.{ending}", lang=None))
            for name, type, ending in endings
        ]

    def page(
        self,
        name: str,
        *,
        formats: Iterable[Format] = (),
        skip_to: str = "main",
        description: str = "",
    ) -> Page:
        """What the template that all pages share shows of this one; `formats` are others than those
        of its data."""
        return Page(
            name=name,
            subject=self.say("Big science, year by year"),
            pinned=self.itself.pinned,
            position=self.itself.as_of.known,
            recorded=self.itself.as_of.known_at,
            formats=[*self.data, *formats],
            skip_to=skip_to,
            description=description,
        )


Make = Callable[[Asked], Members]
"""Gives what the template of a page shows."""


def page(
    template: str,
    path: str,
    make: Make,
    *,
    takes: tuple[str, ...],
    read: Callable[[Arguments], Query],
    question: Question | None = None,
    id: str = "",
    frame: str | None = None,
) -> Any:
    """The response with a page, made only if the reader does not have it yet.

    `takes` are its parameters besides `view` and `lang`, which `read` parses; `question` is the
    one whose answer it shows. `frame` is the path of the page's frame, if it has one, and then it
    says how to use it. Raises what every question raises.
    """
    sent = parameters((*takes, "view", "lang", *FORM))
    if (clean := tidied(sent, today=utc_day(archive().chronicle.now()))) is not None:
        return redirect(located(request.path, clean.items()), 303)
    lang = chosen(request.headers.get("Accept-Language"), sent.get("lang"))
    texts = {name: text for name, text in sent.items() if name not in ("view", "lang")}
    query = read(arguments(path, texts, id=id))
    itself = replace(query, filters={**query.filters, "lang": lang})
    if question is not None:
        query = replace(query, path=question.path.replace("{id}", id))
    here = Here(path, {name: text for name, text in sent.items() if name != "view"})

    def made(reading: Reading) -> str:
        say = Speech(lang)
        asked = Asked(
            reading=reading, question=question, query=query, itself=itself,
            texts=sent, here=here, lang=lang, say=say,
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
        itself,
        made,
        position=query.position,
        revision=None if question is None else question.stream(id),
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
