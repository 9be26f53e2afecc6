"""What the views are asked for to show items: stretches, texts, what is gone, and where."""

from __future__ import annotations

import msgspec

from events.clocks import utc_day
from events.dates import Day, parse_iso
from projections.views.budget import Budget
from projections.views.history import Acts
from projections.views.state import Scope
from tests.story.telling import (
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

TODAY = parse_iso("2026-11-25")


def stretches(
    juno: Teller,
    facet: str,
    countries: tuple[str, ...] = (),
    field: str | None = None,
    record: str | None = None,
) -> list[tuple[str, str, Day | None, Day | None]]:
    """The stretches of a facet, as statement, value and days."""
    juno.archive.catch_up()
    found = juno.archive.state.stretches(
        juno.archive.views.db(),
        facet,
        Scope(TODAY, juno.archive.views.tracked(), countries, field),
        budget=Budget(),
        records=None if record is None else [record],
    )
    return [(each.statement, each.value, each.first, each.stop) for each in found]


def test_a_stretch_is_of_one_statement_whatever_the_odds(juno: Teller) -> None:
    """Days on which something else was possible are part of it; they are in the order of days."""
    juno.tell(milestone("runs", "operation-started", "2025"))
    juno.tell(milestone("ground", "construction-started", "2015-01-10"))
    juno.tell(milestone("hall", "completed", "2024~"))
    found = stretches(juno, "status")
    assert found == [
        ("ground", "under-construction", parse_iso("2015-01-10"), parse_iso("2024-01-01")),
        ("hall", "completed", parse_iso("2024-01-01"), parse_iso("2025-01-01")),
        ("runs", "operating", parse_iso("2025-01-01"), None),
    ]
    assert stretches(juno, "status", record="juno") == found
    assert stretches(juno, "status", countries=("CN",), field="particle-physics") == found
    assert stretches(juno, "status", countries=("CH",)) == []
    assert stretches(juno, "status", field="fusion") == []
    assert stretches(juno, "status", record="cern") == []


def test_what_was_open_from_the_beginning_has_no_first_day(juno: Teller) -> None:
    """Nor a far one; a plan that is open has a stretch too."""
    juno.tell(milestone("ground", "construction-started", "../2015"))
    juno.tell(plan("hope", "operation-started", "2030", "2026"))
    assert stretches(juno, "status") == [("ground", "under-construction", None, None)]
    assert [each[:2] for each in stretches(juno, "expected")] == [("hope", "operating")]


def test_a_text_comes_with_the_place_of_its_first_recording(juno: Teller) -> None:
    """However often it was mended; what was withdrawn has none."""
    juno.tell(milestone("ground", "construction-started", "2015-01-10"))
    juno.tell(milestone("gone", "completed", "2024"))
    juno.tell(correction("ground", {"title": "Ground was broken"}))
    juno.tell(withdrawal("gone"))
    juno.archive.catch_up()
    db, state = juno.archive.views.db(), juno.archive.lines
    ((record, position, text),) = state.statements_of(db, ["juno", "atlantis"], known=6)
    assert (record, position) == ("juno", 3)
    assert msgspec.json.decode(text)["title"] == "Ground was broken"
    assert [each[1] for each in state.statements_of(db, ["juno"], known=4)] == [3, 4]


def test_what_is_gone_is_told_as_it_last_stood(juno: Teller) -> None:
    """Not what stands again, and not what came and went in one commit: that never stood."""
    juno.tell(statement("observation", "a", "2011"), statement("observation", "b", "2011"))
    juno.tell(correction("a", {"date": "2012"}))
    juno.tell(withdrawal("a"))  # 6
    juno.tell(withdrawal("b"))
    juno.tell(reinstatement("b"))  # 8
    juno.tell(statement("observation", "c", "2011"), withdrawal("c"))  # 10
    juno.tell(withdrawal("b"))  # 11
    juno.archive.catch_up()
    db, lines, history = juno.archive.views.db(), juno.archive.lines, juno.archive.history

    def gone(known: int) -> dict[str, str]:
        ids = [each.statement for each in history.withdrawn(db, known=known)]
        texts = lines.gone(db, ids, known=known)
        return {id: msgspec.json.decode(texts[id])["date"] for id in ids if id in texts}

    assert gone(5) == {}
    assert gone(6) == {"a": "2012"}
    assert gone(7) == {"b": "2011", "a": "2012"}
    assert gone(10) == {"a": "2012"}
    assert list(gone(11)) == ["b", "a"]
    (last, *_) = history.withdrawn(db, known=11)
    assert (last.stream, last.statement, last.position) == ("record:b", "b", 11)
    assert utc_day(last.recorded_at) == TODAY


def test_a_record_of_several_statements_may_lie_in_several_places(juno: Teller) -> None:
    """A series of two countries; not one of a single reading, and no facility."""
    juno.tell(reading("cn", "2023", 2.5, country="CN"), reading("us", "2024", 3.5, country="US"))
    juno.tell(reading("one", "2023", 1.0, series="other", country="CN"))
    juno.tell(milestone("ground", "construction-started", "2015"))
    juno.tell(milestone("hall", "completed", "2024"))
    juno.archive.catch_up()
    db, state = juno.archive.views.db(), juno.archive.state
    scattered = state.scattered(db, Scope(TODAY, 7))
    assert set(scattered.values()) == {"indicator"}
    assert len(scattered) == 1

    def listed(*countries: str) -> int:
        return len(state.find(db, "record", Scope(TODAY, 7, countries)))

    assert (listed(), listed("US"), listed("VA"), listed("CN", "US", "VA")) == (3, 1, 0, 3)


def test_the_last_events_of_a_country_are_found_in_its_rows(juno: Teller) -> None:
    """In order, by the country in which their commit left what they are about."""
    juno.tell(facility("cern", country="CH"))  # 3
    juno.tell(milestone("ground", "construction-started", "2015"))
    juno.tell(amendment("juno", {"country": "CH"}))  # 5
    juno.tell({**SOURCE, "id": "another"})
    juno.tell(statement("discovery", "found", "2025", facility="juno"))  # 7
    juno.archive.catch_up()
    history, db = juno.archive.history, juno.archive.views.db()

    def last(limit: int, *, countries: tuple[str, ...] = (), kind: str | None = None) -> list[int]:
        acts = history.last_acts(db, Acts(0, 7, kind=kind, countries=countries), limit=limit)
        return [act.entry.position for act in acts]

    assert last(9) == [1, 2, 3, 4, 5, 6, 7]
    assert last(2) == [6, 7]
    assert last(9, countries=("CH",)) == [3, 5, 7]
    assert last(2, countries=("CH",)) == [5, 7]
    assert last(9, countries=("CN",)) == [2, 4]
    assert last(9, countries=("CH", "CN")) == [2, 3, 4, 5, 7]
    assert last(9, countries=("CH",), kind="discovery") == [7]
    assert sum(count for *_, count in history.counts(db, Acts(0, 7, countries=("CH",)))) == 3


def test_commits_are_found_from_the_end_back(juno: Teller) -> None:
    """Each once, at the position of its last event."""
    juno.tell(facility("cern"), facility("desy"))
    juno.tell(facility("slac"))
    juno.archive.catch_up()
    history, db = juno.archive.history, juno.archive.views.db()

    def commits(**stretch: int) -> list[int]:
        return [each.position for each in history.last_commits(db, **stretch)]

    assert commits(known=5, after=0, limit=9) == [5, 4, 2, 1]
    assert commits(known=4, after=1, limit=9) == [4, 2]
    assert commits(known=5, after=0, limit=2) == [5, 4]
