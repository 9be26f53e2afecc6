"""Nothing that is asked shows a list without an end, however much is told of one thing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from service.archive import Archive
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
    lines = [SOURCE, {**JUNO, "sources": [{"id": "yearbook"}]}]
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
        archive.chronicle.execute(command(*lines))
        archive.chronicle.execute(command(*changes))
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
    """What is altered beyond the first page is an alteration all the same."""
    known = crowded.get("/v1/records/juno")["known"]
    of = "/v1/statements/rival-0?at=2016&stated=2016"
    item = crowded.get("/v1/follows", of=of, known=known)["items"][-1]
    assert item["changes"]["counts"]["patch"] > LIMIT


@pytest.mark.parametrize(
    ("path", "after"),
    [("/v1/records/juno", "x"), ("/v1/state", "juno:x"), ("/v1/state", "JUNO:500")],
)
def test_what_is_no_cursor_of_the_list_is_refused(crowded: Reader, path: str, after: str) -> None:
    """Where a page begins comes from the one before."""
    assert crowded.refused(url(path, after=after)) == (400, "bad-cursor")
