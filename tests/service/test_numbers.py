"""The largest, the least and the oddest numbers that a curator can record stand on every page, in
every feed and table, as people read them; JSON and CSV keep them as they are."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from service.app import create_app
from service.archive import Archive
from service.cli.command import annales
from service.feeds import FEEDS
from service.pages.kinds import PAGES
from service.translations import LANGUAGES
from service.words.number import number_text
from tests.service.asked import Reader, url
from tests.story.telling import JUNO, SOURCE, Clock, command, correction, reading

VALUES: dict[str, tuple[float, str]] = {
    "luminosity": (2.22e34, "2.22 × 10³⁴"),
    "nano": (1e-9, "1 × 10⁻⁹"),
    "least": (1e-300, "1 × 10⁻³⁰⁰"),
    "largest": (1e300, "1 × 10³⁰⁰"),
    "minus-zero": (-0.0, "0"),
    "thirty-digits": (
        123456789012345678901234567890.0,
        "1.2345678901234568 × 10²⁹",
    ),
    "owed": (-2.22e34, "-2.22 × 10³⁴"),
    "whole": (2**53 - 1, "9.007199254740991 × 10¹⁵"),
    "edge": (1.7976931348623157e308, "1.7976931348623157 × 10³⁰⁸"),
    "plain": (12025.5, "12,025.5"),
}
"""By the series, what is read, and how people read it."""

UNITS = ("cm-2 s-1", "percent", "CNY")
"""A sign, a word and money."""


LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def series_of(name: str, unit: str) -> str:
    """The series of a value in a unit."""
    return f"{name}-{UNITS.index(unit)}"


def lines() -> Iterator[dict[str, Any]]:
    """Each value twice in each unit, and another one in between; and two that are far apart."""
    yield SOURCE
    yield JUNO
    for name, (value, _) in VALUES.items():
        for unit in UNITS:
            series = series_of(name, unit)
            for date, each in (("2001", value), ("2002", -value / 2), ("2003", value)):
                of = {"country": "CN", "field": "fusion"}
                yield reading(f"{series}-{date}", date, each, series=series, unit=unit, **of)
    # Of two countries, the one as large as the other is small.
    for country, value in (("cn", 1e300), ("us", -1e300)):
        told = {"country": country.upper(), "series": f"far-{country}", "unit": "m"}
        yield reading(f"far-{country}", "2003", value, **told)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """An archive of such numbers, one of them corrected."""
    with Archive(tmp_path_factory.mktemp("odd"), clock=Clock()) as archive:
        archive.chronicle.execute(command(*lines()))
        archive.chronicle.execute(command(correction("luminosity-0-2002", {"value": 1e-300})))
        archive.catch_up()
        yield archive


@pytest.fixture(scope="module")
def odd_reader(odd: Archive) -> Reader:
    """Somebody who asks it."""
    return Reader(create_app(odd))


RECORDS = [series_of(name, unit) for name in VALUES for unit in UNITS]

ASKED = {
    "home": ["/", "/?at=2004&stated=2004"],
    "about": ["/about"],
    "state": ["/state?at=2004", "/state?at=2002&country=CN", "/state?during=2002"],
    "compare": ["/compare?at=2002&to_at=2003", "/compare?at=2003&country=CN&to_country=US"],
    "slips": ["/slips"],
    "trends": [
        "/trends?measure=indicator",
        *(
            f"/trends?measure=indicator&series={series_of(name, 'CNY')}&from=2000"
            for name in VALUES
        ),
    ],
    "search": ["/search?q=indicator"],
    "disputed": ["/disputed"],
    "activity": ["/activity"],
    "record": [f"/records/{series}?at=2004" for series in RECORDS],
    "source": ["/sources/yearbook"],
    "feeds": ["/feeds"],
}
"""By the name of a page, what is asked of it."""


def test_a_number_has_its_digits_and_no_others() -> None:
    """Whatever is written is what was read: nothing is rounded."""
    for value, text in VALUES.values():
        assert number_text(value) == text
        digits, _, power = text.replace(",", "").partition(" × 10")
        back = Decimal(digits).scaleb(int(power.translate(LOWERED) or 0))
        assert float(back) == value


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", PAGES, ids=[kind.name for kind in PAGES])
def test_every_page_shows_every_number(odd_reader: Reader, kind: Any, lang: str) -> None:
    """With its frames and its data; no number is an error, and none in a drawing is none."""
    for asked in ASKED[kind.name]:
        framed = [asked.replace(asked.partition("?")[0], path) for path in frames(kind, asked)]
        for path in (asked, *framed):
            page = odd_reader.ask(with_lang(path, lang), Accept="text/html")
            assert page.status_code == 200, path
            check_text(page.text)


def frames(kind: Any, asked: str) -> list[str]:
    """The paths of the frames of a page for what is asked of it."""
    id = asked.partition("?")[0].rpartition("/")[2]
    return [frame.path.replace("{id}", id) for frame in kind.frames]


def with_lang(path: str, lang: str) -> str:
    """The path in a language."""
    return f"{path}{'&' if '?' in path else '?'}lang={lang}"


WRONG = re.compile(
    r"(?<![\w-])(?:nan|NaN|-?inf|-?Infinity)(?![\w-])"
    r"|(?<![\w.])\d+(?:\.\d+)?[eE][+-]?\d{1,3}(?![\w-])"
    r"|(?<![\w.,-])-0(?:\.0)?(?![\w.,])"
)
"""A number as programs write it."""


def check_text(text: str) -> None:
    """No number is written as programs write it, but in the raw lines of a log."""
    shown = re.sub("<pre>.*?</pre>", "", text, flags=re.DOTALL)
    found = [shown[max(each.start() - 60, 0) : each.end() + 20] for each in WRONG.finditer(shown)]
    assert found == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_of_a_series_says_its_numbers(odd_reader: Reader, lang: str) -> None:
    """In its sentence, its rows and beside the axis."""
    for name, (_, text) in VALUES.items():
        for unit in UNITS:
            path = url(f"/records/{series_of(name, unit)}", at="2004", lang=lang)
            assert text in odd_reader.ask(path, Accept="text/html").text
    state = odd_reader.ask(f"/state?at=2004&lang={lang}", Accept="text/html").text
    assert {text for _, text in VALUES.values() if text not in state} == set()
    trend = f"/trends?measure=indicator&series=luminosity-0&from=2000&lang={lang}"
    drawn = odd_reader.ask(trend, Accept="text/html").text
    assert "2.22 × 10³⁴" in drawn
    assert "2 × 10³⁴</text>" in drawn


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("feed", FEEDS, ids=[feed.name for feed in FEEDS])
def test_every_feed_has_every_number(odd_reader: Reader, feed: Any, lang: str) -> None:
    """Whatever its format."""
    kinds = {"kind": "indicator"} if "indicator" in feed.kinds and feed.of_items else {}
    asked = {"lang": lang, "limit": "50", **kinds}
    if not asked.keys() <= {*feed.takes}:
        asked = {}
    answer = odd_reader.ask(url(feed.path, **asked))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    if "json" in (answer.mimetype or ""):
        finite(answer.get_json())


def finite(value: Any) -> None:
    """Whether all numbers in a value of JSON are numbers."""
    json.dumps(value, allow_nan=False)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/records/{series}?at=2004",
        "/v1/records/{series}/timeline",
        "/v1/records/{series}/history",
        "/v1/statements/{series}-2003",
        "/v1/records/{series}.jsonld",
        "/v1/records/{series}.ttl",
        "/v1/records/{series}.nq",
        "/v1/records/{series}.bib",
        "/v1/diff?at=2002&to_at=2003",
        "/v1/search?q=indicator",
        "/v1/follows?of=/v1/state%3Fat%3D2002",
        "/v1/follows?of=/v1/state%3Fat%3D2002&format=atom",
        "/v1/follows?of=/v1/trends%3Fmeasure%3Dindicator%26series%3Dluminosity-0",
        "/v1/changes?limit=1000",
    ],
)
def test_whatever_else_is_asked_is_answered(odd_reader: Reader, path: str) -> None:
    """With numbers that are numbers."""
    for series in RECORDS if "{series}" in path else [""]:
        answer = odd_reader.ask(path.replace("{series}", series))
        assert answer.status_code == 200, answer.get_data(as_text=True)
        if "json" in (answer.mimetype or ""):
            finite(answer.get_json(force=True))


def test_json_and_csv_keep_every_number(odd_reader: Reader) -> None:
    """To the last digit; what is less than nothing by nothing is nothing."""
    answer = odd_reader.get("/v1/state", at="2004")
    told = {line["series"]: line["value"] for line in answer["indicators"]}
    tables = {
        "/state.csv?at=2004": None,
        "/trends.csv?measure=indicator&from=2003&to=2003": "value",
        "/v1/feeds/csv?kind=indicator": "value",
    }
    for name, (value, _) in VALUES.items():
        assert told[series_of(name, "percent")] == value
    for path, column in tables.items():
        table = odd_reader.ask(path)
        assert table.status_code == 200
        rows = list(csv.DictReader(StringIO(table.text)))
        if column is not None:
            read = {float(row[column]) for row in rows if row[column]}
            assert {value for value, _ in VALUES.values()} <= read, path


def test_the_difference_of_any_two_is_a_number(odd_reader: Reader) -> None:
    """As JSON has them: none has hundreds of digits, and none is infinite."""
    between = odd_reader.get("/v1/compare", at="2002", to_at="2003")
    apart = odd_reader.get("/v1/compare", at="2003", country="CN", to_country="US")
    found = [pair["difference"] for each in (between, apart) for pair in each["indicators"]]
    differences = [each for each in found if each is not None]
    assert -2e300 in differences
    assert 3.33e34 in differences
    assert all(isinstance(each, float) or abs(each) < 2**53 for each in differences)
    assert all(math.isfinite(each) for each in differences)


@pytest.mark.parametrize(
    "arguments",
    [
        ("state", "--at", "2004"),
        ("record", "luminosity-0"),
        ("record", "thirty-digits-2"),
        ("history", "luminosity-0"),
        ("statement", "nano-1-2003"),
        ("trends", "--measure", "indicator", "--from", "2002", "--series", "luminosity-0,least-1"),
        ("compare", "--at", "2002", "--to-at", "2003"),
        ("compare", "--at", "2003", "--country", "CN", "--to-country", "US"),
        ("follow", "/v1/state?at=2002"),
    ],
)
def test_the_command_line_shows_every_number(odd: Archive, arguments: tuple[str, ...]) -> None:
    """In its tables; with --json they are as they are."""
    for more in ((), ("--json",)):
        done = CliRunner().invoke(
            annales, ["--data", str(odd.folder), *arguments, *more], env={"COLUMNS": "300"}
        )
        assert done.exit_code == 0, done.output
        if not more and arguments[0] in ("state", "trends", "compare"):
            assert "× 10" in done.output
            check_text(done.output)


@pytest.mark.parametrize("digits", ["1" * 30, "1e20", "1e999", "1" * 400])
def test_a_number_that_json_does_not_hold_exactly_is_refused(tmp_path: Path, digits: str) -> None:
    """An integer beyond 2⁵³ - 1 would be another number to most readers; so no view meets one."""
    line = json.dumps(reading("far", "2001", 1.0)).replace("1.0", digits)
    file = tmp_path / "far.jsonl"
    file.write_text(f"{json.dumps(SOURCE)}\n{line}\n")
    done = CliRunner().invoke(annales, ["--data", str(tmp_path / "a"), "load", str(file)])
    assert done.exit_code != 0
    assert "line 2" in done.output
