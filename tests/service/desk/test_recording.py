"""What the forms record: exactly what the API does, once, and only what somebody may."""

from __future__ import annotations

import resource
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from service.app import create_app
from service.archive import LOG, Archive
from tests.service.desk.browser import Browser
from tests.service.desk.story import head, key_of, other_correction, page, recorded
from tests.story.telling import Teller, command

ORDERS: dict[str, tuple[str, dict[str, Any], str, Any]] = {
    "a source": (
        "/desk/new/source",
        {
            "id": "diary",
            "medium": "book",
            "title": "A diary",
            "author": "Lin",
            "date": "1987~",
            "url": "https://example.org/a?b=c&d=e",
        },
        "/v1/sources",
        {
            "id": "diary",
            "medium": "book",
            "title": "A diary",
            "author": "Lin",
            "date": "1987~",
            "url": "https://example.org/a?b=c&d=e",
        },
    ),
    "a facility": (
        "/desk/new/facility",
        {
            "id": "cepc",
            "name": "Circular Electron Positron Collider",
            "name_zh": "环形正负电子对撞机",
            "country": "CN",
            "field": "particle-physics",
            "latitude": "-22.5",
            "longitude": "114",
            "sources__0": ["", "yearbook"],
            "sources__1": ["", "p. 3"],
        },
        "/v1/records",
        {
            "id": "cepc",
            "name": "Circular Electron Positron Collider",
            "name_zh": "环形正负电子对撞机",
            "country": "CN",
            "field": "particle-physics",
            "latitude": -22.5,
            "longitude": 114,
            "sources": [{"id": "yearbook", "locator": "p. 3"}],
        },
    ),
    "a milestone": (
        "/desk/new/milestone?facility=juno&source=yearbook",
        {
            "id": "juno-upgrade",
            "milestone": "upgraded",
            "modality": "planned",
            "date": "2031",
            "stated": "2026-11",
            "title": "JUNO to be upgraded",
            "summary": "First line.\r\nSecond line.",
            "rank": "disputed",
            "supersedes": "",
            "contradicts": "juno-plan, juno-came",
            "attributes__0": ["cost_usd", "note"],
            "attributes__1": ["300000000", "2008 or so"],
            "said_by": "Wang",
            "evidence": "found",
        },
        "/v1/statements",
        {
            "type": "milestone",
            "id": "juno-upgrade",
            "facility": "juno",
            "milestone": "upgraded",
            "modality": "planned",
            "date": "2031",
            "stated": "2026-11",
            "title": "JUNO to be upgraded",
            "summary": "First line.\nSecond line.",
            "rank": "disputed",
            "contradicts": ["juno-plan", "juno-came"],
            "attributes": {"cost_usd": 300000000, "note": "2008 or so"},
            "said_by": "Wang",
            "evidence": "found",
            "sources": [{"id": "yearbook"}],
        },
    ),
    "a plan given up": (
        "/desk/new/milestone?facility=juno",
        {
            "id": "juno-never",
            "milestone": "upgraded",
            "modality": "planned",
            "stated": "2026",
            "dropped": "true",
            "title": "No upgrade",
        },
        "/v1/statements",
        {
            "type": "milestone",
            "id": "juno-never",
            "facility": "juno",
            "milestone": "upgraded",
            "modality": "planned",
            "stated": "2026",
            "dropped": True,
            "title": "No upgrade",
        },
    ),
    "a discovery": (
        "/desk/new/discovery?facility=juno",
        {"id": "ordering", "modality": "actual", "date": "2026", "title": "The ordering"},
        "/v1/statements",
        {
            "type": "discovery",
            "id": "ordering",
            "facility": "juno",
            "modality": "actual",
            "date": "2026",
            "title": "The ordering",
        },
    ),
    "a policy": (
        "/desk/new/policy",
        {
            "id": "five-year",
            "modality": "actual",
            "date": "2021",
            "until": "2025",
            "title": "A plan",
            "country": "CN",
        },
        "/v1/statements",
        {
            "type": "policy",
            "id": "five-year",
            "modality": "actual",
            "date": "2021",
            "until": "2025",
            "title": "A plan",
            "country": "CN",
        },
    ),
    "a reading": (
        "/desk/new/indicator",
        {
            "id": "rd-2024",
            "series": "rd-share",
            "value": "2.69",
            "unit": "%",
            "modality": "actual",
            "date": "2024",
            "title": "R&D",
        },
        "/v1/statements",
        {
            "type": "indicator",
            "id": "rd-2024",
            "series": "rd-share",
            "value": 2.69,
            "unit": "%",
            "modality": "actual",
            "date": "2024",
            "title": "R&D",
        },
    ),
    "an observation": (
        "/desk/new/observation?record=talk",
        {"id": "a-visit", "modality": "actual", "date": "2026-11", "title": "参观"},
        "/v1/statements",
        {
            "type": "observation",
            "id": "a-visit",
            "record": "talk",
            "modality": "actual",
            "date": "2026-11",
            "title": "参观",
        },
    ),
    "a correction": (
        "/desk/statements/juno-came/correct",
        {"date": "2025-08-25", "title": "JUNO takes data", "why__reason": "The log book."},
        "/v1/statements/juno-came/corrections",
        {
            "changes": {"date": "2025-08-25", "title": "JUNO takes data"},
            "reason": "The log book.",
        },
    ),
    "a correction that empties": (
        "/desk/statements/juno-came/correct",
        {
            "sources__0": [""],
            "why__reason": "It does not say so.",
            "why__sources__0": ["yearbook"],
            "why__sources__1": ["p. 9"],
        },
        "/v1/statements/juno-came/corrections",
        {
            "changes": {"sources": None},
            "reason": "It does not say so.",
            "sources": [{"id": "yearbook", "locator": "p. 9"}],
        },
    ),
    "a withdrawal": (
        "/desk/statements/juno-plan/withdraw",
        {"why__reason": "Another machine."},
        "/v1/statements/juno-plan/withdrawals",
        {"reason": "Another machine."},
    ),
    "an amended card": (
        "/desk/records/juno/amend",
        {"acronym": "JUNO", "place": "Kaiping", "why__reason": "It is known."},
        "/v1/records/juno/amendments",
        {"changes": {"acronym": "JUNO", "place": "Kaiping"}, "reason": "It is known."},
    ),
    "an amended source": (
        "/desk/sources/yearbook/amend",
        {"author": "IHEP", "why__reason": "Its cover names it."},
        "/v1/sources/yearbook/amendments",
        {"changes": {"author": "IHEP"}, "reason": "Its cover names it."},
    ),
}
"""A form and what is written into it; a path of the API and the body that says the same."""


@pytest.mark.parametrize("what", ORDERS)
def test_a_form_records_exactly_what_the_api_does(
    grace: Browser, told: Teller, twin: Archive, what: str
) -> None:
    """Looking at it records nothing; the event is the API's, the actor the key's name."""
    path, written, api, body = ORDERS[what]
    before = told.log()
    looked = grace.look(path, **written)
    assert looked.status_code == 200, page(looked).words
    assert told.log() == before
    done = grace.record(looked)
    assert done.status_code == 303
    headers = {"Authorization": f"Bearer {key_of(twin, 'curator')}", "If-Match": "*"}
    answer = create_app(twin).test_client().post(api, json=body, headers=headers)
    assert answer.status_code == 201, answer.get_json()
    assert recorded(told.archive, 4) == recorded(twin, 4)
    assert [line["by"] for line in recorded(told.archive, 4)] == ["grace"]
    after = page(grace.get(done.headers["Location"]))
    assert after.says("Recorded at @5.")


def test_a_withdrawn_statement_can_stand_again(grace: Browser, told: Teller) -> None:
    """Its record shows only how to reinstate it, and that does."""
    grace.record(grace.look("/desk/statements/juno-plan/withdraw", why__reason="Misread."))
    shown = grace.get("/desk/records/juno").get_data(as_text=True)
    assert "/desk/statements/juno-plan/reinstate" in shown
    assert "/desk/statements/juno-plan/withdraw" not in shown
    refused = grace.look("/desk/statements/juno-plan/withdraw", why__reason="Again.")
    assert refused.status_code == 409
    grace.record(grace.look("/desk/statements/juno-plan/reinstate", why__reason="It was right."))
    assert [line["type"] for line in recorded(told.archive, 4)] == ["withdrawal", "reinstatement"]


def test_a_double_click_records_once(grace: Browser, told: Teller) -> None:
    """The form has a key of its own; the second answer is the first."""
    looked = grace.look("/desk/new/source", id="x", medium="book", title="X")
    first, second = grace.record(looked), grace.record(looked)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert head(told.archive) == 5


def test_a_form_sent_again_with_another_line_is_refused(grace: Browser, told: Teller) -> None:
    """A key stands for one line; so does none at all."""
    looked = grace.look("/desk/new/source", id="x", medium="book", title="X")
    grace.record(looked)
    form = page(looked).form("record")
    other = form.value("line").replace('"X"', '"Y"')
    again = grace.post(form.action, [*form.filled({"line": other}), ("do", "record")])
    assert again.status_code == 422
    assert page(again).says("This form was recorded already, at @5.")
    bare = grace.post(form.action, [*form.filled({"key": ""}), ("do", "record")])
    assert bare.status_code == 422
    assert head(told.archive) == 5


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]",
        '{"type":"milestone"}',
        '{"type":"source","id":"y"}',
        '{"type":"source","id":"y","medium":"book","title":"Y","colour":"red"}',
        '{"type":"correction","statement":"juno-came","changes":{"date":"2020"},"reason":"x"}',
    ],
)
def test_a_line_that_the_form_cannot_have_made_is_refused(
    grace: Browser, told: Teller, line: str
) -> None:
    """What its path says of a line is not for the sender to change."""
    form = page(grace.look("/desk/new/source", id="x", medium="book", title="X")).form("record")
    answer = grace.post(form.action, [*form.filled({"line": line}), ("do", "record")])
    assert answer.status_code in (400, 422)
    assert head(told.archive) == 4


def test_a_contributor_mends_only_what_is_their_own(
    app: Flask, told: Teller, grace: Browser
) -> None:
    """By the API's rule: 403 before anything is shown of what would change."""
    lin = Browser(app, key_of(told.archive, "contributor", name="lin"))
    assert "/withdraw" not in lin.get("/desk/records/juno").get_data(as_text=True)
    assert "/withdraw" in grace.get("/desk/records/juno").get_data(as_text=True)
    theirs = lin.look("/desk/statements/juno-came/correct", date="2025", why__reason="x")
    assert theirs.status_code == 403
    assert lin.look("/desk/statements/juno-came/withdraw", why__reason="x").status_code == 403
    mine = lin.look(
        "/desk/new/milestone?facility=juno",
        id="mine",
        milestone="completed",
        modality="actual",
        date="2024",
        title="Built",
    )
    assert lin.record(mine).status_code == 303
    mended = lin.look("/desk/statements/mine/correct", date="2024-11", why__reason="x")
    assert lin.record(mended).status_code == 303
    assert [line["by"] for line in recorded(told.archive, 4)] == ["lin", "lin"]


def test_a_form_that_is_sent_back_as_it_was_changes_nothing(grace: Browser) -> None:
    """It says so, and there is no button to record it."""
    for path in ("/desk/statements/juno-came/correct", "/desk/records/juno/amend"):
        looked = grace.look(path, why__reason="Nothing.")
        assert looked.status_code == 422
        assert page(looked).says("Nothing was changed.")
        assert 'value="record"' not in looked.get_data(as_text=True)


def test_a_form_on_a_full_disk_records_nothing(told: Teller, grace: Browser) -> None:
    """507, and once there is room the same form records it."""
    path, values, *_ = ORDERS["a source"]
    looked_at, before = grace.look(path, **values), head(told.archive)
    limit = Path(f"{told.archive.folder / LOG}-wal").stat().st_size
    of_system = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, of_system[1]))
    try:
        refused = grace.record(looked_at)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, of_system)
    assert (refused.status_code, head(told.archive)) == (507, before)
    assert grace.record(looked_at).status_code == 303
    assert head(told.archive) == before + 1


def test_what_was_changed_since_one_looked_is_looked_at_again(grace: Browser, told: Teller) -> None:
    """The button is one of the form itself: it never drops what was written into it since."""
    path = "/desk/statements/juno-came/correct"
    looked = grace.look(path, title="Began", why__reason="The log book.")
    form = page(looked).form("record")
    sent = [*form.filled({"summary": "At last."}), ("do", "record")]
    again = grace.post(form.action, sent)
    assert again.status_code == 412
    assert page(again).says("You changed the form since you looked")
    assert head(told.archive) == 4
    assert grace.record(again).status_code == 303
    assert recorded(told.archive, 4)[0]["changes"] == {"title": "Began", "summary": "At last."}


def test_lines_that_were_changed_since_one_looked_are_looked_at_again(
    grace: Browser, told: Teller
) -> None:
    """Of many at once too."""
    line = '{"type":"source","id":"x","medium":"book","title":"%s"}'
    form = page(grace.look("/desk/batch", text=line % "A")).form("record")
    again = grace.post(form.action, [*form.filled({"text": line % "B"}), ("do", "record")])
    assert again.status_code == 412
    assert page(again).says("You changed the form since you looked")
    assert not page(again).says("A record changed since you looked")
    assert head(told.archive) == 4
    assert grace.record(again).status_code == 303
    assert recorded(told.archive, 4)[0]["title"] == "B"


@pytest.mark.parametrize("looks_late", [False, True])
def test_sources_that_two_curators_add_both_stay(
    grace: Browser, told: Teller, *, looks_late: bool
) -> None:
    """A list is merged item by item, be it that the other was faster before one looked or after;
    and only what is put into it is shown."""
    for id in ("a", "b"):
        told.tell({"type": "source", "id": id, "medium": "book", "title": id.upper()})
    path, cited = "/desk/statements/juno-came/correct", [{"id": "yearbook"}, {"id": "a"}]
    form = grace.page(path).form("preview")
    sent = form.filled({"sources.0": ["yearbook", "b"], "why.reason": "So it says."})
    if looks_late:
        other_correction(told, sources=cited)
        stale = grace.post(form.action, [*sent, ("do", "preview")])
    else:
        looked = grace.post(form.action, [*sent, ("do", "preview")])
        other_correction(told, sources=cited)
        stale = grace.record(looked)
    assert stale.status_code == 412
    assert page(stale).form("record").value("line").count('"id":') == 3
    preview = stale.text.partition('id="preview"')[2].partition("</dl>")[0]
    assert "<ins>b</ins>" in preview
    assert "<del>" not in preview
    assert "now nothing" not in preview
    assert grace.record(stale).status_code == 303
    last = recorded(told.archive, 7)[0]
    assert last["changes"] == {"sources": [*cited, {"id": "b"}]}


@pytest.mark.parametrize("looks_late", [False, True])
def test_who_withdrew_it_meanwhile_is_told(
    grace: Browser, told: Teller, *, looks_late: bool
) -> None:
    """With when and why, and where it is reinstated, as of whatever else came in between."""
    path = "/desk/statements/juno-came/correct"
    form = grace.page(path).form("preview")
    sent = [*form.filled({"title": "Began", "why.reason": "So."}), ("do", "preview")]
    looked = grace.post(form.action, sent)
    line = {"type": "withdrawal", "statement": "juno-came", "reason": "It never did."}
    told.archive.chronicle.execute(command(line, actor="zhao"))
    late = grace.post(form.action, sent) if looks_late else grace.record(looked)
    assert page(late).says("juno-came is withdrawn: reinstate it first")
    for words in ("This changed while you were editing", "zhao · It never did.", "@5"):
        assert page(late).says(words), words
    assert not page(late).says("Below is what your form would do now")
    assert "/desk/statements/juno-came/reinstate" in late.text
    assert page(late).form("preview").value("title") == "Began"
    assert not page(grace.get(path)).says("This changed while you were editing")
