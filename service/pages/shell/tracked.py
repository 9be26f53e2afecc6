"""A link to a page works as others passed it on, with what they hung on it to follow a reader.

Networks and newsletters add parameters that are no question. Nothing here reads them: a page is
shown at its clean address, so that nobody passes them on either. Programs are told of every
parameter that they get wrong, so the API refuses these too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask, redirect, request

from service.asking.query import located

__all__ = ["register", "untracked"]

PAGES = ("pages", "frames", "viewers", "citation", "suggesting")
"""The blueprints of what people send to each other."""

ADDED = (
    *("fbclid", "gclid", "dclid", "msclkid", "twclid", "igshid", "igsh", "yclid", "ttclid"),
    *("mc_cid", "mc_eid", "_hsenc", "_hsmi", "mkt_tok", "spm", "isappinstalled"),
)
BEGUN = ("utm_", "pk_", "mtm_")
"""The names of what is added, and what such names begin with."""

OF_WECHAT = ("singlemessage", "groupmessage", "timeline")
"""What WeChat puts into `from`, which is a parameter of ours too."""


def register(app: Flask) -> None:
    """Lead from the address of a page with such parameters to the same without them."""
    app.before_request(_to_the_clean_address)


def _to_the_clean_address() -> Any:
    if request.method != "GET" or request.blueprint not in PAGES:
        return None
    given = list(request.args.items(multi=True))
    clean = untracked(given)
    return None if clean == given else redirect(located(request.path, clean), 303)


def untracked(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Parameters without those that were added to follow a reader.

    >>> untracked([("at", "2013"), ("utm_source", "x"), ("from", "2010"), ("from", "timeline")])
    [('at', '2013'), ('from', '2010')]
    """
    return [
        (name, text)
        for name, text in pairs
        if name not in ADDED
        and not name.startswith(BEGUN)
        and not (name == "from" and text in OF_WECHAT)
    ]
