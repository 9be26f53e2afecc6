"""What the docs say is so: examples run, tables come from the code, links lead somewhere.

A console block is run as CONTRIBUTING.md tells: a line that begins with `$` is a command, what
follows is its output, `…` stands for what was left out.
"""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from docs.meanings import MEANINGS
from docs.sampling import NOW, SAMPLES, load, samples
from docs.tables import MARKED, TABLES, filled, routes
from events import statement_warnings
from events.commit import microseconds
from service.app import create_app
from service.archive import Archive
from service.cli.command import annales
from service.problems import PROBLEMS
from service.routes import PARAMETERS

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
GENERATED = [page for page in PAGES if MARKED.search(page.read_text("utf-8"))]
WITH_EXAMPLES = [page for page in PAGES if "\n```console\n" in page.read_text("utf-8")]

SERVER = "http://127.0.0.1:8000"


def named(page: Path) -> str:
    """How a page is called in the report."""
    return page.relative_to(ROOT).as_posix()


# --- examples


class Example(NamedTuple):
    """A command of a console block, what it reads from stdin, and what it prints."""

    command: str
    stdin: str
    printed: str


class Reader:
    """Somebody who types what the docs say, beside a server with the shipped chronicle."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def types(self, example: Example) -> str:
        """Do what a command says, and give what it prints."""
        program, *arguments = shlex.split(example.command)
        if program == "curl":
            path = arguments[-1].removeprefix(SERVER)
            return self.client.get(path).get_data(as_text=True)
        if program == "annales":
            return CliRunner().invoke(annales, arguments, input=example.stdin).output
        done = subprocess.run(
            ["/bin/sh", "-c", example.command], capture_output=True, text=True, check=True
        )
        return done.stdout


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """A reader in a folder with the checkout's files, whose clocks all stand at `NOW`."""

    def clock() -> int:
        return microseconds(NOW)

    (tmp_path / "service").symlink_to(ROOT / "service")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ANNALES_DATA", str(tmp_path / "data"))
    # The command line takes the machine's clock, which is the default of the archive.
    defaults = Archive.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "clock", clock)
    with Archive(tmp_path / "data", clock=clock) as archive:
        load(archive)
        yield Reader(create_app(archive).test_client())


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=named)
def test_every_example_prints_what_the_page_shows(page: Path, reader: Reader) -> None:
    """A console block is a run: whoever types it sees what stands there."""
    for example in examples(page.read_text("utf-8")):
        printed = reader.types(example)
        assert matches(example.printed, printed), f"$ {example.command}\n{printed}"


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
    """The commands of the console blocks of a page, in order."""
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for each in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, rest = each.partition("\n")
            stdin = ""
            if heredoc := re.search(r" <<'(\w+)'$", command):
                command = command[: heredoc.start()]
                stdin, _, rest = rest.partition(f"\n{heredoc[1]}\n")
            yield Example(command, stdin, rest)


def matches(shown: str, printed: str) -> bool:
    """Whether a program printed what a page shows of it."""
    if shown.startswith("{"):
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
    names = [*(problem.slug for problem in PROBLEMS), *PARAMETERS]
    assert [name for name in names if f"`{name}`" not in page] == []


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
    """The docs speak of the project alone: no absolute path, no folder beside the checkout."""
    text = page.read_text("utf-8")
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
