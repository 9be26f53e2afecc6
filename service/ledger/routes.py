"""`/checkpoint`, `/tile/…` and `/v1/events/…`: all by which a stranger can check the log.

Checkpoints are C2SP signed notes, tiles those of c2sp.org/tlog-tiles, proofs those of
c2sp.org/tlog-proof; nothing is told of a tree beyond the newest checkpoint. What an address gives
that names no size never changes, but in a log that began another epoch.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from importlib.resources import files
from typing import Any

import msgspec
from flask import Response
from flask_smorest import Blueprint

from events.clocks import epoch_at
from events.commit import LoggedEvent
from events.errors import BadFilter, NoTile, NotSigned, OldEpoch, PositionAhead
from events.ledger.base import Base
from events.ledger.checking import TILE, tile_path
from events.ledger.ledger import NOT_YET, Ledger, entry_of
from service.asking import forms
from service.asking.filters import EPOCH
from service.asking.parameter import Parameter, whole_number
from service.ledger.schemas import ConsistencySchema, EpochsSchema, StoredEventSchema
from service.web.access import needs
from service.web.description import NOT_MODIFIED, openapi_parameters
from service.web.response import ASK_AGAIN, FOR_EVER, of_epoch, parameters, unless_held
from service.web.root import archive
from service.web.schemas import headers, problem_responses

PLAIN = "text/plain"
PYTHON = "text/x-python"
TEXT = f"{PLAIN}; charset=utf-8"
BYTES = "application/octet-stream"

A_MOMENT = "max-age=1"
"""As long as a checkpoint is the newest, for all that anybody can tell."""

AN_HOUR = "max-age=3600"

NO_BASE = "this log is a copy of no other, or nothing of the other was verified yet"

MOST = 10**18 - 1
"""No log has more events, and no larger number is a position."""

FROM = Parameter(
    name="from",
    form={"type": "integer", "minimum": 0, "maximum": MOST, "examples": [1]},
    meaning="The size of the log, in events, that is to be the beginning.",
)
TO = Parameter(
    name="to",
    form={"type": "integer", "minimum": 0, "maximum": MOST},
    meaning="The size of the log that is to go on from it; else that of the newest checkpoint.",
)

blueprint = Blueprint("ledger", __name__, description="Checkpoints and proofs of the log.")


def _ledger() -> Ledger:
    return archive().ledger


def _routed(
    path: str,
    body: Any,
    media_type: str,
    *query: Parameter,
    placed: Mapping[str, tuple[dict[str, Any], str]] | None = None,
    tagged: bool = False,
) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """A decorator that routes a view, and describes it: `placed` are the parameters in its path."""
    # What has a tag never changes, or hardly ever.
    tags, digests = (("ETag",), ("Repr-Digest",)) if tagged else ((), ())
    sent = headers("Cache-Control", *tags, sometimes=digests)
    held = {"304": {"description": NOT_MODIFIED, "headers": sent}} if tagged else {}
    in_path = [
        {"in": "path", "name": name, "required": True, "schema": form, "description": meaning}
        for name, (form, meaning) in (placed or {}).items()
    ]

    def register(view: Callable[..., Response]) -> Callable[..., Response]:
        answering = blueprint.response(200, body, content_type=media_type, headers=sent)(
            needs("reader")(view)
        )
        described = blueprint.doc(
            operationId=view.__name__,
            parameters=[
                *openapi_parameters((each for each in query if each is FROM), required=True),
                *openapi_parameters(each for each in query if each is not FROM),
            ],
            responses=held | problem_responses(400, 401, 403, 404, 410, 422, 429, 503),
            security=[{}, {"key": []}],
        )(answering)
        routed: Callable[..., Response] = blueprint.route(path, parameters=in_path or None)(
            described
        )
        return routed

    return register


# Checkpoints.


@_routed("/checkpoint", {"type": "string"}, PLAIN)
def checkpoint() -> Response:
    """The newest checkpoint: how many events the log has and the root of their tree, signed."""
    parameters(())
    note, _ = _ledger().signed()
    return Response(note, content_type=TEXT, headers={"Cache-Control": A_MOMENT})


@_routed("/checkpoint/key", {"type": "string"}, PLAIN)
def checkpoint_key() -> Response:
    """The key by which checkpoints can be checked: name, number and Ed25519 key. Keep it."""
    parameters(())
    key = _ledger().key()
    if key is None:
        raise NotSigned(NOT_YET)
    return Response(f"{key}\n", content_type=TEXT, headers={"Cache-Control": AN_HOUR})


@_routed("/checkpoint/checking.py", {"type": "string"}, PYTHON, tagged=True)
def checking_program() -> Response:
    """The program that checks all that is signed here: one file for Python 3.11 or newer, with its
    standard library and `cryptography`. Read it; `python3 checking.py` says how it is used."""
    parameters(())
    program = (files("events.ledger") / "checking.py").read_bytes()
    sent = {"Cache-Control": AN_HOUR, "Content-Disposition": 'inline; filename="checking.py"'}
    response = Response(content_type=f"{PYTHON}; charset=utf-8", headers=sent)
    return unless_held(response, sha256(program).hexdigest()[:16], lambda: program)


@_routed("/checkpoint/base", {"type": "string"}, TEXT)
def checkpoint_base() -> Response:
    """What this log is a copy of: the newest checkpoint of the other that was verified here."""
    parameters(())
    note = _base().checkpoint
    if note is None:
        raise NotSigned(NO_BASE)
    return Response(note, content_type=TEXT, headers={"Cache-Control": A_MOMENT})


@_routed("/checkpoint/base/key", {"type": "string"}, TEXT)
def checkpoint_base_key() -> Response:
    """The key that the other log signs with."""
    parameters(())
    key = f"{_base().key}\n"
    return Response(key, content_type=TEXT, headers={"Cache-Control": A_MOMENT})


@_routed("/checkpoint/epochs", EpochsSchema, "application/json")
def checkpoint_epochs() -> Response:
    """The epochs of the log after the first, whose numbers stand in pinned addresses."""
    parameters(())
    epochs = msgspec.to_builtins(archive().chronicle.log.epochs())
    return _json({"epochs": epochs}, {"Cache-Control": A_MOMENT})


def _base() -> Base:
    base = archive().chronicle.base.read()
    if base is None:
        raise NotSigned(NO_BASE)
    return base


@_routed("/checkpoint/consistency", ConsistencySchema, "application/json", FROM, TO)
def checkpoint_consistency() -> Response:
    """The proof that the log of one size is the beginning of that of another."""
    texts = parameters(("from", "to"))
    ledger = _ledger()
    _, newest = ledger.signed()
    if "from" not in texts:
        raise BadFilter("from", "", "the size of an earlier checkpoint is missing")
    size = whole_number("to", texts["to"], 0, MOST) if "to" in texts else newest.size
    old_size = whole_number("from", texts["from"], 0, MOST)
    if old_size > size:
        raise BadFilter("from", texts["from"], f"no size up to {size}")
    body = {
        "origin": newest.origin,
        "from": old_size,
        "to": size,
        "path": list(map(_encoded, ledger.consistency(old_size=old_size, size=size))),
        "from_root": _encoded(ledger.root(old_size)),
        "to_root": _encoded(ledger.root(size)),
    }
    return _json(body, {"Cache-Control": A_MOMENT})


# Tiles.

_PLACE = re.compile(r"((?:x[0-9]{3}/){0,5})([0-9]{3})(?:\.p/([0-9]{1,3}))?")

_LEVEL = re.compile("[0-9]|[1-5][0-9]|6[0-3]")

PLACED = {
    "number": (
        {"type": "string", "pattern": f"^{_PLACE.pattern}$", "examples": ["000.p/1"]},
        "Its number, three digits a part as in `x001/x234/067`, and of a partial one its width.",
    )
}


@_routed("/tile/entries/<path:number>", {"type": "string"}, BYTES, placed=PLACED, tagged=True)
def entries(number: str) -> Response:
    """Entries of the log, each with its length in two bytes before it."""
    place, width = _placed("entries", number)

    def made() -> bytes:
        found = _ledger().entries(place, width)
        return b"".join(len(entry).to_bytes(2, "big") + entry for entry in found)

    return _tile("entries", place, width, made)


LEVEL = ({"type": "integer", "minimum": 0, "maximum": 63, "examples": [0]}, "0 has the leaves.")


@_routed(
    "/tile/<string:level>/<path:number>",
    {"type": "string"},
    BYTES,
    placed={"level": LEVEL, **PLACED},
    tagged=True,
)
def tile(level: str, number: str) -> Response:
    """Hashes of the tree of the log, 256 of one level or as many as there are."""
    place, width = _placed(level, number)
    return _tile(level, place, width, lambda: _ledger().tile(int(level), place, width))


def _placed(level: str, text: str) -> tuple[int, int]:
    """The number and the width of a tile in a path, which is written in one way only."""
    parameters(())
    ledger = _ledger()
    found = _PLACE.fullmatch(text)
    if found is not None and (level == "entries" or _LEVEL.fullmatch(level)):
        number = int(found[1].replace("x", "").replace("/", "") + found[2])
        width = int(found[3] or TILE)
        if tile_path(level, number, width) == f"tile/{level}/{text}":
            return number, width
    raise NoTile(f"tile/{level}/{text}", ledger.signed()[1].size)


def _tile(level: str, number: int, width: int, make: Callable[[], bytes]) -> Response:
    epochs = archive().chronicle.log.epochs()
    # The paths of tiles have no room for the number of an epoch.
    kept = ASK_AGAIN if epochs else FOR_EVER
    body = make()
    response = Response(content_type=BYTES, headers={"Cache-Control": kept})
    epoch = of_epoch(epochs[-1].number if epochs else 1)
    return unless_held(response, f"{epoch}t{level}.{number}.{width}", lambda: body)


# Events.

AT = {
    "position": (
        {**forms.POSITION, "minimum": 1, "examples": [1]},
        "Where the event lies in the log.",
    )
}


@_routed(
    "/v1/events/<string:position>",
    StoredEventSchema,
    "application/json",
    EPOCH,
    placed=AT,
    tagged=True,
)
def stored_event(position: str) -> Response:
    """The event at a position as it is stored, with the very text that is hashed."""
    place, epoch = _named(position)
    ledger = _ledger()
    event = ledger.event_at(place)
    index = ledger.index_of(place) if ledger.size() else None
    # Without a tree yet it has no index, and will have one.
    kept, is_later = (ASK_AGAIN, "n") if index is None else (FOR_EVER, "")
    response = Response(content_type="application/json", headers={"Cache-Control": kept})
    response.headers["Annales-Position"] = str(event.commit.position)
    tag = f"{of_epoch(epoch)}l{is_later}.{event.leaf.hex()[:16]}"
    return unless_held(response, tag, lambda: msgspec.json.encode(_told(event, index)))


@_routed("/v1/events/<string:position>/proof", {"type": "string"}, PLAIN, EPOCH, placed=AT)
def event_proof(position: str) -> Response:
    """The proof that the event at a position is in the newest checkpoint: a `.tlog-proof`."""
    place, _ = _named(position)
    proof = _ledger().proof(place)
    name = f'inline; filename="event-{place}.tlog-proof"'
    sent = {"Cache-Control": A_MOMENT, "Content-Disposition": name}
    return Response(str(proof), content_type=TEXT, headers=sent)


def _named(text: str) -> tuple[int, int]:
    """The position of an event that the log may have, and its epoch.

    Raises PositionAhead, OldEpoch, BadFilter.
    """
    log, asked = archive().chronicle.log, parameters(("epoch",)).get("epoch")
    position = whole_number("position", text, 0, MOST)
    last = log.head()
    head = 0 if last is None else last.position
    if position > head:
        raise PositionAhead(position, head)
    epoch = epoch_at(log.epochs(), position)
    named = 1 if asked is None else whole_number("epoch", asked, 1, MOST)
    if named < epoch:
        raise OldEpoch(named, f"/v1/events/{position}?epoch={epoch}")
    if named > epoch:
        raise BadFilter("epoch", str(named), f"the event at @{position} is of epoch {epoch}")
    return position, epoch


def _told(event: LoggedEvent, index: int | None) -> dict[str, Any]:
    commit = event.commit
    return {
        "position": event.position,
        "index": index,
        "leaf": _encoded(event.leaf),
        "entry": entry_of(event).decode(),
        "stream": event.stream,
        "version": event.version,
        "topic": event.topic,
        "state": msgspec.Raw(event.state),
        "commit": {
            "first": commit.first,
            "position": commit.position,
            "recorded_at": commit.recorded_at,
            "actor": commit.actor,
            "request": commit.request,
        },
    }


def _encoded(hash: bytes) -> str:
    return b64encode(hash).decode()


def _json(body: Mapping[str, Any], sent: Mapping[str, str]) -> Response:
    return Response(msgspec.json.encode(body), content_type="application/json", headers=sent)
