"""API keys: who may do what, kept in a log of their own, apart from the chronicle's.

A key is `annales_<id>_<secret>`; only the SHA-256 of its secret is kept, so it
is shown once. Keys are events too (`key-issued-v1`, `key-revoked-v1`), in the
same kind of log as the chronicle's: append-only, durable, with who and when.
Several keys may bear one name; the name is the actor in the audit log.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import msgspec
from eventsourcing.persistence import StoredEvent

from events.canonical import canonical
from events.clocks import instant as read_instant
from events.commit import LoggedEvent, NewCommit, instant
from events.errors import AnnalesError, LogDamaged
from events.store.clock import Clock, system_clock
from events.store.opening import opened
from events.stream import Stream

if TYPE_CHECKING:
    from events.store.postgres.log import PostgresLog

KEYS = "keys.sqlite"

Role = Literal["reader", "contributor", "curator", "admin"]
ROLES: tuple[str, ...] = get_args(Role)
"""The roles, each of which may do what those before it may."""

ISSUED = "key-issued-v1"
REVOKED = "key-revoked-v1"


class NoSuchKey(AnnalesError):
    """There is no key of that id, or it is revoked already. `annales keys list` shows them all."""

    def __init__(self, id: str) -> None:
        self.id = id
        super().__init__(f"no key {id!r} is in force")


class BadKey(AnnalesError):
    """A key cannot be made like that."""


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A key as the log knows it. Instants are text, as in the chronicle's log."""

    id: str
    name: str
    role: str
    digest: str
    issued_at: str
    expires_at: str | None = None
    revoked_at: str | None = None

    def is_in_force(self, now: str) -> bool:
        """Whether it opens anything at an instant."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class Identity(NamedTuple):
    """Whose request it is, and the role."""

    name: str
    role: str
    key: str | None

    def may(self, role: str) -> bool:
        """Whether this role is enough where `role` is needed."""
        return ROLES.index(self.role) >= ROLES.index(role)


class _Issued(msgspec.Struct, forbid_unknown_fields=True):
    """What the log says of a key when it is made."""

    name: str
    role: Role
    digest: str
    expires_at: str | None = None


class Keyring:
    """The keys of a folder. Close it when done."""

    def __init__(
        self,
        folder: Path,
        *,
        clock: Clock = system_clock,
        new_id: Callable[[], str] = lambda: secrets.token_hex(4),
        new_secret: Callable[[], str] = lambda: secrets.token_urlsafe(32),
        as_they_are: bool = False,
        shared: PostgresLog | None = None,
    ) -> None:
        """Open the keys of a folder, making an empty ring if there is none; where the folder copies
        a `shared` log of keys, with what that has beyond it.

        Raises LogReplaced where an older file of keys was put in its place, in which revoked ones
        would be in force, unless they are taken `as_they_are`.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._clock = clock
        self._new_id = new_id
        self._new_secret = new_secret
        self._factory, self.log = opened(folder / KEYS, shared, clock=clock, as_it_is=as_they_are)
        self._keys: dict[str, Key] = {}
        self._read_to = 0
        self._reading = Lock()

    def issue(self, *, name: str, role: str, by: str, expires_at: str | None = None) -> str:
        """Make a key and return it; nobody can show it again. Raises BadKey, BadClock."""
        if role not in ROLES:
            raise BadKey(f"no role {role!r} (one of: {', '.join(ROLES)})")
        if not name.strip() or not name.isprintable() or len(name) > 100:
            raise BadKey("a name has 1 to 100 printable characters")
        id, secret = self._new_id(), self._new_secret()
        state = {"name": name, "role": role, "digest": _digest(secret)}
        if expires_at is not None:
            state["expires_at"] = read_instant(expires_at)
        self._append(id, 1, ISSUED, state, by=by)
        return f"annales_{id}_{secret}"

    def revoke(self, id: str, *, by: str) -> None:
        """Make a key open nothing from now on. Raises NoSuchKey."""
        with self.log.writing():
            key = self.all().get(id)
            if key is None or key.revoked_at is not None:
                raise NoSuchKey(id)
            self._append(id, 2, REVOKED, {}, by=by)

    def all(self) -> dict[str, Key]:
        """Every key that was ever issued, by id. Raises LogDamaged where the log tells of none."""
        # A thread that read on from an older place would bring back what was revoked since.
        with self._reading:
            self._read_on()
            return dict(self._keys)

    def _read_on(self) -> None:
        while events := self.log.select_log(after=self._read_to, limit=1000):
            for event in events:
                key = _after(self._keys.get(Stream.parse(event.stream).id), event)
                self._keys[key.id] = key
            self._read_to = events[-1].position

    def identify(self, text: str) -> Identity | None:
        """Whose key it is; None for one that opens nothing.

        An unknown id costs the same work as a wrong secret.
        """
        mark, _, rest = text.partition("_")
        id, _, secret = rest.partition("_")
        key = self.all().get(id)
        kept = key.digest if key is not None else _NOBODY
        fits = hmac.compare_digest(kept, _digest(secret))
        if key is None or not fits or mark != "annales":
            return None
        return self._identity(key)

    def holder(self, id: str) -> Identity | None:
        """Who holds the key of an id; None where it opens nothing now."""
        key = self.all().get(id)
        return None if key is None else self._identity(key)

    def _identity(self, key: Key) -> Identity | None:
        if not key.is_in_force(instant(self._clock())):
            return None
        return Identity(key.name, key.role, key.id)

    def migrate(self) -> None:
        """Bring the log of the keys to the schema of this version."""
        self.log.migrate()

    def close(self) -> None:
        """Close the file."""
        self._factory.close()

    def _append(self, id: str, version: int, topic: str, state: dict[str, str], *, by: str) -> None:
        event = StoredEvent(f"key:{id}", version, topic, canonical(state))
        self.log.insert_events([event], commit=NewCommit(actor=by, request=""))


def _after(key: Key | None, event: LoggedEvent) -> Key:
    """What an event makes of the key of its stream. Raises LogDamaged for what is no such event."""
    at = event.commit.recorded_at
    if key is None and event.topic == ISSUED:
        try:
            issued = msgspec.json.decode(event.state, type=_Issued)
        except msgspec.DecodeError as error:
            raise LogDamaged(event.position, f"it tells of no key: {error}") from error
        id = Stream.parse(event.stream).id
        return Key(id=id, issued_at=at, **msgspec.structs.asdict(issued))
    if key is not None and event.topic == REVOKED and key.revoked_at is None:
        return msgspec.structs.replace(key, revoked_at=at)
    raise LogDamaged(event.position, f"{event.stream} has no room for {event.topic!r}")


def holds_key(text: str) -> bool:
    """Whether a key stands in a text, be it percent-encoded, however often, in whatever letters.

    >>> holds_key("q=annales%255f0a1b2c3d%5F" + "x" * 43), holds_key("annales_requests_total")
    (True, False)
    """
    # What most texts lack is looked for first, as a batch may have millions of letters.
    return ("%" in text or "annales" in text.lower()) and _WHOLE.search(text) is not None


def hide_keys(text: str) -> str:
    """A text without the keys that `holds_key` finds in it, and without what may be part of one.

    >>> hide_keys("/v1/search?q=annales%5f0a1b2c3d_S3cr&limit=1")
    '/v1/search?q=annales_***&limit=1'
    """
    return _PART.sub("annales_***", text)


def _encoded(text: str) -> str:
    """A pattern for a text each of whose characters may be percent-encoded, again and again."""
    return "".join(f"(?:{re.escape(each)}|%(?:25)*{ord(each):02x})" for each in text)


_BEGINNING = rf"{_encoded('annales_')}[^\s&\"<_]{{1,100}}?{_encoded('_')}"
_WHOLE = re.compile(rf"{_BEGINNING}[^\s&\"<]{{20}}", re.IGNORECASE)
_PART = re.compile(rf"{_BEGINNING}[^\s&\"<]+", re.IGNORECASE)


def _digest(secret: str) -> str:
    # A secret has 256 random bits, so a slow hash would protect nothing but cost every request.
    return sha256(secret.encode(errors="replace")).hexdigest()


_NOBODY = _digest("")
