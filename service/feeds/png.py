"""PNG: the picture of `svg`, drawn by resvg with the fonts of the machine.

It is drawn by another process (`service.feeds.pixels`), so that all else goes on meanwhile: a
few at a time, none for long, and none that is too large.

The same picture on a machine with other fonts is other bytes: a pinned PNG
stays as it is where it was first drawn, and in every cache that took it there.
"""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore

from events.errors import BadFilter
from service.asking.errors import NotDrawn
from service.feeds.feed import Context, Feed
from service.feeds.parameters import number
from service.feeds.svg import KINDS, LIMIT, drawn
from service.words.word import word

WIDEST = 2_400
"""In pixels."""

NARROWEST = 320

MOST_PIXELS = 16_000_000
"""How many pixels a picture has at most: it takes some seconds and 200 MB to draw them."""

PLACES = 2
"""How many pictures are drawn at once."""

QUEUE = 2.0
"""Seconds that a picture waits for a place."""

PATIENCE = 30.0
"""Seconds that a picture may take."""

log = logging.getLogger(__name__)

PROGRAM = Path(__file__).with_name("pixels.py")

_places = BoundedSemaphore(PLACES)


def _render(context: Context) -> bytes:
    svg, width = drawn(context), context.options["width"]
    _check_size(svg, width)
    return pixels(svg, width)


def pixels(svg: str, width: int) -> bytes:
    """The picture as PNG, as many pixels wide. Raises NotDrawn."""
    if not _places.acquire(timeout=QUEUE):
        raise NotDrawn(f"{PLACES} others are being drawn")
    try:
        drawing = subprocess.run(  # noqa: S603 - our own program, with a number
            # Nothing is imported from the folder of the program, which has names of its own.
            [sys.executable, "-P", PROGRAM, str(width), str(os.getpid())],
            input=svg.encode(),
            capture_output=True,
            timeout=PATIENCE,
            # Ctrl-C ends the server once its answers are given, so it must not reach the program.
            start_new_session=True,
            check=True,
        )
    except subprocess.TimeoutExpired:
        raise NotDrawn(f"it took more than {PATIENCE:g} s") from None
    except subprocess.CalledProcessError as failed:
        said = failed.stderr.decode(errors="replace")
        log.error("no picture of %s pixels: %s\n%s", width, failed, said)
        raise NotDrawn("the program that draws failed") from None
    finally:
        _places.release()
    return drawing.stdout


PNG = Feed(
    name="png",
    media_type="image/png",
    suffix="png",
    summary=word("feed", "The same picture in pixels, for slides and messages."),
    reader="everything",
    render=_render,
    limit=LIMIT,
    most=LIMIT,
    kinds=KINDS,
    own=(
        number(
            "width",
            NARROWEST,
            WIDEST,
            1_248,
            "How wide the picture is, in pixels; it is as tall as its lanes need.",
        ),
    ),
)


def _check_size(svg: str, width: int) -> None:
    """Raises BadFilter for a width at which the picture would have too many pixels."""
    wide, high = size_of(svg)
    tall = high / wide
    if width * width * tall > MOST_PIXELS:
        most = int((MOST_PIXELS / tall) ** 0.5)
        raise BadFilter(
            "width",
            str(width),
            f"the picture would have more than {MOST_PIXELS:,} pixels:"
            f" {most} is the most for so many lanes; or narrow it down, or give a limit",
        )


def size_of(svg: str) -> tuple[int, int]:
    """How wide and how high a picture is in its own units."""
    box = _SIZE.search(svg)
    if box is None:
        raise ValueError("the picture has no size")
    return int(box["width"]), int(box["height"])


_SIZE = re.compile(r'viewBox="0 0 (?P<width>\d+) (?P<height>\d+)"')
