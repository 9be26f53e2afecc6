"""Drawings as an eye sees them: their elements, where texts stand, which of them meet.

The size of a text is read off the stylesheet, its width is what `letters` says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import service
from service.drawing.lanes import Drawing
from service.drawing.letters import width

CSS = (Path(service.__file__).parent / "pages" / "static" / "drawing.css").read_text("utf-8")
TOKENS = (Path(service.__file__).parent / "pages" / "static" / "tokens.css").read_text("utf-8")

_RULE = re.compile(r"^([^@{}/\n]+)\{([^{}]*)\}", re.MULTILINE)


class Box(NamedTuple):
    """A text and the rectangle that it takes."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def tree(drawing: Drawing | str) -> ET.Element:
    """The drawing as XML; raises where it is none."""
    text = drawing if isinstance(drawing, str) else str(drawing.svg)
    return ET.fromstring(text)  # noqa: S314 - our own text, and entities are none of it


def classed(element: ET.Element, name: str) -> list[ET.Element]:
    """All elements below of a class, whatever its namespace."""
    return [each for each in element.iter() if name in each.get("class", "").split()]


def marks_of(element: ET.Element, statement: str) -> list[ET.Element]:
    """The shapes drawn for a statement."""
    found = [each for each in element.iter() if each.get("data-statement") == statement]
    return [shape for each in found for shape in each if not shape.tag.endswith("title")]


def texts(drawing: Drawing) -> Iterator[Box]:
    """Every text of a drawing with its box."""
    root = tree(drawing)
    family = root.get("class", "").split()
    for element in root.iter("text"):
        classes = element.get("class", "").split()
        flagged = element in list(root.iterfind(".//g[@class='flagbox']/text"))
        look = _look([*family, *(["flagbox"] if flagged else [])], classes)
        size = float(look.get("font-size", "11.5px").removesuffix("px"))
        bold = look.get("font-weight") == "700"
        wide, shown = width(element.text or "", size, bold=bold), element.text or ""
        for title in element.iterfind("title"):
            wide += width(title.tail or "", size, bold=bold)
            shown += title.tail or ""
        for part in element.iterfind("tspan"):
            own = _look(family, part.get("class", "").split())
            part_size = float(own.get("font-size", f"{size}px").removesuffix("px"))
            wide += float(part.get("dx", "0")) + width(part.text or "", part_size)
            shown += part.text or ""
        anchor = look.get("text-anchor", "start")
        x, y = float(element.get("x", "0")), float(element.get("y", "0"))
        left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
        yield Box(shown, left, y - size * 0.75, left + wide, y + size * 0.2)


def meeting(drawing: Drawing) -> list[tuple[str, str]]:
    """The pairs of texts that meet."""
    return [
        (one.text, other.text)
        for one, other in combinations(texts(drawing), 2)
        if one.left < other.right
        and other.left < one.right
        and one.top < other.bottom
        and other.top < one.bottom
    ]


def leaving(drawing: Drawing) -> list[str]:
    """The texts that leave their drawing."""
    return [
        box.text
        for box in texts(drawing)
        if box.left < 0 or box.top < 0 or box.right > drawing.width or box.bottom > drawing.height
    ]


def rules() -> Iterator[tuple[str, dict[str, str]]]:
    """Each selector of the stylesheet with what it sets, in order."""
    for selectors, body in _RULE.findall(CSS):
        pairs = (each.partition(":") for each in body.split(";") if ":" in each)
        set_to = {name.strip(): value.strip() for name, _, value in pairs}
        for selector in selectors.split(","):
            yield selector.strip(), set_to


def _look(family: list[str], classes: list[str]) -> dict[str, str]:
    """What the stylesheet says of a text of the classes in a drawing of the family."""
    found: list[tuple[int, dict[str, str]]] = []
    for selector, set_to in rules():
        *above, last = selector.split()
        own = last.split(".")
        if all(set(part.strip(".").split(".")) <= set(family) for part in above) and (
            own == ["text"] or (own[0] in ("", "text") and set(own[1:]) <= set(classes) and own[1:])
        ):
            found.append((selector.count(".") * 10 + ("text" in last), set_to))
    look: dict[str, str] = {}
    for _, set_to in sorted(found, key=lambda rule: rule[0]):
        look |= set_to
    return look
