"""Every question is followed: what its items say lies between two answers, in any history."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from random import Random
from urllib.parse import urlencode

import jsonpatch
import pytest

from service.follows import feed, followed
from service.follows.followable import FOLLOWABLE, NOT_FOLLOWABLE, PATHS, Followable, why_not
from service.state.answer import SECTIONS
from tests.naive.histories import logged, random_history, random_instants, random_question
from tests.naive.model import Logged, Naive, day_of
from tests.service.asked import DESCRIPTION, FOREVER
from tests.service.follows.asker import (
    BY_HAND,
    EACH,
    GROUND,
    RUNS,
    Answer,
    Asker,
    body,
    described_path,
    positions,
)
from tests.story.telling import (
    JUNO,
    NOON,
    SOURCE,
    Teller,
    correction,
    facility,
    kept,
    milestone,
    plan,
    reading,
    reinstatement,
    statement,
    withdrawal,
)

# --- every question


def test_every_question_is_followed_or_it_is_said_why_not() -> None:
    """Each GET of the description is in one of the two lists, and nothing else is."""
    gets = {path for path, operations in DESCRIPTION["paths"].items() if "get" in operations}
    for path in gets:
        assert (path in PATHS) != (why_not(path) is not None), path
    assert set(PATHS) <= gets
    for path in NOT_FOLLOWABLE:
        assert any(why_not(each) == NOT_FOLLOWABLE[path] for each in gets), path


def test_what_can_be_followed_takes_what_the_question_takes() -> None:
    """Each parameter of the question, but for those that move, cut and prove it."""
    for kind in FOLLOWABLE:
        operation = DESCRIPTION["paths"][kind.path]["get"]
        takes = {each["name"] for each in operation["parameters"] if each["in"] == "query"}
        assert set(kind.takes) == takes - {
            "known", "to_known", "epoch", "view", "limit", "after", "format", "proof",
        }, kind.path  # fmt: skip
        assert kind.question.is_paged == ("limit" in takes), kind.path


def test_each_path_has_its_question_here() -> None:
    """So that a new one is tried by the tests below."""
    missing = set(PATHS) - {described_path(of) for of in EACH}
    assert missing == set(), f"add a URL of each to BY_HAND in {__file__}"


@pytest.mark.parametrize("of", EACH)
def test_an_item_stands_between_two_pinned_answers(juno: Teller, asker: Asker, of: str) -> None:
    """The pinned bytes before and after really differ, by just what the item says; and what
    concerns nobody is told to nobody."""
    for line in (
        GROUND,
        plan("hope", "operation-started", "2018", "2013"),
        statement("policy", "five-years", "2016", until="2020", country="CN"),
        reading("rd-2015", "2015", 2.06, country="CN"),
        correction("ground", {"date": "2015-02"}),
        withdrawal("hope"),
        reinstatement("hope"),
        plan("later", "operation-started", "2020", "2016-06", supersedes="hope"),
        milestone("ran", "operation-started", "2015-06", stated="2015-07"),
        withdrawal("ground"),
    ):
        juno.tell(line)
    items = asker.walk(of)
    assert items or of not in BY_HAND  # those were chosen to be altered by these lines
    altered = positions(items)
    for item in items:
        texts = [
            None if url is None else asker.client.get(url)
            for url in (item["previous"], item["url"])
        ]
        documents: list[Answer] = []
        for url, text in zip((item["previous"], item["url"]), texts, strict=True):
            if text is None:
                documents.append({})
                continue
            assert text.status_code == 200, text.text
            assert text.headers["Cache-Control"] == FOREVER
            assert body(text)["pinned"] == url
            documents.append(compared(of, body(text)))
        before, after = documents
        assert before != after
        assert applied(item["changes"], before) == after
    juno.tell({**SOURCE, "id": "unheard-of"})
    assert positions(asker.walk(of)) == altered


def compared(of: str, answer: Answer) -> Answer:
    """An answer as its patches see it: without where it stands and the marks of rows, lists by the
    names of rows."""
    answer = unmarked(answer)
    path = of.partition("?")[0]
    kind = next(kind for kind in FOLLOWABLE if kind.question.id_in(path) is not None)
    rows = kind.rows
    if "during" in answer and "facilities" in answer:
        rows["facilities"] = ("id", "status")
    kept = {name: value for name, value in answer.items() if name not in feed.PLACES}
    for end in ("to", "a", "b"):
        if isinstance(kept.get(end), dict):
            kept[end] = {
                name: value for name, value in kept[end].items() if name not in feed.PLACES
            }
    for name, named_by in rows.items():
        if name in kept:
            named = {}
            for row in kept[name]:
                parts = [
                    *(
                        part
                        for member in named_by
                        for part in (
                            row[member].values() if isinstance(row[member], dict) else [row[member]]
                        )
                    )
                ]
                passed = {
                    key: value for key, value in row.items() if key not in kind.follow.passing
                }
                named[":".join(map(str, parts))] = passed
            assert len(named) == len(kept[name])
            kept[name] = named
    return kept


def unmarked(answer: Answer) -> Answer:
    """An answer without what other statements make of its rows."""
    text = json.dumps(answer)
    text = re.sub(r'"contested": true(, )?|"last_said": "[-+0-9]+"(, )?', "", text)
    unmarked: Answer = json.loads(re.sub(r", }", "}", text))
    return unmarked


def applied(changes: Answer, before: Answer) -> Answer:
    """The document with the changes of an item applied to it."""
    counts = changes["counts"]
    assert all(len(changes[name]) == counts[name] for name in ("added", "removed", "changed"))
    after: Answer = jsonpatch.apply_patch(before, changes["patch"])
    section_of = {kind: section for section, kind in SECTIONS.items()}
    for row in changes["added"]:
        rows = after[section_of[row["kind"]]]
        assert row["id"] not in rows
        rows[row["id"]] = row["row"]
    for row in changes["removed"]:
        assert after[section_of[row["kind"]]].pop(row["id"]) == row["row"]
    for row in changes["changed"]:
        rows = after[section_of[row["kind"]]]
        rows[row["id"]] = jsonpatch.apply_patch(rows[row["id"]], row["patch"])
    return after


def test_a_record_begins_with_nothing_before_it(juno: Teller, asker: Asker) -> None:
    """Before it was recorded there was no answer: no URL, and all of it is new."""
    item = asker.feed("/v1/records/juno?at=2016&stated=2027")["items"][0]
    assert (item["position"], item["previous"]) == (2, None)
    assert {operation["op"] for operation in item["changes"]["patch"]} == {"add"}
    juno.tell(GROUND)
    item = asker.feed("/v1/statements/ground?at=2016&stated=2027")["items"][0]
    assert (item["position"], item["previous"]) == (3, None)


def test_a_statement_is_followed_with_all_that_it_shows(juno: Teller, asker: Asker) -> None:
    """Its rivals, its sources, those who contradict it; nothing from before it named them."""
    juno.tell({**SOURCE, "id": "diary"})  # 3
    juno.tell(facility("heps"))  # 4
    juno.tell(GROUND)  # 5
    juno.tell(
        {
            "type": "amendment",
            "source": "diary",
            "changes": {"title": "Her diary"},
            "reason": "Misread.",
        }
    )  # 6 is not cited yet
    juno.tell(correction("ground", {"sources": [{"id": "diary"}]}))  # 7
    juno.tell(
        {
            "type": "amendment",
            "source": "diary",
            "changes": {"title": "His diary"},
            "reason": "Misread.",
        }
    )  # 8
    juno.tell(
        {
            "type": "amendment",
            "source": "yearbook",
            "changes": {"title": "The yearbook"},
            "reason": "Misread.",
        }
    )  # 9 is cited no longer
    juno.tell(milestone("rival", "construction-started", "2014", stated="2016"))  # 10
    juno.tell(milestone("doubt", "upgraded", "2016", facility="heps", contradicts=["ground"]))  # 11
    juno.tell(withdrawal("doubt"))  # 12
    juno.tell(RUNS)  # 13 is another entry
    of = "/v1/statements/ground?at=2016&stated=2027"
    items = asker.feed(of)["items"]
    assert positions(items) == [5, 7, 8, 10, 11, 12]
    assert [event["statement"] for event in items[4]["events"]] == ["doubt"]


# --- any history


@pytest.fixture(scope="module", params=range(3))
def story(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Random, Asker, list[Logged]]]:
    """A random history, as the archive and as the naive model have it."""
    chance = Random(request.param)
    batches = random_history(chance, lines=70)
    instants = random_instants(chance, len(batches))
    with kept(tmp_path_factory.mktemp("story"), batches, instants) as archive:
        yield chance, Asker(archive), logged(batches, instants)


def test_a_state_is_followed_just_where_the_naive_model_has_it_change(
    story: tuple[Random, Asker, list[Logged]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The positions of the feed are those at which the naive state, asked at every commit one
    after another, is another than at the one before: clocks still, or as of each commit's day."""
    monkeypatch.setattr(followed, "EAGER", 1)
    chance, asker, log = story
    naive = Naive(log)
    days = {line.position: line.recorded_at[:10] for line in log}
    heads = sorted(days)
    for _ in range(25):
        question = random_question(chance, log)
        del question["known"]
        for clock in ("at", "stated"):
            if chance.random() < 0.25 and "during" not in question:
                del question[clock]
        altered = []
        before = None
        for head in heads:
            if before is None:
                before = naive_state(naive, question, known=0, day=days[head])
            after = naive_state(naive, question, known=head, day=days[head])
            if after != before:
                altered.append(head)
            before = after
        if "during" in question:
            del question["at"]  # it takes its place
        of = f"/v1/state?{urlencode(question)}"
        assert positions(asker.walk(of, limit=chance.choice("137"))) == altered, of


@pytest.mark.parametrize(
    "clocks",
    [
        {"at": "-9000000-12-31", "stated": "2026-12-31"},
        {"at": "+9000000-12-31", "stated": "+9999999-12-31"},
        {"at": "-9000000-12-31", "stated": "-9000000-12-31"},
    ],
)
def test_so_is_a_state_of_far_days(teller: Teller, clocks: dict[str, str]) -> None:
    """Rows that end on days beyond what the columns of the views hold, and rows of which one was
    said to end on such a day, are behind an answer too."""
    lines = [
        SOURCE,
        JUNO,
        milestone("old", "proposed", "Y-10000000", stated="2001"),
        milestone("new", "approved", "Y-7000000", stated="2001"),
        milestone("checked", "accepted", "Y-9950000", stated="Y-9900000"),
        milestone("built", "completed", "Y8000000", stated="2001"),
        milestone("run", "operation-started", "Y9500000", stated="2001"),
        plan("hope", "upgraded", "Y-9500000", "Y-9800000"),
        milestone("better", "upgraded", "Y-9400000", stated="Y-7000000"),
        *map(withdrawal, ("hope", "run", "old", "new", "built")),
    ]
    for line in lines:
        teller.tell(line)
    log = logged([[line] for line in lines], [NOON] * len(lines))
    states = [naive_state(Naive(log), clocks, known=known, day="") for known in range(len(log) + 1)]
    altered = [known for known in range(1, len(states)) if states[known] != states[known - 1]]
    assert altered
    of = f"/v1/state?{urlencode(clocks)}"
    for limit in "19":
        assert positions(Asker(teller.archive).walk(of, limit=limit)) == altered


def naive_state(naive: Naive, question: Answer, *, known: int, day: str) -> Answer:
    """The naive answer without its clocks; what is not given of them is the day."""
    asked = {"at": day, "stated": day, **question}
    state: Answer = json.loads(json.dumps(naive.state(known=known, marked=False, **asked)))
    return {name: state[name] for name in state if name not in feed.PLACES}


def test_other_questions_are_followed_just_where_their_answer_changes(
    story: tuple[Random, Asker, list[Logged]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each path, at clocks near the edges: the commits of the feed are those of brute force, from
    the beginning on and from the end back."""
    monkeypatch.setattr(followed, "EAGER", 1)
    chance, asker, log = story
    days = {line.position: line.recorded_at[:10] for line in log}
    heads = sorted(days)
    asker.archive.catch_up()
    for of in some_questions(chance, log):
        path, _, query = of.partition("?")
        altered = []
        before = None
        for head in heads:
            if before is None:
                day = dict.fromkeys(default_days(of), days[head])
                before = seen(asker, f"{path}?{query}&known=@0&{urlencode(day)}", of)
            after = seen(asker, f"{path}?{query}&known=@{head}", of)
            if after != before:
                altered.append(head)
            before = after
        assert positions(asker.walk(of, limit=chance.choice("29"))) == altered, of
        assert asker.walk_back(of, limit=chance.choice("29")) == altered[::-1], of


def some_questions(chance: Random, log: list[Logged]) -> Iterator[str]:
    """Questions of each path but `/v1/state`, some with clocks that stand still."""
    ids: dict[str, list[str]] = {"record": [], "statement": [], "source": []}
    for each in log:
        type = each.line["type"]
        if type in ("facility", "source"):
            ids["source" if type == "source" else "record"].append(each.line["id"])
        elif "id" in each.line and "date" in each.line:
            ids["statement"].append(each.line["id"])
    for kind in FOLLOWABLE[1:]:
        for still in (True, True, False):
            path = kind.path
            if kind.question.space is not None:
                path = path.replace("{id}", chance.choice(ids[kind.question.space]))
            given = some_parameters(chance, log, kind, still=still)
            yield f"{path}?{urlencode(given)}"


NEEDED = {
    "/v1/compare": {"to_at": "2012"},
    "/v1/trends": {"from": "1990", "to": "2020", "by": "country,field"},
    "/v1/search": {"q": "the"},
    "/v1/transitions": {"from": "1990", "to": "2020"},
}
"""What some questions are asked with."""


def some_parameters(
    chance: Random, log: list[Logged], kind: Followable, *, still: bool
) -> dict[str, str]:
    """Clocks near the edges, which a question takes if it is to stand still; and filters."""
    asked = random_question(chance, log)
    names = ["at", "stated"]
    if "during" in asked and "during" in kind.clocks:
        names = ["during", "stated"]
    clocks: dict[str, str] = {name: asked[name] for name in names if name in kind.clocks}
    if "to_stated" in kind.clocks:
        later = random_question(chance, log)["stated"]
        clocks["stated"], clocks["to_stated"] = sorted([clocks["stated"], later], key=day_of)
    filters: dict[str, str] = {
        name: asked[name]
        for name in ("country", "region", "field", "class")
        if name in asked and name in kind.takes and kind.path != "/v1/compare"
    }
    if "disputed" in kind.takes and chance.random() < 0.5:
        filters = {"disputed": "true"}
    if kind.path == "/v1/trends":
        filters.pop("region", None)  # there are none of an indicator
        filters["measure"] = chance.choice(["status", "discoveries", "policies", "indicator"])
        if filters["measure"] != "indicator" and chance.random() < 0.5:
            filters["region"] = "europe"
    return {**(clocks if still else {}), **NEEDED.get(kind.path, {}), **filters}


def default_days(of: str) -> list[str]:
    """The clocks that a question leaves to the day of each commit, before the first of all."""
    names = re.findall(r"[?&](at|during|stated)=", of)
    path = of.partition("?")[0]
    missing = (
        [] if {"at", "during"} & set(names) or path in ("/v1/trends", "/v1/transitions") else ["at"]
    )
    return missing if "stated" in names else [*missing, "stated"]


def seen(asker: Asker, url: str, of: str) -> Answer | None:
    """What a question answers, as it is compared; None for a 404."""
    response = asker.client.get(url)
    if response.status_code == 404:
        return None
    assert response.status_code == 200, response.text
    return compared(of, body(response))
