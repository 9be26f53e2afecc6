"""Who follows, and what changes under them."""

from __future__ import annotations

import pytest

from tests.service.follows.asker import GROUND, Asker
from tests.story.telling import Teller, correction


@pytest.fixture
def asker(juno: Teller) -> Asker:
    """Asks over an archive with a source and JUNO, at @1 and @2."""
    return Asker(juno.archive)


@pytest.fixture
def changing(juno: Teller) -> Teller:
    """JUNO with ten beginnings of its construction, each corrected, at @3 to @12."""
    juno.tell(GROUND)
    for day in range(11, 20):
        juno.tell(correction("ground", {"date": f"2015-01-{day}"}))
    return juno
