"""oEmbed: how another site shows a page of ours in a frame, from its address alone.

A page is embedded by its path under `/embed`, with the same query. Only pages of
this service are described: the address of any other is a 404, as the
specification has it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree as ET

import msgspec

from events.errors import AnnalesError, BadFilter, NotFound, PositionAhead
from service.asking.filters import PINS, place_in
from service.asking.parameter import whole_number
from service.asking.query import Query
from service.linked.citing import record_name
from service.pages.kinds import PAGES
from service.records.answer import record_answer
from service.translations import Language, chosen
from service.web.pausing import await_copy, reading_at
from service.web.response import arguments
from service.web.root import archive
from service.words import labels
from service.words.places import place_title
from service.words.printable import printable

JSON = "application/json"
XML = "text/xml"
FORMATS = ("json", "xml")

WIDTH, HEIGHT = 800, 500
"""The size of a frame, in pixels, where the site does not say how much room it has."""

LEAST, MOST = 100, 99_999
"""The sizes that a site may have room for, in pixels."""

EMBEDDED = {
    re.compile(kind.path.replace("{id}", "([a-z0-9-]{1,120})")): kind
    for kind in PAGES
    if kind.frames
}
"""The pages that can be embedded, by what their paths look like."""

LONGEST = 200
"""How long a title may be, in characters."""

PLAIN = re.compile(r"[\w@:.~+/ ,’()（）“”、·%-]+")
"""The values of parameters that may stand in a title."""

AGE = 86_400
"""How long an answer may be kept, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Embed:
    """A page in a frame: its own address, that of the frame, and the size in pixels."""

    title: str
    url: str
    source: str
    width: int
    height: int


def embed(texts: Mapping[str, str], *, root: str) -> Embed:
    """The frame of the page at the parameter `url`.

    `root` is the address of the service, without a slash at its end.
    Raises BadFilter for a parameter, and NotFound for a page that is not ours to embed.
    """
    url = texts.get("url")
    if url is None:
        raise BadFilter("url", "", "the address of a page of this service is needed")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise NotFound("page", url) from None
    # `urlsplit` skips line breaks and the like, so the address is put together anew below.
    ours = f"{parts.scheme}://{parts.netloc}".lower() == root.lower()
    path = re.sub(r"^/embed(?=/)", "", parts.path or "/")
    shown = "/state" if path == "/" else path
    if not ours or not _is_there(shown, parse_qsl(parts.query, keep_blank_values=True)):
        raise NotFound("page", url)
    query = f"?{parts.query}" if parts.query else ""
    return Embed(
        title=_title(path, dict(parse_qsl(parts.query)), _name(shown, parts.query)),
        url=f"{root}{path}{query}",
        source=f"{root}/embed{shown}{query}",
        width=min(WIDTH, _room("maxwidth", texts)),
        height=min(HEIGHT, _room("maxheight", texts)),
    )


def _is_there(path: str, pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether a page that can be embedded is at a path, and takes these parameters."""
    texts = dict(pairs)
    for pattern, kind in EMBEDDED.items():
        if (found := pattern.fullmatch(path)) is None:
            continue
        taken = {*kind.takes, *PINS, "lang"}
        if len(texts) < len(pairs) or not texts.keys() <= taken:
            return False
        id = "".join(found.groups())
        question = kind.question_of(texts)
        stream = None if question is None else question.stream(id)
        if stream is not None and not archive().chronicle.revision(stream):
            return False
        try:
            chosen(None, texts.get("lang"))
            begin = None if kind.begin is None else kind.begin(texts)
            shown = texts if begin is None else begin
            of_page = {name: text for name, text in shown.items() if name in kind.takes}
            kind.query(arguments(path, of_page, id=id))
        except PositionAhead as ahead:
            await_copy(ahead.position)
            return False
        except AnnalesError:
            return False
        return True
    return False


def _name(path: str, query: str) -> str:
    """What the record of a page is called, at the clocks of the page; empty where it is of none."""
    space, _, id = path.removeprefix("/").partition("/")
    if space != "records":
        return ""
    texts = dict(parse_qsl(query))
    of_record = Query(f"/v1/records/{id}", arguments(path, texts).clocks(), {}, id=id)
    try:
        answer = record_answer(reading_at(of_record.as_of.known), of_record)
    except AnnalesError:
        return ""  # the views have not read it yet, or it was not there at these clocks
    if answer["kind"] == "facility":
        return labels.names_of(answer["card"], texts.get("lang", "en"))[0]
    return record_name(answer)


def _title(path: str, texts: Mapping[str, str], name: str) -> str:
    """What a frame is called: by what it shows, and the plain words of its address.

    Not every site escapes a title, so what could be markup is left out of it.

    >>> _title("/records/juno", {"at": "2013", "lang": "zh"}, "江门中微子实验")
    'Annales: 江门中微子实验, 2013'
    >>> _title("/state", {"at": "2013", "country": "CN,JP", "region": "europe"}, "")
    'Annales: state, 2013, China, Japan and Europe'
    """
    name = name.replace("'", "’")
    shown = name if PLAIN.fullmatch(name) else path.rpartition("/")[2] or "state"
    lang: Language = "zh" if texts.get("lang") == "zh" else "en"
    values = [
        text
        for text in dict.fromkeys(_in_words(key, texts, lang) for key in texts)
        if PLAIN.fullmatch(text)
    ]
    return ", ".join((f"Annales: {shown}", *values))[:LONGEST]


def _in_words(key: str, texts: Mapping[str, str], lang: Language) -> str:
    """What a parameter says in a title: of a place, all of it at its first parameter."""
    if key in ("lang", *PINS):
        return ""
    side, name = ("to_", key[3:]) if key.startswith("to_") else ("", key)
    if name not in ("country", "region"):
        return texts[key]
    named = {name: texts[side + name] for name in ("country", "region") if side + name in texts}
    # A name may have what could be markup, such as an ampersand.
    words = place_title(place_in(named), lang)
    return words if PLAIN.fullmatch(words) else ", ".join(named.values())


def oembed_text(frame: Embed, *, root: str, format: str) -> bytes:
    """What oEmbed 1.0 says of a frame of the type `rich`, as JSON or XML."""
    members: dict[str, Any] = {
        "version": "1.0",
        "type": "rich",
        "title": frame.title,
        "provider_name": "Annales",
        "provider_url": f"{root}/",
        "cache_age": AGE,
        "width": frame.width,
        "height": frame.height,
        "html": _html(frame),
    }
    if format == "json":
        return msgspec.json.encode(members)
    answer = ET.Element("oembed")
    for name, value in members.items():
        ET.SubElement(answer, name).text = printable(str(value))
    written: bytes = ET.tostring(answer, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _html(frame: Embed) -> str:
    return (
        f'<iframe src="{escape(frame.source)}" title="{escape(frame.title)}"'
        f' width="{frame.width}" height="{frame.height}" loading="lazy" style="border:0"></iframe>'
    )


def _room(name: str, texts: Mapping[str, str]) -> int:
    """The greatest width or height that the site has room for."""
    text = texts.get(name)
    if text is None:
        return max(WIDTH, HEIGHT)
    return whole_number(name, text, LEAST, MOST)
