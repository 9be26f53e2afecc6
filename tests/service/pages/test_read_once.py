"""A page and its data are of one head of the log, whatever is recorded while they are made."""

from __future__ import annotations

import pytest

from projections.views.file import Database
from service.pages.kinds import PAGES
from tests.service.asked import unkept
from tests.story.telling import Teller, milestone

ASKED = {
    "compare": "at=2030&to_at=2031",
    "trends": "measure=status&by=country&from=2014",
    "record": "at=2030",
}


def paths() -> dict[str, str]:
    """A page of every kind, at the head of the log."""
    return {
        kind.name: kind.path.format(id="yearbook" if kind.name == "source" else "juno")
        + (f"?{ASKED[kind.name]}" if kind.name in ASKED else "")
        for kind in PAGES
    }


@pytest.mark.parametrize("name", paths())
def test_a_page_is_of_the_log_that_its_question_found(
    juno: Teller, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A commit between the reading of the clocks and the making of the page is not in it."""
    archive = juno.archive
    juno.tell(milestone("ground", "construction-started", "2015", stated="2015"))
    archive.catch_up()
    client = unkept(archive).test_client()
    before = client.get(paths()[name])
    db_at = archive.db_at

    def overtaken(position: int) -> Database:
        monkeypatch.undo()
        juno.tell(milestone("runs", "operation-started", "2020", stated="2020"))
        archive.catch_up()
        return db_at(position)

    monkeypatch.setattr(archive, "db_at", overtaken)
    again = client.get(paths()[name])
    head = archive.chronicle.log.head()
    assert head is not None
    assert head.position == 4  # it was overtaken
    assert again.headers["ETag"] == before.headers["ETag"]
    assert again.text == before.text


@pytest.mark.parametrize("form", ["", ".json", ".csv"])
def test_both_sides_of_a_comparison_are_waited_for(
    juno: Teller, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """Neither the page nor its data is made from views that know the first side alone."""
    monkeypatch.setattr("service.web.pausing.PATIENCE", 0.01)
    juno.archive.catch_up()
    juno.tell(milestone("runs", "operation-started", "2020", stated="2020"))
    client = unkept(juno.archive).test_client()
    url = f"/compare{form}?at=2030&known=@2&to_at=2030&to_known=@3"
    assert client.get(url).status_code == 503
    juno.archive.catch_up()
    assert client.get(url).status_code == 200
