"""Slips: every ladder of promises, what came of it and how late, and who keeps their word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from events.dates import Language, year_of
from events.vocabulary import FIELDS
from projections.kinds.ladders import OUTCOMES
from service.asking.query import Query
from service.pages.drawn.lanes import short_slips
from service.pages.shell.answering import Asked
from service.pages.shell.clockbar import clock_bar, written
from service.pages.shell.page import Members, pieces
from service.promises.filters import GROUPS, SORTS, Promised
from service.promises.overdue import due_answer, overdue_answer
from service.promises.slips import slips_answer
from service.words import labels, places

SOON = "P2Y"
"""How far ahead the page tells what is due."""


def slips_page(asked: Asked) -> Members:
    """What the template of the slips shows."""
    lang, here, say, texts = asked.lang, asked.here, asked.say, asked.texts
    query = asked.query
    meant: Promised = query.about
    answer = slips_answer(asked.reading, query)
    part = {name: texts[name] for name in ("country", "field") if name in texts}
    about = Promised(country=meant.country, field=meant.field, within=SOON)
    # As of the day by which all of it was said, whatever day the clock `at` stands on.
    then = replace(query.as_of, at=query.as_of.stated, during=None)
    late = overdue_answer(asked.reading, Query("/v1/overdue", then, part, about=about))
    due = due_answer(asked.reading, Query("/v1/due", then, part, about=about))
    records = {each["record"] for found in (answer, late, due) for each in found["items"]}
    if answer["totals"]["worst"]:
        records.add(answer["totals"]["worst"]["record"])
    cards = asked.reading.at(then).cards(records)
    names = {id: labels.names_of(card, lang)[0] for id, card in cards.items()}
    year = year_of(then.at)
    return {
        "page": asked.page(
            "slips",
            skip_to="ladders",
            description=(answer.get("sentence") or {}).get(lang, ""),
        ),
        "bar": clock_bar(
            here, then, lang=lang, first=year, last=year, filters=("country", "field"), moves=False,
        ),
        "answer": answer,
        "sentence": pieces(answer.get("sentence"), lang, here),
        "totals": _totals(answer["totals"], lang),
        "outcomes": [
            {"code": code, "word": labels.outcome(code, lang), "count": count}
            for code, count in answer["totals"]["outcomes"].items()
        ],
        "groups": [
            {"name": name, "rows": [_group(name, each, lang) for each in answer["by"][name]]}
            for name in GROUPS
            if name in answer.get("by", {})
        ],
        "group_names": {
            "country": say("Country"), "field": say("Field"),
            "operator": say("Operator"), "decade": say("Decade of the first plan"),
        },
        "items": [_item(each, names, lang) for each in answer["items"]],
        "late": [_open(each, names, lang) for each in late["items"]],
        "due": [_open(each, names, lang) for each in due["items"]],
        "names": names,
        "texts": texts,
        "all_outcomes": [(code, labels.outcome(code, lang)) for code in OUTCOMES],
        "sorts": SORTS,
        "fields": FIELDS,
        "countries": sorted(
            {each["key"] for each in answer.get("by", {}).get("country", ()) if each["key"]}
            | ({texts["country"]} if "country" in texts else set())
        ),
        "filters": meant,
        "came_by": None if meant.came_by is None else written(meant.came_by),
    }  # fmt: skip


def _totals(totals: Mapping[str, Any], lang: Language) -> Members:
    """The counted slips in words: an interval of days as two slips."""
    return {
        "ladders": totals["ladders"],
        "of": totals["of"],
        **{
            name: _interval(totals[name], lang)
            for name in ("median", "lower_quartile", "upper_quartile")
        },
        "worst": totals["worst"],
        "worst_slip": ""
        if totals["worst"] is None
        else _interval(totals["worst"]["slip_days"], lang),
    }


def _group(name: str, group: Mapping[str, Any], lang: Language) -> Members:
    key = group["key"]
    if key is None:
        text = "–"
    elif name == "country":
        text = places.country(key, lang)
    elif name == "field":
        text = labels.label(key, lang)
    else:
        text = key
    return {
        "key": key,
        "text": text,
        "ladders": group["ladders"],
        "of": group["of"],
        "median": _interval(group["median"], lang),
        "outcomes": group["outcomes"],
    }


def _item(each: Mapping[str, Any], names: Mapping[str, str], lang: Language) -> Members:
    first, last = each["plans"][0], each["plans"][-1]
    return {
        "record": each["record"],
        "name": names.get(each["record"], each["name"]),
        "what": labels.milestone(each["milestone"], lang),
        "plans": len(each["plans"]),
        "first": first["date"],
        "said": first["stated"],
        "last": last["date"] if len(each["plans"]) > 1 else "",
        "came": (each["came"] or {}).get("date"),
        "slip": _interval(each["slip_days"], lang),
        # What did not come has no slip, and yet may have been put off.
        "put_off": "" if each["slip_days"] else _interval(last["slip_days"], lang),
        "outcome": each["outcome"],
        "word": labels.outcome(each["outcome"], lang),
    }


def _open(each: Mapping[str, Any], names: Mapping[str, str], lang: Language) -> Members:
    return {
        "record": each["record"],
        "name": names.get(each["record"], each["name"]),
        "what": labels.milestone(each["milestone"], lang),
        "title": each["title"],
        "date": each["date"],
        "stated": each["stated"],
        "days": _interval(each["days"], lang, signed=False),
    }


def _interval(days: Mapping[str, Any] | None, lang: Language, *, signed: bool = True) -> str:
    """How late something was at least and at most; what is overdue since today is so by nothing."""
    if days is None:
        return ""
    if not signed and days["earliest"] == days["latest"] == 0:
        return ""
    told = short_slips(days["earliest"], days["latest"], lang)
    return told if signed else told.replace("+", "")
