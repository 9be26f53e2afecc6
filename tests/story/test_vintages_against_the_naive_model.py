"""Random histories: every vintage is that of the naive model, and what the record says there.

The short form runs each time, always the same histories. `ANNALES_STEPS` says how many
points the long form asks, of other histories each time; what it finds is printed with the
number of its history.
"""

from __future__ import annotations

import csv
import json
import os
from io import StringIO
from pathlib import Path
from random import Random, SystemRandom
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.archive import Archive
from tests.naive.histories import Batch, logged, random_history, random_instants, random_question
from tests.naive.model import Claim, Logged, contested, day_of, read
from tests.naive.vintages import at_point, triangle, vintages
from tests.story.telling import Clock, command

pytestmark = pytest.mark.no_cover
"""Which lines run is found by the other tests; tracing these would take half as long again."""

Answer = dict[str, Any]

STEPS = int(os.environ.get("ANNALES_STEPS", "0"))
HISTORIES = range(12)
"""Those of the short form."""

POINTS = 4
"""Points of `stated` and `known` at which a history is asked everything."""

TOLD = ("modality", "date", "value", "unit")
"""What an item has of its statement's line, null where the line has none."""


class Story:
    """One archive with a history, and the log that says the same."""

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
        clock.set("2999-01-01T00:00:00.000000Z")
        self.client: FlaskClient = create_app(self.archive).test_client()

    def text(self, path: str, **asked: object) -> str:
        """The text of an answer that must be there."""
        answer = self.client.get(f"{path}?{urlencode(asked)}")
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_data(as_text=True)

    def get(self, path: str, **asked: object) -> Answer:
        """Its members."""
        answer: Answer = json.loads(self.text(path, **asked))
        return answer

    def items(self, **asked: object) -> list[Answer]:
        """The items of all pages."""
        items: list[Answer] = []
        limit = self.chance.choice((1, 2, 5, 2000))
        page = self.get("/v1/vintages", limit=limit, **asked)
        while True:
            items += page["items"]
            if page["next"] is None:
                return items
            assert len(page["items"]) == limit
            page = json.loads(self.client.get(page["next"]).data)


def check(story: Story, point: Answer) -> None:
    """Hold the vintages of every record known at a point, and of an entry, to the model, and
    those that stretch over the point to what the record and its statements say there."""
    stated, known = point["stated"], point["known"]
    claims = read(story.log, known)[1]
    later = story.chance.choice([each.position for each in story.log if each.position >= known])
    for record in sorted({claim.record for claim in claims}):
        items = story.items(record=record, known=f"@{known}")
        assert items == json.loads(json.dumps(vintages(story.log, known=known, record=record)))
        check_cells(story, record, claims, at_point(items, stated=stated, known=known), point)
        since_then = story.items(record=record, known=f"@{later}")
        there = at_point(since_then, stated=stated, known=known)
        check_cells(story, record, claims, there, point)
    entry = story.chance.choice(claims).entry
    check_forms(story, known, entry=entry)
    check_forms(story, known, record=story.chance.choice(claims).record)


def check_cells(
    story: Story, record: str, claims: list[Claim], items: list[Answer], point: Answer
) -> None:
    """Each entry has just the cell that the record and the statement in it say at the point."""
    clocks = {"stated": point["stated"], "known": f"@{point['known']}"}
    told = story.get(f"/v1/records/{record}", **clocks)
    marked = contested(claims, day_of(point["stated"]))
    assert told["entries"] == [
        {
            "entry": each["entry"],
            "effective": each["statement"],
            "counts": each["counts"],
            **({"contested": True} if each["statement"] in marked else {}),
        }
        for each in items
    ]
    lines = {line["id"]: line for line in told["statements"]}
    for each in items:
        line = lines[each["statement"]]
        assert [each[name] for name in TOLD] == [line.get(name) for name in TOLD]
        assert each["dropped"] == line.get("dropped", False)
        assert each["record"] == record
    cells = {each["entry"]: each for each in items}
    claim = story.chance.choice([claim for claim in claims if claim.record == record])
    explained = story.get(f"/v1/statements/{claim.id}", **clocks)
    cell = cells.get(explained["entry"])
    assert explained["effective"] == (cell and cell["statement"])
    assert cell is None or explained["counts"] == cell["counts"]


def check_forms(story: Story, known: int, **of: str) -> None:
    """The items of a record or of an entry as rows, and the triangle, are those of the model."""
    items = json.loads(json.dumps(vintages(story.log, known=known, **of)))
    assert story.items(known=f"@{known}", **of) == items
    text = story.text("/v1/vintages", known=f"@{known}", format="csv", limit=2000, **of)
    rows = list(csv.DictReader(StringIO(text)))
    assert [(row["statement"], row["stated_from"]) for row in rows] == [
        (each["statement"], each["stated"]["from"]) for each in items
    ]
    text = story.text("/v1/vintages", known=f"@{known}", format="triangle", limit=2000, **of)
    assert list(csv.reader(StringIO(text))) == triangle(story.log, known=known, **of)


def ask(seed: int, points: int) -> None:
    """Ask of one history at so many points."""
    with TemporaryDirectory() as folder:
        chance = Random(seed)
        story = Story(Path(folder), random_history(chance, lines=chance.choice((20, 40))), chance)
        try:
            for _ in range(points):
                point = random_question(chance, story.log)
                if read(story.log, point["known"])[1]:
                    check(story, point)
        finally:
            story.archive.close()


def test_any_vintage_is_that_of_the_model_and_of_the_record(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whatever is recorded, mended, withdrawn and disputed: each cell is what was effective.

    The same histories each time, or others until ANNALES_STEPS points are asked.
    """
    if not STEPS:
        for seed in HISTORIES:
            ask(seed, POINTS)
        return
    asked, chance = 0, SystemRandom()
    while asked < STEPS:
        seed = chance.randrange(2**32)
        with capsys.disabled():
            print(f"history {seed}")  # noqa: T201 - the report of the run
        ask(seed, POINTS)
        asked += POINTS
