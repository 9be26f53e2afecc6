"""What is odd about a command though it may be recorded, besides the warnings of its statements.

Those follow from a record as it is, so that its page shows them too; these are told only to whoever
is about to record: what shows in the change itself, or beside what others have said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import islice

from events.dates import parse
from events.fact import Line
from events.statement import Statement
from events.stream import Stream
from projections.kinds.facility import FOR_GOOD
from projections.views.reading import Slice
from service.asking.query import Arguments
from service.orders.preview import Touched
from service.pages.desk.room import PATH, Desk
from service.pages.desk.task import folded_at
from service.pages.shell.layout import Members
from service.web.near import alike_facilities
from service.words import labels, language

NAMES = ("name", "name_zh", "acronym")
"""What a facility is called on its card."""

MOST_CARDS = 20
"""So many cards are held against the others."""


def oddities(desk: Desk, changing: Sequence[Touched]) -> Iterator[Members]:
    """What is odd, each with its `text` and the number of its `line`."""
    new = {id for change in changing for id in change.after.kept}
    yield from _of_cards(desk, changing)
    sources = _sources(desk, changing)
    for change in changing:
        for event in change.events:
            if event.about.space == "statement":
                for text in _of_statement(desk, change, event.id, new, sources):
                    yield {"line": event.number, "text": text}


def _of_cards(desk: Desk, changing: Sequence[Touched]) -> Iterator[Members]:
    """What is odd about the cards of facilities that are recorded or changed."""
    world: Slice | None = None
    for change in islice((each for each in changing if _is_of_card(each)), MOST_CARDS):
        card, before = change.after.card or {}, change.before.card or {}
        number = change.events[-1].number
        texts = []
        if ("latitude" in card) != ("longitude" in card):
            texts.append(
                desk.say("It needs both a latitude and a longitude, or it stands on no map.")
            )
        names = [card[each] for each in NAMES if each in card and card[each] != before.get(each)]
        world = _now(desk) if world is None else world
        texts += [
            desk.say(
                "%(name)s (%(id)s) is called the same, or nearly so: is it another facility?",
                name=each.name,
                id=each.id,
            )
            for each in alike_facilities(names, world, desk.lang)
            if each.id != change.after.id
        ]
        yield from ({"line": number, "text": text} for text in texts)


def _is_of_card(change: Touched) -> bool:
    card = change.after.card or {}
    return card.get("type") == "facility" and card != change.before.card


def _now(desk: Desk) -> Slice:
    """What the views tell of now."""
    chronicle, texts = desk.service.chronicle, {"known": f"@{desk.service.views.tracked()}"}
    clocks = Arguments(path=PATH, texts=texts, log=chronicle.log, now=chronicle.now()).clocks()
    return desk.service.reading_at(clocks.known).at(clocks)


def _sources(desk: Desk, changing: Sequence[Touched]) -> Callable[[str], Line]:
    """The card of a source by its id, as it would be; empty where there is none."""
    coming = {change.stream: change.after.card for change in changing}

    @cache
    def card(id: str) -> Line:
        stream = str(Stream.source(id))
        return coming.get(stream) or folded_at(desk.service, stream, None)[0].card or {}

    return card


def _of_statement(
    desk: Desk, change: Touched, id: str, new: set[str], sources: Callable[[str], Line]
) -> Iterator[str]:
    """What is odd about a statement that is recorded or changed; `new` are the ids of all that are
    in the records that change, `sources` gives the cards of sources."""
    statement, say = change.after.statement(id), desk.say
    before = change.before.kept[id].line if id in change.before.kept else None
    line = statement.line
    if statement.withdrawn or line == before:
        return
    altered = {name for name in ("date", "sources") if line.get(name) != (before or line).get(name)}
    if altered == {"date"}:
        yield say("Its date changes, and what it rests on does not: do its sources say so?")
    if altered or before is None:
        yield from _of_sources(desk, statement, sources)
    named = set(line.get("contradicts", ())) - set((before or {}).get("contradicts", ()))
    for each in sorted(named - new - set(desk.service.chronicle.claimed("statement", named))):
        yield say("It contradicts %(id)s, and nothing of that id is recorded.", id=each)
    yield from _of_closing(desk, statement, change.after.statements())


def _of_sources(desk: Desk, statement: Statement, sources: Callable[[str], Line]) -> Iterator[str]:
    """The sources that were published before what they are to prove had happened."""
    if statement.planned or statement.earliest is None:
        return
    for id in dict.fromkeys(each["id"] for each in statement.line.get("sources", ())):
        text = sources(id).get("date")
        last = parse(text).latest if text else None
        if last is not None and last < statement.earliest:
            yield desk.say(
                "The source %(id)s is of %(date)s, before this happened: can it prove it?",
                id=id,
                date=language.date(text, desk.lang),
            )


def _of_closing(desk: Desk, statement: Statement, others: list[Statement]) -> Iterator[str]:
    """What comes after the end of its facility."""
    for other in others:
        if other.withdrawn or other.planned or statement.planned:
            continue
        for end, step in ((statement, other), (other, statement)):
            if end.milestone not in FOR_GOOD or step.milestone in (None, *FOR_GOOD):
                continue
            last, first = end.latest, step.earliest
            if last is not None and first is not None and last < first:
                yield desk.say(
                    "%(end)s comes before %(step)s (%(id)s).",
                    end=labels.milestone(end.milestone, desk.lang),
                    step=labels.milestone(step.milestone, desk.lang),
                    id=other.id,
                )
                return
