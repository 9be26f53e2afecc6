"""The page of slips: one form, all promises drawn, and how far behind what has not come is."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.pages.slips.page import MOST_DRAWN
from tests.service.pages.reading import read
from tests.story.telling import Teller, milestone, plan


def marks(drawing: str) -> int:
    """How many promises a drawing has."""
    return len(re.findall(r'class="(?:came-late|camed|prom)[ "]', drawing))


def test_one_form_sends_all_that_was_chosen(client: FlaskClient) -> None:
    """Outcome, order and span are fields of the form of the clocks, and none is sent twice."""
    html = read(client, "/slips?country=CN&outcome=late&sort=slip&within=P5Y&after=50")
    [form] = re.findall(r'<form id="asked".*?</form>', html, re.DOTALL)
    assert html.count('action="/slips"') == 1
    fields = re.findall(r'<(?:select|button)[^>]*form="asked"', html)
    assert len(fields) == 4
    for name in ("outcome", "sort", "within"):
        assert len(re.findall(rf'name="{name}"', html)) == 1
    assert 'name="after"' not in form


def test_the_drawing_has_every_promise(client: FlaskClient) -> None:
    """Those of further pages too, and so has its picture."""
    all_of = client.get("/v1/slips").get_json()["totals"]["ladders"]
    assert all_of > 50
    wide = re.findall(r'<div class="wide">(.*?)</div>', read(client, "/slips?after=50"), re.DOTALL)
    assert marks(wide[0]) == all_of
    picture = client.get("/pictures/slips.svg").text
    assert marks(picture) == all_of
    assert "Drawn here" not in picture


def test_more_than_can_be_drawn_is_said(juno: Teller) -> None:
    """On the page and on the picture, with the numbers."""
    promised = MOST_DRAWN + 5
    for number in range(promised):
        entry = f"juno/upgraded/{number}"
        juno.tell(plan(f"p-{number}", "upgraded", "2030", "2020", entry=entry))
    juno.archive.catch_up()
    client = create_app(juno.archive).test_client()
    html = read(client, "/slips")
    told = f"Drawn here: {MOST_DRAWN} of {promised}."
    assert marks(html[: html.index('class="narrow"')]) == MOST_DRAWN
    assert told in html
    assert told in client.get("/pictures/slips.svg").text
    # The pages of the list go on beyond what is drawn.
    last = read(client, f"/slips?after={MOST_DRAWN}")
    assert last.count('<span class="outcome') == 5


def test_what_is_overdue_shows_how_far_behind_it_is(client: FlaskClient) -> None:
    """From its first plan to the day of the sources, told apart from what came."""
    html = read(client, "/slips?outcome=overdue")
    delays = re.findall(r'<td data-h="Delay" class="nowrap">(.*?)</td>', html)
    assert delays
    assert all(re.fullmatch(r'<span class="muted">\+.* so far</span>', each) for each in delays)
    assert "the longest overdue:" in html
    assert "the greatest delay of what came first" in html


def test_a_horizon_beyond_the_log_is_told(client: FlaskClient) -> None:
    """What is promised for before it counts as overdue, since no source is so late."""
    told = "No source here is later than 25 November 2026. What was promised for before "
    assert f"{told}the end of 2030" in read(client, "/slips?stated=2030")
    for url in ("/slips", "/slips?stated=2026", "/slips?stated=2016"):
        assert "No source here is later" not in read(client, url)


def test_no_median_of_nothing(client: FlaskClient) -> None:
    """Where none came it says so."""
    html = read(client, "/slips?outcome=overdue")
    assert "no median delay: none came" in html
    assert "of 0 that came" not in html


def test_the_span_of_what_is_due_is_chosen(client: FlaskClient) -> None:
    """Two years unless another is; the data leave out what only the page takes."""
    assert "Due within 2 years" in read(client, "/slips?stated=2015")
    html = read(client, "/slips?stated=2015&within=P10Y")
    due = client.get("/v1/due?stated=2015&within=P10Y").get_json()["total"]
    assert f'Due within 10 years <span class="n">{due}</span>' in html
    assert 'href="/slips.json?stated=2015"' in html
    pinned = re.search(r'<a class="pin" href="(/slips[^"]*)"', html)
    assert pinned is not None
    assert "within=P10Y" in pinned[1]
    assert client.get(pinned[1]).status_code == 200
    assert client.get("/slips?within=P3Y").status_code == 422


def test_each_list_leads_to_its_own_next_page(client: FlaskClient) -> None:
    """The link stands in the list, and comes back to it."""
    html = read(client, "/slips?limit=20")
    listed = html[html.index('id="ladders"') : html.index('id="overdue"')]
    assert 'rel="next" href="/slips?after=20&limit=20#ladders"' in listed
    groups = html[html.index('id="groups"') :]
    assert 'rel="next" href="/slips?after=20&limit=20#groups"' in groups
    assert 'rel="next"' not in read(client, "/slips?limit=20&country=CN&field=fusion")


def test_several_outcomes_are_asked_at_once(client: FlaskClient) -> None:
    """The form keeps them as it shows them."""
    html = read(client, "/slips?outcome=late,overdue")
    assert '<option value="late,overdue" selected>late, overdue</option>' in html
    assert "Promised, and what came: late and overdue</h1>" in html
    assert "<title>Promises late and overdue" in html
    html = read(client, "/slips?outcome=kept,early")
    assert '<option value="kept,early" selected>kept, early</option>' in html


def test_what_is_overdue_and_due_is_of_the_operator(client: FlaskClient) -> None:
    """As all else on the page of one operator is."""
    operators = client.get("/v1/slips?outcome=overdue,pending").get_json()["by"]["operator"]
    name = next(each["key"] for each in operators if each["key"] and ";" not in each["key"])
    its = {each["record"] for each in client.get(f"/v1/slips?operator={name}").get_json()["items"]}
    html = read(client, f"/slips?operator={name}&within=P20Y")
    listed = html[html.index('id="overdue"') : html.index('id="groups"')]
    told = set(re.findall(r'href="/records/([a-z0-9-]+)', listed))
    assert told
    assert told <= its


@pytest.mark.parametrize(
    ("asked", "listed"),
    [
        ("", ["overdue", "due"]),
        ("came_by=1990", []),
        ("outcome=late", []),
        ("outcome=late,overdue", ["overdue"]),
        ("outcome=pending", ["due"]),
        ("outcome=pending&came_by=1990", []),
    ],
)
def test_what_is_open_is_listed_where_it_is_meant(
    client: FlaskClient, asked: str, listed: list[str]
) -> None:
    """Of what something came by then, or of what was late, nothing is overdue or due."""
    html = read(client, f"/slips?within=P20Y&{asked}")
    assert re.findall(r'<section id="(overdue|due)"', html) == listed
    assert ("the longest overdue:" in html) == ("overdue" in listed)


def test_what_came_is_counted_where_its_delay_is_open(juno: Teller) -> None:
    """It has no part in the median, and has come all the same."""
    juno.tell(plan("p-light", "first-light", "2010", "2005"))
    juno.tell(milestone("light", "first-light", "2009/.."))
    juno.tell(plan("p-run", "operation-started", "2090", "2020"))
    juno.archive.catch_up()
    html = read(create_app(juno.archive).test_client(), "/slips")
    assert "no median delay: none can be measured; 1 still open" in html
    groups = html[html.index('id="groups"') :]
    [header] = re.findall(r"<thead>.*?</thead>", groups.partition("</table>")[0], re.DOTALL)
    column = re.findall(r"<th [^>]*>([^<]*)", header).index("Came")
    row = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", groups.partition("<tbody>")[2], re.DOTALL)
    assert row[column] == "1"


def test_how_long_it_is_overdue_is_told_once(client: FlaskClient) -> None:
    """In the list, on the tile, in the table and on the record as the sentences tell it."""
    answer = client.get("/v1/overdue").get_json()
    longest = answer["items"][0]["record"]
    [told] = re.findall(r", by (.*)\.", answer["sentence"]["en"])
    html = read(client, "/slips?outcome=overdue")
    assert f'<span class="num">{told}</span>' in html
    assert f"overdue by {told}<" in html
    short = told.replace(" years", " y").replace(" months", " mo")
    assert f'<span class="muted">+{short} so far</span>' in html
    record = read(client, f"/records/{longest}")
    assert f"{told} overdue" in record.replace("</b>", "").replace("<b>", "")
    assert f">+{short}<" in record


def test_what_was_put_off_says_since_which_promise_it_is_counted(juno: Teller) -> None:
    """No delay of what is overdue begins before the promise from which it is counted."""
    juno.tell(plan("p-light", "first-light", "2026", "2020"))
    juno.tell(plan("p-light-2", "first-light", "2026-08", "2025"))
    juno.tell(plan("p-run", "operation-started", "2020", "2019"))
    juno.tell(plan("p-run-2", "operation-started", "2024", "2021"))
    juno.archive.catch_up()
    client = create_app(juno.archive).test_client()
    html = read(client, "/slips?stated=2026-11-27")
    delays = [
        " ".join(re.sub(r"<[^>]+>", " ", each).split())
        for each in re.findall(r'<td data-h="Delay"[^>]*>(.*?)</td>', html)
    ]
    assert delays == [
        "+3 mo so far since the last promise",
        "+5.9 y so far since the first promise",
    ]
    assert "Counted since the last promise" in html
    assert "overdue by 3 months" in html
    assert "overdue by 1.9 years" in html
    record = read(client, "/records/juno?stated=2026-11-27")
    assert "+3 mo since the last promise" in record
    assert ">+5.9 y<" in record


def test_one_promise_that_may_have_been_kept_in_time_is_on_time(juno: Teller) -> None:
    """In the table and on the tile, as in the sentence: it has no median."""
    juno.tell(plan("p-run", "operation-started", "2020", "2019"))
    juno.tell(milestone("run", "operation-started", "2020-06"))
    juno.archive.catch_up()
    html = read(create_app(juno.archive).test_client(), "/slips")
    assert "The one that came was" in html
    assert '<span class="num">on time</span><span class="what">the delay of the one that' in html
    assert re.findall(r'<td data-h="Delay"[^>]*>(.*?)</td>', html) == ["on time"]


def test_what_nobody_said_more_of_since_it_was_due_is_told_apart(juno: Teller) -> None:
    """On the tile, in the list and in numbers: it is overdue as far as anybody said."""
    juno.tell(plan("p-light", "first-light", "2020", "2019"))
    juno.tell(plan("p-run", "operation-started", "2022", "2018"))
    juno.tell(milestone("built", "completed", "2021-06", stated="2021-06-30"))
    juno.archive.catch_up()
    client = create_app(juno.archive).test_client()
    html = read(client, "/slips?stated=2026-11")
    tile, listed = html.split('<section id="overdue"')
    assert "1 was last heard of more than five years ago." in listed
    # The first light was due before the last word, the operation after it.
    told = "last heard of 30 Jun 2021, before it was due"
    assert "Nothing was said of 1 of them since it was due" in listed
    assert listed.count(told) == 1
    assert listed.index(told) > listed.index("promised for 2022")
    assert told not in tile


def test_the_longest_overdue_says_that_nobody_said_more(juno: Teller) -> None:
    """Of one alone as of several."""
    juno.tell(plan("p-run", "operation-started", "2020", "2018-01-31"))
    juno.archive.catch_up()
    html = read(create_app(juno.archive).test_client(), "/slips?stated=2026")
    tile, listed = html.split('<section id="overdue"')
    told = "last heard of 31 Jan 2018, before it was due"
    assert "Nothing was said of it since it was due" in listed
    assert told in tile
    assert told in listed


@pytest.mark.parametrize(
    ("asked", "number", "what"),
    [
        ("at=2020-06-15", "on time", "delay of the one promise"),
        ("at=2021", "−22 to +30 d", "median delay of 2 promises"),
    ],
)
def test_a_state_tells_delays_as_the_page_of_slips_does(
    juno: Teller, asked: str, number: str, what: str
) -> None:
    """With a sign at each end; of one promise there is no median."""
    juno.tell(plan("p-light", "first-light", "2020-06", "2019"))
    juno.tell(milestone("light", "first-light", "2020-06-15"))
    juno.tell(plan("p-run", "operation-started", "2020-10", "2019"))
    juno.tell(milestone("run", "operation-started", "2020-10/2020-11-15"))
    juno.archive.catch_up()
    html = read(create_app(juno.archive).test_client(), f"/state?{asked}")
    figure = html[html.index('href="/slips?came_by') :].partition("</a>")[0]
    assert f'<span class="n">{number}</span>' in figure
    assert what in figure
    assert ("median" in what) == ("median" in figure)


@pytest.mark.parametrize("most", [MOST_DRAWN, 4])
def test_what_is_put_off_and_still_to_come_is_counted(
    juno: Teller, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Where its first plan is past or its last one lies behind that; not where both may be one."""
    monkeypatch.setattr("service.pages.slips.page.MOST_DRAWN", most)
    plans = {
        "behind": ("2027", "2029"),
        "past": ("2020", "202X"),
        "same": ("2027", "2027-05"),
        "once": ("2028",),
        "came": ("2010", "2012"),
    }
    for name, dates in plans.items():
        for number, date in enumerate(dates):
            told = plan(f"p-{name}-{number}", "upgraded", date, f"200{number}")
            juno.tell({**told, "entry": f"juno/upgraded/{name}"})
    juno.tell({**milestone("came", "upgraded", "2012"), "entry": "juno/upgraded/came"})
    juno.archive.catch_up()
    client = create_app(juno.archive).test_client()
    found = re.findall(r"; (\d+ put off already)", read(client, "/slips?stated=2026-06"))
    assert found == ["2 put off already"]
    assert "put off already" not in read(client, "/slips?stated=2026-06&outcome=late")
