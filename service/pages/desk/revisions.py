"""What differs between two revisions, and what would take back the last one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from events.catalogue import CARD_TYPES
from events.commit import LoggedEvent
from events.fact import Line
from events.record import Record, Subject, touched
from events.store.transcoding import line_of
from service.archive import Archive
from service.pages.desk import words as desk_words
from service.pages.desk.task import folded_at
from service.pages.desk.values import difference, in_order
from service.pages.shell.layout import Members
from service.words.speech import Speech

OPPOSITE = {"withdrawal": "reinstatement", "reinstatement": "withdrawal"}


MOST_UNDONE = 500
"""Events of one commit that are taken back together: each is folded by itself."""


class Undoing(NamedTuple):
    """What takes back something: its lines, without their reason, in their order, each at the
    revision of its stream; how many events those are `of`; and the cards that were registered in
    the same commit, which stay."""

    lines: tuple[Line, ...]
    of: int
    stay: tuple[Subject, ...]


def undoing(service: Archive, stream: str, *, whole: bool = False) -> Undoing:
    """What takes back the last change of a stream, or the `whole` commit that it was part of. There
    are no lines for what cannot be taken back, such as a card that was registered, nor for a commit
    after which one of its streams was changed again."""
    log = service.chronicle.log
    revision = service.chronicle.revision(stream)
    if not revision:
        return Undoing((), 0, ())
    last = log.select_stream(stream)[-1]
    commit = last.commit
    size = commit.position - commit.first + 1
    events = log.events_between(commit.first - 1, commit.position, limit=MOST_UNDONE)
    cards = [touched(line_of(each.topic, each.state)) for each in events if _is_card(each)]
    if not whole:
        line = _opposite(service, last)
        return Undoing(() if line is None else ({**line, "revision": revision},), 1, tuple(cards))
    ends = {each.stream: each.version for each in events if not _is_card(each)}
    revisions = {stream: service.chronicle.revision(stream) for stream in ends}
    if size > MOST_UNDONE or ends != revisions:
        return Undoing((), size, ())
    opposites = [(each, _opposite(service, each)) for each in reversed(events)]
    lines = [
        {**line, "revision": revisions[each.stream]} for each, line in opposites if line is not None
    ]
    return Undoing(tuple(lines), size, tuple(cards))


def _is_card(event: LoggedEvent) -> bool:
    return line_of(event.topic, event.state)["type"] in CARD_TYPES


def _opposite(service: Archive, event: LoggedEvent) -> Line | None:
    """The line, without its reason, that takes back an event; None for a card."""
    said = line_of(event.topic, event.state)
    about, type = touched(said), said["type"]
    of: Line = {about.space: about.id}
    if type in OPPOSITE:
        return {"type": OPPOSITE[type], **of}
    if "changes" in said:
        before, _ = folded_at(service, event.stream, event.version - 1)
        stood = before.kept[about.id].line if about.space == "statement" else before.card
        return {"type": type, **of, "changes": {n: (stood or {}).get(n) for n in said["changes"]}}
    return {"type": "withdrawal", **of} if about.space == "statement" else None


def differences(say: Speech, before: Record, after: Record) -> list[Members]:
    """What differs between two revisions of a record: the card and the statements that do, each
    with its `id`, its `title`, and the `rows` from what to what."""
    found = []
    ids = dict.fromkeys([*after.kept, *before.kept])
    for id, was, now in (
        ("", before.card, after.card),
        *((id, _standing(before, id), _standing(after, id)) for id in ids),
    ):
        rows = list(_rows(say, was or {}, now or {}))
        if rows:
            line = now or was or {}
            found.append(
                {
                    "id": id,
                    "word": desk_words.type_of_line(line.get("type", ""), say.lang),
                    "title": line.get("title") or line.get("name") or "",
                    "rows": rows,
                    "is_new": was is None,
                }
            )
    return found


def _standing(record: Record, id: str) -> Line | None:
    """A statement as it stands at a revision, with whether it is withdrawn; None where it is not
    there yet."""
    if id not in record.kept:
        return None
    statement = record.statement(id)
    return {**record.kept[id].line, "": statement.withdrawn}


def _rows(say: Speech, was: Line, now: Line) -> Iterator[Members]:
    type = str((now or was).get("type", ""))
    names = dict.fromkeys([*now, *was])
    for name in in_order(type, names):
        one, other = was.get(name), now.get(name)
        if one == other or name == "type":
            continue
        if name == "":
            yield from _withdrawal(say, one, other)
            continue
        yield difference(type, name, one, other, say.lang)


def _withdrawal(say: Speech, was: object, now: object) -> Iterator[Members]:
    words = {True: say("withdrawn"), False: say("stands"), None: None}
    if now or was:
        yield {"label": say("standing"), "was": words[was], "now": words[now]}  # type: ignore[index] # flags, or nothing
