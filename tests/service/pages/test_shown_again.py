"""What a page was asked for stays when its form is sent again, whatever was chosen: "Show" loses
nothing. Without scripts, as a plain browser sends forms."""

from __future__ import annotations

from collections import defaultdict
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask.testing import FlaskClient

from service.pages.kinds import PAGES
from service.pages.viewers.page import VIEWERS
from tests.service.desk.browser import Form, Page

PLACE = "country=CN,JP&region=europe"

ASKED = (
    (
        f"/state?at=2013&stated=2016&known=@1100&{PLACE}&field=fusion&class=fusion-device"
        "&status=approved,operating&expected=operating&limit=20&lang=zh"
    ),
    f"/state?during=2013&{PLACE}",
    (
        f"/compare?at=2013&to_at=2016&stated=2015&to_stated=2017&known=@1100&to_known=@1150&{PLACE}"
        "&to_country=CN&to_region=americas&field=fusion&to_field=space&class=fusion-device&to_class=optical-telescope"
        "&lang=zh"
    ),
    "/compare?at=2013&record=juno&to_record=cepc",
    (
        f"/slips?stated=2016&known=@1100&{PLACE}&field=fusion&class=fusion-device&operator=NAOC"
        "&outcome=late&came_by=2015&by=country,decade&sort=slip&limit=20&within=P5Y&lang=zh"
    ),
    (
        f"/trends?measure=status&by=country,field&step=month&from=2010&to=2013&{PLACE}"
        "&field=fusion,space&class=fusion-device&status=approved,operating&stated=2016&known=@1100&lang=zh"
    ),
    "/trends?measure=indicator&series=rd-share-of-gdp&country=CN,US",
    (
        f"/search?at=2013&stated=2016&known=@1100&q=accelerator&kind=facility&{PLACE}&field=fusion"
        "&class=fusion-device&status=approved,operating&sort=name&limit=20&lang=zh"
    ),
    "/search?during=2013&q=accelerator&disputed=true",
    (
        f"/disputed?at=2013&stated=2016&known=@1100&{PLACE}&field=fusion&class=fusion-device"
        "&kind=facility&lang=zh"
    ),
    "/disputed?during=2013",
    "/activity?from=@10&to=@1100&actor=curator&record=juno&kind=facility&limit=20&lang=zh",
    "/records/juno?at=2013&stated=2016&known=@1100&limit=20&from=@10&to=@900&lang=zh",
    "/records/juno?during=2013",
    *(
        f"/viewers/{name}?at=2013&stated=2016&known=@1100&{PLACE}&field=fusion&class=fusion-device"
        "&kind=milestone&from=1990&to=2013&record=juno&limit=20&lang=zh"
        for name in VIEWERS
    ),
)
"""Pages with all that they can be asked for."""

NOT_SENT = {
    "after": "another question begins at its first page",
    "before": "likewise",
    "at": "no promise depends on it, nor does a trend",
    "during": "likewise",
    "disputed": "the page of what is disputed is about nothing else",
}
"""What a form need not send, and why."""


def forms(client: FlaskClient, url: str) -> list[Form]:
    """The forms of a page that lead to itself."""
    response = client.get(url, headers={"Accept": "text/html"})
    assert response.status_code == 200, url
    path = urlsplit(url).path
    return [form for form in Page(response.text).forms if form.action == path]


def in_order(asked: dict[str, str]) -> dict[str, str]:
    """The same with its countries in one order: a Chinese page lists them by pinyin."""
    return {
        name: ",".join(sorted(text.split(","))) if name.endswith("country") else text
        for name, text in asked.items()
    }


def sent(client: FlaskClient, form: Form) -> dict[str, str]:
    """The parameters at which somebody arrives who sends a form."""
    response = client.get(form.action, query_string=form.fields, follow_redirects=True)
    assert response.status_code == 200, response.request.url
    return response.request.args.to_dict()


@pytest.mark.parametrize("url", ASKED)
def test_what_was_asked_stays(client: FlaskClient, url: str) -> None:
    """Whatever form of the page is sent as it stands."""
    found = forms(client, url)
    assert found
    for form in found:
        assert in_order(sent(client, form)) == in_order(dict(parse_qsl(urlsplit(url).query)))


def test_every_parameter_of_every_page_is_asked(client: FlaskClient) -> None:
    """What a new one adds is held to it."""
    asked: defaultdict[str, set[str]] = defaultdict(set)
    for url in ASKED:
        asked[urlsplit(url).path] |= dict(parse_qsl(urlsplit(url).query)).keys()
    for kind in PAGES:
        path = kind.path.format(id="yearbook" if kind.name == "source" else "juno")
        if path in asked:
            assert {*kind.takes} - asked[path] <= NOT_SENT.keys(), path
        else:
            assert forms(client, path.replace("yearbook", "bcas-juno-2015")) == [], path


def test_boxes_that_are_ticked_become_one_list(client: FlaskClient) -> None:
    """A plain form sends each of them; the address that is shared has them with commas."""
    (form,) = forms(client, "/trends?country=CN&status=operating&by=country")
    form.fields += [("country", "US"), ("country", "JP"), ("region", "europe")]
    assert sent(client, form) == {
        "measure": "status",
        "status": "operating",
        "by": "country",
        "country": "CN,US,JP",
        "region": "europe",
    }
    again = client.get("/state?country=CN&country=US&at=2013&at=2014")
    assert again.location == "/state?country=CN%2CUS&at=2013&at=2014"
    assert client.get(again.location).status_code == 422


def test_two_sides_that_are_the_same_keep_their_form(client: FlaskClient) -> None:
    """The page says in words what to do, where a program is told the names of parameters."""
    url = "/compare?at=2024&to_at=2024&stated=2016&country=CN"
    page = Page(client.get(url, headers={"Accept": "text/html"}).text)
    assert page.says("Both sides are the same, so there is nothing to compare.")
    (form,) = (form for form in page.forms if form.action == "/compare")
    assert sent(client, form) == dict(parse_qsl(urlsplit(url).query))
    assert client.get(f"/embed{url}").status_code == 200
    assert client.get(url.replace("?", ".json?")).status_code == 422


def test_a_page_says_which_place_it_is_about(client: FlaskClient) -> None:
    """In its title, its sentence and what its form has chosen, in either language."""
    english = client.get("/state?at=2013&country=CN,JP").text
    assert "<title>China and Japan, 2013: big science" in english
    assert "China and Japan ran" in english
    assert "中国和日本" in client.get("/state?at=2013&country=CN,JP&lang=zh").text
    assert "Europe" in client.get("/compare?at=2013&country=CN&to_region=europe").text
