"""To suggest: an order is checked as if it were sent, by a dry run, and waits for a curator.

Nothing of it is recorded in the chronicle, whatever it is; so everybody may suggest what only a
curator may order.
"""

from __future__ import annotations

from typing import NamedTuple

from events.canonical import canonical
from events.characters import check_characters
from events.decision import Decision
from events.errors import MalformedLine, Refusal
from events.fact import Line
from events.orders import Order
from service.archive.keys import holds_key
from service.archive.suggestions import LARGEST, Suggestion, order_of
from service.asking.errors import BodyTooLarge, MisplacedKey
from service.orders.writing import command_of
from service.web.access import identity
from service.web.limiting import permit_suggestion
from service.web.root import archive

LONGEST_REASON = 2000
LONGEST_WHERE = 500
"""In characters."""


class Wish(NamedTuple):
    """What somebody would like to see recorded: an order, why, and where that can be read."""

    line: Line
    reason: str
    where: str | None = None


def suggested(wish: Wish) -> tuple[Suggestion, bool]:
    """Let a wish wait, in the name of the request: the suggestion, and whether it is a new one.

    Raises what sending its order would, MalformedLine for its words, MisplacedKey, BodyTooLarge,
    QueueFull and TooManySuggestions.
    """
    for refusal in faults_of(wish):
        raise refusal
    if holds_key(f"{wish.reason} {wish.where}"):
        raise MisplacedKey("the words")
    try:
        event = dry_run(wish.line, wish.reason).decided[0].event
    except Refusal as refusal:
        refusal.pointer = f"/order{refusal.pointer}"
        raise
    return archive().suggestions.suggest(
        line=wish.line,
        reason=wish.reason,
        where=wish.where,
        stream=event.originator_id,
        revision=event.originator_version - 1,
        by=identity().name,
        permit=permit_suggestion,
    )


def dry_run(line: Line, reason: str) -> Decision:
    """What an order would come to, were it sent for a reason.

    Raises what sending it would; whoever may not send it may suggest it. Raises BodyTooLarge where
    it and its reason are larger than they may be, before anything is looked up.
    """
    if len(canonical(line)) + len(reason.encode()) > LARGEST:
        raise BodyTooLarge(LARGEST)
    order = order_of(line, reason)
    command = command_of([Order(1, order)], body=canonical(order))
    return archive().chronicle.propose(command)


def faults_of(wish: Wish) -> list[MalformedLine]:
    """What is wrong with the words of a wish, whatever its order is."""
    found: list[MalformedLine] = []
    for name, text, most in (
        ("reason", wish.reason, LONGEST_REASON),
        ("where", wish.where, LONGEST_WHERE),
    ):
        if text is None:
            continue
        if not text.strip():
            found.append(MalformedLine(f"{name!r} is missing", pointer=f"/{name}"))
        elif len(text) > most:
            found.append(
                MalformedLine(
                    f"it has {len(text)} characters, and {most} is the most", pointer=f"/{name}"
                )
            )
        try:
            check_characters({name: text})
        except MalformedLine as refusal:
            found.append(refusal)
    return found
