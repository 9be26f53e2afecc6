"""What is kept to answer faster, and that it is not kept without end."""

from __future__ import annotations

import sys
from functools import _lru_cache_wrapper
from urllib.parse import quote

from tests.service.asked import Reader, url
from tests.story.telling import Teller, reading, statement

TYPED = (
    "/?at={day}",
    "/state?at={day}&lang=zh",
    "/state?at={later}&stated={day}",
    "/state?during={day}",
    "/records/juno?at={day}",
    "/records/juno?at={later}&stated={day}&lang=zh",
    "/compare?at={day}&to_at={later}",
    "/compare?record=juno&to_record=juno&at={day}&to_at={later}",
    "/slips?at={day}",
    "/slips?came_by={day}",
    "/trends?from={day}&to={later}",
    "/search?q={day}",
    "/activity?from={day}T00:00:00Z",
    "/v1/state?at={day}",
    "/v1/hindsight?at={later}&stated={day}",
    "/v1/trends?from={day}&to={later}",
    "/v1/feeds/svg?at={day}",
    "/v1/feeds/timelinejs?from={day}&to={later}",
)
"""Paths with days that readers type."""


def without_bound() -> dict[str, int]:
    """How much the caches hold that have no bound, by their functions."""
    return {
        f"{each.__module__}.{each.__qualname__}": each.cache_info().currsize
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in ("events", "projections", "service")
        for each in vars(module).values()
        if isinstance(each, _lru_cache_wrapper) and each.cache_info().maxsize is None
    }


def test_no_cache_grows_without_bound_by_what_is_typed_or_recorded(
    juno: Teller, small: Reader
) -> None:
    """Days of readers, units and titles of curators: what they fill has a bound."""

    def ask(year: int) -> None:
        juno.tell(
            statement("discovery", f"found-{year}", f"{year}-03", title=f"Found {year}"),
            reading(f"read-{year}", f"{year}", year / 7, unit=f"unit {year}"),
        )
        juno.archive.catch_up()
        for path in TYPED:
            asked = path.format(day=quote(f"{year}-02-03"), later=f"{year + 1}-04-05")
            small.ask(asked, Accept="text/html")
        small.ask(url("/records/rd-share", at=f"{year}-12-31"), Accept="text/html")

    for year in (1990, 1991):
        ask(year)
    before = without_bound()
    for year in range(2001, 2005):
        ask(year)
    after = without_bound()
    assert {name for name, size in after.items() if size != before.get(name, 0)} == set()
