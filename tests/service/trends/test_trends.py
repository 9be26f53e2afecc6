"""How it went through the years, and that each point is the state of its day: `/v1/trends`."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from events.commit import microseconds
from projections import VIEW
from service.app import create_app
from service.archive import Archive
from service.cli.command import annales
from service.trends.schemas import TrendsSchema
from service.trends.trend import MOST_IN_ALL, MOST_POINTS
from tests.naive.histories import FIELDS, logged, random_history, random_instants
from tests.naive.histories import random_question as random_state
from tests.naive.model import STATUSES, Logged, civil, day_of
from tests.naive.trends import key_text, steps_of
from tests.naive.trends import trends as naive_trends
from tests.service.asked import ASK_AGAIN, FOREVER, LINES
from tests.story.telling import (
    NOON,
    Clock,
    Teller,
    amendment,
    command,
    correction,
    facility,
    kept,
    milestone,
    plan,
    reading,
    statement,
    withdrawal,
)

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "states.json").read_text("utf-8"))
MEASURES = ("status", "discoveries", "policies", "indicator")
CATCHING_UP = {
    "measure": "status",
    "status": "operating",
    "by": "country",
    "country": "CN,US,JP,CH,DE,FR,GB,IT",
    "from": "1980",
    "to": "2026",
}

Answer = dict[str, Any]
Points = list[dict[str, Any]]


class Asker:
    """Asks the service over an archive, its views brought up to the log."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.client: FlaskClient = create_app(archive).test_client()

    def ask(self, asked: Mapping[str, str], **headers: str) -> TestResponse:
        """The response to a trend."""
        self.archive.catch_up()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get("/v1/trends", query_string=asked, headers=named)

    def trends(self, **asked: str) -> Answer:
        """The answer; it loads by its schema, `start` stands for `from`."""
        if "start" in asked:
            asked["from"] = asked.pop("start")
        response = self.ask(asked)
        assert response.status_code == 200, response.text
        answer: Answer = response.get_json()
        TrendsSchema().load(answer)
        return answer

    def series(self, **asked: str) -> dict[str, Points]:
        """The points of each series, by its key."""
        return by_key(self.trends(**asked))

    def csv(self, asked: Mapping[str, str]) -> list[dict[str, str]]:
        """The rows of the answer as CSV."""
        response = self.ask({**asked, "format": "csv"})
        assert response.status_code == 200, response.text
        assert response.mimetype == "text/csv"
        return list(csv.DictReader(StringIO(response.get_data(as_text=True), newline="")))

    def state(self, **asked: str) -> Answer:
        """The state that a point is held against."""
        response = self.client.get("/v1/state", query_string=asked)
        assert response.status_code == 200, response.text
        answer: Answer = response.get_json()
        return answer

    def refusal(self, **asked: str) -> tuple[int, str, str]:
        """The status, the slug and the parameter of a problem."""
        if "start" in asked:
            asked["from"] = asked.pop("start")
        response = self.ask(asked)
        body: Answer = response.get_json()
        assert response.status_code >= 400, body
        assert response.mimetype == "application/problem+json"
        parameter = body.get("errors", [{}])[0].get("parameter", body.get("parameter", ""))
        return response.status_code, body["type"].removeprefix("/problems/"), parameter


def by_key(answer: Answer) -> dict[str, Points]:
    """The points of each series by its key; no key comes twice."""
    found = {key_text(each["key"]): each["points"] for each in answer["series"]}
    assert len(found) == len(answer["series"])
    return found


def counts(points: Points) -> list[int]:
    """The counts of a series."""
    return [point["count"] for point in points]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    """The shipped chronicle in commits of 300 lines, the last at @1199, all at one noon."""
    with Archive(tmp_path_factory.mktemp("shipped"), clock=Clock()) as archive:
        for first in range(0, len(LINES), 300):
            archive.chronicle.execute(command(*LINES[first : first + 300]))
        yield Asker(archive)


@pytest.fixture
def asker(juno: Teller) -> Asker:
    """Asks over an archive with a source and JUNO, at @1 and @2."""
    return Asker(juno.archive)


# --- by hand


@pytest.mark.parametrize("golden", GOLDEN["states"], ids=lambda golden: golden["at"])
def test_a_point_counts_what_was_worked_out_by_hand(shipped: Asker, golden: Answer) -> None:
    """China at the end of 1984, 2003 and 2020, among all the points from 1975 to 2026."""
    series = shipped.series(country="CN", start="1975", to="2026")
    told = {
        json.loads(key)["status"]: next(p["count"] for p in points if p["at"] == golden["at"])
        for key, points in series.items()
    }
    assert {status: count for status, count in told.items() if count} == {
        status: len(named) for status, named in golden["status"].items()
    }


def test_the_catching_up_is_one_request(shipped: Asker) -> None:
    """China beside the United States, Japan and five countries of Europe, each with its series
    though nothing runs in the last two: it had two running in 1984, with the tandem of Beijing,
    and more than all the others together from 2000 on."""
    answer = shipped.trends(**CATCHING_UP)
    countries = [each["key"]["country"] for each in answer["series"]]
    assert countries == sorted(CATCHING_UP["country"].split(","))
    operating = {each["key"]["country"]: counts(each["points"]) for each in answer["series"]}
    assert {len(row) for row in operating.values()} == {47}
    golden = {state["at"][:4]: len(state["status"]["operating"]) for state in GOLDEN["states"]}
    assert {year: operating["CN"][int(year) - 1980] for year in golden} == golden
    others = [sum(row[i] for name, row in operating.items() if name != "CN") for i in range(47)]
    assert operating["GB"] == operating["IT"] == [0] * 47
    ahead = [1980 + i for i, count in enumerate(operating["CN"]) if count > others[i]]
    assert ahead
    assert ahead == list(range(ahead[0], 2027))


def test_a_region_is_one_series_beside_the_countries(shipped: Asker) -> None:
    """Europe is the sum of its countries, whatever else is asked for, in the same request."""
    asked = {"status": "operating", "by": "country", "start": "1980", "to": "2026"}
    answer = shipped.trends(country="CN,US,JP", region="europe", **asked)
    assert answer["by"] == ["status", "country", "region"]
    keys = [(each["key"]["country"], each["key"]["region"]) for each in answer["series"]]
    assert keys == [(None, "europe"), ("CN", None), ("JP", None), ("US", None)]
    europe, china, *_ = (counts(each["points"]) for each in answer["series"])
    parts = shipped.series(country="CH,DE,FR,GB,IT", **asked)
    assert europe == [sum(row) for row in zip(*map(counts, parts.values()), strict=True)]
    assert europe[-1] > 1
    key = key_text({"status": "operating", "country": "CN"})
    assert china == counts(shipped.series(country="CN", **asked)[key])
    beside = shipped.trends(region="europe", **asked)["series"]
    alone = shipped.trends(**asked)["series"]
    assert [each["points"] for each in beside[1:]] == [each["points"] for each in alone]
    rows = shipped.csv({"region": "europe", "status": "operating", "from": "2026", "to": "2026"})
    assert [(row["region"], int(row["count"])) for row in rows][1] == ("europe", europe[-1])


def test_what_is_named_has_a_series_and_what_is_not_has_none(juno: Teller, asker: Asker) -> None:
    """Where the filters name every member of the key: each combination, be it nothing but zeros."""
    juno.tell(milestone("runs", "operation-started", "2015"))
    asked = {"start": "2014", "to": "2015"}
    series = asker.series(country="CN,IT", status="operating", by="country", **asked)
    assert {key: counts(points) for key, points in series.items()} == {
        key_text({"status": "operating", "country": "CN"}): [0, 1],
        key_text({"status": "operating", "country": "IT"}): [0, 0],
    }
    assert len(asker.series(country="CN,IT", by="country", **asked)) == 1
    assert len(asker.series(status="operating,suspended", **asked)) == 2
    assert len(asker.series(status="suspended", by="field", **asked)) == 0
    nothing = asker.series(measure="discoveries", country="IT,JP", by="country", **asked)
    assert nothing == {
        key_text({"country": country}): [
            {"at": at, "count": 0, "new": 0} for at in ("2014-12-31", "2015-12-31")
        ]
        for country in ("IT", "JP")
    }
    assert asker.series(measure="policies", region="europe", **asked) == {
        key_text({"region": "europe"}): [
            {"at": at, "count": 0} for at in ("2014-12-31", "2015-12-31")
        ]
    }
    assert asker.series(measure="indicator", country="IT", series="rd-share", **asked) == {}


@pytest.mark.parametrize("measure", MEASURES)
def test_a_point_beyond_the_horizon_is_marked(shipped: Asker, measure: str) -> None:
    """As what was known last, in both forms; a day on the horizon is not beyond it."""
    asked = {"measure": measure, "from": "2010", "to": "2020", "stated": "2016"}
    answer = shipped.ask(asked).get_json()
    for series in answer["series"]:
        marked = {p["at"][:4]: p.get("certainty") for p in series["points"]}
        assert marked == {
            str(year): "last-known" if year > 2016 else None for year in range(2010, 2021)
        }
    for row in shipped.csv(asked):
        assert row["certainty"] == ("last-known" if row["at"][:4] > "2016" else "")


def test_without_an_end_a_trend_ends_with_the_step_of_the_horizon(shipped: Asker) -> None:
    """Whose last point is beyond the horizon unless that is the last day of the step."""
    for stated, marked in (("2016", False), ("2016-05", True), ("2030", True)):
        (points, *_) = shipped.series(status="operating", stated=stated).values()
        assert points[-1]["at"] == ("2026-12-31" if stated == "2030" else "2016-12-31")
        assert ("certainty" in points[-1]) == (marked and stated != "2030")
        assert all("certainty" not in point for point in points[:-1])


def test_a_reading_holds_until_the_next(juno: Teller, asker: Asker) -> None:
    """Null before the first; a unit that changes is another series; another word in time is
    told by the later statement."""
    juno.tell(
        reading("r-2010", "2010", 1.5, country="CN"),
        reading("r-2012", "2012", 2.0, country="CN"),
        reading("r-2012-b", "2012", 2.5, country="CN", stated="2015"),
        reading("r-2013", "2013", 300, country="CN", unit="CNY"),
        reading("other", "2011", 7, series="telescopes", unit="telescopes"),
    )
    answer = asker.trends(measure="indicator", start="2009", to="2014")
    assert answer["by"] == ["series", "country", "unit"]
    assert [each["key"] for each in answer["series"]] == [
        {"series": "rd-share", "country": "CN", "unit": "%"},
        {"series": "rd-share", "country": "CN", "unit": "CNY"},
        {"series": "telescopes", "country": None, "unit": "telescopes"},
    ]
    share, money, telescopes = (each["points"] for each in answer["series"])
    assert [point["value"] for point in share] == [None, 1.5, 1.5, 2.5, None, None]
    assert [point["date"] for point in share] == [None, "2010", "2010", "2012", None, None]
    assert [point["statement"] for point in share][2:4] == ["r-2010", "r-2012-b"]
    assert [point["value"] for point in money] == [None, None, None, None, 300, 300]
    assert [point["value"] for point in telescopes] == [None, None, 7, 7, 7, 7]
    only = asker.trends(measure="indicator", series="telescopes,none-such", start="2009", to="2014")
    assert [each["points"] for each in only["series"]] == [telescopes]
    in_2013 = asker.trends(
        measure="indicator", series="rd-share", start="2012", to="2012", stated="2014"
    )
    assert in_2013["series"][0]["points"] == [
        {"at": "2012-12-31", "value": 2.0, "date": "2012", "statement": "r-2012"}
    ]


def test_a_vague_milestone_gives_a_range_where_it_straddles_the_point(
    juno: Teller, asker: Asker
) -> None:
    """A start in the summer of 2015 counts from June, and is sure from the end of August."""
    juno.tell(
        milestone("ground", "construction-started", "2014-05-01"),
        milestone("runs", "operation-started", "2015-22"),
    )
    asked = {"start": "2015-05", "to": "2015-08", "step": "month"}
    assert asker.series(**asked)[key_text({"status": "operating"})] == [
        {"at": "2015-05-31", "count": 0},
        {"at": "2015-06-30", "count": 1, "certain": 0, "possible": 1},
        {"at": "2015-07-31", "count": 1, "certain": 0, "possible": 1},
        {"at": "2015-08-31", "count": 1},
    ]
    building = asker.series(**asked, status="under-construction")
    assert list(building) == [key_text({"status": "under-construction"})]
    assert building[key_text({"status": "under-construction"})][1] == {
        "at": "2015-06-30",
        "count": 0,
        "certain": 0,
        "possible": 1,
    }
    assert asker.csv({"from": "2015-06", "to": "2015-06", "step": "month"}) == [
        {
            "at": "2015-06-30",
            "status": status,
            "count": count,
            "certain": "0",
            "possible": "1",
            "certainty": "",
        }
        for status, count in (("under-construction", "0"), ("operating", "1"))
    ]


def test_a_status_that_is_only_possible_is_a_series_too(juno: Teller, asker: Asker) -> None:
    """A shutdown at some time in 2015 or 2016 counts from the end of 2016, and may have been."""
    juno.tell(
        milestone("runs", "operation-started", "2010"),
        milestone("ends", "decommissioned", "2015/2016"),
    )
    series = asker.series(start="2014", to="2015")
    assert series[key_text({"status": "decommissioned"})] == [
        {"at": "2014-12-31", "count": 0},
        {"at": "2015-12-31", "count": 0, "certain": 0, "possible": 1},
    ]
    assert key_text({"status": "decommissioned"}) not in asker.series(start="2011", to="2014")


def test_beyond_the_horizon_the_last_known_status_goes_on(juno: Teller, asker: Asker) -> None:
    """What came after `stated` is not in it, and a plan moves no count."""
    juno.tell(
        milestone("ground", "construction-started", "2015-01-10"),
        plan("hope", "operation-started", "2018", "2016"),
        milestone("runs", "operation-started", "2025-08-26"),
    )
    then = asker.series(start="2014", to="2026", stated="2016")
    assert {key: counts(points) for key, points in then.items()} == {
        key_text({"status": "under-construction"}): [0] + [1] * 12
    }
    now = asker.series(start="2014", to="2026")
    assert counts(now[key_text({"status": "under-construction"})]) == [0] + [1] * 10 + [0, 0]
    assert counts(now[key_text({"status": "operating"})]) == [0] * 11 + [1, 1]


def test_what_was_recorded_later_is_not_in_an_earlier_trend(juno: Teller, asker: Asker) -> None:
    """At an earlier `known` neither a correction, a withdrawal nor a card's new home counts."""
    juno.tell(milestone("runs", "operation-started", "2015"))
    juno.tell(statement("policy", "law", "2012", country="CN"))
    before = asker.trends(by="country", start="2014", to="2016", known="@4")
    juno.tell(correction("runs", {"date": "2016"}), on="2026-11-26")
    juno.tell(withdrawal("law"), on="2026-11-27")
    juno.tell(amendment("juno", {"country": "JP"}), on="2026-11-28")
    assert asker.trends(by="country", start="2014", to="2016", known="@4") == before
    key = {"status": "operating", "country": "CN"}
    assert counts(by_key(before)[key_text(key)]) == [0, 1, 1]
    moved = asker.series(by="country", start="2014", to="2016")
    assert {key: counts(points) for key, points in moved.items()} == {
        key_text({**key, "country": "JP"}): [0, 0, 1]
    }
    assert asker.series(measure="policies", start="2014", to="2014") == {}
    old = asker.series(measure="policies", start="2014", to="2014", known="@4")
    assert old == {"{}": [{"at": "2014-12-31", "count": 1}]}


def test_operators_are_those_of_the_cards(juno: Teller, asker: Asker) -> None:
    """As the card stood at `known`; null where it names none; told apart within a country too."""
    juno.tell(
        facility("heps", operator="IHEP"),
        facility("kek", operator="KEK", country="JP"),
        milestone("a", "operation-started", "2010"),
        milestone("b", "operation-started", "2011", facility="heps"),
        milestone("c", "operation-started", "2012", facility="kek"),
    )
    head = juno.archive.chronicle.log.head()
    assert head is not None
    answer = asker.trends(by="operator,country", start="2010", to="2012")
    assert answer["by"] == ["status", "country", "operator"]
    assert [(each["key"]["country"], each["key"]["operator"], counts(each["points"]))
            for each in answer["series"]] == [
        ("CN", None, [1, 1, 1]),
        ("CN", "IHEP", [0, 1, 1]),
        ("JP", "KEK", [0, 0, 1]),
    ]  # fmt: skip
    juno.tell(amendment("juno", {"operator": "IHEP"}))
    joined = asker.series(by="operator", country="CN", start="2010", to="2012")
    assert {key: counts(points) for key, points in joined.items()} == {
        key_text({"status": "operating", "operator": "IHEP"}): [1, 2, 2]
    }
    before = asker.trends(by="operator,country", start="2010", to="2012", known=f"@{head.position}")
    assert before["series"] == answer["series"]


def test_discoveries_add_up_and_the_new_ones_are_told(juno: Teller, asker: Asker) -> None:
    """From the first possible day; an open beginning was always there, and is new in no step."""
    juno.tell(
        statement("discovery", "old", "1990", country="CN"),
        statement("discovery", "always", "../2000", country="CN"),
        statement("discovery", "vague", "2011/2013", facility="juno"),
        statement("discovery", "late", "2013-06", country="JP", field="fusion"),
    )
    (points,) = asker.series(measure="discoveries", start="2010", to="2013").values()
    assert [(point["count"], point["new"]) for point in points] == [(2, 0), (3, 1), (3, 0), (4, 1)]
    by = asker.series(measure="discoveries", by="country,field", start="2010", to="2013")
    assert {key: counts(points) for key, points in by.items()} == {
        key_text({"country": "CN", "field": None}): [2, 2, 2, 2],
        key_text({"country": "CN", "field": "particle-physics"}): [0, 1, 1, 1],
        key_text({"country": "JP", "field": "fusion"}): [0, 0, 0, 1],
    }
    monthly = asker.series(
        measure="discoveries", country="JP", start="2013-05", to="2013-07", step="month"
    )
    assert [(p["count"], p["new"]) for p in monthly["{}"]] == [(0, 0), (1, 1), (1, 0)]


def test_far_years_have_points_as_any_other(juno: Teller, asker: Asker) -> None:
    """240 BC, the year 0, and 12025: asked as EDTF has them, pinned as ISO 8601 does."""
    juno.tell(
        statement("discovery", "comet", "-0240", country="CN"),
        milestone("runs", "operation-started", "0000-02-29"),
    )
    far = asker.trends(measure="discoveries", start="-0241", to="-0239")
    assert far["series"][0]["points"] == [
        {"at": "-000241-12-31", "count": 0, "new": 0},
        {"at": "-000240-12-31", "count": 1, "new": 1},
        {"at": "-000239-12-31", "count": 1, "new": 0},
    ]
    assert "&from=-000241-01-01&to=-000239-12-31&" in far["pinned"]
    zero = asker.series(start="-0001-12", to="0000-03", step="month")
    assert zero[key_text({"status": "operating"})][1:] == [
        {"at": "0000-01-31", "count": 0},
        {"at": "0000-02-29", "count": 1},
        {"at": "0000-03-31", "count": 1},
    ]
    for start, to in (("Y12024", "Y12025"), ("+012024-05-06", "+012025-01-01")):
        late = asker.trends(start=start, to=to)
        assert [point["at"] for point in late["series"][0]["points"]] == [
            "+012024-12-31",
            "+012025-12-31",
        ]
        assert late["from"] == "+012024-01-01"
        again = asker.client.get(late["pinned"])
        assert again.get_json() == late
        assert again.headers["Cache-Control"] == FOREVER
    farthest = asker.trends(to="-9999999999999999-01-01")
    assert farthest["from"] == "-9999999999999999-01-01"
    assert asker.client.get(farthest["pinned"]).get_json() == farthest
    latest = asker.trends(start="+9999999999999999-01-01")
    assert latest["series"][0]["points"][0]["at"] == "+9999999999999999-12-31"


# --- each point is the state of its day


ASKS: tuple[dict[str, str], ...] = (
    {},
    {"country": "CN"},
    {"country": "US", "field": "particle-physics"},
    {"field": "fusion"},
    {"country": "LI"},
    {"stated": "2016"},
    {"stated": "1900"},
    {"stated": "2010", "country": "CN"},
    {"known": "@600"},
    {"known": "@0"},
    {"known": "@900", "stated": "2012-05"},
    {"step": "month"},
    {"step": "month", "stated": "2013-05-06"},
)


@pytest.mark.parametrize("asked", ASKS, ids=str)
def test_every_point_is_the_state_of_its_day(shipped: Asker, asked: dict[str, str]) -> None:
    """At the same `stated`, `known` and filters: counts, ranges, findings, policies, readings."""
    if "step" in asked:
        steps = steps_of((2011, 11), (2014, 2), "month")
    else:
        steps = steps_of((Random(str(asked)).randrange(1950, 1990), 1), (2030, 12), "year")
    ends = {"from": steps[0][0], "to": steps[-1][1]}
    answers = {each: shipped.trends(measure=each, **asked, **ends) for each in MEASURES}
    told = {measure: by_key(answer) for measure, answer in answers.items()}
    for points in (points for series in told.values() for points in series.values()):
        assert [point["at"] for point in points] == [last for _, last in steps]
    clocks = {name: answers["status"][name] for name in ("stated", "known")}
    filters = {name: asked[name] for name in ("country", "field") if name in asked}
    for index, (_, at) in enumerate(steps):
        state = shipped.state(at=at, limit="1", **clocks, **filters)
        here = {
            measure: {key: points[index] for key, points in series.items()}
            for measure, series in told.items()
        }
        statuses = {
            json.loads(key)["status"]: with_range(point) for key, point in here["status"].items()
        }
        totals = state["totals"]
        assert {s: each["count"] for s, each in statuses.items() if each["count"]} == totals[
            "status"
        ]
        assert {
            status: {name: each[name] for name in ("certain", "possible")}
            for status, each in statuses.items()
            if each["possible"]
        } == totals["range"]
        found = here["discoveries"].values()
        assert sum(point["count"] for point in found) == state["discoveries_to_date"]
        if "step" not in asked:
            assert sum(point["new"] for point in found) == len(state["discoveries"])
        in_force = sum(point["count"] for point in here["policies"].values())
        assert in_force == len(state["policies"])
        held = {
            json.loads(key)["series"]: (point["value"], point["statement"])
            for key, point in here["indicator"].items()
            if point["statement"] is not None
        }
        assert held == {row["series"]: (row["value"], row["id"]) for row in state["indicators"]}


def test_the_series_add_up_to_the_whole(shipped: Asker) -> None:
    """By country, field or operator, alone or together, the counts and ranges of a status are
    parts of those without."""
    asked = {"start": "1960", "to": "2026"}
    whole = shipped.series(**asked)
    for by in ("country", "field", "operator", "country,field", "country,field,operator,status"):
        sums: dict[str, list[Counter[str]]] = {}
        for key, points in shipped.series(by=by, **asked).items():
            status = key_text({"status": json.loads(key)["status"]})
            parts = sums.setdefault(status, [Counter() for _ in points])
            for part, point in zip(parts, points, strict=True):
                part.update(with_range(point))
        for status, points in whole.items():
            for part, point in zip(sums.pop(status), points, strict=True):
                assert all(part[name] == count for name, count in with_range(point).items())
        assert sums == {}


def with_range(point: Answer) -> dict[str, int]:
    """A point with its range, also where all is certain."""
    sure = {"certain": point["count"], "possible": point["count"]}
    told = {**sure, **point}
    return {name: count for name, count in told.items() if name not in ("at", "certainty")}


def test_several_countries_side_by_side_are_each_alone(shipped: Asker) -> None:
    """Countries, fields and statuses that are listed have just the series that each has alone."""
    together = shipped.series(by="country,field", country="US,CN", field="fusion,particle-physics",
                              status="operating,cancelled", start="1960", to="2026")  # fmt: skip
    alone: dict[str, Points] = {}
    for country in ("CN", "US"):
        for field in ("fusion", "particle-physics"):
            for status in ("operating", "cancelled"):
                alone |= shipped.series(by="country,field", country=country, field=field,
                                        status=status, start="1960", to="2026")  # fmt: skip
    assert together == alone
    assert len(together) > 2


def test_a_series_that_is_nothing_throughout_is_left_out(shipped: Asker) -> None:
    """Nothing in 1900; zeros within a series stay."""
    assert shipped.trends(start="1890", to="1900")["series"] == []
    for points in shipped.series(by="country", start="1950", to="2026").values():
        assert len(points) == 77
        assert any(point["count"] or point.get("possible") for point in points)
    assert any(points[0]["count"] == 0 for points in shipped.series(start="1950").values())


# --- any history


@pytest.fixture(scope="module", params=range(1, 5))
def story(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[int, Asker, list[Logged]]]:
    """A random history by a seed, as the archive and as the naive model have it; some cards name
    an operator."""
    chance = Random(f"trends {request.param}")
    batches = random_history(chance, lines=150)
    for batch in batches:
        for line in batch:
            if line["type"] == "facility" and chance.random() < 0.7:
                line["operator"] = chance.choice(("IHEP", "KEK"))
            if line.get("country") == "JP" and chance.random() < 0.6:
                line["country"] = chance.choice(("DE", "FR"))
    instants = random_instants(chance, len(batches))
    with kept(tmp_path_factory.mktemp("story"), batches, instants) as archive:
        yield request.param, Asker(archive), logged(batches, instants)


@pytest.mark.parametrize("measure", MEASURES)
def test_a_trend_of_any_history_is_what_the_rules_say(
    story: tuple[int, Asker, list[Logged]], measure: str
) -> None:
    """At any clocks, steps, filters and keys, point by point, as the naive model has each."""
    seed, asker, log = story
    chance = Random(f"{measure} {seed}")
    found = 0
    for _ in range(25):
        at = random_state(chance, log)
        year, month, _ = civil(day_of(at["at"]))
        step = chance.choice(("year", "year", "month"))
        first = (year - chance.randrange(4), month)
        last = (year + chance.randrange(4), chance.randrange(month, 13))
        apart = ("country", "field", *(("operator", "status") if measure == "status" else ()))
        asked: dict[str, list[str]] = {
            "by": chance.sample(apart, chance.randrange(len(apart) + 1)),
            "country": chance.choice(([], [], ["CN"], ["DE", "CN"], ["JP", "IT"])),
            "field": chance.choice(([], [], ["astronomy"], list(FIELDS))),
        }
        if measure == "status":
            asked["status"] = chance.choice(([], [], ["operating"], list(STATUSES[2:7])))
        regions = {"europe": ["DE", "FR"]} if chance.random() < 0.4 else {}
        if measure == "indicator":
            regions = {}
            names = [told.line["series"] for told in log if told.line["type"] == "indicator"]
            asked["series"] = chance.choice(([], names[:1]))
        steps = steps_of(first, last, step)
        answer = asker.series(
            measure=measure,
            step=step,
            start=steps[0][0],
            to=steps[-1][1],
            stated=at["stated"],
            known=f"@{at['known']}",
            **{name: ",".join(words) for name, words in asked.items() if words},
            **({"region": "europe"} if regions else {}),
        )
        expected = naive_trends(
            log,
            measure=measure,
            steps=steps,
            stated=at["stated"],
            known=at["known"],
            regions=regions,
            **asked,
        )
        assert answer == expected, (asked, regions)
        found += len(answer)
    assert found


# --- as CSV


@pytest.mark.parametrize("measure", MEASURES)
def test_csv_says_the_same_as_json(shipped: Asker, measure: str) -> None:
    """Row by row: the day, the key, the count with its range, or the reading."""
    by = "country,field,operator" if measure == "status" else "country,field"
    asked = {"measure": measure, "by": by, "from": "1970", "to": "2030", "stated": "2020"}
    answer = shipped.ask(asked).get_json()
    rows = []
    for series in answer["series"]:
        for point in series["points"]:
            told = with_range(point) if measure == "status" else point
            members = {"at": point["at"], **series["key"], **told, "certainty": None}
            members["certainty"] = point.get("certainty")
            rows.append({n: "" if v is None else str(v) for n, v in members.items()})
    found = shipped.csv(asked)
    assert found == rows
    assert list(found[0])[: 1 + len(answer["by"])] == ["at", *answer["by"]]


def test_csv_is_asked_for_by_accept_or_by_format(shipped: Asker) -> None:
    """Without `format` the answer varies by `Accept`; each form is pinned by its own URL."""
    asked = {"from": "2000", "to": "2002"}
    plain = shipped.ask(asked)
    assert plain.mimetype == "application/json"
    assert "Accept" in plain.headers["Vary"]
    for accept in ("text/csv", "text/csv, application/json;q=0.5"):
        negotiated = shipped.ask(asked, Accept=accept)
        assert negotiated.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert "Accept" in negotiated.headers["Vary"]
        named = shipped.ask({**asked, "format": "csv"}, Accept="application/json")
        assert "Accept" not in named.headers.get("Vary", "").replace("Accept-Encoding", "")
        assert named.data == negotiated.data
        assert named.headers["ETag"] == negotiated.headers["ETag"] != plain.headers["ETag"]
        pinned = negotiated.headers["Content-Location"]
        assert "format=csv" in pinned
        again = shipped.client.get(pinned)
        assert (again.data, again.headers["Cache-Control"]) == (negotiated.data, FOREVER)
    assert negotiated.data.endswith(b"\r\n")
    held = shipped.ask(asked, Accept="text/csv", If_None_Match=negotiated.headers["ETag"])
    assert (held.status_code, held.data) == (304, b"")
    named = shipped.ask({**asked, "format": "json"}, Accept="text/csv")
    assert named.data == plain.data


def test_csv_holds_no_formula(juno: Teller, asker: Asker) -> None:
    """A text that a spreadsheet would run has an apostrophe before it; numbers and days have none,
    and quotes, commas and line breaks come back as they were."""
    texts = ("=1+1", "+1", "-1", "@x", "\t=1", "＝1", 'a "b", c\nd', "plain")
    for number, text in enumerate(texts):
        juno.tell_as_of_old(facility(f"f-{number}", operator=text))
        juno.tell(milestone(f"m-{number}", "operation-started", "2010", facility=f"f-{number}"))
    juno.tell(reading("loss", "-0240", -2.5))
    rows = asker.csv({"by": "operator", "from": "2010", "to": "2010"})
    assert {row["operator"] for row in rows} == {
        *(f"'{text}" for text in texts[:6]),
        *texts[6:],
    }
    (row,) = asker.csv({"measure": "indicator", "from": "-0240", "to": "-0240"})
    assert (row["at"], row["value"], row["country"]) == ("-000240-12-31", "-2.5", "")


# --- how it is asked


def test_everything_has_a_default_that_is_written_out(juno: Teller, asker: Asker) -> None:
    """Fifty years, or sixty months, up to today or `stated`, whichever is earlier; `to` is never
    before `from`."""
    assert juno.clock.now == microseconds(NOON)
    for asked, start, to in (
        ({}, "1977-01-01", "2026-12-31"),
        ({"step": "month"}, "2021-12-01", "2026-11-30"),
        ({"stated": "2016-05"}, "1967-01-01", "2016-12-31"),
        ({"stated": "2030"}, "1977-01-01", "2026-12-31"),
        ({"from": "1980-05-06"}, "1980-01-01", "2026-12-31"),
        ({"to": "1980-05-06"}, "1931-01-01", "1980-12-31"),
        ({"from": "2030-02", "step": "month"}, "2030-02-01", "2030-02-28"),
        ({"from": "2030", "step": "month"}, "2030-01-01", "2030-12-31"),
        ({"from": "1984-02", "to": "1984-02", "step": "month"}, "1984-02-01", "1984-02-29"),
        ({"from": "1984", "to": "1984-02", "step": "month"}, "1984-01-01", "1984-02-29"),
    ):
        answer = asker.ask(asked).get_json()
        assert (answer["from"], answer["to"]) == (start, to), asked
        assert (answer["measure"], answer["next"]) == ("status", None)
        assert "at" not in answer


def test_a_trend_is_pinned_with_its_ends_and_lists_in_one_order(shipped: Asker) -> None:
    """`stated`, `known`, `from`, `to`, the filters by name, `view`; however it was asked."""
    asked = {"by": "field,country,field", "country": "US,CN,US", "status": "suspended,operating"}
    response = shipped.ask({**asked, "from": "2000-05", "to": "2002", "known": "@1199"})
    answer = response.get_json()
    assert response.headers["Cache-Control"] == ASK_AGAIN
    assert response.headers["Content-Location"] == answer["pinned"]
    assert parse_qsl(urlsplit(answer["pinned"]).query) == [
        ("stated", "2026-11-25"),
        ("known", "@1199"),
        ("from", "2000-01-01"),
        ("to", "2002-12-31"),
        ("by", "country,field"),
        ("country", "CN,US"),
        ("measure", "status"),
        ("status", "operating,suspended"),
        ("step", "year"),
        ("view", str(VIEW)),
    ]
    pinned = shipped.client.get(answer["pinned"])
    assert (pinned.data, pinned.headers["Cache-Control"]) == (response.data, FOREVER)
    assert (
        shipped.trends(by="status", start="2000")["pinned"]
        == shipped.trends(start="2000")["pinned"]
    )


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        ({"at": "2013"}, ("unknown-parameter", "at")),
        ({"during": "2013"}, ("unknown-parameter", "during")),
        ({"limit": "5"}, ("unknown-parameter", "limit")),
        ({"measure": "budget"}, ("validation", "measure")),
        ({"measure": ""}, ("validation", "measure")),
        ({"step": "day"}, ("validation", "step")),
        ({"by": "name"}, ("validation", "by")),
        ({"by": ""}, ("validation", "by")),
        ({"by": "country,"}, ("validation", "by")),
        ({"by": "operator", "measure": "discoveries"}, ("validation", "by")),
        ({"by": "status", "measure": "indicator"}, ("validation", "by")),
        ({"country": "CN,EU"}, ("validation", "country")),
        ({"country": "China"}, ("validation", "country")),
        ({"country": ""}, ("validation", "country")),
        ({"field": "alchemy"}, ("validation", "field")),
        ({"status": "operating,open"}, ("validation", "status")),
        ({"status": "operating", "measure": "policies"}, ("validation", "status")),
        ({"series": "rd-share"}, ("validation", "series")),
        ({"series": "", "measure": "indicator"}, ("validation", "series")),
        ({"series": "RD", "measure": "indicator"}, ("validation", "series")),
        ({"format": "xml"}, ("validation", "format")),
        ({"region": "atlantis"}, ("validation", "region")),
        ({"region": "europe", "measure": "indicator"}, ("validation", "region")),
        ({"start": "2013-13"}, ("validation", "from")),
        ({"start": "@17"}, ("validation", "from")),
        ({"start": "198X"}, ("validation", "from")),
        ({"start": "2013~"}, ("validation", "from")),
        ({"start": ""}, ("validation", "from")),
        ({"to": "2013-02-30"}, ("validation", "to")),
        ({"to": "2013/2014"}, ("validation", "to")),
        ({"to": " 012025-12-31"}, ("validation", "to")),
        ({"start": "2014", "to": "2013"}, ("validation", "from")),
        ({"start": "2013-06", "to": "2013-05", "step": "month"}, ("validation", "from")),
        ({"stated": "soon"}, ("bad-edtf", "stated")),
        ({"known": "soon"}, ("validation", "known")),
        ({"start": "-0240"}, ("too-many-points", "")),
        ({"start": "Y-1000000000000000", "to": "Y1000000000000000"}, ("too-many-points", "")),
        ({"view": "99"}, ("validation", "view")),
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_a_problem(
    shipped: Asker, asked: dict[str, str], refused: tuple[str, str]
) -> None:
    """Unknown names, ends that are no days or run backwards, filters of another measure."""
    assert shipped.refusal(**asked) == (422, *refused)


def test_months_of_one_year_are_in_order_where_years_are(shipped: Asker) -> None:
    """`from` June `to` May of a year is one point by year, and reversed by month."""
    answer = shipped.trends(start="2013-06", to="2013-05")
    assert [point["at"] for point in answer["series"][0]["points"]] == ["2013-12-31"]


def test_a_position_beyond_the_head_and_an_old_view_are_told(shipped: Asker) -> None:
    """404 and 410, as everywhere."""
    assert shipped.refusal(known="@9999")[:2] == (404, "position-ahead")
    assert shipped.refusal(view=str(VIEW - 1))[:2] == (410, "old-view")


def test_too_many_points_say_what_to_narrow(juno: Teller, asker: Asker) -> None:
    """As many points as a series may have are given; one more is not, and neither are too many
    series, whatever their number is."""
    asked = {"from": "0027", "to": "2026"}
    assert asker.ask(asked).status_code == 200
    problem = asker.ask({**asked, "from": "0026"}).get_json()
    assert problem["points"] == MOST_POINTS + 1
    assert (problem["most"], problem["narrow"]) == (MOST_POINTS, ["from", "to", "step"])
    assert "from, to, step" in problem["detail"]
    series = MOST_IN_ALL // MOST_POINTS
    for number in range(series + 1):
        juno.tell(reading(f"r-{number}", "2000", number, series=f"s-{number}", unit="m"))
        if number == series - 1:
            response = asker.ask({**asked, "measure": "indicator"})
            assert len(response.get_json()["series"]) == series
    problem = asker.ask({**asked, "measure": "indicator"}).get_json()
    assert (problem["status"], problem["most"]) == (422, MOST_IN_ALL)
    assert problem["narrow"] == ["from", "to", "by", "country", "field", "class", "series"]
    fewer = {**asked, "measure": "indicator", "series": "s-1,s-2"}
    assert len(asker.ask(fewer).get_json()["series"]) == 2
    juno.tell(
        *(facility(f"f-{n}", operator=f"O {n}") for n in range(series + 1)),
        *(
            milestone(f"m-{n}", "operation-started", "2010", facility=f"f-{n}")
            for n in range(series + 1)
        ),
    )
    problem = asker.ask({**asked, "by": "operator"}).get_json()
    assert problem["narrow"] == ["from", "to", "by", "country", "field", "class", "status"]


def test_the_empty_log_has_no_series(archive: Archive) -> None:
    """At @0, of any measure, in both forms."""
    asker = Asker(archive)
    for measure in MEASURES:
        answer = asker.trends(measure=measure)
        assert (answer["known"], answer["known_at"], answer["series"]) == ("@0", None, [])
        assert asker.csv({"measure": measure}) == []


# --- the command line


def run(folder: Path, *arguments: str) -> str:
    """What a command that succeeds prints."""
    result = CliRunner().invoke(annales, ["--data", str(folder), "trends", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_command_answers_as_http_does(shipped: Asker) -> None:
    """`--json` and `--csv` to the byte, at any clocks and filters."""
    asked = {**CATCHING_UP, "stated": "2020", "known": "@900"}
    options = [f"--{name}={value}" for name, value in asked.items()]
    for flag, form in (("--json", "json"), ("--csv", "csv")):
        expected = shipped.ask({**asked, "format": form}).get_data(as_text=True)
        printed = run(shipped.archive.folder, *options, flag)
        assert printed.replace("\r\n", "\n").rstrip("\n") == expected.replace("\r\n", "\n").rstrip(
            "\n"
        )


def test_the_command_shows_tables(shipped: Asker) -> None:
    """A row a point and a column a series; what all have in common stands above; ranges and new
    discoveries in brackets; many series in several tables."""
    folder = shipped.archive.folder
    many = run(folder, *(f"--{name}={value}" for name, value in CATCHING_UP.items()))
    assert "Status from 1980 to 2026: operating" in many
    assert "CH" in many
    assert many.count("\n1984 ") == 1
    assert run(folder, "--by", "country,field", "--from", "2020").count("\n2020 ") > 5
    one = run(folder, "--measure", "discoveries", "--from", "2025", "--to", "2025")
    points = shipped.series(measure="discoveries", start="2025", to="2025")["{}"]
    assert f"{points[0]['count']} (+{points[0]['new']})" in one
    ranges = run(folder, "--from", "1976-01", "--to", "1976-01", "--step", "month")
    assert "1 (0 to 1)" in ranges
    readings = run(
        folder, "--measure", "indicator", "--series", "rd-share-of-gdp", "--from", "1994"
    )
    assert "rd-share-of-gdp, CN, percent" in readings
    assert "0.57" in readings
    assert "nothing" in run(folder, "--to", "1900")


def test_the_command_ends_with_an_honest_code(shipped: Asker) -> None:
    """2 for what cannot be asked so, 1 for what is too much."""
    for arguments, code in (
        (["--country", "EU"], 2),
        (["--from", "soon"], 2),
        (["--from", "2020", "--to", "2019"], 2),
        (["--json", "--csv"], 2),
        (["--from=-0240"], 1),
    ):
        command = ["--data", str(shipped.archive.folder), "trends", *arguments]
        assert CliRunner().invoke(annales, command).exit_code == code, arguments
