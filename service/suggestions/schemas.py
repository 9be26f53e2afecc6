"""The shapes of `/v1/suggestions`."""

from __future__ import annotations

from typing import get_args

from marshmallow import Schema, fields
from marshmallow.validate import Length

from service.archive.suggestions import State
from service.asking.schemas import choice_field, count_field, list_field, text_field
from service.suggestions.making import LONGEST_REASON, LONGEST_WHERE


class SuggestionSchema(Schema):
    """What was suggested, and what became of it."""

    id = text_field("Its id, which nobody guesses.")
    url = text_field("Where it is followed, as a page or as this.")
    state = choice_field(get_args(State), "What became of it.")
    about = text_field("The stream of what it is about: `record:juno`.")
    revision = count_field("The revision that this had then.")
    order = fields.Dict(
        required=True,
        metadata={"description": "The line that it would be; of a change without its reason."},
    )
    reason = text_field("Why, in the words of whoever suggests it.")
    where = text_field("Where that can be read, as they say.", null=True)
    made_at = text_field("When it was made; RFC 3339, UTC.")
    actor = text_field("Who made it: the name of their key, or `everyone`.")
    closed_at = text_field("When it was taken or declined.", null=True)
    closed_by = text_field("By whom.", null=True)
    recorded = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "The position of the commit that it became."},
    )
    answer = text_field("Why it was declined.", null=True)


class SuggestionsSchema(Schema):
    """What waits, the earliest first."""

    items = list_field(SuggestionSchema)
    waiting = count_field("How many wait in all.")
    next = text_field("The path of the next page; null after the last.", null=True)


class SuggestSchema(Schema):
    """What somebody would like to see recorded."""

    order = fields.Dict(
        required=True,
        metadata={
            "description": "A line of the format, such as a correction; its reason stands beside."
        },
    )
    reason = fields.String(
        required=True,
        validate=Length(1, LONGEST_REASON),
        metadata={"description": "Why. It is what the log says for good, if it is taken."},
    )
    where = fields.String(
        allow_none=True,
        validate=Length(1, LONGEST_WHERE),
        metadata={"description": "Where that can be read: an address, a book and its page."},
    )
