"""The columns: what holds at any clocks is what the rows of the table say, whatever became of them.

A made-up table is put beside its columns, and both are asked. Pages are added, cut and closed as a
follower does; a file is torn, and made again.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest

from events.vocabulary import FIELDS
from projections import FACETS
from projections.engine.spans import AFTER_ALL, BEFORE_ALL
from projections.views import columns as module
from projections.views import following
from projections.views.budget import Budget
from projections.views.columns import Columns, make, places_of
from projections.views.following import BesideDiffers, rebuild, verify
from projections.views.rows import Stored, by_key
from projections.views.state import Scope
from tests.story.telling import JUNO, SOURCE, Teller, milestone, plan

FAR = 3 * 10**17
"""A day beyond all that 32 bits tell apart, as years run to 10^15."""


def row(chance: Random, number: int, *, far: bool = False) -> Stored:
    """Some row or other, opened at a commit up to 50."""

    def day() -> int | None:
        if far and chance.random() < 0.4:
            return chance.choice((-FAR, FAR)) + chance.randrange(3)
        return None if chance.random() < 0.2 else chance.randrange(-300, 300)

    first, end = sorted((day(), day()), key=lambda day: -1000 if day is None else day)
    return Stored(
        record=chance.randrange(1, 30),
        seq=number,
        country=chance.choice(("CN", "CH", "US", None)),
        field=chance.choice((0, 3, None)),
        class_=chance.choice((0, 22, None)),
        facet=chance.randrange(len(FACETS)),
        value=chance.choice((None, 3, "a text")),
        odds=None,
        statement=None,
        vf=first,
        vt=end,
        sf=day(),
        st=None,
        ks=None,
        kf=chance.randrange(1, 50),
        kt=None,
        others=None,
        text=None,
    )


Question = tuple[int, tuple[str, ...], int | None, int | None, dict[str, int]]
"""A facet, countries, a field, a class, and clocks."""


def asked(columns: Columns, question: Question) -> set[tuple[int, int]]:
    """The keys of the rows that the columns find."""
    facet, countries, field, class_, clocks = question
    places = places_of(countries) if countries else None
    found = columns.find(FACETS[facet], places=places, field=field, class_=class_, **clocks)
    assert len(found) == len({*found.tolist()})
    records, seqs = columns["record"][found].tolist(), columns["seq"][found].tolist()
    return set(zip(records, seqs, strict=True))


def said(rows: list[Stored], question: Question) -> set[tuple[int, int]]:
    """The keys of the rows that hold, one by one."""
    facet, countries, field, class_, clocks = question
    return {
        (each.record, each.seq)
        for each in rows
        if each.facet == facet
        and (not countries or each.country in countries)
        and field in (None, each.field)
        and class_ in (None, each.class_)
        and each.holds(stated=clocks["stated"], known=clocks["known"])
        and each.covers(first=clocks["first"], last=clocks["last"])
    }


def a_question(chance: Random) -> Question:
    """Any of them."""
    first = chance.randrange(-350, 350)
    clocks = {
        "first": chance.choice((first, BEFORE_ALL)),
        "last": chance.choice((first + chance.randrange(40), AFTER_ALL)),
        "stated": chance.randrange(-350, 350),
        "known": chance.randrange(1, 100),
    }
    some = chance.sample(("CH", "CN", "US"), chance.randrange(4))
    field, class_ = chance.choice((None, None, 0, 3)), chance.choice((None, None, 0, 22))
    return chance.randrange(len(FACETS)), tuple(sorted(some)), field, class_, clocks


@pytest.mark.parametrize("seed", range(10))
def test_columns_say_what_the_rows_say(tmp_path: Path, seed: int) -> None:
    """As they are made, after pages that add, cut and close, and sorted again."""
    chance = Random(seed)
    rows = {(each.record, each.seq): each for each in (row(chance, n) for n in range(300))}
    columns = make(tmp_path / "columns", (rows[key] for key in sorted(rows)), 50)
    for known in range(51, 60):
        page = [row(chance, 1000 * known + n)._replace(kf=known) for n in range(20)]
        standing = [each for each in rows.values() if each.kt is None]
        closed = [each._replace(kt=known) for each in chance.sample(standing, 10)]
        whole = [
            each for each in standing if each.st is None and each._replace(kt=known) not in closed
        ]
        cuts = [
            each._replace(st=chance.randrange(-300, 300), ks=known)
            for each in chance.sample(whole, 10)
        ]
        columns.begin()
        assert columns.apply(page, cuts, closed)
        columns.end(known)
        rows |= {(each.record, each.seq): each for each in (*page, *cuts, *closed)}
        if known == 55:
            columns = columns.sorted_again()
    for _ in range(200):
        question = a_question(chance)
        assert asked(columns, question) == said(list(rows.values()), question)


def test_a_file_without_room_takes_no_page(tmp_path: Path) -> None:
    """It is left as it is, and one with more room is made."""
    chance = Random(0)
    columns = make(tmp_path / "columns", [], 0)
    many = [row(chance, number) for number in range(module.ROOM + 1)]
    assert not columns.apply(many, [], [])
    assert columns.count == 0
    larger = columns.sorted_again(room=len(many))
    assert larger.apply(many, [], [])
    assert (larger.count, Columns.mapped(tmp_path / "columns").count) == (len(many), len(many))


def test_what_is_no_file_of_columns_is_refused(tmp_path: Path) -> None:
    """Whatever else lies there."""
    (tmp_path / "columns").write_bytes(b"\1" * 8192)
    with pytest.raises(ValueError, match="holds no columns"):
        Columns.mapped(tmp_path / "columns")


@pytest.mark.parametrize("harm", ["torn", "gone", "behind", "of another boot"])
def test_columns_that_are_not_those_of_the_table_are_made_anew(juno: Teller, harm: str) -> None:
    """A page that was begun and never ended, a file that is lost, or one of an earlier position."""
    juno.tell(milestone("ground", "construction-started", "2015-01-10"))
    juno.archive.catch_up()
    db = juno.archive.views.db()
    columns = juno.archive.state.columns_of(db)
    if harm == "torn":
        columns.begin()
    elif harm == "of another boot":
        columns._head[module.BOOT] += 1
    elif harm == "gone":
        columns.path.unlink()
        columns.give_up()
    else:
        columns.end(1)
    juno.archive.catch_up()
    again = juno.archive.state.columns_of(db)
    assert (again.is_whole, again.position, again.count) == (True, 3, columns.count)


def test_far_days_are_told_apart(teller: Teller) -> None:
    """On both sides of what 32 bits hold, in questions and in rows; what is shown is exact."""
    teller.tell(SOURCE, JUNO)
    teller.tell(milestone("old", "proposed", "Y-1000000000000", stated="2001"))
    teller.tell(milestone("new", "approved", "2001", stated="2002"))
    teller.tell(plan("hope", "operation-started", "Y1000000000000", "2003"))
    teller.archive.catch_up()
    db, state = teller.archive.views.db(), teller.archive.state
    known = teller.archive.views.tracked()
    first = -365_242_500_000_000

    def held(day: int) -> list[str]:
        rows = state.stab(
            db, "status", Scope(20_000, known, ("CN",)), budget=Budget(), first=day, last=day
        )
        return [row.value for row in rows]

    assert held(0) == ["proposed"]
    assert held(12_000) == ["approved"]
    assert held(-5_000_000_000) == ["proposed"]
    assert held(2 * first) == []
    due = state.stab(db, "due", Scope(20_000, known, field=FIELDS[9]), budget=Budget())
    assert [row.vf > 10**14 for row in due] == [True]


def test_far_rows_are_found_one_by_one(tmp_path: Path) -> None:
    """They are those with a day beyond."""
    chance = Random(1)
    rows = [row(chance, number, far=True) for number in range(200)]
    columns = make(tmp_path / "columns", sorted(rows, key=lambda each: each[:2]), 50)
    far = columns.far()
    keys = set(zip(columns["record"][far].tolist(), columns["seq"][far].tolist(), strict=True))
    wanted = {
        (each.record, each.seq)
        for each in rows
        if any(day is not None and abs(day) > 10**10 for day in (each.vf, each.vt, each.sf))
    }
    assert keys == wanted
    assert np.all(np.diff(columns["facet"][: columns.count].astype(int)) >= 0)


def test_columns_that_are_lost_are_made_of_the_table_however_long_the_log(
    juno: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The views themselves are whole, so they are not made anew."""
    juno.tell(milestone("ground", "construction-started", "2015-01-10"))
    juno.archive.catch_up()
    monkeypatch.setattr(following, "FAR", 1)
    views, columns = juno.archive.views, juno.archive.state.columns_of(juno.archive.views.db())
    before = views.path()
    columns.path.unlink()
    columns.give_up()
    juno.archive.catch_up()
    assert views.path() == before
    assert views.tracked() == 3


def test_an_answer_that_began_by_a_file_ends_by_it(juno: Teller) -> None:
    """Also when another was put in its place, and its own columns are gone."""
    juno.tell(milestone("ground", "construction-started", "2015-01-10"))
    juno.archive.catch_up()
    archive = juno.archive
    db = archive.views.db()
    before = archive.state.columns_of(db).count
    rebuild(archive.chronicle, archive.views)
    assert not archive.state.columns_of(db).path.exists()
    assert archive.state.columns_of(db).count == before
    assert archive.state.columns_of(archive.views.db()).count == before


def test_who_had_mapped_a_file_that_is_sorted_hears_of_the_other(juno: Teller) -> None:
    """Before it is there: whoever is killed in between leaves nobody behind."""
    juno.tell(milestone("ground", "construction-started", "2015-01-10"))
    juno.archive.catch_up()
    db = juno.archive.views.db()
    columns = juno.archive.state.columns_of(db)
    columns.give_up()
    assert juno.archive.state.columns_of(db).count == columns.count
    columns.sorted_again()
    assert juno.archive.state.columns_of(db) is not columns


def test_what_lies_beside_views_that_are_gone_is_swept(juno: Teller) -> None:
    """And what a process left half made that is gone, too."""
    juno.archive.catch_up()
    folder, used = juno.archive.folder, juno.archive.views.path()
    assert used is not None
    left = [folder / "views-0.sqlite.columns", folder / f"{used.name}.columns.99999999"]
    for path in left:
        path.touch()
    with juno.archive.views.beside():
        assert not any(path.exists() for path in left)
    assert used.with_name(f"{used.name}.columns").exists()


def test_columns_that_say_something_else_are_found_by_verify_and_mended_by_rebuild(
    juno: Teller,
) -> None:
    """Though the header is whole, and the tables are what the log adds up to."""
    juno.tell(milestone("ground", "construction-started", "2015-01-10"))
    juno.archive.catch_up()
    chronicle, views = juno.archive.chronicle, juno.archive.views
    verify(chronicle, views)
    columns = juno.archive.state.columns_of(views.db())
    columns["vf"][: columns.count] += 1
    with pytest.raises(BesideDiffers):
        verify(chronicle, views)
    rebuild(chronicle, views)
    verify(chronicle, views)


def test_columns_that_end_at_an_earlier_commit_are_whole_and_others_are_not(juno: Teller) -> None:
    """A process that is killed between the tables and the columns leaves them like that."""
    juno.tell(milestone("ground", "construction-started", "2015-01-10"))
    juno.tell(plan("run", "operation-started", "2020", "2015"))
    juno.archive.catch_up()
    chronicle, views = juno.archive.chronicle, juno.archive.views
    path = juno.archive.state.columns_of(views.db()).path
    earlier = path.read_bytes()
    juno.tell(plan("later", "operation-started", "2025", "2019"))
    juno.archive.catch_up()
    now = path.read_bytes()
    path.write_bytes(earlier)
    verify(chronicle, views)

    for rows, said in ((earlier, 3), (earlier, 5), (now, 4), (now, 9)):
        path.write_bytes(rows)
        Columns.mapped(path).end(said)
        with pytest.raises(BesideDiffers):
            verify(chronicle, views)


def test_columns_that_only_count_as_sorted_are_found(tmp_path: Path) -> None:
    """A question would look for a country where it is not."""
    chance = Random(3)
    rows = [row(chance, number) for number in range(40)]
    rows.sort(key=by_key)
    columns = make(tmp_path / "columns", rows, 50)
    more = [row(chance, number)._replace(facet=0) for number in range(40, 60)]
    assert columns.apply(more, [], [])
    every = sorted([*rows, *more], key=by_key)
    assert columns.has_just(every)
    columns._head[module.SORTED] = columns.count  # as one flipped bit would have it
    assert not columns.has_just(every)
