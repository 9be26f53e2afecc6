"""Many lines at once: looked at, recorded together or not at all, and looked at again."""

from __future__ import annotations

import json

from service.app import create_app
from service.archive import Archive
from tests.service.desk.browser import Browser
from tests.service.desk.story import CAME, head, key_of, other_correction, page, recorded
from tests.story.telling import SOURCE, Teller

BATCH = "\n".join(
    json.dumps(line)
    for line in (
        {"type": "source", "id": "diary", "medium": "book", "title": "A diary"},
        {**CAME, "id": "juno-first", "milestone": "first-light", "sources": [{"id": "diary"}]},
        {"type": "withdrawal", "statement": "juno-plan", "reason": "Misread."},
    )
)


def test_a_batch_records_exactly_what_the_api_does(
    grace: Browser, told: Teller, twin: Archive
) -> None:
    """All lines as one commit, after they were looked at."""
    before = told.log()
    looked = grace.look("/desk/batch", text=BATCH.replace("\n", "\r\n"))
    assert page(looked).says("3 lines")
    assert told.log() == before
    assert grace.record(looked).status_code == 303
    headers = {"Authorization": f"Bearer {key_of(twin, 'curator')}"}
    create_app(twin).test_client().post(
        "/v1/batches", data=BATCH, content_type="application/jsonl", headers=headers
    )
    assert recorded(told.archive, 4) == recorded(twin, 4)
    assert head(told.archive) == 7


def test_a_mark_before_the_text_is_none_of_it(grace: Browser) -> None:
    """As some editors write one, so that JSON after it is no sheet."""
    assert page(grace.look("/desk/batch", text="\ufeff" + BATCH)).says("3 lines")


def test_a_correction_in_a_batch_is_weighed_whatever_its_own_id(grace: Browser) -> None:
    """How the statement would stand beside its rivals is told of the statement."""
    line = {
        "type": "correction",
        "id": "fix-1",
        "statement": "juno-plan",
        "changes": {"date": "2021"},
        "reason": "Misread.",
    }
    looked = grace.look("/desk/batch", text=json.dumps(line))
    assert page(looked).says("It would not hold: a plan gives way to what came. juno-came holds.")


def test_a_bad_batch_tells_each_line(grace: Browser, told: Teller) -> None:
    """Its number, its pointer and why, and nothing is recorded."""
    text = '{"type": "source"}\n\n{"a": 1\n' + json.dumps(
        {**CAME, "id": "x", "date": "soon", "supersedes": "Soon"}
    )
    looked = grace.look("/desk/batch", text=text)
    assert looked.status_code == 422
    for words in (
        "line 1: /id : It is missing.",
        "line 1: /medium : It is missing.",
        "line 1: /title : It is missing.",
        "line 3: it is not JSON",
        "line 4: /date : soon is not a date: write 2013,",
        "line 4: /supersedes : Soon is not an id:",
        "There may be more",
    ):
        assert page(looked).says(words), words
    assert 'name="line"' not in looked.get_data(as_text=True)
    assert page(looked).form("preview").value("text") == text
    assert head(told.archive) == 4
    assert grace.look("/desk/batch", text="\n").status_code == 422


def test_a_batch_too_is_looked_at_again(grace: Browser, told: Teller) -> None:
    """Where a record that it changes has changed; what stands elsewhere does not matter."""
    looked = grace.look("/desk/batch", text=BATCH)
    told.tell({**SOURCE, "id": "elsewhere"})
    other_correction(told, title="JUNO takes data")
    stale = grace.record(looked)
    assert stale.status_code in (412, 422)
    assert page(stale).says("A record changed since you looked")
    assert head(told.archive) == 6
    assert grace.record(stale).status_code == 303
    assert head(told.archive) == 9
    assert all("revision" not in line for line in recorded(told.archive, 6))


def test_what_does_not_fit_what_is_recorded_is_told_in_the_language_of_the_page(
    grace: Browser, told: Teller
) -> None:
    """Each refusal of the chronicle that a curator meets has its words."""
    told.tell({"type": "withdrawal", "statement": "juno-plan", "reason": "Misread."})
    changed = {"changes": {"title": "x"}, "reason": "x"}
    lines = (
        {"type": "correction", "statement": "juno-plan", **changed},
        {"type": "reinstatement", "statement": "juno-came", "reason": "x"},
        {**CAME, "id": "x", "supersedes": "nothing"},
        {"type": "correction", "statement": "juno-came", "revision": 2, **changed},
        {**CAME, "id": "juno-came"},
        {**CAME, "id": "y", "sources": [{"id": "lost"}]},
        {**CAME, "id": "z", "modality": "planned"},
        {**CAME, "id": "z", "dropped": True},
    )
    looked = grace.look("/desk/batch?lang=zh", text="\n".join(map(json.dumps, lines)))
    for words in (
        "juno-plan已被撤回，请先恢复。",
        "juno-came未被撤回。",
        "同一记录中此前没有标识为nothing的内容。",
        "其间juno的记录已有变动。",
        "标识juno-came已被占用",
        "lost",
        "计划必须写明说出日期。",
        "只有计划可以放弃。",
    ):
        assert page(looked).says(words), words
    faults = looked.get_data(as_text=True).partition('id="problems"')[2].partition("</ul>")[0]
    assert 'lang="en"' not in faults
