"""What is told before it is recorded: what would change, what holds and why, who was faster."""

from __future__ import annotations

import json
import re

import pytest

from service.archive import Archive
from service.pages.desk.page import record_members
from service.pages.desk.preview import MOST_WEIGHED
from service.pages.desk.room import Desk
from service.pages.shell.here import Here
from service.pages.shell.pager import ROWS, Pager
from service.words.speech import Speech
from tests.service.asked import LINES, Reader
from tests.service.desk.browser import Browser
from tests.service.desk.story import head, other_correction, page, recorded
from tests.story.telling import JUNO, Teller, amendment, milestone, plan


def test_what_would_change_is_told_in_words(grace: Browser) -> None:
    """Members from what to what, spans that end and begin, rivals, and why they give way."""
    looked = grace.look("/desk/statements/juno-came/correct", date="2025-08-25", why__reason="x")
    text = looked.get_data(as_text=True)
    assert "<del>26 August 2025 (2025-08-26)</del>" in text
    assert "<ins>25 August 2025 (2025-08-25)</ins>" in text
    assert "<del>Status: operating, from 26 August 2025 on</del>" in text
    assert "<ins>Status: operating, from 25 August 2025 on</ins>" in text
    assert page(looked).says("holds It would hold.")
    assert page(looked).says("To run from 2020 juno-plan 2020 planned")
    assert page(looked).says("a plan gives way to what came")
    assert page(looked).says("as grace, at revision 3")


DISPUTED = sorted(
    {line["facility"] for line in LINES if line.get("rank") and line["type"] == "milestone"}
)


@pytest.mark.parametrize("id", DISPUTED)
def test_a_statement_stands_at_the_desk_as_on_the_page_of_its_record(
    shipped: Archive, reader: Reader, id: str
) -> None:
    """What is shown and moves nothing holds on neither."""
    desk = Desk(service=shipped, here=Here("/desk", {}), lang="en", say=Speech("en"))
    entries = record_members(desk, id, Pager(desk.here, skipped=0))["entries"].values()
    at_the_desk = {row["id"]: row["word"] for rows in entries for row in rows}
    text = reader.ask(f"/records/{id}").get_data(as_text=True)
    rows = re.findall(r'<tr id="st-([^"]+)".*?<span class="tag[^>]*>([^<]+)<', text, re.DOTALL)
    on_its_page = {statement: word for statement, word in rows if statement in at_the_desk}
    assert on_its_page == at_the_desk


def test_what_moves_nothing_is_not_said_to_hold(grace: Browser, told: Teller) -> None:
    """Neither in a record nor before it is recorded nor beside a rival."""
    ended = milestone("juno-ended", "decommissioned", "2026-01", title="Ended", rank="disputed")
    told.tell(ended)
    text = grace.get("/desk/records/juno").get_data(as_text=True)
    assert '<span class="tag">disputed</span>' in text.partition('id="st-juno-ended"')[2]
    looked = grace.look("/desk/statements/juno-ended/correct", date="2026-02", why__reason="x")
    assert page(looked).says("disputed It would be shown and move nothing")
    assert '<span class="tag holds">' not in looked.get_data(as_text=True)
    withdrawn = grace.look("/desk/statements/juno-ended/withdraw", why__reason="x")
    assert page(withdrawn).says("It would be withdrawn, and nothing else tells of this.")


def test_a_plan_that_is_over_is_not_said_to_hold(grace: Browser, told: Teller) -> None:
    """Though its entry has nothing else to show: what was to run was cancelled."""
    told.tell({**JUNO, "id": "ssc", "name": "SSC"})
    told.tell(plan("up", "operation-started", "1999", "1987", facility="ssc"))
    told.tell(milestone("end", "cancelled", "1993", facility="ssc"))
    looked = grace.look("/desk/statements/up/correct", title="Upgrade", why__reason="x")
    assert page(looked).says("dropped It would be shown, but the plan is over.")
    assert '<span class="tag holds">' not in looked.get_data(as_text=True)
    rows = grace.get("/desk/records/ssc").get_data(as_text=True).partition('id="st-up"')[2]
    assert '<span class="tag">dropped</span>' in rows.partition("</tr>")[0]


def test_a_new_rival_that_loses_is_told_why(grace: Browser) -> None:
    """Said later, it would hold; a plan beside what came would not."""
    common = {"milestone": "operation-started", "title": "Again", "sources__0": "yearbook"}
    path = "/desk/new/milestone?facility=juno"
    late = {"id": "later", "modality": "actual", "date": "2025-09", "stated": "2026"}
    wins = grace.look(path, **common, **late)
    assert page(wins).says("holds It would hold.")
    assert page(wins).says("holds until now")
    assert page(wins).says("something was said later")
    hope = {"id": "hope", "modality": "planned", "date": "2027", "stated": "2026"}
    loses = grace.look(path, **common, **hope)
    assert page(loses).says("It would not hold: a plan gives way to what came. juno-came holds.")


def test_an_amended_card_is_told_before_and_after(grace: Browser) -> None:
    """It is not said that nothing would change; of a source neither."""
    written = {"name": "Jiangmen Observatory", "acronym": "JUNO", "why__reason": "x"}
    looked = grace.look("/desk/records/juno/amend", **written)
    text = looked.get_data(as_text=True)
    assert page(looked).says("How the record of juno would read")
    assert "<li><del>Name: JUNO</del></li>" in text
    assert "<li><ins>Name: Jiangmen Observatory</ins></li>" in text
    assert "<li><ins>Acronym: JUNO</ins></li>" in text
    assert not page(looked).says("would stay as it is")
    emptied = grace.look("/desk/sources/yearbook/amend", title="A book", why__reason="x")
    assert page(emptied).says("How the source yearbook would read No longer Title: A yearbook")
    title = grace.look("/desk/statements/juno-came/correct", title="Began", why__reason="x")
    assert page(title).says("What follows from the statements of juno would stay as it is.")


def test_when_it_was_said_is_told_as_its_source_gives_it(grace: Browser, told: Teller) -> None:
    """A month stays a month, and what was said as it happened has no day of its own."""
    told.tell(plan("vague", "operation-started", "2021", "2019-05", title="Vaguely said"))
    for lang, month, assumed in (
        ("en", "May 2019", "not given; counted as said at the time"),
        ("zh", "2019年5月", "未注明（按当时计）"),
    ):
        path = f"/desk/statements/juno-plan/correct?lang={lang}"
        looked = page(grace.look(path, title="Better", why__reason="x"))
        assert looked.says(f"vague 2021{'年' if lang == 'zh' else ''} ")
        assert looked.says(month)
        assert looked.says(assumed)
        assert not looked.says("31 May 2019")
        assert not looked.says("5月31日")


def test_it_is_told_what_it_means_to_hold(grace: Browser) -> None:
    """Where rivals are weighed, and in the list of statements."""
    means = "Of the statements of one entry, the record goes by the one that holds."
    looked = grace.look("/desk/statements/juno-came/withdraw", why__reason="x")
    assert page(looked).says(means)
    assert page(looked).says("“Holds until now” is the one by which it goes today.")
    assert grace.page("/desk/records/juno").says(means)
    new = grace.look("/desk/new/source", id="x", medium="book", title="X")
    assert not page(new).says(means)


def test_what_is_withdrawn_is_shown_before_anything_is_looked_at(
    grace: Browser, told: Teller
) -> None:
    """Its title, its date and its sources, by their titles; so is what would stand again."""
    cited = [{"id": "yearbook", "locator": "p. 9"}]
    told.tell(milestone("cited", "completed", "2024-11", title="Built", sources=cited))
    for what in ("withdraw", "reinstate"):
        shown = grace.page(f"/desk/statements/cited/{what}")
        assert shown.says("Date November 2024 (2024-11) Title Built")
        assert shown.says("Sources A yearbook (yearbook), p. 9")


def test_warnings_and_likely_doubles_are_told(grace: Browser) -> None:
    """Both are odd, and neither forbids anything."""
    looked = grace.look(
        "/desk/new/milestone?facility=juno",
        id="double",
        entry="juno/second-start",
        milestone="operation-started",
        modality="actual",
        date="2025-08-26",
        title="Starts",
    )
    assert page(looked).says("rests on no source")
    assert page(looked).says("Perhaps the same event under another entry")
    assert grace.record(looked).status_code == 303


def test_what_is_shown_as_one_types_records_nothing(grace: Browser, told: Teller) -> None:
    """It is the same look, without the page around it and without its button."""
    form = grace.page("/desk/statements/juno-came/correct").form("preview")
    before = told.log()
    filled = form.filled({"date": "2025-08-25", "why.reason": "x"})
    answer = grace.post(form.action, [*filled, ("do", "live")])
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "<ins>25 August 2025 (2025-08-25)</ins>" in text
    assert "<html" not in text
    assert "<form" not in text
    assert told.log() == before


def test_a_stale_look_shows_what_changed_and_what_would_happen_now(
    grace: Browser, told: Teller
) -> None:
    """412, with who changed what and why; recorded from there, both changes stand."""
    looked = grace.look("/desk/statements/juno-came/correct", date="2025-08-25", why__reason="x")
    other_correction(told, title="JUNO takes data", summary="A summary.")
    stale = grace.record(looked)
    assert stale.status_code == 412
    assert page(stale).says("This changed while you were editing")
    assert page(stale).says("zhao · Faster.")
    assert "<del>Takes data</del> <ins>JUNO takes data</ins>" in stale.get_data(as_text=True)
    assert head(told.archive) == 5
    assert page(stale).form("preview").value("title") == "JUNO takes data"
    assert grace.record(stale).status_code == 303
    last = recorded(told.archive, 5)[-1]
    assert last["changes"] == {"date": "2025-08-25"}
    kept = told.archive.chronicle.stream("record:juno")
    assert len(kept) == 5


def test_a_form_that_was_opened_before_a_change_tells_so_when_looked_at(
    grace: Browser, told: Teller
) -> None:
    """It does not undo what somebody else changed."""
    form = grace.page("/desk/statements/juno-came/correct").form("preview")
    other_correction(told, title="JUNO takes data")
    sent_back = form.filled({"date": "2025-08-25", "why.reason": "x"})
    looked = grace.post(form.action, [*sent_back, ("do", "preview")])
    assert looked.status_code == 412
    assert page(looked).says("zhao · Faster.")
    grace.record(looked)
    assert recorded(told.archive, 5)[-1]["changes"] == {"date": "2025-08-25"}


def test_a_card_that_somebody_else_amended_is_looked_at_again(grace: Browser, told: Teller) -> None:
    """It is told what they changed; recorded from there, both changes stand."""
    looked = grace.look("/desk/records/juno/amend", place="Kaiping", why__reason="x")
    told.tell(amendment("juno", {"acronym": "JUNO"}))
    stale = grace.record(looked)
    assert stale.status_code == 412
    assert page(stale).says("This changed while you were editing")
    assert page(stale).form("preview").value("acronym") == "JUNO"
    assert grace.record(stale).status_code == 303
    assert recorded(told.archive, 5)[0]["changes"] == {"place": "Kaiping"}


def test_a_statement_that_was_looked_at_beside_other_rivals_is_looked_at_again(
    grace: Browser, told: Teller
) -> None:
    """A new one too is recorded beside the rivals that were shown, or shown anew."""
    looked = grace.look(
        "/desk/new/milestone?facility=juno",
        id="x",
        milestone="completed",
        modality="actual",
        date="2024",
        title="Built",
    )
    told.tell(milestone("y", "completed", "2023", title="Built earlier"))
    stale = grace.record(looked)
    assert stale.status_code == 412
    assert page(stale).says("Built earlier")
    assert grace.record(stale).status_code == 303
    assert head(told.archive) == 6


def test_a_long_record_comes_in_pages_at_the_desk(grace: Browser, told: Teller) -> None:
    """Each statement stands on one of them, and the links keep the language."""
    told.tell(
        *(
            milestone(f"m-{number}", "upgraded", "2026", entry=f"juno/upgraded/{number}")
            for number in range(2 * ROWS)
        )
    )
    address, found = "/desk/records/juno?lang=en", []
    while address:
        text = grace.get(address).get_data(as_text=True)
        on_page = re.findall(r'<tr id="st-([^"]+)"', text)
        assert len(on_page) <= ROWS
        found += on_page
        following = re.search('<a rel="next" href="([^"]+)"', text)
        address = "" if following is None else following[1].replace("&amp;", "&")
    assert (len(found), len(set(found))) == (2 * ROWS + 2, 2 * ROWS + 2)
    assert grace.get("/desk/records/juno?after=x", Accept="application/json").status_code == 400


def test_a_look_at_many_lines_shows_the_first_and_counts_the_others(grace: Browser) -> None:
    """What would be written, what reads otherwise, and what stands beside it."""
    lines = [milestone(f"m-{number}", "upgraded", "2026") for number in range(ROWS + 7)]
    looked = grace.look("/desk/batch", text="\n".join(map(json.dumps, lines)))
    shown = looked.get_data(as_text=True).partition("What would be written")[2]
    written, _, weighed = shown.partition("Beside its rivals")
    assert (written.count("<h4>"), "7 more" in written) == (ROWS, True)
    assert weighed.count("<caption") == MOST_WEIGHED
    assert f"{ROWS + 7 - 1 - MOST_WEIGHED} more" in weighed
    assert f"{ROWS + 7 - MOST_WEIGHED} more" in weighed
