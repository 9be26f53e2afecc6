"""What can be set from outside: environment variables, read once, into one frozen value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from events.errors import AnnalesError

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

    from limits import RateLimitItem


MEGABYTE = 1024 * 1024

HERE = "http://localhost"
"""Where a service is reached that was not told where, by who is on the same machine."""

QUESTIONS_LIMIT = "3000 per minute"
"""Half of a core for one client, or fifty cheap questions a second."""

CITATIONS_LIMIT = "100 per day"
"""Of one client without a key. Each may be as large as the largest answer, and stays."""

SUGGESTIONS_LIMIT = "20 per day"
"""Of one client without a key. A person reads each of them."""

PROXIES = "127.0.0.0/8, ::1"
"""Whoever asks from the machine itself where there is no proxy could as well come in any name."""

LIMITS = (
    "ANNALES_ORDERS_LIMIT",
    "ANNALES_QUESTIONS_LIMIT",
    "ANNALES_CITATIONS_LIMIT",
    "ANNALES_SUGGESTIONS_LIMIT",
)

LEAST_KEPT = 4
"""Megabytes. A large answer in a few codings takes as much."""


class BadSetting(AnnalesError):
    """An environment variable has a value that it cannot take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a service.

    `data` is the folder of the chronicle, `open_reads` whether everyone may ask, `url` the
    address at which the service is reached, without a slash at its end (None where it is not
    said: `annales serve` takes the one on which it listens), `proxies` are the networks
    of those that are believed from whom a request is, the limits are in the words of the `limits`
    package (`1000 per second`) or `none`, `kept` is how many bytes of finished
    answers are kept in all processes together.
    """

    data: Path
    open_reads: bool = True
    url: str | None = None
    proxies: str = PROXIES
    orders_limit: str = "1000 per second"
    questions_limit: str | None = None
    citations_limit: str | None = CITATIONS_LIMIT
    suggestions_limit: str | None = SUGGESTIONS_LIMIT
    kept: int = 64 * MEGABYTE

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Settings:
        """Read `ANNALES_DATA`, `ANNALES_READ` (public or key), `ANNALES_URL`, `ANNALES_PROXIES`,
        `ANNALES_ORDERS_LIMIT`, `ANNALES_QUESTIONS_LIMIT`, `ANNALES_CITATIONS_LIMIT`,
        `ANNALES_SUGGESTIONS_LIMIT` and `ANNALES_KEPT` (megabytes).

        Raises BadSetting.
        """
        read = environment.get("ANNALES_READ", "public")
        if read not in ("public", "key"):
            raise BadSetting(f"ANNALES_READ={read}: it is public or key")
        folder = environment.get("ANNALES_DATA") or platformdirs.user_data_dir("annales")
        for name in LIMITS:
            limits_of(environment.get(name), name=name)
        proxies = environment.get("ANNALES_PROXIES", PROXIES)
        networks_of(proxies)
        return cls(
            data=Path(folder),
            open_reads=read == "public",
            url=_address(environment.get("ANNALES_URL")),
            proxies=proxies,
            orders_limit=environment.get("ANNALES_ORDERS_LIMIT", "1000 per second"),
            questions_limit=environment.get("ANNALES_QUESTIONS_LIMIT") or QUESTIONS_LIMIT,
            citations_limit=environment.get("ANNALES_CITATIONS_LIMIT") or CITATIONS_LIMIT,
            suggestions_limit=environment.get("ANNALES_SUGGESTIONS_LIMIT") or SUGGESTIONS_LIMIT,
            kept=_megabytes("ANNALES_KEPT", environment.get("ANNALES_KEPT", "64")),
        )


def limits_of(text: str | None, *, name: str = "a limit") -> list[RateLimitItem]:
    """What a limit in words comes to; nothing for `none` or without one. Raises BadSetting."""
    from limits import parse_many  # noqa: PLC0415 -- only a server has limits

    try:
        return parse_many(text) if text and text != "none" else []
    except ValueError as error:
        raise BadSetting(f"{name}={text}: a limit such as 600 per minute, or none") from error


def networks_of(text: str) -> list[IPv4Network | IPv6Network]:
    """Addresses and networks with commas between; none of an empty text. Raises BadSetting."""
    from ipaddress import ip_network  # noqa: PLC0415 -- only a server has proxies

    try:
        return [ip_network(each.strip()) for each in text.split(",") if each.strip()]
    except ValueError as error:
        raise BadSetting(
            f"ANNALES_PROXIES={text}: addresses and networks such as 10.0.0.7, 10.1.0.0/16"
        ) from error


def _megabytes(name: str, text: str) -> int:
    """So many megabytes in bytes; 0 is none at all."""
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise BadSetting(f"{name}={text}: a whole number of megabytes, 0 for none")
    if 0 < int(text) < LEAST_KEPT:
        raise BadSetting(
            f"{name}={text}: less than {LEAST_KEPT} megabytes holds no answer; 0 is none"
        )
    return int(text) * MEGABYTE


def _address(text: str | None) -> str | None:
    """An address without path and query, as links begin with it."""
    if not text:
        return None
    if re.fullmatch(r"https?://[A-Za-z0-9.\-\[\]:]+/?", text) is None:
        raise BadSetting(f"ANNALES_URL={text}: an address such as https://annales.example")
    return text.rstrip("/")
