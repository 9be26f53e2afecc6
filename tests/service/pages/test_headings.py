"""What stands above a page says what is there, in the words of its title."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from tests.service.pages.reading import read


@pytest.mark.parametrize(
    ("url", "heading"),
    [
        ("/trends", "Facilities by status, 1977–2026"),
        ("/trends?by=country&status=operating", "Facilities operating by country, 1977–2026"),
        ("/trends?from=2020-01&to=2020-12", "Facilities by status, 2020"),
        (
            "/trends?field=fusion,astronomy&from=2000&to=2005",
            "Astronomy, fusion: facilities by status, 2000–2005",
        ),
        ("/disputed?country=CN&field=fusion", "China, fusion: what is disputed"),
        ("/activity", "Who recorded what"),
    ],
)
def test_the_heading_is_the_title(client: FlaskClient, url: str, heading: str) -> None:
    """With all that was asked for."""
    html = read(client, url)
    assert f"<title>{heading} | Annales</title>" in html
    assert f">{heading}</h1>" in html


def test_of_nothing_it_is_not_said_of_0(client: FlaskClient) -> None:
    """Nor is a trend of one day a line from a day to itself."""
    assert "Sources say different things of no record here." in read(client, "/disputed?country=BR")
    html = read(client, "/trends?from=2020&to=2020")
    assert "One day has no course" in html
    assert 'href="/trends?from=2020&to=2020&step=month"' in html


def test_the_table_of_a_trend_has_the_highest_first(client: FlaskClient) -> None:
    """Of countries, as the drawing has them; statuses keep their own order."""
    html = read(client, "/trends?by=country&status=operating")
    table = html[html.index('id="table"') :]
    last = re.findall(r"<tr><th scope=\"row\".*?</tr>", table, re.DOTALL)[-1]
    values = [int(each or 0) for each in re.findall(r'<td class="num">(\d*)</td>', last)]
    assert values == sorted(values, reverse=True)
    order = re.findall(r'<th scope="col" class="num">([^<]+)</th>', read(client, "/trends"))
    assert order.index("under construction") < order.index("operating")


def test_what_is_long_silent_is_so_of_its_status(client: FlaskClient) -> None:
    """Discoveries are records of their own, and may well be younger."""
    rows = client.get("/v1/state?limit=2000").get_json()["facilities"]
    silent = next(row["id"] for row in rows if "last_said" in row)
    html = read(client, f"/records/{silent}")
    assert "<dt>Note</dt>" in html
    assert "its status last heard of" in html


def test_a_phase_whose_beginning_is_contested_says_so(client: FlaskClient) -> None:
    """Over its bar and in words, as lists do."""
    rows = client.get("/v1/state?limit=2000").get_json()["facilities"]
    contested = next(row["id"] for row in rows if row.get("contested"))
    html = read(client, f"/records/{contested}")
    assert re.search(r'<text class="status"[^>]*>[^<]+ \(date contested\)</text>', html)


def test_milestones_side_by_side_say_which_is_later(client: FlaskClient) -> None:
    """In a column that explains its signs, and none stands alone."""
    html = read(client, "/compare?record=juno&to_record=lhaaso")
    table = html[html.index("<caption>Milestones") :]
    table = table[: table.index("</table>")]
    assert "Later (+) or earlier (−) by" in table
    cells = [re.sub("<[^>]+>", "", each) for each in re.findall(r"<td>(.*?)</td></tr>", table)]
    assert cells
    assert all(re.search(r"[a-z]", each) for each in cells)
    assert "only LHAASO" in cells
