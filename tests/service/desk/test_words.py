"""The words of the desk, in both languages."""

from __future__ import annotations

import inspect
import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as strings

from events import statement_warnings
from events.catalogue import CATALOGUE, STATEMENT_TYPES
from events.dates import parse
from events.errors import BadDate, Refusal, SheetRefused
from events.orders import Warning
from events.sheets.dates import edtf
from events.sheets.reading import decoded, read_sheet
from events.vocabulary import MILESTONES
from service.pages.desk import words as desk_words
from service.pages.desk.form import members_of
from service.translations import LANGUAGES
from service.words.speech import Speech
from service.words.warnings import warning_words
from tests.service.desk.browser import Browser
from tests.service.desk.story import page
from tests.story.telling import Teller, milestone


def test_the_desk_speaks_chinese(grace: Browser) -> None:
    """By the address or by what the browser likes; links and forms stay in the language."""
    shown = grace.page("/desk/new/milestone?facility=juno&lang=zh")
    assert shown.lang == "zh-CN"
    assert shown.says("里程碑")
    assert not shown.says("required")
    form = shown.form("preview")
    assert form.action == "/desk/new/milestone?lang=zh"
    written = {
        "id": "x",
        "milestone": "upgraded",
        "modality": "actual",
        "date": "2025",
        "title": "t",
    }
    looked = grace.post(form.action, [*form.filled(dict(written)), ("do", "preview")])
    assert "没有来源" in looked.get_data(as_text=True)
    done = grace.record(looked)
    assert "lang=zh" in done.headers["Location"]
    assert page(grace.get(done.headers["Location"])).lang == "zh-CN"
    assert page(grace.get("/desk", **{"Accept-Language": "zh-CN"})).lang == "zh-CN"


def test_what_is_wrong_is_headed_in_the_language_of_the_page(grace: Browser) -> None:
    """As on every other page; a language that nobody speaks here is refused, and not ignored."""
    for path, words in (
        ("/desk/records/nothing?lang=zh", "未找到"),
        ("/desk?nope=1&lang=zh", "参数未知，或给了两次"),
        ("/desk?lang=tlh", "A value is not valid"),
    ):
        answer = grace.get(path)
        assert answer.status_code in (404, 422)
        assert page(answer).says(words), path
    assert page(Browser(grace.client.application).get("/desk?lang=tlh")).says("Sign in")


def test_what_a_script_asks_is_told_in_the_language_of_the_page(
    grace: Browser, told: Teller
) -> None:
    """A script shows it beside an input as it is."""
    free = grace.get("/desk/id?of=record&id=nothing&lang=zh").get_json()
    assert (free["words"], free["words_new"]) == ("没有使用该标识的记录", "未被占用")
    taken = grace.get("/desk/id?of=record&id=juno&lang=zh").get_json()
    assert taken["words_new"] == "已被占用：JUNO"
    told.tell(milestone("juno-light", "first-light", "2025-08-25", title_zh="出光"))
    light = grace.get("/desk/id?of=statement&id=juno-light&lang=zh").get_json()
    assert light["words"] == "出光"


def test_every_member_and_choice_has_its_words() -> None:
    """In both languages, for all types of the catalogue; so have the warnings and titles."""
    for fact in CATALOGUE:
        assert fact.TYPE in desk_words.TYPES
        for member in members_of(fact):
            if member.name in ("changes", "statement", "source"):
                continue  # a form does not ask for them
            for lang in LANGUAGES:
                assert member.name in desk_words.MEMBERS, member.name
                assert desk_words.hint(fact.TYPE, member.name, lang), (fact.TYPE, member.name, lang)
                words = [desk_words.choice(member.name, each, lang) for each in member.choices]
                assert len(set(words)) == len(words)
            for each in member.choices:
                if member.name not in ("field", "class", "milestone"):
                    assert f"{member.name}.{each}" in desk_words.CHOICES
    assert {*STATEMENT_TYPES} <= {*desk_words.TYPES}
    assert len(MILESTONES) == len(
        {desk_words.choice("milestone", each, "zh") for each in MILESTONES}
    )


def test_the_members_of_a_change_are_told_from_those_of_what_it_changes(grace: Browser) -> None:
    """Both have sources, in one form."""
    shown = grace.page("/desk/statements/juno-came/correct")
    assert shown.says("Sources What it rests on")
    assert shown.says("Sources of the change What says that it should be changed")


def test_every_warning_has_its_words() -> None:
    """The codes that `warnings_of` can give: none is told by its own text."""
    day = "2013-05-06"
    facts = {"said": day, "day": day, "rival": "x", "step": "completed", "higher": "accepted"}
    for code in set(re.findall(r'Warning\(\s*"([a-z-]+)"', inspect.getsource(statement_warnings))):
        for lang in LANGUAGES:
            odd = Warning(code, "its own text", facts)
            assert warning_words(odd, str.upper, Speech(lang)) != odd.text, code


NO_DATES = (
    "2013/2014/2015",
    "31/12/25",
    "/2013",
    "../..",
    "2014/2013",
    "-0000",
    "2013-13",
    "2025-02-30",
    "Y9999999999999999",
    "Y012345",
    "",
    "２０１３",
    "20 13",
    "1X90",
    "[2013,2014]",
    "2013-05-06T12:00",
    "1E5",
    "1950S2",
    "2013~-05",
    "..2013",
    "soon",
    "2" * 65,
    "03/04/2025",
    "31/02/2025",
)
"""A text for each reason why one is no date."""


NO_SHEETS: tuple[bytes, ...] = (
    b"",
    b"type,id\n",
    b"PK\x03\x04",
    b"\xff",
    "类型".encode("gb18030"),
    b"\xff\xfea",
    b"id\0",
    b'type,id\n"' + b"x" * 131_072,
    b"type,id\n" + b"\n" * 10_000,
    b"id" + b"," * 200,
    b"type\n" + b"x\n" * 1_001,
    b'id,"',
    b'id,"a"b',
    b"type,type\n",
    b"type=source\n",
    b"id\n",
    b"type=source,id,medium,title\nsource,a,b,c,d\nfacility,a,b,c",
    b"type=series,id\na",
    b'type,attributes,attributes.a\nsource,"{""a"": 1}",2\n',
    b"type,ids\n",
    b"type\nsources\n",
    b"type,value,dropped,attributes\nsource,x,x,[]\n",
)
"""A file for each reason why one is no sheet."""


def test_every_reason_why_a_file_is_no_sheet_has_its_chinese() -> None:
    """Each of them occurs in these files."""
    used = set()
    for raw, by_hand in product(NO_SHEETS, (False, True)):
        found: list[Refusal] = []
        try:
            type = "source" if b"=series" in raw else None
            for order in read_sheet(decoded(raw), type=type, by_hand=by_hand).orders:
                found += getattr(order.line, "refusals", ())
        except SheetRefused as refused:
            found += [refusal for _, refusal in refused.refusals]
        assert found, raw[:80]
        for words, _ in desk_words.NO_SHEETS:
            used |= {words for refusal in found if re.fullmatch(words, str(refusal), re.DOTALL)}
        assert any(desk_words.no_sheet(str(refusal), "zh") for refusal in found), raw[:80]
    assert used == {words for words, _ in desk_words.NO_SHEETS}


def test_every_reason_why_a_text_is_no_date_has_its_chinese() -> None:
    """Each of them occurs among these texts."""
    used = set()
    for text in NO_DATES:
        with pytest.raises(BadDate) as refused:
            edtf(text)
        why = refused.value.why
        used.add(next(words for words, _ in desk_words.NO_DATES if re.fullmatch(words, why)))
        assert desk_words.no_date(why, "en") == why
    assert used == {words for words, _ in desk_words.NO_DATES}
    with pytest.raises(BadDate) as refused:
        parse("2013/2014-13")
    assert (
        desk_words.no_date(refused.value.why, "zh") == "2014-13：13既不是月份，也不是21至24的季节"
    )


@given(strings.text(alphabet="0123456789-/.~?%XYTES[, \n年", max_size=70))
def test_no_reason_is_told_in_english_on_a_chinese_page(text: str) -> None:
    """Whatever somebody writes in place of a date."""
    try:
        parse(text)
    except BadDate as refused:
        told = desk_words.no_date(refused.why, "zh")
        assert re.search("[a-z]{2}", told) is None, told


def test_a_sheet_is_told_in_chinese_of_what_it_is(grace: Browser) -> None:
    """The words of types, and no English or half-width signs among them."""
    for type, text, words in (
        ("source", "type=series,id\na", "此表是作为“来源”发送的"),
        ("source", "type,id,medium,title\nseries,x", "此表的各行都是“来源”"),
    ):
        shown = page(grace.look("/desk/batch?lang=zh", text=text, type=type))
        assert shown.says(words), words
    assert desk_words.no_sheet("there is no column 'id', which a milestone needs", "zh") == (
        "缺少id列，里程碑必须有这一列"
    )


def test_labels_and_what_is_wrong_are_joined_as_the_language_does(grace: Browser) -> None:
    """With its own colon."""
    looked = grace.look("/desk/statements/juno-came/correct?lang=zh", date="soon")
    assert "日期</a>：<span" in looked.text
    assert "</a>: " not in looked.text
