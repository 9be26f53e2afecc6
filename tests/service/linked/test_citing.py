"""Citations of a record: BibTeX, RIS and CSL-JSON say the same, and lead to what was read."""

from __future__ import annotations

import json
import re

import pytest

from service.linked.citing import Cited, bibtex, csl_json, plain, record_cited, ris, state_cited
from tests.service.asked import FOREVER, IDS, Reader, url
from tests.service.feeds.hard_dates import MARKUP
from tests.story.telling import Teller, amendment

FORMS = {
    "bib": "application/x-bibtex",
    "ris": "application/x-research-info-systems",
    "csl.json": "application/vnd.citationstyles.csl+json",
}


def fields_of_ris(text: str) -> dict[str, str]:
    """The tags of a reference, each of them there once."""
    lines = text.split("\r\n")
    assert lines[-1] == ""
    found = {}
    for line in lines[:-1]:
        assert re.match(r"[A-Z][A-Z0-9]  - ", line)
        found[line[:2]] = line[6:]
    assert len(found) == len(lines) - 1
    return found


def fields_of_bibtex(text: str) -> dict[str, str]:
    """The fields of an entry, whose braces balance."""
    assert text.count("{") == text.count("}")
    return dict(re.findall(r"^  (\w+) = \{?(.*?)\}?,?$", text, re.MULTILINE))


@pytest.mark.parametrize("id", IDS["records"])
def test_the_three_forms_say_the_same(reader: Reader, id: str) -> None:
    """Title, day, version and link, for records of every kind."""
    texts = {
        suffix: reader.ask(url(f"/v1/records/{id}.{suffix}", at="2013")).get_data(as_text=True)
        for suffix in FORMS
    }
    (csl,) = json.loads(texts["csl.json"])
    told = fields_of_ris(texts["ris"])
    entry = fields_of_bibtex(texts["bib"])
    assert [*told][:1] == ["TY"]
    assert [*told][-1:] == ["ER"]
    assert csl["URL"] == told["UR"] == entry["url"]
    assert csl["title"] == told["TI"]
    assert csl["version"] == told["ET"] == entry["version"] == "@1203"
    assert csl["issued"]["date-parts"] == [[2026, 11, 25]]
    assert (told["DA"], entry["date"]) == ("2026/11/25/", "2026-11-25")
    assert texts["bib"].startswith(f"@misc{{{csl['id']},\n")
    assert csl["URL"].startswith(f"http://localhost/records/{id}?at=2013-12-31&")
    assert "&known=@1203&" in csl["URL"]


def test_a_citation_has_its_media_type_and_its_pinned_link(reader: Reader) -> None:
    """And no day of access: what is cited does not change."""
    for suffix, media_type in FORMS.items():
        live = reader.ask(f"/v1/records/juno.{suffix}")
        assert live.mimetype == media_type
        pinned = reader.ask(live.headers["Content-Location"])
        assert pinned.data == live.data
        assert pinned.headers["Cache-Control"] == FOREVER
        assert b"access" not in live.data.lower()


def test_a_pinned_citation_never_changes(small: Reader, juno: Teller) -> None:
    """Not even when the record is renamed."""
    kept = {
        answer.headers["Content-Location"]: answer.data
        for suffix in FORMS
        if (answer := small.ask(f"/v1/records/juno.{suffix}"))
    }
    juno.tell(amendment("juno", {"name": "Another name"}))
    juno.archive.catch_up()
    for pinned, body in kept.items():
        assert small.ask(pinned).data == body


def test_nothing_in_a_title_is_a_command(hard_reader: Reader) -> None:
    """What is special to LaTeX is escaped, and a line break is a blank."""
    assert MARKUP in hard_reader.ask("/v1/records/hard.ris").get_data(as_text=True)
    page = Cited(
        key="x",
        title="\\input{a} 100% of $5 & #1_a^b ~ {c}\r\nER  - \n@misc{y,",
        url="https://a.example/",
        version="@7",
        note="n",
        issued=None,
    )
    (title,) = re.findall(r"^  title = \{\{(.*)\}\},$", bibtex(page), re.MULTILINE)
    assert title == (
        r"\textbackslash{}input\textbraceleft{}a\textbraceright{} 100\% of \$5 \& \#1\_a"
        r"\textasciicircum{}b \textasciitilde{} \textbraceleft{}c\textbraceright{} ER -"
        r" @misc\textbraceleft{}y,"
    )
    assert len(fields_of_ris(ris(page))["TI"].splitlines()) == 1
    assert "issued" not in json.loads(csl_json(page))[0]
    assert "year" not in fields_of_bibtex(bibtex(page))


def test_a_state_is_cited_with_its_filters(reader: Reader) -> None:
    """By the country's name, the field and the day."""
    answer = reader.get("/v1/state", at="2013", country="CN", field="fusion")
    cited = state_cited(
        answer, root="https://a.example", filters={"country": "CN", "field": "fusion"}
    )
    assert cited.title == "State of big science, China, fusion, 31 December 2013"
    page, _, version = answer["pinned"].removeprefix("/v1").rpartition("&view=")
    assert cited.url == f"https://a.example{page}&lang=en&view={version}"
    shown = reader.ask(cited.url.removeprefix("https://a.example"), Accept="text/html")
    assert shown.headers["Cache-Control"] == FOREVER
    far = state_cited(reader.get("/v1/state", at="Y12025"), root="", filters={})
    assert far.title == "State of big science, +012025-12-31"
    during = state_cited(reader.get("/v1/state", during="2013-05"), root="", filters={})
    assert during.title == "State of big science, May 2013"
    empty = state_cited(reader.get("/v1/state", known="@0"), root="", filters={})
    assert empty.issued is None


def test_a_state_is_cited_as_far_as_its_sources_went_and_in_its_language(reader: Reader) -> None:
    """Where they hid something; its page is of that language too."""
    answer = reader.get("/v1/state", at="2013", stated="2012", country="CN,JP", field="fusion")
    filters = {"country": "CN,JP", "field": "fusion", "class": "fusion-device"}
    cited = state_cited(answer, root="", filters=filters)
    assert cited.title == (
        "State of big science, China and Japan, fusion, fusion devices, 31 December 2013, "
        "according to sources up to 31 December 2012"
    )
    zh = state_cited(answer, root="", filters={"country": "CN"}, lang="zh")
    assert zh.title == "大科学状态，中国，2013年12月31日，信息截至2012年12月31日"
    assert "lang=zh" in zh.url
    assert plain(zh, "zh").startswith(
        f"Annales：{zh.title}。版本@1203，记录于2026年11月25日。/state?"
    )


def test_a_record_without_a_card_is_called_by_what_counts_in_it(reader: Reader) -> None:
    """By the latest title of an entry that counts, as the list of records calls it."""
    names = {each["id"]: each["name"] for each in reader.get("/v1/records", limit="2000")["items"]}
    for id in IDS["records"]:
        answer = reader.get(f"/v1/records/{id}")
        assert record_cited(answer, root="").title == names[id], id


def test_what_there_is_not_cannot_be_cited(reader: Reader) -> None:
    """The same problems as of every question."""
    for suffix in FORMS:
        assert reader.refused(f"/v1/records/atlantis.{suffix}") == (404, "no-such-record")
        assert reader.refused(f"/v1/records/juno.{suffix}?limit=1") == (422, "unknown-parameter")
