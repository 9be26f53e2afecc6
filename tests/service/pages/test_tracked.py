"""Links to pages work with what others hang on them, and lead to the clean address."""

from __future__ import annotations

import pytest

from tests.service.asked import Reader

ADDED = "utm_source=x&fbclid=IwAR0&isappinstalled=0"


@pytest.mark.parametrize(
    "page",
    [
        "/",
        "/state?at=2013&country=CN",
        "/records/juno",
        "/slips",
        "/trends?from=2010",
        "/about",
        "/embed/state?at=2013",
        "/viewers/vis-timeline",
        "/suggest/records/juno/amend",
    ],
)
def test_what_was_added_to_a_link_is_dropped(reader: Reader, page: str) -> None:
    """On every kind of page."""
    more = "&" if "?" in page else "?"
    answer = reader.ask(f"{page}{more}{ADDED}", Accept="text/html")
    assert (answer.status_code, answer.headers["Location"]) == (303, page)


def test_what_wechat_adds_is_told_from_what_is_asked(reader: Reader) -> None:
    """It has a `from` of its own."""
    answer = reader.ask("/trends?from=2010&from=singlemessage", Accept="text/html")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/trends?from=2010")


def test_a_program_is_told_of_what_it_gets_wrong(reader: Reader) -> None:
    """Nobody shares its addresses."""
    assert reader.ask("/v1/state?utm_source=x").status_code == 422


def test_a_frame_is_found_by_a_link_that_was_passed_on(reader: Reader) -> None:
    """The page of another site asks with the address that its author pasted."""
    here = "http://localhost"
    answer = reader.ask(f"/oembed?url={here}/state%3Fat%3D2013%26utm_source%3Dx")
    assert answer.status_code == 200
    assert f"{here}/embed/state?at=2013" in answer.get_json()["html"]
