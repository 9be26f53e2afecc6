"""What a facility is called where there is little room, by its card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def short_name(card: Mapping[str, Any]) -> str:
    """Its acronym, if it has one that is longer than two letters, as two letters say too little.

    >>> short_name({"name": "Einstein Probe", "acronym": "EP"})
    'Einstein Probe'
    >>> short_name({"name": "Jiangmen Underground Neutrino Observatory", "acronym": "JUNO"})
    'JUNO'
    """
    acronym = card.get("acronym") or ""
    name: str = acronym if len(acronym) > 2 else card["name"]
    return name
