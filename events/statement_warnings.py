"""What is odd about a statement, though nothing that would refuse it.

The warnings of a statement follow from its record alone, so the answer to a
command and the page of the record show the same ones.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

from events.dates import iso
from events.orders import Warning
from events.outline import Outlined
from events.statement import Statement
from events.vocabulary import RANK, STATUS_OF


def warnings_of(statement: Statement, others: Iterable[Statement | Outlined]) -> list[Warning]:
    """The warnings of one statement beside the others of its record, in full or in outline."""
    rivals = [other for other in others if other.id != statement.id and not other.withdrawn]
    return [*_of_its_dates(statement), *_of_its_place(statement, rivals)]


def warnings_among(statements: Sequence[Statement]) -> Iterator[tuple[Statement, Warning]]:
    """The warnings of each of the statements that stand in a record, as `warnings_of` gives them.

    Each is held against the few others that can be a reason: one that says the same, and of every
    rank the first that was over by then.
    """
    alike: dict[object, list[Statement]] = defaultdict(list)
    over: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for place, each in enumerate(statements):
        alike[each.entry, each.planned, each.date].append(each)
        rank, latest = _rank(each), each.latest
        # The first that ended before a day is among those that ended before all in front of them.
        if (
            rank is not None
            and latest is not None
            and (not over[rank] or -latest > over[rank][-1][0])
        ):
            over[rank].append((-latest, place))
    for each in statements:
        rivals = alike[each.entry, each.planned, each.date][:2]
        rank, earliest = _rank(each), each.earliest
        if rank is not None and earliest is not None:
            found = (
                ended[first][1]
                for higher, ended in over.items()
                if higher > rank
                and (first := bisect_left(ended, 1 - earliest, key=itemgetter(0))) < len(ended)
            )
            rivals += (statements[place] for place in sorted(found))
        for warning in warnings_of(each, rivals):
            yield each, warning


def _of_its_dates(statement: Statement) -> Iterator[Warning]:
    earliest, latest = statement.earliest, statement.latest
    if statement.planned:
        if latest is not None and statement.said > latest:
            yield Warning(
                "plan-said-after",
                f"said on {iso(statement.said)}, after the last day it plans for ({iso(latest)})",
                {"said": iso(statement.said), "day": iso(latest)},
            )
    elif earliest is not None:
        if earliest > statement.recorded_on:
            yield Warning(
                "actual-in-the-future",
                f"an actual date in the future: {iso(earliest)}",
                {"day": iso(earliest)},
            )
        if earliest > statement.said:
            yield Warning(
                "actual-said-before",
                f"said on {iso(statement.said)}, before it can have happened ({iso(earliest)})",
                {"said": iso(statement.said), "day": iso(earliest)},
            )
    if not statement.line.get("sources"):
        yield Warning("no-source", "rests on no source")


def _of_its_place(statement: Statement, rivals: list[Statement | Outlined]) -> Iterator[Warning]:
    for rival in rivals:
        if (
            rival.entry == statement.entry
            and rival.planned == statement.planned
            and rival.date == statement.date
        ):
            yield Warning(
                "says-the-same",
                f"{rival.id!r} stands in entry {statement.entry!r} with the same modality and date",
                {"rival": rival.id},
            )
            break
    rank = _rank(statement)
    if rank is None or statement.earliest is None:
        return
    for rival in rivals:
        higher = _rank(rival)
        if higher is None or higher <= rank:
            continue
        latest = rival.latest
        if latest is not None and latest < statement.earliest:
            yield Warning(
                "lower-after-higher",
                f"{statement.milestone} wholly after {rival.milestone} ({rival.id!r})",
                {
                    "step": statement.milestone or "",
                    "higher": rival.milestone or "",
                    "rival": rival.id,
                },
            )
            break


def _rank(statement: Statement | Outlined) -> int | None:
    """How far an actual milestone moves a facility; None where it moves none forward."""
    if statement.planned or statement.milestone is None:
        return None
    return RANK.get(STATUS_OF.get(statement.milestone, ""))
