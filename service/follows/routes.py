"""`/v1/follows`: any question as a feed, as JSON or Atom.

A page that is full, or has looked at enough commits, is the same for good
wherever it is asked with its `view`; a page at the end of the log is so at its
pinned URL alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Literal

from flask import Response, request
from flask_smorest import Blueprint

from events.clocks import as_of
from events.errors import BadFilter
from projections import VIEW
from projections.views.reading import Reading
from service.asking import forms
from service.asking.filters import KNOWN, LARGEST_LIMIT, VIEW_VERSION, position_after, wanted
from service.asking.parameter import Parameter
from service.asking.query import located
from service.feeds.syndication import ATOM
from service.follows.feed import FeedPage, check, read, read_newest
from service.follows.followable import OF
from service.follows.followed import followed_question
from service.follows.page import LIMIT, FeedQuery, ending, feed_question, feed_text
from service.follows.schemas import FollowsSchema
from service.follows.words import atom
from service.web.description import described
from service.web.response import FOR_EVER, archive, format_asked, parameters, respond
from service.web.root import root

Format = Literal["json", "atom"]

FORMATS: Mapping[Format, str] = {"json": "application/json", "atom": ATOM}
"""The forms of a feed, each with its media type."""

TAKES = (
    KNOWN.but(
        meaning="The feed as it was at this position or instant of the log. Default: the head."
    ),
    OF,
    Parameter(
        name="format",
        form={"type": "string", "enum": list(FORMATS), "default": "json"},
        meaning="`atom` is for feed readers; `Accept` may ask for it too.",
    ),
    Parameter(
        name="limit",
        form={"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": LIMIT},
        meaning="How many items a page has at most; more is refused.",
    ),
    Parameter(
        name="after",
        form=forms.PAGE_OF_EVENTS,
        meaning=(
            "The position beyond which the page begins. Default: the beginning of the log; Atom "
            "without it has the newest items."
        ),
    ),
    VIEW_VERSION,
)

blueprint = Blueprint("follows", __name__, description="Answers, to be followed.")


@described(
    blueprint,
    "/v1/follows",
    TAKES,
    FollowsSchema,
    may_send=("Vary",),
    also={ATOM: {"type": "string"}},
)
def follows() -> Response:
    """Any question as a feed of only what alters its answer, from commit to commit."""
    texts = parameters(tuple(each.name for each in TAKES))
    chronicle = archive().chronicle
    form = format_asked(texts, FORMATS)
    limit = wanted(limit=texts.get("limit", str(LIMIT))).limit
    after = position_after(texts.get("after", ""))
    if "of" not in texts:
        raise BadFilter("of", "", "give the path of a question, such as /v1/state?at=2013")
    followed = followed_question(chronicle, texts["of"])
    known = as_of(known=texts.get("known"), log=chronicle.log, now=chronicle.now())
    asked = feed_question(request.path, followed, known, after=after, limit=limit, form=form)
    pages: list[FeedPage] = []
    is_kept = asked.is_pinned_by(texts)

    def make(reading: Reading) -> str:
        known = asked.as_of.known
        check(chronicle, reading, followed, known=known)
        if form == "atom" and not after:
            found = read_newest(chronicle, reading, followed, known=known, limit=limit)
        else:
            found = read(chronicle, reading, followed, after=after, known=known, limit=limit)
        pages.append(found)
        archive = is_kept or found.is_cut
        return _text(form, ending(chronicle.log, asked, found), found, archive=archive)

    told = partial(respond, texts)
    if form == "atom":
        told = partial(told, media_type=ATOM, variant=root())
    response = told(asked, make)
    if pages and pages[0].is_cut:
        # It ends before the head, so it is the same whatever comes, and so is its tag.
        [found] = pages
        ended = ending(chronicle.log, asked, found)
        response = told(ended, lambda _: _text(form, ended, found, archive=True))
        if "view" in texts:
            response.headers["Cache-Control"] = FOR_EVER
    if "format" not in texts:
        response.vary.add("Accept")
    return response


def _text(form: Format, asked: FeedQuery, found: FeedPage, *, archive: bool) -> str:
    if form == "json":
        return feed_text(asked, found)
    address = asked.current
    if archive:
        pairs = [*sorted(asked.filters.items()), ("view", str(VIEW))]
        address = located(asked.path, pairs) if found.is_cut else asked.pinned
    return atom(asked, found, base=root(), address=address, archive=archive).decode()
