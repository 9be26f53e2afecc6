"""Checks, without trust in whoever keeps it, that a log holds an event and has only grown.

One file to copy: it needs the standard library and `cryptography`, and nothing else of Annales.
A *checkpoint* is the size of a log and the root of the Merkle tree over its events, signed with the
key of the log (Ed25519, a C2SP signed note). A *proof of inclusion* shows that an event is in the
tree of a checkpoint, a *proof of consistency* that one tree is the beginning of another (both RFC
9162, section 2.1). Whoever knows the key of a log, as its `/checkpoint/key` says it, can check all
of them offline:

    python checking.py EVENT.json EVENT.tlog-proof KEY

prints the size of the log that holds the event, or why that is not proved.

Sources: RFC 9162; https://c2sp.org/signed-note, /tlog-checkpoint, /tlog-tiles and /tlog-proof.
"""

from __future__ import annotations

import sys
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, Self

ED25519 = b"\x01"
"""The type of signature that a key names in its first byte."""

PROOF = "c2sp.org/tlog-proof@v1"
"""The first line of a proof in a file."""

TILE = 256
"""How many hashes a full tile has, and entries a full bundle."""

MOST_SIGNATURES = 64
LONGEST_NOTE = 100_000
LONGEST_PATH = 64
"""Longer than any honest one."""

LONGER = "the path is longer than the tree is high"
SHORTER = "the path is shorter than the tree is high"


class NotProved(ValueError):
    """What was given does not prove what it should, and why."""


# The tree: RFC 9162, section 2.1.


def leaf_of(entry: bytes) -> bytes:
    """The hash of an entry of the log."""
    return sha256(b"\x00" + entry).digest()


def node_of(left: bytes, right: bytes) -> bytes:
    """The hash of a node over two others."""
    return sha256(b"\x01" + left + right).digest()


class Growing:
    """A tree that grows by leaves and knows its root, and of each level one hash at most."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Let one leaf join."""
        self._peaks.append(leaf)
        self.size += 1
        # As many peaks become one as the size has zeros at its end.
        for _ in range((self.size & -self.size).bit_length() - 1):
            right, left = self._peaks.pop(), self._peaks.pop()
            self._peaks.append(node_of(left, right))

    def root(self) -> bytes:
        """The root of the tree as it is."""
        if not self._peaks:
            return sha256().digest()
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = node_of(peak, root)
        return root


def check_inclusion(
    leaf: bytes, *, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Check that a leaf is the one at an index, from 0, of a tree of a size. Raises NotProved."""
    if not 0 <= index < size:
        raise NotProved(f"a log of {size} events has none at index {index}")
    reached = leaf
    for is_left, sibling in _sides(index, size - 1, path):
        reached = node_of(sibling, reached) if is_left else node_of(reached, sibling)
    if reached != root:
        raise NotProved("the path leads to another root than the signed one")


def check_consistency(
    *, old_size: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]
) -> None:
    """Check that a tree is the beginning of another. Raises NotProved."""
    if not 0 <= old_size <= size:
        raise NotProved(f"a log of {old_size} events is no beginning of one of {size}")
    if old_size in (0, size):
        if path or old_root != (root if old_size else sha256().digest()):
            raise NotProved("there are two trees of one size")
        return
    hashes = list(path)
    if not old_size & (old_size - 1):
        hashes.insert(0, old_root)  # a whole tree of its own, which the path leaves out
    if not hashes:
        raise NotProved(SHORTER)
    place, last = old_size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    reached_old = reached = hashes[0]
    for is_left, sibling in _sides(place, last, hashes[1:]):
        reached = node_of(sibling, reached) if is_left else node_of(reached, sibling)
        reached_old = node_of(sibling, reached_old) if is_left else reached_old
    if reached_old != old_root:
        raise NotProved("the log of before is not its beginning: something in it was rewritten")
    if reached != root:
        raise NotProved("the path leads to another root than the signed one")


def _sides(place: int, last: int, path: Sequence[bytes]) -> Iterator[tuple[bool, bytes]]:
    """Each hash of a path, and whether it stands left of what was reached before it.

    Raises NotProved where the path is not as long as it must be.
    """
    for sibling in path:
        if last == 0:
            raise NotProved(LONGER)
        is_left = bool(place & 1) or place == last
        yield is_left, sibling
        while is_left and place and not place & 1:
            place, last = place >> 1, last >> 1
        place, last = place >> 1, last >> 1
    if last:
        raise NotProved(SHORTER)


# Notes: what a key has signed.


class Key(NamedTuple):
    """The public key of a log, under the name of the log."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key in a text such as `name+1a2b3c4d+AQ…`. Raises NotProved."""
        name, _, rest = text.strip().partition("+")
        number, _, encoded = rest.partition("+")
        content = _decoded(encoded)
        if not _is_name(name) or content[:1] != ED25519 or len(content) != 33:
            raise NotProved(f"{text.strip()[:100]!r} is no key such as name+1a2b3c4d+AQ…")
        key = cls(name, content[1:])
        if number != key.id.hex():
            raise NotProved(f"the key says that its number is {number}, and it is {key.id.hex()}")
        return key

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature names the key."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        """The key as a text that `parse` reads."""
        encoded = b64encode(ED25519 + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{encoded}"


class Checkpoint(NamedTuple):
    """What a log signs: its origin, how many events it has, and the root of their tree.

    `extension` has the lines after these.
    """

    origin: str
    size: int
    root: bytes
    extension: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """The checkpoint in the text of a note. Raises NotProved."""
        origin, size, root, *extension = (*text.split("\n"), "", "", "")[: max(text.count("\n"), 3)]
        if not text.endswith("\n") or not origin or not _is_number(size) or not all(extension):
            raise NotProved("this is no checkpoint: an origin, a size and a root, a line each")
        if len(hash := _decoded(root)) != 32:
            raise NotProved("the root of a checkpoint has 32 bytes")
        return cls(origin, int(size), hash, tuple(extension))

    @property
    def text(self) -> str:
        """What is signed."""
        root = b64encode(self.root).decode()
        return "".join(f"{line}\n" for line in (self.origin, self.size, root, *self.extension))


def signature_line(name: str, id: bytes, signature: bytes) -> str:
    """The line of a note that holds a signature."""
    return f"— {name} {b64encode(id + signature).decode()}\n"


def text_of_note(note: str, key: Key) -> str:
    """The text of a note, if the key has signed it. Raises NotProved."""
    # Whoever only makes hashes does not wait for it.
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PublicKey,
    )

    if len(note) > LONGEST_NOTE:
        raise NotProved("the note is too long")
    if any(letter < " " and letter != "\n" for letter in note):
        raise NotProved("a note has no control characters")
    text, gap, signatures = note.rpartition("\n\n")
    if not gap or not signatures.endswith("\n"):
        raise NotProved("this is no signed note: a text, an empty line, and signatures")
    text += "\n"
    is_signed = False
    lines = signatures.split("\n")[:-1]
    if len(lines) > MOST_SIGNATURES:
        raise NotProved("the note has too many signatures")
    for line in lines:
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        signature = _decoded(encoded)
        if dash != "—" or not _is_name(name) or len(signature) < 5:
            raise NotProved(f"{line[:100]!r} is no signature")
        if (name, signature[:4]) == (key.name, key.id):
            try:
                Ed25519PublicKey.from_public_bytes(key.public).verify(signature[4:], text.encode())
            except InvalidSignature:
                raise NotProved(f"the signature of {key.name} is forged") from None
            is_signed = True
    if not is_signed:
        raise NotProved(f"the key {key} has not signed this")
    return text


def checkpoint_of(note: str, key: Key) -> Checkpoint:
    """The checkpoint that a log has signed with its key. Raises NotProved."""
    checkpoint = Checkpoint.parse(text_of_note(note, key))
    if checkpoint.origin != key.name:
        raise NotProved(f"the checkpoint is of {checkpoint.origin}, the key of {key.name}")
    return checkpoint


# Proofs in files, and tiles.


@dataclass(frozen=True)
class Proof:
    """A proof of inclusion with the checkpoint that it leads to: a `.tlog-proof`."""

    index: int
    path: tuple[bytes, ...]
    note: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """The proof in a file. Raises NotProved."""
        head, gap, note = text.partition("\n\n")
        first, *lines = head.split("\n")
        if lines and lines[0].startswith("extra "):
            del lines[0]  # nothing authenticates it
        word, _, index = (lines or [""])[0].partition(" ")
        if not gap or first != PROOF or word != "index" or not _is_number(index):
            raise NotProved(f"this is no proof: its first line would be {PROOF}")
        path = tuple(map(_decoded, lines[1:]))
        if len(path) > LONGEST_PATH or any(len(hash) != 32 for hash in path):
            raise NotProved("a path is at most 64 hashes of 32 bytes, a line each")
        return cls(int(index), path, note)

    def __str__(self) -> str:
        """The proof as a text that `parse` reads."""
        hashes = (b64encode(hash).decode() for hash in self.path)
        return "\n".join((PROOF, f"index {self.index}", *hashes, "", self.note))

    def check(self, entry: bytes, key: Key) -> Checkpoint:
        """Check that the entry is in the log of a key; the checkpoint that says so.

        Raises NotProved.
        """
        checkpoint = checkpoint_of(self.note, key)
        check_inclusion(
            leaf_of(entry),
            index=self.index,
            size=checkpoint.size,
            path=self.path,
            root=checkpoint.root,
        )
        return checkpoint


def tile_path(level: int | str, number: int, width: int = TILE) -> str:
    """Where a tile of a log lies; that of its entries has the level `entries`.

    >>> tile_path(0, 1234067), tile_path("entries", 5, 17)
    ('tile/0/x001/x234/067', 'tile/entries/005.p/17')
    """
    thousands, last = divmod(number, 1000)
    places = [f"{last:03d}"]
    while thousands:
        thousands, part = divmod(thousands, 1000)
        places.insert(0, f"x{part:03d}")
    partial = f".p/{width}" if width < TILE else ""
    return f"tile/{level}/{'/'.join(places)}{partial}"


def entries_of(bundle: bytes) -> Iterator[bytes]:
    """The entries of a bundle, each with its length in two bytes before it. Raises NotProved."""
    at = 0
    while at < len(bundle):
        begins = at + 2
        at = begins + int.from_bytes(bundle[at:begins], "big")
        if at > len(bundle):
            raise NotProved("a bundle of entries is cut off")
        yield bundle[begins:at]


def _decoded(text: str) -> bytes:
    try:
        content = b64decode(text, validate=True)
    except (NotBase64, ValueError):
        return b""
    # One text for one content: nothing may hide in the last bits.
    return content if b64encode(content).decode() == text else b""


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and (text == "0" or text[0] != "0") and len(text) < 19


def _is_name(text: str) -> bool:
    return text != "" and "+" not in text and text.split() == [text]


def main(entry: str, proof: str, key: str) -> None:
    """Check the file of a proof against the file of an entry."""
    found = Proof.parse(Path(proof).read_text(encoding="utf-8"))
    checkpoint = found.check(Path(entry).read_bytes(), Key.parse(key))
    told = f"{checkpoint.origin}: a log of {checkpoint.size} events has this one at {found.index}"
    sys.stdout.write(f"{told}\n")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:4])
    except NotProved as why:
        sys.exit(f"not proved: {why}")
