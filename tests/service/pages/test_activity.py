"""The page of who recorded what: the newest events first, page by page to the oldest."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient


def positions(html: str) -> list[int]:
    """The positions of the events of a page."""
    return [int(each) for each in re.findall(r'<td class="pos">@(\d+)</td>', html)]


@pytest.mark.parametrize("asked", ["from=@900", "from=@600&kind=facility", "", "record=juno"])
def test_what_was_recorded_since_begins_with_the_newest(client: FlaskClient, asked: str) -> None:
    """And goes on without a gap to the oldest, where it leads back to the first page."""
    meant = client.get(f"/v1/activity?{asked}&limit=2000").get_json()
    wanted = [event["position"] for event in meant["entries"]][::-1]
    html = client.get(f"/activity?{asked}", headers={"Accept": "text/html"}).text
    found = positions(html)
    assert found == wanted[:100]
    while following := re.search(r'rel="next" href="([^"]+)"', html):
        html = client.get(following[1].replace("&amp;", "&"), headers={"Accept": "text/html"}).text
        found += positions(html)
        assert "The first page" in html or "第一页" in html
    assert found == wanted


def test_its_heading_is_its_title(client: FlaskClient) -> None:
    """One name for one page."""
    html = client.get("/activity?lang=en").text
    assert "<title>Who recorded what | Annales</title>" in html
    assert ">Who recorded what</h1>" in html
