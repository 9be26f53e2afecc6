"""The front page, what is about the chronicle, the head and the foot of pages, and pages that say
that something is not there or not understood."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.pages.compare.side import in_proportion
from service.pages.shell.problem import DATES
from tests.service.asked import IDS
from tests.service.pages.test_pages import Read


def get(client: FlaskClient, url: str) -> TestResponse:
    """A page, as a browser asks for it."""
    return client.get(url, headers={"Accept": "text/html,*/*;q=0.8"})


def bare(html: str) -> str:
    """The text of a page, in one line."""
    return " ".join(re.sub(r"<[^>]+>", "", html).split())


# --- the front page


def test_the_front_page_tells_a_year_as_it_was_foreseen(client: FlaskClient) -> None:
    """With the figures of the hindsight, what no source named apart from what was named and not
    expected to run, how much there is to go by, and the way to the state."""
    found = client.get("/v1/hindsight?at=2024&stated=2016").get_json()
    html = get(client, "/?lang=en").text
    totals = found["totals"]
    assert "2024 as stated by 2016" in bare(html)
    assert f'<b class="then-n">{totals["then"]}</b>' in html
    assert f"<b>{totals['now']}</b>" in html
    unnamed, expected = totals["unexpected_unnamed"], totals["unexpected_named"]
    assert f"{unnamed} of them were named by no source held here by then:" in bare(html)
    assert f"{expected} had been named, but were not expected to run:" in bare(html)
    held = found["coverage"]["facilities"]
    assert re.search(rf"Of \d+ of {held} facilities this chronicle holds anything", bare(html))
    assert 'href="/state?at=2024&amp;stated=2016&amp;lang=en"' in html
    named = re.findall(r'class="unforeseen".*?</p>', html, re.DOTALL)[0]
    ids = set(re.findall(r"/records/([a-z0-9-]+)", named))
    rows = {row["id"]: row["named"] for row in client.get(found_all(found)).get_json()["rows"]}
    assert ids <= set(found["unexpected"])
    assert not any(rows[id] for id in ids)


def found_all(found: dict[str, str]) -> str:
    """The address of an answer with all of its rows."""
    return f"{found['pinned']}&limit=1000"


def test_the_poster_of_the_front_page_is_what_was_foreseen(client: FlaskClient) -> None:
    """Its numbers, as large as can be, on the picture to take along as well."""
    totals = client.get("/v1/hindsight?at=2024&stated=2016").get_json()["totals"]
    svg = client.get("/pictures/home.svg?lang=en").text
    numbers = re.findall(r'class="many[^>]*>(\d+)<', svg)
    assert numbers == [str(totals[name]) for name in ("then", "now", "unexpected_unnamed")]


def test_of_what_nothing_was_said_nothing_is_known(client: FlaskClient) -> None:
    """Not even that it had not begun."""
    found = client.get("/v1/hindsight?at=2024&stated=2016&limit=1000").get_json()
    for id in [row["id"] for row in found["rows"] if not row["named"]][:2]:
        html = bare(get(client, f"/records/{id}?at=2024&stated=2016&lang=en").text)
        assert "This chronicle holds nothing that had been said of" in html
        assert "by the end of 2016" in html
        assert "nothing said by then" in html
        assert "not yet begun" not in html
        assert "last known" not in html


@pytest.mark.parametrize("id", IDS["records"])
def test_a_record_of_any_kind_says_so(client: FlaskClient, id: str) -> None:
    """In the row of its status, in both languages, and only where nothing had been said."""
    row = "<dt>Status</dt><dd>nothing said by then"
    assert row in get(client, f"/records/{id}?stated=1900&lang=en").text
    assert "<dt>状态</dt><dd>当时尚无说法" in get(client, f"/records/{id}?stated=1900&lang=zh").text
    assert "nothing said by then" not in get(client, f"/records/{id}?lang=en").text


def test_the_front_page_has_the_state_and_the_greatest_delay(client: FlaskClient) -> None:
    """The sentence of the state, its map, and the ladder of the record that slipped the most."""
    state = client.get("/v1/state").get_json()
    worst = client.get("/v1/slips").get_json()["totals"]["worst"]
    html = get(client, "/").text
    assert state["sentence"]["en"] in bare(html)
    assert '<svg class="map"' in html
    assert re.search(rf'id="h-delay">[^<]*<a href="/records/{worst["record"]}"', html)
    assert html.count('<svg class="chart ladder"') == 2


def test_the_front_page_keeps_the_clocks_of_its_address(client: FlaskClient) -> None:
    """It moves with them, and whatever else is asked is asked of the state."""
    html = get(client, "/?at=2013&stated=2014").text
    assert "2011 as stated by 2003" in bare(html)
    for query in ("country=CN", "during=2013", "at=2013&status=operating", "nonsense=1"):
        led = get(client, f"/?{query}")
        assert (led.status_code, led.headers["Location"]) == (303, f"/state?{query}")


@pytest.mark.parametrize("at", ["2024", "2035"])
def test_a_year_that_was_foreseen_is_over(client: FlaskClient, at: str) -> None:
    """By the day up to which the sources are heard, and it is said that no later ones are."""
    html = get(client, f"/?at={at}&stated=2020&lang=en").text
    totals = client.get("/v1/hindsight?at=2020&stated=2012&to_stated=2020").get_json()["totals"]
    assert "2020 as stated by 2012" in bare(html)
    assert f"{totals['now']} were running, said the sources up to 2020" in bare(html)
    assert "to date" not in bare(html)


def test_an_empty_chronicle_has_a_front_page(client: FlaskClient) -> None:
    """Without what nobody has said yet."""
    page = get(client, "/?known=@0")
    assert page.status_code == 200
    assert "as stated by" not in bare(page.text)
    assert "h-delay" not in page.text


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "How to take part"), ("zh", "如何参与"), ("zh", "收录范围")]
)
def test_what_it_is_about_is_told(client: FlaskClient, lang: str, words: str) -> None:
    """What is covered, how it is made, how to cite, and how to take part."""
    html = get(client, f"/about?lang={lang}").text
    assert words in bare(html)
    for id in ("scope", "method", "sources", "cite", "take-part"):
        assert f'<h2 id="{id}">' in html


# --- head and foot


def test_every_page_has_a_box_to_search_in(client: FlaskClient) -> None:
    """It keeps the clocks and the language, and a page has one such box."""
    html = get(client, "/state?at=2013&stated=2014&country=CN&lang=zh").text
    form = re.findall(r'<form class="find".*?</form>', html, re.DOTALL)[0]
    hidden = re.findall(r'name="(\w+)" value="([^"]*)"', form)
    assert dict(hidden) == {"at": "2013", "stated": "2014", "lang": "zh"}
    for url in ("/search", "/nope", "/records/jnuo"):
        assert get(client, url).text.count('role="search"') == 1


def test_the_foot_leads_to_what_the_head_has_no_room_for(client: FlaskClient) -> None:
    """Every page that there is for readers."""
    foot = get(client, "/").text.partition("<footer>")[2]
    for path in ("/activity", "/feeds", "/viewers", "/disputed", "/desk", "/search", "/about"):
        assert f'href="{path}"' in foot


# --- what is not there


@pytest.mark.parametrize("url", ["/jnuo", "/records/jnuo", "/JUNO", "/records/juno-experiment"])
def test_names_that_are_near_are_offered(client: FlaskClient, url: str) -> None:
    """With a box in which the words stand already."""
    page = get(client, url)
    assert page.status_code == 404
    assert '<a href="/records/juno">JUNO</a>' in page.text
    assert 'type="search" name="q" value="' in page.text


def test_a_chinese_name_is_near_too(client: FlaskClient) -> None:
    """Where nothing has the words of a search, and where nothing is."""
    for url in ("/江门中微子?lang=zh", "/search?q=江门中微字实验&lang=zh"):
        assert "江门中微子实验</a>" in get(client, url).text


def test_where_nothing_is_like_it_nothing_is_offered(client: FlaskClient) -> None:
    """Nor for what is too short or too long to be a name."""
    for url in ("/qqqqqqqq", "/x", f"/{'juno' * 40}"):
        assert "Perhaps you mean" not in get(client, url).text


def test_a_program_is_told_in_words_of_ours(client: FlaskClient) -> None:
    """And in English, whatever it likes best."""
    answer = client.get("/nope", headers={"Accept-Language": "zh"})
    assert answer.get_json()["detail"] == "There is nothing at this path."


# --- what is not understood


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("12/2013", "2013-12"),
        ("31/12/2025", "2025-12-31"),
        ("May 2013", "2013-05"),
        ("2013年5月", "2013-05"),
        ("２０１３－０５", "2013-05"),
        ("二〇一三年五月", "2013-05"),
        ("二〇一三年十一月二十日", "2013-11-20"),
    ],
)
def test_a_date_with_one_meaning_is_understood(client: FlaskClient, text: str, meant: str) -> None:
    """It leads to its clean address, on every page that takes a day."""
    for path, name in (
        ("/state", "at"), ("/records/juno", "stated"), ("/compare", "to_at"),
        ("/trends", "from"), ("/trends", "to"),
    ):  # fmt: skip
        led = client.get(path, query_string={name: text, "lang": "zh"})
        assert led.status_code == 303
        assert unquote(led.headers["Location"]) == f"{path}?{name}={meant}&lang=zh"


def test_the_api_takes_dates_as_they_are_written_down(client: FlaskClient) -> None:
    """Only pages guess."""
    assert client.get("/v1/state?at=12/2013").status_code == 422


def test_a_date_with_two_meanings_is_asked_back(client: FlaskClient) -> None:
    """The form stays with all that was sent, and both meanings are links."""
    page = get(client, "/state?at=3/4/2013&country=CN&lang=en")
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text.partition("<main")[2]))
    assert page.status_code == 422
    assert fields == {"at": "3/4/2013", "country": "CN", "lang": "en"}
    assert "It has two meanings." in page.text
    for day in ("2013-04-03", "2013-03-04"):
        assert f'href="/state?country=CN&amp;lang=en&amp;at={day}">{day}</a>' in page.text


@pytest.mark.parametrize(
    ("asked", "en", "zh"),
    [
        ("from=0", "No year, month or day, such as 2013, 2013-05 or 2013-05-06.", "不是年、月或日"),
        ("from=2020&to=2010", "From comes after To.", "起始日期晚于结束日期。"),
        ("to=3/4/2013", "It has two meanings.", "它有两种读法。"),
    ],
)
def test_the_ends_of_a_trend_are_faulted_as_other_dates_are(
    client: FlaskClient, asked: str, en: str, zh: str
) -> None:
    """In words, without what only programs write."""
    for lang, told in (("en", en), ("zh", zh)):
        html = get(client, f"/trends?{asked}&lang={lang}").text.partition("<details")[0]
        assert told in html
        assert "%2B" not in html


def test_all_that_is_wrong_is_said_at_once(client: FlaskClient) -> None:
    """Two dates and a country, though the API names the first alone."""
    html = get(client, "/state?at=soon&stated=spring 2013&country=XX").text
    assert html.count('aria-invalid="true"') >= 2
    assert "stated=2013" in html


@pytest.mark.parametrize("name", DATES)
def test_every_date_of_a_page_has_a_label(client: FlaskClient, name: str) -> None:
    """In words, in both languages."""
    path = {"came_by": "/slips", "to_at": "/compare", "to_stated": "/compare"}.get(name, "/state")
    for lang in ("en", "zh"):
        page = get(client, f"{path}?{name}=soon&lang={lang}")
        assert page.status_code == 422
        assert f">{name}</label>" not in page.text


@pytest.mark.parametrize(
    "url",
    [
        "/state?country=XX",
        "/state?region=atlantis",
        "/state?field=alchemy",
        "/state?known=@999999",
        "/state?known=soon",
        "/state?nonsense=1",
        "/slips?outcome=good",
        "/trends?from=2020&to=2010",
        "/compare?record=juno&to_country=CN",
        "/records/atlantis",
        "/sources/atlantis",
        "/nope",
        "/search?q=a&after=x",
        "/c/aaaaaaaaaaaaaaaa",
    ],
)
def test_a_problem_is_chinese_on_a_chinese_page(client: FlaskClient, url: str) -> None:
    """All but the names of parameters, what was sent, and what is there for programs."""
    html = get(client, f"{url}{'&' if '?' in url else '?'}lang=zh").text
    main = html.partition("<main")[2].partition("<details")[0]
    said = re.sub(r'<a href="[^"]*"[^>]*>.*?</a>|value="[^"]*"', "", main)
    words = re.findall(r"[A-Za-z]{4,}", bare("<" + said))
    assert not {*words} - {"after", "nonsense", "atlantis"}


def test_values_that_would_do_are_links(client: FlaskClient) -> None:
    """In words, to the same page with them."""
    page = get(client, "/slips?outcome=good&country=CN")
    assert page.status_code == 422
    assert 'href="/slips?country=CN&amp;outcome=late">late</a>' in page.text


def test_the_other_language_of_a_problem_is_of_the_same_question(client: FlaskClient) -> None:
    """Nothing that was sent is lost."""
    page = Read(get(client, "/state?at=soon&country=CN").text)
    assert "/state?at=soon&country=CN&lang=zh" in page.links


# --- what is disputed


def test_what_is_disputed_is_of_a_place(client: FlaskClient) -> None:
    """It says so, keeps it in its form, and has its data at its own address."""
    html = get(client, "/disputed?country=CN").text
    answer = client.get("/v1/records?disputed=true&country=CN")
    assert "China: what is disputed" in bare(html)
    assert re.search(r'name="country" value="CN" checked', html)
    for twin in ("/disputed.json?country=CN", "/disputed.json?country=CN&disputed=true"):
        assert client.get(twin).get_json()["total"] == answer.get_json()["total"]
    assert client.get("/disputed.csv?country=CN").mimetype == "text/csv"


# --- two sides


@pytest.mark.parametrize(
    ("sent", "led"),
    [
        ("at=2024&to_at=2024&stated=2016&said=day&to_said=same&to_stated=2024", "stated=2016"),
        ("at=2024&to_at=2024&said=all&stated=2016&to_said=day&to_stated=2020", "to_stated=2020"),
    ],
)
def test_the_sources_of_two_sides_are_chosen_in_words(
    client: FlaskClient, sent: str, led: str
) -> None:
    """All of them, the same, or up to a date; the clean address has only what was chosen."""
    response = get(client, f"/compare?{sent}")
    assert response.status_code == 303
    assert led in response.headers["Location"]
    assert "said" not in response.headers["Location"]


@pytest.mark.parametrize(
    ("sent", "led"),
    [
        ("at=2006", "at=2006&to_at=2016"),
        ("at=9989", "at=9989&to_at=9999"),
        ("at=9999", "at=9999&to_at=9989"),
        ("at=2006&to_at=&said=all&to_said=same&dates=2006 2016", "at=2006"),
        ("at=2006&to_at=2016&country=CN&to_country=US&dates=2006 2016", "at=2016"),
        ("at=2006&to_at=2017&country=CN&to_country=US&dates=2006 2016", "at=2006&to_at=2017"),
    ],
)
def test_a_day_that_was_typed_stays_on_its_side(client: FlaskClient, sent: str, led: str) -> None:
    """The other is ten years later; places that are chosen anew are compared on one day, if the
    days were left as they stood."""
    location = get(client, f"/compare?{sent}").headers["Location"]
    days = [pair for pair in location.partition("?")[2].split("&") if "at=" in pair]
    assert "&".join(sorted(days)) == led


def test_the_form_of_a_comparison_says_what_its_days_were(client: FlaskClient) -> None:
    """So that it is known whether they were touched."""
    html = get(client, "/compare?at=2006&to_at=2016&lang=en").text
    assert '<input type="hidden" name="dates" value="2006 2016">' in html
    assert 'placeholder="ten years later"' in html
    assert 'name="dates"' not in get(client, "/compare?country=CN&to_country=US").text


def test_what_was_not_collected_is_no_zero(client: FlaskClient) -> None:
    """Between two places, in words and in the picture."""
    url = "?at=2020&country=CN&to_country=US&lang=en"
    page = get(client, f"/compare{url}").text
    assert "none held" in bare(page)
    svg = get(client, f"/pictures/compare.svg{url}").text
    assert "none held" in svg
    assert "→" not in svg


def test_every_facility_of_a_side_has_its_mark(client: FlaskClient) -> None:
    """On the page and in the frame; where they are too many, each sort has its share."""
    answer = client.get("/v1/compare?at=2006&to_at=2016").get_json()
    held = sum(pair["b"] is not None and pair["b"]["status"] is not None
               for pair in answer["pairs"])  # fmt: skip
    page = get(client, "/compare?at=2006&to_at=2016").text
    frame = get(client, "/embed/compare?at=2006&to_at=2016").text
    second = page.partition('class="units"')[2].partition('class="units"')[2].partition("</div>")[0]
    assert second.count("<li") == held
    assert frame.count('<span class="new"') == second.count('<li class="new"') > 0
    assert in_proportion([False] * 600 + [True] * 300, 300).count(True) == 100


def test_then_is_compared_with_all_sources_to_date(client: FlaskClient) -> None:
    """By a choice, where the second date was to be left empty."""
    sent = "at=2024&to_at=2024&said=day&stated=2016&to_said=all&to_stated=&country=CN"
    led = get(client, f"/compare?{sent}").headers["Location"]
    html = get(client, led).text
    assert "to_stated=" in led
    assert re.search(r'name="to_said".*?<option value="all" selected>', html, re.DOTALL)
