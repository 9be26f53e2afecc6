"""The commands that ask a question, and what the help says of each.

`scripts/docs` writes this file from the declarations, so that the help imports none of them.
"""

from __future__ import annotations

from collections.abc import Mapping

QUESTIONS: Mapping[str, str] = {
    "state": "The state at three clocks: facilities, policies, indicators and findings.",
    "records": "The records that exist at the clocks.",
    "search": (
        "Records and sources by the words of their cards and statements, in English or Chinese."
    ),
    "record": "A record: its card, what holds, and every statement that is visible.",
    "timeline": (
        "A record's whole life at stated and known: every span, every effective statement."
    ),
    "slips": "Every ladder of plans: how often it was put off, and what came of it.",
    "history": "How a record changed: one entry an event.",
    "statement": "A statement explained: its rivals and why they lost, its events, its sources.",
    "source": "A source, and what rests on it.",
    "overdue": "What was promised and has not come, the longest first.",
    "due": "What is promised for after the horizon, the soonest first.",
    "trends": "Counts and indicators through the years, each point as /v1/state has it there.",
    "hindsight": "A day as it was then expected, beside the same day as it is known now.",
    "compare": (
        "Two countries, fields, classes or facilities beside each other, or one at two sets of "
        "clocks."
    ),
    "diff": "What differs between two points of the clocks, and what made the difference.",
    "activity": "Who did what between two moments of the log, the newest last.",
    "vintages": "What was effective in each entry, at every point of the clocks stated and known.",
    "transitions": "What began and ended in the world between two days, also what came and went.",
}
