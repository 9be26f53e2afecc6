"""From a request to a page: clocks, filters and language in, a response with its headers out.

A page is cached by its clocks like every answer (`service.web.response`), its pinned URL names the
language too, and what a form sent is answered with the clean address of the same view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from flask import Response, redirect, request

from events.clocks import AsOf, utc_day
from events.dates import Day, Language, civil, iso
from events.errors import NoEvent, NotSigned
from projections.views.reading import Reading
from service.archive.keys import hide_keys
from service.asking.filters import PINS
from service.asking.query import Arguments, Query, located
from service.asking.question import Question
from service.pages.shell import rendering
from service.pages.shell.clockbar import FORM, tidied
from service.pages.shell.here import Here
from service.pages.shell.layout import FormatLink, Members, PageFacts, navigation
from service.pages.shell.pictured import Pictures, pictures_of
from service.pages.shell.problem import DATES, ENDS, MOMENTS, date_meant, day_meant, told
from service.translations import LANGUAGES, chosen
from service.web.response import arguments, parameters, respond
from service.web.root import archive, root
from service.words import labels
from service.words.csv_text import MEDIA_TYPE as CSV
from service.words.speech import Speech

HTML = "text/html"

PROBLEM = "application/problem+json"

PLACES = ("country", "region", "to_country", "to_region")
"""What the forms of pages send once for each box that is ticked."""


Title = Callable[[Reading, Query, Speech], str]
"""Says what is on a page, by the question that it asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A reader's request for a page, as what makes the page gets it.

    `query` is parsed by the page's `question`, whose answer the page shows; `itself` is the page
    as a query, at its own path, with `lang` as a filter. `texts` are the parameters as they were
    sent. `titled` says what is there; `pictures` is None where the page has none.
    """

    reading: Reading
    question: Question | None
    query: Query
    itself: Query
    texts: Mapping[str, str]
    here: Here
    lang: Language
    say: Speech
    titled: Title | None = None
    pictures: Pictures | None = None

    @property
    def data(self) -> list[FormatLink]:
        """The links to the answer that the page shows, as JSON and as CSV if it has a table."""
        if self.question is None:
            return []
        endings = [("JSON", "application/json", "json")]
        if self.question.table is not None:
            endings.append(("CSV", CSV, "csv"))
        takes = {each.name for each in (*self.question.clocks, *self.question.filters)}
        own: dict[str, str | None] = dict.fromkeys(self.here.texts.keys() - takes)
        return [
            FormatLink(name, type, self.here.url(f"{self.here.path}.{ending}", **own))
            for name, type, ending in endings
        ]

    def names(self, records: Iterable[str], as_of: AsOf | None = None) -> dict[str, str]:
        """The short names of records by id, at the clocks of the page or at others; a record
        without a card has none."""
        cards = self.reading.at(self.query.as_of if as_of is None else as_of).cards(records)
        return {id: labels.names_of(card, self.lang)[0] for id, card in cards.items()}

    def page(
        self,
        name: str,
        *,
        formats: Iterable[FormatLink] = (),
        skip_to: str = "main",
        title: str = "",
        description: str = "",
    ) -> PageFacts:
        """The facts of this page for the template that all share; `formats` are links besides
        those to its data. `title` is given where the question alone does not say it."""
        if not title and self.titled is not None:
            title = self.titled(self.reading, self.query, self.say)
        pinned = self.itself.pinned
        live = None if self.itself.is_pinned_by(self.texts) else self.here
        return PageFacts(
            name=name,
            subject=self.say("Big science, year by year"),
            title=title,
            url=root() + (live.url() if live else pinned),
            copied=live.url(lang=self.lang) if live else pinned,
            pictures=self.pictures,
            pinned=pinned,
            position=self.itself.as_of.known,
            recorded=self.itself.as_of.known_at,
            formats=[*self.data, *formats],
            skip_to=skip_to,
            description=description,
            events=_signed_up_to(self.itself.as_of.known),
            epochs=self.itself.as_of.epochs,
            begun=_begun(self.itself.as_of),
        )


def _meant(sent: Mapping[str, str], path: str) -> dict[str, str]:
    """The parameters that are written otherwise than an address has them, as it has them: dates,
    and days where a position of the log is meant, from whose beginning or up to whose end."""
    of_log = (*MOMENTS, *(ENDS if path.startswith(("/activity", "/records/")) else ()))
    dates = {name: date_meant(sent.get(name, "")) for name in (*DATES, *ENDS) if name not in of_log}
    days = {name: day_meant(sent.get(name, "")) for name in of_log}
    return {name: date for name, date in dates.items() if date is not None} | {
        name: _recorded_by(day - 1 if name == "from" else day)
        for name, day in days.items()
        if day is not None
    }


def _recorded_by(day: Day) -> str:
    """The clock `known` at the end of a day: the position that the log had reached, nothing where
    the day still lasts, and the instant, which is refused, where it is to come."""
    now = archive().chronicle.now()
    if day == utc_day(now):
        return ""
    end = f"{iso(day)}T23:59:59.999999Z"
    if not 0 <= civil(day)[0] <= 9999 or day > utc_day(now):
        return end
    commit = archive().chronicle.log.commit_by(end)
    return f"@{commit.position if commit else 0}"


def _begun(as_of: AsOf) -> str | None:
    """The instant of the first commit of the log, where a page is as of before it."""
    if as_of.known:
        return None
    first = next(iter(archive().chronicle.log.commits(limit=1)), None)
    return first.recorded_at if first else None


def _signed_up_to(position: int) -> int | None:
    """How many events a checkpoint has at least that vouches for all up to a position; None where
    the log is not signed. It is the same for ever, as the page is that says so."""
    ledger = archive().ledger
    if not position or ledger.key() is None:
        return None
    with suppress(NoEvent, NotSigned):
        return ledger.index_of(position) + 1
    return None


Make = Callable[[Visit], Members]
"""Returns the variables of a page's template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request for a page, parsed: all that a visit has but the reading of the views. `texts` are
    the parameters without what pins the page and its language."""

    question: Question | None
    query: Query
    itself: Query
    sent: Mapping[str, str]
    here: Here
    lang: Language

    def visit(
        self, reading: Reading, titled: Title | None = None, pictures: Pictures | None = None
    ) -> Visit:
        """The visit at a reading of the views."""
        say = Speech(self.lang)
        return Visit(
            reading=reading, question=self.question, query=self.query, itself=self.itself,
            texts=self.sent, here=self.here, lang=self.lang, say=say,
            titled=titled, pictures=pictures,
        )  # fmt: skip

    @property
    def variant(self) -> str:
        """What changes a page besides its clocks and filters."""
        key = archive().ledger.key()
        return f"{rendering.build()} {root()} {key} {sorted(self.here.texts.items())}"


def asked(
    path: str,
    sent: Mapping[str, str],
    read: Callable[[Arguments], Query],
    *,
    question: Question | None,
    id: str,
) -> Asked:
    """A request for the page at a path, of the parameters that were sent. Raises what `read`
    does."""
    lang = chosen(request.headers.get("Accept-Language"), sent.get("lang"))
    texts = {name: text for name, text in sent.items() if name not in (*PINS, "lang")}
    query = read(arguments(path, texts, id=id))
    itself = replace(query, filters={**query.filters, "lang": lang})
    if question is not None:
        query = replace(query, path=question.path.replace("{id}", id))
    here = Here(path, {name: text for name, text in sent.items() if name not in PINS})
    return Asked(question=question, query=query, itself=itself, sent=sent, here=here, lang=lang)


def page_response(
    template: str,
    path: str,
    make: Make,
    *,
    takes: tuple[str, ...],
    read: Callable[[Arguments], Query],
    question: Question | None = None,
    id: str = "",
    frame: tuple[str, int] | None = None,
    titled: Title | None = None,
    pictured: tuple[str, bool] | None = None,
) -> Any:
    """The response with a page, rendered only if the reader's copy is out of date, or a redirect
    to the clean address of what a form sent.

    A date that is written otherwise and has one meaning leads to its clean address too, and a day
    on which something was recorded to the position at which it ended.

    `takes` are its parameters besides `lang` and what pins it, which `read` parses; `question` is
    the one whose answer it shows. `frame` is the path of the page's frame and how tall that is, if
    it has one, for the template to say how to embed it; `titled` says what is there, `pictured`
    what the paths of its pictures have in common, and whether it has more than a poster. Raises
    what every question raises.
    """
    sent = parameters((*takes, *PINS, "lang", *FORM))
    if (clean := tidied(sent, today=utc_day(archive().chronicle.now()))) is not None:
        return redirect(located(request.path, clean.items()), 303)
    if meant := _meant(sent, path):
        clean = {**sent, **meant}
        return redirect(located(request.path, (pair for pair in clean.items() if pair[1])), 303)
    it = asked(path, sent, read, question=question, id=id)
    pictures = None
    if pictured is not None:
        pictures = pictures_of(it.itself, pictured[0], is_drawn=pictured[1])

    def made(reading: Reading) -> str:
        visit = it.visit(reading, titled, pictures)
        shown = {
            "here": it.here,
            "nav": navigation(it.here, visit.say),
            **({} if frame is None else _framed(*frame, it.here)),
            **make(visit),
        }
        return rendering.render(template, it.lang, shown)

    response = respond(
        sent,
        it.itself,
        made,
        takes=takes,
        revision=None if question is None else question.stream(id),
        media_type=HTML,
        variant=it.variant,
    )
    # The links of a page carry just the clocks of its own URL, and it names these, so the page at
    # the pinned URL has other bytes: it is no `Content-Location`, but what to come back to.
    if response.headers.pop("Content-Location", None) is not None:
        response.headers["Link"] = f'<{it.itself.pinned}>; rel="memento"'
    return rendering.with_policy(response)


def joined(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]] | None:
    """The parameters of a form whose boxes were ticked, where several of one name were: each name
    of a place once, with commas. None where there is nothing to join.

    >>> joined([("country", "CN"), ("at", "2013"), ("country", "US")])
    [('country', 'CN,US'), ('at', '2013')]
    """
    given = list(pairs)
    lists = {name: [text for each, text in given if each == name] for name in PLACES}
    if all(len(texts) < 2 for texts in lists.values()):
        return None
    clean = [(name, ",".join(lists.get(name) or [text])) for name, text in given]
    # What is no place's may stand there twice, to be refused.
    return [pair for at, pair in enumerate(clean) if pair[0] not in lists or pair not in clean[:at]]


def _framed(path: str, height: int, here: Here) -> Members:
    """By what another site embeds the page: the addresses `oembed` and `frame`, and the height."""
    return {
        "frame_height": height,
        "oembed": root() + located("/oembed", [("url", f"{root()}{here.url()}")]),
        "frame": f"{root()}{located(path, here.texts.items())}",
    }


def problem_as_page(response: Response) -> Response:
    """A problem on a page's path as a page, for readers who prefer HTML; else the response as it
    is."""
    if response.mimetype != PROBLEM or request.path.endswith((".json", ".csv")):
        return response
    if not reads_pages():
        response.vary.add("Accept")
        return response
    problem = msgspec.json.decode(response.get_data())
    sent = list(request.args.items(multi=True))
    given = dict(sent).get("lang")
    given = given if given in LANGUAGES else None
    lang = chosen(request.headers.get("Accept-Language"), given)
    say = Speech(lang)
    here = Here(request.path, {"lang": lang} if given else {})
    shown = {
        "here": here,
        "nav": navigation(here, say),
        "page": PageFacts(name="problem", subject=say("Big science, year by year")),
        "problem": problem,
        "title": labels.problem(problem["title"], lang),
        **told(problem, request.path, sent, here, lang),
    }
    response.set_data(hide_keys(rendering.render("shell/problem.html", lang, shown)))
    response.mimetype = HTML
    if response.status_code == 503 and request.method == "GET":
        # It tries again by itself, also in a frame, where nobody reloads.
        response.headers["Refresh"] = response.headers["Retry-After"]
    return rendering.with_policy(response)


def in_other_language(lang: Language) -> str:
    """The address that was asked for, with all that it asks, in the other language."""
    asked = [pair for pair in request.args.items(multi=True) if pair[0] != "lang"]
    return located(request.path, [*asked, ("lang", "en" if lang == "zh" else "zh")])


def reads_pages() -> bool:
    """Whether the request prefers a problem as HTML."""
    offered = [HTML, PROBLEM, "application/json"]
    return request.accept_mimetypes.best_match(offered, default=HTML) == HTML
