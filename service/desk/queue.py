"""What readers suggest, at the desk: what waits, and each to be taken, mended before, or declined.

To take one is to record its order as any other form does, under a request that names the
suggestion; so its commit says where it comes from, and who suggested it is said there and nowhere
else.
"""

from __future__ import annotations

from contextlib import suppress
from typing import cast

from flask import Response, redirect, request

from events.characters import check_characters
from events.commit import instant, microseconds
from events.errors import MalformedLine
from events.store.timekeeping import DAY
from service.archive.suggestions import (
    NoSuchSuggestion,
    Suggestion,
    SuggestionClosed,
    request_of,
)
from service.asking.filters import AFTER_ROW
from service.desk import forms
from service.desk.answering import page, the_desk
from service.desk.sending import sent_revision
from service.pages.desk.faults import fault_of
from service.pages.desk.form import plain
from service.pages.desk.room import PATH, Desk
from service.pages.desk.suggested import suggestion_members, waiting_members
from service.pages.desk.task import suggested_task
from service.pages.shell.layout import Members
from service.pages.shell.pager import Pager
from service.web.access import identity
from service.web.response import parameters
from service.web.root import archive
from service.words import language

REASON = "/reason"
"""Points to why something is declined."""

LONGEST_ANSWER = 1000
"""In characters: why something was declined."""

APART = DAY
"""By so much may the clocks of two nodes differ."""


def waiting() -> Response:
    """What waits, or, once those that were chosen are declined, what is left."""
    desk = the_desk()
    if request.form.get("do") == "redraw":
        return _queue(desk, reason=_words(), chosen=request.form.getlist("id"))
    if request.method == "POST":
        return _decline_chosen(desk)
    return _queue(desk)


def one(id: str) -> Response:
    """The form by which a suggestion is taken, what that would change, or what is left."""
    suggestion = _as_it_is(id)
    desk = the_desk()
    if request.form.get("do") == "decline":
        reason, faults = _reason(desk)
        if faults:
            return _one_declined(desk, suggestion, reason, faults)
        try:
            _decline(id, reason)
        except SuggestionClosed:
            return _closed(desk, archive().suggestions.need(id), reason)
        return _back(desk, declined="1")
    if request.form.get("do") == "redraw" and "reason" in request.form:
        return _one_declined(desk, suggestion, _words(), [])
    if suggestion.state != "waiting" and request.form.get("do") != "record":
        return _closed(desk, suggestion)
    try:
        return forms.answered(suggested_task(archive(), suggestion, sent_revision()))
    except SuggestionClosed:
        return _closed(desk, archive().suggestions.need(id))


def _as_it_is(id: str) -> Suggestion:
    """A suggestion as it stands; one that became a commit, and was never noted as taken since the
    machine died in between, is noted so. Raises NoSuchSuggestion."""
    suggestions = archive().suggestions
    found = suggestions.need(id)
    if found.state != "waiting":
        return found
    since = instant(max(microseconds(found.made_at) - APART, 0))
    commit = archive().chronicle.log.commit_by_request(request_of(found), since=since)
    if commit is None:
        return found
    with suppress(SuggestionClosed):  # it is being noted just now
        return suggestions.take(id, recorded=commit.position, by=commit.actor)
    return suggestions.need(id)


def _decline(id: str, reason: str) -> None:
    """Note why one is not recorded. Raises NoSuchSuggestion, SuggestionClosed."""
    if (standing := _as_it_is(id)).state != "waiting":
        raise SuggestionClosed(id, standing.state)
    archive().suggestions.decline(id, reason=reason, by=identity().name)


def _closed(desk: Desk, suggestion: Suggestion, reason: str = "") -> Response:
    """What became of one that does not wait any more, by whom, when and why; who sent something is
    told that it came too late, and given back their own `reason`."""
    is_late = request.method == "POST"
    shown = {"suggestion": suggestion_members(desk, suggestion)}
    status = 409 if is_late else 200
    return page("desk/closed.html", desk, status, **shown, is_late=is_late, reason=reason)


def _one_declined(
    desk: Desk, suggestion: Suggestion, reason: str, faults: list[Members]
) -> Response:
    shown = {
        "suggestion": suggestion_members(desk, suggestion),
        "reason": reason,
        "faults": faults,
    }
    return page("desk/closed.html", desk, 422 if faults else 200, **shown)


def _decline_chosen(desk: Desk) -> Response:
    meant = "shown" if request.form.get("do") == "decline-all" else "id"
    chosen = dict.fromkeys(request.form.getlist(meant))
    reason, faults = _reason(desk)
    if not chosen:
        words = desk.say("Choose at least one.")
        faults.append({"pointer": "", "text": words, "lang": language.TAGS[desk.lang]})
    if faults:
        return _queue(desk, reason=reason, chosen=[*chosen], faults=faults, status=422)
    done = 0
    for id in chosen:
        try:
            _decline(id, reason)
            done += 1
        except (NoSuchSuggestion, SuggestionClosed):
            continue  # somebody else was faster, and has answered it; or it never was one
    return _back(desk, declined=str(done))


def _reason(desk: Desk) -> tuple[str, list[Members]]:
    """Why something is declined, as it was sent, and what is wrong with it."""
    text = _words()
    if not text:
        return text, [fault_of(MalformedLine("'reason' is missing", pointer=REASON), desk.say)]
    if len(text) > LONGEST_ANSWER:
        why = f"it has {len(text)} characters, and {LONGEST_ANSWER} is the most"
        return text, [fault_of(MalformedLine(why, pointer=REASON), desk.say)]
    try:
        check_characters({"reason": text})
    except MalformedLine as refusal:
        return text, [fault_of(refusal, desk.say)]
    return text, []


def _words() -> str:
    """The reason that was sent."""
    return plain(request.form.get("reason", ""))


def _back(desk: Desk, **done: str) -> Response:
    return cast("Response", redirect(desk.here.to(f"{PATH}/suggestions", **done), 303))


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def _queue(
    desk: Desk,
    *,
    reason: str = "",
    chosen: list[str] | None = None,
    faults: list[Members] | None = None,
    status: int = 200,
) -> Response:
    texts = parameters(("lang", "after", "recorded", "declined"))
    pager = Pager(desk.here, skipped=AFTER_ROW.parse(texts.get("after", "0")))
    found = archive().suggestions.waiting()
    shown = {
        "waiting": waiting_members(desk, pager.part(found)),
        "count": len(found),
        "pager": pager,
        "recorded": _count(texts.get("recorded", "")),
        "declined": _count(texts.get("declined", "")),
        "reason": reason,
        "chosen": chosen or [],
        "faults": faults or [],
    }
    return page("desk/queue.html", desk, status, **shown)
