"""Who did what: the events of the log between two of its moments, whatever they are about.

This asks about the recording alone, so it takes none of the three clocks of the
world: `from` (exclusive) and `to` (inclusive) are moments of the log, each as
`known` is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from events.catalogue import BY_TYPE
from events.clocks import AsOf, Log, as_of
from events.errors import BadClock, BadFilter, ClashingClocks, NotFound
from projections import VIEW
from projections.views.file import Database
from projections.views.history import Act, Acts, History
from service.asking.filters import KINDS, given, position_after, wanted
from service.asking.json_text import members_of
from service.asking.query import Query
from service.records.audit import entry_members

ENDS = ("from", "to")
ACTIVITY_KINDS = (*KINDS, "source")
"""The kinds of records, and sources, which have streams of their own."""


@dataclass(frozen=True, slots=True)
class LogQuery(Query):
    """A question about the log between two moments; `as_of.known` is the later one."""

    since: AsOf

    def pairs(self, filters: Mapping[str, str]) -> list[tuple[str, str]]:
        """The parameters of the pinned URL, in their order."""
        return [
            ("from", f"@{self.since.known}"),
            ("to", f"@{self.as_of.known}"),
            *sorted(filters.items()),
            ("view", str(VIEW)),
        ]

    def head(self) -> dict[str, Any]:
        """The members that begin the answer."""
        return {
            "from": {"known": f"@{self.since.known}", "known_at": self.since.known_at},
            "to": {"known": f"@{self.as_of.known}", "known_at": self.as_of.known_at},
            "view": VIEW,
            "pinned": self.pinned,
        }


@dataclass(frozen=True, slots=True)
class Activity:
    """A stretch of the log, which of its events are meant, and which page of them."""

    question: LogQuery
    acts: Acts
    record: str | None
    after: int
    limit: int


def activity_asked(path: str, texts: Mapping[str, str], *, log: Log, now: str) -> Activity:
    """Read what is asked. `from` defaults to the beginning of the log, `to` to its head.

    Raises BadClock and PositionAhead for a moment, BadFilter for a filter.
    """
    since = _moment("from", texts.get("from", "@0"), log, now)
    until = _moment("to", texts.get("to"), log, now)
    if since.known > until.known:
        raise ClashingClocks("from", texts.get("from", "@0"), f"it is after to, @{until.known}")
    kind, record, actor = texts.get("kind"), texts.get("record"), texts.get("actor")
    if kind is not None and kind not in ACTIVITY_KINDS:
        raise BadFilter("kind", kind, "no kind of that name", allowed=ACTIVITY_KINDS)
    page = wanted(limit=texts.get("limit"), after=texts.get("after"))
    named = {"actor": actor, "record": record, "kind": kind}
    filters = {name: value for name, value in named.items() if value is not None}
    streams = None if record is None else (f"record:{record}", f"source:{record}")
    return Activity(
        LogQuery(path, until, {**filters, **given(page)}, since),
        Acts(since.known, until.known, actor, kind, streams),
        record,
        max(since.known, position_after(page.after)),
        page.limit,
    )


def activity_text(history: History, db: Database, asked: Activity) -> str:
    """The JSON text of `/v1/activity`: one entry an event, the newest last.

    Raises NotFound where neither a record nor a source of that id was recorded by `to`.
    """
    known = asked.question.as_of.known
    if asked.acts.streams is not None and not any(
        history.revision(db, stream, known=known) for stream in asked.acts.streams
    ):
        raise NotFound("record", str(asked.record))
    acts = list(history.acts(db, asked.acts._replace(after=asked.after), limit=asked.limit + 1))
    page = acts[: asked.limit]
    following = None
    if len(acts) > asked.limit:
        following = asked.question.url(after=str(page[-1].entry.position))
    members = {
        "totals": _totals(history, db, asked.acts),
        "entries": list(map(_shown, page)),
        "next": following,
    }
    return f"{{{members_of(asked.question.head())},{members_of(members)}}}"


def _totals(history: History, db: Database, acts: Acts) -> dict[str, object]:
    """Counts of all that is meant, not of the page alone."""
    by: dict[str, Counter[str]] = {"actor": Counter(), "event": Counter(), "kind": Counter()}
    for kind, type, actor, count in history.counts(db, acts):
        by["actor"][actor] += count
        by["event"][BY_TYPE[type].EVENT] += count
        by["kind"][kind] += count
    return {
        "events": by["event"].total(),
        **{name: dict(sorted(counts.items())) for name, counts in by.items()},
    }


def _shown(act: Act) -> dict[str, object]:
    record = act.stream.partition(":")[2]
    return {
        **entry_members(act.entry),
        "stream": act.stream,
        "record": record,
        "kind": act.kind,
    }


def _moment(end: str, text: str | None, log: Log, now: str) -> AsOf:
    try:
        return as_of(known=text, log=log, now=now)
    except BadClock as refused:
        raise BadClock(end, refused.value, refused.why) from None
