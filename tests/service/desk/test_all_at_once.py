"""A form says all that is wrong with it at once, and takes a source that is not recorded yet."""

from __future__ import annotations

import re

import pytest

from events.catalogue import CARD_TYPES, STATEMENT_TYPES
from tests.service.desk.browser import Browser
from tests.service.desk.story import CAME, head, page, recorded
from tests.story.telling import Teller

CHANGES = (
    "/desk/statements/juno-came/correct",
    "/desk/statements/juno-came/withdraw",
    "/desk/records/juno/amend",
    "/desk/sources/yearbook/amend",
)


def test_three_mistakes_take_one_round(grace: Browser, told: Teller) -> None:
    """The form, the id that is taken, and the source that there is not."""
    looked = grace.look(
        "/desk/new/facility", id="juno", name="X", country="CN", field="particle-physics",
        latitude="95", longitude="east", sources__0="lost",
    )  # fmt: skip
    assert looked.status_code == 422
    shown = page(looked)
    for words in (
        "The id juno is taken: choose another.",
        "It is at most 90.",
        "east is not a number.",
        "No source lost is recorded",
    ):
        assert shown.says(words), words
    assert head(told.archive) == 4


def test_so_do_those_of_a_correction(grace: Browser) -> None:
    """In what it changes, and in why."""
    looked = grace.look(
        "/desk/statements/juno-came/correct",
        date="31/12/2025", title="", sources__0="lost", why__sources__0="lost-too",
    )  # fmt: skip
    shown = page(looked)
    for words in (
        "31/12/2025: write 2025-12-31, if that is meant.",
        "No source lost is recorded",
        "No source lost-too is recorded",
        "Reason : It is missing.",
        "Title : It is missing.",
    ):
        assert shown.says(words), words


def test_a_wrong_date_hides_no_wrong_id(grace: Browser) -> None:
    """What it supersedes is looked up, whatever else is wrong; of something new and of a change."""
    for path in ("/desk/new/milestone?facility=juno", "/desk/statements/juno-came/correct"):
        shown = page(grace.look(path, date="soon", supersedes="nothing"))
        assert shown.says("soon is not a date")
        assert shown.says("Nothing of the id nothing was recorded earlier"), path


def test_every_bad_character_is_told_beside_a_bad_address(grace: Browser) -> None:
    """Each in its member."""
    for path in ("/desk/new/source", "/desk/sources/yearbook/amend"):
        shown = page(
            grace.look(
                path,
                medium="book",
                url="javascript:alert(1)",
                title="A\u202ebook",
                author="B\u202e",
            )
        )
        assert shown.says("Address : An address begins with http:// or https://."), path
        assert shown.says("Title : It has a character that cannot be shown"), path
        assert shown.says("Author : It has a character that cannot be shown"), path


@pytest.mark.parametrize(
    ("member", "text", "words"),
    [
        ("date", "03/04/2025", "03/04/2025 could be 2025-04-03 or 2025-03-04"),
        ("date", "12/2013", "12/2013: write 2013-12, if that is meant."),
        ("stated", "", "A plan must say when it was stated."),
        ("title", "two\u202elines", "It has a character that cannot be shown"),
        ("supersedes", "nothing", "Nothing of the id nothing was recorded earlier"),
        ("summary", "a" * 70_000, "It is too long by"),
    ],
)
def test_what_is_wrong_is_said_as_a_person_would(
    grace: Browser, member: str, text: str, words: str
) -> None:
    """With what would do."""
    looked = grace.look(
        "/desk/new/milestone?facility=juno",
        **{
            "milestone": "upgraded", "modality": "planned", "date": "2031", "stated": "2026",
            "title": "To be upgraded", member: text,
        },
    )  # fmt: skip
    assert page(looked).says(words)


def test_a_source_is_entered_in_place(grace: Browser, told: Teller) -> None:
    """One commit has both, and the statement rests on it, at its place."""
    looked = grace.look(
        "/desk/new/milestone?facility=juno",
        milestone="upgraded", modality="actual", date="2026-02", title="More tubes",
        sources__0="yearbook", source__title="A new page", source__medium="news",
        source__url="https://example.org/", source__locator="p. 3",
    )  # fmt: skip
    assert looked.status_code == 200, looked.text
    answer = grace.record(looked)
    assert answer.headers["Location"] == "/desk/records/juno?recorded=6"
    source, line = recorded(told.archive, 4)
    assert source["title"] == "A new page"
    assert line["sources"] == [{"id": "yearbook"}, {"id": source["id"], "locator": "p. 3"}]


def test_what_is_wrong_with_it_stands_beside_it(grace: Browser, told: Teller) -> None:
    """Together with what is wrong with the rest; the form keeps both."""
    looked = grace.look(
        "/desk/statements/juno-came/correct",
        date="2025-08-25", why__reason="So.", source__title="A page", source__url="example.org",
    )  # fmt: skip
    assert looked.status_code == 422
    shown = page(looked)
    assert shown.says("Address of the new source : An address begins with")
    assert shown.says("Medium of the new source : It is missing.")
    assert shown.form("preview").value("source.title") == "A page"
    assert head(told.archive) == 4


def test_what_is_corrected_rests_on_the_source_that_comes_with_it(
    grace: Browser, told: Teller
) -> None:
    """At its place in it, as is told before; and beside those that it had."""
    looked = grace.look(
        "/desk/statements/juno-came/correct",
        date="2025-08-25", why__reason="So.", source__title="A page", source__medium="news",
        source__locator="p. 3",
    )  # fmt: skip
    assert page(looked).says("Sources a-page, p. 3")
    assert not page(looked).says("Odd, though it may be recorded")
    form = page(looked).form("preview")
    assert [value for name, value in form.fields if name == "sources.0"] == ["yearbook", "", ""]
    assert form.value("source.locator") == "p. 3"
    grace.record(looked)
    source, line = recorded(told.archive, 4)
    assert "sources" not in line
    assert line["changes"] == {
        "date": "2025-08-25",
        "sources": [{"id": "yearbook"}, {"id": source["id"], "locator": "p. 3"}],
    }


def test_a_form_that_is_wrong_elsewhere_keeps_its_source(grace: Browser) -> None:
    """The source that comes with it is not missed."""
    looked = grace.look(
        "/desk/statements/juno-came/correct",
        date="soon", why__reason="So.", source__title="A page", source__medium="news",
    )  # fmt: skip
    assert looked.status_code == 422
    assert not page(looked).says("No source")
    assert page(looked).form("preview").value("source.title") == "A page"


def test_a_source_may_be_of_the_change_alone(grace: Browser, told: Teller) -> None:
    """And both are at the revision that was looked at."""
    looked = grace.look(
        "/desk/statements/juno-came/correct",
        date="2025-08-25", why__reason="So.", source__title="A page", source__medium="news",
        source__of_change="true",
    )  # fmt: skip
    assert page(looked).says("Its date changes, and what it rests on does not")
    told.tell(
        {"type": "correction", "statement": "juno-came", "changes": {"summary": "x"}, "reason": "y"}
    )
    stale = grace.record(looked)
    assert stale.status_code == 412
    form = page(stale).form("preview")
    assert (form.value("source.title"), form.value("source.of_change")) == ("A page", "true")
    assert form.value("why.sources.0") == ""
    assert grace.record(stale).status_code == 303
    source, line = recorded(told.archive, 5)
    assert line["sources"] == [{"id": source["id"]}]
    assert line["changes"] == {"date": "2025-08-25"}


def test_a_source_is_sent_only_by_a_form_that_takes_one(grace: Browser, told: Teller) -> None:
    """Whatever is sent beside its members."""
    form = grace.page("/desk/new/source").form("preview")
    line = '{"type":"source","id":"x","medium":"book","title":"X"}'
    sent = [("token", form.value("token")), ("line", line), ("source", line), ("key", "k" * 32)]
    assert grace.post(form.action, [*sent, ("do", "record")]).status_code == 422
    other = grace.page("/desk/new/milestone?facility=juno").form("preview")
    sent[2] = ("source", '{"type":"milestone"}')
    assert grace.post(other.action, [*sent, ("do", "record")]).status_code == 422
    assert head(told.archive) == 4


def test_a_fact_has_a_name_and_an_address_is_one(grace: Browser, told: Teller) -> None:
    """Whatever else is wrong; the format takes both, and what stands so already is let be."""
    told.tell({**CAME, "id": "odd", "evidence_url": "x", "attributes": {"": 77}})
    for path, more in (
        ("/desk/new/milestone?facility=juno", {"milestone": "upgraded", "date": "2026-02"}),
        ("/desk/new/milestone?facility=juno", {"milestone": "upgraded", "date": "soon"}),
        ("/desk/statements/juno-came/correct", {"why__reason": "So."}),
    ):
        said = {"modality": "actual", "title": "More tubes", "attributes__1": "77", **more}
        looked = grace.look(path, evidence_url="x", **said)
        assert looked.status_code == 422
        shown = page(looked)
        assert shown.says("Further facts : A fact needs a name, such as cost_usd."), path
        assert shown.says("Address of the text : An address begins with http:// or https://."), path
    assert (
        grace.look("/desk/statements/odd/correct", title="New", why__reason="So.").status_code
        == 200
    )


def test_a_row_of_sources_says_which_it_is_and_what_it_lacks(grace: Browser) -> None:
    """A place alone, and what is no id, with the sources that are near."""
    looked = grace.look(
        "/desk/statements/juno-came/correct",
        title="New", why__reason="So.", sources__0=["yearbook", "A Yearbook", "Nature 2024"],
        why__sources__1="p. 3",
    )  # fmt: skip
    assert looked.status_code == 422
    shown = page(looked)
    assert shown.says(
        "Source 2: A Yearbook is not an id: it takes lower-case letters and digits, joined by"
        " single hyphens. Is one of these meant: yearbook?"
    )
    assert shown.says("Source 3: Nature 2024 is not an id: it takes lower-case letters and digits,")
    assert shown.says("Sources of the change : Source 1: Which source? Its id is missing.")
    assert not shown.says("An id takes lower-case letters")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_required_member_that_is_empty_is_told_by_us(grace: Browser, lang: str) -> None:
    """And not by the browser, which tells one at a time, in its own language."""
    for path in (*[f"/desk/new/{type}" for type in (*CARD_TYPES, *STATEMENT_TYPES)], *CHANGES):
        url = f"{path}?lang={lang}"
        opened = grace.page(url)
        assert " novalidate" in opened.text.partition('id="form"')[2].partition(">")[0]
        needed = {each["name"]: each["id"] for each in opened.inputs if "required" in each}
        assert needed, path
        looked = grace.look(url, **dict.fromkeys(needed, ""))
        assert looked.status_code == 422
        words = "It is missing." if lang == "en" else "缺少此项。"
        for name, id in needed.items():
            listed = re.search(rf'<li><a href="#{id}">.*?</li>', looked.text)
            assert listed, (path, name)
            assert words in listed[0], (path, name, listed[0])


def test_all_that_is_wrong_with_a_plan_takes_one_round(grace: Browser) -> None:
    """What members say together too."""
    looked = grace.look(
        "/desk/new/milestone?facility=juno",
        milestone="upgraded", modality="planned", date="2031", title="No more", dropped="true",
    )  # fmt: skip
    assert page(looked).says("A plan must say when it was stated.")
    assert page(looked).says("A plan that is given up has no date.")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("31/02/2024", "31/02/2024 is not a date: the calendar has no such day"),
        ("2024-13", "2024-13 is not a date: 13 is no month"),
        ("soon", "soon is not a date: write 2013, 2013-05 or 2013-05-06; about 2013: 2013~"),
    ],
)
def test_a_date_is_told_of_plainly_and_the_rest_by_a_link(
    grace: Browser, text: str, words: str
) -> None:
    """At the desk, and in the forms of readers; an empty one has no link."""
    for path in ("/desk/statements/juno-came/correct", "/suggest/statements/juno-came/correct"):
        form = next(
            form for form in grace.page(path).forms if ("date", "2025-08-26") in form.fields
        )
        sent = [(name, text if name == "date" else value) for name, value in form.fields]
        shown = page(grace.post(form.action, [*sent, ("do", "preview")]))
        assert shown.says(f"Date : {words} "), path
        assert shown.text.count("www.loc.gov/standards/datetime") == 1, path
    missing = grace.look("/desk/new/milestone?facility=juno", date="")
    assert "www.loc.gov" not in missing.text
