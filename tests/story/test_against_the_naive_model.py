"""Random histories, told to the engine and to the naive model: every answer agrees, and stays.

The short form runs each time, always the same. `scripts/soak` runs the long
form: as many steps as `ANNALES_STEPS` says, other ones each time.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from events.clocks import as_of
from events.commit import instant
from events.errors import NotProjected
from events.orders import Recorded
from projections.views.following import Follower, rebuild, verify
from projections.views.reading import Reading
from service.archive import Archive
from service.asking.filters import Wanted
from service.asking.json_text import plain
from service.asking.parameter import values_of
from service.asking.query import Query
from service.lists.question import RECORDS
from service.records.audit import statement_answer
from service.state.question import STATE
from tests.naive.histories import Batch, Story, random_question
from tests.naive.model import Logged, Naive, day_of, doubted, read
from tests.story.telling import Clock, command

pytestmark = [pytest.mark.long, pytest.mark.no_cover]
"""Which lines run is found by the other tests; tracing these would take half as long again."""

STEPS = int(os.environ.get("ANNALES_STEPS", "0"))
A_STORY = 100
"""The most steps of one history."""

SEEDS = st.integers(min_value=0, max_value=2**32 - 1)
CHANCE = st.builds(Random, SEEDS)
"""Chance by a number, so that a history is replayed from what hypothesis prints."""

FAR_AHEAD = "2999-01-01T00:00:00.000000Z"
LOST = {"planned": "planned-before-actual"}
"""Where the engine and the model have two words for one reason."""

counted = 0
"""Steps taken in all."""


class EngineAndModel(RuleBasedStateMachine):
    """One archive and one naive model, told the same."""

    def __init__(self) -> None:
        super().__init__()
        self.place = TemporaryDirectory()
        self.clock = Clock("1995-06-15T09:00:00.000000Z")
        self.opens()
        self.log: list[Logged] = []
        self.commits = 0

    def opens(self) -> None:
        """Open the folder twice, as two processes do; each has a follower that goes on."""
        self.archive = Archive(Path(self.place.name), clock=self.clock)
        self.other = Archive(Path(self.place.name), clock=self.clock)
        self.followers = [
            Follower(archive.chronicle, archive.views.db) for archive in (self.archive, self.other)
        ]

    def closes(self) -> None:
        """Close both."""
        self.archive.close()
        self.other.close()

    pinned = Bundle("pinned")

    @initialize(chance=CHANCE, year=st.integers(min_value=1995, max_value=2019))
    def begins(self, chance: Random, year: int) -> None:
        """The recording begins within the years that the history tells of."""
        self.clock.set(f"{year}-06-15T09:00:00.000000Z")
        self.story = Story(chance)
        self.told(self.story.opening())

    # Telling.

    @rule(chance=CHANCE, lines=st.sampled_from((1, 1, 1, 2, 3, 8)))
    def tells(self, chance: Random, lines: int) -> None:
        """One commit of any lines: statements, corrections, withdrawals, amendments."""
        self.story.rng = chance
        self.told([self.story.line() for _ in range(lines)])

    @rule(chance=CHANCE)
    def tells_a_life(self, chance: Random) -> None:
        """One commit with the milestones of a facility in a plausible order."""
        self.story.rng = chance
        self.told(self.story.life())

    @rule(days=st.sampled_from((1, 30, 200, 400)))
    def waits(self, days: int) -> None:
        """The next commit is recorded some days later."""
        self.clock.now += days * 86_400_000_000

    def told(self, batch: Batch) -> None:
        """Tell both, and check that the log gave the commit the next places."""
        note(json.dumps(batch, ensure_ascii=False))
        self.clock.now += 1
        recorded: Recorded = self.archive.chronicle.execute(command(*batch))
        before = self.log[-1].position if self.log else 0
        position = before + len(batch)
        assert recorded.commit is not None
        assert recorded.commit.position == position
        assert recorded.commit.recorded_at == instant(self.clock.now)
        self.commits += 1
        self.log += [
            Logged(position, self.commits, recorded.commit.recorded_at, line) for line in batch
        ]

    # Asking.

    @rule(target=pinned, chance=CHANCE)
    def asks(self, chance: Random) -> tuple[dict[str, Any], str]:
        """The state at any three clocks and filters is what the model says, member by member."""
        asked = random_question(chance, self.log)
        note(str(asked))
        text = self.answered(asked)
        answer = json.loads(text)
        expected = json.loads(json.dumps(Naive(self.log).state(**asked)))
        assert {member: answer[member] for member in expected} == expected
        held = Naive(self.log).coverage(**asked)
        assert {member: answer["coverage"][member] for member in held} == held
        return asked, text

    @rule(question=pinned)
    def asks_again(self, question: tuple[dict[str, Any], str]) -> None:
        """A pinned answer is the same bytes, whatever was recorded since."""
        asked, text = question
        assert self.answered(asked) == text

    @rule(chance=CHANCE, limit=st.integers(min_value=1, max_value=2))
    def turns_pages(self, chance: Random, limit: int) -> None:
        """The pages of a state hold its facilities, each once; their totals are the whole's."""
        asked = random_question(chance, self.log)
        whole = json.loads(self.answered(asked))
        found: list[dict[str, Any]] = []
        after = ""
        while True:
            page = json.loads(self.answered(asked, limit=limit, after=after))
            found += page["facilities"]
            assert page["totals"] == whole["totals"]
            if page["next"] is None:
                break
            after = found[-1]["id"]
            assert f"after={after}" in page["next"]
        assert found == whole["facilities"]

    @rule(chance=CHANCE)
    def asks_why(self, chance: Random) -> None:
        """Which statement fills an entry, and what each rival lost by, is what the model says."""
        lines = [told.line for told in self.log if "modality" in told.line]
        if not lines:
            return
        statement = chance.choice(lines)["id"]
        asked = random_question(chance, self.log)
        self.known(asked["known"])
        expected = Naive(self.log).explain(statement, stated=asked["stated"], known=asked["known"])
        if expected is None:
            return
        asked = {"at": asked["at"], "stated": asked["stated"], "known": asked["known"]}
        query = replace(self.question("/v1/statements/x", asked), id=statement)
        answer = plain(statement_answer(self.reading(asked["known"]), query))
        standings = {rival["statement"]["id"]: rival["standing"] for rival in answer["rivals"]}
        standings[statement] = answer["standing"]
        assert expected == {
            **{member: answer[member] for member in ("record", "entry", "effective", "counts")},
            "lost": {
                id: LOST.get(standing, standing)
                for id, standing in standings.items()
                if standing != "effective"
            },
        }

    @rule(chance=CHANCE)
    def asks_what_is_disputed(self, chance: Random) -> None:
        """The records of which something is disputed or contradicted are those of the model."""
        asked = random_question(chance, self.log)
        self.known(asked["known"])
        about = Wanted(disputed=True)
        query = replace(self.question("/v1/records", {**asked, "during": None}), about=about)
        answer = RECORDS.answer(self.reading(asked["known"]), query)
        _, claims = read(self.log, asked["known"])
        assert {item["id"] for item in answer["items"]} == doubted(claims, day_of(asked["stated"]))

    def answered(self, asked: dict[str, Any], *, limit: int = 500, after: str = "") -> str:
        """The text of the state, from the views as they are if they have read far enough."""
        self.known(asked["known"])
        filters: dict[str, str] = {
            name: asked[name]
            for name in ("country", "region", "field", "class", "status", "expected")
            if name in asked
        }
        about = Wanted(**{**values_of(STATE.filters, filters), "limit": limit, "after": after})
        query = replace(self.question("/v1/state", asked, filters), about=about)
        return STATE.text(self.reading(asked["known"]), query)

    def reading(self, position: int) -> Reading:
        """The views, which have read the position."""
        return self.archive.reading(self.archive.db_at(position))

    def known(self, position: int) -> None:
        """Catch up if the views have not read the position, which they say by refusing."""
        if self.archive.views.tracked() < position:
            with pytest.raises(NotProjected):
                self.archive.db_at(position)
            self.archive.catch_up()

    def question(
        self, path: str, asked: dict[str, Any], filters: dict[str, str] | None = None
    ) -> Query:
        during = asked.get("during")
        clocks = as_of(
            at=None if during else asked["at"],
            during=during,
            stated=asked["stated"],
            known=f"@{asked['known']}",
            log=self.archive.chronicle.log,
            now=FAR_AHEAD,
        )
        return Query(path, clocks, filters or {})

    # Keeping.

    @rule(turns=st.lists(st.integers(min_value=0, max_value=1), min_size=1, max_size=3))
    def follows(self, turns: list[int]) -> None:
        """The views read to the head, by one of two followers or one after the other."""
        for turn in turns:
            assert self.followers[turn].catch_up() == self.log[-1].position

    @rule()
    def reopens(self) -> None:
        """A chronicle that is closed and opened goes on where it was."""
        tracked = self.archive.views.tracked()
        self.closes()
        self.opens()
        assert self.archive.views.tracked() == tracked

    @rule()
    def verifies(self) -> None:
        """A replay comes to the live views."""
        verify(self.archive.chronicle, self.archive.views)

    @rule()
    def rebuilds(self) -> None:
        """So a rebuild is swapped in, and stands where the live views stood."""
        tracked = self.archive.views.tracked()
        assert rebuild(self.archive.chronicle, self.archive.views).position == tracked

    @invariant()
    def counts(self) -> None:
        """Every step is counted, for the report of the long form."""
        global counted  # noqa: PLW0603 - hypothesis makes the machines itself
        counted += 1

    @precondition(lambda self: self.log)
    @invariant()
    def the_log_is_whole(self) -> None:
        """The log's head is the last commit told."""
        head = self.archive.chronicle.log.head()
        assert head is not None
        assert head.position == self.log[-1].position

    def teardown(self) -> None:
        try:
            if self.log:
                self.archive.catch_up()
                verify(self.archive.chronicle, self.archive.views)
            assert list(self.archive.chronicle.log.damage()) == []
        finally:
            self.closes()
            self.place.cleanup()


def run(*, stories: int, steps: int, derandomize: bool) -> int:
    """Run the machine; returns how many steps it took."""
    before = counted
    run_state_machine_as_test(
        EngineAndModel,
        settings=settings(
            max_examples=stories,
            stateful_step_count=steps,
            derandomize=derandomize,
            database=None,
            deadline=None,
            print_blob=not derandomize,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return counted - before


def test_any_history_gives_any_question_the_answer_of_the_model(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whatever is told, in whatever order it is read, kept or rebuilt: engine and model agree.

    The same stories each time, or as many steps of others as ANNALES_STEPS says.
    """
    if not STEPS:
        assert run(stories=20, steps=40, derandomize=True) > 400
        return
    taken = 0
    while taken < STEPS:
        stories = max(1, (STEPS - taken) // A_STORY)
        taken += run(stories=stories, steps=A_STORY, derandomize=False)
    with capsys.disabled():
        print(f"\n{taken} steps")  # noqa: T201 - the report of the run
