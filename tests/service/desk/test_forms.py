"""Forms that follow from the catalogue: a control for each member, and what is wrong beside it."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from werkzeug.datastructures import MultiDict

from events.catalogue import BY_TYPE
from events.decision import FIXED
from events.fact import Edtf, Fact, Line, Slug, Text, is_id
from service.pages.desk import words as desk_words
from service.pages.desk.form import changes_of, line_of, members_of, sent, values_of
from service.pages.desk.ids import stem_of
from service.translations import LANGUAGES
from tests.service.asked import LINES
from tests.service.desk.browser import Browser
from tests.service.desk.story import PATHS, head, page, recorded
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
        ("/desk/new/source", {"id": "y", "title": "b"}, "medium", 422, "It is missing."),
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
            "Source 2: No source lost is recorded: look for another, or enter it first.",
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
            "much is not a number.",
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
            "It is missing.",
        ),
        (
            "/desk/statements/juno-came/correct",
            {"date": "2020", "why__reason": "x", "why__sources__0": "lost"},
            "why.sources",
            422,
            "No source lost is recorded: look for another, or enter it first.",
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
        assert each.get("id") in shown.labelled or "in-label" in each
        for described in each.get("aria-describedby", "").split():
            assert described in shown.ids, described


def test_all_that_is_plainly_wrong_is_told_at_once(grace: Browser) -> None:
    """Though a line is refused for the first thing that is wrong with it."""
    looked = grace.look(
        "/desk/new/milestone?facility=juno",
        id="JUNO Bad Id",
        modality="actual",
        date="2025-02-30",
        stated="soon",
        contradicts="juno-plan, Not An Id",
    )
    shown = page(looked)
    for words in (
        "Milestone : It is missing.",
        "Title : It is missing.",
        "Id : JUNO Bad Id is not an id: it takes lower-case letters and digits",
        "Date : 2025-02-30 is not a date: 2025-02 has no day 30",
        "Stated : soon is not a date: write 2013,",
        "Contradicts : Not is not an id:",
    ):
        assert shown.says(words), words


@pytest.mark.parametrize("name", ["²", "9" * 5000, "0"])
def test_a_fact_is_named_by_no_row(grace: Browser, name: str) -> None:
    """Though its name be a number: what is wrong with it is told all the same."""
    values = {"title": "A visit", "modality": "actual", "date": "2026"}
    rows = {"attributes.0": ["", name], "attributes.1": ["", "\u202e"]}
    looked = grace.look("/desk/new/observation?facility=juno", **values, **rows)
    assert looked.status_code == 422
    assert page(looked).says("It has a character that cannot be shown")
    assert not page(looked).says("Source 1: It has a character")


# --- ids


def test_an_id_that_nobody_wrote_is_suggested(grace: Browser, told: Teller) -> None:
    """What is looked at has it, what is recorded is what was looked at, and it may be changed."""
    written = {"milestone": "upgraded", "modality": "actual", "date": "2031", "title": "Upgraded"}
    looked = grace.look("/desk/new/milestone?facility=juno", **written)
    assert page(looked).says("What would be written milestone juno-upgraded-2031")
    assert page(looked).form("preview").value("id") == "juno-upgraded-2031"
    grace.record(looked)
    assert recorded(told.archive, 4)[0]["id"] == "juno-upgraded-2031"
    again = grace.look("/desk/new/milestone?facility=juno", **written)
    assert page(again).form("preview").value("id") == "juno-upgraded-2031-2"
    form = page(again).form("preview")
    mine = grace.post(form.action, [*form.filled({"id": "mine"}), ("do", "preview")])
    grace.record(mine)
    assert recorded(told.archive, 5)[0]["id"] == "mine"


def test_a_suggested_id_follows_what_it_is_of(grace: Browser) -> None:
    """Until somebody writes another one, whether the form was refused in between or not."""
    looked = grace.look("/desk/new/milestone?facility=juno", date="2031", modality="planned")
    assert looked.status_code == 422
    form = page(looked).form("preview")
    assert form.value("id") == "juno-plan-2031"
    more = {"milestone": "upgraded", "stated": "2026", "title": "Upgraded"}
    looked = grace.post(form.action, [*form.filled(dict(more)), ("do", "preview")])
    form = page(looked).form("preview")
    assert form.value("id") == "juno-upgraded-plan-2031"
    looked = grace.post(form.action, [*form.filled({"id": "my-own"}), ("do", "preview")])
    form = page(looked).form("preview")
    looked = grace.post(form.action, [*form.filled({"date": "2032"}), ("do", "preview")])
    assert page(looked).form("preview").value("id") == "my-own"


@pytest.mark.parametrize(
    ("line", "stem"),
    [
        ({"type": "milestone", "facility": "juno", "milestone": "completed"}, "juno-completed"),
        ({"type": "indicator", "series": "rd-share", "date": "2024"}, "rd-share-2024"),
        ({"type": "policy", "title": "The 14th Plan", "date": "2021"}, "the-14th-plan-2021"),
        ({"type": "policy", "record": "plans", "title": "X", "date": "2021/2025"}, "plans-2021"),
        ({"type": "discovery", "facility": "besiii", "title": "Zc(3900)"}, "besiii-zc-3900"),
        ({"type": "observation", "title": "参观", "date": "../1980"}, "observation-1980"),
        ({"type": "observation", "title": "Élan-vital " * 9}, "elan-vital-elan-vital-elan"),
        ({"type": "source", "title": "A" * 200, "date": "1987~"}, "a" * 60),
        ({"type": "facility", "name": "Long Name", "acronym": "LHAASO"}, "lhaaso"),
        ({"type": "milestone", "facility": "Not an id!", "dropped": True, "stated": "2026"},
         "not-an-id-2026"),
    ],
)  # fmt: skip
def test_a_suggested_id_says_what_it_is_of(line: Line, stem: str) -> None:
    """In the letters that an id takes, of whatever was written so far."""
    assert stem_of(line) == stem
    assert is_id(stem)
