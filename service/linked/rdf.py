"""A record as linked data: what it is in the words of schema.org, how it came about in PROV-O.

One graph of whole IRIs and no blank nodes, in three serialisations that say the
same: JSON-LD with its context inside, Turtle, N-Quads. A record, a statement, a source and
an entry of the record have the IRI at which the service describes them; the
entity that has a provenance is the record's pinned answer.

A date is a literal of EDTF, as its source gave it, and beside it one of XML
Schema where that can say the same: an unqualified day, month or year from 0001
to 9999.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import PROV, RDF, XSD

from events import dates
from events.dates import Date, civil
from events.fact import Line
from events.statement import Statement
from events.stream import Stream
from projections.engine.account import Effective
from projections.engine.spans import BEFORE_ALL
from projections.kinds.facility import FOR_GOOD
from projections.views.history import Entry
from projections.views.reading import Reading
from service.asking.query import Query
from service.records.answer import RecordAt
from service.words.printable import printable

SCHEMA = Namespace("https://schema.org/")
EDTF = URIRef("http://id.loc.gov/datatypes/edtf/EDTF")

CONTEXT = {
    "@vocab": str(SCHEMA),
    "prov": str(PROV),
    "xsd": str(XSD),
    "edtf": "http://id.loc.gov/datatypes/edtf/",
}
"""The context of JSON-LD, which stands inside: nothing is fetched to read it."""

TYPES: dict[str, tuple[str, ...]] = {
    "facility": ("ResearchOrganization", "Place"),
    "discovery": ("Event",),
    "policy": ("Legislation",),
    "indicator": ("Dataset",),
    "observation": ("Claim",),
}
"""What a record is, by its kind."""

ARTICLES = frozenset({"paper", "paper-record", "preprint", "abstract"})
MEDIA = {
    "book": "Book",
    "report": "Report",
    "policy-text": "Legislation",
    "news": "NewsArticle",
    "institute-news": "NewsArticle",
    "government-news": "NewsArticle",
    "press-release": "NewsArticle",
    "magazine-article": "Article",
    "blog": "BlogPosting",
    "web": "WebPage",
    "web-article": "WebPage",
    "institute-page": "WebPage",
}
"""What a source is, by its medium; anything else is a CreativeWork."""

PRECISIONS = {"day": (XSD.date, 3), "month": (XSD.gYearMonth, 2), "year": (XSD.gYear, 1)}
"""The type of XML Schema for a date, and how many of year, month and day it has."""


LARGEST_INTEGER = 1e21
"""From here on JSON-LD reads a number as a double (JSON-LD 1.1 API, 8.6)."""


class Form(NamedTuple):
    """A serialisation: the ending of its path, its media type, and how it is written."""

    suffix: str
    media_type: str
    write: Callable[[Graph, URIRef], str]


def record_graph(reading: Reading, query: Query, id: str, *, root: str) -> tuple[Graph, URIRef]:
    """The graph of a record at the clocks of a query, and the IRI of the record.

    `root` is the service's root without a slash at its end. Raises NotFound.
    """
    of_record = replace(query, path=f"/v1/records/{id}")
    writer = _Writer(reading, of_record, id, root=root)
    writer.write()
    return writer.graph, writer.iri


# --- the serialisations


def jsonld(graph: Graph, main: URIRef) -> str:
    """JSON-LD, the record first, and everything else in the order of its IRIs."""
    written = graph.serialize(format="json-ld", context=CONTEXT, auto_compact=False)
    found = json.loads(written)
    nodes = found.get("@graph") or [{k: v for k, v in found.items() if k != "@context"}]
    nodes = sorted(map(_ordered, nodes), key=lambda node: (node["@id"] != str(main), node["@id"]))
    return json.dumps({"@context": CONTEXT, "@graph": nodes}, ensure_ascii=False, indent=1) + "\n"


def turtle(graph: Graph, _: URIRef) -> str:
    """Turtle, by subject and predicate."""
    return graph.serialize(format="turtle")


def nquads(graph: Graph, _: URIRef) -> str:
    """N-Quads of the default graph, in the order of their text."""
    lines = graph.serialize(format="nt").split("\n")
    return "".join(f"{line}\n" for line in sorted(filter(None, lines)))


FORMS = (
    Form("jsonld", "application/ld+json", jsonld),
    Form("ttl", "text/turtle", turtle),
    Form("nq", "application/n-quads", nquads),
)


def _ordered(value: Any) -> Any:
    """JSON whose objects are by name and whose lists are by their text: a graph has no order."""
    if isinstance(value, dict):
        return {name: _ordered(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return sorted(map(_ordered, value), key=lambda each: json.dumps(each, sort_keys=True))
    return value


# --- the graph


class _Writer:
    """Writes down a record as a graph."""

    def __init__(self, reading: Reading, query: Query, id: str, *, root: str) -> None:
        self.graph = Graph()
        self.graph.bind("schema", SCHEMA)
        self.graph.bind("prov", PROV)
        self.reading = reading
        self.query = query
        self.root = root
        self.told = RecordAt.read(reading, id, query.as_of)
        self.id = id
        self.iri = self.ours("records", id)
        self.document = URIRef(f"{root}{query.pinned}")
        self.known = query.as_of.known
        self.entries = list(
            reading.entries(
                str(Stream.record(id)),
                known=self.known,
                after=0,
                limit=self.told.record.revision,
            )
        )

    def write(self) -> None:
        """The record, its entries, its statements, and where they come from."""
        kind = self.told.record.kind
        for type in TYPES[kind]:
            self.add(self.iri, RDF.type, SCHEMA[type])
        self.add(self.iri, SCHEMA.identifier, Literal(self.id))
        self.add(self.iri, SCHEMA.url, Literal(f"{self.root}/records/{self.id}"))
        self._document()
        card = self.told.record.card
        if card is None:
            self._name()
        elif kind == "facility":
            self._card(card)
        else:
            self._name_of_series(card)
        write_entry = {
            "facility": self._milestone,
            "discovery": self._discovery,
            "policy": self._decision,
            "indicator": self._reading,
            "observation": self._remark,
        }[kind]
        for entry, each in sorted(self.told.account.effective.items()):
            if (each.counts and each.statement.date is not None) or each.statement.line.get(
                "dropped"
            ):
                write_entry(entry, each)
        if kind in ("policy", "indicator"):
            self._coverage(kind)
        for statement in self.told.all:
            if statement.said <= self.query.as_of.stated:
                self._statement(statement)
        for source in sorted(self._sources()):
            self._source(source)

    def add(self, subject: URIRef, predicate: URIRef, value: URIRef | Literal) -> None:
        """One triple."""
        self.graph.add((subject, predicate, value))

    def ours(self, space: str, id: str) -> URIRef:
        """The IRI of something that the service describes."""
        return URIRef(f"{self.root}/v1/{space}/{id}")

    def part(self, name: str) -> URIRef:
        """The IRI of a part of the record."""
        return URIRef(f"{self.iri}#{quote(name, safe='/')}")

    def text(self, subject: URIRef, predicate: URIRef, value: object, lang: str = "") -> None:
        """A literal, if there is anything to say."""
        if value not in (None, ""):
            self.add(subject, predicate, Literal(printable(str(value)), lang=lang or None))

    def texts(self, subject: URIRef, predicate: URIRef, line: Line, member: str) -> None:
        """What a line says in a member, and the same in Chinese, as far as it does."""
        self.text(subject, predicate, line.get(member))
        self.text(subject, predicate, line.get(f"{member}_zh"), "zh")

    def same(self, subject: URIRef, card: Line) -> None:
        """What others call the thing of a card."""
        for uri in card.get("same_as", ()):
            self.add(subject, SCHEMA.sameAs, URIRef(uri))

    def date(self, subject: URIRef, predicate: URIRef, date: Date) -> None:
        """A date as its source gave it, and as XML Schema has it."""
        for literal in dated(date):
            self.add(subject, predicate, literal)

    # The record itself

    def _document(self) -> None:
        """The pinned answer: which revision it describes, and which came before."""
        document, last = self.document, self.entries[-1]
        self.add(document, RDF.type, PROV.Entity)
        self.add(document, PROV.specializationOf, self.iri)
        self.add(document, SCHEMA.mainEntity, self.iri)
        self.text(document, SCHEMA.version, str(self.told.record.revision))
        self.add(document, PROV.generatedAtTime, _instant(last.recorded_at))
        for entry in self.entries:
            if entry.commit_position == last.commit_position:
                self._by(document, entry)
        earlier = [each for each in self.entries if each.commit_position < last.commit_position]
        if earlier:
            before = f"{self.iri}?known=@{earlier[-1].commit_position}"
            self.add(document, PROV.wasRevisionOf, URIRef(before))

    def _by(self, subject: URIRef, entry: Entry) -> None:
        """Who recorded something."""
        actor = URIRef(f"{self.root}/v1/activity?{urlencode({'actor': entry.actor})}#agent")
        self.add(subject, PROV.wasAttributedTo, actor)
        self.add(actor, RDF.type, PROV.Agent)
        self.text(actor, SCHEMA.name, entry.actor)

    def _card(self, card: Line) -> None:
        iri = self.iri
        self.texts(iri, SCHEMA.name, card, "name")
        self.same(iri, card)
        self.text(iri, SCHEMA.alternateName, card.get("acronym"))
        for name in self.told.shown("name"):
            if name.value != card["name"]:
                self.text(iri, SCHEMA.alternateName, name.value)
        self.text(iri, SCHEMA.keywords, card.get("field"))
        self.text(iri, SCHEMA.keywords, card.get("class"))
        address = self.part("address")
        self.add(iri, SCHEMA.address, address)
        self.add(address, RDF.type, SCHEMA.PostalAddress)
        self.text(address, SCHEMA.addressCountry, card["country"])
        self.texts(address, SCHEMA.addressLocality, card, "place")
        if "latitude" in card and "longitude" in card:
            geo = self.part("geo")
            self.add(iri, SCHEMA.geo, geo)
            self.add(geo, RDF.type, SCHEMA.GeoCoordinates)
            self.add(geo, SCHEMA.latitude, number(card["latitude"]))
            self.add(geo, SCHEMA.longitude, number(card["longitude"]))
        if "operator" in card or "operator_zh" in card:
            operator = self.part("operator")
            self.add(iri, SCHEMA.parentOrganization, operator)
            self.add(operator, RDF.type, SCHEMA.Organization)
            self.texts(operator, SCHEMA.name, card, "operator")
        self._cites(iri, card)
        status = next(self.told.shown("status"), None)
        if status is not None and status.value:
            # It is of these clocks alone, so it belongs to the document that has them.
            value = URIRef(f"{self.document}#status")
            self.add(self.document, SCHEMA.about, value)
            self.add(value, RDF.type, SCHEMA.PropertyValue)
            self.text(value, SCHEMA.name, "status")
            self.text(value, SCHEMA.value, status.value)
            if status.statement is not None:
                self.add(value, SCHEMA.isBasedOn, self.ours("statements", status.statement))

    def _name(self) -> None:
        """What has no card is called as the statement that names it best."""
        for line in self._naming():
            self.texts(self.iri, SCHEMA.name, line, "title")
            self._belongs(self.iri, line)

    def _name_of_series(self, card: Line) -> None:
        """A series has its name on its card, and belongs where the reading does that lists it."""
        self.texts(self.iri, SCHEMA.name, card, "name")
        for line in self._naming():
            self._belongs(self.iri, line)

    def _naming(self) -> Iterator[Line]:
        """The line that names a record without a card best, if anything was said of it."""
        for span in self.told.spans:
            if span.facet == "record" and span.statement is not None:
                yield self.told.record.statement(span.statement).line

    def _belongs(self, subject: URIRef, line: Line) -> None:
        """The country, the field and the facility that a statement names."""
        self.text(subject, SCHEMA.keywords, line.get("field"))
        if "country" in line:
            country = self.part(f"country-{line['country']}")
            self.add(subject, SCHEMA.spatialCoverage, country)
            self.add(country, RDF.type, SCHEMA.Country)
            self.text(country, SCHEMA.identifier, line["country"])
        if "facility" in line:
            self.add(subject, SCHEMA.about, self.ours("records", line["facility"]))

    # Its entries, by the kind of the record

    def _milestone(self, entry: str, effective: Effective) -> None:
        statement = effective.statement
        event = self.part(entry.removeprefix(f"{self.id}/"))
        self.add(self.iri, SCHEMA.event, event)
        self._event(event, effective)
        self.add(event, SCHEMA.location, self.iri)
        if statement.planned or statement.date is None:
            return
        milestone = statement.line["milestone"]
        if entry == f"{self.id}/operation-started":  # what began again was not founded again
            self.date(self.iri, SCHEMA.foundingDate, statement.date)
        if milestone in FOR_GOOD:
            self.date(self.iri, SCHEMA.dissolutionDate, statement.date)

    def _event(self, event: URIRef, effective: Effective) -> None:
        """Something that came or is promised; earlier promises for other days are a slip."""
        statement = effective.statement
        self.add(event, RDF.type, SCHEMA.Event)
        self.texts(event, SCHEMA.name, statement.line, "title")
        self.texts(event, SCHEMA.description, statement.line, "summary")
        self.add(event, SCHEMA.subjectOf, self.ours("statements", statement.id))
        self._cites(event, statement.line)
        slips = list(self._slips(statement))
        for date in slips:
            self.date(event, SCHEMA.previousStartDate, date)
        if statement.date is None:
            self.add(event, SCHEMA.eventStatus, SCHEMA.EventCancelled)
            return
        self.date(event, SCHEMA.startDate, statement.date)
        if slips:
            self.add(event, SCHEMA.eventStatus, SCHEMA.EventRescheduled)
        elif statement.planned:
            self.add(event, SCHEMA.eventStatus, SCHEMA.EventScheduled)

    def _slips(self, statement: Statement) -> Iterator[Date]:
        """The other days for which the same was ever promised."""
        replaced = statement.line.get("supersedes")
        for ladder in self.told.account.ladders:
            if any(plan.entry == statement.entry or plan.id == replaced for plan in ladder):
                for plan in ladder:
                    if plan.date is not None and plan.date != statement.date:
                        yield plan.date

    def _discovery(self, _: str, effective: Effective) -> None:
        self._event(self.iri, effective)

    def _decision(self, _: str, effective: Effective) -> None:
        statement, iri = effective.statement, self.iri
        counted = (each.statement for each in self.told.account.effective.values() if each.counts)
        first = statement == min(counted, key=_by_date)
        self.texts(iri, SCHEMA.description, statement.line, "summary")
        self.add(iri, SCHEMA.subjectOf, self.ours("statements", statement.id))
        self._cites(iri, statement.line)
        if "country" in statement.line:
            self.text(iri, SCHEMA.legislationJurisdiction, statement.line["country"])
        if statement.date is not None:
            decided = SCHEMA.legislationDate if first else SCHEMA.legislationDateVersion
            self.date(iri, decided, statement.date)

    def _reading(self, entry: str, effective: Effective) -> None:
        statement, line = effective.statement, effective.statement.line
        if statement.planned or statement.date is None:
            return
        reading = self.part(entry.removeprefix(f"{self.id}/"))
        self.text(self.iri, SCHEMA.variableMeasured, self.id)
        self.add(self.iri, SCHEMA.hasPart, reading)
        self.add(reading, RDF.type, SCHEMA.Observation)
        self.texts(reading, SCHEMA.name, line, "title")
        self.add(reading, SCHEMA.value, number(line["value"]))
        self.text(reading, SCHEMA.unitText, line["unit"])
        card = self.told.record.card
        if card is not None and card.get("unit") == line["unit"]:
            self.text(reading, SCHEMA.unitText, card.get("unit_zh"), "zh")
        self.date(reading, SCHEMA.observationDate, statement.date)
        self.add(reading, SCHEMA.subjectOf, self.ours("statements", statement.id))
        self._cites(reading, line)
        self._cites(self.iri, line)

    def _remark(self, _: str, effective: Effective) -> None:
        statement, line = effective.statement, effective.statement.line
        self.texts(self.iri, SCHEMA.description, line, "summary")
        self.text(self.iri, SCHEMA.creditText, line.get("said_by"))
        self.add(self.iri, SCHEMA.subjectOf, self.ours("statements", statement.id))
        self._cites(self.iri, line)
        if statement.date is not None:
            self.date(self.iri, SCHEMA.temporalCoverage, statement.date)

    def _coverage(self, kind: str) -> None:
        """From when to when a policy holds, or a series has readings."""
        spans = [span for span in self.told.spans if span.facet == kind]
        firsts = [span.first for span in spans]
        if not spans or None in firsts:
            return
        begin = dates.iso(min(first for first in firsts if first is not None))
        lasts = [None if span.end is None else span.end - 1 for span in spans]
        end = ".." if None in lasts else dates.iso(max(last for last in lasts if last is not None))
        # schema.org has ISO 8601 in four digits; farther years stand in the statements.
        if begin[0] not in "+-" and end[0] not in "+-":
            self.text(self.iri, SCHEMA.temporalCoverage, f"{begin}/{end}")

    # Statements and where they come from

    def _statement(self, statement: Statement) -> None:
        iri, line = self.ours("statements", statement.id), statement.line
        self.add(iri, RDF.type, SCHEMA.Claim)
        self.add(iri, RDF.type, PROV.Entity)
        self.texts(iri, SCHEMA.name, line, "title")
        self.texts(iri, SCHEMA.abstract, line, "summary")
        self.add(iri, SCHEMA.about, self.iri)
        self.text(iri, SCHEMA.creativeWorkStatus, line["modality"])
        if statement.disputed:
            self.text(iri, SCHEMA.creativeWorkStatus, "disputed")
        if statement.date is not None:
            self.date(iri, SCHEMA.temporalCoverage, statement.date)
        if statement.stated is not None:
            self.date(iri, SCHEMA.dateCreated, statement.stated)
        self._cites(iri, line)
        for citation in line.get("sources", ()):
            self.add(iri, PROV.wasDerivedFrom, self.ours("sources", citation["id"]))
        self._versions(iri, statement)

    def _versions(self, iri: URIRef, statement: Statement) -> None:
        """When it was recorded and by whom; where it was mended, each version of it."""
        events = [entry for entry in self.entries if entry.statement == statement.id]
        self.add(iri, PROV.generatedAtTime, _instant(events[0].recorded_at))
        self._by(iri, events[0])
        if statement.withdrawn:
            self.add(iri, PROV.invalidatedAtTime, _instant(events[-1].recorded_at))
        if len(events) == 1:
            return
        before: URIRef | None = None
        for entry, following in zip(events, [*events[1:], None], strict=True):
            if entry.type == "withdrawal":
                continue
            version = URIRef(f"{iri}?known=@{entry.commit_position}#{entry.position}")
            self.add(version, RDF.type, PROV.Entity)
            self.add(version, PROV.specializationOf, iri)
            self.add(version, PROV.generatedAtTime, _instant(entry.recorded_at))
            self.text(version, SCHEMA.description, entry.reason)
            self._by(version, entry)
            if following is not None:
                self.add(version, PROV.invalidatedAtTime, _instant(following.recorded_at))
            if before is not None:
                self.add(version, PROV.wasRevisionOf, before)
            before = version

    def _cites(self, subject: URIRef, line: Line) -> None:
        for citation in line.get("sources", ()):
            self.add(subject, SCHEMA.citation, self.ours("sources", citation["id"]))

    def _sources(self) -> Iterable[str]:
        """The sources that the graph names."""
        beginning = f"{self.root}/v1/sources/"
        return {
            str(each).removeprefix(beginning)
            for each in set(self.graph.objects(None, SCHEMA.citation))
            if str(each).startswith(beginning)
        }

    def _source(self, id: str) -> None:
        iri = self.ours("sources", id)
        card = self.reading.record(str(Stream.source(id)), known=self.known).card
        self.add(iri, RDF.type, PROV.Entity)
        if card is None:
            return
        medium = card["medium"]
        known_as = "ScholarlyArticle" if medium in ARTICLES else MEDIA.get(medium, "CreativeWork")
        self.add(iri, RDF.type, SCHEMA[known_as])
        self.text(iri, SCHEMA.name, card["title"])
        self.text(iri, SCHEMA.creditText, card.get("author"))
        self.text(iri, SCHEMA.publisher, card.get("publisher"))
        # Written as texts: what stands on a card need not be an IRI that every parser takes.
        self.text(iri, SCHEMA.url, card.get("url"))
        self.text(iri, SCHEMA.archivedAt, card.get("archived_url"))
        self.text(iri, SCHEMA.sha256, card.get("content_sha256"))
        self.same(iri, card)
        if "doi" in card:
            self.text(iri, SCHEMA.identifier, f"doi:{card['doi']}")
        if "date" in card:
            self.date(iri, SCHEMA.datePublished, dates.parse(card["date"]))


# --- literals


def dated(date: Date) -> Iterator[Literal]:
    """A date as EDTF has it, and as XML Schema where that can say the same.

    >>> [str(literal) for literal in dated(dates.parse("2025-08"))]
    ['2025-08', '2025-08']
    >>> [str(literal) for literal in dated(dates.parse("2025~"))]
    ['2025~']
    """
    yield Literal(date.text, datatype=EDTF)
    if date.precision not in PRECISIONS or date.approximate or date.uncertain:
        return
    if date.earliest is None or not 1 <= civil(date.earliest)[0] <= 9999:
        return
    datatype, parts = PRECISIONS[date.precision]
    text = "-".join(dates.iso(date.earliest).split("-")[:parts])
    yield Literal(text, datatype=datatype, normalize=False)


def number(value: float) -> Literal:
    """A number with all its digits and no exponent, as any serialisation writes it.

    What is too large for an integer of JSON-LD is a double, as it is read there.

    >>> str(number(6720)), str(number(1.5e-7)), str(number(1.5e300))
    ('6720', '0.00000015', '1.5E300')
    """
    if abs(value) >= LARGEST_INTEGER:
        digits, power = f"{Decimal(repr(float(value))):E}".split("E")
        whole, _, part = digits.partition(".")
        text = f"{whole}.{part.rstrip('0') or '0'}E{int(power)}"
        return Literal(text, datatype=XSD.double, normalize=False)
    text = format(Decimal(repr(value)), "f")
    datatype = XSD.decimal if "." in text else XSD.integer
    return Literal(text, datatype=datatype, normalize=False)


def _instant(recorded_at: str) -> Literal:
    return Literal(recorded_at, datatype=XSD.dateTime, normalize=False)


def _by_date(statement: Statement) -> tuple[int, int]:
    earliest = BEFORE_ALL if statement.earliest is None else statement.earliest
    return (earliest, statement.position)
