"""Finding over HTTP: words, places, counts, order and pages, all of it pinned."""

from __future__ import annotations

import base64
import json
import math
import re
from collections import Counter
from html import unescape
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.app import create_app
from service.asking.filters import LARGEST_LIMIT
from service.lists.answer import FEW, LISTED, SEARCHED, SHOWN
from service.lists.schemas import RecordsSchema, SearchSchema
from service.lists.snippets import LENGTH, snippet
from tests.service.asked import LINES, Reader, url
from tests.story.telling import (
    JUNO,
    Teller,
    amendment,
    correction,
    facility,
    milestone,
    statement,
    withdrawal,
)

Item = dict[str, Any]

CARDS = {line["id"]: line for line in LINES if line["type"] == "facility"}


def ids(answer: dict[str, Any]) -> list[str]:
    """The ids of a page, in its order."""
    return [item["id"] for item in answer["items"]]


def found(reader: Reader, q: str, **asked: str) -> set[str]:
    """The ids of all that is found."""
    return set(ids(reader.get("/v1/search", q=q, limit=str(LARGEST_LIMIT), **asked)))


@pytest.fixture
def told(juno: Teller) -> Teller:
    """JUNO with its Chinese name, where it lies, and what is said of it; two more facilities."""
    juno.tell(
        amendment(
            "juno",
            {"name_zh": "江门中微子实验", "latitude": 22.118, "longitude": 112.518},
        )
    )
    juno.tell(
        facility("bepc", name="Beijing Electron–Positron Collider", name_zh="北京正负电子对撞机"),
        facility("fast", name="Sphérical Telescope", name_zh="天眼望远镜", field="astronomy"),
    )
    juno.tell(
        milestone(
            "filled",
            "first-light",
            "2025-08",
            stated="2025-08-26",
            title="JUNO filled <with> 20,000 t of R&D",
            summary='"Liquid" scintillator & <script>alert(1)</script>',
        )
    )
    juno.archive.catch_up()
    return juno


@pytest.fixture
def asker(told: Teller) -> Reader:
    """Somebody who asks for what was told."""
    return Reader(create_app(told.archive))


# Words.


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("collider", {"bepc"}),
        ("colli", {"bepc"}),
        ("collider beij", {"bepc"}),
        ("electron-positron", {"bepc"}),
        ('"electron positron"', {"bepc"}),
        ('"positron electron"', set()),
        ("beij* collider", {"bepc"}),
        ("beij collider", set()),
        ("spherical", {"fast"}),
        ("SPHÉRICAL", {"fast"}),
        ("子", {"juno", "bepc"}),
        ("对撞", {"bepc"}),
        ("中微子", {"juno"}),
        ("望远镜", {"fast"}),
        ("对撞机", {"bepc"}),
        ("正负电子", {"bepc"}),
        ("子微", set()),
        ("JUNO 中微子", {"juno"}),
        ("中微子juno", set()),
        ("scintillator", {"juno"}),
        ("-juno", set()),
        ("子 -collider", {"juno"}),
        ("yearbook", {"yearbook"}),
        ("nothing-of-the-kind", set()),
    ],
)
def test_words_are_found(asker: Reader, q: str, expected: set[str]) -> None:
    """English by words, beginnings and phrases; Chinese by one, two or more characters."""
    assert found(asker, q) == expected


def test_what_is_left_out_is_left_out_whole(asker: Reader) -> None:
    """A record that has the word in any of its texts is left out, whichever text was a hit."""
    assert found(asker, "中微子") == {"juno"}
    assert found(asker, "中微子 -scintillator") == set()
    assert found(asker, '中微子 -"liquid scintillator"') == set()
    assert found(asker, '中微子 -"scintillator liquid"') == {"juno"}


def test_the_shipped_chronicle_is_found_in_two_languages(reader: Reader) -> None:
    """As a reader would look for it."""
    assert {"juno", "daya-bay"} <= found(reader, "中微子")
    assert {"qtt", "tianma-65"} <= found(reader, "望远镜")
    assert {"bepc", "cepc"} <= found(reader, "对撞机")
    assert "juno" in found(reader, "jiangmen neut")
    assert ids(reader.get("/v1/search", q="JUNO"))[0] == "juno"
    assert ids(reader.get("/v1/search", q="望远镜", kind="facility"))[0] in ("qtt", "tianma-65")


def test_a_statement_leads_to_its_record(asker: Reader) -> None:
    """An item is the record; its matches say which text has the words, and where."""
    answer = asker.get("/v1/search", q="filled")
    SearchSchema().load(answer)
    (item,) = answer["items"]
    assert item.pop("score") > 4
    assert item == {
        "id": "juno",
        "kind": "facility",
        "name": "JUNO",
        "country": "CN",
        "field": "particle-physics",
        "status": "commissioning",
        "hits": 1,
        "matches": [
            {
                "in": "statement",
                "statement": "filled",
                "field": "title",
                "snippet": "JUNO <mark>filled</mark> &lt;with&gt; 20,000 t of R&amp;D",
            }
        ],
    }


def test_a_source_is_found_without_country_and_status(asker: Reader) -> None:
    """It is no record: filters of records leave it out, `kind=source` leaves only it."""
    (item,) = asker.get("/v1/search", q="yearbook")["items"]
    assert (item["kind"], item["country"], item["field"]) == ("source", None, None)
    assert "status" not in item
    assert item["matches"][0]["in"] == "source"
    assert found(asker, "yearbook", kind="source") == {"yearbook"}
    assert found(asker, "yearbook", kind="facility") == set()
    assert found(asker, "yearbook", country="CN") == set()
    assert asker.refused(url("/v1/search", kind="source")) == (422, "validation")


def test_a_name_counts_for_more_than_a_title_and_a_title_for_more_than_a_text(
    told: Teller,
) -> None:
    """And of two names the one of which the words are more."""
    told.tell(
        facility("a-text", name="Alpha", place="Quark"),
        facility("b-long", name="The great laboratory of the Quark"),
        facility("c-name", name="Quark"),
        statement("discovery", "d-title", "2020", title="A quark is seen", country="CN"),
    )
    told.archive.catch_up()
    answer = Reader(create_app(told.archive)).get("/v1/search", q="quark")
    assert ids(answer) == ["c-name", "b-long", "d-title", "a-text"]
    scores = [item["score"] for item in answer["items"]]
    assert scores == sorted(scores, reverse=True)


# Marks.


def test_a_snippet_is_html_in_which_only_marks_are_tags(asker: Reader) -> None:
    """What a text holds of HTML is escaped, what was found is marked."""
    matches = asker.get("/v1/search", q="script liquid")["items"][0]["matches"]
    (text,) = [match["snippet"] for match in matches if match["field"] == "summary"]
    assert text == (
        "&quot;<mark>Liquid</mark>&quot; scintillator &amp; "
        "&lt;<mark>script</mark>&gt;alert(1)&lt;/<mark>script</mark>&gt;"
    )


def test_each_field_that_has_a_word_is_shown(asker: Reader) -> None:
    """Of a query in two scripts, the name in each."""
    matches = asker.get("/v1/search", q="JUNO 中微子")["items"][0]["matches"]
    assert [(match["field"], match["snippet"]) for match in matches] == [
        ("name", "<mark>JUNO</mark>"),
        ("name_zh", "江门<mark>中微子</mark>实验"),
    ]


@given(st.text(max_size=600), st.data())
def test_a_snippet_is_a_piece_of_the_text(text: str, data: st.DataObject) -> None:
    """Without marks and escapes it stands in the text; it shows the first stretch and is short."""
    cuts = sorted(
        data.draw(st.sets(st.integers(0, len(text)), max_size=8).filter(lambda s: len(s) % 2 == 0))
    )
    stretches = list(zip(cuts[::2], cuts[1::2], strict=True))
    shown = snippet(text, stretches)
    bare = re.sub(r"</?mark>", "", shown)
    assert not re.search(r"[<>]", bare)
    plain = unescape(bare)
    whole = plain == text
    assert whole or plain.strip("…") in text or plain[1:-1] in text
    assert len(plain) <= LENGTH + 2
    if stretches and stretches[0][1] - stretches[0][0] < 20:
        first, last = stretches[0]
        assert f"<mark>{_escaped(text[first:last])}</mark>" in shown


def _escaped(text: str) -> str:
    for letter, name in (
        ("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#x27;"),
    ):  # fmt: skip
        text = text.replace(letter, name)
    return text


def test_only_the_best_texts_are_shown(told: Teller) -> None:
    """`hits` counts them all."""
    for number in range(SHOWN + 2):
        told.tell(milestone(f"up-{number}", "upgraded", f"20{30 + number}", title="A gadget"))
    told.archive.catch_up()
    (item,) = Reader(create_app(told.archive)).get("/v1/search", q="gadget")["items"]
    assert item["hits"] == SHOWN + 2
    assert len(item["matches"]) == SHOWN


# Whatever is asked.


@pytest.mark.parametrize(
    "q",
    [
        '"', '""', "*", "-", "--", "^", "NEAR(a b)", "name:juno", "{named}: juno", "a AND", "OR",
        "NOT", "(", "juno\0drop", "'; DROP TABLE passages; --", "+juno", "\\", "%", "a" * 200,
        '"' * 200, "- " * 100, "中" * 200, "\u202e", "🔭", "\ue000",
    ],
)  # fmt: skip
def test_hostile_words_are_plain_text(asker: Reader, q: str) -> None:
    """They find what has them, or nothing; they are no error."""
    SearchSchema().load(asker.get("/v1/search", q=q))


@settings(deadline=None)
@given(q=st.text(st.characters(exclude_categories=["Cs"]), max_size=210))
def test_no_query_breaks_the_service(reader: Reader, q: str) -> None:
    """Any text is answered or refused as validation, and its pinned URL gives the same again."""
    answer = reader.ask(url("/v1/search", q=q, limit="3"))
    if 1 <= len(" ".join(q.split())) <= 200:
        assert answer.status_code == 200
        again = reader.ask(answer.get_json()["pinned"])
        assert again.get_data() == answer.get_data()
    else:
        assert answer.status_code == 422


@pytest.mark.parametrize("q", ["", " ", "\t\n", "a" * 201, "中" * 201])
def test_no_words_or_too_many_are_refused(asker: Reader, q: str) -> None:
    """An empty query, and one over 200 characters."""
    assert asker.refused(url("/v1/search", q=q)) == (422, "validation")


def test_without_words_there_is_a_place_or_a_filter(asker: Reader) -> None:
    """A search for nothing is refused; with a filter it lists as `/v1/records` does."""
    assert asker.refused("/v1/search") == (422, "validation")
    assert asker.refused("/v1/search?sort=name&facets=kind") == (422, "validation")
    for asked in ({"country": "CN"}, {"kind": "facility"}, {"near": "22,112"}):
        listed = asker.get("/v1/records", **asked)
        searched = asker.get("/v1/search", **asked)
        assert searched["items"] == listed["items"] != []


# Clocks.


def test_an_earlier_known_finds_what_was_known(told: Teller, asker: Reader) -> None:
    """A corrected title is found by its old words before, by its new ones after."""
    told.tell(correction("filled", {"title": "JUNO brimming"}))
    told.archive.catch_up()
    assert found(asker, "filled") == set()
    assert found(asker, "brimming") == {"juno"}
    assert found(asker, "filled", known="@6") == {"juno"}
    assert found(asker, "brimming", known="@6") == set()


def test_an_earlier_stated_finds_what_was_said(asker: Reader) -> None:
    """Words that nobody had said by then are not found; the card has no such clock."""
    assert found(asker, "scintillator", stated="2025-08-26") == {"juno"}
    assert found(asker, "scintillator", stated="2025-08-25") == set()
    assert found(asker, "juno", stated="2025-08-25") == {"juno"}
    assert found(asker, "juno -scintillator", stated="2025-08-25") == {"juno"}


def test_what_was_withdrawn_is_not_found(told: Teller, asker: Reader) -> None:
    """It is found at the positions at which it stood."""
    told.tell(withdrawal("filled"))
    told.archive.catch_up()
    assert found(asker, "scintillator") == set()
    assert found(asker, "scintillator", known="@6") == {"juno"}


ASKS = (
    "/v1/search?q=juno",
    "/v1/search?q=juno&sort=since&facets=kind,country,field,status",
    "/v1/search?q=%E5%AD%90&limit=1",
    "/v1/search?near=22,112&facets=status",
    "/v1/records?sort=-name&limit=2&facets=kind",
    "/v1/records?near=22,112&radius=100",
)


def test_pinned_pages_stay_as_they_are(told: Teller, asker: Reader) -> None:
    """Whatever is recorded after: scores, counts, order and the bytes of every page."""
    pinned = {}
    for ask in ASKS:
        at: str | None = asker.get(ask)["pinned"]
        while at is not None:
            answer = asker.ask(at)
            pinned[at] = answer.get_data()
            at = answer.get_json()["next"]
    assert len(pinned) > len(ASKS)
    told.tell(amendment("juno", {"name": "JUNO 中子", "latitude": 1.0}))
    told.tell(correction("filled", {"title": "JUNO JUNO JUNO", "date": "2024"}))
    told.tell(*(facility(f"juno-{number}", name="JUNO 子") for number in range(30)))
    told.tell(withdrawal("filled"))
    told.archive.catch_up()
    assert {at: asker.ask(at).get_data() for at in pinned} == pinned


# Counts.


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"country": "CN"},
        {"field": "astronomy"},
        {"status": "operating"},
        {"kind": "facility", "at": "1990"},
        {"at": "2025", "stated": "2016", "known": "@900"},
        {"near": "39.9,116.4", "radius": "500"},
        {"q": "telescope"},
        {"q": "the", "kind": "source"},
        {"q": "子"},
        {"q": "a", "at": "2000", "stated": "2010"},
    ],
)
def test_facets_count_the_whole_list(reader: Reader, asked: dict[str, str]) -> None:
    """As does whoever lists all of it and counts; whatever the page."""
    path = "/v1/search" if "q" in asked else "/v1/records"
    names = ("kind", "country", "field", "status")
    listed = reader.get(path, limit=str(LARGEST_LIMIT), **asked)
    assert listed["total"] == len(listed["items"]) > 0
    assert "facets" not in listed
    expected = {
        name: Counter(item[name] for item in listed["items"] if item.get(name) is not None)
        for name in names
    }
    page = reader.get(path, limit="1", facets=",".join(names), **asked)
    assert page["total"] == listed["total"]
    assert page["facets"] == expected
    for counts in page["facets"].values():
        assert list(counts.values()) == sorted(counts.values(), reverse=True)
    one = reader.get(path, limit="1", facets="field", **asked)
    assert one["facets"] == {"field": expected["field"]}


def test_few_and_many_are_found_alike(told: Teller) -> None:
    """Records are looked up one by one or all at once; the answer does not tell which."""
    many = [facility(f"lab-{number:04}", name="Laboratory") for number in range(FEW + 20)]
    told.tell(*many)
    last = many[-1]["id"]
    told.tell(
        milestone("lab", "operation-started", "2020", facility="lab-0007", title="Runs"),
        milestone("lab-2", "operation-started", "2020", facility=last, title="Runs"),
    )
    told.archive.catch_up()
    asker = Reader(create_app(told.archive))
    whole = asker.get("/v1/search", q="laboratory", facets="status,country", limit="2000")
    assert whole["total"] == FEW + 20
    assert whole["facets"] == {"status": {"operating": 2}, "country": {"CN": FEW + 20}}
    held = {item["id"] for item in whole["items"] if item["status"] == "operating"}
    assert held == {"lab-0007", last}
    assert found(asker, "laboratory", status="operating") == held
    assert found(asker, "laboratory -runs") == {line["id"] for line in many} - held
    assert found(asker, "laboratory", country="CH") == set()


# Places.


def far(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Kilometres along a great circle, by the angle between two vectors."""

    def vector(point: tuple[float, float]) -> tuple[float, float, float]:
        latitude, longitude = map(math.radians, point)
        return (
            math.cos(latitude) * math.cos(longitude),
            math.cos(latitude) * math.sin(longitude),
            math.sin(latitude),
        )

    a, b = vector(one), vector(other)
    cross = math.dist(
        (a[1] * b[2], a[2] * b[0], a[0] * b[1]), (a[2] * b[1], a[0] * b[2], a[1] * b[0])
    )
    return 6371.0088 * math.atan2(cross, sum(x * y for x, y in zip(a, b, strict=True)))


@pytest.mark.parametrize("near", [(39.9, 116.4), (25.65, 106.85), (0, 0), (90, 0), (-40, -180)])
@pytest.mark.parametrize("radius", [None, 5, 300, 2500, 99999])
def test_what_is_near_is_found_by_its_distance(
    reader: Reader, near: tuple[float, float], radius: float | None
) -> None:
    """As does whoever measures to every card; nearest first, without what has no place."""
    asked = {"near": f"{near[0]},{near[1]}"} | ({"radius": str(radius)} if radius else {})
    items = reader.get("/v1/records", **asked)["items"]
    distances = {
        id: far(near, (card["latitude"], card["longitude"]))
        for id, card in CARDS.items()
        if "latitude" in card and "longitude" in card
    }
    expected = {id: km for id, km in distances.items() if radius is None or km <= radius}
    assert {item["id"] for item in items} == set(expected)
    for item in items:
        assert item["distance_km"] == pytest.approx(expected[item["id"]], abs=0.001)
    assert items == sorted(items, key=lambda item: (item["distance_km"], item["id"]))


def test_a_place_is_where_it_was_known_to_be(told: Teller, asker: Reader) -> None:
    """An amended place counts from its position on; half a place is none."""
    told.tell(amendment("juno", {"latitude": 40.0, "longitude": 116.0}))
    told.tell(facility("half", latitude=40.0))
    told.archive.catch_up()
    asked = {"near": "40,116", "radius": "10"}
    (item,) = asker.get("/v1/records", **asked)["items"]
    assert (item["id"], item["distance_km"]) == ("juno", 0.0)
    assert asker.get("/v1/records", known="@6", **asked)["items"] == []
    assert ids(asker.get("/v1/records", near="22.118,112.518", known="@6")) == ["juno"]
    assert asker.get("/v1/records", near="22.118,112.518", known="@2")["items"] == []


def test_words_near_a_place_are_both(reader: Reader) -> None:
    """Sorted by distance unless told otherwise."""
    asked = {"q": "telescope", "near": "25.6,106.8"}
    answer = reader.get("/v1/search", **asked)
    distances = [item["distance_km"] for item in answer["items"]]
    assert distances == sorted(distances) != []
    assert ids(answer)[0] == "fast"
    scores = [
        item["score"] for item in reader.get("/v1/search", sort="relevance", **asked)["items"]
    ]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    "asked",
    [
        {"near": "91,0"}, {"near": "0,181"}, {"near": "0"}, {"near": ""}, {"near": "a,b"},
        {"near": "1,2,3"}, {"near": "nan,0"}, {"near": "1e1,0"}, {"near": "٣,٤"},
        {"near": "0,0", "radius": "0"}, {"near": "0,0", "radius": "-1"},
        {"near": "0,0", "radius": "inf"}, {"near": "0,0", "radius": ""}, {"radius": "5"},
        {"sort": "distance"}, {"sort": "relevance"}, {"sort": "size"}, {"sort": ""},
        {"facets": "size"}, {"facets": ""}, {"facets": "kind,"}, {"fields": "size"},
        {"fields": ""}, {"fields": "score"}, {"kind": "source"},
    ],
)  # fmt: skip
def test_bad_parameters_are_refused(reader: Reader, asked: dict[str, str]) -> None:
    """Each names the parameter at fault; where it takes certain words, those."""
    answer = reader.ask(url("/v1/records", **asked))
    assert answer.status_code == 422
    (error,) = answer.get_json()["errors"]
    assert error["parameter"] in asked
    if error["parameter"] in ("sort", "facets", "fields", "kind"):
        assert error["allowed"]


def test_a_place_is_written_in_one_way(asker: Reader) -> None:
    """Pinned URLs agree, however it was asked."""
    pinned = {
        asker.get("/v1/records", near=near, radius=radius)["pinned"]
        for near, radius in (("22.10,-0", "50"), ("22.1, 0.0", "50.000"), ("22.1000000,0", "050"))
    }
    assert len(pinned) == 1


# Order and pages.


def keys(items: list[Item], sort: str) -> list[Any]:
    """What a list is sorted by."""
    if sort == "since":
        return [
            (item["since"] is None, item["since"] and item["since"]["earliest"], item["id"])
            for item in items
        ]
    return [(item[sort].casefold(), item["id"]) for item in items]


def test_a_list_can_be_sorted(reader: Reader) -> None:
    """By id, by name either way, by the first possible day of the status; ids decide the rest."""
    by_id = reader.get("/v1/records")["items"]
    assert keys(by_id, "id") == sorted(keys(by_id, "id"))
    by_name = reader.get("/v1/records", sort="name")["items"]
    assert keys(by_name, "name") == sorted(keys(by_name, "name"))
    turned = reader.get("/v1/records", sort="-name")["items"]
    assert [item["name"] for item in turned] == [item["name"] for item in reversed(by_name)]
    since = reader.get("/v1/records", sort="since")["items"]
    assert keys(since, "since") == sorted(keys(since, "since"))
    assert {item["id"] for item in by_id} == {item["id"] for item in since}
    RecordsSchema().load(reader.get("/v1/records", sort="since", limit="5"))


def test_equal_names_are_in_the_order_of_ids_either_way(told: Teller) -> None:
    """A name that begins another comes before it, and after it where the order is turned."""
    told.tell(
        *(
            facility(id, name=name)
            for id, name in (("y", "Aa"), ("x", "Aa"), ("z", "A"), ("w", "B"))
        )
    )
    told.archive.catch_up()
    asker = Reader(create_app(told.archive))
    listed = {
        sort: [id for id in ids(asker.get("/v1/records", sort=sort)) if id in "wxyz"]
        for sort in ("name", "-name")
    }
    assert listed == {"name": ["z", "x", "y", "w"], "-name": ["w", "x", "y", "z"]}


SORTED: tuple[tuple[str, dict[str, str]], ...] = (
    ("/v1/records", {}),
    ("/v1/records", {"sort": "name"}),
    ("/v1/records", {"sort": "-name"}),
    ("/v1/records", {"sort": "since"}),
    ("/v1/records", {"near": "22,112"}),
    ("/v1/search", {"q": "lab"}),
    ("/v1/search", {"q": "lab", "sort": "since"}),
)


@pytest.mark.parametrize("limit", [1, 3, 7])
@pytest.mark.parametrize(("path", "asked"), SORTED)
def test_a_walk_is_one_snapshot(juno: Teller, path: str, asked: dict[str, str], limit: int) -> None:
    """New records, new names and new places come in while one walks; the walk shows none."""
    for number in range(9):
        place = {"latitude": 20.0 + number % 3, "longitude": 110.0}
        juno.tell(facility(f"lab-{number}", name=f"Lab {'ab'[number % 2]}", **place))
        juno.tell(
            milestone(f"m-{number}", "approved", f"200{number % 4}", facility=f"lab-{number}")
        )
    juno.archive.catch_up()
    asker = Reader(create_app(juno.archive))
    whole = asker.get(path, **asked)
    assert len(whole["items"]) >= 9

    walked: list[Item] = []
    page = asker.get(path, limit=str(limit), **asked)
    for step in range(100):
        assert page["total"] == whole["total"]
        assert page["known"] == whole["known"]
        walked += page["items"]
        if page["next"] is None:
            break
        assert len(page["items"]) == limit
        juno.tell(facility(f"lab-new-{step}", name="Lab A", latitude=22.0, longitude=112.0))
        juno.tell(amendment(f"lab-{step % 9}", {"name": f"Lab {step}", "latitude": float(step)}))
        juno.archive.catch_up()
        page = asker.get(page["next"])
    assert walked == whole["items"]


def cursor(*members: object) -> str:
    """A cursor as a page writes it."""
    return base64.urlsafe_b64encode(json.dumps(members).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "after",
    [
        "juno", "!", "====", "A", "é", "0", "null", cursor(), cursor("id", None, "juno"),
        cursor("id", 1, "juno", "record"), cursor("name", "JUNO", "juno", "record"),
        cursor("id", None, 7, "record"), cursor("id", None, "juno", "planet"),
        cursor("id", None, "juno", "record", 1), base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        "x" * 3000,
    ],
)  # fmt: skip
def test_a_cursor_that_no_page_gave_is_refused(asker: Reader, after: str) -> None:
    """Garbage, other lists' cursors and made-up ones alike."""
    assert asker.refused(url("/v1/records", after=after)) == (400, "bad-cursor")


@settings(deadline=None)
@given(after=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_no_cursor_breaks_the_service(reader: Reader, after: str) -> None:
    """Whatever it is."""
    answer = reader.ask(url("/v1/search", q="juno", after=after))
    assert answer.status_code in (200, 400)


# Sparse items.


@pytest.mark.parametrize("path", ["/v1/records", "/v1/search"])
def test_items_keep_the_fields_that_are_asked_for(reader: Reader, path: str) -> None:
    """And the id always; each as it is in the whole item."""
    asked = {"near": "22,112"} | ({"q": "observatory"} if path == "/v1/search" else {})
    schema = SearchSchema() if path == "/v1/search" else RecordsSchema()
    members = SEARCHED if path == "/v1/search" else LISTED
    whole = reader.get(path, fields=",".join(members), **asked)
    schema.load(whole)
    for fields in (*members, "name,country", "matches,name" if "q" in asked else "status,kind"):
        answer = reader.get(path, fields=fields, **asked)
        schema.load(answer)
        kept = {"id", *fields.split(",")}
        assert answer["items"] == [
            {name: value for name, value in item.items() if name in kept} for item in whole["items"]
        ]
        assert answer["total"] == whole["total"]
    # Unless it is asked for, only the name in Chinese is left out.
    for item in whole["items"]:
        item.pop("name_zh", None)
    assert reader.get(path, **asked)["items"] == whole["items"]


def test_an_unknown_field_is_refused_with_those_there_are(reader: Reader) -> None:
    """Each list has its own."""
    for path, asked, members in (
        ("/v1/records", {}, LISTED),
        ("/v1/search", {"q": "juno"}, SEARCHED),
    ):
        (error,) = reader.ask(url(path, fields="name,nom", **asked)).get_json()["errors"]
        assert (error["parameter"], tuple(error["allowed"])) == ("fields", members)


def test_the_empty_log_holds_nothing_to_find(reader: Reader) -> None:
    """Nor is that an error."""
    answer = reader.get("/v1/search", q="juno", facets="kind", known="@0")
    assert (answer["total"], answer["items"], answer["facets"]) == (0, [], {"kind": {}})


def test_a_card_has_no_clock_but_known(asker: Reader) -> None:
    """A record is found by its card also where nothing of it had been said."""
    assert JUNO["id"] in found(asker, "juno", at="1900", stated="1900")
