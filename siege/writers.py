"""Several processes that amend one record, each time the revision that they have read.

Of those who read the same revision one is answered 201 and all others 412; nothing that was
answered 201 is missing from the log, and no order fails otherwise.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

from service.archive import LOG
from siege.attack import Bar, Tooth, every, none, told
from siege.clients import crowd
from siege.ground import Ground, key
from siege.server import ATTACKER, FAILURES, UNLIMITED, Server, asked, served

RECORD = "/v1/records/juno"

REVISIONS = "SELECT originator_version FROM stored_events WHERE originator_id = 'record:juno'"


def run(ground: Ground) -> Iterator[Bar]:
    """Six processes with 150 orders each; three with 30 in the short form."""
    with served(ground.shipped(), **UNLIMITED) as server:
        yield from _contested(server, *ground.many(short=(3, 30), long=(6, 150)))


def _contested(server: Server, processes: int, orders: int) -> Iterator[Bar]:
    token = key(server.folder)
    with ExitStack() as stack:
        crowds = [
            stack.enter_context(crowd(amend, server.port, token, f"{number}", orders))
            for number in range(processes)
        ]
        with ThreadPoolExecutor(processes) as pool:
            told_by = list(pool.map(lambda said: said(), crowds))
    won = [revision for revisions, _ in told_by for revision in revisions]
    statuses: Counter[int | str] = sum((came for _, came in told_by), Counter())
    others = {why: many for why, many in statuses.items() if why not in (201, 412)}
    yield every("amendments recorded", len(won), of=processes * orders)
    yield told("told that the revision is another", statuses[412])
    yield none("revisions amended twice", len(won) - len({*won}))
    with closing(sqlite3.connect(server.folder / LOG)) as log:
        kept = {revision for (revision,) in log.execute(REVISIONS)}
    yield none("recorded, and not in the log", len({revision + 1 for revision in won} - kept))
    yield none("answered otherwise", sum(others.values()))._replace(
        measured=", ".join(f"{many} x {why}" for why, many in others.items()) or "0"
    )


def amend(
    is_time: Callable[[], bool],
    port: int,
    token: str,
    name: str,
    many: int,
) -> tuple[list[int], Counter[int | str]]:
    """Amend the record so many times; returns the revisions that were amended, and what came."""
    while not is_time():
        time.sleep(0.002)  # all begin together
    won: list[int] = []
    came: Counter[int | str] = Counter()
    while len(won) < many and came.total() < 20 * many:
        try:
            read = asked(port, RECORD, source=ATTACKER)
            revision = int(read.headers["annales-revision"])
            answer = asked(
                port,
                f"{RECORD}/amendments",
                "POST",
                json.dumps(
                    {"changes": {"place": f"place {name} {len(won)}"}, "reason": "a siege"}
                ).encode(),
                source=ATTACKER,
                Authorization=f"Bearer {token}",
                Content_Type="application/json",
                If_Match=f'"r{revision}"',
            )
        except FAILURES as error:
            came[type(error).__name__] += 1
            continue
        came[answer.status] += 1
        if answer.status == 201:
            won.append(revision)
    return won, came


def _careless(ground: Ground) -> Iterator[Bar]:
    """A server that does not look which revision its clients have read."""
    broken = "import service.orders.writing as it\nit.expected_revision = lambda changes: None"
    with served(ground.shipped(), before=broken, **UNLIMITED) as server:
        yield from _contested(server, 3, 30)


TEETH = {"the revision is not looked at": Tooth(_careless, misses="revisions amended twice")}
