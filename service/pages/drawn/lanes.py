"""What the drawings are made from: lanes, staircases of promises, headings.

The items are those of the feeds and the ladders those of `/v1/slips`, so a bar, a feed and a
row of a table agree.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from events.clocks import AsOf
from events.dates import Bounds, Day, Language, civil, day, parse_iso, year_of
from events.vocabulary import FIELDS
from projections.kinds.ladders import Dated, slip
from service.drawing.lanes import Bar, Dot, Edge, Frame, Heading, Lane, Rung, Staircase, on
from service.feeds.titles import title_of
from service.items.item import Item
from service.items.when import When, when
from service.pages.shell.here import Here
from service.promises.tally import Counted
from service.sentences.times import Unit, in_unit, unit_of
from service.sentences.times import slip as slip_words
from service.words import labels, language
from service.words.names import text_in
from service.words.number import number_text
from service.words.speech import Speech
from service.words.word import word

MARGIN = 30
"""Up to so many years beyond its data the time scale reaches, to show the cursor."""

MOST_MARKS = 60
"""How many phases, how many marks and how many ladders of one facility are drawn, the last ones."""

MOST_PLANS = 30
"""How many promises of one ladder are drawn: the first, and the last ones."""

FAMILIES = (
    ("running", ("operating",)),
    ("building", ("under-construction", "completed", "commissioning")),
    ("planned", ("approved", "proposed")),
)
"""The statuses that the figures of a year count together."""


def frame_of(
    items: Sequence[Item], as_of: AsOf, *, horizon: bool, further: Iterable[int] = ()
) -> Frame:
    """The days to draw: of all items, of `further` years, and of the cursor where it is not too far
    from them."""
    years = [year_of(each) for item in items for each in _days_of(item)]
    years = [*years, *further] or [year_of(as_of.at)]
    first, last = min(years) - 1, max(years) + 1
    cursor = year_of(as_of.at)
    first = cursor - 1 if first - MARGIN <= cursor < first else first
    last = cursor + 1 if last < cursor <= last + MARGIN else last
    return Frame(
        first=day(first, 1, 1),
        last=day(last, 12, 31),
        cursor=as_of.at,
        horizon=as_of.stated if horizon else None,
        today=as_of.stated,
    )


def lanes_of(
    items: Iterable[Item],
    counted: Iterable[Counted],
    lines: Mapping[str, Any],
    cards: Mapping[str, Any],
    *,
    here: Here,
    stated: Day,
    say: Speech,
) -> list[Lane]:
    """A lane for every facility that has a phase or a promise; `cards` by their records."""
    lang = say.lang
    by_record: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        if item.kind in ("phase", "milestone", "discovery"):
            by_record[item.lane].append(item)
    promised: dict[str, list[Counted]] = defaultdict(list)
    for each in counted:
        promised[each.record].append(each)
    drawn = []
    for record, found in by_record.items():
        phases = [item for item in found if item.kind == "phase"]
        if not phases and record not in promised:
            continue
        card = cards.get(record)
        if card is None:
            continue
        name, other = labels.names_of(card, lang)
        dots, ladders = tuple(_dots(found, say)), promised.get(record, [])
        remark, late = _remark(ladders, lines, stated=stated, say=say)
        drawn.append(
            Lane(
                record=record,
                name=name,
                other_name=other,
                href=here.record(record),
                group=card["field"],
                bars=tuple(_bar(item, say) for item in phases[-MOST_MARKS:]),
                promises=tuple(
                    staircase_of(last_of(each), lines, stated=stated, say=say)
                    for each in ladders[-MOST_MARKS:]
                ),
                dots=dots[-MOST_MARKS:],
                left=sum(max(len(each) - MOST_MARKS, 0) for each in (phases, dots, ladders)),
                remark=remark,
                late=late,
            )
        )
    return drawn


def headings_of(
    lanes: Iterable[Lane],
    running: Collection[str],
    *,
    when: str,
    say: Speech,
    beyond: bool = False,
    of_period: bool = False,
) -> dict[str, Heading]:
    """The heading of each field: how many of its facilities are `running`, and when, or would be
    on a day that lies `beyond` the horizon; of a period there, how many were when last heard of."""
    lang = say.lang
    of: Counter[str] = Counter()
    ran: Counter[str] = Counter()
    for lane in lanes:
        of[lane.group] += 1
        ran[lane.group] += lane.record in running
    headings = {}
    for field in (*FIELDS, ""):
        if not of[field]:
            continue
        title = labels.label(field, lang) if field else say("No field")
        facts = {"field": title, "ran": ran[field], "when": when}
        note = say("%(ran)s of %(all)s ran", ran=ran[field], all=of[field])
        label = say.n(
            "%(field)s: %(ran)s of %(num)s facility ran %(when)s",
            "%(field)s: %(ran)s of %(num)s facilities ran %(when)s",
            of[field], **facts,
        )  # fmt: skip
        if beyond and of_period:
            label = say.n(
                "%(field)s: %(ran)s of %(num)s facility ran when last heard of",
                "%(field)s: %(ran)s of %(num)s facilities ran when last heard of",
                of[field], **facts,
            )  # fmt: skip
        elif beyond:
            note = say("%(ran)s of %(all)s would run", ran=ran[field], all=of[field])
            label = say.n(
                "%(field)s: %(ran)s of %(num)s facility would run %(when)s",
                "%(field)s: %(ran)s of %(num)s facilities would run %(when)s",
                of[field], **facts,
            )  # fmt: skip
        headings[field] = Heading(
            title=title,
            other_title=labels.label(field, "zh") if lang == "en" and field else "",
            note=note,
            label=label,
        )
    return headings


def last_of(counted: Counted) -> Counted:
    """A ladder with the first and the last of its plans, where there are more than are drawn."""
    plans = counted.ladder.plans
    if len(plans) <= MOST_PLANS:
        return counted
    shown = (plans[0], *plans[1 - MOST_PLANS :])
    return counted._replace(ladder=counted.ladder._replace(plans=shown))


def staircase_of(
    counted: Counted, lines: Mapping[str, Any], *, stated: Day, say: Speech
) -> Staircase:
    """The promises of one thing and what came of them, for a drawing."""
    lang = say.lang
    ladder = counted.ladder
    plans = [lines[id] for id in ladder.plans]
    first = edge(plans[0])
    rungs = []
    for index, plan in enumerate(plans):
        due, said = edge(plan), said_edge(plan)
        words = say(
            "said %(said)s, for %(due)s",
            said=language.brief_date(plan["stated"], lang),
            due=language.brief_date(plan["date"], lang),
        )
        rungs.append(
            Rung(
                said=said,
                due=due,
                text=words,
                note=text_in(plan, "title", lang),
                slip=say("first promise") if index == 0 else _behind(first, due, lang),
                title=say("%(title)s (%(words)s)", title=text_in(plan, "title", lang), words=words),
            )
        )
    came = lines.get(ladder.came) if ladder.came else None
    pending = counted.outcome in ("pending", "overdue")
    result = ""
    if came is not None:
        result = short_interval(counted, lang)
    elif counted.outcome == "overdue":
        result = _overdue_words([edge(plan) for plan in plans], stated, say)
    return Staircase(
        rungs=tuple(rungs),
        came=None if came is None else edge(came),
        pending=pending,
        title=outcome_words(counted, lines, say),
        came_text="" if came is None else say(
            "came %(date)s", date=language.brief_date(came["date"], lang)
        ),
        result=result,
    )  # fmt: skip


def edge(line: Mapping[str, Any]) -> Edge:
    """The bounds of a statement's date."""
    return Edge(*Bounds.of(line["bounds"]))


def said_edge(line: Mapping[str, Any]) -> Edge:
    """When a statement was said, as vague as its source gives it."""
    if "stated" not in line:
        return on(parse_iso(line["said"]["day"]))
    return edge_of(when(line["stated"]))


def counted_days(counted: Counted) -> int | None:
    """How many days late what came was at least, or early if negative; 0 where it may have been on
    time, None where nothing came."""
    slip = counted.ladder.slip
    if slip is None:
        return None
    if slip.earliest is not None and slip.earliest > 0:
        return slip.earliest
    if slip.latest is not None and slip.latest < 0:
        return slip.latest
    return 0


def short_interval(counted: Counted, lang: Language) -> str:
    """The slip of what came in words, at least and at most; "on time" where it may have been."""
    slip = counted.ladder.slip
    return "" if slip is None else came_words(slip.earliest, slip.latest, lang)


def came_words(earliest: float | None, latest: float | None, lang: Language) -> str:
    """How late or early one promise was kept, as the sentences have it: "on time" where it may have
    been.

    >>> came_words(1699, 2064, "en"), came_words(-150, 30, "en"), came_words(-30, None, "zh")
    ('+4.7 to +5.7 y', 'on time', '如期')
    """
    certain = (earliest is not None and earliest > 0) or (latest is not None and latest < 0)
    return short_slips(earliest, latest, lang) if certain else slip_words(0, lang)


class Behind(NamedTuple):
    """How many days ago something was promised for, and whether by its first promise."""

    days: int
    of_first: bool


def behind_of(plans: Sequence[Dated], stated: Day) -> Behind | None:
    """How far something that is overdue is behind the last possible day of its first promise, or,
    where that has not passed, of the last one that has come; None where none has."""
    first = plans[0].latest
    if first is not None and first < stated:
        return Behind(stated - first, of_first=True)
    come = [each.latest for each in plans if each.latest is not None and each.latest <= stated]
    return Behind(stated - come[-1], of_first=len(plans) == 1) if come else None


def _overdue_words(plans: Sequence[Dated], stated: Day, say: Speech) -> str:
    """How far something that is overdue is behind, without what it is counted from where that is
    its first promise."""
    behind = behind_of(plans, stated)
    if behind is None:
        return ""
    if behind.days == 0:
        return say("due on this very day")
    slip = short_slip(behind.days, say.lang)
    return slip if behind.of_first else say("%(slip)s since the last promise", slip=slip)


def short_slips(earliest: float | None, latest: float | None, lang: Language) -> str:
    """An interval of slips, each end in the unit that fits it, as in the sentences; an open end is
    left out.

    >>> short_slips(1699, 2064, "en"), short_slips(-621, -243, "zh"), short_slips(20, None, "en")
    ('+4.7 to +5.7 y', '−1.7年至−8个月', '+20 d or more')
    >>> short_slips(0, 0, "en"), short_slips(30, 30, "en"), short_slips(None, None, "en")
    ('on time', '+30 d', '?')
    >>> short_slips(0, 150, "en"), short_slips(300, 700, "en")
    ('0 to +5 mo', '+10 mo to +1.9 y')
    """
    if earliest is None and latest is None:
        return "?"
    ends = [end for end in (earliest, latest) if end is not None]
    if not any(ends):
        return slip_words(0, lang)
    units = [unit_of(end) for end in ends]
    numbers = [_signed(in_unit(end, unit)) for end, unit in zip(ends, units, strict=True)]
    texts = [f"{number}{_UNITS[unit][lang]}" for number, unit in zip(numbers, units, strict=True)]
    if len(ends) == 1:
        return _half_open(texts[0], lang, least=earliest is not None)
    if texts[0] == texts[1]:
        return texts[0]
    # A unit is written once for both; nothing has none.
    if units[0] == units[1] or numbers[0] == "0":
        texts[0] = numbers[0]
    return f"{texts[0]}{'至' if lang == 'zh' else ' to '}{texts[1]}"


def interval_words(days: Mapping[str, Any] | None, lang: Language) -> str:
    """An interval of days of an answer, `earliest` and `latest`, as slips; "" for none."""
    return "" if days is None else short_slips(days["earliest"], days["latest"], lang)


_UNITS: Mapping[Unit, Mapping[str, str]] = {
    "day": word("short unit", " d"),
    "month": word("short unit", " mo"),
    "year": word("short unit", " y"),
}


def short_slip(days: float | None, lang: Language) -> str:
    """A slip in the largest unit that fits, as the right-hand column has it.

    >>> short_slip(1699, "en"), short_slip(-16, "zh"), short_slip(0, "en")
    ('+4.7 y', '−16天', 'on time')
    """
    return "" if days is None else short_slips(days, days, lang)


def _signed(value: float) -> str:
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return sign + number_text(abs(value), grouped=False)


def _half_open(end: str, lang: Language, *, least: bool) -> str:
    if lang == "zh":
        return f"{end}{'以上' if least else '以下'}"
    return f"{end} or {'more' if least else 'less'}"


def outcome_words(counted: Counted, lines: Mapping[str, Any], say: Speech) -> str:
    """What came of a ladder, in one line."""
    lang = say.lang
    plan = lines[counted.ladder.plans[0]]
    what = labels.milestone(
        counted.ladder.milestone, lang, counted.card.get("class"), plan.get("title_zh", "")
    )
    promised = language.brief_date(plan["date"], lang)
    if counted.ladder.came:
        came = language.brief_date(lines[counted.ladder.came]["date"], lang)
        return say(
            "%(what)s: promised for %(promised)s, came %(came)s (%(slip)s)",
            what=what,
            promised=promised,
            came=came,
            slip=short_interval(counted, lang),
        )
    return say(
        "%(what)s: promised for %(promised)s, %(outcome)s",
        what=what,
        promised=promised,
        outcome=labels.outcome(counted.outcome, lang),
    )


def _bar(item: Item, say: Speech) -> Bar:
    lang = say.lang
    end = None
    if not item.open and not item.point:
        if item.end is not None:
            end = edge_of(item.end)
        elif item.stop is not None:
            end = on(item.stop)
    status = labels.status(item.status or "", lang, ran=item.ran)
    since = language.brief_date(item.start.edtf, lang) if item.start else ""
    title = title_of(item, lang)
    if since:
        title = say("%(name)s: %(value)s", name=title, value=since)
    if item.planned:
        title = say("%(title)s (expected)", title=title)
    if item.contested:
        title = say("%(title)s (date contested)", title=title)
    return Bar(
        status=item.status or "",
        start=edge_of(item.start) if item.start else Edge(item.first, item.first),
        end=end,
        expected=item.planned,
        contested=item.contested,
        title=title or status,
    )


def _dots(found: Iterable[Item], say: Speech) -> Iterable[Dot]:
    lang = say.lang
    for item in found:
        if item.planned or item.disputed or item.start is None:
            continue
        if item.kind == "discovery" or item.milestone == "upgraded":
            dated = language.brief_date(item.start.edtf, lang)
            yield Dot(
                kind="discovery" if item.kind == "discovery" else "upgrade",
                date=edge_of(item.start),
                title=say("%(name)s: %(value)s", name=title_of(item, lang), value=dated),
            )


def _remark(
    counted: Sequence[Counted], lines: Mapping[str, Any], *, stated: Day, say: Speech
) -> tuple[str, bool]:
    """The worst slip of a facility against a first promise, or when it is due; and whether it is
    late."""
    lang = say.lang
    overdue = [
        behind
        for each in counted
        if each.outcome == "overdue"
        and (behind := behind_of([edge(lines[id]) for id in each.ladder.plans], stated)) is not None
    ]
    if overdue:
        late = max(overdue)
        return say("%(slip)s so far", slip=short_slip(late.days, lang)), True
    slips = [(days, each) for each in counted if (days := counted_days(each)) is not None]
    worst = max(slips, key=lambda slip: slip[0], default=None)
    if worst is not None and worst[0] > 0:
        return short_interval(worst[1], lang), True
    due = [
        last
        for each in counted
        if each.outcome == "pending"
        and (last := edge(lines[each.ladder.current]).latest) is not None
    ]
    if due:
        return say("due %(year)s", year=civil(min(due))[0]), False
    return ("", False) if worst is None else (short_interval(worst[1], lang), False)


def edge_of(date: When) -> Edge:
    """The first and the last day that a date may mean."""
    return Edge(date.earliest, date.latest)


def _days_of(item: Item) -> Iterable[Day]:
    if item.kind in ("phase", "milestone", "discovery", "policy"):
        for each in (item.first, item.start.latest if item.start else None):
            if each is not None:
                yield each


def _behind(first: Edge, due: Edge, lang: Language) -> str:
    """How far a promise lies behind the first, at least and at most, as the rules count slips."""
    behind = slip(first, due)
    return short_slips(behind.earliest, behind.latest, lang)
