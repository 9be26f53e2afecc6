"""What can be set from outside: environment variables, read once, into one frozen value."""

from __future__ import annotations

import re
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

    `data` is the folder of the chronicle, `open_reads` whether everyone may ask, `url` the
    address at which the service is reached, without a slash at its end, the limits are in the
    words of the `limits` package (`1000 per second`).
    """

    data: Path
    open_reads: bool = True
    url: str | None = None
    orders_limit: str = "1000 per second"
    questions_limit: str | None = None

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Settings:
        """Read `ANNALES_DATA`, `ANNALES_READ` (public or key), `ANNALES_URL`,
        `ANNALES_ORDERS_LIMIT` and `ANNALES_QUESTIONS_LIMIT`. Raises BadSetting."""
        read = environment.get("ANNALES_READ", "public")
        if read not in ("public", "key"):
            raise BadSetting(f"ANNALES_READ={read}: it is public or key")
        folder = environment.get("ANNALES_DATA") or platformdirs.user_data_dir("annales")
        return cls(
            data=Path(folder),
            open_reads=read == "public",
            url=_address(environment.get("ANNALES_URL")),
            orders_limit=environment.get("ANNALES_ORDERS_LIMIT", "1000 per second"),
            questions_limit=environment.get("ANNALES_QUESTIONS_LIMIT") or None,
        )


def _address(text: str | None) -> str | None:
    """An address without path and query, as links begin with it."""
    if not text:
        return None
    if re.fullmatch(r"https?://[A-Za-z0-9.\-\[\]:]+/?", text) is None:
        raise BadSetting(f"ANNALES_URL={text}: an address such as https://annales.example")
    return text.rstrip("/")
