"""Checks, without trust in whoever keeps it, that a log holds an event and has only grown.

One file to copy: it needs the standard library and `cryptography`, and nothing else of Annales.
A *checkpoint* is the size of a log and the root of the Merkle tree over its events, signed with the
key of the log (Ed25519, a C2SP signed note). A *proof of inclusion* shows that an event is in the
tree of a checkpoint, a *proof of consistency* that one tree is the beginning of another (both RFC
9162, section 2.1). Whoever knows the key of a log, as its `/checkpoint/key` says it, can check all
of them offline, and look now and then whether the log has kept what it signed before:

    python checking.py proof EVENT.json EVENT.tlog-proof KEY
    python checking.py answer ANSWER.json [KEY]
    python checking.py audit URL KEY [FILE]

An event is the JSON of `/v1/events/{position}`, or the text that was hashed; an answer is what an
address that ends in `&proof=true` gives. An audit reads a log by its tiles (a folder that has them
will do for the address), all of it or what came since the checkpoint in FILE, which it writes anew
when all holds. KEY is the key or a file with it. Each prints what is proved, or why it is not. The
variable ANNALES_SOURCE_KEY has the key by which a service is read, where it needs one.

Sources: RFC 9162; https://c2sp.org/signed-note, /tlog-checkpoint, /tlog-tiles and /tlog-proof.
"""

from __future__ import annotations

import json
import os
import sys
import time
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from inspect import signature
from pathlib import Path
from typing import Any, NamedTuple, Self

ED25519 = b"\x01"
"""The type of signature that a key names in its first byte."""

READER = "ANNALES_SOURCE_KEY"
"""The variable with the key that a service wants to be read with, if it wants one."""

PROOF = "c2sp.org/tlog-proof@v1"
"""The first line of a proof in a file."""

TILE = 256
"""How many hashes a full tile has, and entries a full bundle."""

MOST_SIGNATURES = 64
LONGEST_NOTE = 100_000
LONGEST_PATH = 64
"""Longer than any honest one."""

BITS = TILE.bit_length() - 1
"""How many levels of the tree one level of tiles has."""

LARGEST = TILE * (2 + 65_535)
"""Bytes of the largest bundle of entries."""

AGENT = "annales-checking (audits a log by its tiles)"
SECONDS = 30.0
SLOWEST = 300.0
BUSY = frozenset({429, 503})
PATIENCE = 8
LONGEST_WAIT = 60
"""Seconds without a byte after which an answer is given up, and seconds that it may take in all;
what a server answers that wants to be left alone for a while, how often it is asked then, and how
many seconds it is left alone at most."""

LONGER = "the path is longer than the tree is high"
SHORTER = "the path is shorter than the tree is high"


class NotProved(ValueError):
    """What was given does not prove what it should, and why."""


class Differs(NotProved):
    """What a log gives is not what it signs: from the event at `index` on, counted from 0."""

    def __init__(self, index: int, why: str) -> None:
        self.index = index
        super().__init__(f"index {index}: {why}")


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

    def graft(self, root: bytes, size: int) -> None:
        """Let a whole tree of 2 ** n leaves join, none of those before being smaller."""
        self._peaks.append(root)
        self.size += size

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


# Answers that carry their proof.

SAYS = (
    "This proves that these events are in the log of the checkpoint. That the answer is what the"
    " log comes to, only the whole log up to the known of the answer proves: whoever has it can"
    " derive these bytes again."
)
"""What an answer with its proof says of itself."""


@dataclass(frozen=True)
class Resting:
    """An event that an answer rests on: its position in the log, its place in the tree, the text
    that was hashed, and the path that proves it."""

    position: int
    index: int
    entry: str
    path: tuple[bytes, ...]

    def members(self) -> dict[str, Any]:
        """What a bundle tells of it."""
        path = [b64encode(hash).decode() for hash in self.path]
        return {"position": self.position, "index": self.index, "entry": self.entry, "path": path}


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """An answer with the proofs of the events that it rests on.

    `of` is its pinned address. `omitted` is how many things it names of which nothing is here.
    """

    of: str
    media_type: str
    body: bytes
    note: str
    key: Key
    events: tuple[Resting, ...]
    omitted: int

    def __str__(self) -> str:
        """The bundle as a text that `checked` reads."""
        members: dict[str, Any] = {"says": SAYS, "of": self.of, "media_type": self.media_type}
        members["digest"] = digest_of(self.body)
        try:
            members["body"] = self.body.decode()
        except UnicodeDecodeError:
            members["body_base64"] = b64encode(self.body).decode()
        members |= {"checkpoint": self.note, "key": str(self.key)}
        members["events"] = [event.members() for event in self.events]
        members["omitted"] = self.omitted
        text = json.dumps(members, ensure_ascii=False, separators=(",", ":"))[:-1]
        # The last member is the digest of all that stands before it.
        return f'{text},"checksum":"{digest_of(text.encode())}"}}\n'

    @property
    def told(self) -> str:
        """How many events it brings, and what it leaves out."""
        rest = f" (those of {self.omitted} more things that it names are left out)"
        return f"{len(self.events)} events{rest if self.omitted else ''}"

    @classmethod
    def checked(cls, text: bytes, key: Key | None = None) -> tuple[Self, Checkpoint]:
        """The bundle in a file, and its checkpoint, if all that can be proved of it offline holds;
        without a key by the one that it brings. Raises NotProved.

        Its checksum guards against accidents alone: who forges a bundle makes it anew. Then `of`,
        `media_type`, `omitted` and the positions are only what somebody says.
        """
        try:
            told = json.loads(text)
            bundle, says, digest = cls._read(told), told["says"], told["digest"]
        except NotProved as why:
            raise NotProved(f"key: {why}") from None
        except (ValueError, TypeError, LookupError, OverflowError, RecursionError) as error:
            raise NotProved(f"this is no answer with its proof: {error!r:.200}") from None
        if says != SAYS:
            raise NotProved("says: it does not say what a bundle proves")
        if digest != digest_of(bundle.body):
            raise NotProved("body: it is not the one of the digest")
        if key is not None and key != bundle.key:
            raise NotProved(f"key: the bundle brings {bundle.key}, which is not the one given")
        checkpoint = bundle._check()
        if str(bundle).encode().rstrip() != text.rstrip():
            raise NotProved("checksum: of, media_type, omitted, a position or it was changed")
        return bundle, checkpoint

    @classmethod
    def _read(cls, told: dict[str, Any]) -> Self:
        body = b64decode(told["body_base64"], validate=True) if "body_base64" in told else None
        return cls(
            of=_text(told["of"]),
            media_type=_text(told["media_type"]),
            body=_text(told["body"]).encode() if body is None else body,
            note=_text(told["checkpoint"]),
            key=Key.parse(_text(told["key"])),
            events=tuple(
                Resting(
                    int(each["position"]),
                    int(each["index"]),
                    _text(each["entry"]),
                    tuple(map(_decoded, each["path"])),
                )
                for each in told["events"]
            ),
            omitted=int(told["omitted"]),
        )

    def _check(self) -> Checkpoint:
        try:
            checkpoint = checkpoint_of(self.note, self.key)
        except NotProved as why:
            raise NotProved(f"checkpoint: {why}") from None
        for event in self.events:
            try:
                check_inclusion(
                    leaf_of(event.entry.encode()),
                    index=event.index,
                    size=checkpoint.size,
                    path=event.path,
                    root=checkpoint.root,
                )
            except NotProved as why:
                raise NotProved(f"the event at @{event.position}: {why}") from None
        return checkpoint


def digest_of(content: bytes) -> str:
    """The digest of some bytes as the header `Repr-Digest` has it (RFC 9530).

    >>> digest_of(b"")
    'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:'
    """
    return f"sha-256=:{b64encode(sha256(content).digest()).decode()}:"


def entry_in(content: bytes) -> bytes:
    """The text that was hashed, in a file of an event: the answer that has it as its `entry`, or
    the text itself."""
    with suppress(ValueError, RecursionError):
        told = json.loads(content)
        if isinstance(told, dict) and isinstance(told.get("entry"), str):
            return str(told["entry"]).encode()
    return content.removesuffix(b"\n")


# Audits: whether a log has kept what it signed, and holds what it signs.

Fetch = Callable[[str], bytes]
"""Gives what lies at a path of a log, such as `checkpoint` or that of a tile. Raises OSError."""


def audit(
    fetch: Fetch,
    key: Key,
    since: Checkpoint | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> tuple[Checkpoint, str]:
    """Check that a log holds what it signs, and has only grown since a checkpoint of before.

    Every entry since then is hashed again, and compared with the tiles and with the signed root;
    one bundle of entries is read at a time. Returns the newest checkpoint, and the note that has
    it. Raises NotProved, Differs where it is known what differs, and what `fetch` raises.
    """
    note = _utf8(fetch("checkpoint"))
    newest = checkpoint_of(note, key)
    old = since or Checkpoint(newest.origin, 0, sha256().digest())
    if old.origin != newest.origin:
        raise NotProved(f"the checkpoint of before is of {old.origin}, this of {newest.origin}")
    if newest.size < old.size:
        raise Differs(
            newest.size, f"the log ends here, and had {old.size} events: it was truncated"
        )
    tiles = _Tiles(fetch, newest.size)
    tree = _beginning(tiles, old)
    for number in range(old.size // TILE, -(-newest.size // TILE)):
        leaves = tiles.checked(number)
        for leaf in leaves[max(0, old.size - number * TILE) :]:
            tree.add(leaf)
        progress(number * TILE + len(leaves))
    if tree.root() != newest.root:
        # Whatever stands in a full tile is what the level above has of it.
        tiles.check_order(newest.size // TILE)
        first = max(old.size, newest.size // TILE * TILE)
        why = f"from here to {newest.size - 1} something is another than was signed"
        raise Differs(first, why)
    return newest, note


def _beginning(tiles: _Tiles, old: Checkpoint) -> Growing:
    """The tree of the first leaves, if it is the one of before. Raises NotProved."""
    tree, first = Growing(), 0
    for bit in reversed(range(old.size.bit_length())):
        if old.size >> bit & 1:
            # A whole tree of 2 ** bit leaves, of which a row of hashes lies in one tile.
            level, rest = divmod(bit, BITS)
            number, place = divmod(first >> (BITS * level), TILE)
            whole = Growing()
            for hash in tiles.hashes(level, number)[place : place + (1 << rest)]:
                whole.add(hash)
            tree.graft(whole.root(), 1 << bit)
            first += 1 << bit
    if tree.root() != old.root:
        raise NotProved(
            f"the log of before is not its beginning: of the first {old.size} events something was"
            " rewritten (an audit of the whole log may name it)"
        )
    return tree


class _Tiles:
    """The tiles of a log, which are read at its newest size."""

    def __init__(self, fetch: Fetch, size: int) -> None:
        self._fetch, self._size = fetch, size
        self._last: dict[int, tuple[int, list[bytes]]] = {}

    def hashes(self, level: int, number: int) -> list[bytes]:
        """The hashes of a tile; of each level the last one is kept. Raises NotProved."""
        kept, hashes = self._last.get(level, (-1, []))
        if kept != number:
            hashes = self._read(level, number)
            self._last[level] = number, hashes
        return hashes

    def _read(self, level: int, number: int) -> list[bytes]:
        width = min(TILE, (self._size >> (BITS * level)) - number * TILE)
        content = self._part(level, number, width)[: 32 * width]
        if len(content) != 32 * width:
            raise Differs(number * TILE << (BITS * level), "a tile of hashes is cut off")
        return [content[at : at + 32] for at in range(0, len(content), 32)]

    def checked(self, number: int) -> list[bytes]:
        """The hashes of a tile of level 0, each of which is that of its entry. Raises NotProved."""
        first = number * TILE
        try:
            hashes = self.hashes(0, number)
        except Differs:
            self.check_order(number)
            raise
        entries = self._entries(number)
        for index, hash in enumerate(hashes, start=first):
            try:
                entry = next(entries)
            except StopIteration:
                raise Differs(index, "there is no entry, and the tree has one") from None
            except NotProved as why:
                raise Differs(index, str(why)) from None
            if leaf_of(entry) != hash:
                raise Differs(index, f"the entry{_called(entry)} is not the one in the tree")
        if len(hashes) == TILE:
            tree = Growing()
            for hash in hashes:
                tree.add(hash)
            tile, place = divmod(number, TILE)
            if tree.root() != self.hashes(1, tile)[place]:
                self.check_order(number)
                last = first + TILE - 1
                raise Differs(first, f"from here to {last} something is another than it was")
        return hashes

    def check_order(self, number: int) -> None:
        """Check that the entries of a tile follow one another as events do, by which it may be told
        where one is missing or stands elsewhere. Raises Differs."""
        order = _Order()
        for index, entry in enumerate(self._entries(number), start=number * TILE):
            if not order.goes_on(entry):
                raise Differs(index, f"the entry{_called(entry)} does not follow the one before")

    def _entries(self, number: int) -> Iterator[bytes]:
        width = min(TILE, self._size - number * TILE)
        return entries_of(self._part("entries", number, width)) if width else iter(())

    def _part(self, level: int | str, number: int, width: int) -> bytes:
        try:
            return self._fetch(tile_path(level, number, width))
        except OSError:
            if width == TILE:
                raise
            return self._fetch(tile_path(level, number))  # a log that has grown may have it alone


class _Order:
    """Events in their order: each stream has its versions one by one, and time goes on."""

    def __init__(self) -> None:
        self._versions: dict[str, int] = {}
        self._recorded = ""

    def goes_on(self, entry: bytes) -> bool:
        """Whether an entry may stand behind those before; anything may that is no event."""
        with suppress(ValueError, TypeError, LookupError, RecursionError):
            told = json.loads(entry)
            stream, version, recorded = told["stream"], told["version"], told["recorded_at"]
            before = self._versions.get(stream, version - 1)
            is_next = version == before + 1 and recorded >= self._recorded
            self._versions[stream], self._recorded = version, recorded
            return bool(is_next)
        return True


def _called(entry: bytes) -> str:
    """How an entry calls itself, if it is an event."""
    with suppress(ValueError, TypeError, LookupError, RecursionError):
        told = json.loads(entry)
        return f" ({told['stream']}, version {told['version']})"[:200]
    return ""


class Served:
    """What is served below an address, asked for one after the other, as fast as the server lets
    one ask."""

    def __init__(self, url: str, wait: Callable[[float], None] = time.sleep) -> None:
        self._url, self._wait = url.rstrip("/"), wait

    def __call__(self, path: str, most: int = LARGEST) -> bytes:
        """The content at a path. Raises OSError."""
        # Whoever only makes hashes does not wait for these. The address is one of http or https:
        # see `fetching`.
        from http.client import HTTPException  # noqa: PLC0415
        from urllib.error import HTTPError  # noqa: PLC0415

        times = 0
        while True:
            try:
                content = self._answer(path, most)
                break
            except HTTPError as error:
                error.close()
                times += 1
                if error.code not in BUSY or times == PATIENCE:
                    raise
                told = error.headers.get("Retry-After", "")
                self._wait(min(int(told) if _is_number(told) else 2**times, LONGEST_WAIT))
            except HTTPException as error:
                raise OSError(f"{path}: {error!r}") from error
        if len(content) > most:
            raise OSError(f"{path} has more than {most} bytes")
        return content

    def _answer(self, path: str, most: int) -> bytes:
        """What is answered now, up to a byte more than there may be. It is read in a thread: who
        sends a byte now and then is never silent, and is left behind."""
        from concurrent.futures import Future  # noqa: PLC0415
        from threading import Thread  # noqa: PLC0415
        from urllib.request import Request, urlopen  # noqa: PLC0415

        asked = Request(f"{self._url}/{path}", headers={"User-Agent": AGENT})  # noqa: S310
        if reader := os.environ.get(READER):
            # Where a redirect leads, it is not sent.
            asked.add_unredirected_header("Authorization", f"Bearer {reader}")
        answer: Future[bytes] = Future()

        def read() -> None:
            try:
                with urlopen(asked, timeout=SECONDS) as response:  # noqa: S310  # nosec B310
                    content: bytes = response.read(most + 1)
                    if response.length and len(content) <= most:
                        raise OSError(f"{path} ends before its end")
                answer.set_result(content)
            except Exception as error:  # noqa: BLE001 -- it is raised by whoever waits
                answer.set_exception(error)

        Thread(target=read, daemon=True).start()
        try:
            return answer.result(SLOWEST)
        except TimeoutError:
            if answer.done():
                raise
            raise OSError(f"{path} takes more than {SLOWEST:.0f} seconds") from None


def fetching(log: str) -> Fetch:
    """What reads a log at an address, or in a folder that has the same below it."""
    if log.startswith(("http://", "https://")):
        return Served(log)
    return lambda path: (Path(log) / path).read_bytes()


def _decoded(text: str) -> bytes:
    try:
        content = b64decode(text, validate=True)
    except (NotBase64, ValueError):
        return b""
    # One text for one content: nothing may hide in the last bits.
    return content if b64encode(content).decode() == text else b""


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and (text == "0" or text[0] != "0") and len(text) < 19


def _text(told: object) -> str:
    if not isinstance(told, str):
        raise TypeError(f"{told!r:.50} is no text")
    told.encode()  # half of a pair of surrogates has no bytes: a ValueError
    return told


def _utf8(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise NotProved("it is no text in UTF-8") from None


def _is_name(text: str) -> bool:
    return text != "" and "+" not in text and text.split() == [text]


# As a command.


def read_key(text: str) -> Key:
    """The key in a text, or in the file that the text names. Raises NotProved."""
    with suppress(OSError, ValueError):
        text = Path(text).read_text(encoding="utf-8")
    return Key.parse(text)


def check_proof(entry: str, proof: str, key: str) -> str:
    """Check the file of a proof against the file of an event; what it proves."""
    found = Proof.parse(_utf8(Path(proof).read_bytes()))
    checkpoint = found.check(entry_in(Path(entry).read_bytes()), read_key(key))
    return f"{checkpoint.origin}: a log of {checkpoint.size} events has this one at {found.index}"


def check_answer(answer: str, key: str | None = None) -> str:
    """Check an answer with its proof, in a file; what it proves."""
    given = None if key is None else read_key(key)
    bundle, checkpoint = Bundle.checked(Path(answer).read_bytes(), given)
    by = "" if given else f" (by the key that it brings itself, {bundle.key})"
    return (
        f"{checkpoint.origin}: a log of {checkpoint.size} events has the {bundle.told} of this"
        f" answer{by}\n{SAYS}"
    )


def check_log(log: str, key: str, file: str | None = None) -> str:
    """Audit a log since the checkpoint in a file, if there is one, and keep the newest in it; what
    is proved."""
    given = read_key(key)
    since = None
    if file is not None and Path(file).exists():
        since = checkpoint_of(_utf8(Path(file).read_bytes()), given)
    checkpoint, note = audit(fetching(log), given, since)
    if file is not None:
        beside = Path(f"{file}.new")
        beside.write_text(note, encoding="utf-8")
        beside.replace(file)
    before = f", and begin with the {since.size} of before" if since else ""
    return f"{checkpoint.origin}: the {checkpoint.size} events are those that it signs{before}"


COMMANDS: dict[str, Callable[..., str]] = {
    "proof": check_proof,
    "answer": check_answer,
    "audit": check_log,
}


def main(arguments: Sequence[str]) -> str | None:
    """Run a command; what is wrong, if something is."""
    name, *given = arguments or [""]
    if name not in COMMANDS or not _takes(COMMANDS[name], given):
        return __doc__
    try:
        sys.stdout.write(f"{COMMANDS[name](*given)}\n")
    except NotProved as why:
        return f"not proved: {why}"
    except OSError as error:
        return f"cannot be read: {error}"
    except ImportError as error:
        return f"{error}: `pip install cryptography` brings what checks signatures"
    return None


def _takes(command: Callable[..., str], given: Sequence[str]) -> bool:
    try:
        signature(command).bind(*given)
    except TypeError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
