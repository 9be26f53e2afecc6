"""Who is signed in at the desk: sessions, each standing for a key in force.

A browser holds the secret of its session in a cookie that no script can read; only a digest
of it is kept here, and the key itself nowhere. A session ends with its key, after two
hours without a request, and after twelve in any case. Those of one machine are in memory, and end
with the server; those of nodes are in PostgreSQL, so that a desk works whichever node answers.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

import msgspec

from events.store.clock import Clock
from service.archive.keys import Identity, Keyring
from service.commons import SESSIONS, Commons, key_of

COOKIE = "annales-desk"
"""Holds the secret of a session."""

LONGEST = 12 * 3600
IDLE = 2 * 3600
"""Seconds that a session lasts at most, and without a request."""

MOST = SESSIONS
"""So many sessions are held; beyond them the one that was idle longest ends."""

_SECOND = 1_000_000

SEEN = 60
"""Seconds after which it is kept anew that a session is in use."""


class Held(Protocol):
    """The sessions while nobody else changes them, each by the digest of its secret."""

    def get(self, key: bytes) -> bytes | None:
        """One; None where there is none."""

    def put(self, key: bytes, value: bytes) -> None:
        """Keep one, in the place of that before."""

    def remove(self, key: bytes) -> None:
        """Keep none."""

    def all(self) -> Iterable[tuple[bytes, bytes]]:
        """All of them."""


class Sessioned(Protocol):
    """Where sessions are kept."""

    def held(self) -> AbstractContextManager[Held]:
        """The sessions, while nobody else changes them."""


class Session(NamedTuple):
    """A session: who signed in, and the token that each of its forms must send."""

    identity: Identity
    token: str


class _Kept(msgspec.Struct):
    key: str
    token: str
    began: int
    seen: int

    def is_over(self, now: int) -> bool:
        return now - self.began > LONGEST * _SECOND or now - self.seen > IDLE * _SECOND


class Sessions:
    """The sessions of a server, which all of its processes know."""

    def __init__(
        self,
        keyring: Keyring,
        *,
        clock: Clock,
        records: Sessioned | None = None,
        new_secret: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    ) -> None:
        self._keyring = keyring
        self._clock = clock
        self._new_secret = new_secret
        self._records = records if records is not None else Commons().sessions

    def begin(self, identity: Identity) -> tuple[str, str]:
        """Begin a session for who showed a key: the secret for its cookie, the token of its forms.

        Raises ValueError for an identity without a key.
        """
        if identity.key is None:
            raise ValueError("a session stands for a key")
        secret, now = self._new_secret(), self._clock()
        new = _Kept(identity.key, self._new_secret(), now, now)
        with self._records.held() as held:
            living = {}
            for digest, value in list(held.all()):
                kept = _read(value)
                if kept.is_over(now):
                    held.remove(digest)
                else:
                    living[digest] = kept.seen
            if len(living) >= MOST:
                held.remove(min(living, key=living.__getitem__))
            held.put(key_of(secret), msgspec.json.encode(new))
        return secret, new.token

    def find(self, secret: str) -> Session | None:
        """The session of a secret; None where it is over, or its key no longer in force."""
        digest, now = key_of(secret), self._clock()
        with self._records.held() as held:
            value = held.get(digest)
        if value is None:
            return None
        kept = _read(value)
        holder = None if kept.is_over(now) else self._keyring.holder(kept.key)
        if holder is None:
            self.end(secret)
            return None
        if now - kept.seen > SEEN * _SECOND:
            kept.seen = now
            with self._records.held() as held:
                if held.get(digest) is not None:  # it may have been ended meanwhile
                    held.put(digest, msgspec.json.encode(kept))
        return Session(holder, kept.token)

    def end(self, secret: str) -> None:
        """End a session, if it is not over yet."""
        with self._records.held() as held:
            held.remove(key_of(secret))


def _read(value: bytes) -> _Kept:
    return msgspec.json.decode(value.rstrip(b"\0"), type=_Kept)
