"""The list of pages."""

from __future__ import annotations

from functools import partial

from service.comparing.question import COMPARE
from service.comparing.sides import sides_of
from service.lists.question import RECORDS
from service.pages.about.page import about_page, about_title
from service.pages.activity.page import TAKES as ACTIVITY_TAKES
from service.pages.activity.page import activity_page, activity_read, activity_title
from service.pages.compare.asked import default_sides
from service.pages.compare.naming import compare_title
from service.pages.compare.page import compare_page
from service.pages.compare.picture import compare_pictured
from service.pages.disputed import page as disputing
from service.pages.feeds.page import feeds_page
from service.pages.home.page import CLOCKS as HOME_CLOCKS
from service.pages.home.page import home_page, home_pictured, home_title
from service.pages.record.naming import record_title
from service.pages.record.page import record_page, record_pictured
from service.pages.record.revisions import REVISIONS, record_read
from service.pages.search import page as searching
from service.pages.shell.kind import PageFrame, PageKind
from service.pages.slips.page import (
    WITHIN,
    slips_page,
    slips_pictured,
    slips_read,
    slips_title,
)
from service.pages.source.page import source_page
from service.pages.state.page import state_page, state_pictured, state_title
from service.pages.state.timeline_frame import timeline_frame, timeline_read
from service.pages.trends.page import trends_begin, trends_page, trends_pictured, trends_title
from service.promises.question import SLIPS
from service.records.question import ACTIVITY, RECORD, SOURCE
from service.state.question import STATE
from service.trends.question import TRENDS

IN_A_FRAME = (560, 220)
"""The drawing of a course that fits a frame of 600 by 400, in pixels."""

PAGES: tuple[PageKind, ...] = (
    PageKind(
        name="home",
        path="/",
        about="The chronicle on one screen, as the front page.",
        show=home_page,
        title=home_title,
        picture=home_pictured,
        taken=HOME_CLOCKS,
        more="/state",
    ),
    PageKind(
        name="state",
        path="/state",
        about="The state in a year, as a page.",
        show=state_page,
        title=state_title,
        picture=state_pictured,
        question=STATE,
        frames=(
            PageFrame(
                path="/embed/state", about="The state in a year, in a frame.", show=state_page
            ),
            PageFrame(
                path="/embed/timeline",
                about="The timeline of a state, in a frame.",
                template="timeline_frame.html",
                show=timeline_frame,
                own=("above",),
                read=timeline_read,
            ),
        ),
    ),
    PageKind(
        name="compare",
        path="/compare",
        about="Two sides beside each other, as a page.",
        show=compare_page,
        title=compare_title,
        picture=compare_pictured,
        question=COMPARE,
        read=sides_of,
        begin=default_sides,
        frames=(
            PageFrame(
                path="/embed/compare",
                about="Two sides, in a frame.",
                show=compare_page,
                heights=(860, 600, 540),
            ),
        ),
    ),
    PageKind(
        name="slips",
        path="/slips",
        about="What was promised and what came, as a page.",
        show=slips_page,
        title=slips_title,
        picture=slips_pictured,
        question=SLIPS,
        own=(WITHIN.name,),
        read=slips_read,
        frames=(
            PageFrame(
                path="/embed/slips",
                about="What was promised and what came, in a frame.",
                show=slips_page,
                heights=(880, 640, 540),
            ),
        ),
    ),
    PageKind(
        name="trends",
        path="/trends",
        about="Counts and indicators through the years, as a page.",
        show=trends_page,
        title=trends_title,
        picture=trends_pictured,
        question=TRENDS,
        begin=trends_begin,
        frames=(
            PageFrame(
                path="/embed/trends",
                about="Counts and indicators through the years, in a frame.",
                show=partial(trends_page, narrow=IN_A_FRAME),
                heights=(460, 460, 440),
            ),
        ),
    ),
    PageKind(
        name="search",
        path="/search",
        about="Records and sources by words, as a page.",
        show=searching.search_page,
        title=searching.search_title,
        question=searching.question_for,
        taken=searching.TAKES,
    ),
    PageKind(
        name="disputed",
        path="/disputed",
        about="What is disputed, with its rivals and their sources, as a page.",
        show=disputing.disputed_page,
        title=disputing.disputed_title,
        question=RECORDS,
        always=("disputed", "true"),
        taken=disputing.TAKES,
        read=disputing.disputed_read,
    ),
    PageKind(
        name="activity",
        path="/activity",
        about="Who did what, as a page.",
        show=activity_page,
        title=activity_title,
        question=ACTIVITY,
        taken=ACTIVITY_TAKES,
        read=activity_read,
    ),
    PageKind(
        name="record",
        path="/records/{id}",
        about="A record with its statements, promises and log, as a page.",
        show=record_page,
        title=record_title,
        picture=record_pictured,
        question=RECORD,
        own=tuple(each.name for each in REVISIONS),
        read=record_read,
        frames=(
            PageFrame(
                path="/embed/records/{id}",
                about="A record, in a frame.",
                show=record_page,
                heights=(720, 540, 540),
            ),
        ),
    ),
    PageKind(
        name="source",
        path="/sources/{id}",
        about="A source and what rests on it, as a page.",
        show=source_page,
        question=SOURCE,
    ),
    PageKind(name="feeds", path="/feeds", about="The feeds, as a page.", show=feeds_page),
    PageKind(
        name="about",
        path="/about",
        about="What the chronicle holds, how it is made, and how to take part.",
        show=about_page,
        title=about_title,
    ),
)
