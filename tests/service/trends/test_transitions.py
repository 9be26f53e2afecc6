"""What began and ended between two days: `/v1/transitions`, held against the rules word by word."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import pytest

from projections import VIEW
from service.app import create_app
from service.archive import Archive
from tests.naive.histories import (
    FIELDS,
    logged,
    period_around,
    random_history,
    random_instants,
    random_question,
    some_statuses,
)
from tests.naive.model import Logged, bounds_of, day_of, iso
from tests.naive.places import random_place
from tests.naive.promised_histories import promised_history
from tests.naive.transitions import transitions as naive_transitions
from tests.service.asked import FOREVER, LINES, Reader
from tests.story.telling import (
    Teller,
    amendment,
    correction,
    facility,
    kept,
    milestone,
    plan,
    statement,
    withdrawal,
)

PATH = "/v1/transitions"
KINDS = ("facility", "policy", "discovery")

Answer = dict[str, Any]
Items = list[Answer]


class Asker:
    """Asks over an archive, its views brought up to the log; `start` stands for `from`."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.reader = Reader(create_app(archive))

    def answer(self, start: str, to: str, **asked: str) -> Answer:
        """The answer about a period."""
        self.archive.catch_up()
        found: Answer = self.reader.get(PATH, **{"from": start, "to": to, **asked})
        return found

    def items(self, start: str, to: str, **asked: str) -> Items:
        """What is listed of a period."""
        found: Items = self.answer(start, to, **asked)["items"]
        return found

    def steps(self, start: str, to: str, **asked: str) -> list[tuple[str | None, ...]]:
        """What each thing was and became."""
        return [(item["was"], item["became"]) for item in self.items(start, to, **asked)]


@pytest.fixture
def asker(juno: Teller) -> Asker:
    """Asks over an archive with a source and JUNO, at @1 and @2."""
    return Asker(juno.archive)


# --- stories


def test_a_facility_is_told_step_by_step(juno: Teller, asker: Asker) -> None:
    """From nothing to running; what changes no status is no step, and a plan is none."""
    juno.tell(
        milestone("meant", "proposed", "2008"),
        plan("hope", "operation-started", "2018", "2013"),
        milestone("ground", "construction-started", "2015-01-10"),
        milestone("hall", "construction-started", "2016", entry="juno/second-hall"),
        milestone("named", "renamed", "2017", attributes={"name": "Jiangmen"}),
        milestone("filled", "accepted", "2024"),
        milestone("runs", "operation-started", "2025-08-26"),
    )
    assert asker.items("2000", "2026") == [
        {
            "kind": "facility",
            "record": "juno",
            "name": "JUNO",
            "was": was,
            "became": became,
            "date": {"date": date, "earliest": earliest, "latest": latest},
            "within": "certain",
            "statement": by,
        }
        for was, became, date, earliest, latest, by in (
            (None, "proposed", "2008", "2008-01-01", "2008-12-31", "meant"),
            ("proposed", "under-construction", *["2015-01-10"] * 3, "ground"),
            ("under-construction", "operating", *["2025-08-26"] * 3, "runs"),
        )
    ]


def test_what_came_and_went_in_between_is_listed(juno: Teller, asker: Asker) -> None:
    """A facility that ran from one day to another within the period: two states, one before and
    one after it, have it alike."""
    juno.tell(
        milestone("runs", "operation-started", "2011-03"),
        milestone("stops", "suspended", "2011-05"),
        milestone("again", "upgraded", "2011-07-01"),
        milestone("halts", "suspended", "2011-08", entry="juno/second-stop"),
        milestone("resumes", "operation-started", "2011-09", entry="juno/second-start"),
        milestone("ends", "decommissioned", "2012-01-31"),
        milestone("late", "operation-started", "2013", entry="juno/third-start"),
    )
    assert asker.steps("2011", "2012") == [
        (None, "operating"),
        ("operating", "suspended"),
        ("suspended", "operating"),
        ("operating", "suspended"),
        ("suspended", "operating"),
        ("operating", "decommissioned"),
    ]
    # A lower step does not resume, and nothing follows an ending for good.
    juno.tell(correction("resumes", {"milestone": "first-light"}))
    assert asker.steps("2011-09", "2013") == [("suspended", "decommissioned")]


def test_a_step_that_another_of_the_same_day_outdoes_is_still_one(
    juno: Teller, asker: Asker
) -> None:
    """Completed and running on one day: the views hold one status of it, the list has both, in
    the order of the rules, whichever was recorded first."""
    juno.tell(milestone("runs", "operation-started", "2012-05-06"))
    juno.tell(milestone("built", "completed", "2012-05-06"))
    juno.tell(milestone("ends", "decommissioned", "2012-05-06"))
    assert asker.steps("2012-05-06", "2012-05-06") == [
        (None, "completed"),
        ("completed", "operating"),
        ("operating", "decommissioned"),
    ]


def test_an_item_has_the_bounds_of_its_milestone(juno: Teller, asker: Asker) -> None:
    """A status counts from one end of a vague date; what began or ended is listed wherever it may
    have, for certain where its whole date lies in the period."""
    juno.tell(
        milestone("ground", "construction-started", "198X"),
        milestone("runs", "operation-started", "1990-23"),
        milestone("ends", "decommissioned", "1995-07"),
    )
    building, running, ended = asker.items("1980", "1995")
    assert building["date"] == {"date": "198X", "earliest": "1980-01-01", "latest": "1989-12-31"}
    assert running["date"] == {"date": "1990-23", "earliest": "1990-09-01", "latest": "1990-11-30"}
    assert ended["date"]["earliest"] == "1995-07-01"
    assert {item["within"] for item in (building, running, ended)} == {"certain"}

    def within(start: str, to: str) -> list[str]:
        return [f"{each['became']} {each['within']}" for each in asker.items(start, to)]

    assert within("1980-01-02", "1989") == ["under-construction possible"]
    assert within("1970", "1980-01-01") == ["under-construction possible"]
    assert within("1970", "1979") == []
    assert within("1989-12-31", "1990-11-29") == [
        "under-construction possible",
        "operating possible",
    ]
    assert within("1990-09-01", "1990-11-30") == ["operating certain"]
    assert within("1995-07-02", "1995-07-02") == ["decommissioned possible"]
    assert within("1995-08", "2000") == []


def test_open_bounds_are_null(juno: Teller, asker: Asker) -> None:
    """And what has no first day stands first."""
    juno.tell(
        milestone("ground", "construction-started", "2000"),
        facility("cern"),
        milestone("runs", "operation-started", "../2016", facility="cern"),
        milestone("ends", "decommissioned", "2016/..", facility="cern"),
    )
    first, second, third = asker.items("2000", "2020")
    assert (first["statement"], first["within"]) == ("runs", "possible")
    assert first["date"] == {"date": "../2016", "earliest": None, "latest": "2016-12-31"}
    assert (second["statement"], second["within"]) == ("ground", "certain")
    assert (third["statement"], third["within"]) == ("ends", "possible")
    assert third["date"] == {"date": "2016/..", "earliest": "2016-01-01", "latest": None}


def test_a_policy_begins_and_ends(juno: Teller, asker: Asker) -> None:
    """It ends on the first day on which it does not hold: after its own end, or as the next one
    begins; a decision that only ends another has no item."""
    chain = {"record": "plan", "country": "CN"}
    juno.tell(
        statement("policy", "tenth", "2001", until="2005", **chain),
        statement("policy", "new", "2003-03", **chain, supersedes="tenth"),
        statement("policy", "over", "2010-06-01", **chain, supersedes="new", decision="ended"),
        statement("policy", "apart", "2004", until="2006"),
    )
    assert [
        (item["statement"], item["was"], item["became"], item["date"]["date"], item["record"])
        for item in asker.items("2001", "2010")
    ] == [
        ("tenth", None, "in-force", "2001", "plan"),
        ("tenth", "in-force", None, "2003-03-01", "plan"),
        ("new", None, "in-force", "2003-03", "plan"),
        ("apart", None, "in-force", "2004", "apart"),
        ("apart", "in-force", None, "2007-01-01", "apart"),
        ("new", "in-force", None, "2010-06-01", "plan"),
    ]
    (ended,) = asker.items("2010", "2010")
    assert (ended["kind"], ended["name"], ended["within"]) == ("policy", "policy new", "certain")
    assert ended["date"] == dict.fromkeys(("date", "earliest", "latest"), "2010-06-01")


def test_a_discovery_that_counts_is_listed(juno: Teller, asker: Asker) -> None:
    """It was nothing and became nothing; a planned one, an observation and one that is disputed
    throughout are none."""
    juno.tell(
        statement("discovery", "found", "2012-03-08", country="CN"),
        statement("discovery", "doubted", "2012", rank="disputed"),
        statement("discovery", "hoped", "2012", modality="planned", stated="2010"),
        statement("observation", "seen", "2012", facility="juno"),
    )
    (item,) = asker.items("2012", "2012")
    assert (item["kind"], item["statement"]) == ("discovery", "found")
    assert (item["was"], item["became"]) == (None, None)


def test_nothing_is_listed_after_the_horizon(juno: Teller, asker: Asker) -> None:
    """What the sources had not said is not there; nor is what they had said of a day to come."""
    juno.tell(
        milestone("ground", "construction-started", "2015-01-10"),
        milestone("runs", "operation-started", "2025-08-26", stated="2015-03"),
        milestone("ends", "cancelled", "2015", stated="2015-05"),
    )
    assert asker.steps("2010", "2030", stated="2015-02") == [(None, "under-construction")]
    assert asker.items("2015-02-01", "2030", stated="2015-01") == []
    # Said in May to be over that year: it may have been so by then, even before it began.
    ended, began = asker.items("2010", "2030", stated="2015-06-30")
    assert (ended["was"], ended["became"]) == ("under-construction", "cancelled")
    assert (ended["within"], began["became"]) == ("certain", "under-construction")
    assert asker.items("2015-07", "2030", stated="2015-06-30") == []


def test_what_was_recorded_later_is_not_in_an_earlier_answer(juno: Teller, asker: Asker) -> None:
    """A correction, a withdrawal and a new name count from their commits on."""
    juno.tell(milestone("runs", "operation-started", "2015"))
    before = asker.answer("2015", "2016")
    juno.tell(correction("runs", {"date": "2016"}), on="2026-11-26")
    juno.tell(amendment("juno", {"name": "江门"}), on="2026-11-27")
    again = asker.reader.ask(before["pinned"])
    assert again.get_json() == before
    assert again.headers["Cache-Control"] == FOREVER
    (item,) = asker.items("2015", "2016")
    assert (item["name"], item["date"]["date"]) == ("江门", "2016")
    juno.tell(withdrawal("runs"), on="2026-11-28")
    assert asker.items("2015", "2016") == []


def test_it_is_followed_also_where_no_status_of_any_day_changed(juno: Teller, asker: Asker) -> None:
    """A step that another of its day outdoes, and a bound that leaves every status as it was, alter
    the list; what lies in another country, in another period, or changes nothing of it does not."""
    juno.tell(milestone("runs", "operation-started", "2012-05-06"))  # 3
    juno.tell(milestone("built", "completed", "2012-05-06"))  # 4
    juno.tell(correction("built", {"date": "2010/2012-05-06"}))  # 5
    juno.tell(correction("built", {"date": "2010/2012-06-06"}))  # 6
    juno.tell(correction("built", {"title": "Built"}))  # 7
    juno.tell(facility("cern", country="CH"))  # 8
    juno.tell(milestone("there", "operation-started", "2012", facility="cern"))  # 9
    juno.tell(milestone("late", "suspended", "2020"))  # 10
    juno.tell(statement("policy", "law", "2011", country="CN"))  # 11
    juno.tell(amendment("juno", {"name": "江门"}))  # 12
    juno.tell(withdrawal("built"))  # 13
    juno.archive.catch_up()
    of = f"{PATH}?from=2010&to=2013&stated=2026&country=CN"
    feed = asker.reader.get("/v1/follows", of=of)
    assert [item["position"] for item in feed["items"]] == [3, 4, 5, 6, 11, 12, 13]
    moved = {each["path"]: each["value"] for each in feed["items"][1]["changes"]["patch"]}
    assert moved["/items/juno:built:completed"]["date"]["date"] == "2012-05-06"
    assert moved["/items/juno:runs:operating/was"] == "completed"
    words = asker.reader.ask(f"/v1/follows?of={quote(of)}&format=atom").text
    for title in (
        "New: JUNO, operating, 2012-05-06",
        "JUNO: date from 2012-05-06 to 2010/2012-05-06",
        "New: policy law, in force, 2011",
        "No longer there: 江门, completed, 2010/2012-06-06",
    ):
        assert f"<title>{title}</title>" in words
    feed = asker.reader.get("/v1/follows", of=f"{of}&kind=policy")
    assert [item["position"] for item in feed["items"]] == [11]


def test_a_period_is_pinned_by_its_days(juno: Teller, asker: Asker) -> None:
    """`from` means the first day of its period and `to` the last; the horizon is written out."""
    juno.tell(milestone("runs", "operation-started", "2015"))
    answer = asker.answer("2010", "2013-02")
    assert (answer["from"], answer["to"]) == ("2010-01-01", "2013-02-28")
    assert answer["pinned"] == (
        f"{PATH}?stated=2026-11-25&known=@3&from=2010-01-01&to=2013-02-28&view={VIEW}"
    )
    assert "at" not in answer
    far = asker.answer("-0240", "Y12025")
    assert (far["from"], far["to"]) == ("-000240-01-01", "+012025-12-31")
    assert asker.reader.ask(far["pinned"]).get_json() == far


def test_a_period_has_defaults(juno: Teller, asker: Asker) -> None:
    """The year of today, or of the horizon if that is earlier; one that only ends begins with the
    year of its end."""
    juno.tell(milestone("runs", "operation-started", "2015"))

    def period(**asked: str) -> tuple[str, str]:
        juno.archive.catch_up()
        answer = asker.reader.get(PATH, **asked)
        return answer["from"], answer["to"]

    assert period() == ("2026-01-01", "2026-12-31")
    assert period(stated="2013-05") == ("2013-01-01", "2013-12-31")
    assert period(to="2013-05") == ("2013-01-01", "2013-05-31")
    assert period(**{"from": "2013"}) == ("2013-01-01", "2026-12-31")
    assert period(**{"from": "2030-02"}) == ("2030-02-01", "2030-12-31")


def test_filters_keep_a_part(juno: Teller, asker: Asker) -> None:
    """A place by its card or its own word, a kind, and what something became; the totals are of
    all that is kept, whatever the page."""
    juno.tell(
        facility("kek", country="JP", field="astronomy"),
        milestone("a", "operation-started", "2010"),
        milestone("b", "operation-started", "2011", facility="kek"),
        milestone("c", "suspended", "2012", facility="kek"),
        statement("discovery", "found", "2012-03-08", facility="kek"),
        statement("policy", "law", "2012", country="CN", field="astronomy"),
    )

    def kept_by(**asked: str) -> list[str]:
        return [item["statement"] for item in asker.items("2010", "2015", **asked)]

    assert kept_by() == ["a", "b", "c", "law", "found"]
    assert kept_by(country="JP") == ["b", "c", "found"]
    assert kept_by(field="astronomy") == ["b", "c", "law", "found"]
    assert kept_by(country="CN", field="astronomy") == ["law"]
    assert kept_by(kind="policy") == ["law"]
    assert kept_by(kind="facility", status="suspended") == ["c"]
    assert kept_by(status="suspended,operating") == ["a", "b", "c"]
    assert kept_by(kind="policy", status="operating") == []
    answer = asker.answer("2010", "2015", limit="2")
    assert answer["total"] == 5
    assert answer["totals"] == {
        "kind": {"facility": 3, "policy": 1, "discovery": 1},
        "status": {"operating": 2, "suspended": 1},
    }


def test_pages_have_every_item_once(juno: Teller, asker: Asker) -> None:
    """By the paths of `next`, at whatever size."""
    juno.tell(
        *(
            line
            for number in range(7)
            for line in (
                facility(f"f-{number}"),
                milestone(f"m-{number}", "approved", "2012", facility=f"f-{number}"),
            )
        )
    )
    whole = asker.items("2012", "2012")
    assert len(whole) == 7
    for limit in ("1", "3", "7"):
        page = asker.answer("2012", "2012", limit=limit)
        walked = page["items"]
        while page["next"] is not None:
            assert len(page["items"]) == int(limit)
            page = asker.reader.ask(page["next"]).get_json()
            walked += page["items"]
        assert walked == whole


def test_it_is_a_table_too(juno: Teller, asker: Asker) -> None:
    """A row an item, with the bounds of its date in columns, and the next page in a link."""
    juno.tell(
        milestone("ground", "construction-started", "2010-03"),
        milestone("runs", "operation-started", "2012/..", title="=1+1"),
        statement("policy", "law", "2013", country="CN", title="=1+1"),
    )
    juno.archive.catch_up()
    of = f"{PATH}?from=2010&to=2014&format=csv"
    answer = asker.reader.ask(of)
    assert answer.mimetype == "text/csv"
    assert answer.text.splitlines() == [
        "date,earliest,latest,within,kind,record,name,was,became,statement",
        "2010-03,2010-03-01,2010-03-31,certain,facility,juno,JUNO,,under-construction,ground",
        "2012/..,2012-01-01,,possible,facility,juno,JUNO,under-construction,operating,runs",
        "2013,2013-01-01,2013-12-31,certain,policy,law,'=1+1,,in-force,law",
    ]
    first = asker.reader.ask(f"{of}&limit=2")
    assert len(first.text.splitlines()) == 3
    (_, after) = first.headers["Link"].split("after=")
    assert after.startswith("2&format=csv&")


@pytest.mark.parametrize(
    ("query", "slug", "parameter"),
    [
        ("from=2013&to=2010", "validation", "from"),
        ("from=2013-02&to=2013-01-31", "validation", "from"),
        ("from=2013-13", "validation", "from"),
        ("to=198X", "validation", "to"),
        ("to=@17", "validation", "to"),
        ("at=2013", "unknown-parameter", "at"),
        ("during=2013", "unknown-parameter", "during"),
        ("expected=operating", "unknown-parameter", "expected"),
        ("kind=indicator", "validation", "kind"),
        ("status=in-force", "validation", "status"),
        ("country=XX", "validation", "country"),
        ("field=alchemy", "validation", "field"),
        ("limit=0", "validation", "limit"),
        ("after=x", "bad-cursor", ""),
    ],
)
def test_what_cannot_be_asked_is_refused(
    asker: Asker, query: str, slug: str, parameter: str
) -> None:
    """With the parameter at fault: a reversed period, a clock that it does not take."""
    asker.archive.catch_up()
    answer = asker.reader.ask(f"{PATH}?{query}")
    body = answer.get_json()
    named = body.get("errors", [{}])[0].get("parameter", body.get("parameter", ""))
    assert (body["type"].removeprefix("/problems/"), named) == (slug, parameter)


# --- against the naive model


HISTORIES = [(kind, seed) for seed in range(8) for kind in (random_history, promised_history)]


@pytest.mark.parametrize(
    ("history", "seed"), HISTORIES, ids=lambda each: getattr(each, "__name__", each)
)
def test_transitions_of_any_history_are_those_of_the_rules(
    tmp_path: Path, history: Any, seed: int
) -> None:
    """At any clocks, of any period, with any filters, item by item."""
    chance = Random(f"transitions {seed}")
    batches = history(chance)
    instants = random_instants(chance, len(batches))
    with kept(tmp_path, batches, instants) as archive:
        asker, log = Asker(archive), logged(batches, instants)
        listed = sum(check(asker, log, chance) for _ in range(30))
    assert listed > 5


def check(asker: Asker, log: list[Logged], chance: Random) -> int:
    """Ask of one period in both ways, and compare; how many items there are."""
    asked = random_question(chance, log)
    ends = sorted(day_of(each["at"]) for each in (asked, random_question(chance, log)))
    if chance.random() < 0.5:
        ends = [ends[0] - 3_000, ends[1] + 3_000]
    start, to = (period_around(chance, day) for day in ends)
    filters = {
        name: chance.choice(values)
        for name, values in (
            ("field", FIELDS),
            ("kind", KINDS),
            ("status", [some_statuses(chance)]),
        )
        if chance.random() < 0.2
    }
    if chance.random() < 0.3:
        filters |= random_place(chance)
    stated, known = asked["stated"], asked["known"]
    answer = asker.items(start, to, stated=stated, known=f"@{known}", **filters)
    first, last = iso(bounds_of(start).earliest), iso(bounds_of(to).latest)
    assert answer == naive_transitions(
        log, first=str(first), last=str(last), stated=stated, known=known, **filters
    )
    return len(answer)


@pytest.fixture(scope="module")
def chronicle() -> list[Logged]:
    """The shipped chronicle as the naive model has it."""
    return [
        Logged(min(300 * commit, len(LINES)), commit, f"2026-11-{20 + commit}", line)
        for commit in range(1, len(LINES) // 300 + 2)
        for line in LINES[300 * (commit - 1) : 300 * commit]
    ]


@pytest.mark.parametrize("seed", range(6))
def test_transitions_of_the_shipped_chronicle_are_those_of_the_rules(
    shipped: Archive, chronicle: list[Logged], seed: int
) -> None:
    """The same, at three of its commits."""
    asker, chance = Asker(shipped), Random(f"shipped {seed}")
    last = chance.choice([each.position for each in chronicle])
    log = [each for each in chronicle if each.position <= last]
    for _ in range(4):
        check(asker, log, chance)


def test_the_shipped_chronicle_is_told_year_by_year(reader: Reader) -> None:
    """What came and went from 2010 to 2013 in China, with those that a difference cannot see."""
    answer = reader.get(PATH, **{"from": "2010", "to": "2013", "country": "CN"})
    assert answer["total"] == len(answer["items"])
    began = [item["record"] for item in answer["items"] if item["became"] == "operating"]
    assert "daya-bay" in began
    assert json.dumps(answer["totals"]["kind"]).startswith('{"facility": ')
