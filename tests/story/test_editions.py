"""The editions that Annales ships with: how a log comes by them, and what it says then.

Nobody worked out by hand how 376 facilities stood in each year. So the naive model, which knows
nothing of the engine, says it at random points; the states that were worked out by hand are those
of the chronicle of the first release (`test_golden_states.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from html import unescape
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from events.commit import microseconds
from events.fact import Line
from service.app import create_app
from service.archive import Archive
from service.cli.command import annales
from service.data import EDITIONS, FROM_FIRST_RELEASE
from service.translations import LANGUAGES
from tests.naive.histories import logged, random_question
from tests.naive.model import Naive
from tests.service.asked import CHRONICLE
from tests.story.telling import NOON

POINTS = 300
"""How many states are compared with those of the naive model."""

LATER = "2027-05-01"
"""A day after all that was said."""

STORIES = (
    (("load", str(EDITIONS[0])), ("load-shipped",), ("load-shipped",)),
    (
        ("load", str(CHRONICLE)),
        ("load-shipped",),
        ("load-shipped", "--upgrade"),
        ("load-shipped", "--upgrade"),
    ),
)
"""What is done to two empty folders: a start that was interrupted goes on; and an upgrade."""


class Told(NamedTuple):
    """A folder after its story: what each command printed, and somebody who asks it."""

    printed: list[str]
    client: FlaskClient


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Told]]:
    """The folders of `STORIES`, in which all clocks stand at noon."""
    defaults = Archive.__init__.__kwdefaults__
    assert defaults is not None
    with pytest.MonkeyPatch.context() as patch:
        # The command line takes the machine's clock, which is the default of the archive.
        patch.setitem(defaults, "clock", lambda: microseconds(NOON))
        folders = [tmp_path_factory.mktemp("editions") for _ in STORIES]
        printed = [
            [CliRunner().invoke(annales, ["--data", str(folder), *each]).output for each in story]
            for folder, story in zip(folders, STORIES, strict=True)
        ]
        with Archive(folders[0]) as one, Archive(folders[1]) as two:
            clients = [create_app(archive).test_client() for archive in (one, two)]
            yield [Told(*each) for each in zip(printed, clients, strict=True)]


SHIPPED = {
    "edition-1.jsonl": "c8065ca9551f5b99",
    "edition-2.jsonl": "b38ea70b47d14948",
    "from-first-release.jsonl": "8e01929163d4e92d",
}
"""The beginning of the SHA-256 of each file. Logs hold what was shipped: a release later, what is
wrong is corrected by the next edition, and no line of these changes."""


def lines(path: Path) -> list[Line]:
    """The lines of a file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


# --- how a log comes by them


def test_what_is_shipped_stays_as_it_is_to_the_byte() -> None:
    """Else a log that holds it would not be known again, and could not load it twice."""
    for path in (*EDITIONS, FROM_FIRST_RELEASE):
        assert sha256(path.read_bytes()).hexdigest().startswith(SHIPPED[path.name])


def test_a_start_that_was_interrupted_goes_on_with_the_second_edition(folders: list[Told]) -> None:
    """The second is recorded on exactly the first; on both there is nothing to do."""
    _, went_on, again = folders[0].printed
    assert went_on == "Recorded edition-2.jsonl (1,786 events); the log stands at @3018.\n"
    assert again == "Nothing to do: the log stands at @3018.\n"


def test_an_earlier_chronicle_is_changed_only_where_that_is_asked_for(folders: list[Told]) -> None:
    """It is told in a line; asked for, it is brought to the editions, once."""
    _, told, upgraded, again = folders[1].printed
    assert told == (
        "Nothing is recorded: the log stands at @1199, with the chronicle of the first release. "
        "`annales load-shipped --upgrade` brings it to the editions.\n"
    )
    assert upgraded == (
        "Recorded from-first-release.jsonl (761 events) and edition-2.jsonl (1,786 events); "
        "the log stands at @3746.\n"
    )
    assert again == "Nothing to do: the log stands at @3746.\n"


def test_an_upgrade_that_cannot_be_whole_names_what_is_in_its_way(tmp_path: Path) -> None:
    """Whoever withdrew what it corrects is told the line and the file, and keeps their log."""
    said = '{"type": "withdrawal", "statement": "juno-operation", "reason": "An example."}\n'
    for file, given in ((CHRONICLE.as_posix(), ""), ("-", said)):
        load = ["--data", str(tmp_path), "load", file]
        assert CliRunner().invoke(annales, load, input=given).exit_code == 0
    tried = CliRunner().invoke(annales, ["--data", str(tmp_path), "load-shipped", "--upgrade"])
    assert tried.exit_code == 1
    assert re.fullmatch(
        r"line \d+: .*juno-operation.*\nError: .*from-first-release.jsonl has 1 bad line; "
        "nothing was recorded\n",
        tried.output,
    )


def test_a_log_of_something_else_is_left_alone(tmp_path: Path) -> None:
    """With or without --upgrade."""
    line = '{"type": "source", "id": "diary", "medium": "book", "title": "A diary"}\n'
    CliRunner().invoke(annales, ["--data", str(tmp_path), "load", "-"], input=line)
    for options in ((), ("--upgrade",)):
        tried = CliRunner().invoke(annales, ["--data", str(tmp_path), "load-shipped", *options])
        assert tried.output == "Nothing to do: the log stands at @1.\n"


# --- what it says then


@pytest.mark.once
@pytest.mark.no_cover
def test_states_are_those_of_the_naive_model(folders: list[Told]) -> None:
    """At random clocks, among them those before the second edition was known."""
    log = logged([lines(path) for path in EDITIONS], [NOON, NOON.replace("00Z", "01Z")])
    naive, chance = Naive(log), Random("editions")
    for _ in range(POINTS):
        asked = random_question(chance, log)
        # The model knows the regions of three countries; here are 26.
        asked.pop("region", None)
        answer = _ask(folders[0].client, _url("/v1/state", **asked))
        expected = json.loads(json.dumps(naive.state(**asked)))
        assert {member: answer[member] for member in expected} == expected, asked


def _questions() -> Iterator[str]:
    """States, records, statements, promises and searches, some dozens of each at random clocks."""
    chance = Random("upgraded")
    told = [line for path in EDITIONS for line in lines(path)]
    facilities = [line["id"] for line in told if line["type"] == "facility"]
    corrected = [line["statement"] for line in told if line["type"] == "correction"]
    words = ("neutrino", "中微子", "light source", "tokamak", "望远镜", "recall", "acceptance")
    for _ in range(36):
        at, stated = (f"{chance.randint(1950, 2030)}" for _ in range(2))
        country = chance.choice(("CN", "US", "JP"))
        yield _url("/v1/state", at=at, stated=chance.choice((stated, LATER)))
        yield _url("/v1/state", during=at, stated=LATER, country=country)
        yield _url(f"/v1/records/{chance.choice(facilities)}", at=at, stated=stated)
        yield _url(f"/v1/statements/{chance.choice(corrected)}", at=at, stated=stated)
        yield _url("/v1/search", q=chance.choice(words), at=at, stated=LATER)
    for series in ("rd-share-of-gdp", "altitude-of-lhaaso"):
        yield _url(f"/v1/records/{series}", at="2020", stated=LATER)
    for country in ("CN", "US"):
        yield _url("/v1/slips", country=country, stated=LATER)
        yield _url("/v1/trends", country=country, stated=LATER, measure="status")


def test_an_upgraded_log_answers_as_the_editions_do(folders: list[Told]) -> None:
    """All but where in the log it stands, how often it was changed, and by what."""
    for question in _questions():
        one, two = (_bare(_ask(told.client, question)) for told in folders)
        assert one == two, question


def test_the_way_from_the_first_release_is_what_lies_between_the_two() -> None:
    """Every card and statement that differs, once, and the cards of series."""
    assert lines(FROM_FIRST_RELEASE) == list(way(lines(CHRONICLE), lines(EDITIONS[0])))


ADDED = {
    "title_zh": "a Chinese title",
    "name_zh": "a Chinese name",
    "place_zh": "a Chinese place",
    "class": "a class",
}


def way(old: list[Line], new: list[Line]) -> Iterator[Line]:
    """The lines that make of the chronicle of the first release the first edition."""
    before = {(line["type"], line["id"]): line for line in old}
    for line in new:
        if line["type"] == "series":
            yield line
        elif line != (was := before[line["type"], line["id"]]):
            yield {
                **_about(line),
                "changes": {
                    name: line.get(name)
                    for name in sorted({*line, *was})
                    if line.get(name) != was.get(name)
                },
                "reason": _reason(was, line),
            }


def _about(line: Line) -> Line:
    id = f"edition-1-{line['id']}"
    if line["type"] == "facility":
        return {"type": "amendment", "id": id, "record": line["id"]}
    return {"type": "correction", "id": id, "statement": line["id"]}


def _reason(was: Line, line: Line) -> str:
    added = [words for name, words in ADDED.items() if name in line and name not in was]
    told = [f"adds {' and '.join(added).replace(' and ', ', ', len(added) - 2)}"]
    if was.get("name_zh", "") not in ("", line.get("name_zh")):
        told.append("gives the full Chinese name")
    if "summary" in was and "summary" not in line:
        told.append("takes out a summary that said no more than the title and the source")
    elif was.get("summary") != line.get("summary"):
        told.append("tells in the summary what the sources say, or that one is wanted")
    return f"The first edition {', and '.join(told)}."


# --- what its pages weigh


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_home_page_weighs_little(folders: list[Told], lang: str) -> None:
    """With all that it loads at once it stays under 150 KB, compressed as the least able ask."""
    client = folders[0].client
    home = f"/?lang={lang}"
    loaded = re.findall(r'(?:href|src)="(/static/[^"]+)"', _page(client, home))
    weight = sum(
        len(client.get(url, headers={**AS_A_BROWSER, "Accept-Encoding": "gzip"}).data)
        for url in dict.fromkeys([home, *loaded])
    )
    assert weight < 150_000


def test_what_a_phone_is_not_drawn_at_once_is_drawn_where_that_leads(folders: list[Told]) -> None:
    """The lives of a field stand on its own page, at the same clocks; a desk has all of them."""
    client = folders[0].client
    _, phone = _page(client, "/?at=2013&stated=2014&lang=en").split('class="narrow lanes"')
    links = re.findall(r'<li class="fold"><a href="([^"]+)">([^<]+)</a>', phone)
    assert "data-group" not in phone
    assert len(links) == 12
    for href, label in links:
        assert "at=2013&amp;stated=2014&amp;field=" in href
        _, drawn = _page(client, unescape(href)).split('class="narrow lanes"')
        assert re.findall(r'aria-label="([^"]+)" data-group', drawn) == [label]


# --- asking

AS_A_BROWSER = {"Accept": "text/html,*/*;q=0.8"}


def _page(client: FlaskClient, url: str) -> str:
    response = client.get(url, headers=AS_A_BROWSER)
    assert response.status_code == 200
    return response.text


def _url(path: str, **asked: Any) -> str:
    if "known" in asked:
        asked["known"] = f"@{asked['known']}"
    if "during" in asked:
        asked.pop("at", None)
    return f"{path}?{urlencode(asked)}"


def _ask(client: FlaskClient, url: str) -> Any:
    response = client.get(url)
    assert response.status_code == 200, (url, response.text)
    return response.get_json()


OF_THE_LOG = {"position", "commit", "revision", "recorded_at", "known", "known_at", "events"}
"""Members that tell where in the log something stands, and what was recorded of it."""


def _bare(value: Any) -> Any:
    """An answer without what the log of it looks like."""
    if isinstance(value, dict):
        return {name: _bare(each) for name, each in value.items() if name not in OF_THE_LOG}
    if isinstance(value, list):
        return [_bare(each) for each in value]
    return re.sub("@[0-9]+", "@", value) if isinstance(value, str) else value
