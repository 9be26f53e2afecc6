"""What the docs say is so: examples run, tables come from the code, links lead somewhere.

A console block is run as CONTRIBUTING.md tells: a line that begins with `$` is a command, what
follows is its output, `…` stands for what was left out. So is a python block, whose output is the
text block after it.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from click.testing import CliRunner

from docs.commands import commands
from docs.meanings import MEANINGS
from docs.sampling import NOW, SAMPLES, load, samples
from docs.tables import MARKED, TABLES, filled, routes
from events import statement_warnings
from events.commit import microseconds
from events.ledger.publishing import Publisher
from service import settings
from service.app import create_app
from service.archive import Archive
from service.asking.filters import SHARED
from service.cli.command import annales
from service.web.problems import PROBLEMS
from tests.service.serving import serving

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
GENERATED = [page for page in PAGES if MARKED.search(page.read_text("utf-8"))]
RUN = re.compile(
    r"^```(?P<kind>console|python)\n(?P<text>.*?)^```$(?:\n\n```text\n(?P<printed>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)
"""A block that is run; a text block right after it is what a script prints."""

WITH_EXAMPLES = [page for page in PAGES if RUN.search(page.read_text("utf-8"))]

SERVER = "http://127.0.0.1:8000"


def named(page: Path) -> str:
    """How a page is called in the report."""
    return page.relative_to(ROOT).as_posix()


# --- examples


class Example(NamedTuple):
    """A command of a console block with what it reads from stdin, or a script; what it prints."""

    text: str
    stdin: str
    printed: str
    python: bool = False


CURL = argparse.ArgumentParser(prog="curl", allow_abbrev=False, exit_on_error=False)
"""What the docs use of curl. Programs differ in what curl they have; this one is the same."""

CURL.add_argument("url")
CURL.add_argument("-s", action="store_true", help="without it curl would tell of its progress")
CURL.add_argument("-o", dest="file", type=Path, help="write what comes into a file")
CURL.add_argument("-N", action="store_true", help="show what comes as it comes")
CURL.add_argument("-i", action="store_true", dest="headers_too")
CURL.add_argument("-m", type=float, dest="seconds", default=30)
CURL.add_argument("-H", action="append", dest="headers", default=[])
CURL.add_argument("-G", action="store_true", dest="in_url")
CURL.add_argument("-d", "--data-urlencode", action="append", dest="data", default=[])
CURL.add_argument("--json")
CURL.add_argument("--data-binary", dest="body")


class Reader:
    """Somebody who types what a page says, one thing after another, beside a server."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.names: dict[str, Any] = {"BASE": base}

    def does(self, example: Example) -> str:
        """Do what an example says, and give what it prints."""
        printed = self._runs(example.text) if example.python else self._types(example)
        return printed.replace(self.base, SERVER)

    def leaves(self) -> None:
        """Close what a page left open."""
        for value in self.names.values():
            if isinstance(value, httpx.Client):
                value.close()

    def _runs(self, script: str) -> str:
        printed = StringIO()
        with redirect_stdout(printed):
            # The pages are ours, and the point is to run what stands in them.
            exec(compile(script, "a page", "exec"), self.names)  # noqa: S102 -- see above
        return printed.getvalue()

    def _types(self, example: Example) -> str:
        if kept := re.fullmatch(r"export (\w+)=\$\((.*)\)", example.text):
            arguments = shlex.split(kept[2])[1:]
            os.environ[kept[1]] = CliRunner().invoke(annales, arguments).stdout.strip()
            return ""
        text = os.path.expandvars(example.text).replace(SERVER, self.base)
        program, *arguments = shlex.split(text)
        if program == "curl":
            return self._curls(arguments, example.stdin)
        if program == "python3":
            text = shlex.join([sys.executable, *arguments])
        if program == "annales":
            return CliRunner().invoke(annales, arguments, input=example.stdin).output
        done = subprocess.run(
            ["/bin/sh", "-c", text],
            input=example.stdin,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def _curls(self, arguments: list[str], stdin: str) -> str:
        """What curl prints; a stream is read for the seconds that `-m` gives it."""
        asked = CURL.parse_args(arguments)
        headers = dict(header.split(": ", 1) for header in asked.headers)
        body = stdin if asked.body == "@-" else asked.body
        if asked.json is not None:
            body = asked.json
            headers |= {"Content-Type": "application/json", "Accept": "application/json"}
        printed = ""
        try:
            with httpx.stream(
                "GET" if body is None else "POST",
                asked.url,
                params=dict(each.split("=", 1) for each in asked.data) if asked.in_url else None,
                headers=headers,
                content=body,
                timeout=asked.seconds,
            ) as answer:
                if asked.headers_too:
                    printed += f"HTTP/1.1 {answer.status_code} {answer.reason_phrase}\n"
                    for name, value in answer.headers.raw:
                        printed += f"{name.decode()}: {value.decode()}\n"
                    printed += "\n"
                for text in answer.iter_text():
                    printed += text
        except httpx.ReadTimeout:
            if not asked.N:
                raise
        if asked.file is not None:
            asked.file.write_text(printed, "utf-8")
            return ""
        return printed


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """A reader in a folder with the checkout's files, whose clocks all stand at `NOW`."""

    def clock() -> int:
        return microseconds(NOW)

    for package in ("events", "service"):
        (tmp_path / package).symlink_to(ROOT / package)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ANNALES_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("KEY", "")
    # The command line takes the machine's clock, which is the default of the archive.
    defaults = Archive.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "clock", clock)
    with Archive(tmp_path / "data", clock=clock) as archive:
        load(archive)
        Publisher(archive.ledger, origin="annales.example").publish()
        with serving(archive) as base:
            reader = Reader(base)
            try:
                yield reader
            finally:
                reader.leaves()


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=named)
def test_every_example_prints_what_the_page_shows(page: Path, reader: Reader) -> None:
    """A console block is a run, and so is a script: whoever does it sees what stands there."""
    for example in examples(page.read_text("utf-8")):
        printed = reader.does(example)
        assert matches(example.printed, printed), f"$ {example.text}\n{printed}"


def test_an_example_that_shows_something_else_fails() -> None:
    """Blanks and what is left out do not count; everything else does."""
    assert matches('{"a": 1, …, "d": […]}', '{"a":1,"b":2,"c":3,"d":[4]}\n')
    assert matches('{"a": {"b": 1, …},\n  …\n}', '{"a":{"b":1,"c":2},"d":3}\n')
    assert matches("two  words\n…\nend", "two words\nmore\nend\n")
    assert not matches('{"a": 1, …}', '{"a":2,"b":2}')
    assert not matches('{"a": 1, "c": 3}', '{"a":1,"b":2,"c":3}')
    assert not matches('{"a": "x y"}', '{"a":"xy"}')
    assert not matches("two words", "two words\nmore")


def examples(text: str) -> Iterator[Example]:
    """The commands of the console blocks of a page and its scripts, in order."""
    for block in RUN.finditer(text):
        if block["kind"] == "python":
            yield Example(block["text"], "", block["printed"] or "", python=True)
            continue
        for each in re.split(r"^\$ ", block["text"], flags=re.MULTILINE)[1:]:
            command, rest = _first_command(each)
            stdin = ""
            if heredoc := re.search(r" <<'(\w+)'$", command):
                command = command[: heredoc.start()]
                stdin, _, rest = rest.partition(f"\n{heredoc[1]}\n")
            yield Example(command, stdin, rest)


def _first_command(text: str) -> tuple[str, str]:
    """A command, which goes on after a backslash or within quotes, and what stands after it."""
    lines = text.split("\n")
    for end in range(1, len(lines) + 1):
        command = "\n".join(lines[:end])
        if not command.endswith("\\") and command.count("'") % 2 == 0:
            return command.replace("\\\n", ""), "\n".join(lines[end:])
    raise ValueError(f"a quote is not closed: {text}")


def matches(shown: str, printed: str) -> bool:
    """Whether a program printed what a page shows of it."""
    if shown.startswith(("{", "[")):
        shown, printed = _tight(shown), _tight(printed)
    else:
        shown, printed = " ".join(shown.split()), " ".join(printed.split())
        # What was left out may be nothing, and then the blanks around it are not there either.
        shown = re.sub(r" ?… ?", "…", shown)
    return re.fullmatch(re.escape(shown).replace("…", ".*?"), printed, re.DOTALL) is not None


def _tight(text: str) -> str:
    """JSON without its layout; what was left out takes the commas around it along."""
    tight = re.sub(r'("(?:[^"\\]|\\.)*")|\s+', lambda found: found[1] or "", text)
    return re.sub(r",?…,?", "…", tight)


# --- what comes from the code


@pytest.mark.parametrize("page", GENERATED, ids=named)
def test_the_tables_are_those_that_the_code_gives(page: Path) -> None:
    """Run `scripts/docs` where this fails, and look at what it changed."""
    text = page.read_text("utf-8")
    assert filled(text) == text


def test_every_table_stands_in_some_page() -> None:
    """No table is made for nobody."""
    placed = {mark[2] for page in GENERATED for mark in MARKED.finditer(page.read_text("utf-8"))}
    assert placed == TABLES.keys()


def test_the_list_of_commands_is_that_of_the_questions() -> None:
    """Run `scripts/docs` where this fails, and look at what it changed."""
    assert (ROOT / "service/cli/listed.py").read_text("utf-8") == commands()


def test_the_samples_are_those_of_a_run(tmp_path: Path) -> None:
    """Run `scripts/docs` where this fails, and look at what it changed."""
    kept = {path.stem: path.read_text("utf-8") for path in (ROOT / "docs/samples").glob("*.json")}
    assert samples(tmp_path) == kept


def test_every_question_has_a_sample(tmp_path: Path) -> None:
    """A new answer brings one line in `docs/sampling.py`."""
    shown = {sample.path.partition("?")[0] for sample in SAMPLES if sample.method == "GET"}
    with Archive(tmp_path) as archive:
        asked = {
            path
            for path, method, endpoint in routes(create_app(archive))
            if method == "GET" and endpoint.startswith("annales.")
        }
    patterns = {path: re.compile(re.sub(r"\{\w+\}", "[^/]+", path)) for path in asked}
    assert asked
    assert [path for path in sorted(asked) if not any(map(patterns[path].fullmatch, shown))] == []


def test_every_problem_and_parameter_is_documented() -> None:
    """Whoever meets a slug or a parameter finds it in the API's page."""
    page = (ROOT / "docs/api.md").read_text("utf-8")
    names = [*(problem.slug for problem in PROBLEMS), *(each.name for each in SHARED)]
    assert [name for name in names if f"`{name}`" not in page] == []


def test_every_setting_is_documented() -> None:
    """Whoever runs a service finds what can be set in the guide."""
    page = (ROOT / "docs/guide.md").read_text("utf-8")
    names = set(re.findall(r"ANNALES_\w+", inspect.getsource(settings)))
    assert names
    assert [name for name in sorted(names) if f"`{name}`" not in page] == []


def test_every_type_and_warning_is_documented() -> None:
    """Whoever meets a type of line or a warning finds it in the format's page."""
    page = (ROOT / "docs/format.md").read_text("utf-8")
    source = Path(statement_warnings.__file__).read_text("utf-8")
    codes = set(re.findall(r'Warning\(\s*"([a-z-]+)"', source))
    assert codes
    assert [name for name in sorted(codes | MEANINGS.keys()) if f"`{name}`" not in page] == []


# --- what holds of every page


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere_in_the_project(page: Path) -> None:
    """A link to a file or a heading finds it, and none leaves the checkout."""
    lost = []
    for link in re.findall(r"\]\(([^)\s]+)\)", _prose(page.read_text("utf-8"))):
        if re.match(r"https?://", link):
            continue
        name, _, heading = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        inside = target.is_relative_to(ROOT) and target.exists()
        if not inside or (heading and heading not in _anchors(target)):
            lost.append(link)
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_name_of_code_is_found_in_the_code(page: Path) -> None:
    """`events/clocks.py:as_of` is a file, and a function or constant in it."""
    text = page.read_text("utf-8")
    pattern = r"`((?:events|projections|service|tests|docs|scripts)/[\w/.-]+)(?::([\w.]+))?`"
    lost = [
        f"{file}:{name}"
        for file, name in re.findall(pattern, text)
        if not (ROOT / file).exists() or (name and name not in _defined(ROOT / file))
    ]
    assert lost == []


def test_every_folder_of_the_service_is_on_the_map() -> None:
    """ARCHITECTURE.md says of each what it is for, and of none that is not there."""
    page = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    map_ = page.partition("## The folders of the service")[2].partition("\n## ")[0]
    folders = {path.name for path in (ROOT / "service").iterdir() if path.is_dir()}
    assert set(re.findall(r"`(\w+)/`", map_.partition("| --- |")[2])) == folders - {"__pycache__"}


def test_every_promise_of_security_names_the_tests_that_hold_it() -> None:
    """Each row of the table in SECURITY.md; that they are there is held of every page."""
    page = (ROOT / "SECURITY.md").read_text("utf-8")
    rows = (
        page.partition("| promise | held by |\n| --- | --- |\n")[2].partition("\n\n")[0].split("\n")
    )
    assert len(rows) > 10
    for row in rows:
        promise, tests = row.strip("| ").split(" | ")
        assert re.fullmatch(
            r"`tests/[\w/]+\.py(:test_\w+)?`(, `tests/[\w/]+\.py(:test_\w+)?`)*", tests
        ), promise


def test_every_decision_is_in_the_index() -> None:
    """The index of decisions lists each once, under its number and title."""
    folder = ROOT / "docs/adr"
    listed = re.findall(
        r"^\| \[(\d{4})\]\(([^)]+)\) \| (.+) \|$",
        (folder / "README.md").read_text("utf-8"),
        re.MULTILINE,
    )
    written = [
        (page.name[:4], page.name, page.read_text("utf-8").splitlines()[0].partition(": ")[2])
        for page in sorted(folder.glob("[0-9]*.md"))
    ]
    assert listed == written
    assert [int(number) for number, _, _ in written] == list(range(1, len(written) + 1))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_no_page_names_a_place_on_some_machine(page: Path) -> None:
    """The docs speak of the project alone: no folder beside the checkout, and no absolute path but
    those that the units of deploy/ and Debian's PostgreSQL name."""
    of_the_units = r"/(?:(?:opt|var/lib|var/backups)/annales\b|usr/sbin/nologin)"
    of_postgresql = r"/(?:(?:usr|var)/lib/postgresql\b|var/lib/pgbackrest\b)"
    text = re.sub(f"{of_the_units}|{of_postgresql}", "", page.read_text("utf-8"))
    assert re.findall(r"(?<![\w/.])/(?:home|root|tmp|usr|var|work|opt|Users)/\S*", text) == []
    assert re.findall(r"(?:\.\./){3,}\S*", text) == []


def _prose(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def _anchors(page: Path) -> set[str]:
    """The anchors of the headings of a page, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", _prose(page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _defined(path: Path) -> set[str]:
    """The functions, classes, methods and constants of a file."""
    names: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        match node:
            case ast.FunctionDef(name=name):
                names.add(name)
            case ast.ClassDef(name=name, body=body):
                names.add(name)
                methods = (part for part in body if isinstance(part, ast.FunctionDef))
                names |= {f"{name}.{method.name}" for method in methods}
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
            case ast.Assign(targets=targets):
                names |= {each.id for each in targets if isinstance(each, ast.Name)}
            case _:
                pass
    return names
