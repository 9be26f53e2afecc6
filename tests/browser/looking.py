"""How a page is looked at: in every light and on every screen, by axe, and as a picture for us.

`faults` gives all that is wrong with a page as it stands. With `ANNALES_SCREENSHOTS=1` it also
writes its pictures to `build/screenshots`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Page, TimeoutError

SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
AXE = (Path(__file__).parent / "vendor" / "axe" / "axe.min.js").read_text("utf-8")


class Sight(NamedTuple):
    """How a page is looked at, and whether axe looks too."""

    name: str
    width: int
    scheme: Any = "light"
    media: Any = "screen"
    axe: bool = True


SIGHTS = (
    Sight("light", 1280),
    Sight("dark", 1280, scheme="dark"),
    Sight("tablet", 900, axe=False),
    Sight("phone", 360),
    Sight("least", 320, scheme="dark", axe=False),
    Sight("print", 1123, media="print"),
)


def faults(page: Page, name: str, sights: Iterable[Sight] = SIGHTS) -> dict[str, object]:
    """What is wrong with a page, by the sight in which it is: findings of axe, scrolling sideways.

    The page is left as the first sight shows it.
    """
    page.wait_for_load_state()
    # By the debugger, which the policy of the page does not bind.
    page.evaluate(AXE)
    found: dict[str, object] = {}
    for sight in sights:
        turn(page, sight)
        if os.environ.get("ANNALES_SCREENSHOTS"):
            photograph(page, SCREENSHOTS / f"{name}-{sight.name}.png")
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > sight.width:
            found[f"{name} {sight.name} is wide"] = wide
        if sight.axe and (findings := findings_of_axe(page)):
            found[f"{name} {sight.name}"] = findings
    turn(page, SIGHTS[0])
    return found


def turn(page: Page, sight: Sight) -> None:
    """Look at a page in another way."""
    page.set_viewport_size({"width": sight.width, "height": 800})
    page.emulate_media(media=sight.media, color_scheme=sight.scheme)


def findings_of_axe(page: Page) -> list[object]:
    """Each rule that is broken, with the first elements that break it."""
    found: list[object] = page.evaluate(
        "axe.run().then(({violations}) => violations.map("
        "({id, nodes}) => [id, nodes.slice(0, 3).map(({html}) => html.slice(0, 200))]))"
    )
    return found


def photograph(page: Page, path: Path) -> None:
    """Write a picture of the whole page.

    On a busy machine Chromium was once seen never to answer, on a page of which it makes a picture
    in half a second. A call that is given up leaves nothing behind, and the next one is answered,
    also when the process that draws was stopped or killed. No test is about the picture itself.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        page.screenshot(path=path, full_page=True)
    except TimeoutError:
        page.screenshot(path=path, full_page=True)
