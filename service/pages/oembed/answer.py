"""oEmbed: how another site shows a page of ours in a frame, from its address alone.

A page is embedded by its path under `/embed`, with the same query. Only pages of
this service are described: the address of any other is a 404, as the
specification has it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree as ET

import msgspec

from events.errors import AnnalesError, BadFilter, PositionAhead
from service.asking.errors import NoFrame
from service.asking.filters import PINS
from service.asking.parameter import whole_number
from service.asking.query import Query, located
from service.drawing import poster
from service.pages.kinds import PAGES
from service.pages.shell.kind import PageKind
from service.pages.shell.pictured import pictures_of
from service.pages.shell.tracked import untracked
from service.translations import Language, chosen
from service.web.pausing import await_copy, reading_at
from service.web.response import arguments
from service.web.root import archive
from service.words.printable import printable
from service.words.speech import Speech

JSON = "application/json"
XML = "text/xml"
FORMATS = ("json", "xml")

WIDTH = 800
"""How wide a frame is, in pixels, where the site does not say how much room it has."""

LEAST, MOST = 1, 99_999
"""The sizes that a site may have room for, in pixels. By oEmbed 1.0 a frame obeys, however little
that is."""

EMBEDDED = {
    re.compile(kind.path.replace("{id}", "([a-z0-9-]{1,120})")): kind
    for kind in PAGES
    if kind.frames
}
"""The pages that can be embedded, by what their paths look like."""

FRAMED = tuple(kind.path for kind in EMBEDDED.values())
"""Their paths."""

NAME = "Annales"
"""What a page is called of which nothing more can be said."""

LONGEST = 200
"""How long a title may be, in characters."""

NOT_PLAIN = re.compile(r"[^\w@:.~+/ ,;?’()（）“”、，；：·%–-]+")
"""What may not stand in a title: not every site escapes it, and this could be markup."""

AGE = 86_400
"""How long an answer may be kept, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Embed:
    """A page in a frame: what is there, its own address, those of the frame and of its poster, and
    the size in pixels. It fills the width that it is given, up to `widest` if the site says so. The
    poster has one size, and is None where the site has no room for that."""

    title: str
    url: str
    source: str
    poster: str | None
    width: int
    height: int
    widest: int | None


class _Shown(NamedTuple):
    """A page that can be embedded, as it is asked: the id in its path, its query and language."""

    kind: PageKind
    id: str
    query: Query
    lang: Language


def embed(texts: Mapping[str, str], *, root: str) -> Embed:
    """The frame of the page at the parameter `url`.

    `root` is the address of the service, without a slash at its end.
    Raises BadFilter for a parameter, and NoFrame for what is no page that can be embedded.
    """
    url = texts.get("url")
    if url is None:
        raise BadFilter("url", "", "the address of a page of this service is needed")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise NoFrame(url, FRAMED) from None
    # `urlsplit` skips line breaks and the like, so the address is put together anew below.
    ours = f"{parts.scheme}://{parts.netloc}".lower() == root.lower()
    path = re.sub(r"^/embed(?=/)", "", parts.path or "/")
    page = "/state" if path == "/" else path
    pairs = untracked(parse_qsl(parts.query, keep_blank_values=True))
    shown = _shown(page, pairs) if ours else None
    if shown is None:
        raise NoFrame(url, FRAMED)
    query = located("", pairs)
    itself = replace(shown.query, filters={**shown.query.filters, "lang": shown.lang})
    pictures = pictures_of(itself, shown.kind.pictured.replace("{id}", shown.id), is_drawn=False)
    width, height = _room("maxwidth", texts), _room("maxheight", texts)
    has_room = width >= poster.WIDTH and height >= poster.HEIGHT
    return Embed(
        title=_title(shown),
        url=f"{root}{path}{query}",
        source=f"{root}/embed{page}{query}",
        poster=f"{root}{pictures.poster}" if has_room else None,
        width=min(WIDTH, width),
        height=min(shown.kind.frames[0].height_at(width), height),
        widest=min(WIDTH, width) if "maxwidth" in texts else None,
    )


def _shown(path: str, pairs: Sequence[tuple[str, str]]) -> _Shown | None:
    """The page at a path with these parameters; None where there is none that can be embedded."""
    texts = dict(pairs)
    for pattern, kind in EMBEDDED.items():
        if (found := pattern.fullmatch(path)) is None:
            continue
        taken = {*kind.takes, *PINS, "lang"}
        if len(texts) < len(pairs) or not texts.keys() <= taken:
            return None
        id = "".join(found.groups())
        question = kind.question_of(texts)
        stream = None if question is None else question.stream(id)
        if stream is not None and not archive().chronicle.revision(stream):
            return None
        try:
            lang = chosen(None, texts.get("lang"))
            begin = None if kind.begin is None else kind.begin(texts)
            shown = texts if begin is None else begin
            of_page = {name: text for name, text in shown.items() if name in kind.takes}
            return _Shown(kind, id, kind.query(arguments(path, of_page, id=id)), lang)
        except PositionAhead as ahead:
            await_copy(ahead.position)
            return None
        except AnnalesError:
            return None
    return None


def _title(shown: _Shown) -> str:
    """What the page is called, less what could be markup."""
    query = shown.query
    known = query.as_of.known if query.position is None else query.position
    if shown.kind.title is None:
        return NAME
    try:
        title = shown.kind.title(reading_at(known), query, Speech(shown.lang))
    except AnnalesError:
        return NAME  # the views have not read it yet, or it was not there at these clocks
    return NOT_PLAIN.sub("", title.replace("'", "’"))[:LONGEST] or NAME


def oembed_text(frame: Embed, *, root: str, format: str) -> bytes:
    """What oEmbed 1.0 says of a frame of the type `rich`, as JSON or XML."""
    members: dict[str, Any] = {
        "version": "1.0",
        "type": "rich",
        "title": frame.title,
        "provider_name": NAME,
        "provider_url": f"{root}/",
        "cache_age": AGE,
        "width": frame.width,
        "height": frame.height,
        **_thumbnail(frame),
        "html": _html(frame),
    }
    if format == "json":
        return msgspec.json.encode(members)
    answer = ET.Element("oembed")
    for name, value in members.items():
        ET.SubElement(answer, name).text = printable(str(value))
    written: bytes = ET.tostring(answer, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _thumbnail(frame: Embed) -> dict[str, Any]:
    if frame.poster is None:
        return {}
    return {
        "thumbnail_url": frame.poster,
        "thumbnail_width": poster.WIDTH,
        "thumbnail_height": poster.HEIGHT,
    }


def _html(frame: Embed) -> str:
    most = "" if frame.widest is None else f";max-width:{frame.widest}px"
    return (
        f'<iframe src="{escape(frame.source)}" title="{escape(frame.title)}"'
        f' width="100%" height="{frame.height}" loading="lazy" style="border:0{most}"></iframe>'
    )


def _room(name: str, texts: Mapping[str, str]) -> int:
    """The greatest width or height that the site has room for: any, where it says none."""
    text = texts.get(name)
    return MOST if text is None else whole_number(name, text, LEAST, MOST)
