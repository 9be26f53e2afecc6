"""Forms that follow from the catalogue: a control for each member, and what is wrong beside it."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from werkzeug.datastructures import MultiDict

from events.catalogue import BY_TYPE
from events.decision import FIXED
from events.fact import Edtf, Fact, Slug, Text
from service.pages import desk_words
from service.pages.desk_form import changes_of, line_of, members_of, sent, values_of
from service.translations import LANGUAGES
from tests.service.asked import LINES
from tests.service.desk.browser import Browser
from tests.service.desk.story import PATHS, head, page
from tests.story.telling import Teller


@pytest.mark.parametrize("type", sorted({line["type"] for line in LINES}))
def test_every_line_of_the_chronicle_goes_through_a_form_unchanged(type: str) -> None:
    """What a form shows of a line says just that line, and sent back it changes nothing."""
    members = members_of(BY_TYPE[type])
    for line in (line for line in LINES if line["type"] == type):
        shown = values_of(members, line)
        assert {"type": type, **line_of(members, shown)} == line
        form: MultiDict[str, str] = MultiDict()
        for name, value in shown.items():
            if isinstance(value, str):
                form.add(name, value.replace("\n", "\r\n"))
                continue
            for first, second in (("", ""), *value, ("", "")):
                form.add(f"{name}.0", first)
                form.add(f"{name}.1", second)
        assert changes_of(members, shown, sent(members, form)) == {}


@pytest.mark.parametrize(
    "attributes",
    [
        {"a": "5", "b": 5, "c": 5.5, "d": True, "e": None, "f": [1, "x"], "g": {"h": "i"}},
        {"a": "true", "b": "null", "c": '"quoted"', "d": " padded ", "e": "", "f": "a\nb"},
    ],
)
def test_facts_keep_their_types(attributes: dict[str, Any]) -> None:
    """A text that looks like a number stays a text, a number a number."""
    members = members_of(BY_TYPE["observation"])
    shown = values_of(members, {"attributes": attributes})
    assert line_of(members, shown) == {"attributes": attributes}


def test_what_is_fixed_is_shown_and_not_asked_for(grace: Browser) -> None:
    """Another id or facility would be another claim."""
    shown = grace.page("/desk/statements/juno-came/correct")
    names = {name for name, _ in shown.form("preview").fields}
    assert not names & set(FIXED)
    assert shown.says("Facility juno")


class Loaned(Fact, frozen=True, kw_only=True):
    """Something was lent: a type that the catalogue does not have yet."""

    TYPE: ClassVar[str] = "loan"
    TOPIC: ClassVar[str] = "loaned-v1"
    EVENT: ClassVar[str] = "Loaned"
    DATES: ClassVar[tuple[str, ...]] = ("due",)

    id: Slug
    borrower: Text
    due: Edtf | None = None
    copies: int = 1


def test_a_new_type_has_its_form_at_once() -> None:
    """From its members alone; what has no words goes by its own name."""
    told = [(each.name, each.kind, each.required) for each in members_of(Loaned)]
    assert told == [
        ("id", "id", True),
        ("borrower", "text", True),
        ("due", "date", False),
        ("copies", "number", False),
    ]
    assert desk_words.member("borrower", "zh") == "borrower"
    assert desk_words.hint("loan", "borrower", "en") == ""


@pytest.mark.parametrize(
    ("path", "written", "control", "status", "words"),
    [
        (
            "/desk/new/source",
            {"id": "yearbook", "medium": "a", "title": "b"},
            "id",
            409,
            "is taken",
        ),
        ("/desk/new/source", {"id": "y", "title": "b"}, "medium", 422, "'medium' is missing"),
        (
            "/desk/new/milestone?facility=juno",
            {
                "id": "x",
                "milestone": "upgraded",
                "modality": "actual",
                "date": "soon",
                "title": "t",
            },
            "date",
            422,
            "soon is not a date",
        ),
        (
            "/desk/new/milestone?facility=juno",
            {
                "id": "x",
                "milestone": "upgraded",
                "modality": "planned",
                "date": "2030",
                "title": "t",
            },
            "stated",
            422,
            "must say when it was stated",
        ),
        (
            "/desk/new/milestone?facility=nothing",
            {
                "id": "x",
                "milestone": "upgraded",
                "modality": "actual",
                "date": "2020",
                "title": "t",
            },
            "facility",
            422,
            "Nothing is recorded under nothing.",
        ),
        (
            "/desk/new/observation",
            {
                "id": "x",
                "modality": "actual",
                "date": "2020",
                "title": "t",
                "sources__0": ["yearbook", "lost"],
            },
            "sources",
            422,
            "2: Nothing is recorded under lost.",
        ),
        (
            "/desk/new/indicator",
            {
                "id": "x",
                "series": "s",
                "value": "much",
                "unit": "%",
                "modality": "actual",
                "date": "2020",
                "title": "t",
            },
            "value",
            422,
            "Expected",
        ),
        (
            "/desk/statements/juno-came/correct",
            {"date": "soon", "why__reason": "x"},
            "date",
            422,
            "soon is not a date",
        ),
        (
            "/desk/statements/juno-came/correct",
            {"date": "2020"},
            "why.reason",
            422,
            "'reason' is missing",
        ),
        (
            "/desk/statements/juno-came/correct",
            {"date": "2020", "why__reason": "x", "why__sources__0": "lost"},
            "why.sources",
            422,
            "Nothing is recorded under lost.",
        ),
    ],
)
def test_a_problem_stands_beside_its_member(
    grace: Browser,
    told: Teller,
    *,
    path: str,
    written: dict[str, Any],
    control: str,
    status: int,
    words: str,
) -> None:
    """With the API's status; the form keeps what was written, and cannot be recorded."""
    looked = grace.look(path, **written)
    text = looked.get_data(as_text=True)
    id = f"f-{control.replace('.', '-')}"
    assert looked.status_code == status
    assert page(looked).says(words)
    assert f'id="{id}-fault"' in text
    beside = text.split(f'id="{id}-fault"')[1].split("</ul>")[0]
    assert words.replace("'", "&#39;") in beside
    assert f'href="#{id}"' in text
    assert 'value="record"' not in text
    kept = page(looked).form("preview").fields
    for name, value in written.items():
        for each in [value] if isinstance(value, str) else value:
            assert (name.replace("__", "."), each) in kept
    assert head(told.archive) == 4


@pytest.mark.parametrize(
    "path", [path for path in PATHS if "?" not in path or "=juno" in path][:-2]
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_input_has_its_label_and_every_id_is_one(
    grace: Browser, path: str, lang: str
) -> None:
    """A label or a name of its own; what describes it is there."""
    if path.startswith(("/desk/id", "/desk/find", "/desk/date")):
        return
    shown = grace.page(f"{path}{'&' if '?' in path else '?'}lang={lang}")
    assert len(set(shown.ids)) == len(shown.ids)
    for each in shown.inputs:
        assert each.get("id") in shown.labelled or each.get("aria-label") or each["name"] == "q"
        for described in each.get("aria-describedby", "").split():
            assert described in shown.ids, described
