"""From a request that changes something to a command, and from what came of it to a response.

In this order: who sends it, whether the body can be read, whether the same request
was answered before (`Idempotency-Key`), which revision it expects (`If-Match`),
and then the chronicle decides. With `?dry_run=true` it only decides.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

import msgspec
from flask import Response, current_app, request

from events.canonical import canonical, read
from events.catalogue import BY_TYPE
from events.clocks import epoch_at
from events.decision import Decision
from events.errors import AnnalesError, BadFilter, MalformedLine, Refusal, UnknownReference
from events.fact import Line
from events.orders import Command, Order, Placed, Recorded, Warning, orders
from events.sheets.reading import LARGEST_SHEET, MOST_ROWS, decoded, read_sheet
from events.stream import Stream
from service.archive.keys import holds_key
from service.asking.errors import (
    BodyTooLarge,
    MisplacedKey,
    NotAllowed,
    UnknownParameter,
    WrongMediaType,
)
from service.orders.changes import OF_CURATORS
from service.orders.conditions import (
    Preference,
    expected_revision,
    idempotency_key,
    preference,
)
from service.orders.preview import preview
from service.web.access import identity
from service.web.observing import request_id
from service.web.response import of_epoch
from service.web.root import archive

JSON = "application/json"
JSON_LINES = ("application/jsonl", "application/x-ndjson")
CSV = "text/csv"

LARGEST_BODY = 256 * 1024
"""In bytes; a line of a batch has no more either."""

ANY_WORDS = "-"
"""In place of a reason that nobody gave yet, where only the order is looked at."""

LARGEST_BATCH = LARGEST_SHEET
"""In bytes. What is read of a body takes up to twenty times its size, and is held as a whole."""

MOST_LINES = MOST_ROWS
"""In a batch, so that it is decided in seconds. `annales load` takes any number."""


def command_of(
    batch: Iterable[Order],
    *,
    body: bytes,
    key: str | None = None,
    revision: int | None = None,
    request: str | None = None,
) -> Command:
    """The command of whoever sends the request; `body` is compared when its key is used again.
    `request` is what the commit has in place of the id of the request.

    Raises MisplacedKey for a line that holds a key: it would stand in the log for good.
    """
    lines = tuple(batch)
    for number, line in lines:
        if not isinstance(line, Refusal) and holds_key(msgspec.json.encode(line).decode()):
            raise MisplacedKey(f"line {number} of the body")
    return Command(
        orders=lines,
        actor=identity().name,
        request=request or request_id(),
        key=key,
        fingerprint=_fingerprint(body) if key is not None else None,
        revision=revision,
    )


def check_allowed(command: Command) -> None:
    """Refuse what the role of the sender does not allow. Raises NotAllowed, UnknownReference."""
    who = identity()
    if not who.may("curator"):
        _check_own(command.orders, who.name)


def proposal(decision: Decision) -> dict[str, Any]:
    """The answer of a dry run, as `PreviewSchema` describes it."""
    return {
        "dry_run": True,
        "events": [
            {
                "line": decided.number,
                "type": decided.event.fact.TYPE,
                "stream": decided.event.originator_id,
                "revision": decided.event.originator_version,
                "id": decided.id,
            }
            for decided in decision.decided
        ],
        "warnings": _warnings(decision.warnings),
        "changes": preview(archive(), decision),
    }


def wait_for_views(position: int, seconds: float) -> bool:
    """Whether the views have read the position, after so long a wait."""
    service = archive()
    try:
        return service.wait_for(position, timeout=seconds) >= position
    except (AnnalesError, OSError, sqlite3.Error):
        # The order is recorded, whatever became of the views; /readyz shows that.
        current_app.logger.exception("the views cannot be read")
        return False


def record_one(line: Line, *, changes: str | None = None) -> Response:
    """Record one line. `changes` is the stream that it changes, whose revision `If-Match` gives.

    Raises what `Chronicle.execute` refuses, NoRevisionGiven, NotAllowed and BadHeader.
    """
    return _record([Order(1, line)], changes=changes, body=canonical(line))


def record_batch() -> Response:
    """Record the JSON Lines or the rows of the body, all or nothing.

    Raises WrongMediaType, BodyTooLarge, MalformedLine, NotAllowed, BatchRefused and BadHeader.
    """
    text = _body((JSON_LINES[0], CSV, *JSON_LINES[1:]), LARGEST_BATCH)
    if request.mimetype != CSV:
        if "type" in request.args:
            raise BadFilter("type", request.args["type"], f"only with {CSV}")
        return _record(batch_of(text), changes=None, body=text)
    type = _sheet_type()
    sheet = read_sheet(decoded(text), type=type)
    # Under another type, the same text is another request.
    body = text if type is None else b"\n".join((type.encode(), text))
    try:
        return _record(sheet.orders, changes=None, body=body, taken=("dry_run", "type"))
    except Refusal as refusal:
        raise sheet.placed(refusal) from None


def _sheet_type() -> str | None:
    """The type of the rows that say none. Raises BadFilter."""
    texts = request.args.getlist("type")
    if texts and (len(texts) > 1 or texts[0] not in BY_TYPE):
        why = "is no type of line" if len(texts) == 1 else "is given twice"
        raise BadFilter("type", texts[0], why, allowed=tuple(BY_TYPE))
    return texts[0] if texts else None


def batch_of(text: bytes) -> list[Order]:
    """The orders of JSON Lines. Raises MalformedLine where there is none, BodyTooLarge."""
    if text.count(b"\n") > MOST_LINES:
        raise BodyTooLarge(MOST_LINES, "lines")
    lines = text.split(b"\n")
    if any(len(line) > LARGEST_BODY for line in lines):
        raise BodyTooLarge(LARGEST_BODY, "bytes in one line")
    batch = list(orders(lines))
    if not batch:
        raise MalformedLine("the batch has no line")
    return batch


def body_line(**fixed: str) -> Line:
    """The body of the request as a line, with the members that its path fixes.

    A body may repeat them, if it says the same. Raises MalformedLine.
    """
    value = read(_body((JSON,), LARGEST_BODY))
    if not isinstance(value, dict):
        raise MalformedLine("the body is a JSON object")
    for member, expected in fixed.items():
        if value.get(member, expected) != expected:
            raise MalformedLine(f"the path says {expected!r}", pointer=f"/{member}")
    return {**value, **fixed}


def _record(
    batch: list[Order], *, changes: str | None, body: bytes, taken: tuple[str, ...] = ("dry_run",)
) -> Response:
    dry_run = _dry_run(taken)
    prefer = preference()
    key = idempotency_key()
    chronicle = archive().chronicle
    command = command_of(batch, body=body, key=key)
    if not dry_run and (replayed := chronicle.replay(command)) is not None:
        return _response(replayed, prefer)
    if changes is not None:
        revision = expected_revision(changes)
        command = msgspec.structs.replace(command, revision=revision)
    check_allowed(command)
    if dry_run:
        return _previewed(chronicle.propose(command))
    return _response(chronicle.execute(command), prefer)


def _check_own(batch: Iterable[Order], name: str) -> None:
    """Contributors record, and mend what they have recorded themselves."""
    chronicle = archive().chronicle
    own: set[str] = set()
    for _, line in batch:
        if isinstance(line, Refusal):
            continue
        own.add(str(line.get("id")))
        kind = str(line.get("type"))
        if kind in OF_CURATORS:
            raise NotAllowed("withdrawing", role="contributor", needed="curator")
        if kind == "correction":
            statement = str(line.get("statement"))
            record = chronicle.claimed("statement", [statement]).get(statement, "")
            owner = chronicle.author(str(Stream.record(record)), statement)
            if owner is None and statement not in own:
                # Whoever records it in the meantime, it would not be the contributor's.
                raise UnknownReference("statement", statement, pointer="/statement")
        elif kind == "amendment":
            space = "source" if line.get("source") else "record"
            owner = chronicle.author(str(Stream(space, str(line.get(space)))))
        else:
            continue
        if owner is not None and owner != name:
            raise NotAllowed(f"it was recorded by {owner!r}", role="contributor", needed="curator")


def _response(recorded: Recorded, prefer: Preference) -> Response:
    commit = recorded.commit
    if commit is None:
        raise MalformedLine("nothing was to be recorded")
    projected = wait_for_views(commit.position, prefer.wait or 0)
    last = recorded.events[-1]
    body: dict[str, Any] = {
        "position": commit.position,
        "recorded_at": commit.recorded_at,
        "actor": commit.actor,
        "request": commit.request,
        "projected": projected,
        "events": [_event(placed) for placed in recorded.events],
        "warnings": _warnings(recorded.warnings),
    }
    if prefer.minimal:
        body = {
            "position": commit.position,
            "events": [event.position for event in recorded.events],
        }
    response = Response(msgspec.json.encode(body), 201, mimetype=JSON)
    response.headers["Location"] = _location(last)
    response.headers["Annales-Position"] = str(commit.position)
    response.headers["Cache-Control"] = "no-store"
    if len({event.stream for event in recorded.events}) == 1:
        response.headers["Annales-Revision"] = str(last.revision)
        epoch = epoch_at(archive().chronicle.log.epochs(), commit.position)
        response.set_etag(f"{of_epoch(epoch)}r{last.revision}")
    if recorded.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    if prefer.applied:
        response.headers["Preference-Applied"] = prefer.applied
    return response


def _previewed(decision: Decision) -> Response:
    response = Response(msgspec.json.encode(proposal(decision)), 200, mimetype=JSON)
    response.headers["Cache-Control"] = "no-store"
    return response


def _event(placed: Placed) -> dict[str, Any]:
    return {
        "line": placed.number,
        "position": placed.position,
        "type": placed.type,
        "stream": placed.stream,
        "revision": placed.revision,
        "id": placed.id,
    }


def _warnings(warnings: Iterable[tuple[int, Warning]]) -> list[dict[str, Any]]:
    return [
        {"line": number, "code": warning.code, "text": warning.text} for number, warning in warnings
    ]


def _location(placed: Placed) -> str:
    """Where what was recorded can be read: the statement, the record or the source."""
    return f"/v1/{placed.about.space}s/{placed.about.id}"


def _body(accepted: Sequence[str], limit: int) -> bytes:
    given, named = request.mimetype, ", ".join(accepted)
    if given not in accepted:
        raise WrongMediaType(given, named)
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise WrongMediaType(f"in {request.headers['Content-Encoding']}", f"{named} as it is")
    if (request.content_length or 0) > limit:
        raise BodyTooLarge(limit)
    text = request.stream.read(limit + 1)
    if len(text) > limit:
        raise BodyTooLarge(limit)
    return text


def _dry_run(taken: tuple[str, ...]) -> bool:
    for name in request.args:
        if name not in taken:
            raise UnknownParameter(name, "is no parameter of this path", taken)
    texts = request.args.getlist("dry_run")
    if texts and texts not in (["true"], ["false"]):
        raise BadFilter("dry_run", texts[0], "is neither true nor false", allowed=("true", "false"))
    return texts == ["true"]


def _fingerprint(body: bytes) -> str:
    """A digest of the request, which another request under the same key does not have."""
    return sha256(b"\n".join((request.method.encode(), request.path.encode(), body))).hexdigest()
