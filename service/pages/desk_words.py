"""The words of the desk: what members, types, choices, facets and warnings are called.

A member or a type that has no words here goes by its own name, so that a new type of event
has its form before anybody has found words for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from service.pages import labels

Said = Mapping[str, str]


def member(name: str, lang: str) -> str:
    """What a member of a line is called; `why.` stands before those of a change itself."""
    said = MEMBERS.get(name) or MEMBERS.get(name.removeprefix("why."), {})
    return said.get(lang, name)


def hint(type: str, name: str, lang: str) -> str:
    """What to write into a member, in a sentence; "" where nobody has said."""
    own = HINTS.get(f"{type}.{name}") or HINTS.get(name)
    said = own or HINTS.get(name.removeprefix("why."), {})
    return said.get(lang, "")


def type_of_line(type: str, lang: str) -> str:
    """A type of line, of one."""
    return TYPES.get(type, {}).get(lang, type)


def choice(name: str, value: str, lang: str) -> str:
    """A value of a member that takes only certain words."""
    if name == "milestone":
        return labels.milestone(value, lang)
    if (said := CHOICES.get(f"{name}.{value}")) is not None:
        return said[lang]
    return labels.label(value, lang)


def facet(name: str, lang: str) -> str:
    """What a span tells of."""
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


_AT_AN_END = "(?:at (?P<end>.*), )?"
"""What the reason begins with where it is one end of an interval that is no date."""


def warning(code: str, text: str, lang: str) -> str:
    """A warning in words; in English its own, which name what they are about."""
    return WARNINGS.get(code, {}).get(lang, text)


TYPES: Mapping[str, Said] = {
    "source": {"en": "source", "zh": "来源"},
    "facility": {"en": "facility", "zh": "设施"},
    "milestone": {"en": "milestone", "zh": "里程碑"},
    "discovery": {"en": "discovery", "zh": "发现"},
    "policy": {"en": "policy decision", "zh": "政策决定"},
    "indicator": {"en": "reading of an indicator", "zh": "指标读数"},
    "observation": {"en": "observation", "zh": "评述"},
    "correction": {"en": "correction", "zh": "更正"},
    "withdrawal": {"en": "withdrawal", "zh": "撤回"},
    "reinstatement": {"en": "reinstatement", "zh": "恢复"},
    "amendment": {"en": "amendment", "zh": "修订"},
}

MEMBERS: Mapping[str, Said] = {
    "acronym": {"en": "Acronym", "zh": "简称"},
    "attributes": {"en": "Further facts", "zh": "其他数据"},
    "author": {"en": "Author", "zh": "作者"},
    "contradicts": {"en": "Contradicts", "zh": "与之矛盾"},
    "country": {"en": "Country", "zh": "国家"},
    "date": {"en": "Date", "zh": "日期"},
    "decision": {"en": "Decision", "zh": "决定"},
    "doi": {"en": "DOI", "zh": "DOI"},
    "dropped": {"en": "Given up", "zh": "已放弃"},
    "entry": {"en": "Entry", "zh": "条目"},
    "evidence": {"en": "Evidence", "zh": "依据"},
    "evidence_url": {"en": "Address of the text", "zh": "原文网址"},
    "facility": {"en": "Facility", "zh": "设施"},
    "field": {"en": "Field of science", "zh": "学科"},
    "id": {"en": "Id", "zh": "标识"},
    "latitude": {"en": "Latitude", "zh": "纬度"},
    "longitude": {"en": "Longitude", "zh": "经度"},
    "medium": {"en": "Medium", "zh": "媒介"},
    "milestone": {"en": "Milestone", "zh": "里程碑"},
    "modality": {"en": "Actual or planned", "zh": "事实或计划"},
    "name": {"en": "Name", "zh": "名称"},
    "name_zh": {"en": "Name in Chinese", "zh": "中文名称"},
    "operator": {"en": "Operator", "zh": "运营单位"},
    "place": {"en": "Place", "zh": "地点"},
    "publisher": {"en": "Publisher", "zh": "出版者"},
    "rank": {"en": "Rank", "zh": "级别"},
    "reason": {"en": "Reason", "zh": "理由"},
    "record": {"en": "Record", "zh": "记录"},
    "said_by": {"en": "Said by", "zh": "说话人"},
    "series": {"en": "Series", "zh": "序列"},
    "sources": {"en": "Sources", "zh": "来源"},
    "stated": {"en": "Stated", "zh": "说出日期"},
    "summary": {"en": "Summary", "zh": "摘要"},
    "supersedes": {"en": "Supersedes", "zh": "取代"},
    "title": {"en": "Title", "zh": "标题"},
    "unit": {"en": "Unit", "zh": "单位"},
    "until": {"en": "In force until", "zh": "有效至"},
    "url": {"en": "Address", "zh": "网址"},
    "value": {"en": "Value", "zh": "数值"},
    "why.sources": {"en": "Sources of the change", "zh": "此次更改的来源"},
}

HINTS: Mapping[str, Said] = {
    "id": {
        "en": "For good. Lower-case letters and digits, joined by single hyphens. Left empty, one"
        " is suggested.",
        "zh": "一经使用不可更改。小写字母和数字，以单个连字符连接。留空则建议一个。",
    },
    "entry": {
        "en": "The slot of the record that it fills, if not the usual one. Statements of one"
        " entry are rivals.",
        "zh": "所填的条目，若非通常的一项。同一条目的陈述互为异说。",
    },
    "modality": {
        "en": "Whether it says what was, or what was to be.",
        "zh": "说的是事实，还是打算。",
    },
    "rank": {
        "en": "Disputed, where a better-sourced statement says otherwise.",
        "zh": "若有来源更可靠的陈述另说，则为有争议。",
    },
    "date": {
        "en": "When it was so: 2025-08-26, 2025-08, 2025, 1987~, 198X, 2024-10/2024-12.",
        "zh": "事情发生的时间：2025-08-26、2025-08、2025、1987~、198X、2024-10/2024-12。",
    },
    "source.date": {"en": "When it was published.", "zh": "出版时间。"},
    "stated": {
        "en": "When its source said it. A plan must say so; else it was said as it happened.",
        "zh": "来源说出的时间。计划必须填写；否则视为当时说出。",
    },
    "dropped": {
        "en": "A plan that is given up. It has no date.",
        "zh": "计划已放弃，没有日期。",
    },
    "title": {"en": "One line.", "zh": "一行。"},
    "source.title": {"en": "Its title.", "zh": "来源的标题。"},
    "summary": {"en": "One or two sentences.", "zh": "一两句话。"},
    "supersedes": {
        "en": "The id of the earlier statement of the same record that this one replaces.",
        "zh": "同一记录中被它取代的较早陈述的标识。",
    },
    "contradicts": {
        "en": "Ids of statements that cannot both be exact, separated by blanks. Decides nothing.",
        "zh": "不可能同时准确的陈述的标识，以空格分隔。不影响判定。",
    },
    "said_by": {"en": "Who said it.", "zh": "由谁说出。"},
    "attributes": {
        "en": "By name, such as cost_usd. A number is written as one.",
        "zh": "按名称填写，如 cost_usd。数字直接写数字。",
    },
    "sources": {
        "en": "What it rests on: the id of a source, and the place in it.",
        "zh": "所依据的来源：来源的标识，及其中的位置。",
    },
    "why.sources": {
        "en": "What says that it should be changed: the id of a source, and the place in it.",
        "zh": "更改所依据的来源：来源的标识，及其中的位置。",
    },
    "evidence": {
        "en": "Whether a text was read, or it comes from memory.",
        "zh": "读过原文，还是凭记忆。",
    },
    "evidence_url": {"en": "Where the text was read.", "zh": "读到原文的网址。"},
    "facility": {"en": "The id of the facility that it belongs to.", "zh": "所属设施的标识。"},
    "milestone.milestone": {"en": "Which step.", "zh": "哪一步。"},
    "milestone.facility": {
        "en": "The id of the facility whose step it is.",
        "zh": "迈出这一步的设施的标识。",
    },
    "country": {"en": "Whose it is; else that of its facility.", "zh": "所属国家；否则随设施。"},
    "facility.country": {
        "en": "Where it is, or who runs it in space.",
        "zh": "所在国家；在太空中的，由哪国运行。",
    },
    "field": {"en": "Its field; else that of its facility.", "zh": "所属学科；否则随设施。"},
    "facility.field": {"en": "Its field of science.", "zh": "所属学科。"},
    "record": {
        "en": "The id of the record that it belongs to; else it begins one of its own.",
        "zh": "所属记录的标识；否则自成一条记录。",
    },
    "until": {"en": "The last day on which it is in force.", "zh": "有效的最后一天。"},
    "decision": {
        "en": "Ended, where it ends what it supersedes and does not itself hold.",
        "zh": "终止：它终止所取代的决定，本身不生效。",
    },
    "series": {"en": "The id of the series that it is a reading of.", "zh": "所属序列的标识。"},
    "value": {"en": "A number, such as 2.69.", "zh": "一个数，如 2.69。"},
    "unit": {"en": "In what.", "zh": "计量单位。"},
    "name": {"en": "In English.", "zh": "英文名称。"},
    "name_zh": {"en": "Its name in Chinese.", "zh": "中文名称。"},
    "acronym": {"en": "What it is called for short.", "zh": "简短的叫法。"},
    "operator": {"en": "Who runs it.", "zh": "由谁运行。"},
    "place": {"en": "Where it stands.", "zh": "位于何处。"},
    "latitude": {"en": "Degrees north; south is negative.", "zh": "北纬度数；南纬为负。"},
    "longitude": {"en": "Degrees east; west is negative.", "zh": "东经度数；西经为负。"},
    "medium": {
        "en": "Such as book, paper, news, institute-page; unsourced for memory.",
        "zh": "如 book、paper、news、institute-page；凭记忆则为 unsourced。",
    },
    "author": {"en": "Who wrote it.", "zh": "由谁撰写。"},
    "publisher": {"en": "Who published it.", "zh": "由谁出版。"},
    "doi": {"en": "Such as 10.1000/182.", "zh": "如 10.1000/182。"},
    "url": {"en": "Begins with http:// or https://.", "zh": "以 http:// 或 https:// 开头。"},
    "reason": {
        "en": "Why. It stands in the history for good.",
        "zh": "为什么。将永久留在历史中。",
    },
}
"""By member, or by type and member where a type means something of its own."""

CHOICES: Mapping[str, Said] = {
    "modality.actual": {"en": "actual: it was so", "zh": "事实：确已发生"},
    "modality.planned": {"en": "planned: it was to be so", "zh": "计划：打算如此"},
    "rank.disputed": {"en": "disputed", "zh": "有争议"},
    "decision.ended": {"en": "ended", "zh": "终止"},
    "evidence.found": {"en": "a text was read", "zh": "读过原文"},
    "evidence.recall": {"en": "from memory", "zh": "凭记忆"},
}

FACETS: Mapping[str, Said] = {
    "status": {"en": "Status", "zh": "状态"},
    "expected": {"en": "Expected", "zh": "预期"},
    "overdue": {"en": "Overdue", "zh": "逾期"},
    "name": {"en": "Name", "zh": "名称"},
    "policy": {"en": "In force", "zh": "生效"},
    "indicator": {"en": "Reading", "zh": "读数"},
    "discovery": {"en": "Discovery", "zh": "发现"},
    "observation": {"en": "Observation", "zh": "评述"},
}

WARNINGS: Mapping[str, Said] = {
    "plan-said-after": {"zh": "说出的日期晚于计划的最后一天"},
    "actual-in-the-future": {"zh": "事实的日期在将来"},
    "actual-said-before": {"zh": "说出的日期早于可能发生的日期"},
    "no-source": {"zh": "没有来源"},
    "says-the-same": {"zh": "同一条目中已有相同性质和日期的陈述"},
    "lower-after-higher": {"zh": "较早的步骤完全晚于较后的步骤"},
}

NO_DATES: Sequence[tuple[str, str]] = (
    (
        r"it has (?P<number>\d+) characters, and (?P<most>\d+) is the most",
        "有{number}个字符，最多{most}个",
    ),
    (r"it is empty", "没有内容"),
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
