"""From what a form of the desk sends to a command, and from what came of it to the next page.

What is recorded is the line that was looked at, at the revision at which that was, once.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from contextlib import nullcontext
from typing import Literal, cast

import msgspec
from flask import Response, redirect, request

from events.canonical import read
from events.decision import Decision
from events.errors import BatchRefused, MalformedLine, Refusal, StaleRevision
from events.orders import Command, Recorded
from events.stream import Stream
from service.archive.keys import holds_key
from service.archive.suggestions import Suggestion, SuggestionClosed
from service.orders.writing import check_allowed, wait_for_views
from service.pages.desk.room import PATH, Desk
from service.pages.shell.layout import Members
from service.web.access import identity
from service.web.problems import problem_of
from service.web.response import parameters
from service.web.root import archive

PATIENCE = 2.0
"""Seconds that a recording waits for the views, so that what its page links to is there."""


def proposed(command: Command) -> Decision:
    """What the command comes to. Raises what recording it would."""
    check_allowed(command)
    return archive().chronicle.propose(command)


def recorded(desk: Desk, command: Command, *, taking: Suggestion | None = None) -> Response:
    """Record a command, once: a redirect to the page of what it changed, or, where it takes a
    suggestion, to those that wait.

    Raises MalformedLine where there was nothing to record, SuggestionClosed where the suggestion
    does not wait any more, and what `Chronicle.execute` raises.
    """
    chronicle, suggestions = archive().chronicle, archive().suggestions
    # Held until the order is recorded: nobody is told that one was declined which was taken.
    with nullcontext() if taking is None else suggestions.held(taking.id) as standing:
        done = chronicle.replay(command)
        if standing is not None:
            need_waiting(standing, done)
        if done is None:
            check_allowed(command)
            done = chronicle.execute(command)
        if done.commit is None:
            raise MalformedLine("nothing was to be recorded")
        position = done.commit.position
        if standing is not None and standing.state == "waiting":
            suggestions.take(standing.id, recorded=position, by=identity().name)
    space, id = Stream.parse(done.events[-1].stream)
    return _led_to(desk, "suggestions" if taking is not None else f"{space}s/{id}", position)


def recorded_before(desk: Desk, stream: str) -> Response | None:
    """Where a form that was sent again leads, which recorded a change of a stream; None for one
    that recorded nothing yet. Raises MalformedLine."""
    log, (space, id) = archive().chronicle.log, Stream.parse(stream)
    commit = log.commit_by_key(actor=identity().name, key=sent_key())
    return None if commit is None else _led_to(desk, f"{space}s/{id}", commit.position)


def _led_to(desk: Desk, where: str, position: int) -> Response:
    """To a page of the desk, which says what was recorded."""
    wait_for_views(position, PATIENCE)
    there = desk.here.to(f"{PATH}/{where}", recorded=str(position))
    return cast("Response", redirect(there, 303))


def need_waiting(suggestion: Suggestion, done: Recorded | None) -> None:
    """Raises SuggestionClosed for one that was taken or declined, unless it was by this."""
    commit = None if done is None else done.commit
    is_by_this = commit is not None and suggestion.recorded == commit.position
    if suggestion.state != "waiting" and not is_by_this:
        raise SuggestionClosed(suggestion.id, suggestion.state)


def just_recorded() -> Members | None:
    """`{position, events}` of the commit that the page comes after; None where it comes after none.

    `events` is how many it has.
    """
    text = parameters(("lang", "recorded", "after")).get("recorded", "")
    position = int(text) if _NUMBER.fullmatch(text) else 0
    commit = archive().chronicle.log.commit_at(position) if position else None
    if commit is None or commit.position != position or commit.actor != identity().name:
        return None
    return {"position": position, "events": position - commit.first + 1}


def status_of(refusal: Refusal) -> int:
    """The status that the API answers a refusal with."""
    return problem_of(type(refusal))[0].status


def is_stale(refusal: Refusal) -> bool:
    """Whether a command was refused for nothing but what others recorded since."""
    refused = refusal.refusals if isinstance(refusal, BatchRefused) else [(1, refusal)]
    return all(isinstance(each, StaleRevision) for _, each in refused)


# --- what a form sends besides its members


def sealed(value: object) -> str:
    """What a form says, for short: it is sent along with what was looked at, and another once
    somebody changed the form since."""
    return hashlib.sha256(msgspec.json.encode(value)).hexdigest()


def is_as_seen(value: object) -> bool:
    """Whether what a form says is still what was looked at."""
    return request.form.get("seen", "") == sealed(value)


def sent_revision(name: Literal["revision", "looked_at"] = "revision") -> int | None:
    """The revision that the form was filled at, or that it was looked at."""
    text = request.form.get(name, "")
    return int(text) if _NUMBER.fullmatch(text) else None


def sent_revisions() -> dict[str, int]:
    """The revisions at which the lines of a batch were looked at, by their numbers.

    Raises MalformedLine.
    """
    revisions = read(request.form.get("revisions", "{}"))
    if not isinstance(revisions, dict) or not all(type(each) is int for each in revisions.values()):
        raise MalformedLine("the revisions are numbers by lines")
    return revisions


def sent_key() -> str:
    """The key under which the form records once. Raises MalformedLine."""
    key = request.form.get("key", "")
    if not _KEY.fullmatch(key) or holds_key(key):
        raise MalformedLine("the form has lost its key: begin it anew")
    return key


def new_key() -> str:
    """A key for a form that is about to be shown."""
    return secrets.token_urlsafe(24)


_NUMBER = re.compile(r"[0-9]{1,15}")
_KEY = re.compile(r"[A-Za-z0-9_-]{20,100}")
