"""What every feed of the list holds to, whoever wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import Any

import jsonschema
import pytest
from werkzeug.test import TestResponse

from service.app import create_app
from service.archive import Archive
from service.feeds import FEEDS
from service.feeds.columns import MOST_SPANS
from service.feeds.facilities import MOST_POINTS
from service.feeds.feed import MOST, Feed
from service.items.item import KINDS
from tests.naive.histories import random_history
from tests.service.asked import ASK_AGAIN, DESCRIPTION, FOREVER, Reader, url
from tests.service.feeds.hard_dates import LINES, record
from tests.story.telling import (
    Clock,
    amendment,
    command,
    correction,
    reinstatement,
    statement,
    withdrawal,
)

every_feed = pytest.mark.parametrize("feed", FEEDS, ids=[feed.name for feed in FEEDS])
OF_ITEMS = [feed for feed in FEEDS if feed.of_items]
every_feed_of_items = pytest.mark.parametrize(
    "feed", OF_ITEMS, ids=[feed.name for feed in OF_ITEMS]
)
IN_WORDS = [feed for feed in FEEDS if "lang" in feed.takes]
every_feed_in_words = pytest.mark.parametrize(
    "feed", IN_WORDS, ids=[feed.name for feed in IN_WORDS]
)

ASKS: tuple[dict[str, str], ...] = (
    {},
    {"country": "CN"},
    {"country": "CN", "field": "space"},
    {"record": "hard"},
    {"from": "1980", "to": "1990-06"},
    {"kind": "phase"},
    {"kind": "discovery,policy"},
    {"limit": "3"},
    {"status": "operating,decommissioned"},
    {"format": "csv"},
    {"at": "1987", "stated": "1987"},
    {"at": "2040", "stated": "2025"},
)


def asks(feed: Feed) -> list[dict[str, str]]:
    """What a feed can be asked."""
    taken = {"at", "stated", "known", *feed.takes, *(["format"] if feed.others else [])}
    return [asked for asked in ASKS if asked.keys() <= taken]


def omitted(answer: TestResponse) -> dict[str, int]:
    """What a feed says that it left out."""
    header = answer.headers.get("Annales-Omitted", "")
    return {
        name: int(count)
        for name, _, count in (part.partition("=") for part in header.split(", ") if part)
    }


def test_a_feed_has_a_name_of_its_own() -> None:
    """And it stands in its path."""
    names = [feed.name for feed in FEEDS]
    assert len(set(names)) == len(names)
    for feed in FEEDS:
        assert re.fullmatch(r"[a-z0-9]+(?:[-.][a-z0-9]+)*", feed.name)
        assert feed.path == f"/v1/feeds/{feed.name}"
        assert feed.summary["en"].endswith(".")
        assert feed.limit <= feed.most
        assert feed.limit <= MOST
        assert feed.most <= {"columns": MOST_SPANS, "facilities": MOST_POINTS}.get(feed.name, MOST)


def test_the_list_has_every_feed_and_each_link_to_try_gives_something(reader: Reader) -> None:
    """On the shipped chronicle, with the media type that the list tells."""
    listed = reader.get("/v1/feeds")["feeds"]
    assert [each["name"] for each in listed] == [feed.name for feed in FEEDS]
    for each in listed:
        answer = reader.ask(each["try_it"])
        assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
        assert answer.mimetype == each["media_type"]
        assert answer.get_data()


@every_feed
def test_a_feed_has_its_media_type_and_one_body_at_its_pinned_url(
    hard_reader: Reader, feed: Feed
) -> None:
    """The pinned one may be kept for ever; the other says where that is, and has the same bytes."""
    for asked in asks(feed):
        for lang in ("en", "zh"):
            parameters = {**asked, "lang": lang} if "lang" in feed.takes else asked
            live = hard_reader.ask(url(feed.path, **parameters))
            assert live.status_code == 200, live.get_data(as_text=True)[:500]
            forms = {form.name: form for form in feed.forms}
            form = forms.get(asked.get("format", ""), feed.forms[0])
            assert live.mimetype == form.media_type.partition(";")[0]
            assert live.headers["Cache-Control"] == ASK_AGAIN
            pinned = hard_reader.ask(live.headers["Content-Location"])
            assert pinned.headers["Cache-Control"] == FOREVER
            assert "Content-Location" not in pinned.headers
            assert pinned.get_data() == live.get_data()
            assert omitted(pinned) == omitted(live)


@pytest.fixture(scope="module", params=[11, 20])
def any_reader(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Reader]:
    """Somebody who asks a random history. In both, something is open on both sides."""
    with Archive(tmp_path_factory.mktemp("any"), clock=Clock()) as archive:
        for batch in random_history(Random(request.param), lines=120):
            archive.chronicle.execute(command(*batch))
        archive.catch_up()
        yield Reader(create_app(archive))


@every_feed
def test_whatever_is_told_a_feed_carries_it_or_says_that_it_does_not(
    any_reader: Reader, feed: Feed
) -> None:
    """Nothing is beyond all its formats."""
    for asked in ({}, {"stated": "2015"}, {"at": "1900"}, {"known": "@40"}):
        answer = any_reader.ask(url(feed.path, **asked))
        assert answer.status_code == 200, answer.get_data(as_text=True)[:500]


@every_feed
def test_a_pinned_feed_never_changes(tmp_path: Any, feed: Feed) -> None:
    """Whatever is recorded, mended, withdrawn or renamed after it."""
    clock = Clock()
    with Archive(tmp_path / "archive", clock=clock) as archive:
        record(archive)
        reader = Reader(create_app(archive))
        kept = {}
        for asked in asks(feed):
            answer = reader.ask(url(feed.path, **asked))
            kept[answer.headers["Content-Location"]] = answer.get_data()
        clock.set("2027-01-01T00:00:00.000000Z")
        for line in (
            correction("hard-day", {"date": "2025-08-25"}),
            correction("hard-running", {"title": "Another title"}),
            withdrawal("hard-building"),
            amendment("hard", {"name": "Another name", "latitude": 1.5}),
            {
                "type": "amendment",
                "source": "yearbook",
                "changes": {"title": "Another title"},
                "reason": "Misspelt.",
            },
            statement("discovery", "new", "1987", facility="hard", stated="1987"),
            reinstatement("hard-building"),
        ):
            archive.chronicle.execute(command(line))
            archive.catch_up()
            for pinned, body in kept.items():
                assert reader.ask(pinned).get_data() == body, pinned


@every_feed
def test_whoever_has_a_feed_is_told_so(hard_reader: Reader, feed: Feed) -> None:
    """By its ETag, which differs from language to language, if it has words at all."""
    tags = set()
    langs = [{"lang": "en"}, {"lang": "zh"}] if feed in IN_WORDS else [{}]
    for lang in langs:
        answer = hard_reader.ask(url(feed.path, **lang))
        tags.add(answer.headers["ETag"])
        again = hard_reader.ask(url(feed.path, **lang), If_None_Match=answer.headers["ETag"])
        assert (again.status_code, again.get_data()) == (304, b"")
    assert len(tags) == len(langs)


@every_feed_in_words
def test_the_language_comes_from_the_url_before_the_headers(
    hard_reader: Reader, feed: Feed
) -> None:
    """And where the headers decide, caches are told."""
    by_header = hard_reader.ask(feed.path, Accept_Language="zh-CN,zh;q=0.9,en;q=0.5")
    assert "Accept-Language" in by_header.headers["Vary"]
    assert "lang=zh" in by_header.headers["Content-Location"]
    by_url = hard_reader.ask(f"{feed.path}?lang=en", Accept_Language="zh-CN")
    assert "Accept-Language" not in by_url.headers.get("Vary", "")
    assert "lang=en" in by_url.headers["Content-Location"]
    unknown = hard_reader.ask(feed.path, Accept_Language="fr")
    assert "lang=en" in unknown.headers["Content-Location"]


@every_feed
def test_a_feed_of_nothing_is_a_feed(hard_reader: Reader, feed: Feed) -> None:
    """Of an empty log, and of a country that has nothing."""
    for parameters in ({"known": "@0"}, {"country": "LI"}):
        answer = hard_reader.ask(url(feed.path, **parameters))
        assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
        assert answer.get_data()


@every_feed
@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        ({"nope": "1"}, (422, "unknown-parameter")),
        ({"lang": "fr"}, (422, "validation")),
        ({"limit": "0"}, (422, "validation")),
        ({"limit": str(10**6)}, (422, "validation")),
        ({"country": "XX"}, (422, "validation")),
        ({"at": "soon"}, (422, "bad-edtf")),
        ({"known": "@999999"}, (404, "position-ahead")),
        ({"view": "0"}, (410, "old-view")),
        ({"record": "atlantis"}, (404, "no-such-record")),
    ],
    ids=lambda value: "-".join(map(str, value.items())) if isinstance(value, dict) else "",
)
def test_what_a_feed_cannot_be_asked_is_a_problem(
    hard_reader: Reader, feed: Feed, parameters: dict[str, str], problem: tuple[int, str]
) -> None:
    """The same as of every question."""
    if not {"lang", "limit"}.isdisjoint(parameters.keys() - {*feed.takes}):
        problem = (422, "unknown-parameter")
    assert hard_reader.refused(url(feed.path, **parameters)) == problem


@every_feed_of_items
@pytest.mark.parametrize(
    "parameters",
    [
        {"kind": "phase,nope"},
        {"kind": ""},
        {"from": "1990", "to": "1980"},
        {"from": "1990~"},
        {"to": "@17"},
        {"field": "alchemy"},
    ],
    ids=str,
)
def test_a_filter_that_makes_no_sense_is_refused(
    hard_reader: Reader, feed: Feed, parameters: dict[str, str]
) -> None:
    """Kinds, a stretch of days, and fields."""
    assert hard_reader.refused(url(feed.path, **parameters)) == (422, "validation")


def test_a_feed_that_there_is_not_is_not_found(hard_reader: Reader) -> None:
    """Whatever its name."""
    assert hard_reader.refused("/v1/feeds/myspace") == (404, "not-found")


@every_feed
def test_the_description_has_every_feed(hard_reader: Reader, feed: Feed) -> None:
    """With its parameters, its type, and of JSON the schema that its body has."""
    operation = DESCRIPTION["paths"][feed.path]["get"]
    named = {each["name"] for each in operation["parameters"] if each["in"] == "query"}
    assert named == {
        "at",
        "stated",
        "known",
        *feed.takes,
        *(each.name for each in feed.options),
        "epoch",
        "view",
    }
    refused = hard_reader.ask(f"{feed.path}?nope=1").get_json()
    assert set(refused["allowed"]) == named
    media_type = feed.media_type.partition(";")[0]
    schema = operation["responses"]["200"]["content"][media_type]["schema"]
    if "json" in media_type:
        body = hard_reader.ask(feed.path).get_json(force=True)
        jsonschema.Draft202012Validator(schema).validate(body)


@every_feed_of_items
def test_what_is_left_out_is_told(hard_reader: Reader, feed: Feed) -> None:
    """In the header, by reason; and within JSON that has a place for it, the same numbers."""
    answer = hard_reader.ask(url(feed.path, limit="2", kind=",".join(KINDS)))
    assert omitted(answer)["limit"] > 0
    if "json" not in feed.media_type:
        return
    body = answer.get_json(force=True)
    about = body.get("_annales") or body.get("usermeta", {}).get("_annales")
    if about is not None:
        assert about["reasons"] == omitted(answer)
        assert about["omitted"] == sum(omitted(answer).values())
        assert answer.headers["Content-Location"] == about["pinned"]
        assert about["position"] == int(answer.headers["Annales-Position"])


@every_feed_of_items
def test_what_is_withdrawn_is_in_no_feed(hard_reader: Reader, feed: Feed) -> None:
    """At the head; before its withdrawal it is."""
    body = hard_reader.ask(url(feed.path, kind=",".join(KINDS))).get_data()
    if feed.name == "icalendar":
        # A calendar that has a copy of it must be told.
        (told,) = [part for part in body.split(b"BEGIN:VEVENT") if b"discovery withdrawn" in part]
        assert b"STATUS:CANCELLED" in told
    else:
        assert b"discovery withdrawn" not in body
    before = f"@{len(LINES)}"
    if feed.media_type in ("text/csv", "application/geo+json", "text/calendar"):
        earlier = hard_reader.ask(url(feed.path, known=before, kind="discovery"))
        assert b"discovery withdrawn" in earlier.get_data()


@every_feed
def test_a_feed_links_to_the_others_and_to_the_list(hard_reader: Reader, feed: Feed) -> None:
    """Each link is answered, and asks for the same part of the world."""
    lang = {"lang": "zh"} if feed in IN_WORDS else {}
    header = hard_reader.ask(url(feed.path, country="CN", **lang)).headers["Link"]
    links = re.findall(r'<([^>]+)>; rel="([a-z]+)"; type="([^"]+)"', header)
    assert ("/v1/feeds", "index", "application/json") in links
    assert {relation for _, relation, _ in links} >= {"index", "alternate"}
    for target, relation, media_type in links:
        answer = hard_reader.ask(target)
        assert answer.status_code == 200, target
        assert answer.mimetype == media_type
        if relation != "index":
            assert "country=CN" in target


def test_a_feed_with_too_much_says_what_to_narrow(tmp_path: Any) -> None:
    """Unless a limit says how many of the most significant are enough."""
    with Archive(tmp_path / "archive", clock=Clock()) as archive:
        lines = [
            statement("observation", f"remark-{number}", "2010", country="CN")
            for number in range(MOST + 1)
        ]
        archive.chronicle.execute(
            command(
                {"type": "source", "id": "yearbook", "medium": "book", "title": "A yearbook"},
                *lines,
            )
        )
        archive.catch_up()
        reader = Reader(create_app(archive))
        for feed in OF_ITEMS:
            if feed.name == "geojson":
                continue  # These have no place, so GeoJSON has none of them.
            answer = reader.ask(f"{feed.path}?kind=observation")
            assert answer.status_code == 422
            problem = answer.get_json()
            assert problem["type"] == "/problems/feed-too-large"
            assert (problem["items"], problem["most"]) == (MOST + 1, MOST)
            assert "country" in problem["detail"]
            few = reader.ask(f"{feed.path}?kind=observation&limit=3")
            assert few.status_code == 200
            assert omitted(few)["limit"] == MOST - 2
            assert reader.ask(f"{feed.path}?kind=observation&to=2009").status_code == 200


def test_a_title_with_markup_is_text_in_every_feed(hard_reader: Reader) -> None:
    """Also where a tool takes it for HTML."""
    for feed in OF_ITEMS:
        if feed.name in TEXT_ONLY:
            continue
        body = hard_reader.ask(url(feed.path, record="hard", kind="phase,milestone")).get_data()
        assert b"<b onclick" not in body, feed.name


TEXT_ONLY = ("columns", "csv", "csv-metadata.json", "geojson", "icalendar", "vega-lite")
"""Formats whose texts no reader takes for markup."""


@pytest.mark.parametrize("name", ["timelinejs", "vis-timeline", "vega-lite"])
@pytest.mark.parametrize("far", ["Y300000", "Y-300000", "Y100000000000"])
def test_no_day_is_farther_than_javascript_has_them(
    hard_reader: Reader, name: str, far: str
) -> None:
    """Also where the clock or the stretch of days that is asked for is."""
    for asked in ({"at": far}, {"from": far}, {"to": far}, {"from": far, "to": far}):
        body = hard_reader.ask(url(f"/v1/feeds/{name}", **asked)).get_json()
        body.pop("_annales", None)
        body.pop("usermeta", None)
        body.pop("title", None)
        for year in re.findall(r"([+-]?[0-9]+)-[0-9]{2}-[0-9]{2}", str(body)):
            assert -271_821 < int(year) < 275_760, year
        for year in re.findall(r"'year': (-?[0-9]+)", str(body)):
            assert -271_821 < int(year) < 275_760, year
