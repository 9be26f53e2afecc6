"""Two revisions of a record or a source, chosen from all that it had, and what differs."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response

from events.errors import NotFound
from events.stream import Stream
from service.asking.filters import AFTER_ROW
from service.asking.parameter import whole_number
from service.desk.answering import page, the_desk
from service.pages.desk.preview import meanwhile
from service.pages.desk.revisions import differences
from service.pages.desk.task import folded_at
from service.pages.shell.pager import Pager
from service.web.response import parameters
from service.web.root import archive


def answered(space: str, id: str) -> Response:
    """The revisions to choose from, and how the two that are chosen differ: without a choice, the
    last two. Raises NotFound, BadFilter."""
    texts = parameters(("lang", "from", "to", "after"))
    desk, stream = the_desk(), str(Stream(space, id))
    last = archive().chronicle.revision(stream)
    if not last:
        raise NotFound(space, id)
    newer = _chosen("to", texts, last, last)
    older = _chosen("from", texts, max(newer - 1, 0), last)
    older, newer = sorted((older, newer))
    pager = Pager(desk.here, skipped=AFTER_ROW.parse(texts.get("after", "0")))
    events = meanwhile(desk, stream, 0)
    numbered = [{**event, "revision": number} for number, event in enumerate(events, start=1)]
    shown = {
        "of": Stream.parse(stream),
        "older": older,
        "newer": newer,
        "events": pager.part(numbered[::-1]),
        "pager": pager,
        "found": differences(
            desk.say,
            folded_at(archive(), stream, older)[0],
            folded_at(archive(), stream, newer)[0],
        ),
    }
    return page("desk/revisions.html", desk, **shown)


def _chosen(name: str, texts: Mapping[str, str], default: int, most: int) -> int:
    return whole_number(name, texts[name], 0, most) if name in texts else default
