"""Every way in which Annales says no: one class for each, with its facts.

An error's message says what was wrong and what to do instead; its attributes
carry the facts, so that the service can map a class to a problem and a test
can read what happened. Nothing of ours is imported here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple


class AnnalesError(Exception):
    """The root of all errors that Annales raises on purpose."""


def pointer_to(*steps: str) -> str:
    """The JSON pointer (RFC 6901) to the member that so many names lead to.

    >>> pointer_to("order", "wh/er~e")
    '/order/wh~1er~0e'
    """
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)


class Refusal(AnnalesError):
    """An order was refused; nothing of it was recorded.

    `pointer` is the JSON pointer to the member at fault, the empty string for
    the whole line.
    """

    def __init__(self, message: str, *, pointer: str = "") -> None:
        self.pointer = pointer
        super().__init__(message)


class BadDate(Refusal):
    """A text is no date that Annales takes. Write it in one of the forms of EDTF it names."""

    def __init__(self, text: str, why: str, *, pointer: str = "") -> None:
        self.text, self.why = text, why
        super().__init__(f"{text[:80]!r} is not a date: {why}", pointer=pointer)


class AmbiguousDate(BadDate):
    """A text can be read as more than one date. Write the one of `allowed` that is meant."""

    def __init__(self, text: str, allowed: Sequence[str], *, pointer: str = "") -> None:
        self.allowed = tuple(allowed)
        why = f"it has two meanings (one of: {', '.join(self.allowed)})"
        super().__init__(text, why, pointer=pointer)


class MalformedLine(Refusal):
    """A line does not have the form of its type. Mend the member that `pointer` names."""

    def __init__(self, why: str, *, pointer: str = "", allowed: Sequence[str] = ()) -> None:
        self.why, self.allowed = why, tuple(allowed)
        hint = f" (one of: {', '.join(self.allowed)})" if self.allowed else ""
        super().__init__(why + hint, pointer=pointer)


class NotJson(MalformedLine):
    """A text is no JSON, or can be read in more than one way."""


class UnknownReference(Refusal):
    """A line names something that the log does not hold. Record that first, or mend the id."""

    def __init__(self, kind: str, id: str, *, pointer: str = "") -> None:
        self.kind, self.id = kind, id
        super().__init__(f"no {kind} {id!r} is recorded", pointer=pointer)


class IdTaken(Refusal):
    """An id is in use. Choose another, or correct what stands under it.

    `by` is the kind of what it is in use for, where that is another than it was to be.
    """

    def __init__(self, kind: str, id: str, *, by: str = "", pointer: str = "/id") -> None:
        self.kind, self.id, self.by = kind, id, by
        told = f", of the kind {by!r}" if by else ""
        super().__init__(f"{kind} {id!r} exists already{told}", pointer=pointer)


class WrongRecord(Refusal):
    """A statement does not fit the record or the entry that it names."""

    def __init__(self, why: str, *, pointer: str = "/record") -> None:
        self.why = why
        super().__init__(why, pointer=pointer)


class BadSupersedes(Refusal):
    """`supersedes` names no statement that was recorded earlier in the same record."""

    def __init__(
        self, statement: str, named: str, record: str, *, pointer: str = "/supersedes"
    ) -> None:
        self.statement, self.named, self.record = statement, named, record
        super().__init__(
            f"{statement!r} cannot supersede {named!r}:"
            f" no statement of that id was recorded earlier in record {record!r}",
            pointer=pointer,
        )


class StaleRevision(Refusal):
    """The record changed since it was read. Read it again and decide anew."""

    def __init__(self, record: str, expected: int | None, actual: int) -> None:
        self.record, self.expected, self.actual = record, expected, actual
        other = "which is not the one named" if expected is None else f"not {expected}"
        super().__init__(
            f"{record!r} is at revision {actual}, {other}: read it again and decide anew",
            pointer="/revision",
        )


class NothingChanges(Refusal):
    """A correction or an amendment leaves everything as it was."""

    def __init__(self, id: str) -> None:
        self.id = id
        super().__init__(f"the changes to {id!r} change nothing")


class NotChangeable(Refusal):
    """A change names a member that is fixed for good. Record a new statement instead."""

    def __init__(self, member: str, of: str) -> None:
        self.member, self.of = member, of
        super().__init__(f"{member!r} of {of!r} can never change", pointer=f"/changes/{member}")


class IsWithdrawn(Refusal):
    """A withdrawn statement takes only a reinstatement."""

    def __init__(self, statement: str) -> None:
        self.statement = statement
        super().__init__(f"{statement!r} is withdrawn: reinstate it first", pointer="/statement")


class NotWithdrawn(Refusal):
    """A statement that stands cannot be reinstated."""

    def __init__(self, statement: str) -> None:
        self.statement = statement
        super().__init__(f"{statement!r} is not withdrawn", pointer="/statement")


class EventTooLarge(Refusal):
    """An event is over the 65,535 bytes that one entry of the log may have."""

    def __init__(self, size: int, limit: int) -> None:
        self.size, self.limit = size, limit
        super().__init__(f"the event has {size} bytes; {limit} is the most: shorten its texts")


class BatchRefused(Refusal):
    """A batch has bad lines, so none of it was recorded. `refusals` names each by number."""

    def __init__(self, refusals: Sequence[tuple[int, Refusal]]) -> None:
        self.refusals = tuple(refusals)
        first, error = self.refusals[0]
        more = len(self.refusals) - 1
        tail = f" (and {more} more)" if more else ""
        super().__init__(f"line {first}: {error}{tail}")


class CellsRefused(MalformedLine):
    """Cells of a row of a sheet cannot be read. `refusals` has one for each, `line` what was read
    of the others."""

    def __init__(self, refusals: Sequence[Refusal], line: dict[str, Any]) -> None:
        self.refusals, self.line = tuple(refusals), line
        first = self.refusals[0]
        super().__init__(str(first), pointer=first.pointer)


class Fault(NamedTuple):
    """What is wrong with a sheet, and where: the row as a spreadsheet counts it (0: nowhere), the
    name of the column, and the cell, such as C7; "" where it is of no column."""

    refusal: Refusal
    row: int = 0
    column: str = ""
    cell: str = ""

    def __str__(self) -> str:
        """Where it is, and what it is."""
        place = f"row {self.row}" if self.row else ""
        place += f", column {self.column[:80]}" if self.column else ""
        place += f" ({self.cell})" if self.cell else ""
        return f"{place}: {self.refusal}" if place else str(self.refusal)


class SheetRefused(BatchRefused):
    """Cells of a sheet are refused, so none of it was recorded. `faults` names each by row and
    column."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__([(fault.row, fault.refusal) for fault in self.faults])
        more = len(self.faults) - 1
        self.args = (f"{self.faults[0]}" + (f" (and {more} more)" if more else ""),)


class KeyReused(Refusal):
    """An idempotency key was used before for another request. Make a new key."""

    def __init__(self, key: str, position: int) -> None:
        self.key, self.position = key, position
        super().__init__(
            f"the idempotency key {key!r} stands for another request, recorded at @{position}"
        )


class BadFilter(AnnalesError):
    """A filter has a value that it cannot take. `allowed` names all that it takes, if they are few,
    `near` those that may be meant."""

    def __init__(
        self,
        name: str,
        value: str,
        why: str,
        *,
        allowed: Sequence[str] = (),
        near: Sequence[str] = (),
    ) -> None:
        self.name, self.value, self.why = name, value, why
        self.allowed, self.near = tuple(allowed), tuple(near)
        meant = f"; is {' or '.join(self.near)} meant?" if self.near else ""
        why = f"{why}{meant}"
        hint = f" (one of: {', '.join(self.allowed)})" if self.allowed else ""
        super().__init__(f"{name}={value[:80]}: {why}{hint}")


class BadClock(AnnalesError):
    """A clock of a question is malformed or contradicts another."""

    def __init__(self, clock: str, value: str, why: str) -> None:
        self.clock, self.value, self.why = clock, value, why
        super().__init__(f"{clock}={value[:80]}: {why}")


class ClashingClocks(BadClock):
    """Two clocks of a question contradict each other. Give one of them."""


class PositionAhead(AnnalesError):
    """A question names a position that the log has not reached; `named` is how, where `position`
    is no more than the farthest that there may be."""

    def __init__(self, position: int, head: int, *, named: str | None = None) -> None:
        self.position, self.head = position, head
        told = f"@{position}" if named is None else named[:80] + "…" * (len(named) > 80)
        super().__init__(f"{told} is ahead of the log, whose head is @{head}")


class NotProjected(AnnalesError):
    """The views have not read as far as the question requires. Try again in a moment."""

    def __init__(self, position: int, projected: int) -> None:
        self.position, self.projected = position, projected
        super().__init__(f"the views have read to @{projected}, not yet to @{position}")


class ViewsMending(AnnalesError):
    """The views are damaged or missing, and are being made anew. Ask again in a moment."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"the views are being made anew: {why}")


class OtherViews(AnnalesError):
    """The views in use are of another version of the program. End this one, and start that one."""

    def __init__(self, view: int, ours: int) -> None:
        self.view, self.ours = view, ours
        self.is_later = view > ours
        super().__init__(
            f"the views in use are of version {view}, and this program makes version {ours}:"
            " end the one that is not wanted"
        )


class TooCostly(AnnalesError):
    """An answer would read more than one may. Ask for less, by the parameters in `narrow`."""

    def __init__(self, cost: int, most: int, narrow: tuple[str, ...]) -> None:
        self.cost, self.most, self.narrow = cost, most, narrow
        super().__init__(
            f"the answer would read at least {cost:,} rows, and {most:,} is the most:"
            f" narrow the question down by {', '.join(narrow)}"
        )


class NotFound(AnnalesError):
    """At these clocks there is no such record, statement or source."""

    def __init__(self, kind: str, id: str) -> None:
        self.kind, self.id = kind, id
        super().__init__(f"no {kind} {id[:80]!r} at these clocks")


class NoEvent(AnnalesError):
    """The log has no event at a position, and gave it none."""

    def __init__(self, position: int) -> None:
        self.position = position
        super().__init__(f"no event lies at @{position}")


class NotSigned(AnnalesError):
    """Nothing that is signed reaches so far. `why` says what to do, or to wait for."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class NoTile(AnnalesError):
    """The tree of the newest checkpoint has no such tile, or it is wider there."""

    def __init__(self, path: str, size: int) -> None:
        self.path, self.size = path, size
        super().__init__(f"a tree of {size} events has no {path[:80]}")


class NotToBeSigned(AnnalesError):
    """The log is not what was signed of it, or the key is not to be used: nothing is signed until
    that is mended. `position` is 0 where it is not the log."""

    def __init__(self, position: int, why: str) -> None:
        self.position, self.why = position, why
        at = f"at @{position} " if position else ""
        super().__init__(f"nothing is signed any more: {at}{why}")


class LogDamaged(AnnalesError):
    """The log does not hold what was written to it. Stop, and restore from an export."""

    def __init__(self, position: int, why: str) -> None:
        self.position, self.why = position, why
        super().__init__(f"the log is damaged at @{position}: {why}")


class LogReplaced(AnnalesError):
    """The log is no continuation of what its folder had last. Put the right log back, or let this
    one go on in another epoch."""

    def __init__(self, log: str, why: str) -> None:
        self.log, self.why = log, why
        super().__init__(
            f"{log} is not what this folder had: {why}. Put the right one back; or, if this one is"
            " to go on, say so with --new-epoch (of `annales migrate`, `annales restore`)"
        )


class CopyAhead(LogReplaced):
    """A node's copy has commits that the log in PostgreSQL has not, or has others in their place. A
    failover lost them, or it is another log. Nothing is read or recorded until that is settled."""

    def __init__(self, log: str, position: int, advice: str = "") -> None:
        self.log, self.position, self.advice = log, position, advice
        self.why = f"it has commits up to @{position} that PostgreSQL has not, or has others for"
        AnnalesError.__init__(self, f"{log} does not go on in PostgreSQL: {self.why}{advice}")


class IsMirror(AnnalesError):
    """The log is a mirror of another, which takes the orders. Record there, or end the mirror."""

    def __init__(self, source: str) -> None:
        self.source = source
        super().__init__(
            f"nothing is recorded here: this is a mirror of {source}. Record it there; or let this"
            " one go on by itself with `annales mirror --detach`"
        )


class NotMirroring(AnnalesError):
    """The log is no mirror, or none any more. Name a source that it is to copy."""

    def __init__(self) -> None:
        super().__init__(
            "this is no mirror: `annales mirror URL` makes one of an empty folder, or of one whose"
            " log is the beginning of that of the source"
        )


class SourceRefused(AnnalesError):
    """What a source says does not follow from what it signed, or is not what it said before. Of it
    nothing joins the log; ask whoever keeps it.

    `position` is where it is at fault, None where that is no position.
    """

    def __init__(self, source: str, position: int | None, why: str) -> None:
        self.source, self.position, self.why = source, position, why
        where = "" if position is None else f" at @{position}"
        super().__init__(f"{source} is refused{where}: {why}")


class SourceUnreachable(AnnalesError):
    """A source does not answer, or not in time, or not as an Annales does. Try again later."""

    def __init__(self, source: str, why: str) -> None:
        self.source, self.why = source, why
        super().__init__(f"{source} cannot be read: {why}")


class ClockNotBelieved(AnnalesError):
    """The clock of the machine is not believed, so nothing is dated by it. Set it right, or confirm
    it."""

    def __init__(self, now: str, why: str) -> None:
        self.now, self.why = now, why
        super().__init__(
            f"nothing is recorded, since the clock is not believed that says {now}: {why}. Set it"
            " right; or, if it is right, `annales confirm-clock`"
        )


class NotDurable(AnnalesError):
    """The store would not survive a loss of power, so the log refuses to open."""


class NotWritten(AnnalesError):
    """The log cannot be written: its disk is full, or its folder is for reading alone. Nothing was
    recorded, not even a part."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"nothing was recorded, since the log cannot be written: {why}")


class LogUnreachable(NotWritten):
    """The log lies in PostgreSQL, which does not answer. Nothing was recorded; what this node has
    copied can be asked for."""

    def __init__(self, why: str) -> None:
        self.why = why
        AnnalesError.__init__(
            self, f"nothing was recorded, since the log in PostgreSQL cannot be reached: {why}"
        )


class OutcomeUnknown(AnnalesError):
    """The log lies in PostgreSQL, which was lost while it committed. Send the same again under the
    same idempotency key: what was recorded is answered then, and is not recorded twice."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(
            "whether it was recorded is not known, since PostgreSQL was lost while it committed"
            f" ({why}): send the same again, under the same idempotency key if it had one"
        )


class NotThisDatabase(AnnalesError):
    """No log can be kept in this database as it is. The message says what to type."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"the log cannot be kept in this database: {why}")


class NoDriver(AnnalesError):
    """The log lies in PostgreSQL, and what speaks with it is not installed. Install the extra."""

    def __init__(self) -> None:
        super().__init__(
            "the log lies in PostgreSQL, and psycopg, which speaks with it, is not installed:"
            " pip install 'annales[postgres]'"
        )


class OldView(AnnalesError):
    """A pinned answer of an earlier version of the views is no longer made. Follow `current`."""

    def __init__(self, view: int, current: str) -> None:
        self.view, self.current = view, current
        super().__init__(f"answers of view {view} are no longer made; the current one is {current}")


class OldEpoch(AnnalesError):
    """A pinned answer of an earlier epoch of the log is no longer there. Follow `current`."""

    def __init__(self, epoch: int, current: str) -> None:
        self.epoch, self.current = epoch, current
        super().__init__(
            f"the log was replaced: what it told here in epoch {epoch} is no longer known; what it"
            f" tells now is at {current}"
        )


class ForeignPackage(AnnalesError):
    """Another distribution owns one of our package names. Use an environment of its own."""
