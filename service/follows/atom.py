"""A followed answer for feed readers: each item as an entry of Atom, in words.

An entry says what changed, from what to what and by which name, and why: the
reasons that were given, and whether our own record was mended, the sources gave
a new word, or the world moved on.
"""

from __future__ import annotations

from typing import Any

from service.asking.page_path import page_path
from service.feeds.syndication import HTML, Channel, Entry, atom_text, tag
from service.follows.feed import Alteration, FeedPage
from service.follows.feed_query import FeedQuery
from service.follows.wording import changes, reasons, rows

JSON = "application/json"

Members = dict[str, Any]


def atom(query: FeedQuery, found: FeedPage, *, base: str, address: str, archive: bool) -> bytes:
    """The feed as Atom, the newest entry first. `base` is the URL of the service without a slash
    at its end, `address` the path of the request; an `archive` is a page that never changes."""
    of = query.filters["of"]
    home, home_type = _shown_at(of)
    stream = Channel(
        id=tag(f"follows:{of}"),
        title=f"What alters {of}",
        lang="en",
        updated=found.items[-1].commit.recorded_at if found.items else query.as_of.known_at,
        address=base + address,
        current=base + query.current,
        pinned=base + query.pinned,
        home=base + home,
        home_type=home_type,
        previous=None if found.earlier is None else base + query.by(found.earlier).pinned,
        archive=archive,
    )
    return atom_text(stream, [_entry(item, base=base) for item in reversed(found.items)])


def _entry(item: Alteration, *, base: str) -> Entry:
    members = item.members
    lines = list(changes(item))
    url, type = _shown_at(members["url"] or members["previous"] or item.of)
    return Entry(
        id=tag(f"answer:{item.commit.recorded_at}:{item.position}:{item.of}"),
        title=lines[0].rstrip(".") if lines else f"Changed at @{item.position}",
        updated=item.commit.recorded_at,
        url=base + url,
        type=type,
        author=item.commit.actor,
        text=[*lines, *reasons(item)],
        tags=sorted({row["cause"] for row in rows(members["changes"]) if row["cause"]}),
        members=members,
    )


def _shown_at(answer: str) -> tuple[str, str]:
    """Where an answer is to be read, by its path, and as what: its page, if it has one."""
    path, mark, query = answer.partition("?")
    page = page_path(path)
    return (answer, JSON) if page is None else (f"{page}{mark}{query}", HTML)
