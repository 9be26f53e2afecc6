"""A record: its card, its life, what was promised of it, every statement with its rivals and
sources, and its log, event by event, with what stood before and what stood after.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from events.dates import parse_iso, year_of
from events.stream import Stream
from events.vocabulary import MILESTONES
from projections.engine.spans import AFTER_ALL
from projections.views.history import folded
from projections.views.lines import statement_text
from service.asking.json_text import Fragment
from service.drawing.marks import definitions, icon
from service.linked.citing import BIBTEX, CSL_JSON, RIS
from service.pages.record.life import phases, promises, readings
from service.pages.record.log import record_log
from service.pages.shell.answering import Visit
from service.pages.shell.clockbar import clock_bar
from service.pages.shell.formats import feeds_of
from service.pages.shell.layout import FormatLink, Members, pieces
from service.records.answer import RecordAt, record_members, visible
from service.records.audit import plans_over, standing_of
from service.words import labels, language, places

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


def record_page(visit: Visit) -> Members:
    """What the template of a record shows. Raises NotFound."""
    return _Record(visit).shown()


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
        self.record_at = RecordAt(folded(self.id, self.log), self.as_of)
        self.answer = {
            **visit.query.head(),
            **record_members(self.record_at, replace(visit.query, about=None)),
        }
        self.lines = {line["id"]: line for line in self.answer["statements"]}
        self.facility = self.answer["kind"] == "facility"

    def shown(self) -> Members:
        say, lang = self.say, self.lang
        lines = self.answer["statements"]
        others = self._others()
        groups = self._groups(lines, others)
        sources = self._sources([*lines, *others.values()])
        name, full, other = self._names()
        years = self._years(lines)
        return {
            "page": self.visit.page(
                "records",
                formats=[*self._forms(LINKED), *feeds_of(self.here, record=self.id)],
                skip_to="statements",
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
            "card": self._card(sources),
            "groups": groups,
            "count": len(lines) + len(others),
            "others": len(others),
            "linked": {row["line"]["id"] for group in groups for row in group["rows"]},
            "sources": sources,
            "log": record_log(self.log, say),
            "definitions": definitions(),
            "cites": self._forms(CITATIONS),
            "phases": phases(self.visit, self.record_at, name) if self.facility else None,
            "promises": promises(self.visit, self.record_at, self.lines) if self.facility else [],
            "course": readings(self.visit, self.answer, name)
            if self.answer["kind"] == "indicator"
            else None,
        }

    # --- what it is

    def _names(self) -> tuple[str, str, str]:
        """What it is called at the head of the page, in full, and in Chinese."""
        card = self.answer.get("card")
        if card is None or not self.facility:
            return self._title(), "", ""
        short, other = labels.names_of(card, self.lang)
        full = card["name"]
        return short, "" if full == short else full, other

    def _title(self) -> str:
        lines = self.lines
        effective = [each["effective"] for each in self.answer["entries"]]
        held = [each["statement"] for each in self.answer.get("holding", ())]
        for id in (*held, *reversed(effective), *lines):
            if id in lines:
                return str(lines[id]["title"])
        return self.id

    def _card(self, sources: Mapping[str, Members]) -> list[Members]:
        """The rows of the card: a name and a text each."""
        say = self.say
        rows: list[Members] = [
            {"name": say("Kind"), "text": labels.kind(self.answer["kind"], self.lang)}
        ]
        rows += self._facility_rows() if self.facility else self._holding_rows()
        sources_text = say.n("%(num)s text", "%(num)s texts", len(sources))
        return [*rows, {"name": say("Sources"), "text": sources_text}]

    def _facility_rows(self) -> list[Members]:
        say, lang, answer, card = self.say, self.lang, self.answer, self.answer["card"]
        status = answer["status"]
        rows: list[Members] = [
            {"name": say("Field"), "text": labels.label(card["field"], lang)},
            {"name": say("Country"), "text": places.country(card["country"], lang)},
            {
                "name": say("Status"),
                "text": labels.label(status, lang) if status else say("not begun"),
                "icon": icon(status) if status else "",
                "strong": ""
                if answer["certainty"] == "certain"
                else labels.certainty(answer["certainty"], lang),
            },
        ]
        expected = answer["expected"]
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
            (say("Operator"), card.get("operator")),
            (say("Place"), card.get("place")),
            (say("Coordinates"), _degrees(card)),
        )
        rows += [{"name": name, "text": text} for name, text in named if text]
        for plan in answer["overdue"]:
            words = say(
                "%(what)s, promised for %(date)s",
                what=labels.milestone(plan["milestone"], lang),
                date=language.brief_date(plan["date"], lang),
            )
            rows.append({"name": say("Overdue"), "text": words, "late": True})
        return rows

    def _holding_rows(self) -> list[Members]:
        """What it belongs to, and since and until when it holds, as the sources date it."""
        lines = self.lines
        owners = {line["facility"] for line in lines.values() if "facility" in line}
        rows: list[Members] = [
            {"name": self.say("Facility"), "text": name, "href": self.here.record(id)}
            for id, name in self.visit.names(sorted(owners)).items()
        ]
        for each in self.answer["holding"]:
            line, holds = lines[each["statement"]], each["holds"]
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

    def _others(self) -> dict[str, Fragment]:
        """The statements of other records that belong to this facility, said and standing."""
        if not self.facility:
            return {}
        reading = self.reading
        owned = reading.lines.belonging(reading.db, self.id)
        records = reading.records((str(Stream.record(id)) for id in owned), known=self.as_of.known)
        found = {
            statement.id: Fragment(statement_text(statement))
            for record in records.values()
            for statement in visible(record.statements(), self.as_of.stated)
            if statement.line.get("facility") == self.id
        }
        return dict(sorted(found.items()))

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

    def _groups(
        self,
        lines: Sequence[Mapping[str, Any]],
        others: Mapping[str, Mapping[str, Any]],
    ) -> list[Members]:
        """Statements by entry, those of a facility in the order of milestones; others by kind."""
        over = self._over()
        by_entry: dict[str, list[Members]] = defaultdict(list)
        by_id = {statement.id: statement for statement in self.record_at.all}
        for line in lines:
            statement = by_id[line["id"]]
            standing, shown, best = standing_of(self.record_at.account, statement)
            by_entry[statement.entry].append(
                {
                    "line": line,
                    "standing": standing,
                    "word": labels.standing(standing, self.lang),
                    "why": "" if shown else labels.why(standing, self.lang),
                    "than": best.id if best is not None and not shown else None,
                    "contradicts": line.get("contradicts", ()),
                    "planned": statement.planned,
                    **(over.get(line["id"], {}) if shown else {}),
                }
            )
        groups: list[Members] = [
            {
                "title": self._entry_title(entry, rows),
                "rows": sorted(
                    rows, key=lambda row: (row["line"]["said"]["day"], row["line"]["id"])
                ),
            }
            for entry, rows in by_entry.items()
        ]
        if self.facility:
            order = {milestone: at for at, milestone in enumerate(MILESTONES)}
            groups.sort(key=lambda group: order.get(group["rows"][0]["line"].get("milestone"), 99))
        by_kind: dict[str, list[Members]] = defaultdict(list)
        for line in others.values():
            standing = "disputed" if line.get("rank") == "disputed" else "stands"
            by_kind[line["type"]].append(
                {
                    "line": line,
                    "standing": standing,
                    "word": labels.standing(standing, self.lang),
                    "why": "",
                    "than": None,
                    "contradicts": line.get("contradicts", ()),
                    "planned": line.get("modality") == "planned",
                    "record": line.get("record") or line.get("series") or line["id"],
                }
            )
        for kind, rows in sorted(by_kind.items()):
            rows.sort(key=lambda row: row["line"]["bounds"]["earliest"] or "")
            groups.append({"title": labels.label(kind, self.lang), "rows": rows})
        return groups

    def _entry_title(self, entry: str, rows: Sequence[Members]) -> str:
        line = rows[0]["line"]
        if "milestone" in line:
            return labels.milestone(line["milestone"], self.lang)
        if line["type"] == "indicator":
            return language.brief_date(line["date"], self.lang)
        return entry.rpartition("/")[2]

    def _sources(self, lines: Iterable[Mapping[str, Any]]) -> dict[str, Members]:
        """The cards of all sources that are cited, by id."""
        card = self.answer.get("card") or {}
        cited = [each["id"] for line in (*lines, card) for each in line.get("sources", ())]
        ids = dict.fromkeys(cited)
        found = self.reading.at(self.as_of).sources(ids)
        return {id: found[id] for id in ids if id in found}

    # --- around it

    def _forms(self, forms: Iterable[tuple[str, str, str]]) -> list[FormatLink]:
        """Links to forms of the record, each given by suffix, name and media type."""
        return [
            FormatLink(name, type, self.here.url(f"/v1/records/{self.id}.{suffix}", lang=None))
            for suffix, name, type in forms
        ]

    def _years(self, lines: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
        days = [
            parse_iso(each)
            for line in lines
            for each in line["bounds"].values()
            if each is not None
        ]
        years = [year_of(each) for each in days] or [year_of(self.as_of.at)]
        return min(years), max(years)


def _degrees(card: Mapping[str, Any]) -> str:
    """Where a facility stands, if that is known."""
    if "latitude" not in card or "longitude" not in card:
        return ""
    latitude, longitude = card["latitude"], card["longitude"]
    return (
        f"{abs(latitude):g} {'N' if latitude >= 0 else 'S'}, "
        f"{abs(longitude):g} {'E' if longitude >= 0 else 'W'}"
    )
