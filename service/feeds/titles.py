"""What an item is called, in English and Chinese."""

from __future__ import annotations

from collections.abc import Sequence

from service.items.item import Item
from service.words.labels import KIND_WORDS, MILESTONE_WORDS, status


def title_of(item: Item, lang: str) -> str:
    """A phase by its facility and status, everything else by its statement.

    In Chinese a milestone without a Chinese title is called by its facility and the word for it.
    """
    if item.kind == "phase" and item.status is not None:
        return _joined(item.name[lang], status(item.status, lang, ran=item.ran), lang)
    if lang == "zh" and item.claim.title_zh is not None:
        return item.claim.title_zh
    if item.milestone is not None and lang == "zh":
        return _joined(item.name[lang], MILESTONE_WORDS[item.milestone][lang], lang)
    return item.claim.title


def lane_name(item: Item, lang: str) -> str:
    """What the lane of an item is called: the facility in short, else the kind of the item."""
    return item.home.short[lang] if item.name else KIND_WORDS[item.kind][lang]


def lane_fields(items: Sequence[Item]) -> dict[str, str]:
    """The field of science of each lane.

    What was found at a facility may be of another field than the facility, whose lane it is in.
    """
    phases = {item.lane: item.field for item in items if item.kind == "phase"}
    return {item.lane: item.field for item in items} | phases


def _joined(name: str, word: str, lang: str) -> str:
    return f"{name}：{word}" if lang == "zh" else f"{name}: {word}"
