"""The pages: whole without scripts, in two languages, and never at odds with the answers."""

from __future__ import annotations

import csv
import re
from collections import Counter
from html import unescape
from html.parser import HTMLParser
from io import StringIO
from urllib.parse import parse_qsl, quote, urljoin, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from events.dates import parse_iso
from projections import VIEW
from service.app import create_app
from service.pages.kinds import PAGES as KINDS
from service.pages.shell.clockbar import tidied
from service.translations import LANGUAGES
from tests.service.asked import ASK_AGAIN, FOREVER
from tests.story.telling import SOURCE, Teller, amendment, facility, milestone, plan

PAGES = (
    "/",
    "/state?at=2013",
    "/state?at=2013&country=CN",
    "/state?at=2024&stated=2016",
    "/state?during=2013",
    "/state?at=2013&known=@600",
    "/state?known=@0",
    "/state?at=-0240",
    "/state?at=2013&field=fusion&status=operating",
    "/records/juno",
    "/records/juno?at=2030&stated=2016",
    "/records/us-china-science-agreement",
    "/records/rd-share-of-gdp",
    "/records/grb-13tev",
    "/compare?at=2003&to_at=2013&country=CN",
    "/compare?at=2013&country=CN&to_country=US",
    "/compare?record=juno&to_record=lhaaso",
    "/compare?at=2024&stated=2016&to_stated=2025",
    "/slips",
    "/slips?country=CN&outcome=late&sort=slip",
    "/trends",
    "/trends?measure=indicator",
    "/trends?measure=status&status=operating&by=country&from=1980",
    "/search",
    "/search?q=neutrino",
    "/search?q=中微子",
    "/activity",
    "/activity?from=@900&kind=facility",
    "/sources/bcas-juno-2015",
    "/feeds",
    "/?at=2013&stated=2014",
    "/about",
    "/disputed?country=CN",
)


TABLE = r'<table id="s-([a-z-]+)"(?: data-fold)?><caption>.*?<span class="n">(\d+)</span>'
"""A table of facilities of a status, and how many it has."""


class Read(HTMLParser):
    """A page as a reader without scripts has it: its links, its texts by id, what is inline."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.inline: list[str] = []
        self.lang = ""
        self._tags: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the tag says."""
        told = dict(attrs)
        if tag == "html":
            self.lang = told.get("lang") or ""
        for name in ("href", "src", "action"):
            if (url := told.get(name)) is not None and told.get("method") != "post":
                self.links.append(url)
        if "id" in told:
            self.ids.append(told["id"] or "")
        self.inline += [f"{tag} {name}" for name in told if name == "style" or name[:2] == "on"]
        if tag == "style" or (tag == "script" and "src" not in told):
            self.inline.append(tag)
        self._tags.append(" ".join(filter(None, (tag, told.get("class"), told.get("id")))))

    def handle_data(self, data: str) -> None:
        """Note a text under the tag before it."""
        if self._tags and data.strip():
            self.texts.setdefault(self._tags[-1], []).append(data.strip())


def get(client: FlaskClient, url: str, **headers: str) -> TestResponse:
    """A page, as a browser asks for it."""
    told = {"Accept": "text/html,*/*;q=0.8", **headers}
    return client.get(url, headers=list(told.items()))


def in_lang(url: str, lang: str) -> str:
    """A URL with a language."""
    return f"{url}{'&' if '?' in url else '?'}lang={lang}"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("url", PAGES)
def test_every_page_is_there_in_both_languages(client: FlaskClient, url: str, lang: str) -> None:
    """It says its language, has one heading of the first rank, and no id twice."""
    response = get(client, in_lang(url, lang))
    page = Read(response.text)

    assert response.status_code == 200
    assert response.mimetype == "text/html"
    assert page.lang == {"en": "en", "zh": "zh-CN"}[lang]
    assert response.text.count("<h1") == 1
    assert len(page.ids) == len(set(page.ids))
    assert ("跳到" in response.text) == (lang == "zh")


@pytest.mark.parametrize("url", PAGES)
def test_a_page_runs_nothing_that_stands_in_it(client: FlaskClient, url: str) -> None:
    """Its policy forbids scripts and styles within the text, and it has none; nothing that it
    loads comes from elsewhere."""
    response = get(client, url)
    page = Read(response.text)
    policy = response.headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.inline == []
    loaded = re.findall(
        r'<(?:link rel="(?:stylesheet|icon)"|script|img)[^>]*?(?:href|src)="([^"]+)"', response.text
    )
    assert loaded
    assert all(url.startswith("/static/") for url in loaded)


def test_files_beside_the_pages_are_kept_for_ever_by_what_is_in_them(client: FlaskClient) -> None:
    """With the digest in the URL for ever; without it, or with another, for a day."""
    names = {link for link in Read(get(client, "/").text).links if link.startswith("/static/")}

    assert len(names) >= 4
    for name in names:
        assert get(client, name).headers["Cache-Control"] == FOREVER
        assert "immutable" not in get(client, name.partition("?")[0]).headers["Cache-Control"]
        assert "immutable" not in get(client, f"{name}0").headers["Cache-Control"]
    assert get(client, "/static/../app.py").status_code == 404


@pytest.mark.parametrize("url", PAGES)
def test_a_page_is_cached_like_its_answer(client: FlaskClient, url: str) -> None:
    """It names its pinned URL, language included, which is kept for ever; an ETag that is held
    costs no body, and two addresses have the same one only where they have the same body."""
    open_page = get(client, url)
    pinned = pinned_of(open_page)
    fixed = get(client, pinned)

    assert open_page.headers["Cache-Control"] == ASK_AGAIN
    assert {"Accept-Language", "Accept"} <= set(open_page.vary)
    assert "lang=en" in pinned
    assert f"view={VIEW}" in pinned
    assert fixed.status_code == 200
    assert fixed.headers["Cache-Control"] == FOREVER
    assert pinned_of(fixed) == pinned
    assert fixed.headers["ETag"] != open_page.headers["ETag"]
    held = get(client, url, **{"If-None-Match": open_page.headers["ETag"]})
    assert (held.status_code, held.data) == (304, b"")
    other = get(client, url, **{"Accept-Language": "zh"})
    assert other.headers["ETag"] != open_page.headers["ETag"]


def pinned_of(page: TestResponse) -> str:
    """The pinned URL that a page names, which of one at its pinned URL is its own address."""
    if found := re.search(r'<([^>]+)>; rel="memento"', page.headers.get("Link", "")):
        return found[1]
    (link,) = re.findall(r'<link rel="canonical" href="http://localhost([^"]+)">', page.text)
    return unescape(link)


def test_a_pinned_page_never_changes(juno: Teller) -> None:
    """Whatever is recorded later, every page and every frame at its pinned URL has the same bytes,
    and so has one at an earlier position, however it is asked for."""
    juno.tell(GROUND, PLAN)
    client = create_app(juno.archive).test_client()
    juno.archive.catch_up()
    paths = [kind.path.replace("{id}", IDS.get(kind.name, "")) for kind in KINDS]
    paths += [frame.path.replace("{id}", "juno") for kind in KINDS for frame in kind.frames]
    paths = [f"{path}?to_at=2016" if "compare" in path else path for path in paths]
    before = {}
    for path in paths:
        for url in (pinned_of(get(client, path)), path_at(path, "@2")):
            page = get(client, url)
            assert page.status_code == 200, url
            before[url] = page.data, page.headers["ETag"]
    juno.tell(RUNS, amendment("juno", {"name": "Another name"}))
    juno.archive.catch_up()
    for url, (body, tag) in before.items():
        page = get(client, url)
        assert page.data == body, url
        assert page.headers["ETag"] == tag, url


def test_what_is_due_today_is_not_called_on_time(juno: Teller) -> None:
    """It is overdue by the rules, by no day yet."""
    juno.tell(plan("today", "operation-started", "2026-11-20", "2016"))
    juno.archive.catch_up()
    client = create_app(juno.archive).test_client()
    html = get(client, "/slips?at=2026-11-20&stated=2026-11-20").text
    overdue = html[html.index('id="h-o"') :].partition("</section>")[0]
    assert '<p class="seal">due on this very day</p>' in overdue


def path_at(path: str, known: str) -> str:
    """A page at a position of the log; what is asked of moments instead is asked up to it."""
    if path.startswith("/activity"):
        return f"{path}?to={known}"
    return f"{path}{'&' if '?' in path else '?'}known={known}"


IDS = {"record": "juno", "source": str(SOURCE["id"])}
"""What a page may be about, in the archive of `juno`."""

GROUND = milestone("juno-ground", "construction-started", "2015-01-10", stated="2015")
PLAN = plan("juno-plan", "operation-started", "2020", "2015")
RUNS = milestone("juno-runs", "operation-started", "2025-08-26", stated="2025")


@pytest.mark.parametrize("url", PAGES)
def test_the_same_address_gives_the_data(client: FlaskClient, url: str) -> None:
    """With `.json` the very answer of the API, headers and all, with `.csv` a table where the page
    has one."""
    path, _, query = url.partition("?")
    path = "/state" if path == "/" else path
    kind = next(kind for kind in KINDS if re.fullmatch(kind.path.replace("{id}", "[^/]+"), path))
    question = kind.question_of(dict(parse_qsl(query)))
    if question is None:
        return
    asked = f"?{query}" if query else ""
    twin = client.get(f"{path}.json{asked}")
    if kind.always is not None:
        asked += f"&{'='.join(kind.always)}"
    data = question.path.replace("{id}", path.rpartition("/")[2])
    answer = client.get(f"{data}{asked}")
    assert (twin.status_code, twin.data) == (200, answer.data)
    assert twin.headers["ETag"] == answer.headers["ETag"]
    assert twin.headers.get("Content-Location") == answer.headers.get("Content-Location")
    assert question.table is not None
    table = client.get(f"{path}.csv{asked}")
    assert (table.status_code, table.mimetype) == (200, "text/csv")
    assert table.headers["ETag"] != answer.headers["ETag"]
    form = f"{asked}&format=csv" if query else "?format=csv"
    for address in (f"{data}{form}", f"{data}.csv{asked}"):
        same = client.get(address)
        assert (same.status_code, same.data, same.mimetype) == (200, table.data, "text/csv")
        assert same.headers["ETag"] == table.headers["ETag"]
        assert same.headers.getlist("Link") == table.headers.getlist("Link")
        assert same.headers.get("Content-Location") == table.headers.get("Content-Location")


@pytest.mark.long
@pytest.mark.no_cover
@pytest.mark.usefixtures("undrawn")
def test_links_lead_somewhere(client: FlaskClient) -> None:
    """Every link of the home page and of the pages behind it is answered, of the many that are
    alike some hundreds; every link within a page has its end."""
    seen: set[str] = set()
    kinds: set[tuple[str, int]] = set()
    waiting = [("/", 0)]
    broken: list[tuple[str, int | str]] = []
    while waiting:
        url, depth = waiting.pop(0)
        response = client.get(url, headers={"Accept": "text/html,*/*;q=0.5"})
        response.close()
        if response.status_code == 401 and url.startswith("/desk"):
            continue  # a page too: the one that asks for the key
        if response.status_code not in (200, 303):
            broken.append((url, response.status_code))
            continue
        if response.mimetype != "text/html" or depth == 2:
            continue
        page = Read(response.text)
        broken += [
            (url, link) for link in page.links if link[:1] == "#" and link[1:] not in page.ids
        ]
        for link in page.links:
            parts = urlsplit(urljoin(f"http://localhost{url}", link))
            if parts.netloc != "localhost" or parts.path == "/v1/changes":
                continue
            kind = _kind(parts.path)
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            if target in seen or ((kind, depth) in kinds and len(seen) > 250):
                continue
            seen.add(target)
            kinds.add((kind, depth))
            waiting.append((target, depth + 1))

    assert broken == []
    assert len(seen) > 200


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("measure=discoveries&status=operating&by=country", "measure=discoveries&by=country"),
        ("measure=policies&by=operator,country&from=1990", "measure=policies&by=country&from=1990"),
        ("measure=indicator&region=europe&by=status", "measure=indicator"),
        ("series=rd-share-of-gdp&by=field", "by=field"),
    ],
)
def test_another_measure_lets_go_of_what_is_not_of_it(
    client: FlaskClient, asked: str, led: str
) -> None:
    """The form sends it all; the API alone refuses what does not go together."""
    response = get(client, f"/trends?{asked}")
    assert response.status_code == 303
    assert parse_qsl(urlsplit(response.headers["Location"]).query) == parse_qsl(led)
    assert get(client, response.headers["Location"]).status_code == 200
    assert client.get(f"/v1/trends?{asked}").status_code == 422


def test_readings_in_other_units_stand_on_axes_of_their_own(client: FlaskClient) -> None:
    """A share of a hundred is not lost below billions of yuan; the units have Chinese words."""
    answer = client.get("/v1/trends?measure=indicator&country=CN").get_json()
    units = {series["key"]["unit"] for series in answer["series"]}
    html = get(client, "/trends?measure=indicator&country=CN&lang=zh").text
    assert html.count('<div class="wide"><svg') == len(units) > 5
    assert "（百分比）" in html
    assert "percent）" not in html


def test_several_countries_go_along(client: FlaskClient) -> None:
    """To every page of a part of the world."""
    page = Read(get(client, "/trends?status=operating&by=country&country=CN,US,JP").text)
    led = [link for link in page.links if link.startswith("/") and "/v1/" not in link]
    paths = ("/state", "/compare", "/slips", "/search", "/trends")
    assert {path for path in paths if f"{path}?country=CN%2CUS%2CJP" in led} == {*paths}


@pytest.mark.parametrize("path", ["/nope", "/records", "/embed/nope", "/statements/juno-plan-2020"])
def test_where_nothing_is_a_browser_is_told_so_by_a_page(client: FlaskClient, path: str) -> None:
    """And a program by a problem, as under `/v1`."""
    page = get(client, path)
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert "No such page" in page.text
    program = client.get(path, headers={"Accept": "application/json"})
    assert (program.status_code, program.mimetype) == (404, "application/problem+json")
    assert get(client, "/v1/nope").mimetype == "application/problem+json"


def _kind(path: str) -> str:
    return "/".join(path.split("/")[:3] if path.startswith("/v1/") else path.split("/")[:2])


@pytest.mark.parametrize(
    "query",
    [
        "at=2013",
        "at=2013&country=CN",
        "at=1990&field=fusion",
        "at=2020&known=@600",
        "during=2013",
        "at=2024&stated=2010",
    ],
)
def test_the_numbers_of_a_page_are_those_of_the_answer(client: FlaskClient, query: str) -> None:
    """Sentence, tables, lists and figures say what `/v1/state` says of the same question."""
    answer = client.get(f"/v1/state?{query}").get_json()
    html = get(client, f"/state?{query}").text
    page = Read(html)
    tables = dict(re.findall(TABLE, html))

    assert client.get(f"/state.json?{query}").get_json() == answer
    plain = re.sub(r"<[^>]+>", "", html[html.index('class="lede"') :]).partition("\n")[0]
    assert answer["sentence"]["en"] in _bare(html)
    assert plain
    assert html.count('<tr><th scope="row"><svg') == len(answer["facilities"])
    if "during" not in answer and answer["at"] <= answer["stated"]:
        counted = {name: int(number) for name, number in tables.items() if name != "promised"}
        assert counted == answer["totals"]["status"]
    figures = page.texts["span n"]
    assert str(len(answer["policies"])) in figures
    for line in (*answer["policies"], *answer["discoveries"]):
        assert _bare(line["title"]) in _bare(html)


def _bare(html: str) -> str:
    """The text of a page without its tags, in one line."""
    text = re.sub(r"<[^>]+>", "", html)
    for entity, sign in (
        ("&#39;", "'"),
        ("&#34;", '"'),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ):
        text = text.replace(entity, sign)
    return " ".join(text.split())


def test_beyond_the_horizon_a_page_tells_what_was_expected(client: FlaskClient) -> None:
    """2024 as told by 2016: JUNO would run; the box alone says that it did not."""
    html = get(client, "/state?at=2024&stated=2016&country=CN").text
    then = client.get("/v1/hindsight?at=2024&stated=2016&country=CN").get_json()
    running = html[html.index('id="s-operating"') :].partition("</table>")[0]

    assert "/records/juno?" in running
    assert _figure(html, 0) == str(then["totals"]["then"])
    box = html[html.index('class="then-box"') :].partition("</aside>")[0]
    assert "/records/juno?" in box
    assert all(f"/records/{id}?" in box for id in (*then["unexpected"], *then["expected_not_come"]))
    assert "then-box" not in get(client, "/state?at=2024&country=CN").text


@pytest.mark.parametrize(
    ("clocks", "told", "missed"),
    [
        ("at=2024&stated=2016", "told today", "expected to run and did not"),
        ("at=2100&stated=2016", "running so far", "expected to run and (do|does) not so far"),
        ("at=2020&stated=2020", "told today", "counted as running then only"),
    ],
)
def test_the_box_of_a_hindsight_goes_by_whether_its_day_is_over(
    client: FlaskClient, clocks: str, told: str, missed: str
) -> None:
    """Nothing has failed to come of a day that is to come, and nothing was expected of one that
    was over then; the picture to take along says the same."""
    html = get(client, f"/state?{clocks}&lang=en").text
    box = _bare(html[html.index('class="then-box"') :].partition("</aside>")[0])
    totals = client.get(f"/v1/hindsight?{clocks}").get_json()["totals"]
    assert f"{told}: {totals['now']}." in box
    assert re.search(rf"{totals['expected_not_come']} (was|were) {missed}\.", box)
    assert told in unescape(client.get(f"/pictures/state.svg?{clocks}&lang=en").text)


@pytest.mark.parametrize("asked", ["at=2013", "during=2013"])
@pytest.mark.parametrize("status", ["", "&status=cancelled"])
def test_each_field_tells_how_many_of_its_facilities_ran(
    client: FlaskClient, asked: str, status: str
) -> None:
    """As many as the answer counts, be it at the end of a year or on some day of it, whatever
    status is asked for."""
    html = get(client, f"/state?{asked}{status}&lang=en").text
    ran = client.get(f"/v1/state?{asked}").get_json()["totals"]["operating_by_field"]
    told = set(re.findall(r"([A-Z][a-z ]+): (\d+) of \d+ facilit(?:y|ies) ran", html))
    assert {
        name.lower().replace(" ", "-"): int(number) for name, number in told if number != "0"
    } == ran


def test_nothing_is_expected_of_a_period(client: FlaskClient) -> None:
    """Of one that lies ahead the page tells what was so when last heard of, as its sentence."""
    html = get(client, "/state?during=2100&lang=en").text
    now = client.get("/v1/state").get_json()["totals"]
    assert "would" not in _bare(html[html.index("<main") : html.index("</main>")])
    assert "operating, as last known" in html
    told = set(
        re.findall(r"([A-Z][a-z ]+): (\d+) of \d+ facilit(?:y|ies) ran when last heard", html)
    )
    assert sum(int(number) for _, number in told) == now["status"]["operating"]


def test_a_map_counts_a_facility_once_in_a_period(client: FlaskClient) -> None:
    """Whatever statuses it held in it: WHMFC was under construction, then completed."""
    html = get(client, "/state?during=2013&lang=en").text
    rows = client.get("/v1/state?during=2013").get_json()["facilities"]
    alive = {row["id"] for row in rows if row["status"] not in ("decommissioned", "cancelled")}
    counts = re.findall(r"<title>[^<]+: \d+ of (\d+) run</title>", html)
    off = html.partition('class="offmap"')[2].partition("</figcaption>")[0]
    assert sum(map(int, counts)) + off.count('class="o"') == len(alive)
    html = get(client, "/state?during=2013&country=CN&lang=en").text
    figure = html.partition('class="mapbox"')[2].partition("</figure>")[0]
    assert figure.count("/records/whmfc?") == 1


def test_a_trend_says_from_when_on_its_points_are_what_was_last_known(client: FlaskClient) -> None:
    """Of 2030 the state counts what is expected, a trend does not."""
    asked = "measure=status&status=operating&from=2010&stated=2016"
    html = _bare(get(client, f"/trends?{asked}&to=2030&lang=en").text)
    assert "After the end of 2016 it is what was last known; nothing that is expected is" in html
    assert "nothing that is expected" not in get(client, f"/trends?{asked}&to=2016&lang=en").text


def test_a_trend_shows_how_many_are_certain_and_how_many_possible(client: FlaskClient) -> None:
    """In its table, where they differ, as the comparison of the same day does."""
    asked = "status=operating&from=2005&to=2020&step=month"
    html = get(client, f"/trends?{asked}&lang=en").text
    cells = re.findall(r'<td class="num">([^<]*)</td>', html)
    (series,) = client.get(f"/v1/trends?{asked}").get_json()["series"]
    assert len(cells) == len(series["points"])
    ranges = {}
    for cell, point in zip(cells, series["points"], strict=True):
        ends = [point.get("certain", point["count"]), point.get("possible", point["count"])]
        assert cell == "–".join(map(str, dict.fromkeys(ends)))
        if len(set(ends)) > 1:
            ranges[point["at"]] = cell
    day, cell = ranges.popitem()
    assert f"<b>{cell}</b>" in get(client, f"/compare?at={day}&to_at=2024&lang=en").text


@pytest.mark.parametrize("asked", ["at=2013&to_at=2100", "at=2100&stated=2016&to_stated=2020"])
def test_a_row_of_two_days_says_what_is_only_expected(client: FlaskClient, asked: str) -> None:
    """In its words as in its cells: not "as before" of what is to run on the second side."""
    answer = client.get(f"/v1/compare?country=CN&{asked}").get_json()
    html = get(client, f"/compare?country=CN&{asked}&lang=en").text
    rows = [_bare(row) for row in re.findall(r"<tr[^>]*>.*?</tr>", html, re.DOTALL) if "sg" in row]
    hoped = [pair["b"] for pair in answer["pairs"] if pair["b"] and pair["b"].get("expected")]
    running = sum(each["expected"]["status"] == "operating" for each in hoped)
    assert running
    assert sum("expected: operating, " in row for row in rows) == running
    assert not any("not on the second side" in row and "expected" in row for row in rows)


@pytest.mark.parametrize(
    ("asked", "is_beyond"),
    [("at=2020&to_at=2040", True), ("at=2040&to_at=2020", True), ("at=2013&to_at=2020", False)],
)
def test_counts_of_what_changed_say_that_they_go_by_what_was_last_known(
    client: FlaskClient, asked: str, *, is_beyond: bool
) -> None:
    """Where a side lies beyond its horizon, since the rows below say what is expected."""
    html = _bare(get(client, f"/compare?country=CN&{asked}&lang=en").text)
    told = re.search(r"= \d+ as before(.*?)What started or stopped", html)
    assert told is not None
    words = " (by the status last known, whatever is expected)"
    assert told[1] == (words if is_beyond else "")


@pytest.mark.parametrize(
    "asked", ["at=2024&stated=2016", "at=2013&stated=2005", "at=2020&stated=2015"]
)
def test_the_signs_of_rows_are_those_that_are_counted(client: FlaskClient, asked: str) -> None:
    """By the status that was last known also where another was expected."""
    asked += "&to_stated=2026"
    answer = client.get(f"/v1/compare?{asked}").get_json()
    html = get(client, f"/compare?{asked}&lang=en").text
    rows = [_bare(row) for row in re.findall(r"<tr[^>]*>.*?</tr>", html, re.DOTALL) if "sg" in row]
    signs = Counter(re.findall(r'class="sg">(.)</span>', html.partition('id="facilities"')[2]))
    signs["-"] = signs.pop("−", 0)
    assert dict(signs) == answer["change"]
    assert f"<b>=</b> {answer['change']['=']} as before" in html
    still = [
        pair
        for pair in answer["pairs"]
        if pair["a"] and pair["a"]["status"] and pair["a"]["expected"] and pair["change"] == "same"
    ]
    assert sum("; still " in row for row in rows) == len(still)


def _figure(html: str, at: int) -> str:
    found: list[str] = re.findall(r'<span class="n">([^<]*)</span></span>', html)
    return found[at]


def test_a_record_shows_its_whole_log_with_what_was_and_what_is(client: FlaskClient) -> None:
    """A row an event, the newest first; a correction with the member before and after it."""
    html = get(client, "/records/juno").text
    history = client.get("/v1/records/juno/history").get_json()["entries"]
    rows = re.findall(r'<tr id="e-(\d+)"', html)

    assert rows == [str(entry["position"]) for entry in reversed(history)]
    corrected = html[html.index('id="e-1200"') :].partition("</tr>")[0]
    assert "<dt>Title</dt>" in corrected
    assert "<del>JUNO data taking planned for 2022</del>" in corrected
    assert "<ins>JUNO to take data in 2022</ins>" in corrected
    withdrawn = html[html.index('id="e-1201"') :].partition("</tr>")[0]
    assert "<del>stands</del>" in withdrawn
    assert "<ins>withdrawn</ins>" in withdrawn
    amended = html[html.index('id="e-1203"') :].partition("</tr>")[0]
    assert "<ins>Kaiping</ins>" in amended


def test_a_record_says_what_of_it_stands_elsewhere(client: FlaskClient) -> None:
    """Findings at a facility are records of their own, which its data do not hold."""
    own = len(client.get("/v1/records/juno").get_json()["statements"])
    text = _bare(get(client, "/records/juno").text)
    told = re.search(r"Statements (\d+) .*?Of these, (\d+) stand in records of their own", text)
    assert told is not None
    assert int(told[1]) - int(told[2]) == own
    assert f"hold the other {own}." in text
    assert "records of their own" not in _bare(get(client, "/records/rd-share-of-gdp").text)


def test_a_record_says_of_each_statement_whether_it_holds(client: FlaskClient) -> None:
    """As the explanation of the statement says it, and what decided against it."""
    html = get(client, "/records/juno").text
    for id, word in (("juno-operation", "holds"), ("juno-plan-2020", "overtaken")):
        row = html[html.index(f'id="st-{id}"') :].partition("</tr>")[0]
        assert f">{word}</span>" in row
    lost = html[html.index('id="st-juno-plan-2020"') :].partition("</tr>")[0]
    assert 'href="#st-juno-operation"' in lost


@pytest.mark.parametrize(
    ("url", "status", "word"),
    [
        ("/state?at=nonsense", 422, "nonsense"),
        ("/state?at=2013&country=XX", 422, "country"),
        ("/state?lang=de", 422, "lang"),
        ("/state?colour=red", 422, "colour"),
        ("/state?known=@99999", 404, "99999"),
        ("/state?at=2013&view=1", 410, "view"),
        ("/records/nobody", 404, "nobody"),
        ("/sources/nothing", 404, "nothing"),
        ("/slips?outcome=splendid", 422, "outcome"),
        ("/trends?measure=mood", 422, "measure"),
        ("/compare?at=2003&to_at=x", 422, "to_at"),
    ],
)
def test_what_is_wrong_is_said_on_a_page(
    client: FlaskClient, url: str, status: int, word: str
) -> None:
    """Whoever reads gets a page with the status of the problem; a program gets the problem."""
    page = get(client, url)
    problem = client.get(url, headers={"Accept": "application/json"})

    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert (problem.status_code, problem.mimetype) == (status, "application/problem+json")
    assert word in page.text
    assert _bare(problem.get_json()["detail"]) in _bare(page.text)
    assert page.headers["Cache-Control"] == "no-store"
    assert "Content-Security-Policy" in page.headers
    assert Read(page.text).inline == []


def test_the_paths_of_the_api_have_no_pages(client: FlaskClient) -> None:
    """A problem there is a problem, whatever the client would rather have."""
    assert get(client, "/v1/state?at=nonsense").mimetype == "application/problem+json"
    assert get(client, "/state.json?at=nonsense").mimetype == "application/problem+json"


@pytest.mark.parametrize(
    ("sent", "clean"),
    [
        ("at=1999&said=all&stated=1990&log=now&known=@7&when=on", "at=1999"),
        ("at=1999&said=then&stated=&log=now&when=on", "at=1999&stated=1999"),
        ("at=1999&said=day&stated=1990&log=at&known=@600", "at=1999&known=@600&stated=1990"),
        ("at=1999&when=during&said=then", "during=1999&stated=1999"),
        # Nobody has said anything yet in a year to come.
        ("at=2030&said=then&log=now&when=on", "at=2030"),
        ("at=2030-05&when=during&said=then", "during=2030-05"),
        ("at=soon&said=then&log=now&when=on", "at=soon&stated=soon"),
        ("at=&country=&field=", ""),
        ("at=2013&country=CN", None),
    ],
)
def test_what_the_form_sends_gets_a_clean_address(
    client: FlaskClient, sent: str, clean: str | None
) -> None:
    """Whichever way a view is asked for, it has one address, without what only a form knows."""
    response = get(client, f"/state?{sent}")

    if clean is None:
        assert response.status_code == 200
        return
    assert response.status_code == 303
    path, _, query = response.headers["Location"].partition("?")
    assert path == "/state"
    assert sorted(query.split("&")) == sorted(clean.split("&"))
    sent_on = dict(pair.split("=") for pair in clean.split("&") if pair)
    assert tidied(sent_on, today=parse_iso("2026-11-25")) is None


def test_whoever_reads_another_year_or_word_goes_on_reading_it(client: FlaskClient) -> None:
    """Links of a page keep its clocks and language; what was left to a default stays so."""
    html = get(client, "/state?at=2013&stated=2012&lang=zh").text
    links = [link for link in Read(html).links if link.startswith("/records/")]

    assert links
    assert all("stated=2012" in link and "lang=zh" in link for link in links)
    assert not any("known" in link or "view" in link for link in links)


def test_a_status_can_be_asked_for_and_let_go(client: FlaskClient) -> None:
    """The page says which facilities alone it lists, and has the way back to all of them; the
    number in its sentence is the length of its table."""
    html = get(client, "/state?at=2024&stated=2016&country=CN&expected=operating").text
    assert "Only facilities expected to have the status: operating." in _bare(html)
    back = re.search(r'href="([^"]*)">Show all', html)
    assert back is not None
    assert back[1] == "/state?at=2024&amp;stated=2016&amp;country=CN"
    assert "Only facilities" not in get(client, back[1].replace("&amp;", "&")).text
    tables = re.findall(TABLE, html)
    assert tables == [("operating", "38")]
    assert _figure(html, 0) == "38"

    lang = "/state?at=2013&country=CN&status=under-construction,commissioning&lang=zh"
    assert "只列处于以下状态的装置：在建、调试。" in _bare(get(client, lang).text)


@pytest.mark.parametrize(
    "query", ["at=2013&country=CN", "at=2008", "at=2020&stated=2016", "at=1960"]
)
def test_the_median_slip_of_a_state_leads_to_just_those_promises(
    client: FlaskClient, query: str
) -> None:
    """Those that had come by then, whose median is the number of the page."""
    html = get(client, f"/state?{query}").text
    found = re.search(r'<a href="(/slips[^"]*)"><span class="num"><span class="n">([^<]*)', html)
    assert found is not None
    path, number = found[1].replace("&amp;", "&"), found[2]
    slips = client.get(path.replace("/slips", "/v1/slips")).get_json()
    told = re.search(r"median delay of (\d+) promise", html)
    assert (slips["totals"]["of"] or None) == (told and int(told[1]))
    assert (number == "–") == (slips["totals"]["median"] is None)
    assert "Only promises of which something had come by" in get(client, path).text


def test_the_page_of_slips_stands_on_one_day(client: FlaskClient) -> None:
    """What is overdue below is what its sentence counts, whatever `at` it was asked with."""
    html = get(client, "/slips?at=2013&country=CN").text
    answer = client.get("/v1/slips?country=CN").get_json()
    overdue = re.search(r'<h2 id="h-o">Overdue <span class="n">(\d+)', html)
    assert overdue is not None
    assert int(overdue[1]) == answer["totals"]["outcomes"]["overdue"]
    assert 'name="at"' not in html.partition("</header>")[2]


def test_two_facilities_are_chosen_in_the_form_and_left_again(client: FlaskClient) -> None:
    """By their ids, which the page offers with their names; parts of the world are one link away,
    and one link leads from them to facilities."""
    html = get(client, "/compare?record=juno&to_record=daya-bay&lang=zh").text
    assert '<option value="juno">江门中微子实验</option>' in html
    assert 'name="record" size="14" list="choices" value="juno"' in html
    assert 'name="country"' not in html
    back = re.search(r'class="otherway" href="([^"]+)"', html)
    assert back is not None
    parts = get(client, back[1].replace("&amp;", "&"))
    html = get(client, parts.headers["Location"]).text
    assert 'name="country"' in html
    there = re.search(r'class="otherway" href="([^"]+)"', html)
    assert there is not None
    assert 'name="record"' in get(client, there[1].replace("&amp;", "&")).text


def test_what_the_form_of_two_facilities_sends_leads_somewhere(client: FlaskClient) -> None:
    """With both, and with the second cleared: then one facility stands at two times."""
    form = "/compare?at=2025&to_at=&stated=&to_stated=&record=juno&to_record="
    for sent in (f"{form}smile", form):
        at = sent
        while (page := get(client, at)).status_code == 303:
            at = page.headers["Location"]
        assert page.status_code == 200, at
        other = re.search(r'class="otherway" href="([^"]+)"', page.text)
        assert other is not None
        back = get(client, other[1].replace("&amp;", "&"))
        assert back.status_code in (200, 303)
    # Which day is compared against is said only where it is another one.
    html = get(client, "/compare?at=2025&record=juno&to_record=smile").text
    assert 'name="to_at" size="11" value=""' in html


def test_two_years_of_a_country_say_what_they_are_counted_from(client: FlaskClient) -> None:
    """On the page and in its frame; two facilities are not counted."""
    for path in ("/compare", "/embed/compare"):
        html = get(client, f"{path}?at=2003&to_at=2023&country=CN").text
        assert re.search(r"This chronicle holds \d+ facilities of China", _bare(html)), path
        assert "This chronicle holds" not in get(client, f"{path}?record=juno&to_record=smile").text


@pytest.mark.parametrize("path", ["/search?", "/trends?by=country&"])
def test_a_form_keeps_several_statuses(client: FlaskClient, path: str) -> None:
    """As one choice beside the single ones."""
    html = get(client, f"{path}status=under-construction,commissioning").text
    option = '<option value="under-construction,commissioning" selected>'
    assert html.count(option) == 1


@pytest.mark.parametrize(
    ("path", "listed", "column"),
    [
        ("/state", "facilities", "id"),
        ("/slips", "items", "entry"),
        ("/search", "items", "id"),
        ("/records/juno", "statements", "id"),
        ("/sources/beaming-with-pride", "statements", "id"),
    ],
)
def test_a_table_has_every_row_of_the_answer(
    client: FlaskClient, path: str, listed: str, column: str
) -> None:
    """In its order; a page of it says where it goes on."""
    rows = list(csv.DictReader(StringIO(client.get(f"{path}.csv").text)))
    answer = client.get(f"{path}.json").get_json()
    assert [row[column] for row in rows] == [each[column] for each in answer[listed]]
    if path.count("/") > 1:
        return
    first = client.get(f"{path}.csv?limit=3")
    links = ", ".join(first.headers.getlist("Link"))
    following = re.search(r'<([^>]+)>; rel="next"', links)
    assert following
    second = client.get(following[1])
    parts = [list(csv.DictReader(StringIO(each.text))) for each in (first, second)]
    assert [row[column] for part in parts for row in part] == [row[column] for row in rows[:6]]


@pytest.mark.parametrize(
    ("query", "what", "row"),
    [
        (
            "record=juno&at=2013&to_at=2020",
            "facility",
            {"id": "juno", "change": "went-on", "a": "approved", "a_date": "2013",
             "b": "under-construction", "b_date": "2015-01-10"},
        ),
        (
            "record=juno&to_record=fast",
            "milestone",
            {"id": "completed", "change": "other", "a": "actual", "a_date": "2024-11-20",
             "b": "actual", "b_date": "2016-07-03"},
        ),
        (
            "country=CN&to_country=JP&at=2013",
            "field",
            {"id": "photon-science", "change": "other", "a": "5", "b": "1", "a_date": ""},
        ),
        (
            "field=fusion&to_field=space&at=2020",
            "status",
            {"id": "under-construction", "change": "only-a", "a": "2", "b": ""},
        ),
        (
            "country=CN&at=2013&to_at=2020",
            "policy",
            {"id": "p973", "change": "", "a": "1"},
        ),
        (
            "country=CN&at=2013&to_at=2020",
            "indicator",
            {"id": "ssrf-beamlines", "a": "7", "b": "15", "b_date": "2019-05",
             "unit": "beamlines"},
        ),
    ],
)  # fmt: skip
def test_a_comparison_is_a_table_of_its_pairs(
    client: FlaskClient, query: str, what: str, row: dict[str, str]
) -> None:
    """Each with what either side has; as many rows as the answer has pairs."""
    rows = list(csv.DictReader(StringIO(client.get(f"/compare.csv?{query}").text)))
    answer = client.get(f"/compare.json?{query}").get_json()
    pairs = ("pairs", "milestones", "policies", "indicators")
    assert len(rows) == sum(len(answer[name]) for name in pairs)
    (found,) = [each for each in rows if (each["what"], each["id"]) == (what, row["id"])]
    assert {name: found[name] for name in row} == row


def test_a_table_of_a_comparison_counts_what_its_sentence_counts(client: FlaskClient) -> None:
    """On a side beyond its horizon what was expected, or else what was last known."""
    asked = "at=2024&stated=2016&to_stated=2026"
    rows = list(csv.DictReader(StringIO(client.get(f"/compare.csv?{asked}").text)))
    answer = client.get(f"/compare.json?{asked}").get_json()
    would = [row for row in rows if (row["a_expected"] or row["a"]) == "operating"]
    assert f"would run {len(would)} " in answer["sentence"]["en"]
    assert len(would) > sum(row["a"] == "operating" for row in rows)
    hoped = {pair["id"]: pair["a"]["expected"] for pair in answer["pairs"] if pair["a"]}
    for row in rows:
        plan = hoped.get(row["id"]) or {"status": "", "date": ""}
        if row["what"] == "facility":
            assert (row["a_expected"], row["a_expected_date"]) == (plan["status"], plan["date"])
            assert row["b_expected"] == row["b_expected_date"] == ""


def test_a_table_runs_nothing_in_a_spreadsheet(juno: Teller) -> None:
    """What others wrote is guarded; dates and numbers are as they are, before Christ too."""
    juno.tell(
        {**facility("old"), "name": "=1+1"},
        milestone("begun", "operation-started", "-0240", facility="old", stated="2015"),
    )
    juno.archive.catch_up()
    client = create_app(juno.archive).test_client()
    rows = csv.DictReader(StringIO(client.get("/state.csv?at=2015").text))
    row = next(row for row in rows if row["id"] == "old")
    assert (row["name"], row["since"], row["since_earliest"]) == (
        "'=1+1", "-0240", "-000240-01-01",
    )  # fmt: skip


@pytest.fixture
def hostile(teller: Teller) -> FlaskClient:
    """Somebody who reads a chronicle in which every text means harm."""
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    teller.tell(
        {
            "type": "source",
            "id": "evil",
            "medium": "web-page",
            "title": evil,
            "publisher": evil,
            "url": 'https://evil.example/"><script>alert(3)</script>',
        }
    )
    teller.tell(
        {
            "type": "facility",
            "id": "evil",
            "name": evil,
            "name_zh": evil,
            "acronym": evil,
            "country": "CN",
            "field": "space",
            "operator": evil,
            "place": evil,
            "latitude": 30.0,
            "longitude": 110.0,
            "sources": [{"id": "evil", "locator": evil}],
        }
    )
    for id, more in (
        (
            "evil-plan",
            {
                "milestone": "operation-started",
                "modality": "planned",
                "date": "2010",
                "stated": "2005",
            },
        ),
        ("evil-run", {"milestone": "operation-started", "modality": "actual", "date": "2012"}),
    ):
        teller.tell(
            {
                "type": "milestone",
                "id": id,
                "facility": "evil",
                "title": evil,
                "summary": evil,
                "evidence": "found",
                "sources": [{"id": "evil", "locator": evil}],
                **more,
            }
        )
    teller.tell(
        {
            "type": "discovery",
            "id": "evil-find",
            "facility": "evil",
            "modality": "actual",
            "date": "2013",
            "title": evil,
            "summary": evil,
            "evidence": "found",
            "sources": [{"id": "evil"}],
        }
    )
    teller.archive.catch_up()
    return create_app(teller.archive).test_client()


@pytest.mark.parametrize(
    "url",
    [
        "/state?at=2013",
        "/records/evil?at=2013",
        "/records/evil-find",
        "/sources/evil",
        "/slips",
        "/search?q=alert",
        "/activity",
        "/compare?at=2003&to_at=2013",
        "/trends?by=operator",
        f"/state?at={quote('<script>alert(1)</script>')}",
        f"/search?q={quote('<script>alert(1)</script>')}",
    ],
)
def test_hostile_texts_stay_texts(hostile: FlaskClient, url: str) -> None:
    """Whatever a name, a title or a parameter says, the page has no element of it, and no
    link that runs anything."""
    for lang in LANGUAGES:
        html = get(hostile, in_lang(url, lang)).text
        page = Read(html)

        assert "<script>alert" not in html
        assert "<img" not in html
        assert page.inline == []
        assert not any(link.lower().startswith("javascript:") for link in page.links)


@pytest.mark.parametrize(
    ("clock", "when"),
    [
        ("at=2013&lang=en", "facilities ran at the end of 2013"),
        ("at=2200&lang=en", "facilities would run at the end of 2200"),
        ("at=2013-05-31&lang=en", "facilities ran at the end of May 2013"),
        ("at=2013-05-03&lang=en", "facilities ran on 3 May 2013"),
        ("during=2013-05&lang=en", "facilities ran in May 2013"),
        ("during=2013-05-03&lang=en", "facilities ran on 3 May 2013"),
        ("at=2013-05-03&lang=zh", "核聚变：2013年5月3日，"),
        ("during=2013&lang=zh", "核聚变：2013年内，"),
    ],
)
def test_a_drawing_says_when_its_facilities_ran(client: FlaskClient, clock: str, when: str) -> None:
    """On a day, in a month or a year, at the end of one."""
    assert when in get(client, f"/state?{clock}&country=CN&field=fusion").text


@pytest.mark.parametrize("url", ["/state", "/state?at=2013&country=CN", "/records/juno", "/slips"])
def test_a_page_is_whole_without_scripts(client: FlaskClient, url: str) -> None:
    """Drawings and tables stand in the text; what only scripts can do is hidden until they run."""
    html = get(client, url).text

    assert "<svg" in html or url == "/slips"
    assert "<table" in html
    for control in re.findall(r"<(?:input[^>]*type=\"range\"|button type=\"button\")[^>]*>", html):
        assert " hidden" in control


def test_the_first_view_weighs_little(client: FlaskClient) -> None:
    """The home page and all that it loads, compressed, stay under 150 KB."""
    pages = ["/", *(link for link in Read(get(client, "/").text).links if "/static/" in link)]
    weight = sum(
        len(client.get(url, headers={"Accept-Encoding": "gzip"}).data)
        for url in dict.fromkeys(pages)
    )

    assert weight < 150_000
