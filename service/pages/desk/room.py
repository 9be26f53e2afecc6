"""The desk of one request: the archive, the language, the links, and the day."""

from __future__ import annotations

from dataclasses import dataclass

from events.clocks import utc_day
from events.dates import Language
from service.archive import Archive
from service.pages.shell.here import Here
from service.words.speech import Speech

PATH = "/desk"
"""Where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The desk of one request."""

    service: Archive
    here: Here
    lang: Language
    say: Speech

    @property
    def today(self) -> int:
        """The day by the clock of the archive."""
        return utc_day(self.service.chronicle.now())
