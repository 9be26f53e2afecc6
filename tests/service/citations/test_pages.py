"""The page of a citation: what was cited, when, and what has altered since; and its bytes, which
never run anything."""

from __future__ import annotations

from html import escape

import pytest
from flask.testing import FlaskClient

from projections import VIEW
from service.archive import Archive
from tests.service.citations.conftest import FIRST, HTML, made, new_client
from tests.story.telling import command, correction, facility, milestone, plan

STATE = f"/v1/state?at=2015-12-31&stated=2026-11-25&known=@3&view={VIEW}"
PAGE = f"/records/juno?at=2026-11-25&stated=2026-11-25&known=@3&lang=en&view={VIEW}"


def shown(client: FlaskClient, id: str, lang: str = "en") -> str:
    """The text of the page of a citation."""
    answer = client.get(f"/c/{id}?lang={lang}", headers=HTML)
    assert (answer.status_code, answer.mimetype) == (200, "text/html"), answer.text
    return answer.text


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("en", ("What has altered since", "UTC</time></dd>")),
        ("zh", ("此后改变了什么", "</time></dd>")),
    ],
)
def test_the_page_says_what_was_cited_and_when(
    client: FlaskClient, lang: str, says: tuple[str, ...]
) -> None:
    """In both languages: address, question, clocks, type, digest and bytes; by nobody, where nobody
    showed a key."""
    citation = made(client, FIRST)
    text = shown(client, citation["id"], lang)
    for each in (
        *says,
        citation["url"],
        citation["digest"],
        citation["cited_at"],
        FIRST.replace("&", "&amp;"),
        f"/c/{citation['id']}/raw",
        f"/v1/citations/{citation['id']}.bib",
        "&#34;id&#34;:&#34;juno&#34;",
    ):
        assert each in text, each
    assert "everyone" not in text


@pytest.mark.parametrize(
    ("accept", "is_page"),
    [
        ("text/html", True),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("*/*", False),
        ("application/json", False),
        ("application/json, text/html;q=0.5", False),
        ("text/html;q=0", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("of", [FIRST, PAGE])
def test_only_who_names_html_gets_the_page(
    client: FlaskClient, of: str, accept: str, *, is_page: bool
) -> None:
    """All others get the bytes, which everybody gets under `raw`."""
    id = made(client, of)["id"]
    answer = client.get(f"/c/{id}", headers={"Accept": accept})
    if of == PAGE and "json" in accept and "html" in accept:
        is_page = True  # no JSON was cited
    assert ("Annales-Citation" not in answer.headers) == is_page
    assert "Accept" in answer.headers["Vary"]
    bytes = client.get(of).data
    assert (answer.data == bytes) == (not is_page)
    for raw in (f"/c/{id}/raw", f"/c/{id}?raw"):
        assert client.get(raw, headers={"Accept": accept}).data == bytes


def test_nothing_that_was_cited_runs_or_is_framed_elsewhere(
    client: FlaskClient, cited_of: Archive
) -> None:
    """Whatever bytes came into the store: they are given in a sandbox, and shown in one."""
    body = b"<!doctype html><title>a &lt;b&gt;</title><script>alert(1)</script>"
    citation, _ = cited_of.citations.cite(
        of="/state?known=@3&view=1", media_type="text/html; charset=utf-8", chosen=None, body=body,
        by="<i>", permit=lambda: None,
    )  # fmt: skip
    framed, _ = cited_of.citations.cite(
        of="/embed/state?known=@3&view=1", media_type="text/html; charset=utf-8", chosen=None,
        body=body, by="<i>", permit=lambda: None,
    )  # fmt: skip
    assert framed.id == citation.id
    for path in (f"/c/{citation.id}/raw", "/state?known=@3&view=1", "/embed/state?known=@3&view=1"):
        answer = client.get(path, headers=HTML)
        assert answer.data == body
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("sandbox; default-src 'none';")
        assert "script" not in policy.replace("frame-ancestors", "")
        assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    page = client.get(f"/c/{citation.id}", headers=HTML)
    assert '<iframe class="cited" sandbox src=' in page.text
    assert "<i>" not in page.text
    assert "alert(1)" not in page.text
    assert "a &lt;b&gt;" in page.text
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("body", [b"{}", b"[]", b"none"])
@pytest.mark.parametrize("path", ["/v1/state", "/v1/records/juno"])
def test_what_another_version_cited_in_another_shape_has_a_page(
    client: FlaskClient, cited_of: Archive, path: str, body: bytes
) -> None:
    """And stands in bibliographies, by its path."""
    citation, _ = cited_of.citations.cite(
        of=f"{path}?at=2013-12-31&known=@3&view=1", media_type="application/json", chosen=None,
        body=body, by="li", permit=lambda: None,
    )  # fmt: skip
    assert path in client.get(f"/c/{citation.id}", headers=HTML).text
    for form in ("bib", "ris", "csl.json"):
        assert path in client.get(f"/v1/citations/{citation.id}.{form}").text


def test_it_says_that_nothing_has_altered_or_what_and_why(
    client: FlaskClient, cited_of: Archive
) -> None:
    """From what was known when it was cited to now, of the question of an answer, a table or a
    page; later commits that do not touch it are none."""
    table = STATE.replace(f"&view={VIEW}", f"&format=csv&view={VIEW}")
    page = STATE.removeprefix("/v1").replace(f"&view={VIEW}", f"&lang=zh&view={VIEW}")
    ids = [made(client, of)["id"] for of in (STATE, table, page)]
    beside = made(client, STATE.replace("2015-12-31", "2001-12-31"))["id"]
    for id in (*ids, beside):
        assert "Nothing that was recorded since" in shown(client, id)
    cited_of.chronicle.execute(command(correction("ground", {"date": "2016-02-01"})))
    cited_of.catch_up()
    client = new_client(cited_of)
    for id in ids:
        text = shown(client, id)
        assert "Nothing that was recorded since" not in text
        assert "@4" in text
        assert "Reason: Misread." in text
        assert "Recorded by" in text
        told = shown(client, id, "zh").partition('class="items altered"')[2]
        assert "理由：Misread." in told
        assert "更正陈述 ground" in told
        assert "StatementCorrected" not in told
        # The horizon hid nothing then, so it is left out where one asks today.
        assert "/v1/follows?of=/v1/state%3Fat%3D2015-12-31&amp;after=3" in text
    assert "Nothing that was recorded since" in shown(client, beside)


def test_a_chinese_page_says_in_words_which_day_is_meant(client: FlaskClient) -> None:
    """Dates as all pages write them, and the line for a footnote in the form of Chinese."""
    id = made(client, STATE)["id"]
    text = shown(client, id, "zh")
    assert "<dd>2015年12月31日</dd>" in text
    assert "版本@3，引用于2026年" in text
    assert "Annales：State of big science" in text
    english = shown(client, id)
    assert "<dd>31 December 2015</dd>" in english
    assert "Version @3, cited on " in english


IN_ENGLISH = (
    ": status from under construction to operating; since date from 1 January 2011 to"
    " 25 September 2016; statement from fast-began to fast-runs."
)
IN_CHINESE = (
    "：状态由在建变为运行；起始日期由2011年1月1日变为2016年9月25日；陈述由fast-began变为fast-runs。"
)


@pytest.mark.parametrize(("lang", "says"), [("en", IN_ENGLISH), ("zh", IN_CHINESE)])
def test_a_name_is_said_as_it_is(
    client: FlaskClient, cited_of: Archive, lang: str, says: str
) -> None:
    """Whatever stands in it that stands between the parts of a sentence too."""
    name = "FAST: a big dish; of metal from here to there, now"
    fast = {"facility": "fast"}
    cited_of.chronicle.execute(command(facility("fast", name=name)))
    cited_of.chronicle.execute(
        command(milestone("fast-began", "construction-started", "2011-01-01", **fast))
    )
    cited_of.catch_up()
    pinned = client.get("/v1/state?at=2024-12-31").headers["Content-Location"]
    citation = made(client, pinned)
    cited_of.chronicle.execute(
        command(milestone("fast-runs", "operation-started", "2016-09-25", **fast))
    )
    cited_of.catch_up()
    text = shown(client, citation["id"], lang).partition('class="items altered"')[2]
    assert f"{name} (fast){says}" in text


def test_a_horizon_stays_where_it_was_one(client: FlaskClient, cited_of: Archive) -> None:
    """The same question today keeps `at`, and `stated` where that hid something."""
    cited_of.chronicle.execute(command(plan("p", "operation-started", "2020", "2016-01-01")))
    cited_of.catch_up()
    then = f"/v1/state?at=2015-12-31&stated=2015-12-31&known=@4&view={VIEW}"
    id = made(new_client(cited_of), then)["id"]
    assert 'href="/v1/state?at=2015-12-31&amp;stated=2015-12-31"' in shown(client, id)


@pytest.mark.parametrize(
    ("of", "says"),
    [
        (
            f"/v1/feeds/icalendar?at=2026-11-25&stated=2026-11-25&known=@3&lang=en&view={VIEW}",
            "VCAL",
        ),
        (f"/v1/feeds/svg?at=2026-11-25&stated=2026-11-25&known=@3&lang=en&view={VIEW}", "<img"),
        (
            f"/disputed?at=2026-11-25&stated=2026-11-25&known=@3&disputed=true&lang=en&view={VIEW}",
            "<iframe",
        ),
    ],
)
def test_what_cannot_be_followed_is_said_to_be_so(client: FlaskClient, of: str, says: str) -> None:
    """And shown as what it is: a text, a picture, a page."""
    text = shown(client, made(client, of)["id"])
    assert "cannot be followed" in text
    assert says in text


def test_a_long_text_is_shown_as_far_as_is_good(client: FlaskClient, cited_of: Archive) -> None:
    """A part of it, which is told."""
    body = "年".encode() * 100_000
    citation, _ = cited_of.citations.cite(
        of="/v1/x?view=1", media_type="text/plain; charset=utf-8", chosen=None, body=body,
        by="li", permit=lambda: None,
    )  # fmt: skip
    text = shown(client, citation.id)
    assert text.count("年") < 21_000
    assert "The beginning of it" in text
    odd, _ = cited_of.citations.cite(
        of="/v1/y?view=1", media_type="application/vnd.apache.parquet", chosen=None, body=b"PAR1",
        by="li", permit=lambda: None,
    )  # fmt: skip
    assert "Not shown here" in shown(client, odd.id)


def test_what_was_not_cited_is_a_page_for_readers(client: FlaskClient) -> None:
    """A problem in their language, and JSON for all others."""
    page = client.get("/c/nothing-of-the-kind?lang=zh", headers=HTML)
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert "未曾引用" in page.text
    assert client.get("/c/nothing-of-the-kind").mimetype == "application/problem+json"


def test_every_page_has_the_button(client: FlaskClient) -> None:
    """In both languages, with the pinned URL of the page."""
    for path in ("/", "/state?lang=zh", "/records/juno", "/slips", "/search?q=juno", "/activity"):
        page = client.get(path)
        text = page.text
        assert '<form class="citing" method="post" action="/cite">' in text
        pinned = escape(page.headers["Link"].partition("<")[2].partition(">")[0])
        assert f'name="of" value="{pinned}"' in text
        assert made(client, pinned.replace("&amp;", "&"))["media_type"].startswith("text/html")
