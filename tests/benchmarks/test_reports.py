"""The reports of `scripts/bench`, on a world of 200 statements: what they compare is alike, what
they ask is answered, and each keeps its own section of the results."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest
from click.testing import CliRunner

from benchmarks import BENCHMARKS, REPORTS, bars, growth
from benchmarks.__main__ import main
from benchmarks.chronicle import COUNTRIES, World, batches, country_of
from benchmarks.debian import program
from benchmarks.draws import drawn, late_paths, moment_now
from benchmarks.figures import Figures
from benchmarks.growth_picture import Panel, picture
from benchmarks.kept import Kept, Loading, kept
from benchmarks.loading import load
from benchmarks.memory import watched
from benchmarks.peers import beside, datasette
from benchmarks.peers.ours import Answers, Rows
from benchmarks.peers.peer import Peer
from benchmarks.peers.sql import PlainColumns
from benchmarks.peers.sqlite import Sqlite
from benchmarks.results import RESULTS, keep
from benchmarks.row_versions import row_versions
from benchmarks.typical import OF_THE_WORLD, TYPICAL, answered, question_of
from service.archive import Archive
from service.questions import QUESTIONS

WORLD = World(facilities=10, to_a_facility=20, countries=2)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """A small world, mended once told."""
    folder = tmp_path_factory.mktemp("bench") / "data"
    with Archive(folder) as archive:
        load(archive, batches(WORLD.by_time(), size=50))
        load(archive, batches(WORLD.mending(), size=5))
        archive.catch_up()
    return Kept(folder, WORLD, Loading(1.0, 2.0, 1_000_000, 1_000, 2_000))


@pytest.fixture
def chronicle(loaded: Kept) -> Iterator[Archive]:
    """It is open."""
    with Archive(loaded.folder) as archive:
        yield archive


def test_a_world_has_the_countries_that_it_is_given_and_china_first() -> None:
    """Twenty are those of all earlier figures; any other number begins with China."""
    assert [country_of(number) for number in range(20)] == list(COUNTRIES)
    assert country_of(0, 70) == "CN"
    assert len({country_of(number, 70) for number in range(700)}) == 70
    assert {country_of(number, 1) for number in range(9)} == {"CN"}


def test_a_kept_chronicle_is_loaded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is found again, with what its loading took, and holds what its world tells."""
    monkeypatch.setattr("benchmarks.kept.CACHE", tmp_path)
    world = World(facilities=2, countries=1)
    first = kept(world, corrections=1)
    assert kept(world, corrections=1) == first
    assert first.loading.peak > 0
    with Archive(first.folder) as archive:
        assert moment_now(archive).known == 200 + 2 + 2 * world.statements


def test_a_peer_has_the_rows_of_annales(chronicle: Archive, loaded: Kept, tmp_path: Path) -> None:
    """Plain SQL on the row versions finds what the views find, on two clocks and on three."""
    rows = list(row_versions(chronicle))
    draws = list(drawn(chronicle, loaded.world, count=30))
    ours = [Rows(chronicle, clocks) for clocks in (3, 2)]
    with Sqlite(tmp_path / "3") as three, Sqlite(tmp_path / "2") as two:
        peers: list[Peer] = [PlainColumns(three, clocks=3), PlainColumns(two, clocks=2)]
        for peer in peers:
            peer.fill(rows)
            assert peer.bytes() > 0
        beside.compare(ours, peers, draws)
        beside.compare_answers(ours[0], Answers(chronicle), draws)
        times = beside.timed([*ours, Answers(chronicle), *peers], draws, share=0)
        for kind in beside.KINDS:
            assert all(len(seconds) >= 2 for seconds in times[kind.title].values())
            assert str(beside.beside(kind, times[kind.title], loaded.world))
        assert str(beside.as_of_beside_now(times))


def test_a_peer_with_other_rows_is_found_out(
    chronicle: Archive, loaded: Kept, tmp_path: Path
) -> None:
    """Nothing is timed unless every row is the same."""
    rows = [row._replace(status="completed") for row in row_versions(chronicle)]
    draws = list(drawn(chronicle, loaded.world, count=5))
    with Sqlite(tmp_path / "3") as three:
        peer = PlainColumns(three, clocks=3)
        peer.fill(rows)
        with pytest.raises(ValueError, match="differ on a country now"):
            beside.compare([Rows(chronicle, 3)], [peer], draws)


def test_datasette_gets_the_facilities_of_an_answer(
    chronicle: Archive, loaded: Kept, tmp_path: Path
) -> None:
    """Its table has a row for each facility that a state lists, in every country."""
    listed = [
        msgspec.json.decode(Answers(chronicle).country(country, moment_now(chronicle)))[
            "facilities"
        ]
        for country in ("CN", "US")
    ]
    datasette.fill(tmp_path / "peer.sqlite", [row for rows in listed for row in rows])
    with Sqlite(tmp_path / "peer.sqlite") as peer:
        assert peer.rows("SELECT count(*) FROM facilities", {}) == [(loaded.world.facilities,)]


def test_every_question_is_asked_as_is_typical(chronicle: Archive, loaded: Kept) -> None:
    """Growth leaves no question out, and each has an answer."""
    assert {question_of(url)[0].name for url in TYPICAL.values()} == {
        question.name for question in QUESTIONS
    }
    for url in (*TYPICAL.values(), *OF_THE_WORLD.values()):
        assert answered(chronicle, url).text
    with pytest.raises(LookupError):
        question_of("/v1/nothing")
    paths = list(islice(late_paths(loaded.world, end=moment_now(chronicle).known), 20))
    assert len(set(paths)) == 20
    assert all(answered(chronicle, path).text for path in paths)


def test_growth_tells_the_slope_of_every_question(loaded: Kept) -> None:
    """Tables have a row for each question and each cost, and a refusal is told as one."""
    seconds = growth.ask_all(loaded.folder)
    larger = loaded._replace(world=World(facilities=100, to_a_facility=20))
    grown = [
        growth.Measured(of, seconds, 1_000_000, growth.Worked(rebuild, 0.01), 2_000_000)
        for of, rebuild in ((loaded, 1.0), (larger, 10.0))
    ]
    costs, typical, world = growth.tables(grown)
    slopes = {row[0]: row[-1] for row in costs.rows}
    assert slopes["rebuild the views"] == "1.00"
    assert slopes["memory, loading"] == "0.00"
    assert [row[0] for row in typical.rows] == list(TYPICAL)
    assert {(*row[-2:],) for row in world.rows} == {("0.00", "0.00")}
    told = {"a": growth.Told(1.0, 10)}
    refused = growth.seconds_by_size("", [(1, {"a": growth.Told()}), (2, told)], ["a"])
    assert refused.rows == [["a", "refused", "1,000.0 ms", "", ""]]
    ET.fromstring(picture(list(growth.panels(grown))))  # noqa: S314 -- our own


def test_what_is_to_be_reached_beside_peers_is_marked() -> None:
    """By PostgreSQL's quickest way to the same rows on three clocks, and by Datasette."""
    seconds = {
        "Annales, rows (3)": [1.0],
        "PostgreSQL 17, GiST (3)": [3.0],
        "PostgreSQL 17, B-tree (3)": [1.5],
        "PostgreSQL 17, B-tree (2)": [0.1],
    }
    slower = {**seconds, "Annales, rows (3)": [2.0]}
    reached = beside.reached({beside.NOW: seconds, beside.BY_CHANCE: slower}, 1.49)
    assert [row[1:] for row in reached.rows] == [
        ["1.50", "≥ 1.00", "yes"],
        ["0.75", "≥ 1.00", "no"],
        ["1.49", "≥ 1.50", "no"],
    ]


def test_the_picture_names_every_line() -> None:
    """Whatever their order and however near their ends."""
    lines = {f"line <{number}>": [1.0, 5.0 + number / 100] for number in range(40)}
    drawn = ET.fromstring(picture([Panel("One", [10, 100], lines)]))  # noqa: S314 -- our own
    texts = {each.text for each in drawn.iter("{http://www.w3.org/2000/svg}text")}
    assert texts >= {"One", "10", "100", *lines}


def test_bars_are_told_with_what_was_measured(loaded: Kept) -> None:
    """Each has a measure, and where it has a bar, whether that is met."""
    told = list(bars.in_process(loaded, times=10))
    assert len(told) > 10
    assert all(bar.measured for bar in told)
    assert {bar.row()[-1] for bar in told if bar.bar} <= {"yes", "no"}


def test_a_report_rewrites_its_own_section_alone(tmp_path: Path) -> None:
    """What others wrote stays, and a section stays in its place."""
    results = tmp_path / "RESULTS.md"
    for name, title in (("peers", "One"), ("growth", "Two"), ("peers", "Three | four")):
        keep(name, 1000, [Figures(title, ("", "p50"), [["a", "b"]], note="So.")], results)
    text = results.read_text("utf-8")
    assert "One" not in text
    assert text.index("Three") < text.index("Two")
    assert text.count("<!-- peers 1000: begin -->") == 1
    assert "| a | b |" in text


def test_benchmarks_and_reports_are_listed() -> None:
    """`--list` names all that can be run, and runs none."""
    listed = CliRunner().invoke(main, ["--list"])
    assert listed.output.split() == [*BENCHMARKS, *REPORTS]


def test_the_readme_quotes_the_results_word_for_word() -> None:
    """Its lines between the marks stand in `RESULTS.md`, which only commands write."""
    readme = (RESULTS.parents[1] / "README.md").read_text("utf-8")
    quoted = re.findall(
        r"<!-- from benchmarks/RESULTS.md -->(.*?)<!-- so far -->", readme, re.DOTALL
    )
    lines = [line for some in quoted for line in some.splitlines() if line.startswith("|")]
    assert lines
    assert set(lines) <= set(RESULTS.read_text("utf-8").splitlines())


def test_work_is_done_in_a_process_of_its_own_and_watched() -> None:
    """Its result comes back with what it took in memory; if it fails, so does who waits for it."""
    watching = os.getpid()
    watched_, peak = watched(os.getpid)
    assert watched_ != watching
    assert peak > 0
    with pytest.raises(ChildProcessError, match="int failed"):
        watched(int, "no number")


def test_a_program_that_is_nowhere_is_named() -> None:
    """The message says what brings it."""
    with pytest.raises(FileNotFoundError, match="scripts/bench unpacks it"):
        program("usr/bin/no-such-program")
