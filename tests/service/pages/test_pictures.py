"""What is passed on of a page: its title, its cards, its pictures, and the row of what a reader
does with it."""

from __future__ import annotations

import re
import struct
from html import unescape
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.feeds import png
from service.pages.compare.picture import compare_pictured
from service.pages.kinds import PAGES as KINDS
from service.pages.shell.pictured import POSTERS
from service.translations import LANGUAGES
from tests.service.asked import FOREVER, Reader
from tests.service.pages.test_pages import GROUND, IDS, PLAN, RUNS
from tests.story.telling import Teller, amendment, facility

HERE = "http://localhost"

PAGES = {
    "/": "Big science, as it came and as it was foreseen",
    "/?stated=2016": "Big science, as it came and as it was foreseen, as stated by 2016",
    "/about": "About this chronicle",
    "/state?at=2013&country=CN": "China, 2013: big science",
    "/state?at=2024&stated=2016&country=CN%2CJP&field=fusion": (
        "China and Japan, 2024: fusion, as stated by 2016"
    ),
    "/state?during=2013&class=light-source": "2013: light sources",
    "/records/juno": "JUNO (Jiangmen Underground Neutrino Observatory)",
    "/records/rd-share-of-gdp": "R&D share of GDP, 2025",
    "/slips?country=CN": "China: promises kept and late",
    "/slips?outcome=pending": "Promises pending",
    "/slips?stated=2016": "Promises kept and late, as stated by 2016",
    "/trends?from=1980&to=2020&by=country&status=operating": (
        "Facilities operating by country, 1980–2020"
    ),
    "/trends?from=1980&to=2020&country=CN&measure=discoveries": (
        "China: discoveries to date, 1980–2020"
    ),
    "/compare?at=2003&to_at=2013&country=CN": "China: 2003 compared with 2013",
    "/compare?at=2013&country=CN&to_country=US": "China compared with the United States",
    "/compare?record=juno&to_record=lhaaso": "JUNO compared with LHAASO",
    "/compare?at=2024&stated=2016&to_stated=2025": ("2024, as stated by 2016 and by 2025"),
    "/search?q=neutrino": "Search: neutrino",
    "/disputed?country=CN": "China: what is disputed",
    "/activity": "Who recorded what",
    "/sources/bcas-juno-2015": None,
    "/feeds": "Feeds",
    "/viewers": "Viewers",
    "/viewers/vega-lite?country=CN": "Vega-Lite",
}
"""Pages of every kind, with their titles."""

DRAWN = [url for url in PAGES if url.split("?")[0].split("/")[1] in (
    "", "state", "records", "slips", "trends", "compare"
)]  # fmt: skip
"""Those that draw something."""

every_page = pytest.mark.parametrize("page", PAGES)
both_languages = pytest.mark.parametrize("lang", LANGUAGES)


def html(reader: Reader, url: str) -> str:
    """A page as a browser gets it."""
    answer = reader.ask(url, Accept="text/html")
    assert answer.status_code == 200, url
    return answer.get_data(as_text=True)


def in_lang(url: str, lang: str) -> str:
    """The same page in a language."""
    return f"{url}{'&' if '?' in url else '?'}lang={lang}"


def cards(text: str) -> dict[str, str]:
    """What a page tells those who show a link to it."""
    found = re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', text)
    return {name: unescape(value) for name, value in found}


def canonical(text: str) -> str:
    """The address by which a page is to be known."""
    (url,) = re.findall(r'<link rel="canonical" href="([^"]+)">', text)
    return unescape(url)


def pinned(text: str) -> str:
    """The pinned address of a page, as its row of actions has it."""
    (url,) = re.findall(r'<input type="hidden" name="of" value="([^"]+)">', text)
    return unescape(url)


def size(picture: bytes) -> tuple[int, int]:
    """How many pixels a PNG has, across and down."""
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    across, down = struct.unpack(">II", picture[16:24])
    return across, down


def texts(svg: str) -> str:
    """What is written on a picture."""
    root = ET.fromstring(svg)  # noqa: S314 - it is our own
    written = root.iter("{http://www.w3.org/2000/svg}text")
    return " ".join(" ".join("".join(each.itertext()).split()) for each in written)


def squeezed(text: str) -> str:
    """A text without spaces, as lines are broken at some."""
    return re.sub(r"\s", "", text)


# --- titles and cards


@every_page
def test_a_title_says_what_is_there(reader: Reader, page: str) -> None:
    """In the tab, in results, and under a link that somebody sent."""
    text = html(reader, in_lang(page, "en"))
    (title,) = re.findall(r"<title>([^<]*) \| Annales</title>", text)
    assert PAGES[page] in (None, unescape(title))
    assert unescape(title) == cards(text)["og:title"]


@every_page
@both_languages
def test_every_page_has_a_card(reader: Reader, page: str, lang: str) -> None:
    """By Open Graph and for Twitter, with whole addresses and what the page says."""
    told = cards(html(reader, in_lang(page, lang)))
    assert told["og:site_name"] == "Annales"
    assert told["og:description"] == told["description"] != ""
    assert told["og:url"].startswith(f"{HERE}/")
    assert told["og:locale"] == {"en": "en_GB", "zh": "zh_CN"}[lang]
    assert told["og:image"].startswith(f"{HERE}{POSTERS}/")
    assert (told["og:image:width"], told["og:image:height"]) == ("1200", "630")
    assert told["twitter:card"] == "summary_large_image"


@pytest.mark.parametrize(
    "page", ["/nothing", "/state?at=13/2013", "/records/junoo", "/suggest/records/juno/amend"]
)
@both_languages
def test_what_has_no_poster_of_its_own_has_that_of_the_front_page(
    reader: Reader, page: str, lang: str
) -> None:
    """A page that tells of a mistake, a form: a link to it looks as one to any other."""
    told = cards(reader.ask(in_lang(page, lang), Accept="text/html").get_data(as_text=True))
    assert told["og:title"] != ""
    assert told["og:image"] == f"{HERE}/posters/home.png?lang={lang}"
    assert reader.ask(f"/posters/home.png?lang={lang}").mimetype == "image/png"


@pytest.mark.parametrize("page", ["/slips?country=CN", "/state?at=2013&country=CN"])
def test_a_title_is_chinese_on_a_chinese_page(reader: Reader, page: str) -> None:
    """With the punctuation of its own language."""
    title = cards(html(reader, in_lang(page, "zh")))["og:title"]
    assert title in ("中国：承诺与实现", "中国，2013年：大科学")


@every_page
def test_a_live_page_is_known_by_its_own_address(reader: Reader, page: str) -> None:
    """And one at its pinned address by that, so that nobody takes one for the other."""
    live = html(reader, page)
    assert canonical(live) == cards(live)["og:url"] == f"{HERE}{page}"
    kept = html(reader, pinned(live))
    assert canonical(kept) == f"{HERE}{pinned(live)}"
    assert pinned(kept) == pinned(live)


# --- posters


@every_page
@both_languages
def test_every_page_has_a_poster(reader: Reader, page: str, lang: str) -> None:
    """Of the size that other sites ask for, at an address where caches keep it."""
    poster = cards(html(reader, in_lang(page, lang)))["og:image"].removeprefix(HERE)
    answer = reader.ask(poster)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.headers["Cache-Control"] == FOREVER
    assert size(answer.data) == (1200, 630)
    assert len(answer.data) < 300_000


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(
    ("lang", "said", "what"),
    [("en", "first promised for 2025", "operation started"), ("zh", "最初承诺2025年", "开始运行")],
)
def test_a_record_draws_the_promise_that_its_sentence_names(
    reader: Reader, lang: str, said: str, what: str
) -> None:
    """Under what it is of, and not the one with the most rungs, which came long ago."""
    asked = f"?at=2026-11-27&stated=2026-11-27&lang={lang}"
    poster = reader.ask(f"/posters/records/heps.png{asked}").get_data(as_text=True)
    assert re.search(f'<text class="label"[^>]*>{what}</text>', poster)
    assert "29 Jun 2019" not in poster
    frame = html(reader, f"/embed/records/heps{asked}")
    assert said in re.sub("<[^>]+>", "", frame)
    assert re.search(f'<h2 class="em-what[^>]*>{what}[:：]', frame)


def test_a_poster_is_asked_as_its_page_is(reader: Reader) -> None:
    """Live it is asked again, and what is no page has no poster."""
    live = reader.ask("/posters/slips.png?country=CN")
    assert (live.status_code, live.cache_control.no_cache) == (200, True)
    held = reader.ask("/posters/slips.png?country=CN", If_None_Match=live.headers["ETag"])
    assert held.status_code == 304
    assert reader.ask("/posters/records/nobody.png").status_code == 404
    assert reader.ask("/posters/state.png?at=soon").status_code == 422
    assert reader.ask("/posters/state.png?nope=1").status_code == 422
    assert reader.ask("/posters/state.svg").status_code == 404
    assert reader.ask("/posters/compare.png").status_code == 303


# --- pictures to take along


@pytest.mark.parametrize("page", DRAWN)
@both_languages
def test_a_picture_says_what_the_page_says(reader: Reader, page: str, lang: str) -> None:
    """Its title and sentence, as of when it is, how much the chronicle covers, and the address."""
    text = html(reader, in_lang(page, lang))
    (svg,) = re.findall(r'<a href="([^"]+\.svg\?[^"]+)" download>SVG</a>', text)
    answer = reader.ask(unescape(svg))
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert answer.headers["Cache-Control"] == FOREVER
    written = squeezed(texts(answer.get_data(as_text=True)))
    told = cards(text)
    for said in (told["og:title"], told["og:description"], f"{HERE}{pinned(text)}"):
        assert squeezed(said) in written
    assert "@1203" in written
    if "record" not in page:
        assert {"en": "Thischronicleholds", "zh": "本编年史收录"}[lang] in written


@pytest.mark.parametrize("page", DRAWN)
def test_a_picture_loads_nothing_and_leads_only_here(reader: Reader, page: str) -> None:
    """No script, nothing of others, and whole addresses."""
    path, _, query = page.partition("?")
    answer = reader.ask(f"/pictures{'/home' if path == '/' else path}.svg?{query}")
    policy = answer.headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    svg = answer.get_data(as_text=True)
    assert "<script" not in svg
    assert "<image" not in svg
    assert "var(" not in svg
    for link in re.findall(r'href="([^"]+)"', svg):
        assert link.startswith((f"{HERE}/", "#"))


def test_a_picture_in_pixels_is_sharp(reader: Reader) -> None:
    """Two pixels for each of its own."""
    answer = reader.ask("/pictures/slips.png?country=CN")
    assert size(answer.data)[0] == 2496
    assert answer.headers["Content-Disposition"] == 'inline; filename="annales-slips.png"'
    named = reader.ask("/pictures/records/juno.svg").headers["Content-Disposition"]
    assert named == 'inline; filename="annales-juno.svg"'


def test_pages_without_a_drawing_have_just_a_poster(reader: Reader) -> None:
    """There is nothing to take along of a list."""
    for page in ("/search", "/activity", "/feeds", "/disputed"):
        assert "/pictures/" not in html(reader, page)
        assert reader.ask(f"/pictures{page}.svg").status_code == 404


def test_what_is_too_much_to_compare_is_not_drawn() -> None:
    """The picture says so in its sentence, as the page does."""
    assert compare_pictured({"too_much": "Ask for a part of it"}).drawings == ()


def test_whoever_finds_no_place_to_draw_is_told_so(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a drawing as SVG needs none."""
    monkeypatch.setattr(png, "QUEUE", 0.01)
    places = [png._places.acquire() for _ in range(png.PLACES)]
    try:
        assert reader.refused("/posters/slips.png?country=JP") == (503, "not-drawn")
        assert reader.ask("/pictures/slips.svg?country=JP").status_code == 200
    finally:
        for _ in places:
            png._places.release()


def test_a_pinned_picture_never_changes(juno: Teller) -> None:
    """Whatever is recorded later."""
    juno.tell(GROUND, PLAN)
    client = create_app(juno.archive).test_client()
    juno.archive.catch_up()
    before = {}
    for kind in KINDS:
        path = kind.pictured.replace("{id}", IDS.get(kind.name, ""))
        query = "?to_at=2016" if kind.name == "compare" else ""
        for begins, ending in (("/posters", "png"), ("/pictures", "svg")):
            if ending == "png" or kind.picture is not None:
                live = client.get(f"{begins}{path}.{ending}{query}")
                assert live.status_code == 200, path
                url = live.headers["Content-Location"]
                before[url] = client.get(url)
    juno.tell(RUNS, amendment("juno", {"name": "Another name"}))
    juno.archive.catch_up()
    for url, was in before.items():
        now = client.get(url)
        assert (now.data, now.headers["ETag"]) == (was.data, was.headers["ETag"]), url


def test_what_is_recorded_is_no_markup_on_a_picture(juno: Teller) -> None:
    """Names and titles are texts, whatever stands in them."""
    evil = """</text><script>alert(1)</script> & "quotes" ' %(x)s {id}"""
    juno.tell(facility("evil", name=evil))
    juno.archive.catch_up()
    client = create_app(juno.archive).test_client()
    svg = client.get("/pictures/records/evil.svg")
    assert svg.status_code == 200
    assert "<script" not in svg.text
    assert squeezed(evil) in squeezed(texts(svg.text))
    page = client.get("/records/evil", headers={"Accept": "text/html"}).text
    assert "<script>alert" not in page
    assert client.get("/posters/records/evil.png").status_code == 200


# --- the row of actions


@every_page
def test_a_row_of_actions_needs_no_script(reader: Reader, page: str) -> None:
    """A link leads where it would copy, and to cite is a form; it stands in the page once."""
    text = html(reader, page)
    (row,) = re.findall(r'<div class="acts" role="group".*?</div>', text, re.DOTALL)
    copied = [unescape(url) for url in re.findall(r'<a href="([^"]+)" data-copy="Copied"', row)]
    assert copied == [in_lang(page, "en"), pinned(text)]
    for url in copied:
        html(reader, url)
    assert row.count('<form class="citing" method="post" action="/cite">') == 1
    assert text.count('action="/cite"') == 1


def test_a_pinned_page_has_one_link_to_copy(reader: Reader) -> None:
    """It is permanent already."""
    kept = html(reader, pinned(html(reader, "/slips")))
    assert kept.count("data-copy") == 1


def test_a_cited_page_shows_its_poster(small: Reader) -> None:
    """The short address that is sent on looks like the page that is kept."""
    of = pinned(html(small, "/records/juno"))
    answer = small.ask("/cite", method="POST", Origin=HERE)
    assert answer.status_code >= 400  # without what to cite
    client = small.app.test_client()
    sent = client.post("/cite", data={"of": of}, headers={"Origin": HERE})
    assert sent.status_code == 303, sent.text
    text = client.get(sent.headers["Location"], headers={"Accept": "text/html"}).text
    path, _, query = of.partition("?")
    assert cards(text)["og:image"] == f"{HERE}/posters{path}.png?{query}"
    assert cards(text)["og:url"] == canonical(text) == f"{HERE}{sent.headers['Location']}"


# --- signs and frames


@pytest.fixture
def client(reader: Reader) -> FlaskClient:
    """Any client."""
    return reader.app.test_client()


def test_there_is_a_sign_wherever_a_browser_looks_for_one(client: FlaskClient) -> None:
    """As a drawing, as pixels for a phone, and at the address that all browsers know."""
    icon = client.get("/favicon.ico")
    assert icon.status_code == 200
    assert icon.mimetype in ("image/x-icon", "image/vnd.microsoft.icon")
    assert icon.data[:6] == struct.pack("<HHH", 0, 1, 3)
    text = client.get("/slips", headers={"Accept": "text/html"}).text
    (touch,) = re.findall(r'<link rel="apple-touch-icon" href="([^"]+)">', text)
    assert size(client.get(touch).data) == (180, 180)


def test_a_frame_says_how_many_it_leaves_out(reader: Reader) -> None:
    """And leads to all of them."""
    text = html(reader, "/embed/slips?country=CN&lang=en")
    (told,) = re.findall(r"Shown here: 8 of (\d+)\. <a href=\"([^\"]+)\">", text)
    assert int(told[0]) > 8
    assert unescape(told[1]) == "/slips?country=CN&lang=en#ladders"
    few = html(reader, "/embed/slips?country=CN&outcome=early&lang=en")
    assert "Shown here" not in few


def test_a_frame_of_a_facility_holds_its_ladder(reader: Reader) -> None:
    """That is what there is to show of JUNO."""
    text = html(reader, "/embed/records/juno")
    assert 'class="chart ladder"' in text
    assert 'class="chart life"' in text


def test_a_frame_fills_the_width_that_it_is_given(reader: Reader) -> None:
    """As the page says it, and as oEmbed does."""
    text = unescape(html(reader, "/records/juno"))
    assert 'width="100%" height="540" style="border:0"></iframe>' in text
    (link,) = re.findall(r'title="oEmbed" href="([^"]+)"', text)
    assert urlsplit(link).netloc == "localhost"
    told = reader.ask(link.removeprefix(HERE)).get_json()
    assert 'width="100%"' in told["html"]
    poster = reader.ask(told["thumbnail_url"].removeprefix(HERE))
    assert size(poster.data) == (1200, 630)


def test_each_picture_is_described_in_one_sentence(client: FlaskClient) -> None:
    """In the table of paths of `docs/api.md`: what it is of, a colon, and what it is."""
    app = client.application
    said = {
        rule.rule: str(app.view_functions[rule.endpoint].__doc__)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(("/posters/", "/pictures/"))
    }
    assert said
    assert [path for path, words in said.items() if ".:" in words or ": " not in words] == []
