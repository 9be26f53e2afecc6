"""Who is signed in at the desk: sessions in memory, each standing for a key in force.

A browser holds the secret of its session in a cookie that no script can read; only its
SHA-256 is kept here, and the key itself nowhere. A session ends with its key, after two
hours without a request, after twelve in any case, and with the process.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from hashlib import sha256
from threading import Lock
from typing import NamedTuple

import msgspec

from events.store.sqlite import Clock
from service.archive.keys import Identity, Keyring

COOKIE = "annales-desk"
"""Holds the secret of a session."""

LONGEST = 12 * 3600
IDLE = 2 * 3600
"""Seconds that a session lasts at most, and without a request."""

MOST = 1000
"""So many sessions are held; beyond them the one that was idle longest ends."""

_SECOND = 1_000_000


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
    """The sessions of one process."""

    def __init__(
        self,
        keyring: Keyring,
        *,
        clock: Clock,
        new_secret: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    ) -> None:
        self._keyring = keyring
        self._clock = clock
        self._new_secret = new_secret
        self._kept: dict[str, _Kept] = {}
        self._changing = Lock()

    def begin(self, identity: Identity) -> tuple[str, str]:
        """Begin a session for who showed a key: the secret for its cookie, the token of its forms.

        Raises ValueError for an identity without a key.
        """
        if identity.key is None:
            raise ValueError("a session stands for a key")
        secret, now = self._new_secret(), self._clock()
        kept = _Kept(identity.key, self._new_secret(), now, now)
        with self._changing:
            for digest in [each for each, old in self._kept.items() if old.is_over(now)]:
                del self._kept[digest]
            if len(self._kept) >= MOST:
                del self._kept[min(self._kept, key=lambda each: self._kept[each].seen)]
            self._kept[_digest(secret)] = kept
        return secret, kept.token

    def find(self, secret: str) -> Session | None:
        """The session of a secret; None where it is over, or its key no longer in force."""
        digest, now = _digest(secret), self._clock()
        with self._changing:
            kept = self._kept.get(digest)
            if kept is None:
                return None
            holder = None if kept.is_over(now) else self._keyring.holder(kept.key)
            if holder is None:
                del self._kept[digest]
                return None
            kept.seen = now
            return Session(holder, kept.token)

    def end(self, secret: str) -> None:
        """End a session, if it is not over yet."""
        with self._changing:
            self._kept.pop(_digest(secret), None)


def _digest(secret: str) -> str:
    return sha256(secret.encode(errors="replace")).hexdigest()
