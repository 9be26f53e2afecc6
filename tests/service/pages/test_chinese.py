"""The Chinese of the pages: its marks are as wide as its characters, and what never ran, what was
said on no day that is told, and what is odd have words of their own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.data import CHRONICLE
from service.pages.shell.rendering import whole
from service.translations import __file__ as translations
from service.words import labels
from service.words.amounts import reading_text
from tests.service.asked import LINES
from tests.service.pages.test_pages import PAGES
from tests.story.telling import Teller, facility, milestone, plan

MORE = (
    "/nowhere",
    "/records/nothing",
    "/suggestions/1",
    "/slips?sort=foo",
    "/state?at=foo",
    "/state?at=2013&at=2014",
    "/trends?by=foo&step=foo",
    "/trends?from=2020&to=2010",
    "/records/juno?at=2013&stated=2013&known=@600",
    "/suggest/new/milestone?facility=juno",
    "/suggest/statements/juno-plan-2020/correct",
    "/viewers",
)
"""Pages besides those that every page is tested on: of problems, and the forms."""

CHINESE = "[\u4e00-\u9fff]"
NARROW = re.compile(f"(?<={CHINESE})\\s*[,.:;()?!]|[,.:;()?!]\\s*(?={CHINESE})")

IN_LINE = frozenset(("a", "b", "span", "small", "strong", "mark", "i", "em", "time", "tspan"))
"""What goes on in the line that it stands in."""

UNREAD = frozenset(("script", "style", "code", "pre", "textarea"))
"""What stands in them is no text of ours."""

SPOKEN = frozenset(("title", "aria-label", "alt", "placeholder", "content"))


class Texts(HTMLParser):
    """The texts of a page, each block and each attribute that is read on a line of its own."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.lines = [""]
        self._within: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in IN_LINE:
            self.lines.append("")
        if tag in UNREAD:
            self._within.append(tag)
        self.lines[:0] = [text for name, text in attrs if name in SPOKEN and text]

    def handle_endtag(self, tag: str) -> None:
        if tag not in IN_LINE:
            self.lines.append("")
        if tag in UNREAD:
            self._within.remove(tag)

    def handle_data(self, data: str) -> None:
        if not self._within:
            self.lines[-1] += data


@pytest.fixture(scope="module")
def recorded() -> re.Pattern[str]:
    """Whatever the chronicle says in Chinese or with a mark at its end, which is shown as it was
    recorded."""
    texts = {text for line in LINES for text in strings(line)}
    said = [text for text in texts if re.search(f"{CHINESE}|[,.:;()?!]$", text)]
    return re.compile("|".join(map(re.escape, sorted(said, key=len, reverse=True))))


def strings(value: object) -> Iterator[str]:
    """All texts within a value of JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


def shown(client: FlaskClient, path: str) -> str:
    """A page in Chinese."""
    wants = {"Accept": "text/html", "Accept-Language": "zh-CN"}
    return client.get(path, headers=wants).get_data(as_text=True)


def _stood(said: re.Match[str]) -> str:
    """What stands in place of something recorded: a character of its language."""
    return "字" if re.search(CHINESE, said[0]) else "x"


@pytest.mark.parametrize("path", [*PAGES, *MORE])
def test_no_mark_beside_chinese_is_half_as_wide(
    client: FlaskClient, recorded: re.Pattern[str], path: str
) -> None:
    """Commas, colons, brackets and the like; what was recorded stays as it is."""
    html = shown(client, path)
    assert 'lang="zh-CN"' in html[:100], path
    ours = [recorded.sub(_stood, line) for line in Texts(html).lines]
    assert [line for line in ours if NARROW.search(line)] == []


def test_codes_of_the_chronicle_are_said_in_chinese(client: FlaskClient) -> None:
    """The kinds of its sources, the names of further facts and what happened by these, and the
    formats of a page."""
    lines = [json.loads(line) for line in CHRONICLE.read_text("utf-8").splitlines()]
    media = {line["medium"] for line in lines if "medium" in line}
    every = [each for line in lines for each in (line, line.get("changes") or {})]
    facts = [each.get("attributes") or {} for each in every]
    assert media <= labels.MEDIA.keys()
    assert {name for each in facts for name in each} <= labels.FACTS.keys()
    assert {each["event"] for each in facts if "event" in each} <= labels.FACT_EVENTS.keys()
    news = next(line["id"] for line in LINES if line.get("medium") == "institute-news")
    assert "机构新闻" in shown(client, f"/sources/{news}")
    assert "事件：国家验收" in shown(client, "/records/bepc")
    assert "GeoJSON（装置）" in shown(client, "/state")


def test_no_blank_stands_between_chinese_and_a_number() -> None:
    """Nor beside a slot that is filled by one."""
    path = Path(translations).parent / "zh/LC_MESSAGES/annales.po"
    texts = re.findall(r'^msgstr(?:\[0\])? "(.*)"$', path.read_text("utf-8"), re.MULTILINE)
    blank = re.compile(rf"{CHINESE} (?=[0-9@]|%\(|{{)|(?:\)s|}}) {CHINESE}")
    assert [text for text in texts if blank.search(text)] == []


def test_countries_stand_in_the_order_of_pinyin(juno: Teller) -> None:
    """In the menus of pages, whose heading is of territories too."""
    for code in ("DE", "AR", "CA", "US"):
        juno.tell(facility(f"of-{code.lower()}", country=code))
    juno.archive.catch_up()
    html = shown(create_app(juno.archive).test_client(), "/search?q=of")
    names = re.findall(r'name="country" value="..">\s*([^<]*)', html)
    assert [name.strip() for name in names] == ["阿根廷", "德国", "加拿大", "美国", "中国"]
    assert "国家和地区" in html


def test_what_never_ran_is_shelved(juno: Teller) -> None:
    """In the sentence, on the card and over its statements; what ran has stopped running."""
    juno.tell(
        facility("dream"),
        milestone("dreamt", "proposed", "2012", facility="dream"),
        milestone("shelved", "suspended", "2019?", facility="dream", stated="2019"),
        plan("again", "proposed", "2040", "2020", facility="dream"),
        milestone("began", "operation-started", "2020"),
        milestone("paused", "suspended", "2022"),
    )
    juno.archive.catch_up()
    client = create_app(juno.archive).test_client()
    never = "".join(Texts(shown(client, "/records/dream")).lines)
    assert "已搁置（自2019年起，存疑）。预计于2040年再次申报。" in never
    assert "状态已搁置" in re.sub(r"\s", "", never)
    assert "已暂停运行（自2022年起）" in "".join(Texts(shown(client, "/records/juno")).lines)
    listed = "".join(Texts(shown(client, "/search?kind=facility")).lines)
    listed = re.sub(r"\s", "", listed)
    assert "装置·已搁置" in listed
    assert "装置·暂停运行·" in listed
    drawn = client.get("/v1/feeds/vis-timeline?lang=zh").get_data(as_text=True)
    assert "：已搁置" in drawn
    assert "：暂停运行" in drawn


def test_first_light_is_what_the_class_calls_it(juno: Teller) -> None:
    """In the sentence too; the form of the desk says all three."""
    juno.tell(
        facility("torus", **{"class": "fusion-device"}),
        plan("plasma", "first-light", "2030", "2020", facility="torus"),
    )
    juno.archive.catch_up()
    client = create_app(juno.archive).test_client()
    assert "预计于2030年首次等离子体放电" in "".join(Texts(shown(client, "/records/torus")).lines)
    assert "首光" not in "".join(Texts(shown(client, "/slips")).lines)
    assert "It is to have first plasma in 2030." in client.get("/v1/records/torus").text


def test_where_no_day_is_given_nothing_is_said_of_the_moment(client: FlaskClient) -> None:
    """An encyclopedia need not have told it as it happened."""
    assert "未注明（按当时计）" in shown(client, "/records/juno")
    assert "not given; counted as said at the time" in client.get("/records/juno").text


def test_what_is_odd_is_told_in_words(juno: Teller) -> None:
    """With days and titles, and no codes; the answer keeps its own."""
    juno.tell(
        milestone("ran", "operation-started", "2010", title_zh="江门投入运行"),
        milestone("lit", "first-light", "2012", title_zh="江门首次取数"),
        plan("late", "completed", "2011", "2014"),
    )
    juno.archive.catch_up()
    client = create_app(juno.archive).test_client()
    said = "".join(Texts(shown(client, "/records/juno")).lines)
    assert (
        "江门首次取数（2012年）：较早的步骤（首光）反而晚于较后的步骤（开始运行），后者据“江门投入运行（2010年）”。"
        in said
    )
    assert "说出的日期（2014年12月31日）晚于计划的最后一天（2011年12月31日）。" in said
    answer = client.get("/v1/records/juno").text
    assert "first-light wholly after operation-started ('ran')" in answer


def test_the_page_of_a_problem_says_which_condition_is_wrong(client: FlaskClient) -> None:
    """And offers the words that the page itself uses."""
    for path, *words in (
        ("/slips?sort=foo", "有条件无法识别：排序。", "推迟最久的已实现项目在前"),
        ("/trends?by=foo", "国家", "运行单位"),
        ("/search?kind=foo", "装置", "来源"),
        (f"/search?q={'a' * 201}", "过长：最多200个字符。"),
        ("/search?q=+", "没有要搜索的内容。"),
        ("/trends?from=2020&to=2010", "起始日期晚于结束日期。"),
        ("/state?at=2013&at=2014", "该条件出现了两次。"),
        ("/suggestions/1", "此地址没有对应的建议，请核对地址是否完整。"),
    ):
        said = "".join(Texts(shown(client, path)).lines)
        for each in words:
            assert each in said, path


def test_dates_and_amounts_keep_together() -> None:
    """Whatever stands around them is escaped."""
    assert whole("<推迟4.7至5.7年>") == '&lt;推迟<span class="nowrap">4.7至5.7年</span>&gt;'


def test_a_large_reading_is_counted_as_chinese_counts(client: FlaskClient) -> None:
    """By hundred millions, and a series by its name alone."""
    assert reading_text(371_000_000_000, "元", "zh") == "3710亿元"
    assert "indicator" not in shown(client, "/compare?at=2003&to_at=2013&country=CN")


def test_a_promise_of_acceptance_by_the_state_is_told_as_that(juno: Teller) -> None:
    """On the page of its record and among the slips, by the title of the plan."""
    juno.tell(plan("state", "accepted", "2020", "2019", title_zh="江门计划通过国家验收"))
    juno.archive.catch_up()
    client = create_app(juno.archive).test_client()
    for path in ("/records/juno", "/slips"):
        said = "".join(Texts(shown(client, path)).lines)
        assert "通过国家验收" in said.replace("江门计划通过国家验收", "")
