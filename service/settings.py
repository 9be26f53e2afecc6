"""What can be set from outside: environment variables, read once, into one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from events.errors import AnnalesError


class BadSetting(AnnalesError):
    """An environment variable has a value that it cannot take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a service.

    `data` is the folder of the chronicle, `open_reads` whether everyone may ask,
    the limits are in the words of the `limits` package (`1000 per second`).
    """

    data: Path
    open_reads: bool = True
    orders_limit: str = "1000 per second"
    questions_limit: str | None = None

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Settings:
        """Read `ANNALES_DATA`, `ANNALES_READ` (public or key), `ANNALES_ORDERS_LIMIT` and
        `ANNALES_QUESTIONS_LIMIT`. Raises BadSetting."""
        read = environment.get("ANNALES_READ", "public")
        if read not in ("public", "key"):
            raise BadSetting(f"ANNALES_READ={read}: it is public or key")
        folder = environment.get("ANNALES_DATA") or platformdirs.user_data_dir("annales")
        return cls(
            data=Path(folder),
            open_reads=read == "public",
            orders_limit=environment.get("ANNALES_ORDERS_LIMIT", "1000 per second"),
            questions_limit=environment.get("ANNALES_QUESTIONS_LIMIT") or None,
        )
