"""Who asks, and by which scheme, where a proxy stands in front.

A proxy that the settings name is believed, and nobody else: what others send in the same headers
is taken away before anything looks at it. Each proxy writes behind what it was sent whom it was
sent it by, so the client is the last address that is not a proxy's. `Forwarded` is not read: a
proxy that does not write it hands on what the client made up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

SCHEMES = ("http", "https")

OF_A_CLIENT = 64
"""So many bits of an address of IPv6 are the same for all that one client has."""


class Proxies:
    """A WSGI application that hears from whom a request is, and not only who handed it on."""

    def __init__(self, application: Any, trusted: Sequence[Network]) -> None:
        self._application = application
        self._trusted = trusted

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        addresses = environ.pop("HTTP_X_FORWARDED_FOR", "")
        scheme = environ.pop("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip().lower()
        sender = address_of(environ.get("REMOTE_ADDR", ""))
        if sender is not None and self._trusts(sender):
            environ["REMOTE_ADDR"] = str(self._client(sender, addresses))
            if scheme in SCHEMES:
                environ["wsgi.url_scheme"] = scheme
        return self._application(environ, start_response)  # type: ignore[no-any-return]

    def _client(self, sender: Address, addresses: str) -> Address:
        for text in reversed(addresses.split(",")):
            if not self._trusts(sender) or (before := address_of(text)) is None:
                break
            sender = before
        return sender

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)


def address_of(text: str) -> Address | None:
    """An address, be it with a port; one of IPv4 that is written as one of IPv6 is of IPv4."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def counted_as(text: str) -> str:
    """The address, or all addresses together, by which a client is counted."""
    address = address_of(text)
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), OF_A_CLIENT), strict=False))
    return text if address is None else str(address)
