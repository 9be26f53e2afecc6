"""The front page: what only this chronicle can tell, on one screen.

A year as it was foreseen beside what came of it, the state of the day with its map, and the
greatest delay as a ladder. Each leads to the page that tells it whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from events.clocks import AsOf
from events.dates import day, year_of
from projections import OF_THE_RECORD
from projections.views.reading import Reading
from service.asking.filters import Wanted
from service.asking.query import Query
from service.drawing.figures import Numeral, draw_numerals
from service.drawing.marks import definitions
from service.pages.record.life import ladder_drawn
from service.pages.shell.answering import Visit
from service.pages.shell.clockbar import written, year_text
from service.pages.shell.here import Here
from service.pages.shell.layout import Members, pieces
from service.pages.shell.pictured import Pictured
from service.pages.shell.titling import as_told
from service.pages.state.hindsight import then_and_now
from service.pages.state.listing import Listing
from service.pages.state.map import state_map
from service.pages.state.tables import facility_rows
from service.promises.filters import Promised
from service.promises.tally import Tally
from service.records.answer import RecordAt
from service.state.answer import state_answer
from service.state.facilities import Facilities
from service.state.question import STATE
from service.words import labels, language
from service.words.speech import Speech

BACK = 2
"""So many years back lies the year whose foresight is told, or further, so that it is over and well
recorded."""

AHEAD = 8
"""So many years before it the sources are heard."""

MOST_NAMED = 8
"""How many facilities each list names."""

CLOCKS = ("at", "stated", "known")
"""The clocks of the front page; whatever else is asked is asked of the state."""


def home_title(_: Reading, query: Query, say: Speech) -> str:
    """What the chronicle tells, and by when that was said."""
    return as_told(say("Big science, as it came and as it was foreseen"), query.as_of, say)


def home_page(visit: Visit) -> Members:
    """What the template of the front page shows."""
    return {
        "page": visit.page("home", description=_about(visit)),
        "definitions": definitions(),
        "about": _about(visit),
        "foreseen": _foreseen(visit),
        "delay": _delay(visit),
        **_state(visit),
    }


def home_pictured(shown: Mapping[str, Any]) -> Pictured:
    """The year as it was foreseen, in numerals; without one the map of the state, which stands on
    the picture to take along in any case, as does the greatest delay."""
    delay, foreseen = shown["delay"], shown["foreseen"]
    numerals = draw_numerals(foreseen["numerals"], label=foreseen["title"]) if foreseen else None
    return Pictured(
        drawings=[delay["named"]] if delay else [],
        under=[numerals] if numerals else [],
        beside=shown["map"],
        small=numerals or shown["map"],
        further="" if foreseen else shown["told"],
    )


def _about(visit: Visit) -> str:
    """In one line what this is."""
    return visit.say(
        "Annales keeps what was said of big science, by whom and when: any year as it is known"
        " today, or as it was foreseen."
    )


def _foreseen(visit: Visit) -> Members | None:
    """A year as it was stated some years before, beside what is stated of it now; None where
    nothing was said of it at either point."""
    as_of = visit.query.as_of
    over = year_of(as_of.stated + 1) - 1
    year = min(year_of(as_of.at) - BACK, over)
    then = replace(as_of, at=day(year, 12, 31), stated=day(year - AHEAD, 12, 31))
    if then.stated >= as_of.stated:
        return None
    found = then_and_now(visit, then, as_of.stated, Wanted(), most=MOST_NAMED)
    totals = found["totals"]
    if not totals["then"] and not totals["now"]:
        return None
    clocks = {"at": year_text(year), "stated": year_text(year - AHEAD)}
    words = {name: language.date(text, visit.lang) for name, text in clocks.items()}
    say = visit.say
    ran = say("were running, by all sources to date")
    if "stated" in visit.here.texts:
        heard = language.date(written(as_of.stated), visit.lang)
        ran = say("were running, said the sources up to %(stated)s", stated=heard)
    numerals = [
        Numeral(
            str(totals["then"]),
            say("would be running in %(at)s, said the sources up to %(stated)s", **words),
            then=True,
        ),
        Numeral(str(totals["now"]), ran),
    ]
    if unnamed := totals["unexpected_unnamed"]:
        told = say.n(
            "of them was named by no source held here up to %(stated)s",
            "of them were named by no source held here up to %(stated)s",
            unnamed,
            stated=words["stated"],
        )
        numerals.append(Numeral(str(unnamed), told))
    return {
        **found,
        **clocks,
        "title": say("%(year)s as stated by %(stated)s", year=words["at"], stated=words["stated"]),
        "ran": ran,
        "numerals": numerals,
        "told": _told_of(visit, then),
        "href": visit.here.to("/state", **clocks),
        "beside": visit.here.to("/compare", **clocks, to_stated=found["to_stated"]),
    }


def _told_of(visit: Visit, then: AsOf) -> int:
    """Of how many facilities anything had been said by then."""
    named = visit.reading.at(then).find("named", then.stated)
    return int(np.count_nonzero(named["value"] == OF_THE_RECORD))


def _state(visit: Visit) -> Members:
    """The state of the day, in a sentence and as a map, as its own page has them."""
    here = Here("/state", visit.here.texts)
    asked = replace(visit.query, path=STATE.path, about=Wanted())
    of_state = replace(visit, here=here, query=asked)
    slice = visit.reading.at(asked.as_of)
    listing = Listing(of_state, Facilities(slice))
    answer = {
        **asked.head(),
        **state_answer(visit.reading, replace(asked, about=listing.page)),
    }
    cards = slice.cards(row["id"] for row in answer["facilities"])
    rows = facility_rows(answer, cards, beyond=slice.is_beyond, lang=visit.lang)
    found = state_map(of_state, (not listing.is_whole and listing.mapped()) or rows)
    return {
        "sentence": pieces(answer["sentence"], visit.lang, here),
        "told": answer["sentence"][visit.lang],
        "day": written(asked.as_of.at),
        "map": found["map"],
        "coverage": answer["coverage"]["sentence"][visit.lang],
        "held": answer["coverage"]["facilities"],
        "state": here.to("/state"),
    }


def _delay(visit: Visit) -> Members | None:
    """The promise that certainly slipped the most, as a ladder; None where none is known to."""
    slice = visit.reading.at(visit.query.as_of)
    tally = Tally(slice, Promised())
    [worst] = tally.farthest([tally.every])
    if worst is None:
        return None
    found = RecordAt.read(visit.reading, worst.record, visit.query.as_of)
    drawn = ladder_drawn(visit, found, worst)
    name = labels.names_of(worst.card, visit.lang)[0]
    label = visit.say("%(name)s: %(value)s", name=name, value=drawn["words"])
    return {
        **drawn,
        "name": name,
        "named": replace(drawn["wide"], label=label),
        "href": visit.here.record(worst.record),
        "all": visit.here.to("/slips", sort="slip"),
    }
