"""A source: something that was read, in an id space of its own."""

from __future__ import annotations

import re
from typing import ClassVar

from events.errors import MalformedLine
from events.fact import Edtf, Fact, Slug, Text


class SourceRecorded(Fact, frozen=True, kw_only=True):
    """A source was entered, so that statements can rest on it."""

    TYPE: ClassVar[str] = "source"
    TOPIC: ClassVar[str] = "source-recorded-v1"
    EVENT: ClassVar[str] = "SourceRecorded"
    DATES: ClassVar[tuple[str, ...]] = ("date",)

    id: Slug
    medium: Slug
    title: Text
    author: Text | None = None
    publisher: Text | None = None
    date: Edtf | None = None
    doi: Text | None = None
    url: Text | None = None

    def check(self) -> None:
        """Raises MalformedLine for a url that leads nowhere."""
        if self.url is not None and not re.fullmatch(r"https?://\S+", self.url):
            raise MalformedLine("a url starts with http:// or https://", pointer="/url")
