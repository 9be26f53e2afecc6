"""What has altered of a question since its answer was cited, and why: its follows since then."""

from __future__ import annotations

from typing import NamedTuple

from events.errors import AnnalesError
from service.citations.telling import Asked
from service.follows.feed import Alteration, FeedPage, check, read
from service.follows.followed import followed_question
from service.web.limiting import client
from service.web.pausing import as_dear
from service.web.response import budget_of
from service.web.root import archive

SHOWN = 20
"""How many alterations are told at most; the feed has them all."""


class Since(NamedTuple):
    """The alterations of a question since it was cited, the earliest first, where more of them
    are, and the path by which it is followed."""

    of: str
    items: list[Alteration]
    is_cut: bool
    reached: int


def altered_since(asked: Asked) -> Since | None:
    """What altered the answer to a question between what was known when it was cited and now; None
    where it cannot be followed, or no longer asked."""
    service = archive()
    if asked.known is None:
        return None
    try:
        of = asked.followed(service.chronicle.log)
        followed = followed_question(service.chronicle, of)
        if not followed.id:
            as_dear(client())
        known = service.views.tracked()
        reading = service.reading_at(known, budget_of(["of"], {"of": of}))
        if asked.known >= known:
            return Since(followed.of, [], is_cut=False, reached=known)
        check(service.chronicle, reading, followed, known=known)
        found: FeedPage = read(
            service.chronicle, reading, followed, after=asked.known, known=known, limit=SHOWN
        )
    except AnnalesError:
        return None
    return Since(followed.of, found.items, is_cut=found.is_cut, reached=found.reached)
