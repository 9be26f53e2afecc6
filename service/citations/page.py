"""`/c/{id}`: what was cited, as its bytes or, for who reads pages, as a page about it; and the form
by which readers cite a page.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from flask import Blueprint, Response, redirect, request

from events.dates import Language
from service.archive.citations import Citation
from service.asking.page_path import page_path
from service.asking.query import located
from service.citations.altering import Since, altered_since
from service.citations.giving import address_of, given
from service.citations.routes import PATH, cited_here, the_citation
from service.citations.telling import HTML, Asked, as_cited, asked_at, title_of
from service.citations.told import changes_told, reasons_told
from service.follows.feed import Alteration
from service.linked.citing import plain
from service.linked.routes import CITATION_FORMS
from service.pages.pictures.answer import poster_at
from service.pages.shell import rendering
from service.pages.shell.answering import problem_as_page
from service.pages.shell.here import Here
from service.pages.shell.layout import FormatLink, Members, PageFacts, navigation
from service.pages.shell.pictured import Pictures
from service.translations import chosen
from service.web.accepting import named
from service.web.access import CITE_FORM, need_own_site, needs
from service.web.forms import sent_form
from service.web.response import ASK_AGAIN, parameters
from service.web.root import archive, root
from service.words import language
from service.words.speech import Speech

POLICY = f"{rendering.POLICY}; frame-src 'self'"

LONGEST_TEXT = 20_000
"""How many characters of a text the page shows."""

LINES = 6
"""How many lines it has for each alteration."""

LARGEST_FORM = 16 * 1024

TEXTS = re.compile(r"text/(?!html)|application/.*(json|xml|quads|n-triples|yaml|link-format)|.*csv")
"""The types that are shown as text."""

CITE = CITE_FORM.rpartition(".")[2]

blueprint = Blueprint(CITE_FORM.partition(".")[0], __name__)


@blueprint.after_request
def _problem(response: Response) -> Response:
    """A problem is a page for who names HTML, as what was cited is."""
    return problem_as_page(response) if HTML in named(request.accept_mimetypes) else response


@blueprint.get("/c/<string:id>")
@needs("reader")
def shown(id: str) -> Response:
    """What was cited: its bytes, or for who reads pages a page about it."""
    citation = the_citation(id)
    response = _page(citation) if _reads_page(citation) else _bytes(citation)
    response.vary.add("Accept")
    return response


@blueprint.get("/c/<string:id>/raw")
@needs("reader")
def raw(id: str) -> Response:
    """What was cited, whoever asks."""
    return _bytes(the_citation(id))


@blueprint.post("/cite", endpoint=CITE)
@needs("reader")
def cite() -> Any:
    """Cite the page whose form this is, and go to its citation."""
    need_own_site()
    form = sent_form(LARGEST_FORM)
    citation, _ = cited_here(form.get("of", ""))
    lang = [("lang", form["lang"])] if form.get("lang") else []
    response = redirect(located(address_of(citation), lang), 303)
    response.headers["Cache-Control"] = "no-store"
    return response


def _bytes(citation: Citation) -> Response:
    parameters(("raw", "lang"))
    return given(citation)


def _reads_page(citation: Citation) -> bool:
    """Whether the client names HTML, and likes nothing better that was cited."""
    if "raw" in request.args:
        return False
    liked = named(request.accept_mimetypes)
    html = liked.get(HTML, 0)
    return html > 0 and (citation.mimetype == HTML or html >= liked.get(citation.mimetype, 0))


# --- the page


class _Altered(NamedTuple):
    """An alteration in lines, with where the answer is to be read."""

    item: Alteration
    lines: list[str]
    why: list[str]
    url: str | None


def _page(citation: Citation) -> Response:
    sent = parameters(("lang",))
    lang = chosen(request.headers.get("Accept-Language"), sent.get("lang"))
    here = Here(request.path, {"lang": lang} if "lang" in sent else {})
    text = rendering.render("citation/page.html", lang, _members(citation, here, lang))
    response = rendering.with_policy(Response(text, mimetype=HTML))
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = ASK_AGAIN
    return response


def _members(citation: Citation, here: Here, lang: Language) -> Members:
    """What the template shows."""
    say, log = Speech(lang), archive().chronicle.log
    body = archive().citations.body(citation)
    asked = asked_at(citation.of)
    title, address = title_of(citation, body), root() + address_of(citation)
    poster = poster_at(citation.of)
    since = altered_since(asked)
    # In the language of the reader, where the address says one at all.
    today = asked.today(log)
    return {
        "here": here,
        "nav": navigation(here, say),
        "page": PageFacts(
            name="citation",
            subject=say("Big science, year by year"),
            title=title,
            description=say("Cited, and kept as it was"),
            url=address,
            pictures=None if poster is None else Pictures(poster=poster, taken_along={}),
            formats=_formats(citation),
        ),
        "citation": citation,
        "address": address,
        "raw": f"{address_of(citation)}/raw",
        "title": title,
        "plain": plain(as_cited(citation, title, root=root()), lang),
        "asked": asked,
        "clocks": _clocks(asked, say),
        "today": today,
        "proved": asked.known if archive().ledger.checkpoint() is not None else None,
        "shown": _shown(citation, body),
        "since": since,
        "altered": [] if since is None else [_altered(each, say) for each in since.items],
        "followed": None if since is None else _followed(since, asked),
    }


def _formats(citation: Citation) -> list[FormatLink]:
    base = f"{PATH}/{citation.id}"
    names = {"bib": "BibTeX", "ris": "RIS", "csl.json": "CSL-JSON"}
    return [
        FormatLink("JSON", "application/json", base),
        *(
            FormatLink(names[suffix], media_type, f"{base}.{suffix}")
            for suffix, media_type, *_ in CITATION_FORMS
        ),
    ]


def _clocks(asked: Asked, say: Speech) -> list[tuple[str, str]]:
    """The clocks of what was asked, each with its name in words."""
    names = {
        "at": say("Date"), "to_at": say("Date, second"), "during": say("During"),
        "stated": say("According to sources up to"), "to_stated": say("Sources up to, second"),
        "known": say("As recorded here"), "to_known": say("As recorded here, second"),
        "from": say("From"), "to": say("To"),
    }  # fmt: skip
    return [
        (names.get(name, name), language.date(text, say.lang))
        for name, text in asked.clocks.items()
    ]


def _shown(citation: Citation, body: bytes) -> Members:
    """How the body is shown: as a `frame`, an `image`, a `text` that may be `cut`, or `none`."""
    if citation.mimetype == HTML:
        return {"kind": "frame"}
    if citation.mimetype.startswith("image/"):
        return {"kind": "image"}
    if TEXTS.fullmatch(citation.mimetype) is None and not citation.mimetype.startswith("text/"):
        return {"kind": "none"}
    # A character has at most four bytes.
    text = body[: 4 * LONGEST_TEXT].decode(errors="replace")
    return {"kind": "text", "text": text[:LONGEST_TEXT], "cut": len(text) > LONGEST_TEXT}


def _altered(item: Alteration, say: Speech) -> _Altered:
    members = item.members
    url = members["url"] or members["previous"]
    if url is not None:
        path, mark, query = url.partition("?")
        url = f"{page_path(path) or path}{mark}{query}"
    told = changes_told(item, say, most=LINES)
    return _Altered(item, told, list(reasons_told(item, say)), url)


def _followed(since: Since, asked: Asked) -> str:
    """The feed that goes on telling what alters the answer."""
    return located("/v1/follows", [("of", since.of), ("after", str(asked.known))])
