"""The pages: how soon a browser draws a timeline, what a page weighs, what the server does for it.

The timeline element and vis-timeline draw the same spans in the same browser, in rows of as
many; `drag` is a mouse that moves forty times over what they drew. The size of the screen,
the browser and its single thread are the same for both.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Route, sync_playwright
from playwright.sync_api import TimeoutError as TookTooLong

from benchmarks.figures import Figures, milliseconds, quantile
from benchmarks.loading import load
from service.app import create_app
from service.archive import Archive
from service.data import editions
from service.pages.shell import rendering

CHROMIUM = os.environ.get("ANNALES_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"

LANES = 40
SIZES = (300, 20_000, 100_000)

PATIENCE = 240_000
"""Milliseconds after which a drawing is given up."""

MOVES = 40

VENDOR = rendering.STATIC / "vendor"
VIS = (
    VENDOR / "vis-timeline" / "vis-timeline-graph2d.min.js",
    VENDOR / "vis-timeline" / "vis-timeline-graph2d.min.css",
)
TIMELINEJS = (
    VENDOR / "timelinejs" / "js" / "timeline.js",
    VENDOR / "timelinejs" / "css" / "timeline.css",
)


def run(*, small: bool) -> Iterator[Figures]:
    """The browser with more and more spans; then the shipped chronicle's pages."""
    sizes = SIZES[:1] if small else SIZES
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield _in_a_browser(browser, sizes)
        finally:
            browser.close()
    with tempfile.TemporaryDirectory() as folder, Archive(Path(folder)) as archive:
        load(archive, [list(edition.lines) for edition in editions()])
        archive.catch_up()
        client = create_app(archive).test_client()
        yield _weights(client)
        yield _server(client, times=5 if small else 40)


# --- in a browser


class Drawn(NamedTuple):
    """Seconds until it was drawn, and for a drag over it; None where that took too long."""

    first: float | None
    drag: float | None


def _in_a_browser(browser: Browser, sizes: tuple[int, ...]) -> Figures:
    rows = []
    for size in sizes:
        spans = _spans(size, Random(size))
        ours, theirs = _ours(browser, spans), _theirs(browser, spans)
        rows.append(
            [
                f"{size:,}",
                *(_told(each) for each in (ours.first, theirs.first)),
                _times(theirs.first, ours.first),
                *(_told(each) for each in (ours.drag, theirs.drag)),
                _times(theirs.drag, ours.drag),
            ]
        )
    return Figures(
        f"Spans in {LANES} lanes, in one browser: the timeline element beside vis-timeline",
        ("spans", "drawn", "vis", "ratio", "drag", "vis", "ratio"),
        rows,
        note="Drawn: from the parsed data to the second frame. Drag: forty moves of the mouse, to "
        "the frame after the last. vis without stacking, which is faster than with it.",
    )


def _told(seconds: float | None) -> str:
    return f"over {PATIENCE // 1000} s" if seconds is None else milliseconds(seconds)


def _times(theirs: float | None, ours: float | None) -> str:
    if ours is None:
        return "–"
    return f"over {PATIENCE / 1000 / ours:,.0f}" if theirs is None else f"{theirs / ours:,.1f}"


def _spans(count: int, chance: Random) -> list[tuple[int, int, int]]:
    """The lane, the first day and the last of each span, one after the other in a lane."""
    found = []
    for lane in range(LANES):
        at = -7000 + chance.randrange(200)
        each = count // LANES
        for _ in range(each):
            days = max(27_000 // each, 2)
            length = chance.randrange(1, days)
            found.append((lane, at, at + length))
            at += days
    return found


PLACE = """<!doctype html><meta charset="utf-8"><title>Bench</title>
<style>body { margin: 0 } #place { width: 1200px; height: 640px }</style><div id="place"></div>"""

OURS = """async ({ spans, lanes }) => {
  const status = { id: "operating", name: "operating", height: 12, texture: "" };
  const data = {
    title: "bench", at: 16000, stated: 20000, view: { first: -7300, last: 20700 }, groups: [],
    lanes: [...Array(lanes).keys()].map((i) => ({ id: `l${i}`, name: `Facility ${i}`, group: "" })),
    statuses: [status], texts: ["a day"], records: ["one"],
    words: { planned: "", disputed: "", open: "" },
    columns: {
      lane: spans.map(([lane]) => lane), status: spans.map(() => 0), flags: spans.map(() => 0),
      start: spans.map(([, from]) => from), start_latest: spans.map(([, from]) => from),
      end_earliest: spans.map(([, , to]) => to), end: spans.map(([, , to]) => to),
      start_text: spans.map(() => 0), end_text: spans.map(() => 0),
      record: spans.map(() => 0), title: spans.map(() => null),
    },
  };
  const d3 = await import("/d3.js");
  await import("/timeline.js");
  const element = document.createElement("annales-timeline");
  document.getElementById("place").append(element);
  const began = performance.now();
  element.show(d3, data);
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return (performance.now() - began) / 1000;
}"""

THEIRS = """async ({ spans, lanes }) => {
  const at = (day) => new Date(day * 86400000);
  const items = spans.map(([lane, from, to], id) => ({
    id, group: lane, content: "", start: at(from), end: at(to), type: "range",
  }));
  const groups = [...Array(lanes).keys()].map((id) => ({ id, content: `Facility ${id}` }));
  const began = performance.now();
  const drawn = new vis.Timeline(
    document.getElementById("place"), new vis.DataSet(items), new vis.DataSet(groups),
    { stack: false, height: 640, start: at(-7300), end: at(20700), verticalScroll: true,
      showCurrentTime: false },
  );
  await new Promise((done) => drawn.on("changed", done));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return (performance.now() - began) / 1000;
}"""

SETTLED = (
    """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"""
)


def _ours(browser: Browser, spans: list[tuple[int, int, int]]) -> Drawn:
    return _drawn(
        browser,
        spans,
        OURS,
        {
            "/d3.js": VENDOR / "d3" / "d3.js",
            "/timeline.js": rendering.STATIC / "timeline.js",
            "/timeline.css": rendering.STATIC / "timeline.css",
            "/tokens.css": rendering.STATIC / "tokens.css",
        },
    )


def _theirs(browser: Browser, spans: list[tuple[int, int, int]]) -> Drawn:
    return _drawn(browser, spans, THEIRS, {"/vis.js": VIS[0], "/vis.css": VIS[1]})


def _drawn(
    browser: Browser, spans: list[tuple[int, int, int]], script: str, files: dict[str, Path]
) -> Drawn:
    page = browser.new_page(viewport={"width": 1200, "height": 640})
    page.set_default_timeout(PATIENCE)
    try:
        _open(page, files)
        first = _or_none(lambda: _evaluated(page, script, spans))
        return Drawn(first, None if first is None else _or_none(lambda: _dragged(page)))
    finally:
        page.close()


def _open(page: Page, files: dict[str, Path]) -> None:
    """A page with the files of one tool and an empty place."""
    tags = "".join(
        f'<link rel="stylesheet" href="{path}">' for path in files if path.endswith(".css")
    )
    tags += '<script src="/vis.js"></script>' if "/vis.js" in files else ""

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path in files:
            route.fulfill(path=files[path])
        elif path == "/":
            route.fulfill(body=PLACE + tags, content_type="text/html")
        else:
            route.fulfill(status=404)

    page.route("**/*", answer)
    page.goto("http://bench.invalid/")


def _evaluated(page: Page, script: str, spans: list[tuple[int, int, int]]) -> float:
    # By the wire, so that a script that never ends can be given up.
    seconds = page.wait_for_function(
        f"""async (asked) => {{
          window.told ??= ({script})(asked);
          return [await window.told];
        }}""",
        arg={"spans": spans, "lanes": LANES},
    ).json_value()
    return float(seconds[0])


def _dragged(page: Page) -> float:
    """Seconds that forty moves to the left take, to the frame after the last."""
    page.mouse.move(900, 300)
    page.mouse.down()
    began = time.perf_counter()
    for step in range(MOVES):
        page.mouse.move(900 - 10 * (step + 1), 300)
    page.evaluate(SETTLED)
    seconds = time.perf_counter() - began
    page.mouse.up()
    return seconds


def _or_none(measure: Any) -> float | None:
    try:
        return float(measure())
    except TookTooLong:
        return None


# --- what it weighs


def _weights(client: Any) -> Figures:
    """The first view of a page with all that it loads, as it is sent."""
    rows = []
    for title, url in (
        ("/", "/"),
        ("a year of a country", "/state?at=2013&country=CN"),
        ("a record", "/records/juno"),
        ("the slips", "/slips"),
    ):
        html = client.get(url, headers={"Accept-Encoding": "gzip"})
        text = gzip.decompress(html.data).decode()
        files = sum(
            len(client.get(f"/static/{name}", headers={"Accept-Encoding": "gzip"}).data)
            for name in sorted(
                {part.partition("?")[0].partition('"')[0] for part in text.split('"/static/')[1:]}
            )
            # These are asked for when somebody looks closer.
            if not name.startswith(("timeline.", "vendor/"))
        )
        own = len(html.data)
        rows.append(
            [
                title,
                *(f"{size / 1000:,.0f} KB" for size in (own, files, own + files)),
            ]
        )
    for title, paths in (("vis-timeline alone", VIS), ("TimelineJS alone", TIMELINEJS)):
        size = sum(len(gzip.compress(path.read_bytes())) for path in paths)
        rows.append([title, "", "", f"{size / 1000:,.0f} KB"])
    return Figures(
        "What a first view weighs, compressed with gzip",
        ("", "page", "styles and scripts", "together"),
        rows,
    )


# --- what it costs the server


def _server(client: Any, *, times: int) -> Figures:
    """Pages of years that nobody asked for before, in process, beside their answers as JSON."""
    chance = Random(1959)
    rows = []
    for title, page, answer in (
        ("a year of a country", "/state?country=CN&at={}", "/v1/state?country=CN&at={}"),
        ("a year of the world", "/state?at={}", "/v1/state?at={}"),
        ("a record", "/records/juno?at={}", "/v1/records/juno?at={}"),
    ):
        days = [
            f"{chance.randrange(1980, 2027)}-{chance.randrange(1, 13):02d}" for _ in range(times)
        ]
        client.get(page.format("1979"))
        seconds = [_asked(client, page.format(day)) for day in days]
        bare = [_asked(client, answer.format(day)) for day in days]
        p50s = quantile(seconds, 0.5), quantile(bare, 0.5)
        rows.append(
            [
                title,
                milliseconds(p50s[0]),
                milliseconds(quantile(seconds, 0.99)),
                milliseconds(p50s[1]),
                f"{p50s[0] / p50s[1]:.1f}",
            ]
        )
    return Figures(
        "The server's time for a page of the shipped chronicle, in process",
        ("", "p50", "p99", "the answer as JSON, p50", "ratio"),
        rows,
        note=f"{times} times each, every one another month.",
    )


def _asked(client: Any, url: str) -> float:
    began = time.perf_counter()
    answer = client.get(url)
    if answer.status_code != 200:
        raise RuntimeError(json.dumps([url, answer.status_code]))
    return time.perf_counter() - began
