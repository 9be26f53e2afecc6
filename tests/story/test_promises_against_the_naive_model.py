"""Random promises, told to the engine and to the naive model: every ladder and list agrees.

The short form runs each time, always the same histories. `ANNALES_STEPS` says how many
questions the long form asks, of other histories each time; what it finds is printed with the
number of its history.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from random import Random, SystemRandom
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from events.dates import parse_iso as day_of
from events.record import Record
from projections.engine.account import account
from projections.kinds.facility import as_promised
from projections.kinds.ladders import OUTCOMES
from service.app import create_app
from service.archive import Archive
from service.asking.query import Arguments
from service.asking.question import Question
from service.promises.filters import GROUPS
from service.promises.question import DUE, OVERDUE, RECORD_SLIPS, SLIPS
from service.records.audit import plans_over
from tests.naive import promises
from tests.naive.histories import FIELDS, Batch, logged, random_instants, random_question
from tests.naive.model import Logged, read
from tests.naive.places import random_place
from tests.naive.places import within as within_place
from tests.naive.promised_histories import OPERATORS, promised_history
from tests.story.telling import JUNO, SOURCE, Clock, Teller, command, correction, milestone, plan

pytestmark = pytest.mark.no_cover
"""Which lines run is found by the other tests; tracing these would take half as long again."""

Answer = dict[str, Any]

STEPS = int(os.environ.get("ANNALES_STEPS", "0"))
HISTORIES = (*range(40), 56, 88, 252, 262)
"""Those of the short form. The last few turn on what is rare: an ending that is only planned
and disputed, a plan overtaken in its entry, another entry that was filled too early."""

POINTS = 8
"""Points of the three clocks at which a history is asked everything."""

FAR_AHEAD = "2999-01-01T00:00:00.000000Z"


class Story:
    """One archive with a history of promises, and the log that tells the same."""

    def __init__(self, folder: Path, batches: list[Batch], chance: Random) -> None:
        self.chance = chance
        instants = random_instants(chance, len(batches))
        self.log: list[Logged] = logged(batches, instants)
        clock = Clock(instants[0])
        self.archive = Archive(folder, clock=clock)
        for batch, instant in zip(batches, instants, strict=True):
            clock.set(instant)
            self.archive.chronicle.execute(command(*batch))
        self.archive.catch_up()

    def point(self) -> Answer:
        """Three clocks near the edges of what the log tells."""
        asked = random_question(self.chance, self.log)
        return {name: asked[name] for name in ("at", "stated", "known")}

    def asks(self, question: Question, point: Answer, record: str = "", **texts: str) -> Answer:
        """The answer of the engine."""
        clocks = {"at": point["at"], "stated": point["stated"], "known": f"@{point['known']}"}
        query = question.query(
            Arguments(
                path=question.path.replace("{id}", record),
                id=record,
                texts={"limit": "2000", **clocks, **texts},
                log=self.archive.chronicle.log,
                now=FAR_AHEAD,
            )
        )
        reading = self.archive.reading(self.archive.db_at(point["known"]))
        answer: Answer = json.loads(question.text(reading, query))
        return answer


def differences(story: Story, point: Answer) -> list[str]:
    """Everything in which the engine and the model differ at a point, of all that can be asked."""
    clocks = {"stated": point["stated"], "known": point["known"]}
    cards, _ = read(story.log, point["known"])
    ladders = promises.ladders(story.log, **clocks)
    found: list[str] = []

    def same(what: str, ours: object, models: object) -> None:
        if ours != models:
            found.append(f"{what} at {point}\n  engine {ours}\n  model  {models}")

    # All slips, in one order and the other, the groups among them.
    answer = story.asks(SLIPS, point, by=",".join(GROUPS))
    compare_slips(same, "slips", answer, ladders)
    for name in GROUPS:
        groups = promises.groups(ladders, name, cards)
        same(
            f"by {name}",
            {group["key"]: totals_of(group) for group in answer["by"][name]},
            {
                f"{key}s" if name == "decade" else key: told_totals(totals)
                for key, totals in groups.items()
            },
        )
    by_slip = story.asks(SLIPS, point, sort="slip")
    least = [item["slip_days"]["earliest"] for item in by_slip["items"] if item["slip_days"]]
    known = [days for days in least if days is not None]
    same("the order by slip", least[: len(known)], sorted(known, reverse=True))
    same("what is in it", key_set(by_slip["items"]), key_set(answer["items"]))

    # Some of the slips.
    name, value = story.chance.choice(filters(story.chance))
    compare_slips(
        same,
        f"slips of {name} {value}",
        story.asks(SLIPS, point, **{name: value}),
        [
            item
            for item in ladders
            if (item if name == "outcome" else cards[item["record"]]).get(name) == value
        ],
    )
    place = random_place(story.chance)
    is_there = within_place(place.get("country"), place.get("region"))
    there = {id for id, card in cards.items() if is_there(card["country"])}
    compare_slips(
        same,
        f"slips of {place}",
        story.asks(SLIPS, point, **place),
        [item for item in ladders if item["record"] in there],
    )
    if cards:
        record = story.chance.choice(sorted(cards))
        answer = story.asks(RECORD_SLIPS, point, record)
        mine = [item for item in ladders if item["record"] == record]
        compare_slips(same, f"slips of {record}", answer, mine)

    # What is open.
    late = story.asks(OVERDUE, point)
    same_list(same, "overdue", late, promises.overdue(story.log, at=point["at"], **clocks))
    late_there = story.asks(OVERDUE, point, **place)
    of_all = promises.overdue(story.log, at=point["at"], **clocks)
    of_there = [item for item in of_all if item["record"] in there]
    same_list(same, f"overdue of {place}", late_there, of_there)
    soon = story.asks(DUE, point)
    same_list(same, "due", soon, promises.due(story.log, **clocks))
    within = story.chance.choice(("P1Y", "P3Y", "P7M", "P45D", "P1Y1M1D", "P2W", "P0D"))
    end = promises.after(point["stated"], within)
    sooner = story.asks(DUE, point, within=within)
    same_list(same, f"within {within}", sooner, promises.due(story.log, within=end, **clocks))
    same("the plans that are over", over(story, point), promises.ended(story.log, **clocks))
    return found


def over(story: Story, point: Answer) -> dict[str, tuple[str, str | None]]:
    """The plans that fill an entry and are over, as the pages of their records have it."""
    found: dict[str, tuple[str, str | None]] = {}
    horizon = day_of(point["stated"])
    for id in read(story.log, point["known"])[0]:
        stream = f"record:{id}"
        record = Record.of(stream, story.archive.chronicle.stream(stream, up_to=point["known"]))
        told = account(id, record.card, record.statements(), horizon)
        filling = {each.statement.id for each in as_promised(told).effective.values()}
        by_id = plans_over(told, record.kind)
        found |= {id: (each.outcome, each.by) for id, each in by_id.items() if id in filling}
    return found


Same = Callable[[str, object, object], None]


def compare_slips(same: Same, what: str, answer: Answer, ladders: list[Answer]) -> None:
    """The items member by member, in their order, and what is counted of them."""
    models = json.loads(json.dumps(ladders))
    for item in models:
        del item["id"], item["decade"]
    same(what, answer["items"], models)
    same(f"totals of {what}", totals_of(answer["totals"]), told_totals(promises.totals(ladders)))
    worst = answer["totals"]["worst"]
    if worst is not None:
        slips = {(item["record"], item["entry"]): item["slip_days"] for item in ladders}
        models_slip = slips.get((worst["record"], worst["entry"]))
        same(f"the worst of {what}", worst["slip_days"], models_slip)


def totals_of(totals: Answer) -> Answer:
    """What the engine counted; of the worst, its least slip, since several may be the worst."""
    worst = totals["worst"]
    told = {name: value for name, value in totals.items() if name != "key"}
    return {**told, "worst": worst and worst["slip_days"]["earliest"]}


def told_totals(totals: Answer) -> Answer:
    """What the model counted, as JSON has it."""
    told: Answer = json.loads(json.dumps(totals))
    return told


def same_list(same: Same, what: str, answer: Answer, models: list[Answer]) -> None:
    """The open plans member by member; of one day, in any order."""
    told = json.loads(json.dumps(models))
    for item in told:
        del item["id"]
    same(f"the number of {what}", answer["total"], len(told))
    same(what, by_id(answer["items"]), by_id(told))
    # Both begin with the least possible last day, so that these numbers tell of the order.
    end = "earliest" if what == "overdue" else "latest"
    same(
        f"the order of {what}",
        [item["days"][end] for item in answer["items"]],
        [item["days"][end] for item in told],
    )


def by_id(items: list[Answer]) -> list[Answer]:
    """The items in an order that says nothing."""
    return sorted(items, key=lambda item: str(item["statement"]))


def key_set(items: list[Answer]) -> set[tuple[str, str]]:
    """The ladders, each by its record and its entry."""
    return {(item["record"], item["entry"]) for item in items}


def filters(chance: Random) -> list[tuple[str, str]]:
    """A filter of each name."""
    return [
        ("field", chance.choice(FIELDS)),
        ("operator", chance.choice(OPERATORS)),
        ("outcome", chance.choice(OUTCOMES)),
    ]


def told_by(seed: int, points: int) -> list[str]:
    """The differences of one history at so many points."""
    with TemporaryDirectory() as folder:
        chance = Random(seed)
        batches = promised_history(chance, lines=chance.choice((12, 25, 40)))
        story = Story(Path(folder), batches, chance)
        try:
            return [
                f"history {seed}: {each}"
                for _ in range(points)
                for each in differences(story, story.point())
            ]
        finally:
            story.archive.close()


def test_any_promises_are_told_as_by_the_model(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever is promised, put off, disputed and given up: engine and model tell the same of it.

    The same histories each time, or others until ANNALES_STEPS questions are asked.
    """
    if not STEPS:
        assert [each for seed in HISTORIES for each in told_by(seed, POINTS)] == []
        return
    asked, chance, found = 0, SystemRandom(), list[str]()
    while asked < STEPS and not found:
        found += told_by(chance.randrange(2**32), POINTS)
        asked += POINTS
    with capsys.disabled():
        print(f"\n{asked} points")  # noqa: T201 - the report of the run
    assert found == []


def test_what_is_over_is_the_plan_that_counts_and_not_the_one_said_last(juno: Teller) -> None:
    """Where a plan said earlier replaces one said later, the earlier one is current: what came of
    it is told on its row, and its date in the sentence."""
    juno.tell(
        plan("later", "completed", "2020", "2016"),
        plan("earlier", "operation-started", "2021", "2015", supersedes="later"),
        milestone("closed", "cancelled", "2019"),
    )
    juno.archive.catch_up()
    client = create_app(juno.archive).test_client()
    page = client.get("/records/juno?lang=en", headers={"Accept": "text/html"}).text
    for id, word, by in (("earlier", "dropped", "closed"), ("later", "replaced", "earlier")):
        row = page.partition(f'id="st-{id}"')[2].partition("</tr>")[0]
        assert f">{word}<" in row
        assert f'by: <a href="#st-{by}"' in row
    then = client.get("/records/juno?stated=2018&at=2018&lang=en", headers={"Accept": "text/html"})
    assert 'It is to begin to operate in <strong class="figure">2021</strong>' in then.text


def test_plans_that_replace_one_another_in_a_ring_are_told(tmp_path: Path) -> None:
    """A correction may close a ring of plans; the one said last is current, and nothing fails."""
    batches = [
        [
            SOURCE,
            JUNO,
            plan("first", "completed", "2020", "2015"),
            plan("second", "operation-started", "2021", "2016", supersedes="first"),
        ],
        [correction("first", {"supersedes": "second"})],
        [milestone("done", "completed", "2022", stated="2022")],
    ]
    story = Story(tmp_path, batches, Random(0))
    try:
        for known in (4, 5, 6):
            point = {"at": "2026-01-01", "stated": "2026-01-01", "known": known}
            assert differences(story, point) == []
        answer = story.asks(SLIPS, {**point, "known": 5})
        assert [item["entry"] for item in answer["items"]] == ["juno/operation-started"]
    finally:
        story.archive.close()
