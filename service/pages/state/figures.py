"""The five figures under the sentence of a state, each with its course through the years.

They are those of the answer, so a number here is the length of a list below it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from events.dates import day
from service.drawing.lanes import Frame
from service.drawing.sparkline import sparkline
from service.pages.drawn.courses import Courses, median_by
from service.pages.drawn.lanes import FAMILIES, came_words, short_slips
from service.pages.shell.answering import Visit
from service.pages.shell.clockbar import written
from service.pages.shell.layout import Members
from service.promises.tally import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the figures are of.

    `totals` are facilities by status (beyond the horizon as they are expected), `running`
    the least and the most that can have run, where they differ. `of_status` gives the page of
    facilities of some statuses, where this one does not list all.
    """

    visit: Visit
    beyond: bool
    totals: Mapping[str, int]
    running: tuple[int, int] | None
    policies: int
    tally: Tally
    course: Courses
    frame: Frame
    of_status: Callable[..., str] | None = None

    def shown(self) -> list[Members]:
        """The figures in their order."""
        say = self.visit.say
        words = {
            "running": say("operating"),
            "building": say("under construction or commissioning"),
            "planned": say("approved or proposed"),
        }
        if self.beyond and self.visit.query.as_of.during is not None:
            # Nothing is expected of a period.
            words["running"] = say("operating, as last known")
            words["building"] = say("under construction or commissioning, as last known")
        elif self.beyond:
            words["running"] = say("would be operating")
            words["building"] = say("would be under construction or commissioning")
        figures = []
        for name, statuses in FAMILIES:
            number = sum(self.totals.get(status, 0) for status in statuses)
            some = [status for status in statuses if self.totals.get(status)]
            href = f"#s-{some[0]}" if some else "#facilities"
            if some and self.of_status is not None:
                href = self.of_status(*some)
            figures.append(self._figure(name, str(number), words[name], href))
        if self.running is not None:
            least, most = self.running
            figures[0]["range"] = say("between %(least)s and %(most)s", least=least, most=most)
        figures.append(self._slip())
        what = say.n("policy in force", "policies in force", self.policies)
        figures.append(self._figure("policies", str(self.policies), what, "#h-p"))
        return figures

    def _figure(self, name: str, number: str, what: str, href: str) -> Members:
        values = self.course.by[name]
        points = [(day(self.course.first + at, 12, 31), value) for at, value in enumerate(values)]
        return {
            "name": name,
            "number": number,
            "what": what,
            "href": href,
            "range": "",
            "course": values,
            "spark": sparkline(points, self.frame),
        }

    def _slip(self) -> Members:
        """The median slip of what had come by the day, at least and at most, and of how many."""
        at, say = self.visit.query.as_of.at, self.visit.say
        median = median_by(self.tally, at)
        href = self.visit.here.to("/slips", came_by=written(at))
        if median is None:
            what = say("no promise was fulfilled yet")
            return self._figure("slip", "–", what, href)
        least, most, of = median
        if of == 1:
            # Of one promise there is no median: it is told as that one's delay is.
            number = came_words(least, most, say.lang)
            return self._figure("slip", number, say("delay of the one promise"), href)
        what = say.n("median delay of %(num)s promise", "median delay of %(num)s promises", of)
        return self._figure("slip", short_slips(least, most, say.lang), what, href)
