"""The three clocks as HTTP takes them: every default, every refusal, and what is said of it."""

from __future__ import annotations

import pytest

from service.app import create_app
from tests.service.asked import PATHS, QUESTIONS, Asked, Reader, slug, url
from tests.story.telling import Clock, Teller, facility, milestone

TODAY = "2026-11-25"


@pytest.fixture
def days(juno: Teller) -> Teller:
    """A source and JUNO on the 25th (@1, @2), two facilities in one commit on the 27th (@4)."""
    juno.tell(facility("heps"), facility("lhaaso"), on="2026-11-27")
    juno.archive.catch_up()
    juno.clock.set("2026-11-29T12:00:00.000000Z")
    return juno


def clocks(reader: Reader, **asked: str) -> tuple[str, str, str]:
    """`at` or `during`, `stated` and `known` as a state shows them."""
    state = reader.get("/v1/state", **asked)
    assert ("at" in state) != ("during" in state)
    return state.get("at") or state["during"], state["stated"], state["known"]


def test_everything_defaults_to_today_at_the_head(days: Teller, small: Reader) -> None:
    """No clock: today, everything said by today, everything recorded."""
    assert days.archive.chronicle.log.head() is not None
    assert clocks(small) == ("2026-11-29", "2026-11-29", "@4")
    assert small.get("/v1/state")["known_at"] == "2026-11-27T12:00:00.000000Z"


def test_a_clock_that_steps_back_is_behind_the_head(days: Teller, small: Reader) -> None:
    """Where today is before the day of the head, the day of the head counts."""
    days.clock.set("2026-11-20T12:00:00.000000Z")
    assert clocks(small) == ("2026-11-27", "2026-11-27", "@4")


def test_known_sets_the_day_of_the_other_clocks(days: Teller, small: Reader) -> None:
    """At `known`, `at` and `stated` are the UTC day of its commit, and each may be given."""
    assert days.clock.now
    assert clocks(small, known="@2") == ("2026-11-25", "2026-11-25", "@2")
    assert clocks(small, known="@4") == ("2026-11-27", "2026-11-27", "@4")
    assert clocks(small, known="2026-11-28T00:00:00Z") == ("2026-11-27", "2026-11-27", "@4")
    assert clocks(small, known="@2", at="2013") == ("2013-12-31", "2026-11-25", "@2")
    assert clocks(small, known="@2", stated="2016") == ("2026-11-25", "2016-12-31", "@2")
    assert clocks(small, known="@0") == ("2026-11-29", "2026-11-29", "@0")


def test_an_instant_is_the_last_commit_recorded_by_then(days: Teller, small: Reader) -> None:
    """To the microsecond, with any offset; before the first commit there is the empty log."""
    assert days.clock.now
    for instant, known in (
        ("2026-11-25T11:59:59.999999Z", "@0"),
        ("2026-11-25T12:00:00.000000Z", "@1"),
        ("2026-11-27T11:59:59.999999Z", "@2"),
        ("2026-11-27T12:00:00Z", "@4"),
        ("2026-11-27T13:00:00+01:00", "@4"),
        ("2026-11-27t12:59:59.9+01:00", "@2"),
        ("2026-11-27T06:30:00-05:30", "@4"),
        ("2026-11-29T12:00:00Z", "@4"),
        ("0001-01-01T00:00:00Z", "@0"),
    ):
        assert clocks(small, known=instant)[2] == known, instant


def test_a_place_inside_a_batch_rounds_down(days: Teller, small: Reader) -> None:
    """`@3` is half a commit; the last whole one is @2."""
    assert days.clock.now
    assert clocks(small, known="@3") == ("2026-11-25", "2026-11-25", "@2")
    assert small.get("/v1/records", known="@3")["total"] == 1
    assert small.get("/v1/records", known="@4")["total"] == 3


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2013", "2013-12-31"),
        ("2012-02", "2012-02-29"),
        ("2013-05-06", "2013-05-06"),
        ("0000", "0000-12-31"),
        ("-0240", "-000240-12-31"),
        ("-0001-02", "-000001-02-28"),
        ("Y12025", "+012025-12-31"),
        ("Y-12025", "-012025-12-31"),
        ("+012025-12-31", "+012025-12-31"),
        ("-000240-12-31", "-000240-12-31"),
        ("9999", "9999-12-31"),
    ],
)
def test_a_period_means_its_last_day(reader: Reader, given: str, shown: str) -> None:
    """At `at` and at `stated`, in any year; what a pinned URL has is read again."""
    assert clocks(reader, at=given)[0] == shown
    assert clocks(reader, stated=given)[1] == shown
    assert clocks(reader, at=shown)[0] == shown


def test_during_takes_the_place_of_at(reader: Reader) -> None:
    """A year, a month or a day, shown as it was given."""
    for period in ("2013", "2013-05", "2013-05-06", "-0240", "Y12025"):
        assert clocks(reader, during=period) == (period, TODAY, "@1203")


@pytest.mark.parametrize("asked", QUESTIONS, ids=PATHS)
def test_at_and_during_contradict_each_other(reader: Reader, asked: Asked) -> None:
    """Both together are refused, even where they say the same."""
    for ask in asked.urls({"at": "2013-12-31", "during": "2013"}):
        answer = reader.ask(ask)
        assert (answer.status_code, slug(answer)) == (422, "validation")
        (error,) = answer.get_json()["errors"]
        assert error["parameter"] == "during"
        assert "takes the place of at" in error["detail"]


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "today", "13", "2013-13", "2013-02-30", "2013-5", "2013/2014", "../2013", "2013/",
        "201X", "2013~", "2013?", "2013-21", "20130506", "2013-05-06T00:00:00Z", "+2013", " 2013",
        "2013 ", "٢٠١٣", "２０１３", "Y2013", "Y1e5", "Y9999999999999999999", "1985-04-12\n",
        "-0000-01-01-01", "+12025-12-31", "NaN",
    ],
)  # fmt: skip
@pytest.mark.parametrize("clock", ["at", "during", "stated", "to_at", "to_stated"])
def test_what_is_no_year_month_or_day_is_refused(reader: Reader, clock: str, text: str) -> None:
    """By every question that takes the clock, with the clock at fault and the reason."""
    asks = [ask for asked in QUESTIONS for ask in asked.urls({clock: text})]
    assert asks
    for ask in asks[::4] if clock in ("at", "during", "stated") else asks:
        answer = reader.ask(ask)
        assert (answer.status_code, slug(answer)) == (422, "bad-edtf"), ask
        (error,) = answer.get_json()["errors"]
        assert (error["in"], error["parameter"]) == ("query", clock)
        assert error["detail"]


@pytest.mark.parametrize(
    "text",
    [
        "", "head", "1199", "@", "@-1", "@01", "@1.0", "@ 1", "@1 ", "@١", "@1e3", "@@1", "@0x10",
        "2026", "2026-11-25", "2026-11-25T09:00:00", "2026-11-25 09:00:00Z", "2026-11-25T24:00:00Z",
        "2026-02-30T00:00:00Z", "2026-11-25T09:60:00Z", "2026-11-25T09:00:00+24:00",
        "2026-11-25T09:00:00.Z", "0000-01-01T00:00:00+00:01", "2026-11-25T09:00:60Z",
    ],
)  # fmt: skip
def test_what_is_no_moment_of_the_log_is_refused(reader: Reader, text: str) -> None:
    """`known` and its kin take @n or an instant of RFC 3339, with an offset."""
    for clock in ("known", "to_known", "from", "to"):
        for asked in QUESTIONS:
            if clock not in asked.moments:
                continue
            for ask in asked.urls({clock: text}):
                answer = reader.ask(ask)
                assert (answer.status_code, slug(answer)) == (422, "validation"), ask
                (error,) = answer.get_json()["errors"]
                assert error["parameter"] == clock


def test_a_plus_that_came_as_a_blank_is_explained(reader: Reader) -> None:
    """Who writes `+01:00` into a URL as it is, reads how to write it."""
    for query in ("known=2026-11-25T13:00:00+01:00", "at=+012025-12-31", "stated=+012025-12-31"):
        answer = reader.ask(f"/v1/state?{query}")
        assert answer.status_code == 422
        assert "%2B" in answer.get_json()["detail"]
        assert reader.ask(f"/v1/state?{query.replace('+', '%2B')}").status_code == 200


@pytest.mark.parametrize("asked", QUESTIONS, ids=PATHS)
def test_the_log_is_asked_neither_of_the_future_nor_beyond_its_head(
    reader: Reader, asked: Asked
) -> None:
    """An instant after now is refused; a position beyond the head is a 404 that tells the head."""
    for clock in asked.moments:
        for ask in asked.urls({clock: "2026-11-25T18:00:00.000001Z"}):
            answer = reader.ask(ask)
            assert (answer.status_code, slug(answer)) == (422, "validation")
            assert "future" in answer.get_json()["detail"]
        for position in ("1204", "9223372036854775808", "9" * 3000):
            for ask in asked.urls({clock: f"@{position}"}):
                answer = reader.ask(ask)
                assert (answer.status_code, slug(answer)) == (404, "position-ahead"), ask[:100]
                body = answer.get_json()
                assert body["head"] == 1203
                assert body["position"] > 1203


def test_a_moment_now_is_not_the_future(days: Teller, small: Reader) -> None:
    """Now itself is allowed, and so is the head where the clock has stepped back behind it."""
    days.clock.set("2026-11-20T00:00:00.000000Z")
    assert clocks(small, known="2026-11-27T12:00:00Z")[2] == "@4"
    assert small.refused(url("/v1/state", known="2026-11-27T12:00:00.000001Z"))[0] == 422


def test_three_clocks_tell_three_things(teller: Teller, clock: Clock) -> None:
    """When it was so, what was said of it, what was recorded: each moves alone."""
    teller.tell({"type": "source", "id": "yearbook", "medium": "book", "title": "A yearbook"})
    teller.tell(facility("juno"))
    teller.tell(
        milestone("plan", "operation-started", "2020", modality="planned", stated="2016"),
        milestone("begun", "construction-started", "2015-01-10"),
        on="2026-11-26",
    )
    teller.tell(
        milestone("came", "operation-started", "2025-08-26", stated="2025-08-26"), on="2026-11-27"
    )
    teller.archive.catch_up()
    client = Reader(create_app(teller.archive))
    clock.set("2026-11-28T00:00:00.000000Z")

    def juno(**asked: str) -> tuple[str | None, str | None]:
        body = client.get("/v1/records/juno", **asked)
        return body["status"], body["expected"] and body["expected"]["status"]

    assert juno(at="2025") == ("operating", None)
    assert juno(at="2025-08-25") == ("under-construction", None)
    assert juno(at="2025", stated="2016") == ("under-construction", "operating")
    assert juno(at="2025", known="@4") == ("under-construction", None)
    assert juno(at="2025", known="2026-11-26T13:00:00Z") == ("under-construction", None)
    assert juno(at="2025", known="@2") == (None, None)
    assert client.refused("/v1/records/juno?known=@1") == (404, "no-such-record")


def test_what_had_not_been_recorded_is_not_found(days: Teller, small: Reader) -> None:
    """A record, a statement, a source: 404 before its first position, 200 from there."""
    days.tell(milestone("came", "operation-started", "2025"))
    days.archive.catch_up()
    for path, first in (
        ("/v1/records/juno", 2),
        ("/v1/records/juno/timeline", 2),
        ("/v1/records/juno/history", 2),
        ("/v1/sources/yearbook", 1),
        ("/v1/statements/came", 5),
    ):
        assert small.refused(f"{path}?known=@{first - 1}") == (404, "no-such-record")
        assert small.refused(f"{path}?known=@0") == (404, "no-such-record")
        assert small.ask(f"{path}?known=@{first}").status_code == 200
