"""The chronicle that ships with Annales, made and signed. `scripts/ship` runs this.

What was shipped stays as it is to the byte, since logs are copies of it: an edition only adds a
commit. Whoever records, when and under which request is told here and by no machine, so that the
same editions and the same key always make the same file.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from events.chronicle import Chronicle
from events.commit import microseconds
from events.files import write
from events.ledger.checking import Checkpoint, Growing
from events.ledger.signing import Signer
from events.orders import Command, orders
from service.data import CHRONICLE, KEY

ACTOR = "annales"
ORIGIN = "annales/shipped"

Edition = tuple[bytes, str]
"""The lines of an edition, and the instant at which it is recorded."""


def chronicle(shipped: bytes, editions: Sequence[Edition], signer: Signer) -> Iterator[bytes]:
    """The lines of an export that continues another, with its checkpoint."""
    now = 0
    with (
        TemporaryDirectory() as folder,
        Chronicle(Path(folder) / "log.sqlite", clock=lambda: now) as made,
    ):
        made.restore(orders(shipped.splitlines()))
        before = len(made.log.commits())
        for number, (lines, at) in enumerate(editions, start=before + 1):
            now = microseconds(at)
            order = tuple(orders(lines.splitlines()))
            made.execute(Command(orders=order, actor=ACTOR, request=f"edition-{number}"))
        tree, reached = Growing(), 0
        while events := made.log.select_log(after=reached, limit=1000):
            for event in events:
                tree.add(event.leaf)
            reached = events[-1].position
        note = signer.note(Checkpoint(signer.name, tree.size, tree.root()).text)
        for line in made.export(checkpoint=note, key=str(signer.public)):
            yield msgspec.json.encode(line) + b"\n"


def main() -> None:
    """Write the two files of the chronicle that ships."""
    parser = argparse.ArgumentParser(prog="scripts/ship")
    parser.add_argument("--key", type=Path, required=True, metavar="FILE")
    parser.add_argument("--new", action="store_true")
    parser.add_argument("--edition", nargs=2, action="append", default=[], dest="editions")
    asked = parser.parse_args()
    if asked.new:
        if asked.key.exists():
            sys.exit(f"{asked.key} is there already")
        write(asked.key, str(Signer(ORIGIN, secrets.token_bytes(32))), mode=0o600)
    signer = Signer.parse(asked.key.read_text("utf-8"))
    shipped = CHRONICLE.read_bytes() if CHRONICLE.exists() else b""
    editions = [(Path(path).read_bytes(), at) for path, at in asked.editions]
    lines = list(chronicle(shipped, editions, signer))
    CHRONICLE.write_bytes(b"".join(lines))
    KEY.write_text(f"{signer.public}\n", "utf-8")
    sys.stdout.write(f"{len(lines):,} events are signed by {signer.public}\n")


if __name__ == "__main__":
    main()
