"""Who did what: the events of the log between two of its moments, whatever they are about.

This asks about the recording alone, so it takes none of the three clocks of the
world: `from` (exclusive) and `to` (inclusive) are moments of the log, each as
`known` is written.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from events.catalogue import BY_TYPE
from events.clocks import AsOf, as_of
from events.errors import BadClock, ClashingClocks, NotFound
from projections import VIEW
from projections.views.history import Act, Acts
from projections.views.reading import Reading
from service.asking import forms
from service.asking.filters import AFTER_EVENT, FINDABLE, LIMIT_OF_PAGE, position_after
from service.asking.parameter import Filter, Parameter, choice, values_of, written
from service.asking.query import Arguments, Query
from service.asking.question import Question
from service.asking.table import Members
from service.records.audit import entry_members

FROM = Parameter(
    name="from",
    form={**forms.MOMENT, "examples": ["@17", "2026-11-01T00:00:00Z"]},
    meaning="What was recorded after this position or instant. Default: from the beginning.",
)
TO = Parameter(
    name="to",
    form={**forms.MOMENT, "examples": ["@1199", "2026-11-24T12:00:00Z"]},
    meaning="What was recorded up to this position or instant. Default: up to the head.",
)
ENDS = (FROM, TO)

ACTIVITY_FILTERS = (
    Filter(name="actor", form={"type": "string"}, meaning="Only what this actor recorded."),
    Filter(
        name="record",
        form={"type": "string", "examples": ["juno"]},
        meaning="Only this record or source, by its id.",
    ),
    choice("kind", FINDABLE, "Only events of this kind."),
    LIMIT_OF_PAGE,
    AFTER_EVENT,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Which events of the log since a moment are meant, and which page of them: those beyond the
    position `begin`."""

    since: AsOf
    begin: int
    actor: str | None
    record: str | None
    kind: str | None
    limit: int
    after: str

    @property
    def streams(self) -> tuple[str, ...] | None:
        """The streams that they are in; None where these are all."""
        return None if self.record is None else (f"record:{self.record}", f"source:{self.record}")


@dataclass(frozen=True, slots=True)
class LogQuery(Query):
    """A query about an `Activity`; `as_of.known` is the later one of its two moments."""

    def head(self) -> dict[str, Any]:
        """The members that begin the answer."""
        return {
            "from": _moment_members(self.about.since),
            "to": _moment_members(self.as_of),
            "view": VIEW,
            "pinned": self.pinned,
        }


def _moment_members(moment: AsOf) -> dict[str, Any]:
    return {"known": f"@{moment.known}", "known_at": moment.known_at}


def read_activity(question: Question, arguments: Arguments) -> Query:
    """A query about the `Activity` from one moment of the log to another: `from` defaults to its
    beginning, `to` to its head.

    Raises BadClock and PositionAhead for a moment, BadFilter for a filter.
    """
    texts = arguments.texts
    since = _moment("from", texts.get("from", "@0"), arguments)
    until = _moment("to", texts.get("to"), arguments)
    if since.known > until.known:
        raise ClashingClocks("from", texts.get("from", "@0"), f"it is after to, @{until.known}")
    values = values_of(question.filters, texts)
    begin = max(since.known, position_after(values["after"]))
    about = Activity(since=since, begin=begin, **values)
    return LogQuery(
        arguments.path,
        until,
        written(question.filters, about),
        about=about,
        clocks=(),
        ends=(("from", f"@{since.known}"), ("to", f"@{until.known}")),
    )


def activity_answer(reading: Reading, query: Query) -> Members:
    """The members of `ActivitySchema`, less its two moments: one entry an event, the newest last.

    Raises NotFound where neither a record nor a source of that id was recorded by `to`.
    """
    about: Activity = query.about
    meant = _meant(reading, query)
    read = reading.history.acts
    acts = list(read(reading.db, meant._replace(after=about.begin), limit=about.limit + 1))
    page = acts[: about.limit]
    following = None
    if len(acts) > about.limit:
        following = query.url(after=str(page[-1].entry.position))
    return {
        "totals": _totals(reading, meant),
        "entries": list(map(_shown, page)),
        "next": following,
    }


def latest_activity(reading: Reading, query: Query, *, before: int | None) -> Members:
    """The same with the last entries in place of the first ones, those before a position if it is
    given; `earlier` is the position before which there are more, None where there are none.

    Raises NotFound likewise.
    """
    about: Activity = query.about
    meant = _meant(reading, query)
    last = meant.last if before is None else min(meant.last, before - 1)
    read = reading.history.last_acts
    acts = list(read(reading.db, meant._replace(last=last), limit=about.limit + 1))
    page = acts[-about.limit :]
    return {
        "totals": _totals(reading, meant),
        "entries": list(map(_shown, page)),
        "earlier": page[0].entry.position if len(acts) > about.limit else None,
    }


def _meant(reading: Reading, query: Query) -> Acts:
    """All that is meant, whatever the page. Raises NotFound."""
    about: Activity = query.about
    known = query.as_of.known
    if about.streams is not None and not any(
        reading.history.revision(reading.db, stream, known=known) for stream in about.streams
    ):
        raise NotFound("record", str(about.record))
    reading.budget.spend(texts=about.limit)
    return Acts(about.since.known, known, about.actor, about.kind, about.streams)


def _totals(reading: Reading, acts: Acts) -> dict[str, object]:
    """Counts of all that is meant, not of the page alone."""
    by: dict[str, Counter[str]] = {"actor": Counter(), "event": Counter(), "kind": Counter()}
    for kind, type, actor, count in reading.history.counts(reading.db, acts):
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


def _moment(end: str, text: str | None, arguments: Arguments) -> AsOf:
    try:
        return as_of(known=text, log=arguments.log, now=arguments.now)
    except BadClock as refused:
        raise BadClock(end, refused.value, refused.why) from None
