"""The timeline element: what it needs to paint a canvas.

Up to `ABOVE` spans the server's drawing is what a page shows, and the canvas takes its place
for a reader who looks closer at some years; above, it does so at once. It takes its data from the
feed of columns, at the clocks and with the filters of the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from events.clocks import AsOf
from events.dates import iso
from service.asking.query import located
from service.drawing.lanes import Lane
from service.feeds.columns import COLUMNS, MOST_SPANS
from service.pages.shell import rendering
from service.pages.shell.here import CLOCKS, PART, Here
from service.words.speech import Speech

ABOVE = 2_000
"""So many spans are drawn as SVG; more are painted."""

MOST_PHASES = 12_000
"""Of more phases than this no columns are asked for: the feed would be refused as too costly, and
its readers would have waited for it."""

TAKEN = (*CLOCKS, *PART)
"""The parameters of a page that the feed takes too."""

NARROWER = ("status", "limit", "after")
"""Those with which a page shows less than the feed would."""

LIBRARY = "vendor/d3/d3.js"


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """What the template says of the element. `library` is None where there is none.

    `whole` says that `spans` are all that there are. `src` is the feed of columns, `to` the
    page of a record with `{id}` for its id, and `words` the texts of the element's own, as JSON.
    """

    spans: int
    whole: bool
    src: str
    to: str
    library: str | None
    words: str
    above: int = ABOVE

    @property
    def offered(self) -> bool:
        """Whether the element can take the place of the drawing at all."""
        return self.library is not None

    @property
    def painted(self) -> bool:
        """Whether it does so at once, as there is more than a drawing shows."""
        return self.offered and (not self.whole or self.spans > self.above)


def canvas_of(
    lanes: Sequence[Lane], as_of: AsOf, here: Here, say: Speech, *, whole: bool, phases: int
) -> Canvas:
    """The element for the lanes of a page; `whole` says that they are all that there are, and of
    how many `phases` all are."""
    filters = {name: here.texts[name] for name in TAKEN if name in here.texts}
    if as_of.during is not None:
        filters["at"] = iso(as_of.at)
    filters |= {"lang": say.lang, "limit": str(MOST_SPANS)}
    return Canvas(
        spans=sum(len(lane.bars) + len(lane.dots) for lane in lanes),
        whole=whole,
        src=located(COLUMNS.path, filters.items()),
        to=here.record("ID").replace("/ID", "/{id}", 1),
        library=rendering.static(LIBRARY)
        if phases <= MOST_PHASES and _can_be_offered(here)
        else None,
        words=msgspec.json.encode(
            {
                "timeline": say("timeline"),
                "in": say("Zoom in"),
                "out": say("Zoom out"),
                "all": say("All years"),
            }
        ).decode(),
    )


def _can_be_offered(here: Here) -> bool:
    """Whether D3 is there, and the feed of columns has just what the page shows."""
    return rendering.is_there(LIBRARY) and not any(name in here.texts for name in NARROWER)
