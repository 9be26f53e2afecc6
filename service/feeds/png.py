"""PNG: the picture of `svg`, drawn by resvg with the fonts of the machine.

The same picture on a machine with other fonts is other bytes: a pinned PNG
stays as it is where it was first drawn, and in every cache that took it there.
"""

from __future__ import annotations

import resvg_py

from service.feeds.feed import Context, Feed
from service.feeds.svg import KINDS, LIMIT, drawn

WIDEST = 2_400
"""In pixels; a picture of 10,000 pixels a side would take the server's memory."""


def _render(context: Context) -> bytes:
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=drawn(context),
            width=int(context.options["width"]),
            sans_serif_family="Noto Sans CJK SC",
            serif_family="Noto Serif CJK SC",
        )
    )


PNG = Feed(
    name="png",
    media_type="image/png",
    suffix="png",
    summary="The same picture in pixels, for slides and messages.",
    reader="everything",
    render=_render,
    limit=LIMIT,
    most=LIMIT,
    kinds=KINDS,
    own={
        "width": (
            {"type": "integer", "minimum": 320, "maximum": WIDEST, "default": 1_248},
            "How wide the picture is, in pixels; it is as tall as its lanes need.",
        )
    },
)
