"""SVG: the timeline of the pages as one picture, with its look and its clocks in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from events.vocabulary import FIELDS
from service.drawing.alone import stand_alone
from service.drawing.lanes import Bar, Dot, Edge, Frame, Heading, Lane, Rung, Staircase, on
from service.drawing.timeline import timeline
from service.feeds.feed import Context, Feed
from service.feeds.titles import lane_name
from service.feeds.vis_timeline import tooltip, viewed
from service.items.item import Item, Kind, Plan
from service.items.when import When
from service.words.labels import KIND_WORDS, field_word
from service.words.word import word

LIMIT = 2_000
"""How many items a picture bears."""

KINDS: tuple[Kind, ...] = ("phase", "milestone", "discovery")


def drawn(context: Context) -> str:
    """The picture, as SVG text. What has no mark in it is counted as `no-mark`."""
    lanes = list(_lanes(context))
    view = viewed(context)
    as_of = context.query.as_of
    frame = Frame(
        first=view.first,
        last=view.stop - 1,
        cursor=as_of.at,
        horizon=as_of.stated if as_of.stated != as_of.at else None,
        today=as_of.stated,
    )
    return stand_alone(
        timeline(lanes, frame, lang=context.lang, headings=_headings(context)),
        lang=context.lang,
        title=context.title,
        captions=list(_captions(context)),
        base=context.base_url,
    )


SVG = Feed(
    name="svg",
    media_type="image/svg+xml",
    suffix="svg",
    summary=word("feed", "A picture of the timeline, for any page or paper."),
    reader="browsers, Inkscape, Word",
    render=drawn,
    limit=LIMIT,
    most=LIMIT,
    kinds=KINDS,
)


def _headings(context: Context) -> dict[str, Heading]:
    return {field: Heading(title=field_word(field, context.lang)) for field in FIELDS} | {
        kind: Heading(title=words[context.lang]) for kind, words in KIND_WORDS.items()
    }


def _lanes(context: Context) -> Iterator[Lane]:
    """A lane for each facility; what belongs to none has one for each of its kinds.

    A milestone has the mark of its phase, of its promises, or of an upgrade; else it has none, as
    nothing has that is disputed or only promised and is no milestone. What has none is counted.
    """
    begun = {item.statement for item in context.items if item.kind == "phase"}
    found: dict[str, list[Item]] = defaultdict(list)
    for item in context.items:
        found[item.lane].append(item)
    lang = context.lang
    for lane, items in found.items():
        named = items[0]
        name = lane_name(named, lang)
        other = named.name.get("zh", "") if lang == "en" else ""
        bars, promises, dots = [], [], []
        for item in items:
            if item.kind == "phase":
                bars.append(_bar(item, lang))
                continue
            dot, ladder = _dot(item, lang), _ladder(item, lang)
            if dot is not None:
                dots.append(dot)
            if ladder is not None:
                promises.append(ladder)
            if dot is None and ladder is None and item.statement not in begun:
                context.omit("no-mark")
        yield Lane(
            record=lane,
            name=name,
            other_name="" if other == name else other,
            href=f"/records/{lane}" if named.name else "",
            group=named.field if named.name else named.kind,
            bars=tuple(bars),
            promises=tuple(promises),
            dots=tuple(dots),
        )


def _bar(item: Item, lang: str) -> Bar:
    end = None
    if not item.open and not item.point:
        if item.end is not None:
            end = _edge(item.end)
        elif item.stop is not None:
            end = on(item.stop)
    return Bar(
        status=item.status or "",
        start=Edge(item.first, item.first) if item.start is None else _edge(item.start),
        end=end,
        expected=item.planned,
        title=tooltip(item, lang),
        statement=item.statement or "",
    )


def _dot(item: Item, lang: str) -> Dot | None:
    """The mark of a discovery or an upgrade, and of whatever belongs to no facility."""
    if item.planned or item.start is None:
        return None
    if item.kind == "milestone" and item.milestone != "upgraded":
        return None
    return Dot(
        kind="upgrade" if item.kind == "milestone" else "discovery",
        date=_edge(item.start),
        title=tooltip(item, lang),
        statement=item.statement or "",
        href=f"/records/{item.record}",
    )


def _ladder(item: Item, lang: str) -> Staircase | None:
    """What was promised, and what came of it or is still awaited."""
    if item.kind != "milestone" or item.start is None or item.said is None:
        return None
    rungs = [_rung(plan, lang) for plan in item.plans]
    if item.planned:
        own = Plan(
            statement=item.id,
            said=item.said,
            date=item.start,
            milestone=item.milestone or "",
        )
        return Staircase(rungs=(*rungs, _rung(own, lang)), pending=True, title=tooltip(item, lang))
    if not rungs:
        return None
    return Staircase(rungs=tuple(rungs), came=_edge(item.start), title=tooltip(item, lang))


def _rung(plan: Plan, lang: str) -> Rung:
    return Rung(
        said=on(plan.said),
        due=_edge(plan.date),
        title=plan.date.text[lang],
        statement=plan.statement,
    )


def _edge(when: When) -> Edge:
    return Edge(when.earliest, when.latest)


def _captions(context: Context) -> Iterator[str]:
    stop = "。" if context.lang == "zh" else ". "
    yield f"{context.clocks}{stop}{context.pinned}"
    if told := context.left_out:
        yield told
