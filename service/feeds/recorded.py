"""What was recorded, as the entries of a feed: one an event of the log, the newest first.

It says what was recorded or mended, by whom and why, and of a correction what
stood before. `at` and `stated` are clocks of the world and of the sources, and play
no part: the entries depend on `known` alone. So whether a date is contested, which later words
and other horizons alter, is not told: only that the statement itself is disputed, or which ones
it contradicts.

A page of the past is a stretch of `limit` positions, so that its place does not
move as the log grows: page 3 of 100 has what the filters let through of @201 to
@300. It is an archive once the log has its last position, and then stands at a
pinned URL, as of the commit that filled it, which never changes again. What is
subscribed to is the newest `limit` entries, which reach back to such a page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from events import dates
from events.catalogue import BY_TYPE
from events.clocks import as_of
from events.dates import Language
from events.errors import NotFound
from events.fact import Line
from events.record import Record, changed
from events.stream import Stream
from projections.views.history import Act, Acts
from service.asking.filters import FINDABLE
from service.asking.query import Query, located
from service.feeds.feed import Context, Feed
from service.feeds.parameters import CHANGES, choice, number
from service.feeds.syndication import Channel, Entry, event_tag, tag
from service.records.audit import entry_members
from service.words import labels
from service.words.names import text_in
from service.words.number import number_text
from service.words.word import word

OWN = (
    choice(
        "kind",
        ("all", *FINDABLE),
        "Only what was recorded of records of this kind, or of sources.",
    ),
    number(
        "page",
        0,
        10**9,
        0,
        "A page of the past: page n has the positions up to n times `limit`. "
        "Default: the newest entries.",
    ),
)
"""What a feed of changes takes of its own."""

LIMIT = 100
MOST = 1000
"""How many entries a page has where nothing is said of it, and at most."""

Words = Mapping[str, str]

TITLE: Words = word("title", "Annales: what was recorded")

DONE: Mapping[str, Words] = {
    "source": word("done", "New source"),
    "facility": word("done", "New facility"),
    "series": word("done", "New series"),
    "milestone": word("done", "New milestone"),
    "discovery": word("done", "New discovery"),
    "policy": word("done", "New policy decision"),
    "indicator": word("done", "New reading"),
    "observation": word("done", "New observation"),
    "correction": word("done", "Corrected"),
    "withdrawal": word("done", "Withdrawn"),
    "reinstatement": word("done", "Reinstated"),
    "amendment": word("done", "Amended"),
}
"""What an event did, by the type of its line."""

WHEN: Words = word("when", "When it was so")
PROMISED: Words = word("promised", "Planned for")
DISPUTED = "disputed"
CONTRADICTS: Words = word("contradicts", "Contradicts")
WHY: Words = word("why", "Why")
WHO: Words = word("who", "Recorded by")
NOTHING: Words = word("nothing", "nothing")


class Page(NamedTuple):
    """Some acts, the oldest first; whether they are an archive; the page before, if any."""

    acts: list[Act]
    archive: bool
    previous: int | None


def feed_of_changes(write: Callable[[Channel, Sequence[Entry]], bytes], **described: Any) -> Feed:
    """A feed of what was recorded, in the format that `write` gives; `described` are the members
    of the `Feed` that differ from one format to another.

    Rendering it raises NotFound where the record that it is of was not recorded.
    """

    def render(context: Context) -> bytes:
        page = _page(context)
        before = _Before(context)
        entries = [_entry(act, context, before) for act in page.acts]
        return write(_channel(context, page), entries[::-1])

    return Feed(render=render, limit=LIMIT, most=MOST, of=CHANGES, own=OWN, **described)


# --- which events


def _page(context: Context) -> Page:
    known, limit, number = context.query.as_of.known, context.limit, context.options["page"]
    filtered = _Filtered(context)
    if number:
        acts = filtered.between((number - 1) * limit, min(number * limit, known))
        before = min(number - 1, known // limit) * limit  # only a full page is linked to
    else:
        acts = filtered.last(known, limit=limit)
        before = acts[0].entry.position - 1 if len(acts) == limit else 0
    found = filtered.last(before, limit=1)
    previous = -(-found[0].entry.position // limit) if found else None
    return Page(acts, 0 < number * limit <= known, previous)


class _Filtered:
    """The events of the log that the filters of a feed let through."""

    def __init__(self, context: Context) -> None:
        self._history, self._db = context.reading.history, context.reading.db
        context.reading.budget.spend(texts=context.limit)
        known, record = context.query.as_of.known, context.wanted.record
        kind = context.options["kind"]
        streams: tuple[str, ...] | None = None
        if record is not None:
            streams = (str(Stream.record(record)), str(Stream.source(record)))
        self._acts = Acts(
            after=0,
            last=known,
            kind=None if kind == "all" else kind,
            streams=streams,
            countries=context.wanted.place.codes,
        )
        revisions = (
            self._history.revision(self._db, stream, known=known) for stream in streams or ()
        )
        if record is not None and not any(revisions):
            raise NotFound("record", record)

    def last(self, position: int, *, limit: int) -> list[Act]:
        """The last acts up to a position."""
        acts = self._acts._replace(last=position)
        return list(self._history.last_acts(self._db, acts, limit=limit))

    def between(self, after: int, last: int) -> list[Act]:
        """The acts beyond one position, up to another."""
        acts = self._acts._replace(after=after, last=last)
        return list(self._history.acts(self._db, acts, limit=max(0, last - after)))


# --- the feed


def _channel(context: Context, page: Page) -> Channel:
    """What the feed says of itself: where it is subscribed to, and where the past is."""
    query = context.query
    filters = {name: value for name, value in query.filters.items() if name != "page"}
    live = context.url(located(query.path, sorted(filters.items())))
    previous = None
    if page.previous is not None:
        previous = context.url(_archive(context, page.previous).pinned)
    about = [context.options["kind"]] if "kind" in filters else []
    about += [value for name, value in filters.items() if name in ("country", "record", "region")]
    title = TITLE[context.lang]
    if about:
        title += f"（{'，'.join(about)}）" if context.lang == "zh" else f" ({', '.join(about)})"
    return Channel(
        id=tag("changes:" + located("", sorted(filters.items())).removeprefix("?")),
        title=title,
        lang=context.lang,
        updated=page.acts[-1].entry.recorded_at if page.acts else query.as_of.known_at,
        address=context.pinned if page.archive else live,
        current=live,
        pinned=context.pinned,
        home=context.url("/activity"),
        previous=previous,
        archive=page.archive,
        members=context.about(),
    )


def _archive(context: Context, number: int) -> Query:
    """The question that gives a page of the past, at the commit that filled it."""
    reading, query = context.reading, context.query
    last = number * context.limit
    beyond = Acts(last - 1, query.as_of.known)
    (filled,) = reading.history.acts(reading.db, beyond, limit=1)
    known = as_of(
        known=f"@{filled.entry.commit_position}",
        log=context.archive.chronicle.log,
        now=filled.entry.recorded_at,
    )
    return Query(query.path, known, {**query.filters, "page": str(number)})


# --- an entry


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recorded:
    """An event with what it is about: the line after it, and the one before where it changed."""

    act: Act
    line: Line
    after: Line
    before: Line | None
    recording: int | None


class _Before:
    """The records as they were before events; positions must ascend from call to call."""

    def __init__(self, context: Context) -> None:
        self._history, self._db = context.reading.history, context.reading.db
        context.reading.budget.spend(texts=context.limit)
        self._read: dict[str, tuple[Record, int]] = {}

    def recorded_at(self, position: int) -> str | None:
        """When the event at a position was recorded."""
        return self._history.recorded_at(self._db, position)

    def record(self, act: Act) -> Record:
        """The record of an event, folded up to it; each of its stream is read once."""
        stream, until = act.stream, act.entry.position - 1
        record, after = self._read.get(stream) or (Record.of(stream), 0)
        record.fold(self._history.lines(self._db, stream, after=after, known=until))
        self._read[stream] = record, until
        return record


def _entry(act: Act, context: Context, before: _Before) -> Entry:
    lang, entry = context.lang, act.entry
    recorded = _looked_up(act, before)
    name = text_in(recorded.after, "title", lang) or text_in(recorded.after, "name", lang)
    space, id = Stream.parse(act.stream)
    deletes = None
    if entry.type == "withdrawal" and recorded.recording is not None:
        recorded_at = before.recorded_at(recorded.recording)
        deletes = event_tag(recorded.recording, str(recorded_at))
    date = recorded.after.get("date") if act.kind != "source" else None
    doubts = _doubts(recorded.after)
    return Entry(
        id=event_tag(entry.position, entry.recorded_at),
        title=f"{_done(entry.type, lang)}{'：' if lang == 'zh' else ': '}{name}",
        updated=entry.recorded_at,
        url=context.url(f"/{space}s/{id}"),
        author=entry.actor,
        text=list(_paragraphs(recorded, lang)),
        tags=[act.kind, BY_TYPE[entry.type].EVENT, *([DISPUTED] if DISPUTED in doubts else [])],
        valid=dates.parse(date) if date else None,
        deletes=deletes,
        reason=entry.reason or "",
        members={
            **entry_members(entry),
            "stream": act.stream,
            "record": id,
            "kind": act.kind,
            **doubts,
        },
    )


def _doubts(line: Line) -> dict[str, Any]:
    """Whether a statement is disputed, and what it contradicts, where it says so."""
    contradicts = line.get("contradicts")
    return {
        **({DISPUTED: True} if line.get("rank") == DISPUTED else {}),
        **({"contradicts": list(contradicts)} if contradicts else {}),
    }


def _done(type: str, lang: str) -> str:
    """What an event did, in words; a type that has none yet goes by the name of its event."""
    said = DONE.get(type)
    if said is not None:
        return said[lang]
    return re.sub(r"(?<!^)(?=[A-Z])", " ", BY_TYPE[type].EVENT).capitalize()


def _looked_up(act: Act, before: _Before) -> _Recorded:
    """The line of what an event is about. Only what mends something needs the record for it."""
    line: dict[str, Any] = msgspec.json.decode(act.entry.line)
    if act.entry.type not in ("correction", "withdrawal", "reinstatement", "amendment"):
        return _Recorded(act=act, line=line, after=line, before=None, recording=None)
    record = before.record(act)
    kept = record.kept.get(act.entry.statement or "")
    stood = record.card or {} if kept is None else kept.line
    after = changed(stood, line.get("changes", {}))
    recording = None if kept is None else kept.position
    return _Recorded(act=act, line=line, after=after, before=stood, recording=recording)


def _paragraphs(recorded: _Recorded, lang: Language) -> Iterator[str]:
    """What, when it was so, what stood before, why, and who."""
    colon = "：" if lang == "zh" else ": "
    if summary := text_in(recorded.after, "summary", lang):
        yield summary
    if recorded.act.kind != "source" and "date" in recorded.after:
        word = PROMISED if recorded.after.get("modality") == "planned" else WHEN
        yield f"{word[lang]}{colon}{dates.display(dates.parse(recorded.after['date']), lang)}"
    doubts = _doubts(recorded.after)
    if DISPUTED in doubts:
        yield labels.DISPUTED[lang].capitalize()
    if "contradicts" in doubts:
        yield f"{CONTRADICTS[lang]}{colon}{', '.join(doubts['contradicts'])}"
    before = recorded.before or {}
    for name in recorded.line.get("changes", {}):
        was, now = (line.get(name) for line in (before, recorded.after))
        if was != now:
            yield f"{name}{colon}{_value(was, lang)} → {_value(now, lang)}"
    if recorded.act.entry.reason:
        yield f"{WHY[lang]}{colon}{recorded.act.entry.reason}"
    yield f"{WHO[lang]}{colon}{recorded.act.entry.actor}, @{recorded.act.entry.position}"


def _value(value: object, lang: Language) -> str:
    if value is None:
        return NOTHING[lang]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_text(value, grouped=False)
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
