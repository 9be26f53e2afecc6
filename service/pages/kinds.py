"""The list of pages, in the order in which they are led to."""

from __future__ import annotations

from functools import partial

from service.comparing.question import COMPARE
from service.pages.activity.page import activity_page, activity_read
from service.pages.compare.page import compare_page, default_sides
from service.pages.feeds.page import feeds_page
from service.pages.record.page import record_page
from service.pages.search import page as searching
from service.pages.shell.frame import framed
from service.pages.shell.kind import Frame, Kind
from service.pages.slips.page import slips_page
from service.pages.source.page import source_page
from service.pages.state.page import state_page
from service.pages.state.timeline_frame import timeline_frame, timeline_read
from service.pages.trends.page import trends_begin, trends_page
from service.promises.question import SLIPS
from service.records.question import ACTIVITY, RECORD, SOURCE
from service.state.question import STATE
from service.trends.question import TRENDS

IN_A_FRAME = (560, 220)
"""The drawing of a course that fits a frame of 600 by 400, in pixels."""

PAGES: tuple[Kind, ...] = (
    Kind(
        name="state",
        path="/state",
        about="The state in a year, as a page.",
        show=state_page,
        question=STATE,
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
                read=timeline_read,
            ),
        ),
    ),
    Kind(
        name="compare",
        path="/compare",
        about="Two sides beside each other, as a page.",
        show=compare_page,
        question=COMPARE,
        begin=default_sides,
        frames=(
            Frame(
                path="/embed/compare",
                template="compare/frame.html",
                about="Two sides, in a frame.",
                show=framed("/compare", compare_page),
            ),
        ),
    ),
    Kind(
        name="slips",
        path="/slips",
        about="What was promised and what came, as a page.",
        show=slips_page,
        question=SLIPS,
        frames=(
            Frame(
                path="/embed/slips",
                template="slips/frame.html",
                about="What was promised and what came, in a frame.",
                show=framed("/slips", slips_page),
            ),
        ),
    ),
    Kind(
        name="trends",
        path="/trends",
        about="Counts and indicators through the years, as a page.",
        show=trends_page,
        question=TRENDS,
        begin=trends_begin,
        frames=(
            Frame(
                path="/embed/trends",
                template="trends/frame.html",
                about="Counts and indicators through the years, in a frame.",
                show=framed("/trends", partial(trends_page, narrow=IN_A_FRAME)),
            ),
        ),
    ),
    Kind(
        name="search",
        path="/search",
        about="Records and sources by words, as a page.",
        show=searching.search_page,
        question=searching.answered_by,
        taken=searching.TAKES,
    ),
    Kind(
        name="activity",
        path="/activity",
        about="Who did what, as a page.",
        show=activity_page,
        question=ACTIVITY,
        read=activity_read,
    ),
    Kind(
        name="record",
        path="/records/{id}",
        about="A record with its statements, promises and log, as a page.",
        show=record_page,
        question=RECORD,
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
        question=SOURCE,
    ),
    Kind(name="feeds", path="/feeds", about="The feeds, as a page.", show=feeds_page),
)
