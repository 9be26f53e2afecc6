"""What cards and statements say in a language, and what a facility is called for short."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def text_in(line: Mapping[str, Any], member: str, lang: str) -> str:
    """What a line says in a member, in Chinese where it has that and the language is Chinese;
    nothing where it says nothing.

    >>> line = {"title": "First light", "title_zh": "首光", "summary": "At last."}
    >>> text_in(line, "title", "zh"), text_in(line, "title", "en"), text_in(line, "summary", "zh")
    ('首光', 'First light', 'At last.')
    """
    own = line.get(f"{member}_zh") if lang == "zh" else None
    return str(own or line.get(member) or "")


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
