"""The state in a year: sentence, figures, map, timeline, and the lists that are the truth.

Every mark of a drawing is also a row of a table, and every number is the one of `/v1/state`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from events.dates import Day, day, iso, year_of
from events.vocabulary import FIELDS
from projections.engine.spans import BEFORE_ALL
from projections.views.reading import Reading
from projections.views.state import Row
from service.asking.aging import years_before
from service.asking.filters import Wanted
from service.asking.json_text import Fragment
from service.asking.query import Query
from service.drawing.figures import Figure, draw_figures, draw_key
from service.drawing.lanes import WIDE, Frame
from service.drawing.sparkline import Point, sparkline, spread
from service.items.item import Item, Kind
from service.items.selection import Selection
from service.linked.citing import plain, state_cited
from service.pages.drawn.canvas import canvas_of
from service.pages.drawn.courses import courses
from service.pages.drawn.item_cache import cached_items
from service.pages.drawn.lanes import FAMILIES, frame_of, lanes_of
from service.pages.shell.answering import Visit
from service.pages.shell.clockbar import clock_bar, written
from service.pages.shell.formats import feeds_of
from service.pages.shell.here import PART
from service.pages.shell.layout import Members, pieces
from service.pages.shell.notes import is_silent
from service.pages.shell.pictured import Pictured
from service.pages.shell.placing import places_offered
from service.pages.shell.titling import as_told, headed, part_of_the_world
from service.pages.state.drawings import state_drawings, tallies_of, tallies_of_many
from service.pages.state.figures import Figures
from service.pages.state.hindsight import hindsight_beside, unforeseen
from service.pages.state.listing import Listing
from service.pages.state.map import state_map
from service.pages.state.tables import ORDER, facility_rows, table_sides
from service.promises.filters import Promised
from service.promises.slips import ladders
from service.promises.tally import Counted, Tally
from service.state.answer import state_answer
from service.state.facilities import NUMBER, Facilities, counts_by_status
from service.web.root import root
from service.words import labels, language
from service.words.names import text_in
from service.words.places import WORLD
from service.words.speech import Speech

MOST_OPEN = 160
"""So many lives are drawn one below the other; of more, those of each field are folded."""

MOST_DRAWN = 2000
"""Up to so many records all of them are read for the drawings."""

MOST_READINGS = 60
"""How many readings of a series are drawn beside it, evenly spread over all."""

FIGURES_WIDE = 660
"""How wide the figures are that stand beside the map in a picture, in pixels."""

MOST_RIVALS = 5
"""How many rivals of one statement a page shows."""

DRAWN: tuple[Kind, ...] = ("phase", "milestone", "discovery", "policy")
"""The kinds of items in the timeline and the strip."""


def state_title(_: Reading, query: Query, say: Speech) -> str:
    """Which part of the world is told of, and when."""
    about: Wanted = query.about
    as_of = query.as_of
    text = written(as_of.at) if as_of.during is None else as_of.during.text
    day_text = language.brief_date(text, say.lang)
    place = part_of_the_world(about.place, say)
    if place:
        day_text = say("%(place)s, %(day)s", place=place, day=day_text)
    what = part_of_the_world(WORLD, say, field=about.field, class_=about.class_)
    if statuses := about.statuses or about.expected:
        named = [labels.label(each, say.lang) for each in statuses]
        what = say("facilities %(status)s", status=say(", ").join(named))
    return as_told(headed(day_text, what or say("big science"), say), as_of, say)


def state_page(visit: Visit) -> Members:
    """What the template of the state shows."""
    return _State(visit).shown()


def state_drawn(visit: Visit) -> Members:
    """The same, for a frame that has all drawings in it and folds none."""
    return _State(visit, folds=False).shown()


def state_pictured(shown: Mapping[str, Any]) -> Pictured:
    """The figures and the map, and how much happened in each year; where more has been said since,
    what nobody foresaw."""
    wide = FIGURES_WIDE if shown["map"] else WIDE
    figures = [Figure(each["number"], each["what"]) for each in shown["figures"]]
    on_map = [(table["status"], table["title"]) for side in shown["sides"] for table in side]
    has_key = shown["map"] and not shown["crowds"]
    key = [(status, name) for status, name in on_map if status and has_key]
    label = shown["page"].title
    return Pictured(
        drawings=[shown["strip_alone"]()] if shown["lanes"] else [],
        under=[
            draw_figures(figures, label=label, wide=wide),
            *([draw_key(key, label=label, wide=wide)] if key else []),
        ],
        beside=shown["map"],
        small=shown["map"],
        further=shown["unforeseen"],
    )


class _State:
    """One state, with what its parts share."""

    def __init__(self, visit: Visit, *, folds: bool = True) -> None:
        self.visit, self.query, self.reading = visit, visit.query, visit.reading
        self.folds = folds
        self.wanted: Wanted = visit.query.about
        self.here, self.lang, self.say = visit.here, visit.lang, visit.say
        self.as_of = visit.query.as_of
        self.slice = self.reading.at(
            self.as_of,
            countries=self.wanted.place.codes,
            field=self.wanted.field,
            class_=self.wanted.class_,
        )
        self.listing = Listing(visit, Facilities(self.slice))
        self.among: frozenset[str] | None = None

    def shown(self) -> Members:
        as_of, say, lang = self.as_of, self.say, self.lang
        shown = replace(self.query, about=self.listing.page)
        answer = {**self.query.head(), **state_answer(self.reading, shown)}
        lengths = {
            name: answer["totals"].get(name, len(answer[name]))
            for name in ("policies", "indicators", "discoveries", "observations")
        }
        whole = self.listing.is_whole
        records = self.slice.find("record", as_of.at)
        all_drawn = whole and len(records) <= MOST_DRAWN
        if not all_drawn:
            self.among = frozenset(row["id"] for row in answer["facilities"])
        items = self._items()
        phases = len(self.slice.find("status", as_of.stated, first=BEFORE_ALL))
        tallies = tallies_of(items) if all_drawn else tallies_of_many(self.slice)
        cards = self.slice.cards(
            {item.lane for item in items}
            | {row["id"] for row in answer["facilities"]}
            | {line["facility"] for line in answer["discoveries"] if "facility" in line}
        )
        tally = Tally(self.slice, Promised())
        counted = ladders(self.slice, records=self.among)
        begun = self.slice.begun("indicator", max(as_of.at, as_of.stated))
        lines = self._lines(answer, counted, begun)
        beyond = self.slice.is_beyond
        frame = frame_of(
            items,
            as_of,
            horizon="stated" in self.here.texts or beyond,
            further=(tally.year for tally in tallies),
        )
        rows = facility_rows(answer, cards, beyond=beyond, lang=lang)
        totals = self._totals(answer, beyond=beyond)
        lanes = lanes_of(items, counted, lines, cards, here=self.here, stated=as_of.stated, say=say)
        folded = self.folds and len(lanes) > MOST_OPEN
        first, last = year_of(frame.first), year_of(frame.last)
        course = courses(self.slice, tally=tally, first=first, last=last)
        day_text = written(as_of.at) if as_of.during is None else as_of.during.text
        hindsight = hindsight_beside(self.visit)
        bar = clock_bar(
            self.here, as_of, lang=lang,
            first=first, last=last,
            filters=PART,
        )  # fmt: skip
        return {
            "page": self.visit.page(
                "state",
                formats=feeds_of(self.here),
                skip_to="facilities",
                description=answer["sentence"][lang],
            ),
            "bar": bar,
            "filters": self.wanted,
            "places": places_offered(self.reading.at(as_of), self.wanted.place, self.lang),
            "all_drawn": all_drawn,
            "listed": self._listed(answer, rows),
            "folded": folded,
            "left": sum(lane.left for lane in lanes),
            "coverage": answer["coverage"]["sentence"][lang],
            "silent": self._silent(answer) if whole else "",
            "canvas": canvas_of(lanes, as_of, self.here, say, whole=all_drawn, phases=phases),
            "fields": FIELDS,
            "answer": answer,
            "day_text": day_text,
            "long": len(day_text) > 4,
            "beyond": beyond,
            "sentence": pieces(
                answer["sentence"],
                lang,
                self.here,
                None
                # The sentence is of what was expected, the tables of what ran when last heard of.
                if beyond and self.wanted.statuses and not self.wanted.expected
                else self._table_of(rows),
            ),
            "figures": Figures(
                visit=self.visit,
                beyond=beyond,
                totals=totals,
                of_status=None if whole else self.listing.of_status,
                running=_range(answer) if not beyond else None,
                policies=lengths["policies"],
                tally=tally,
                course=course,
                frame=frame,
            ).shown(),
            "course_first": course.first,
            "hindsight": hindsight,
            "unforeseen": unforeseen(hindsight, say),
            "sides": table_sides(rows, answer, say, at=as_of.at),
            "rivals": self._rivals(answer),
            "most_rivals": MOST_RIVALS,
            "lengths": lengths,
            "first": self.here.url(after=None) if self.wanted.after else None,
            "record_of": record_of(answer),
            "facility_names": self._facility_names(answer, cards),
            "readings": self._readings(answer, begun, lines),
            "new_from": iso(day(year_of(as_of.at), 1, 1)),
            "cited_here": self._cited(answer, lines),
            "cite": plain(
                state_cited(answer, root=root(), filters=self.query.filters, lang=lang), lang
            ),
            **state_drawings(
                self.visit, lanes, tallies, frame, ran=self._ran(), day_text=day_text, apart=folded
            ),
            **state_map(self.visit, (not whole and self.listing.mapped()) or rows),
        }

    def _listed(self, answer: Mapping[str, Any], rows: Sequence[Members]) -> Members:
        """How many facilities the tables of all pages have, and where among them this page is."""
        listing, shown = self.listing, len(rows)
        if answer["totals"]["status"] and "during" in answer:
            # A facility stands there once for each of its statuses.
            all = sum(answer["totals"]["status"].values())
        else:
            all = listing.total
        if shown == all:
            return {"all": all, "statuses": {}, "parts": {}}
        counts = answer["totals"]["status"] if "during" in answer else listing.statuses
        return {
            "all": all,
            "shown": shown,
            "first": listing.first if shown else None,
            "statuses": {
                status: {"count": counts[status], "href": listing.of_status(status)}
                for status in ORDER
                if counts.get(status)
            },
            "parts": {} if "during" in answer else listing.parts(),
        }

    def _table_of(self, rows: Sequence[Members]) -> Callable[[str], str]:
        """Where the facilities of a status are listed: further down, or on a page of their own."""
        if self.listing.is_whole:
            return lambda status: _table(status, rows)
        return self.listing.of_status

    # --- what goes with the answer

    def _items(self) -> list[Item]:
        """The items to draw: all, or where there are too many only those of `among`."""
        selection = Selection(
            kinds=DRAWN,
            countries=self.wanted.countries,
            regions=self.wanted.regions,
            field=self.wanted.field,
            class_=self.wanted.class_,
            among=self.among,
        )
        return cached_items(self.reading, self.as_of, selection)

    def _lines(
        self, answer: Mapping[str, Any], counted: Iterable[Counted], begun: Iterable[Row]
    ) -> Mapping[str, Fragment]:
        """The statements of ladders, of readings, and behind the statuses of facilities, by id."""
        ids: set[str | None] = {row.statement for row in begun}
        ids |= {row.get("statement") for row in answer["facilities"]}
        for each in counted:
            ids |= {*each.ladder.plans, each.ladder.came}
        texts = self.slice.statements(id for id in ids if id is not None)
        return {id: Fragment(text) for id, text in texts.items()}

    # --- the figures

    def _totals(self, answer: Mapping[str, Any], *, beyond: bool) -> Mapping[str, int]:
        """Facilities by status: those of the answer, beyond the horizon those expected."""
        totals: Mapping[str, int] = answer["totals"]["status"]
        if not beyond or self.query.as_of.during is not None:
            return totals
        facilities = self.listing.facilities
        return counts_by_status(facilities.would[facilities.meant(self.wanted)])

    def _ran(self) -> frozenset[str]:
        """The facilities that ran on the day or on some day of the period, whatever statuses are
        asked for. Beyond the horizon those that would, of a period those that ran when last heard
        of: nothing is expected of it."""
        facilities, period = self.listing.facilities, self.as_of.during
        if period is None or self.slice.is_beyond:
            shown = facilities.would if period is None else facilities.statuses
            return frozenset(facilities.order.ids_at(np.flatnonzero(shown == NUMBER["operating"])))
        found = self.slice.find("status", self.as_of.at, first=period.first)
        ran = found.where(found["value"] == NUMBER["operating"])
        return frozenset(facilities.order.ids_at(facilities.places(ran)))

    # --- the lists

    def _facility_names(
        self, answer: Mapping[str, Any], cards: Mapping[str, Members]
    ) -> Mapping[str, str]:
        """The short names of the facilities at which something was found."""
        ids = {line.get("facility") for line in answer["discoveries"]}
        return {id: labels.names_of(cards[id], self.lang)[0] for id in ids & cards.keys()}

    def _rivals(self, answer: Mapping[str, Any]) -> dict[str, list[Members]]:
        """The statements that contradict a discovery or a policy of the page."""
        ids = [
            line["id"]
            for section in ("discoveries", "policies", "indicators")
            for line in answer[section]
        ]
        found = self.reading.lines.contradicting(
            self.reading.db, ids, stated=self.as_of.stated, known=self.as_of.known
        )
        return {id: rivals for id, rivals in found.items() if rivals}

    def _readings(
        self, answer: Mapping[str, Any], begun: Iterable[Row], lines: Mapping[str, Fragment]
    ) -> list[Members]:
        """The reading of each series that holds, with the course of the series."""
        series: dict[str, list[tuple[Day, Fragment]]] = {}
        for row in sorted(begun, key=lambda row: row.vf):
            series.setdefault(row.value, []).append((row.vf, lines[row.statement]))
        shown = []
        lang = self.lang
        cards = self.reading.at(self.as_of).cards(line["series"] for line in answer["indicators"])
        for line in answer["indicators"]:
            card = cards.get(line["series"])
            readings = series.get(line["series"], [])
            numbers: list[Point] = [
                (vf, each["value"])
                for vf, each in readings
                if isinstance(each["value"], int | float) and each["unit"] == line["unit"]
            ]
            spark = None
            if len(numbers) > 1:
                span = Frame(first=numbers[0][0], last=numbers[-1][0], cursor=self.as_of.at)
                drawn = spread(numbers, MOST_READINGS)
                spark = sparkline(drawn, span, width=96, height=28, stepped=False, dots=True)
            shown.append(
                {
                    "line": line,
                    "name": text_in(line, "title", lang)
                    if card is None
                    else labels.names_of(card, lang)[0],
                    "unit": labels.unit_of(line["unit"], card, lang),
                    "spark": spark,
                    "count": len(readings),
                }
            )
        return shown

    def _silent(self, answer: Mapping[str, Any]) -> str:
        """Of how many facilities that run now nothing was said for long."""
        as_of, since = self.as_of, years_before(self.as_of.stated)
        if as_of.during is not None or as_of.at < since:
            return ""
        running = [row for row in answer["facilities"] if row["status"] == "operating"]
        silent = sum(is_silent(row, at=as_of.at) for row in running)
        if not silent:
            return ""
        return self.say.n(
            "Of those that run, %(num)s was last heard of before %(date)s.",
            "Of those that run, %(num)s were last heard of before %(date)s.",
            silent,
            date=language.brief_date(iso(since), self.lang),
        )

    def _cited(self, answer: Mapping[str, Any], lines: Mapping[str, Fragment]) -> Members:
        """How many statements and texts the lists of the page rest on, and of how many statements
        it is assumed when they were said."""
        listed = [
            line
            for name in ("policies", "indicators", "discoveries", "observations")
            for line in answer[name]
        ]
        behind = lines.keys() & {row.get("statement") for row in answer["facilities"]}
        shown = [*listed, *(lines[id] for id in behind)]
        sources = {each["id"] for line in shown for each in line.get("sources", ())}
        assumed = sum(line["said"]["assumed"] for line in shown)
        return {"statements": len(shown), "sources": len(sources), "assumed": assumed}


def _table(status: str, rows: Iterable[Mapping[str, Any]]) -> str:
    """Where the facilities of a status are on the page, or those that are counted with it."""
    shown = {row["shown"] for row in rows}
    family = next((family for _, family in FAMILIES if status in family), (status,))
    return next((f"#s-{each}" for each in (status, *family) if each in shown), "#facilities")


def _range(answer: Mapping[str, Any]) -> tuple[int, int] | None:
    """The least and the most facilities that can have run, where they differ."""
    found = answer["totals"]["range"].get("operating")
    if found is None or found["certain"] == found["possible"]:
        return None
    return found["certain"], found["possible"]


def record_of(answer: Mapping[str, Any]) -> dict[str, str]:
    """The record of each statement in the lists of a state: named by it, or of its own id."""
    return {
        line["id"]: line.get("record") or line["id"]
        for section in ("policies", "discoveries", "observations")
        for line in answer[section]
    }
