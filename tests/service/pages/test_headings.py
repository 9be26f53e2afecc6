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


@pytest.mark.parametrize("measure", ["status", "discoveries", "policies", "indicator"])
@pytest.mark.parametrize(
    ("first", "words"), [("2050", "All of these days lie"), ("2016", "All but the first")]
)
def test_a_trend_of_what_lies_ahead_has_no_course(
    client: FlaskClient, measure: str, first: str, words: str
) -> None:
    """It says so where its sentence would be, of whatever it counts."""
    html = read(client, f"/trends?measure={measure}&from={first}&to=2060&stated=2016")
    said = re.findall(r'<p class="lede">(.*?)</p>', html)
    assert len(said) == 1
    assert said[0].startswith(words)
    assert said[0].endswith("had been said by the end of 2016, so there is no course to tell.")


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


def test_what_was_said_later_says_nothing_of_a_status_of_then(client: FlaskClient) -> None:
    """That a facility was not heard of since 2019 is no note on how it was in 1990."""
    rows = client.get("/v1/state?at=1990&country=CN").get_json()["facilities"]
    later = [row["id"] for row in rows if row.get("last_said", "") > "1990-12-31"]
    assert later
    assert "its status last heard of" not in read(client, f"/records/{later[0]}?at=1990")
    said = re.findall(r"its status last heard of [^<]*?(\d{4})", read(client, "/state?at=1990"))
    assert said
    assert max(said) <= "1990"


def test_it_is_told_how_many_that_run_were_not_heard_of_for_long(client: FlaskClient) -> None:
    """Of a day of now; of one long ago, by all sources to date, no silence since tells anything."""
    rows = client.get("/v1/state?country=CN&limit=1000").get_json()["facilities"]
    silent = sum(row["status"] == "operating" and "last_said" in row for row in rows)
    assert silent > 20
    assert f"Of those that run, {silent} were last heard of before" in read(
        client, "/state?country=CN"
    )
    assert "Of those that run" not in read(client, "/state?at=1990&country=CN")


def test_a_past_that_is_assumed_is_not_told_as_read_then(client: FlaskClient) -> None:
    """What was stated by a day counts undated statements as of when it came: the box says so."""
    html = read(client, "/state?at=1990&stated=1990&country=CN")
    cited = int(re.findall(r"Behind the lists of this page stand (\d+) statements", html)[0])
    told = re.findall(r"Of the (\d+) statements behind its lists (\d+) do not tell when", html)
    assert len(told) == 1
    assert int(told[0][0]) == cited >= int(told[0][1]) > 0


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
