"""The generated tables: each stands in a page between two marks, and comes from the code.

    <!-- table: parameters -->
    …
    <!-- end -->

A new table is a function and a line in `TABLES`.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, get_args, get_origin

import msgspec
from flask import Flask

from docs.meanings import ALL_STATEMENTS, MEANINGS, PATHS
from docs.sampling import SAMPLES
from events import errors
from events.catalogue import CATALOGUE, STATEMENT_TYPES
from events.dates import iso, parse
from events.facility import Latitude, Longitude
from events.fact import Citation, Country, Fact, Sha256, Slug, Text, Uri
from events.statement import StatementFact
from events.vocabulary import CLASSES, ENDINGS, FIELDS, MILESTONES, STATUS_OF, Class
from events.vocabulary import Field as ScienceField
from events.vocabulary import Milestone as MilestoneWord
from service.app import create_app
from service.archive import Archive
from service.asking.filters import PINS, SHARED
from service.web.access import role_needed
from service.web.problems import PROBLEMS, problem_of
from service.words.regions import REGIONS

MARKED = re.compile(r"(<!-- table: ([^\n]+?) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def filled(page: str) -> str:
    """The page with every table made anew. Raises KeyError for a table that there is not."""
    return MARKED.sub(lambda mark: f"{mark[1]}{TABLES[mark[2]]()}{mark[4]}", page)


# --- the format


def _types() -> str:
    return _table(
        ("`type`", "event", "topic in the log", "what it says"),
        (
            (f"`{fact.TYPE}`", f"`{fact.EVENT}`", f"`{fact.TOPIC}`", _first_line(fact))
            for fact in CATALOGUE
        ),
    )


def _statement_members() -> str:
    names = [field.encode_name for field in msgspec.structs.fields(StatementFact)]
    return _table(
        ("member", "", "value", "meaning"),
        (_member(StatementFact, name, ALL_STATEMENTS) for name in sorted(names, key=_order)),
    )


def _own_members(fact: type[Fact]) -> Callable[[], str]:
    def table() -> str:
        names = [field.encode_name for field in msgspec.structs.fields(fact)]
        if fact in STATEMENT_TYPES.values():
            shared = {field.encode_name for field in msgspec.structs.fields(StatementFact)}
            names = [name for name in names if name not in shared]
        meanings = MEANINGS[fact.TYPE]
        if spare := meanings.keys() - set(names):
            raise KeyError(f"{fact.TYPE} has no members {sorted(spare)}")
        return _table(
            ("member", "", "value", "meaning"),
            (_member(fact, name, meanings) for name in sorted(names, key=_order)),
        )

    return table


_FIRST = ("id", "statement", "record", "source", "facility", "series", "milestone", "entry")


def _order(name: str) -> int:
    """What a thing is comes first; the rest stays in the order of the code."""
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def _member(fact: type[Fact], name: str, meanings: dict[str, str]) -> Sequence[str]:
    field = next(each for each in msgspec.structs.fields(fact) if each.encode_name == name)
    word = "date" if name in fact.DATES else _value(field.type)
    return (f"`{name}`", "required" if field.required else "", word, meanings[name])


def _value(hint: Any) -> str:
    """In words, which values a member takes."""
    if get_origin(hint) in (typing.Union, types.UnionType):
        options = [each for each in get_args(hint) if each is not type(None)]
        return "number" if set(options) == {int, float} else _value(options[0])
    if get_origin(hint) is tuple:
        return f"list of {_value(get_args(hint)[0])}s"
    if get_origin(hint) is dict:
        return "object"
    for named, word in _NAMED:
        if hint == named:
            return word
    if get_origin(hint) is Literal:
        return " or ".join(f"`{each}`" for each in get_args(hint))
    raise KeyError(f"no word for {hint}")


_NAMED: tuple[tuple[Any, str], ...] = (
    (Slug, "id"),
    (Text, "text"),
    (Country, "country"),
    (ScienceField, "field"),
    (Class, "class"),
    (Uri, "URI"),
    (Sha256, "SHA-256"),
    (MilestoneWord, "milestone"),
    (Latitude, "number, -90 to 90"),
    (Longitude, "number, -180 to 180"),
    (Citation, "citation"),
    (bool, "true or false"),
    (int | float, "number"),
)


def _refusals() -> str:
    classes = sorted(
        (
            each
            for each in vars(errors).values()
            if isinstance(each, type) and issubclass(each, errors.Refusal)
        ),
        key=lambda each: each.__name__,
    )
    return _table(
        ("refusal", "problem over HTTP", "what it means"),
        (
            (
                f"`{each.__name__}`",
                f"{problem_of(each)[0].status} `{problem_of(each)[0].slug}`",
                _first_line(each),
            )
            for each in classes
            if each is not errors.Refusal
        ),
    )


# --- the rules


def _milestones() -> str:
    return _table(
        ("milestone", "counts from its", "the status becomes"),
        (
            (
                f"`{milestone}`",
                "last possible day" if milestone in ENDINGS else "first possible day",
                f"`{STATUS_OF[milestone]}`" if milestone in STATUS_OF else "",
            )
            for milestone in MILESTONES
        ),
    )


DATES = (
    ("2013", "a year"),
    ("2013-05", "a month"),
    ("2013-05-06", "a day"),
    ("2013-21", "spring: March to May (22 summer, 23 autumn)"),
    ("2013-24", "winter: December to the end of February"),
    ("198X", "a decade"),
    ("19XX", "a hundred years"),
    ("Y12025", "`Y` and a year of five digits or more"),
    ("-0240", "a year before 1; 0000 is 1 BC"),
    ("1985~", "about; widens nothing"),
    ("1985-06?", "uncertain; widens nothing"),
    ("1985%", "both"),
    ("2024-10/2024-12", "one unknown day within it"),
    ("../2016", "by the end of 2016"),
    ("2016/..", "in 2016 or later"),
)
"""One date of each form, and what it says."""


def _dates() -> str:
    rows = []
    for text, says in DATES:
        date = parse(text)
        first, last = (
            "open" if bound is None else iso(bound) for bound in (date.earliest, date.latest)
        )
        rows.append((f"`{text}`", says, first, last))
    return _table(("date", "says", "first possible day", "last possible day"), rows)


def _regions() -> str:
    rows = ((f"`{slug}`", " ".join(sorted(region.countries))) for slug, region in REGIONS.items())
    return _table(("region", "countries"), rows)


def _fields() -> str:
    return ", ".join(f"`{field}`" for field in FIELDS) + "\n"


def _classes() -> str:
    return ", ".join(f"`{field}`" for field in CLASSES) + "\n"


# --- HTTP


def _paths() -> str:
    with _service() as (app, described):
        return _table(
            ("path", "role", "parameters", "what"),
            (
                (
                    f"`{method} {path}`",
                    _role(app, endpoint),
                    _taken(described.get(path, {}).get(method.lower(), {})),
                    _what(app, endpoint),
                )
                for path, method, endpoint in routes(app)
            ),
        )


@contextmanager
def _service() -> Iterator[tuple[Flask, dict[str, Any]]]:
    """An app of an empty archive, and what its OpenAPI description says of each path."""
    with TemporaryDirectory() as folder, Archive(Path(folder)) as archive:
        app = create_app(archive)
        whole = app.test_client().get("/openapi.json").get_json()
        yield app, in_place(whole["paths"], whole)


def in_place(part: Any, whole: Mapping[str, Any]) -> Any:
    """A part of an OpenAPI description, with the parameters, headers and responses that it refers
    to in their places."""
    if isinstance(part, list):
        return [in_place(each, whole) for each in part]
    if not isinstance(part, dict):
        return part
    kind, _, name = str(part.get("$ref", "")).removeprefix("#/components/").partition("/")
    if kind in ("parameters", "headers", "responses"):
        return in_place(whole["components"][kind][name], whole)
    return {name: in_place(each, whole) for name, each in part.items()}


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Every path of the service with its method and endpoint, as OpenAPI writes paths."""
    return sorted(
        (re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", rule.rule), method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    )


def _role(app: Flask, endpoint: str) -> str:
    role = role_needed(app.view_functions[endpoint])
    return "everyone" if role in (None, "open") else role or ""


def _what(app: Flask, endpoint: str) -> str:
    return PATHS.get(endpoint) or _first_line(app.view_functions[endpoint])


def _taken(operation: dict[str, Any]) -> str:
    names = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
    if set(_CLOCKS) <= set(names):
        names = ["the clocks", *(name for name in names if name not in (*_CLOCKS, *PINS))]
    return ", ".join(name if name == "the clocks" else f"`{name}`" for name in names)


_CLOCKS = ("at", "during", "stated", "known")


def _parameters() -> str:
    return _table(
        ("parameter", "such as", "meaning"),
        (
            (
                f"`{each.name}`",
                ", ".join(f"`{text}`" for text in each.form.get("examples", ())),
                each.meaning + _choices(each.form),
            )
            for each in SHARED
        ),
    )


def _other_parameters() -> str:
    """Those that are taken by some paths alone, with what is said of them there."""
    rows: dict[tuple[str, str], list[tuple[str, str]]] = {}
    meanings = {each.name: each.meaning for each in SHARED}
    with _service() as (_, described):
        for path, operations in described.items():
            for method, operation in operations.items():
                for each in operation.get("parameters", ()) if method in ("get", "post") else ():
                    shared = meanings.get(each["name"])
                    if each["in"] == "query" and each["description"] != shared:
                        said = each["description"] + _choices(each["schema"])
                        rows.setdefault((each["name"], said), []).append((method, path))
    return _table(
        ("parameter", "of", "meaning"),
        ((f"`{name}`", _places(taken), said) for (name, said), taken in rows.items()),
    )


def _places(operations: Sequence[tuple[str, str]]) -> str:
    """The paths of some methods and paths; those of many orders are of all."""
    if len(operations) > 3 and {method for method, _ in operations} == {"post"}:
        return "every order"
    return ", ".join(f"`{path}`" for _, path in operations)


def _choices(schema: dict[str, Any]) -> str:
    return f" One of {', '.join(schema['enum'])}." if "enum" in schema else ""


def _problems() -> str:
    return _table(
        ("slug", "status", "title", "when"),
        (
            (f"`{problem.slug}`", str(problem.status), problem.title, problem.meaning)
            for problem in PROBLEMS
        ),
    )


def _samples() -> str:
    return _table(
        ("sample", "request", "shows"),
        (
            (
                f"[{sample.name}](samples/{sample.name}.json)",
                f"`{sample.method} {sample.path}`",
                sample.shows,
            )
            for sample in SAMPLES
        ),
    )


# --- Markdown


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(map(_cell, line)) + " |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _first_line(documented: object) -> str:
    """The first paragraph of a docstring, in one line."""
    doc = (documented.__doc__ or "").strip()
    return " ".join(doc.partition("\n\n")[0].split())


TABLES: dict[str, Callable[[], str]] = {
    "types": _types,
    "members of statements": _statement_members,
    **{f"members of {fact.TYPE}": _own_members(fact) for fact in CATALOGUE},
    "refusals": _refusals,
    "milestones": _milestones,
    "dates": _dates,
    "regions": _regions,
    "fields": _fields,
    "classes": _classes,
    "paths": _paths,
    "parameters": _parameters,
    "other parameters": _other_parameters,
    "problems": _problems,
    "samples": _samples,
}
