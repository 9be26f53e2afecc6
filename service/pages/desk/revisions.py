"""What differs between two revisions, and what would take back the last one."""

from __future__ import annotations

from collections.abc import Iterator

from events.fact import Line
from events.record import Record, touched
from service.archive import Archive
from service.pages.desk import words as desk_words
from service.pages.desk.task import folded_at
from service.pages.desk.values import in_order, value_words
from service.pages.shell.layout import Members
from service.words.speech import Speech

OPPOSITE = {"withdrawal": "reinstatement", "reinstatement": "withdrawal"}


def undoing(service: Archive, stream: str) -> tuple[Line | None, int]:
    """The line, without its reason, that takes back the last change of a stream, and the revision
    that it has now; None for what cannot be taken back, such as a card that was registered."""
    lines = service.chronicle.stream(stream)
    if not lines:
        return None, 0
    last, revision = lines[-1].line, len(lines)
    before, _ = folded_at(service, stream, revision - 1)
    about, type = touched(last), last["type"]
    of: Line = {about.space: about.id}
    if type in OPPOSITE:
        return {"type": OPPOSITE[type], **of}, revision
    if "changes" in last:
        stood = before.kept[about.id].line if about.space == "statement" else before.card
        changes = {name: (stood or {}).get(name) for name in last["changes"]}
        return {"type": type, **of, "changes": changes}, revision
    if about.space == "statement":
        return {"type": "withdrawal", **of}, revision
    return None, revision


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
        yield {
            "label": desk_words.member(name, say.lang),
            "was": value_words(type, name, one, say.lang),
            "now": value_words(type, name, other, say.lang),
        }


def _withdrawal(say: Speech, was: object, now: object) -> Iterator[Members]:
    words = {True: say("withdrawn"), False: say("stands"), None: None}
    if now or was:
        yield {"label": say("standing"), "was": words[was], "now": words[now]}  # type: ignore[index] # flags, or nothing
