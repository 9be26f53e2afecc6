"""The forms of readers, and the page by which they follow what they sent."""

from __future__ import annotations

from functools import partial

import pytest
from flask import Flask

from service.app import create_app
from service.archive import suggestions
from service.settings import Settings
from tests.service.desk.browser import Browser, Page
from tests.service.desk.story import head, key_of, page
from tests.service.suggestions.conftest import CORRECT, limited, made, send, summary
from tests.story.telling import Teller

FORMS = (
    CORRECT,
    "/suggest/statements/juno-came/withdraw",
    "/suggest/records/juno/amend",
    "/suggest/sources/yearbook/amend",
    "/suggest/new/milestone?facility=juno",
    "/suggest/new/facility",
)


def test_a_record_leads_to_its_forms(reader: Browser) -> None:
    """One beside each statement, and at its end those for what is missing; all of them open."""
    answer = reader.get("/records/juno")
    for path in ("statements/juno-came/correct", "statements/juno-plan/correct"):
        assert f'href="/suggest/{path}"' in answer.text
    for path in ("records/juno/amend", "new/milestone?facility=juno"):
        assert f'href="/suggest/{path}"' in answer.text
    assert 'href="/suggest/sources/yearbook/amend"' in reader.get("/sources/yearbook").text
    for path in FORMS:
        assert reader.get(path).status_code == 200, path


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_control_of_a_form_has_a_label(reader: Browser, path: str, lang: str) -> None:
    """In both languages; and no id stands twice."""
    shown = reader.page(f"{path}{'&' if '?' in path else '?'}lang={lang}")
    unlabelled = [each for each in shown.inputs if each.get("id") not in shown.labelled]
    assert [each for each in unlabelled if "in-label" not in each] == []
    assert len(set(shown.ids)) == len(shown.ids)


def test_a_reader_of_chinese_alone_can_say_what_is_missing(reader: Browser, told: Teller) -> None:
    """What is written in Chinese stands in the place of the English; without either it is refused.
    A date as our own pages write it is the day that it means."""
    path = "/suggest/new/milestone?facility=juno&lang=zh"
    html = reader.get(path).text
    assert 'name="title" required' not in html
    assert "留空则以中文代之" in html
    said = [
        ("milestone", "approved"), ("modality", "actual"), ("date", "2013年2月5日"),
        ("reason", "《年鉴》"), ("where", "第41页"),
    ]  # fmt: skip
    assert reader.post(path, said).status_code == 422
    answer = reader.post(path, [*said, ("title_zh", "江门计划获批")])
    assert answer.status_code == 303
    (waits,) = told.archive.suggestions.waiting()
    assert waits.line["title"] == waits.line["title_zh"] == "江门计划获批"
    assert waits.line["date"] == "2013-02-05"


def test_what_is_sent_is_followed_at_an_address(reader: Browser, told: Teller) -> None:
    """The page says what was suggested, from what to what, and that nothing has changed yet."""
    answer = send(reader, date="2025-08-25", reason="The log book\r\nsays so.", where="Page 41")
    assert answer.status_code == 303
    (waits,) = told.archive.suggestions.waiting()
    assert answer.headers["Location"] == f"/suggestions/{waits.id}"
    assert waits.line == {
        "type": "correction", "statement": "juno-came", "changes": {"date": "2025-08-25"},
    }  # fmt: skip
    assert (waits.reason, waits.where) == ("The log book\nsays so.", "Page 41")
    followed = reader.get(answer.headers["Location"])
    shown = page(followed)
    assert shown.says("It waits to be looked at")
    assert shown.says("2025-08-25")
    assert shown.says("2025-08-26")
    assert f"http://localhost/suggestions/{waits.id}" in followed.text
    assert followed.headers["Cache-Control"] == "no-store, private"
    assert "noindex" in followed.headers["X-Robots-Tag"]
    assert head(told.archive) == 4


def test_all_that_is_wrong_is_told_at_once_and_the_form_keeps_it(reader: Browser) -> None:
    """The date, the title and the missing words; beside each, what would do."""
    answer = send(reader, date="31/12/2025", title="")
    shown = page(answer)
    assert answer.status_code == 422
    assert shown.says("31/12/2025: write 2025-12-31, if that is meant.")
    assert answer.text.count("It is missing.") >= 2
    assert shown.forms[-1].value("date") == "31/12/2025"


def test_something_new_gets_an_id_that_nobody_is_asked_for(reader: Browser, told: Teller) -> None:
    """Its facility is the one of the page."""
    answer = send(
        reader, "/suggest/new/milestone?facility=juno",
        milestone="upgraded", modality="actual", date="2026-02", title="More tubes", reason="So.",
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    (waits,) = told.archive.suggestions.waiting()
    assert waits.line["id"] == "juno-upgraded-2026"
    assert (waits.line["facility"], waits.stream) == ("juno", "record:juno")


def test_what_there_is_not_has_no_form(reader: Browser) -> None:
    """Neither a type nor a record, a statement or a source."""
    for path in (
        "new/nope",
        "new/source",
        "new/milestone?facility=nope",
        "statements/nope/correct",
        "records/nope/amend",
        "sources/nope/amend",
    ):
        assert reader.get(f"/suggest/{path}").status_code == 404, path


def test_what_others_recorded_meanwhile_is_none_of_the_suggestion(
    reader: Browser, told: Teller
) -> None:
    """It names what the reader changed, and nothing that stood otherwise when the form was sent."""
    form = reader.page(CORRECT).forms[-1]
    told.tell(
        {
            "type": "correction",
            "statement": "juno-came",
            "changes": {"title": "Takes its first data"},
            "reason": "So.",
        }
    )
    reader.post(form.action, form.filled({"date": "2025-08-25", "reason": "So."}))
    (waits,) = told.archive.suggestions.waiting()
    assert waits.line["changes"] == {"date": "2025-08-25"}
    assert waits.revision == 4


@pytest.mark.parametrize(
    ("limit", "most", "status", "words"),
    [
        ("1 per day", 1000, 429, "as much as one may in a day"),
        ("none", 1, 503, "no more are kept"),
    ],
)
def test_what_cannot_be_kept_now_stays_in_the_form(
    told: Teller,
    monkeypatch: pytest.MonkeyPatch,
    *,
    limit: str,
    most: int,
    status: int,
    words: str,
) -> None:
    """With when to come back."""
    monkeypatch.setattr(suggestions, "MOST_WAITING", most)
    app = limited(told.archive, limit)
    made(app.test_client(), order=summary(1))
    answer = send(Browser(app), date="2025-08-25", reason="So.")
    assert answer.status_code == status
    assert words in answer.text
    assert int(answer.headers["Retry-After"]) > 0
    assert page(answer).forms[-1].value("date") == "2025-08-25"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_form_of_another_site_is_refused(
    app: Flask, told: Teller, headers: dict[str, str]
) -> None:
    """By the word of the browser; nothing waits."""
    answer = send(Browser(app, None, **headers), date="2025-08-25", reason="So.")
    assert answer.status_code == 403
    assert told.archive.suggestions.waiting() == []


def test_where_reading_needs_a_key_so_does_suggesting(told: Teller) -> None:
    """Whoever signed in to read suggests by the forms, under their name."""
    app = create_app(told.archive, Settings(data=told.archive.folder, open_reads=False))
    assert Browser(app).get(CORRECT).status_code == 401
    reader = Browser(app, key_of(told.archive, "contributor", name="wang"))
    assert send(reader, date="2025-08-25", reason="So.").status_code == 303
    (waits,) = told.archive.suggestions.waiting()
    assert waits.actor == "wang"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_says_what_became_of_it(reader: Browser, told: Teller, lang: str) -> None:
    """Taken: where it was recorded; declined: why, in the curator's words."""
    kept = told.archive.suggestions
    for close, words in (
        (partial(kept.take, recorded=4, by="li"), "@4"),
        (partial(kept.decline, reason="The <b>book</b> is right.", by="li"), "right."),
    ):
        answer = send(reader, f"{CORRECT}?lang={lang}", date="2025-08-25", reason="So.")
        there = answer.headers["Location"]
        assert there.endswith(f"?lang={lang}")
        close(kept.waiting()[0].id)
        text = reader.get(there).text
        assert words in text
        assert "<b>book" not in text
        assert Page(text).lang.startswith(lang)


def test_another_language_takes_along_what_was_written(reader: Browser, told: Teller) -> None:
    """And what the form is of; nothing is sent by it, and nothing found wrong."""
    path = "/suggest/new/milestone?facility=juno"
    answer = reader.get(path)
    form = page(answer).forms[-1]
    assert f'formaction="{path}&amp;lang=zh"' in answer.text
    written = form.filled({"title": "More tubes", "reason": "So."})
    turned = reader.post(f"{path}&lang=zh", [*written, ("do", "redraw")])
    shown = page(turned)
    assert (turned.status_code, shown.lang) == (200, "zh-CN")
    assert shown.forms[-1].value("title") == "More tubes"
    assert shown.forms[-1].value("reason") == "So."
    assert 'id="problems"' not in turned.text
    assert told.archive.suggestions.waiting() == []


def test_what_is_too_long_is_shown_again_with_how_much_may_be(
    reader: Browser, told: Teller
) -> None:
    """As long as it can be read at all."""
    for length, kept in ((20_000, True), (300_000, False)):
        answer = send(reader, summary="a" * length, reason="So.")
        assert answer.status_code == 413
        assert page(answer).says("It is too long: shorten it to 16 kB in all.")
        assert (page(answer).forms[-1].value("summary") == "a" * length) == kept
    assert told.archive.suggestions.waiting() == []


@pytest.mark.parametrize("path", FORMS)
def test_whatever_is_missing_is_told_by_us_and_not_by_the_browser(
    reader: Browser, path: str
) -> None:
    """All of it at once, at its place."""
    opened = reader.page(path)
    assert " novalidate" in opened.text.partition('id="form"')[2].partition(">")[0]
    needed = {each["name"]: each["id"] for each in opened.inputs if "required" in each}
    form = next(each for each in opened.forms if any(name == "reason" for name, _ in each.fields))
    sent = reader.post(form.action, form.filled(dict.fromkeys(needed, "")))
    assert sent.status_code == 422
    for name, id in needed.items():
        assert f'<li><a href="#{id}">' in sent.text, name
        assert f'id="{id}-fault"' in sent.text, name
