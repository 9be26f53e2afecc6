"""What is published of a log in PostgreSQL, as it lies in the folder of a node: the checkpoint, the
key that signed it, and the base.

A node is a witness: it takes over no checkpoint that its own tree does not come to. Where it comes
to another root, none is served, the one before neither, until one comes that holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from events import files
from events.errors import AnnalesError
from events.ledger import base, signing
from events.ledger.checking import Checkpoint, Key, NotProved, checkpoint_of
from events.ledger.ledger import Ledger

if TYPE_CHECKING:
    from events.store.postgres.log import PostgresLog


class NotWhatWasSigned(AnnalesError):
    """The copy of a node and a checkpoint of the log are not of one log. Compare the node with the
    one that signs: `annales verify` says which of them is not what was written."""

    def __init__(self, position: int, why: str) -> None:
        self.position, self.why = position, why
        super().__init__(f"up to @{position} the copy is not what was signed: {why}")


class Published:
    """What is published of a log, in the folder of a node. One process at a time takes it over."""

    def __init__(self, ledger: Ledger, log: PostgresLog) -> None:
        self._ledger = ledger
        self._folder = ledger.folder
        self._log = log
        self._number = 0
        self._untaken: Mapping[str, str] = {}

    def take(self, texts: Mapping[str, str]) -> bool:
        """Take over texts by their names, as far as they are newer; False where the copy has less
        than the checkpoint is of, which is then to be taken once it has more.

        Raises NotWhatWasSigned.
        """
        if (text := texts.get(base.NAME)) is not None:
            self._write(base.NAME, text)
        if (text := texts.get(signing.PUBLIC)) is not None:
            self._take_key(text)
        note = texts.get(signing.CHECKPOINT)
        return note is None or self._take_checkpoint(note)

    def look(self) -> bool:
        """Take over what was published since the last look; whether there was anything, and the
        copy comes to it. Raises NotWhatWasSigned, LogUnreachable."""
        number, texts = self._log.beside(self._number)
        self._untaken = {**self._untaken, **texts}
        self._number = number
        untaken, self._untaken = self._untaken, {}
        if not self.take(untaken):
            self._untaken = untaken
        return bool(untaken) and not self._untaken

    def _take_key(self, text: str) -> None:
        try:
            key = Key.parse(text)
        except NotProved as error:
            raise NotWhatWasSigned(0, f"{signing.PUBLIC} is no key: {error}") from error
        before = signing.read_public(self._folder)
        if before is not None and signing.epoch_of(before.name) < signing.epoch_of(key.name):
            signing.put_aside(self._folder, epoch=signing.epoch_of(before.name))
        self._write(signing.PUBLIC, text)

    def _take_checkpoint(self, note: str) -> bool:
        key = self._ledger.key()
        try:
            checkpoint = None if key is None else checkpoint_of(note, key)
        except NotProved:
            return True  # it is of an earlier epoch, or of another key, and nobody is to see it
        if checkpoint is None or self._is_later_here(checkpoint):
            return True
        size = self._ledger.size()
        if size < checkpoint.size:
            return False
        if self._ledger.root(checkpoint.size) != checkpoint.root:
            raise self._not_what_was_signed(checkpoint)
        self._write(signing.CHECKPOINT, note)
        return True

    def _is_later_here(self, checkpoint: Checkpoint) -> bool:
        """Whether the one that lies here is of as much or more: this node has just signed it."""
        note, key = self._ledger.checkpoint(), self._ledger.key()
        if note is None or key is None:
            return False
        try:
            return checkpoint_of(note, key).size >= checkpoint.size
        except NotProved:
            return False

    def _not_what_was_signed(self, checkpoint: Checkpoint) -> NotWhatWasSigned:
        with suppress(FileNotFoundError):
            (self._folder / signing.CHECKPOINT).unlink()
        if (damage := self._ledger.log.damage_of_tree()) is not None:
            return NotWhatWasSigned(*damage)
        [(position, _)] = self._ledger.log.tree.rows(0, checkpoint.size - 1, 1)
        why = f"{checkpoint.origin} has signed another root of its first {checkpoint.size:,} events"
        return NotWhatWasSigned(position, why)

    def _write(self, name: str, text: str) -> None:
        """Write a text where there is another."""
        path = self._folder / name
        with suppress(FileNotFoundError):
            if path.read_text(encoding="utf-8") == text:
                return
        files.write(path, text)
