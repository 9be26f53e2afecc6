"""What is installed is what the tree holds, what is declared is what is used, and no guest."""

from __future__ import annotations

import ast
import configparser
import importlib
import re
import shutil
import subprocess
import sys
import tomllib
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
LOCKS = ROOT / "requirements"


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
    """Nothing is used that happens to be installed; what an extra brings is imported where it is
    needed, so that an environment without extras is enough."""
    extras = (*requirements("parquet"), *requirements("postgres"))
    allowed = declared() | {normal(need.name) for need in extras}
    for name in tuple(allowed):
        needs = [Requirement(line) for line in requires(name) or ()]
        allowed |= {
            normal(need.name) for need in needs if not need.marker or need.marker.evaluate()
        }
    provided = modules_by_distribution()
    known = set().union(*(provided.get(name, set()) for name in allowed))
    assert imported() - known - sys.stdlib_module_names - set(PACKAGES) == set()


def test_the_lock_files_hold_what_is_declared_at_a_release_that_it_allows() -> None:
    """Whoever changes setup.cfg or pyproject.toml runs scripts/lock."""
    needs = {
        "build.txt": build_requirements(),
        "run.txt": requirements("install_requires"),
        "parquet.txt": requirements("install_requires") + requirements("parquet"),
        "test.txt": requirements("install_requires")
        + requirements("parquet")
        + requirements("test"),
    }
    for file, wanted in needs.items():
        pins = locked(file)
        for need in wanted:
            versions = pins.get(normal(need.name), {})
            assert versions, f"{file} has no {need.name}"
            assert all(need.specifier.contains(each) for each in versions), f"{file}: {need}"


def test_what_runs_is_what_was_tested_and_nothing_else() -> None:
    """Run and suite share every release, so that none runs which the suite has not seen."""
    tested = locked("test.txt")
    for file in ("build.txt", "run.txt", "parquet.txt"):
        assert {name: tested.get(name) for name in locked(file)} == locked(file)


def test_every_file_of_a_locked_release_is_known_by_its_hash_and_none_by_its_place() -> None:
    """pip takes them from whatever index it is set up for, on any machine."""
    for path in LOCKS.iterdir():
        assert "://" not in path.read_text()
        assert "--index" not in path.read_text()
        for name, versions in locked(path.name).items():
            assert all(versions.values()), f"{path.name}: {name} has no hash"
    # Built for one machine each: where only that of the machine that wrote the lock is known,
    # there are few.
    assert all(len(hashes) > 20 for hashes in locked("run.txt")["numpy"].values())


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
    return {normal(need.name) for need in requirements("install_requires")}


def requirements(option: str) -> list[Requirement]:
    """What setup.cfg requires to run, or in an extra."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    section = "options" if option == "install_requires" else "options.extras_require"
    return [Requirement(line) for line in config[section][option].split("\n") if line]


def build_requirements() -> list[Requirement]:
    """What pyproject.toml requires to build."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return [Requirement(line) for line in tomllib.load(file)["build-system"]["requires"]]


def locked(file: str) -> dict[str, dict[str, list[str]]]:
    """Of a lock file: by names the releases (there may be one for each Python), with hashes."""
    pins: dict[str, dict[str, list[str]]] = {}
    for block in re.split(r"\n(?=[A-Za-z])", (LOCKS / file).read_text()):
        if block.startswith("#"):
            continue
        need = Requirement(block.partition("\\\n")[0])
        (pin,) = need.specifier
        assert pin.operator == "=="
        hashes = re.findall(r"--hash=sha256:([0-9a-f]{64})\b", block)
        pins.setdefault(normal(need.name), {})[pin.version] = hashes
    return pins


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
