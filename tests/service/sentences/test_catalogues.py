"""The catalogue of Chinese holds every text of the code and the templates, and lacks none."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from events.errors import BadFilter
from events.vocabulary import FIELDS, STATUSES, countries
from service.translations import CATALOGUES, DOMAIN, LANGUAGES, Language, chosen, translations
from service.web.problems import PROBLEMS
from service.words.labels import field_phrase, status_phrase
from service.words.places import country_name

ROOT = Path(__file__).resolve().parents[3]

SAYING = {"say", "n", "word", "gettext", "ngettext", "pgettext", "npgettext"}
"""What texts are handed to."""

Key = tuple[str | None, str | tuple[str, ...]]


def key(message: Message) -> Key:
    """What makes a text a text of its own: what it is about, and its words."""
    words = message.id
    return message.context, words if isinstance(words, str) else tuple(words)


def messages(catalogue: Catalog) -> dict[Key, Message]:
    """The texts of a catalogue, without its header."""
    return {key(message): message for message in catalogue if message.id}


@pytest.fixture(scope="module")
def held() -> dict[Key, Message]:
    """The texts of the catalogue."""
    with (CATALOGUES / "zh" / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return messages(read_po(file, locale="zh", domain=DOMAIN))


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> dict[Key, Message]:
    """The texts that stand in the code and the templates today."""
    template = tmp_path_factory.mktemp("texts") / "annales.pot"
    command = [
        *(sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract"),
        f"--mapping-file={ROOT / 'babel.cfg'}",
        f"--output-file={template}",
        str(ROOT),
    ]
    subprocess.run(command, check=True)
    with template.open("rb") as file:
        return messages(read_po(file))


def test_the_catalogue_holds_what_is_used_and_nothing_else(
    used: dict[Key, Message], held: dict[Key, Message]
) -> None:
    """scripts/translations was run after the last change of a text."""
    assert set(held) == set(used)


def test_every_text_that_the_code_says_is_collected(used: dict[Key, Message]) -> None:
    """Wherever in the service it is said; what stands in no catalogue would be English to all."""
    said = list(_said())
    assert said
    assert [(place, texts) for place, texts in said if (None, texts) not in used] == []


def test_every_problem_has_a_title_in_each_language(used: dict[Key, Message]) -> None:
    """Collected from where it stands, so that no page tells in English what it is."""
    assert PROBLEMS
    assert [each.slug for each in PROBLEMS if (None, each.title) not in used] == []


def test_no_text_is_said_within_an_f_string() -> None:
    """Before Python 3.12 an f-string is one token, so what is said within it is not collected."""
    said = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / "service").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
        if isinstance(part, ast.Call) and _name(part.func) in SAYING
    ]
    assert said == []


def test_every_text_is_translated_into_chinese(held: dict[Key, Message]) -> None:
    """No text is left in English, and none is a guess that nobody looked at."""
    untranslated = [
        each for each, message in held.items() if message.fuzzy or not _translated(message)
    ]
    assert untranslated == []


def test_a_translation_has_the_slots_of_its_text(held: dict[Key, Message]) -> None:
    """A slot that is missing loses a figure, one too many would fail when it is filled.

    Chinese counts all where English counts those left out: `{all}` may stand for `{n}`.
    """
    for message in held.values():
        wanted = set().union(*map(_slots, _texts(message.id)))
        for text in filter(None, _texts(message.string)):
            found = {"{n}" if slot == "{all}" else slot for slot in _slots(text)}
            assert found == wanted, message.id


def test_every_word_of_the_closed_lists_has_a_name() -> None:
    """Fields, statuses and the time before any status, in each language, none twice."""
    for lang in LANGUAGES:
        assert len({field_phrase(field, lang) for field in FIELDS}) == len(FIELDS)
        statuses = (None, *STATUSES)
        assert len({status_phrase(status, lang) for status in statuses}) == len(statuses)
        assert all(country_name(code, lang) != code for code in countries())


@pytest.mark.parametrize(
    ("header", "lang", "expected"),
    [
        (None, None, "en"),
        ("", None, "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", None, "zh"),
        ("en-GB,zh;q=0.5", None, "en"),
        ("de,zh;q=0.5", None, "zh"),
        ("en;q=0.3,ZH-Hant;q=0.5", None, "zh"),
        ("zh;q=0,de", None, "en"),
        ("de", None, "en"),
        ("*", None, "en"),
        (";;;q=x,{0}", None, "en"),
        ("en", "zh", "zh"),
        ("zh", "en", "en"),
    ],
)
def test_the_language_is_the_one_asked_for_else_the_one_liked_best(
    header: str | None, lang: str | None, expected: Language
) -> None:
    """A parameter goes before a header, and no header is refused."""
    assert chosen(header, lang) == expected


@pytest.mark.parametrize("lang", ["", "de", "ZH", "zh-CN", "en "])
def test_an_unknown_language_is_refused(lang: str) -> None:
    """The refusal names those that there are."""
    with pytest.raises(BadFilter) as refused:
        chosen("zh", lang)
    assert (refused.value.name, refused.value.allowed) == ("lang", LANGUAGES)


def test_a_catalogue_is_read_once() -> None:
    """Compiling it takes longer than an answer may."""
    assert translations("zh") is translations("zh")


def _name(function: ast.expr) -> str | None:
    """What is called: `say` of `say(…)`, and of `desk.say(…)`."""
    match function:
        case ast.Name(name) | ast.Attribute(_, name):
            return name
    return None


def _said() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Where the code says a text, and the text; one that goes with a number in both its forms."""
    for path in sorted((ROOT / "service").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            place, texts = f"{path.relative_to(ROOT)}:{node.lineno}", node.args
            match node.func:
                case ast.Name("say") | ast.Attribute(_, "say"):
                    yield place, ast.literal_eval(texts[0])
                case ast.Attribute(ast.Name("say") | ast.Attribute(_, "say"), "n"):
                    yield place, (ast.literal_eval(texts[0]), ast.literal_eval(texts[1]))


def _translated(message: Message) -> bool:
    return all(_texts(message.string))


def _texts(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    """The forms of a text or of its translation."""
    return (text,) if isinstance(text, str) else tuple(text or ("",))


def _slots(text: str) -> set[str]:
    """The slots of a sentence, `{name}`, and those of a page, `%(name)s`."""
    return set(re.findall(r"\{\w+\}|%\(\w+\)s", text))
