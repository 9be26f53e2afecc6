"""What the words of a search may mean, as links to what has it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import numpy as np

from events.clocks import AsOf, last_day
from events.errors import TooCostly
from service.asking.filters import Wanted
from service.asking.query import Query
from service.lists.question import SEARCH
from service.pages.search.meaning import Meaning
from service.pages.shell.answering import Visit
from service.pages.shell.layout import Members
from service.pages.shell.titling import headed
from service.state.facilities import Facilities
from service.words import labels, language
from service.words.places import place_name


def offers(visit: Visit, meaning: Meaning) -> list[Members]:
    """What a search may mean by its words: what each is called, where it leads to and how much is
    there. What would cost too much to count is not offered."""
    found: list[Members] = []
    if meaning:
        with suppress(TooCostly):
            found.extend(_Offers(visit, meaning).found())
    return found


class _Offers:
    """The offers of one search."""

    def __init__(self, visit: Visit, meaning: Meaning) -> None:
        self.visit, self.meaning = visit, meaning
        self.say, self.lang = visit.say, visit.lang
        self.as_of: AsOf = visit.query.as_of
        if meaning.year is not None:
            self.as_of = replace(self.as_of, at=last_day("at", meaning.year), during=None)
        about: Wanted = visit.query.about
        self.wanted = Wanted(
            countries=(meaning.place or about.place).countries,
            regions=(meaning.place or about.place).regions,
            statuses=meaning.statuses or about.statuses,
            limit=1,
            fields=("id",),
        )
        self.part = replace(
            self.wanted,
            field=meaning.field or about.field,
            class_=meaning.class_ or about.class_,
        )

    def found(self) -> Iterator[Members]:
        """Those that lead to something."""
        meaning = self.meaning
        if meaning.words and self._is_named:
            yield from self._search(self.wanted, meaning.named)
        if meaning.year is not None and not meaning.words:
            yield from self._state()
        else:
            yield from self._search(self.part, meaning.words)
        if not meaning.words and self._is_named:
            yield from self._search(self.wanted, meaning.named)

    @property
    def _is_named(self) -> bool:
        """Whether the class or the field may as well be words that are looked for."""
        return self.meaning.is_narrower and self.meaning.named != self.meaning.words

    def _state(self) -> Iterator[Members]:
        """How it was in a year."""
        part, as_of = self.part, self.as_of
        world = self.visit.reading.at(
            as_of, countries=part.place.codes, field=part.field, class_=part.class_
        )
        count = int(np.count_nonzero(Facilities(world).listed(part)))
        place = place_name(part.place, self.lang) or self.say("the world")
        name = self.say("The state of %(place)s in %(year)s", place=place, year=self._year)
        statuses = [labels.label(each, self.lang) for each in part.statuses]
        yield from self._offered("/state", name, part, [*self._about(part), *statuses], count)

    def _search(self, wanted: Wanted, words: str) -> Iterator[Members]:
        """What has words, within filters."""
        # A class is one of facilities: what else belongs to them is not meant.
        kind = "facility" if wanted.class_ else None
        wanted = replace(wanted, q=words or None, kind=kind)
        query = Query("/v1/search", self.as_of, {}, about=wanted)
        count = SEARCH.answer(self.visit.reading, query)["total"]
        quoted = [self.say("“%(words)s”", words=words)] if words else []
        about = [*self._about(wanted), *quoted]
        yield from self._offered("/search", self._heading(wanted), wanted, about, count)

    def _offered(
        self, path: str, name: str, wanted: Wanted, about: list[str], count: int
    ) -> Iterator[Members]:
        if not count:
            return
        given = {
            "q": wanted.q,
            "kind": wanted.kind,
            "country": ",".join(wanted.countries),
            "region": ",".join(wanted.regions),
            "status": ",".join(wanted.statuses),
            "field": wanted.field,
            "class": wanted.class_,
        }
        if self.meaning.year is not None:
            given |= {"at": self.meaning.year, "during": None}
        href = self.visit.here.to(path, **{name: text or None for name, text in given.items()})
        what = self.say(", ").join(about)
        yield {
            "name": headed(name, what, self.say) if what else name,
            "href": href,
            "count": count,
        }

    def _heading(self, wanted: Wanted) -> str:
        """Of what place, year and status it is."""
        say, where = self.say, place_name(wanted.place, self.lang)
        if self.meaning.year is not None:
            year = self._year
            where = say("%(place)s in %(year)s", place=where, year=year) if where else year
        phrases = (labels.status_phrase(status, self.lang) for status in wanted.statuses)
        status = say(" or ").join(phrases)
        if status and where:
            return say("Facilities %(status)s in %(where)s", status=status, where=where)
        if status:
            return say("Facilities %(status)s", status=status)
        return say("In %(where)s", where=where) if where else say("Facilities")

    def _about(self, wanted: Wanted) -> list[str]:
        """The field and the class, in words."""
        field = [labels.field_phrase(wanted.field, self.lang)] if wanted.field else []
        return field + ([labels.class_phrase(wanted.class_, self.lang)] if wanted.class_ else [])

    @property
    def _year(self) -> str:
        return language.date(self.meaning.year or "", self.lang)
