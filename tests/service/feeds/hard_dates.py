"""The dates that tools get wrong, each as a discovery, and lives that are made of such dates.

They are recorded through the service's own API. What each must come to stands
beside it, worked out by hand, so that every feed and its reader is held to the
same table.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from events.fact import Line
from service.app import create_app
from service.archive import Archive
from tests.story.telling import CITED, SOURCE, statement


class Hard(NamedTuple):
    """A date as EDTF has it, with its bounds (ISO 8601; None is open) and how people say it."""

    name: str
    edtf: str
    earliest: str | None
    latest: str | None
    en: str
    zh: str

    @property
    def id(self) -> str:
        """The discovery of that date."""
        return f"hard-{self.name}"


HARD = (
    Hard("day", "2025-08-26", "2025-08-26", "2025-08-26", "26 August 2025", "2025年8月26日"),
    Hard("new-year", "2000-01-01", "2000-01-01", "2000-01-01", "1 January 2000", "2000年1月1日"),
    Hard("month", "2025-08", "2025-08-01", "2025-08-31", "August 2025", "2025年8月"),
    Hard("year", "1987", "1987-01-01", "1987-12-31", "1987", "1987年"),
    Hard("decade", "198X", "1980-01-01", "1989-12-31", "1980s", "20世纪80年代"),
    Hard(
        "century",
        "19XX",
        "1900-01-01",
        "1999-12-31",
        "20th century (1900–1999)",
        "20世纪（1900—1999年）",
    ),
    Hard("circa", "1987~", "1987-01-01", "1987-12-31", "c. 1987", "约1987年"),
    Hard(
        "uncertain",
        "2004-06?",
        "2004-06-01",
        "2004-06-30",
        "June 2004 (uncertain)",
        "2004年6月（存疑）",
    ),
    Hard("both", "1975%", "1975-01-01", "1975-12-31", "c. 1975 (uncertain)", "约1975年（存疑）"),
    Hard("season", "2013-21", "2013-03-01", "2013-05-31", "spring 2013", "2013年春"),
    Hard("winter", "2013-24", "2013-12-01", "2014-02-28", "winter 2013–14", "2013—2014年冬"),
    Hard(
        "interval",
        "2024-10/2024-12",
        "2024-10-01",
        "2024-12-31",
        "October–December 2024",
        "2024年10月至12月",
    ),
    Hard("by", "../1957", None, "1957-12-31", "by 1957", "不晚于1957年"),
    Hard("from", "2016/..", "2016-01-01", None, "2016 or later", "不早于2016年"),
    Hard("year-0", "0000", "0000-01-01", "0000-12-31", "1 BC", "公元前1年"),
    Hard("bce", "-0240", "-000240-01-01", "-000240-12-31", "241 BC", "公元前241年"),
    Hard("early", "0079", "0079-01-01", "0079-12-31", "AD 79", "公元79年"),
    Hard("far", "Y12025", "+012025-01-01", "+012025-12-31", "12025", "12025年"),
    Hard("too-far", "Y-300000", "-300000-01-01", "-300000-12-31", "300001 BC", "公元前300001年"),
)
"""Every form of date that a statement takes."""

TOO_FAR = "hard-too-far"
"""The one that no date of JavaScript can be."""

MARKUP = '<b onclick="alert(1)">Bold</b> & "quoted"'
"""A title that a tool which takes titles for HTML would run."""

FORMULA = '=HYPERLINK("https://example.org","click")'
"""A title that a spreadsheet would reckon."""

FACILITY: Line = {
    "type": "facility",
    "id": "hard",
    "name": MARKUP,
    "name_zh": "难题<台>",
    "country": "CN",
    "field": "space",
    "latitude": -35.25,
    "longitude": 149.1,
    "sources": CITED,
}
OTHER: Line = {
    "type": "facility",
    "id": "dream",
    "name": "Dream machine",
    "country": "FR",
    "field": "fusion",
}


def step(id: str, facility: str, milestone: str, date: str, **more: object) -> Line:
    """A milestone of one of the two facilities."""
    return statement(
        "milestone", id, date, **{"facility": facility, "milestone": milestone, **more}
    )


LIFE: tuple[Line, ...] = (
    step("hard-proposed", "hard", "proposed", "-0240"),
    step("hard-building", "hard", "construction-started", "1987~"),
    step("hard-plan", "hard", "operation-started", "1989", modality="planned", stated="1986"),
    step("hard-running", "hard", "operation-started", "1990-05", supersedes="hard-plan"),
    step("hard-closed", "hard", "decommissioned", "2008-24"),
    step("dream-approved", "dream", "approved", "2016-11-02"),
    step("dream-late", "dream", "completed", "2020", modality="planned", stated="2016"),
    step("dream-plan", "dream", "operation-started", "2035", modality="planned", stated="2024"),
)
"""A life from 241 BC to a winter, with a promise that was not kept; and one that is mostly
promised: planned only, one plan of it overdue."""

OTHERS: tuple[Line, ...] = (
    statement("discovery", "formula", "1999", facility="hard", title=FORMULA),
    statement("discovery", "disputed", "2001-02-03", facility="hard", rank="disputed"),
    statement("discovery", "withdrawn", "2002-02-03", facility="hard"),
    statement("discovery", "nowhere", "2003-03-03", title="Of no country and no field"),
    statement("policy", "five-years", "2011", until="2015", country="CN"),
    statement("policy", "for-ever", "2016-05", country="CN"),
    statement("indicator", "reading", "2024", series="share", value=-2.5, unit="%", country="CN"),
    statement("observation", "remark", "2010-10", country="FR", said_by="Somebody"),
)

LINES: tuple[Line, ...] = (
    SOURCE,
    FACILITY,
    OTHER,
    *LIFE,
    *(
        statement("discovery", hard.id, hard.edtf, facility="hard", title=f"Found: {hard.name}")
        for hard in HARD
    ),
    *OTHERS,
)


def record(archive: Archive) -> None:
    """Record the lines as one batch over HTTP, withdraw one, and bring the views up to it."""
    client = create_app(archive).test_client()
    key = archive.keys.issue(name="wang", role="curator", by="wang")
    authorization = {"Authorization": f"Bearer {key}"}
    body = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in LINES)
    answer = client.post(
        "/v1/batches",
        data=body.encode(),
        content_type="application/jsonl",
        headers=authorization,
    )
    assert answer.status_code in (200, 201), answer.get_data(as_text=True)
    archive.catch_up()
    answer = client.post(
        "/v1/statements/withdrawn/withdrawals",
        json={"reason": "It was another machine."},
        headers={**authorization, "If-Match": '"r1"'},
    )
    assert answer.status_code in (200, 201), answer.get_data(as_text=True)
    archive.catch_up()
