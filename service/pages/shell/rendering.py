"""From a template and what it shows to a response: language, policy, and files beside it.

A page loads nothing from anywhere else, and nothing that stands in it is run: its policy
forbids scripts and styles within the text. Everything put into a template is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from flask import Response
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from events.vocabulary import CLASSES
from service.translations import Language, translations
from service.version import VERSION
from service.web.response import FOR_EVER, unless_held
from service.web.root import root
from service.words import labels, language, places
from service.words.names import text_in
from service.words.number import number_text, size_text

PAGES = Path(__file__).parent.parent
SERVICE = PAGES.parent
STATIC = PAGES / "static"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)

A_DAY = "public, max-age=86400"


def render(template: str, lang: Language, shown: Mapping[str, Any]) -> str:
    """The text of a page in a language; every template knows the `root` of the service."""
    return _environment(lang).get_template(template).render({"root": root(), **shown})


def with_policy(response: Response) -> Response:
    """A page, with the headers that every page has."""
    response.headers["Content-Security-Policy"] = POLICY
    # With no referrer at all, browsers would not say either where a form comes from.
    response.headers["Referrer-Policy"] = "same-origin"
    response.vary.update(("Accept", "Accept-Language"))
    return response


def static(name: str) -> str:
    """The URL of a file beside the pages; it changes when the file does."""
    return f"/static/{name}?v={_digests()[name]}"


def is_there(name: str) -> bool:
    """Whether a file stands beside the pages; a package may lack those of other projects."""
    return (STATIC / name).is_file()


def static_file(name: str, version: str | None) -> Response:
    """A file beside the pages: cached for ever where the URL has its digest. Raises NotFound."""
    digest = _digests().get(name)
    if digest is None:
        raise NotFound
    kind = guess_type(name)[0] or "application/octet-stream"

    # Whole and not as a stream, which nothing would compress.
    response = unless_held(Response(mimetype=kind), digest, (STATIC / name).read_bytes)
    response.headers["Cache-Control"] = FOR_EVER if version == digest else A_DAY
    return response


@cache
def build() -> str:
    """A digest of the program, its templates, words and files, for the ETags of pages."""
    digest = sha256(VERSION.encode())
    for kind in ("*.py", "*.html", "*.po"):
        for path in sorted(SERVICE.rglob(kind)):
            digest.update(path.read_bytes())
    digest.update("".join(_digests().values()).encode())
    return digest.hexdigest()[:12]


@cache
def _digests() -> Mapping[str, str]:
    return {
        path.relative_to(STATIC).as_posix(): sha256(path.read_bytes()).hexdigest()[:12]
        for path in sorted(STATIC.rglob("*"))
        if path.is_file()
    }


def whole(text: str) -> Markup:
    """A text whose dates and amounts are not broken at the end of a line.

    >>> whole("a < 26 November 2026")
    Markup('a &lt; <span class="nowrap">26 November 2026</span>')
    """
    kept = Markup('<span class="nowrap">{}</span>')
    return Markup("").join(
        kept.format(piece) if is_whole else piece for piece, is_whole in language.pieces_of(text)
    )


@cache
def _environment(lang: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    texts = translations(lang)
    environment.install_gettext_translations(texts, newstyle=True)  # type: ignore[attr-defined] # added by the extension
    environment.globals |= {
        "lang": lang,
        "html_lang": language.TAGS[lang],
        "static": static,
        "classes": CLASSES,
    }
    environment.filters |= {
        "date": lambda text: language.date(text, lang),
        "brief": lambda text: language.brief_date(text, lang),
        "instant": lambda text: language.instant(text, lang),
        "whole": whole,
        "number": number_text,
        "size": size_text,
        "said": lambda line, member: text_in(line, member, lang),
        "country": lambda code: places.country(code, lang),
        "place": lambda place: places.place_title(place, lang),
        "milestone": lambda code: labels.milestone(code, lang),
        "label": lambda code: labels.label(code, lang),
        "kind": lambda code: labels.kind(code, lang),
        "event": lambda code: labels.event(code, lang),
        "outcome": lambda code: labels.outcome(code, lang),
        "medium": lambda code: labels.medium(code, lang),
        "format_name": lambda code: labels.format_name(code, lang),
        "unit": lambda text: labels.unit_name(text, lang),
    }
    return environment
