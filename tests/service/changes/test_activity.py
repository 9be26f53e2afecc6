"""Who did what between two moments of the log: `/v1/activity`."""

from __future__ import annotations

from collections import Counter
from itertools import product
from random import Random
from typing import Any

import pytest
from flask.testing import FlaskClient

from events.catalogue import BY_TYPE
from service.app import create_app
from service.archive import Archive
from service.records.schemas import ActivitySchema
from tests.naive.histories import random_history
from tests.story.telling import (
    SOURCE,
    Clock,
    Teller,
    amendment,
    command,
    correction,
    milestone,
    plan,
    reading,
    statement,
    withdrawal,
)

Answer = dict[str, Any]


@pytest.fixture
def client(juno: Teller) -> FlaskClient:
    """The service over an archive with a source and JUNO, recorded by wang at @1 and @2, to
    which li and wang add until @9."""
    juno.tell(plan("juno-plan", "operation-started", "2020", "2015"), actor="li", on="2026-11-26")
    juno.tell(
        reading("share-2020", "2020", 2.4),
        statement("policy", "plan-14", "2021"),
        on="2026-11-27",
    )
    juno.tell(correction("juno-plan", {"date": "2021"}), actor="li", on="2026-11-28")
    juno.tell(amendment("juno", {"place": "Kaiping"}))
    juno.tell(withdrawal("plan-14"), actor="li")
    juno.tell({**SOURCE, "id": "report"})
    juno.archive.catch_up()
    return create_app(juno.archive).test_client()


def activity(client: FlaskClient, **asked: str) -> Answer:
    """An answer that loads by its schema. `since` stands for `from`, a word of Python's."""
    if "since" in asked:
        asked["from"] = asked.pop("since")
    response = client.get("/v1/activity", query_string=asked)
    assert response.status_code == 200, response.text
    answer: Answer = response.json or {}
    ActivitySchema().load(answer)
    return answer


def positions(answer: Answer) -> list[int]:
    """The positions of the entries."""
    return [entry["position"] for entry in answer["entries"]]


def test_every_event_is_told_the_newest_last(client: FlaskClient) -> None:
    """Without an end, all the log is told: who, what, when, why, and where."""
    answer = activity(client)
    assert answer["from"] == {"known": "@0", "known_at": None}
    assert answer["to"] == {"known": "@9", "known_at": "2026-11-28T12:00:00.000003Z"}
    assert positions(answer) == list(range(1, 10))
    corrected = answer["entries"][5]
    assert {
        name: corrected[name]
        for name in ("actor", "event", "kind", "record", "stream", "statement", "reason")
    } == {
        "actor": "li",
        "event": "StatementCorrected",
        "kind": "facility",
        "record": "juno",
        "stream": "record:juno",
        "statement": "juno-plan",
        "reason": "Misread.",
    }
    assert corrected["patch"] == [
        {"op": "replace", "path": "/statements/juno-plan/date", "value": "2021"}
    ]
    assert answer["next"] is None


def test_totals_count_all_that_is_meant(client: FlaskClient) -> None:
    """By actor, by event and by kind, over the whole stretch and not the page."""
    answer = activity(client, limit="1")
    assert answer["totals"] == {
        "events": 9,
        "actor": {"li": 3, "wang": 6},
        "event": {
            "FacilityRegistered": 1,
            "IndicatorRecorded": 1,
            "MilestoneRecorded": 1,
            "PolicyDecisionRecorded": 1,
            "RecordAmended": 1,
            "SourceRecorded": 2,
            "StatementCorrected": 1,
            "StatementWithdrawn": 1,
        },
        "kind": {"facility": 4, "indicator": 1, "policy": 2, "source": 2},
    }


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"actor": "li"}, [3, 6, 8]),
        ({"actor": "nobody"}, []),
        ({"record": "juno"}, [2, 3, 6, 7]),
        ({"record": "yearbook"}, [1]),
        ({"kind": "source"}, [1, 9]),
        # A correction is of the kind of the record that it mends.
        ({"kind": "policy"}, [5, 8]),
        ({"kind": "facility", "actor": "wang"}, [2, 7]),
        ({"kind": "policy", "record": "juno"}, []),
        ({"since": "@2", "to": "@6"}, [3, 4, 5, 6]),
        # A place within a commit is rounded down to the commit before.
        ({"since": "@4"}, [4, 5, 6, 7, 8, 9]),
        ({"to": "@4"}, [1, 2, 3]),
        ({"since": "@9"}, []),
        # An instant: after the commits recorded by then, up to those recorded by then.
        ({"since": "2026-11-26T12:00:00Z", "to": "2026-11-27T12:00:00Z"}, [4, 5]),
        ({"since": "2026-11-26T00:00:00Z", "to": "2026-11-27T00:00:00+00:00"}, [3]),
        ({"to": "2020-01-01T00:00:00Z"}, []),
    ],
)
def test_events_are_found_by_actor_record_kind_and_moment(
    client: FlaskClient, asked: dict[str, str], expected: list[int]
) -> None:
    """`from` is excluded, `to` included; filters together narrow down, and totals follow."""
    answer = activity(client, **asked)
    assert positions(answer) == expected
    assert answer["totals"]["events"] == len(expected)


def test_pages_go_on_where_the_last_ended(client: FlaskClient) -> None:
    """Each page's `next` leads on at one position of the log, until it is null."""
    found = []
    following: str | None = "/v1/activity?limit=2&kind=facility"
    pages = 0
    while following is not None:
        answer = client.get(following).json
        assert answer is not None
        assert answer["totals"]["events"] == 4
        found += positions(answer)
        following = answer["next"]
        pages += 1
    assert (found, pages) == ([2, 3, 6, 7], 2)


def test_a_stretch_is_pinned_by_its_positions(juno: Teller, client: FlaskClient) -> None:
    """With both ends as positions the answer stands for ever, byte for byte."""
    loose = client.get("/v1/activity?actor=li&from=2026-11-26T00:00:00Z")
    pinned = loose.headers["Content-Location"]
    assert pinned == "/v1/activity?from=@2&to=@9&actor=li&view=8"
    assert loose.headers["Cache-Control"] == "public, no-cache"
    assert (loose.json or {})["pinned"] == pinned
    juno.tell(milestone("juno-ground", "construction-started", "2015"), actor="li")
    juno.archive.catch_up()
    kept = client.get(pinned)
    assert kept.data == loose.data
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert kept.headers["Annales-Position"] == "9"
    again = client.get(pinned, headers={"If-None-Match": kept.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert positions(activity(client, actor="li"))[-1] == 10


@pytest.mark.parametrize(
    ("query", "status", "slug"),
    [
        ("from=yesterday", 422, "validation"),
        ("to=2013", 422, "validation"),
        ("to=2999-01-01T00:00:00Z", 422, "validation"),
        ("from=@5&to=@3", 422, "validation"),
        ("to=@99", 404, "position-ahead"),
        ("record=heps", 404, "no-such-record"),
        # It is recorded later than that.
        ("record=report&to=@8", 404, "no-such-record"),
        ("kind=milestone", 422, "validation"),
        ("limit=2001", 422, "validation"),
        ("after=juno", 422, "validation"),
        ("at=2013", 422, "unknown-parameter"),
        ("view=0", 410, "old-view"),
    ],
)
def test_what_cannot_be_told_is_refused(
    client: FlaskClient, query: str, status: int, slug: str
) -> None:
    """A moment that is none, ends exchanged, a record that is not there: each has its problem."""
    response = client.get(f"/v1/activity?{query}")
    assert response.status_code == status
    assert (response.json or {})["type"] == f"/problems/{slug}"


def test_a_fault_names_the_end_it_is_in(client: FlaskClient) -> None:
    """A bad `from` is told as `from`."""
    response = client.get("/v1/activity?from=yesterday")
    assert [error["parameter"] for error in (response.json or {})["errors"]] == ["from"]


def test_any_history_is_told_as_it_was_recorded(archive: Archive, clock: Clock) -> None:
    """For a random history and any filters, the events are those of the lines, counted likewise."""
    chance = Random(7)
    actors = ("wang", "li")
    recorded: list[tuple[str, str, str, Answer]] = []
    kinds: dict[str, str] = {}
    owners: dict[str, str] = {}
    for batch in random_history(chance, lines=80):
        actor = chance.choice(actors)
        archive.chronicle.execute(command(*batch, actor=actor))
        clock.now += 1
        for line in batch:
            owner: str = line.get("record") or line.get("series") or line.get("id") or ""
            if line["type"] == "milestone":
                owner = line["facility"]
            elif "statement" in line:
                owner = owners[line["statement"]]
            owners.setdefault(line.get("id", ""), owner)
            kind = "facility" if line["type"] == "milestone" else line["type"]
            kinds.setdefault(owner, kind)
            recorded.append((actor, owner, kinds[owner], line))
    archive.catch_up()
    client = create_app(archive).test_client()
    records = (None, *chance.sample(sorted(kinds), k=4))
    for who, record, kind in product((None, *actors), records, (None, "facility", "source")):
        asked = {"actor": who, "record": record, "kind": kind}
        answer = activity(
            client, **{name: value for name, value in asked.items() if value is not None}
        )
        expected = [
            (position, line)
            for position, (by, owner, what, line) in enumerate(recorded, start=1)
            if who in (None, by) and record in (None, owner) and kind in (None, what)
        ]
        assert [(entry["position"], entry["line"]) for entry in answer["entries"]] == expected
        events = Counter(BY_TYPE[line["type"]].EVENT for _, line in expected)
        assert answer["totals"]["event"] == events
        assert answer["totals"]["events"] == len(expected)
