"""The editions that Annales ships with: how a log comes by them, and what it says then.

Nobody worked out by hand how 376 facilities stood in each year. So the naive model, which knows
nothing of the engine, says it at random points; the states that were worked out by hand are those
of the chronicle of the first release (`test_golden_states.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
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
from events.ledger.base import Base
from events.ledger.checking import Growing
from events.mirroring.exported import Exported
from events.orders import orders
from service.app import create_app
from service.archive import Archive
from service.cli.command import annales
from service.data import CHRONICLE as SHIPPED
from service.data import FROM_FIRST_RELEASE, KEY, editions
from service.translations import LANGUAGES
from tests.naive.histories import logged, random_question
from tests.naive.model import Naive
from tests.service.asked import CHRONICLE
from tests.story.telling import NOON

POINTS = 300
"""How many states are compared with those of the naive model."""

LATER = "2027-05-01"
"""A day after all that was said."""

FIRST = "first.jsonl"
"""A file of the lines of the first edition, in the folder of each story."""

STORIES = (
    (("load", FIRST), ("load-shipped",), ("load-shipped",)),
    (
        ("load", str(CHRONICLE)),
        ("load-shipped",),
        ("load-shipped", "--upgrade"),
        ("load-shipped", "--upgrade"),
    ),
)
"""What is done to two empty folders: a start that was interrupted goes on; and an upgrade."""


DIARY = '{"type": "source", "id": "diary", "medium": "book", "title": "A diary"}\n'


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
        patch.chdir(tmp_path_factory.mktemp("files"))
        Path(FIRST).write_bytes(b"\n".join(next(editions()).lines))
        printed = [
            [run(folder, *each) for each in story]
            for folder, story in zip(folders, STORIES, strict=True)
        ]
        with Archive(folders[0]) as one, Archive(folders[1]) as two:
            clients = [create_app(archive).test_client() for archive in (one, two)]
            yield [Told(*each) for each in zip(printed, clients, strict=True)]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that was empty."""
    folder = tmp_path_factory.mktemp("copy")
    assert run(folder, "load-shipped") == (
        "Copied 3,018 events in 2 commits of the chronicle that ships with Annales, as "
        "annales/shipped signed them; the log stands at @3018.\n"
    )
    return folder


WAY = "8e01929163d4e92d"
"""The beginning of the SHA-256 of the lines that bring the first release to the editions."""

ROOTS = {
    1232: "ec05effad5a62a3cdcf9db22eb333e9c5561b9c52eda184da424184e8518eed7",
    3018: "d593106405cbddff2c1f51cfa86ace98b620150d406bd28c1cc722521c4f9b22",
}
"""The root of the tree of the shipped log after each edition. Logs are copies of what was shipped:
a release later, what is wrong is corrected by the next edition, and no line of these changes."""


def lines(text: Iterable[bytes]) -> list[Line]:
    """The values of lines of JSON."""
    return [json.loads(line) for line in text]


def lines_of(path: Path) -> list[Line]:
    """The lines of a file."""
    return lines(path.read_bytes().splitlines())


def run(folder: Path, *command: str, **more: Any) -> str:
    """What a command prints."""
    return CliRunner().invoke(annales, ["--data", str(folder), *command], **more).output


# --- how a log comes by them


def test_what_is_shipped_stays_as_it_is_to_the_byte() -> None:
    """Else a log that is a copy of it would be another than what is shipped from now on."""
    assert sha256(FROM_FIRST_RELEASE.read_bytes()).hexdigest().startswith(WAY)
    shipped, tree, roots = Exported(SHIPPED), Growing(), {}
    for leaf in shipped.hashes(0, 0, shipped.size):
        tree.add(leaf)
        roots[tree.size] = tree.root().hex()
    assert {size: roots[size] for size in ROOTS} == ROOTS


def test_an_empty_log_becomes_a_copy_of_what_was_signed(copy: Path) -> None:
    """Commit for commit, whoever copies it and whenever; and it names what it is a copy of."""
    shipped = Exported(SHIPPED)
    with Archive(copy) as archive:
        log = archive.chronicle.log
        assert [
            (commit.position, commit.recorded_at, commit.actor, commit.request)
            for commit in log.commits()
        ] == [
            (1232, "2026-11-25T09:00:00.000000Z", "annales", "edition-1"),
            (3018, "2026-11-25T09:00:00.000001Z", "annales", "edition-2"),
        ]
        leaves = [event.leaf for event in log.select_log(after=0, limit=5000)]
        assert leaves == shipped.hashes(0, 0, 3018)
        assert archive.chronicle.base.read() == Base(
            source="annales/shipped",
            key=KEY.read_text("utf-8").strip(),
            checkpoint=shipped.checkpoint,
        )
    assert run(copy, "load-shipped") == "Nothing to do: the log stands at @3018.\n"


def test_a_copy_that_was_interrupted_goes_on(tmp_path: Path) -> None:
    """Each edition is a commit, and a start may end between two."""
    with Archive(tmp_path) as archive:
        archive.chronicle.restore(orders(SHIPPED.read_bytes().splitlines()), to=1232)
    # A restore to a position begins an epoch only by the command that restores.
    assert run(tmp_path, "load-shipped") == (
        "Copied 1,786 events in 1 commit of the chronicle that ships with Annales, as "
        "annales/shipped signed them; the log stands at @3018.\n"
    )


def test_a_copy_that_went_on_by_itself_is_told_of_what_is_new(tmp_path: Path) -> None:
    """Its own events stay, and the lines of the export are loaded like any others."""
    with Archive(tmp_path) as archive:
        archive.chronicle.restore(orders(SHIPPED.read_bytes().splitlines()), to=1232)
    run(tmp_path, "load", "-", input=DIARY)
    assert run(tmp_path, "load-shipped") == (
        "Nothing is recorded: the log stands at @1233, and is no copy any more beyond its first "
        f"1,232 events. `annales load {SHIPPED}` brings what is new.\n"
    )
    told = run(tmp_path, "load", str(SHIPPED))
    assert told.startswith("Recorded 1,786 events; the log stands at @3019.\nPassed over 1,232 ")
    assert run(tmp_path, "load", str(SHIPPED)).startswith("Nothing new: ")


def test_a_start_that_was_interrupted_goes_on_with_the_second_edition(folders: list[Told]) -> None:
    """The second is recorded on exactly the first; on both there is nothing to do."""
    _, went_on, again = folders[0].printed
    assert went_on == "Recorded edition-2 (1,786 events); the log stands at @3018.\n"
    assert again == "Nothing to do: the log stands at @3018.\n"


def test_an_earlier_chronicle_is_changed_only_where_that_is_asked_for(folders: list[Told]) -> None:
    """It is told in a line; asked for, it is brought to the editions, once."""
    _, told, upgraded, again = folders[1].printed
    assert told == (
        "Nothing is recorded: the log stands at @1199, with the chronicle of the first release. "
        "`annales load-shipped --upgrade` brings it to the editions.\n"
    )
    assert upgraded == (
        "Recorded from-first-release (761 events) and edition-2 (1,786 events); "
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
        r"line \d+: .*juno-operation.*\nError: .*from-first-release has 1 bad line; "
        "nothing was recorded\n",
        tried.output,
    )


def test_a_log_of_something_else_is_left_alone(tmp_path: Path) -> None:
    """With or without --upgrade."""
    run(tmp_path, "load", "-", input=DIARY)
    for options in ((), ("--upgrade",)):
        tried = run(tmp_path, "load-shipped", *options)
        assert tried == "Nothing to do: the log stands at @1.\n"


# --- what it says then


@pytest.mark.long
@pytest.mark.no_cover
def test_states_are_those_of_the_naive_model(folders: list[Told]) -> None:
    """At random clocks, among them those before the second edition was known."""
    log = logged(
        [lines(edition.lines) for edition in editions()], [NOON, NOON.replace("00Z", "01Z")]
    )
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
    told = [line for edition in editions() for line in lines(edition.lines)]
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
    assert lines_of(FROM_FIRST_RELEASE) == list(
        way(lines_of(CHRONICLE), lines(next(editions()).lines))
    )


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


@pytest.mark.parametrize("path", ["/", "/state"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_home_page_weighs_little(folders: list[Told], lang: str, path: str) -> None:
    """It and the state, with all that they load at once, stay under 150 KB, compressed as the least
    able ask."""
    client = folders[0].client
    home = f"{path}?lang={lang}"
    loaded = re.findall(r'(?:href|src)="(/static/[^"]+)"', _page(client, home))
    weight = sum(
        len(client.get(url, headers={**AS_A_BROWSER, "Accept-Encoding": "gzip"}).data)
        for url in dict.fromkeys([home, *loaded])
    )
    assert weight < 150_000


def test_what_a_phone_is_not_drawn_at_once_is_drawn_where_that_leads(folders: list[Told]) -> None:
    """The lives of a field stand on its own page, at the same clocks; a desk has all of them."""
    client = folders[0].client
    _, phone = _page(client, "/state?at=2013&stated=2014&lang=en").split('class="narrow lanes"')
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
