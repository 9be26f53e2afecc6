"""The languages that Annales speaks, and how each says a text.

The texts of the code and of the templates are English, which needs no
catalogue. `zh`, Simplified Chinese, has one: a gettext file that people edit
(`scripts/translations` brings it up to date with the code). It is compiled
when it is first read, and no compiled file is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from typing import get_args

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations as Untranslated
from babel.support import Translations

from events.dates import Language
from events.errors import BadFilter

__all__ = ["CATALOGUES", "DOMAIN", "LANGUAGES", "Language", "chosen", "translations"]

LANGUAGES: tuple[Language, ...] = get_args(Language)
"""In the order in which they are offered; the first is the default."""

DOMAIN = "annales"
CATALOGUES = Path(__file__).parent


@cache
def translations(lang: Language) -> NullTranslations:
    """What says the texts in a language: `gettext`, `ngettext`, `pgettext` and `npgettext`.

    It is babel's; the base class, where these four are declared, says what they return.
    """
    if lang == LANGUAGES[0]:
        return Untranslated()
    with (CATALOGUES / lang / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        catalogue = read_po(file, locale=lang, domain=DOMAIN)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled, DOMAIN)


def chosen(accept_language: str | None, lang: str | None) -> Language:
    """The language of an answer: `lang` where it is given, else what the header likes best.

    Raises BadFilter for a `lang` that is none of ours; a header is never refused.

    >>> chosen("zh-CN,zh;q=0.9,en;q=0.8", None), chosen("en-GB,zh;q=0.5", None), chosen("zh", "en")
    ('zh', 'en', 'en')
    """
    asked = _liked(accept_language) if lang is None else (lang,)
    for wanted in asked:
        for language in LANGUAGES:
            if language == wanted:
                return language
    if lang is None:
        return LANGUAGES[0]
    raise BadFilter("lang", lang, "no language of ours", allowed=LANGUAGES)


def _liked(accept_language: str | None) -> Iterator[str]:
    """The languages that a header takes, the best first, without their regions.

    Werkzeug's own choice would give Chinese to who likes en-GB best and zh after that.
    """
    # Whoever asks without HTTP has no header, and waits for no library of the web.
    from werkzeug.datastructures import LanguageAccept  # noqa: PLC0415
    from werkzeug.http import parse_accept_header  # noqa: PLC0415

    header = parse_accept_header(accept_language, LanguageAccept)
    for tag, quality in sorted(header, key=lambda each: each[1], reverse=True):
        if quality > 0:
            yield tag.partition("-")[0].lower()
