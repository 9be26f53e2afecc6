"""Compare: two years, two countries, two fields, two facilities, or then and now, with the change
in words and signs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from events.clocks import AsOf
from events.dates import year_of
from events.vocabulary import FIELDS
from service.asking import archive, clocks
from service.compare import compare_answer
from service.diff import TO_CLOCKS
from service.drawing.marks import icon
from service.pages import labels, language
from service.pages.answering import Asked
from service.pages.clockbar import written, year_text
from service.pages.lanes import FAMILIES, short_slip
from service.pages.page import Format, Members, page_at, pieces
from service.pairing import SIGNS
from service.question import Question
from service.sides import PARTS, TO_PARTS, Sides, sides

OWN = (*PARTS, *TO_PARTS)
OTHER = (*TO_CLOCKS, *TO_PARTS)
"""What tells the second side from the first; without any of it, ten years lie between them."""

YEARS = 10

ROWS = (*FAMILIES, ("suspended", ("suspended",)), ("over", ("decommissioned", "cancelled")))
"""The rows of marks under each side."""


def default_sides(texts: Mapping[str, str]) -> dict[str, str] | None:
    """The two sides where the second is not told: ten years ago and the day of the first."""
    if any(name in texts for name in OTHER):
        return None
    as_of = clocks({name: text for name, text in texts.items() if name not in OWN})
    at = texts.get("at") or written(as_of.at)
    return {**texts, "at": year_text(year_of(as_of.at) - YEARS), "to_at": at}


def compare_question(path: str, texts: Mapping[str, str]) -> Question:
    """The question of the page. Raises what the clocks and the sides raise."""
    return _sides(path, texts).question


def compare_position(texts: Mapping[str, str]) -> int:
    """How far the views must have read."""
    return _sides("/v1/compare", texts).position


def compare_page(asked: Asked) -> Members:
    """What the template of the comparison shows."""
    lang, here, say, texts = asked.lang, asked.here, asked.say, asked.texts
    compared = _sides("/v1/compare", texts)
    service, db = asked.service, asked.db
    answer = msgspec.json.decode(compare_answer(service.state, service.history, db, compared))
    ids = set(_facilities(answer))
    cards: dict[str, Any] = {}
    for known in {compared.a.as_of.known, compared.b.as_of.known}:
        found = service.state.cards(db, (f"record:{id}" for id in ids), known=known)
        cards |= {card["id"]: card for card in found.values()}
    names = {id: labels.names_of(card, lang)[0] for id, card in cards.items()}
    before, after = _head(compared.a.as_of, compared), _head(compared.b.as_of, compared)
    return {
        "page": page_at(
            "compare", asked.question, say=say,
            formats=[Format("JSON", "application/json", here.url("/compare.json", lang=None))],
            skip_to="facilities",
            description=answer["sentence"][lang],
        ),
        "answer": answer,
        "texts": texts,
        "sentence": pieces(answer["sentence"], lang, here),
        "sides": [
            _side(answer, "a", before, lang=lang, names=names),
            _side(answer, "b", after, lang=lang, names=names),
        ],
        "family_words": {
            "running": say("operating"), "building": say("in building or first trials"),
            "planned": say("approved or proposed"), "suspended": say("suspended"),
            "over": say("closed or cancelled"),
        },
        "by_field": _by_field(answer, lang),
        "came": _changed(answer, "came", names),
        "ended": _changed(answer, "ended", names),
        "went_on": _changed(answer, "went-on", names),
        "groups": _groups(answer, names, lang, say),
        "counted": _counted(answer, lang),
        "milestones": [
            {
                **each,
                "what": labels.milestone(each["milestone"], lang),
                "sign": SIGNS[each["change"]].replace("-", "−"),
                "behind": _between(each["days"], lang),
            }
            for each in answer["milestones"]
        ],
        "policies": [
            each for each in answer["policies"] if _ids(each["a"]) != _ids(each["b"])
        ],
        "indicators": answer["indicators"],
        "names": names,
        "countries": _countries(asked),
        "fields": FIELDS,
        "at": written(compared.a.as_of.at),
        "to_at": written(compared.b.as_of.at),
    }  # fmt: skip


def _sides(path: str, texts: Mapping[str, str]) -> Sides:
    chronicle = archive().chronicle
    given = {name: text for name, text in texts.items() if name not in ("lang", "view")}
    start = clocks(given)
    return sides(path, start, given, log=chronicle.log, now=chronicle.now())


def _head(as_of: AsOf, compared: Sides) -> Members:
    """What stands over a side beside its name: the clocks in which the sides differ."""
    a, b = compared.a.as_of, compared.b.as_of
    return {
        "at": written(as_of.at),
        "stated": written(as_of.stated) if a.stated != b.stated else None,
        "known": f"@{as_of.known}" if a.known != b.known else None,
    }


def _side(
    answer: Mapping[str, Any], name: str, head: Members, *, lang: str, names: Mapping[str, str]
) -> Members:
    """A side: its label and a heap of marks for each row of statuses."""
    side = answer[name]
    other = "a" if name == "b" else "b"
    held = _held(answer, name)
    beside = _held(answer, other)
    rows = []
    for family, statuses in ROWS:
        found = [(id, status) for id, status in held if status in statuses]
        found.sort(key=lambda pair: (statuses.index(pair[1]), pair[0]))
        there = {id for id, status in beside if status in statuses}
        rows.append(
            {
                "family": family,
                "count": sum(side["totals"]["status"].get(status, 0) for status in statuses),
                "marks": [
                    {
                        "id": id,
                        "icon": icon(status),
                        "name": names.get(id, id),
                        "status": labels.label(status, lang),
                        "new": answer["by"] == "record" and name == "b" and id not in there,
                    }
                    for id, status in found
                ],
            }
        )
    label = side["label"][lang]
    return {"label": label, "long": len(label) > 5, "rows": rows, **head}


def _held(answer: Mapping[str, Any], name: str) -> list[tuple[str, str]]:
    """The facilities of a side with their statuses, as far as the pairs tell them."""
    if answer["by"] == "record":
        return [
            (pair["id"], pair[name]["status"])
            for pair in answer["pairs"]
            if pair[name] is not None and pair[name]["status"]
        ]
    facility = answer[name]["facility"]
    if facility is not None and facility["status"]:
        return [(facility["id"], facility["status"])]
    return []


def _facilities(answer: Mapping[str, Any]) -> Iterable[str]:
    for pair in answer["pairs"]:
        if "id" in pair:
            yield pair["id"]
        for name in ("a", "b"):
            yield from (pair[name] or {}).get("facilities", ())
    for name in ("a", "b"):
        if answer[name]["facility"]:
            yield answer[name]["facility"]["id"]


def _by_field(answer: Mapping[str, Any], lang: str) -> list[Members]:
    """How many ran in each field on either side."""
    a, b = (answer[name]["totals"]["operating_by_field"] for name in ("a", "b"))
    rows = [
        {"name": labels.label(field, lang), "a": a.get(field, 0), "b": b.get(field, 0)}
        for field in FIELDS
        if a.get(field) or b.get(field)
    ]
    most = max((max(row["a"], row["b"]) for row in rows), default=1)
    return [{**row, "most": most} for row in rows]


def _changed(answer: Mapping[str, Any], change: str, names: Mapping[str, str]) -> list[Members]:
    if answer["by"] != "record":
        return []
    return [
        {"id": pair["id"], "name": names.get(pair["id"], pair["name"])}
        for pair in answer["pairs"]
        if pair["change"] == change
    ]


def _groups(
    answer: Mapping[str, Any], names: Mapping[str, str], lang: str, say: Any
) -> list[Members]:
    """Facility by facility within each field, where both sides are the same part of the world."""
    if answer["by"] != "record":
        return []
    groups = []
    for field in FIELDS:
        pairs = [pair for pair in answer["pairs"] if pair["field"] == field]
        if not pairs:
            continue
        pairs.sort(key=lambda pair: (_ORDER[pair["change"]], pair["id"]))
        rows = [
            {
                "id": pair["id"],
                "name": names.get(pair["id"], pair["name"]),
                "a": _cell(pair["a"], lang),
                "b": _cell(pair["b"], lang),
                "sign": SIGNS[pair["change"]].replace("-", "−"),
                "same": pair["change"] == "same",
                "words": _words(pair, lang, say),
            }
            for pair in pairs
        ]
        ran = [answer[name]["totals"]["operating_by_field"].get(field, 0) for name in ("a", "b")]
        groups.append({"title": labels.label(field, lang), "ran": ran, "rows": rows})
    return groups


_ORDER = {"came": 0, "went-on": 1, "other": 2, "ended": 3, "same": 4}


def _cell(row: Mapping[str, Any] | None, lang: str) -> Members | None:
    if row is None:
        return None
    status = row["status"]
    if status is None:
        return {"icon": icon("proposed", expected=True), "word": "–"}
    return {"icon": icon(status), "word": labels.label(status, lang)}


def _words(pair: Mapping[str, Any], lang: str, say: Any) -> str:
    """What became of a facility, in words."""
    a, b = pair["a"], pair["b"]
    if pair["change"] == "same":
        return str(say("as before"))
    if b is None or b["status"] is None:
        return str(say("not on the second side"))
    since = language.brief_date(b["since"]["date"], lang) if b["since"] else ""
    after = labels.label(b["status"], lang)
    if a is None or a["status"] is None:
        return str(say("%(status)s since %(date)s", status=after, date=since))
    return str(
        say(
            "from %(before)s to %(after)s, %(date)s",
            before=labels.label(a["status"], lang), after=after, date=since,
        )
    )  # fmt: skip


def _counted(answer: Mapping[str, Any], lang: str) -> list[Members]:
    """Group beside group, where the sides are different parts of the world."""
    if answer["by"] not in ("field", "status"):
        return []
    return [
        {
            "title": labels.label(pair[answer["by"]], lang),
            "sign": SIGNS[pair["change"]].replace("-", "−"),
            "same": pair["change"] == "same",
            **{
                name: None
                if pair[name] is None
                else {
                    "count": pair[name]["count"],
                    "counts": [
                        f"{labels.label(code, lang)} {count}"
                        for code, count in pair[name]["counts"].items()
                    ],
                    "facilities": pair[name]["facilities"],
                }
                for name in ("a", "b")
            },
        }
        for pair in answer["pairs"]
    ]


def _between(days: Mapping[str, Any] | None, lang: str) -> str:
    """How many days one milestone is after the other, at least and at most."""
    if days is None:
        return ""
    ends = [
        "?" if days[end] is None else short_slip(days[end], "zh" if lang == "zh" else "en")
        for end in ("earliest", "latest")
    ]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} … {ends[1]}"


def _ids(decisions: Iterable[Mapping[str, Any]]) -> list[str]:
    return [each["id"] for each in decisions]


def _countries(asked: Asked) -> list[str]:
    as_of = asked.question.as_of
    rows = asked.service.state.stab(
        asked.db, "record", first=as_of.at, last=as_of.at,
        stated=as_of.stated, known=as_of.known, country=None, field=None,
    )  # fmt: skip
    asked_for = {asked.texts[name] for name in ("country", "to_country") if name in asked.texts}
    codes = asked_for | {row.country for row in rows if row.value == "facility"}
    return sorted(codes, key=lambda code: language.country(code, asked.lang))
