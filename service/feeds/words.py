"""The words of the chronicle's closed lists in English and Chinese, for formats that show them."""

from __future__ import annotations

from collections.abc import Mapping

Words = Mapping[str, Mapping[str, str]]

STATUS_WORDS: Words = {
    "proposed": {"en": "proposed", "zh": "已提出"},
    "approved": {"en": "approved", "zh": "已批准"},
    "under-construction": {"en": "under construction", "zh": "在建"},
    "completed": {"en": "completed", "zh": "建成"},
    "commissioning": {"en": "commissioning", "zh": "调试"},
    "operating": {"en": "operating", "zh": "运行"},
    "suspended": {"en": "suspended", "zh": "暂停"},
    "decommissioned": {"en": "closed", "zh": "退役"},
    "cancelled": {"en": "cancelled", "zh": "取消"},
}

MILESTONE_WORDS: Words = {
    "proposed": {"en": "proposed", "zh": "提出"},
    "approved": {"en": "approved", "zh": "批准立项"},
    "construction-started": {"en": "construction started", "zh": "开工建设"},
    "completed": {"en": "completed", "zh": "建成"},
    "first-light": {"en": "first light", "zh": "首次出光"},
    "operation-started": {"en": "operation started", "zh": "开始运行"},
    "upgraded": {"en": "upgraded", "zh": "升级"},
    "accepted": {"en": "accepted", "zh": "通过国家验收"},
    "renamed": {"en": "renamed", "zh": "更名"},
    "suspended": {"en": "suspended", "zh": "暂停运行"},
    "decommissioned": {"en": "closed", "zh": "退役"},
    "cancelled": {"en": "cancelled", "zh": "取消"},
}

KIND_WORDS: Words = {
    "phase": {"en": "Phases", "zh": "阶段"},
    "milestone": {"en": "Milestones", "zh": "里程碑"},
    "discovery": {"en": "Discoveries", "zh": "发现"},
    "policy": {"en": "Policies", "zh": "政策"},
    "indicator": {"en": "Indicators", "zh": "指标"},
    "observation": {"en": "Observations", "zh": "评述"},
}

FIELD_WORDS: Words = {
    "astronomy": {"en": "Astronomy", "zh": "天文学"},
    "astrophysics": {"en": "Astrophysics", "zh": "天体物理"},
    "computing": {"en": "Computing", "zh": "计算"},
    "earth-system": {"en": "Earth system", "zh": "地球系统"},
    "fusion": {"en": "Fusion", "zh": "核聚变"},
    "life-science": {"en": "Life science", "zh": "生命科学"},
    "materials": {"en": "Materials", "zh": "材料"},
    "neutron-science": {"en": "Neutron science", "zh": "中子科学"},
    "nuclear-physics": {"en": "Nuclear physics", "zh": "核物理"},
    "particle-physics": {"en": "Particle physics", "zh": "粒子物理"},
    "photon-science": {"en": "Photon science", "zh": "光子科学"},
    "quantum": {"en": "Quantum", "zh": "量子"},
    "space": {"en": "Space", "zh": "空间科学"},
}

PLANNED = {"en": "planned", "zh": "计划"}
OVERDUE = {"en": "overdue", "zh": "逾期"}
DISPUTED = {"en": "disputed", "zh": "有争议"}
NO_END = {"en": "no end known", "zh": "未知终止"}
PRESENT = {"en": "present", "zh": "至今"}
ORIGIN = {"en": "Sources", "zh": "来源"}
RECORD = {"en": "The whole record", "zh": "完整记录"}

OUTCOME_WORDS: Words = {
    "kept": {"en": "kept", "zh": "如期"},
    "late": {"en": "late", "zh": "推迟"},
    "early": {"en": "early", "zh": "提前"},
    "dropped": {"en": "dropped", "zh": "放弃"},
    "replaced": {"en": "replaced", "zh": "被取代"},
    "pending": {"en": "pending", "zh": "尚未到期"},
    "overdue": {"en": "overdue", "zh": "逾期"},
}

AS_OF = {"en": "As of", "zh": "截至"}
LEFT_OUT = {"en": "Left out", "zh": "未收录"}

DAYS_LATE = {"en": "days late", "zh": "推迟天数"}
