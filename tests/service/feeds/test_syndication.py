"""Atom and JSON Feed of what was recorded, by `feedparser` and `jsonfeed`; pages of the past."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import feedparser
import jsonfeed
import pytest

from events import dates
from service.archive import Archive
from service.feeds import recorded
from service.feeds.syndication import Channel, Entry, atom_text, json_feed_text
from tests.service.asked import ASK_AGAIN, FOREVER, Reader, url
from tests.story.telling import (
    SOURCE,
    Teller,
    amendment,
    correction,
    facility,
    milestone,
    plan,
    reinstatement,
    statement,
    withdrawal,
)

ATOM = "/v1/feeds/atom"
JSON = "/v1/feeds/jsonfeed"

NAMES = {
    "atom": "http://www.w3.org/2005/Atom",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "fh": "http://purl.org/syndication/history/1.0",
    "annales": "tag:annales.org,2026:ns",
}


def test_a_type_of_event_without_words_goes_by_its_name(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new type of event is told before anybody has found words for it."""
    monkeypatch.delitem(recorded.DONE, "observation")
    told = reader.ask("/v1/feeds/jsonfeed?kind=observation&limit=1&lang=en").get_json()
    assert told["items"][0]["title"].startswith("Observation recorded: ")


def atom(reader: Reader, address: str) -> Any:
    """The feed as feedparser has it: well-formed, and of a type that it knows."""
    answer = reader.ask(address)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.mimetype == "application/atom+xml"
    read = feedparser.parse(answer.data, response_headers={"content-type": answer.content_type})
    assert read.bozo == 0, read.get("bozo_exception")
    assert read.version == "atom10"
    return read


def tree(reader: Reader, address: str) -> ET.Element:
    """The feed as XML."""
    return ET.fromstring(reader.ask(address).data)  # noqa: S314 - it is our own


def json_feed(reader: Reader, address: str) -> Any:
    """The feed as jsonfeed has it."""
    answer = reader.ask(address)
    assert (answer.status_code, answer.mimetype) == (200, "application/feed+json")
    return jsonfeed.Feed.parse(json.loads(answer.data))


def positions(reader: Reader, address: str) -> list[int]:
    """The positions of the events of a page, in the order shown."""
    items = json.loads(reader.ask(address).data)["items"]
    return [each["_annales"]["position"] for each in items]


def path(address: str) -> str:
    """A whole URL of ours without the host."""
    parts = urlsplit(address)
    assert parts.netloc == "localhost"
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def pages(reader: Reader, address: str) -> Iterator[str]:
    """The addresses of a JSON Feed and of all before it."""
    following: str | None = address
    while following is not None:
        yield following
        told = json.loads(reader.ask(following).data).get("next_url")
        following = None if told is None else path(told)


@pytest.fixture
def told(juno: Teller) -> Teller:
    """JUNO with a plan that is mended, withdrawn and reinstated, and others; @3 to @12."""
    juno.tell(plan("p-2020", "operation-started", "2020~", "2015-07"), actor="li")
    juno.tell(facility("fast", country="US", name_zh="天眼"))
    juno.tell(
        milestone("fast-ran", "operation-started", "2020-01-11", facility="fast", title="FAST runs")
    )
    juno.tell(correction("p-2020", {"date": "2021", "title": "JUNO by <2021> & later"}))
    juno.tell(withdrawal("p-2020", reason="It was said of another."), actor="li")
    juno.tell(reinstatement("p-2020"))
    juno.tell(amendment("juno", {"place": "Kaiping", "city": None}))
    juno.tell(statement("discovery", "mass", "-0240", facility="fast"))
    juno.tell({**SOURCE, "id": "report", "title": "A report"})
    juno.tell(statement("observation", "remark", "2010", country="FR"))
    juno.archive.catch_up()
    return juno


def test_the_shipped_chronicle_is_read_by_feed_readers(reader: Reader) -> None:
    """Both feeds, in both languages, as much as there can be: the newest first."""
    for lang in ("en", "zh"):
        read = atom(reader, url(ATOM, limit="1000", lang=lang))
        assert len(read.entries) == 1000
        assert len({each.id for each in read.entries}) == 1000
        assert read.entries[0].updated >= read.entries[-1].updated
        assert read.feed.updated == read.entries[0].updated
        assert len(json_feed(reader, url(JSON, limit="1000", lang=lang)).items) == 1000
        assert read.feed.language == lang


@pytest.mark.usefixtures("told")
def test_both_feeds_tell_the_same(small: Reader) -> None:
    """Ids, titles, instants, links, authors and contents, entry for entry."""
    read = atom(small, ATOM)
    other = json_feed(small, JSON)
    assert [each.id for each in read.entries] == [each.id for each in other.items]
    assert [each.title for each in read.entries] == [each.title for each in other.items]
    assert [each.updated for each in read.entries] == [each.date_modified for each in other.items]
    assert [each.link for each in read.entries] == [each.url for each in other.items]
    assert [each.content[0].value for each in read.entries] == [
        each.content_html for each in other.items
    ]


@pytest.mark.usefixtures("told")
def test_an_entry_says_what_who_and_why(small: Reader) -> None:
    """In its title and its content, with what stood before a correction."""
    found = {each.title: each for each in atom(small, ATOM).entries}
    mended = found["Corrected: JUNO by <2021> & later"]
    assert mended.author == "wang"
    assert mended.link == "http://localhost/records/juno"
    text = mended.content[0].value
    assert "<p>date: 2020~ → 2021</p>" in text
    assert "<p>title: JUNO: operation-started → JUNO by &lt;2021&gt; &amp; later</p>" in text
    assert "<p>Why: Misread.</p>" in text
    assert "<p>Planned for: 2021</p>" in text
    assert "<p>Recorded by: wang, @6</p>" in text
    assert found["New milestone: JUNO: operation-started"].author == "li"
    assert found["New source: A report"].link == "http://localhost/sources/report"
    amended = found["Amended: JUNO"].content[0].value
    assert "place: nothing → Kaiping" in amended
    assert "city" not in amended  # it had none before


@pytest.mark.usefixtures("told")
def test_titles_are_text_and_never_markup(small: Reader) -> None:
    """What looks like a tag in a title is shown as it was written."""
    (title,) = [
        each.text
        for each in tree(small, ATOM).iterfind("atom:entry/atom:title", NAMES)
        if each.text and each.text.startswith("Corrected")
    ]
    assert title == "Corrected: JUNO by <2021> & later"


@pytest.mark.usefixtures("told")
def test_the_day_in_the_world_stands_beside_the_day_of_recording(small: Reader) -> None:
    """`annales:valid` and `_annales.valid`: EDTF with its bounds."""
    entries = tree(small, ATOM).findall("atom:entry", NAMES)
    valid = {
        entry.findtext("atom:title", "", NAMES): each.attrib
        for entry in entries
        if (each := entry.find("annales:valid", NAMES)) is not None
    }
    assert valid["New milestone: JUNO: operation-started"] == {
        "edtf": "2020~",
        "earliest": "2020-01-01",
        "latest": "2020-12-31",
    }
    assert valid["New discovery: discovery mass"]["earliest"] == "-000240-01-01"
    assert "New source: A report" not in valid
    (item,) = [
        each for each in json.loads(small.ask(JSON).data)["items"] if "mass" in each["title"]
    ]
    assert item["_annales"]["valid"] == valid["New discovery: discovery mass"]


@pytest.mark.usefixtures("told")
def test_a_withdrawal_takes_the_entry_away_that_recorded_it(small: Reader) -> None:
    """A tombstone (RFC 6721) for the id of that entry, with who and why; and an entry of its own,
    for readers that know no tombstones."""
    feed = tree(small, ATOM)
    (gone,) = feed.findall("at:deleted-entry", NAMES)
    (recorded,) = [
        entry
        for entry in feed.iterfind("atom:entry", NAMES)
        if entry.findtext("atom:title", "", NAMES) == "New milestone: JUNO: operation-started"
    ]
    assert gone.attrib["ref"] == recorded.findtext("atom:id", "", NAMES)
    assert gone.attrib["when"] > recorded.findtext("atom:updated", "", NAMES)
    assert gone.findtext("at:by/atom:name", "", {**NAMES}) == "li"
    assert gone.findtext("at:comment", "", NAMES) == "It was said of another."
    titles = [each.title for each in atom(small, ATOM).entries]
    assert "Withdrawn: JUNO by <2021> & later" in titles
    assert "Reinstated: JUNO by <2021> & later" in titles


@pytest.mark.usefixtures("told")
def test_an_id_is_a_tag_uri_of_the_event_for_good(small: Reader) -> None:
    """By its instant and its position: the same in every language, filter and form."""
    ids = {each.id for each in atom(small, ATOM).entries}
    assert "tag:annales.org,2026:event:2026-11-25T12:00:00.000002Z:3" in ids
    for asked in ({"lang": "zh"}, {"record": "juno"}, {"limit": "3"}, {"kind": "source"}):
        found = {each.id for each in atom(small, url(ATOM, **asked)).entries}
        assert found
        assert found <= ids


@pytest.mark.usefixtures("told")
def test_filters_leave_in_what_they_name(small: Reader) -> None:
    """By record or source, by kind, and by country: of the card, of the statement, or of the
    facility that it names."""
    assert positions(small, url(JSON, record="juno")) == [9, 8, 7, 6, 3, 2]
    assert positions(small, url(JSON, record="report")) == [11]
    assert positions(small, url(JSON, kind="source")) == [11, 1]
    assert positions(small, url(JSON, kind="discovery")) == [10]
    assert positions(small, url(JSON, country="US")) == [10, 5, 4]
    assert positions(small, url(JSON, country="FR")) == [12]
    assert positions(small, url(JSON, country="CN", kind="facility")) == [9, 8, 7, 6, 3, 2]
    assert small.refused(url(JSON, record="atlantis")) == (404, "no-such-record")
    assert small.refused(url(JSON, kind="phase")) == (422, "validation")
    assert small.refused(url(JSON, page="-1")) == (422, "validation")


@pytest.mark.usefixtures("told")
def test_titles_are_in_the_language_asked_for(small: Reader) -> None:
    """The words, and the names where they are known."""
    titles = [each["title"] for each in json.loads(small.ask(url(JSON, lang="zh")).data)["items"]]
    assert "新装置：天眼" in titles
    assert "修订：JUNO" in titles


@pytest.mark.usefixtures("told")
def test_every_event_is_on_some_page_once(small: Reader) -> None:
    """From the newest entries through the archives to the beginning, without a gap; whatever the
    filters and however small a page."""
    for asked in ({}, {"country": "US"}, {"record": "juno"}, {"kind": "source"}, {"country": "FR"}):
        every = positions(small, url(JSON, **asked))
        for limit in range(1, 14):
            found: list[int] = []
            for each in pages(small, url(JSON, limit=str(limit), **asked)):
                page = positions(small, each)
                assert page == sorted(page, reverse=True)
                assert len(page) <= limit
                found += page
            assert sorted({*found}, reverse=True) == every, (asked, limit)


def test_an_archive_is_closed_and_never_changes(told: Teller, small: Reader) -> None:
    """It is marked (RFC 5005), kept for ever, links to the one before and to the present; and it
    has the same address and the same bytes whatever is recorded later."""
    before = list(pages(small, url(JSON, limit="3")))[1:]
    assert len(before) == 3
    first = path(
        next(
            each.attrib["href"]
            for each in tree(small, url(ATOM, limit="3")).iterfind("atom:link", NAMES)
            if each.attrib["rel"] == "prev-archive"
        )
    )
    answer = small.ask(first)
    assert answer.headers["Cache-Control"] == FOREVER
    archive = tree(small, first)
    assert archive.find("fh:archive", NAMES) is not None
    links = {
        each.attrib["rel"]: each.attrib["href"] for each in archive.iterfind("atom:link", NAMES)
    }
    assert path(links["self"]) == first
    assert path(links["current"]) == "/v1/feeds/atom?lang=en&limit=3"
    assert "prev-archive" in links
    assert tree(small, url(ATOM, limit="3")).find("fh:archive", NAMES) is None
    kept = {each: small.ask(each).data for each in [first, *before]}

    told.tell(*(statement("observation", f"new-{n}", "2011", country="US") for n in range(7)))
    told.archive.catch_up()
    after = list(pages(small, url(JSON, limit="3")))[1:]
    assert after[-len(before) :] == before
    for each, body in kept.items():
        assert small.ask(each).data == body


@pytest.mark.usefixtures("told")
def test_a_page_that_is_not_full_is_no_archive(small: Reader) -> None:
    """It may still grow, so it is asked for again; beyond the head there is nothing."""
    assert positions(small, url(JSON, limit="5", page="1")) == [5, 4, 3, 2, 1]
    assert positions(small, url(JSON, limit="5", page="3")) == [12, 11]
    assert positions(small, url(JSON, limit="5", page="4")) == []
    growing = json.loads(small.ask(url(JSON, limit="5", page="3")).data)
    assert growing["_annales"]["archive"] is False
    assert small.ask(url(JSON, limit="5", page="3")).headers["Cache-Control"] == ASK_AGAIN


@pytest.mark.usefixtures("told")
def test_who_subscribes_is_told_the_address_that_moves(small: Reader) -> None:
    """`self` and `feed_url` are the feed without clocks, also in the pinned body: many readers
    subscribe to what these say."""
    feed = json.loads(small.ask(url(JSON, at="2013", country="US")).data)
    assert feed["feed_url"] == "http://localhost/v1/feeds/jsonfeed?country=US&lang=en"
    assert atom(small, url(ATOM, country="US")).feed.id.startswith("tag:annales.org,2026:changes:")


@pytest.mark.usefixtures("told")
def test_the_clocks_of_the_world_change_no_entry(small: Reader) -> None:
    """What was recorded is told by `known` alone."""
    assert positions(small, url(JSON, at="1900", stated="1900")) == list(range(12, 0, -1))
    assert positions(small, url(JSON, known="@5")) == [5, 4, 3, 2, 1]
    assert positions(small, url(JSON, known="@0")) == []
    assert atom(small, url(ATOM, known="@0")).feed.updated == "1970-01-01T00:00:00Z"


def test_what_a_country_has_is_found_however_far_back_it_is(small: Reader, juno: Teller) -> None:
    """Page by page, without empty ones between; of another country there is nothing."""
    juno.tell(facility("early", country="US"))
    juno.tell(*(statement("observation", f"o-{n}", "2011", country="CN") for n in range(40)))
    juno.tell(*(statement("observation", f"u-{n}", "2011", facility="early") for n in range(2)))
    juno.archive.catch_up()
    found = [positions(small, each) for each in pages(small, url(JSON, country="US", limit="2"))]
    assert found == [[45, 44], [3]]
    assert positions(small, url(JSON, record="early", limit="2")) == [3]
    assert positions(small, url(JSON, country="VA")) == []


def test_an_event_is_of_the_country_in_which_its_commit_left_what_it_is_about(
    small: Reader, juno: Teller
) -> None:
    """What moves takes nothing along that was recorded before; a source is of no country."""
    juno.tell(milestone("begun", "construction-started", "2015-01-10"))
    juno.tell(amendment("juno", {"country": "US"}))
    juno.tell(milestone("done", "completed", "2024"))
    juno.tell(
        statement("discovery", "found", "2025", facility="juno"),
        statement("discovery", "paper", "2025", facility="juno", country="FR"),
        amendment("juno", {"country": "CN"}),
    )
    juno.tell(withdrawal("paper"), correction("found", {"country": "US"}))
    juno.archive.catch_up()
    of = {country: positions(small, url(JSON, country=country)) for country in ("CN", "US", "FR")}
    assert of == {"CN": [8, 6, 3, 2], "US": [10, 5, 4], "FR": [9, 7]}


def test_other_lists_are_written_by_the_same_hand() -> None:
    """Whatever has a stream and entries: with characters that XML cannot have, and without a
    date."""
    stream = Channel(
        id="tag:annales.org,2026:x",
        title="A \x00title & more",
        lang="en",
        updated=None,
        address="http://a.example/x",
        current="http://a.example/x",
        pinned="http://a.example/x?known=@7",
        home="http://a.example/",
    )
    entry = Entry(
        id="tag:annales.org,2026:y",
        title="\x1f <b>",
        updated="2026-11-25T12:00:00Z",
        url="http://a.example/y",
        author="li",
        text=["a & b", "<script>"],
        valid=dates.parse("../2016"),
    )
    read = feedparser.parse(
        atom_text(stream, [entry]), response_headers={"content-type": "application/atom+xml"}
    )
    assert read.bozo == 0
    assert read.feed.title == "A \ufffdtitle & more"
    assert read.entries[0].title == "\ufffd <b>"
    assert b'<annales:valid edtf="../2016" latest="2016-12-31" />' in atom_text(stream, [entry])
    (item,) = json.loads(json_feed_text(stream, [entry]))["items"]
    assert item["content_html"] == "<p>a &amp; b</p><p>&lt;script&gt;</p>"


def test_the_same_archive_gives_the_same_bytes(told: Teller, small: Reader) -> None:
    """Views made anew tell the same feed."""
    archive: Archive = told.archive
    before = [small.ask(each).data for each in (ATOM, JSON)]
    archive.views.swap_in(archive.views.make_beside())
    archive.catch_up()
    assert [small.ask(each).data for each in (ATOM, JSON)] == before


def test_an_entry_says_whether_a_statement_is_in_dispute(juno: Teller, small: Reader) -> None:
    """By its own words: what others say of its date later changes no entry."""
    juno.tell(
        milestone("ran", "operation-started", "2025"),
        milestone("rumour", "operation-started", "2024", rank="disputed", contradicts=["ran"]),
    )
    juno.archive.catch_up()
    rumour, ran = small.get("/v1/feeds/jsonfeed", lang="en")["items"][:2]
    assert rumour["_annales"]["disputed"] is True
    assert rumour["_annales"]["contradicts"] == ["ran"]
    assert "disputed" in rumour["tags"]
    assert "<p>Disputed</p><p>Contradicts: ran</p>" in rumour["content_html"]
    assert not {"disputed", "contradicts"} & ran["_annales"].keys()
    feed = atom(small, "/v1/feeds/atom?lang=zh")
    assert "<p>有争议</p><p>与之矛盾：ran</p>" in feed.entries[0].content[0].value
