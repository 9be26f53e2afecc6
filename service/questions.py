"""The list of questions. A new one is a file with its declaration, and a line here.

`service.asking.question` says what a declaration holds, and what follows from it.
"""

from __future__ import annotations

from service.asking.question import Question
from service.comparing.question import COMPARE, DIFF, HINDSIGHT
from service.lists.question import RECORDS, SEARCH
from service.promises.question import DUE, OVERDUE, RECORD_SLIPS, SLIPS
from service.records.question import ACTIVITY, HISTORY, RECORD, SOURCE, STATEMENT, TIMELINE
from service.records.vintages import VINTAGES
from service.state.question import STATE
from service.trends.question import TRENDS
from service.trends.transitions import TRANSITIONS

QUESTIONS: tuple[Question, ...] = (
    STATE,
    RECORDS,
    SEARCH,
    RECORD,
    TIMELINE,
    RECORD_SLIPS,
    HISTORY,
    STATEMENT,
    SOURCE,
    SLIPS,
    OVERDUE,
    DUE,
    TRENDS,
    HINDSIGHT,
    COMPARE,
    DIFF,
    ACTIVITY,
    VINTAGES,
    TRANSITIONS,
)
