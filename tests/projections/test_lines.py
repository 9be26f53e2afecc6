"""Statements are found by their ids through the log, and what rows keep in short is given whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from events.fact import Line
from events.statement import Statement
from projections.kinds.ladders import entry_of, own_entry
from projections.views.lines import STANDING_OF_COMMITS
from service.archive import Archive
from tests.story.telling import CITED, JUNO, SOURCE, Clock, Teller, correction

IDS = ("juno", "juno-plan", "juno2", "plan-of-juno", "jun")


def milestone(id: str, **members: str) -> Line:
    """A milestone of JUNO, planned for 2020."""
    line = {
        "type": "milestone",
        "id": id,
        "facility": "juno",
        "milestone": "operation-started",
        "modality": "planned",
        "date": "2020",
        "stated": "2013",
        "title": "A plan",
        "sources": CITED,
    }
    return {**line, **members}


def test_each_id_of_a_commit_finds_its_own_statement(tmp_path: Path, clock: Clock) -> None:
    """Whether or not an id begins with that of its record, or is it; what was not recorded yet,
    and what never was, is not found."""
    dates = dict(zip(IDS, ("2020", "2020-07", "2020-07-02", "2020~", "2020-21"), strict=True))
    with Archive(tmp_path / "archive", clock=clock) as archive:
        teller = Teller(archive, clock)
        teller.tell(SOURCE, {**JUNO, "sources": CITED})
        lines = [
            milestone(id, entry=f"juno/{number}", date=dates[id]) for number, id in enumerate(IDS)
        ]
        teller.tell(*lines)
        known = archive.catch_up()
        db, found = archive.db_at(known), archive.reading_at(known).lines
        versions = found.versions(db, [*IDS, "juno-plan-2"], known=known)
        assert {id: (each.id, each.date) for id, each in versions.items()} == {
            id: (id, dates[id]) for id in IDS
        }
        assert not found.versions(db, IDS, known=2)
        assert found.citing(db, "yearbook") == sorted([*IDS, "record:juno"])
        assert found.records_of(db, IDS, known=known) == dict.fromkeys(IDS, "juno")


def test_of_a_statement_only_the_version_that_stands_is_read(juno: Teller) -> None:
    """However often it was corrected, and as it stood at each position."""
    juno.tell(milestone("juno-plan", date="2020"))
    known = [juno.archive.catch_up()]
    for number in range(3):
        juno.tell(correction("juno-plan", {"date": f"202{number + 1}"}))
        known.append(juno.archive.catch_up())
    db, found = juno.archive.db_at(known[-1]), juno.archive.reading_at(known[-1]).lines
    for position, year in zip(known, ("2020", "2021", "2022", "2023"), strict=True):
        read = [*found._began(db, ["juno-plan"], position, versions=STANDING_OF_COMMITS)]
        assert [each.date for each in read] == [year]
        assert found.versions(db, ["juno-plan"], known=position) == {"juno-plan": read[0]}


@pytest.mark.parametrize(
    ("entry", "written"),
    [
        ("juno/upgraded", ""),
        ("juno/upgraded/2", "/2"),
        ("juno/upgraded//", "//"),
        ("juno/upgraded-twice", "juno/upgraded-twice"),
        ("/2", "=/2"),
        ("=", "=="),
        ("heps/upgraded", "heps/upgraded"),
    ],
)
def test_an_entry_is_read_as_it_was_written(entry: str, written: str) -> None:
    """Of whatever characters it is; most say little that their record and milestone do not."""
    line = milestone("juno-upgrade", milestone="upgraded")
    statement = Statement.of(
        line, record="juno", entry=entry, withdrawn=False, position=1, recorded_on=0
    )
    assert own_entry(statement) == written
    assert entry_of(written, "juno", "upgraded") == entry
