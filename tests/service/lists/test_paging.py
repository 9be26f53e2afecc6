"""A walk along `next` gives every row once, as of the moment at which it began."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.service.asked import FOREVER, Reader
from tests.story.telling import Teller, facility, milestone, statement

Ids = Callable[[Any], list[str]]

LISTS: dict[str, Ids] = {
    "/v1/state": lambda page: [row["id"] for row in page["facilities"]],
    "/v1/records": lambda page: [row["id"] for row in page["items"]],
    "/v1/records/f-05/history": lambda page: [str(row["position"]) for row in page["entries"]],
}
"""The lists that have pages, and what identifies a row."""


@pytest.fixture
def growing(juno: Teller) -> Teller:
    """Twenty facilities under construction, three findings; the first facility changes often."""
    for number in range(20):
        id = f"f-{number:02d}"
        juno.tell(facility(id), milestone(f"m-{id}", "construction-started", "2015", facility=id))
    for number in range(3):
        juno.tell(statement("discovery", f"g-{number}", "2019", country="CN", field="space"))
    for number in range(12):
        juno.tell(milestone(f"u-{number:02d}", "upgraded", f"20{number + 10}", facility="f-05",
                            entry=f"f-05/upgraded/{number}"))  # fmt: skip
    juno.archive.catch_up()
    return juno


def walk(reader: Reader, url: str) -> Iterator[Any]:
    """The pages from a URL on, each `next` followed as it stands."""
    following: str | None = url
    while following is not None:
        answer = reader.ask(following)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        page = answer.get_json()
        yield page
        following = page["next"]
        if following is not None:
            assert following.startswith("/v1/")


@pytest.mark.parametrize("limit", ["1", "7", "500"])
@pytest.mark.parametrize("path", LISTS)
def test_a_walk_gives_every_row_once_though_more_is_recorded(
    growing: Teller, small: Reader, path: str, limit: str
) -> None:
    """All pages are pinned to where the log was; the new rows are for the next walk."""
    ids = LISTS[path]
    whole = small.get(path, limit="2000")
    walked: list[str] = []
    pages = 0
    for page in walk(small, f"{path}?limit={limit}"):
        assert (page["known"], page["at"]) == (whole["known"], whole["at"])
        walked += ids(page)
        pages += 1
        day = 26 + pages // 30
        growing.tell(
            facility(f"{'az'[pages % 2]}-{pages}"),
            milestone(
                f"a-{pages}", "construction-started", "2014", facility=f"{'az'[pages % 2]}-{pages}"
            ),
            milestone(f"n-{pages}", "upgraded", "2016", facility="f-05", entry=f"f-05/n/{pages}"),
            on=f"2026-11-{day}",
        )
        growing.archive.catch_up()
    assert walked == ids(whole)
    assert len(walked) == len(set(walked)) > 10
    assert pages == -(-len(walked) // int(limit))
    assert len(ids(small.get(path, limit="2000"))) > len(walked)


@pytest.mark.parametrize("path", LISTS)
def test_the_next_page_is_pinned_and_the_last_has_none(
    growing: Teller, small: Reader, path: str
) -> None:
    """`next` may be kept for ever, as it stands; a page that is just full has no next."""
    count = len(LISTS[path](small.get(path)))
    assert growing.archive.views.tracked()
    first = small.get(path, limit=str(count - 1))
    last = small.ask(first["next"])
    assert last.headers["Cache-Control"] == FOREVER
    assert last.get_json()["pinned"] == first["next"]
    assert last.get_json()["next"] is None
    assert small.get(path, limit=str(count))["next"] is None


def test_a_walk_keeps_its_clocks_and_filters(reader: Reader) -> None:
    """Every page of a walk asks the same of the shipped chronicle, whatever is asked."""
    for path, asked in (
        ("/v1/state", "at=2025&stated=2016&country=CN"),
        ("/v1/state", "during=2013&status=operating"),
        ("/v1/state", "at=2020&known=@900&field=space"),
        ("/v1/records", "at=2020&country=CN&kind=facility"),
        ("/v1/records", "kind=indicator&known=@1199"),
    ):
        ids = LISTS[path]
        whole = reader.ask(f"{path}?{asked}").get_json()
        walked = [id for page in walk(reader, f"{path}?{asked}&limit=3") for id in ids(page)]
        assert walked == ids(whole), asked
        assert len(set(walked)) > 3
        pages = list(walk(reader, f"{path}?{asked}&limit=3"))
        for name in ("totals", "total"):
            assert all(page.get(name) == whole.get(name) for page in pages)


def test_a_history_goes_on_after_a_position(growing: Teller, small: Reader) -> None:
    """`after` is a position of the log: of this record's, of another's, or beyond all."""
    path = "/v1/records/f-05/history"
    positions = [entry["position"] for entry in small.get(path)["entries"]]
    assert growing.archive.views.tracked()
    for after in (0, positions[0], positions[0] + 1, positions[-1] - 1, positions[-1], 10**17):
        found = small.get(path, after=str(after), limit="5")["entries"]
        expected = [position for position in positions if position > after][:5]
        assert [entry["position"] for entry in found] == expected
    for after in ("x", "-1", "1.5", "9" * 19, "٣"):
        assert small.ask(f"{path}?after={after}").status_code in (400, 422)
