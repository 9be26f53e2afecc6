"""What is cited is kept byte for byte, by content, for whoever may read; all else is refused."""

from __future__ import annotations

import base64
import re
import time
from hashlib import sha256

import pytest
from flask.testing import FlaskClient

from projections import VIEW
from service.archive import Archive
from service.archive.citations import CITATIONS
from service.citations import making, routes
from tests.service.asked import FOREVER
from tests.service.citations.conftest import (
    FIRST,
    HTML,
    TURTLE,
    SetView,
    cite,
    made,
    new_client,
    slug,
)

PINNED = (
    f"/v1/state?at=2015-12-31&stated=2026-11-25&known=@3&view={VIEW}",
    f"/v1/state?at=2015-12-31&stated=2026-11-25&known=@3&format=csv&view={VIEW}",
    f"/state?at=2015-12-31&stated=2026-11-25&known=@3&lang=zh&view={VIEW}",
    f"/v1/feeds/icalendar?at=2026-11-25&stated=2026-11-25&known=@3&lang=en&view={VIEW}",
    f"/v1/records/juno.bib?at=2026-11-25&stated=2026-11-25&known=@3&view={VIEW}",
    f"/v1/slips?at=2026-11-25&stated=2026-11-25&known=@3&view={VIEW}",
)


@pytest.mark.parametrize("of", PINNED)
def test_the_bytes_stand_at_a_short_address_with_their_type(client: FlaskClient, of: str) -> None:
    """Of answers, tables, feeds, pages and citations alike; the id is made of type and bytes."""
    then = client.get(of)
    assert then.status_code == 200, then.text
    answer = cite(client, of)
    assert answer.status_code == 201
    citation = answer.get_json()
    [address] = answer.headers.getlist("Location")
    now = client.get(address)
    assert (now.data, now.headers["Content-Type"]) == (then.data, then.headers["Content-Type"])
    assert now.headers["Cache-Control"] == FOREVER
    digest = sha256(then.headers["Content-Type"].encode() + b"\0" + then.data).digest()
    assert address == f"/c/{base64.b32encode(digest).decode()[:16].lower()}"
    assert citation["url"] == f"http://localhost{address}"
    assert citation["digest"] == sha256(then.data).hexdigest()
    assert (citation["of"], citation["bytes"]) == (of, len(then.data))
    assert citation["media_type"] == then.headers["Content-Type"]
    assert (citation["cited_at"], citation["actor"]) == ("2026-11-25T12:00:00.000000Z", "everyone")
    assert client.get(f"/v1/citations/{citation['id']}").get_json() == citation
    assert client.get(address, headers={"If-None-Match": now.headers["ETag"]}).status_code == 304


def test_citing_the_same_again_gives_the_same(client: FlaskClient, cited_of: Archive) -> None:
    """In any order of its parameters, and by the address of a page's data; the head stays."""
    first = cite(client, FIRST)
    path, _, query = FIRST.partition("?")
    other = f"{path}?{'&'.join(reversed(query.split('&')))}"
    for of in (FIRST, other, f"http://localhost{FIRST}", FIRST.replace("/v1/", "/") + "#h-lo"):
        again = cite(
            client, of.replace("/records/juno?", "/records/juno.json?") if "#" in of else of
        )
        assert (again.status_code, again.get_json()) == (200, first.get_json())
    assert client.get("/v1/citations").get_json()["items"] == [first.get_json()]
    head = cited_of.chronicle.log.head()
    assert head is not None
    assert head.position == 3


def test_a_folder_in_which_nobody_cites_has_no_citations(
    client: FlaskClient, cited_of: Archive
) -> None:
    """Nothing is made by asking for what is not there."""
    assert client.get("/v1/citations").get_json() == {"items": [], "next": None}
    answer = client.get("/c/mzxw6ytboi5dcmjr")
    assert (answer.status_code, slug(answer)) == (404, "no-such-citation")
    assert not (cited_of.folder / CITATIONS).exists()


REFUSED = {
    f"{FIRST}&x=1": (422, "nothing-to-cite"),
    "/v1/records/juno": (422, "not-pinned"),
    "/records/juno": (422, "not-pinned"),
    "/v1/records/juno?known=@3": (422, "not-pinned"),
    "/static/pages.css": (422, "not-pinned"),
    "/v1/changes?limit=1": (422, "not-pinned"),
    "/c/mzxw6ytboi5dcmjr": (422, "nothing-to-cite"),
    "/embed/record/juno": (422, "not-pinned"),
    "juno": (422, "not-pinned"),
    "": (422, "not-pinned"),
    "http://[": (422, "not-pinned"),
    f"https://other.example{FIRST}": (422, "foreign-host"),
    f"//other.example{FIRST}": (422, "foreign-host"),
    f"/v1/nowhere?known=@3&view={VIEW}": (422, "nothing-to-cite"),
    f"/v1/records/atlantis?known=@3&view={VIEW}": (422, "nothing-to-cite"),
    FIRST.replace("@3", "@4"): (422, "nothing-to-cite"),
    FIRST.replace(f"view={VIEW}", "view=1"): (410, "cited-too-late"),
    f"{FIRST}&q=annales_0a1b2c3d_{'x' * 43}": (422, "misplaced-key"),
}


@pytest.mark.parametrize("of", REFUSED)
def test_what_cannot_be_cited_is_refused_as_what_it_is(
    client: FlaskClient, cited_of: Archive, of: str
) -> None:
    """Each refusal is a problem of its own, and nothing is kept."""
    answer = cite(client, of)
    assert (answer.status_code, slug(answer)) == REFUSED[of]
    assert len(cited_of.citations) == 0


@pytest.mark.parametrize("host", ["https://other.example", "//other.example"])
def test_another_service_is_named_as_it_was(client: FlaskClient, host: str) -> None:
    """Also where no scheme was."""
    detail = cite(client, f"{host}{FIRST}").get_json()["detail"]
    assert detail == f"{host} is another service; this one is http://localhost"


def test_a_stream_is_refused_at_once(client: FlaskClient, cited_of: Archive) -> None:
    """Nobody waits for its end: whoever cites would keep a thread from all who record."""
    cited_of.streams.longest = 5.0
    began = time.monotonic()
    answer = cite(client, "/v1/changes", media_type="text/event-stream")
    assert slug(answer) == "not-pinned"
    assert time.monotonic() - began < cited_of.streams.longest


def test_a_file_beside_the_pages_is_no_answer(client: FlaskClient) -> None:
    """Though it stands for ever at an address of its own."""
    found = re.search(r'src="(/static/[^"]+)"', client.get("/state", headers=HTML).text)
    assert found is not None
    assert "immutable" in client.get(found[1]).headers["Cache-Control"]
    assert slug(cite(client, f"{found[1]}&view={VIEW}")) == "not-pinned"


@pytest.mark.parametrize("of", ["/v1/records/juno", "/records/juno", "/v1/records/juno?known=@3"])
def test_what_is_not_pinned_is_told_where_it_is(client: FlaskClient, of: str) -> None:
    """The address that the problem names can be cited."""
    pinned = cite(client, of).get_json()["pinned"]
    assert made(client, pinned)["of"] == pinned


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/of"),
        ({"of": 1}, "/of"),
        ({"of": FIRST, "by": "me"}, "/by"),
        ({"of": FIRST, "b/~y": "me"}, "/b~1~0y"),
        ([], ""),
    ],
)
def test_a_body_that_asks_for_something_else_is_refused(
    client: FlaskClient, body: object, pointer: str
) -> None:
    """Its member is pointed at."""
    answer = client.post("/v1/citations", json=body)
    assert (answer.status_code, slug(answer)) == (422, "validation")
    assert answer.get_json()["errors"][0]["pointer"] == pointer


def test_an_answer_that_is_too_large_is_refused(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its bytes before they are compressed, and no more of it is made than shows that."""
    monkeypatch.setattr(making, "LARGEST", 1000)
    answer = cite(client, FIRST)
    assert (answer.status_code, slug(answer)) == (413, "too-large-to-cite")
    assert answer.get_json()["most"] == 1000


def test_without_a_key_one_cites_so_much_a_day(cited_of: Archive) -> None:
    """Repeats are free, another address has its own number, and who shows a key has none."""
    client = new_client(cited_of, citations_limit="2 per day")
    year = "/v1/state?at={}-12-31&stated=2026-11-25&known=@3&view=" + str(VIEW)
    assert [cite(client, year.format(at)).status_code for at in (2001, 2002)] == [201, 201]
    refused = cite(client, year.format(2003))
    assert (refused.status_code, slug(refused)) == (429, "too-many-citations")
    assert 0 < int(refused.headers["Retry-After"]) <= 86400
    assert cite(client, year.format(2001)).status_code == 200
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    body = {"of": year.format(2003)}
    assert client.post("/v1/citations", json=body, environ_base=elsewhere).status_code == 201
    key = cited_of.keys.issue(name="li", role="reader", by="root")
    keyed = {"Authorization": f"Bearer {key}"}
    for at in range(2004, 2008):
        answer = client.post("/v1/citations", json={"of": year.format(at)}, headers=keyed)
        assert (answer.status_code, answer.get_json()["actor"]) == (201, "li")


def test_who_may_not_read_may_not_cite(cited_of: Archive) -> None:
    """Nor see what was cited; an answer is asked for in the name of whoever cites it."""
    client = new_client(cited_of, open_reads=False)
    key = cited_of.keys.issue(name="li", role="reader", by="root")
    keyed = {"Authorization": f"Bearer {key}"}
    assert cite(client, FIRST).status_code == 401
    answer = client.post("/v1/citations", json={"of": FIRST}, headers=keyed)
    assert answer.status_code == 201
    address = answer.headers["Location"]
    assert client.get(address).status_code == 401
    assert client.get(address, headers=keyed).headers["Cache-Control"].startswith("private")


def test_one_address_has_a_citation_for_each_type_that_is_asked_for(client: FlaskClient) -> None:
    """None stands for another; a type that is not made there is refused."""
    plain = made(client, FIRST)
    turtle = made(client, FIRST, media_type=TURTLE)
    assert turtle["media_type"].startswith(TURTLE)
    assert turtle["id"] != plain["id"]
    assert made(client, FIRST, media_type="application/json") == plain
    assert made(client, FIRST, media_type=f"{TURTLE};a=1") == turtle
    assert len(client.get("/v1/citations").get_json()["items"]) == 2
    asked = client.get(FIRST, headers={"Accept": TURTLE})
    assert client.get(f"/c/{turtle['id']}").data == asked.data != client.get(FIRST).data
    refused = cite(client, FIRST, media_type="image/png")
    assert (slug(refused), refused.get_json()["answered"]) == ("nothing-to-cite", 406)


def test_citations_are_listed_in_pages_the_newest_first(client: FlaskClient) -> None:
    """The pages are followed by `next`."""
    year = "/v1/state?at={}-12-31&stated=2026-11-25&known=@3&view=" + str(VIEW)
    made_ = [made(client, year.format(at)) for at in range(2001, 2006)]
    path, found = "/v1/citations?limit=2", []
    while path is not None:
        page = client.get(path).get_json()
        found += page["items"]
        path = page["next"]
    assert found == made_[::-1]


def test_bibliographies_lead_to_what_was_cited(client: FlaskClient) -> None:
    """Those of a citation, and those of a record whose page was cited at these clocks; what is
    pinned never changes, and leads to the pinned page."""
    clocks = "at=2026-11-25&stated=2026-11-25&known=@3"
    page = f"/records/juno?{clocks}&lang=zh&view={VIEW}"
    before = client.get(f"/v1/records/juno.bib?{clocks}&view={VIEW}").text
    live = client.get(f"/v1/records/juno.bib?{clocks}")
    id = made(client, page)["id"]
    for ending in ("bib", "ris", "csl.json"):
        assert f"http://localhost/c/{id}" in client.get(f"/v1/citations/{id}.{ending}").text
        answer = client.get(f"/v1/records/juno.{ending}?{clocks}")
        assert f"http://localhost/c/{id}" in answer.text
        assert "Content-Location" not in answer.headers
    assert client.get(f"/v1/records/juno.bib?{clocks}&view={VIEW}").text == before == live.text
    held = {"If-None-Match": live.headers["ETag"]}
    assert client.get(f"/v1/records/juno.bib?{clocks}", headers=held).status_code == 200


def test_how_a_citation_is_called_may_be_said_better_later(
    client: FlaskClient, cited_of: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By another version: so a bibliography asks again, and has it as long as it is the same."""
    path = f"/v1/citations/{made(client, FIRST)['id']}.bib"
    answer = client.get(path)
    assert answer.headers["Cache-Control"] == "public, no-cache"
    held = {"If-None-Match": answer.headers["ETag"]}
    assert client.get(path, headers=held).status_code == 304
    monkeypatch.setattr(routes, "VERSION", "another")
    assert new_client(cited_of).get(path, headers=held).status_code == 200


def test_a_form_of_a_page_cites_it_and_leads_there(client: FlaskClient) -> None:
    """Without a script; a form of another site is not taken."""
    page = client.get("/records/juno?lang=zh")
    of = page.text.partition('name="of" value="')[2].partition('"')[0].replace("&amp;", "&")
    foreign = client.post("/cite", data={"of": of}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    other = client.post("/cite", data={"of": of}, headers={"Origin": "https://other.example"})
    assert other.status_code == 403
    own = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
    answer = client.post("/cite", data={"of": of, "lang": "zh"}, headers=own)
    assert answer.status_code == 303
    shown = client.get(answer.headers["Location"], headers=HTML)
    assert of in shown.text.replace("&amp;", "&")
    refused = client.post("/cite", data={"of": "/records/juno"}, headers=own | HTML)
    assert (refused.status_code, refused.mimetype) == (422, "text/html")


def test_a_key_in_the_form_of_a_page_stands_in_no_address(
    client: FlaskClient, cited_of: Archive
) -> None:
    """Where whatever lies between would note it."""
    key = cited_of.keys.issue(name="li", role="reader", by="root")
    answer = client.post("/cite", data={"of": FIRST, "lang": key})
    assert (answer.status_code, slug(answer)) == (422, "misplaced-key")


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://other.example"}, {"Origin": "null"}],
)
def test_a_page_of_another_site_cites_with_a_key_alone(
    client: FlaskClient, cited_of: Archive, headers: dict[str, str]
) -> None:
    """Its visitors send none, and what is cited in their name would stay."""
    body = {"of": FIRST}
    refused = client.post("/v1/citations", json=body, headers=headers)
    assert (refused.status_code, slug(refused)) == (403, "not-allowed")
    assert len(cited_of.citations) == 0
    key = cited_of.keys.issue(name="li", role="reader", by="root")
    keyed = headers | {"Authorization": f"Bearer {key}"}
    assert client.post("/v1/citations", json=body, headers=keyed).status_code == 201


def test_whoever_signed_in_cites_where_reading_needs_a_key(cited_of: Archive) -> None:
    """Their session stands for their key in this one form besides those of the desk."""
    client = new_client(cited_of, open_reads=False)
    key = cited_of.keys.issue(name="li", role="curator", by="root")
    form = client.get("/desk/sign-in").text
    token = form.partition('name="token" value="')[2].partition('"')[0]
    client.post("/desk/sign-in", data={"key": key, "token": token})
    answer = client.post("/cite", data={"of": FIRST})
    assert answer.status_code == 303
    assert client.get(answer.headers["Location"], headers=HTML).status_code == 200
    assert client.post("/v1/citations", json={"of": FIRST}).status_code == 401


def test_the_pinned_url_of_an_earlier_view_gives_what_was_cited(
    client: FlaskClient, cited_of: Archive, set_view: SetView
) -> None:
    """With its type, by `Accept` where there were several; what nobody cited is gone."""
    other = f"/v1/state?at=2015-12-31&stated=2026-11-25&known=@3&view={VIEW}"
    only = f"/v1/records/juno?at=2015-12-31&stated=2026-11-25&known=@3&view={VIEW}"
    then = client.get(FIRST)
    turtle = client.get(FIRST, headers={"Accept": TURTLE})
    id = made(client, FIRST)["id"]
    made(client, FIRST, media_type=TURTLE)
    made(client, only, media_type=TURTLE)
    set_view(VIEW + 1)
    later = new_client(cited_of)
    now = later.get(FIRST)
    assert (now.status_code, now.data, now.headers["Content-Type"]) == (
        200,
        then.data,
        then.headers["Content-Type"],
    )
    assert now.headers["Annales-Citation"] == id
    assert now.headers["Cache-Control"] == FOREVER
    links = now.headers.getlist("Link")
    assert links[0] == f'</c/{id}>; rel="canonical"'
    assert f"view={VIEW + 1}" in links[1]
    assert links[1].endswith('rel="successor-version"')
    assert later.get(FIRST, headers={"Accept": TURTLE}).data == turtle.data
    assert later.get(FIRST, headers=HTML).data == then.data
    assert later.get(only, headers={"Accept": TURTLE}).status_code == 200
    for of, accept in ((other, "*/*"), (only, "*/*"), (only, "application/json")):
        gone = later.get(of, headers={"Accept": accept})
        assert (gone.status_code, slug(gone)) == (410, "old-view")
        assert later.get(gone.get_json()["current"]).status_code == 200
    assert cite(later, FIRST).status_code == 200
    assert slug(cite(later, other)) == "cited-too-late"
    assert later.get(f"/c/{id}").data == then.data


def test_a_question_that_is_gone_still_gives_what_was_cited(
    client: FlaskClient, cited_of: Archive, set_view: SetView
) -> None:
    """Nothing of it need exist any more; whoever may not read gets nothing."""
    body = b'{"so":"it was"}'
    cited_of.citations.cite(
        of="/v1/of-old?known=@3&view=2", media_type="application/json", chosen=None, body=body,
        by="everyone", permit=lambda: None,
    )  # fmt: skip
    set_view(VIEW)
    assert client.get("/v1/of-old?view=2&known=@3").data == body
    closed = new_client(cited_of, open_reads=False)
    assert closed.get("/v1/of-old?view=2&known=@3").status_code == 404
    closed_answer = closed.get(FIRST.replace(f"view={VIEW}", "view=2"))
    assert closed_answer.status_code == 401
