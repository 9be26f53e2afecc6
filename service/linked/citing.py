"""Citations: how a page of the chronicle is named in somebody's bibliography.

What is cited is an answer at its pinned link, which gives the same for ever;
so no day of access is needed, and none is made up. BibTeX, RIS and CSL-JSON say
the same: a page of the work `Annales`, issued on the day of its last commit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from events.clocks import utc_day
from events.dates import Language, display, parse, parse_iso
from events.fact import Line
from service.asking.filters import place_in
from service.words.labels import label, status_phrase
from service.words.places import place_title
from service.words.printable import printable
from service.words.speech import Speech

BIBTEX = "application/x-bibtex"
RIS = "application/x-research-info-systems"
CSL_JSON = "application/vnd.citationstyles.csl+json"

WORK = "Annales"

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A page to be cited. `url` is a whole one; `issued` a day of ISO 8601, None before all: that
    on which the version was recorded, or `is_kept` on which it was cited."""

    key: str
    title: str
    url: str
    version: str
    note: str
    issued: str | None
    is_kept: bool = False


def record_cited(answer: Mapping[str, Any], *, root: str) -> Cited:
    """A record, by the members of its answer; `root` is the URL of the service, without a slash."""
    return _cited(answer, name=record_name(answer), key=str(answer["id"]), root=root)


def state_cited(
    answer: Mapping[str, Any], *, root: str, filters: Mapping[str, str], lang: Language = "en"
) -> Cited:
    """A state, by the members of its answer and the filters of its query, and its page in a
    language."""
    say = Speech(lang)
    about = [say("State of big science")]
    if place := place_in(filters):
        about.append(place_title(place, lang))
    about += [label(filters[name], lang).lower() for name in ("field", "class") if name in filters]
    for name in ("status", "expected"):
        if name in filters:
            phrases = (status_phrase(each, lang) for each in filters[name].split(","))
            statuses = say(" or ").join(phrases)
            is_held = name == "status"
            about.append(statuses if is_held else say("expected: %(statuses)s", statuses=statuses))
    at = answer["at"] if "at" in answer else answer["during"]
    about.append(_day(at, lang))
    known_at = answer["known_at"]
    # A horizon that hides nothing of what was recorded is none.
    if known_at is not None and parse_iso(answer["stated"]) < utc_day(known_at):
        about.append(say("according to sources up to %(day)s", day=_day(answer["stated"], lang)))
    return _cited(answer, name=_comma(lang).join(about), key=f"state-{at}", root=root, lang=lang)


def record_name(answer: Mapping[str, Any]) -> str:
    """What a record is called: as on its card, else by the title of what counts in it."""
    if answer.get("card"):
        return str(answer["card"]["name"])
    titles: dict[str, Line] = {line["id"]: line for line in answer["statements"]}
    ranked = sorted(
        (each for each in answer["entries"] if each["effective"] in titles),
        key=lambda each: (each["counts"], titles[each["effective"]]["bounds"]["earliest"] or ""),
    )
    return str(titles[ranked[-1]["effective"]]["title"]) if ranked else str(answer["id"])


def plain(cited: Cited, lang: Language = "en") -> str:
    """A line for a footnote, in a language.

    >>> plain(Cited(key="juno", title="JUNO", url="https://a.example/v1?known=@7&view=2",
    ...     version="@7", note="at 2013", issued="2026-11-25"))
    'Annales: JUNO. Version @7, recorded on 25 November 2026. https://a.example/v1?known=@7&view=2'
    """
    say, dated = Speech(lang), ""
    if cited.issued is not None:
        day = display(parse(cited.issued), lang)
        words = say("cited on %(day)s", day=day)
        dated = words if cited.is_kept else say("recorded on %(day)s", day=day)
    version = say("Version %(version)s", version=cited.version)
    dated = _comma(lang).join(filter(None, [version, dated]))
    if lang == "zh":
        return f"{WORK}：{_line(cited.title)}。{dated}。{cited.url}"
    return f"{WORK}: {_line(cited.title)}. {dated}. {cited.url}"


def bibtex(cited: Cited) -> str:
    """BibTeX, for biblatex too.

    >>> page = Cited(key="juno", title="JUNO & 1%", url="https://a.example/v1?known=@7&view=2",
    ...     version="@7", note="at 2013", issued="2026-11-25")
    >>> print(bibtex(page), end="")
    @misc{annales-juno-7,
      author = {{Annales}},
      title = {{JUNO \\& 1\\%}},
      year = {2026},
      month = nov,
      date = {2026-11-25},
      version = {@7},
      note = {at 2013},
      url = {https://a.example/v1?known=@7&view=2}
    }
    """
    fields = [("author", f"{{{{{WORK}}}}}"), ("title", f"{{{{{_latex(cited.title)}}}}}")]
    if cited.issued is not None:
        year, month, _ = cited.issued.split("-")
        fields += [("year", f"{{{year}}}"), ("month", _MONTHS[int(month) - 1])]
        fields.append(("date", f"{{{cited.issued}}}"))
    fields += [("version", f"{{{_latex(cited.version)}}}"), ("note", f"{{{_latex(cited.note)}}}")]
    # A url is verbatim to biblatex and to \url; ours has no brace or backslash.
    fields.append(("url", f"{{{cited.url}}}"))
    body = ",\n".join(f"  {name} = {value}" for name, value in fields)
    return f"@misc{{{_key(cited)},\n{body}\n}}\n"


def ris(cited: Cited) -> str:
    """RIS, whose lines end as on a printer."""
    lines = [("TY", "ELEC"), ("AU", f"{WORK},"), ("TI", _line(cited.title)), ("T2", WORK)]
    if cited.issued is not None:
        lines += [("PY", cited.issued[:4]), ("DA", f"{cited.issued.replace('-', '/')}/")]
    lines += [("ET", cited.version), ("N1", _line(cited.note)), ("UR", cited.url)]
    lines += [("ID", _key(cited)), ("ER", "")]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in lines)


def csl_json(cited: Cited) -> str:
    """CSL-JSON: a list of one item, as citeproc and Zotero read it."""
    item: dict[str, Any] = {
        "id": _key(cited),
        "type": "webpage",
        "title": _line(cited.title),
        "container-title": WORK,
        "author": [{"literal": WORK}],
        "version": cited.version,
        "note": _line(cited.note),
        "URL": cited.url,
    }
    if cited.issued is not None:
        item["issued"] = {"date-parts": [[int(part) for part in cited.issued.split("-")]]}
    return msgspec.json.format(msgspec.json.encode([item]), indent=2).decode() + "\n"


def _cited(
    answer: Mapping[str, Any], *, name: str, key: str, root: str, lang: Language = "en"
) -> Cited:
    at = answer["at"] if "at" in answer else answer["during"]
    known_at = answer["known_at"]
    return Cited(
        key=key,
        title=name,
        url=f"{root}{page_of(answer['pinned'], lang)}",
        version=answer["known"],
        note=f"as of {at}, as stated by {answer['stated']}, as recorded at {answer['known']}",
        issued=None if known_at is None else known_at[:10],
    )


def page_of(pinned: str, lang: str) -> str:
    """The pinned page of an answer: at the same address without the version of the API, in a
    language.

    >>> page_of("/v1/records/juno?at=2013-12-31&known=@7&view=2", "en")
    '/records/juno?at=2013-12-31&known=@7&lang=en&view=2'
    >>> page_of("/v1/records/juno?at=2013-12-31&known=@7&epoch=3&view=2", "zh")
    '/records/juno?at=2013-12-31&known=@7&lang=zh&epoch=3&view=2'
    """
    return re.sub(r"(&epoch=\d+)?&view=", rf"&lang={lang}\g<0>", pinned.removeprefix("/v1"))


def _comma(lang: Language) -> str:
    """What stands between the parts of a title, which are no list."""
    return "，" if lang == "zh" else ", "


def _day(iso: str, lang: Language) -> str:
    """A day for people; one of a far year as it is."""
    return iso if iso[0] in "+-" or "Y" in iso else display(parse(iso), lang)


def _key(cited: Cited) -> str:
    """What the citation is called in a bibliography: plain letters, digits and hyphens."""
    return re.sub(r"[^A-Za-z0-9-]+", "", f"annales-{cited.key}-{cited.version}")


def _line(text: str) -> str:
    return " ".join(printable(text).split())


_LATEX = {
    "\\": r"\textbackslash{}",
    # BibTeX counts braces whether escaped or not, so that one without its other ends the entry.
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def _latex(text: str) -> str:
    """A text in which nothing is a command of LaTeX."""
    return "".join(_LATEX.get(character, character) for character in _line(text))
