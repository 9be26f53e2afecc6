"""The words for what the chronicle names by a code, in the language of the reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from service.feeds.words import FIELD_WORDS, KIND_WORDS, MILESTONE_WORDS, STATUS_WORDS
from service.pages.speech import Speech

LABELS: Mapping[str, Mapping[str, str]] = {
    **KIND_WORDS,
    **FIELD_WORDS,
    **STATUS_WORDS,
}


def names_of(card: Mapping[str, Any], lang: str) -> tuple[str, str]:
    """The short name of a facility in a language, and its Chinese one for an English page.

    An acronym of two letters tells nobody anything.
    """
    acronym = card.get("acronym") or ""
    short = acronym if len(acronym) > 2 else card["name"]
    other = card.get("name_zh") or ""
    if lang == "zh":
        return (other or short), ""
    return short, "" if other == short else other


def drawn(say: Speech) -> Callable[[str], str]:
    """The words of the drawings (`service.drawing.marks.WORDS`), as they ask for them."""
    words = {
        "proposed": say("proposed"),
        "approved": say("approved"),
        "under construction": say("under construction"),
        "completed, commissioning": say("completed, commissioning"),
        "operating": say("operating"),
        "suspended": say("suspended"),
        "closed": say("closed"),
        "cancelled": say("cancelled"),
        "vague date: fades over its bounds": say("vague date: fades over its bounds"),
        "expected": say("expected"),
        "promised, then what came (slip)": say("promised, then what came (slip)"),
        "runs on": say("runs on"),
        "discovery; upgrade": say("discovery; upgrade"),
        "milestones": say("milestones"),
        "discoveries": say("discoveries"),
        "policies": say("policies"),
        "still promised": say("still promised"),
        "Pacific Ocean": say("Pacific Ocean"),
        "Atlantic Ocean": say("Atlantic Ocean"),
        "Indian Ocean": say("Indian Ocean"),
        "Bay of Bengal": say("Bay of Bengal"),
        "East China Sea": say("East China Sea"),
        "South China Sea": say("South China Sea"),
    }
    return lambda word: words.get(word, word)


def label(code: str, lang: str) -> str:
    """A status, a field or a kind in words; the code itself where it is none of them."""
    return LABELS.get(code, {}).get(lang, code)


def milestone(code: str, lang: str) -> str:
    """A milestone in words."""
    return MILESTONE_WORDS.get(code, {}).get(lang, code)


OUTCOMES: Mapping[str, Mapping[str, str]] = {
    "kept": {"en": "kept", "zh": "如期"},
    "late": {"en": "late", "zh": "推迟"},
    "early": {"en": "early", "zh": "提前"},
    "dropped": {"en": "dropped", "zh": "放弃"},
    "replaced": {"en": "replaced", "zh": "被取代"},
    "pending": {"en": "pending", "zh": "尚未到期"},
    "overdue": {"en": "overdue", "zh": "逾期"},
}


def outcome(code: str, lang: str) -> str:
    """What came of a ladder of promises, in a word."""
    return OUTCOMES.get(code, {}).get(lang, code)


HEADINGS: Mapping[str | None, Mapping[str, str]] = {
    "operating": {"en": "Operating", "zh": "运行"},
    "commissioning": {"en": "Commissioning", "zh": "调试"},
    "completed": {"en": "Built, not yet running", "zh": "建成未运行"},
    "under-construction": {"en": "Under construction", "zh": "在建"},
    "approved": {"en": "Approved", "zh": "已批准"},
    "proposed": {"en": "Proposed", "zh": "已提出"},
    "suspended": {"en": "Suspended", "zh": "暂停"},
    "decommissioned": {"en": "Closed", "zh": "退役"},
    "cancelled": {"en": "Cancelled before running", "zh": "取消"},
    None: {"en": "Only promised", "zh": "仅有计划"},
}


def heading(status: str | None, lang: str) -> str:
    """What stands over a table of facilities of a status; None is no status at all."""
    return HEADINGS[status][lang]


KIND_ONE: Mapping[str, Mapping[str, str]] = {
    "facility": {"en": "facility", "zh": "设施"},
    "policy": {"en": "policy", "zh": "政策"},
    "indicator": {"en": "indicator", "zh": "指标"},
    "discovery": {"en": "discovery", "zh": "发现"},
    "observation": {"en": "observation", "zh": "评述"},
    "source": {"en": "source", "zh": "来源"},
    "milestone": {"en": "milestone", "zh": "里程碑"},
}


def kind(code: str, lang: str) -> str:
    """A kind of record, of one."""
    return KIND_ONE.get(code, {}).get(lang, code)


CERTAINTIES: Mapping[str, Mapping[str, str]] = {
    "certain": {"en": "certain", "zh": "确定"},
    "possible": {"en": "one of several possible", "zh": "可能之一"},
    "last-known": {"en": "last known", "zh": "最后已知"},
}


def certainty(code: str, lang: str) -> str:
    """How certain a status is."""
    return CERTAINTIES.get(code, {}).get(lang, code)


EVENTS: Mapping[str, Mapping[str, str]] = {
    "SourceRecorded": {"en": "source recorded", "zh": "登记来源"},
    "FacilityRegistered": {"en": "facility registered", "zh": "登记设施"},
    "RecordAmended": {"en": "card amended", "zh": "修订卡片"},
    "MilestoneRecorded": {"en": "milestone recorded", "zh": "记录里程碑"},
    "DiscoveryRecorded": {"en": "discovery recorded", "zh": "记录发现"},
    "PolicyDecisionRecorded": {"en": "policy decision recorded", "zh": "记录政策决定"},
    "IndicatorRecorded": {"en": "reading recorded", "zh": "记录指标读数"},
    "ObservationRecorded": {"en": "observation recorded", "zh": "记录评述"},
    "StatementCorrected": {"en": "statement corrected", "zh": "更正陈述"},
    "StatementWithdrawn": {"en": "statement withdrawn", "zh": "撤回陈述"},
    "StatementReinstated": {"en": "statement reinstated", "zh": "恢复陈述"},
}


def event(name: str, lang: str) -> str:
    """What was done, in words; a type of event that has none goes by its own name."""
    return EVENTS.get(name, {}).get(lang, name)


STANDINGS: Mapping[str, Mapping[str, str]] = {
    "effective": {"en": "holds", "zh": "有效"},
    "stands": {"en": "stands", "zh": "成立"},
    "disputed": {"en": "disputed", "zh": "有争议"},
    "planned": {"en": "overtaken", "zh": "已被取代"},
    "said-earlier": {"en": "overtaken", "zh": "已被取代"},
    "recorded-earlier": {"en": "rival", "zh": "另说"},
    "withdrawn": {"en": "withdrawn", "zh": "已撤回"},
    "not-visible": {"en": "not said yet", "zh": "尚未说出"},
}

WHYS: Mapping[str, Mapping[str, str]] = {
    "disputed": {"en": "gives way to an undisputed statement", "zh": "让位于无争议的说法"},
    "planned": {"en": "a plan gives way to what came", "zh": "计划让位于事实"},
    "said-earlier": {"en": "something was said later", "zh": "后来另有说法"},
    "recorded-earlier": {
        "en": "said on the same day, recorded earlier",
        "zh": "同日说出，记录较早",
    },
    "withdrawn": {"en": "it was withdrawn", "zh": "已撤回"},
    "not-visible": {"en": "it had not been said by then", "zh": "当时尚未说出"},
}


def standing(code: str, lang: str) -> str:
    """Whether a statement holds, in a word."""
    return STANDINGS.get(code, {}).get(lang, code)


def why(code: str, lang: str) -> str:
    """What decided against a statement."""
    return WHYS.get(code, {}).get(lang, "")


PROBLEMS: Mapping[str, str] = {
    "validation": "某个值无效",
    "unknown-parameter": "未知参数",
    "bad-edtf": "不是日期",
    "nothing-to-compare": "只有一个时点",
    "too-much-to-compare": "内容过多，无法比较",
    "too-many-points": "点数过多",
    "position-ahead": "日志尚未到此",
    "no-such-record": "没有此名",
    "not-found": "没有此页",
    "method-not-allowed": "不支持此方法",
    "old-view": "旧版视图的答案",
    "not-yet-projected": "视图尚未跟上",
    "bad-cursor": "此处不是一页的开头",
    "bad-header": "无法理解的请求头",
    "not-authenticated": "需要密钥",
    "not-allowed": "此密钥无权",
    "rate-limited": "过于频繁",
    "internal": "本服务出错",
}
"""What is wrong, in Chinese, by the slug of the problem; in English it says so itself."""


def problem(type: str, title: str, lang: str) -> str:
    """The title of a problem in a language."""
    return PROBLEMS.get(type.rpartition("/")[2], title) if lang == "zh" else title
