"""Citations: answers, feeds and pages of this service, kept byte for byte because somebody cited
them.

They lie in a log of their own, of the same make as the chronicle's (`answer-cited-v1`), so that to
cite moves no head; each body lies beside its event, in the same file and the same transaction. The
id is made of what is kept, so the same again is the same citation, whoever cites it and when.
Nothing is made in a folder where nobody cited anything.
"""

from __future__ import annotations

import base64
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

import msgspec
from eventsourcing.persistence import StoredEvent

from events.canonical import canonical
from events.commit import Claim, LoggedEvent, NewCommit
from events.errors import IdTaken, LogDamaged
from events.store.bodies import Bodies, damaged_room, kept, make_room
from events.store.inspection import of_the_file
from events.store.sqlite import ChronicleRecorder
from service.archive.beside import LogBeside

CITATIONS = "citations.sqlite"

CITED = "answer-cited-v1"

LARGEST = 8 * 1024 * 1024
"""In bytes: the largest body that is kept."""

SPACE = "citation"
"""Of the claims of ids. An id lies in the stream of the address that was cited first with it."""


class Citation(msgspec.Struct, frozen=True, kw_only=True):
    """What was cited: its address, its type as `Content-Type` said it, and the digest and the
    length of its body; when, by whom, and where that stands in the log of citations.

    `chosen` is the type that was asked for in `Accept`, where the address alone gives another.
    """

    id: str
    of: str
    media_type: str
    chosen: str | None
    digest: str
    bytes: int
    cited_at: str
    actor: str
    position: int

    @property
    def mimetype(self) -> str:
        """The type without its parameters."""
        return mimetype_of(self.media_type)


class _Cited(msgspec.Struct, forbid_unknown_fields=True):
    """What the log says of a citation."""

    id: str
    of: str
    media_type: str
    digest: str
    bytes: int
    chosen: str | None = None


class _Line(Citation, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="citation"):
    """A citation in an export; `body` is in base64, and None where an earlier line has it."""

    body: str | None


class Citations(LogBeside):
    """The citations of a folder."""

    FILE = CITATIONS

    def prepare(self, log: ChronicleRecorder) -> None:
        """Make room for the bodies."""
        make_room(log)

    def cite(
        self,
        *,
        of: str,
        media_type: str,
        chosen: str | None,
        body: bytes,
        by: str,
        permit: Callable[[], None],
    ) -> tuple[Citation, bool]:
        """Keep what stood at an address: its citation, and whether it is a new one, before which
        `permit` may refuse it.

        Raises IdTaken where other bytes have the same id, NotWritten, and what `permit` raises.
        """
        log = self.to_write()
        citation = Citation(
            id=id_of(media_type, body),
            of=of,
            media_type=media_type,
            chosen=chosen,
            digest=sha256(body).hexdigest(),
            bytes=len(body),
            cited_at="",
            actor=by,
            position=0,
        )
        with log.writing():
            for each in self.of_address(of):
                if (each.id, each.chosen) == (citation.id, chosen):
                    return each, False
            same = self.get(citation.id)
            if same is not None and same.digest != citation.digest:
                raise IdTaken(SPACE, citation.id)
            permit()
            position = _append(log, citation, body if same is None else None)
            (made,) = log.events_at([position])
        return _citation(made), True

    def get(self, id: str) -> Citation | None:
        """The citation of an id; None where there is none."""
        if (log := self.log) is None:
            return None
        stream = log.claimed(SPACE, [id]).get(id)
        if stream is None:
            return None
        found = map(_citation, log.select_stream(stream))
        return next((each for each in found if each.id == id), None)

    def of_address(self, of: str) -> list[Citation]:
        """What was cited of an address, the earliest first; in whatever order it has its
        parameters."""
        if (log := self.log) is None:
            return []
        return list(map(_citation, log.select_stream(_stream(of))))

    def body(self, citation: Citation) -> bytes:
        """The bytes that were cited. Raises LogDamaged where they are not those any more."""
        log = self.log
        try:
            body = None if log is None else Bodies(log).get(citation.id)
        except zlib.error as error:
            why = f"in {CITATIONS} its body cannot be read: {error}"
            raise LogDamaged(citation.position, why) from error
        if body is None:
            raise LogDamaged(citation.position, f"in {CITATIONS} it has no body")
        if (differs := _difference(citation, body)) is not None:
            raise LogDamaged(citation.position, f"in {CITATIONS} {differs}")
        return body

    def newest(self, *, limit: int, before: int | None = None) -> list[Citation]:
        """The last citations, the newest first; those before a position of their log."""
        if (log := self.log) is None:
            return []
        up_to = None if before is None else before - 1
        commits = log.commits(up_to=up_to, limit=limit, last_first=True)
        events = log.events_at(commit.position for commit in commits)
        return [_citation(event) for event in reversed(events)]

    def all(self) -> Iterator[Citation]:
        """Every citation, the earliest first. Raises LogDamaged where the log tells of none."""
        return map(_citation, self.events())

    def lines(self) -> Iterator[bytes]:
        """Every citation as a line of an export, its bytes where its id comes first."""
        told: set[str] = set()
        for citation in self.all():
            body = None
            if citation.id not in told:
                told.add(citation.id)
                body = base64.b64encode(self.body(citation)).decode()
            yield msgspec.json.encode(_Line(**msgspec.structs.asdict(citation), body=body))

    def restore(self, lines: Iterable[bytes]) -> int:
        """Keep what an export tells of, as it was there; returns how many that are.

        Raises LogDamaged for a line that is no citation, or does not hold together.
        """
        log = self.to_write()
        count = 0
        for count, text in enumerate(filter(bytes.strip, lines), start=1):
            try:
                line = msgspec.json.decode(text, type=_Line)
                body = None if line.body is None else base64.b64decode(line.body, validate=True)
            except (msgspec.DecodeError, ValueError) as error:
                raise LogDamaged(count, f"the line is no citation: {error}") from error
            if not f"{line.of}{line.media_type}{line.chosen}".isprintable():
                raise LogDamaged(count, "its address or its type has control characters")
            with log.writing():
                same = self.get(line.id)
                if body is None and same is None:
                    raise LogDamaged(count, "neither the line nor one before it has the bytes")
                if body is not None and same is not None:
                    raise LogDamaged(count, "a line before it has the same bytes")
                why = _contradiction(line, same) if same else _difference(line, body)
                if why is not None:
                    raise LogDamaged(count, why)
                _append(log, line, body, recorded_at=line.cited_at, positions=(line.position,))
        return count


def mimetype_of(media_type: str) -> str:
    """A media type without its parameters.

    >>> mimetype_of("Text/HTML; charset=utf-8")
    'text/html'
    """
    return media_type.partition(";")[0].strip().lower()


def id_of(media_type: str, body: bytes) -> str:
    """The id of what is cited, by its type, as `Content-Type` says it, and its bytes.

    >>> id_of("text/plain", b"so it was")
    'zxgzcrrhnk4khw7u'
    """
    digest = sha256(media_type.encode() + b"\0" + body).digest()
    return base64.b32encode(digest)[:16].decode().lower()


def damaged(folder: Path) -> Iterator[tuple[int, str]]:
    """What is wrong with the citations of a folder whose log is whole: each position of their log,
    and what. 0 stands for the file as a whole."""
    path = folder / CITATIONS
    if room := list(damaged_room(path)):
        yield from ((0, why) for why in room)
        return  # to open it would make the table anew
    try:
        with closing(Citations(folder)) as citations:
            first: dict[str, Citation] = {}
            yield from _contradictions(citations.all(), first)
        for id, body in kept(path):
            if (told := first.pop(id, None)) is None:
                yield 0, f"no citation tells of the body {id}"
            elif (why := _difference(told, body)) is not None:
                yield told.position, why
    except LogDamaged as damage:
        yield damage.position, damage.why
    except (sqlite3.Error, UnicodeDecodeError) as error:
        yield 0, f"the file cannot be read: {of_the_file(error)}"
    else:
        for citation in first.values():
            yield citation.position, "it has no body"


def _difference(citation: Citation, body: bytes | None) -> str | None:
    """Why a body is not what was cited; None where it is."""
    if body is None:
        return "its body cannot be read"
    if id_of(citation.media_type, body) != citation.id:
        return f"its body is not what was cited: it would be {id_of(citation.media_type, body)}"
    if (sha256(body).hexdigest(), len(body)) != (citation.digest, citation.bytes):
        return "its body is not what was cited: its digest differs"
    return None


def _contradiction(citation: Citation, same: Citation) -> str | None:
    """Why a citation cannot be of the same bytes as one before it; None where it can."""
    told, before = ((each.media_type, each.digest, each.bytes) for each in (citation, same))
    return None if told == before else f"it says of its body what that at @{same.position} does not"


def _contradictions(
    citations: Iterable[Citation], first: dict[str, Citation]
) -> Iterator[tuple[int, str]]:
    """The citations that say another thing of a body than the first of it, and what; `first` has
    the first of each body then, by its id."""
    for citation in citations:
        same = first.setdefault(citation.id, citation)
        if (why := _contradiction(citation, same)) is not None:
            yield citation.position, why


def _append(log: ChronicleRecorder, citation: Citation, body: bytes | None, **place: Any) -> int:
    """Add a citation to the log, with its bytes where they are not there yet; its position."""
    stream = _stream(citation.of)
    claims: tuple[Claim, ...] = ()
    if body is not None:
        Bodies(log).keep(citation.id, body)
        claims = (Claim(SPACE, citation.id, stream),)
    told = {name: getattr(citation, name) for name in _Cited.__struct_fields__}
    state = canonical({name: value for name, value in told.items() if value is not None})
    event = StoredEvent(stream, log.revision(stream) + 1, CITED, state)
    commit = NewCommit(actor=citation.actor, request="", claims=claims, **place)
    (position,) = log.insert_events([event], commit=commit)
    return position


def _stream(of: str) -> str:
    """The stream of an address: the same in whatever order it has its parameters.

    >>> _stream("/v1/state?view=6&at=2013") == _stream("/v1/state?at=2013&view=6")
    True
    """
    path, _, query = of.partition("?")
    pairs = sorted(parse_qsl(query, keep_blank_values=True))
    name = f"{unquote(path)}?{urlencode(pairs)}"
    return f"address:{sha256(name.encode()).hexdigest()[:32]}"


def _citation(event: LoggedEvent) -> Citation:
    """The citation that an event tells of. Raises LogDamaged for what is no such event."""
    if event.topic != CITED:
        raise LogDamaged(event.position, f"{event.topic!r} tells of no citation")
    try:
        cited = msgspec.json.decode(event.state, type=_Cited)
    except msgspec.DecodeError as error:
        raise LogDamaged(event.position, f"it tells of no citation: {error}") from error
    return Citation(
        **msgspec.structs.asdict(cited),
        cited_at=event.commit.recorded_at,
        actor=event.commit.actor,
        position=event.position,
    )
