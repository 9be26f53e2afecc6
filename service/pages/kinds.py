"""The list of pages, in the order in which they are led to."""

from __future__ import annotations

from functools import partial

from service.asking.filters import STATE_FILTERS
from service.comparing.question import COMPARE
from service.comparing.tables import PAIRS
from service.lists.question import FOUND
from service.pages import tables
from service.pages.activity.page import TAKES as ACTIVITY_TAKES
from service.pages.activity.page import activity_page, activity_read
from service.pages.compare import page as comparing
from service.pages.feeds.page import feeds_page
from service.pages.record.page import record_page
from service.pages.search import page as searching
from service.pages.shell.frame import framed
from service.pages.shell.kind import Frame, Kind
from service.pages.slips import page as slipping
from service.pages.source.page import source_page
from service.pages.state.page import state_page
from service.pages.state.timeline_frame import timeline_frame, timeline_read
from service.pages.trends import page as trending
from service.promises.question import SLIPS
from service.promises.tables import LADDERS
from service.records.question import ACTIVITY
from service.trends.question import TRENDS

IN_A_FRAME = (560, 220)
"""The drawing of a course that fits a frame of 600 by 400, in pixels."""

PAGES: tuple[Kind, ...] = (
    Kind(
        name="state",
        path="/state",
        about="The state in a year, as a page.",
        show=state_page,
        filters=STATE_FILTERS,
        data="/v1/state",
        table=tables.state_table,
        frames=(
            Frame(
                path="/embed/state",
                template="state/frame.html",
                about="The state in a year, in a frame.",
                show=framed("/state", state_page),
            ),
            Frame(
                path="/embed/timeline",
                template="state/timeline_frame.html",
                about="The timeline of a state, in a frame.",
                show=framed("/state", timeline_frame),
                own=("above",),
                ask=timeline_read,
            ),
        ),
    ),
    Kind(
        name="compare",
        path="/compare",
        about="Two sides beside each other, as a page.",
        show=comparing.compare_page,
        clocks=COMPARE.clock_names,
        own=comparing.OWN,
        ask=comparing.compare_read,
        begin=comparing.default_sides,
        data="/v1/compare",
        table=PAIRS.csv,
        frames=(
            Frame(
                path="/embed/compare",
                template="compare/frame.html",
                about="Two sides, in a frame.",
                show=framed("/compare", comparing.compare_page),
            ),
        ),
    ),
    Kind(
        name="slips",
        path="/slips",
        about="What was promised and what came, as a page.",
        show=slipping.slips_page,
        own=tuple(each.name for each in SLIPS.filters),
        ask=slipping.slips_read,
        data="/v1/slips",
        table=LADDERS.csv,
        frames=(
            Frame(
                path="/embed/slips",
                template="slips/frame.html",
                about="What was promised and what came, in a frame.",
                show=framed("/slips", slipping.slips_page),
            ),
        ),
    ),
    Kind(
        name="trends",
        path="/trends",
        about="Counts and indicators through the years, as a page.",
        show=trending.trends_page,
        clocks=TRENDS.clock_names,
        own=trending.TAKES,
        ask=trending.trends_read,
        begin=trending.trends_begin,
        data="/v1/trends",
        tabular="format=csv",
        frames=(
            Frame(
                path="/embed/trends",
                template="trends/frame.html",
                about="Counts and indicators through the years, in a frame.",
                show=framed("/trends", partial(trending.trends_page, narrow=IN_A_FRAME)),
            ),
        ),
    ),
    Kind(
        name="search",
        path="/search",
        about="Records and sources by words, as a page.",
        show=searching.search_page,
        filters=searching.FILTERS,
        data=searching.answered_by,
        table=FOUND.csv,
    ),
    Kind(
        name="activity",
        path="/activity",
        about="Who did what, as a page.",
        show=activity_page,
        clocks=ACTIVITY.clock_names,
        own=ACTIVITY_TAKES,
        ask=activity_read,
        data="/v1/activity",
    ),
    Kind(
        name="record",
        path="/records/{id}",
        about="A record with its statements, promises and log, as a page.",
        show=record_page,
        space="record",
        data="/v1/records/{id}",
        table=tables.record_table,
        frames=(
            Frame(
                path="/embed/records/{id}",
                template="record/frame.html",
                about="A record, in a frame.",
                show=framed("/records/{id}", record_page),
            ),
        ),
    ),
    Kind(
        name="source",
        path="/sources/{id}",
        about="A source and what rests on it, as a page.",
        show=source_page,
        space="source",
        data="/v1/sources/{id}",
        table=tables.resting_table,
    ),
    Kind(name="feeds", path="/feeds", about="The feeds, as a page.", show=feeds_page),
)
