"""Atom and JSON Feed: how a list of entries is written, whatever they are about.

One `Channel` and its `Entry`s give both: `atom_text` (RFC 4287, with the
archives of RFC 5005 and the tombstones of RFC 6721) and `json_feed_text`
(JSON Feed 1.1). The valid time of what an entry is about, which neither has,
stands in `annales:valid` and in `_annales`. Nothing here reads the present
time, so the same values give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any
from xml.etree import ElementTree as ET

from events import dates
from events.dates import Date
from service.asking.json_text import json_of
from service.words.printable import printable

ATOM = "application/atom+xml"
JSON_FEED = "application/feed+json"

AUTHORITY = "annales.org,2026"
"""The authority of our tag URIs (RFC 4151): our domain, and a year in which it was ours."""

NAMESPACES: Mapping[str, str] = {
    "xmlns": "http://www.w3.org/2005/Atom",
    "xmlns:at": "http://purl.org/atompub/tombstones/1.0",
    "xmlns:fh": "http://purl.org/syndication/history/1.0",
    "xmlns:annales": f"tag:{AUTHORITY}:ns",
}

BEFORE_ALL = "1970-01-01T00:00:00Z"
"""When a feed without entries was updated; Atom must have some instant."""


HTML = "text/html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry. `id` is a URI for good, `updated` an instant of RFC 3339, `url` a whole URL,
    of a page unless its `type` says otherwise.

    `text` is its content in paragraphs of plain text. `valid` is the date in the
    world of what it is about. `members` are shown under `_annales` in JSON. An entry that
    `deletes` another names its id: Atom then has a tombstone for that one too.
    """

    id: str
    title: str
    updated: str
    url: str
    author: str
    type: str = HTML
    text: Sequence[str] = ()
    tags: Sequence[str] = ()
    valid: Date | None = None
    deletes: str | None = None
    reason: str = ""
    members: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What a feed says of itself; every URL is a whole one.

    `address` is where it is subscribed to, or, of an archive, where this page
    stands; `current` the former. `pinned` is where these very bytes stand. `home`
    is a page for people, unless `home_type` says otherwise. `previous` is the archive
    with what came before. An archive is a page that is full and will not change.
    """

    id: str
    title: str
    lang: str
    updated: str | None
    address: str
    current: str
    pinned: str
    home: str
    home_type: str = HTML
    previous: str | None = None
    archive: bool = False
    members: Mapping[str, Any] = field(default_factory=dict)


def tag(specific: str) -> str:
    """A tag URI of ours.

    >>> tag("event:2026-11-25T09:00:00.000001Z:1199")
    'tag:annales.org,2026:event:2026-11-25T09:00:00.000001Z:1199'
    """
    return f"tag:{AUTHORITY}:{specific}"


def event_tag(position: int, recorded_at: str) -> str:
    """The id of an event of the log: its place, and its instant, which no other log shares."""
    return tag(f"event:{recorded_at}:{position}")


def atom_text(channel: Channel, entries: Sequence[Entry]) -> bytes:
    """The feed as Atom, its entries in the order given: the newest first, by custom."""
    feed = ET.Element("feed", {**NAMESPACES, "xml:lang": channel.lang})
    _add(feed, "id", channel.id)
    _add(feed, "title", channel.title)
    _add(feed, "updated", channel.updated or BEFORE_ALL)
    _add(_add(feed, "author"), "name", "Annales")
    _add(feed, "generator", "Annales")
    _link(feed, "self", channel.address, ATOM)
    _link(feed, "alternate", channel.home, channel.home_type)
    if channel.archive:
        _add(feed, "fh:archive")
        _link(feed, "current", channel.current, ATOM)
    if channel.previous is not None:
        _link(feed, "prev-archive", channel.previous, ATOM)
    _add(feed, "annales:pinned", href=channel.pinned)
    for entry in entries:
        feed.append(_atom_entry(entry))
        if entry.deletes is not None:
            feed.append(_tombstone(entry, entry.deletes))
    ET.indent(feed, space=" ")
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def json_feed_text(channel: Channel, entries: Sequence[Entry]) -> bytes:
    """The feed as JSON Feed 1.1."""
    members: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": channel.home,
        "feed_url": channel.address,
        "language": channel.lang,
        "authors": [{"name": "Annales"}],
    }
    if channel.previous is not None:
        members["next_url"] = channel.previous
    members["_annales"] = {**channel.members, "archive": channel.archive}
    members["items"] = [_json_item(entry) for entry in entries]
    return json_of(members).encode()


# --- Atom


def _atom_entry(entry: Entry) -> ET.Element:
    element = ET.Element("entry")
    _add(element, "id", entry.id)
    _add(element, "title", entry.title)
    _add(element, "updated", entry.updated)
    _add(element, "published", entry.updated)
    _add(_add(element, "author"), "name", entry.author)
    _link(element, "alternate", entry.url, entry.type)
    for each in entry.tags:
        _add(element, "category", term=each)
    if entry.valid is not None:
        _add(element, "annales:valid", **_valid(entry.valid))
    _add(element, "content", _html(entry), type="html")
    return element


def _tombstone(entry: Entry, ref: str) -> ET.Element:
    """RFC 6721: the entry `ref` is to be taken away, since when, by whom, and why."""
    element = ET.Element("at:deleted-entry", ref=ref, when=entry.updated)
    _add(_add(element, "at:by"), "name", entry.author)
    if entry.reason:
        _add(element, "at:comment", entry.reason)
    _link(element, "alternate", entry.url, entry.type)
    return element


def _add(parent: ET.Element, tag: str, text: str | None = None, **attributes: str) -> ET.Element:
    shown = {name: printable(value) for name, value in attributes.items()}
    element = ET.SubElement(parent, tag, shown)
    element.text = None if text is None else printable(text)
    return element


def _link(parent: ET.Element, relation: str, url: str, media_type: str) -> None:
    _add(parent, "link", rel=relation, type=media_type, href=url)


# --- JSON


def _json_item(entry: Entry) -> dict[str, Any]:
    members: dict[str, Any] = {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_html": _html(entry),
        "date_published": entry.updated,
        "date_modified": entry.updated,
        "authors": [{"name": entry.author}],
        "tags": list(entry.tags),
    }
    more = dict(entry.members)
    if entry.valid is not None:
        more["valid"] = _valid(entry.valid)
    if entry.deletes is not None:
        more["deletes"] = entry.deletes
    return {**members, "_annales": more}


# --- what they share


def _html(entry: Entry) -> str:
    """The paragraphs of an entry. Nothing of it is markup but the paragraphs themselves."""
    return "".join(f"<p>{escape(part, quote=False)}</p>" for part in entry.text)


def _valid(date: Date) -> dict[str, str]:
    """A date of the world: the text of EDTF, and its bounds; an open end is absent."""
    bounds = {"earliest": date.earliest, "latest": date.latest}
    days = {name: dates.iso(day) for name, day in bounds.items() if day is not None}
    return {"edtf": date.text, **days}
