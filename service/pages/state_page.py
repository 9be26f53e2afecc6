"""The state in a year: sentence, figures, map, timeline, and the lists that are the truth.

Every mark of a drawing is also a row of a table, and every number is the one of `/v1/state`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import mean
from typing import Any

import msgspec

from events.clocks import AsOf, utc_day
from events.dates import Day, Language, day, iso, year_of
from events.vocabulary import FIELDS
from projections.facility import FOR_GOOD
from projections.state import Row
from service.citing import plain, state_cited
from service.diff import Comparison
from service.drawing.crowds import Crowd, draw_crowds
from service.drawing.lanes import Drawing, Frame, Lane
from service.drawing.map import Place, draw_map
from service.drawing.marks import definitions, icon, legend
from service.drawing.sparkline import sparkline
from service.drawing.strip import Tally, strip
from service.drawing.timeline import timeline, timeline_scale
from service.filters import given
from service.hindsight import hindsight_answer
from service.items.item import Item, Kind
from service.items.selection import Selection
from service.pages import labels, language
from service.pages.answering import Asked
from service.pages.canvas import canvas_of
from service.pages.clockbar import clock_bar, written, year_text
from service.pages.courses import Courses, courses
from service.pages.coverage import coverage
from service.pages.figures import Figures, came_by
from service.pages.formats import feeds_of
from service.pages.kept import kept_items
from service.pages.lanes import FAMILIES, frame_of, headings_of, lanes_of
from service.pages.page import Format, Members, page_at, pieces
from service.promises import Promised
from service.question import Question
from service.root import root
from service.slips import Counted, ladders
from service.state import Wanted, state_answer

FILTERS = ("country", "field", "status", "limit", "after")

ORDER = (
    "operating",
    "commissioning",
    "completed",
    "under-construction",
    "approved",
    "proposed",
    "suspended",
    "decommissioned",
    "cancelled",
)
"""The tables of facilities, the nearest to running first."""

MOST_DRAWN = 2000
"""Up to so many records all of them are read for the drawings."""

MOST_LANES = 300
"""How many facilities are drawn where there are more records than that."""

DRAWN: tuple[Kind, ...] = ("phase", "milestone", "discovery", "policy")
"""The kinds of items in the timeline and the strip."""


def state_page(asked: Asked) -> Members:
    """What the template of the state shows."""
    return _State(asked, asked.answered("/v1/state")).shown()


class _State:
    """One state, with what its parts share."""

    def __init__(self, asked: Asked, question: Question) -> None:
        self.page_question, self.question = asked.question, question
        self.service, self.db, self.wanted = asked.service, asked.db, asked.wanted
        self.here, self.lang, self.say = asked.here, asked.lang, asked.say
        self.among: frozenset[str] | None = None

    def shown(self) -> Members:
        as_of, say, lang = self.question.as_of, self.say, self.lang
        answer = self._answer()
        every = self._records()
        if len(every) > MOST_DRAWN:
            self.among = frozenset(row["id"] for row in answer["facilities"][:MOST_LANES])
        items = self._items()
        cards = self._cards(
            {item.lane for item in items} | {row["id"] for row in answer["facilities"]}
        )
        counted = ladders(
            self.service.state, self.db, self.question, Promised(wanted=self._unpaged())
        )
        lines = self._lines(counted)
        stated_given = "stated" in self.here.texts
        beyond = as_of.at > as_of.stated
        frame = frame_of(items, as_of, horizon=stated_given or beyond)
        rows = self._rows(answer, cards, beyond=beyond)
        held = {row["id"]: row["shown"] for row in rows}
        lanes = lanes_of(
            items, counted, lines, cards, here=self.here, lang=lang, stated=as_of.stated, say=say
        )
        course = self._courses(counted, lines, frame)
        told = written(as_of.at) if as_of.during is None else as_of.during.text
        bar = clock_bar(
            self.here, as_of, lang=lang,
            first=year_of(frame.first), last=year_of(frame.last),
            filters=("country", "field"),
        )  # fmt: skip
        return {
            "page": page_at(
                "state",
                self.page_question,
                say=say,
                formats=self._formats(),
                skip_to="facilities",
                description=answer["sentence"][lang],
            ),
            "bar": bar,
            "filters": self.wanted,
            "countries": self._countries(every),
            "all_drawn": self.among is None,
            "coverage": coverage(every, (self.wanted.country,), say),
            "canvas": canvas_of(lanes, as_of, self.here, say, whole=self.among is None),
            "fields": FIELDS,
            "answer": answer,
            "told": told,
            "long": len(told) > 4,
            "beyond": beyond,
            "stated_given": stated_given,
            "known_given": "known" in self.here.texts,
            "sentence": pieces(
                answer["sentence"], lang, self.here, lambda status: _table(status, rows)
            ),
            "figures": Figures(
                at=as_of.at,
                beyond=beyond,
                totals=self._totals(answer, beyond=beyond),
                running=_range(answer) if not beyond else None,
                policies=len(answer["policies"]),
                counted=counted,
                lines=lines,
                course=course,
                frame=frame,
                here=self.here,
                lang=lang,
                say=say,
            ).shown(),
            "course_first": course.first,
            "course_last": course.last,
            "left_out": self._left_out(),
            "sides": self._sides(rows, answer),
            "rivals": self._rivals(answer),
            "record_of": record_of(answer),
            "facility_names": self._facility_names(answer),
            "readings": self._readings(answer),
            "new_from": iso(day(year_of(as_of.at), 1, 1)),
            "cited_here": self._cited(answer),
            "cite": plain(state_cited(answer, root=root(), filters=given(self.wanted))),
            **self._drawings(lanes, items, frame, held, told),
            **self._map(rows),
        }

    # --- the answer, and what goes with it

    def _answer(self) -> Members:
        found: Members = msgspec.json.decode(
            state_answer(self.service.state, self.db, self.question, self.wanted)
        )
        return found

    def _unpaged(self) -> Wanted:
        return Wanted(country=self.wanted.country, field=self.wanted.field)

    def _items(self) -> list[Item]:
        """What is drawn: all there is, or where that is too much the facilities of the page."""
        selection = Selection(
            kinds=DRAWN,
            country=self.wanted.country,
            field=self.wanted.field,
            among=self.among,
        )
        return kept_items(self.service, self.db, self.question.as_of, selection)

    def _cards(self, ids: Iterable[str]) -> Mapping[str, Members]:
        streams = {f"record:{id}": id for id in ids}
        found = self.service.state.cards(self.db, streams, known=self.question.as_of.known)
        return {streams[stream]: card for stream, card in found.items()}

    def _lines(self, counted: Iterable[Counted]) -> Mapping[str, Members]:
        ids = {
            id
            for each in counted
            for id in (*each.ladder.plans, each.ladder.came)
            if id is not None
        }
        return self._statements(ids)

    def _statements(self, ids: Iterable[str]) -> dict[str, Members]:
        texts = self.service.state.statements(self.db, ids, known=self.question.as_of.known)
        return {id: msgspec.json.decode(text) for id, text in texts.items()}

    def _records(self) -> list[Row]:
        """A row for every record that exists at the clocks."""
        as_of = self.question.as_of
        return self.service.state.stab(
            self.db, "record", first=as_of.at, last=as_of.at,
            stated=as_of.stated, known=as_of.known, country=None, field=None,
        )  # fmt: skip

    def _countries(self, every: Iterable[Row]) -> list[str]:
        """The countries that have facilities, by name."""
        codes = {row.country for row in every if row.value == "facility"}
        if self.wanted.country is not None:
            codes.add(self.wanted.country)
        return sorted(codes, key=lambda code: language.country(code, self.lang))

    # --- the figures

    def _courses(
        self, counted: Sequence[Counted], lines: Mapping[str, Members], frame: Frame
    ) -> Courses:
        return courses(
            self.service.state, self.db, self.question, wanted=self._unpaged(), counted=counted,
            came_by=lambda each: came_by(each, lines),
            first=year_of(frame.first), last=year_of(frame.last),
        )  # fmt: skip

    def _totals(self, answer: Mapping[str, Any], *, beyond: bool) -> Mapping[str, int]:
        """Facilities by status: those of the answer, beyond the horizon those expected."""
        totals: Mapping[str, int] = answer["totals"]["status"]
        if not beyond or self.question.as_of.during is not None:
            return totals
        told = {
            row.record: row.value for facet in ("status", "expected") for row in self._stab(facet)
        }
        wanted = self.wanted.status
        return Counter(value for value in told.values() if value and wanted in (None, value))

    def _stab(self, facet: str) -> list[Row]:
        as_of = self.question.as_of
        day = as_of.at if facet == "expected" else min(as_of.at, as_of.stated)
        return self.service.state.stab(
            self.db, facet, first=day, last=day, stated=as_of.stated, known=as_of.known,
            country=self.wanted.country, field=self.wanted.field,
        )  # fmt: skip

    # --- the tables

    def _rows(
        self, answer: Mapping[str, Any], cards: Mapping[str, Members], *, beyond: bool
    ) -> list[Members]:
        """The facilities of the page, with what the tables and the map need."""
        rows = []
        for row in answer["facilities"]:
            card = cards[row["id"]]
            name, other = labels.names_of(card, self.lang)
            expected = row.get("expected")
            shown = expected["status"] if beyond and expected else row["status"]
            rows.append(
                {
                    **row,
                    "short": name,
                    "other": other,
                    "shown": shown,
                    "hoped": bool(beyond and expected),
                    "place": card.get("place", ""),
                    "latitude": card.get("latitude"),
                    "longitude": card.get("longitude"),
                }
            )
        return rows

    def _sides(self, rows: Sequence[Members], answer: Mapping[str, Any]) -> list[list[Members]]:
        """The tables of facilities by status in two columns of much the same length."""
        tables: list[Members] = []
        for status in (*ORDER, None):
            found = [self._told(row, answer) for row in rows if row["shown"] == status]
            if found:
                found.sort(key=_by_since)
                tables.append(
                    {
                        "status": status,
                        "title": labels.heading(status, self.lang),
                        "icon": "" if status is None else icon(status),
                        "rows": found,
                    }
                )
        half = sum(len(table["rows"]) + 3 for table in tables) / 2
        left: list[Members] = []
        filled = 0.0
        for table in tables:
            size = len(table["rows"]) + 3
            if left and filled + size / 2 > half:
                break
            left.append(table)
            filled += size
        return [left, tables[len(left) :]]

    def _told(self, row: Members, answer: Mapping[str, Any]) -> Members:
        """A row of a table: since when, and what must be said beside it."""
        say, lang = self.say, self.lang
        notes = []
        since = row["since"]["date"] if row["since"] else ""
        text = language.brief_date(since, lang) if since else ""
        if "during" in answer:
            text = "; ".join(_stretch(each, lang) for each in row["holds"])
        elif row["certainty"] == "possible":
            others = [
                labels.label(each, lang) if each else say("not begun")
                for each in row["alternatives"]
                if each != row["status"]
            ]
            notes.append(
                {"text": say("possibly %(status)s", status=say(", ").join(others)), "late": False}
            )
        expected = row.get("expected")
        if expected:
            words = labels.label(expected["status"], lang)
            date = language.brief_date(expected["date"], lang)
            if row["hoped"]:
                text = date
                if row["status"]:
                    notes.append(
                        {
                            "text": say(
                                "last known: %(status)s", status=labels.label(row["status"], lang)
                            ),
                            "late": False,
                        }
                    )
            notes.append(
                {
                    "text": say("expected: %(status)s, %(date)s", status=words, date=date),
                    "late": False,
                }
            )
        for plan in row.get("overdue", ()):
            words = say(
                "overdue: %(what)s, promised for %(date)s",
                what=labels.milestone(plan["milestone"], lang),
                date=language.brief_date(plan["date"], lang),
            )
            notes.append({"text": words, "late": True})
        return {
            **row,
            "icon": icon(row["shown"] or "proposed", expected=row["hoped"] or not row["shown"]),
            "since_text": text,
            "notes": notes,
            "then": row.get("name_then"),
        }

    def _facility_names(self, answer: Mapping[str, Any]) -> Mapping[str, str]:
        """The short names of the facilities at which something was found."""
        ids = {line["facility"] for line in answer["discoveries"] if "facility" in line}
        return {id: labels.names_of(card, self.lang)[0] for id, card in self._cards(ids).items()}

    def _rivals(self, answer: Mapping[str, Any]) -> dict[str, list[Members]]:
        """The statements that contradict a discovery or a policy of the page."""
        as_of = self.question.as_of
        named = {
            line["id"]: self.service.state.contradicting(
                self.db, line["id"], stated=as_of.stated, known=as_of.known
            )
            for section in ("discoveries", "policies", "indicators")
            for line in answer[section]
        }
        texts = self._statements({id for ids in named.values() for id in ids})
        return {id: [texts[rival] for rival in rivals] for id, rivals in named.items() if rivals}

    def _readings(self, answer: Mapping[str, Any]) -> list[Members]:
        """The reading of each series that holds, with the course of the series."""
        as_of = self.question.as_of
        rows = self.service.state.begun(
            self.db, "indicator",
            last=max(as_of.at, as_of.stated), stated=as_of.stated, known=as_of.known,
            country=self.wanted.country, field=self.wanted.field,
        )  # fmt: skip
        lines = self._statements({row.statement for row in rows})
        series: dict[str, list[tuple[Day, Members]]] = {}
        for row in sorted(rows, key=lambda row: row.vf):
            line = lines[row.statement]
            series.setdefault(row.value, []).append((row.vf, line))
        shown = []
        for line in answer["indicators"]:
            readings = series.get(line["series"], [])
            numbers = [
                (vf, each["value"])
                for vf, each in readings
                if isinstance(each["value"], int | float) and each["unit"] == line["unit"]
            ]
            spark = None
            if len(numbers) > 1:
                span = Frame(first=numbers[0][0], last=numbers[-1][0], cursor=as_of.at)
                spark = sparkline(numbers, span, width=96, height=28, stepped=False, dots=True)
            shown.append({"line": line, "spark": spark, "count": len(readings)})
        return shown

    def _cited(self, answer: Mapping[str, Any]) -> Members:
        """How many statements and texts the lists of the page rest on."""
        lines = [
            line
            for name in ("policies", "indicators", "discoveries", "observations")
            for line in answer[name]
        ]
        sources = {each["id"] for line in lines for each in line.get("sources", ())}
        statements = {row["statement"] for row in answer["facilities"] if row.get("statement")}
        found = self._statements(statements)
        sources |= {each["id"] for line in found.values() for each in line.get("sources", ())}
        return {"statements": len(lines) + len(found), "sources": len(sources)}

    # --- what the clocks leave out

    def _left_out(self) -> Members | None:
        """Then beside now, where the sources are heard only up to a day."""
        as_of = self.question.as_of
        if as_of.during is not None:
            return None
        whole = self._everything_said()
        if "stated" not in self.here.texts or as_of.stated >= whole:
            return None
        now = AsOf(
            at=as_of.at, during=None, stated=whole, known=as_of.known, known_at=as_of.known_at
        )
        asked = Comparison(Question("/v1/hindsight", as_of, {}), now, self._unpaged())
        found = msgspec.json.decode(hindsight_answer(self.service.state, self.db, asked))
        rows = {row["id"]: row for row in found["rows"]}
        cards = self._cards(rows)

        def named(ids: Iterable[str]) -> list[Members]:
            return [
                {
                    "id": id,
                    "name": labels.names_of(cards[id], self.lang)[0],
                    "now": rows[id]["now"],
                }
                for id in ids
            ]

        unexpected = found["unexpected"]
        return {
            "totals": found["totals"],
            "to_stated": written(whole),
            "unnamed": named(id for id in unexpected if not rows[id]["named"]),
            "named": named(id for id in unexpected if rows[id]["named"]),
            "missed": named(found["expected_not_come"]),
        }

    def _everything_said(self) -> Day:
        """The default of `stated` at this place of the log."""
        known_at = self.question.as_of.known_at
        return utc_day(known_at) if known_at else self.question.as_of.stated

    # --- the drawings

    def _drawings(
        self,
        lanes: Sequence[Lane],
        items: Sequence[Item],
        frame: Frame,
        held: Mapping[str, str | None],
        told: str,
    ) -> Members:
        lang, say = self.lang, self.say
        year = language.date(told, lang)
        headings = headings_of(
            lanes, {id: status or "" for id, status in held.items()}, lang=lang, year=year, say=say
        )
        drawn: Members = {
            "definitions": definitions(),
            "legend": legend(labels.drawn(say)),
        }
        for narrow in (False, True):
            scale = timeline_scale(lanes, frame, narrow=narrow)
            drawn["strip_narrow" if narrow else "strip"] = strip(
                tallies_of(items), frame, scale,
                lang=lang, words=labels.drawn(say),
                label=say("Events of each year"),
                flag=self._flag(told),
                remarks=say("slip"), href=self._of_year,
                narrow=narrow,
            )  # fmt: skip
            drawn["lanes_narrow" if narrow else "lanes"] = timeline(
                lanes, frame, lang=lang, headings=headings, narrow=narrow
            )
        return drawn

    def _flag(self, told: str) -> str:
        """What stands over the cursor: a year has ended there, unless it is all meant."""
        year = language.date(told, self.lang)
        if self.question.as_of.during is not None:
            return year
        return self.say("end of %(year)s", year=year) if len(told) == 4 else year

    def _of_year(self, year: int) -> str:
        """This page in another year."""
        return self.here.url(at=year_text(year), during=None)

    def _map(self, rows: Sequence[Members]) -> Members:
        shown = [row for row in rows if row["shown"]]
        if not shown:
            return {"map": None, "off_map": []}
        if self.wanted.country is None and len({row["country"] for row in shown}) > 1:
            return {"map": self._world(shown), "off_map": []}
        towns = _towns(shown)
        places = [
            Place(
                record=row["id"],
                name=row["short"],
                status=row["shown"],
                href=self.here.record(row["id"]),
                latitude=row["latitude"],
                longitude=row["longitude"],
                town=towns.get(row["id"], ""),
                title=f"{row['short']}: {labels.label(row['shown'], self.lang)}",
                expected=row["hoped"],
            )
            for row in shown
            if row["shown"] not in FOR_GOOD or row["latitude"] is not None
        ]
        label = self.say.n(
            "Map of %(num)s facility by status", "Map of %(num)s facilities by status", len(places)
        )
        found = draw_map(places, words=labels.drawn(self.say), label=label)
        return {
            "map": found.drawing,
            "off_map": [
                {
                    "id": place.record,
                    "short": place.name,
                    "icon": icon(place.status, expected=place.expected),
                }
                for place in found.off_the_map
            ],
        }

    def _world(self, rows: Sequence[Members]) -> Drawing:
        """The countries whose facilities have a place, each as one disc."""
        by_country: dict[str, list[Members]] = defaultdict(list)
        for row in rows:
            if row["latitude"] is not None and row["longitude"] is not None:
                by_country[row["country"]].append(row)
        crowds = []
        for code, found in by_country.items():
            alive = [row for row in found if row["shown"] not in FOR_GOOD]
            running = sum(row["shown"] == "operating" for row in alive)
            name = language.country(code, self.lang)
            crowds.append(
                Crowd(
                    key=code,
                    name=name,
                    href=self.here.url(country=code),
                    latitude=mean(row["latitude"] for row in found),
                    longitude=mean(row["longitude"] for row in found),
                    all=len(alive),
                    running=running,
                    title=self.say(
                        "%(country)s: %(running)s of %(all)s run",
                        country=name, running=running, all=len(alive),
                    ),
                )
            )  # fmt: skip
        return draw_crowds(
            [crowd for crowd in crowds if crowd.all],
            words=labels.drawn(self.say),
            label=self.say("Map of the facilities by country"),
        )

    def _formats(self) -> list[Format]:
        data = {"lang": None}
        return [
            Format("JSON", "application/json", self.here.url("/state.json", **data)),
            Format("CSV", "text/csv", self.here.url("/state.csv", **data)),
            *feeds_of(self.here),
        ]


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


def tallies_of(items: Iterable[Item]) -> list[Tally]:
    """How many events of each kind there were in each year, and what is still promised."""
    counts: Counter[tuple[int, str]] = Counter()
    for item in items:
        if item.kind == "phase" or item.disputed:
            continue
        if item.planned:
            last = item.start.latest if item.start else None
            if last is not None and item.kind == "milestone":
                counts[year_of(last), "plan"] += 1
        elif item.first is not None:
            counts[year_of(item.first), item.kind] += 1
    return [Tally(year, kind, count) for (year, kind), count in counts.items()]


def _by_since(row: Mapping[str, Any]) -> tuple[str, str]:
    since = row.get("since") or (row.get("expected") or {})
    earliest = since.get("earliest") or since.get("date") or ""
    return earliest, row["short"]


def _stretch(holds: Mapping[str, str | None], lang: Language) -> str:
    """A stretch of days within a period."""
    first, last = holds["from"], holds["to"]
    ends = [language.brief_date(each, lang) if each else "" for each in (first, last)]
    return ends[0] if first == last else "–".join(ends)


NEAR = 1.2
"""Within so many degrees, places that name one city are one town on the map."""


def _towns(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What to call the places of facilities: the city, or where that is spread wide its part."""
    by_last: dict[str, list[tuple[str, list[str], float, float]]] = {}
    for row in rows:
        if row["latitude"] is None or row["longitude"] is None or not row["place"]:
            continue
        parts = [part.strip() for part in row["place"].split(",")]
        by_last.setdefault(parts[-1], []).append(
            (row["id"], parts, row["latitude"], row["longitude"])
        )
    towns: dict[str, str] = {}
    for last, found in by_last.items():
        near = all(
            max(degrees) - min(degrees) <= NEAR
            for degrees in ([each[2] for each in found], [each[3] for each in found])
        )
        whole = near and len({parts[0] for _, parts, _, _ in found}) > 1
        towns |= {id: last if whole else parts[0] for id, parts, _, _ in found}
    return towns
