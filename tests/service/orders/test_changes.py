"""What changes a record is declared once: its paths and who may send it follow."""

from __future__ import annotations

import pytest

from events.catalogue import BY_TYPE, STATEMENT_TYPES, fact_of
from events.fact import Line
from service.orders.changes import CHANGES, OF_CURATORS, Change
from service.pages.desk.room import PATH
from tests.service.asked import Reader

IDS = [change.name for change in CHANGES]


@pytest.mark.parametrize("change", CHANGES, ids=IDS)
def test_a_change_is_sent_to_the_api_and_by_a_form_of_the_desk(
    reader: Reader, change: Change
) -> None:
    """Each of the two has a path of it."""
    paths = {rule.rule for rule in reader.app.url_map.iter_rules()}
    assert {change.path, PATH + change.desk_path} <= paths


@pytest.mark.parametrize("change", CHANGES, ids=IDS)
def test_an_example_with_what_its_path_says_is_a_line(change: Change) -> None:
    """The path says the type and the id."""
    line: Line = {"type": change.type, change.of: change.tried_on, **change.example}
    assert fact_of(line).line() == line
    assert set(line) - set(change.example) <= set(change.said)


def test_every_line_that_changes_something_is_such_an_order() -> None:
    """All types of line but statements and cards; two of them are a curator's."""
    begin = {*STATEMENT_TYPES, "facility", "series", "source"}
    assert {change.type for change in CHANGES} == BY_TYPE.keys() - begin
    assert {"withdrawal", "reinstatement"} == OF_CURATORS
