"""What is refused leaves the log as it was; what is odd is recorded with a warning.

The cases stand on one small chronicle, `PAST`, and each is tried alone, within
a batch, and all of them in one batch together.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from events import errors
from events.catalogue import BY_TYPE
from events.clocks import as_of
from events.errors import (
    AnnalesError,
    BadDate,
    BadSupersedes,
    BatchRefused,
    EventTooLarge,
    IdTaken,
    IsWithdrawn,
    KeyReused,
    MalformedLine,
    NotChangeable,
    NothingChanges,
    NotWithdrawn,
    Refusal,
    StaleRevision,
    UnknownReference,
    WrongRecord,
)
from events.fact import Line
from events.orders import Command, Order, orders
from service.asking.query import Query
from service.records.answer import record_answer
from tests.story.telling import (
    JUNO,
    SOURCE,
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

PAST: tuple[Line, ...] = (
    SOURCE,
    JUNO,
    facility("cepc"),
    milestone("approved", "approved", "2013"),
    milestone("gone", "completed", "2014"),
    withdrawal("gone"),
    plan("late", "operation-started", "2020", "2015"),
    statement("policy", "signed", "1979", record="agreement"),
    reading("share-2024", "2024", 2.68),
    correction("approved", {"summary": "By the academy."}, id="mended-once"),
)
REVISION = 6
"""The revision of JUNO after `PAST`."""


class Refused(NamedTuple):
    """A line that is refused: what for, and the pointer to the member at fault."""

    why: str
    line: Line
    error: type[Refusal]
    pointer: str


def bad(id: str, **more: Any) -> Line:
    """A milestone of an id of its own, with something wrong in it."""
    return milestone(id, "first-light", **{"date": "2019", **more})


REFUSED = [
    # An unparsable date.
    Refused("a date that is none", bad("b1", date="May 2019"), BadDate, "/date"),
    Refused("a stated that is none", bad("b2", stated="2019-13"), BadDate, "/stated"),
    Refused(
        "an until that is none",
        statement("policy", "b3", "2019", until="1985/"),
        BadDate,
        "/until",
    ),
    Refused("a source's date", {**SOURCE, "id": "b4", "date": "x"}, BadDate, "/date"),
    Refused("a correction to no date", correction("approved", {"date": "2013-02-29"}), BadDate,
            "/changes/date"),
    Refused("no date", {**bad("b5"), "date": None}, MalformedLine, "/date"),
    # A planned statement without `stated`.
    Refused("a plan that nobody stated", bad("b6", modality="planned"), MalformedLine, "/stated"),
    Refused("a correction to such a plan", correction("approved", {"modality": "planned"}),
            MalformedLine, "/changes/stated"),
    Refused("a plan loses its stated", correction("late", {"stated": None}), MalformedLine,
            "/changes/stated"),
    Refused("an actual that is dropped", bad("b7", dropped=True), MalformedLine, "/dropped"),
    Refused("a dropped plan with a date",
            bad("b8", dropped=True, modality="planned", stated="2019"), MalformedLine, "/date"),
    # What it names is not there.
    Refused("an unknown facility", bad("b9", facility="lhaaso"), UnknownReference, "/facility"),
    Refused("a finding at an unknown facility",
            statement("discovery", "b10", "2019", facility="lhaaso"), UnknownReference,
            "/facility"),
    Refused("a facility that is no facility", bad("b11", facility="agreement"), WrongRecord,
            "/record"),
    Refused("an unknown source", bad("b12", sources=[{"id": "yearbook"}, {"id": "blog"}]),
            UnknownReference, "/sources/1/id"),
    Refused("a card on an unknown source", facility("b13", sources=[{"id": "blog"}]),
            UnknownReference, "/sources/0/id"),
    Refused("a correction of nothing", correction("b14", {"date": "2014"}), UnknownReference,
            "/statement"),
    Refused("a withdrawal of nothing", withdrawal("b15"), UnknownReference, "/statement"),
    Refused("a reinstatement of nothing", reinstatement("b16"), UnknownReference, "/statement"),
    Refused("a withdrawal on an unknown source", withdrawal("late", sources=[{"id": "blog"}]),
            UnknownReference, "/sources/0/id"),
    Refused("an amendment of nothing", amendment("b17", {"name": "X"}), UnknownReference,
            "/record"),
    Refused("an amendment of no source",
            {"type": "amendment", "source": "blog", "changes": {"title": "X"}, "reason": "So."},
            UnknownReference, "/source"),
    Refused("a series that is a facility", {"type": "series", "id": "juno", "name": "X"}, IdTaken,
            "/id"),
    Refused("an amendment of what has no card", amendment("agreement", {"name": "X"}),
            WrongRecord, "/record"),
    # A word that is not in its list.
    Refused("an unknown type", {**bad("b18"), "type": "rumour"}, MalformedLine, "/type"),
    Refused("no type at all", {"id": "b19"}, MalformedLine, "/type"),
    Refused("an unknown milestone type", {**bad("b20"), "milestone": "flown"}, MalformedLine,
            "/milestone"),
    Refused("an unknown country", facility("b21", country="XX"), MalformedLine, "/country"),
    Refused("an unknown country of a policy", statement("policy", "b22", "2019", country="XX"),
            MalformedLine, "/country"),
    Refused("an unknown field", facility("b23", field="alchemy"), MalformedLine, "/field"),
    Refused("an unknown field of a finding",
            statement("discovery", "b24", "2019", field="alchemy"), MalformedLine, "/field"),
    Refused("an amendment to an unknown country", amendment("juno", {"country": "XX"}),
            MalformedLine, "/changes/country"),
    Refused("an amendment that removes the name", amendment("juno", {"name": None}),
            MalformedLine, "/changes/name"),
    Refused("a member of another type", bad("b25", country="CN"), MalformedLine, "/country"),
    Refused("a member misspelt within", bad("b26", sources=[{"id": "yearbook", "page": 3}]),
            MalformedLine, "/sources/0/page"),
    Refused("an id that is no slug", bad("B 27"), MalformedLine, "/id"),
    Refused("a reason missing", {"type": "withdrawal", "statement": "late"}, MalformedLine,
            "/reason"),
    Refused("a url that leads nowhere", {**SOURCE, "id": "b28", "url": "ftp://x"}, MalformedLine,
            "/url"),
    Refused("a dropped reading without an entry",
            {**reading("b29", "2019", 2.5), "date": None, "dropped": True, "modality": "planned",
             "stated": "2006"}, MalformedLine, "/entry"),
    Refused("an amendment of two things",
            {**amendment("juno", {"name": "X"}), "source": "yearbook"}, MalformedLine, ""),
    # An id that exists.
    Refused("a statement's id", bad("approved"), IdTaken, "/id"),
    Refused("a facility's id", JUNO, IdTaken, "/id"),
    Refused("a facility of a policy's id", facility("agreement"), IdTaken, "/id"),
    Refused("a source's id", SOURCE, IdTaken, "/id"),
    Refused("a correction's id", correction("late", {"title": "X"}, id="mended-once"), IdTaken,
            "/id"),
    # What it names is another record's.
    Refused("a policy in a record of another kind",
            statement("policy", "b30", "2019", record="juno"), WrongRecord, "/record"),
    Refused("a reading in a record of another kind", reading("b31", "2019", 1, series="juno"),
            WrongRecord, "/record"),
    Refused("an entry of another record", bad("b32", facility="cepc", entry="juno/approved"),
            WrongRecord, "/entry"),
    # `supersedes` names nothing recorded earlier in its record.
    Refused("supersedes nothing", bad("b33", supersedes="nothing"), BadSupersedes, "/supersedes"),
    Refused("supersedes itself", bad("b34", supersedes="b34"), BadSupersedes, "/supersedes"),
    Refused("supersedes another record's", bad("b35", supersedes="signed"), BadSupersedes,
            "/supersedes"),
    # A stale revision, and one that is none.
    Refused("a revision gone by", bad("b36", revision=REVISION - 1), StaleRevision, "/revision"),
    Refused("a revision to come", bad("b37", revision=REVISION + 99), StaleRevision, "/revision"),
    Refused("a correction of a revision gone by",
            correction("approved", {"title": "X"}, revision=1), StaleRevision, "/revision"),
    Refused("a facility that is not new", facility("b38", revision=1), StaleRevision,
            "/revision"),
    Refused("a revision in words", bad("b39", revision="6"), MalformedLine, "/revision"),
    Refused("a revision that is true", bad("b40", revision=True), MalformedLine, "/revision"),
    # A change that changes nothing, or what can never change.
    Refused("a correction to what it is", correction("approved", {"date": "2013"}),
            NothingChanges, "/changes"),
    Refused("an empty correction", correction("approved", {}), NothingChanges, "/changes"),
    Refused("a member removed that is not there", correction("approved", {"rank": None}),
            NothingChanges, "/changes"),
    Refused("a default written out", correction("approved", {"dropped": False}),
            NothingChanges, "/changes"),
    Refused("an amendment to what it is", amendment("juno", {"name": "JUNO"}), NothingChanges,
            "/changes"),
    *(
        Refused(f"another {member}", correction("approved", {member: "x"}), NotChangeable,
                f"/changes/{member}")
        for member in ("id", "type", "facility", "series", "record")
    ),
    Refused("another id of a card", amendment("juno", {"id": "x"}), NotChangeable, "/changes/id"),
    Refused("another type of a card", amendment("juno", {"type": "source"}), NotChangeable,
            "/changes/type"),
    # A withdrawn statement takes only a reinstatement.
    Refused("a correction of what is withdrawn", correction("gone", {"date": "2015"}),
            IsWithdrawn, "/statement"),
    Refused("a second withdrawal", withdrawal("gone"), IsWithdrawn, "/statement"),
    Refused("a reinstatement of what stands", reinstatement("approved"), NotWithdrawn,
            "/statement"),
    # An event over 65,535 bytes.
    Refused("a text too long", bad("b41", summary="x" * 65_535), EventTooLarge, ""),
    Refused("a text too long in bytes", bad("b42", summary="谷" * 21_900), EventTooLarge, ""),
    Refused("a correction too long", correction("late", {"summary": "x" * 65_535}),
            EventTooLarge, "/changes"),
]  # fmt: skip
ALL = pytest.mark.parametrize("case", REFUSED, ids=[case.why for case in REFUSED])


@pytest.fixture
def past(teller: Teller) -> Teller:
    """The small chronicle."""
    teller.tell(*PAST)
    return teller


def without_none(line: Line) -> Line:
    """A line whose members that are None are absent, but not those within."""
    return {name: value for name, value in line.items() if value is not None}


@ALL
def test_alone_it_is_refused_and_the_log_stays(past: Teller, case: Refused) -> None:
    """The error is of its class and points to the member at fault; nothing is recorded."""
    before = past.log()
    with pytest.raises(case.error) as refused:
        past.tell(without_none(case.line))
    assert type(refused.value) is case.error
    assert refused.value.pointer == case.pointer
    assert past.log() == before


@ALL
def test_within_a_batch_it_takes_all_with_it(past: Teller, case: Refused) -> None:
    """A batch is all or nothing, and its error names the bad line alone."""
    before = past.log()
    with pytest.raises(BatchRefused) as refused:
        past.tell(
            milestone("good-1", "proposed", "2012"),
            without_none(case.line),
            milestone("good-2", "completed", "2024"),
        )
    ((number, error),) = refused.value.refusals
    assert (number, type(error), error.pointer) == (2, case.error, case.pointer)
    assert past.log() == before


def test_a_batch_names_every_bad_line_and_only_those(past: Teller) -> None:
    """Good lines among the bad are not named, though nothing of them is recorded."""
    before = past.log()
    lines: list[Line] = []
    for index, case in enumerate(REFUSED):
        lines += [
            without_none(case.line),
            milestone(f"good-{index}", "upgraded", "2024", entry=f"juno/upgrade-{index}"),
        ]
    with pytest.raises(BatchRefused) as refused:
        past.tell(*lines)
    named = [(number, type(error)) for number, error in refused.value.refusals]
    assert named == [(2 * index + 1, case.error) for index, case in enumerate(REFUSED)]
    assert past.log() == before


def test_what_refers_to_a_refused_line_is_not_refused_for_its_sake(past: Teller) -> None:
    """A bad facility, source or statement is named; the lines that build on them are not."""
    with pytest.raises(BatchRefused) as refused:
        past.tell(
            facility("heps", country="XX"),
            milestone("heps-approved", "approved", "2017", facility="heps"),
            {**SOURCE, "id": "atlas", "url": "nowhere"},
            milestone("cited", "proposed", "2012", sources=[{"id": "atlas"}]),
            statement("policy", "extended", "20x3", record="agreement", supersedes="signed"),
            statement("policy", "again", "2024", record="agreement", supersedes="extended"),
        )
    assert [number for number, _ in refused.value.refusals] == [1, 3, 5]


def test_what_changes_a_refused_line_is_not_refused_for_its_sake(past: Teller) -> None:
    """Nor are a correction, a withdrawal or an amendment of what stood in a bad line."""
    with pytest.raises(BatchRefused) as refused:
        past.tell(
            bad("mistyped", date="20x3"),
            correction("mistyped", {"title": "Mended"}),
            withdrawal("mistyped"),
            facility("heps", country="XX"),
            amendment("heps", {"name": "HEPS"}),
        )
    assert [number for number, _ in refused.value.refusals] == [1, 4]


@pytest.mark.parametrize(
    ("line", "pointer"),
    [
        (correction("approved", {"supersedes": "nothing"}), "/changes/supersedes"),
        (correction("approved", {"sources": [{"id": "blog"}]}), "/changes/sources/0/id"),
        (correction("signed", {"entry": "juno/approved"}), "/changes/entry"),
        (amendment("juno", {"sources": [{"id": "blog"}]}), "/changes/sources/0/id"),
    ],
)
def test_a_change_is_pointed_to_where_it_stands(past: Teller, line: Line, pointer: str) -> None:
    """Whatever is wrong with a change, the pointer leads into `changes`."""
    with pytest.raises(Refusal) as refused:
        past.tell(line)
    assert refused.value.pointer == pointer


def test_a_line_that_cannot_be_read_is_named_by_its_number(past: Teller) -> None:
    """Lines are counted as the file has them, blank ones included."""
    before = past.log()
    text = b'\n{"type": "source", "type": "source"}\n[1]\n{"id": 1e999}\n\n{"type": "source"'
    read = tuple(orders(text.split(b"\n")))
    with pytest.raises(BatchRefused) as refused:
        past.archive.chronicle.execute(Command(orders=read, actor="wang", request="r-2"))
    assert [number for number, _ in refused.value.refusals] == [2, 3, 4, 6]
    assert past.log() == before


def test_every_class_of_refusal_has_a_case() -> None:
    """No error that a line can come to is left without a case above."""
    told = {error for error in Refusal.__subclasses__() if error.__module__ == errors.__name__}
    assert {case.error for case in REFUSED} == told - {BatchRefused, KeyReused}


def test_a_proposal_records_nothing(past: Teller) -> None:
    """What a command would come to can be asked, and leaves the log as it was."""
    before = past.log()
    line = milestone("lit", "first-light", "2024")
    proposed = past.archive.chronicle.propose(
        Command(orders=(Order(1, line),), actor="wang", request="r-2")
    )
    assert [decided.id for decided in proposed.decided] == ["lit"]
    assert proposed.outlines["record:juno"].revision == REVISION + 1
    assert past.log() == before
    assert past.tell(line).events[0].revision == REVISION + 1


def test_an_event_of_the_most_bytes_is_recorded(past: Teller) -> None:
    """The limit is on the whole event: a text a little shorter passes."""
    past.tell(bad("long", summary="x" * 64_900))


# Warnings.


class Warned(NamedTuple):
    """A line that is recorded with warnings, after some others."""

    why: str
    line: Line
    codes: list[str]
    before: tuple[Line, ...] = ()


WARNED = [
    Warned(
        "an actual said before its earliest possible day",
        milestone("w", "completed", "2024", stated="2023"),
        ["actual-said-before"],
    ),
    Warned(
        "said in the year of its vague date", milestone("w", "completed", "2024", stated="2024"), []
    ),
    Warned(
        "said within its vague date, before its last day",
        milestone("w", "completed", "2024", stated="2024-06"),
        [],
    ),
    Warned(
        "a plan said after its last possible day",
        plan("w", "completed", "2024", "2025-01-01"),
        ["plan-said-after"],
    ),
    Warned("a plan said on its last day", plan("w", "completed", "2024", "2024-12-31"), []),
    Warned(
        "a milestone of lower status wholly after one of higher",
        milestone("w", "construction-started", "2025"),
        ["lower-after-higher"],
        (milestone("run", "operation-started", "2024"),),
    ),
    Warned(
        "one of lower status perhaps before",
        milestone("w", "construction-started", "2024-06"),
        [],
        (milestone("run", "operation-started", "2024"),),
    ),
    Warned(
        "a plan of lower status",
        plan("w", "construction-started", "2027", "2026"),
        [],
        (milestone("run", "operation-started", "2024"),),
    ),
    Warned(
        "an actual date in the future",
        milestone("w", "completed", "2026-11-26"),
        ["actual-in-the-future", "actual-said-before"],
    ),
    Warned("an actual date perhaps in the future", milestone("w", "completed", "2026-11"), []),
    Warned("no source", milestone("w", "completed", "2024", sources=[]), ["no-source"]),
    Warned(
        "equal to another in entry, modality and date",
        milestone("w", "completed", "2024", rank="disputed"),
        ["says-the-same"],
        (milestone("done", "completed", "2024"),),
    ),
    Warned(
        "equal but for the modality",
        milestone("w", "completed", "2024"),
        [],
        (plan("aimed", "completed", "2024", "2020"),),
    ),
    Warned(
        "equal but for the date",
        milestone("w", "completed", "2024-05"),
        [],
        (milestone("done", "completed", "2024"),),
    ),
    Warned(
        "equal to what is withdrawn",
        milestone("w", "completed", "2024"),
        [],
        (milestone("done", "completed", "2024"), withdrawal("done")),
    ),
]


@pytest.mark.parametrize("case", WARNED, ids=[case.why for case in WARNED])
def test_what_is_odd_is_recorded_with_its_warnings(juno: Teller, case: Warned) -> None:
    """The answer to the command and the page of the record tell the same warnings."""
    for line in case.before:
        juno.tell(line)
    recorded = juno.tell(case.line)
    assert [placed.id for placed in recorded.events] == ["w"]
    codes = [warning.code for _, warning in recorded.warnings]
    assert sorted(codes) == case.codes
    assert {number for number, _ in recorded.warnings} <= {1}

    archive = juno.archive
    archive.catch_up()
    log = archive.chronicle.log
    clocks = as_of(log=log, now=archive.chronicle.now())
    query = Query("/v1/records/juno", clocks, {}, id="juno")
    answer = record_answer(archive.reading(archive.db_at(clocks.known)), query)
    shown = [warning["code"] for warning in answer["warnings"] if warning["statement"] == "w"]
    assert sorted(shown) == case.codes


def test_a_correction_is_warned_of_as_a_statement_is(juno: Teller) -> None:
    """What a correction makes odd is told with it; what it mends is told no more."""
    juno.tell(milestone("done", "completed", "2024"))
    worse = juno.tell(correction("done", {"stated": "2023", "sources": []}))
    assert sorted(warning.code for _, warning in worse.warnings) == [
        "actual-said-before",
        "no-source",
    ]
    better = juno.tell(correction("done", {"stated": None, "sources": [{"id": "yearbook"}]}))
    assert better.warnings == ()


# Said again.


def test_lines_that_were_recorded_are_skipped_where_that_is_asked(past: Teller) -> None:
    """A whole chronicle that is loaded once more records nothing, though it was mended since."""
    past.tell(correction("approved", {"date": "2013-02"}))
    past.tell(amendment("juno", {"name": "Juno"}))
    before = past.log()
    lines = [line for line in PAST if "id" in line]
    again = past.tell(*lines, skip_recorded=True)
    assert again.commit is None
    assert again.events == ()
    assert again.skipped == tuple(range(1, len(lines) + 1))
    assert past.log() == before


def test_only_what_is_new_is_recorded_among_what_is_skipped(past: Teller) -> None:
    """Members in another order, defaults written out and the place in a log make no other line."""
    approved = milestone("approved", "approved", "2013", dropped=False)
    reordered = {name: approved[name] for name in reversed(approved)}
    new = milestone("lit", "first-light", "2024")
    recorded = past.tell({**reordered, "commit": {"position": 1}}, new, skip_recorded=True)
    assert recorded.skipped == (1,)
    assert [(placed.number, placed.id) for placed in recorded.events] == [(2, "lit")]


def test_another_line_under_a_recorded_id_is_refused_though_skipping(past: Teller) -> None:
    """Only equal lines are skipped: another claim needs another id, or is a correction."""
    before = past.log()
    for line in (
        milestone("approved", "approved", "2014"),
        correction("approved", {"summary": "By another academy."}, id="mended-once"),
        {**JUNO, "name": "Juno"},
        {**SOURCE, "title": "Another yearbook"},
    ):
        with pytest.raises(IdTaken):
            past.tell(line, skip_recorded=True)
    assert past.log() == before


def test_a_change_without_an_id_is_recorded_each_time(juno: Teller) -> None:
    """Withdrawn, reinstated, withdrawn: the second withdrawal is no repetition."""
    juno.tell(milestone("done", "completed", "2024"))
    for line in (withdrawal("done"), reinstatement("done"), withdrawal("done")):
        assert juno.tell(line, skip_recorded=True).skipped == ()


# Revisions.


def test_a_stale_revision_says_which_one_it_is_now(past: Teller) -> None:
    """Whoever read too early learns the revision to read again at."""
    with pytest.raises(StaleRevision) as refused:
        past.tell(correction("approved", {"title": "Approved"}, revision=2))
    error = refused.value
    assert (error.record, error.expected, error.actual) == ("juno", 2, REVISION)


def test_the_right_revision_is_taken(past: Teller) -> None:
    """With the revision that was read, the change is recorded, once."""
    line = correction("approved", {"title": "Approved"}, revision=REVISION)
    assert past.tell(line).events[0].revision == REVISION + 1
    with pytest.raises(StaleRevision):
        past.tell(withdrawal("approved", revision=REVISION))


def test_a_revision_is_no_part_of_what_is_recorded(past: Teller) -> None:
    """It says what was expected, not what was so."""
    past.tell(milestone("lit", "first-light", "2024", revision=REVISION))
    (*_, line) = past.archive.chronicle.export()
    assert line["id"] == "lit"
    assert "revision" not in line


def test_within_a_batch_a_revision_is_that_before_it_or_so_far(past: Teller) -> None:
    """Several lines on one record may all carry the revision that was read, or count on."""
    past.tell(
        milestone("one", "first-light", "2024", revision=REVISION),
        milestone("two", "upgraded", "2024", revision=REVISION),
        milestone("three", "accepted", "2024", revision=REVISION + 2),
        facility("heps", revision=0),
    )
    with pytest.raises(BatchRefused) as refused:
        past.tell(
            milestone("four", "renamed", "2024", revision=REVISION + 3),
            milestone("five", "suspended", "2024", revision=REVISION + 2),
        )
    assert [number for number, _ in refused.value.refusals] == [2]


def test_a_command_may_carry_the_revision_for_its_lines(past: Teller) -> None:
    """A line's own counts before the command's."""
    with pytest.raises(StaleRevision):
        past.tell(withdrawal("approved"), revision=REVISION - 1)
    past.tell(withdrawal("approved", revision=REVISION), revision=REVISION - 1)
    past.tell(reinstatement("approved"), revision=REVISION + 1)


# Idempotency keys.


def test_the_same_command_under_its_key_is_replayed(past: Teller) -> None:
    """A request that is sent again is answered as before, and recorded once."""
    line = milestone("lit", "first-light", "2024")
    first = past.tell(line, key="k-1", fingerprint="abc")
    before = past.log()
    again = past.tell(line, key="k-1", fingerprint="abc")
    assert (first.replayed, again.replayed) == (False, True)
    assert (again.commit, again.events) == (first.commit, first.events)
    assert past.log() == before


def test_what_is_replayed_is_the_whole_answer(past: Teller) -> None:
    """Line numbers, warnings and skipped lines are told again as they were."""
    command = Command(
        orders=(Order(3, PAST[3]), Order(7, milestone("lit", "first-light", "2024", sources=[]))),
        actor="wang",
        request="r-2",
        key="k-1",
        fingerprint="abc",
        skip_recorded=True,
    )
    first = past.archive.chronicle.execute(command)
    again = past.archive.chronicle.execute(command)
    assert (again.events, again.warnings, again.skipped) == (
        first.events,
        first.warnings,
        first.skipped,
    )


def test_another_request_under_the_key_is_refused(past: Teller) -> None:
    """The error names the key and where the first request was recorded."""
    past.tell(milestone("lit", "first-light", "2024"), key="k-1", fingerprint="abc")
    before = past.log()
    with pytest.raises(KeyReused) as refused:
        past.tell(milestone("lit-2", "upgraded", "2024"), key="k-1", fingerprint="abd")
    assert (refused.value.key, refused.value.position) == ("k-1", len(PAST) + 1)
    assert past.log() == before


def test_a_key_is_one_actors_own(past: Teller) -> None:
    """Two actors may use one key, each for a request of their own."""
    past.tell(milestone("lit", "first-light", "2024"), key="k-1", fingerprint="abc")
    other = past.tell(milestone("up", "upgraded", "2024"), actor="li", key="k-1", fingerprint="abd")
    assert other.replayed is False


def test_a_refused_command_leaves_its_key_free(past: Teller) -> None:
    """What was refused can be mended and sent again under the same key."""
    with pytest.raises(AnnalesError):
        past.tell(bad("lit", date="20x4"), key="k-1", fingerprint="abc")
    past.tell(bad("lit", date="2024"), key="k-1", fingerprint="abd")


def test_every_type_of_line_is_among_the_cases() -> None:
    """Each type of the catalogue is refused for something."""
    assert {case.line.get("type") for case in REFUSED} >= {*BY_TYPE} - {"observation"}
