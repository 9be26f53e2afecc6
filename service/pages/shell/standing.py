"""What a page says of how a facility stands, where it lists many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from events.dates import Language
from projections.views.reading import Slice
from service.words import labels
from service.words.labels import RUNNING


def statuses_in_words(
    rows: Iterable[Mapping[str, Any]], world: Slice, lang: Language
) -> dict[str, str]:
    """The status of each row that has one, by the id of its record; of what is suspended it is
    looked up whether it ran before, as on its own page."""
    held = {row["id"]: row["status"] for row in rows if row.get("status")}
    suspended = [id for id, status in held.items() if status == "suspended"]
    ran = {
        each.record
        for each in (world.stretches("status", records=suspended) if suspended else ())
        if each.value in RUNNING and (each.first is None or each.first <= world.status_day)
    }
    return {id: labels.status(status, lang, ran=id in ran) for id, status in held.items()}
