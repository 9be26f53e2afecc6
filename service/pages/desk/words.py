"""The words of the desk: what members, types, choices and facets are called.

A member or a type without words here is shown by its own name, so that a new type of event
has a form at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from service.words import labels
from service.words.word import word

Said = Mapping[str, str]


def member(name: str, lang: str, type: str = "") -> str:
    """What a member of a line of a type is called; `why.` stands before those of a change itself,
    `source.` before those of a source that is entered with it."""
    own = MEMBERS.get(f"{type}.{name}") or MEMBERS.get(name)
    said = own or MEMBERS.get(name.rpartition(".")[2], {})
    return said.get(lang, name)


def hint(type: str, name: str, lang: str) -> str:
    """What to write into a member, in a sentence; "" where there is none."""
    own = HINTS.get(f"{type}.{name}") or HINTS.get(name)
    said = own or HINTS.get(name.rpartition(".")[2], {})
    return said.get(lang, "")


def type_of_line(type: str, lang: str) -> str:
    """The name of a type of line, in the singular."""
    return TYPES.get(type, {}).get(lang, type)


def choice(name: str, value: str, lang: str) -> str:
    """A value of a member that takes only certain words."""
    if (said := CHOICES.get(f"{name}.{value}")) is not None:
        return said[lang]
    if name == "milestone":
        return labels.milestone(value, lang)
    return labels.label(value, lang)


def facet(name: str, lang: str) -> str:
    """What a facet of a span is called."""
    return FACETS.get(name, {}).get(lang, name)


def no_date(why: str, lang: str) -> str:
    """Why a text is no date (`events.dates`); in English its own words."""
    if lang == "en":
        return why
    for words, said in NO_DATES:
        if found := re.fullmatch(f"{_AT_AN_END}{words}", why, re.DOTALL):
            end = found["end"]
            return ("" if end is None else f"{end}：") + said.format(**found.groupdict())
    return why


def no_sheet(why: str, lang: str) -> str | None:
    """What is wrong with a sheet (`events.sheets`), in Chinese; None for what has no words here."""
    for words, said in NO_SHEETS if lang == "zh" else ():
        if found := re.fullmatch(words, why, re.DOTALL):
            told = found.groupdict()
            return said.format(**told | {"type": type_of_line(told.get("type", ""), lang)})
    return None


_AT_AN_END = "(?:at (?P<end>.*), )?"
"""What the reason begins with where it is one end of an interval that is no date."""


TYPES: Mapping[str, Said] = {
    "source": word("types", "source"),
    "facility": word("types", "facility"),
    "series": word("types", "series of readings"),
    "milestone": word("types", "milestone"),
    "discovery": word("types", "discovery"),
    "policy": word("types", "policy decision"),
    "indicator": word("types", "reading of an indicator"),
    "observation": word("types", "observation"),
    "correction": word("types", "correction"),
    "withdrawal": word("types", "withdrawal"),
    "reinstatement": word("types", "reinstatement"),
    "amendment": word("types", "amendment"),
}

MEMBERS: Mapping[str, Said] = {
    "acronym": word("members", "Acronym"),
    "archived_url": word("members", "Address of an archived copy"),
    "attributes": word("members", "Further facts"),
    "author": word("members", "Author"),
    "class": word("members", "Class"),
    "content_sha256": word("members", "SHA-256 of the content"),
    "contradicts": word("members", "Contradicts"),
    "country": word("members", "Country"),
    "date": word("members", "Date"),
    "decision": word("members", "Decision"),
    "doi": word("members", "DOI"),
    "dropped": word("members", "Given up"),
    "entry": word("members", "Entry"),
    "evidence": word("members", "Evidence"),
    "evidence_url": word("members", "Address of the text"),
    "facility": word("members", "Facility"),
    "field": word("members", "Field of science"),
    "id": word("members", "Id"),
    "latitude": word("members", "Latitude"),
    "locator": word("members", "Place in it"),
    "longitude": word("members", "Longitude"),
    "medium": word("members", "Medium"),
    "milestone": word("members", "Milestone"),
    "modality": word("members", "Actual or planned"),
    "name": word("members", "Name"),
    "name_zh": word("members", "Name in Chinese"),
    "of_change": word("members", "It only gives the reason for the change"),
    "operator": word("members", "Operator"),
    "operator_zh": word("members", "Operator in Chinese"),
    "place": word("members", "Place"),
    "place_zh": word("members", "Place in Chinese"),
    "publisher": word("members", "Publisher"),
    "rank": word("members", "Rank"),
    "reason": word("members", "Reason"),
    "record": word("members", "Record"),
    "said_by": word("members", "Said by"),
    "same_as": word("members", "Known elsewhere as"),
    "series": word("members", "Series"),
    "source.title": word("members of a source", "Title"),
    "sources": word("members", "Sources"),
    "stated": word("members", "Stated"),
    "summary": word("members", "Summary"),
    "summary_zh": word("members", "Summary in Chinese"),
    "supersedes": word("members", "Supersedes"),
    "title": word("members", "Title"),
    "title_zh": word("members", "Title in Chinese"),
    "unit": word("members", "Unit"),
    "unit_zh": word("members", "Unit in Chinese"),
    "until": word("members", "In force until"),
    "url": word("members", "Address"),
    "value": word("members", "Value"),
    "why.sources": word("members", "Sources of the change"),
}

HINTS: Mapping[str, Said] = {
    "id": word(
        "hints",
        "For good. Lower-case letters and digits, joined by single hyphens. Left empty, one is "
        "suggested.",
    ),
    "entry": word(
        "hints",
        "The slot of the record that it fills, if not the usual one. Statements of one entry are "
        "rivals.",
    ),
    "modality": word("hints", "Whether it says what was, or what was to be."),
    "rank": word("hints", "Disputed, where a better-sourced statement says otherwise."),
    "date": word(
        "hints",
        "When it was so: 2025-08-26, 2025-08, 2025; about 1987: 1987~; the 1980s: 198X; some day "
        "from October to December 2024: 2024-10/2024-12.",
    ),
    "source.date": word("hints", "When it was published."),
    "stated": word(
        "hints",
        "When its source said it. A plan must say so; left empty, it counts as said at the time.",
    ),
    "dropped": word("hints", "A plan that is given up. It has no date."),
    "title": word("hints", "One line."),
    "title_zh": word("hints", "The same in Chinese."),
    "source.title": word("hints", "Its title."),
    "summary": word("hints", "One or two sentences."),
    "summary_zh": word("hints", "The same in Chinese."),
    "supersedes": word(
        "hints", "The id of the earlier statement of the same record that this one replaces."
    ),
    "contradicts": word(
        "hints",
        "Ids of statements that cannot both be exact, separated by blanks. Decides nothing.",
    ),
    "said_by": word("hints", "Who said it."),
    "attributes": word("hints", "By name, such as cost_usd. A number is written as one."),
    "sources": word("hints", "What it rests on: the id of a source, and the place in it."),
    "why.sources": word(
        "hints", "What says that it should be changed: the id of a source, and the place in it."
    ),
    "evidence": word("hints", "Whether a text was read, or it comes from memory."),
    "evidence_url": word("hints", "Where the text was read."),
    "facility": word("hints", "The id of the facility that it belongs to."),
    "milestone.milestone": word("hints", "Which step."),
    "milestone.facility": word("hints", "The id of the facility whose step it is."),
    "country": word("hints", "Whose it is; else that of its facility."),
    "facility.country": word("hints", "Where it is, or who runs it in space."),
    "field": word("hints", "Its field; else that of its facility."),
    "facility.field": word("hints", "Its field of science."),
    "record": word(
        "hints", "The id of the record that it belongs to; else it begins one of its own."
    ),
    "until": word("hints", "The last day on which it is in force."),
    "decision": word("hints", "Ended, where it ends what it supersedes and does not itself hold."),
    "series": word("hints", "The id of the series that it is a reading of."),
    "value": word("hints", "A number, such as 2.69."),
    "unit": word("hints", "In what."),
    "series.unit": word("hints", "In what, unless a reading says otherwise."),
    "unit_zh": word("hints", "The same in Chinese."),
    "name": word("hints", "In English."),
    "name_zh": word("hints", "Its name in Chinese."),
    "acronym": word("hints", "What it is called for short."),
    "class": word(
        "hints", "What kind of machine or place it is, so that like is counted with like."
    ),
    "of_change": word("hints", "Otherwise what is changed rests on it from now on."),
    "operator": word("hints", "Who runs it."),
    "operator_zh": word("hints", "The same in Chinese."),
    "place": word("hints", "Where it stands."),
    "place_zh": word("hints", "The same in Chinese."),
    "same_as": word(
        "hints", "Addresses that others have for it, such as Wikidata, separated by blanks."
    ),
    "latitude": word("hints", "Degrees north; south is negative."),
    "locator": word("hints", "Such as a page or a section."),
    "longitude": word("hints", "Degrees east; west is negative."),
    "medium": word("hints", "Such as book, paper, news, institute-page; unsourced for memory."),
    "author": word("hints", "Who wrote it."),
    "publisher": word("hints", "Who published it."),
    "doi": word("hints", "Such as 10.1000/182."),
    "url": word("hints", "Begins with http:// or https://."),
    "archived_url": word("hints", "Of a copy that an archive keeps, such as the Wayback Machine."),
    "content_sha256": word("hints", "Of the bytes at its address, in 64 digits."),
    "reason": word("hints", "Why. It stands in the history for good."),
}
"""By member, or by type and member where a type means something of its own."""

CHOICES: Mapping[str, Said] = {
    "modality.actual": word("choices", "actual: it was so"),
    "modality.planned": word("choices", "planned: it was to be so"),
    "milestone.first-light": word("choices", "first light, beam or plasma"),
    "rank.disputed": word("choices", "disputed"),
    "decision.ended": word("choices", "ended"),
    "evidence.found": word("choices", "a text was read"),
    "evidence.recall": word("choices", "from memory"),
}

FACETS: Mapping[str, Said] = {
    "status": word("facets", "Status"),
    "expected": word("facets", "Expected"),
    "overdue": word("facets", "Overdue"),
    "name": word("facets", "Name"),
    "policy": word("facets", "In force"),
    "indicator": word("facets", "Reading"),
    "discovery": word("facets", "Discovery"),
    "observation": word("facets", "Observation"),
}

NO_DATES: Sequence[tuple[str, str]] = (
    (
        r"it has (?P<number>\d+) characters, and (?P<most>\d+) is the most",
        "有{number}个字符，最多{most}个",
    ),
    (r"it is empty", "没有内容"),
    (r"it has two meanings \(one of: (?P<allowed>.+)\)", "有两种含义，请写明是哪一种：{allowed}"),
    (r"a year has four digits", "年份须写四位数字"),
    (r"the calendar has no such day", "日历上没有这一天"),
    (r"it may have plain digits, and no blanks", "只能用普通数字，且不能有空格"),
    (r"an interval has one slash", "区间只有一个斜杠"),
    (r"an interval has two ends; an open one is written \.\.", "区间有两端，不定的一端写作“..”"),
    (r"an interval has one end at least", "区间至少要有一端"),
    (r"(?P<first>\S+) is after (?P<last>\S+)", "{first}在{last}之后"),
    (r"the year 0 has no sign: 0000", "0年没有正负号，写作0000"),
    (
        r"(?P<month>\S+) is no month, and no season from 21 to 24",
        "{month}既不是月份，也不是21至24的季节",
    ),
    (r"(?P<month>\S+) has no day (?P<day>\S+)", "{month}没有{day}日"),
    (r"years go from (?P<first>\S+) to (?P<last>\S+)", "年份须在{first}至{last}之间"),
    (
        r"EDTF has no such form: Y takes five digits or more, the first not 0",
        "EDTF没有这种写法：Y后须有五位以上数字，首位不为0",
    ),
    (r"X may only stand for .+: 198X, 19XX", "X只能代替0年以后年份的末位或末两位，如198X、19XX"),
    (r"sets of dates are not taken; an interval is written A/B", "不接受日期的集合；区间写作A/B"),
    (r"times are not taken; a date ends with the day", "不接受时刻；日期到日为止"),
    (r"exponents are not taken; write the year out", "不接受指数；请写出整个年份"),
    (r"significant digits are not taken; write 198X or 19XX", "不接受有效位数；请写198X或19XX"),
    (
        r"a qualifier .+ may only stand once, after the whole date",
        "~、?、%只能在整个日期之后出现一次",
    ),
    (r"an open end is written with a slash: .+", "不定的一端用斜杠写：../2016或2016/.."),
    (
        r"write 2013, .+",
        "可以写成2013、2013-05、2013-05-06、2013-21、198X、19XX、-0240、Y12025、A/B、../B或A/..",
    ),
)
"""What `events.dates` says of a text that is no date, and the same in Chinese."""

NO_SHEETS: Sequence[tuple[str, str]] = (
    (r"it is empty: .+", "没有内容：第一行应写各列的名称，如空白表格所示"),
    (r"it has no row beneath its header", "标题行下没有内容"),
    (r"it is a workbook, not CSV: .+", "这是工作簿，不是CSV：请另存为“CSV UTF-8”"),
    (
        r"byte (?P<byte>\d+) is not UTF-8 \(perhaps GB18030, GBK or Latin-1\): .+",
        "第{byte}个字节不是UTF-8（也许是GB18030、GBK或Latin-1）：请另存为“CSV UTF-8”",
    ),
    (
        r"byte (?P<byte>\d+) is not UTF-8 \(perhaps Latin-1 or Windows-1252\): .+",
        "第{byte}个字节不是UTF-8（也许是Latin-1或Windows-1252）：请另存为“CSV UTF-8”",
    ),
    (r"byte (?P<byte>\d+) is not UTF-16: .+", "第{byte}个字节不是UTF-16：请另存为“CSV UTF-8”"),
    (r"it has characters U\+0000, .+", "含有U+0000字符：请另存为“CSV UTF-8”"),
    (
        r"the row has more than (?P<most>[\d,]+) characters: .+",
        "此行超过{most}个字符，或引号没有结束",
    ),
    (r"it has more than (?P<most>[\d,]+) rows: split it", "超过{most}行：请拆分"),
    (
        r"it has (?P<number>\d+) columns, and (?P<most>\d+) is the most",
        "有{number}列，最多{most}列",
    ),
    (r"the rows from here on were not read: .+", "从此行起没有读：请先改正上面的"),
    (r"a quotation mark is never closed", "引号没有结束"),
    (r"a quotation mark stands inside .+", "引号内的引号要写两次"),
    (
        r"no column is called (?P<name>.+): is (?P<near>.+) meant\?",
        "没有名为{name}的列：是否指{near}？",
    ),
    (r"the column (?P<name>.+) stands twice", "{name}列出现了两次"),
    (
        r"there is no column '(?P<name>.+)', which a (?P<type>.+) needs",
        "缺少{name}列，{type}必须有这一列",
    ),
    (r"of which type are the rows\? .+", "各行是什么类型？请选择，或加一列type"),
    (r"the sheet was sent as one of '(?P<type>.+)'", "此表是作为“{type}”发送的"),
    (r"the sheet is one of '(?P<type>.+)'", "此表的各行都是“{type}”"),
    (
        r"the cell (?P<cell>\S+) stands under no name of a column",
        "单元格{cell}上方没有列名",
    ),
    (r"(?P<name>.+) stands in another column too", "{name}在另一列中也有"),
    (
        r"(?P<name>.+) is no member of a line(?: \(one of: (?P<allowed>.+)\))?",
        "没有{name}这个成员，可用的有：{allowed}",
    ),
    (
        r"(?P<name>.+) is no type of line(?: \(one of: (?P<allowed>.+)\))?",
        "{name}不是行的类型，可用的有：{allowed}",
    ),
    (r"(?P<text>.+) is not a number: .+", "{text}不是数字：请写成2.69、12025或-1.5e9"),
    (r"(?P<text>.+) is neither true nor false .+", "{text}既不是true也不是false"),
    (r"it is a JSON object, such as .+", '须是JSON对象，如{{"cost_usd": 5}}'),
)
"""What `events.sheets` says of a sheet that cannot be read, and the same in Chinese."""
