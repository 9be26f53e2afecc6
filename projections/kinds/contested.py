"""What is disputed of a record: entries that hide a disputed statement, or show one.

A disputed statement gives way, so what an entry shows does not tell that others were said of it.
Statements that `contradicts` links may lie in two records: they are found by the view of lines.
"""

from __future__ import annotations

from collections.abc import Iterator

from projections.engine.account import Account
from projections.engine.spans import Span

FACETS = ("contested", "disputed")
"""Of what an entry shows: another visible statement of it is disputed; it is so itself."""


def contested(account: Account) -> Iterator[Span]:
    """A span for what each entry shows that has a disputed statement."""
    for entry, disputed in account.disputed.items():
        shown = account.effective[entry].statement
        if any(id != shown.id for id in disputed):
            yield Span("contested", statement=shown.id)
        if shown.disputed:
            yield Span("disputed", statement=shown.id)
