"""A pinned answer never changes, byte for byte; any other is asked for again, and cheaply so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlsplit

import pytest
from werkzeug.test import TestResponse

from projections import VIEW
from service.archive import Archive
from service.web.kept import may_be_pinned
from tests.service.asked import (
    ASK_AGAIN,
    FOREVER,
    IN_ORDER,
    PATHS,
    QUESTIONS,
    Asked,
    Reader,
    examples_beyond,
    url,
)
from tests.story.telling import (
    SOURCE,
    Clock,
    Teller,
    amendment,
    correction,
    facility,
    milestone,
    plan,
    reading,
    reinstatement,
    statement,
    withdrawal,
)

BY_HAND = (
    "/v1/diff?at=2016&to_at=2026",
    "/v1/activity",
    "/v1/search?q=JUNO",
    "/v1/state",
    "/v1/state?at=2020&stated=2017",
    "/v1/state?at=2030",
    "/v1/state?during=2025",
    "/v1/state?country=CN&limit=1",
    "/v1/records",
    "/v1/records?kind=facility&limit=1",
    "/v1/records/juno",
    "/v1/records/juno?at=2020&stated=2017",
    "/v1/records/juno/timeline",
    "/v1/records/juno/history",
    "/v1/records/juno/history?limit=1",
    "/v1/statements/plan",
    "/v1/statements/came",
    "/v1/sources/yearbook",
    "/v1/slips",
    "/v1/slips?sort=slip&limit=1",
    "/v1/records/juno/slips",
    "/v1/overdue?at=2030&stated=2024",
    "/v1/due?stated=2017&within=P5Y",
    "/v1/trends?from=2014&to=2026",
    "/v1/transitions?from=2010&to=2030&stated=2026",
    "/v1/trends?from=2014&to=2026&measure=indicator",
    "/v1/hindsight?at=2025&stated=2017",
    "/v1/compare?at=2016&to_at=2026",
    "/v1/compare?record=juno&to_stated=2017&stated=2016",
    "/v1/vintages?record=juno",
    "/v1/follows?of=/v1/state",
    "/v1/follows?of=/v1/slips?at%3D2026%26stated%3D2026",
)
"""What is asked of the small archive, some of it in more than one way."""


def described_path(ask: str) -> str:
    """The path of a URL of the small archive as its question has it."""
    return re.sub(r"/(?:juno|plan|came|yearbook)(?=/|$)", "/{id}", ask.partition("?")[0])


ASKS = (*BY_HAND, *examples_beyond({described_path(ask) for ask in BY_HAND}))
"""What is asked of the small archive before and after each change."""


@contextmanager
def statements(archive: Archive) -> Iterator[list[str]]:
    """The SQL that this thread runs on the views meanwhile."""
    run: list[str] = []
    connection = archive.views.db().conn
    connection.set_trace_callback(run.append)
    try:
        yield run
    finally:
        connection.set_trace_callback(None)


@pytest.fixture
def told(juno: Teller) -> Teller:
    """JUNO with a plan, what came, a policy and a reading, one commit each."""
    for line in (
        milestone("begun", "construction-started", "2015-01-10"),
        plan("plan", "operation-started", "2020", "2016"),
        milestone("came", "operation-started", "2025-08-26"),
        statement("policy", "five-years", "2021", until="2025", country="CN"),
        reading("rd-2024", "2024", 2.68, country="CN"),
        facility("heps"),
    ):
        juno.tell(line)
    juno.archive.catch_up()
    return juno


CHANGES = (
    milestone("approved", "approved", "2013", stated="2013-05"),
    correction("came", {"date": "2025-08-25"}),
    plan("plan-2", "operation-started", "2021", "2019-05", supersedes="plan"),
    withdrawal("begun"),
    correction("plan", {"title": "JUNO: to run from 2020"}),
    reinstatement("begun"),
    amendment("juno", {"name": "江门中微子实验"}),
    facility("a-new-one"),
    {**SOURCE, "id": "atlas"},
    reading("rd-2024-final", "2024", 2.69, country="CN", stated="2025-09-29"),
    statement("discovery", "mass-ordering", "1999", country="CN", field="particle-physics"),
)
"""What comes after: back-dated, mended, withdrawn, taken back, renamed, and new."""


def test_every_parameter_of_a_pinned_url_has_its_place(reader: Reader) -> None:
    """`at` or `during`, `stated`, `known`, the filters by name, `view`."""
    for asked in QUESTIONS:
        for ask, answer in reader.asks(asked):
            if answer.status_code != 200:
                continue
            names = [name for name, _ in parse_qsl(urlsplit(answer.get_json()["pinned"]).query)]
            clocks = [name for name in names if name in IN_ORDER]
            filters = names[len(clocks) : -1]
            assert names == [*clocks, *filters, "view"], ask
            assert filters == sorted(filters), ask
            wanted = [name for name in IN_ORDER if name in asked.takes]
            if "at" in wanted and "during" in wanted:
                wanted.remove("at" if "during=" in ask else "during")
            assert clocks == wanted, ask
            assert set(names) <= asked.takes, ask


@pytest.mark.parametrize("asked", QUESTIONS, ids=PATHS)
def test_an_answer_and_its_pinned_one_are_the_same_bytes(reader: Reader, asked: Asked) -> None:
    """And have one strong ETag. Only the pinned one may be kept for ever; the other says where
    that is."""
    for ask, live in reader.asks(asked):
        if live.status_code != 200:
            continue
        stands_at = live.get_json()["pinned"]
        pinned = reader.ask(stands_at)
        assert pinned.data == live.data, ask
        assert pinned.headers["ETag"] == live.headers["ETag"], ask
        assert live.get_etag()[1] is False, "a weak ETag"
        assert live.headers["Cache-Control"] == ASK_AGAIN
        assert live.headers["Content-Location"] == stands_at
        assert pinned.headers["Cache-Control"] == FOREVER
        assert "Content-Location" not in pinned.headers
        assert pinned.headers["Annales-Position"] == live.headers["Annales-Position"]


@pytest.mark.parametrize("asked", QUESTIONS, ids=PATHS)
def test_one_answer_has_one_tag_and_two_have_two(reader: Reader, asked: Asked) -> None:
    """Over all clocks and filters, two ETags are equal exactly where the bodies are."""
    bodies: dict[tuple[str, str], bytes] = {}
    tags: dict[bytes, str] = {}
    for ask, answer in reader.asks(asked):
        if answer.status_code == 200:
            tag = answer.headers["ETag"]
            path = urlsplit(ask).path
            assert bodies.setdefault((path, tag), answer.data) == answer.data, ask
            assert tags.setdefault(answer.data, tag) == tag, ask


@pytest.mark.parametrize("asked", QUESTIONS, ids=PATHS)
def test_who_has_the_answer_is_told_so_for_a_look_at_the_clocks(
    reader: Reader, shipped: Archive, asked: Asked
) -> None:
    """304 without a body, before any row of the answer is read: live or pinned, by its own tag,
    a weak one, or that of the compressed answer."""
    for ask in asked.urls({}):
        live = reader.ask(ask)
        tag = live.headers["ETag"]
        for either in (ask, live.get_json()["pinned"]):
            for held in (tag, f"W/{tag}", f'"other", {tag}', f'{tag[:-1]}:gzip"'):
                with statements(shipped) as run:
                    again = reader.ask(either, If_None_Match=held)
                assert (again.status_code, again.data) == (304, b""), held
                assert again.headers["Cache-Control"] in (ASK_AGAIN, FOREVER)
                assert len(run) <= 3
                for each in run:
                    assert "FROM tracking" in each or "LIMIT 1" in each, each
        assert reader.ask(ask, If_None_Match='"other"').data == live.data


def test_a_compressed_answer_is_known_again_by_its_own_tag(reader: Reader) -> None:
    """The same bytes once unpacked; its tag tells the encoding and is good for a 304."""
    for encoding in ("gzip", "br", "zstd"):
        packed = reader.ask("/v1/state", Accept_Encoding=encoding)
        assert packed.headers["Content-Encoding"] == encoding
        assert "Accept-Encoding" in packed.headers["Vary"]
        tag = packed.headers["ETag"]
        again = reader.ask("/v1/state", Accept_Encoding=encoding, If_None_Match=tag)
        assert (again.status_code, again.headers["ETag"]) == (304, tag)


@pytest.mark.parametrize("asked", QUESTIONS, ids=PATHS)
def test_the_tag_of_one_record_begins_with_its_revision(reader: Reader, asked: Asked) -> None:
    """`"r7.1199.…"`, and the number stands in `Annales-Revision` too."""
    for ask in asked.urls({}):
        answer = reader.ask(ask)
        revision = answer.headers.get("Annales-Revision")
        if revision is None:
            assert "revision" not in answer.get_json(), ask
        else:
            assert answer.headers["ETag"].startswith(f'"r{revision}.'), ask
            assert answer.get_json().get("revision", int(revision)) == int(revision), ask
    if asked.path in ("/v1/records/{id}", "/v1/sources/{id}"):
        assert revision is not None


def test_pinned_answers_stay_as_they_are_whatever_is_recorded_after(
    told: Teller, small: Reader, clock: Clock
) -> None:
    """Back-dated statements, corrections, withdrawals, other names: not a byte changes."""
    kept: dict[str, TestResponse] = {}
    for day, change in enumerate((None, *CHANGES), start=1):
        if change is not None:
            told.tell(change, on=f"2026-12-{day:02d}")
            told.archive.catch_up()
        for ask in ASKS:
            answer = small.ask(ask)
            assert answer.status_code == 200, ask
            kept[answer.get_json()["pinned"]] = answer
    assert len(kept) == len(ASKS) * (1 + len(CHANGES))
    assert all(may_be_pinned(pinned.partition("?")[2]) for pinned in kept)
    clock.set("2030-01-01T00:00:00.000000Z")
    for pinned, before in kept.items():
        now = small.ask(pinned)
        assert now.data == before.data, pinned
        assert now.headers["ETag"] == before.headers["ETag"]
        assert now.headers["Cache-Control"] == FOREVER


def test_every_question_that_can_be_pinned_is_asked_here() -> None:
    """A new one is held to it from the day that it is described."""
    missing = set(PATHS) - {described_path(ask) for ask in ASKS}
    assert missing == set(), f"add a URL of each to BY_HAND in {__file__}"


def test_the_views_made_anew_give_the_same_pinned_bytes(told: Teller, small: Reader) -> None:
    """A replay of the log is not told from having followed it."""
    for change in CHANGES:
        told.tell(change)
        told.archive.catch_up()
    kept = [small.ask(ask) for ask in ASKS]
    views = told.archive.views
    views.swap_in(views.make_beside())
    told.archive.catch_up()
    for before in kept:
        assert small.ask(before.get_json()["pinned"]).data == before.data


def test_the_tag_at_the_head_changes_just_when_the_body_does(
    told: Teller, small: Reader, clock: Clock
) -> None:
    """With each event, and with the day where `at` is today; never for nothing."""
    last = {ask: small.ask(ask) for ask in ASKS}
    changed = 0
    for move in (None, "2026-11-25T23:59:59.000000Z", "2026-11-26T00:00:00.000000Z", *CHANGES):
        if isinstance(move, str):
            clock.set(move)
        elif move is not None:
            told.tell(move)
            told.archive.catch_up()
        for ask, before in last.items():
            now = small.ask(ask)
            same = now.headers["ETag"] == before.headers["ETag"]
            assert same == (now.data == before.data), ask
            changed += not same
            last[ask] = now
    assert changed > len(ASKS) * len(CHANGES) / 2


def test_parameters_may_come_in_any_order(reader: Reader) -> None:
    """The pinned URL with its parameters turned round is pinned too, with the same bytes."""
    pinned = reader.get("/v1/state", at="2013", country="CN")["pinned"]
    path, _, query = pinned.partition("?")
    turned = reader.ask(f"{path}?{'&'.join(reversed(query.split('&')))}")
    assert turned.data == reader.ask(pinned).data
    assert turned.headers["Cache-Control"] == FOREVER


@pytest.mark.parametrize("asked", QUESTIONS, ids=PATHS)
def test_without_its_view_an_answer_is_not_for_ever(reader: Reader, asked: Asked) -> None:
    """A later version of the views may give other bytes, so only the full URL is immutable."""
    for ask in asked.urls({}):
        pinned = reader.ask(ask).get_json()["pinned"]
        less = pinned.removesuffix(f"&view={VIEW}")
        assert less != pinned
        answer = reader.ask(less)
        assert answer.headers["Cache-Control"] == ASK_AGAIN
        assert answer.headers["Content-Location"] == pinned


@pytest.mark.parametrize("asked", QUESTIONS, ids=PATHS)
def test_an_earlier_view_is_gone_and_a_later_one_unknown(reader: Reader, asked: Asked) -> None:
    """410 with the link to the same question now; what is no version of ours is refused."""
    for ask in asked.urls({"view": str(VIEW - 1)}):
        answer = reader.ask(ask)
        assert answer.status_code == 410
        current = answer.get_json()["current"]
        assert reader.ask(current).get_json()["pinned"] == current
        assert answer.headers["Link"] == f'<{current}>; rel="successor-version"'
    for view in (str(VIEW + 1), "", "x", "-1", "1.0", "٣", "9" * 3000):
        for ask in asked.urls({"view": view}):
            assert reader.refused(ask) == (422, "validation")


def test_an_instant_is_pinned_by_its_position(reader: Reader) -> None:
    """An instant that will always mean one commit is told as that; so is a place in a batch."""
    for known in ("2026-11-23T12:00:00Z", "2026-11-24T11:59:59Z", "@900", "@901", "@1198"):
        answer = reader.ask(url("/v1/state", at="2013", stated="2020", known=known))
        assert answer.headers["Content-Location"] == (
            f"/v1/state?at=2013-12-31&stated=2020-12-31&known=@900&view={VIEW}"
        )
