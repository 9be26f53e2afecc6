"""The forms of an answer: how text is made of the value that a question is answered with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from projections.views.reading import Reading
from service.asking.json_text import json_of
from service.asking.query import Query
from service.asking.table import Members

Body = str | bytes | Iterator[bytes]
"""The text of an answer; or its parts, which are sent one by one and of which none may refuse."""

Answer = Callable[[Reading, Query], Any]
"""Returns the members that the schema of a question describes, less the clocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A form of an answer: what `format` calls it, its media type, and how its text is made.

    `answer` is given where the format has an answer of its own; `shape` is what JSON Schema says
    of its text.
    """

    name: str
    media_type: str
    text: Callable[[Query, Any], str]
    meaning: str = ""
    answer: Answer | None = None
    shape: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})


def answer_text(query: Query, answer: Members) -> str:
    """The JSON text of an answer, which begins with its clocks."""
    return json_of({**query.head(), **answer})


JSON = Format(name="json", media_type="application/json", text=answer_text)
