"""Hostile text in every member that takes text, on every page in Chromium, and in every feed.

No script of it runs, no policy of a page is broken, nothing is asked of another machine; and feeds
are read by the libraries that they are for, with the text as it was recorded.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

import feedparser
import icalendar
import rdflib
from playwright.sync_api import Browser, Dialog, Route, sync_playwright

from events.orders import Command, orders
from service.archive import Archive
from siege.attack import Bar, Tooth, every, none, told
from siege.ground import Ground
from siege.server import Server, served

CHROMIUM = os.environ.get("ANNALES_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
"""The program that `scripts/siege` found or installed."""

MARK = "harm"
"""What every hostile text sets on the window of a page where it runs."""

TEXTS = (
    f"<script>window.{MARK}=1</script>",
    f"\"'><img src=x onerror=window.{MARK}=2>",
    f"</script><svg onload=window.{MARK}=3>",
    f"javascript:window.{MARK}=4",
    "<link rel=stylesheet href=//evil.example/a.css><iframe src=//evil.example>",
    f"{{{{7*7}}}}${{7*7}}]]><!--<style>@import'//evil.example'</style>`+window.{MARK}",
    '=HYPERLINK("http://evil.example"),;\\n&amp;',
)

MEMBERS: Mapping[str, tuple[str, ...]] = {
    "source": ("title", "author", "publisher"),
    "facility": ("name", "name_zh", "acronym", "operator", "place"),
    "statement": ("title", "summary", "said_by"),
}
"""The members of each type that take any text."""

PAGES = (
    "/", "/state?at=2013", "/records/evil-0?at=2013", "/records/evil-find-0", "/sources/evil-0",
    "/slips", "/search?q=window", "/activity", "/compare?at=2003&to_at=2013",
    "/trends?by=operator", "/feeds", "/viewers/timelinejs", "/viewers/vis-timeline",
    "/embed/state?at=2013", "/embed/timeline", "/embed/records/evil-0", "/embed/slips",
    f"/search?q={quote(TEXTS[0])}", f"/state?at={quote(TEXTS[1])}",
    f"/compare?at=2003&to_at=2013&operator={quote(TEXTS[2])}",
    f"/records/{quote(TEXTS[1], safe='')}",
)  # fmt: skip

IN_SHORT = ("/state?at=2013", "/records/evil-0?at=2013", "/search?q=window", "/viewers/timelinejs")


def _ical(text: str) -> list[str]:
    return [str(each["SUMMARY"]) for each in icalendar.Calendar.from_ical(text).walk("VEVENT")]


def _titles(text: str) -> list[str]:
    read = feedparser.parse(text)
    if read.bozo:
        raise ValueError(f"feedparser: {read.bozo_exception}")
    return [each.title for each in read.entries]


FEEDS: Mapping[str, Callable[[str], object]] = {
    "/v1/feeds/atom": _titles,
    "/v1/feeds/jsonfeed": json.loads,
    "/v1/feeds/icalendar": _ical,
    "/v1/feeds/timelinejs": json.loads,
    "/v1/feeds/vis-timeline": json.loads,
    "/v1/feeds/vega-lite": json.loads,
    "/v1/feeds/geojson": json.loads,
    "/v1/feeds/facilities": json.loads,
    "/v1/feeds/linked-places": json.loads,
    "/v1/feeds/columns": json.loads,
    "/v1/feeds/csv": lambda text: list(csv.DictReader(io.StringIO(text), strict=True)),
    "/v1/feeds/facilities.csv": lambda text: list(csv.DictReader(io.StringIO(text), strict=True)),
    "/v1/records/evil-0.ttl": lambda text: rdflib.Graph().parse(data=text, format="turtle"),
    "/v1/records/evil-0.nq": lambda text: rdflib.Dataset().parse(data=text, format="nquads"),
    "/v1/records/evil-0.jsonld": json.loads,
    "/v1/records/evil-0.csl.json": json.loads,
}
"""Each feed, and what reads it."""


def run(ground: Ground) -> Iterator[Bar]:
    """All pages in Chromium, a few in the short form; and all feeds."""
    yield from _looked_at(ground, ground.many(short=IN_SHORT, long=PAGES))


def _looked_at(ground: Ground, pages: tuple[str, ...], before: str = "") -> Iterator[Bar]:
    folder = ground.folder / "hostile"
    with Archive(folder) as archive:
        lines = [json.dumps(line).encode() for line in _lines()]
        archive.chronicle.execute(
            Command(orders=tuple(orders(lines)), actor="siege", request="texts")
        )
        archive.catch_up()
    with served(folder, before=before) as server:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            seen = [_seen(browser, server, path) for path in pages]
            browser.close()
        shown = sum(each["shown"] for each in seen)
        yield told("pages that were looked at", len(pages))
        yield Bar("pages that show a hostile text", str(shown), "some", shown > 0)
        for what in ("scripts that ran", "policies broken", "requests to others"):
            found = [each for page in seen for each in page[what]]
            yield none(what, len(found))._replace(measured="; ".join(found[:3]) or "0")
        unread = [why for path, read in FEEDS.items() if (why := _unread(server, path, read))]
        yield every(
            "feeds read by their libraries", len(FEEDS) - len(unread), of=len(FEEDS)
        )._replace(measured="; ".join(unread) or f"{len(FEEDS)} of {len(FEEDS)}")


def _lines() -> Iterator[dict[str, Any]]:
    """As many sources and facilities as there are texts, each with its text wherever one fits."""
    for number, text in enumerate(TEXTS):
        id = f"evil-{number}"
        cited = [{"id": id, "locator": text}]
        yield {"type": "source", "id": id, "medium": "web-page", **_all("source", text)}
        yield {
            "type": "facility", "id": id, "country": "CN", "field": "space",
            "latitude": 30.0, "longitude": 110.0, "sources": cited, **_all("facility", text),
        }  # fmt: skip
        statement = {"sources": cited, "attributes": {"note": text}, **_all("statement", text)}
        step = {"type": "milestone", "facility": id, "milestone": "operation-started"}
        yield {
            **step, "id": f"evil-plan-{number}", "modality": "planned", "date": "2010",
            "stated": "2005", **statement,
        }  # fmt: skip
        yield {
            **step,
            "id": f"evil-run-{number}",
            "modality": "actual",
            "date": "2012",
            **statement,
        }
        for type, more in (
            ("discovery", {"facility": id}),
            ("observation", {"facility": id}),
            ("policy", {"country": "CN", "field": "space"}),
            ("indicator", {"series": f"evil-series-{number}", "value": 1, "unit": text}),
        ):
            name = "find" if type == "discovery" else type
            yield {
                "type": type, "id": f"evil-{name}-{number}", "modality": "actual",
                "date": "2013", **more, **statement,
            }  # fmt: skip


def _all(type: str, text: str) -> dict[str, str]:
    return dict.fromkeys(MEMBERS[type], text)


def _seen(browser: Browser, server: Server, path: str) -> dict[str, Any]:
    """What came of looking at a page: scripts that ran, policies broken, requests to others."""
    ours = f"http://127.0.0.1:{server.port}/"
    outside: list[str] = []
    ran: list[str] = []

    def guard(route: Route) -> None:
        if route.request.url.startswith((ours, "data:", "blob:")):
            route.continue_()
        else:
            outside.append(f"{route.request.url} at {path}")
            route.abort()

    def opened(dialog: Dialog) -> None:
        ran.append(f"{dialog.message} at {path}")
        dialog.dismiss()

    context = browser.new_context()
    page = context.new_page()
    page.route("**/*", guard)
    page.on("dialog", opened)
    page.add_init_script(
        "window.broken = []; addEventListener('securitypolicyviolation',"
        " event => window.broken.push(event.violatedDirective + ' ' + event.blockedURI))"
    )
    page.goto(ours + path.removeprefix("/"), wait_until="load")
    page.wait_for_timeout(200)  # what was loaded may load more
    if harm := page.evaluate(f"window.{MARK}"):
        ran.append(f"{harm} at {path}")
    broken = [f"{each} at {path}" for each in page.evaluate("window.broken")]
    shown = "window." in page.inner_text("body")
    context.close()
    return {
        "scripts that ran": ran,
        "policies broken": broken,
        "requests to others": outside,
        "shown": shown,
    }


def _unread(server: Server, path: str, read: Callable[[str], object]) -> str | None:
    """Why a feed cannot be read, or that it lacks what was recorded."""
    answer = server.ask(path)
    if answer.status != 200:
        return f"{path} is answered {answer.status}"
    text = answer.body.decode()
    try:
        read(text)
    except Exception as error:  # noqa: BLE001 -- of whatever library
        return f"{path}: {type(error).__name__}"
    return None if MARK in text else f"{path} lacks the texts"


def _unescaped(ground: Ground) -> Iterator[Bar]:
    """Pages that take every text for markup, and that no policy binds."""
    broken = """
import jinja2.runtime, markupsafe
from service.serving import response
jinja2.runtime.escape = lambda text: markupsafe.Markup(text)
head = response.head
response.head = lambda status, headers, **more: head(
    status, [each for each in headers if each[0] != "Content-Security-Policy"], **more
)
"""
    yield from _looked_at(ground, ("/records/evil-0?at=2013",), before=broken)


TEETH = {"pages take texts for markup": Tooth(_unescaped, misses="scripts that ran")}
