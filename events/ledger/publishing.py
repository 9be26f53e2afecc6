"""Signing what the log holds, and nothing that it should not hold.

Before each signature the leaves of all events since the last one are made again from stored bytes;
the first signature of a process is of the whole log, read again from its beginning. What is signed
is the root of the tree over these, which must be that of the hashes that the log keeps, and its
beginning that of the checkpoint before. Where anything differs nothing is signed, then or later,
and the error names the position.
"""

from __future__ import annotations

from collections.abc import Callable

from events.errors import NotToBeSigned
from events.files import write
from events.ledger import signing
from events.ledger.checking import Checkpoint, Growing, NotProved, checkpoint_of, leaf_of
from events.ledger.ledger import Ledger, entry_of

PAGE = 1000
"""How many events are read at once."""

KEY_IS_GONE = (
    f"there is a {signing.CHECKPOINT}, but {signing.KEY} is gone, which signed it: put the key"
    f" back; or move {signing.CHECKPOINT} away, and another is made, which nobody knows yet"
)
SHORT = "the log ends, with {size} events, and {signed} were signed"
REWRITTEN = "or before it something was rewritten, with all that witnessed it in the log"


class Publisher:
    """Signs the log of a folder. One at a time may do so: see `service/archive/signing.py`.

    `origin` is the name of a key that is to be made, if it is to have another than its own. What is
    published goes through `keep`, by its name; before each signature `await_safe` waits until no
    failure of one machine can take away what is signed.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        origin: str | None = None,
        keep: Callable[[str, str], None] | None = None,
        await_safe: Callable[[], None] = lambda: None,
    ) -> None:
        self._ledger = ledger
        self._origin = origin
        self._keep = keep or (lambda name, text: write(ledger.folder / name, text))
        self._await_safe = await_safe
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._tree = Growing()
        self._read_to = 0
        self._signed: Checkpoint | None = None

    def publish(self, go_on: Callable[[], bool] = lambda: True) -> Checkpoint | None:
        """Sign the log as it stands, if it holds what is not signed yet; the newest checkpoint.

        None where there is nothing to sign, or `go_on`, which is asked after each page of events,
        says that it is to end. Raises NotToBeSigned.
        """
        if not self._ledger.size():
            return None  # it is empty, or has no tree
        signer = self._signer()
        last = self._last(signer)
        if last is None or last != self._signed:
            self._begin_anew()
        if not self._read_on(last, go_on):
            return None
        if last is not None and self._tree.size == last.size:
            self._signed = last
            return last
        checkpoint = Checkpoint(signer.name, self._tree.size, self._tree.root())
        if self._ledger.root(checkpoint.size) != checkpoint.root:
            raise self._difference()
        self._await_safe()
        self._keep(signing.CHECKPOINT, signer.note(checkpoint.text))
        self._signed = checkpoint
        return checkpoint

    def _signer(self) -> signing.Signer:
        """The key of this epoch of the log."""
        folder = self._ledger.folder
        epochs = self._ledger.log.epochs()
        epoch = epochs[-1].number if epochs else 1
        signer = signing.read(folder)
        if signer is None and (folder / signing.CHECKPOINT).exists():
            raise NotToBeSigned(0, KEY_IS_GONE)
        if signer is not None and signer.epoch > epoch:
            why = f"the key is of epoch {signer.epoch}, the log of epoch {epoch}"
            raise NotToBeSigned(0, f"{why}: put the right log back")
        if signer is None or signer.epoch < epoch:
            signer = signing.made(folder, self._origin, epoch=epoch)
        if signing.read_public(folder) != signer.public:
            self._keep(signing.PUBLIC, f"{signer.public}\n")
        return signer

    def _last(self, signer: signing.Signer) -> Checkpoint | None:
        note = self._ledger.checkpoint()
        if note is None:
            return None
        try:
            return checkpoint_of(note, signer.public)
        except NotProved as error:
            why = f"the file {signing.CHECKPOINT} is none that this key has signed ({error})"
            raise NotToBeSigned(0, f"{why}: put back the one that was there") from error

    def _read_on(self, last: Checkpoint | None, go_on: Callable[[], bool]) -> bool:
        """Read the log to its end, and see that it goes on from what was signed; False where it is
        not read to its end."""
        tree, log = self._tree, self._ledger.log
        while events := log.events_between(self._read_to, limit=PAGE):
            for event in events:
                leaf = leaf_of(entry_of(event))
                if leaf != event.leaf:
                    self._begin_anew()
                    why = "the event is not what was written: its leaf differs"
                    raise NotToBeSigned(event.position, why)
                tree.add(leaf)
                self._read_to = event.position
                if last is not None and tree.size == last.size and tree.root() != last.root:
                    raise self._difference()
            if not go_on():
                return False
        if last is not None and tree.size < last.size:
            raise self._difference(SHORT.format(size=tree.size, signed=last.size))
        return True

    def _difference(self, otherwise: str = REWRITTEN) -> NotToBeSigned:
        """Where the log is not what was signed: by the tree that it keeps, if that tells."""
        position, why = self._ledger.log.damage_of_tree() or (self._read_to, otherwise)
        self._begin_anew()
        return NotToBeSigned(position, why)
