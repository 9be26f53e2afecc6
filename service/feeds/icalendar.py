"""iCalendar: what came, what is promised and for when, for any calendar that subscribes.

A calendar knows days, from 0001 to 9999, and no vague ones. So a date that is
not one day covers all the days that it can mean, `DTEND` being the day after the
last (RFC 5545), and `SUMMARY` says that it is vague, disputed or contested; the text
of EDTF stands in `X-ANNALES-EDTF`. What goes on without a known end stands where it
began. What was withdrawn is sent once more as `CANCELLED`, so that a copy of it goes
too; of such, too, there are no more than the limit.

Nothing here reads the present time: `DTSTAMP` is the instant of the last commit known.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import icalendar

from events import dates
from events.commit import microseconds
from events.dates import Day, Language, civil
from events.stream import Stream
from service.asking.query import located
from service.feeds.feed import Context, Feed, omitted_header
from service.feeds.titles import title_of
from service.items.item import Item
from service.items.when import When
from service.items.withdrawn import withdrawn
from service.words.labels import (
    CONTESTED,
    DISPUTED,
    KIND_WORDS,
    NO_END,
    PLANNED,
    field_word,
    status,
)
from service.words.printable import printable
from service.words.word import word

AUTHORITY = "annales.org"
"""What follows the id of an item in its UID."""

FIRST, STOP = dates.day(1, 1, 1), dates.day(9999, 12, 31)
"""The days that can be written; as `DTEND` is exclusive, the last one only as an end."""

REFRESH = timedelta(days=1)
"""How often a calendar should look again."""

PRECISE_TO = {
    "year": word("precise to", "year only"),
    "month": word("precise to", "month only"),
}
PROMISED = word("was promised", "Planned for")
DATE = word("date", "Date")
SOURCES = word("sources", "Sources")


def render(context: Context) -> bytes:
    """A calendar with one event an item, and one for each statement that was taken back."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Annales//Feeds//EN")
    calendar.add("version", "2.0")
    for name in ("name", "x-wr-calname"):
        calendar.add(name, icalendar.vText(_text(context.title)))
    calendar.add("url", context.pinned)
    live = located(context.query.path, sorted(context.query.filters.items()))
    calendar.add("source", context.url(live), parameters={"VALUE": "URI"})
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for event in _events(context):
        calendar.add_component(event)
    calendar.add("x-annales-omitted", omitted_header(context.omitted) or "0")
    written: bytes = calendar.to_ical()
    return written


def lacks(item: Item) -> str | None:
    """A calendar needs a day of the years 1 to 9999."""
    return _out_of_reach(days_of(item))


ICALENDAR = Feed(
    name="icalendar",
    media_type="text/calendar",
    summary=word("feed", "What came and what is promised, to subscribe to in any calendar."),
    suffix="ics",
    reader="Thunderbird, Apple Calendar, Google Calendar, Outlook",
    render=render,
    lacks=lacks,
    kinds=("milestone", "discovery", "policy", "observation"),
)


def days_of(item: Item) -> tuple[Day, Day] | None:
    """The days that an item covers, half-open: those on which it began where no end is known.

    A date that is open on one side stands on the day that it has.
    """
    if not item.point and not item.open and item.stop is not None:
        first = item.first
        if first is None and item.start is not None:
            first = item.start.day
        if first is not None:
            return first, item.stop
    return None if item.start is None else _days_of(item.start)


def _days_of(start: When) -> tuple[Day, Day] | None:
    only = start.day
    if only is None:
        return None
    if start.earliest is None or start.latest is None:
        return only, only + 1
    return start.earliest, start.latest + 1


def _out_of_reach(days: tuple[Day, Day] | None) -> str | None:
    if days is None:
        return "no-date"
    if days[0] < FIRST:
        return "bce"
    return "after-9999" if days[1] > STOP else None


def _events(context: Context) -> Iterator[icalendar.Event]:
    gone = _taken_back(context)
    revisions = {
        record: context.reading.history.revision(
            context.reading.db, str(Stream.record(record)), known=context.query.as_of.known
        )
        for record in {item.record for item in (*context.items, *gone)}
    }
    for item in context.items:
        yield _event(item, context, revision=revisions[item.record])
    for item in gone:
        yield _cancelled(item, context, revision=revisions[item.record])


def _event(item: Item, context: Context, *, revision: int) -> icalendar.Event:
    lang = context.lang
    event = _begun(item, context, revision=revision)
    event.add("summary", _text(f"{title_of(item, lang)}{_doubts(item, lang)}"))
    event.add("description", _text(_description(item, lang)))
    event.add("status", "TENTATIVE" if item.planned else "CONFIRMED")
    event.add("categories", _categories(item, lang))
    if item.place is not None:
        event.add("geo", _Place(item.place))
    if item.recorded is not None:
        event.add("last-modified", _instant(item.recorded))
    if item.edtf is not None:
        event.add("x-annales-edtf", item.edtf)
    return event


class _Place(icalendar.vGeo):
    """Degrees as RFC 5545 wants them: six digits behind the point, and no exponent."""

    def to_ical(self) -> str:
        """As it is written."""
        return f"{self.latitude:.6f};{self.longitude:.6f}"


def _begun(item: Item, context: Context, *, revision: int) -> icalendar.Event:
    """What every event has. It takes up nobody's time."""
    days = days_of(item)
    if days is None:
        raise ValueError(f"{item.id} has no day")  # `lacks` keeps it out
    event = icalendar.Event()
    event.add("uid", f"{item.id}@{AUTHORITY}")
    event.add("dtstamp", _instant(context.query.as_of.known_at))
    event.add("dtstart", date(*civil(days[0])))
    event.add("dtend", date(*civil(days[1])))
    event.add("sequence", revision)
    event.add("transp", "TRANSPARENT")
    event.add("url", context.url(f"/records/{item.record}"))
    return event


def _doubts(item: Item, lang: Language) -> str:
    """What a date that is vague, only planned or in dispute is called after the title, in
    brackets."""
    words = []
    if item.start is not None and item.start.vague:
        start = item.start
        plain = not (start.approximate or start.uncertain)
        words.append(
            PRECISE_TO[start.precision][lang]
            if plain and start.precision in PRECISE_TO
            else start.text[lang]
        )
    if item.open:
        words.append(NO_END[lang])
    marks = (
        (PLANNED, item.planned),
        (DISPUTED, item.disputed),
        (CONTESTED, item.contested),
    )
    words += [word[lang] for word, holds in marks if holds]
    if not words:
        return ""
    return f"（{'，'.join(words)}）" if lang == "zh" else f" ({', '.join(words)})"


def _description(item: Item, lang: Language) -> str:
    lines = [summary] if (summary := item.summary[lang]) else []
    if item.start is not None:
        until = "" if item.end is None else f" – {item.end.text[lang]}"
        lines.append(f"{DATE[lang]}: {item.start.text[lang]}{until}")
    lines += [
        f"{PROMISED[lang]} {plan.date.text[lang]} ({dates.iso(plan.said)})" for plan in item.plans
    ]
    if item.sources:
        lines.append(f"{SOURCES[lang]}:")
        lines += [f"- {source.title} {source.url or ''}".rstrip() for source in item.sources]
    return "\n".join(lines)


def _categories(item: Item, lang: Language) -> list[str]:
    words = [KIND_WORDS[item.kind][lang]]
    if item.field:
        words.append(field_word(item.field, lang))
    if item.country:
        words.append(item.country)
    if item.status is not None:
        words.append(status(item.status, lang, ran=item.ran if item.kind == "phase" else None))
    return words


# --- what was withdrawn


def _taken_back(context: Context) -> list[Item]:
    """What was withdrawn from the records of the feed, as many as its limit: the last ones."""
    found = [
        item
        for item in withdrawn(context.reading, context.query.as_of, context.wanted)
        if lacks(item) is None
    ]
    if len(found) > context.limit:
        context.omit("withdrawn", len(found) - context.limit)
    return sorted(found[: context.limit], key=lambda item: (item.record, item.id))


def _cancelled(item: Item, context: Context, *, revision: int) -> icalendar.Event:
    event = _begun(item, context, revision=revision)
    title = item.claim.title_zh if context.lang == "zh" else None
    event.add("summary", _text(title or item.claim.title))
    event.add("status", "CANCELLED")
    event.add("last-modified", _instant(item.recorded))
    if item.start is not None:
        event.add("x-annales-edtf", item.start.edtf)
    return event


def _text(text: str) -> str:
    """A text without control characters; a line may break in it, as RFC 5545 writes that."""
    return printable(text).replace("\r", " ")


def _instant(recorded_at: str | None) -> datetime:
    """An instant of the log, to the second. An empty log has none, and no events either."""
    if recorded_at is None:
        raise ValueError("the log is empty")
    return datetime.fromtimestamp(microseconds(recorded_at) // 1_000_000, UTC)
