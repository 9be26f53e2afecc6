"""Clocks: what a question's three texts mean beside a log."""

from __future__ import annotations

import contextlib
import datetime as dt
from bisect import bisect_right
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.clocks import AsOf, as_of, canonical, instant, utc_day
from events.commit import Epoch
from events.dates import iso, parse_iso
from events.errors import BadClock, PositionAhead

NOW = "2026-11-25T09:00:00.000000Z"


@dataclass(frozen=True)
class Saved:
    """A commit."""

    position: int
    recorded_at: str


class Chronicle:
    """A log of nothing but commits, each named by its last position."""

    def __init__(self, *commits: Saved) -> None:
        self.commits = commits

    def head(self) -> Saved | None:
        """The last commit."""
        return self.commits[-1] if self.commits else None

    def commit_at(self, position: int) -> Saved | None:
        """The last whole commit at or before a position."""
        return self._last(bisect_right([commit.position for commit in self.commits], position))

    def commit_by(self, recorded_at: str) -> Saved | None:
        """The last commit at or before an instant."""
        return self._last(
            bisect_right([commit.recorded_at for commit in self.commits], recorded_at)
        )

    def epochs(self) -> tuple[Epoch, ...]:
        """There is one."""
        return ()

    def _last(self, count: int) -> Saved | None:
        return self.commits[count - 1] if count else None


EMPTY = Chronicle()
# A batch of three events ends at 5; 6 is a hole, as PostgreSQL leaves them.
LOG = Chronicle(
    Saved(2, "2026-01-10T08:00:00.000000Z"),
    Saved(5, "2026-03-01T23:59:59.999999Z"),
    Saved(7, "2026-11-20T12:00:00.000001Z"),
)
# The clock of this machine stood ahead when the last commit was made.
AHEAD = Chronicle(*LOG.commits, Saved(8, "2026-12-02T00:00:00.000000Z"))


def ask(
    at: str | None = None,
    during: str | None = None,
    stated: str | None = None,
    known: str | None = None,
    *,
    log: Chronicle = LOG,
    now: str = NOW,
) -> AsOf:
    """The clocks of a question that leaves out most of them."""
    return as_of(at=at, during=during, stated=stated, known=known, log=log, now=now)


# `at`, `during` and `stated`


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("2013", "2013-12-31"),
        ("2012-02", "2012-02-29"),
        ("2013-05-06", "2013-05-06"),
        ("-0240", "-000240-12-31"),
        ("0000", "0000-12-31"),
        ("Y12025", "+012025-12-31"),
        ("9999", "9999-12-31"),
    ],
)
def test_a_period_means_its_last_day(text: str, last: str) -> None:
    """`at`, `during` and `stated` take a year, a month or a day, and mean its last day."""
    assert iso(ask(at=text).at) == last
    assert iso(ask(stated=text).stated) == last
    assert iso(ask(during=text).at) == last


def test_during_keeps_its_whole_period() -> None:
    """`during` asks for a period; `at` asks for none."""
    asked = ask(during="2013-05").during

    assert asked is not None
    assert (asked.text, iso(asked.first), iso(asked.last)) == (
        "2013-05",
        "2013-05-01",
        "2013-05-31",
    )
    assert ask(at="2013-05").during is None


def test_at_and_during_exclude_each_other() -> None:
    """`during` takes the place of `at`; both together contradict each other."""
    with pytest.raises(BadClock) as refused:
        ask(at="2013", during="2014")

    assert (refused.value.clock, refused.value.value) == ("during", "2014")
    assert "2013" in refused.value.why


@pytest.mark.parametrize("clock", ["at", "during", "stated"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "2013~",
        "2013?",
        "2013-21",
        "198X",
        "2013/2014",
        "../2013",
        "2013-02-30",
        "-0000",
        "today",
        "@5",
        "2013-01-01T00:00:00Z",
        "２０１３",
        "1" * 100,
    ],
)
def test_a_malformed_day_is_refused_by_the_name_of_its_clock(clock: str, text: str) -> None:
    """A refusal names clock and value, and says why."""
    with pytest.raises(BadClock) as refused:
        ask(**{clock: text})  # type: ignore[arg-type]  # `log` and `now` are not among the three

    assert (refused.value.clock, refused.value.value) == (clock, text)
    assert refused.value.why


# Defaults


@pytest.mark.parametrize(
    ("known", "log", "day"),
    [
        # Not given: today, or the day of the head if that is later.
        (None, LOG, "2026-11-25"),
        (None, EMPTY, "2026-11-25"),
        (None, AHEAD, "2026-12-02"),
        # Given: the day of the commit, be it before or after today.
        ("@7", LOG, "2026-11-20"),
        ("@5", LOG, "2026-03-01"),
        ("@8", AHEAD, "2026-12-02"),
        ("2026-06-01T00:00:00Z", LOG, "2026-03-01"),
        # Given, but there is no commit: today.
        ("@0", LOG, "2026-11-25"),
        ("@0", EMPTY, "2026-11-25"),
        ("2020-01-01T00:00:00Z", LOG, "2026-11-25"),
        ("@0", AHEAD, "2026-11-25"),
    ],
)
def test_at_and_stated_default_to_the_day_of_known(
    known: str | None, log: Chronicle, day: str
) -> None:
    """Where `known` is given, the UTC day of its commit; else the later of today and the head."""
    asked = ask(known=known, log=log)

    assert (iso(asked.at), iso(asked.stated)) == (day, day)


def test_what_is_given_is_no_default() -> None:
    """Each of the clocks can be given without the others."""
    asked = ask(at="2013", known="@5")
    assert (iso(asked.at), iso(asked.stated), asked.known) == ("2013-12-31", "2026-03-01", 5)

    asked = ask(stated="2016", known="@5")
    assert (iso(asked.at), iso(asked.stated), asked.known) == ("2026-03-01", "2016-12-31", 5)

    asked = ask(during="2013")
    assert (iso(asked.at), iso(asked.stated), asked.known) == ("2013-12-31", "2026-11-25", 7)


def test_known_defaults_to_the_head() -> None:
    """Without `known` a question is asked of the whole log, be it empty."""
    assert (ask().known, ask().known_at) == (7, "2026-11-20T12:00:00.000001Z")
    assert (ask(log=EMPTY).known, ask(log=EMPTY).known_at) == (0, None)


# `known` as a position


@pytest.mark.parametrize(
    ("known", "position"),
    [("@0", 0), ("@1", 0), ("@2", 2), ("@3", 2), ("@4", 2), ("@5", 5), ("@6", 5), ("@7", 7)],
)
def test_a_position_rounds_down_to_a_whole_commit(known: str, position: int) -> None:
    """Inside a batch, in a hole and before the first commit, `@n` means what was whole by then."""
    asked = ask(known=known)

    assert asked.known == position
    assert asked.known_at == next(
        (commit.recorded_at for commit in LOG.commits if commit.position == position), None
    )


@pytest.mark.parametrize(
    ("known", "log", "position", "head"),
    [
        ("@8", LOG, 8, 7),
        ("@1", EMPTY, 1, 0),
        (f"@{2**63 - 1}", LOG, 2**63 - 1, 7),
        (f"@{2**63}", LOG, 2**63 - 1, 7),
        (f"@{10**20}", LOG, 2**63 - 1, 7),
        ("@" + "9" * 10_000, LOG, 2**63 - 1, 7),
    ],
)
def test_a_position_beyond_the_head_is_ahead(
    known: str, log: Chronicle, position: int, head: int
) -> None:
    """A log that has not got there says how far it is; a number of any size is told in 64 bits, and
    named as it was given, the beginning of one that nobody reads."""
    with pytest.raises(PositionAhead) as ahead:
        ask(known=known, log=log)

    assert (ahead.value.position, ahead.value.head) == (position, head)
    told = known if len(known) <= 80 else f"{known[:80]}…"
    assert str(ahead.value) == f"{told} is ahead of the log, whose head is @{head}"


@pytest.mark.parametrize(
    "known",
    [
        "",
        "@",
        "@-1",
        "@+1",
        "@01",
        "@00",
        "@1.0",
        "@ 1",
        "@1 ",
        "@1\n",
        "@１",
        "@x",
        "@@1",
        "1",
        "5",
        "@1_0",
        "2026",
        "2026-11-25",
        "now",
        "head",
        " @1",
    ],
)
def test_known_takes_a_position_or_an_instant_and_nothing_else(known: str) -> None:
    """Anything else is malformed: signs, leading zeros, blanks, bare numbers and days."""
    with pytest.raises(BadClock) as refused:
        ask(known=known)

    assert (refused.value.clock, refused.value.value) == ("known", known)
    assert "@1199" in refused.value.why


# `known` as an instant


@pytest.mark.parametrize(
    ("known", "position"),
    [
        ("0000-01-01T00:00:00Z", 0),
        ("2026-01-10T07:59:59.999999Z", 0),
        ("2026-01-10T08:00:00Z", 2),
        ("2026-01-10T09:00:00+01:00", 2),
        ("2026-01-10T09:00:00.000000+01:01", 0),
        ("2026-03-01T23:59:59.999998Z", 2),
        ("2026-03-01T23:59:59.999999Z", 5),
        ("2026-03-01T23:59:60Z", 5),
        ("2026-11-20T12:00:00.000000999Z", 5),
        ("2026-11-20T12:00:00.000001Z", 7),
        (NOW, 7),
    ],
)
def test_an_instant_means_the_last_commit_by_then(known: str, position: int) -> None:
    """An instant names the last commit at or before it; before the first, the empty log."""
    assert ask(known=known).known == position


@pytest.mark.parametrize("log", [LOG, EMPTY])
@pytest.mark.parametrize("known", ["2026-11-25T09:00:00.000001Z", "9999-12-31T23:59:59Z"])
def test_an_instant_in_the_future_is_refused(known: str, log: Chronicle) -> None:
    """What the log will hold by then cannot be told yet."""
    with pytest.raises(BadClock, match="future"):
        ask(known=known, log=log)


def test_an_instant_of_the_log_is_never_in_the_future() -> None:
    """A commit made while the clock stood ahead can be asked for by its own instant."""
    assert ask(known="2026-12-02T00:00:00Z", log=AHEAD).known == 8
    assert ask(known="2026-12-01T00:00:00Z", log=AHEAD).known == 7
    with pytest.raises(BadClock, match="future"):
        ask(known="2026-12-02T00:00:00.000001Z", log=AHEAD)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-25T09:00:00Z", "2026-11-25T09:00:00.000000Z"),
        ("2026-11-25t09:00:00z", "2026-11-25T09:00:00.000000Z"),
        ("2026-11-25T09:00:00.5Z", "2026-11-25T09:00:00.500000Z"),
        ("2026-11-25T09:00:00.0000019Z", "2026-11-25T09:00:00.000001Z"),
        ("2026-11-25T09:00:00." + "9" * 5000 + "Z", "2026-11-25T09:00:00.999999Z"),
        ("2026-11-25T09:00:00-00:00", "2026-11-25T09:00:00.000000Z"),
        ("2026-11-25T00:30:00+05:45", "2026-11-24T18:45:00.000000Z"),
        ("2026-12-31T20:00:00-08:00", "2027-01-01T04:00:00.000000Z"),
        ("2024-02-29T23:59:59+23:59", "2024-02-29T00:00:59.000000Z"),
        ("0000-02-29T00:00:00Z", "0000-02-29T00:00:00.000000Z"),
        ("0000-01-01T00:00:00-01:00", "0000-01-01T01:00:00.000000Z"),
        ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000000Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999999Z"),
        ("2016-12-31T23:59:60.25Z", "2016-12-31T23:59:59.999999Z"),
        ("2017-01-01T07:59:60+08:00", "2016-12-31T23:59:59.999999Z"),
    ],
)
def test_an_instant_is_written_in_utc_to_the_microsecond(text: str, utc: str) -> None:
    """Any RFC 3339 text becomes 27 characters; finer digits are cut off, not rounded."""
    assert instant(text) == utc
    assert len(utc) == 27


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("2026-02-29T00:00:00Z", "no such day"),
        ("2026-13-01T00:00:00Z", "no such day"),
        ("2026-11-25T24:00:00Z", "no such time"),
        ("2026-11-25T23:60:00Z", "no such time"),
        ("2026-11-25T23:59:61Z", "no such time"),
        ("2016-12-31T23:58:60Z", "23:59:60 in UTC"),
        ("2016-12-31T23:59:60+01:00", "23:59:60 in UTC"),
        ("2026-11-25T09:00:00+24:00", "offset"),
        ("2026-11-25T09:00:00+01:60", "offset"),
        ("0000-01-01T00:00:00+00:01", "outside the years"),
        ("9999-12-31T23:59:59-00:01", "outside the years"),
        ("2026-11-25T09:00:00 01:00", "%2B"),
        ("2026-11-25T09:00:00.5 01:00", "%2B"),
        ("2026-11-25 09:00:00Z", "write a position"),
        ("2026-11-25T09:00:00", "write a position"),
        ("2026-11-25T09:00Z", "write a position"),
        ("2026-11-25T09:00:00.Z", "write a position"),
        ("2026-11-25T09:00:00,5Z", "write a position"),
        ("2026-11-25T09:00:00+0100", "write a position"),
        ("2026-11-25T09:00:00Z\n", "write a position"),
        ("-0001-11-25T09:00:00Z", "write a position"),
        ("２０２６-11-25T09:00:00Z", "write a position"),
    ],
)
def test_a_malformed_instant_is_refused(text: str, word: str) -> None:
    """A text that is no instant of the calendar is refused with its reason, and never a crash."""
    with pytest.raises(BadClock) as refused:
        instant(text)

    assert (refused.value.clock, refused.value.value) == ("known", text)
    assert word in refused.value.why


@given(
    st.datetimes(
        dt.datetime(1, 1, 3),  # noqa: DTZ001  # hypothesis wants bounds without a zone
        dt.datetime(9999, 12, 29),  # noqa: DTZ001  # the same
        timezones=st.integers(-1439, 1439)
        .map(lambda minutes: st.just(dt.timezone(dt.timedelta(minutes=minutes))))
        .flatmap(lambda zone: zone),
    )
)
def test_instants_agree_with_python_where_python_can_go(moment: dt.datetime) -> None:
    """Offsets are taken off as the standard library does it."""
    utc = moment.astimezone(dt.UTC).replace(tzinfo=None)

    assert instant(moment.isoformat()) == utc.isoformat(timespec="microseconds") + "Z"
    assert iso(utc_day(instant(moment.isoformat()))) == utc.date().isoformat()


def test_an_instant_in_utc_is_its_own_text() -> None:
    """What a commit says of itself is read back unchanged, and lies on its day."""
    for commit in AHEAD.commits:
        assert instant(commit.recorded_at) == commit.recorded_at
        assert utc_day(commit.recorded_at) == parse_iso(commit.recorded_at[:10])


# Pinned


def test_a_pinned_url_writes_out_every_clock_in_order() -> None:
    """`at` or `during`, then `stated`, then `known` as the position of a whole commit."""
    assert canonical(ask(at="2013", known="2026-06-01T00:00:00Z")) == [
        ("at", "2013-12-31"),
        ("stated", "2026-03-01"),
        ("known", "@5"),
    ]
    assert canonical(ask(during="-0240", stated="2016", known="@6")) == [
        ("during", "-0240"),
        ("stated", "2016-12-31"),
        ("known", "@5"),
    ]
    assert canonical(ask(log=EMPTY)) == [
        ("at", "2026-11-25"),
        ("stated", "2026-11-25"),
        ("known", "@0"),
    ]


@pytest.mark.parametrize("log", [LOG, AHEAD, EMPTY])
@pytest.mark.parametrize(
    "world",
    [
        {"at": "2013"},
        {"during": "Y12025"},
        {"at": "-0043-03-15"},
        {"at": "Y12025", "stated": "Y-12025"},
        {},
    ],
)
def test_a_pinned_question_stays_as_it_is(log: Chronicle, world: dict[str, str]) -> None:
    """Asked again as it was pinned, years later, a question has the same clocks."""
    pinned = ask(**world, log=log)
    again = ask(**dict(canonical(pinned)), log=log, now="2040-01-01T00:00:00.000000Z")

    assert again == pinned


@pytest.mark.parametrize("clock", ["at", "stated"])
@pytest.mark.parametrize("text", ["-000043-03-15", "+012025-12-31", "-012025-12-31"])
def test_a_far_day_is_read_as_a_pinned_url_writes_it(clock: str, text: str) -> None:
    """Outside 0000 to 9999 a day has sign and six digits, as every answer prints it."""
    asked = ask(at=text) if clock == "at" else ask(stated=text)

    assert iso(asked.at if clock == "at" else asked.stated) == text
    assert (clock, text) in canonical(asked)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (" 012025-12-31", "%2B"),
        ("+012025-02-29", "no such day"),
        ("+002025-12-31", "is written 2025-12-31"),
        ("-000000-12-31", "is written 0000-12-31"),
    ],
)
def test_a_far_day_has_one_spelling(text: str, word: str) -> None:
    """A blank for +, a day off the calendar and a second spelling are refused with the reason."""
    with pytest.raises(BadClock) as refused:
        ask(at=text)

    assert (refused.value.clock, refused.value.value) == ("at", text)
    assert word in refused.value.why


def test_a_period_of_one_far_day_is_asked_for_in_edtf() -> None:
    """`during` is pinned by its own text, so it has the one spelling of EDTF."""
    with pytest.raises(BadClock, match="during"):
        ask(during="-000043-03-15")
    assert canonical(ask(during="-0043-03-15"))[0] == ("during", "-0043-03-15")


# Any text at all

texts = st.none() | st.text(max_size=30) | st.text(alphabet="0123456789@TZtz:.+- XY~/", max_size=30)
instants = st.from_regex(
    r"[0-9]{4}-[01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{1,9})?"
    r"([Zz]|[+ -][0-2][0-9]:[0-6][0-9])",
    fullmatch=True,
)
positions = st.integers(0, 12).map("@{}".format)


@given(
    at=texts | st.just("2013"),
    during=texts,
    stated=texts | st.just("2016"),
    known=texts | instants | positions,
    log=st.sampled_from([EMPTY, LOG, AHEAD]),
)
def test_any_texts_are_clocks_or_refused(
    at: str | None, during: str | None, stated: str | None, known: str | None, log: Chronicle
) -> None:
    """No texts make the clocks raise anything but BadClock and PositionAhead."""
    try:
        asked = ask(at=at, during=during, stated=stated, known=known, log=log)
    except (BadClock, PositionAhead):
        return
    assert asked.known == 0 or asked.known in [commit.position for commit in log.commits]
    assert (asked.known_at is None) == (asked.known == 0)


@given(instants)
def test_any_instant_is_written_in_27_characters_or_refused(text: str) -> None:
    """Whatever day, time and offset meet, the answer is an instant or a refusal."""
    with contextlib.suppress(BadClock):
        utc = instant(text)
        assert len(utc) == 27
        assert instant(utc) == utc
