"""Linked Places: facilities as a gazetteer of places with their names and times.

It is version 1.3 of the format of the World Historical Gazetteer and the Pelagios network
(https://github.com/LinkedPasts/linked-places-format), which is GeoJSON and JSON-LD at once. What it
asks for and we do not know is not made up: a date has its first and its last possible day; a life
that goes on ends no earlier than the day up to which something was said, for the format takes a
start without an end for the whole of it; a facility without a place has a null geometry.

What was only promised has been nowhere yet, and is left out and counted. The format writes years
of four digits, and before the year -9999 the year alone; what lies after 9999 has no date in it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec

from events.dates import Day, civil
from projections.views.state import Stretch
from service.feeds.facilities import Facility, about_points, facilities_of
from service.feeds.feed import MOST, Context, Feed
from service.feeds.geojson import certainty_of
from service.feeds.parameters import FACILITIES
from service.items.claim import claim_of
from service.items.completing import completed
from service.items.item import Item, Source, in_time
from service.items.reading import read
from service.items.when import When, in_words
from service.words.labels import CLASS_WORDS, field_word, status
from service.words.names import text_in
from service.words.word import word

Members = dict[str, Any]

CONTEXT = (
    "https://raw.githubusercontent.com/LinkedPasts/linked-places-format/main/"
    "linkedplaces-context-v1.1.jsonld"
)
"""Where the terms of the format are defined."""

SITE = {"identifier": "http://vocab.getty.edu/aat/300000202", "label": "site"}
"""The one type of place that every facility has: "sites (locations)" of the Art & Architecture
Thesaurus, among those that the gazetteer knows."""

SITES = "S"
"""The class of features of GeoNames: spots, buildings, sites."""

FIRST_YEAR, LAST_YEAR = -9999, 9999
"""The years that have months and days."""

WIKIDATA = re.compile(r"https?://www\.wikidata\.org/(?:entity|wiki)/(Q[0-9]+)")


def render(context: Context) -> bytes:
    """A FeatureCollection with one feature a facility that has ever been anything."""
    features = list(_Lives(context, facilities_of(context)).features())
    return msgspec.json.encode(
        {
            "@context": CONTEXT,
            "type": "FeatureCollection",
            "title": context.title,
            "features": features,
            "_annales": about_points(context, features),
        }
    )


LINKED_PLACES = Feed(
    name="linked-places",
    media_type="application/geo+json",
    suffix="lpf.geojson",
    summary=word("feed", "Linked Places 1.3: facilities as a gazetteer of places in time."),
    reader="World Historical Gazetteer, Recogito, Peripleo",
    of=FACILITIES,
    render=render,
    limit=MOST,
    schema={
        "type": "object",
        "required": ["@context", "type", "features", "_annales"],
        "properties": {
            "@context": {"const": CONTEXT},
            "type": {"const": "FeatureCollection"},
            "title": {"type": "string"},
            "_annales": {"type": "object"},
            "features": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["@id", "type", "properties", "when", "names", "types", "geometry"],
                },
            },
        },
    },
)


class _Lives:
    """Facilities with the phases that they were in and the names that they bore."""

    def __init__(self, context: Context, facilities: Sequence[Facility]) -> None:
        self._context = context
        self._facilities = facilities
        self._horizon = context.query.as_of.stated
        ids = frozenset(facility.card["id"] for facility in facilities)
        self._phases = _phases(context, ids)
        self._renamed: dict[str, list[Stretch]] = defaultdict(list)
        for stretch in context.slice.stretches("name", records=sorted(ids)):
            self._renamed[stretch.record].append(stretch)
        givers = {each.statement for stretches in self._renamed.values() for each in stretches}
        texts = context.slice.statements(givers)
        self._when = {id: claim_of(text).when for id, text in texts.items()}
        cited = {
            citation["id"]
            for facility in facilities
            for citation in facility.card.get("sources", ())
        }
        self._sources = context.slice.sources(cited)

    def features(self) -> Iterator[Members]:
        """A feature for each; what is left out is counted."""
        for facility in self._facilities:
            phases = self._phases[facility.card["id"]]
            if not phases:
                self._context.omit("only-planned")
            elif (when := self._life(phases)) is None:
                self._context.omit("far-year")
            else:
                yield self._feature(facility, phases, when)

    def _feature(self, facility: Facility, phases: Sequence[Item], when: Members) -> Members:
        card, context = facility.card, self._context
        links = [*_same(card.get("same_as", ())), *self._documents(card)]
        point = facility.point
        members = {
            "@id": context.url(f"/records/{card['id']}"),
            "type": "Feature",
            "properties": {
                "title": phases[0].home.name[context.lang],
                "ccodes": [card["country"]],
                "fclasses": [SITES],
                "status": facility.status["status"],
                "field": card["field"],
                "class": card.get("class"),
                "place": text_in(card, "place", context.lang) or None,
                "operator": text_in(card, "operator", context.lang) or None,
            },
            "when": when,
            "names": list(self._names(card)),
            "types": list(self._types(card, phases)),
            "geometry": None if point is None else {"type": "Point", "coordinates": point},
            "links": links,
            "descriptions": list(_descriptions(phases)),
        }
        return {name: value for name, value in members.items() if value != []}

    # --- when

    def _life(self, phases: Sequence[Item]) -> Members | None:
        """From its first phase to what ended it for good."""
        last = phases[-1]
        return self._span(phases[0].start, last.start if last.point else None)

    def _span(self, start: When | None, end: When | None) -> Members | None:
        """A stretch of time; without an end it goes on. None where no start can be written."""
        begun, ended = _bounds(start), _bounds(end)
        if end is None:
            ended = {"earliest": _date(self._horizon)}
        if not begun and (latest := ended.get("latest", ended.get("in"))) is not None:
            begun = {"latest": latest}  # what was over by then had begun
        if not begun:
            return None
        span = {"start": begun, "end": ended} if any(ended.values()) else {"start": begun}
        members: Members = {"timespans": [span]}
        members["label"] = in_words(start, end)[self._context.lang]
        certainty = certainty_of(start)
        return members | ({"certainty": certainty} if certainty else {})

    # --- what it is called, what it is, who says so

    def _names(self, card: Members) -> Iterator[Members]:
        """By its card, with what that rests on; then what it was called at some time."""
        ours = {"label": "Annales", "@id": self._context.url(f"/records/{card['id']}")}
        citations = [
            {"label": title} | ({"@id": url} if url else {}) for title, url in self._cited(card)
        ]
        yield {"toponym": card["name"], "lang": "en", "citations": [*citations, ours]}
        for member, lang in (("name_zh", "zh"), ("acronym", "en")):
            if member in card:
                yield {"toponym": card[member], "lang": lang}
        for stretch in self._renamed[card["id"]]:
            if stretch.value and stretch.value != card["name"]:
                when = self._span(self._when.get(stretch.statement), None)
                if stretch.stop is not None and when is not None:
                    when["timespans"][0]["end"] = {"in": _date(stretch.stop - 1)}
                yield {"toponym": stretch.value} | ({"when": when} if when else {})

    def _types(self, card: Members, phases: Sequence[Item]) -> Iterator[Members]:
        """A site of its field and its class; and in which status it was, each in its time."""
        yield SITE | {"sourceLabels": _labels(field_word, card["field"])}
        if "class" in card:
            yield SITE | {"sourceLabels": _labels(CLASS_WORDS.of, card["class"])}
        for phase in phases:
            when = self._span(phase.start, None if phase.point else _end(phase))
            labels = _labels(partial(status, ran=phase.ran), phase.status or "")
            yield SITE | {"sourceLabels": labels} | ({"when": when} if when else {})

    def _documents(self, card: Members) -> Iterator[Members]:
        for _, url in self._cited(card):
            if url:
                yield {"type": "subjectOf", "identifier": url}

    def _cited(self, card: Members) -> Iterator[tuple[str, str | None]]:
        """The title and the address of each source of a card."""
        for id in dict.fromkeys(citation["id"] for citation in card.get("sources", ())):
            source = self._sources.get(id, {})
            yield source.get("title", id), source.get("url")


def _phases(context: Context, ids: frozenset[str]) -> dict[str, list[Item]]:
    """The phases that facilities have been in, each with its sources, in the order of time."""
    as_of = context.query.as_of
    wanted = replace(context.wanted, kinds=("phase",), record=None, among=ids)
    held = [item for item in read(context.reading, as_of, wanted) if not item.planned]
    phases: dict[str, list[Item]] = defaultdict(list)
    for item in sorted(completed(context.reading, as_of, held), key=in_time):
        phases[item.record].append(item)
    return phases


def _end(phase: Item) -> When | None:
    """What ended a phase; None where it goes on."""
    return None if phase.open else phase.end


def _bounds(when: When | None) -> Members:
    """A date: its one day, or the first and the last that are possible, as far as the format has
    them."""
    if when is None:
        return {}
    if when.earliest is not None and when.earliest == when.latest:
        ends = {"in": _date(when.earliest)}
    else:
        ends = {"earliest": _date(when.earliest), "latest": _date(when.latest)}
    return {name: end for name, end in ends.items() if end is not None}


def _date(day: Day | None) -> str | None:
    """A day in the format's own form of ISO 8601; None where it has none."""
    if day is None:
        return None
    year, month, day_of_month = civil(day)
    if year > LAST_YEAR:
        return None
    if year < FIRST_YEAR:
        return str(year)
    return f"{'-' if year < 0 else ''}{abs(year):04}-{month:02}-{day_of_month:02}"


def _labels(word: Callable[[str, str], str], code: str) -> list[Members]:
    return [{"label": word(code, lang), "lang": lang} for lang in ("en", "zh")]


def _same(uris: Iterable[str]) -> Iterator[Members]:
    """What other authorities call it; Wikidata by the alias that the gazetteer wants."""
    for uri in uris:
        yield {"type": "exactMatch", "identifier": WIKIDATA.sub(r"wd:\1", uri)}


def _descriptions(phases: Iterable[Item]) -> Iterator[Members]:
    """What was said of each phase, and where; in Chinese too, if it was said so."""
    for phase in phases:
        claim, url = phase.claim, _address(phase.sources)
        source = {"source": url} if url else {}
        yield {"value": _joined(claim.title, claim.summary)} | source
        if claim.title_zh is not None:
            yield {"value": _joined(claim.title_zh, claim.summary_zh), "lang": "zh"} | source


def _joined(title: str, summary: str | None) -> str:
    return f"{title}: {summary}" if summary else title


def _address(sources: Iterable[Source]) -> str | None:
    return next((source.url for source in sources if source.url), None)
