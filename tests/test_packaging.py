"""What is installed is what the tree holds, what is declared is what is used, and no guest."""

from __future__ import annotations

import ast
import configparser
import importlib
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from events.errors import AnnalesError, ForeignPackage
from service import guard

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("events", "projections", "service")


def test_the_wheel_holds_every_file_of_the_three_packages_and_nothing_else(tmp_path: Path) -> None:
    """What the tree has is installed: no folder without __init__.py, no data file left out."""
    tree = tmp_path / "tree"
    tree.mkdir()
    for name in PACKAGES:
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "pyproject.toml", "LICENSE", "README.md"):
        shutil.copy(ROOT / name, tree)
    expected = {
        path.relative_to(tree).as_posix()
        for name in PACKAGES
        for path in (tree / name).rglob("*")
        if path.is_file()
    }

    wheel = built(tree, tmp_path / "wheels")

    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
        licences = [name for name in archive.namelist() if name.endswith("/LICENSE")]
    assert held == expected
    assert {f"{name}/py.typed" for name in PACKAGES} <= held
    assert licences


def test_every_declared_dependency_is_imported_somewhere() -> None:
    """A dependency that nothing imports is taken out of setup.cfg."""
    names = imported()
    provided = modules_by_distribution()
    unused = {name for name in declared() if not provided.get(name, set()) & names}
    assert unused == set()


def test_every_import_is_a_declared_dependency_or_what_one_of_them_requires() -> None:
    """Nothing is used that happens to be installed: an environment without extras is enough."""
    allowed = declared()
    for name in tuple(allowed):
        needs = [Requirement(line) for line in requires(name) or ()]
        allowed |= {
            normal(need.name) for need in needs if not need.marker or need.marker.evaluate()
        }
    provided = modules_by_distribution()
    known = set().union(*(provided.get(name, set()) for name in allowed))
    assert imported() - known - sys.stdlib_module_names - set(PACKAGES) == set()


def test_the_three_packages_of_this_environment_are_ours() -> None:
    """The guard lets the environment pass that the suite runs in."""
    guard.check()


def test_a_distribution_that_owns_one_of_our_names_is_refused_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pip merges a guest's folder into ours, where the paths agree: its metadata betrays it."""
    install_metadata(tmp_path, distribution="Events", package="events")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ForeignPackage, match="another distribution owns 'events': Events;"):
        guard.check()


def test_our_own_distribution_may_own_our_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installed annales is no guest, also where it is found twice."""
    for name in PACKAGES:
        install_metadata(tmp_path / name, distribution="annales", package=name)
        monkeypatch.syspath_prepend(tmp_path / name)
    guard.check()


@pytest.fixture
def shadowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A foreign package `events` ahead of ours on the path, as a fresh process would meet it."""
    guest = tmp_path / "events" / "__init__.py"
    guest.parent.mkdir()
    guest.write_text("raise ImportError('the guest was imported')\n")
    monkeypatch.delitem(sys.modules, "events")
    monkeypatch.syspath_prepend(tmp_path)
    yield guest
    importlib.invalidate_caches()


def test_a_package_that_shadows_ours_is_refused_with_its_place(shadowed: Path) -> None:
    """The error is ours although `import events` leads to the guest, which is never imported."""
    with pytest.raises(Exception, match=re.escape(f"'events' is found at {shadowed}")) as refused:
        guard.check()
    assert type(refused.value).__module__ == "events.errors"
    assert type(refused.value).__name__ == "ForeignPackage"
    assert "AnnalesError" in {base.__name__ for base in type(refused.value).__mro__}


def test_a_package_whose_init_was_taken_away_is_refused(tmp_path: Path) -> None:
    """Uninstalling a guest deletes our __init__.py, and Python would go on with what is left."""
    site = bare_install(tmp_path)
    (site / "projections" / "__init__.py").unlink()
    assert "ForeignPackage: 'projections' is found at None, not at" in started(site).stderr


def test_a_fresh_process_is_let_pass_and_stopped(tmp_path: Path) -> None:
    """What the tests above do inside one process holds at the start of a real one."""
    site = bare_install(tmp_path)
    install_metadata(site, distribution="annales", package="events")
    assert started(site).returncode == 0

    install_metadata(site, distribution="service", package="service")
    refused = started(site)
    assert refused.returncode == 1
    assert "ForeignPackage: another distribution owns 'service': service;" in refused.stderr


def test_the_error_of_the_guard_is_one_of_ours() -> None:
    """Whoever catches AnnalesError catches the guard's refusal too."""
    assert issubclass(ForeignPackage, AnnalesError)


def built(tree: Path, into: Path) -> Path:
    """The wheel of a source tree, built without the network."""
    pip = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run(
        [*pip, "--wheel-dir", into, tree], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = into.glob("annales-*.whl")
    return wheel


def declared() -> set[str]:
    """The distributions that setup.cfg requires, by their normal names."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    lines = config["options"]["install_requires"].split("\n")
    return {normal(Requirement(line).name) for line in lines if line}


def imported() -> set[str]:
    """The top-level names that the three packages import, at any depth of their code."""
    names: set[str] = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_bytes())):
                if isinstance(node, ast.Import):
                    names |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names.add(node.module.partition(".")[0])
    return names


def modules_by_distribution() -> dict[str, set[str]]:
    """For each installed distribution the top-level names that it brings."""
    modules: dict[str, set[str]] = {}
    for module, distributions in packages_distributions().items():
        for name in distributions:
            modules.setdefault(normal(name), set()).add(module)
    return modules


def normal(name: str) -> str:
    """A distribution's name as the packaging rules compare it.

    >>> normal("Flask_Smorest")
    'flask-smorest'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def install_metadata(site: Path, *, distribution: str, package: str) -> None:
    """What pip leaves behind for a distribution that brings one package."""
    folder = site / f"{distribution}-1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
    (folder / "top_level.txt").write_text(f"{package}\n")


def bare_install(folder: Path) -> Path:
    """A folder with as much of the three packages as the guard needs."""
    for name in ("events/errors.py", "service/guard.py", *(f"{it}/__init__.py" for it in PACKAGES)):
        target = folder / name
        target.parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, target)
    return folder


def started(site: Path) -> subprocess.CompletedProcess[str]:
    """A process that has nothing but `site` and the standard library, and calls the guard."""
    program = f"import sys; sys.path.insert(0, {str(site)!r}); import service.guard as guard"
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"{program}; guard.check()"],
        capture_output=True,
        text=True,
        check=False,
    )
