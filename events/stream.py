"""The name of a stream: what the stream is of, and the id of that.

The log, the views and the answers have the name as text, such as `record:juno`. It is put
together and taken apart here alone.
"""

from __future__ import annotations

from typing import NamedTuple


class Stream(NamedTuple):
    """What a stream is of: a `space`, "record" or "source", and an id in it.

    >>> str(Stream.record("juno"))
    'record:juno'
    >>> Stream.parse("source:doi:10.1000").id
    'doi:10.1000'
    """

    space: str
    id: str

    @classmethod
    def parse(cls, name: str) -> Stream:
        """The stream of a name; without a colon, a space alone."""
        space, _, id = name.partition(":")
        return cls(space, id)

    @classmethod
    def record(cls, id: str) -> Stream:
        """The stream of a record."""
        return cls("record", id)

    @classmethod
    def source(cls, id: str) -> Stream:
        """The stream of a source."""
        return cls("source", id)

    def __str__(self) -> str:
        """The name, as the log keeps it."""
        return f"{self.space}:{self.id}"

    @property
    def is_record(self) -> bool:
        """Whether it is of a record, and not of a source."""
        return self.space == "record"
