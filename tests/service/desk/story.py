"""The story at the desk: JUNO with a plan and what came of it, the paths of the desk, and keys."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from events.fact import Line
from service.archive import Archive
from tests.service.desk.browser import Page
from tests.story.telling import Teller, command, milestone, plan

PLANNED = plan("juno-plan", "operation-started", "2020", "2016", title="To run from 2020")
CAME = milestone("juno-came", "operation-started", "2025-08-26", title="Takes data")

PATHS = (
    "/desk",
    "/desk?q=juno",
    "/desk/records/juno",
    "/desk/sources/yearbook",
    "/desk/new/milestone?facility=juno",
    "/desk/new/source",
    "/desk/statements/juno-plan/correct",
    "/desk/statements/juno-plan/withdraw",
    "/desk/statements/juno-plan/reinstate",
    "/desk/records/juno/amend",
    "/desk/sources/yearbook/amend",
    "/desk/batch",
    "/desk/suggestions",
    "/desk/records/juno/revisions?from=1",
    "/desk/records/juno/undo",
    "/desk/date?text=1987~",
    "/desk/id?of=record&id=juno",
    "/desk/find?of=record&q=juno",
)
OF_ONE_STEP = ("/undo", "/revisions?from=1")
FORMS = tuple(
    path
    for path in PATHS
    if ("/new/" in path or path.count("/") > 3 or "batch" in path)
    and not path.endswith(OF_ONE_STEP)
)
"""Those that are looked at before they are recorded."""


def key_of(archive: Archive, role: str, name: str = "grace") -> str:
    """A key of a role."""
    return archive.keys.issue(name=name, role=role, by="root")


def page(answer: TestResponse) -> Page:
    """The page that was answered with."""
    return Page(answer.get_data(as_text=True))


def head(archive: Archive) -> int:
    """The head of the log."""
    commit = archive.chronicle.log.head()
    return commit.position if commit else 0


def recorded(archive: Archive, after: int) -> list[Line]:
    """The lines recorded after a position, with who recorded them."""
    lines = []
    for line in archive.chronicle.export():
        commit = line.pop("commit")
        if commit["event"] > after:
            lines.append({**line, "by": commit["actor"]})
    return lines


def other_correction(told: Teller, **changes: Any) -> None:
    """What somebody else records of the same statement in the meantime."""
    line = {"type": "correction", "statement": "juno-came", "changes": changes, "reason": "Faster."}
    told.archive.chronicle.execute(command(line, actor="zhao"))
