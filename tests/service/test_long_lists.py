"""Nothing that is asked shows a list without an end, however much is told of one thing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from events.fact import Line
from service.archive import Archive
from service.pages.drawn.lanes import MOST_MARKS
from service.pages.record.life import MOST_READINGS
from service.pages.shell.pager import ROWS
from service.pages.state.tables import MOST_OVERDUE
from service.questions import QUESTIONS
from tests.service.asked import Reader, unkept, url
from tests.story.telling import (
    JUNO,
    SOURCE,
    Clock,
    command,
    correction,
    milestone,
    plan,
    reading,
    statement,
)

MANY = 1_001
"""How many there are of each thing that the crowded chronicle has many of."""

FEW = 220
"""How many of each the first commit has, which is enough for a walk from page to page."""

FEW_RECORDED = 3 + 6 * FEW
"""The position of that commit."""

LIMIT = 500
"""The rows of a page where nothing is said of it."""

OF_ONE: Mapping[str, tuple[str, ...]] = {
    "/v1/records/juno": ("entries", "overdue", "statements", "warnings"),
    "/v1/records/rd-share": ("entries", "holding", "statements", "warnings"),
    "/v1/records/juno/timeline": ("effective", "spans"),
    "/v1/records/rd-share/timeline": ("effective", "spans"),
    "/v1/statements/rival-0": ("contradicts", "events", "rivals", "sources", "warnings"),
    "/v1/sources/yearbook": ("records", "statements"),
}
"""The answers about one thing of which much is told, each with its lists."""

SECTIONS = ("facilities", "policies", "indicators", "discoveries", "observations")


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """Somebody who asks a chronicle in which much is told of JUNO: rivals of one statement, which
    all contradict it, plans that are overdue, events, findings and policies; and of one series."""
    of = {"facility": "juno"}
    lines: list[Line] = [SOURCE, {**JUNO, "sources": [{"id": "yearbook"}]}]
    lines.append(milestone("rival-0", "construction-started", "2013"))
    for number in range(1, MANY):
        lines += (
            milestone(f"rival-{number}", "construction-started", "2013", contradicts=["rival-0"]),
            plan(f"plan-{number}", "upgraded", "2014", "2012", entry=f"juno/upgraded/{number}"),
            reading(f"reading-{number}", f"{number:04}", number, sources=[]),
            statement("observation", f"seen-{number}", "2013", **of),
            statement("discovery", f"found-{number}", "2013", **of),
            statement("policy", f"policy-{number}", "2011", **of),
        )
    changes = [correction("rival-0", {"title": f"Begun, {number}"}) for number in range(MANY)]
    with Archive(tmp_path_factory.mktemp("crowded"), clock=Clock()) as archive:
        for some in (lines[:FEW_RECORDED], lines[FEW_RECORDED:], changes):
            archive.chronicle.execute(command(*some))
        archive.catch_up()
        yield Reader(unkept(archive))


def walk(reader: Reader, path: str, **parameters: str) -> Iterator[Any]:
    """The pages from an answer on."""
    following: str | None = url(path, **parameters)
    while following is not None:
        page = reader.get(following)
        yield page
        following = page["next"]


@pytest.mark.parametrize("limit", ["400", "2000"])
@pytest.mark.parametrize("path", OF_ONE)
def test_a_walk_through_one_thing_gives_each_row_of_its_lists_once(
    crowded: Reader, path: str, limit: str
) -> None:
    """Of all lists a page has the same stretch; what they have in all is told on each."""
    pages = list(walk(crowded, path, limit=limit, at="2016"))
    assert all(len(page[name]) <= int(limit) for page in pages for name in OF_ONE[path])
    rows = {name: [row for page in pages for row in page[name]] for name in OF_ONE[path]}
    lengths = {name: len(walked) for name, walked in rows.items()}
    longest = max(lengths.values())
    assert longest >= MANY - 1
    assert len(pages) == -(-longest // int(limit))
    assert len({page.get("revision") for page in pages}) == 1
    for page in pages:
        assert page.get("totals") == (lengths if len(pages) > 1 else None)
    for name, walked in rows.items():
        texts = list(map(repr, walked))
        assert len(texts) == len(set(texts)), name


def test_a_walk_through_a_state_gives_each_row_of_its_lists_once(crowded: Reader) -> None:
    """What stands beside the facilities goes on where it is more than fits on a page."""
    pages = list(walk(crowded, "/v1/state", at="2013"))
    assert len(pages) == -(-(MANY - 1) // LIMIT)
    for name in SECTIONS:
        ids = [row["id"] for page in pages for row in page[name]]
        assert len(ids) == len(set(ids))
        assert max(len(page[name]) for page in pages) <= LIMIT
        if name in ("policies", "discoveries", "observations"):
            assert {page["totals"][name] for page in pages} == {len(ids)} == {MANY - 1}
    assert [len(page["facilities"]) for page in pages] == [1, 0]


@pytest.mark.parametrize("path", [question.path for question in QUESTIONS])
def test_no_answer_has_a_list_that_is_longer_than_a_page(crowded: Reader, path: str) -> None:
    """Whatever is asked about what much is told of."""
    ids = {"record": "juno", "source": "yearbook", "statement": "rival-0", None: ""}
    question = next(each for each in QUESTIONS if each.path == path)
    needed = {"compare": {"to_at": "2020"}, "diff": {"to_at": "2012"}, "search": {"q": "juno"}}
    asked = needed.get(question.name, {}) | ({"record": "juno"} if question.one_of else {})
    answer = crowded.get(
        path.replace("{id}", ids[question.space]),
        **({"at": "2013"} if "at" in question.takes else {}),
        **asked,
    )
    # What compares two states has at most so many rows of each of their lists.
    bound = LIMIT if question.is_paged else 2000 * len(SECTIONS)
    for name, value in answer.items():
        assert not isinstance(value, list) or len(value) <= bound, name


@pytest.mark.parametrize("path", ["/v1/records/juno", "/v1/sources/yearbook"])
def test_the_table_of_a_long_list_leads_to_its_next_page(crowded: Reader, path: str) -> None:
    """As that of every other list does."""
    answer = crowded.ask(url(path, format="csv"))
    assert len(answer.get_data(as_text=True).splitlines()) == 1 + LIMIT
    following = answer.headers["Link"]
    assert following.endswith('>; rel="next"')
    other = crowded.ask(following.partition("<")[2].partition(">")[0])
    assert other.headers["ETag"].split(".")[0] == answer.headers["ETag"].split(".")[0]
    assert answer.get_data() != other.get_data()


def test_a_long_record_is_followed_as_a_whole(crowded: Reader) -> None:
    """Also where it has more than a page can have: each commit that alters any of it is told."""
    of = "/v1/records/juno?at=2016&stated=2016"
    items = crowded.get("/v1/follows", of=of)["items"]
    assert [item["position"] for item in items[:2]] == [FEW_RECORDED, 3 + 6 * (MANY - 1)]
    assert items[-1]["changes"]["patch"][-1]["path"] == "/statements/rival-0/title"


@pytest.mark.parametrize(
    ("path", "after"),
    [("/v1/records/juno", "x"), ("/v1/state", "juno:x"), ("/v1/state", "JUNO:500")],
)
def test_what_is_no_cursor_of_the_list_is_refused(crowded: Reader, path: str, after: str) -> None:
    """Where a page begins comes from the one before."""
    assert crowded.refused(url(path, after=after)) == (400, "bad-cursor")


# Pages

MOST_BYTES = 330_000
"""How large a page may be, whatever is told."""

MOST_ROWS = 2 * ROWS + 10
"""How many rows a table or a list may have there, with the headings of their groups."""

PAGES = (
    "/records/juno?at=2016",
    "/records/juno?at=2016&lang=zh",
    "/records/juno?at=2016&after=500",
    "/records/rd-share?at=2016",
    "/sources/yearbook",
    "/state?at=2013",
    "/state?at=2016",
    "/state?during=2013",
    "/slips",
    "/search?q=juno&limit=2000",
    "/activity?kind=observation&limit=2000",
    "/compare?at=2010&to_at=2016",
    "/compare?at=2010&to_at=2013&record=juno",
    "/trends?measure=indicator",
    "/embed/records/juno",
    "/embed/state?at=2013",
    "/embed/timeline?at=2013",
    "/embed/compare?at=2010&to_at=2013",
    "/embed/slips",
)


class Longest(HTMLParser):
    """Counts the rows of each table and list of a page; `most` is of the longest."""

    def __init__(self) -> None:
        super().__init__()
        self.most = 0
        self._open: list[int] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - as HTMLParser has it
        """A list begins, or a row of the innermost one."""
        if tag in ("table", "ul", "ol", "dl"):
            self._open.append(0)
        elif tag in ("tr", "li", "dt"):
            self._open[-1] += 1
            self.most = max(self.most, self._open[-1])

    def handle_endtag(self, tag: str) -> None:
        """A list ends."""
        if tag in ("table", "ul", "ol", "dl"):
            self._open.pop()


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_of_a_size_whatever_is_told(crowded: Reader, address: str) -> None:
    """Its lists have pages of their own, and its drawings leave out what is too much."""
    text = page_text(crowded, address)
    assert len(text.encode()) < MOST_BYTES
    longest = Longest()
    longest.feed(text)
    assert longest.most <= MOST_ROWS


def page_text(reader: Reader, address: str) -> str:
    """A page for people."""
    page = reader.ask(address, Accept="text/html")
    assert page.status_code == 200
    return page.get_data(as_text=True)


def pages_from(reader: Reader, address: str) -> Iterator[str]:
    """The pages from one on, each by the link to the next, which leads back to the one before."""
    following: str | None = address
    before = None
    while following is not None:
        text = page_text(reader, following)
        assert before is None or (linked(text, "prev") or "").partition("#")[0] == before
        yield text
        before, following = following.partition("#")[0], linked(text, "next")


def linked(text: str, rel: str) -> str | None:
    """Where a page leads by a link of a kind."""
    found = re.search(f'<a rel="{rel}" href="([^"]+)"', text)
    return unescape(found[1]) if found else None


STATEMENT, EVENT = r'<tr id="st-([^"]+)"', r'<tr id="e-([^"]+)"'


@pytest.mark.parametrize(
    ("path", "lang", "counts"),
    [
        ("/records/juno", "zh", {STATEMENT: 5 * FEW + 1, EVENT: 2 * FEW + 2}),
        ("/records/rd-share", "en", {STATEMENT: FEW, EVENT: FEW}),
        ("/sources/yearbook", "en", {r'<a href="/records/[^"]+#st-([^"]+)"': 5 * FEW + 1}),
        ("/slips", "zh", {r'(<td class="num" data-h="[^"]+">1</td>)': FEW}),
    ],
)
def test_the_pages_of_a_page_show_each_row_once(
    crowded: Reader, path: str, lang: str, counts: Mapping[str, int]
) -> None:
    """They are links, which keep the clocks and the language, and lead to and fro."""
    asked = {"stated": "2026", "known": f"@{FEW_RECORDED}", "lang": lang}
    found: dict[str, list[str]] = {rows: [] for rows in counts}
    for text in pages_from(crowded, url(path, **asked).replace("%40", "@")):
        for rows, walked in found.items():
            on_page = re.findall(rows, text)
            assert len(on_page) <= ROWS
            walked.extend(on_page)
        for rel in ("next", "prev"):
            if (leads := linked(text, rel)) is not None:
                assert asked.items() <= dict(parse_qsl(urlsplit(leads).query)).items()
    assert {rows: len(walked) for rows, walked in found.items()} == counts
    # A ladder has no id on its page.
    assert path == "/slips" or all(len(each) == len(set(each)) for each in found.values())


@pytest.mark.parametrize(
    "address", ["/search?q=seen", "/search", "/activity?record=juno", "/state?at=2013"]
)
def test_a_list_that_goes_forwards_alone_leads_to_its_first_page_too(
    crowded: Reader, address: str
) -> None:
    """From page to page, each another one, and none leads out of the pages."""
    first = page_text(crowded, address)
    following = linked(first, "next")
    assert following is not None
    assert following.startswith(address.partition("?")[0])
    second = page_text(crowded, following)
    assert linked(second, "next") != following
    assert re.search('<p class="pager"><a href="([^"]+)"', second)


def test_what_a_drawing_leaves_out_is_told_with_its_number(crowded: Reader) -> None:
    """Of the readings of a series, and of the promises of a facility, kept or not."""
    series = page_text(crowded, "/records/rd-share?at=2016")
    assert f"Drawn: {MOST_READINGS} of {MANY - 1} readings" in series
    state = page_text(crowded, "/state?at=2013")
    assert f"{MANY - 1 - MOST_MARKS} marks of facilities" in state
    assert f"{MANY - 1 - MOST_OVERDUE} more" in page_text(crowded, "/state?at=2016")
