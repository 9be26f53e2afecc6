"""Feeds: whole requests for a country and for the world, beside a fold of the records they tell of.

The fold is what a feed would cost without views: each record read from its events and worked
out anew. Besides, pages of a question that is followed, and how long a question waits while a
picture is drawn in pixels.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from urllib.parse import quote

from flask.testing import FlaskClient

from benchmarks.chronicle import COUNTRIES, World, batches, country_of, facility_id
from benchmarks.figures import Figures, milliseconds, quantile
from benchmarks.loading import BATCH, load
from events.clocks import as_of
from projections import PROJECTIONS
from projections.engine.account import account
from service.app import create_app
from service.archive import Archive

COUNTRY = "CN"

NEWS = 150
"""How many statements come one by one, after the others, for those who follow."""

FEEDS = (
    ("TimelineJS", "/v1/feeds/timelinejs?"),
    ("vis-timeline", "/v1/feeds/vis-timeline?"),
    ("CSV", "/v1/feeds/csv?"),
    ("iCalendar", "/v1/feeds/icalendar?"),
)

FOLLOWED = (
    ("a trend of each country and field", "/v1/trends?by=country,field"),
    ("the state of a country", f"/v1/state?country={COUNTRY}"),
    ("the slips of a country", f"/v1/slips?country={COUNTRY}"),
)


def run(*, small: bool) -> Iterator[Figures]:
    """One world, loaded and then told some news."""
    world = World(facilities=500 if small else 3_000)
    times = 5 if small else 20
    with tempfile.TemporaryDirectory() as folder, Archive(Path(folder)) as archive:
        load(archive, batches(world.by_time(), size=BATCH))
        load(archive, batches(islice(world.news(), NEWS), size=1))
        archive.catch_up()
        client = create_app(archive).test_client()
        yield _feeds(archive, client, world, times=times)
        yield _changes(client, world, times=times)
        yield _meanwhile(client, times=times)


def _feeds(archive: Archive, client: FlaskClient, world: World, *, times: int) -> Figures:
    """The feeds that are made of items."""
    every = [facility_id(number) for number in range(world.facilities)]
    country = [
        facility_id(number) for number in range(world.facilities) if country_of(number) == COUNTRY
    ]
    scopes = (
        (f"a country of {len(country):,} facilities", f"country={COUNTRY}", country),
        ("the 100 most significant of all", "limit=100", every),
    )
    rows = []
    for scope, query, facilities in scopes:
        fold = _folded(archive, facilities)
        for name, path in FEEDS:
            seconds = _seconds(client, path + query, times)
            ratio = f"{fold / quantile(seconds, 0.5):.1f}"
            rows.append([f"{name}, {scope}", *_quantiles(seconds), milliseconds(fold), ratio])
    return Figures(
        f"Feeds of {world.statements:,} statements at {world.facilities:,} facilities"
        f" in {len(COUNTRIES)} countries",
        ("", "p50", "p99", "fold", "ratio"),
        rows,
        note=f"{times} requests each; the fold makes no feed of what it has worked out.",
    )


def _changes(client: FlaskClient, world: World, *, times: int) -> Figures:
    """What was recorded, and what altered an answer."""
    asked = [
        ("Atom of all", "/v1/feeds/atom"),
        ("Atom of a country", f"/v1/feeds/atom?country={COUNTRY}"),
        ("Atom of a country with nothing", "/v1/feeds/atom?country=VA"),
        *(
            (f"followed: {what}", f"/v1/follows?of={quote(of, safe='')}&format=atom")
            for what, of in FOLLOWED
        ),
    ]
    return Figures(
        f"What was recorded of {world.statements + NEWS:,} statements, the last {NEWS} one by one",
        ("", "p50", "p99"),
        [[title, *_quantiles(_seconds(client, url, times))] for title, url in asked],
        note=f"{times} requests each.",
    )


def _meanwhile(client: FlaskClient, *, times: int) -> Figures:
    """A question that is asked again and again, alone and while a picture is drawn."""
    url = f"/v1/state?country={COUNTRY}"
    alone = _seconds(client, url, 10 * times)
    beside: list[float] = []
    drawing = threading.Thread(
        target=_timed, args=(client, f"/v1/feeds/png?country={COUNTRY}&width=1248")
    )
    began = time.perf_counter()
    drawing.start()
    while drawing.is_alive():
        beside.append(_timed(client, url))
    took = time.perf_counter() - began
    return Figures(
        f"The state of a country, while another draws a picture for {milliseconds(took)}",
        ("", "p50", "p99", "answers"),
        [
            [title, *_quantiles(seconds), f"{len(seconds):,}"]
            for title, seconds in (("alone", alone), ("beside the picture", beside))
        ],
    )


def _folded(archive: Archive, facilities: Iterable[str]) -> float:
    """The seconds that it takes to work out some lives from their events alone."""
    log = archive.chronicle.log
    clocks = as_of(log=log, now=archive.chronicle.now())
    db = archive.db_at(clocks.known)
    began = time.perf_counter()
    for id in facilities:
        record = archive.history.record(db, f"record:{id}", known=clocks.known)
        told = account(id, record.card, record.statements(), clocks.stated)
        list(PROJECTIONS[record.kind].spans(told))
    return time.perf_counter() - began


def _seconds(client: FlaskClient, url: str, times: int) -> list[float]:
    """How long a request takes, so many times; the first one is asked twice."""
    _timed(client, url)
    return [_timed(client, url) for _ in range(times)]


def _timed(client: FlaskClient, url: str) -> float:
    began = time.perf_counter()
    answer = client.get(url)
    seconds = time.perf_counter() - began
    if answer.status_code != 200:
        raise ValueError(f"{url}: {answer.get_data(as_text=True)}")
    return seconds


def _quantiles(seconds: list[float]) -> list[str]:
    return [milliseconds(quantile(seconds, share)) for share in (0.5, 0.99)]
