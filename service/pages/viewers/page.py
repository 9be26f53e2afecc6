"""The viewers: tools that others made, each fed by our feed for it and by nothing else.

They are files beside the pages (`static/vendor`), loaded on their own page alone. A service
without that folder says so there, and lacks nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import msgspec

from events.vocabulary import FIELDS
from service.asking.filters import place_in
from service.asking.query import Arguments, Query, located
from service.feeds.answering import feed_arguments
from service.feeds.feed import Feed
from service.feeds.timelinejs import TIMELINEJS
from service.feeds.vega_lite import VEGA_LITE
from service.feeds.vis_timeline import VIS_TIMELINE
from service.items.item import KINDS
from service.pages.shell import rendering
from service.pages.shell.answering import Visit
from service.pages.shell.here import CLOCKS
from service.pages.shell.kind import PageKind
from service.pages.shell.layout import FormatLink, Members
from service.pages.shell.placing import places_offered
from service.web.root import root
from service.words import labels
from service.words.speech import Speech


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """A tool: its feed, its files in `static/vendor` in the order in which they load, the packages
    that they come from, and the policy of its page: that of every page where it can be."""

    name: str
    title: str
    feed: Feed
    scripts: tuple[str, ...]
    styles: tuple[str, ...] = ()
    packages: tuple[str, ...]
    about: Callable[[Speech], str]
    policy: str = rendering.POLICY

    @property
    def path(self) -> str:
        """Where its page is."""
        return f"/viewers/{self.name}"

    @property
    def takes(self) -> tuple[str, ...]:
        """The parameters of the feed that the page has too, besides clocks and language."""
        return tuple(
            name
            for name in (*self.feed.takes, *(each.name for each in self.feed.own))
            if name != "lang"
        )

    @property
    def is_there(self) -> bool:
        """Whether its files are."""
        return all(map(rendering.is_there, (*self.scripts, *self.styles)))


STYLED = rendering.POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
"""For a tool that writes its styles into the page. Scripts are held as everywhere, `eval` too."""

VIEWERS: Mapping[str, Viewer] = {
    viewer.name: viewer
    for viewer in (
        Viewer(
            name="timelinejs",
            title="TimelineJS",
            feed=TIMELINEJS,
            scripts=("vendor/timelinejs/js/timeline.js",),
            styles=("vendor/timelinejs/css/timeline.css",),
            packages=("timelinejs",),
            about=lambda say: say(
                "Slide by slide, for telling a story: the hundred most significant items."
            ),
        ),
        Viewer(
            name="vis-timeline",
            title="vis-timeline",
            feed=VIS_TIMELINE,
            scripts=("vendor/vis-timeline/vis-timeline-graph2d.min.js",),
            styles=("vendor/vis-timeline/vis-timeline-graph2d.min.css",),
            packages=("vis-timeline",),
            policy=STYLED,
            about=lambda say: say("Rows that fold by field, to zoom and to drag."),
        ),
        Viewer(
            name="vega-lite",
            title="Vega-Lite",
            feed=VEGA_LITE,
            scripts=(
                "vendor/vega/vega.min.js",
                "vendor/vega-lite/vega-lite.min.js",
                "vendor/vega-embed/vega-embed.min.js",
            ),
            packages=("vega", "vega-lite", "vega-embed"),
            about=lambda say: say("Charts for notebooks and papers: the timeline, trends, delays."),
        ),
    )
}
"""Every viewer. A new one is an entry here and a script in `static/viewers`."""


def viewer_query(viewer: Viewer, arguments: Arguments) -> Query:
    """Parses the parameters of a viewer's page. Raises BadFilter and what the clocks raise."""
    # The page has a language of its own, whether the feed takes one or not.
    filters = feed_arguments(
        viewer.feed, arguments.texts, lang="en", form=viewer.feed.forms[0]
    ).given
    return Query(arguments.path, arguments.clocks(), filters)


def viewer_page(visit: Visit, viewer: Viewer) -> Members:
    """What the template of a viewer shows."""
    feed, say = viewer.feed, visit.say
    given = {name: visit.texts[name] for name in (*CLOCKS, *viewer.takes) if name in visit.texts}
    url = located(feed.path, [*given.items(), ("lang", visit.lang)])
    return {
        "page": visit.page(
            "feeds",
            formats=[FormatLink(feed.name, feed.media_type, url)],
            title=viewer.title,
            description=viewer.about(say),
        ),
        **_described(viewer, say),
        "omitted": {reason: words[visit.lang] for reason, words in labels.LEFT_OUT.items()},
        "feed_url": url,
        "feed_link": root() + url,
        "texts": visit.texts,
        "places": places_offered(
            visit.reading.at(visit.query.as_of), place_in(visit.query.filters), visit.lang
        ),
        "fields": FIELDS,
        "kinds": KINDS,
        "options": {each.name: each.form["enum"] for each in feed.own if "enum" in each.form},
        "charts": {
            "timeline": say("the timeline"), "trends": say("trends"), "slips": say("delays"),
        },
        "viewers": VIEWERS.values(),
    }  # fmt: skip


def viewers_page(visit: Visit) -> Members:
    """What the template of the list of viewers shows."""
    said = visit.say(
        "Tools that others made, fed by our feeds. They come from this service, and ask no other."
    )
    return {
        "page": visit.page(
            "feeds", skip_to="viewers", title=visit.say("Viewers"), description=said
        ),
        "said": said,
        "example": located("/oembed", [("url", f"{root()}/state")]),
        "viewers": [_described(viewer, visit.say) for viewer in VIEWERS.values()],
    }


KINDS_OF_PAGES: tuple[PageKind, ...] = (
    PageKind(name="viewers", path="/viewers", about="The viewers", show=viewers_page, taken=CLOCKS),
    *(
        PageKind(
            name=f"viewer_{viewer.name}",
            path=viewer.path,
            about=f"Our feed in {viewer.title}",
            show=partial(viewer_page, viewer=viewer),
            taken=(*CLOCKS, *viewer.takes),
            read=partial(viewer_query, viewer),
        )
        for viewer in VIEWERS.values()
    ),
)
"""The viewers as pages that have a poster; their routes are their own."""


def _described(viewer: Viewer, say: Speech) -> Members:
    return {
        "viewer": viewer,
        "about": viewer.about(say),
        "is_there": viewer.is_there,
        "packages": _packages(viewer),
    }


def _packages(viewer: Viewer) -> list[Mapping[str, str]]:
    """The packages of a viewer as their manifest has them: `package`, `version`, `license`."""
    path = rendering.STATIC / "vendor" / "manifest.json"
    if not viewer.is_there or not path.is_file():
        return []
    manifest = msgspec.json.decode(path.read_bytes())
    return [manifest[name] for name in viewer.packages if name in manifest]
