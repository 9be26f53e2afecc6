"""The card of a record on its page: in rows, what is so of it in short."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from projections.views.lines import statement_text
from service.asking.json_text import Fragment
from service.drawing.marks import icon
from service.pages.record.subject import Subject
from service.pages.shell.layout import Members
from service.pages.shell.notes import notes_on
from service.records.sentence import has_run
from service.words import labels, language, places
from service.words.names import text_in
from service.words.speech import Speech


def card_rows(subject: Subject, sources: int) -> list[Members]:
    """The rows of the card: a name and a text each; `sources` are so many texts."""
    say, lang = subject.visit.say, subject.visit.lang
    rows: list[Members] = [{"name": say("Kind"), "text": labels.kind(subject.answer["kind"], lang)}]
    if subject.is_facility:
        rows += _facility_rows(subject)
    elif subject.own:
        rows += _holding_rows(subject)
    else:
        rows.append({"name": say("Status"), "text": _unsaid(say)})
    sources_text = say.n("%(num)s text", "%(num)s texts", sources)
    return [*rows, {"name": say("Sources"), "text": sources_text}]


def _facility_rows(subject: Subject) -> list[Members]:
    """What a facility is, how it stands on the day, and what is expected of it."""
    say, lang = subject.visit.say, subject.visit.lang
    answer, card = subject.answer, subject.card
    status = answer["status"]
    # Of what nothing had been said, nothing is known, not even that it had not begun.
    unbegun = say("not begun") if subject.own else _unsaid(say)
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
                status, lang, ran=has_run(subject.record_at.spans, subject.as_of.at)
            )
            if status
            else unbegun,
            "icon": icon(status) if status else "",
            "strong": ""
            if answer["certainty"] == "certain" or not subject.own
            else labels.certainty(answer["certainty"], lang),
        },
    ]
    expected = answer["expected"]
    notes = notes_on(answer, say, at=subject.as_of.at)
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
                subject.own[plan["statement"]].line.get("title_zh", ""),
            ),
            date=language.brief_date(plan["date"], lang),
        )
        rows.append({"name": say("Overdue"), "text": words, "late": True})
    return rows


def _holding_rows(subject: Subject) -> list[Members]:
    """What it belongs to, and since and until when it holds, as the sources date it."""
    visit, say = subject.visit, subject.visit.say
    owners = {each.line["facility"] for each in subject.own.values() if "facility" in each.line}
    rows: list[Members] = [
        {"name": say("Facility"), "text": name, "href": visit.here.record(id)}
        for id, name in visit.names(subject.pager.part(sorted(owners))).items()
    ]
    for each in subject.answer["holding"]:
        line = Fragment(statement_text(subject.own[each["statement"]]))
        holds = each["holds"]
        starts = holds["from"] == line["bounds"]["earliest"]
        ends = holds["to"] is not None and "until" in line
        named = (
            (say("Holds from"), line["date"] if starts else holds["from"]),
            (say("Holds to"), line["until"] if ends else holds["to"]),
        )
        rows += [
            {"name": name, "text": language.brief_date(text, visit.lang)}
            for name, text in named
            if text
        ]
    return rows


def _unsaid(say: Speech) -> str:
    """In place of what is so, where nothing had been said of a record."""
    return say("nothing said by then")


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
