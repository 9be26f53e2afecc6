"""A followed answer for feed readers: each item as an entry of Atom, in words.

An entry says what changed, from what to what and by which name, and why: the
reasons that were given, and whether our own record was mended, the sources gave
a new word, or the world moved on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from projections.patch import Operation
from service.feeds.syndication import HTML, Entry, Stream, atom_text, tag
from service.follows.feed import FeedPage, FeedQuestion, Item
from service.pages.here import page_path
from service.state import SECTIONS

LISTS = {kind: section for section, kind in SECTIONS.items()}
"""The list of a state in which rows of a kind stand."""

CAUSES = {
    "record": "what was recorded here was mended",
    "sources": "the sources gave a new word",
    "world": "it came to pass",
}
"""What the cause of a difference means."""

JSON = "application/json"

TOLD = 20
"""How many changes an entry tells of in words, at most."""

LONGEST = 120
"""Characters of a value that are told."""

Members = dict[str, Any]


def atom(
    question: FeedQuestion, found: FeedPage, *, base: str, address: str, archive: bool
) -> bytes:
    """The feed as Atom, the newest entry first. `base` is the URL of the service without a slash
    at its end, `address` the path that was asked; an `archive` is a page that stays as it is."""
    of = question.filters["of"]
    home, home_type = _shown_at(of)
    stream = Stream(
        id=tag(f"follows:{of}"),
        title=f"What alters {of}",
        lang="en",
        updated=found.items[-1].commit.recorded_at if found.items else question.as_of.known_at,
        address=base + address,
        current=base + question.current,
        pinned=base + question.pinned,
        home=base + home,
        home_type=home_type,
        previous=None if found.earlier is None else base + question.by(found.earlier).pinned,
        archive=archive,
    )
    return atom_text(stream, [_entry(item, base=base) for item in reversed(found.items)])


def _entry(item: Item, *, base: str) -> Entry:
    members = item.members
    told = list(changes(item))
    counts = members["changes"]["counts"]
    more = sum(counts[name] for name in ("added", "removed", "changed", "patch")) - len(told)
    if more > 0:
        told.append(f"And {more} more.")
    url, type = _shown_at(members["url"] or members["previous"] or item.of)
    return Entry(
        id=tag(f"answer:{item.commit.recorded_at}:{item.position}:{item.of}"),
        title=told[0].rstrip(".") if told else f"Changed at @{item.position}",
        updated=item.commit.recorded_at,
        url=base + url,
        type=type,
        author=item.commit.actor,
        text=[*told, *reasons(item)],
        tags=sorted({row["cause"] for row in _rows(members["changes"]) if row["cause"]}),
        members=members,
    )


def _shown_at(answer: str) -> tuple[str, str]:
    """Where an answer is to be read, by its path, and as what: its page, if it has one."""
    path, mark, query = answer.partition("?")
    page = page_path(path)
    return (answer, JSON) if page is None else (f"{page}{mark}{query}", HTML)


def changes(item: Item) -> Iterator[str]:
    """What changed, a sentence a change, the first `TOLD` of them."""
    told = item.members["changes"]
    lines = [
        *(f"New: {_named(row['row'])}." for row in told["added"]),
        *(f"No longer there: {_named(row['row'])}." for row in told["removed"]),
    ]
    for row in told["changed"]:
        before, after = (
            document[LISTS[row["kind"]]][row["id"]] for document in (item.before, item.after)
        )
        moved = "; ".join(_moved(row["patch"], before))
        lines.append(f"{_name(after)}: {moved}.")
    lines += (f"{moved}." for moved in _moved(told["patch"], item.before))
    yield from lines[:TOLD]


def reasons(item: Item) -> Iterator[str]:
    """Why: the reasons that were given, what moved, and who recorded it."""
    members = item.members
    for reason in members["reasons"]:
        yield f"Reason: {reason}"
    causes = {cause["cause"]: None for row in _rows(members["changes"]) for cause in row["causes"]}
    for cause in causes:
        yield f"Cause: {CAUSES[cause]}."
    if members["events"]:
        events = dict.fromkeys(
            event["event"] + (f" {event['statement']}" if event["statement"] else "")
            for event in members["events"]
        )
        yield f"Recorded by {members['actor']} at @{item.position}: {', '.join(events)}."


def _rows(told: Members) -> list[Members]:
    return [*told["added"], *told["removed"], *told["changed"]]


def _name(row: Members) -> str:
    """A row by its name and its id."""
    name = row.get("name") or row.get("title")
    return f"{name} ({row['id']})" if name else str(row["id"])


def _named(row: Members) -> str:
    """A row by its name, with its status or its date."""
    told = _name(row)
    if row.get("status"):
        since = row.get("since") or {}
        return f"{told}, {row['status']} since {since.get('date', '?')}"
    if expected := row.get("expected"):
        return f"{told}, {expected['status']} expected for {expected['date']}"
    if row.get("overdue"):
        return f"{told}, overdue"
    return f"{told}, {row['date']}" if "date" in row else told


def _moved(patch: Sequence[Operation], before: Any) -> Iterator[str]:
    """From what to what each operation of a patch leads."""
    for operation in patch:
        place = " ".join(_steps(operation["path"])) or "the answer"
        if operation["op"] == "add":
            yield f"{place}: {_value(operation['value'])}"
        elif operation["op"] == "remove":
            yield f"{place} no longer {_value(_at(before, operation['path']))}"
        else:
            was, now = _at(before, operation["path"]), operation["value"]
            yield f"{place} from {_value(was)} to {_value(now)}"


def _steps(pointer: str) -> Iterable[str]:
    return (step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])


def _at(document: Any, pointer: str) -> Any:
    for step in _steps(pointer):
        document = document[step]
    return document


def _value(value: Any) -> str:
    """A value in few words: what it is called, if it is an object."""
    if value is None or value in ([], {}):
        return "nothing"
    if isinstance(value, dict):
        called = next(
            (value[name] for name in ("title", "name", "date", "id") if name in value), None
        )
        if isinstance(called, str):
            return called
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
