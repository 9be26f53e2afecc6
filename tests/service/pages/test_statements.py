"""A page reads the views little more often than the answers do that it shows."""

from __future__ import annotations

import pytest

from service.archive import Archive
from service.pages.kinds import PAGES
from tests.service.asked import Reader

SHOWN = {
    "state": "/state{}?at=2013&country=CN",
    "compare": "/compare{}?at=2013&to_at=2016",
    "slips": "/slips{}?country=CN",
    "trends": "/trends{}?measure=status&by=country&from=2014",
    "search": "/search{}?q=neutrino",
    "activity": "/activity{}",
    "record": "/records/juno{}",
    "source": "/sources/beaming-with-pride{}",
}
"""An address of each kind of page, less the ending that asks for its data; none of what is
disputed, whose page reads every record that it lists."""

BESIDES = {
    "slips": ("/v1/overdue?country=CN", "/v1/due?country=CN&within=P2Y"),
}
"""What a page shows besides the answer at its own address: the answers at these."""

DRAWN = (
    ("/state{}?at=2013", ("/v1/feeds/vis-timeline?at=2013&limit=2000",)),
    (
        "/state{}?at=2030&stated=2020",
        (
            "/v1/feeds/vis-timeline?at=2030&stated=2020&limit=2000",
            "/v1/hindsight?at=2030&stated=2020",
        ),
    ),
)

ITS_OWN = 8
"""So many statements a page may run besides, whatever it shows: answers keep the texts that they
have read, and may run none."""


def statements(reader: Reader, archive: Archive, url: str) -> int:
    """How many SQL statements the views run for a request."""
    run: list[str] = []
    connection = archive.views.db().conn
    connection.set_trace_callback(run.append)
    try:
        assert reader.ask(url).status_code == 200
    finally:
        connection.set_trace_callback(None)
    return len(run)


@pytest.mark.parametrize("name", SHOWN)
def test_a_page_runs_at_most_twice_the_statements_of_its_answers_and_a_few(
    reader: Reader, shipped: Archive, name: str
) -> None:
    """Counted are all statements of a request, how far the views have read included: of the
    page, beside those of its `.json` and of the answers in `BESIDES`. What is drawn from is kept
    from page to page, so the page is asked for once before."""
    page = SHOWN[name].format("")
    reader.ask(page)
    answers = (SHOWN[name].format(".json"), *BESIDES.get(name, ()))
    allowed = ITS_OWN + 2 * sum(statements(reader, shipped, url) for url in answers)
    assert statements(reader, shipped, page) <= allowed


def test_every_page_of_an_answer_is_counted() -> None:
    """But the one that reads more than it is asked for."""
    assert {kind.name for kind in PAGES if kind.question is not None} == {*SHOWN, "disputed"}


@pytest.mark.parametrize(("page", "besides"), DRAWN)
def test_a_page_that_is_drawn_anew_reads_as_much_as_its_feed(
    reader: Reader, shipped: Archive, page: str, besides: tuple[str, ...]
) -> None:
    """At a position that no drawing was kept of, the statements of a feed of the same items, and
    of then beside now, count as well."""
    at = "&known=@1190"
    answers = (page.format(".json"), *besides)
    allowed = ITS_OWN + 2 * sum(statements(reader, shipped, url + at) for url in answers)
    assert statements(reader, shipped, page.format("") + at) <= allowed
