"""A log of some entries, signed by a key of its own, as files: what wget would keep of it."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from events.ledger.checking import (
    TILE,
    Checkpoint,
    Key,
    Proof,
    leaf_of,
    signature_line,
    tile_path,
)
from events.ledger.tree import inclusion, joined, root_of, tile_width

ORIGIN = "annales.example/log"
SECRET = Ed25519PrivateKey.from_private_bytes(sha256(b"of a test").digest())
KEY = Key(ORIGIN, SECRET.public_key().public_bytes_raw())


class Log:
    """Entries, their hashes, and what is signed of them."""

    def __init__(self, entries: Sequence[bytes]) -> None:
        self.entries = list(entries)
        self.levels = [[leaf_of(entry) for entry in self.entries]]
        while len(self.levels[-1]) >= TILE:
            below = self.levels[-1]
            firsts = range(0, len(below) - TILE + 1, TILE)
            self.levels.append([joined(below[first : first + TILE]) for first in firsts])

    @property
    def size(self) -> int:
        """How many entries it has."""
        return len(self.entries)

    def hashes(self, level: int, first: int, count: int) -> Sequence[bytes]:
        """Hashes of a level, as a tree asks for them."""
        return self.levels[level][first : first + count]

    def note(self, size: int | None = None) -> str:
        """The signed checkpoint of its first entries."""
        size = self.size if size is None else size
        return signed(Checkpoint(ORIGIN, size, root_of(self, size)))

    def proof(self, index: int) -> Proof:
        """The proof of an entry against the checkpoint of all."""
        return Proof(index, self.path_of(index), self.note())

    def path_of(self, index: int) -> tuple[bytes, ...]:
        """The path of an entry to the root of all."""
        return tuple(inclusion(self, index, self.size))

    def write(self, folder: Path) -> Path:
        """Its tiles and its checkpoint as files below a folder."""
        put(folder, "checkpoint", self.note().encode())
        for level, hashes in enumerate(self.levels):
            for number in range(-(-len(hashes) // TILE)):
                width = tile_width(level, number, self.size)
                first = number * TILE
                tile = b"".join(hashes[first : first + width])
                put(folder, tile_path(level, number, width), tile)
                if level == 0:
                    entries = self.entries[first : first + width]
                    put(folder, tile_path("entries", number, width), bundled(entries))
        return folder


def signed(checkpoint: Checkpoint) -> str:
    """A checkpoint as a note that the key has signed."""
    line = signature_line(ORIGIN, KEY.id, SECRET.sign(checkpoint.text.encode()))
    return f"{checkpoint.text}\n{line}"


def bundled(entries: Sequence[bytes]) -> bytes:
    """Entries as a bundle of a tile."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def put(folder: Path, path: str, content: bytes) -> None:
    """Write a file below a folder."""
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
