"""What chronicles hold that formats trip over: odd ids and texts, open dates, tiny numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import icalendar
import pytest
import vl_convert

from projections import VIEW
from tests.service.asked import Reader, url
from tests.story.telling import Teller, correction, facility, milestone, statement, withdrawal

Ask = Callable[..., Any]

SEPARATORS = "\u2028line\u2029paragraph\u0085next\x0bvertical\x0cform\x1cfile"


@pytest.fixture
def ask(juno: Teller, small: Reader) -> Ask:
    """Tells lines, which may be of a time when every character was let in, then asks a feed."""

    def asked(feed: str, *lines: Any, **parameters: str) -> Any:
        juno.tell_as_of_old(*lines)
        juno.archive.catch_up()
        return small.ask(url(f"/v1/feeds/{feed}", **parameters))

    return asked


def test_a_calendar_is_named_by_any_text(ask: Ask) -> None:
    """RFC 5545, 3.3.11: what has a meaning is escaped, and no control character stands raw."""
    name = "Inst; of \nSci, A\\, B\x07"
    answer = ask("icalendar", facility("odd", name=name), record="odd")
    assert answer.status_code == 200
    assert "NAME:Annales: Inst\\; of \\nSci\\, A\\\\\\, B\ufffd" in answer.text.replace("\r\n ", "")
    read = icalendar.Calendar.from_ical(answer.data)
    assert str(read["x-wr-calname"]) == str(read["name"])


def test_a_calendar_has_places_without_exponents(ask: Ask) -> None:
    """RFC 5545, 3.3.7."""
    near = facility("zero", latitude=1e-7, longitude=-104.25)
    runs = milestone("runs", "operation-started", "2020", facility="zero")
    assert "\r\nGEO:0.000000;-104.250000\r\n" in ask("icalendar", near, runs, record="zero").text


def test_a_calendar_covers_a_stretch_whose_beginning_is_open(ask: Ask) -> None:
    """From the day that its beginning has; its dates are no interval of intervals."""
    law = statement("policy", "law", "../2000", title="A law", until="2010")
    [event] = icalendar.Calendar.from_ical(ask("icalendar", law, record="law").data).walk("VEVENT")
    covered = [event.decoded(name).isoformat() for name in ("dtstart", "dtend")]
    assert covered == ["2000-12-31", "2011-01-01"]
    assert "x-annales-edtf" not in event


def test_a_calendar_has_a_phase_from_the_day_on_which_it_counts(ask: Ask) -> None:
    """A suspension of some day in 2003 counts from the last one (rule 7), when running ended."""
    lines = (
        milestone("runs", "operation-started", "2001"),
        milestone("rests", "suspended", "2003"),
        milestone("over", "decommissioned", "2005-06-01"),
    )
    read = icalendar.Calendar.from_ical(ask("icalendar", *lines, kind="phase").data)
    covered = {
        str(event["uid"]).split("/")[1]: [
            event.decoded(name).isoformat() for name in ("dtstart", "dtend")
        ]
        for event in read.walk("VEVENT")
    }
    assert covered["operating"] == ["2001-01-01", "2003-12-31"]
    assert covered["suspended"] == ["2003-12-31", "2005-06-01"]


@pytest.mark.parametrize("feed", ["geojson", "columns", "csv", "vis-timeline"])
def test_a_date_that_is_open_is_a_date(ask: Ask, feed: str) -> None:
    """What has run since some day up to 2000 is left out by none."""
    there = facility("old", latitude=40.0, longitude=116.0)
    runs = milestone("runs", "operation-started", "../2000", facility="old")
    answer = ask(feed, there, runs, record="old", kind="phase")
    assert answer.status_code == 200
    assert "no-date" not in answer.headers.get("Annales-Omitted", "")


def test_what_began_after_a_day_is_left_out_whatever_its_end(ask: Ask) -> None:
    """Closed in 2010 or later is not before 1900."""
    over = milestone("over", "decommissioned", "2010/..")
    assert "\r\nover," not in ask("csv", over, to="1900", kind="milestone", record="juno").text
    assert "\r\nover," in ask("csv", to="2010", kind="milestone", record="juno").text


@pytest.mark.parametrize("id", ["discovery", "policy"])
def test_a_facility_may_be_called_as_a_kind_is(ask: Ask, id: str) -> None:
    """Its lane is not the one of that kind."""
    runs = milestone("runs", "operation-started", "2020", facility=id)
    found = statement("discovery", "found", "2021", title="Found", country="CN", field="fusion")
    law = statement("policy", "law", "2021", title="A law")
    told = ask("vis-timeline", facility(id), runs, found, law).get_json()
    groups = [each["id"] for each in told["groups"]]
    assert len(groups) == len(set(groups))
    assert {each["group"] for each in told["items"]} <= set(groups)
    columns = ask("columns", kind="phase,discovery,policy").get_json()
    assert {lane["id"] for lane in columns["lanes"]} == {id, "kind:discovery", "kind:policy"}


def test_slides_have_ids_of_their_own(ask: Ask) -> None:
    """A statement may be called as another's phase is."""
    same = milestone("juno-operating-1", "operation-started", "2020")
    told = ask("timelinejs", same, kind="phase,milestone").get_json()
    ids = [each["unique_id"] for each in told["events"]]
    assert len(ids) == len(set(ids)) == 2


def test_a_picture_counts_what_it_has_no_mark_for(ask: Ask) -> None:
    """An acceptance is no phase, and no promise either."""
    runs = milestone("runs", "operation-started", "2020")
    accepted = milestone("accepted", "accepted", "2021")
    answer = ask("svg", runs, accepted)
    assert answer.headers["Annales-Omitted"] == "no-mark=1"
    assert "Left out: 1 without a mark of their own" in answer.text


def test_a_picture_has_no_link_to_nowhere(ask: Ask) -> None:
    """What belongs to no facility has a lane, and no page."""
    law = statement("policy", "law", "2021", title="A law")
    answer = ask("svg", law, kind="policy")
    assert 'href=""' not in answer.text
    assert "Policies" in answer.text


@pytest.mark.parametrize("chart", ["timeline", "trends", "slips"])
def test_a_chart_is_drawn_whatever_it_is_called(ask: Ask, chart: str) -> None:
    """A drawing is XML, which has no control characters."""
    named = facility("odd", name="Odd\x01\x1f")
    runs = milestone("runs", "operation-started", "2020", facility="odd", title="\x02 runs")
    spec = ask("vega-lite", named, runs, chart=chart).get_json()
    ET.fromstring(vl_convert.vegalite_to_svg(spec))  # noqa: S314 - it was drawn here


def test_each_statement_is_a_line(juno: Teller, small: Reader) -> None:
    """N-Quads are cut at line feeds alone."""
    juno.tell_as_of_old(statement("discovery", "found", "2021", title=SEPARATORS, facility="juno"))
    juno.archive.catch_up()
    text = small.ask("/v1/records/found.nq").text
    assert all(re.fullmatch(r"<[^>]*> <[^>]*> .* \.", line, re.DOTALL)
               for line in text.rstrip("\n").split("\n"))  # fmt: skip
    assert "\u2028line\u2029paragraph\u0085next" in text


def test_what_is_suspended_is_not_dissolved(juno: Teller, small: Reader) -> None:
    """And what began again was founded once."""
    juno.tell(
        milestone("runs", "operation-started", "2001"),
        milestone("rests", "suspended", "2003"),
        milestone("again", "operation-started", "2005", entry="juno/operation-started/2"),
    )
    juno.archive.catch_up()
    text = small.ask("/v1/records/juno.nq").text
    assert "dissolutionDate" not in text
    assert len(re.findall('foundingDate> "([^"]*)"', text)) == 2  # as EDTF, and as a year


@pytest.mark.parametrize(
    "accept",
    [
        'application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"',
        "text/turtle;charset=utf-8",
        "application/n-quads; q=0.9, application/json;q=0.1",
    ],
)
def test_a_type_may_be_asked_for_with_parameters(small: Reader, accept: str) -> None:
    """Ours have none, so none rules them out."""
    assert small.ask("/v1/records/juno", Accept=accept).mimetype == accept.partition(";")[0]


@pytest.mark.parametrize("path", ["/v1/feeds", "/v1/schemas", "/v1/schemas/source", "/version"])
def test_a_list_passes_no_parameter_over(small: Reader, path: str) -> None:
    """As everywhere."""
    assert small.refused(f"{path}?x=1") == (422, "unknown-parameter")


def test_the_feeds_of_a_period_are_there(small: Reader) -> None:
    """A page of a period leads to the feeds at its last day."""
    page = small.ask("/records/juno?during=2016", Accept="text/html").text
    feeds = [link.replace("&amp;", "&") for link in re.findall('href="(/v1/feeds/[^"]+)"', page)]
    assert len(feeds) > 8
    assert {small.ask(link).status_code for link in feeds} == {200}
    assert all("at=2016-12-31" in urlsplit(link).query for link in feeds)


def test_a_record_is_shown_before_anything_is_said_of_it(juno: Teller, small: Reader) -> None:
    """It has no sentence then; and a page that is pinned stays when more belongs to it."""
    found = statement("discovery", "found", "2021", title="Found", facility="juno", stated="2021")
    juno.tell(found)
    juno.archive.catch_up()
    for path in ("/records/found", "/embed/records/found"):
        assert small.ask(f"{path}?stated=1950", Accept="text/html").status_code == 200
    pinned = f"/records/juno?at=2026&stated=2026-11-25&known=@3&lang=en&view={VIEW}"
    before = small.ask(pinned, Accept="text/html")
    juno.tell(statement("discovery", "later", "2022", title="Later", facility="juno"))
    juno.tell(withdrawal("found"), correction("later", {"title": "Later still"}))
    juno.archive.catch_up()
    assert small.ask(pinned, Accept="text/html").data == before.data
    assert small.ask("/records/found", Accept="text/html").status_code == 200
