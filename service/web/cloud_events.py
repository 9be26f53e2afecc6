"""What a follower gets: CloudEvents, in pages and as a stream, whatever they are about.

The id of an event is a position of the log, so a follower goes on exactly where it was.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec

from events.errors import AnnalesError
from service.archive.streams import Streams
from service.serving.pausing import Pause

PATH = "/v1/changes"

STEP = 1000
"""How many events are read from the log at once."""

SKIPPED = 1000
"""After how many positions without an event a stream sends a checkpoint."""

CHECKPOINT = "annales.checkpoint"

HEARTBEAT = b": ka\n"
"""A comment without the empty line that ends a block: some clients take that for an event."""

RETRY = b"retry: 2000\n"
"""Milliseconds after which a client comes back. Part of the first block, never a block alone."""


class Change(Protocol):
    """What a follower gets as one CloudEvent, at a position of the log."""

    @property
    def position(self) -> int:
        """Where it stands in the log, which is its id."""

    @property
    def type(self) -> str:
        """The type of the CloudEvent."""

    def text(self) -> bytes:
        """The CloudEvent in JSON."""


class Page(NamedTuple):
    """Some changes, and where to go on.

    `reached` is the position up to which nothing more is to be shown; `full`
    says that the page has `limit` changes, `at_head` that the log ends
    there. `looked` counts the events that were looked at. A page that is neither
    full nor at the head has looked at enough for once.
    """

    changes: Sequence[Change]
    reached: int
    full: bool
    at_head: bool
    looked: int


class ReadPage(Protocol):
    """Reads the page beyond a position; `looked` is how many events an empty page before it had
    looked at."""

    def __call__(self, *, after: int, limit: int, looked: int = 0) -> Page:
        """The first `limit` of what is to be shown."""


def checkpoint_text(position: int) -> bytes:
    """A CloudEvent that says only how far the log was read, where filters skip much."""
    return cloud_event(position, type=CHECKPOINT, more={}, data={"position": position})


def cloud_event(
    position: int,
    *,
    type: str,
    more: dict[str, str],
    data: dict[str, Any],
    source: str = PATH,
) -> bytes:
    """A CloudEvent in JSON, its id a position of the log."""
    return msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": str(position),
            "source": source,
            "type": type,
            **more,
            "datacontenttype": "application/json",
            # As wide as any position, so that the order of the texts is the order of the log.
            "sequence": f"{position:020d}",
            "data": data,
        }
    )


# --- as a stream


def server_sent(read: ReadPage, streams: Streams, *, after: int, mark: str) -> Iterator[bytes]:
    """The changes beyond `after` as server-sent events, and each new one as it comes; `mark` is
    what has to move for that.

    Each item is a block of `text/event-stream` in UTF-8. It ends after `streams.longest` seconds,
    when the service shuts down, or at an error of a page; a client then goes on from the last id
    that it has, and gets that error as a problem. Where filters skip much, a checkpoint gives the
    client a later id to go on from.
    """
    ends = time.monotonic() + streams.longest
    sent = reached = after
    retry = RETRY
    yield HEARTBEAT  # the headers go out with the first byte
    while not streams.ended and (left := ends - time.monotonic()) > 0:
        try:
            page = read(after=reached, limit=STEP)
        except AnnalesError:
            break
        reached = page.reached
        blocks = [_block(change) for change in page.changes]
        if page.changes:
            sent = page.changes[-1].position
        if reached - sent >= SKIPPED:
            blocks.append(_checkpoint(reached))
            sent = reached
        if blocks:
            yield retry + b"".join(blocks)
            retry = b""
        elif page.at_head:
            until = time.monotonic() + min(streams.heartbeat, left)
            yield Pause(mark, reached, until=until)
            if time.monotonic() >= until:
                yield HEARTBEAT
    if reached > sent:
        yield retry + _checkpoint(reached)


def _block(change: Change) -> bytes:
    name = change.type.encode()
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (change.position, name, change.text())


def _checkpoint(position: int) -> bytes:
    text = checkpoint_text(position)
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (position, CHECKPOINT.encode(), text)
