"""Records as linked data: three serialisations of one graph, by rdflib, PyLD and extruct."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from typing import Any

import extruct
import pytest
import rdflib
from pyld import jsonld
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import PROV, RDF

from service.linked.rdf import EDTF, FORMS
from tests.service.asked import ASK_AGAIN, FOREVER, IDS, Reader, url
from tests.service.feeds.hard_dates import HARD
from tests.story.telling import Teller, correction, plan, reading, statement, withdrawal

S = Namespace("https://schema.org/")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")
ROOT = "http://localhost/v1"

PARSED = {"jsonld": "json-ld", "ttl": "turtle", "nq": "nt"}
"""How rdflib calls each form; N-Quads of the default graph are N-Triples."""

RECORDS = IDS["records"]


def no_loading(address: str, options: Any) -> Any:
    """A loader for JSON-LD that is never to be called."""
    raise AssertionError(f"{address} is asked for, {options}")


def text(reader: Reader, id: str, suffix: str, **asked: str) -> str:
    """A record in a form."""
    answer = reader.ask(url(f"/v1/records/{id}.{suffix}", **asked))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    (form,) = [form for form in FORMS if form.suffix == suffix]
    assert answer.mimetype == form.media_type
    return answer.get_data(as_text=True)


@pytest.fixture(autouse=True)
def _digit_for_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Literals are compared as they are written, not as numbers and instants."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)


def graph(reader: Reader, id: str, suffix: str = "nq", **asked: str) -> Graph:
    """The graph of a record, read by rdflib."""
    data = text(reader, id, suffix, **asked)
    with warnings.catch_warnings():
        # The parser of JSON-LD uses what rdflib itself calls deprecated.
        warnings.filterwarnings("ignore", message="ConjunctiveGraph", category=DeprecationWarning)
        return Graph().parse(data=data, format=PARSED[suffix])


def values(graph: Graph, subject: URIRef, predicate: URIRef) -> set[str]:
    """The values of a property, as texts."""
    return {str(each) for each in graph.objects(subject, predicate)}


@pytest.mark.parametrize("id", RECORDS)
def test_the_three_serialisations_are_one_graph(reader: Reader, id: str) -> None:
    """For records of every kind, now and at other clocks, as rdflib reads them."""
    for asked in ({}, {"at": "2016", "stated": "2016"}, {"known": "@1199"}):
        graphs = [graph(reader, id, suffix, **asked) for suffix in PARSED]
        assert len(graphs[0]) > 5
        assert isomorphic(graphs[0], graphs[1])
        assert isomorphic(graphs[0], graphs[2])


@pytest.mark.parametrize("id", RECORDS)
def test_json_ld_is_read_without_the_net(reader: Reader, id: str) -> None:
    """PyLD expands it with no context to fetch, and gets the very lines of the N-Quads."""
    document = json.loads(text(reader, id, "jsonld"))
    options = {"documentLoader": no_loading}
    assert jsonld.expand(document, options)
    quads = jsonld.to_rdf(document, {**options, "format": "application/n-quads"})
    assert sorted(quads.splitlines()) == text(reader, id, "nq").splitlines()


def test_a_page_can_carry_it(reader: Reader) -> None:
    """In a script element, extruct finds it, the record first."""
    page = (
        '<!doctype html><script type="application/ld+json">'
        f"{text(reader, 'juno', 'jsonld')}</script>"
    )
    (found,) = extruct.extract(page, syntaxes=["json-ld"])["json-ld"]
    assert found["@graph"][0]["@id"] == f"{ROOT}/records/juno"
    assert found["@graph"][0]["@type"] == ["Place", "ResearchOrganization"]


def test_a_record_is_what_its_kind_says(reader: Reader) -> None:
    """In the words of schema.org."""
    for id, types in {
        "juno": {S.ResearchOrganization, S.Place},
        "us-china-science-agreement": {S.Legislation},
        "rd-share-of-gdp": {S.Dataset},
        "grb-13tev": {S.Event},
        RECORDS[-1]: {S.Claim},
    }.items():
        found = graph(reader, id)
        assert set(found.objects(URIRef(f"{ROOT}/records/{id}"), RDF.type)) == types
        assert list(found.objects(URIRef(f"{ROOT}/records/{id}"), S.name))


def test_a_slip_is_told_natively(reader: Reader) -> None:
    """JUNO ran in 2025, after it had been promised for four other years: EventRescheduled."""
    found = graph(reader, "juno")
    event = URIRef(f"{ROOT}/records/juno#operation-started")
    assert set(found.objects(event, S.eventStatus)) == {S.EventRescheduled}
    assert values(found, event, S.startDate) == {"2025-08-26"}
    assert {"2020", "2021", "2022", "2023"} <= values(found, event, S.previousStartDate)
    then = graph(reader, "juno", stated="2016")
    assert set(then.objects(event, S.eventStatus)) == {S.EventScheduled}
    assert values(then, event, S.startDate) == {"2020"}
    assert not values(then, event, S.previousStartDate)
    begun = URIRef(f"{ROOT}/records/juno#construction-started")
    assert not values(found, begun, S.eventStatus)


def test_a_plan_that_is_dropped_is_cancelled(small: Reader, juno: Teller) -> None:
    """EventCancelled, without a date of its own and with those that it had."""
    juno.tell(plan("p", "operation-started", "2020", "2015"))
    juno.tell(
        {
            **{k: v for k, v in plan("q", "operation-started", "x", "2018").items() if k != "date"},
            "dropped": True,
            "supersedes": "p",
        }
    )
    juno.archive.catch_up()
    found = graph(small, "juno")
    event = URIRef(f"{ROOT}/records/juno#operation-started")
    assert set(found.objects(event, S.eventStatus)) == {S.EventCancelled}
    assert not values(found, event, S.startDate)
    assert values(found, event, S.previousStartDate) == {"2020"}


def test_a_date_is_a_literal_of_edtf_and_of_xml_schema_where_that_can_say_it(
    hard_reader: Reader,
) -> None:
    """Each hard date as it was given; a gYear, gYearMonth or date beside it only where it is one,
    unqualified, of the years 1 to 9999."""
    expected = {
        "day": XSD.date,
        "new-year": XSD.date,
        "month": XSD.gYearMonth,
        "year": XSD.gYear,
        "early": XSD.gYear,
    }
    for each in HARD:
        found = graph(hard_reader, each.id)
        literals = set(found.objects(URIRef(f"{ROOT}/records/{each.id}"), S.startDate))
        wanted = {Literal(each.edtf, datatype=EDTF)}
        if each.name in expected:
            wanted.add(Literal(each.edtf, datatype=expected[each.name], normalize=False))
        assert literals == wanted, each.name


def test_hard_lives_are_one_graph_too(hard_reader: Reader) -> None:
    """Markup in a name, another language, years before 1, plans alone, what was withdrawn."""
    for id in ("hard", "dream", "formula", "disputed", "withdrawn", "five-years", "share"):
        graphs = [graph(hard_reader, id, suffix) for suffix in PARSED]
        assert isomorphic(graphs[0], graphs[1]), id
        assert isomorphic(graphs[0], graphs[2]), id


def test_what_is_disputed_throughout_is_claimed_and_not_told_as_an_event(
    hard_reader: Reader,
) -> None:
    """The claim is there, with its standing; the record has no date."""
    found = graph(hard_reader, "disputed")
    claim = URIRef(f"{ROOT}/statements/disputed")
    assert values(found, claim, S.creativeWorkStatus) == {"actual", "disputed"}
    assert not values(found, URIRef(f"{ROOT}/records/disputed"), S.startDate)


def test_a_policy_tells_when_it_holds(hard_reader: Reader) -> None:
    """`2011/2015` in whole days, and `..` where its end is not known."""
    for id, coverage in (("five-years", "2011-01-01/2015-12-31"), ("for-ever", "2016-05-01/..")):
        policy = URIRef(f"{ROOT}/records/{id}")
        assert values(graph(hard_reader, id), policy, S.temporalCoverage) == {coverage}
        assert values(graph(hard_reader, id), policy, S.legislationJurisdiction) == {"CN"}


@pytest.mark.parametrize("value", [-2.5, 6720, 1e-7, 1.5e300, 0.1 + 0.2, -0.0, 2**53 - 1])
def test_a_reading_keeps_every_digit(small: Reader, juno: Teller, value: float) -> None:
    """In every form; no exponent and nothing rounded, but for what JSON-LD reads as a double."""
    juno.tell(reading("r", "2024", value))
    juno.archive.catch_up()
    for suffix in PARSED:
        found = graph(small, "rd-share", suffix)
        (told,) = found.objects(URIRef(f"{ROOT}/records/rd-share#2024"), S.value)
        assert isinstance(told, Literal)
        assert float(str(told)) == value
        if value >= 1e21:
            assert told.datatype == XSD.double
            continue
        assert told.datatype in (XSD.decimal, XSD.integer)
        # The parser of Turtle reads a bare number anew, and so may write it with an exponent.
        assert suffix == "ttl" or "e" not in str(told).lower()


def test_what_was_mended_tells_its_versions(small: Reader, juno: Teller) -> None:
    """PROV-O: each version by whom and from when to when, and which it revises; a withdrawal
    invalidates the statement."""
    juno.tell(plan("p", "operation-started", "2020", "2015"), actor="li")
    juno.tell(correction("p", {"date": "2021"}), on="2026-11-26")
    juno.tell(withdrawal("p"), on="2026-11-27")
    juno.archive.catch_up()
    found = graph(small, "juno")
    claim = URIRef(f"{ROOT}/statements/p")
    first, second = (URIRef(f"{claim}?known=@{n}#{n}") for n in (3, 4))
    assert set(found.objects(second, PROV.wasRevisionOf)) == {first}
    assert not list(found.objects(first, PROV.wasRevisionOf))
    assert values(found, first, PROV.invalidatedAtTime) == values(
        found, second, PROV.generatedAtTime
    )
    assert values(found, second, PROV.invalidatedAtTime) == {"2026-11-27T12:00:00.000000Z"}
    assert values(found, claim, PROV.invalidatedAtTime) == {"2026-11-27T12:00:00.000000Z"}
    li, wang = (URIRef(f"{ROOT}/activity?actor={name}#agent") for name in ("li", "wang"))
    assert set(found.objects(first, PROV.wasAttributedTo)) == {li}
    assert set(found.objects(second, PROV.wasAttributedTo)) == {wang}
    assert values(found, li, S.name) == {"li"}
    before = graph(small, "juno", known="@3")
    assert not list(before.objects(claim, PROV.invalidatedAtTime))


def test_a_claim_is_derived_from_its_sources_and_cites_them(reader: Reader) -> None:
    """And each source says what it is; a paper is a ScholarlyArticle."""
    found = graph(reader, "juno")
    claim = URIRef(f"{ROOT}/statements/juno-approved-2013")
    paper = URIRef(f"{ROOT}/sources/bcas-juno-2015")
    assert paper in set(found.objects(claim, PROV.wasDerivedFrom))
    assert paper in set(found.objects(claim, S.citation))
    assert S.ScholarlyArticle in set(found.objects(paper, RDF.type))
    assert values(found, paper, S.identifier) == {"doi:10.16418/j.issn.1000-3045.2015.05.013"}
    for cited in found.objects(None, S.citation):
        assert values(found, URIRef(str(cited)), S.name), cited


def test_an_address_that_is_no_iri_does_no_harm(small: Reader, juno: Teller) -> None:
    """The URL of a source is a text: what stands on a card need not be one that RDF can name."""
    odd = 'https://a.example/<x>"{y}|\\^`'
    juno.tell({"type": "source", "id": "odd", "medium": "paper", "title": "T", "url": odd})
    juno.tell(statement("discovery", "d", "2020", sources=[{"id": "odd"}]))
    juno.archive.catch_up()
    for suffix in PARSED:
        found = graph(small, "d", suffix)
        assert values(found, URIRef(f"{ROOT}/sources/odd"), S.url) == {odd}


def test_the_document_is_a_revision_of_the_one_before(reader: Reader) -> None:
    """Its IRI is the pinned answer of the record, whatever form it is asked in."""
    found = graph(reader, "juno", at="2013")
    pinned = reader.get("/v1/records/juno", at="2013")["pinned"]
    document = URIRef(f"http://localhost{pinned}")
    assert set(found.objects(document, S.mainEntity)) == {URIRef(f"{ROOT}/records/juno")}
    assert set(found.objects(document, PROV.wasRevisionOf)) == {
        URIRef(f"{ROOT}/records/juno?known=@1202")
    }
    status = URIRef(f"{document}#status")
    assert values(found, status, S.value) == {"approved"}


def test_there_are_no_blank_nodes(reader: Reader) -> None:
    """Whatever is told has an IRI, so that two graphs can be compared line by line."""
    for id in RECORDS:
        assert "_:" not in text(reader, id, "nq")


# --- how they are asked for


def test_the_form_is_chosen_by_accept_and_json_by_default(reader: Reader) -> None:
    """Whoever says nothing, or everything, gets JSON; caches are told that it depends."""
    for accept, mimetype in (
        (None, "application/json"),
        ("*/*", "application/json"),
        ("text/html", "application/json"),
        ("application/json, text/turtle", "application/json"),
        ("text/turtle;q=0.4, application/json;q=0.5", "application/json"),
        ("application/ld+json", "application/ld+json"),
        ("text/turtle, */*;q=0.1", "text/turtle"),
        ("application/n-quads;q=0.9, application/json;q=0.1", "application/n-quads"),
    ):
        headers = {} if accept is None else {"Accept": accept}
        answer = reader.ask("/v1/records/juno", **headers)
        assert answer.mimetype == mimetype, accept
        assert "Accept" in answer.headers["Vary"]
        again = reader.ask("/v1/records/juno", If_None_Match=answer.headers["ETag"], **headers)
        assert again.status_code == 304
        assert "Accept" in again.headers["Vary"]


def test_a_form_has_its_own_tag_and_its_own_address(reader: Reader) -> None:
    """One form's ETag is not good for another; Content-Location leads to the form itself."""
    tags = set()
    for form in FORMS:
        chosen = reader.ask("/v1/records/juno", Accept=form.media_type)
        own = reader.ask(f"/v1/records/juno.{form.suffix}")
        assert chosen.data == own.data
        where = chosen.headers["Content-Location"]
        assert where.startswith(f"/v1/records/juno.{form.suffix}?at=")
        assert own.headers["Content-Location"] == where
        assert own.headers["ETag"].startswith('"r18.')
        tags.add(own.headers["ETag"])
    tags.add(reader.ask("/v1/records/juno").headers["ETag"])
    assert len(tags) == len(FORMS) + 1


@pytest.mark.parametrize("suffix", PARSED)
def test_a_pinned_form_never_changes(small: Reader, juno: Teller, suffix: str) -> None:
    """It may be kept for ever, and whatever is recorded later has no part in it."""
    juno.tell(plan("p", "operation-started", "2020", "2015"))
    juno.archive.catch_up()
    live = small.ask(f"/v1/records/juno.{suffix}")
    assert live.headers["Cache-Control"] == ASK_AGAIN
    pinned = live.headers["Content-Location"]
    juno.tell(correction("p", {"date": "2021"}))
    juno.archive.catch_up()
    again = small.ask(pinned)
    assert again.data == live.data
    assert again.headers["Cache-Control"] == FOREVER
    assert small.ask(f"/v1/records/juno.{suffix}").data != live.data


def test_a_form_does_not_depend_on_the_process(reader: Reader) -> None:
    """Another process, with other hashes, writes the same bytes."""
    script = (
        "import rdflib, sys\n"
        "rdflib.NORMALIZE_LITERALS = False\n"
        "from rdflib import Graph, URIRef\n"
        "from service.linked.rdf import FORMS\n"
        "graph = Graph().parse(data=sys.stdin.read(), format='nt')\n"
        "graph.bind('schema', 'https://schema.org/')\n"
        "graph.bind('prov', 'http://www.w3.org/ns/prov#')\n"
        "for form in FORMS:\n"
        f"    print(form.write(graph, URIRef('{ROOT}/records/juno')))\n"
    )
    quads = text(reader, "juno", "nq")
    written = {
        subprocess.run(
            [sys.executable, "-c", script],
            input=quads,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2", "3")
    }
    assert len(written) == 1
    assert text(reader, "juno", "ttl") in written.pop()


def test_a_record_that_there_is_not_is_no_graph(reader: Reader) -> None:
    """The same problems as of every question."""
    for form in FORMS:
        assert reader.refused(f"/v1/records/atlantis.{form.suffix}") == (404, "no-such-record")
        assert reader.refused(f"/v1/records/juno.{form.suffix}?nope=1") == (
            422,
            "unknown-parameter",
        )
        assert reader.refused(f"/v1/records/juno.{form.suffix}?at=soon") == (422, "bad-edtf")
        assert reader.refused(f"/v1/records/juno.{form.suffix}?view=0") == (410, "old-view")
    assert reader.refused("/v1/records/juno.rdf") == (404, "no-such-record")
