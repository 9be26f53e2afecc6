"""What differs between the two sides, pair by pair: what each facility became, in a sign and words,
and how groups, milestones and policies stand beside each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from events.dates import Language
from events.vocabulary import FIELDS
from service.comparing.pairing import SIGNS
from service.drawing.marks import icon
from service.pages.compare.side import hoped, totals_of
from service.pages.drawn.lanes import interval_words
from service.pages.shell.layout import Members
from service.state.row import expected_status
from service.words import labels, language
from service.words.speech import Speech


def changed(answer: Mapping[str, Any], change: str, names: Mapping[str, str]) -> list[Members]:
    """The facilities whose status made a change, as `service.comparing.pairing` names it."""
    if answer["by"] != "record":
        return []
    return [
        {"id": pair["id"], "name": names.get(pair["id"], pair["name"])}
        for pair in answer["pairs"]
        if pair["change"] == change
    ]


def by_facility(answer: Mapping[str, Any], names: Mapping[str, str], say: Speech) -> list[Members]:
    """Facility by facility within each field, where both sides are the same part of the world."""
    if answer["by"] != "record":
        return []
    groups = []
    for field in FIELDS:
        pairs = [pair for pair in answer["pairs"] if pair["field"] == field]
        if not pairs:
            continue
        pairs.sort(key=lambda pair: (_ORDER[pair["change"]], pair["id"]))
        rows = []
        for pair in pairs:
            sign, words = _became(pair, say)
            rows.append(
                {
                    "id": pair["id"],
                    "name": names.get(pair["id"], pair["name"]),
                    "a": _cell(pair["a"], say.lang),
                    "b": _cell(pair["b"], say.lang),
                    "same": pair["change"] == "same",
                    "sign": sign,
                    "words": words,
                }
            )
        ran = [totals_of(answer, name)["operating_by_field"].get(field, 0) for name in ("a", "b")]
        groups.append({"title": labels.label(field, say.lang), "ran": ran, "rows": rows})
    return groups


_ORDER = {"came": 0, "went-on": 1, "other": 2, "ended": 3, "same": 4}


def _cell(row: Mapping[str, Any] | None, lang: str) -> Members | None:
    """A facility on one side: its status as a mark, and in words."""
    if row is None:
        return None
    status = expected_status(row)
    if status is None:
        return {"icon": icon("proposed", expected=True), "word": "–"}
    return {"icon": icon(status, expected=hoped(row)), "word": labels.label(status, lang)}


def _became(pair: Mapping[str, Any], say: Speech) -> tuple[str, str]:
    """What a facility became from one side to the other: a sign, and words."""
    a, b = pair["a"], pair["b"]
    sign = SIGNS[pair["change"]].replace("-", "−")
    if b is not None and hoped(b):
        return sign, _to_come(b, say)
    if a is not None and hoped(a):
        return sign, _came_of(a, b, say)
    if pair["change"] == "same":
        return sign, say("as before")
    if b is None or b["status"] is None:
        return sign, say("not on the second side")
    after, since = labels.label(b["status"], say.lang), _since(b, say.lang)
    if a is None or a["status"] is None:
        return sign, say("%(status)s since %(date)s", status=after, date=since)
    before = labels.label(a["status"], say.lang)
    return (
        sign,
        say("from %(before)s to %(after)s, %(date)s", before=before, after=after, date=since),
    )


def _to_come(b: Mapping[str, Any], say: Speech) -> str:
    """What is expected of a facility, after what it was when last heard of, by which pairs go."""
    expected = b["expected"]
    status, date = (
        labels.label(expected["status"], say.lang),
        language.brief_date(expected["date"], say.lang),
    )
    words = say("expected: %(status)s, %(date)s", status=status, date=date)
    if b["status"] is None:
        return words
    held = say("last known: %(status)s", status=labels.label(b["status"], say.lang))
    return say("; ").join((held, words))


def _came_of(a: Mapping[str, Any], b: Mapping[str, Any] | None, say: Speech) -> str:
    """What became of a facility that was expected to have a status. It is "still" what it was when
    last heard of, by which pairs go, where no status but the expected one differs."""
    expected = a["expected"]["status"]
    before = labels.label(expected, say.lang)
    if b is None or b["status"] is None:
        return say("expected: %(before)s; not begun", before=before)
    after, since = labels.label(b["status"], say.lang), _since(b, say.lang)
    if b["status"] == expected:
        return say("as expected, %(date)s", date=since)
    if b["status"] == a["status"]:
        return say(
            "expected: %(before)s; still %(after)s, since %(date)s",
            before=before, after=after, date=since,
        )  # fmt: skip
    return say(
        "expected: %(before)s; %(after)s since %(date)s", before=before, after=after, date=since
    )


def _since(row: Mapping[str, Any], lang: str) -> str:
    return language.brief_date(row["since"]["date"], lang) if row["since"] else ""


def by_group(answer: Mapping[str, Any], sides: Sequence[str], say: Speech) -> list[Members]:
    """Group beside group, where the sides are different parts of the world."""
    if answer["by"] not in ("field", "status"):
        return []
    words = {
        "only-a": say("only %(side)s", side=sides[0]),
        "only-b": say("only %(side)s", side=sides[1]),
        "same": say("as many"),
        "other": say("differs"),
    }
    return [
        {
            "title": labels.label(pair[answer["by"]], say.lang),
            "same": pair["change"] == "same",
            "words": words[pair["change"]],
            **{
                name: None
                if pair[name] is None
                else {
                    "count": pair[name]["count"],
                    "counts": [
                        f"{labels.label(code, say.lang)} {count}"
                        for code, count in pair[name]["counts"].items()
                    ],
                    "facilities": pair[name]["facilities"],
                }
                for name in ("a", "b")
            },
        }
        for pair in answer["pairs"]
    ]


def milestones_apart(answer: Mapping[str, Any], lang: Language) -> list[Members]:
    """The milestones of facilities, with how far that of the second side is `behind` the first."""
    return [{**each, "behind": interval_words(each["days"], lang)} for each in answer["milestones"]]


def policies_that_differ(answer: Mapping[str, Any]) -> list[Members]:
    """The policies in force of which the sides have not the same decisions."""
    return [each for each in answer["policies"] if _ids(each["a"]) != _ids(each["b"])]


def _ids(decisions: Iterable[Mapping[str, Any]]) -> list[str]:
    return [each["id"] for each in decisions]
