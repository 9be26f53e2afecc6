"""Annales, asked in this process as its own questions ask the views, at the clocks of a peer."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.peers.peer import Count, Held, Moment
from benchmarks.typical import answered
from events.clocks import AsOf
from events.dates import iso
from projections.views.reading import Slice
from service.archive import Archive
from service.asking.filters import Wanted
from service.state.answer import state_rows


@dataclass(frozen=True)
class Rows:
    """The rows of the views, on as many clocks as a peer has."""

    archive: Archive
    clocks: int
    name: str = "Annales, rows"

    def country(self, country: str, moment: Moment) -> list[Held]:
        """The facilities of a country."""
        slice = self._slice(moment, (country,))
        rows = slice.stab("status", slice.status_day)
        return [Held(row.record, row.field, row.value, row.odds) for row in rows]

    def counted(self, moment: Moment) -> list[Count]:
        """The world by status."""
        return [
            Count(status, odds, field, count)
            for status, odds, field, count in self._slice(moment).count_world()
        ]

    def facility(self, facility: str, moment: Moment) -> list[Held]:
        """One facility."""
        slice = self._slice(moment)
        rows = slice.stab_records("status", [facility], slice.status_day)
        return [Held(row.record, row.field, row.value, row.odds) for row in rows]

    def difference(self, country: str, moment: Moment, to_known: int) -> list[Held]:
        """What holds in a country at one of two positions only."""
        one = self.country(country, moment)
        other = self.country(country, moment._replace(known=to_known))
        return list(set(one) ^ set(other))

    def _slice(self, moment: Moment, countries: tuple[str, ...] = ()) -> Slice:
        as_of = AsOf(
            at=moment.at, during=None, stated=moment.stated, known=moment.known, known_at=None
        )
        return self.archive.reading(self.archive.db_at(moment.known)).at(as_of, countries=countries)


@dataclass(frozen=True)
class Answers:
    """Whole answers, from the parameters to the text of JSON."""

    archive: Archive
    clocks: int = 3
    name: str = "Annales, whole answers"

    def country(self, country: str, moment: Moment) -> str:
        """`/v1/state` of a country."""
        return self._text(f"/v1/state?{query_of(moment)}&country={country}&limit=1000")

    def facilities(self, country: str, moment: Moment) -> object:
        """The rows of that answer, each as its text of JSON."""
        as_of = AsOf(
            at=moment.at, during=None, stated=moment.stated, known=moment.known, known_at=""
        )
        reading = self.archive.reading_at(moment.known)
        return state_rows(reading, as_of, Wanted(countries=(country,), limit=1000))

    def counted(self, moment: Moment) -> str:
        """`/v1/state` of the world, which counts everything and lists one facility."""
        return self._text(f"/v1/state?{query_of(moment)}&limit=1")

    def facility(self, facility: str, moment: Moment) -> str:
        """`/v1/records/{id}`, with every statement."""
        return self._text(f"/v1/records/{facility}?{query_of(moment)}")

    def history(self, facility: str) -> str:
        """`/v1/records/{id}/history`, each event with its patch."""
        return self._text(f"/v1/records/{facility}/history?limit=1000")

    def difference(self, country: str, moment: Moment, to_known: int) -> str:
        """`/v1/diff`, each change with its cause."""
        query = f"{query_of(moment)}&to_known=@{to_known}&country={country}"
        return self._text(f"/v1/diff?{query}")

    def _text(self, url: str) -> str:
        return answered(self.archive, url).text


def query_of(moment: Moment) -> str:
    """A moment as a URL writes it."""
    return f"at={iso(moment.at)}&stated={iso(moment.stated)}&known=@{moment.known}"
