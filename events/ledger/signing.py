"""The key by which a log signs what it holds: a file of its folder that only its owner reads.

It is made once, under the name of the log, its *origin*; its public half lies beside it. A log that
goes on in another epoch is no continuation of what was signed before, so it gets another key and
another name. Of the old one the public half and the last checkpoint are kept.
"""

from __future__ import annotations

import os
import secrets
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, Self

from events.errors import NotToBeSigned
from events.files import write
from events.ledger.checking import ED25519, Key, NotProved, signature_line

KEY = "ledger.key"
"""The file with the secret."""

PUBLIC = "ledger.vkey"
"""The file with its public half."""

CHECKPOINT = "checkpoint"
"""The file with the newest checkpoint, as it is published."""

EPOCH = "/epoch-"

_MARK = "PRIVATE+KEY+"


class Signer(NamedTuple):
    """The key of a log with its secret half."""

    name: str
    seed: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key in a line such as `PRIVATE+KEY+name+1a2b3c4d+AQ…`. Raises ValueError."""
        mark, _, rest = text.partition(_MARK)
        name, number, encoded = rest.strip().split("+", 2)
        try:
            content = b64decode(encoded, validate=True)
        except NotBase64 as error:
            raise ValueError from error
        signer = cls(name, content[1:])
        if mark or content[:1] != ED25519 or len(content) != 33:
            raise ValueError
        if signer.public.id.hex() != number:
            raise ValueError
        return signer

    def __str__(self) -> str:
        """The key as a line that `parse` reads. It is a secret."""
        encoded = b64encode(ED25519 + self.seed).decode()
        return f"{_MARK}{self.name}+{self.public.id.hex()}+{encoded}\n"

    @property
    def public(self) -> Key:
        """The half that everybody may know."""
        return Key(self.name, public_of(self.seed))

    @property
    def epoch(self) -> int:
        """The epoch of the log that it signs."""
        return epoch_of(self.name)

    def note(self, text: str) -> str:
        """A text, signed."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 -- see checking.py
            Ed25519PrivateKey,
        )

        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        return f"{text}\n{signature_line(self.name, self.public.id, signature)}"


def public_of(seed: bytes) -> bytes:
    """The public half of a secret."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 -- see checking.py
        Ed25519PrivateKey,
    )

    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def epoch_of(name: str) -> int:
    """The epoch that the name of a key tells.

    >>> epoch_of("annales.example"), epoch_of("annales.example/epoch-2")
    (1, 2)
    """
    _, _, number = name.rpartition(EPOCH)
    return int(number) if EPOCH in name and number.isdigit() else 1


def read(folder: Path) -> Signer | None:
    """The key of a folder; None where it has none. Raises NotToBeSigned for one that others may
    read, or that is none."""
    path = folder / KEY
    try:
        with path.open(encoding="utf-8") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(10_000)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise NotToBeSigned(0, f"{KEY} cannot be read: {error}") from error
    if mode & 0o077:
        raise NotToBeSigned(
            0,
            f"others may read {KEY}, so they may have it: `chmod 600 {path}` if they do not; or"
            f" move it and {CHECKPOINT} away, and another is made",
        )
    try:
        return Signer.parse(text)
    except ValueError as error:
        raise NotToBeSigned(0, f"{KEY} is no key: put back the one that was there") from error


def read_public(folder: Path) -> Key | None:
    """The public half of the key of a folder; None where it has none."""
    try:
        return Key.parse((folder / PUBLIC).read_text(encoding="utf-8"))
    except (OSError, NotProved):
        return None


def made(
    folder: Path,
    origin: str | None,
    *,
    epoch: int,
    new_seed: Callable[[], bytes] = lambda: secrets.token_bytes(32),
) -> Signer:
    """A new key in a folder that has none, or one of an earlier epoch, which is put aside.

    It is named after the origin, or after itself.
    """
    before = read(folder)
    if before is not None and before.epoch >= epoch:
        return before  # another process was quicker
    seed = new_seed()
    name = origin or f"annales/{sha256(public_of(seed)).hexdigest()[:16]}"
    if before is not None:
        put_aside(folder, epoch=before.epoch)
        name = origin or before.name.partition(EPOCH)[0]
    signer = Signer(name if epoch == 1 else f"{name}{EPOCH}{epoch}", seed)
    try:
        write(folder / KEY, str(signer), mode=0o600, only_new=before is None)
    except FileExistsError:
        return made(folder, origin, epoch=epoch)
    return signer


def put_aside(folder: Path, *, epoch: int) -> None:
    """Keep the last checkpoint of an epoch that is over, and the key that signed it, under names
    that say so."""
    for file, aside in (
        (CHECKPOINT, f"checkpoint.epoch-{epoch}"),
        (PUBLIC, f"ledger.epoch-{epoch}.vkey"),
    ):
        with suppress(FileNotFoundError):
            (folder / file).replace(folder / aside)
