"""Slips: every ladder of promises, what came of it and how late, and who keeps their word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any

import msgspec

from events.clocks import AsOf
from events.dates import Bounds, Day, Language, year_of
from events.vocabulary import FIELDS
from projections.kinds.ladders import CAME, OPEN, OUTCOMES, Outcome
from projections.views.reading import Reading
from service.asking.paging import Lists
from service.asking.parameter import choice, texts_of, values_of
from service.asking.query import Arguments, Query
from service.drawing.lanes import Edge
from service.drawing.promised import AxisWords, draw_promised
from service.drawing.promised import Promised as Mark
from service.pages.drawn.lanes import behind_of, came_words, interval_words, short_slip
from service.pages.shell.answering import Visit
from service.pages.shell.clockbar import ahead, clock_bar, written
from service.pages.shell.here import PART
from service.pages.shell.layout import Members, pieces
from service.pages.shell.pager import ROWS, ROWS_OF_MANY, Pager
from service.pages.shell.pictured import Pictured
from service.pages.shell.placing import places_offered
from service.pages.shell.titling import as_told, headed, part_of_the_world
from service.promises.filters import GROUPS, Promised, after_period
from service.promises.overdue import due_answer, overdue_answer, silence
from service.promises.question import SLIPS
from service.promises.slips import slips_answer
from service.sentences.times import duration
from service.words import labels, language, places
from service.words.number import number_text
from service.words.speech import Speech

TOLD: tuple[Outcome, ...] = ("kept", "late", "overdue")
"""The outcomes that are counted of each group."""

NOT_KEPT = "late,overdue"
"""Two outcomes that the form offers as one."""

MOST_FRAMED = 8
"""How many ladders a frame lists."""

MOST_DRAWN = 300
"""How many ladders the drawing has, the first ones."""

WITHIN = choice(
    "within",
    ("P6M", "P1Y", "P2Y", "P5Y", "P10Y", "P20Y"),
    "How far ahead the page lists what is due.",
    default="P2Y",
)
"""What only the page takes; its lists of promises that are open go by it."""


def slips_read(arguments: Arguments) -> Query:
    """Parses the parameters of the page: those of the question, and how far ahead it looks.

    Raises BadFilter and what the clocks raise.
    """
    texts = dict(arguments.texts)
    own = values_of((WITHIN,), texts)
    texts.pop(WITHIN.name, None)
    query = SLIPS.query(replace(arguments, texts=texts))
    filters = dict(sorted({**query.filters, **texts_of((WITHIN,), own)}.items()))
    return replace(query, filters=filters, about=replace(query.about, **own))


def slips_title(_: Reading, query: Query, say: Speech) -> str:
    """Of which part of the world the promises are, what came of them, and as told by when."""
    meant: Promised = query.about
    part = part_of_the_world(meant.place, say, field=meant.field, class_=meant.class_)
    what = say("promises kept and late")
    if meant.outcomes:
        what = say("promises %(outcomes)s", outcomes=_outcomes_in_words(meant, say))
    return as_told(headed(part, what, say), query.as_of, say)


def _outcomes_in_words(meant: Promised, say: Speech) -> str:
    """The outcomes that are asked for, in their order: "late and overdue"; "" for all."""
    words = [labels.outcome(each, say.lang) for each in OUTCOMES if each in meant.outcomes]
    if len(words) < 2:
        return "".join(words)
    return say("%(some)s and %(last)s", some=say(", ").join(words[:-1]), last=words[-1])


def slips_page(visit: Visit) -> Members:
    """What the template of the slips shows."""
    lang, here, say, texts = visit.lang, visit.here, visit.say, visit.texts
    query = visit.query
    meant: Promised = query.about
    # As of the day by which all of it was said, whatever day the clock `at` stands on.
    then = replace(query.as_of, at=query.as_of.stated, during=None)
    few = meant.limit if "limit" in texts else ROWS_OF_MANY
    # Whoever reads a further page has met lists that one page does not hold.
    limit = few if meant.skipped else meant.limit
    pager = Pager(here, skipped=meant.skipped, limit=limit)
    answer, late, due = _answers(visit, pager, then)
    drawn = answer["items"][:MOST_DRAWN]
    put_off = _put_off(visit, answer["totals"], drawn, then.stated)
    answer = {**answer, "items": _on_page(visit, pager, answer)}
    lengths = (answer["totals"]["ladders"], late["total"], due["total"])
    if max(lengths) > ROWS and limit != few:
        pager = Pager(here, skipped=0, limit=few)
        answer, late, due = (
            {**found, "items": found["items"][:few]} for found in (answer, late, due)
        )
    drawn = _told_apart(visit, then, drawn)
    answer, late, due = (
        {**found, "items": _told_apart(visit, then, found["items"])}
        for found in (answer, late, due)
    )
    outcome = ",".join(meant.outcomes)
    listed = (*drawn, *answer["items"], *late["items"], *due["items"])
    records = {each["record"] for each in listed}
    if answer["totals"]["worst"]:
        records.add(answer["totals"]["worst"]["record"])
    names = visit.names(records, then)
    year = year_of(then.at)
    for length in lengths:
        pager.stretch(length)
    return {
        "page": visit.page(
            "slips", skip_to="ladders", description=(answer.get("sentence") or {}).get(lang, "")
        ),
        "bar": clock_bar(
            here, then, lang=lang, first=year, last=year,
            filters=(*PART, "outcome", "sort", "within", "after"), moves=False,
        ),
        "ahead": ahead(then, lang),
        "answer": answer,
        "sentence": pieces(answer.get("sentence"), lang, here),
        "coverage": answer["coverage"]["sentence"][lang],
        "totals": _totals(answer["totals"], lang),
        **_drawn(drawn, names, visit),
        "drawn_of": ""
        if len(drawn) == answer["totals"]["ladders"]
        else say(
            "Drawn here: %(num)s of %(all)s.",
            num=number_text(len(drawn)),
            all=number_text(answer["totals"]["ladders"]),
        ),
        "groups": [
            {
                "name": name,
                "rows": [_group(name, each, lang) for each in pager.part(answer["by"][name])],
            }
            for name in GROUPS
            if name in answer.get("by", {})
        ],
        "group_names": {
            "country": say("Country"), "field": say("Field"), "class": say("Class"),
            "operator": say("Operator"), "decade": say("Decade of the first plan"),
        },
        "cut_groups": any(len(rows) > pager.wanted.limit for rows in answer["by"].values()),
        "items": [_item(each, names, then.stated, lang) for each in answer["items"]],
        "late": [
            {**_open(each, names, lang), "last_said": _last_said(each, late, lang)}
            for each in late["items"]
        ],
        "silence": late.get("silence"),
        "put_off": put_off,
        "late_count": late["total"],
        "due": [_open(each, names, lang) for each in due["items"]],
        "due_count": due["total"],
        "lists_late": _lists(meant, "overdue"),
        "lists_due": _lists(meant, "pending"),
        "within": meant.within,
        "usual_span": WITHIN.default,
        "spans": {
            text: duration(after_period(0, text), lang)
            for text in WITHIN.form["enum"]
        },
        "pager": pager,
        "most": MOST_FRAMED,
        "names": names,
        "texts": texts,
        "all_outcomes": OUTCOMES,
        "outcome": outcome,
        "came_to": _outcomes_in_words(meant, say),
        "several": dict.fromkeys([NOT_KEPT, *([outcome] if "," in outcome else [])]),
        "told": TOLD,
        "fields": FIELDS,
        "places": places_offered(visit.reading.at(then), meant.place, lang),
        "filters": meant,
        "came_by": None if meant.came_by is None else written(meant.came_by),
    }  # fmt: skip


def slips_pictured(shown: Mapping[str, Any]) -> Pictured:
    """The promises against what came."""
    drawn = [] if shown["wide"] is None else [shown["wide"]]
    return Pictured(drawings=drawn, small=shown["narrow"], note=shown["drawn_of"], of_a_day=False)


def _answers(visit: Visit, pager: Pager, then: AsOf) -> tuple[Mapping[str, Any], ...]:
    """The ladders of a page, and what was overdue and due `then`, as far as these are meant."""
    query, texts = visit.query, visit.texts
    meant: Promised = query.about
    page = asdict(pager.wanted)
    part = {name: texts[name] for name in PART if name in texts}
    about = Promised(
        countries=meant.countries,
        regions=meant.regions,
        field=meant.field,
        class_=meant.class_,
        operator=meant.operator,
        within=meant.within,
        **page,
    )
    ladders = slips_answer(visit.reading, replace(query, about=replace(meant, **_FROM_THE_FIRST)))
    late, due = NOTHING_OPEN, NOTHING_OPEN
    if _lists(meant, "overdue"):
        overdue = Query("/v1/overdue", then, part, about=about)
        late = overdue_answer(visit.reading, overdue)
        if late["total"]:
            late = {**late, "silence": silence(_afresh(visit.reading), overdue)}
    if _lists(meant, "pending"):
        due = due_answer(visit.reading, Query("/v1/due", then, part, about=about))
    return ladders, late, due


def _afresh(reading: Reading) -> Reading:
    """The same for what only the page asks beside its answers, which never refuses these."""
    return reading._replace(budget=reading.budget.afresh())


def _lists(meant: Promised, outcome: Outcome) -> bool:
    """Whether promises of an outcome of which nothing came are among those that are meant."""
    return meant.came_by is None and (not meant.outcomes or outcome in meant.outcomes)


NOTHING_OPEN: Mapping[str, Any] = {"items": [], "total": 0}
"""In place of an answer about promises that a page leaves out."""


_FROM_THE_FIRST = asdict(Lists(limit=MOST_DRAWN))


def _on_page(visit: Visit, pager: Pager, answer: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The ladders of a page, most often among those that are drawn."""
    wanted = pager.wanted
    reached = wanted.skipped + wanted.limit
    if reached <= MOST_DRAWN or answer["next"] is None:
        items: Sequence[Mapping[str, Any]] = answer["items"][wanted.skipped : reached]
        return items
    about = replace(visit.query.about, by=(), **asdict(wanted))
    further = slips_answer(visit.reading, replace(visit.query, about=about))
    return further["items"]  # type: ignore[no-any-return]


def _put_off(
    visit: Visit,
    totals: Mapping[str, Any],
    drawn: Sequence[Mapping[str, Any]],
    horizon: Day,
) -> int:
    """How many promises that are still to come are certainly put off already: the first plan is
    past, or the last one lies behind it. None are counted where there are more than are drawn."""
    pending = totals["outcomes"].get("pending", 0)
    if not 0 < pending <= MOST_DRAWN:
        return 0
    if totals["ladders"] > len(drawn):
        few = replace(visit.query.about, outcomes=("pending",), by=(), **_FROM_THE_FIRST)
        query = replace(visit.query, about=few)
        drawn = slips_answer(_afresh(visit.reading), query)["items"]
    return sum(
        each["outcome"] == "pending" and _is_put_off(each["plans"], horizon) for each in drawn
    )


def _is_put_off(plans: Sequence[Mapping[str, Any]], horizon: Day) -> bool:
    first = Bounds.of(plans[0]["bounds"]).latest
    behind = (plans[-1]["slip_days"] or {}).get("earliest")
    is_past = first is not None and first < horizon
    return len(plans) > 1 and (is_past or (behind is not None and behind > 0))


def _told_apart(visit: Visit, then: AsOf, items: Sequence[Members]) -> list[Members]:
    """Promises, the `milestone` of each as the step that it is of its facility."""
    plans = [each.get("statement") or each["plans"][0]["statement"] for each in items]
    wanted = {
        plan for plan, each in zip(plans, items, strict=True) if each["milestone"] == "accepted"
    }
    lines = {
        id: msgspec.json.decode(text)
        for id, text in visit.reading.at(then).statements(wanted).items()
    }
    return [
        {
            **each,
            "milestone": labels.step(
                each["milestone"], each.get("class"), lines.get(plan, {}).get("title_zh", "")
            ),
        }
        for plan, each in zip(plans, items, strict=True)
    ]


def _totals(totals: Mapping[str, Any], lang: Language) -> Members:
    """The totals of an answer, with the median and the worst slip in words."""
    return {
        **totals,
        "came": _came(totals),
        "median": _median(totals, lang),
        "worst_slip": _came_words((totals["worst"] or {}).get("slip_days"), lang),
    }


def _came(totals: Mapping[str, Any]) -> int:
    """Of how many ladders something came, also where its delay is open on a side."""
    return sum(totals["outcomes"].get(outcome, 0) for outcome in CAME)


def _median(totals: Mapping[str, Any], lang: Language) -> str:
    """The median slip in words; of one promise alone it is told as that one's."""
    words = _came_words if totals["of"] == 1 else interval_words
    return words(totals["median"], lang)


def _group(name: str, group: Mapping[str, Any], lang: Language) -> Members:
    key = group["key"]
    if key is None:
        text = "–"
    elif name == "country":
        text = places.country(key, lang)
    elif name in ("field", "class"):
        text = labels.label(key, lang)
    else:
        text = key
    return {
        **group,
        "text": text,
        "came": _came(group),
        "median": _median(group, lang),
        "counts": [(name, group["outcomes"].get(name, 0)) for name in TOLD],
    }


def _drawn(items: Sequence[Mapping[str, Any]], names: Mapping[str, str], visit: Visit) -> Members:
    """The ladders of the page, promised against came."""
    if not items:
        return {"wide": None, "narrow": None}
    lang, say, here, horizon = visit.lang, visit.say, visit.here, visit.query.as_of.stated
    marks = [
        Mark(
            promised=_edge(each["plans"][0]["bounds"]),
            came=_edge(each["came"]["bounds"]) if each["came"] else None,
            now=_edge(each["plans"][-1]["bounds"]),
            outcome=each["outcome"],
            title=_title(each, names, visit),
            href=here.record(each["record"]),
            name=names.get(each["record"], each["name"]),
        )
        for each in items
    ]
    words = AxisWords(
        promised=say("first promised for"),
        came=say("came"),
        horizon=language.brief_date(written(horizon), lang),
        about=say(
            "A mark for each promise: across when it was first promised for, upwards when it came. "
            "The table of promises below has the same in words."
        ),
    )
    draw = partial(draw_promised, marks, horizon, lang=lang, words=words)
    label = say("Promised, and what came")
    return {"wide": draw(label=label), "narrow": draw(label=label, narrow=True)}


def _edge(bounds: Mapping[str, str | None]) -> Edge:
    return Edge(*Bounds.of(bounds))


def _title(each: Mapping[str, Any], names: Mapping[str, str], visit: Visit) -> str:
    """A ladder in one line."""
    lang, say = visit.lang, visit.say
    came = each["came"]
    first, last = (language.brief_date(each["plans"][at]["date"], lang) for at in (0, -1))
    told = {
        "name": names.get(each["record"], each["name"]),
        "what": labels.milestone(each["milestone"], lang),
        "date": first,
        "outcome": labels.outcome(each["outcome"], lang)
        + (say(" (%(what)s)", what=language.brief_date(came["date"], lang)) if came else ""),
    }
    if came or first == last:
        return say("%(name)s, %(what)s: promised for %(date)s; %(outcome)s", **told)
    return say(
        "%(name)s, %(what)s: first promised for %(date)s, last for %(last)s; %(outcome)s",
        **told,
        last=last,
    )


def _item(
    each: Mapping[str, Any], names: Mapping[str, str], horizon: Day, lang: Language
) -> Members:
    first, last = each["plans"][0], each["plans"][-1]
    # What did not come has no slip, and yet may have been put off, or be behind its first plan.
    put_off = "" if each["slip_days"] else interval_words(last["slip_days"], lang)
    behind = None
    if each["outcome"] == "overdue":
        behind = behind_of([Bounds.of(plan["bounds"]) for plan in each["plans"]], horizon)
        put_off = short_slip(behind.days, lang) if behind is not None and behind.days else ""
    return {
        **each,
        "name": names.get(each["record"], each["name"]),
        "plans": len(each["plans"]),
        "first": first["date"],
        "said": first["stated"],
        "last": last["date"] if len(each["plans"]) > 1 else "",
        "came": (each["came"] or {}).get("date"),
        "slip": _came_words(each["slip_days"], lang),
        "put_off": put_off,
        "of_first": behind.of_first if behind is not None and len(each["plans"]) > 1 else None,
        "is_open": each["outcome"] in OPEN,
    }


def _last_said(each: Mapping[str, Any], late: Mapping[str, Any], lang: Language) -> str:
    """When the facility of an overdue promise was last heard of, where that was before it was
    due."""
    day = late["silence"].last_said.get(each["statement"])
    return "" if day is None else language.brief_date(written(day), lang)


def _came_words(days: Mapping[str, Any] | None, lang: Language) -> str:
    """How late one promise was kept; "" for none."""
    return "" if days is None else came_words(days["earliest"], days["latest"], lang)


def _open(each: Mapping[str, Any], names: Mapping[str, str], lang: Language) -> Members:
    """A promise that is overdue or due; how long it is overdue is told as the sentences tell it, by
    the last day that it may have meant."""
    name = names.get(each["record"], each["name"])
    days = each["days"]["earliest"]
    return {**each, "name": name, "days": duration(days, lang) if days else ""}
