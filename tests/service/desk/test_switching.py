"""Another language: what was written, and what was asked for, goes along."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.service.desk.browser import Browser
from tests.service.desk.story import FORMS, PATHS, head, key_of, page
from tests.story.telling import Teller

PAGES = tuple(path for path in PATHS if path.rpartition("/")[2][:3] not in ("dat", "id?", "fin"))


def switch(text: str) -> tuple[str, str]:
    """Where the button sends the form that leads to the other language, and what it is to do."""
    found = re.search(r' formaction="([^"]+)" formnovalidate name="do" value="(.+?)"', text)
    assert found is not None
    return found[1].replace("&amp;", "&"), found[2]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_forgets_what_was_asked_for(grace: Browser, path: str) -> None:
    """The link of what has no form has the same parameters."""
    text = grace.get(path).text
    if 'form="form"' in text or grace.get(path).status_code != 200:
        return
    (other,) = re.findall(r'<a href="([^"]+)" hreflang="zh-CN"', text)
    joined = "&" if "?" in path else "?"
    assert other.replace("&amp;", "&") == f"{path}{joined}lang=zh"


@pytest.mark.parametrize("path", FORMS)
def test_a_form_is_drawn_again_in_the_other_language(
    grace: Browser, told: Teller, path: str
) -> None:
    """With all that stands in it; nothing is found wrong that was not looked at, or recorded."""
    answer = grace.get(path)
    if answer.status_code != 200:
        return
    there, do = switch(answer.text)
    form = page(answer).form("preview")
    texts = [(name, value) for name, value in form.fields if name != "token"]
    names = {name for name, value in texts if not value}
    written: dict[str, str] = dict.fromkeys(
        names & {"title", "why.reason", "text", "name"}, "写了一半"
    )
    turned = grace.post(there, [*form.filled({**written}), ("do", do)])
    shown = page(turned)
    assert (turned.status_code, shown.lang, do) == (200, "zh-CN", "redraw")
    assert 'id="problems"' not in turned.text
    for name, value in written.items():
        assert shown.form("preview").value(name) == value
    joined = "&" if "?" in path else "?"
    assert switch(turned.text)[0] == f"{path}{joined}lang=en"
    assert head(told.archive) == 4


def test_what_was_looked_at_is_looked_at_in_the_other_language(grace: Browser) -> None:
    """Be it wrong or right."""
    for date, words in (("2025-08-25", "记录之前"), ("soon", "这样无法记录")):
        looked = grace.look(
            "/desk/statements/juno-came/correct", date=date, why__reason="So.", sources__1="p. 3"
        )
        there, do = switch(looked.text)
        assert do == "preview"
        turned = grace.post(there, [*page(looked).form("preview").fields, ("do", do)])
        assert page(turned).says(words)


def test_a_reason_to_undo_goes_along(grace: Browser, told: Teller) -> None:
    """And nothing is undone."""
    answer = grace.get("/desk/records/juno/undo")
    there, do = switch(answer.text)
    form = page(answer).form("record")
    turned = grace.post(there, [*form.filled({"reason": "写错了"}), ("do", do)])
    assert page(turned).form("record").value("reason") == "写错了"
    assert head(told.archive) == 4


def test_what_was_kept_goes_along_to_the_other_form_for_a_key(app: Flask, told: Teller) -> None:
    """Until one signs in."""
    browser = Browser(app)
    late = browser.post("/desk/new/source", [("title", "A"), ("do", "preview")])
    there, do = switch(late.text)
    turned = browser.post(there, [*page(late).forms[0].fields, ("do", do)])
    shown = page(turned)
    assert shown.lang == "zh-CN"
    form = shown.forms[0]
    back = browser.post(form.action, form.filled({"key": key_of(told.archive, "curator")}))
    assert ("title", "A") in page(back).forms[0].fields


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/desk/new/source", 422),
        ("/desk/batch", 422),
        ("/desk/suggestions", 422),
        ("/desk/records/juno/undo", 422),
    ],
)
def test_a_page_that_says_what_is_wrong_says_so_first(
    grace: Browser, path: str, status: int
) -> None:
    """In its title, for whoever hears it; and the list of it all is where the keyboard is."""
    before = grace.get(path)
    assert "<title>Error: " not in before.text
    if path == "/desk/suggestions":
        fields = [("token", grace.page("/desk").forms[0].value("token")), ("do", "decline")]
        answer = grace.post(path, fields)
    else:
        do = "record" if path.endswith("undo") else "preview"
        answer = grace.post(path, [*page(before).form(do).fields, ("do", do)])
    assert answer.status_code == status
    assert "<title>Error: " in answer.text
    assert 'id="problems" tabindex="-1" autofocus' in answer.text
