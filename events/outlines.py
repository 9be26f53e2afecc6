"""The outlines of the records that were written to last, kept in bounded memory.

Whoever writes year by year comes back to the same records; their streams would be read again
and again. An outline is kept when its record was written to, packed, and the ones that nobody
needed for longest make room.

Others write to the log too. So it is known up to which position of the log the outlines are
right, and `follow` forgets those whose streams have gone on since. What a commit of this process
leaves behind is kept only while that position lies before the commit: what came after it is
then seen by the next `follow`, in whichever order threads come by.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock

from events.outline import Outline
from events.store.sqlite import ChronicleRecorder

ROOM = 64 * 2**20
"""How many bytes all outlines together may take: those of 650,000 statements, 20 to a record."""

PLACE = 500
"""How many bytes one takes beside its own: its name and its place in the order."""

FAR = 10_000
"""After so many events of others all outlines are forgotten rather than looked through."""


class Outlines:
    """The outlines of a log. Safe to share between threads."""

    def __init__(self, *, room: int = ROOM) -> None:
        self.size = 0
        self._room = room
        self._packed: OrderedDict[str, bytes] = OrderedDict()
        self._right_at = 0
        self._lock = Lock()

    def follow(self, log: ChronicleRecorder) -> None:
        """Forget what is no longer right: the outlines of streams that others have written to."""
        with self._lock:
            came = log.versions_after(self._right_at, limit=FAR)
            if len(came) == FAR:
                self._packed.clear()
                self.size = 0
                self._right_at = log.max_notification_id() or 0
                return
            for stream, version in {stream: version for _, stream, version in came}.items():
                packed = self._packed.get(stream)
                if packed is not None and Outline.unpacked(packed).revision != version:
                    self._forget(stream)
            if came:
                self._right_at = came[-1][0]

    def get(self, stream: str) -> Outline | None:
        """The outline of a stream, for the caller alone; None where it is not kept."""
        with self._lock:
            packed = self._packed.get(stream)
            if packed is None:
                return None
            self._packed.move_to_end(stream)
        return Outline.unpacked(packed)

    def keep(self, outlines: Mapping[str, Outline], *, first: int, last: int) -> None:
        """Keep what a commit with events from `first` to `last` has made of its streams."""
        with self._lock:
            if self._right_at >= first:
                return  # what was written to the streams after the commit would not be noticed
            for stream, outline in outlines.items():
                self._forget(stream)
                self._packed[stream] = packed = outline.packed()
                self.size += _size(stream, packed)
            if self._right_at == first - 1:
                self._right_at = last
            while self.size > self._room:
                self._forget(next(iter(self._packed)))

    def _forget(self, stream: str) -> None:
        packed = self._packed.pop(stream, None)
        if packed is not None:
            self.size -= _size(stream, packed)


def _size(stream: str, packed: bytes) -> int:
    return len(stream) + len(packed) + PLACE
