"""What a citation is told to be: its title, its clocks, and its question as one asks it today."""

from __future__ import annotations

import re
from contextlib import suppress
from html import unescape
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from events.clocks import Log, utc_day
from events.dates import parse_period
from events.errors import BadDate
from service.archive.citations import Citation
from service.asking.page_path import page_path
from service.asking.query import located
from service.linked.citing import Cited, record_name, state_cited

HTML = "text/html"
JSON = "application/json"

CLOCKS = ("at", "during", "stated", "known", "from", "to", "to_at", "to_stated", "to_known")

OWN = ("lang", "format", "limit", "after", "epoch", "view")
"""What an address says besides its question: how it is answered, and which part of it."""

MOVING = ("known", "epoch", "view")
"""What pins an answer to the log as it was."""


class Asked(NamedTuple):
    """What was asked at an address: its path, the texts of its parameters, and how far the log was
    known, None where the address does not say."""

    path: str
    texts: dict[str, str]
    known: int | None

    @property
    def clocks(self) -> dict[str, str]:
        """The clocks, by name."""
        return {name: self.texts[name] for name in CLOCKS if name in self.texts}

    @property
    def filters(self) -> dict[str, str]:
        """All else that was asked for."""
        return {name: text for name, text in self.texts.items() if name not in (*CLOCKS, *MOVING)}

    def today(self, log: Log) -> str:
        """Its address as one would ask today, of the same day of the world.

        A horizon that hid nothing of what was recorded then was none, and is left out.
        """
        left_out = set(MOVING)
        if not self._has_horizon(log):
            left_out.add("stated")
        pairs = ((name, text) for name, text in self.texts.items() if name not in left_out)
        return located(self.path, pairs)

    def followed(self, log: Log) -> str:
        """The path of its question, of whatever page or form it was, to be followed."""
        path, _, query = self.today(log).partition("?")
        path = unquote(path)
        if not path.startswith("/v1/") and page_path(f"/v1{path}") == path:
            path = f"/v1{path}"
        return located(path, (pair for pair in parse_qsl(query) if pair[0] not in OWN))

    def _has_horizon(self, log: Log) -> bool:
        """Whether `stated` lies before the day up to which the log was known."""
        commit = None if self.known is None else log.commit_at(self.known)
        if commit is None or "stated" not in self.texts:
            return True
        try:
            return parse_period(self.texts["stated"]).last < utc_day(commit.recorded_at)
        except BadDate:
            return True


def asked_at(of: str) -> Asked:
    """What was asked at an address.

    >>> asked_at("/v1/state?at=2013-12-31&known=@7&country=CN&view=6").filters
    {'country': 'CN'}
    """
    parts = urlsplit(of)
    texts = dict(parse_qsl(parts.query, keep_blank_values=True))
    known = re.fullmatch("@([0-9]{1,18})", texts.get("known", ""))
    return Asked(unquote(parts.path), texts, None if known is None else int(known[1]))


def title_of(citation: Citation, body: bytes) -> str:
    """What was cited in a line: the title of a page, the name of a record, what a state is of, else
    the path and what was asked for."""
    if citation.mimetype == HTML:
        found = re.search(rb"<title>([^<]{1,500})</title>", body[:20_000])
        if found is not None:
            return unescape(found[1].decode(errors="replace")).removesuffix(" | Annales").strip()
    asked = asked_at(citation.of)
    if citation.mimetype == JSON:
        # An answer of another version may have any other shape.
        with suppress(msgspec.DecodeError, LookupError, TypeError, ValueError, AttributeError):
            if asked.path == "/v1/state":
                return state_cited(msgspec.json.decode(body), root="", filters=asked.filters).title
            if re.fullmatch(r"/v1/records/[^/.]+", asked.path):
                return record_name(msgspec.json.decode(body))
    day = [asked.texts[name] for name in ("at", "during") if name in asked.texts]
    return ", ".join([asked.path, *asked.filters.values(), *day])


def as_cited(citation: Citation, title: str, *, root: str) -> Cited:
    """A citation as a bibliography has it, under its title."""
    asked = asked_at(citation.of)
    clocks = ", ".join(f"{name} {text}" for name, text in asked.clocks.items())
    return Cited(
        key=citation.id,
        title=title,
        url=f"{root}/c/{citation.id}",
        version=asked.clocks.get("known", citation.id),
        note=f"{citation.of.partition('?')[0]}, {clocks}; SHA-256 {citation.digest}",
        issued=citation.cited_at[:10],
        is_kept=True,
    )
