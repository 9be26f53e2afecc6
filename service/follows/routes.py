"""`/v1/follows`: any question as a feed, as JSON or Atom.

A page that is full, or has looked at enough commits, is the same for good
wherever it is asked with its `view`; a page at the end of the log is so at its
pinned URL alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from flask import Response, request
from flask_smorest import Blueprint

from events.clocks import as_of
from events.errors import BadFilter, OldEpoch
from projections.views.reading import Reading
from service.asking.filters import KNOWN, PINNING
from service.asking.parameter import choice, values_of
from service.feeds.syndication import ATOM
from service.follows.atom import atom
from service.follows.feed import FeedPage, check, read, read_newest
from service.follows.feed_query import PAGING, FeedQuery, ending, feed_query, feed_text
from service.follows.followable import OF
from service.follows.followed import followed_question
from service.follows.schemas import FollowsSchema
from service.web.description import described
from service.web.response import FOR_EVER, accepted_format, parameters, respond
from service.web.root import archive, root

FORMATS: Mapping[str, str] = {"json": "application/json", "atom": ATOM}
"""The forms of a feed, each with its media type."""

FORMAT = choice(
    "format",
    FORMATS,
    "`atom` is for feed readers; `Accept` may ask for it too.",
    default="json",
)

TAKES = (
    KNOWN.but(
        meaning="The feed as it was at this position or instant of the log. Default: the head."
    ),
    OF,
    FORMAT,
    *PAGING,
    *PINNING,
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
    takes = tuple(each.name for each in TAKES)
    texts = parameters(takes)
    chronicle = archive().chronicle
    form = FORMAT.parse(texts.get("format", accepted_format(FORMATS)))
    paging = values_of(PAGING, texts)
    limit, after = paging["limit"], paging["after"]
    if "of" not in texts:
        raise BadFilter("of", "", "give the path of a question, such as /v1/state?at=2013")
    followed = followed_question(chronicle, texts["of"])
    clocks = as_of(known=texts.get("known"), log=archive().log_asked(texts), now=chronicle.now())
    query = feed_query(request.path, followed, clocks, paging, form=form)
    is_pinned = query.is_pinned_by(texts)
    # A page is read only if the client does not have it, and only then says where it ends.
    pages: list[FeedPage] = []

    def make(reading: Reading) -> str:
        known = query.as_of.known
        check(chronicle, reading, followed, known=known)
        if form == "atom" and not after:
            found = read_newest(chronicle, reading, followed, known=known, limit=limit)
        else:
            found = read(chronicle, reading, followed, after=after, known=known, limit=limit)
        pages.append(found)
        ended = ending(chronicle.log, query, found)
        return _text(form, ended, found, for_good=is_pinned or found.is_cut)

    respond_with = partial(respond, takes=takes)
    if form == "atom":
        respond_with = partial(respond_with, media_type=ATOM, variant=root())
    named = dict(texts)
    if "known" not in texts and texts.get("epoch") in {str(each.number) for each in clocks.epochs}:
        named["epoch"] = str(query.epoch)  # that of a page's end is known when it is read
    response = respond_with(named, query, make)
    if pages and pages[0].is_cut:
        # It ends before the head, so it is the same whatever comes, and so is its tag.
        [found] = pages
        ended = ending(chronicle.log, query, found)
        response = respond_with(texts, ended, lambda _: _text(form, ended, found, for_good=True))
        if "view" in texts:
            if texts.get("epoch", "1") != str(ended.epoch):
                raise OldEpoch(1, ended.of_its_end)
            response.headers["Cache-Control"] = FOR_EVER
    if "format" not in texts:
        response.vary.add("Accept")
    return response


def _text(form: str, query: FeedQuery, found: FeedPage, *, for_good: bool) -> str:
    if form == "json":
        return feed_text(query, found)
    address = query.current
    if for_good:
        address = query.of_its_end if found.is_cut else query.pinned
    return atom(query, found, base=root(), address=address, archive=for_good).decode()
