"""The statements about a record on its page, in groups, each with how it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from events.dates import Day
from events.statement import Statement
from events.vocabulary import MILESTONES
from projections.engine.spans import BEFORE_ALL
from projections.views.lines import statement_text
from service.asking.json_text import Fragment
from service.pages.record.subject import Subject
from service.pages.shell.layout import Members
from service.records.audit import plans_over, standing_of
from service.records.sentence import has_run
from service.words import labels, language
from service.words.amounts import reading_text


def statement_groups(subject: Subject) -> list[Members]:
    """The groups of statements of which some stand on the page, each with these as `rows`, and with
    the `count` of all: by entry, those of a facility in the order of milestones; others by kind."""
    groups = _Grouped(subject).groups()
    page = subject.pager.stretch(sum(len(statements) for *_, statements in groups))
    shown, before = [], 0
    for title, row, statements in groups:
        rows = statements[max(page.start - before, 0) : max(page.stop - before, 0)]
        before += len(statements)
        if rows:
            shown.append(
                {"title": title, "count": len(statements), "rows": [row(each) for each in rows]}
            )
    return shown


class _Group(NamedTuple):
    """Statements under one title, and what makes a row of one."""

    title: str
    row: Callable[[Statement], Members]
    statements: list[Statement]


class _Grouped:
    """The statements about a record, with what their rows share."""

    def __init__(self, subject: Subject) -> None:
        self.subject, self.record_at = subject, subject.record_at
        self.visit, self.lang = subject.visit, subject.visit.lang

    def groups(self) -> list[_Group]:
        """All groups, whatever page they stand on."""
        return [*self._entries(), *self._kinds()]

    def _entries(self) -> list[_Group]:
        by_entry: dict[str, list[Statement]] = defaultdict(list)
        for each in self.subject.own.values():
            by_entry[each.entry].append(each)
        groups = [
            _Group(
                self._entry_title(statements),
                self._own_row,
                sorted(statements, key=lambda each: (each.said, each.id)),
            )
            for statements in by_entry.values()
        ]
        if self.subject.is_facility:
            order = {milestone: at for at, milestone in enumerate(MILESTONES)}
            groups.sort(key=lambda group: order.get(group.statements[0].milestone or "", 99))
        return groups

    def _entry_title(self, statements: Sequence[Statement]) -> str:
        """What the statements of an entry are about: a milestone, a day, or the end of its name."""
        first = statements[0]
        if first.milestone is not None:
            spans, day = self.record_at.spans, self.subject.as_of.at
            if first.milestone == "suspended" and not has_run(spans, day):
                return labels.status(first.milestone, self.lang, ran=False)
            card = self.subject.card
            titles = [each.line.get("title_zh", "") for each in statements]
            steps = {labels.step(first.milestone, card.get("class"), title) for title in titles}
            said = steps.pop() if len(steps) == 1 else first.milestone
            return labels.milestone(said, self.lang, card.get("class"))
        if first.kind == "indicator":
            return language.brief_date(first.line["date"], self.lang)
        return first.entry.rpartition("/")[2]

    def _kinds(self) -> list[_Group]:
        by_kind: dict[str, list[Statement]] = defaultdict(list)
        for each in self.subject.others:
            by_kind[each.kind].append(each)
        return [
            _Group(
                labels.label(kind, self.lang),
                self._other_row,
                sorted(statements, key=lambda each: (_first_day(each), each.id)),
            )
            for kind, statements in sorted(by_kind.items())
        ]

    def _own_row(self, statement: Statement) -> Members:
        """A statement of the record, as it stands among its rivals."""
        standing, shown, best = standing_of(self.record_at.account, statement)
        return {
            **self._row(statement, standing),
            "why": "" if shown else labels.why(standing, self.lang),
            "than": best.id if best is not None and not shown else None,
            "contested": shown and self.record_at.is_contested(statement.id),
            **(self._over if shown else self._again).get(statement.id, {}),
        }

    def _other_row(self, statement: Statement) -> Members:
        """A statement of another record, which has no rivals here."""
        row = self._row(statement, "disputed" if statement.disputed else "stands")
        return {**row, "why": "", "than": None, "record": statement.record}

    def _row(self, statement: Statement, standing: str) -> Members:
        line = Fragment(statement_text(statement))
        return {
            "line": line,
            "value": self._value(line),
            "standing": standing,
            "word": labels.standing(standing, self.lang),
            "contradicts": line.get("contradicts", ()),
            "planned": statement.planned,
        }

    @cached_property
    def _over(self) -> dict[str, Members]:
        """The plans that hold in their entry and are over all the same: given up, or replaced."""
        return {
            plan: {
                "standing": "planned",
                "word": labels.outcome(over.outcome, self.lang),
                "why": self.visit.say("by") if over.by else "",
                "than": over.by,
            }
            for plan, over in plans_over(
                self.record_at.account, self.subject.answer["kind"]
            ).items()
        }

    @cached_property
    def _again(self) -> dict[str, Members]:
        """The plans that are open, though what came before they were said fills their entry."""
        own = {each.statement.id for each in self.record_at.account.effective.values()}
        plans = {
            span.statement for span in self.record_at.spans if span.facet in ("due", "overdue")
        }
        word = labels.standing("effective", self.lang)
        return {
            plan: {"standing": "effective", "word": word, "why": "", "than": None}
            for plan in plans
            if plan is not None and plan not in own
        }

    def _value(self, line: Mapping[str, Any]) -> str:
        """A reading with its unit in words; nothing of what is no reading."""
        if "value" not in line:
            return ""
        unit = labels.unit_of(line["unit"], self._series.get(line["series"]), self.lang)
        return reading_text(line["value"], unit, self.lang)

    @cached_property
    def _series(self) -> dict[str, Members]:
        """The cards of the series whose readings are told of, by id."""
        if self.lang != "zh":
            return {}
        return self.visit.reading.at(self.subject.as_of).cards(
            {each.line["series"] for each in self.subject.told if "series" in each.line}
        )


def _first_day(statement: Statement) -> Day:
    return BEFORE_ALL if statement.earliest is None else statement.earliest
