"""The tools that our feeds are made for, in a browser: what they read is what we meant.

Each reads the hard dates from a real server, in a zone east and one west of Greenwich,
under a policy that allows nothing but our own files; the days that it parsed are held
against ours.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route

import service
from events.dates import civil, parse_iso
from tests.browser.conftest import OpenPage
from tests.service.feeds.hard_dates import HARD, TOO_FAR, Hard

VENDOR = Path(service.__file__).parent / "pages" / "static" / "vendor"

ZONES = ("Asia/Shanghai", "America/Los_Angeles")
in_both_zones = pytest.mark.parametrize("zone", ZONES)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'"
)

BORNE = tuple(hard for hard in HARD if hard.id != TOO_FAR)
"""The dates that a date of JavaScript can be."""


def at_reader(page: Page, base_url: str, *, scripts: list[str], styles: list[str]) -> None:
    """Open a page of the server's origin with some vendored files and an empty place."""
    links = "".join(f'<link rel="stylesheet" href="/static/vendor/{name}">' for name in styles)
    tags = "".join(f'<script src="/static/vendor/{name}"></script>' for name in scripts)
    body = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Reader</title>'
        f'<link rel="icon" href="data:,">{links}'
        f'<div id="place"></div>{tags}</html>'
    )

    def answer(route: Route) -> None:
        route.fulfill(
            body=body, content_type="text/html", headers={"Content-Security-Policy": POLICY}
        )

    page.route(f"{base_url}/reader", answer)
    page.set_viewport_size({"width": 1200, "height": 700})
    page.goto(f"{base_url}/reader")


def civil_text(hard: Hard) -> str:
    """The first possible day, else the last, as year-month-day without padding."""
    return "-".join(map(str, civil(parse_iso(hard.earliest or hard.latest or ""))))


def faults(complaints: list[str]) -> list[str]:
    """What a page said of errors, but for the styles and handlers of their own that the tools try
    to set within the page and do without."""
    return [said for said in complaints if "Content Security Policy" not in said]


LOCAL = "date => [date.getFullYear(), date.getMonth() + 1, date.getDate()].join('-')"
"""A date of JavaScript in the zone of the page."""

TIMELINEJS = """
async url => {
  const read = LOCAL;
  const options = {
    script_path: '/static/vendor/timelinejs/js/', font: null, language: 'en', hash_bookmark: false,
    height: 600,
  };
  const timeline = new TL.Timeline('place', url, options);
  await new Promise((done, failed) => {
    timeline.on('loaded', done);
    setTimeout(() => failed(new Error('TimelineJS did not load')), 20000);
  });
  const slides = {};
  for (const event of timeline.config.events) {
    slides[event.unique_id] = {
      day: read(event.start_date.data.date_obj),
      text: event.start_date.getDisplayDate(timeline.getLanguage()),
    };
  }
  return {slides, errors: timeline.config.messages.errors,
          shown: document.querySelectorAll('.tl-timemarker').length,
          markup: document.querySelectorAll('b[onclick]').length};
}
""".replace("LOCAL", LOCAL)


@in_both_zones
def test_timelinejs_reads_every_date_as_it_is(
    open_page: OpenPage, hard_server: str, zone: str, outside: list[str], complaints: list[str]
) -> None:
    """On the civil day in any zone, under our own text, with no error and no outside request."""
    page = open_page(timezone_id=zone)
    at_reader(
        page,
        hard_server,
        scripts=["timelinejs/js/timeline.js"],
        styles=["timelinejs/css/timeline.css"],
    )
    read: Any = page.evaluate(
        TIMELINEJS, f"{hard_server}/v1/feeds/timelinejs?limit=500&kind=discovery,milestone&lang=en"
    )
    assert read["errors"] == []
    assert read["shown"] == len(read["slides"])
    assert read["markup"] == 0
    assert TOO_FAR not in read["slides"]
    parsed = {hard.name: read["slides"][hard.id] for hard in BORNE}
    assert {name: slide["text"] for name, slide in parsed.items()} == {
        hard.name: hard.en for hard in BORNE
    }
    # A year has no day: it is drawn on its first, and so is the last year of an open interval.
    assert {name: slide["day"] for name, slide in parsed.items()} == {
        hard.name: "1957-1-1" if hard.name == "by" else civil_text(hard) for hard in BORNE
    }
    assert outside == []
    assert faults(complaints) == []


VIS_TIMELINE = """
async url => {
  const read = LOCAL;
  const feed = await (await fetch(url)).json();
  const place = document.getElementById('place');
  const timeline = new vis.Timeline(
    place, new vis.DataSet(feed.items), new vis.DataSet(feed.groups), feed.options);
  await new Promise(done => setTimeout(done, 500));
  const items = {};
  for (const [id, item] of Object.entries(timeline.itemSet.items)) {
    items[id] = {type: item.data.type, start: read(item.data.start),
                 end: item.data.end ? read(item.data.end) : null};
  }
  const range = timeline.getWindow();
  return {items, sent: feed.items.length, window: [read(range.start), read(range.end)],
          drawn: place.querySelectorAll('.vis-item').length,
          markup: place.querySelectorAll('[onclick]').length};
}
""".replace("LOCAL", LOCAL)


@in_both_zones
def test_vis_timeline_reads_every_date_as_it_is(
    open_page: OpenPage, hard_server: str, zone: str, outside: list[str], complaints: list[str]
) -> None:
    """Both ends on the civil day in any zone; markup in a name stays text."""
    page = open_page(timezone_id=zone)
    at_reader(
        page,
        hard_server,
        scripts=["vis-timeline/vis-timeline-graph2d.min.js"],
        styles=["vis-timeline/vis-timeline-graph2d.min.css"],
    )
    read: Any = page.evaluate(
        VIS_TIMELINE, f"{hard_server}/v1/feeds/vis-timeline?kind=phase,discovery,policy"
    )
    assert len(read["items"]) == read["sent"]
    assert read["drawn"] > 0
    assert read["markup"] == 0
    first, last = read["window"]
    for hard in BORNE:
        item = read["items"][hard.id]
        assert item["start"] == (civil_text(hard) if hard.earliest else first), hard.name
        if hard.earliest == hard.latest:
            assert (item["type"], item["end"]) == ("point", None)
        elif hard.latest is None:
            assert item["end"] == last
        else:
            after = "-".join(map(str, civil(parse_iso(hard.latest) + 1)))
            assert item["end"] == after, hard.name
    assert outside == []
    assert faults(complaints) == []


VEGA_EMBED = """
async url => {
  const options = {ast: true, actions: false, renderer: 'svg', mode: 'vega-lite'};
  const result = await vegaEmbed('#place', url, options);
  await result.view.runAsync();
  const rows = {};
  for (const name of Object.keys(result.view.getState({data: () => true}).data)) {
    for (const row of result.view.data(name)) {
      if (row.id && row.start !== undefined) {
        rows[row.id] = {start: +row.start, end: +row.end_shown};
      }
    }
  }
  const place = document.getElementById('place');
  return {rows, marks: place.querySelectorAll('svg path').length,
          nan: place.innerHTML.includes('NaN'),
          named: place.querySelectorAll('[aria-label*="26 August 2025"]').length};
}
"""


@in_both_zones
def test_vega_embed_reads_every_date_as_it_is(
    open_page: OpenPage, hard_server: str, zone: str, outside: list[str], complaints: list[str]
) -> None:
    """As midnight in UTC, to the millisecond, with the interpreter that needs no eval."""
    page = open_page(timezone_id=zone)
    at_reader(page, hard_server, scripts=VEGA, styles=[])
    read: Any = page.evaluate(VEGA_EMBED, f"{hard_server}/v1/feeds/vega-lite")
    for hard in BORNE:
        day = parse_iso(hard.earliest or hard.latest or "")
        # What may have been on any day up to one begins, for want of a first, after the last.
        day += hard.earliest is None
        assert read["rows"][hard.id]["start"] == day * 86_400_000, hard.name
    assert read["marks"] > len(BORNE)
    assert read["named"] == 1
    assert not read["nan"]
    assert outside == []
    assert faults(complaints) == []


VEGA = ["vega/vega.min.js", "vega-lite/vega-lite.min.js", "vega-embed/vega-embed.min.js"]


@pytest.mark.parametrize("chart", ["timeline", "trends", "slips"])
def test_vega_embed_draws_every_chart_of_the_shipped_chronicle(
    open_page: OpenPage, server: str, chart: str, outside: list[str]
) -> None:
    """In the browser, which finds what neither the schema nor the compiler does; without a word of
    warning."""
    page = open_page(timezone_id="Asia/Shanghai")
    warned: list[str] = []
    page.on("console", lambda said: warned.append(said.text) if said.type == "warning" else None)
    at_reader(page, server, scripts=VEGA, styles=[])
    read: Any = page.evaluate(
        VEGA_EMBED, f"{server}/v1/feeds/vega-lite?chart={chart}&country=CN&lang=zh"
    )
    assert read["marks"] > 20
    assert not read["nan"]
    assert warned == []
    assert outside == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_timelinejs_takes_the_shipped_chronicle(
    open_page: OpenPage, server: str, lang: str, outside: list[str], complaints: list[str]
) -> None:
    """A hundred slides, unasked, in both languages."""
    page = open_page(timezone_id="Asia/Shanghai")
    at_reader(
        page,
        server,
        scripts=["timelinejs/js/timeline.js"],
        styles=["timelinejs/css/timeline.css"],
    )
    read: Any = page.evaluate(TIMELINEJS, f"{server}/v1/feeds/timelinejs?lang={lang}")
    assert read["errors"] == []
    assert len(read["slides"]) == 100
    assert outside == []
    assert faults(complaints) == []


def test_every_vendored_file_is_the_one_of_its_release() -> None:
    """By SHA-256, each with its version and licence beside it; there is no other file."""
    manifest = json.loads((VENDOR / "manifest.json").read_text("utf-8"))
    listed = {"manifest.json"}
    for name, package in manifest.items():
        folder = VENDOR / name
        assert (folder / "VERSION").read_text("utf-8").strip() == package["version"]
        assert package["license"]
        assert "LICENSE" in package["sha256"]
        listed.add(f"{name}/VERSION")
        for path, digest in package["sha256"].items():
            assert sha256((folder / path).read_bytes()).hexdigest() == digest, path
            listed.add(f"{name}/{path}")
    there = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    assert there == listed
