"""A record: its card, its life, what was promised of it, every statement with its rivals and
sources, and its log, event by event, with what stood before and what stood after.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Any, NamedTuple

from events.catalogue import STATEMENT_TYPES
from events.dates import Day, Language, year_of
from events.errors import BadFilter
from events.statement import Statement
from events.statement_warnings import warnings_among
from events.stream import Stream
from events.vocabulary import MILESTONES
from projections.engine.spans import AFTER_ALL, BEFORE_ALL
from projections.views.history import folded
from projections.views.lines import statement_text
from projections.views.reading import Reading
from service.asking.json_text import Fragment
from service.asking.paging import Lists
from service.asking.parameter import Filter, texts_of, values_of
from service.asking.query import Arguments, Query
from service.drawing.marks import definitions, icon
from service.linked.citing import BIBTEX, CSL_JSON, RIS
from service.pages.desk import words as desk_words
from service.pages.desk.revisions import differences
from service.pages.record.life import phases, promises, readings
from service.pages.record.log import record_log
from service.pages.shell.answering import Visit
from service.pages.shell.clockbar import clock_bar
from service.pages.shell.formats import feeds_of
from service.pages.shell.here import Here
from service.pages.shell.layout import FormatLink, Members, pieces
from service.pages.shell.notes import notes_on
from service.pages.shell.pager import Pager
from service.pages.shell.pictured import Pictured
from service.pages.shell.titling import as_told, titled
from service.records.answer import RecordAt, linked_in, record_members, visible
from service.records.audit import plans_over, standing_of
from service.records.question import RECORD
from service.records.sentence import has_run
from service.words import labels, language, places
from service.words.amounts import reading_text
from service.words.names import text_in
from service.words.speech import Speech
from service.words.warnings import warning_words

MOST_PICTURED = 8
"""How many ladders a picture of the page has, the first ones."""

LINKED = (
    ("jsonld", "JSON-LD", "application/ld+json"),
    ("ttl", "Turtle", "text/turtle"),
    ("nq", "N-Quads", "application/n-quads"),
)
"""The forms of a record as linked data: suffix, name, media type."""

CITATIONS = (
    ("bib", "BibTeX", BIBTEX),
    ("ris", "RIS", RIS),
    ("csl.json", "CSL-JSON", CSL_JSON),
)
"""The forms in which a record is cited: suffix, name, media type."""


def record_title(reading: Reading, query: Query, say: Speech) -> str:
    """What the record is called. Raises NotFound."""
    found = RecordAt.read(reading, query.id, query.as_of)
    own = {each.id: each for each in found.visible()}
    name, full, _ = _names(found, found.record.card, own, say.lang)
    return _title(name, full, query, say)


def record_page(visit: Visit) -> Members:
    """What the template of a record shows. Raises NotFound."""
    return _Record(visit).shown()


def record_pictured(shown: Mapping[str, Any]) -> Pictured:
    """The life of the record, or the course of its readings, and its ladders of promises; on the
    poster the ladder that has most to tell."""
    ladders = shown["promises"][:MOST_PICTURED]
    life = shown["phases"] or shown["course"]
    small = life["narrow"] if life else None
    return Pictured(
        drawings=[each["wide"] for each in ([life] if life else []) + ladders],
        small=shown["ladder"]["small"]() if shown["ladder"] else small,
    )


def _longest(ladders: Sequence[Members]) -> Members | None:
    """The ladder that has most to tell: that of the most rungs."""
    return max(ladders, key=lambda each: int(each["wide"].height), default=None)


def _position(name: str, text: str) -> int:
    found = re.fullmatch("@([0-9]{1,18})", text)
    if found is None:
        raise BadFilter(name, text, "write a position (@1199)")
    return int(found[1])


def _revision(name: str, meaning: str) -> Filter:
    return Filter(
        name=name,
        form={"type": "string", "pattern": "^@[0-9]{1,18}$", "examples": ["@1199"]},
        meaning=meaning,
        parse=partial(_position, name),
        write=lambda position: f"@{position}",
    )


REVISIONS = (
    _revision("from", "The position in the log from which on the record is compared."),
    _revision("to", "The position with which it is compared."),
)
"""What only the page takes: two points of the log between which a reader compares the record."""


def record_read(arguments: Arguments) -> Query:
    """Parses the parameters of the page: those of the question, and two points of the log.

    Raises BadFilter and what the clocks raise.
    """
    texts = dict(arguments.texts)
    ends = texts_of(REVISIONS, values_of(REVISIONS, texts))
    for each in REVISIONS:
        texts.pop(each.name, None)
    query = RECORD.query(replace(arguments, texts=texts))
    return replace(query, filters=dict(sorted({**query.filters, **ends}.items())))


class _Record:
    """One record, with what its parts share."""

    def __init__(self, visit: Visit) -> None:
        self.visit, self.id = visit, visit.query.id
        self.reading = visit.reading
        self.here, self.lang, self.say = visit.here, visit.lang, visit.say
        self.as_of = visit.query.as_of
        self.log = list(
            self.reading.entries(
                str(Stream.record(self.id)),
                known=self.as_of.known,
                after=0,
                limit=AFTER_ALL,
            )
        )
        record = folded(self.id, self.log)
        self.record_at = RecordAt(record, self.as_of, linked_in(self.reading, record, self.as_of))
        asked: Lists = visit.query.about
        self.pager = Pager(self.here, skipped=asked.skipped, limit=asked.limit)
        self.answer = {
            **visit.query.head(),
            **record_members(self.record_at, replace(visit.query, about=self.pager.wanted)),
        }
        self.own = {each.id: each for each in self.record_at.visible()}
        self.facility = self.answer["kind"] == "facility"

    def shown(self) -> Members:
        say, lang = self.say, self.lang
        others, class_ = self._others, (self.answer.get("card") or {}).get("class")
        groups = self._groups(others)
        ladders = promises(self.visit, self.record_at, self.pager) if self.facility else []
        count = len(self.own) + len(others)
        log = record_log(self.log, self.pager, say, class_=class_)
        cited = self._cited((*self.own.values(), *others))
        name, full, other = _names(self.record_at, self.answer.get("card"), self.own, lang)
        years = self._years()
        return {
            "page": self.visit.page(
                "records",
                formats=[*self._forms(LINKED), *feeds_of(self._here_alone, record=self.id)],
                skip_to="statements",
                title=_title(name, full, self.visit.query, say),
                description=(self.answer["sentence"] or {}).get(lang, name),
            ),
            "bar": clock_bar(self.here, self.as_of, lang=lang, first=years[0], last=years[1]),
            "answer": self.answer,
            "facility": self.facility,
            "formats": [*self.visit.data, *self._forms(LINKED)],
            "name": name,
            "full": full,
            "other": other,
            "sentence": pieces(self.answer.get("sentence"), lang, self.here),
            "card": self._card(len(cited)),
            "groups": groups,
            "count": count,
            "others": len(others),
            "linked": {row["line"]["id"] for group in groups for row in group["rows"]},
            "sources": self._sources(
                [*(row["line"] for group in groups for row in group["rows"]), *log["events"]]
            ),
            "cited": len(cited),
            "log": log,
            "definitions": definitions(),
            "cites": self._forms(CITATIONS),
            "phases": phases(self.visit, self.record_at, name) if self.facility else None,
            "promises": ladders,
            "ladder": _longest(ladders),
            "course": readings(self.visit, self.record_at, name)
            if self.answer["kind"] == "indicator"
            else None,
            "pager": self.pager,
            "missing": self._missing(),
            "titles": self._titles,
            "warnings": self._warnings(),
            "compared": self._compared(),
        }

    def _compared(self) -> Members:
        """Two positions of the log, those asked for or those of the last two events, and if they
        were asked for what differs between the record as it was at each."""
        asked = values_of(REVISIONS, self.visit.query.filters)
        last = [entry.position for entry in self.log[-2:]]
        older, newer = asked["from"], asked["to"]
        ends = sorted((last[0] if older is None else older, last[-1] if newer is None else newer))
        if older is None and newer is None:
            return {"older": ends[0], "newer": ends[1], "found": None}
        before, after = (
            folded(self.id, [entry for entry in self.log if entry.position <= end]) for end in ends
        )
        return {
            "older": ends[0],
            "newer": ends[1],
            "found": differences(self.say, before, after),
        }

    def _missing(self) -> list[tuple[str, str, Members]]:
        """What a reader may find missing here: the type of a statement, its word, and of what."""
        if self.facility:
            types, of = STATEMENT_TYPES, {"facility": self.id}
        else:
            kind = self.answer["kind"]
            types = {kind: STATEMENT_TYPES[kind]}
            of = {"series" if kind == "indicator" else "record": self.id}
        return [(type, desk_words.type_of_line(type, self.lang), of) for type in types]

    # --- what it is

    @cached_property
    def _titles(self) -> dict[str, str]:
        """What the statements of the page are called, with their dates, by id."""
        return {
            each.id: titled(each.line, self.say) for each in (*self.own.values(), *self._others)
        }

    def _warnings(self) -> list[Members]:
        """The warnings that the answer has, each in a sentence, with the statement that it is
        of."""
        class_ = (self.answer.get("card") or {}).get("class")
        every = {
            (statement.id, warning.code): warning
            for statement, warning in warnings_among(list(self.own.values()))
        }
        return [
            {
                "statement": each["statement"],
                "text": warning_words(
                    every[each["statement"], each["code"]],
                    lambda id: self._titles.get(id, id),
                    self.say,
                    class_=class_,
                ),
            }
            for each in self.answer["warnings"]
        ]

    def _card(self, sources: int) -> list[Members]:
        """The rows of the card: a name and a text each; `sources` are so many texts."""
        say = self.say
        rows: list[Members] = [
            {"name": say("Kind"), "text": labels.kind(self.answer["kind"], self.lang)}
        ]
        rows += self._facility_rows() if self.facility else self._holding_rows()
        sources_text = say.n("%(num)s text", "%(num)s texts", sources)
        return [*rows, {"name": say("Sources"), "text": sources_text}]

    def _facility_rows(self) -> list[Members]:
        say, lang, answer, card = self.say, self.lang, self.answer, self.answer["card"]
        status = answer["status"]
        # Of what nothing had been said, nothing is known, not even that it had not begun.
        unbegun = say("not begun") if self.own else say("nothing said by then")
        rows: list[Members] = [
            {"name": say("Field"), "text": labels.label(card["field"], lang)},
            *(
                [{"name": say("Class"), "text": labels.label(card["class"], lang)}]
                if "class" in card
                else []
            ),
            {"name": say("Country"), "text": places.country(card["country"], lang)},
            {
                "name": say("Status"),
                "text": labels.status(
                    status, lang, ran=has_run(self.record_at.spans, self.as_of.at)
                )
                if status
                else unbegun,
                "icon": icon(status) if status else "",
                "strong": ""
                if answer["certainty"] == "certain" or not self.own
                else labels.certainty(answer["certainty"], lang),
            },
        ]
        expected = answer["expected"]
        notes = notes_on(answer, say)
        if notes:
            rows.append({"name": say("Note"), "text": say(", ").join(notes), "late": True})
        named = (
            (say("Since"), answer["since"] and language.brief_date(answer["since"]["date"], lang)),
            (
                say("Expected"),
                expected
                and labels.label(expected["status"], lang)
                + say(", ")
                + language.brief_date(expected["date"], lang),
            ),
            (say("Then called"), answer.get("name_then")),
            (say("Operator"), text_in(card, "operator", lang)),
            (say("Place"), text_in(card, "place", lang)),
            (say("Coordinates"), _degrees(card, say)),
        )
        rows += [{"name": name, "text": text} for name, text in named if text]
        rows += [
            {"name": say("Known elsewhere as"), "text": uri, "href": uri if _leads(uri) else None}
            for uri in card.get("same_as", ())
        ]
        for plan in answer["overdue"]:
            words = say(
                "%(what)s, promised for %(date)s",
                what=labels.milestone(
                    plan["milestone"],
                    lang,
                    card.get("class"),
                    self.own[plan["statement"]].line.get("title_zh", ""),
                ),
                date=language.brief_date(plan["date"], lang),
            )
            rows.append({"name": say("Overdue"), "text": words, "late": True})
        return rows

    def _holding_rows(self) -> list[Members]:
        """What it belongs to, and since and until when it holds, as the sources date it."""
        owners = {each.line["facility"] for each in self.own.values() if "facility" in each.line}
        rows: list[Members] = [
            {"name": self.say("Facility"), "text": name, "href": self.here.record(id)}
            for id, name in self.visit.names(self.pager.part(sorted(owners))).items()
        ]
        for each in self.answer["holding"]:
            line, holds = _line(self.own[each["statement"]]), each["holds"]
            starts = holds["from"] == line["bounds"]["earliest"]
            ends = holds["to"] is not None and "until" in line
            named = (
                (self.say("Holds from"), line["date"] if starts else holds["from"]),
                (self.say("Holds to"), line["until"] if ends else holds["to"]),
            )
            rows += [
                {"name": name, "text": language.brief_date(text, self.lang)}
                for name, text in named
                if text
            ]
        return rows

    # --- its statements

    @cached_property
    def _others(self) -> list[Statement]:
        """The statements of other records that belong to this facility, said and standing."""
        if not self.facility:
            return []
        reading = self.reading
        owned = reading.lines.belonging(reading.db, self.id)
        records = self.reading.records(
            (str(Stream.record(id)) for id in owned), known=self.as_of.known
        )
        return [
            statement
            for record in records.values()
            for statement in visible(record.statements(), self.as_of.stated)
            if statement.line.get("facility") == self.id
        ]

    def _over(self) -> dict[str, Members]:
        """The plans that hold in their entry and are over all the same: given up, or replaced."""
        return {
            plan: {
                "standing": "planned",
                "word": labels.outcome(over.outcome, self.lang),
                "why": self.say("by") if over.by else "",
                "than": over.by,
            }
            for plan, over in plans_over(self.record_at.account, self.answer["kind"]).items()
        }

    @cached_property
    def _again(self) -> dict[str, Members]:
        """The plans that are open, though what came before they were said fills their entry."""
        own = {each.statement.id for each in self.record_at.account.effective.values()}
        plans = {
            span.statement for span in self.record_at.spans if span.facet in ("due", "overdue")
        }
        word = labels.standing("effective", self.lang)
        return {
            plan: {"standing": "effective", "word": word, "why": "", "than": None}
            for plan in plans
            if plan is not None and plan not in own
        }

    def _groups(self, others: Iterable[Statement]) -> list[Members]:
        """The groups of statements of which some stand on the page, each with these as `rows`, and
        with the `count` of all: by entry, those of a facility in the order of milestones; others by
        kind."""
        groups = [*self._entries(), *self._kinds(others)]
        page = self.pager.stretch(sum(len(statements) for *_, statements in groups))
        over = self._over()
        shown, before = [], 0
        for title, row, statements in groups:
            rows = statements[max(page.start - before, 0) : max(page.stop - before, 0)]
            before += len(statements)
            if rows:
                rows_of_group = [row(each, over) for each in rows]
                shown.append({"title": title, "count": len(statements), "rows": rows_of_group})
        return shown

    def _entries(self) -> list[_Group]:
        by_entry: dict[str, list[Statement]] = defaultdict(list)
        for each in self.own.values():
            by_entry[each.entry].append(each)
        groups = [
            _Group(
                self._entry_title(statements),
                self._own_row,
                sorted(statements, key=lambda each: (each.said, each.id)),
            )
            for statements in by_entry.values()
        ]
        if self.facility:
            order = {milestone: at for at, milestone in enumerate(MILESTONES)}
            groups.sort(key=lambda group: order.get(group.statements[0].milestone or "", 99))
        return groups

    def _kinds(self, others: Iterable[Statement]) -> list[_Group]:
        by_kind: dict[str, list[Statement]] = defaultdict(list)
        for each in others:
            by_kind[each.kind].append(each)
        return [
            _Group(
                labels.label(kind, self.lang),
                self._other_row,
                sorted(statements, key=lambda each: (_first_day(each), each.id)),
            )
            for kind, statements in sorted(by_kind.items())
        ]

    def _own_row(self, statement: Statement, over: Mapping[str, Members]) -> Members:
        standing, shown, best = standing_of(self.record_at.account, statement)
        line = _line(statement)
        return {
            "line": line,
            "value": self._value(line),
            "standing": standing,
            "word": labels.standing(standing, self.lang),
            "why": "" if shown else labels.why(standing, self.lang),
            "than": best.id if best is not None and not shown else None,
            "contradicts": line.get("contradicts", ()),
            "planned": statement.planned,
            "contested": shown and self.record_at.is_contested(statement.id),
            **(over.get(statement.id, {}) if shown else self._again.get(statement.id, {})),
        }

    def _other_row(self, statement: Statement, _: Mapping[str, Members]) -> Members:
        standing = "disputed" if statement.disputed else "stands"
        line = _line(statement)
        return {
            "line": line,
            "value": self._value(line),
            "standing": standing,
            "word": labels.standing(standing, self.lang),
            "why": "",
            "than": None,
            "contradicts": line.get("contradicts", ()),
            "planned": statement.planned,
            "record": statement.record,
        }

    def _value(self, line: Mapping[str, Any]) -> str:
        """A reading with its unit in words; nothing of what is no reading."""
        if "value" not in line:
            return ""
        unit = labels.unit_of(line["unit"], self._series.get(line["series"]), self.lang)
        return reading_text(line["value"], unit, self.lang)

    @cached_property
    def _series(self) -> dict[str, Members]:
        """The cards of the series whose readings are told of, by id."""
        if self.lang != "zh":
            return {}
        told = (*self.own.values(), *self._others)
        return self.reading.at(self.as_of).cards(
            {each.line["series"] for each in told if "series" in each.line}
        )

    def _entry_title(self, statements: Sequence[Statement]) -> str:
        first = statements[0]
        if first.milestone is not None:
            if first.milestone == "suspended" and not has_run(self.record_at.spans, self.as_of.at):
                return labels.status(first.milestone, self.lang, ran=False)
            card = self.answer.get("card") or {}
            titles = [each.line.get("title_zh", "") for each in statements]
            steps = {labels.step(first.milestone, card.get("class"), title) for title in titles}
            said = steps.pop() if len(steps) == 1 else first.milestone
            return labels.milestone(said, self.lang, card.get("class"))
        if first.kind == "indicator":
            return language.brief_date(first.line["date"], self.lang)
        return first.entry.rpartition("/")[2]

    def _cited(self, statements: Iterable[Statement]) -> set[str]:
        """The ids of all sources that are cited."""
        lines = (*(each.line for each in statements), self.answer.get("card") or {})
        return {each["id"] for line in lines for each in line.get("sources", ())}

    def _sources(self, lines: Iterable[Mapping[str, Any]]) -> dict[str, Members]:
        """The cards of the sources that the lines of the page cite, by id."""
        return self.reading.at(self.as_of).sources(
            {each["id"] for line in lines for each in line.get("sources", ())}
        )

    # --- around it

    def _forms(self, forms: Iterable[tuple[str, str, str]]) -> list[FormatLink]:
        """Links to forms of the record, each given by suffix, name and media type."""
        here = self._here_alone
        return [
            FormatLink(name, type, here.url(f"/v1/records/{self.id}.{suffix}", lang=None))
            for suffix, name, type in forms
        ]

    @property
    def _here_alone(self) -> Here:
        """Where the reader is, less the two revisions that only the page compares."""
        own = {each.name for each in REVISIONS}
        texts = {name: text for name, text in self.here.texts.items() if name not in own}
        return replace(self.here, texts=texts)

    def _years(self) -> tuple[int, int]:
        days = [
            day
            for each in self.own.values()
            for day in (each.earliest, each.latest)
            if day is not None
        ] or [self.as_of.at]
        return year_of(min(days)), year_of(max(days))


def _names(
    found: RecordAt,
    card: Mapping[str, Any] | None,
    own: Mapping[str, Statement],
    lang: Language,
) -> tuple[str, str, str]:
    """What a record is called at the head of its page, in full, and in Chinese; without a card as
    the statement of its `own` that holds."""
    if card is not None:
        short, other = labels.names_of(card, lang)
        full = card["name"]
        return short, "" if full == short else full, other
    held = (span.statement for span in found.holding(found.record.kind, found.as_of.at))
    effective = (each.statement.id for _, each in sorted(found.account.effective.items()))
    for id in (*held, *reversed(tuple(effective)), *own):
        if id is not None and id in own:
            return text_in(own[id].line, "title", lang), "", ""
    return found.record.id, "", ""


def _title(name: str, full: str, query: Query, say: Speech) -> str:
    """What a record is called, as the title of its page."""
    named = say("%(name)s (%(full)s)", name=name, full=full) if full else name
    return as_told(named, query.as_of, say)


class _Group(NamedTuple):
    """Statements under one title, and what makes a row of one."""

    title: str
    row: Callable[[Statement, Mapping[str, Members]], Members]
    statements: list[Statement]


def _line(statement: Statement) -> Fragment:
    return Fragment(statement_text(statement))


def _first_day(statement: Statement) -> Day:
    return BEFORE_ALL if statement.earliest is None else statement.earliest


def _leads(uri: str) -> bool:
    """Whether an absolute URI is an address that a browser goes to."""
    return uri.startswith(("http://", "https://"))


def _degrees(card: Mapping[str, Any], say: Speech) -> str:
    """Where a facility stands, if that is known."""
    if "latitude" not in card or "longitude" not in card:
        return ""
    latitude, longitude = (f"{abs(card[name]):g}" for name in ("latitude", "longitude"))
    north = say("%(degrees)s N", degrees=latitude)
    east = say("%(degrees)s E", degrees=longitude)
    if card["latitude"] < 0:
        north = say("%(degrees)s S", degrees=latitude)
    if card["longitude"] < 0:
        east = say("%(degrees)s W", degrees=longitude)
    return say("%(latitude)s, %(longitude)s", latitude=north, longitude=east)
