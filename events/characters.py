"""Which characters a line may bring into the log: those that stay where they are written.

A control character, a separator of lines or an order to change the direction of text does
something to what stands around it, in a table, a terminal or a file of another format. So it is
refused where it would come in. A log from before this rule keeps what it has, and is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from events.errors import MalformedLine
from events.fact import Line

PROSE = frozenset({"summary", "summary_zh", "reason", "attributes"})
"""Members whose texts may have several lines."""

# Besides the controls: the separators of lines and paragraphs; embeddings, overrides and isolates
# of direction, which reach beyond their text unless it ends them, and which no script needs (marks
# of direction are let in); and what XML cannot say.
_NOWHERE = r"\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff"
_NOT_IN_PROSE = re.compile(f"[{_NOWHERE}]")
_NOT_IN_A_LINE = re.compile(f"[\n{_NOWHERE}]")
# The same in JSON, where some are escaped, as is little else.
_PERHAPS = re.compile(rf"[{_NOWHERE}\\]")


def check_characters(line: Line) -> None:
    """Raises MalformedLine for a text that may not stand in its member."""
    for refusal in faults_of_characters(line):
        raise refusal


def faults_of_characters(line: Line) -> Iterator[MalformedLine]:
    """Each text that may not stand in its member, with the pointer to it."""
    # Nearly all lines are done with here, and a load has millions of them.
    if _PERHAPS.search(msgspec.json.encode(line).decode()) is None:
        return
    for steps, text in _texts(line, ()):
        if (found := _NOT_IN_A_LINE.search(text)) is None:
            continue
        is_prose = any(step in PROSE for step in steps[:2])
        if is_prose and (found := _NOT_IN_PROSE.search(text)) is None:
            continue
        named = f"U+{ord(found[0]):04X}"
        if found[0] == "\n":
            why = "it is one line, and has a line break (U+000A)"
        elif is_prose and found[0] == "\r":
            why = "a line break is U+000A alone, without U+000D"
        else:
            why = f"the character {named} cannot be shown, or changes what stands beside it"
        yield MalformedLine(why, pointer="".join(f"/{step}" for step in steps))


def _texts(value: object, steps: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text of a value, with the names that lead to it; names are texts as well."""
    if isinstance(value, str):
        yield steps, value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield steps[:1], name
            yield from _texts(member, (*steps, name))
    elif isinstance(value, list):
        for place, member in enumerate(value):
            yield from _texts(member, (*steps, str(place)))
