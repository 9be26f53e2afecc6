"""Roots, paths and tiles are those of RFC 9162, by its vectors and by two programs of others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import pytest
from pymerkle import InmemoryTree  # type: ignore[import-untyped] # it has no types

from events.ledger.checking import (
    TILE,
    Growing,
    NotProved,
    check_consistency,
    check_inclusion,
    leaf_of,
)
from events.ledger.tree import consistency, inclusion, joined, root_of

VECTORS = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", f"{0x60:02x}")
"""The entries of the tests of Certificate Transparency; the last one goes on to 6f."""

ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
"""The root of each size."""

OF_1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
OF_2_3 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
OF_4_7 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
OF_4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
OF_6_7 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
OF_4_5 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"

LARGEST = 65_536 + 300


class Kept:
    """Hashes as a log keeps them: all leaves, and above them the roots of whole tiles."""

    def __init__(self, entries: Sequence[bytes]) -> None:
        level = list(map(leaf_of, entries))
        self.levels = [level]
        while len(level) >= TILE:
            whole = range(0, len(level) - TILE + 1, TILE)
            level = [joined(level[first : first + TILE]) for first in whole]
            self.levels.append(level)

    def hashes(self, level: int, first: int, count: int) -> Sequence[bytes]:
        """Some of a level, all of which are there."""
        assert 0 < count <= TILE
        found = self.levels[level][first : first + count]
        assert len(found) == count
        return found


def entries(many: int) -> list[bytes]:
    """Entries that differ."""
    return [b"entry %d" % number for number in range(many)]


@pytest.fixture(scope="module")
def kept() -> Kept:
    """A tree of three levels."""
    return Kept(entries(LARGEST))


@pytest.fixture(scope="module")
def theirs() -> Any:
    """The beginning of the same, as pymerkle makes it."""
    tree = InmemoryTree()
    for entry in entries(700):
        tree.append_entry(entry)
    return tree


@pytest.fixture(scope="module")
def roots() -> dict[int, bytes]:
    """The roots of the sizes that are asked, of leaves that come one by one."""
    growing = Growing()
    found = {0: growing.root()}
    for number, entry in enumerate(entries(LARGEST)):
        growing.add(leaf_of(entry))
        if number < 700 or abs(number - 65_536) < 310:
            found[number + 1] = growing.root()
    return found


def test_the_vectors_of_certificate_transparency_hold() -> None:
    """Roots of one to eight leaves, and the paths that its tests name."""
    texts = [*VECTORS[:7], "606162636465666768696a6b6c6d6e6f"]
    tree = Kept([bytes.fromhex(text) for text in texts])
    for size, root in enumerate(ROOTS, start=1):
        assert root_of(tree, size).hex() == root
    for index, size, *path in (
        (0, 1),
        (0, 8, OF_1, OF_2_3, OF_4_7),
        (5, 8, OF_4, OF_6_7, ROOTS[3]),
    ):
        assert [hash.hex() for hash in inclusion(tree, int(index), int(size))] == path
    for old, size, *path in (
        (1, 1),
        (1, 8, OF_1, OF_2_3, OF_4_7),
        (6, 8, OF_4_5, OF_6_7, ROOTS[3]),
        (2, 5, OF_2_3, OF_4),
    ):
        assert [hash.hex() for hash in consistency(tree, int(old), int(size))] == path


def test_roots_of_all_sizes_are_those_of_pymerkle(
    kept: Kept, theirs: Any, roots: dict[int, bytes]
) -> None:
    """From none to 600; beyond a tile of tiles they are those of leaves that come one by one."""
    for size in range(601):
        assert root_of(kept, size) == roots[size]
        assert not size or theirs.get_root(size) == roots[size]
    for size in (65_535, 65_536, 65_537, 65_792, LARGEST):
        assert root_of(kept, size) == roots[size]


def chosen(chance: Random, roots: dict[int, bytes]) -> tuple[int, int]:
    """A size and another that is not larger, often near the edges of tiles."""
    size = chance.choice([chance.randrange(1, 600), 255, 256, 257, chance.choice([*roots][601:])])
    return min(chance.choice([chance.randrange(1, size + 1), 256, size // 2 + 1]), size), size


def test_random_proofs_hold_and_are_those_of_others(
    kept: Kept, theirs: Any, roots: dict[int, bytes]
) -> None:
    """A thousand of inclusion, as pymerkle makes them, and a thousand of consistency."""
    chance = Random(9162)
    for _ in range(1000):
        old, size = chosen(chance, roots)
        index = old - 1
        path = inclusion(kept, index, size)
        leaf = kept.levels[0][index]
        check_inclusion(leaf, index=index, size=size, path=path, root=roots[size])
        if size <= 700:
            other = theirs.prove_inclusion(index + 1, size).serialize()["path"]
            assert [hash.hex() for hash in path] == other[1:]
        if old in roots:
            path = consistency(kept, old, size)
            check_consistency(
                old_size=old, old_root=roots[old], size=size, root=roots[size], path=path
            )


def mutated(path: Sequence[bytes], chance: Random) -> list[bytes]:
    """Another path: one bit of it, one more, one less, two in another order."""
    other = list(path)
    if not other or chance.random() < 0.2:
        return [*other, chance.randbytes(32)]
    place = chance.randrange(len(other))
    if chance.random() < 0.2:
        del other[place]
    elif chance.random() < 0.2 and len(set(other)) > 1:
        other = [*other[1:], other[0]]
    else:
        hash = bytearray(other[place])
        hash[chance.randrange(32)] ^= 1 << chance.randrange(8)
        other[place] = bytes(hash)
    return other


def refuses(check: Callable[..., None], *found: Any, **asked: Any) -> bool:
    """Whether a proof does not hold."""
    with pytest.raises(NotProved):
        check(*found, **asked)
    return True


def test_mutated_proofs_do_not_hold(kept: Kept, roots: dict[int, bytes]) -> None:
    """Nor do those of another index, another size, another leaf; five hundred of each."""
    chance = Random(500)
    for _ in range(500):
        old, size = chosen(chance, roots)
        index, root = old - 1, roots[size]
        path, leaf = inclusion(kept, index, size), kept.levels[0][index]
        asked = {"index": index, "size": size, "root": root}
        assert refuses(check_inclusion, leaf, **asked, path=mutated(path, chance))
        assert refuses(check_inclusion, kept.levels[0][index + 1], **asked, path=path)
        if size > 1:
            asked["index"] = (index + 1) % size
            assert refuses(check_inclusion, leaf, **asked, path=path)
        if old not in roots or old == size:
            continue
        found = consistency(kept, old, size)
        told = {"old_size": old, "old_root": roots[old], "size": size, "root": root}
        assert refuses(check_consistency, **told, path=mutated(found, chance))
        assert refuses(check_consistency, **{**told, "old_root": roots[0]}, path=found)
        assert refuses(check_consistency, **{**told, "root": roots[0]}, path=found)


def test_paths_and_verdicts_are_those_of_aics_tlog(kept: Kept, roots: dict[int, bytes]) -> None:
    """It knows the RFC by code of its own, for what pymerkle writes otherwise."""
    aics = pytest.importorskip("aics_tlog")
    tree = aics.MerkleTree(entries(700))
    chance = Random(6962)
    for _ in range(300):
        old, size = chosen(chance, roots)
        if size > 700:
            continue
        found = consistency(kept, old, size)
        assert found == list(tree.consistency_proof(old, size))
        assert inclusion(kept, old - 1, size) == list(tree.inclusion_proof(old - 1, size))
        if old < size:
            other = mutated(found, chance)
            assert not aics.verify_consistency(old, size, roots[old], roots[size], other)
