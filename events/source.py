"""A source: something that was read, in an id space of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Literal

from events.card import Card
from events.errors import MalformedLine
from events.fact import Edtf, Sha256, Slug, Text, Uri


class SourceRecorded(Card, frozen=True, kw_only=True):
    """A source was entered, so that statements can rest on it."""

    TYPE: ClassVar[str] = "source"
    TOPIC: ClassVar[str] = "source-recorded-v1"
    EVENT: ClassVar[str] = "SourceRecorded"
    SPACE: ClassVar[Literal["record", "source"]] = "source"
    RECORD_KIND: ClassVar[str] = "source"
    DATES: ClassVar[tuple[str, ...]] = ("date",)

    medium: Slug
    title: Text
    author: Text | None = None
    publisher: Text | None = None
    date: Edtf | None = None
    doi: Text | None = None
    url: Text | None = None
    archived_url: Text | None = None
    content_sha256: Sha256 | None = None
    same_as: tuple[Uri, ...] = ()

    def unsound(self) -> Iterator[MalformedLine]:
        """A url that leads nowhere."""
        for member in ("url", "archived_url"):
            url = getattr(self, member)
            if url is not None and not is_address(url):
                yield MalformedLine("a url starts with http:// or https://", pointer=f"/{member}")


def is_address(text: str) -> bool:
    """Whether a text is an address that can be opened: of http or https, without blanks."""
    return re.fullmatch(r"https?://\S+", text) is not None
