"""What each member of a line means, in words: all that the tables of the format cannot derive.

A member without a meaning, and a meaning without a member, fail when the
tables are made.
"""

from __future__ import annotations

ALL_STATEMENTS = {
    "id": "The statement's own id, for good.",
    "entry": "The slot of its record that it fills. Statements of one entry are rivals.",
    "modality": "Whether it says what was, or what was to be.",
    "rank": "`disputed` where a better-sourced statement says otherwise.",
    "date": "When it was so in the world. Required, unless `dropped`.",
    "stated": "When its source said it. Required of a plan; else said as it happened.",
    "dropped": "True of a plan that is given up; it has no `date`.",
    "title": "One line.",
    "title_zh": "The same in Chinese.",
    "summary": "One or two sentences.",
    "summary_zh": "The same in Chinese.",
    "supersedes": "The earlier statement of the same record that this one replaces.",
    "contradicts": "Statements that cannot both be exact; may name later ones. Decides nothing.",
    "said_by": "Who said it.",
    "attributes": "Further facts by name, such as `cost_usd`.",
    "sources": "What it rests on.",
    "evidence": "Whether a text was read, or it comes from memory.",
    "evidence_url": "Where the text was read.",
}
"""The members that every statement has."""

_OWNED = {
    "facility": "The facility that it belongs to.",
    "country": "Whose it is; else that of its facility.",
    "field": "Its field of science; else that of its facility.",
}

_CHANGE = {
    "id": "The change's own id; with one it is recorded once, however often it is loaded.",
    "reason": "Why. It stands in the history for good.",
    "sources": "What the change rests on.",
}

MEANINGS: dict[str, dict[str, str]] = {
    "source": {
        "id": "In a space of its own.",
        "medium": "Book, paper, news, institute-page and so on; `unsourced` for memory.",
        "title": "Its title.",
        "author": "Who wrote it.",
        "publisher": "Who published it.",
        "date": "When it was published.",
        "doi": "Its DOI.",
        "url": "Where it is; http or https.",
        "archived_url": "Where an archive keeps a copy of it; http or https.",
        "content_sha256": "The SHA-256 of the bytes at its address, in small hexadecimal digits.",
        "same_as": "What others call it: absolute URIs.",
    },
    "facility": {
        "id": "The record's id.",
        "name": "Its name, in English.",
        "name_zh": "Its name in Chinese.",
        "acronym": "What it is called for short.",
        "country": "Where it is, or who runs it in space.",
        "field": "Its field of science.",
        "class": "What kind of machine or place it is, so that like is counted with like.",
        "operator": "Who runs it.",
        "operator_zh": "The same in Chinese.",
        "place": "Where it stands.",
        "place_zh": "The same in Chinese.",
        "latitude": "Degrees north.",
        "longitude": "Degrees east.",
        "same_as": "What others call it: absolute URIs.",
        "sources": "What the card rests on.",
    },
    "series": {
        "id": "The record's id: what its readings name in `series`.",
        "name": "What it is a series of, in English.",
        "name_zh": "The same in Chinese.",
        "unit": "In what, unless a reading says otherwise.",
        "unit_zh": "The same in Chinese.",
    },
    "milestone": {
        "facility": "The facility whose step it is; also its record.",
        "milestone": "Which step.",
    },
    "discovery": {**_OWNED, "record": "The record it belongs to; else its own id."},
    "policy": {
        **_OWNED,
        "record": "The chain of decisions that it belongs to; else its own id.",
        "until": "The last day on which it is in force.",
        "decision": "`ended` where it ends what it supersedes, and does not itself hold.",
    },
    "indicator": {
        **_OWNED,
        "series": "The series that it is a reading of; also its record.",
        "value": "The reading.",
        "unit": "In what.",
    },
    "observation": {**_OWNED, "record": "The record it belongs to; else its own id."},
    "correction": {
        **_CHANGE,
        "statement": "The statement that is mended.",
        "changes": "The members that become another value; null removes one.",
    },
    "withdrawal": {**_CHANGE, "statement": "The statement that should not have been recorded."},
    "reinstatement": {**_CHANGE, "statement": "The withdrawn statement that stands again."},
    "amendment": {
        **_CHANGE,
        "record": "The facility or the series whose card is mended.",
        "source": "Or the source. One of the two is required.",
        "changes": "The members that become another value; null removes one.",
    },
}
"""The members that a type has of its own."""

PATHS = {
    "metrics": "Figures for Prometheus.",
}
"""What an endpoint does whose function does not say so."""
