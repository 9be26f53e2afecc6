"""What is odd about a statement, as a person is told it: with dates and titles in place of the
codes that answers have."""

from __future__ import annotations

from collections.abc import Callable

from events.orders import Warning
from service.words import labels, language
from service.words.speech import Speech


def warning_words(
    warning: Warning, title_of: Callable[[str], str], say: Speech, *, class_: str | None = None
) -> str:
    """A warning in a sentence; `title_of` says what the statement of an id is called, `class_` is
    that of the facility."""
    facts = warning.facts
    told = {name: language.date(facts[name], say.lang) for name in ("said", "day") if name in facts}
    match warning.code:
        case "plan-said-after":
            return say("It was said on %(said)s, after the last day it plans for, %(day)s.", **told)
        case "actual-in-the-future":
            return say("It tells of %(day)s as a fact, which lay in the future.", **told)
        case "actual-said-before":
            return say("It was said on %(said)s, before it can have happened, %(day)s.", **told)
        case "no-source":
            return say("It rests on no source.")
        case "says-the-same":
            return say(
                "“%(title)s” says the same of the same date.", title=title_of(facts["rival"])
            )
        case "lower-after-higher":
            return say(
                "It tells of an earlier step (%(step)s) that lies wholly after a later one:"
                " %(higher)s, by “%(title)s”.",
                step=labels.milestone(facts["step"], say.lang, class_),
                higher=labels.milestone(facts["higher"], say.lang, class_),
                title=title_of(facts["rival"]),
            )
    return warning.text
