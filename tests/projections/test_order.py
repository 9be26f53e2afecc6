"""The order of all records by id, which grows with the views."""

from __future__ import annotations

import numpy as np

from service.archive import Archive
from tests.story.telling import JUNO, SOURCE, Teller


def facility(id: str) -> dict[str, str]:
    """A facility of an id."""
    return {**JUNO, "id": id}


def test_records_stand_by_their_ids_however_they_came(archive: Archive, teller: Teller) -> None:
    """Places follow the ids, also of records that come later; sources have none."""
    teller.tell(facility("juno"), SOURCE, facility("heps"))
    archive.catch_up()
    before = archive.state.order(archive.views.db())
    assert before.ids == ["heps", "juno"]
    teller.tell(facility("zebra"), facility("alice"), facility("jet"))
    archive.catch_up()
    order = archive.state.order(archive.views.db())
    assert order.ids == ["alice", "heps", "jet", "juno", "zebra"]
    assert order.numbers.tolist() == [5, 3, 6, 1, 4]
    assert order.of(np.array([1, 4])).tolist() == [3, 4]
    assert order.of(np.array([2])).tolist() == [-1]
    assert before.ids == ["heps", "juno"]


def test_a_page_begins_after_an_id_that_need_not_be_there(archive: Archive, teller: Teller) -> None:
    """The place after an id is that of the next one."""
    teller.tell(facility("heps"), facility("juno"))
    archive.catch_up()
    order = archive.state.order(archive.views.db())
    assert [order.after(id) for id in ("", "heps", "jet", "juno")] == [0, 1, 1, 2]
